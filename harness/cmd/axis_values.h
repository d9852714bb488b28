/* What `dkboot bisect --axis` goes along: numbers, and the value of the cell at each. */
#ifndef DKBOOT_CMD_AXIS_VALUES_H
#define DKBOOT_CMD_AXIS_VALUES_H

#include "cmd/quarry.h"
#include "payload/versions.h"
#include "run/edges.h"

struct axis_walk;

/** One kind of axis. */
struct walk_kind {
	const char *name;
	enum axis_id axis;
	uint64_t grain; /* points lie so far apart at least */
	bool size;	/* bounds are sizes (32M), else numbers */
	/** Gets ready: may raise walk->stretch.low, see @walk->note; NULL = nothing to do. */
	int (*begin)(struct axis_walk *walk, struct error *error);
	/** The value at a point. */
	int (*value)(
		const struct axis_walk *walk, uint64_t at, struct value *out, struct error *error);
};

/** An axis as it was asked for. Release with walk_free(). */
struct axis_walk {
	struct walk_kind kind;
	struct stretch stretch;
	char *low, *high; /* as they were typed */
	const struct quarry *quarry;
	struct stage *stage;
	char *note;	   /* why the stretch begins later than it was asked to, or NULL */
	uint64_t own_size; /* bytes that the cell's own initrd has */
	struct kernel_versions versions;
};

/** Reads AXIS=A..B. @return 0, or -1 with the reason */
int walk_parse(struct axis_walk *walk, const char *text, struct error *error);

/** Looks at the cell that goes along the axis. @return 0, or -1 with the reason */
int walk_begin(struct axis_walk *walk, const struct quarry *quarry, struct stage *stage,
	struct error *error);

/** A point as people write it: "67M", "2047", "6.1.0-47"; malloc'ed. */
char *walk_name(const struct axis_walk *walk, uint64_t at);

/** The value of the cell at a point, fetched if it has to be. @return 0, or -1 with the reason */
int walk_value(const struct axis_walk *walk, uint64_t at, struct value *out, struct error *error);

void walk_free(struct axis_walk *walk);

#endif
