/* Bytes that look random and are the same everywhere: SplitMix64, little-endian words. */
#ifndef DKBOOT_PAYLOAD_RANDOM_H
#define DKBOOT_PAYLOAD_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/** Where the sequence is. Starts as {seed}. */
struct random_stream {
	uint64_t state;
};

/**
 * Gives the next bytes: word after word of SplitMix64 (Steele, Lea, Flood: Fast Splittable
 * Pseudorandom Number Generators, 2014), each with its lowest byte first. The same seed yields the
 * same bytes on every machine.
 * @param size any number, but a call after one whose size was no multiple of 8 starts at a new word
 */
void random_bytes(struct random_stream *stream, void *out, size_t size);

#endif
