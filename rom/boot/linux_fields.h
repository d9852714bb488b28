/* Offsets in the setup, and the protocol version that brought each field. */
#ifndef ROM_BOOT_LINUX_FIELDS_H
#define ROM_BOOT_LINUX_FIELDS_H

enum {
	OLD_CMDLINE_MAGIC = 0x20,
	OLD_CMDLINE_OFFSET = 0x22,
	SETUP_SECTS = 0x1f1,
	VID_MODE = 0x1fa,
	BOOT_FLAG = 0x1fe,
	HEADER_MAGIC = 0x202,	  /* 2.00 */
	VERSION = 0x206,	  /* 2.00 */
	TYPE_OF_LOADER = 0x210,	  /* 2.00 */
	LOADFLAGS = 0x211,	  /* 2.00; CAN_USE_HEAP 2.01 */
	RAMDISK_IMAGE = 0x218,	  /* 2.00 */
	RAMDISK_SIZE = 0x21c,	  /* 2.00 */
	HEAP_END_PTR = 0x224,	  /* 2.01 */
	CMD_LINE_PTR = 0x228,	  /* 2.02 */
	INITRD_ADDR_MAX = 0x22c,  /* 2.03 */
	KERNEL_ALIGNMENT = 0x230, /* 2.05 */
	RELOCATABLE = 0x234,	  /* 2.05 */
	XLOADFLAGS = 0x236,	  /* 2.12 */
	CMDLINE_SIZE = 0x238,	  /* 2.06 */
	SETUP_DATA = 0x250,	  /* 2.09 */
	PREF_ADDRESS = 0x258,	  /* 2.10 */
	INIT_SIZE = 0x260,	  /* 2.10 */
};

#define BOOT_FLAG_MAGIC	      0xaa55
#define HDRS_MAGIC	      0x53726448u
#define LOADFLAG_HIGH	      0x01
#define LOADFLAG_CAN_USE_HEAP 0x80
#define XLOADFLAG_ABOVE_4G    0x02
#define OLD_CMDLINE_VALUE     0xa33f
#define LOADER_UNREGISTERED   0xff
#define VIDEO_NORMAL	      0xffff

#endif
