/* Writes an initrd to a file, for tests by hand:
 * tool_initrd INIT SEED OUT [early][COMPRESSION][,blob=N][,pad=N] ... | tool_initrd - SEED OUT
 * random=N */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <inttypes.h>
#include <sys/sendfile.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "payload/initrd.h"
#include "payload/part.h"

static int parse_word(const char *word, struct archive_spec *archive, struct initrd_spec *spec)
{
	if (!strncmp(word, "blob=", 5))
		return parse_size(word + 5, &archive->blob);
	if (!strncmp(word, "pad=", 4))
		return parse_size(word + 4, &archive->zero_pad);
	if (!strncmp(word, "random=", 7)) {
		spec->kind = INITRD_RANDOM;
		return parse_size(word + 7, &spec->size);
	}
	if (!strcmp(word, "early"))
		return archive->early = true, 0;
	for (int at = 0; at < COMPRESSIONS; at++)
		if (!strcmp(word, compression_name((enum compression)at)))
			return archive->compression = (enum compression)at, 0;
	return -1;
}

static int save(const struct part *part, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	off_t from = 0;

	while (fd >= 0 && (uint64_t)from < part->size)
		if (sendfile(fd, part->fd, &from, part->size - (uint64_t)from) <= 0)
			return -1;
	return fd < 0 ? -1 : close(fd);
}

int main(int argc, char **argv)
{
	struct archive_spec archives[16] = {0};
	struct initrd_spec spec = {.kind = INITRD_ARCHIVE, .archives = archives};
	struct error error;
	struct part *part;

	if (argc < 5 || argc > 20)
		return 2;
	spec.seed = strtoull(argv[2], NULL, 0);
	for (int at = 4; at < argc; at++, spec.archive_count++)
		for (char *word = strtok(argv[at], ","); word; word = strtok(NULL, ","))
			if (parse_word(word, &archives[spec.archive_count], &spec))
				return 2;
	part = spec.kind == INITRD_RANDOM ? initrd_random(&spec, &error)
					  : initrd_archives(&spec, argv[1], &error);
	if (!part || save(part, argv[3])) {
		fprintf(stderr, "tool_initrd: %s\n", part ? argv[3] : error.text);
		return 1;
	}
	printf("%s size=%" PRIu64 " crc32=%08x blob=%" PRIu64 "/%08x early=%" PRIu64 "/%08x\n",
		part->origin, part->size, part->crc32, part->blob_size, part->blob_crc32,
		part->early_size, part->early_crc32);
	part_free(part);
	return 0;
}
