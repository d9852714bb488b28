/* Shards, orders, and a matrix of 100,000 cells. */
#include "test_case.h"

#include "base/clock.h"
#include "case/index.h"
#include "case/random.h"

static const char matrix[] =
	"about: a\n"
	"axes:\n"
	"  kernel: [linux, {name: p, probe: {protocol: 2.15}}]\n"
	"  initrd: [none, {name: big, random: 256M}, {name: small, random: 1K}]\n"
	"  memory: [64M, 512M, 5G]\n"
	"  machine: [pc, q35]\n"
	"  source: [fwcfg-dma, fwcfg-pio]\n"
	"  resets: [0, 1, 2]\n";

static uint64_t load_of(const struct cell_list *cells)
{
	uint64_t load = 0;

	for (size_t i = 0; i < cells->count; i++)
		load += cell_cost(&cells->cells[i]);
	return load;
}

static struct cell_list copy(const struct cell_list *cells)
{
	struct cell_list copied = {.count = cells->count, .room = cells->count};

	copied.cells = malloc(cells->count * sizeof(*cells->cells));
	assert_non_null(copied.cells);
	memcpy(copied.cells, cells->cells, cells->count * sizeof(*cells->cells));
	return copied;
}

/* Each cell of the shard is in the whole, in its order; @return where the last one was. */
static void mark_seen(const struct cell_list *whole, const struct cell_list *shard, unsigned *seen)
{
	size_t at = 0;

	for (size_t i = 0; i < shard->count; i++, at++) {
		while (at < whole->count &&
			memcmp(&whole->cells[at], &shard->cells[i], sizeof(struct cell)) != 0)
			at++;
		assert_in_range(at, 0, whole->count - 1);
		seen[at]++;
	}
}

static void assert_shards(const struct cell_list *whole, unsigned of)
{
	unsigned *seen = calloc(whole->count, sizeof(*seen));
	uint64_t heaviest = 0, lightest = UINT64_MAX;

	assert_non_null(seen);
	for (unsigned index = 1; index <= of; index++) {
		struct cell_list shard = copy(whole);
		uint64_t load;

		cells_shard(&shard, index, of);
		mark_seen(whole, &shard, seen);
		load = load_of(&shard);
		heaviest = load > heaviest ? load : heaviest;
		lightest = load < lightest ? load : lightest;
		cells_free(&shard);
	}
	for (size_t i = 0; i < whole->count; i++)
		assert_int_equal(seen[i], 1);
	if (whole->count > 20 * of)
		assert_in_range(heaviest, lightest, lightest + lightest / 10);
	free(seen);
}

static void test_shards(void **state)
{
	struct cell_list whole = {0};
	struct test_case *test_case = expand_text(matrix, &whole);

	(void)state;
	assert_int_equal(whole.count, 216);
	for (unsigned of = 1; of <= 9; of++)
		assert_shards(&whole, of);
	assert_shards(&whole, 300); /* some of them empty */
	cells_free(&whole);
	case_free(test_case);
}

static void test_longest_first(void **state)
{
	struct cell_list cells = {0}, before;
	struct test_case *test_case = expand_text(matrix, &cells);
	unsigned seen[216] = {0};

	(void)state;
	before = copy(&cells);
	cells_longest_first(&cells);
	assert_int_equal(cells.count, before.count);
	for (size_t i = 0; i + 1 < cells.count; i++) {
		uint32_t cost = cell_cost(&cells.cells[i]), next = cell_cost(&cells.cells[i + 1]);

		assert_true(cost >= next);
		if (cost == next) /* equals keep their order, which is that of the axes */
			assert_true(memcmp(&cells.cells[i], &cells.cells[i + 1],
					    sizeof(struct cell)) < 0);
	}
	for (size_t i = 0; i < cells.count; i++) {
		struct cell_list one = {.cells = &cells.cells[i], .count = 1};

		mark_seen(&before, &one, seen);
	}
	for (size_t i = 0; i < cells.count; i++)
		assert_int_equal(seen[i], 1);
	cells_free(&before);
	cells_free(&cells);
	case_free(test_case);
}

