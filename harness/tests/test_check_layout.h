/* A machine for the oracle's tests: RAM, a firmware's memory map, a payload, and a loader that does
 * all as it should. Its arithmetic is the specification's examples, not the oracle's. */
#ifndef DKBOOT_TESTS_TEST_CHECK_LAYOUT_H
#define DKBOOT_TESTS_TEST_CHECK_LAYOUT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/layout_rule.h"
#include "payload/probe.h"
#include "../guests/probe/linux/params.h"

#include <cmocka.h> /* last: its macro fail() hides ours */

#define SPACE	 (1024ull << 20)
#define PAGE	 4096
#define PAGES	 (SPACE / PAGE)
#define LOWER	 1
#define UNPLACED UINT64_MAX
#define FIRMWARE 0x20000 /* what SeaBIOS takes from the end of RAM */
#define MEBIBYTE (1ull << 20)

/** What a test asks for. Zero: a modern bzImage of 64 MiB of RAM without an initrd. */
struct wish {
	enum loader loader;
	struct probe_spec kernel;
	uint64_t initrd; /* bytes, 0 = none */
	const char *cmdline;
	uint64_t memory;				 /* bytes; 0 = 64 MiB */
	unsigned kib;					 /* conventional memory; 0 = 639 */
	uint64_t real, heap_end, command, load, ramdisk; /* where things go; 0 = the usual place */
	bool entry_only, without_before;
};

/** A guest that stands at its kernel's first instruction. */
struct guest {
	struct wish wish;
	uint8_t *ram;
	uint8_t *pages;	 /* 1 = touched */
	uint64_t broken; /* an address that cannot be read */
	bool absent;	 /* there is no memory there */
	struct linux_header header;
	struct part kernel, initrd;
	struct payload payload;
	struct layout_scene scene;
	struct memory_image *before;
	unsigned version;
	bool modern;
};

static inline void touch(struct guest *guest, uint64_t at, uint64_t size)
{
	for (uint64_t page = at / PAGE; size && page <= (at + size - 1) / PAGE; page++)
		guest->pages[page] = 1;
}

static inline void poke(struct guest *guest, uint64_t at, const void *bytes, size_t size)
{
	memcpy(guest->ram + at, bytes, size);
	touch(guest, at, size);
}

static inline void poke_number(struct guest *guest, uint64_t at, uint64_t value, unsigned width)
{
	poke(guest, at, &value, width);
}

static inline void flip(struct guest *guest, uint64_t at)
{
	poke_number(guest, at, guest->ram[at] ^ 0x5au, 1);
}

static inline uint64_t real_of(const struct guest *guest)
{
	return (guest->scene.cpu.cs - 0x20u) * 16;
}

/** Writes a header field, where the version has it. */
static inline void set(struct guest *guest, const char *name, uint64_t value)
{
	const struct linux_field *field = linux_field_find(name, guest->version);

	if (field)
		poke_number(guest, real_of(guest) + field->offset, value, field->width);
}

static inline uint64_t get(const struct guest *guest, const char *name)
{
	const struct linux_field *field = linux_field_find(name, guest->version);
	uint64_t value = 0;

	assert_non_null(field);
	memcpy(&value, guest->ram + real_of(guest) + field->offset, field->width);
	return value;
}

static inline int guest_read(
	void *context, uint64_t at, void *out, size_t size, struct error *error)
{
	const struct guest *guest = context;

	if (at > SPACE || size > SPACE - at ||
		(guest->broken && at <= guest->broken && guest->broken < at + size)) {
		snprintf(error->text, sizeof(error->text), "no memory at 0x%llx",
			(unsigned long long)at);
		return guest->absent ? 1 : -1;
	}
	memcpy(out, guest->ram + at, size);
	return 0;
}

static inline int guest_touched(
	void *context, uint64_t from, uint64_t *start, uint64_t *end, struct error *error)
{
	const struct guest *guest = context;
	uint64_t page = from / PAGE;
	const uint8_t *next;

	(void)error;
	next = page < PAGES ? memchr(guest->pages + page, 1, PAGES - page) : NULL;
	if (!next)
		return 1;
	page = (uint64_t)(next - guest->pages);
	*start = page * PAGE < from ? from : page * PAGE;
	while (page < PAGES && guest->pages[page])
		page++;
	*end = page * PAGE;
	return 0;
}

