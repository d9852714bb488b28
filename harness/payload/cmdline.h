/* The command line of a cell, as long as it was asked for. */
#ifndef DKBOOT_PAYLOAD_CMDLINE_H
#define DKBOOT_PAYLOAD_CMDLINE_H

#include "base/error.h"
#include "payload/spec.h"

/**
 * Makes the command line: the text, and with pad_to a last word "pad=xxxx..." that brings it to
 * exactly pad_to bytes.
 * @return malloc'ed, or NULL when pad_to is neither the length of the text nor has room for "
 * pad=x" behind it
 */
char *cmdline_make(const struct cmdline_spec *spec, struct error *error);

#endif
