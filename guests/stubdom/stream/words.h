/* Names of what the stream has, for people. */
#ifndef DKBOOT_STREAM_WORDS_H
#define DKBOOT_STREAM_WORDS_H

#include "sender.h"

/** The fault of that name ("die", "stall", "once", "always", "lie", "short", "long"). @return
 * false when there is none */
bool sender_fault_named(const char *name, enum sender_fault *fault);

/** What a part is called. @param name at least 32 bytes, returned */
const char *stream_part_name(uint32_t part, char *name);

/** Why a receiver gave up. @param code enum stream_code */
const char *stream_code_words(uint32_t code);

#endif
