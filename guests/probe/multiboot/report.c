/* What a Multiboot 1 kernel is given (0.6.96, section 3.3), line by line: guests/README.md. */
#include "say.h"

#define HAS_MEMORY  0x001u
#define HAS_BOOT    0x002u
#define HAS_CMDLINE 0x004u
#define HAS_MODULES 0x008u
#define HAS_MMAP    0x040u
#define HAS_LOADER  0x200u
#define LINES_MOST  256u /* of modules or the map: what says more is broken */

struct info {
	uint32_t flags, mem_lower, mem_upper, boot_device;
	uint32_t cmdline, mods_count, mods_addr, syms[4];
	uint32_t mmap_length, mmap_addr, drives_length, drives_addr;
	uint32_t config_table, boot_loader_name, apm_table, vbe[4];
};

struct module {
	uint32_t start, end, string, reserved;
};

struct memory {
	uint32_t size; /* of what follows */
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

static void say_info(struct out *out, const struct info *info)
{
	out_begin(out, "info");
	out_hex(out, " at=", (uint32_t)info, 8);
	out_hex(out, " flags=", info->flags, 8);
	out_hex(out, " boot_device=", info->boot_device, 8);
	out_hex(out, " cmdline=", info->cmdline, 8);
	out_decimal(out, " mods_count=", info->mods_count);
	out_hex(out, " mods_addr=", info->mods_addr, 8);
	out_decimal(out, " mmap_length=", info->mmap_length);
	out_hex(out, " mmap_addr=", info->mmap_addr, 8);
	out_hex(out, " boot_loader_name=", info->boot_loader_name, 8);
	out_end(out);
	out_begin(out, "memory");
	if (info->flags & HAS_MEMORY) {
		out_decimal(out, " lower=", info->mem_lower);
		out_decimal(out, " upper=", info->mem_upper);
	} else {
		out_text(out, " none");
	}
	out_end(out);
}

static void say_modules(struct say *say, const struct info *info)
{
	const struct module *module = (const struct module *)info->mods_addr;
	uint32_t count = info->flags & HAS_MODULES ? info->mods_count : 0;

	for (; count && count <= LINES_MOST; count--, module++) {
		say_range(say, "module", module->start, module->end - module->start);
		say_string(say, "string", module->string);
	}
}

static void say_map(struct out *out, const struct info *info)
{
	uint32_t at = info->mmap_addr, left = info->flags & HAS_MMAP ? info->mmap_length : 0;

	for (uint32_t line = 0; left >= sizeof(struct memory) && line < LINES_MOST; line++) {
		const struct memory *memory = (const struct memory *)at;
		const uint32_t step = memory->size + (uint32_t)sizeof(memory->size);

		say_e820(out, memory->base, memory->length, memory->type);
		if (step < sizeof(*memory) || step > left)
			break;
		at += step;
		left -= step;
	}
}

static void say_all(struct say *say, const void *context)
{
	const struct machine *machine = context;
	const struct info *info = (const struct info *)machine->ebx;

	out_begin(&say->out, "begin multiboot");
	out_end(&say->out);
	say_machine(&say->out, machine);
	if (machine->eax == 0x2badb002) {
		say_info(&say->out, info);
		say_string(say, "loader", info->flags & HAS_LOADER ? info->boot_loader_name : 0);
		say_map(&say->out, info);
		say_string(say, "cmdline", info->flags & HAS_CMDLINE ? info->cmdline : 0);
		say_modules(say, info);
	}
	say_itself(say);
}

void probe(const struct machine *machine)
{
	say_report(say_all, machine);
}
