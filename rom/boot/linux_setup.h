/* The setup of a Linux image as boot.rst lays it out, with the version that brought each field. */
#ifndef ROM_BOOT_LINUX_SETUP_H
#define ROM_BOOT_LINUX_SETUP_H

#include <stddef.h>
#include <stdint.h>

/* From offset 0x1f1 on: "the setup header". */
struct linux_header {
	uint8_t setup_sects;
	uint8_t unused[0x1fa - 0x1f2];
	uint16_t vid_mode;
	uint8_t unused_2[2];
	uint16_t boot_flag;
	uint16_t jump;
	uint32_t header_magic; /* 2.00 */
	uint16_t version;      /* 2.00 */
	uint8_t unused_3[0x210 - 0x208];
	uint8_t type_of_loader; /* 2.00 */
	uint8_t loadflags;	/* 2.00, can_use_heap 2.01 */
	uint8_t unused_4[0x218 - 0x212];
	uint32_t ramdisk_image; /* 2.00 */
	uint32_t ramdisk_size;	/* 2.00 */
	uint32_t bootsect_kludge;
	uint16_t heap_end_ptr; /* 2.01 */
	uint8_t unused_5[2];
	uint32_t cmd_line_ptr;	   /* 2.02 */
	uint32_t initrd_addr_max;  /* 2.03 */
	uint32_t kernel_alignment; /* 2.05 */
	uint8_t relocatable;	   /* 2.05 */
	uint8_t min_alignment;	   /* 2.10 */
	uint16_t xloadflags;	   /* 2.12 */
	uint32_t cmdline_size;	   /* 2.06 */
	uint8_t unused_6[0x250 - 0x23c];
	uint64_t setup_data;   /* 2.09 */
	uint64_t pref_address; /* 2.10 */
	uint32_t init_size;    /* 2.10 */
} __attribute__((packed));

struct linux_setup {
	uint8_t code[0x20];
	uint16_t old_cmdline_magic;  /* before 2.02 */
	uint16_t old_cmdline_offset; /* before 2.02 */
	uint8_t more_code[0x1f1 - 0x24];
	struct linux_header header;
} __attribute__((packed));

/* A few of them; the arrays above fix the rest. */
_Static_assert(offsetof(struct linux_setup, header.vid_mode) == 0x1fa, "vid_mode");
_Static_assert(offsetof(struct linux_setup, header.header_magic) == 0x202, "header_magic");
_Static_assert(offsetof(struct linux_setup, header.type_of_loader) == 0x210, "type_of_loader");
_Static_assert(offsetof(struct linux_setup, header.heap_end_ptr) == 0x224, "heap_end_ptr");
_Static_assert(offsetof(struct linux_setup, header.cmdline_size) == 0x238, "cmdline_size");
_Static_assert(offsetof(struct linux_setup, header.init_size) == 0x260, "init_size");

/* One node of the list at setup_data; length bytes follow. */
struct linux_setup_data {
	uint64_t next;
	uint32_t type;
	uint32_t length;
} __attribute__((packed));

#define BOOT_FLAG	      0xaa55
#define HEADER_MAGIC	      0x53726448u /* "HdrS" */
#define LOADFLAG_HIGH	      0x01
#define LOADFLAG_CAN_USE_HEAP 0x80
#define XLOADFLAG_KERNEL_64   0x01
#define XLOADFLAG_ABOVE_4G    0x02
#define OLD_CMDLINE_MAGIC     0xa33f
#define LOADER_UNREGISTERED   0xff
#define VIDEO_NORMAL	      0xffff

#endif
