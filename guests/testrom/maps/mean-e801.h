/* int 15h/E801 says 4 MiB, the map 512 MiB */
#define E801_16M   0x0c00
#define E801_ABOVE 0
	range	0, 0x9fc00, 1
	range	0x9fc00, 0x400, 2
	range	0xf0000, 0x10000, 2
	range	0x100000, 0x1fee0000, 1
	range	0x1ffe0000, 0x20000, 2
