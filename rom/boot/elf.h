/*
 * Reading ELF files of 32 and 64 bits whose numbers may be anything (System V ABI, "Object Files").
 * Pure: bytes in, numbers out; nothing that is returned reaches over the file's end or over 4 GiB.
 */
#ifndef ROM_BOOT_ELF_H
#define ROM_BOOT_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "map.h"
#include "refuse.h"

struct elf {
	const uint8_t *head; /* the beginning of the file */
	uint32_t file_size;
	bool is_64;
	uint64_t entry;
	uint32_t phoff, phnum, phentsize; /* the program headers lie in head */
	uint32_t shoff, shnum, shentsize,
		shstrndx; /* the section headers in the file; shnum 0: none */
};

/* A piece of the file for memory; size - bytes zeros follow. */
struct elf_segment {
	uint32_t offset, bytes, to, size;
	uint64_t virtual_to;
};

/* What is looked at of a section header. */
struct elf_section {
	uint32_t offset, size;
	bool wanted; /* symbols or strings that no segment loads */
};

/*
 * Read the file header. head: its first bytes, head_bytes of them. Returns 0, or -1 with
 * REFUSE_ELF: no ELF for x86, program headers not in head, section headers not in the file, strange
 * sizes.
 */
int elf_read(struct elf *elf, const uint8_t *head, uint32_t head_bytes, uint32_t file_size,
	struct refusal *why);

/*
 * Read a program header. i: below elf->phnum. Returns 1 for a segment to load, 0 for another one,
 * -1 with REFUSE_ELF for one that reaches over the file's end or above 4 GiB.
 */
int elf_segment(
	const struct elf *elf, uint32_t i, struct elf_segment *segment, struct refusal *why);

/* From the lowest to the highest byte of all segments. Returns 0, or -1 with REFUSE_ELF. */
int elf_span(const struct elf *elf, struct range *span, struct refusal *why);

/* Where the entry is in memory: the file has it as a virtual address. After elf_span(). */
uint32_t elf_entry(const struct elf *elf);

/*
 * Read a section header. table: shnum * shentsize bytes. i: below elf->shnum. Returns 0, or -1 with
 * REFUSE_ELF for a wanted one that reaches over the file's end.
 */
int elf_section(const struct elf *elf, const uint8_t *table, uint32_t i,
	struct elf_section *section, struct refusal *why);

/* Say in a section header where its section is. */
void elf_section_set(const struct elf *elf, uint8_t *table, uint32_t i, uint32_t address);

#endif
