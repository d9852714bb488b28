#include "memory.h"

/* By words: payloads go through here, too. */
void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	size_t words = bytes / 4;
	void *at = to;

	__asm__ volatile("rep movsl" : "+D"(at), "+S"(from), "+c"(words) : : "memory");
	bytes &= 3;
	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(bytes) : : "memory");
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	void *at = to;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(bytes) : "a"(value) : "memory");
	return to;
}
