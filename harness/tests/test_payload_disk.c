/* The disk that boots a payload: every byte that firmware and GRUB go by. */
#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "payload/disk.h"
#include "payload/grub.h"
#include "payload/part.h"

#include <cmocka.h> /* last: it takes the name fail */

#define MIB (1u << 20)

static char *folder, *mbr, *core;

/* Stand-ins for GRUB's files, letters but for the sectors that each goes on at. */
static int write_loader(size_t core_size, unsigned char mbr_next, unsigned char core_next)
{
	autobuffer struct buffer bytes = {0};

	buffer_fill(&bytes, 'm', 512);
	memset(bytes.data + 0x5c, 0, 8);
	bytes.data[0x5c] = (char)mbr_next;
	if (file_write(mbr, bytes.data, bytes.size, NULL))
		return -1;
	buffer_clear(&bytes);
	buffer_fill(&bytes, 'c', core_size);
	memset(bytes.data + 0x1f4, 0, 8);
	bytes.data[0x1f4] = (char)core_next;
	return file_write(core, bytes.data, bytes.size, NULL);
}

static int set_up(void **state)
{
	(void)state;
	folder = copy_text("/tmp/dkboot-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	mbr = format_text("%s/mbr", folder);
	core = format_text("%s/core", folder);
	return write_loader(1300, 1, 2);
}

static int tear_down(void **state)
{
	int result = folder_remove(folder, NULL);

	(void)state;
	free(mbr);
	free(core);
	free(folder);
	return result;
}

static struct part *letters(char letter, size_t size)
{
	autobuffer struct buffer bytes = {0};
	struct part_writer *writer = part_begin("test", NULL);

	buffer_fill(&bytes, letter, size);
	part_write(writer, bytes.data, size, NULL);
	return part_seal(writer, "", "test", NULL);
}

static struct part *try(struct payload *payload, struct error *error)
{
	struct disk_loader loader = {mbr, core};

	return disk_image(payload, DISK_ENTRY_32, &loader, error);
}

/* The image of a kernel and perhaps an initrd of so many bytes, mapped. */
static const unsigned char *make(size_t kernel, size_t initrd, size_t *size)
{
	struct payload payload = {
		.kernel = letters('k', kernel), .cmdline = copy_text("console=ttyS0")};
	struct error error = {""};
	struct part *disk;
	const unsigned char *bytes;

	payload.initrd = initrd ? letters('i', initrd) : NULL;
	disk = try(&payload, &error);
	if (!disk)
		fail_msg("%s", error.text);
	bytes = mmap(NULL, disk->size, PROT_READ, MAP_PRIVATE, disk->fd, 0);
	assert_true(bytes != MAP_FAILED);
	*size = disk->size;
	part_free(disk);
	part_free(payload.kernel);
	part_free(payload.initrd);
	free(payload.cmdline);
	return bytes;
}

static void the_record_has_code_table_and_mark(void **state)
{
	static const unsigned char table[66] = {
		/* active; CHS out of reach; 0xda; likewise; sector 2048; 2048 sectors */
		0x80, 0xfe, 0xff, 0xff, 0xda, 0xfe, 0xff, 0xff, 0, 8, 0, 0, 0, 8, 0, 0,
		/* three that are empty, and the mark */
		[64] = 0x55, [65] = 0xaa};
	size_t size;
	const unsigned char *disk = make(5000, 700, &size);

	(void)state;
	assert_int_equal(size, 2 * MIB);
	for (size_t at = 0; at < 0x1be; at++)
		if (at < 0x5c || at >= 0x64)
			assert_int_equal(disk[at], 'm');
	assert_memory_equal(disk + 0x1be, table, sizeof(table));
	munmap((void *)disk, size);
}

static void the_core_fills_the_gap(void **state)
{
	size_t size;
	const unsigned char *disk = make(5000, 700, &size);

	(void)state;
	assert_int_equal(disk[512], 'c');
	assert_int_equal(disk[512 + 0x1f4], 2);
	assert_int_equal(disk[512 + 1299], 'c');
	for (size_t at = 512 + 1300; at < MIB; at++)
		assert_int_equal(disk[at], 0);
	munmap((void *)disk, size);
}

static void check_file(struct archive *tar, const char *name, char letter, size_t size)
{
	struct archive_entry *entry;
	autofree char *bytes = malloc(size + 1);

	assert_int_equal(archive_read_next_header(tar, &entry), ARCHIVE_OK);
	assert_string_equal(archive_entry_pathname(entry), name);
	assert_int_equal(archive_entry_mtime(entry), 0);
	if (!letter)
		return;
	assert_int_equal(archive_entry_size(entry), size);
	assert_int_equal(archive_read_data(tar, bytes, size), size);
	for (size_t at = 0; at < size; at++)
		assert_int_equal(bytes[at], letter);
}

static void the_partition_is_a_tar(void **state)
{
	static const size_t kernels[] = {1, 512, 513, MIB - 4096, MIB, 3 * MIB - 5};
	struct archive_entry *entry;
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		const unsigned char *disk = make(kernels[i], 700, &size);
		struct archive *tar = archive_read_new();

		assert_int_equal(size % MIB, 0);
		assert_int_equal(disk[0x1ca] | disk[0x1cb] << 8, size / 512 - 2048);
		archive_read_support_format_tar(tar);
		assert_int_equal(archive_read_open_memory(tar, disk + MIB, size - MIB), ARCHIVE_OK);
		check_file(tar, "grub.cfg", 0, 0);
		check_file(tar, "kernel", 'k', kernels[i]);
		check_file(tar, "initrd", 'i', 700);
		assert_int_equal(archive_read_next_header(tar, &entry), ARCHIVE_EOF);
		archive_read_free(tar);
		assert_memory_equal(disk + MIB + 257, "ustar", 6); /* what GRUB looks for */
		munmap((void *)disk, size);
	}
}

