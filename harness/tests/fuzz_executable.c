/* Kernel files of any bytes, for libFuzzer (make fuzz): headers of Linux and Multiboot, tags, ELF
 * and its notes. What a judge is told never reaches over the file, nor over 4 GiB. */
#include <stdio.h>
#include <stdlib.h>

#include "payload/executable.h"
#include "payload/linux_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sentence: what is broken is said, and libFuzzer keeps the input. */
#define must(holds)                                                                                \
	do {                                                                                       \
		if (!(holds)) {                                                                    \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #holds);        \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static void check_segments(const struct executable *executable, size_t file_size)
{
	uint64_t start, end;

	must(executable->segment_count && executable->segment_count <= EXECUTABLE_SEGMENTS);
	executable_span(executable, &start, &end);
	must(start <= end && end <= UINT32_MAX);
	for (size_t i = 0; i < executable->segment_count; i++) {
		const struct segment *segment = &executable->segment[i];

		must(segment->offset <= file_size);
		must(segment->size <= file_size - segment->offset);
		must(segment->size <= segment->memory);
		must(segment->memory <= UINT32_MAX - segment->address);
	}
}

static void check_linux(const uint8_t *data, size_t size)
{
	struct linux_header header;
	struct error error;

	if (linux_header_read(data, size, &header, &error))
		return;
	must(header.image_offset <= size);
	must(header.image_size <= size - header.image_offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct executable executable;
	struct error error;

	must(executable_protocol(data, size) < BOOT_PROTOCOLS);
	for (unsigned boot = 0; boot < BOOT_PROTOCOLS; boot++)
		if (!executable_read(data, size, (enum boot_protocol)boot, &executable, &error))
			check_segments(&executable, size);
	check_linux(data, size);
	return 0;
}
