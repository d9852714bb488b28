/*
 * The header of Multiboot 2 (specification 2.0, 3.1): information that is demanded, modules on pages; FLAT has
 * addresses, RELOC may be moved anywhere from 4 MiB on and wants to be as high as it can.
 */
#define MAGIC 0xe85250d6

	.section .head, "a"
	.balign 8
header:
	.long	MAGIC, 0, header_end - header
	.long	-(MAGIC + (header_end - header))
	.balign 8
request:
	.short	1, 0
	.long	request_end - request
	.long	1, 2, 3, 4, 6
request_end:
	.balign 8
wishes:	/* what a loader may not have: an unknown type, EFI */
	.short	1, 1
	.long	wishes_end - wishes
	.long	9, 14, 15, 11, 12, 0x7777
wishes_end:
	.balign 8
	.short	6, 1
	.long	8
#ifdef FLAT
	.balign 8
	.short	2, 0
	.long	24, header, image_start, image_end, zeroed_end
	.balign 8
	.short	3, 0
	.long	12, start
#endif
#ifdef RELOC
	.balign 8
	.short	10, 0
	.long	24, 0x400000, 0xffffffff, 0x1000, 2
#endif
	.balign 8
	.short	0x7778, 1	/* an unknown tag, as an option */
	.long	8
	.short	0, 0
	.long	8
header_end:

	.section .note.GNU-stack, "", @progbits
