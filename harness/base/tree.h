/* Folders with all that is in them. */
#ifndef DKBOOT_BASE_TREE_H
#define DKBOOT_BASE_TREE_H

#include "base/error.h"

/**
 * Puts what is in a folder into another: files as hard links where the file systems allow it and
 * as copies otherwise, symbolic links as they are. What is there already stays.
 * @param to made if missing
 * @return 0, or -1 with the path and the reason
 */
int folder_join(const char *from, const char *to, struct error *error);

#endif
