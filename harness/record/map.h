/* What the oracle saw in a cell's memory, read back from its folder, and as a picture. */
#ifndef DKBOOT_RECORD_MAP_H
#define DKBOOT_RECORD_MAP_H

#include "check/layout.h"

/** A verdict of the oracle, read back. */
struct map {
	struct layout_verdict verdict; /* regions and violations; without facts */
	void *source;		       /* what the rules' names point into */
};

/**
 * Reads the layout.json of a cell.
 * @param json its bytes
 * @param path of that file, for errors
 * @return 0; -1 when it is none
 */
int map_read(const struct buffer *json, const char *path, struct map *map, struct error *error);

void map_free(struct map *map);

/**
 * Appends the picture as one <svg> element: low addresses on top, a stretch of memory as high as
 * the logarithm of its size, what overlaps side by side, violations in red with their rules. Its
 * parts can be focused and have titles. All text is escaped.
 */
void map_svg(const struct layout_verdict *verdict, struct buffer *out);

/** Appends the same as a file of its own, with its style. */
void map_svg_file(const struct layout_verdict *verdict, struct buffer *out);

#endif