static void test_shuffle(void **state)
{
	struct cell_list cells = {0}, again, other;
	struct test_case *test_case = expand_text(matrix, &cells);
	size_t bytes = cells.count * sizeof(*cells.cells);

	(void)state;
	again = copy(&cells);
	other = copy(&cells);
	cells_shuffle(&cells, 7);
	cells_shuffle(&again, 7);
	cells_shuffle(&other, 8);
	assert_memory_equal(cells.cells, again.cells, bytes);
	assert_memory_not_equal(cells.cells, other.cells, bytes);
	assert_int_equal(load_of(&cells), load_of(&other));
	cells_free(&cells);
	cells_free(&again);
	cells_free(&other);
	case_free(test_case);
}

/* Cells under Xen among many on plain QEMU, some of both in pairs. */
static const char engines[] =
	"about: a\n"
	"axes:\n"
	"  engine: [qemu, xen]\n"
	"  rom: [stock, dkboot]\n"
	"  source: [fwcfg-dma, fwcfg-pio]\n"
	"  memory: [64M, 512M, 5G]\n"
	"  kernel: [linux, {name: p, probe: {protocol: 2.15}}]\n"
	"  initrd: [none, {name: big, random: 256M}, {name: small, random: 1K}]\n"
	"  resets: [0, 1]\n"
	"layout: entry\n"
	"compare: {axis: rom, lawful: [{fact: eax, why: it may}]}\n";

/* What a cell brings into the shard that it comes to: itself, and its mate with it. */
static uint64_t dearest(const struct cell_list *list)
{
	uint64_t most = 0;

	for (size_t i = 0; i < list->count; i++) {
		uint64_t cost = 2 * (uint64_t)cell_cost(&list->cells[i]);

		most = cost > most ? cost : most;
	}
	return most;
}

/* Whatever the cells: each is in one shard, pairs are together, no shard is heavier than another by
 * more than one pair (the property of the greedy rule). */
static void assert_balanced(const struct cell_list *whole, unsigned of)
{
	uint64_t heaviest = 0, lightest = UINT64_MAX;
	size_t count = 0;

	for (unsigned index = 1; index <= of; index++) {
		struct cell_list shard = copy(whole), again = copy(whole);
		uint64_t load;

		cells_shard(&shard, index, of);
		cells_shard(&again, index, of);
		assert_int_equal(shard.count, again.count);
		assert_memory_equal(shard.cells, again.cells, shard.count * sizeof(*shard.cells));
		for (size_t i = 0; i < shard.count; i++) {
			struct cell mate;

			if (cell_mate(&shard.cells[i], &mate) &&
				cells_find(whole, &mate) < whole->count)
				assert_true(cells_find(&shard, &mate) < shard.count);
		}
		load = load_of(&shard);
		heaviest = load > heaviest ? load : heaviest;
		lightest = load < lightest ? load : lightest;
		count += shard.count;
		cells_free(&shard);
		cells_free(&again);
	}
	assert_int_equal(count, whole->count);
	assert_true(heaviest - lightest <= dearest(whole));
}

/* A random part of the cells. */
static struct cell_list some(const struct cell_list *whole, uint64_t *seed)
{
	struct cell_list part = copy(whole);
	size_t kept = 0;

	for (size_t i = 0; i < part.count; i++)
		if (random_below(seed, 4))
			part.cells[kept++] = part.cells[i];
	part.count = kept;
	return part;
}

static void test_balance(void **state)
{
	struct cell_list whole = {0};
	struct test_case *test_case = expand_text(engines, &whole);
	uint64_t seed = 20261126;

	(void)state;
	assert_int_equal(whole.count, 288);
	for (unsigned round = 0; round < 20; round++) {
		struct cell_list part = some(&whole, &seed);

		assert_balanced(&part, 1 + (unsigned)random_below(&seed, 40));
		cells_free(&part);
	}
	cells_free(&whole);
	case_free(test_case);
}

