/* Fetching, against stand-ins for apt-cache, apt-get and dpkg-deb: nothing here touches the
 * network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "payload/package.h"
#include "payload/payload.h"
#include "payload/receipt.h"

#include <cmocka.h> /* last: it takes the name fail */

/* $T is the test's folder. A file nolists, nomirror, gone, noscript or changed there makes
 * something fail. */
static const char apt_cache[] =
	"#!/bin/sh\n"
	"[ -e $T/nolists ] && { [ $1 = madison ] || echo 'E: No packages found'; exit 0; }\n"
	"case \"$1 $2 $3\" in\n"
	"'show --no-all-versions meta') echo 'Package: meta'; echo 'Version: 1'\n"
	"  echo 'Depends: other (>= 3), pkg (= 1:2.0)' ;;\n"
	"'show --no-all-versions loose') echo 'Package: loose'; echo 'Depends: pkg' ;;\n"
	"'show --no-all-versions pkg=1:2.0'|'show --no-all-versions pkg')\n"
	"  echo 'Package: pkg'; echo 'Version: 1:2.0'; echo 'Architecture: amd64'\n"
	"  echo 'Size: 9'; echo \"SHA256: $(sha256sum <$T/pkg.deb | cut -c1-64)\" ;;\n"
	"'madison dpkg ') echo 'dpkg | 1 | somewhere' ;;\n"
	"*) echo 'E: No packages found'; exit 100 ;;\n"
	"esac\n";
static const char apt_get[] =
	"#!/bin/sh\n"
	"echo \"$@\" >>$T/calls\n"
	"[ -e $T/nomirror ] && { echo 'Ign:1 x'; echo 'E: Failed to fetch http://m/x  refused'; "
	"exit 100; }\n"
	"[ -e $T/gone ] && { echo 'E: Failed to fetch http://m/x  404  Not Found'; exit 100; }\n"
	"cp $T/pkg.deb pkg_1%3a2.0_amd64.deb\n"
	"if [ -e $T/changed ]; then echo more >>pkg_1%3a2.0_amd64.deb; fi\n";
static const char dpkg_deb[] =
	"#!/bin/sh\n"
	"mkdir -p $3/boot && cp $2 $3/boot/vmlinuz-1 && echo initrd >$3/boot/initrd\n"
	"ln -s /etc/hostname $3/boot/escape\n";

static char *folder, *cache;
static struct catalogue catalogue;

