/* What only the kernel's log tells. */
#ifndef DKINIT_KERNELLOG_H
#define DKINIT_KERNELLOG_H

/** Keeps kernel messages off the console, so that none lands inside a line of ours; panics still
 * show. */
void kernel_log_quiet(void);

/** Lets kernel messages on the console again, as they were. */
void kernel_log_loud(void);

/** Reports where the kernel found its initrd, from the log's "RAMDISK: [mem 0x...-0x...]", and its
 * ACPI tables, from "ACPI: FACP 0x...". */
void report_log(void);

#endif
