#include "engine/xen_config.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../guests/dom0/agent/frame.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/xen_argv.h"
#include "engine/xen_stubdom.h"

#define XL_LINE "xl.cfg:"

/* xl.cfg(5): a string in double quotes, in which a backslash escapes. */
static void add_quoted(struct buffer *out, const char *value)
{
	buffer_add_text(out, "\"");
	for (const unsigned char *at = (const unsigned char *)value; *at; at++) {
		if (*at == '"' || *at == '\\')
			buffer_printf(out, "\\%c", *at);
		else if (*at < ' ' || *at == 0x7f)
			buffer_printf(out, "\\x%02x", *at);
		else
			buffer_add(out, at, 1);
	}
	buffer_add_text(out, "\"");
}

static void add_string(struct buffer *out, const char *name, const char *value)
{
	buffer_printf(out, "%s=", name);
	add_quoted(out, value);
	buffer_add_text(out, "\n");
}

/* Without a kernel the device model has no fw_cfg at all; zeros, which it takes for an old Linux,
 * are enough to have it load a ROM. Ours sees a Multiboot 2 kernel before that. */
#define STAND_IN      AGENT_CELL "/stand-in"
#define STAND_IN_SIZE 8192

static void add_payload(
	struct buffer *out, const struct machine *machine, const struct payload *payload)
{
	autofree char *modules = qemu_modules(machine, AGENT_CELL "/", false);

	add_string(
		out, "kernel", payload->boot == BOOT_MULTIBOOT2 ? STAND_IN : AGENT_CELL "/kernel");
	if (modules || payload->initrd)
		add_string(out, "ramdisk", modules ? modules : AGENT_CELL "/initrd");
	if (*payload->cmdline && payload->boot != BOOT_MULTIBOOT2)
		add_string(out, "cmdline", payload->cmdline);
}

/* A hard disk behind AHCI: firmware reads one behind IDE byte by byte, each a way to the device
 * model and back. */
#define CONTROLLER "ahci,id=ahci0"

static const char *const controller_arguments[] = {"-device", CONTROLLER};

static const char *const disk_arguments[] = {"-drive",
	"file=" AGENT_CELL "/disk,format=raw,if=none,id=d0,file.locking=off", "-device",
	"ide-hd,drive=d0,bus=ahci0.0"};

/* Firmware knows how to read a disk behind virtio. The guest sees a stretch of the payload disk as
 * one of its own, of the same size whatever lies there: a frozen guest knows no other. */
#define VOLUME_DRIVE "if=none,id=volume,format=raw,readonly=on,file.locking=off,file=" AGENT_DISK

static const char ide_drive[] = "if=ide,format=raw,file.locking=off,file=" AGENT_CELL "/volume";

/* The ROM is on a card that does nothing else. */
static const char *const card_arguments[] = {
	"-device", CARD ",romfile=" AGENT_CELL "/rom/" CARD_ROM};

/* A port to ask for the payload, which the stub domain serves, and the same card. */
static const char *const stream_arguments[] = {"-chardev", STUBDOM_PORT, "-device",
	"virtio-serial-pci,disable-modern=on", "-device",
	"virtserialport,chardev=stream,name=org.dkboot.stream", "-device",
	CARD ",romfile=" AGENT_CELL "/rom/" CARD_ROM};

static const char *const rom_arguments[] = {"-L", AGENT_CELL "/rom"};

static bool is_line(const char *argument)
{
	return !strncmp(argument, XL_LINE, strlen(XL_LINE));
}

static void add_elements(struct buffer *out, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_line(list[i]))
			continue;
		add_quoted(out, list[i]);
		buffer_add_text(out, ", ");
	}
}

/* A case can bring the controller, so that a direct boot finds the same one. */
static bool has_controller(const struct machine *machine)
{
	for (size_t i = 0; i < machine->extra_count; i++)
		if (!strcmp(machine->extra[i], CONTROLLER))
			return true;
	return false;
}

static void add_files(struct buffer *out, const struct machine *machine)
{
	for (size_t i = 0; i < machine->attached_count; i++) {
		const char *name = machine->attached[i].name;
		autofree char *file = format_text(
			"name=%s,file=" AGENT_CELL "/" QEMU_ATTACHED_FILE, name ? name : "", i);
		const char *const list[] = {"-fw_cfg", file};

		if (name)
			add_elements(out, list, 2);
	}
}

static void add_volume(struct buffer *out, const struct machine *machine)
{
	autofree char *drive = format_text(VOLUME_DRIVE ",offset=%llu,size=%llu",
		(unsigned long long)XEN_VOLUME_AT,
		(unsigned long long)(XEN_DISK_SIZE - XEN_VOLUME_AT));
	const char *const virtio[] = {
		"-drive", drive, "-device", "virtio-blk-pci,drive=volume,disable-modern=on"};
	const char *const ide[] = {"-drive", ide_drive};

	add_elements(out, machine->volume_ide ? ide : virtio, machine->volume_ide ? 2 : 4);
}

