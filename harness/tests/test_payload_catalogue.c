#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "payload/catalogue.h"

#include <cmocka.h> /* last: it takes the name fail */

#define HEAD "- name: a\n  package: pkg\n  file: boot/x-*\n"
#define GOOD HEAD "  kind: kernel\n  lean: yes\n  why: because\n"

static char *folder, *path;

static int set_up(void **state)
{
	(void)state;
	folder = copy_text("/tmp/dkboot-test-XXXXXX");
	path = mkdtemp(folder) ? format_text("%s/c.yaml", folder) : NULL;
	return path ? 0 : -1;
}

static int tear_down(void **state)
{
	int result = folder_remove(folder, NULL);

	(void)state;
	free(path);
	free(folder);
	return result;
}

/* Reads @text as a catalogue; a good one is released. @return what the error says behind the path,
 * "" for none */
static const char *verdict(const char *text)
{
	static struct error error;
	struct catalogue catalogue;

	assert_int_equal(file_write(path, text, strlen(text), NULL), 0);
	error.text[0] = 0;
	if (!catalogue_read(path, &catalogue, &error)) {
		catalogue_free(&catalogue);
		return "";
	}
	assert_memory_equal(error.text, path, strlen(path));
	return error.text + strlen(path);
}

static void reads_every_key(void **state)
{
	static const char text[] =
		"- name: a\n  metapackage: meta\n  file: x\n  kind: disk\n"
		"  lean: no\n  why: w\n  sha256: "
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";
	struct catalogue catalogue;
	const struct catalogue_entry *entry;

	(void)state;
	assert_int_equal(file_write(path, text, strlen(text), NULL), 0);
	assert_int_equal(catalogue_read(path, &catalogue, NULL), 0);
	assert_int_equal(catalogue.count, 1);
	entry = catalogue_find(&catalogue, "a", NULL);
	assert_non_null(entry);
	assert_null(entry->package);
	assert_string_equal(entry->metapackage, "meta");
	assert_string_equal(entry->file, "x");
	assert_int_equal(entry->kind, CATALOGUE_DISK);
	assert_false(entry->lean);
	assert_int_equal(strlen(entry->sha256), 64);
	assert_int_equal(entry->line, 1);
	catalogue_free(&catalogue);
}

static void unknown_name_lists_the_known(void **state)
{
	struct catalogue catalogue;
	struct error error;

	(void)state;
	assert_string_equal(verdict(GOOD), "");
	assert_int_equal(catalogue_read(path, &catalogue, NULL), 0);
	assert_null(catalogue_find(&catalogue, "b", &error));
	assert_non_null(strstr(error.text, "has no \"b\", expected one of: a"));
	catalogue_free(&catalogue);
}

static const struct {
	const char *text, *says;
} mistakes[] = {
	{"", ":1: something else, expected a list of entries"},
	{"a: b\n", ":1: something else, expected a list of entries"},
	{"- a\n", ":1: something else, expected an entry (\"- name: ...\")"},
	{"- name: A\n", ":1: name: \"A\", expected a name like [a-z0-9.-]{1,24}"},
	{"- name: a234567890123456789012345\n",
		":1: name: \"a234567890123456789012345\", expected a name like [a-z0-9.-]{1,24}"},
	{"- name: [a]\n", ":1: something else, expected a plain value"},
	{"- nome: a\n", ":1: key: \"nome\", expected name, package, metapackage, file, kind, lean, "
			"sha256 or why"},
	{"- name: a\n  name: b\n", ":2: key: \"name\", expected it only once in an entry"},
	{"- name: a\n  package: --help\n",
		":2: package: \"--help\", expected the name of a Debian package"},
	{"- name: a\n  package: a=b\n",
		":2: package: \"a=b\", expected the name of a Debian package"},
	{"- name: a\n  file: ../x\n",
		":2: file: \"../x\", expected a path inside the package without / before it"},
	{"- name: a\n  file: /x\n",
		":2: file: \"/x\", expected a path inside the package without / before it"},
	{"- name: a\n  file: \"\"\n", ":2: file: \"\", expected a line of text"},
	{HEAD "  kind: kernal\n",
		":4: kind: \"kernal\", expected kernel, initrd, firmware or disk"},
	{HEAD "  lean: maybe\n", ":4: lean: \"maybe\", expected yes or no"},
	{HEAD "  sha256: ABC\n", ":4: sha256: \"ABC\", expected 64 digits 0-9a-f"},
	{HEAD, ":1: the entry has no \"kind\", expected one"},
	{GOOD "  metapackage: b2\n",
		":1: the entry has both or neither, expected package or metapackage"},
	{"- name: a\n  file: x\n  kind: kernel\n  lean: yes\n  why: w\n",
		":1: the entry has both or neither, expected package or metapackage"},
	{GOOD GOOD, ":7: name: \"a\" is taken by line 1, expected another"},
	{GOOD "---\n[]\n", ":7: something else, expected the end of the file"},
};

static void mistakes_have_line_and_remedy(void **state)
{
	(void)state;
	for (size_t at = 0; at < sizeof mistakes / sizeof *mistakes; at++)
		assert_string_equal(verdict(mistakes[at].text), mistakes[at].says);
}

static void broken_yaml_has_a_line(void **state)
{
	const char *says = verdict(GOOD "- name: \"b\n");

	(void)state;
	assert_memory_equal(says, ":8: ", 4);
	assert_non_null(strstr(says, "expected YAML"));
}

static void missing_file_is_named(void **state)
{
	struct catalogue catalogue;
	struct error error;

	(void)state;
	assert_int_equal(catalogue_read("/nowhere/c.yaml", &catalogue, &error), -1);
	assert_string_equal(error.text, "/nowhere/c.yaml: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_key),
		cmocka_unit_test(unknown_name_lists_the_known),
		cmocka_unit_test(mistakes_have_line_and_remedy),
		cmocka_unit_test(broken_yaml_has_a_line),
		cmocka_unit_test(missing_file_is_named),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
