/* The bugs that case files declare, as a table for readers. */
#ifndef DKBOOT_CMD_BUGS_H
#define DKBOOT_CMD_BUGS_H

#include "case/cell.h"

/**
 * Appends a Markdown table: each expected failure of the cells that are not booted through our ROM,
 * how they fail, and what the same cells through ours do. Every column comes from the case files.
 */
void bugs_table(const struct cell_list *cells, struct buffer *out);

#endif
