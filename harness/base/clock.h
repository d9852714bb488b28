/* Time that never jumps: CLOCK_MONOTONIC for every limit, the wall clock only for names and dates.
 */
#ifndef DKBOOT_BASE_CLOCK_H
#define DKBOOT_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/** Nanoseconds since an arbitrary fixed point; never runs backwards. */
static inline uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/** Nanoseconds as milliseconds. */
static inline double milliseconds(uint64_t nanoseconds)
{
	return (double)nanoseconds / 1e6;
}

#endif