static inline struct part make_part(const void *bytes, size_t size)
{
	struct part part = {.fd = memfd_create("part", MFD_CLOEXEC), .size = size};

	assert_true(part.fd >= 0);
	assert_int_equal(pwrite(part.fd, bytes, size, 0), (ssize_t)size);
	return part;
}

/* A template that is no code: what it does is not asked here. */
static inline void make_kernel(struct guest *guest)
{
	static uint8_t template[1000 + 3001];
	struct probe_params params = {.setup16_size = 1000, .code32_size = 3001};
	autobuffer struct buffer file = {0};
	struct error error = {""};

	memset(template, 0x77, sizeof(template));
	template[0x200] = 0xeb;
	template[0x201] = HEADER_END - 0x202;
	memcpy(params.magic, PARAMS_MAGIC, sizeof(params.magic));
	memcpy(template + PARAMS_AT, &params, sizeof(params));
	if (probe_image_from(template, sizeof(template), &guest->wish.kernel, &file, &error))
		fail_msg("%s", error.text);
	assert_int_equal(linux_header_read(file.data, file.size, &guest->header, &error), 0);
	guest->kernel = make_part(file.data, file.size);
	guest->version = guest->wish.kernel.protocol;
	guest->modern = guest->version >= 0x202 && !guest->wish.kernel.low;
}

static inline void make_initrd(struct guest *guest)
{
	uint64_t size = guest->wish.initrd;
	autofree uint8_t *bytes = malloc(size + 1);

	for (uint64_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)((i + 1) * 2654435761u >> 13);
	guest->initrd = make_part(bytes, size);
	guest->payload.initrd = &guest->initrd;
}

static inline void add_range(struct guest *guest, uint64_t start, uint64_t end, uint32_t type)
{
	struct memory_map *map = &guest->scene.map;

	map->range[map->count++] = (struct memory_range){start, end, type};
}

/* As SeaBIOS leaves it when it calls the boot entry of a ROM. */
static inline void make_firmware(struct guest *guest)
{
	uint64_t low = guest->wish.kib * 1024, memory = guest->wish.memory;

	for (unsigned vector = 0; vector < 256; vector++)
		poke_number(guest, 4 * vector, 0xf000ff53u + vector, 4);
	poke_number(guest, 0x40e, low / 16, 2);
	poke_number(guest, 0x413, low / 1024, 2);
	poke_number(guest, 0x6f80, 0xdeadbeef, 4);
	memset(guest->ram + 0xf0000, 0x90, 0x10000);
	touch(guest, 0xf0000, 0x10000);
	memset(guest->ram + memory - FIRMWARE, 0x31, FIRMWARE);
	touch(guest, memory - FIRMWARE, FIRMWARE);
	add_range(guest, 0, 0x9fc00, 1);
	add_range(guest, 0x9fc00, 0xa0000, 2);
	add_range(guest, 0xf0000, 0x100000, 2);
	add_range(guest, 0x100000, memory - FIRMWARE, 1);
	add_range(guest, memory - FIRMWARE, memory, 2);
	add_range(guest, 0xfffc0000, 0x100000000, 2);
}

static inline uint64_t or_usual(uint64_t given, uint64_t usual)
{
	return given ? given : usual;
}

static inline void load_parts(struct guest *guest)
{
	struct wish *wish = &guest->wish;
	size_t setup = guest->header.setup_size;
	uint64_t usual = (SPACE < wish->memory ? SPACE : wish->memory) - FIRMWARE;

	wish->load = or_usual(wish->load, wish->kernel.low || !guest->version ? 0x10000 : 0x100000);
	assert_int_equal(pread(guest->kernel.fd, guest->ram + wish->real, setup, 0), setup);
	touch(guest, wish->real, setup);
	assert_true(pread(guest->kernel.fd, guest->ram + wish->load, guest->header.image_size,
			    (off_t)setup) >= 0);
	touch(guest, wish->load, guest->header.image_size);
	if (!wish->initrd)
		return;
	if (usual > guest->header.initrd_addr_max + 1)
		usual = guest->header.initrd_addr_max + 1;
	wish->ramdisk = or_usual(wish->ramdisk, (usual - wish->initrd) / PAGE * PAGE);
	assert_int_equal(
		pread(guest->initrd.fd, guest->ram + wish->ramdisk, wish->initrd, 0), wish->initrd);
	touch(guest, wish->ramdisk, wish->initrd);
}

