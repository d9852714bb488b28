/* Resources are released by scope: `autofree char *path = ...;` is freed wherever the scope ends.
 */
#ifndef DKBOOT_BASE_CLEANUP_H
#define DKBOOT_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define autofree   __attribute__((cleanup(cleanup_free)))
#define autofd	   __attribute__((cleanup(cleanup_fd)))
#define autofile   __attribute__((cleanup(cleanup_file)))
#define autodir	   __attribute__((cleanup(cleanup_dir)))
#define autobuffer __attribute__((cleanup(buffer_free)))

#endif
