/* 1 GiB of RAM, half of which is not there */
	range	0, 0x9fc00, 1
	range	0x9fc00, 0x400, 2
	range	0xf0000, 0x10000, 2
	range	0x100000, 0x3ff00000, 1
	range	0x40000000, 0x20000, 2
