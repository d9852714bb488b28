#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/spawn.h"
#include "base/text.h"
#include "payload/apt.h"

#define LOOK_UP	 (60 * 1000)	  /* milliseconds: reads local files only */
#define DOWNLOAD (30 * 60 * 1000) /* 133 MB from a slow mirror */
#define UNPACK	 (10 * 60 * 1000)

/* The line of a command's output that says why it failed: apt's "E: ...", else the last one. */
static char *reason(const struct buffer *output)
{
	const char *text = output->data ? output->data : "";
	const char *line = strncmp(text, "E: ", 3) ? strstr(text, "\nE: ") : text;
	size_t length = strlen(text);

	if (line)
		line += *line == '\n' ? 4 : 3;
	else {
		while (length && text[length - 1] == '\n')
			length--;
		for (line = text + length; line > text && line[-1] != '\n'; line--)
			;
	}
	return strndup(line, strcspn(line, "\n"));
}

/* Runs a command; @output gets what it prints. The error is one line with the command's own reason.
 */
static int run(char *const *argv, const char *folder, unsigned limit, struct buffer *output,
	struct error *error)
{
	autofree char *why = NULL;
	int status = 0;

	if (run_command(argv, folder, limit, output, &status, error))
		return fail_within(error, "%s", argv[0]);
	if (!status)
		return 0;
	why = reason(output);
	return fail(error, "%s: %s", argv[0], *why ? why : "failed without a word");
}

/* The value of a field of the first paragraph (deb822(5)), malloc'ed; "" if it is not there. */
static char *field(const char *paragraph, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = paragraph; *line && *line != '\n';) {
		size_t size = strcspn(line, "\n");

		if (size > length + 1 && !strncmp(line, name, length) && line[length] == ':') {
			const char *value = line + length + 1;

			value += strspn(value, " ");
			return strndup(value, (size_t)(line + size - value));
		}
		line += size + (line[size] == '\n');
	}
	return copy_text("");
}

/* apt always knows dpkg from its lists, unless there are none. */
static bool have_lists(void)
{
	char *argv[] = {"apt-cache", "madison", "dpkg", NULL};
	autobuffer struct buffer output = {0};

	return !run(argv, NULL, LOOK_UP, &output, NULL) && output.size;
}

static int show(const char *name, struct buffer *output, struct error *error)
{
	char *argv[] = {"apt-cache", "show", "--no-all-versions", (char *)name, NULL};
	autofree char *found = NULL;
	int result = run(argv, NULL, LOOK_UP, output, error);

	if (!result) {
		found = field(output->data ? output->data : "", "Package");
		if (*found)
			return 0;
		fail(error, "apt-cache: nothing");
	}
	if (!have_lists())
		return fail(error,
			"package %s: apt has no package lists, expected some: run apt-get update",
			name);
	return fail_within(
		error, "package %s: not in apt's lists, expected a package of Debian 12", name);
}

static int fill(const char *paragraph, struct apt_package *out, struct error *error)
{
	autofree char *size = field(paragraph, "Size");

	out->name = field(paragraph, "Package");
	out->version = field(paragraph, "Version");
	out->architecture = field(paragraph, "Architecture");
	out->sha256 = field(paragraph, "SHA256");
	if (parse_number(size, &out->size))
		out->size = 0;
	if (*out->version && *out->architecture)
		return 0;
	fail(error, "package %s: apt-cache shows no Version or Architecture, expected both",
		out->name);
	apt_free(out);
	return -1;
}

int apt_find(const char *name, struct apt_package *out, struct error *error)
{
	autobuffer struct buffer output = {0};

	return show(name, &output, error) ? -1 : fill(output.data, out, error);
}

/* "a (= 1), b" -> "a=1", as apt names a version; NULL if no dependency is on exactly one version.
 */
static char *exact_dependency(const char *depends)
{
	for (const char *item = depends; *item; item += strcspn(item, ","), item += *item == ',') {
		size_t size;
		const char *version;

		item += strspn(item, " ");
		size = strcspn(item, " ,|(");
		version = item + size + strspn(item + size, " ");
		if (!strncmp(version, "(= ", 3))
			return format_text("%.*s=%.*s", (int)size, item,
				(int)strcspn(version + 3, ")"), version + 3);
	}
	return NULL;
}

int apt_follow(const char *metapackage, struct apt_package *out, struct error *error)
{
	autobuffer struct buffer output = {0};
	autofree char *depends = NULL, *wanted = NULL;

	if (show(metapackage, &output, error))
		return -1;
	depends = field(output.data, "Depends");
	wanted = exact_dependency(depends);
	if (!wanted)
		return fail(error,
			"package %s: depends on \"%s\", expected one package in one exact version",
			metapackage, depends);
	return apt_find(wanted, out, error);
}

static char *find_deb(const char *folder)
{
	autodir DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (glob_match("*.deb", entry->d_name))
			return format_text("%s/%s", folder, entry->d_name);
	return NULL;
}

static int check_deb(
	const struct apt_package *package, const char *deb, char **sha256, struct error *error)
{
	struct sha256 sum;

	if (digest_file(deb, &sum, NULL, NULL, error))
		return -1;
	*sha256 = copy_text(sum.hex);
	if (!*package->sha256 || !strcmp(package->sha256, sum.hex))
		return 0;
	return fail(error, "package %s %s: what came has SHA-256 %s, expected %s", package->name,
		package->version, sum.hex, package->sha256);
}

int apt_download(const struct apt_package *package, const char *folder, char **deb, char **sha256,
	struct error *error)
{
	autofree char *wanted = format_text("%s=%s", package->name, package->version);
	char *argv[] = {"apt-get", "-q", "-o", "Acquire::Retries=2", "download", wanted, NULL};
	autobuffer struct buffer output = {0};

	if (run(argv, folder, DOWNLOAD, &output, error))
		return fail_within(error, "package %s %s: not downloaded%s", package->name,
			package->version,
			output.data && strstr(output.data, "404 ")
				? " (gone from the mirror? run apt-get update)"
				: "");
	*deb = find_deb(folder);
	if (!*deb)
		return fail(error, "package %s %s: apt-get download left no .deb, expected one",
			package->name, package->version);
	return check_deb(package, *deb, sha256, error);
}

int apt_unpack(const char *deb, const char *folder, struct error *error)
{
	char *argv[] = {"dpkg-deb", "-x", (char *)deb, (char *)folder, NULL};
	autobuffer struct buffer output = {0};

	return run(argv, NULL, UNPACK, &output, error);
}

void apt_free(struct apt_package *package)
{
	free(package->name);
	free(package->version);
	free(package->architecture);
	free(package->sha256);
	*package = (struct apt_package){0};
}
