/* Reserved ranges inside of RAM, RAM that is said twice, and a range of no bytes */
	range	0, 0x9fc00, 1
	range	0x9fc00, 0x400, 2
	range	0xf0000, 0x10000, 2
	range	0x100000, 0x1fee0000, 1
	range	0x80000000, 0x10000000, 2
	range	0x1fe00000, 0x200000, 2
	range	0x1fb00800, 0x1000, 4
	range	0x100000, 0x1000000, 1
	range	0x300000, 0, 2
	range	0x1fa00000, 0x80000, 3
