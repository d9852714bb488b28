#include "engine/qemu_argv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define SLOTS 12 /* files of fw_cfg that surely have room beside the emulator's own */

/* An argument vector that grows. */
struct arguments {
	char **list;
	size_t count;
};

static void take(struct arguments *arguments, char *text)
{
	arguments->list =
		reallocarray(arguments->list, arguments->count + 2, sizeof(*arguments->list));
	if (!arguments->list)
		abort();
	arguments->list[arguments->count++] = text;
	arguments->list[arguments->count] = NULL;
}

static void add(struct arguments *arguments, const char *text)
{
	take(arguments, copy_text(text));
}

static void add_option(struct arguments *arguments, const char *option, const char *value)
{
	if (!value)
		return;
	add(arguments, option);
	add(arguments, value);
}

__attribute__((format(printf, 3, 4))) static void add_formatted(
	struct arguments *arguments, const char *option, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	add(arguments, option);
	take(arguments, text);
}

/* What -m and size= both understand; a plain number would be mebibytes to the one, bytes to the
 * other. */
static const char *size_argument(uint64_t bytes, char *out, size_t room)
{
	format_size(bytes, out, room);
	if (!strpbrk(out, "KMG"))
		snprintf(out, room, "%" PRIu64 "B", bytes);
	return out;
}

static void add_surroundings(struct arguments *arguments)
{
	static const char *const fixed[] = {"-nodefaults", "-no-user-config", "-display", "none",
		"-vga", "none", "-net", "none", "-sandbox",
		"on,spawn=deny,elevateprivileges=deny,resourcecontrol=deny"};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		add(arguments, fixed[i]);
}

static void add_machine(
	struct arguments *arguments, const struct machine *machine, enum qemu_ties ties)
{
	char text[32];
	const char *size = size_argument(machine->memory, text, sizeof(text));

	add_option(arguments, "-accel", machine->accel);
	add_formatted(arguments, "-M", "%s%s", machine->type,
		ties != QEMU_REPEAT ? ",memory-backend=ram" : "");
	if (ties != QEMU_REPEAT)
		add_formatted(arguments, "-object",
			"memory-backend-file,id=ram,size=%s,mem-path=/proc/self/fd/%d,share=on",
			size, QEMU_FD_MEMORY);
	add_option(arguments, "-m", size);
	add_formatted(arguments, "-smp", "%u", machine->vcpus);
	add_option(arguments, "-cpu", machine->cpu);
	add_option(arguments, "-L", machine->rom_folder);
	add_option(arguments, "-bios", machine->firmware);
	if (!machine->dma)
		add_option(arguments, "-global", "fw_cfg_io.dma_enabled=off");
}

/* A pipe is given as a file: one-byte writes share its pages, while each of them would fill a
 * packet of a socket. */
static void add_ties(struct arguments *arguments, enum qemu_ties ties)
{
	if (ties != QEMU_REPEAT) {
		add_option(arguments, "-action", "reboot=shutdown,shutdown=pause,panic=pause");
		add_formatted(arguments, "-chardev", "socket,id=monitor,fd=%d", QEMU_FD_MONITOR);
		add_option(arguments, "-mon", "chardev=monitor,mode=control");
		add_formatted(arguments, "-chardev", "file,id=serial,path=/proc/self/fd/%d",
			QEMU_FD_SERIAL);
		add_formatted(arguments, "-chardev", "file,id=debug,path=/proc/self/fd/%d",
			QEMU_FD_DEBUG);
	} else {
		add_option(
			arguments, "-action", "reboot=shutdown,shutdown=poweroff,panic=shutdown");
		add_option(arguments, "-chardev", "stdio,id=serial,signal=on");
		add_option(arguments, "-chardev", "file,id=debug,path=/dev/stderr,append=on");
	}
	if (ties != QEMU_REPEAT)
		add(arguments, "-S");
	if (ties == QEMU_JUDGED) {
		add_formatted(arguments, "-chardev", "socket,id=stub,fd=%d", QEMU_FD_GDB);
		add_option(arguments, "-gdb", "chardev:stub");
	}
	add_option(arguments, "-serial", "chardev:serial");
	add_option(arguments, "-device", "isa-debugcon,iobase=0xe9,chardev=debug");
}

