/* The payload as a stream: our end of the port that the ROM asks for it. */
#ifndef DKBOOT_ENGINE_QEMU_STREAM_H
#define DKBOOT_ENGINE_QEMU_STREAM_H

#include "engine/qemu_boot.h"

/** Name of the port (rom/source/README.md). */
#define STREAM_PORT "org.dkboot.stream"

/** In a folder: all that a ROM asked for, request by request; what it was answered. */
#define STREAM_ASKED   "stream.asked"
#define STREAM_ANSWERS "stream.answers"

/**
 * Makes ready to send the boot's payload.
 * @param theirs the emulator's end
 * @return 0, -1 with the reason
 */
int stream_prepare(struct qemu_boot *boot, int *theirs, struct error *error);

/** Begins to listen to the ROM. @return 0, or libuv's error */
int stream_watch(struct qemu_boot *boot);

/** Closes the handle; what was asked stays in the boot's folder as STREAM_ASKED. */
void stream_unwatch(struct qemu_boot *boot, uv_close_cb closed);

/** Releases all of it; NULL is fine. */
void stream_release(struct qemu_stream *stream);

/**
 * Writes into @folder, which has STREAM_ASKED, the same answers as STREAM_ANSWERS: a ROM that
 * asks in the same order needs no more.
 */
int stream_keep(const struct payload *payload, const char *folder, struct error *error);

#endif
