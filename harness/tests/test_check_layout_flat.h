/* Machines for the oracle's tests that are entered in protected or long mode, each by a loader that
 * does all as it should. */
#ifndef DKBOOT_TESTS_TEST_CHECK_LAYOUT_FLAT_H
#define DKBOOT_TESTS_TEST_CHECK_LAYOUT_FLAT_H

#include "check/flat_view.h"
#include "test_check_layout.h"

#define IMAGE	   0x200000u
#define IMAGE_SIZE 5000u
#define IMAGE_ALL  9000u
#define ENTRY	   (IMAGE + 0x80)
#define HEAD_AT	   0x9e000u /* descriptors and stack */
#define INFO	   0x9e130u
#define MAP	   0x9e200u
#define LIST	   0x9e400u
#define CMDLINE	   0x9d000u
#define LOADER	   0x9d100u
#define STRING	   0x9d200u
#define MODULE	   0x300000u
#define MODULE_LEN 6001u
#define ZERO_PAGE  0x10000u
#define TABLES	   0x12000u
#define RSDP	   0xf5000u
#define EBDA_RSDP  0x9fc80u

/** What a test asks for. */
struct flat_wish {
	enum boot_protocol boot;
	unsigned entry; /* of Linux */
	enum loader loader;
	bool relocatable;
};

/* What the file says: a segment, a section of symbols at its end. */
static inline void flat_kernel(struct guest *guest, const struct flat_wish *wish)
{
	static uint8_t file[IMAGE_SIZE + 100];
	struct executable *executable = &guest->payload.executable;

	for (size_t i = 0; i < sizeof(file); i++)
		file[i] = (uint8_t)(i * 7 + i / 256);
	guest->kernel = make_part(file, sizeof(file));
	*executable = (struct executable){.boot = wish->boot,
		.entry = ENTRY,
		.segment = {{IMAGE, 0, IMAGE_SIZE, IMAGE_ALL}},
		.segment_count = 1,
		.relocatable = wish->relocatable,
		.min = IMAGE,
		.max = 0xffffffff,
		.align = PAGE};
	poke(guest, IMAGE, file, IMAGE_SIZE);
	touch(guest, IMAGE, IMAGE_ALL);
}

static inline void flat_module_of(struct guest *guest)
{
	static uint8_t bytes[MODULE_LEN];

	memset(bytes, 0x3c, sizeof(bytes));
	guest->initrd = make_part(bytes, sizeof(bytes));
	poke(guest, MODULE, bytes, sizeof(bytes));
	guest->payload.modules[0] = (struct payload_module){
		&guest->initrd, guest->payload.boot == BOOT_PVH ? "" : "with arguments"};
	guest->payload.module_count = 1;
}

/* Each entry @step bytes, its first number at @skip. */
static inline void flat_poke_map(struct guest *guest, uint64_t at, unsigned step, unsigned skip)
{
	const struct memory_map *map = &guest->scene.map;

	for (size_t i = 0; i < map->count; i++, at += step) {
		if (skip)
			poke_number(guest, at, step - 4, 4);
		poke_number(guest, at + skip, map->range[i].start, 8);
		poke_number(guest, at + skip + 8, map->range[i].end - map->range[i].start, 8);
		poke_number(guest, at + skip + 16, map->range[i].type, 4);
	}
}

static inline void poke_text(struct guest *guest, uint64_t at, const char *text)
{
	poke(guest, at, text, strlen(text) + 1);
}

static inline void poke_words(struct guest *guest, uint64_t at, const uint32_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		poke_number(guest, at + 4 * i, words[i], 4);
}

#define UPPER ((64 * 1024) - 1024 - FIRMWARE / 1024)

static inline void tell_multiboot(struct guest *guest)
{
	const uint32_t count = (uint32_t)guest->scene.map.count;
	const uint32_t info[22] = {0x24d, 639, UPPER, 0, CMDLINE, 1,
		LIST, [11] = count * 24, [12] = MAP, [16] = LOADER};
	const uint32_t list[4] = {MODULE, MODULE + MODULE_LEN, STRING};

	poke_words(guest, INFO, info, 22);
	poke_words(guest, LIST, list, 4);
	flat_poke_map(guest, MAP, 24, 4);
	poke_text(guest, CMDLINE, "kernel quiet");
	poke_text(guest, LOADER, "qemu");
	poke_text(guest, STRING, "module with arguments");
	guest->scene.cpu.eax = 0x2badb002;
}

/* A tag; returns where the next one goes. */
static inline uint64_t add_tag(
	struct guest *guest, uint64_t at, uint32_t type, const void *bytes, size_t size)
{
	poke_number(guest, at, type, 4);
	poke_number(guest, at + 4, 8 + size, 4);
	poke(guest, at + 8, bytes, size);
	return at + (8 + size + 7) / 8 * 8;
}

static inline uint64_t add_map_tag(struct guest *guest, uint64_t at)
{
	uint32_t size = 16 + (uint32_t)guest->scene.map.count * 24;

	poke_words(guest, at, (uint32_t[]){6, size, 24, 0}, 4);
	flat_poke_map(guest, at + 16, 24, 0);
	return at + size;
}

/* Tags: command line, loader, module, basic memory, load base, symbols (100 bytes behind the
 * segment's, at 0x400000), map, end. */
