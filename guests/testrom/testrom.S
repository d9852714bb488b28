/*
 * An option ROM that lies about memory: it answers int 15h/E820 from a table, and whatever else its
 * map file asks for. One map, one ROM: -DMAP names the file, which defines the switches below and has
 * lines `range start, size, type`.
 *
 *   ANSWER      bytes that each answer has and says it has; 20 without
 *   ENDS_CF     the list ends with a call that sets CF, not with EBX 0
 *   SCRIBBLES   EDX and ESI come back with garbage, the upper half of EDI too
 *   SIGNATURE   what comes back in EAX; "SMAP" without
 *   SILENT      CF at once, as if int 15h/E820 did not exist
 *   E801_16M    what int 15h/E801 says: KiB between 1 and 16 MiB ...
 *   E801_ABOVE  ... and 64 KiB above 16 MiB; both or none
 *   STRIDE      continuation values are multiples of 1 << STRIDE, not 1, 2, 3
 *   DIRTY       a page at 0x20000 has garbage when the first device is booted
 *   INT12_KIB   conventional memory, as an option ROM takes some of it away
 *   RSDP_IN_EBDA  the ACPI root pointer lies in the EBDA and not in the BIOS area
 */
#define SMAP 0x534d4150
#define EBDA_SEGMENT 0x40e
#define BIOS_MEMORY 0x413
#define VECTOR	    (0x15 * 4)
#define BOOTSTRAP   (0x19 * 4)

#define CARRY 1
#define RANGE 24
#define RSDP_BYTES 36
#define RSDP_AT 0x80			/* of the EBDA: nothing of SeaBIOS is there */

	.macro range start, size, type
	.quad	\start, \size
	.long	\type, 1		/* ACPI 3.0: enabled */
	.endm

	.code16
	.text
	.global rom
rom:
	.word	0xaa55
	.byte	(rom_end - rom) / 512
	jmp	init
	.org	0x18
	.word	0, pnp - rom		/* no PCI structure */
	.org	0x20
pnp:					/* so that the firmware calls init while we can be written */
	.ascii	"$PnP"
	.byte	1, 2
	.word	0
	.byte	0, 0xcb
	.fill	22
old:
	.long	0
old_19:
	.long	0
table:
#include MAP
table_end:

#ifndef ANSWER
#define ANSWER 20
#endif
#ifndef STRIDE
#define STRIDE 0
#endif
#ifndef SIGNATURE
#define SIGNATURE SMAP
#endif

init:
	pushw	%ds
	xorw	%ax, %ax
	movw	%ax, %ds
	movl	VECTOR, %eax
	movl	%eax, %cs:(old - rom)
	movw	$(int15 - rom), VECTOR
	movw	%cs, VECTOR + 2
#ifdef DIRTY
	movl	BOOTSTRAP, %eax
	movl	%eax, %cs:(old_19 - rom)
	movw	$(int19 - rom), BOOTSTRAP
	movw	%cs, BOOTSTRAP + 2
#endif
#ifdef INT12_KIB
	movw	$INT12_KIB, BIOS_MEMORY
#endif
#ifdef RSDP_IN_EBDA
	call	move_rsdp
#endif
	popw	%ds
	xorw	%ax, %ax
	lret

#ifdef RSDP_IN_EBDA
/* While option ROMs are called, the BIOS area can still be written. */
move_rsdp:
	pushaw
	pushw	%es
	movw	EBDA_SEGMENT, %es
	pushw	$0xf000
	popw	%ds
	xorw	%si, %si
1:	cmpl	$0x20445352, (%si)	/* "RSD " */
	jne	2f
	cmpl	$0x20525450, 4(%si)	/* "PTR " */
	je	3f
2:	addw	$16, %si
	jnz	1b
	jmp	4f
3:	movw	%si, %bx
	movw	$RSDP_AT, %di
	movw	$RSDP_BYTES, %cx
	cld
	rep movsb
	movb	$0, (%bx)
4:	popw	%es
	popaw
	ret
#endif

#ifdef DIRTY
/* Firmware is done with this memory now, and has cleaned up. */
int19:
	pushw	$0x2000
	popw	%es
	xorw	%di, %di
	movw	$0x1000, %cx
	movb	$0xa5, %al
	cld
	rep stosb
	ljmpw	*%cs:(old_19 - rom)
#endif

/* Returns with CF as the arguments say; SP as at the interrupt. */
	.macro answer carry
	pushw	%bp
	movw	%sp, %bp
	andw	$~CARRY, 6(%bp)
	orw	$\carry, 6(%bp)
	popw	%bp
	iret
	.endm

int15:
	cmpw	$0xe820, %ax
	je	e820
#ifdef E801_16M
	cmpw	$0xe801, %ax
	je	e801
#endif
	ljmpw	*%cs:(old - rom)

#ifdef E801_16M
e801:
	movw	$E801_16M, %ax
	movw	$E801_ABOVE, %bx
	movw	%ax, %cx
	movw	%bx, %dx
	answer	0
#endif

e820:
#ifdef SILENT
	movb	$0x86, %ah
	answer	CARRY
#endif
	cmpl	$SMAP, %edx
	jne	1f
	shrl	$STRIDE, %ebx
	cmpl	$((table_end - table) / RANGE), %ebx
	jb	2f
1:	movb	$0x86, %ah
	answer	CARRY
2:	pushw	%si
	pushw	%di
	imulw	$RANGE, %bx, %si
	addw	$(table - rom), %si
	movw	$ANSWER, %cx
	cld
	rep movsb %cs:(%si), %es:(%di)
	popw	%di
	popw	%si
	movl	$ANSWER, %ecx
	movl	$SIGNATURE, %eax
	incl	%ebx
#ifndef ENDS_CF
	cmpl	$((table_end - table) / RANGE), %ebx
	jb	3f
	xorl	%ebx, %ebx
3:
#endif
	shll	$STRIDE, %ebx
#ifdef SCRIBBLES
	movl	$0xdeadbeef, %edx
	movl	$0xfeedface, %esi
	orl	$0xabcd0000, %edi
#endif
	answer	0

	.balign	512, 0
	.byte	0
	.balign	512, 0
rom_end:

	.section .note.GNU-stack, "", @progbits
