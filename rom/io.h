/* Port I/O and what else C has no words for. Only the ROM itself uses it, in flat 32-bit mode. */
#ifndef ROM_IO_H
#define ROM_IO_H

#include <stdint.h>

static inline void barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint16_t inw(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void insb(uint16_t port, uint32_t to, uint32_t bytes)
{
	__asm__ volatile("rep insb" : "+D"(to), "+c"(bytes) : "d"(port) : "memory");
}

/* i486 has bswap. */
static inline uint32_t swap32(uint32_t value)
{
	return __builtin_bswap32(value);
}

#endif
