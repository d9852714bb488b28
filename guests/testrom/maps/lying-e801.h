/* int 15h/E801 says 512 MiB, the map 257 MiB */
#define E801_16M   0x3c00
#define E801_ABOVE 0x1efe
	range	0, 0x9fc00, 1
	range	0x9fc00, 0x400, 2
	range	0xf0000, 0x10000, 2
	range	0x100000, 0x10000000, 1
	range	0x10100000, 0xff00000, 2
