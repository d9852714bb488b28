/* ELF files made in memory, of 32 and 64 bits, for tests. */
#ifndef ROM_TESTS_ELVES_H
#define ROM_TESTS_ELVES_H

#include <elf.h>
#include <string.h>

#define ELF_FILE 0x2000u /* bytes of such a file */

struct test_segment {
	uint32_t type;
	uint64_t offset, vaddr, paddr, filesz, memsz;
};

static inline void put_elf32(
	uint8_t *file, uint32_t entry, const struct test_segment *segment, unsigned int count)
{
	Elf32_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, 1},
		.e_machine = EM_386,
		.e_entry = entry,
		.e_phoff = sizeof(header),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = (Elf32_Half)count};

	memcpy(file, &header, sizeof(header));
	for (unsigned int i = 0; i < count; i++) {
		Elf32_Phdr phdr = {.p_type = segment[i].type,
			.p_offset = (uint32_t)segment[i].offset,
			.p_vaddr = (uint32_t)segment[i].vaddr,
			.p_paddr = (uint32_t)segment[i].paddr,
			.p_filesz = (uint32_t)segment[i].filesz,
			.p_memsz = (uint32_t)segment[i].memsz};

		memcpy(file + sizeof(header) + i * sizeof(phdr), &phdr, sizeof(phdr));
	}
}

static inline void put_elf64(
	uint8_t *file, uint64_t entry, const struct test_segment *segment, unsigned int count)
{
	Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1},
		.e_machine = EM_X86_64,
		.e_entry = entry,
		.e_phoff = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = (Elf64_Half)count};

	memcpy(file, &header, sizeof(header));
	for (unsigned int i = 0; i < count; i++) {
		Elf64_Phdr phdr = {.p_type = segment[i].type,
			.p_offset = segment[i].offset,
			.p_vaddr = segment[i].vaddr,
			.p_paddr = segment[i].paddr,
			.p_filesz = segment[i].filesz,
			.p_memsz = segment[i].memsz};

		memcpy(file + sizeof(header) + i * sizeof(phdr), &phdr, sizeof(phdr));
	}
}

#endif
