/*
 * First sector of a volume that boots by itself: the BIOS loads it to 0x7c00 and starts it, DL being
 * the drive. It reads the loader, which is the ROM's image and the volume's first part, by the BIOS's
 * INT 13h extensions, sums it and calls it. The numbers between the code are the packer's; those of
 * parts 5 to 14 are never used by such a volume, and texts lie there.
 *
 * rom/source/README.md has the format.
 */
#include "source/sector.h"

#define SECTOR	    0x7c00
#define STACK	    SECTOR
#define SAVED_DRIVE (SECTOR - 2)
#define FIRST_PART  (SECTOR + 0x20)
#define PART_SECTOR (FIRST_PART + 4)
#define PART_BYTES  (FIRST_PART + 8)
#define PART_SUM    (FIRST_PART + 12)

#define BLOCK	    512
#define POLYNOMIAL  0xedb88320
#define DEBUG_PORT  0xe9
#define COM1_STATUS 0x3fd
#define SENT	    0x20

	.text
	.code16
	.global sector
sector:	.byte	0xe9
	.word	code - sector - 3
	.ascii	"DKVOL"

	.org	0x60
prefix:	.asciz	"dkboot-rom: refused: boot sector: "
no_extensions:
	.asciz	"no INT 13h extensions\r\n"
no_loader:
	.asciz	"no loader\r\n"
unreadable:
	.asciz	"loader cannot be read\r\n"
damaged:
	.asciz	"loader is damaged\r\n"

/* The string at SI to the screen, COM1 as the BIOS left it, and port 0xe9. An absent UART reads as all ones. */
say:	movw	$COM1_STATUS, %dx
1:	inb	%dx, %al
	testb	$SENT, %al
	jz	1b
	lodsb
	testb	%al, %al
	jz	2f
	outb	%al, $DEBUG_PORT
	movb	$0xf8, %dl
	outb	%al, %dx
	movb	$0x0e, %ah
	movw	$7, %bx
	int	$0x10
	jmp	say
2:	ret

	.org	0x100
code:	ljmpw	$0, $1f
1:	xorw	%ax, %ax
	movw	%ax, %ss
	movw	$STACK, %sp
	movw	%ax, %ds
	movw	%ax, %es
	cld
	pushw	%dx

/* Enhanced Disk Drive specification 3.0, "Check extensions present". */
	movb	$0x41, %ah
	movw	$0x55aa, %bx
	int	$0x13
	movw	$no_extensions, %bp
	jc	fail
	cmpw	$0xaa55, %bx
	jne	fail
	shrw	$1, %cx
	jnc	fail

	movw	$no_loader, %bp
	cmpb	$SECTOR_KIND, FIRST_PART
	jne	fail
	movl	PART_BYTES, %eax
	addl	$(BLOCK - 1), %eax
	shrl	$9, %eax
	cmpw	$(SECTOR_LOADER_MAX / BLOCK), %ax
	ja	fail

/* A disk address packet, from its end on. */
	pushl	$0
	pushl	PART_SECTOR
	pushl	$(SECTOR_LOADER_AT << 12)	/* segment, and offset 0 */
	pushw	%ax
	pushw	$16
	movw	%sp, %si
	movb	$0x42, %ah
	int	$0x13
	movw	$unreadable, %bp
	jc	fail

/* CRC-32, a bit a step. */
	movw	PART_BYTES, %cx
	pushw	$(SECTOR_LOADER_AT >> 4)
	popw	%ds
	xorw	%si, %si
	orl	$-1, %ebx
1:	lodsb
	xorb	%al, %bl
	movb	$8, %ah
2:	shrl	$1, %ebx
	jnc	3f
	xorl	$POLYNOMIAL, %ebx
3:	decb	%ah
	jnz	2b
	loop	1b
	notl	%ebx
	movw	$damaged, %bp
	cmpl	%es:PART_SUM, %ebx
	jne	fail

/* A far call. It comes back when the loader has refused, and nothing else was there to boot. */
	movb	%es:SAVED_DRIVE, %dl
	pushw	%cs
	pushw	$next
	pushw	%ds
	pushw	SECTOR_ENTRY_AT
	lretw

fail:	pushw	%es
	popw	%ds
	movw	$prefix, %si
	call	say
	movw	%bp, %si
	call	say
next:	int	$0x18
	hlt
	jmp	next

/* The partition table, which is nobody's here, and the mark. */
	.org	0x1be
	.fill	64, 1, 0
	.word	0xaa55

	.section .note.GNU-stack, "", @progbits
