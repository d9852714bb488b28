/* The note that says where a PVH kernel is entered: XEN_ELFNOTE_PHYS32_ENTRY (elfnote.h of Xen). */
	.section .note.pvh, "a", @note
	.long	4, 4, 18
	.asciz	"Xen"
	.long	start
	.long	4, 4, 0x7777	/* another note, right behind it: bytes that are no part of the entry */
	.asciz	"Xen"
	.long	0xffffffff

	.section .note.GNU-stack, "", @progbits
