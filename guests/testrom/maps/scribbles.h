/* Registers come back with garbage */
#define SCRIBBLES
	range	0, 0x9fc00, 1
	range	0x9fc00, 0x400, 2
	range	0xf0000, 0x10000, 2
	range	0x100000, 0x1f000000, 1
	range	0x1f100000, 0xf00000, 2
