/* Files of /proc and /sys, whose size nobody knows before they are read. */
#ifndef DKINIT_FILES_H
#define DKINIT_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Reads up to @room bytes of a file. @return bytes read, -1 if it cannot be opened or read. */
ssize_t read_whole(const char *path, void *out, size_t room);

/** CRC-32 (ISO 3309, as zlib) going on from @crc; start with 0. */
uint32_t crc32_more(uint32_t crc, const void *bytes, size_t size);

/** Size and CRC-32 of a whole file. @return 0, or -1 if it cannot be opened or read. */
int file_sum(const char *path, uint64_t *size, uint32_t *crc);

#endif