static void add_part(struct arguments *arguments, const char *option, const char *path,
	enum qemu_fd fd, enum qemu_ties ties)
{
	if (path && ties != QEMU_REPEAT)
		add_formatted(arguments, option, "/proc/self/fd/%d", fd);
	else
		add_option(arguments, option, path);
}

/* The guest may write to a disk and must not change it. Live, the seals of its file see to that. A
 * hard disk cannot be read-only, and a snapshot leaves a file behind when the emulator is killed
 * too early: that is good enough at a desk. */
static void add_disk(struct arguments *arguments, const char *path, enum qemu_ties ties)
{
	if (path && ties != QEMU_REPEAT)
		add_formatted(arguments, "-drive",
			"file=/proc/self/fd/%d,format=raw,if=ide,file.locking=off", QEMU_FD_DISK);
	else if (path)
		add_formatted(arguments, "-drive", "file=%s,format=raw,if=ide,snapshot=on", path);
}

/* Where an attachment is: by its descriptor, or as a file beside the kernel. */
static char *attached_path(size_t index, const char *folder, bool live)
{
	return live ? format_text("/proc/self/fd/%zu", QEMU_FD_ATTACHED + index)
		    : format_text("%s" QEMU_ATTACHED_FILE, folder, index);
}

static void add_escaped(struct buffer *out, const char *text)
{
	for (; *text; text++)
		buffer_printf(out, *text == ',' ? ",," : "%c", *text);
}

char *qemu_modules(const struct machine *machine, const char *folder, bool live)
{
	struct buffer out = {0};

	for (size_t i = 0; i < machine->attached_count; i++) {
		autofree char *path = attached_path(i, folder, live);

		if (machine->attached[i].name)
			continue;
		buffer_printf(&out, "%s%s", out.size ? "," : "", path);
		if (*machine->attached[i].arguments)
			buffer_add_text(&out, " ");
		add_escaped(&out, machine->attached[i].arguments);
	}
	return out.size ? buffer_take(&out) : NULL;
}

/* Is the ROM on a card? It is where there is no kernel for fw_cfg, and QEMU loads none. */
static bool has_card(const struct machine *machine)
{
	return (machine->volume && !machine->volume_starts) || machine->stream;
}

/* What the ROM reads as files of fw_cfg. Without a kernel the emulator loads no ROM by itself. */
static void add_files(
	struct arguments *arguments, const struct machine *machine, bool kernel, bool live)
{
	autofree char *modules = qemu_modules(machine, "", live);

	for (size_t i = 0; i < machine->attached_count; i++) {
		autofree char *path = attached_path(i, "", live);

		if (machine->attached[i].name)
			add_formatted(arguments, "-fw_cfg", "name=%s,file=%s",
				machine->attached[i].name, path);
	}
	add_option(arguments, "-initrd", modules);
	if (machine->attached_count > SLOTS)
		add_option(arguments, "-global", "fw_cfg_io.x-file-slots=64");
	if (machine->attached_count && !kernel && !has_card(machine) && machine->rom_folder)
		add_formatted(arguments, "-option-rom", "%s/linuxboot.bin,bootindex=0",
			machine->rom_folder);
}

/* A hard disk behind IDE cannot be read-only, see add_disk(). */
static const char *volume_drive(const struct machine *machine, enum qemu_ties ties)
{
	if (!machine->volume_ide)
		return "format=raw,if=none,id=volume,readonly=on,file.locking=off";
	return ties != QEMU_REPEAT ? "format=raw,if=ide,file.locking=off"
				   : "format=raw,if=ide,snapshot=on";
}

/* A payload volume. */
static void add_volume(
	struct arguments *arguments, const struct machine *machine, enum qemu_ties ties)
{
	const char *behind = volume_drive(machine, ties);

