/* The compressions of an initrd: what libarchive does as the kernel wants it, and what we do
 * instead. */
#ifndef DKBOOT_PAYLOAD_COMPRESS_H
#define DKBOOT_PAYLOAD_COMPRESS_H

#include <archive.h>
#include <stddef.h>

#include "base/error.h"
#include "payload/part.h"
#include "payload/spec.h"

/**
 * Sets up libarchive's part of a compression: its own filter for gzip, bzip2, lzma, zstd; the
 * program lzop (package lzop; liblzo2's licence is not one that the harness could be linked with)
 * for lzo; nothing for the rest.
 */
int compress_filter(struct archive *archive, enum compression compression, struct error *error);

/** What stands between libarchive and the part. */
struct encoder;

/**
 * Opens an encoder that writes to @out:
 * xz with CRC-32 (libarchive writes CRC-64, which the kernel's decoder refuses), lz4 in the legacy
 * frame (libarchive writes the modern one), lzop's header without the time of day; the rest passes
 * as it is.
 */
struct encoder *encoder_open(
	enum compression compression, struct part_writer *out, struct error *error);

/** Feeds bytes. */
int encoder_write(struct encoder *encoder, const void *bytes, size_t size, struct error *error);

/** Writes what is still inside. */
int encoder_finish(struct encoder *encoder, struct error *error);

/** Releases the encoder; NULL is fine. */
void encoder_free(struct encoder *encoder);

#endif
