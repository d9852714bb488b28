/* How a part is made: bytes flow through two digests into a memfd, which is then sealed. */
#ifndef DKBOOT_PAYLOAD_PART_H
#define DKBOOT_PAYLOAD_PART_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "payload/payload.h"

/** A part that is being written. */
struct part_writer;

/** Starts a part. @param name shown in /proc/PID/fd, for people. @return NULL with the reason on
 * failure */
struct part_writer *part_begin(const char *name, struct error *error);

/** Appends bytes. They are digested and written at once, nothing is kept. */
int part_write(struct part_writer *writer, const void *bytes, size_t size, struct error *error);

/** Appends @size zero bytes. */
int part_zero(struct part_writer *writer, uint64_t size, struct error *error);

/** Appends @size bytes of a random stream (payload/random.h) that starts with @seed. */
int part_random(struct part_writer *writer, uint64_t seed, uint64_t size, struct error *error);

/** Appends a whole file. */
int part_copy(struct part_writer *writer, const char *path, struct error *error);

/** Bytes written so far. */
uint64_t part_offset(const struct part_writer *writer);

/**
 * Ends a part: seals it (memfd_create(2), F_ADD_SEALS: nobody can write, grow or shrink it, or add
 * seals) and releases the writer, whatever happens.
 * @param path   where the bytes came from, "" if no file holds them
 * @param origin what they are
 */
struct part *part_seal(
	struct part_writer *writer, const char *path, const char *origin, struct error *error);

/** Gives up a part that was begun; NULL is fine. */
void part_abandon(struct part_writer *writer);

/** Releases a sealed part; NULL is fine. */
void part_free(struct part *part);

#endif
