/* As many entries as the ROM has room for; the last one has the RAM */
	range	0, 0x9fc00, 1
	range	0x9fc00, 0x400, 2
	range	0xf0000, 0x10000, 2
	.rept	124
	range	0x1ffe0000, 0x20000, 2
	.endr
	range	0x100000, 0x1f000000, 1
