/* Whole files and folders. */
#ifndef DKBOOT_BASE_FILES_H
#define DKBOOT_BASE_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/** Appends a file's bytes to @out. @return 0, or -1 with the path and the reason. */
int file_read(const char *path, struct buffer *out, struct error *error);

/** Writes a file whole or not at all (a temporary name, then rename). */
int file_write(const char *path, const void *bytes, size_t size, struct error *error);

/** Appends to a file with one write(2). Creates it if it is missing. */
int file_append(const char *path, const void *bytes, size_t size, struct error *error);

/** Copies a regular file (holes and all); the copy has the mode @mode. */
int file_copy(const char *from, const char *to, unsigned mode, struct error *error);

/** Makes a folder and those above it; a folder that exists is fine. */
int folder_make(const char *path, struct error *error);

/** Removes a folder and all that is in it, links not followed; a missing one is fine. */
int folder_remove(const char *path, struct error *error);

/** True when @path is a file or folder that can be read. */
bool file_exists(const char *path);

/** Where the shell would find a program: a path, or the name as it is. malloc'ed, never NULL. */
char *program_find(const char *name);

/** The cache folder: $XDG_CACHE_HOME/dkboot or ~/.cache/dkboot. malloc'ed, never NULL. */
char *cache_folder(void);

#endif
