#include "payload/disk.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "payload/grub.h"
#include "payload/part.h"

#define SECTOR 512u
#define ALIGNMENT                                                                                  \
	(UINT64_C(1) << 20)	/* where the partition begins, and what its size is rounded to */
#define TAR_END	   (2 * SECTOR) /* two blocks of zeros */
#define TAR_LIMIT  (UINT64_C(8) << 30) /* a size has eleven octal digits */
#define NON_FS	   0xda		       /* partition type: data that is no file system */
#define TABLE_AT   0x1be
#define MARK_AT	   0x1fe
#define FIRST_CORE 1u /* sector of the core */

/* Where GRUB's sectors say which sector comes next (GRUB, include/grub/i386/pc/boot.h). */
#define MBR_NEXT  0x5c
#define CORE_NEXT 0x1f4

static void put_le32(unsigned char *at, uint64_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t get_le64(const char *at)
{
	uint64_t value = 0;

	for (int i = 8; i--;)
		value = value << 8 | (unsigned char)at[i];
	return value;
}

static uint64_t round_up(uint64_t size, uint64_t unit)
{
	return (size + unit - 1) / unit * unit;
}

/* Bytes of a file in a tar: a header, and its data in whole blocks. */
static uint64_t in_tar(uint64_t size)
{
	return SECTOR + round_up(size, SECTOR);
}

static uint64_t partition_size(const struct payload *payload, const struct buffer *config)
{
	uint64_t size = in_tar(config->size) + in_tar(payload->kernel->size) + TAR_END;

	if (payload->initrd)
		size += in_tar(payload->initrd->size);
	return round_up(size, ALIGNMENT);
}

/* The only entry: active, its cylinders, heads and sectors beyond what those can say, so that
 * everybody takes the numbers of its sectors. */
static void add_table(unsigned char *mbr, uint64_t size)
{
	static const unsigned char entry[16] = {0x80, 0xfe, 0xff, 0xff, NON_FS, 0xfe, 0xff, 0xff};

	memset(mbr + TABLE_AT, 0, MARK_AT - TABLE_AT);
	memcpy(mbr + TABLE_AT, entry, sizeof(entry));
	put_le32(mbr + TABLE_AT + 8, ALIGNMENT / SECTOR);
	put_le32(mbr + TABLE_AT + 12, size / SECTOR);
	mbr[MARK_AT] = 0x55;
	mbr[MARK_AT + 1] = 0xaa;
}

/* Both are used as they are built: each must go on where we put what follows. */
static int check_loader(const struct disk_loader *loader, const struct buffer *mbr,
	const struct buffer *core, struct error *error)
{
	if (mbr->size != SECTOR || get_le64(mbr->data + MBR_NEXT) != FIRST_CORE)
		return fail(error, "%s: expected GRUB's boot.img, a sector that goes on at %u",
			loader->mbr, FIRST_CORE);
	if (core->size <= SECTOR || get_le64(core->data + CORE_NEXT) != FIRST_CORE + 1)
		return fail(error, "%s: expected a core image of GRUB that goes on at sector %u",
			loader->core, FIRST_CORE + 1);
	if (core->size > ALIGNMENT - SECTOR)
		return fail(error, "%s: %zu bytes, expected %llu at most: it has to fit the gap",
			loader->core, core->size, (unsigned long long)(ALIGNMENT - SECTOR));
	return 0;
}

static int add_loader(struct part_writer *out, const struct disk_loader *loader, uint64_t size,
	struct error *error)
{
	autobuffer struct buffer mbr = {0}, core = {0};

	if (file_read(loader->mbr, &mbr, error) || file_read(loader->core, &core, error) ||
		check_loader(loader, &mbr, &core, error))
		return -1;
	add_table((unsigned char *)mbr.data, size);
	if (part_write(out, mbr.data, mbr.size, error) ||
		part_write(out, core.data, core.size, error))
		return -1;
	return part_zero(out, ALIGNMENT - part_offset(out), error);
}

/* What libarchive calls back with. */
struct target {
	struct part_writer *out;
	struct error *error;
};

static la_ssize_t receive(struct archive *archive, void *context, const void *bytes, size_t size)
{
	struct target *target = context;

	if (!part_write(target->out, bytes, size, target->error))
		return (la_ssize_t)size;
	archive_set_error(archive, EIO, "%s", target->error->text);
	return -1;
}

static int add_file(struct archive *tar, const char *name, const void *bytes, size_t size)
{
	struct archive_entry *entry = archive_entry_new();
	int result;

	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, AE_IFREG | 0644);
	archive_entry_set_size(entry, (la_int64_t)size);
	archive_entry_set_mtime(entry, 0, 0);
	result = archive_write_header(tar, entry);
	archive_entry_free(entry);
	if (result != ARCHIVE_OK)
		return -1;
	return archive_write_data(tar, bytes, size) == (la_ssize_t)size ? 0 : -1;
}

static int add_part(struct archive *tar, const char *name, const struct part *part)
{
	void *bytes;
	int result;

	if (!part)
		return 0;
	if (!part->size)
		return add_file(tar, name, "", 0);
	bytes = mmap(NULL, part->size, PROT_READ, MAP_PRIVATE, part->fd, 0);
	if (bytes == MAP_FAILED) {
		archive_set_error(tar, errno, "cannot map the %s", name);
		return -1;
	}
	result = add_file(tar, name, bytes, part->size);
	munmap(bytes, part->size);
	return result;
}

static int add_tar(struct part_writer *out, const struct payload *payload,
	const struct buffer *config, struct error *error)
{
	struct archive *tar = archive_write_new();
	struct target target = {out, error};
	int result = 0;

	if (archive_write_set_format_ustar(tar) != ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(tar, 1) != ARCHIVE_OK ||
		archive_write_open(tar, &target, NULL, receive, NULL) != ARCHIVE_OK ||
		add_file(tar, "grub.cfg", config->data, config->size) ||
		add_part(tar, GRUB_KERNEL, payload->kernel) ||
		add_part(tar, GRUB_INITRD, payload->initrd) ||
		archive_write_close(tar) != ARCHIVE_OK)
		result = fail(error, "%s", archive_error_string(tar));
	archive_write_free(tar);
	return result;
}

static int check_sizes(const struct payload *payload, struct error *error)
{
	if (payload->kernel->size < TAR_LIMIT &&
		(!payload->initrd || payload->initrd->size < TAR_LIMIT))
		return 0;
	return fail(error, "a kernel or initrd of 8 GiB or more does not fit a tar");
}

static int fill(struct part_writer *out, const struct payload *payload, enum disk_entry entry,
	const struct disk_loader *loader, struct error *error)
{
	autobuffer struct buffer config = {0};
	uint64_t size;

	if (check_sizes(payload, error) || grub_config(payload, entry, &config, error))
		return -1;
	size = partition_size(payload, &config);
	if (add_loader(out, loader, size, error) || add_tar(out, payload, &config, error))
		return -1;
	if (part_offset(out) > ALIGNMENT + size)
		return fail(error, "the tar is longer than was thought");
	return part_zero(out, ALIGNMENT + size - part_offset(out), error);
}

struct part *disk_image(const struct payload *payload, enum disk_entry entry,
	const struct disk_loader *loader, struct error *error)
{
	struct part_writer *writer = part_begin("disk", error);

	if (!writer)
		return NULL;
	if (!fill(writer, payload, entry, loader, error))
		return part_seal(writer, "", "disk", error);
	part_abandon(writer);
	return NULL;
}
