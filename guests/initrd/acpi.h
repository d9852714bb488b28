/* The ACPI tables that the firmware gave this kernel. */
#ifndef DKINIT_ACPI_H
#define DKINIT_ACPI_H

/** Reports size and CRC-32 of each table in /sys/firmware/acpi/tables, by name. Nothing without
 * ACPI. */
void report_acpi(void);

#endif