static inline void fill_header(struct guest *guest)
{
	const struct wish *wish = &guest->wish;

	set(guest, "type_of_loader", wish->loader == LOADER_STOCK ? 0xb0 : 0xff);
	if (guest->version > 0x200) {
		set(guest, "loadflags", guest->header.loadflags | LINUX_CAN_USE_HEAP);
		set(guest, "heap_end_ptr", wish->heap_end - 0x200);
	}
	set(guest, "cmd_line_ptr", wish->command);
	if (guest->version < 0x202) {
		poke_number(guest, wish->real + 0x20, 0xa33f, 2);
		poke_number(guest, wish->real + 0x22, wish->command - wish->real, 2);
	}
	if (wish->initrd) {
		set(guest, "ramdisk_image", wish->ramdisk);
		set(guest, "ramdisk_size", wish->initrd);
	}
	if (wish->load != 0x100000 && wish->load != 0x10000)
		set(guest, "code32_start", wish->load);
}

/* boot.rst, Running the Kernel: the example of a loader, with SP 16 bytes lower. */
static inline void load(struct guest *guest)
{
	struct wish *wish = &guest->wish;
	size_t length = strlen(wish->cmdline) + 1;
	uint16_t segment;

	wish->real = or_usual(wish->real, guest->modern ? 0x10000 : 0x90000);
	if (guest->modern && wish->real != 0x90000) {
		wish->heap_end = or_usual(wish->heap_end, 0x10000);
		wish->command = or_usual(wish->command, wish->real + 0x10000);
	} else {
		wish->heap_end = or_usual(wish->heap_end, 0xa000 - (length + 15) / 16 * 16);
		wish->command = or_usual(wish->command, wish->real + wish->heap_end);
	}
	segment = (uint16_t)(wish->real / 16);
	guest->scene.cpu = (struct cpu_state){.cs = segment + 0x20,
		.ds = segment,
		.es = segment,
		.fs = segment,
		.gs = segment,
		.ss = segment,
		.esp = (uint32_t)wish->heap_end - 16,
		.eflags = 0x46,
		.cr0 = 0x10};
	load_parts(guest);
	poke(guest, wish->command, wish->cmdline, length);
	fill_header(guest);
}

static inline void guest_make(struct guest *guest, const struct wish *wish)
{
	struct error error = {""};

	*guest = (struct guest){.wish = *wish};
	guest->wish.memory = or_usual(wish->memory, 64 * MEBIBYTE);
	guest->wish.kib = wish->kib ? wish->kib : 639;
	guest->wish.cmdline = wish->cmdline ? wish->cmdline : "console=ttyS0 quiet";
	guest->ram = mmap(NULL, SPACE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_ptr_not_equal(guest->ram, MAP_FAILED);
	guest->pages = calloc(1, PAGES);
	make_kernel(guest);
	if (wish->initrd)
		make_initrd(guest);
	make_firmware(guest);
	guest->payload.kernel = &guest->kernel;
	guest->payload.cmdline = (char *)guest->wish.cmdline;
	guest->scene.payload = &guest->payload;
	guest->scene.loader = wish->loader;
	guest->scene.entry_only = wish->entry_only;
	guest->scene.memory = (struct memory_reader){guest_read, guest_touched, guest};
	guest->before = memory_image_take(&guest->scene.memory, SPACE, &error);
	assert_non_null(guest->before);
	guest->scene.before = wish->without_before ? NULL : guest->before;
	load(guest);
}

static inline void guest_free(struct guest *guest)
{
	munmap(guest->ram, SPACE);
	free(guest->pages);
	close(guest->kernel.fd);
	if (guest->wish.initrd)
		close(guest->initrd.fd);
	memory_image_free(guest->before);
}

/** Ids of the rules that were broken, each once, with spaces between. */
static inline char *broken_rules(const struct layout_verdict *verdict)
{
	struct buffer out = {0};

	for (size_t i = 0; i < verdict->violation_count; i++) {
		const char *rule = verdict->violations[i].rule;

		if (!i || strcmp(rule, verdict->violations[i - 1].rule))
			buffer_printf(&out, "%s%s", i ? " " : "", rule);
	}
	return buffer_take(&out);
}

static inline void judge_guest(struct guest *guest, struct layout_verdict *verdict)
{
	struct error error = {""};

	if (layout_judge(&guest->scene, verdict, &error))
		fail_msg("%s", error.text);
}

#endif