static void add_model_arguments(
	struct buffer *out, const struct machine *machine, const struct payload *payload)
{
	buffer_add_text(out, "device_model_args_hvm=[");
	if (machine->rom_folder)
		add_elements(out, rom_arguments, sizeof(rom_arguments) / sizeof(*rom_arguments));
	add_elements(out, machine->extra, machine->extra_count);
	if (payload->disk && !has_controller(machine))
		add_elements(out, controller_arguments,
			sizeof(controller_arguments) / sizeof(*controller_arguments));
	if (payload->disk)
		add_elements(out, disk_arguments, sizeof(disk_arguments) / sizeof(*disk_arguments));
	add_files(out, machine);
	if (payload->volume)
		add_volume(out, machine);
	if (payload->volume && !payload->volume_starts)
		add_elements(out, card_arguments, sizeof(card_arguments) / sizeof(*card_arguments));
	if (payload->stream)
		add_elements(out, stream_arguments,
			sizeof(stream_arguments) / sizeof(*stream_arguments));
	buffer_add_text(out, "]\n");
}

/* Where nothing else is said: on_crash and on_poweroff leave the guest to be looked at. */
static const char serial_line[] = "serial=\"unix:" AGENT_SERIAL "\"\n";

static const char hvm_lines[] = "type=\"hvm\"\n"
				"vga=\"none\"\n"
				"vnc=0\n"
				"sdl=0\n";

static const char all_lines[] = "on_poweroff=\"preserve\"\n"
				"on_reboot=\"restart\"\n"
				"on_crash=\"preserve\"\n";

void xen_config(const struct machine *given, const struct payload *payload, struct buffer *out)
{
	struct machine here = *given, *machine = &here;
	bool pvh = !strcmp(machine->type, "pvh");

	here.attached = payload->attached;
	here.attached_count = payload->attached_count;
	add_string(out, "name", "cell");
	buffer_add_text(out, pvh ? "type=\"pvh\"\n" : hvm_lines);
	if (machine->stubdom)
		stubdom_config(payload, out);
	else if (!pvh)
		buffer_add_text(out, serial_line);
	buffer_printf(out, "memory=%llu\nvcpus=%u\n", (unsigned long long)(machine->memory >> 20),
		machine->vcpus);
	buffer_add_text(out, all_lines);
	if (payload->volume || payload->stream)
		add_string(out, "boot", payload->volume_starts ? "c" : "n");
	else if (!payload->disk)
		add_payload(out, machine, payload);
	if (!pvh)
		add_model_arguments(out, machine, payload);
	for (size_t i = 0; i < machine->extra_count; i++)
		if (is_line(machine->extra[i]))
			buffer_printf(out, "%s\n", machine->extra[i] + strlen(XL_LINE));
}

/* ---- the archive ---- */

static int add_head(struct archive *archive, const char *name, uint64_t size)
{
	struct archive_entry *entry = archive_entry_new();
	int status;

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)size);
	status = archive_write_header(archive, entry);
	archive_entry_free(entry);
	return status;
}

static int add_bytes(struct archive *archive, const char *name, const void *bytes, size_t size,
	struct error *error)
{
	if (add_head(archive, name, size) == ARCHIVE_OK &&
		archive_write_data(archive, bytes, size) == (la_ssize_t)size)
		return 0;
	return fail(error, "payload disk: %s: %s", name, archive_error_string(archive));
}

static int add_part(
	struct archive *archive, const char *name, const struct part *part, struct error *error)
{
	void *bytes =
		part->size ? mmap(NULL, part->size, PROT_READ, MAP_SHARED, part->fd, 0) : NULL;
	int status;

	if (bytes == MAP_FAILED)
		return fail_errno(error, "payload disk: %s", name);
	status = add_bytes(archive, name, bytes, part->size, error);
	if (bytes)
		munmap(bytes, part->size);
	return status;
}

static const char *const rom_names[] = {"linuxboot.bin", "linuxboot_dma.bin", "multiboot.bin",
	"multiboot_dma.bin", "pvh.bin", CARD_ROM, NULL};

static int add_roms(struct archive *archive, const char *folder, struct error *error)
{
	for (size_t i = 0; rom_names[i]; i++) {
		autofree char *path = format_text("%s/%s", folder, rom_names[i]);
		autofree char *name = format_text("rom/%s", rom_names[i]);
		autobuffer struct buffer rom = {0};

		if (!file_exists(path))
			continue;
		if (file_read(path, &rom, error) < 0 ||
			add_bytes(archive, name, rom.data, rom.size, error) < 0)
			return -1;
	}
	return 0;
}

