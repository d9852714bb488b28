/* 128 KiB of conventional memory: a setup fits, its command line does not */
#define INT12_KIB 128
	range	0, 0xa0000, 1
	range	0xf0000, 0x10000, 2
	range	0x100000, 0x1fee0000, 1
	range	0x1ffe0000, 0x20000, 2
