/* The archive on the payload disk: ustar (POSIX.1-2017, pax, "ustar Interchange Format"), regular
 * files only. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"

#define BLOCK 512

struct ustar {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100],
		magic[6];
	char rest[249];
};

_Static_assert(sizeof(struct ustar) == BLOCK, "a header is a block");

static int read_all(int fd, void *out, size_t size)
{
	char *at = out;

	while (size > 0) {
		ssize_t got = read(fd, at, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		at += got;
		size -= (size_t)got;
	}
	return 0;
}

/* The sum of a header's bytes, its own field taken as blanks. */
static bool sum_is_right(const struct ustar *head)
{
	const unsigned char *bytes = (const unsigned char *)head;
	unsigned long sum = 8 * ' ';

	for (size_t i = 0; i < sizeof(*head); i++)
		sum += bytes + i >= (const unsigned char *)head->sum &&
				       bytes + i <
					       (const unsigned char *)head->sum + sizeof(head->sum)
			       ? 0
			       : bytes[i];
	return strtoul(head->sum, NULL, 8) == sum;
}

/* A name as "rom/pvh.bin" below @folder, whose own folder is made. */
static int create(const char *folder, const char *name)
{
	char path[256];
	char *slash;

	snprintf(path, sizeof(path), "%s/%.100s", folder, name);
	slash = strrchr(path + strlen(folder) + 1, '/');
	if (slash) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

/* Copies a file's bytes, a mebibyte at a time, and passes over what fills its last block. */
static int copy(int from, int to, unsigned long long size)
{
	static char bytes[1 << 20];

	while (size > 0) {
		size_t part = size < sizeof(bytes) ? (size_t)size : sizeof(bytes);
		size_t whole = (part + BLOCK - 1) / BLOCK * BLOCK;

		if (read_all(from, bytes, whole) || write(to, bytes, part) != (ssize_t)part)
			return -1;
		size -= part;
	}
	return 0;
}

/* @return 1 for a file, 0 at the end, -1 */
static int unpack_one(int disk, const char *folder)
{
	struct ustar head;
	int file, status;

	if (read_all(disk, &head, sizeof(head)))
		return -1;
	if (!head.name[0])
		return 0;
	errno = EINVAL;
	if (memcmp(head.magic, "ustar", 5) || !sum_is_right(&head) ||
		(head.type != '0' && head.type != '\0'))
		return -1;
	file = create(folder, head.name);
	if (file < 0)
		return -1;
	status = copy(disk, file, strtoull(head.size, NULL, 8));
	return close(file) || status ? -1 : 1;
}

int archive_unpack(const char *disk, const char *folder)
{
	int fd = open(disk, O_RDONLY | O_CLOEXEC);
	int status;

	if (fd < 0)
		return -1;
	mkdir(folder, 0755);
	while ((status = unpack_one(fd, folder)) > 0)
		;
	close(fd);
	return status;
}
