#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

/* Eight bytes a step: initrds of gigabytes are summed here, on an emulated processor. */
static uint32_t table[8][256];

static void make_table(void)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
		table[0][byte] = crc;
	}
	for (unsigned byte = 0; byte < 256; byte++)
		for (int step = 1; step < 8; step++)
			table[step][byte] =
				table[step - 1][byte] >> 8 ^ table[0][table[step - 1][byte] & 255];
}

uint32_t crc32_more(uint32_t crc, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;

	if (!table[0][1])
		make_table();
	crc = ~crc;
	for (; size >= 8; size -= 8, at += 8) {
		uint32_t low, high;

		memcpy(&low, at, 4);
		memcpy(&high, at + 4, 4);
		low ^= crc;
		crc = table[7][low & 255] ^ table[6][low >> 8 & 255] ^ table[5][low >> 16 & 255] ^
		      table[4][low >> 24] ^ table[3][high & 255] ^ table[2][high >> 8 & 255] ^
		      table[1][high >> 16 & 255] ^ table[0][high >> 24];
	}
	while (size--)
		crc = crc >> 8 ^ table[0][(crc ^ *at++) & 255];
	return ~crc;
}

static int open_to_read(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

ssize_t read_whole(const char *path, void *out, size_t room)
{
	int fd = open_to_read(path);
	size_t size = 0;
	ssize_t got;

	if (fd < 0)
		return -1;
	while ((got = read(fd, (char *)out + size, room - size)) > 0)
		size += (size_t)got;
	close(fd);
	return got < 0 ? -1 : (ssize_t)size;
}

int file_sum(const char *path, uint64_t *size, uint32_t *crc)
{
	static char chunk[65536];
	int fd = open_to_read(path);
	ssize_t got;

	if (fd < 0)
		return -1;
	*size = 0;
	*crc = 0;
	while ((got = read(fd, chunk, sizeof chunk)) > 0) {
		*crc = crc32_more(*crc, chunk, (size_t)got);
		*size += (uint64_t)got;
	}
	close(fd);
	return got < 0 ? -1 : 0;
}
