/* RAM ends 16 bytes into the command line of a bzImage */
	range	0, 0x20010, 1
	range	0x20010, 0x7fbf0, 2
	range	0x9fc00, 0x60400, 2
	range	0x100000, 0x1fee0000, 1
	range	0x1ffe0000, 0x20000, 2
