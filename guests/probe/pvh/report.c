/* What a PVH kernel is given (struct hvm_start_info of Xen), line by line: guests/README.md. */
#include "say.h"

#define MAGIC	   0x336ec578u
#define LINES_MOST 256u

struct start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

struct module {
	uint64_t at, size, cmdline, reserved;
};

struct memory {
	uint64_t base, size;
	uint32_t type, reserved;
};

static void say_info(struct out *out, const struct start_info *info)
{
	out_begin(out, "info");
	out_hex(out, " at=", (uint32_t)info, 8);
	out_hex(out, " magic=", info->magic, 8);
	out_decimal(out, " version=", info->version);
	out_hex(out, " flags=", info->flags, 8);
	out_decimal(out, " nr_modules=", info->nr_modules);
	out_hex(out, " modlist=", info->modlist, 16);
	out_hex(out, " cmdline=", info->cmdline, 16);
	out_hex(out, " rsdp=", info->rsdp, 16);
	out_hex(out, " memmap=", info->memmap, 16);
	out_decimal(out, " memmap_entries=", info->memmap_entries);
	out_hex(out, " reserved=", info->reserved, 8);
	out_end(out);
}

static void say_lists(struct say *say, const struct start_info *info)
{
	const struct memory *memory = (const struct memory *)(uint32_t)info->memmap;
	const struct module *module = (const struct module *)(uint32_t)info->modlist;

	for (uint32_t i = 0; i < info->memmap_entries && i < LINES_MOST; i++)
		say_e820(&say->out, memory[i].base, memory[i].size, memory[i].type);
	say_string(say, "cmdline", (uint32_t)info->cmdline);
	for (uint32_t i = 0; i < info->nr_modules && i < LINES_MOST; i++) {
		say_range(say, "module", (uint32_t)module[i].at, (uint32_t)module[i].size);
		say_string(say, "string", (uint32_t)module[i].cmdline);
	}
}

static void say_all(struct say *say, const void *context)
{
	const struct machine *machine = context;
	const struct start_info *info = (const struct start_info *)machine->ebx;

	out_begin(&say->out, "begin pvh");
	out_end(&say->out);
	say_machine(&say->out, machine);
	say_info(&say->out, info);
	if (info->magic == MAGIC) {
		say_lists(say, info);
		say_rsdp(&say->out, (uint32_t)info->rsdp);
	}
	say_itself(say);
}

void probe(const struct machine *machine)
{
	say_report(say_all, machine);
}
