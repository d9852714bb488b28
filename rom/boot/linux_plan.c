/* What a Linux image needs where: homes of setup and command line, kernel, run-time memory. */
#include "boot/linux.h"

#define OLD_SETUP_HOME	 0x90000u
#define OLD_SETUP_WINDOW 0xa000u /* setup, heap and command line end below 0x9a000 */
#define SETUP_HOME	 0x10000u
#define SETUP_WINDOW	 0x10000u
#define STACK_RESERVE	 0x10u
#define HEAP_END_GAP	 0x200u /* heap_end_ptr is the heap's end less this */
#define LOW_KERNEL	 0x10000u
#define HIGH_KERNEL	 0x100000u

static struct range range_of(uint64_t start, uint64_t size)
{
	return (struct range){start, start + size};
}

/*
 * A kernel that lies high and has a 32-bit pointer to its command line may have its setup anywhere;
 * every other one expects it at 0x90000, its command line in the same segment.
 */
static void choose_low(const struct linux_header *header, uint32_t cmdline_size,
	struct linux_plan *plan, uint32_t *window)
{
	const bool modern = header->loaded_high && header->version >= 0x202;

	plan->setup = modern ? SETUP_HOME : OLD_SETUP_HOME;
	*window = modern ? SETUP_WINDOW : OLD_SETUP_WINDOW - ((cmdline_size + 16) & ~15u);
	plan->cmdline = plan->setup + *window;
	plan->heap_end = *window - HEAP_END_GAP;
	plan->segment = (uint16_t)(plan->setup >> 4);
	plan->sp = (uint16_t)(*window - STACK_RESERVE);
}

int linux_plan_low(const struct linux_header *header, const struct linux_sizes *sizes,
	struct place *place, struct linux_plan *plan, struct refusal *why)
{
	uint32_t window;

	if (sizes->cmdline > header->cmdline_max)
		return REFUSE(why, REFUSE_CMDLINE, sizes->cmdline, header->cmdline_max);
	choose_low(header, sizes->cmdline, plan, &window);
	if (place_at(place, ITEM_SETUP, range_of(plan->setup, window), why) < 0)
		return -1;
	return place_at(
		place, ITEM_CMDLINE, range_of(plan->cmdline, (uint64_t)sizes->cmdline + 1), why);
}

/*
 * Where the kernel will decompress to: by the letter of the protocol, and where Linux really goes
 * when it was loaded below pref_address. Both have to be RAM and free.
 */
static void runtime_ranges(
	const struct linux_header *header, uint32_t load, struct range runtime[2])
{
	uint64_t start = header->pref_address;

	if (header->relocatable)
		start = ((uint64_t)load + header->alignment - 1) &
			~(uint64_t)(header->alignment - 1);
	runtime[0] = range_of(start, header->init_size);
	if (start < header->pref_address)
		start = header->pref_address;
	runtime[1] = range_of(start, header->init_size);
}

/* The image may lie in its own run-time memory: check all of them first, take them then. */
static int place_kernel(const struct linux_header *header, uint32_t size, struct place *place,
	uint32_t load, struct refusal *why)
{
	const struct range image = range_of(load, size);
	struct range runtime[2];

	runtime_ranges(header, load, runtime);
	if (place_check(place, ITEM_KERNEL, image, why) < 0)
		return -1;
	for (unsigned int i = 0; i < 2; i++)
		if (header->init_size && place_check(place, ITEM_RUNTIME, runtime[i], why) < 0)
			return -1;
	place_take(place, ITEM_KERNEL, image);
	place_take(place, ITEM_RUNTIME, runtime[0]);
	place_take(place, ITEM_RUNTIME, runtime[1]);
	return 0;
}

/*
 * The initrd's limit is initrd_addr_max. A kernel that takes everything above 4 GiB may have it
 * higher, which is used only when it does not fit otherwise.
 */
static int place_initrd(const struct linux_header *header, uint32_t size, uint64_t mem_limit,
	struct place *place, struct linux_plan *plan, struct refusal *why)
{
	const uint64_t max = (uint64_t)header->initrd_max + 1;
	const uint64_t limit = mem_limit < max ? mem_limit : max;

	plan->initrd = 0;
	if (!size)
		return 0;
	if (header->version < 0x200)
		return REFUSE(why, REFUSE_OLD_INITRD, size);
	if (place_below(place, ITEM_INITRD, size, limit, &plan->initrd, why) == 0)
		return 0;
	if (!header->above_4g || mem_limit <= max)
		return -1;
	return place_below(place, ITEM_INITRD, size, mem_limit, &plan->initrd, why);
}

/* What QEMU hung behind the kernel would be overwritten there: it moves near the initrd. */
static int place_setup_data(const struct linux_header *header, uint32_t kernel_size,
	uint64_t mem_limit, struct place *place, struct linux_plan *plan, struct refusal *why)
{
	const uint64_t end = (uint64_t)plan->kernel + kernel_size;

	plan->setup_data_size = 0;
	if (!header->setup_data)
		return 0;
	if (header->setup_data < plan->kernel || header->setup_data >= end)
		return REFUSE(why, REFUSE_SETUP_DATA, header->setup_data, plan->kernel, end);
	plan->setup_data_from = (uint32_t)header->setup_data;
	plan->setup_data_size = (uint32_t)(end - header->setup_data);
	return place_below(place, ITEM_SETUP_DATA, plan->setup_data_size, mem_limit,
		&plan->setup_data_to, why);
}

int linux_plan_high(const struct linux_header *header, const struct linux_sizes *sizes,
	uint64_t mem_limit, struct place *place, struct linux_plan *plan, struct refusal *why)
{
	plan->kernel = header->loaded_high ? HIGH_KERNEL : LOW_KERNEL;
	if (place_kernel(header, sizes->kernel, place, plan->kernel, why) < 0)
		return -1;
	if (place_initrd(header, sizes->initrd, mem_limit, place, plan, why) < 0)
		return -1;
	return place_setup_data(header, sizes->kernel, mem_limit, place, plan, why);
}
