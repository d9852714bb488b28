#include "boot/multiboot2_info.h"

#include "memory.h"
#include "rsdp.h"

enum {
	INFO_END,
	INFO_CMDLINE,
	INFO_LOADER,
	INFO_MODULE,
	INFO_MEMORY,
	INFO_MMAP = 6,
	INFO_SCREEN = 8,
	INFO_SECTIONS = 9,
	INFO_RSDP_OLD = 14,
	INFO_RSDP_NEW = 15,
	INFO_LOAD_BASE = 21,
};

#define GIVEN                                                                                      \
	(1u << INFO_CMDLINE | 1u << INFO_LOADER | 1u << INFO_MODULE | 1u << INFO_MEMORY |          \
		1u << INFO_MMAP | 1u << INFO_SCREEN | 1u << INFO_SECTIONS | 1u << INFO_RSDP_OLD |  \
		1u << INFO_RSDP_NEW | 1u << INFO_LOAD_BASE)

#define TAG_CONSOLE	4u
#define TAG_FRAMEBUFFER 5u
#define TEXT_MODE	3
#define MMAP_ENTRY	24u

static const char loader[] = "dkboot";

/* The text screen of a PC: section 3.6.12, type 2. */
static const uint32_t text_screen[] = {0xb8000, 0, 160, 80, 25, 2 << 8 | 16};

struct writer {
	uint8_t *to; /* NULL: only counts */
	uint32_t used;
};

bool multiboot2_gives(uint32_t type)
{
	return type < 32 && GIVEN >> type & 1;
}

static void put(struct writer *writer, const void *bytes, uint32_t count)
{
	if (writer->to)
		memcpy(writer->to + writer->used, bytes, count);
	writer->used += count;
}

static void put_word(struct writer *writer, uint32_t word)
{
	put(writer, &word, sizeof(word));
}

/* Begin a tag with so many bytes of content; every tag begins at a multiple of 8. */
static void begin(struct writer *writer, uint32_t type, uint32_t content)
{
	writer->used = (writer->used + 7) & ~7u;
	put_word(writer, type);
	put_word(writer, 8 + content);
}

/* Leave zeros. Returns where. */
static uint32_t skip(struct writer *writer, uint32_t count)
{
	const uint32_t at = writer->used;

	writer->used += count;
	return at;
}

static void put_modules(struct writer *writer, struct multiboot2_info *info)
{
	for (uint32_t i = 0; i < info->modules; i++) {
		struct multiboot2_module *module = &info->module[i];

		begin(writer, INFO_MODULE, 8 + module->cmdline_size + 1);
		put_word(writer, module->start);
		put_word(writer, module->start + module->size);
		module->cmdline_at = skip(writer, module->cmdline_size + 1);
	}
}

static void put_memory(struct writer *writer, const struct multiboot2_info *info)
{
	const struct map *map = info->map;

	begin(writer, INFO_MEMORY, 8);
	put_word(writer, info->int12_kib);
	put_word(writer, (map_reach(map, ONE_MIB) - ONE_MIB) / 1024);
	begin(writer, INFO_MMAP, 8 + map->count * MMAP_ENTRY);
	put_word(writer, MMAP_ENTRY);
	put_word(writer, 0);
	for (uint32_t i = 0; i < map->count; i++) {
		put(writer, &map->entry[i], sizeof(map->entry[i]));
		skip(writer, MMAP_ENTRY - sizeof(map->entry[i]));
	}
}

static void put_sections(
	struct writer *writer, struct multiboot2_info *info, const struct multiboot2 *kernel)
{
	const struct elf *elf = &kernel->elf;

	info->sections_at = 0;
	if (multiboot2_has(kernel, MULTIBOOT2_TAG_ADDRESS) || !elf->shnum)
		return;
	begin(writer, INFO_SECTIONS, 12 + elf->shnum * elf->shentsize);
	put_word(writer, elf->shnum);
	put_word(writer, elf->shentsize);
	put_word(writer, elf->shstrndx);
	info->sections_at = skip(writer, elf->shnum * elf->shentsize);
}

static void put_rsdp(struct writer *writer, const uint8_t *rsdp)
{
	if (!rsdp)
		return;
	begin(writer, INFO_RSDP_OLD, RSDP_OLD_BYTES);
	put(writer, rsdp, RSDP_OLD_BYTES);
	if (rsdp_size(rsdp) == RSDP_OLD_BYTES)
		return;
	begin(writer, INFO_RSDP_NEW, rsdp_size(rsdp));
	put(writer, rsdp, rsdp_size(rsdp));
}

/* Only who knows screens is told of one. */
static void put_screen(
	struct writer *writer, const struct multiboot2_info *info, const struct multiboot2 *kernel)
{
	if (*info->text_mode != TEXT_MODE ||
		(!multiboot2_has(kernel, TAG_CONSOLE) && !multiboot2_has(kernel, TAG_FRAMEBUFFER)))
		return;
	begin(writer, INFO_SCREEN, sizeof(text_screen));
	put(writer, text_screen, sizeof(text_screen));
}

uint32_t multiboot2_info_write(
	struct multiboot2_info *info, const struct multiboot2 *kernel, uint8_t *to)
{
	struct writer writer = {to, 8};

	begin(&writer, INFO_CMDLINE, info->cmdline_size + 1);
	info->cmdline_at = skip(&writer, info->cmdline_size + 1);
	begin(&writer, INFO_LOADER, sizeof(loader));
	put(&writer, loader, sizeof(loader));
	put_modules(&writer, info);
	put_memory(&writer, info);
	put_sections(&writer, info, kernel);
	put_rsdp(&writer, info->rsdp);
	put_screen(&writer, info, kernel);
	begin(&writer, INFO_LOAD_BASE, 4);
	put_word(&writer, kernel->base);
	begin(&writer, INFO_END, 0);
	if (to)
		memcpy(to, &writer.used, sizeof(writer.used));
	return writer.used;
}
