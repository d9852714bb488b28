/*
 * The only memory the ROM writes for itself: one area at a fixed place, known to assembly and C.
 * rom/README.md has the whole memory model. The area is zeroed before anybody else runs.
 */
#ifndef ROM_WORK_H
#define ROM_WORK_H

#define WORK_BASE 0x8000
#define WORK_SIZE 0x1800
#define WORK_SEG  (WORK_BASE >> 4)

/* Offsets that entry.S uses; main.c asserts that struct work agrees. */
#define W_FIRMWARE_SP 0
#define W_FIRMWARE_SS 2
#define W_GDTR	      4
#define W_OLD_GDTR    10
#define W_FAR32	      16
#define W_FAR16	      22
#define W_DRIVE	      26
#define W_INT12	      28
#define W_E820_COUNT  32
#define W_E820_STATE  36
#define W_A20	      40
#define W_A20_STATE   44
#define W_ENTER_SEG   48
#define W_ENTER_SP    50
#define W_ENTER_GDTR  52
#define W_ENTER_TR    58
#define W_ENTER_ESP   60
#define W_ENTER_EAX   64
#define W_ENTER_EBX   68
#define W_ENTER_ESI   72
#define W_ENTER_CR3   76
#define W_GDT	      80
#define W_RESUME      128
#define W_DISK_AX     132
#define W_DISK_DX     134
#define W_DISK_STATUS 136
#define W_DISK_PACKET 140
#define W_E820	      172

#define E820_MAX   128
#define E820_ENTRY 20

/* What the gathering of the e820 map ended with. */
#define E820_COMPLETE 0
#define E820_BROKEN   1
#define E820_TOO_LONG 2

/* What rom_main() answers: back to the firmware, or how to enter the kernel. */
#define ENTER_NOT	0
#define ENTER_REAL	1
#define ENTER_PROTECTED 2 /* with struct enter; in long mode when its cr3 is not 0 */
#define ENTER_DISK	3 /* not an answer: how bios_disk() goes to real mode */

#ifndef __ASSEMBLER__

#include "handover.h"
#include "map.h"
#include "boot/linux.h"
#include "source/disk_packet.h"

struct work {
	uint16_t firmware_sp, firmware_ss;
	uint8_t gdtr[6], old_gdtr[6], far32[6], far16[4];
	uint8_t drive; /* whose boot sector called us; 0 = none did */
	uint8_t pad;
	uint32_t int12_kib;
	uint32_t e820_count;
	uint32_t e820_state;
	uint32_t a20_pattern;
	uint32_t a20_closed;
	uint16_t enter_seg, enter_sp;
	struct enter enter;
	uint8_t gdt[48];
	uint32_t resume; /* stack of a bios_disk() that has not come back, or 0 */
	uint16_t disk_ax, disk_dx;
	uint32_t disk_status;
	union disk_packet packet;
	struct e820 e820[E820_MAX];
	uint32_t e820_slack;	  /* a BIOS may answer with 24 bytes though asked for 20 */
	struct linux_setup setup; /* looked at before anything is placed */
};

#endif
#endif
