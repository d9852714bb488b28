/* The two functions that the compiler takes for granted even without a C library. */
#ifndef ROM_MEMORY_H
#define ROM_MEMORY_H

#include <stddef.h>

/* As in C11, 7.24.2.1 and 7.24.6.1. */
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memset(void *to, int value, size_t bytes);

#endif
