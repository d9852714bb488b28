#include <endian.h>
#include <string.h>

#include "payload/random.h"

static uint64_t next_word(struct random_stream *stream)
{
	uint64_t word = stream->state += 0x9e3779b97f4a7c15;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
	word = (word ^ word >> 27) * 0x94d049bb133111eb;
	return word ^ word >> 31;
}

void random_bytes(struct random_stream *stream, void *out, size_t size)
{
	unsigned char *at = out;

	while (size) {
		uint64_t word = htole64(next_word(stream));
		size_t step = size < sizeof word ? size : sizeof word;

		memcpy(at, &word, step);
		at += step;
		size -= step;
	}
}