static void put(const char *name, const char *text, unsigned mode)
{
	autofree char *path = format_text("%s/%s", folder, name);

	assert_int_equal(file_write(path, text, strlen(text), NULL), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int set_up(void **state)
{
	autofree char *path = NULL, *bin = NULL;

	(void)state;
	folder = copy_text("/tmp/dkboot-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	cache = format_text("%s/ca[ch]e", folder);
	bin = format_text("%s/bin", folder);
	path = format_text("%s:%s", bin, "/usr/bin:/bin");
	assert_int_equal(folder_make(bin, NULL), 0);
	put("bin/apt-cache", apt_cache, 0755);
	put("bin/apt-get", apt_get, 0755);
	put("bin/dpkg-deb", dpkg_deb, 0755);
	put("pkg.deb", "a package", 0644);
	put("c.yaml",
		"- {name: k, metapackage: meta, file: 'boot/vmlinuz-*', kind: kernel, lean: yes, "
		"why: w}\n"
		"- {name: i, metapackage: meta, file: boot/initrd, kind: initrd, lean: no, why: "
		"w}\n"
		"- {name: none, package: pkg, file: 'boot/nix*', kind: initrd, lean: no, why: w}\n"
		"- {name: two, package: pkg, file: 'boot/*', kind: initrd, lean: no, why: w}\n"
		"- {name: escape, package: pkg, file: boot/escape, kind: disk, lean: no, why: w}\n"
		"- {name: unknown, package: nix, file: x, kind: initrd, lean: no, why: w}\n"
		"- {name: loose, metapackage: loose, file: x, kind: initrd, lean: no, why: w}\n"
		"- {name: pinned, package: pkg, file: boot/initrd, kind: initrd, lean: no, why: w, "
		"sha256: "
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}\n",
		0644);
	setenv("T", folder, 1);
	setenv("PATH", path, 1);
	free(path);
	path = format_text("%s/c.yaml", folder);
	return catalogue_read(path, &catalogue, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	catalogue_free(&catalogue);
	free(cache);
	folder_remove(folder, NULL);
	free(folder);
	return 0;
}

static char said[1024];

static void hear(const char *line)
{
	snprintf(said, sizeof said, "%s", line);
}

static const struct catalogue_entry *find(const char *name)
{
	return catalogue_find(&catalogue, name, NULL);
}

/* What the error says when @name is fetched, "" for none. */
static const char *fetch(const char *name)
{
	static struct error error;

	error.text[0] = said[0] = 0;
	return package_fetch(cache, &catalogue, find(name), hear, &error) ? error.text : "";
}

static unsigned downloads(void)
{
	autofree char *path = format_text("%s/calls", folder);
	autobuffer struct buffer calls = {0};
	unsigned count = 0;

	if (!file_exists(path) || file_read(path, &calls, NULL))
		return 0;
	for (size_t at = 0; at < calls.size; at++)
		count += calls.data[at] == '\n';
	return count;
}

static void assert_holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not hold \"%s\"", text, part);
}

static void fetches_once_and_records(void **state)
{
	struct receipt receipt;
	autofree char *path = NULL;
	autobuffer struct buffer bytes = {0};

	(void)state;
	assert_string_equal(fetch("k"), "");
	assert_string_equal(said, "k: downloading pkg 1:2.0 (0.0 MB)");
	assert_int_equal(receipt_read(cache, find("k"), &receipt, NULL), 1);
	assert_string_equal(receipt.package, "pkg");
	assert_string_equal(receipt.version, "1:2.0");
	assert_string_equal(receipt.file, "boot/vmlinuz-1");
	assert_string_equal(receipt.deb_sha256, sha256_bytes("a package", 9).hex);
	assert_string_equal(receipt.file_sha256, sha256_bytes("a package", 9).hex);
	assert_int_equal(receipt.size, 9);
	path = receipt_path(cache, &receipt);
	assert_holds(path, "/packages/pkg_1%3a2.0_amd64/boot/vmlinuz-1");
	assert_int_equal(file_read(path, &bytes, NULL), 0);
	assert_string_equal(bytes.data, "a package");
	receipt_free(&receipt);
	assert_string_equal(fetch("k"), "");
	assert_string_equal(fetch("i"), ""); /* taken along */
	assert_int_equal(downloads(), 1);
}

static void damage_is_noticed_and_mended(void **state)
{
	struct receipt receipt;
	autofree char *path = NULL;

	(void)state;
	assert_string_equal(fetch("k"), "");
	assert_int_equal(receipt_read(cache, find("k"), &receipt, NULL), 1);
	path = receipt_path(cache, &receipt);
	receipt_free(&receipt);
	assert_int_equal(file_write(path, "other", 5, NULL), 0);
	assert_string_equal(fetch("k"), "");
	assert_int_equal(downloads(), 2);
}

static void mirror_trouble_is_one_line(void **state)
{
	(void)state;
	put("nomirror", "", 0644);
	assert_holds(fetch("k"), "package pkg 1:2.0: not downloaded: apt-get: Failed to fetch "
				 "http://m/x  refused");
	put("gone", "", 0644);
	autofree char *path = format_text("%s/nomirror", folder);
	remove(path);
	assert_holds(fetch("k"), "(gone from the mirror? run apt-get update)");
}

static void bad_download_is_refused(void **state)
{
	struct receipt receipt;

	(void)state;
	put("changed", "", 0644);
	assert_holds(fetch("k"), "package pkg 1:2.0: what came has SHA-256 ");
	assert_holds(fetch("k"), sha256_bytes("a package", 9).hex);
	assert_int_equal(receipt_read(cache, find("k"), &receipt, NULL), 0);
}

static void unknown_packages_are_told_from_missing_lists(void **state)
{
	(void)state;
	assert_holds(fetch("unknown"), "c.yaml:6: package nix: not in apt's lists");
	put("nolists", "", 0644);
	assert_holds(fetch("unknown"), "package nix: apt has no package lists, expected some: run "
				       "apt-get update");
	assert_holds(fetch("k"), "package meta: apt has no package lists");
}

static void metapackage_must_name_a_version(void **state)
{
	(void)state;
	assert_holds(
		fetch("loose"), "depends on \"pkg\", expected one package in one exact version");
}

static void glob_must_match_one_file(void **state)
{
	(void)state;
	assert_holds(fetch("none"),
		"c.yaml:3: pkg 1:2.0 has 0 files that match boot/nix*, expected one");
	assert_holds(
		fetch("two"), "c.yaml:4: pkg 1:2.0 has 3 files that match boot/*, expected one");
	assert_holds(fetch("escape"),
		"c.yaml:5: boot/escape is a link out of pkg 1:2.0, expected a file");
}

static void pin_must_match(void **state)
{
	struct receipt receipt;

	(void)state;
	assert_holds(fetch("pinned"), "c.yaml:8: boot/initrd of pkg 1:2.0 has SHA-256 ");
	assert_holds(fetch("pinned"), "expected 0123456789abcdef");
	assert_int_equal(receipt_read(cache, find("pinned"), &receipt, NULL), 0);
}

static void damaged_receipt_is_an_error(void **state)
{
	struct receipt receipt;
	struct error error;

	(void)state;
	assert_string_equal(fetch("k"), "");
	put("ca[ch]e/packages/k.json", "{\"wanted\": \"metapackage meta boot/vmlinuz-*\"", 0644);
	assert_int_equal(receipt_read(cache, find("k"), &receipt, &error), -1);
	assert_holds(error.text, "k.json: damaged, expected the receipt of k");
	put("ca[ch]e/packages/k.json", "{\"wanted\": \"package x y\"}", 0644);
	assert_int_equal(receipt_read(cache, find("k"), &receipt, &error), 0);
	assert_string_equal(fetch("k"), "");
	assert_int_equal(receipt_read(cache, find("k"), &receipt, &error), 1);
	receipt_free(&receipt);
}

static void leftovers_are_swept(void **state)
{
	autofree char *left = format_text("%s/packages/tmp.dead/tree", cache);

	(void)state;
	assert_int_equal(folder_make(left, NULL), 0);
	assert_string_equal(fetch("k"), "");
	assert_false(file_exists(left));
}

static struct pantry *open_pantry(void)
{
	autofree char *path = format_text("%s/c.yaml", folder);

	return pantry_open(folder, path, cache, NULL);
}

static void pantry_shares_and_verifies(void **state)
{
	struct kernel_spec kernel = {.kind = KERNEL_CATALOGUE, .reference = (char *)"k"};
	struct initrd_spec initrd = {.kind = INITRD_RANDOM, .size = 10, .seed = 1};
	struct cmdline_spec cmdline = {(char *)"a b", 0};
	struct pantry *pantry = open_pantry();
	struct payload one, two;
	struct error error;
	int lean = 0;

	(void)state;
	assert_int_equal(pantry_payload(pantry, &kernel, &initrd, &cmdline, &one, &error), -1);
	assert_holds(error.text, "kernel: k: not in the cache");
	assert_int_equal(catalogue_fetch(pantry, "k", hear, &error), 0);
	assert_int_equal(pantry_payload(pantry, &kernel, &initrd, &cmdline, &one, &error), 0);
	assert_int_equal(pantry_payload(pantry, &kernel, &initrd, &cmdline, &two, &error), 0);
	assert_ptr_equal(one.kernel, two.kernel);
	assert_ptr_equal(one.initrd, two.initrd);
	assert_string_equal(one.cmdline, "a b");
	assert_int_equal(one.image_size, 0);
	assert_int_equal(one.protocol, 0);
	assert_holds(one.kernel->origin, "pkg 1:2.0 sha256=");
	payload_free(&one);
	payload_free(&two);
	assert_string_equal(catalogue_name(pantry, 0, &lean), "k");
	assert_int_equal(lean, 1);
	assert_string_equal(catalogue_name(pantry, 1, &lean), "i");
	assert_int_equal(lean, 0);
	assert_null(catalogue_name(pantry, 8, &lean));
	pantry_close(pantry);
}

static void pantry_refuses_what_changed(void **state)
{
	struct kernel_spec kernel = {.kind = KERNEL_CATALOGUE, .reference = (char *)"i"};
	struct initrd_spec initrd = {.kind = INITRD_CATALOGUE, .reference = (char *)"i"};
	struct cmdline_spec cmdline = {(char *)"", 0};
	struct pantry *pantry = open_pantry();
	struct payload payload;
	struct error error;

	(void)state;
	assert_string_equal(fetch("i"), "");
	assert_int_equal(pantry_payload(pantry, &kernel, &initrd, &cmdline, &payload, &error), -1);
	assert_holds(error.text, "c.yaml:2: i is no kernel, expected one");
	kernel.reference = (char *)"k";
	put("ca[ch]e/packages/pkg_1%3a2.0_amd64/boot/initrd", "other", 0644);
	assert_int_equal(pantry_payload(pantry, &kernel, &initrd, &cmdline, &payload, &error), -1);
	assert_holds(error.text, "boot/initrd: has SHA-256 ");
	assert_holds(error.text, sha256_bytes("other", 5).hex);
	assert_holds(error.text, "dkboot fetch i");
	pantry_close(pantry);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fetches_once_and_records),
		TEST(damage_is_noticed_and_mended),
		TEST(mirror_trouble_is_one_line),
		TEST(bad_download_is_refused),
		TEST(unknown_packages_are_told_from_missing_lists),
		TEST(metapackage_must_name_a_version),
		TEST(glob_must_match_one_file),
		TEST(pin_must_match),
		TEST(damaged_receipt_is_an_error),
		TEST(leftovers_are_swept),
		TEST(pantry_shares_and_verifies),
		TEST(pantry_refuses_what_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
