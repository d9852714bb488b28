/* The boot_params page as this kernel received it. */
#ifndef DKINIT_ZEROPAGE_H
#define DKINIT_ZEROPAGE_H

/** Reports the zero page: raw lines, the loader's fields, the e820 table. Nothing if sysfs has it
 * not. */
void report_zeropage(void);

#endif
