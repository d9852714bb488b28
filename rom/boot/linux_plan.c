/* What a Linux image needs where: setup and command line low, kernel, initrd and the rest high. */
#include "boot/linux.h"

#define OLD_SETUP_HOME	 0x90000u
#define OLD_SETUP_WINDOW 0xa000u /* setup, heap, stack and command line end below 0x9a000 */
#define SETUP_HOME	 0x10000u
#define SETUP_WINDOW	 0x10000u
#define HEAP_AND_STACK	 0x1000u /* the least that we leave between setup and command line */
#define LOW_KERNEL	 0x10000u
#define HIGH_KERNEL	 0x100000u

/*
 * A kernel that lies high and has a 32-bit pointer to its command line may have its setup anywhere;
 * every other one expects it at 0x90000, and its command line in the same segment.
 */
int linux_plan_low(struct linux *linux, struct place *place)
{
	const bool modern = linux->loaded_high && linux->version >= 0x202;
	const uint32_t length = linux->size[ITEM_CMDLINE];
	uint32_t home = SETUP_HOME, window = SETUP_WINDOW, max = linux->cmdline_max;

	if (!modern) {
		const uint32_t room =
			OLD_SETUP_WINDOW - HEAP_AND_STACK - 16 - linux->size[ITEM_SETUP];

		home = OLD_SETUP_HOME;
		window = OLD_SETUP_WINDOW - ((length + 16) & ~15u);
		if (max > room)
			max = room;
	}
	if (length > max)
		return refuse(place->why, REFUSE_CMDLINE, length, max, 0);
	linux->at[ITEM_SETUP] = home;
	linux->at[ITEM_CMDLINE] = home + window;
	linux->window = window;
	if (place_at(place, ITEM_SETUP, home, window) < 0)
		return -1;
	return place_at(place, ITEM_CMDLINE, home + window, length + 1);
}

/*
 * The kernel decompresses to runtime_start: by the letter of the protocol, and a second one where
 * Linux really goes when it was loaded below pref_address. Both have to be free RAM. The image may
 * lie in its own run-time memory: all is checked first, and taken then.
 */
static int place_kernel(struct linux *linux, struct place *place)
{
	const uint32_t load = linux->at[ITEM_KERNEL], size = linux->size[ITEM_KERNEL];
	uint32_t start = linux->pref_address, start_2 = start;

	if (linux->relocatable) {
		start = (load + linux->alignment - 1) & -linux->alignment;
		if (start_2 < start)
			start_2 = start;
	}
	if (place_check(place, ITEM_KERNEL, load, size) < 0 ||
		place_check(place, ITEM_RUNTIME, start, linux->init_size) < 0 ||
		place_check(place, ITEM_RUNTIME, start_2, linux->init_size) < 0)
		return -1;
	place_take(place, ITEM_KERNEL, load, size);
	place_take(place, ITEM_RUNTIME, start, linux->init_size);
	place_take(place, ITEM_RUNTIME, start_2, linux->init_size);
	return 0;
}

/*
 * The initrd's limit is initrd_addr_max. A kernel that takes everything above 4 GiB may have it
 * higher, which is used only when it does not fit otherwise.
 */
static int place_initrd(struct linux *linux, struct place *place)
{
	const uint32_t size = linux->size[ITEM_INITRD], mem_last = linux->options.mem_last;
	uint32_t last = linux->initrd_max < mem_last ? linux->initrd_max : mem_last;

	linux->at[ITEM_INITRD] = 0;
	if (!size)
		return 0;
	if (linux->version < 0x200)
		return refuse(place->why, REFUSE_OLD_INITRD, size, 0, 0);
	linux->at[ITEM_INITRD] = place_high(place, ITEM_INITRD, size, last);
	if (!linux->at[ITEM_INITRD] && linux->above_4g)
		linux->at[ITEM_INITRD] = place_high(place, ITEM_INITRD, size, mem_last);
	return linux->at[ITEM_INITRD] ? 0 : -1;
}

/* What QEMU hung behind the kernel would be overwritten there: it moves near the initrd. */
static int place_setup_data(struct linux *linux, struct place *place)
{
	const uint32_t offset = linux->setup_data - linux->at[ITEM_KERNEL];
	const uint32_t size = linux->size[ITEM_KERNEL] - offset;

	linux->setup_data_size = 0;
	if (!linux->setup_data)
		return 0;
	if (offset >= linux->size[ITEM_KERNEL])
		return refuse(place->why, REFUSE_SETUP_DATA, linux->setup_data,
			linux->at[ITEM_KERNEL], linux->at[ITEM_KERNEL] + linux->size[ITEM_KERNEL]);
	linux->setup_data_size = size;
	linux->setup_data_to = place_high(place, ITEM_SETUP_DATA, size, linux->options.mem_last);
	return linux->setup_data_to ? 0 : -1;
}

int linux_plan_high(struct linux *linux, struct place *place)
{
	linux->at[ITEM_KERNEL] = linux->loaded_high ? HIGH_KERNEL : LOW_KERNEL;
	if (place_kernel(linux, place) < 0 || place_initrd(linux, place) < 0)
		return -1;
	return place_setup_data(linux, place);
}
