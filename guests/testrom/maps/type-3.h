/* The uppermost 18 MiB hold ACPI tables */
	range	0, 0x9fc00, 1
	range	0x9fc00, 0x400, 2
	range	0xf0000, 0x10000, 2
	range	0x100000, 0x1ed00000, 1
	range	0x1ee00000, 0x1200000, 3
