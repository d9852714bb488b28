/* Lines that all probes have. */
#ifndef DKBOOT_PROBE_COMMON_SAY_H
#define DKBOOT_PROBE_COMMON_SAY_H

#include "machine.h"
#include "out.h"

/** Where a report goes, and what its checksums need. */
struct say {
	struct out out;
	uint32_t (*crc)[256];
	uint32_t crc_tables;
};

/** "NAME at=... size=... crc32=..." of bytes that lie in the 32-bit address space as a whole. */
void say_range(struct say *say, const char *name, uint32_t at, uint32_t size);

/** As say_range(), of a string, and "NAME text=..." with its bytes. "NAME none" when @at is 0. */
void say_string(struct say *say, const char *name, uint32_t at);

/** "e820 BASE LENGTH TYPE". */
void say_e820(struct out *out, uint64_t base, uint64_t size, uint32_t type);

/** "rsdp at=... revision=... length=... checksum=..."; "rsdp none" when @at is 0. */
void say_rsdp(struct out *out, uint32_t at);

/** "tables": descriptor tables, interrupt vectors, A20. */
void say_tables(struct out *out, const struct table *gdt, const struct table *idt);

/** "entry", "regs", "clock", "tables", and a "segment" for each segment register and TR. */
void say_machine(struct out *out, const struct machine *machine);

/** "image", the probe's own bytes, and "zeros", memory behind them that the loader has to zero. */
void say_itself(struct say *say);

/** "end": the report is whole. */
void say_end(struct out *out);

/** Makes a report: @all is called with checksum tables, and what the image is to do follows. */
_Noreturn void say_report(void (*all)(struct say *say, const void *context), const void *context);

#endif
