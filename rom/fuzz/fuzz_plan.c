/* PVH, Multiboot 1, and placing as such, with any numbers. */
#include "fuzz/fuzz.h"

#include "boot/multiboot.h"
#include "boot/pvh.h"
#include "rsdp.h"
#include "source/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_pvh(struct input *input, struct fuzz_machine *machine, uint32_t first)
{
	struct pvh pvh = {.kernel = take_word(input),
		.kernel_size = take_word(input),
		.entry = take_word(input),
		.initrd_size = take_word(input),
		.cmdline_size = take_word(input)};
	struct enter enter;
	struct pvh_info *info;

	if (pvh_plan(&pvh, &machine->place) < 0)
		return;
	check_taken(&machine->place, first);
	must(in_taken(&machine->place, ITEM_KERNEL, pvh.entry, 1));
	must(in_taken(&machine->place, ITEM_CMDLINE, pvh.cmdline, pvh.cmdline_size + 1ull));
	must(in_taken(&machine->place, ITEM_INFO, pvh.info, pvh.info_size));
	info = calloc(1, pvh.info_size);
	pvh_write(&pvh, &machine->place.map, info, &enter);
	must(info->start.memmap_entries == machine->place.map.count);
	free(info);
}

static void fuzz_multiboot(struct input *input, struct fuzz_machine *machine, uint32_t first)
{
	struct multiboot multiboot = {.kernel = take_word(input),
		.kernel_size = take_word(input),
		.entry = take_word(input),
		.info_size = take_word(input)};
	struct multiboot_block *block;
	struct enter enter;

	take_bytes(input, &multiboot.info, sizeof(multiboot.info));
	if (multiboot_plan(&multiboot, &machine->place) < 0)
		return;
	check_taken(&machine->place, first);
	must(in_taken(&machine->place, ITEM_INFO, multiboot.block, multiboot.block_size));
	block = calloc(1, multiboot.block_size);
	multiboot_write(&multiboot, &machine->place.map, 639, block, &enter);
	free(block);
}

static void fuzz_window(struct input *input, struct fuzz_machine *machine, uint32_t first)
{
	for (uint32_t i = 0; i < 4; i++) {
		const uint32_t bytes = take_word(input);
		const struct window window = {take_word(input), take_word(input),
			1u << (take(input, 1) & 31), take(input, 1) & 1};
		uint32_t start;

		if (!bytes)
			continue;
		start = place_window(&machine->place, ITEM_MODULE, bytes, &window);
		must(!start || (start >= window.first && !(start & (window.align - 1)) &&
				       (uint64_t)start + bytes - 1 <= window.last));
	}
	place_low(&machine->place, ITEM_INFO, take_word(input) | 1);
	check_taken(&machine->place, first);
}

static void fuzz_bytes(struct input *input)
{
	struct file file[FILES] = {{0}};
	struct file_entry entry;
	uint8_t *memory = malloc(input->left + 1);
	const uint32_t bytes = (uint32_t)input->left;
	uint32_t at;

	memcpy(memory, input->at, bytes);
	at = rsdp_find(memory, bytes);
	must(at == bytes || (at + 20 <= bytes && at + rsdp_size(memory + at) <= bytes));
	free(memory);
	take_bytes(input, &entry, sizeof(entry));
	files_note(file, &entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct fuzz_machine machine;
	const uint8_t what = (uint8_t)take(&input, 1) & 3;

	fuzz_machine(&machine, &input);
	if (what == 0)
		fuzz_pvh(&input, &machine, machine.place.count);
	if (what == 1)
		fuzz_multiboot(&input, &machine, machine.place.count);
	if (what == 2)
		fuzz_window(&input, &machine, machine.place.count);
	if (what == 3)
		fuzz_bytes(&input);
	return 0;
}