/* What boots from a disk has its kernel there. */
static int add_payload_parts(struct archive *archive, const struct machine *machine,
	const struct payload *payload, struct error *error)
{
	static const char zeros[STAND_IN_SIZE];

	if (payload->disk)
		return add_part(archive, "disk", payload->disk, error);
	if (payload->boot == BOOT_MULTIBOOT2 &&
		add_bytes(archive, "stand-in", zeros, sizeof(zeros), error) < 0)
		return -1;
	if (payload->volume)
		return machine->volume_ide ? add_part(archive, "volume", payload->volume, error)
					   : 0;
	if (add_part(archive, "kernel", payload->kernel, error) < 0)
		return -1;
	for (size_t i = 0; i < payload->attached_count; i++) {
		autofree char *name = format_text(QEMU_ATTACHED_FILE, i);

		if (add_part(archive, name, payload->attached[i].part, error) < 0)
			return -1;
	}
	return payload->initrd ? add_part(archive, "initrd", payload->initrd, error) : 0;
}

static int add_sender(struct archive *archive, const struct machine *machine,
	const struct payload *payload, struct error *error)
{
	autobuffer struct buffer arguments = {0};
	const char *roms[sizeof(rom_names) / sizeof(rom_names[0])] = {NULL};
	size_t count = 0;

	for (size_t i = 0; machine->rom_folder && rom_names[i]; i++) {
		autofree char *path = format_text("%s/%s", machine->rom_folder, rom_names[i]);

		if (file_exists(path))
			roms[count++] = rom_names[i];
	}
	if (payload->stream && add_bytes(archive, "cmdline", payload->cmdline,
				       strlen(payload->cmdline), error) < 0)
		return -1;
	stubdom_sender(payload, roms, &arguments);
	return add_bytes(archive, "stream", arguments.data, arguments.size, error);
}

static int fill(struct archive *archive, const struct machine *machine,
	const struct payload *payload, const char *id, struct error *error)
{
	autobuffer struct buffer config = {0};

	xen_config(machine, payload, &config);
	if (add_bytes(archive, "id", id, strlen(id), error) < 0 ||
		add_bytes(archive, "cell.cfg", config.data, config.size, error) < 0 ||
		(machine->stubdom && add_sender(archive, machine, payload, error) < 0) ||
		add_payload_parts(archive, machine, payload, error) < 0)
		return -1;
	return machine->rom_folder ? add_roms(archive, machine->rom_folder, error) : 0;
}

int xen_disk_empty(struct error *error)
{
	int fd = memfd_create("payload-disk", MFD_CLOEXEC);

	if (fd < 0)
		return fail_errno(error, "payload disk");
	if (ftruncate(fd, (off_t)XEN_DISK_SIZE) == 0)
		return fd;
	close(fd);
	return fail_errno(error, "payload disk");
}

/* The volume goes behind the archive, where the guest's disk begins. */
static int put_volume(int disk, const struct part *volume, struct error *error)
{
	const char *bytes;
	ssize_t put;

	if (lseek(disk, 0, SEEK_END) > (off_t)XEN_VOLUME_AT)
		return fail(error, "payload disk: its archive reaches into the volume");
	bytes = mmap(NULL, volume->size, PROT_READ, MAP_SHARED, volume->fd, 0);
	if (bytes == MAP_FAILED)
		return fail_errno(error, "payload disk: volume");
	put = pwrite(disk, bytes, volume->size, (off_t)XEN_VOLUME_AT);
	munmap((void *)(uintptr_t)bytes, volume->size);
	return put == (ssize_t)volume->size ? 0 : fail_errno(error, "payload disk: volume");
}

static int write_archive(int disk, const struct machine *machine, const struct payload *payload,
	const char *id, struct error *error)
{
	struct archive *archive = archive_write_new();
	int status;

	archive_write_set_format_ustar(archive);
	archive_write_open_fd(archive, disk);
	status = fill(archive, machine, payload, id, error);
	if (archive_write_close(archive) != ARCHIVE_OK && status == 0)
		status = fail(error, "payload disk: %s", archive_error_string(archive));
	archive_write_free(archive);
	return status;
}

/* The largest that can be: what is on the disk besides is small. */
static uint64_t size_of(const struct payload *payload)
{
	if (payload->volume)
		return payload->volume->size;
	return payload->disk
		       ? payload->disk->size
		       : payload->kernel->size + (payload->initrd ? payload->initrd->size : 0);
}

int xen_disk(const struct machine *machine, const struct payload *payload, const char *id,
	struct error *error)
{
	bool volume = payload->volume && !machine->volume_ide;
	autofd int disk = -1;
	int kept;

	if (size_of(payload) > XEN_DISK_SIZE - XEN_VOLUME_AT)
		return fail(error, "payload disk: %llu bytes of payload do not fit into %llu",
			(unsigned long long)size_of(payload), (unsigned long long)XEN_DISK_SIZE);
	disk = memfd_create("payload-disk", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (disk < 0)
		return fail_errno(error, "payload disk");
	if (write_archive(disk, machine, payload, id, error) < 0 ||
		(volume && put_volume(disk, payload->volume, error) < 0))
		return -1;
	if (ftruncate(disk, (off_t)XEN_DISK_SIZE) < 0 ||
		fcntl(disk, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL))
		return fail_errno(error, "payload disk");
	kept = disk;
	disk = -1;
	return kept;
}
