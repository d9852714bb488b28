/* Linux headers of any bytes: what is planned is lawful, what is written stays in the header. */
#include "fuzz/fuzz.h"

#include "boot/linux.h"
#include "boot/linux_params.h"

#define SETUP_MOST 0x8000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Entries other than the 16-bit one: a page of boot_params in a buffer of its exact size. */
static void write_params(const struct linux *linux, const struct map *map, const uint8_t *setup)
{
	struct linux_params *params = malloc(sizeof(*params));
	uint8_t video[LINUX_BIOS_DATA] = {3};
	struct enter enter;

	memset(params, 0xc3, sizeof(*params));
	memcpy(params, setup, sizeof(struct linux_setup));
	linux_params(params, linux, map, video);
	linux_params_enter(params, linux, &enter);
	must(params->page.e820_entries == map->count);
	free(params);
}

static void write_list(const struct linux *linux, struct input *input)
{
	const uint32_t size = linux->setup_data_size;
	struct refusal why;
	uint8_t *list;

	if (!size || size > 0x10000)
		return;
	list = malloc(size);
	take_bytes(input, list, size);
	linux_move_setup_data(linux, list, &why);
	free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct fuzz_machine machine;
	struct linux_setup *setup = malloc(sizeof(*setup));
	struct linux linux;
	char cmdline[64];
	uint16_t word;
	uint32_t first;

	memset(&linux, 0, sizeof(linux));
	fuzz_machine(&machine, &input);
	first = machine.place.count;
	for (unsigned int i = 0; i < PAYLOAD_ITEMS; i++)
		linux.size[i] = take_word(&input);
	if (linux.size[ITEM_CMDLINE] == UINT32_MAX)
		linux.size[ITEM_CMDLINE]--; /* QEMU's size counts the NUL, too */
	word = (uint16_t)take(&input, 2);
	take_bytes(&input, cmdline, sizeof(cmdline) - 1);
	cmdline[sizeof(cmdline) - 1] = 0;
	take_bytes(&input, &setup->header, sizeof(setup->header));
	if (!linux_read(&linux, &setup->header, &machine.why) &&
		!linux_plan_low(&linux, &machine.place)) {
		cmdline_scan(cmdline, &linux.options);
		if (!linux_plan_high(&linux, &machine.place)) {
			check_taken(&machine.place, first);
			must(linux.size[ITEM_SETUP] <= SETUP_MOST);
			must(in_taken(&machine.place, ITEM_SETUP, linux.at[ITEM_SETUP],
				linux.size[ITEM_SETUP]));
			must(in_taken(&machine.place, ITEM_CMDLINE, linux.at[ITEM_CMDLINE],
				linux.size[ITEM_CMDLINE] + 1ull));
			must(!linux.size[ITEM_INITRD] ||
				in_taken(&machine.place, ITEM_INITRD, linux.at[ITEM_INITRD],
					linux.size[ITEM_INITRD]));
			linux_write(&linux, setup);
			write_list(&linux, &input);
			if (!linux_entry(&linux, word, true, &machine.why) &&
				linux.entry != LINUX_ENTRY_16)
				write_params(&linux, &machine.place.map, (uint8_t *)setup);
		}
	}
	free(setup);
	return 0;
}
