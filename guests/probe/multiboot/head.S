/* The header of Multiboot 0.6.96, 3.1: modules on pages, memory information; FLAT has addresses, too. */
#define MAGIC 0x1badb002
#ifdef FLAT
#define FLAGS 0x10003
#else
#define FLAGS 0x3
#endif

	.section .head, "a"
	.balign 4
header:
	.long	MAGIC, FLAGS, -(MAGIC + FLAGS)
#ifdef FLAT
	.long	header, image_start, image_end, zeroed_end, start
#endif

	.section .note.GNU-stack, "", @progbits
