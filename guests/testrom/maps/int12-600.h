/* An option ROM has taken memory at 600 KiB, which only int 12h says */
#define INT12_KIB 600
	range	0, 0xa0000, 1
	range	0xf0000, 0x10000, 2
	range	0x100000, 0x1fee0000, 1
	range	0x1ffe0000, 0x20000, 2
