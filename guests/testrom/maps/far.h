/* Ranges beyond 4 GiB, and one that ends beyond all addresses */
	range	0, 0x9fc00, 1
	range	0x9fc00, 0x400, 2
	range	0xf0000, 0x10000, 2
	range	0x100000, 0x1fee0000, 1
	range	0xfffffffffffff000, 0x2000, 2
	range	0x100000000, 0x140000000, 1
	range	0x1ffe0000, 0x20000, 2
	range	0xfffc0000, 0x40000, 2
