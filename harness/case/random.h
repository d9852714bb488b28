/* Random numbers that depend on a seed alone, the same on every machine: SplitMix64 (Steele, Lea
 * and Flood, 2014). */
#ifndef DKBOOT_CASE_RANDOM_H
#define DKBOOT_CASE_RANDOM_H

#include <stdint.h>

/** The next number of the sequence that @state, first the seed, stands at. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/** A number below @limit (not 0), each as likely as the next. */
static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
	uint64_t fair = UINT64_MAX - UINT64_MAX % limit, number;

	do
		number = random_next(state);
	while (number >= fair);
	return number % limit;
}

#endif
