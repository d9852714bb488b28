/*
 * The next boot device: a boot sector that says on COM1 that the firmware has come to it, and switches off as QEMU's
 * ACPI does. Code for the i486 in real mode, at 0x7c00.
 */
	.code16
	.text
	.globl start
start:
	cli
	xor	%ax, %ax
	mov	%ax, %ds
	mov	$text, %si
1:	lodsb
	test	%al, %al
	jz	3f
	mov	%al, %bl
	mov	$0x3fd, %dx
2:	inb	%dx, %al
	test	$0x20, %al
	jz	2b
	mov	%bl, %al
	mov	$0x3f8, %dx
	outb	%al, %dx
	jmp	1b
3:	mov	$0x604, %dx
	mov	$0x2000, %ax
	outw	%ax, %dx
4:	hlt
	jmp	4b
text:
	.asciz	"dknext: here\n"
	.org	510
	.short	0xaa55
	.section .note.GNU-stack, "", @progbits
