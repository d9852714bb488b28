/* Why a boot is refused: a code and its numbers, and the words for it. */
#ifndef ROM_REFUSE_H
#define ROM_REFUSE_H

#include <stdint.h>

/* Things with a place in memory. X(enumerator, the name in a refusal). */
#define ITEMS(X)                                                                                   \
	X(ITEM_SETUP, "setup")                                                                     \
	X(ITEM_KERNEL, "kernel image")                                                             \
	X(ITEM_INITRD, "initrd")                                                                   \
	X(ITEM_CMDLINE, "command line")                                                            \
	X(ITEM_RUNTIME, "kernel's run-time memory")                                                \
	X(ITEM_SETUP_DATA, "setup_data")                                                           \
	X(ITEM_FIRMWARE, "firmware memory")                                                        \
	X(ITEM_SIZE, "size of an item")

/*
 * X(enumerator, text). In a text %s takes an item, %x a number as hexadecimal, %u one below 4 GiB
 * as decimal, in the order in which struct refusal holds them. Ranges are start-end, end excluded.
 */
#define REFUSALS(X)                                                                                \
	X(REFUSE_NOTHING, "no reason given ()")                                                    \
	X(REFUSE_NO_FW_CFG, "no fw_cfg device (signature %x)")                                     \
	X(REFUSE_NO_KERNEL, "no kernel given (setup of %u bytes)")                                 \
	X(REFUSE_READ, "%s cannot be read (fw_cfg DMA error, control %x)")                         \
	X(REFUSE_STUCK, "%s cannot be read (fw_cfg DMA does not end, control %x)")                 \
	X(REFUSE_E820_BROKEN, "e820 memory map is broken (after %u entries)")                      \
	X(REFUSE_E820_LONG, "e820 memory map is too long (more than %u entries)")                  \
	X(REFUSE_A20, "A20 gate stays closed (port 0x92 tried, pattern %x)")                       \
	X(REFUSE_NOT_LINUX, "not a Linux kernel (no HdrS, boot flag %x)")                          \
	X(REFUSE_VERSION, "no such boot protocol (version %x)")                                    \
	X(REFUSE_SETUP_SHORT, "setup is cut short (%u bytes of %u)")                               \
	X(REFUSE_SETUP_LONG, "setup is too long (%u bytes, at most %u)")                           \
	X(REFUSE_CMDLINE, "command line is too long (%u bytes, the kernel takes %u)")              \
	X(REFUSE_NOT_RAM, "%s is not in RAM (%x-%x, RAM ends at %x)")                              \
	X(REFUSE_OVERLAP, "%s overlaps %s (%x-%x, %x-%x)")                                         \
	X(REFUSE_NO_ROOM, "no room for %s (%u bytes below %x, RAM ends at %x)")                    \
	X(REFUSE_ALIGNMENT, "kernel_alignment is no power of two (%x)")                            \
	X(REFUSE_OLD_INITRD, "an initrd needs boot protocol 2.00 (initrd of %u bytes)")            \
	X(REFUSE_SETUP_DATA, "setup_data is outside the kernel image (%x, image %x-%x)")           \
	X(REFUSE_SETUP_LIST, "setup_data list is broken (node at %x, list %x-%x)")

#define REFUSE_ENUMERATOR(name, text) name,
enum item { ITEMS(REFUSE_ENUMERATOR) ITEM_COUNT };
enum refusal_code { REFUSALS(REFUSE_ENUMERATOR) REFUSAL_COUNT };

struct refusal {
	enum refusal_code code;
	uint64_t number[6];
};

/* Fill *why and be -1, the value of every function that refuses. */
#define REFUSE(why, reason, ...)                                                                   \
	(*(why) = (struct refusal){.code = (reason), .number = {__VA_ARGS__}}, -1)

/*
 * Give the text of a refusal, character by character, to put(): without prefix and line end.
 * why: a code below REFUSAL_COUNT with the numbers that its text takes. put: called for each
 * character with context.
 */
void refusal_text(const struct refusal *why, void (*put)(char c, void *context), void *context);

#endif
