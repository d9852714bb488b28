/* ELF files of any bytes: nothing that is told reaches over the file or over the span. */
#include "fuzz/fuzz.h"

#include "boot/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_segments(const struct elf *elf)
{
	struct elf_segment segment;
	struct refusal why;
	struct range span;

	if (elf_span(elf, &span, &why) < 0)
		return;
	must(span.start < span.end);
	for (uint32_t i = 0; i < elf->phnum; i++) {
		if (elf_segment(elf, i, &segment, &why) != 1)
			continue;
		must(segment.bytes <= segment.size);
		must((uint64_t)segment.offset + segment.bytes <= elf->file_size);
		must(segment.to >= span.start);
		must((uint64_t)segment.to + segment.size <= span.end);
	}
	elf_entry(elf);
}

static void check_sections(const struct elf *elf, const uint8_t *data)
{
	const uint32_t bytes = elf->shnum * elf->shentsize;
	struct elf_section section;
	struct refusal why;
	uint8_t *table;

	must((uint64_t)elf->shoff + bytes <= elf->file_size || !elf->shnum);
	if (!elf->shnum)
		return;
	table = malloc(bytes);
	memcpy(table, data + elf->shoff, bytes);
	for (uint32_t i = 0; i < elf->shnum; i++) {
		if (elf_section(elf, table, i, &section, &why) < 0 || !section.wanted)
			continue;
		must((uint64_t)section.offset + section.size <= elf->file_size);
		elf_section_set(elf, table, i, 0x12345000);
	}
	free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct refusal why;
	struct elf elf;

	memset(&elf, 0, sizeof(elf));
	if (elf_read(&elf, data, (uint32_t)size, (uint32_t)size, &why) < 0)
		return 0;
	check_segments(&elf);
	check_sections(&elf, data);
	return 0;
}
