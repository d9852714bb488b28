/* Edges on an axis, found against functions that say where they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "run/edges.h"

#include <cmocka.h>

#define M (UINT64_C(1) << 20)

typedef enum point_state judge(uint64_t at);

/* Looks at all that is asked for, to the end. @return how many points that were */
static size_t look(struct edges *edges, const struct stretch *stretch, judge *judge)
{
	edges_begin(edges, stretch);
	do {
		struct point *point;
		size_t from = 0;

		while ((point = edges_asked(edges, &from)))
			point->state = judge(point->at);
	} while (edges_halve(edges));
	return edges->count;
}

static void expect_edge(const struct edges *edges, size_t *from, uint64_t below, uint64_t above)
{
	struct edge edge;

	assert_true(edges_next(edges, from, &edge));
	assert_int_equal(edge.below->at, below);
	assert_int_equal(edge.above->at, above);
}

static void expect_no_edge(const struct edges *edges, size_t *from)
{
	struct edge edge;

	assert_false(edges_next(edges, from, &edge));
	assert_false(edges_next(edges, from, &edge));
}

static enum point_state from_67m(uint64_t at)
{
	return at >= 67 * M ? POINT_PASS : POINT_FAIL;
}

static void test_memory(void **state)
{
	const struct stretch stretch = {.low = 32 * M, .high = 4096 * M, .grain = M};
	struct edges edges;
	size_t from = 0;

	(void)state;
	assert_int_equal(look(&edges, &stretch, from_67m), 16 + 4);
	assert_int_equal(edges.points[0].at, 32 * M);
	assert_int_equal(edges.points[1].at, 44 * M); /* 32 * 128^(1/15) = 44.2 */
	assert_int_equal(edges.points[edges.count - 1].at, 4096 * M);
	expect_edge(&edges, &from, 66 * M, 67 * M);
	expect_no_edge(&edges, &from);
	edges_free(&edges);
}

static enum point_state up_to_2047(uint64_t at)
{
	return at <= 2047 ? POINT_PASS : POINT_FAIL;
}

static void test_length(void **state)
{
	const struct stretch stretch = {.low = 0, .high = 8192, .grain = 1, .even = true};
	struct edges edges;
	size_t from = 0;

	(void)state;
	assert_int_equal(look(&edges, &stretch, up_to_2047), 16 + 10);
	assert_int_equal(edges.points[1].at, 546); /* 8192 / 15 = 546.1 */
	expect_edge(&edges, &from, 2047, 2048);
	expect_no_edge(&edges, &from);
	edges_free(&edges);
}

static enum point_state in_between(uint64_t at)
{
	return at > 1000 && at < 5000 ? POINT_FAIL : POINT_PASS;
}

static void test_two_edges(void **state)
{
	const struct stretch stretch = {.low = 0, .high = 8192, .grain = 1, .even = true};
	struct edges edges;
	size_t from = 0;

	(void)state;
	look(&edges, &stretch, in_between);
	expect_edge(&edges, &from, 1000, 1001);
	expect_edge(&edges, &from, 4999, 5000);
	expect_no_edge(&edges, &from);
	edges_free(&edges);
}

static enum point_state always(uint64_t at)
{
	(void)at;
	return POINT_PASS;
}

static void test_none(void **state)
{
	const struct stretch stretch = {.low = 0, .high = UINT64_C(2) << 30, .grain = 1};
	struct edges edges;
	size_t from = 0;

	(void)state;
	assert_int_equal(look(&edges, &stretch, always), 16);
	assert_int_equal(edges.points[1].at, 1);
	expect_no_edge(&edges, &from);
	edges_free(&edges);
}

/* Seventeen versions, the ninth the first that fails. */
static enum point_state from_8(uint64_t at)
{
	return at < 8 ? POINT_PASS : POINT_FAIL;
}

static void test_few(void **state)
{
	struct stretch stretch = {.low = 0, .high = 16, .grain = 1, .even = true};
	struct edges edges;
	size_t from = 0;

	(void)state;
	assert_int_equal(look(&edges, &stretch, from_8), 17);
	expect_edge(&edges, &from, 7, 8);
	edges_free(&edges);
	stretch.high = 1;
	stretch.low = 1;
	assert_int_equal(look(&edges, &stretch, from_8), 1);
	edges_free(&edges);
}

/* The very points that halving comes to cannot be decided: others between are tried. */
static enum point_state with_a_hole(uint64_t at)
{
	return at == 4096 ? POINT_UNDECIDED : at < 4200 ? POINT_PASS : POINT_FAIL;
}

static void test_hole(void **state)
{
	const struct stretch fine = {.low = 3000, .high = 5192, .grain = 1, .even = true};
	struct edges edges;
	size_t from = 0;

	(void)state;
	look(&edges, &fine, with_a_hole);
	expect_edge(&edges, &from, 4199, 4200);
	edges_free(&edges);
}

static enum point_state sides_only(uint64_t at)
{
	return at == 0 ? POINT_PASS : at == 8192 ? POINT_FAIL : POINT_UNDECIDED;
}

/* When nothing between can be decided, the edge is as wide as that, and the search ends. */
static void test_undecided(void **state)
{
	const struct stretch stretch = {.low = 0, .high = 8192, .grain = 1, .even = true};
	struct edges edges;
	size_t from = 0;

	(void)state;
	assert_int_equal(look(&edges, &stretch, sides_only), 16);
	expect_edge(&edges, &from, 0, 8192);
	edges_free(&edges);
}

static void test_scale(void **state)
{
	(void)state;
	assert_false(stretch_is_even(32 * M, 4096 * M));
	assert_true(stretch_is_even(32 * M, 256 * M));
	assert_true(stretch_is_even(0, 8192));
	assert_false(stretch_is_even(0, UINT64_C(2) << 30));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_two_edges),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_hole),
		cmocka_unit_test(test_undecided),
		cmocka_unit_test(test_scale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
