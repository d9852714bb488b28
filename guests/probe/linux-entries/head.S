/* The 32-bit entry at the beginning of the image, the 64-bit one 0x200 bytes later (boot.rst). */
	.section .head, "ax"
	.code32
	jmp	start
	.org	0x200
	.code64
	jmp	start64

	.section .note.GNU-stack, "", @progbits