	if (!machine->volume)
		return;
	if (ties != QEMU_REPEAT)
		add_formatted(
			arguments, "-drive", "file=/proc/self/fd/%d,%s", QEMU_FD_VOLUME, behind);
	else
		add_formatted(arguments, "-drive", "file=%s,%s", machine->volume, behind);
	if (!machine->volume_ide)
		add_option(arguments, "-device", "virtio-blk-pci,drive=volume,disable-modern=on");
}

/* A port to ask for the payload, on a device of its own (rom/source/README.md). */
static void add_stream(
	struct arguments *arguments, const struct machine *machine, enum qemu_ties ties)
{
	if (!machine->stream)
		return;
	if (ties != QEMU_REPEAT)
		add_formatted(arguments, "-chardev", "socket,id=stream,fd=%d", QEMU_FD_STREAM);
	else
		add_option(arguments, "-chardev", "pipe,id=stream,path=" QEMU_STREAM_FIFO);
	add_option(arguments, "-device", "virtio-serial-pci,disable-modern=on,id=streams");
	add_option(arguments, "-device",
		"virtserialport,bus=streams.0,chardev=stream,name=org.dkboot.stream");
}

static void add_card(struct arguments *arguments, const struct machine *machine)
{
	if (machine->volume_starts)
		add_option(arguments, "-boot", "order=c");
	if (!has_card(machine))
		return;
	add_formatted(arguments, "-device", "%s,romfile=%s/%s", CARD,
		machine->rom_folder ? machine->rom_folder : ".", CARD_ROM);
	add_option(arguments, "-boot", "order=n");
}

char **qemu_argv(const struct machine *machine, const char *kernel, const char *initrd,
	const char *cmdline, enum qemu_ties ties)
{
	struct arguments arguments = {0};

	add(&arguments, machine->emulator);
	add_surroundings(&arguments);
	add_machine(&arguments, machine, ties);
	add_ties(&arguments, ties);
	add_disk(&arguments, machine->disk, ties);
	add_volume(&arguments, machine, ties);
	add_stream(&arguments, machine, ties);
	add_card(&arguments, machine);
	add_part(&arguments, "-kernel", kernel, QEMU_FD_KERNEL, ties);
	add_part(&arguments, "-initrd", initrd, QEMU_FD_INITRD, ties);
	add_files(&arguments, machine, kernel != NULL, ties != QEMU_REPEAT);
	add_option(&arguments, "-append", cmdline && *cmdline ? cmdline : NULL);
	for (size_t i = 0; i < machine->extra_count; i++)
		add(&arguments, machine->extra[i]);
	return arguments.list;
}

void qemu_argv_free(char **argv)
{
	for (char **at = argv; at && *at; at++)
		free(*at);
	free(argv);
}

uint64_t qemu_below_4g(const char *type, uint64_t memory)
{
	static const struct {
		const char *prefix;
		uint64_t reaches, leaves;
	} rules[] = {
		{"q35", 0xb0000000, 0x80000000},
		{"pc-q35-", 0xb0000000, 0x80000000},
		{"pc-i440fx-1.", 0xe0000000, 0xe0000000}, /* holes aligned to 1 GiB since 2.0 */
		{"", 0xe0000000, 0xc0000000},
	};
	size_t i = 0;

	while (strncmp(type, rules[i].prefix, strlen(rules[i].prefix)))
		i++;
	return memory < rules[i].reaches ? memory : rules[i].leaves;
}

int qemu_ram_offset(
	const char *type, uint64_t memory, uint64_t address, uint64_t size, uint64_t *offset)
{
	uint64_t below = qemu_below_4g(type, memory);
	uint64_t high = UINT64_C(1) << 32;

	if (address <= below && size <= below - address) {
		*offset = address;
		return 0;
	}
	if (address < high || address - high > memory - below ||
		size > memory - below - (address - high))
		return -1;
	*offset = address - high + below;
	return 0;
}
