/* The shards of a run joined: which do not belong together, and what the whole is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "record/merge.h"
#include "run/folder.h"
#include "tests/sample.h"

#include <cmocka.h>

#define SHARDS 3
#define MATRIX "6 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Three shards with two cells each; the third was given first. */
static void fill(struct shard *shards)
{
	static const unsigned order[SHARDS] = {3, 1, 2};
	static const char *const names[SHARDS] = {"c", "a", "b"};

	for (unsigned i = 0; i < SHARDS; i++) {
		struct journal *journal = &shards[i].journal;
		autofree char *first = format_text("x:vcpus=%u", 2 * order[i]);
		autofree char *second = format_text("x:vcpus=%u", 2 * order[i] + 1);

		*journal = (struct journal){.complete = true};
		shards[i].name = names[i];
		journal->facts = (struct run_facts){.shard = format_text("%u/3", order[i]),
			.matrix = copy_text(MATRIX),
			.version = copy_text("0.1"),
			.host = copy_text(order[i] == 2 ? "four" : "two"),
			.rom = format_text("/%u/rom sha256=abcd", i),
			.started = format_text("2026-11-26T10:00:0%uZ", order[i]),
			.planned = 2};
		sample_add(journal, first, OUTCOME_PASS);
		sample_fail(sample_add(journal, second, OUTCOME_FAIL), FAILURE_HANG, "still");
		journal->summary.seconds = order[i];
	}
}

static void release(struct shard *shards)
{
	for (unsigned i = 0; i < SHARDS; i++)
		journal_free(&shards[i].journal);
}

static void replace(char **text, const char *with)
{
	free(*text);
	*text = copy_text(with);
}

static void refused(struct shard *shards, size_t count, const char *says)
{
	struct error error = {""};

	assert_int_equal(shards_check(shards, count, &error), -1);
	assert_string_equal(error.text, says);
	release(shards);
}

static void test_refused(void **state)
{
	struct shard shards[SHARDS];

	(void)state;
	fill(shards);
	refused(shards, 1, "missing shard: 1/3 2/3");
	fill(shards);
	refused(shards, 2, "missing shard: 2/3");
	fill(shards);
	replace(&shards[2].journal.facts.shard, "3/3");
	refused(shards, SHARDS, "c: shard 3/3, and so is b");
	fill(shards);
	replace(&shards[2].journal.facts.shard, "2/4");
	refused(shards, SHARDS, "b: shard 2/4, but c is shard 3/3");
	fill(shards);
	replace(&shards[2].journal.facts.shard, NULL);
	refused(shards, SHARDS, "b: no shard, it was run without --shard");
	fill(shards);
	replace(&shards[1].journal.facts.matrix, NULL);
	refused(shards, SHARDS, "a: its journal does not say of which matrix it is a shard");
	fill(shards);
	replace(&shards[1].journal.facts.matrix, "7 01");
	refused(shards, SHARDS,
		"a: shard 1/3 of another matrix than c: other cells (7 01, " MATRIX " there)");
	fill(shards);
	replace(&shards[1].journal.facts.rom, "/0/rom sha256=abce");
	refused(shards, SHARDS, "a: shard 1/3 was run with another ROM than c");
	fill(shards);
	replace(&shards[1].journal.facts.version, "0.2");
	refused(shards, SHARDS, "a: shard 1/3 was run by dkboot 0.2, c by 0.1");
	fill(shards);
	replace(&shards[2].journal.results[0].id, "x:vcpus=2");
	refused(shards, SHARDS, "b: cell x:vcpus=2 is in a, too");
	fill(shards);
	shards[2].journal.facts.planned = 3;
	refused(shards, SHARDS, "the shards planned 7 cells, their matrix has " MATRIX);
}

/* The joined journal, read back. */
static void join(struct shard *shards, struct journal *out)
{
	char path[] = "/tmp/dkboot-merge-XXXXXX";
	autobuffer struct buffer text = {0};
	struct error error = {""};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(shards_check(shards, SHARDS, &error), 0);
	shards_join(shards, SHARDS, "dkboot run x", &text);
	assert_int_equal(file_write(path, text.data, text.size, NULL), 0);
	if (journal_read(path, out, &error))
		fail_msg("%s", error.text);
	unlink(path);
	release(shards);
}

static void test_whole(void **state)
{
	struct shard shards[SHARDS];
	struct journal whole;

	(void)state;
	fill(shards);
	join(shards, &whole);
	assert_true(whole.complete);
	assert_int_equal(whole.count, 6);
	for (size_t i = 0; i < whole.count; i++) {
		autofree char *id = format_text("x:vcpus=%zu", i + 2);

		assert_string_equal(whole.results[i].id, id);
	}
	assert_int_equal(whole.summary.count[OUTCOME_FAIL], 3);
	assert_float_equal(whole.summary.seconds, 3, 0);
	assert_int_equal(whole.facts.planned, 6);
	assert_null(whole.facts.shard);
	assert_string_equal(whole.facts.command, "dkboot run x");
	assert_string_equal(whole.facts.host, "two; four");
	assert_string_equal(whole.facts.started, "2026-11-26T10:00:01Z");
	journal_free(&whole);
}

static void test_unfinished(void **state)
{
	struct shard shards[SHARDS];
	struct journal whole;

	(void)state;
	fill(shards);
	shards[0].journal.complete = false;
	join(shards, &whole);
	assert_false(whole.complete);
	assert_int_equal(whole.facts.planned, 6);
	journal_free(&whole);
}

static void test_arguments(void **state)
{
	static const char *const given[] = {"run", "--shard", "1/2", "--shuffle", "a", "--shar=1/2",
		"--sh", "--shard-x", "--shard"};
	static const char *const kept[] = {"run", "--shuffle", "a", "--sh", "--shard-x"};
	char *words[sizeof(given) / sizeof(given[0]) + 1] = {NULL};
	int count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		words[i] = copy_text(given[i]);
	count = arguments_drop_shard((int)(sizeof(given) / sizeof(given[0])), words);
	assert_int_equal(count, sizeof(kept) / sizeof(kept[0]));
	for (int i = 0; i < count; i++) {
		assert_string_equal(words[i], kept[i]);
		free(words[i]);
	}
	assert_null(words[count]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused),
		cmocka_unit_test(test_whole), cmocka_unit_test(test_unfinished),
		cmocka_unit_test(test_arguments)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