static inline void tell_multiboot2(struct guest *guest)
{
	uint8_t module[8 + sizeof("with arguments")], file[100];
	uint32_t sections[3 + 10] = {1, 40, 0, 0, 2, 0, 0x400000, IMAGE_SIZE, 100};
	uint64_t at = INFO + 8;

	memcpy(module, (uint32_t[]){MODULE, MODULE + MODULE_LEN}, 8);
	memcpy(module + 8, "with arguments", sizeof("with arguments"));
	at = add_tag(guest, at, 1, "quiet", 6);
	at = add_tag(guest, at, 2, "dkboot", 7);
	at = add_tag(guest, at, 3, module, sizeof(module));
	at = add_tag(guest, at, 4, (uint32_t[]){639, UPPER}, 8);
	at = add_tag(guest, at, 21, (uint32_t[]){IMAGE}, 4);
	at = add_tag(guest, at, 9, sections, sizeof(sections));
	at = add_map_tag(guest, at);
	at = add_tag(guest, at, 0, "", 0);
	poke_words(guest, INFO, (uint32_t[]){(uint32_t)(at - INFO), 0}, 2);
	assert_int_equal(pread(guest->kernel.fd, file, 100, IMAGE_SIZE), 100);
	poke(guest, 0x400000, file, 100);
	guest->scene.cpu.eax = 0x36d76289;
}

static inline void tell_pvh(struct guest *guest)
{
	const uint32_t count = (uint32_t)guest->scene.map.count;
	const uint32_t info[14] = {
		0x336ec578, 1, 0, 1, LIST, 0, CMDLINE, 0, RSDP, 0, MAP, 0, count};

	poke_words(guest, INFO, info, 14);
	poke_words(guest, LIST, (uint32_t[]){MODULE, 0, MODULE_LEN, 0, 0, 0, 0, 0}, 8);
	flat_poke_map(guest, MAP, 24, 0);
	poke_text(guest, CMDLINE, "quiet");
}

/* A page directory entry for each 2 MiB of the first GiB. */
static inline void make_tables(struct guest *guest)
{
	poke_number(guest, TABLES, TABLES + 0x1003, 8);
	poke_number(guest, TABLES + 0x1000, TABLES + 0x2003, 8);
	for (uint64_t i = 0; i < 512; i++)
		poke_number(guest, TABLES + 0x2000 + 8 * i, i << 21 | 0x83, 8);
	guest->scene.cpu.cr0 |= 1u << 31;
	guest->scene.cpu.cr3 = TABLES;
	guest->scene.cpu.cr4 = 0x20;
	guest->scene.cpu.efer = 0x500;
	guest->scene.cpu.eip = 0x100200;
}

static inline void tell_linux(struct guest *guest)
{
	uint8_t header[0x270];

	guest->scene.cpu.cs = 0x1020; /* for set(): the page is where the setup would be */
	assert_int_equal(pread(guest->kernel.fd, header, sizeof(header), 0), sizeof(header));
	poke(guest, ZERO_PAGE + 0x1f1, header + 0x1f1, 0x202u + header[0x201] - 0x1f1);
	assert_true(pread(guest->kernel.fd, guest->ram + 0x100000, guest->header.image_size,
			    (off_t)guest->header.setup_size) > 0);
	touch(guest, 0x100000, guest->header.image_size);
	set(guest, "type_of_loader", 0xff);
	set(guest, "cmd_line_ptr", 0x20000);
	set(guest, "loadflags", 0x81);
	set(guest, "heap_end_ptr", 0xfe00);
	poke_text(guest, 0x20000, "quiet");
	flat_poke_map(guest, ZERO_PAGE + 0x2d0, 20, 0);
	poke_number(guest, ZERO_PAGE + 0x1e8, guest->scene.map.count, 1);
}

static inline void flat_enter(struct guest *guest, const struct flat_wish *wish)
{
	struct cpu_state *cpu = &guest->scene.cpu;

	*cpu = (struct cpu_state){.cs = 0x10,
		.ds = 0x18,
		.es = 0x18,
		.fs = 0x18,
		.gs = 0x18,
		.ss = 0x18,
		.ebx = INFO,
		.esp = HEAD_AT + 0xf0,
		.eflags = 2,
		.eip = ENTRY,
		.cr0 = 0x11};
	if (wish->boot != BOOT_LINUX)
		return;
	cpu->ebx = 0;
	cpu->esi = ZERO_PAGE;
	cpu->eip = 0x100000;
	cpu->esp = ZERO_PAGE + PAGE + 0xf0;
}

static inline void flat_make(struct guest *guest, const struct flat_wish *wish)
{
	static void (*const tell[BOOT_PROTOCOLS])(struct guest *) = {
		tell_linux, tell_multiboot, tell_multiboot2, tell_pvh};
	const struct wish basis = {.loader = wish->loader,
		.kernel = {.protocol = 0x20f, .image_size = 20000},
		.cmdline = "quiet"};
	uint8_t rsdp[20] = "RSD PTR ";

	guest_make(guest, &basis);
	memset(guest->ram + 0x10000, 0, 0x20000); /* what a 16-bit loader did */
	memset(guest->ram + 0x100000, 0, 0x100000);
	for (size_t i = 0; i < 19; i++)
		rsdp[19] = (uint8_t)(rsdp[19] - rsdp[i]);
	poke(guest, RSDP, rsdp, sizeof(rsdp));
	guest->absent = true; /* what cannot be read is no memory */
	guest->payload.boot = wish->boot;
	guest->payload.entry = wish->entry;
	flat_enter(guest, wish);
	if (wish->boot != BOOT_LINUX) {
		close(guest->kernel.fd);
		flat_kernel(guest, wish);
		flat_module_of(guest);
	}
	tell[wish->boot](guest);
	guest->scene.cpu.cs = 0x10;
	if (wish->entry == 64)
		make_tables(guest);
}

static inline void flat_free(struct guest *guest)
{
	if (guest->payload.module_count)
		close(guest->initrd.fd);
	guest_free(guest);
}

#endif