/* A machine that boots inside a machine costs more than any payload of a small probe. */
static void test_nested_cells_are_spread(void **state)
{
	struct cell_list whole = {0};
	struct test_case *test_case = expand_text(
		"about: a\naxes:\n  engine: [qemu, xen]\n  source: [fwcfg-dma, fwcfg-pio]\n"
		"  memory: [64M, 65M, 66M, 67M, 68M]\n"
		"  kernel: [{name: p, probe: {protocol: 2.15}}]\n"
		"except: [{when: {engine: xen, source: fwcfg-dma}, why: it has none}]\n",
		&whole);

	(void)state;
	for (unsigned index = 1; index <= 5; index++) {
		struct cell_list shard = copy(&whole);
		uint32_t least = UINT32_MAX, most = 0;

		cells_shard(&shard, index, 5);
		assert_int_equal(shard.count, 3);
		for (size_t i = 0; i < shard.count; i++) {
			uint32_t cost = cell_cost(&shard.cells[i]);

			least = cost < least ? cost : least;
			most = cost > most ? cost : most;
		}
		assert_true(most >= 20 * least);
		cells_free(&shard);
	}
	cells_free(&whole);
	case_free(test_case);
}

/* 100,000 cells of 100 kernels, 50 initrds, 10 sizes of memory and 2 machines. */
static char *large_matrix(const char *more)
{
	struct buffer text = {0};

	buffer_add_text(&text, "about: a\naxes:\n  machine: [pc, q35]\n  kernel: [");
	for (unsigned i = 0; i < 100; i++)
		buffer_printf(&text, "linux-%u, ", i);
	buffer_add_text(&text, "]\n  initrd: [");
	for (unsigned i = 0; i < 50; i++)
		buffer_printf(&text, "{name: rnd-%u, random: %uM}, ", i, i);
	buffer_add_text(&text, "]\n  memory: [");
	for (unsigned i = 1; i <= 10; i++)
		buffer_printf(&text, "%uM, ", 64 * i);
	buffer_add_text(&text, "]\nexcept:\n  - {when: {memory: 64M, kernel: linux-7*}, why: x}\n"
			       "  - {when: {memory: [128M, 192M], initrd: rnd-4?}, why: x}\n");
	buffer_add_text(&text, more);
	return buffer_take(&text);
}

static void test_speed(void **state)
{
	char *text = large_matrix("");
	struct cell_list cells = {0};
	uint64_t start = clock_now(), expanded, filtered, sharded;
	struct test_case *test_case = expand_text(text, &cells);
	struct filter *filter =
		filter_parse("kernel=linux-* and not (memory<128M or *rnd-49*)", NULL);
	size_t count = cells.count;

	(void)state;
	expanded = clock_now();
	assert_int_equal(count, 100000 - 11 * 50 * 2 - 2 * 10 * 100 * 2);
	cells_filter(&cells, filter);
	filtered = clock_now();
	cells_shard(&cells, 2, 8);
	sharded = clock_now();
	print_message("%zu cells: expanded in %.0f ms, filtered in %.0f, sharded in %.0f\n", count,
		milliseconds(expanded - start), milliseconds(filtered - expanded),
		milliseconds(sharded - filtered));
	filter_free(filter);
	cells_free(&cells);
	case_free(test_case);
	free(text);
}

/* Work is counted: to find the pairs of 100,000 cells takes a few looks for each of them, and the
 * cells take a few megabytes. */
static void test_work(void **state)
{
	char *text = large_matrix("layout: entry\ncompare: {axis: machine, lawful: [{fact: eax, "
				  "why: it may}]}\n");
	struct cell_list cells = {0}, shard;
	struct test_case *test_case = expand_text(text, &cells);
	size_t *leaders = calloc(cells.count, sizeof(*leaders)), looked, pairs = 0;

	(void)state;
	assert_non_null(leaders);
	looked = cells_leaders(&cells, leaders);
	assert_in_range(looked, cells.count, 4 * cells.count);
	for (size_t i = 0; i < cells.count; i++)
		pairs += leaders[i] < i;
	assert_int_equal(pairs, cells.count / 2);
	assert_in_range(cells.room * sizeof(*cells.cells), 1, 16 << 20);
	shard = copy(&cells);
	cells_shard(&shard, 8, 8);
	assert_in_range(shard.count, cells.count / 8 - 8, cells.count / 8 + 8);
	cells_free(&shard);
	cells_free(&cells);
	case_free(test_case);
	free(leaders);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_shards),
		cmocka_unit_test(test_longest_first), cmocka_unit_test(test_shuffle),
		cmocka_unit_test(test_speed), cmocka_unit_test(test_balance),
		cmocka_unit_test(test_nested_cells_are_spread), cmocka_unit_test(test_work)};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
