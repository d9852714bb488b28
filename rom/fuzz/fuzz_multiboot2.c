/* Multiboot 2 files of any bytes: every piece lies in what was taken, the information in its size.
 */
#include "fuzz/fuzz.h"

#include "boot/multiboot2.h"
#include "boot/multiboot2_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_pieces(
	const struct multiboot2 *kernel, const struct place *place, uint32_t file_size)
{
	struct elf_segment piece;
	int kind;

	must(in_taken(place, ITEM_KERNEL, kernel->entry, 1));
	for (uint32_t i = 0; (kind = multiboot2_piece(kernel, i, &piece)) >= 0; i++) {
		if (!kind)
			continue;
		must(piece.bytes <= piece.size);
		must((uint64_t)piece.offset + piece.bytes <= file_size);
		must(in_taken(place, ITEM_KERNEL, piece.to, piece.size));
	}
}

static void check_info(
	const struct multiboot2 *kernel, const struct place *place, struct input *input)
{
	static const uint8_t mode = 3;
	static const uint8_t rsdp[36] = {[15] = 2, [20] = 36};
	struct multiboot2_info info = {
		.map = &place->map, .rsdp = rsdp, .text_mode = &mode, .cmdline_size = input->left};
	uint32_t size;
	uint8_t *bytes;

	info.modules = (uint32_t)take(input, 1) % (MODULES_MAX + 1);
	for (uint32_t i = 0; i < info.modules; i++)
		info.module[i].cmdline_size = (uint32_t)take(input, 1);
	size = multiboot2_info_write(&info, kernel, NULL);
	bytes = calloc(1, size);
	must(multiboot2_info_write(&info, kernel, bytes) == size);
	must(info.cmdline_at + info.cmdline_size < size);
	free(bytes);
}

/* The file's bytes come last, and its beginning is what the ROM would have in memory. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct fuzz_machine machine;
	struct multiboot2 kernel;
	uint32_t first, file_size, head;
	uint8_t *file;

	memset(&kernel, 0, sizeof(kernel));
	fuzz_machine(&machine, &input);
	first = machine.place.count;
	file_size = (uint32_t)input.left;
	if (input.left && *input.at & 1)
		file_size += 0x40000; /* as if it were longer than what is looked at */
	head = (uint32_t)(input.left < MULTIBOOT2_HEAD ? input.left : MULTIBOOT2_HEAD);
	file = malloc(head);
	memcpy(file, input.at, head);
	if (!multiboot2_read(&kernel, file, head, file_size, &machine.why) &&
		!multiboot2_plan(&kernel, &machine.place)) {
		check_taken(&machine.place, first);
		check_pieces(&kernel, &machine.place, file_size);
		check_info(&kernel, &machine.place, &input);
	}
	free(file);
	return 0;
}
