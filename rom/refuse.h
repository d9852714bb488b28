/* Why a boot is refused: a code and its numbers, and the words for it. */
#ifndef ROM_REFUSE_H
#define ROM_REFUSE_H

#include <stdint.h>

/* Things with a place in memory. X(enumerator, the name in a refusal). The payload comes first. */
#define ITEMS(X)                                                                                   \
	X(ITEM_SETUP, "setup")                                                                     \
	X(ITEM_KERNEL, "kernel image")                                                             \
	X(ITEM_INITRD, "initrd")                                                                   \
	X(ITEM_CMDLINE, "command line")                                                            \
	X(ITEM_RUNTIME, "run-time memory")                                                         \
	X(ITEM_SETUP_DATA, "setup_data")                                                           \
	X(ITEM_FIRMWARE, "firmware")                                                               \
	X(ITEM_LOADER, "loader")                                                                   \
	X(ITEM_INFO, "boot information")                                                           \
	X(ITEM_MODULE, "module") X(ITEM_SYMBOLS, "symbols") X(ITEM_TABLE, "its table")

/*
 * X(enumerator, text). In a text %s takes an item, %x a number as hexadecimal, %u one as decimal,
 * in the order in which struct refusal holds them. Ranges are start-end, end excluded; 0xffffffff
 * stands for everything from there on.
 */
#define REFUSALS(X)                                                                                \
	X(REFUSE_NO_FW_CFG, "no fw_cfg device (signature %x)")                                     \
	X(REFUSE_NO_KERNEL, "no payload (setup of %u bytes, no volume on %u disks)")               \
	X(REFUSE_READ, "fw_cfg DMA of %s failed (control %x)")                                     \
	X(REFUSE_E820_BROKEN, "broken e820 map (after %u entries)")                                \
	X(REFUSE_E820_LONG, "e820 map too long (over %u entries)")                                 \
	X(REFUSE_A20, "A20 stays off (%u)")                                                        \
	X(REFUSE_NOT_LINUX, "not a Linux kernel (no HdrS, boot flag %x)")                          \
	X(REFUSE_VERSION, "unknown boot protocol (version %x)")                                    \
	X(REFUSE_SETUP_SIZE, "wrong setup size (%u bytes of %u, at most 32768)")                   \
	X(REFUSE_ALIGNMENT, "kernel_alignment no power of two (%x)")                               \
	X(REFUSE_CMDLINE, "command line too long (%u bytes, at most %u)")                          \
	X(REFUSE_NOT_RAM, "%s not in RAM (%x-%x, RAM ends at %x)")                                 \
	X(REFUSE_OVERLAP, "%s overlaps %s (%x-%x, %x-%x)")                                         \
	X(REFUSE_NO_ROOM, "no room for %s (%u bytes below %x, RAM ends at %x)")                    \
	X(REFUSE_OLD_INITRD, "initrd needs boot protocol 2.00 (%u bytes)")                         \
	X(REFUSE_SETUP_DATA, "setup_data outside the image (%x of %x-%x)")                         \
	X(REFUSE_ENTRY, "%u-bit entry not allowed (boot protocol %x)")                             \
	X(REFUSE_ENTRY_WORD, "entry is none of 16, 32, 64 (%x)")                                   \
	X(REFUSE_LONG_MODE, "no long mode for a 64-bit entry (%u)")                                \
	X(REFUSE_MBI, "broken Multiboot information (%u bytes, modules %x-%x)")                    \
	X(REFUSE_ENTRY_OUTSIDE, "entry outside the image (%x of %x-%x)")                           \
	X(REFUSE_NOT_MULTIBOOT2, "not a Multiboot 2 kernel (no header in %u bytes)")               \
	X(REFUSE_TAG, "Multiboot 2 header has a broken tag (type %u, size %u, at %u)")             \
	X(REFUSE_TAG_UNKNOWN, "Multiboot 2 header asks for the unknown (tag %u at %u)")            \
	X(REFUSE_INFO, "Multiboot 2 header asks for what is not here (information %u)")            \
	X(REFUSE_ELF, "broken ELF file (%u bytes at %x of %u)")                                    \
	X(REFUSE_RELOCATE, "kernel cannot be relocated so (%x-%x, alignment %x)")                  \
	X(REFUSE_VOLUME_HEADER, "volume header is damaged (CRC-32 %x, says %x)")                   \
	X(REFUSE_VOLUME_VERSION, "volume of version %u (this ROM reads %u)")                       \
	X(REFUSE_VOLUME_SHORT, "volume is truncated (disk of %u sectors, needs %u)")               \
	X(REFUSE_VOLUME_PART, "volume has a broken part (number %u, kind %u, at sector %u)")       \
	X(REFUSE_VOLUME_SUM, "%s on the volume is damaged (CRC-32 %x, says %x)")                   \
	X(REFUSE_DISK, "disk %x cannot be read (status %x, at sector %u)")                         \
	X(REFUSE_STREAM_STALLED, "stream stalled in %s (at byte %u, asked %u times)")              \
	X(REFUSE_STREAM_SUM, "%s of the stream is damaged (SHA-256 %x..., says %x...)")            \
	X(REFUSE_STREAM_TABLE, "stream has a broken table (entry %u, part %u, %u bytes)")          \
	X(REFUSE_STREAM_SENDER, "sender of the stream cannot go on (part %u, at byte %u)")         \
	X(REFUSE_STREAM_VERSION, "stream of version %u (this ROM speaks %u)")

#define REFUSE_ENUMERATOR(name, text) name,
enum item { ITEMS(REFUSE_ENUMERATOR) };
enum refusal_code { REFUSALS(REFUSE_ENUMERATOR) REFUSAL_COUNT };

/* What is read from a source of payload: ITEM_SETUP to ITEM_CMDLINE. */
#define PAYLOAD_ITEMS 4

#define REFUSAL_NUMBERS 6

struct refusal {
	enum refusal_code code;
	uint32_t number[REFUSAL_NUMBERS];
};

/*
 * Note a refusal with its first three numbers; further ones the caller writes. code: see REFUSALS
 * for what the numbers are. Returns -1, the value of every function that refuses.
 */
int refuse(struct refusal *why, enum refusal_code code, uint32_t a, uint32_t b, uint32_t c);

/*
 * Give the text of a refusal, character by character, to put(): without prefix and line end.
 * why: a code below REFUSAL_COUNT with the numbers that its text takes. put: called for each
 * character with context.
 */
void refusal_text(const struct refusal *why, void (*put)(char c, void *context), void *context);

#endif
