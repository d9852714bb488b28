#include "run/edges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EVEN_UP_TO 64 /* a factor */

bool stretch_is_even(uint64_t low, uint64_t high)
{
	return high / (low ? low : 1) <= EVEN_UP_TO || (!low && high < 1u << 20);
}

static bool is_decided(const struct point *point)
{
	return point->state == POINT_PASS || point->state == POINT_FAIL;
}

/* Puts a point where it belongs. @return false when it is there already */
static bool ask(struct edges *edges, uint64_t at)
{
	size_t i = edges->count;

	while (i > 0 && edges->points[i - 1].at >= at)
		i--;
	if (i < edges->count && edges->points[i].at == at)
		return false;
	edges->points = realloc(edges->points, (edges->count + 1) * sizeof(*edges->points));
	if (!edges->points)
		abort();
	memmove(&edges->points[i + 1], &edges->points[i],
		(edges->count - i) * sizeof(*edges->points));
	edges->points[i] = (struct point){.at = at, .state = POINT_ASKED};
	edges->count++;
	return true;
}

/* The @index-th of the first points. At equal ratios from 0, the next is one grain. */
static uint64_t first_point(const struct stretch *stretch, unsigned index)
{
	double low = (double)stretch->low, high = (double)stretch->high, at;
	unsigned steps = EDGES_FIRST - 1;

	if (index == 0)
		return stretch->low;
	if (index == steps)
		return stretch->high;
	if (stretch->even)
		at = low + (high - low) * index / steps;
	else if (stretch->low)
		at = low * pow(high / low, (double)index / steps);
	else
		at = (double)stretch->grain *
		     pow(high / (double)stretch->grain, (index - 1.0) / (steps - 1.0));
	return (uint64_t)(at / (double)stretch->grain + 0.5) * stretch->grain;
}

void edges_begin(struct edges *edges, const struct stretch *stretch)
{
	*edges = (struct edges){.stretch = *stretch};
	for (unsigned i = 0; i < EDGES_FIRST; i++)
		ask(edges, first_point(stretch, i));
}

/* The index of the next decided point behind @from; the count when there is none. */
static size_t next_decided(const struct edges *edges, size_t from)
{
	while (++from < edges->count && !is_decided(&edges->points[from]))
		;
	return from < edges->count ? from : edges->count;
}

/* The middle of the widest gap between neighbours from @low to @high; 0 when there is no room. */
static uint64_t middle(const struct edges *edges, size_t low, size_t high)
{
	uint64_t grain = edges->stretch.grain, widest = grain, from = 0;

	for (size_t i = low; i < high; i++) {
		uint64_t gap = edges->points[i + 1].at - edges->points[i].at;

		if (gap > widest) {
			widest = gap;
			from = edges->points[i].at;
		}
	}
	return widest > grain ? from + widest / grain / 2 * grain : 0;
}

size_t edges_halve(struct edges *edges)
{
	size_t asked = 0, i = next_decided(edges, (size_t)-1), next;

	for (; i < edges->count; i = next) {
		uint64_t at;

		next = next_decided(edges, i);
		if (next == edges->count || edges->points[i].state == edges->points[next].state ||
			next - i > EDGES_UNDECIDED)
			continue;
		at = middle(edges, i, next);
		if (at && ask(edges, at)) {
			asked++;
			next++; /* it was put before this one */
		}
	}
	return asked;
}

struct point *edges_asked(struct edges *edges, size_t *from)
{
	while (*from < edges->count)
		if (edges->points[(*from)++].state == POINT_ASKED)
			return &edges->points[*from - 1];
	return NULL;
}

bool edges_next(const struct edges *edges, size_t *from, struct edge *out)
{
	size_t i = *from;

	if (i < edges->count && !is_decided(&edges->points[i]))
		i = next_decided(edges, i);
	while (i < edges->count) {
		size_t next = next_decided(edges, i);

		if (next == edges->count)
			break;
		*out = (struct edge){&edges->points[i], &edges->points[next]};
		*from = i = next;
		if (out->below->state != out->above->state)
			return true;
	}
	*from = edges->count;
	return false;
}

void edges_free(struct edges *edges)
{
	free(edges->points);
	*edges = (struct edges){0};
}