static void the_same_payload_makes_the_same_disk(void **state)
{
	struct payload payload = {.kernel = letters('k', 99), .cmdline = copy_text("a")};
	struct error error = {""};
	struct part *one = try(&payload, &error), *two = try(&payload, &error);

	(void)state;
	assert_string_equal(one->sha256.hex, two->sha256.hex);
	part_free(one);
	part_free(two);
	part_free(payload.kernel);
	free(payload.cmdline);
}

static void a_loader_that_is_not_grubs_is_refused(void **state)
{
	static const struct {
		size_t core_size;
		unsigned char mbr_next, core_next;
		const char *words;
	} wrong[] = {
		{1300, 3, 2, "expected GRUB's boot.img"},
		{1300, 1, 3, "expected a core image of GRUB"},
		{512, 1, 2, "expected a core image of GRUB"},
		{MIB - 511, 1, 2, "1048065 bytes, expected 1048064 at most"},
	};
	struct payload payload = {.kernel = letters('k', 99), .cmdline = copy_text("a")};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = {""};

		write_loader(wrong[i].core_size, wrong[i].mbr_next, wrong[i].core_next);
		assert_null(try(&payload, &error));
		assert_non_null(strstr(error.text, wrong[i].words));
	}
	write_loader(1300, 1, 2);
	part_free(payload.kernel);
	free(payload.cmdline);
}

static void grub_is_told(const char *cmdline, enum disk_entry entry, bool initrd, const char *line)
{
	struct part part = {0};
	struct payload payload = {.cmdline = (char *)cmdline, .initrd = initrd ? &part : NULL};
	autobuffer struct buffer config = {0};

	assert_int_equal(grub_config(&payload, entry, &config, NULL), 0);
	if (!strstr(config.data, line))
		fail_msg("expected %s in %s", line, config.data);
	assert_int_equal(!initrd, !strstr(config.data, "\ninitrd"));
	assert_non_null(strstr(config.data, "\nboot\necho 'dkboot-disk: refused: "));
}

static void every_word_is_quoted(void **state)
{
	(void)state;
	grub_is_told("", DISK_ENTRY_32, false, "\nlinux /kernel\nboot\n");
	grub_is_told("", DISK_ENTRY_32, true, "\nlinux /kernel\ninitrd /initrd\nboot\n");
	grub_is_told(
		"a b", DISK_ENTRY_16, true, "\nlinux16 /kernel 'a' 'b'\ninitrd16 /initrd\nboot\n");
	grub_is_told("$x;y ${z}|#", DISK_ENTRY_32, false, "\nlinux /kernel '$x;y' '${z}|#'\n");
	grub_is_told(" a  b ", DISK_ENTRY_32, false, "\nlinux /kernel '' 'a' '' 'b' ''\n");
	grub_is_told("\xc3\xa4=\xf0\x9f\x90\xa7", DISK_ENTRY_32, false,
		"\nlinux /kernel '\xc3\xa4=\xf0\x9f\x90\xa7'\n");
}

static void what_grub_would_change_is_refused(void **state)
{
	static const char *const bad[] = {"a'b", "a\"b", "a\\b", "a\nb"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct payload payload = {.cmdline = (char *)bad[i]};
		autobuffer struct buffer config = {0};
		struct error error = {""};

		assert_int_equal(grub_config(&payload, DISK_ENTRY_32, &config, &error), -1);
		assert_non_null(strstr(error.text, "found one at byte 2"));
		assert_int_equal(config.size, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_has_code_table_and_mark),
		cmocka_unit_test(the_core_fills_the_gap),
		cmocka_unit_test(the_partition_is_a_tar),
		cmocka_unit_test(the_same_payload_makes_the_same_disk),
		cmocka_unit_test(a_loader_that_is_not_grubs_is_refused),
		cmocka_unit_test(every_word_is_quoted),
		cmocka_unit_test(what_grub_would_change_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
