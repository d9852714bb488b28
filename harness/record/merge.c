#include "record/merge.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static int read_place(struct shard *shard, struct error *error)
{
	const struct run_facts *facts = &shard->journal.facts;

	if (!facts->shard)
		return fail(error, "%s: no shard, it was run without --shard", shard->name);
	if (sscanf(facts->shard, "%u/%u", &shard->index, &shard->of) != 2 || !shard->index ||
		shard->index > shard->of || !facts->matrix)
		return fail(error, "%s: its journal does not say of which matrix it is a shard",
			shard->name);
	return 0;
}

static int compare_places(const void *a, const void *b)
{
	const struct shard *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* What stands behind the path of the ROM. */
static const char *digest_of(const char *rom)
{
	const char *digest = rom ? strstr(rom, "sha256=") : NULL;

	return digest ? digest : "";
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Do two shards belong to one another? */
static int check_pair(const struct shard *first, const struct shard *shard, struct error *error)
{
	const struct run_facts *a = &first->journal.facts, *b = &shard->journal.facts;

	if (shard->of != first->of)
		return fail(error, "%s: shard %s, but %s is shard %s", shard->name, b->shard,
			first->name, a->shard);
	if (!same_text(a->matrix, b->matrix))
		return fail(error,
			"%s: shard %s of another matrix than %s: other cells (%s, %s there)",
			shard->name, b->shard, first->name, b->matrix, a->matrix);
	if (!same_text(digest_of(a->rom), digest_of(b->rom)))
		return fail(error, "%s: shard %s was run with another ROM than %s", shard->name,
			b->shard, first->name);
	if (!same_text(a->version, b->version))
		return fail(error, "%s: shard %s was run by dkboot %s, %s by %s", shard->name,
			b->shard, b->version ? b->version : "?", first->name,
			a->version ? a->version : "?");
	return 0;
}

static int check_places(const struct shard *shards, size_t count, struct error *error)
{
	autobuffer struct buffer missing = {0};
	unsigned next = 1;

	for (size_t i = 0; i < count; i++) {
		if (i && shards[i].index == shards[i - 1].index)
			return fail(error, "%s: shard %s, and so is %s", shards[i].name,
				shards[i].journal.facts.shard, shards[i - 1].name);
		for (; next < shards[i].index; next++)
			buffer_printf(&missing, " %u/%u", next, shards[0].of);
		next++;
	}
	for (; next <= shards[0].of; next++)
		buffer_printf(&missing, " %u/%u", next, shards[0].of);
	return missing.size ? fail(error, "missing shard:%s", missing.data) : 0;
}

static int fail_twice(const struct shard *shards, const json_t *owners, const char *id,
	size_t shard, struct error *error)
{
	json_int_t owner = json_integer_value(json_object_get(owners, id));

	return fail(error, "%s: cell %s is in %s, too", shards[shard].name, id, shards[owner].name);
}

/* Each cell in one shard, and as many planned as the matrix has. */
static int check_cells(const struct shard *shards, size_t count, struct error *error)
{
	json_t *owners = json_object();
	size_t planned = 0;
	int result = 0;

	for (size_t i = 0; i < count && !result; i++) {
		const struct journal *journal = &shards[i].journal;

		planned += journal->facts.planned;
		for (size_t k = 0; k < journal->count && !result; k++) {
			const char *id = journal->results[k].id;

			if (json_object_get(owners, id))
				result = fail_twice(shards, owners, id, i, error);
			json_object_set_new(owners, id, json_integer((json_int_t)i));
		}
	}
	json_decref(owners);
	if (!result && planned != strtoul(shards[0].journal.facts.matrix, NULL, 10))
		result = fail(error, "the shards planned %zu cells, their matrix has %s", planned,
			shards[0].journal.facts.matrix);
	return result;
}

int shards_check(struct shard *shards, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++)
		if (read_place(&shards[i], error) < 0)
			return -1;
	for (size_t i = 1; i < count; i++)
		if (check_pair(&shards[0], &shards[i], error) < 0)
			return -1;
	qsort(shards, count, sizeof(*shards), compare_places);
	if (check_places(shards, count, error) < 0)
		return -1;
	return check_cells(shards, count, error);
}

/* "2 processors, Linux 6.1; 4 processors, Linux 6.1": each host once. */
static char *hosts_of(const struct shard *shards, size_t count)
{
	struct buffer out = {0};

	for (size_t i = 0; i < count; i++) {
		const char *host = shards[i].journal.facts.host;

		if (host && (!out.size || !strstr(out.data, host)))
			buffer_printf(&out, "%s%s", out.size ? "; " : "", host);
	}
	return buffer_take(&out);
}

static void add_run(
	const struct shard *shards, size_t count, const char *command, struct buffer *out)
{
	autofree char *hosts = hosts_of(shards, count);
	struct run_facts facts = shards[0].journal.facts;

	facts.planned = 0;
	for (size_t i = 0; i < count; i++) {
		const struct run_facts *other = &shards[i].journal.facts;

		facts.planned += other->planned;
		if (!facts.started || (other->started && strcmp(other->started, facts.started) < 0))
			facts.started = other->started;
	}
	facts.host = hosts;
	facts.command = (char *)command;
	facts.shard = NULL;
	facts.matrix = NULL;
	journal_add_run(out, &facts);
}

static void add_summary(const struct shard *shards, size_t count, struct buffer *out)
{
	struct summary summary = {0};

	for (size_t i = 0; i < count; i++) {
		const struct journal *journal = &shards[i].journal;

		for (size_t k = 0; k < journal->count; k++)
			summary_add(&summary, &journal->results[k]);
		if (journal->summary.seconds > summary.seconds)
			summary.seconds = journal->summary.seconds;
		summary.cpu_seconds += journal->summary.cpu_seconds;
	}
	journal_add_summary(out, &summary);
}

void shards_join(const struct shard *shards, size_t count, const char *command, struct buffer *out)
{
	bool complete = true;

	add_run(shards, count, command, out);
	for (size_t i = 0; i < count; i++) {
		const struct journal *journal = &shards[i].journal;

		for (size_t k = 0; k < journal->count; k++)
			journal_add_cell(out, &journal->results[k]);
		complete = complete && journal->complete;
	}
	if (complete)
		add_summary(shards, count, out);
}
