#include "run/folder.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "run/quote.h"

char *run_folder_default(void)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm local;

	localtime_r(&now, &local);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &local);
	return format_text("dkboot-runs/%s-%d", stamp, (int)getpid());
}

/* `dkboot-runs/latest` always names the newest run; that it cannot be made is nobody's failure. */
static void point_latest(const char *folder)
{
	const char *name = strrchr(folder, '/');
	autofree char *link = NULL;

	if (!name || strncmp(folder, "dkboot-runs/", strlen("dkboot-runs/")) != 0)
		return;
	link = format_text("dkboot-runs/latest");
	unlink(link);
	if (symlink(name + 1, link) < 0)
		return;
}

static int copy_cases(
	const char *folder, struct test_case *const *cases, size_t case_count, struct error *error)
{
	autofree char *to_folder = format_text("%s/cases", folder);

	if (folder_make(to_folder, error) < 0)
		return -1;
	for (size_t i = 0; i < case_count; i++) {
		autofree char *to = format_text("%s/%s.yaml", to_folder, cases[i]->name);

		if (cases[i]->file && file_copy(cases[i]->file, to, 0644, error) < 0)
			return -1;
	}
	return 0;
}

int run_folder_note(const char *folder, int argc, char **argv, struct error *error)
{
	autofree char *path = format_text("%s/run.json", folder);
	json_t *words = json_array();
	json_t *root = json_pack("{s:o}", "arguments", words);
	char *text;
	int status;

	for (int i = 0; i < argc; i++)
		json_array_append_new(words, json_string(argv[i]));
	text = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	if (!text)
		return fail(error, "%s: an argument is not UTF-8", path);
	status = file_write(path, text, strlen(text), error);
	free(text);
	return status;
}

int run_folder_describe(const char *folder, int argc, char **argv, struct test_case *const *cases,
	size_t case_count, struct error *error)
{
	if (run_folder_note(folder, argc, argv, error) < 0 ||
		copy_cases(folder, cases, case_count, error) < 0)
		return -1;
	point_latest(folder);
	return 0;
}

int run_folder_arguments(const char *folder, int *argc, char ***argv, struct error *error)
{
	autofree char *path = format_text("%s/run.json", folder);
	json_error_t where;
	json_t *root = json_load_file(path, 0, &where);
	const json_t *words = json_object_get(root, "arguments");

	if (!json_is_array(words)) {
		fail(error, "%s: not the folder of a run: %s", folder,
			root ? "run.json has no arguments" : where.text);
		json_decref(root);
		return -1;
	}
	*argc = (int)json_array_size(words);
	*argv = calloc((size_t)*argc + 1, sizeof(**argv));
	for (int i = 0; i < *argc; i++) {
		const char *word = json_string_value(json_array_get(words, (size_t)i));

		(*argv)[i] = copy_text(word ? word : "");
	}
	json_decref(root);
	return 0;
}

/* "--shard" or what getopt_long(3) takes for it;  is set behind a '='. */
static bool is_shard(const char *word, bool *whole)
{
	size_t length = strcspn(word, "=");

	*whole = word[length] == '=';
	return length > strlen("--sh") && length <= strlen("--shard") &&
	       strncmp(word, "--shard", length) == 0;
}

int arguments_drop_shard(int argc, char **argv)
{
	int kept = 0;
	bool whole;

	for (int i = 0; i < argc; i++) {
		if (i == 0 || !is_shard(argv[i], &whole)) {
			argv[kept++] = argv[i];
			continue;
		}
		free(argv[i]);
		if (!whole && i + 1 < argc)
			free(argv[++i]);
	}
	argv[kept] = NULL;
	return kept;
}

char *command_text(int argc, char **argv)
{
	struct buffer out = {0};

	for (int i = 0; i < argc; i++) {
		buffer_add_text(&out, i ? " " : "");
		add_quoted(&out, argv[i]);
	}
	return buffer_take(&out);
}
