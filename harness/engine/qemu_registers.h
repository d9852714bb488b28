/* The monitor's `info registers -a`, read. */
#ifndef DKBOOT_ENGINE_QEMU_REGISTERS_H
#define DKBOOT_ENGINE_QEMU_REGISTERS_H

#include <stdbool.h>

/**
 * True when nothing but a reset or an NMI can wake the machine: every processor is halted (HLT=1)
 * with interrupts off (EFLAGS bit 9 clear; Intel SDM volume 1, 3.4.3).
 * @param text what `info registers -a` prints; false for anything else
 */
bool registers_halted(const char *text);

#endif
