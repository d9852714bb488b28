/* Arrays that grow by doubling; running out of memory ends the process, as in base/buffer.h. */
#ifndef DKBOOT_CASE_GROW_H
#define DKBOOT_CASE_GROW_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/**
 * Makes room for one more element and zeroes it.
 * @param array what this function returned for it before, NULL for an empty one
 * @param count elements in it
 * @param size  bytes of one element
 * @return the array, which may have moved; element @count is zero
 */
static inline void *grow(void *array, size_t count, size_t size)
{
	if ((count & (count - 1)) == 0) /* 0 and powers of two: full */
		array = realloc(array, (count ? count * 2 : 1) * size);
	if (!array)
		abort();
	memset((char *)array + count * size, 0, size);
	return array;
}

/** calloc() that never returns NULL. */
static inline void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		abort();
	return memory;
}

#endif
