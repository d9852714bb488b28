/* Where on an ordered axis passing turns into failing: which points to look at next. Pure. */
#ifndef DKBOOT_RUN_EDGES_H
#define DKBOOT_RUN_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** So many points are looked at first, both ends included. */
#define EDGES_FIRST 16

/** So many points between the two sides of an edge may be undecided; then it is left at that. */
#define EDGES_UNDECIDED 4

enum point_state { POINT_ASKED, POINT_PASS, POINT_FAIL, POINT_UNDECIDED };

struct point {
	uint64_t at;
	enum point_state state;
};

/** The stretch that is looked at. */
struct stretch {
	uint64_t low, high; /* both ends included, multiples of @grain */
	uint64_t grain;	    /* points lie this far apart at least; 1 or more */
	bool even;	    /* the first points are at equal distances; else at equal ratios */
};

/** All points that were asked for, in order. Zero-initialise; release with edges_free(). */
struct edges {
	struct stretch stretch;
	struct point *points;
	size_t count;
};

/** Two neighbouring points that differ, or as near as it gets: all between are undecided. */
struct edge {
	const struct point *below, *above;
};

/** Equal ratios fit where a stretch spans more than a factor of 64, but for lengths from 0. */
bool stretch_is_even(uint64_t low, uint64_t high);

/** Asks for the first points; there are fewer where the stretch has no more. */
void edges_begin(struct edges *edges, const struct stretch *stretch);

/**
 * Asks for the middle of every stretch in which an edge is known to lie.
 * @return how many points were asked for; 0 when every edge is found. Call it when no point is
 * asked for any more
 */
size_t edges_halve(struct edges *edges);

/** The next point that is asked for, from index *@from on; NULL when there is none. */
struct point *edges_asked(struct edges *edges, size_t *from);

/** The next edge, from index *@from on. @return false when there is none */
bool edges_next(const struct edges *edges, size_t *from, struct edge *out);

void edges_free(struct edges *edges);

#endif
