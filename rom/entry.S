/*
 * Header, and everything that has to be 16-bit: the firmware calls us here, in real mode with any
 * stack, and the kernel is entered from here.
 *
 * Position independent: the firmware copies the image anywhere below 1 MiB. Code offsets are
 * differences to rom_start, CS is where we are.
 */
#include "size.h"
#include "work.h"

#define OFFSET(label) ((label) - rom_start)

/* Our descriptors, in the work area because one of them has our base in it. */
#define SEL_CODE32 0x10
#define SEL_DATA32 0x18
#define SEL_CODE16 0x20
#define SEL_DATA16 0x28

#define SMAP       0x534d4150
#define EFLAGS_ID  0x200000

	.section .head, "ax"
	.code16
	.global rom_start
rom_start:
	.word	0xaa55
	.byte	0			/* blocks that the firmware sums: tools/finish */
	jmp	init
	.org	IMAGE_HEADSUM
	.byte	0
	.org	0x18
	.word	OFFSET(pcir)
	.word	OFFSET(pnp)
	.word	OFFSET(from_sector)	/* SECTOR_ENTRY_AT */
	.org	0x20
pnp:
	.ascii	"$PnP"
	.byte	1, 2			/* revision; length / 16 */
	.word	0			/* no further structure */
	.byte	0
	.byte	0			/* checksum: tools/finish */
	.long	0
	.word	OFFSET(vendor)
	.word	OFFSET(product)
	.byte	0, 0, 0
	.byte	0x14			/* read cacheable, an IPL device */
	.word	0, 0			/* no BCV, no disconnect vector */
bev:	.word	OFFSET(boot)
	.word	0, 0
/*
 * PCI Firmware Specification 3.3, section 5.1.2. No device has the vendor ffff: tools/pci writes the
 * card's ids here when the image goes on one.
 */
	.balign 4
pcir:
	.ascii	"PCIR"
	.word	0xffff, 0xffff		/* vendor, device */
	.word	0			/* no list of more devices */
	.word	24			/* bytes of this structure */
	.byte	3			/* its revision */
	.byte	0, 0, 0xff		/* class: fits none */
	.word	0			/* size / 512: tools/finish */
	.word	1			/* revision of the code */
	.byte	0, 0x80			/* PC code; the last image */
	.word	0
vendor:
	.asciz	"dkboot"
product:
	.asciz	"direct boot"

/*
 * PnP init, the image still writable: it is as large as the file, if the firmware has copied all of that.
 * If not, there is nothing to boot with: no boot entry, no IPL device.
 */
init:
	cmpl	$IMAGE_MARK, %cs:IMAGE_TAIL
	jne	1f
	movb	$IMAGE_BLOCKS, %cs:2
	movw	$0x20, %ax
	lret
1:	xorw	%ax, %ax
	movw	%ax, %cs:OFFSET(bev)
	lret

/* Zero the first bytes of the work area. Destroys EAX, CX, DI, ES. */
	.macro	zero_work bytes
	movw	$WORK_SEG, %ax
	movw	%ax, %es
	xorl	%eax, %eax
	xorw	%di, %di
	movw	$(\bytes / 4), %cx
	rep stosl
	.endm

/* A boot sector of ours calls here; DL is its drive, and we lie in RAM. */
from_sector:
	pushfl
	pushal
	jmp	1f

/* The boot entry vector: far call, real mode, nothing assumed of the registers. */
boot:
	pushfl
	pushal
	movb	$0, %dl
1:	cld
	pushw	%ds
	pushw	%es
	pushw	%fs
	pushw	%gs
	zero_work W_E820
	movw	%es, %ax
	movw	%ax, %ds
	movb	%dl, W_DRIVE
	movw	%sp, W_FIRMWARE_SP
	movw	%ss, W_FIRMWARE_SS
	call	gather_e820
	int	$0x12
	movw	%ax, W_INT12
	call	open_a20
	cli
	call	make_descriptors
to_flat:
	lgdtl	W_GDTR
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	*W_FAR32

/*
 * One answer after the other, as they come. CF set ends the list, except at once. A broken answer
 * or one that does not fit is for rom_main to refuse: what is missing could be a reserved range.
 */
gather_e820:
	xorl	%ebx, %ebx
	movw	$W_E820, %di
1:	movw	$WORK_SEG, %ax
	movw	%ax, %es
	movl	$0xe820, %eax
	movl	$SMAP, %edx
	movl	$E820_ENTRY, %ecx
	pushw	%ds
	pushw	%di
	int	$0x15
	popw	%di
	popw	%ds
	jc	2f
	cmpl	$SMAP, %eax
	jne	3f
	cmpl	$E820_ENTRY, %ecx
	jb	3f
	incw	W_E820_COUNT
	addw	$E820_ENTRY, %di
	testl	%ebx, %ebx
	jz	2f
	cmpw	$(W_E820 + E820_MAX * E820_ENTRY), %di
	jb	1b
	movb	$E820_TOO_LONG, W_E820_STATE
2:	ret
3:	movb	$E820_BROKEN, W_E820_STATE
	ret

/* The BIOS first, the fast gate of port 0x92 next; both take their time. */
open_a20:
	call	a20_is_open
	jnz	1f
	pushw	%ds
	movw	$0x2401, %ax
	int	$0x15
	popw	%ds
	call	a20_is_open
	jnz	1f
	inb	$0x92, %al
	orb	$2, %al
	andb	$0xfe, %al
	outb	%al, $0x92
	xorw	%cx, %cx
2:	call	a20_is_open
	jnz	1f
	loop	2b
	movb	$1, W_A20_STATE
1:	ret

/* NZ when the byte 1 MiB above is another one: two patterns, the first may be there by chance. */
a20_is_open:
	movw	$0xffff, %ax
	movw	%ax, %es
	incl	W_A20
	movl	W_A20, %eax
	cmpl	%es:(WORK_BASE + 0x10 + W_A20), %eax
	jne	1f
	incl	W_A20
	movl	W_A20, %eax
	cmpl	%es:(WORK_BASE + 0x10 + W_A20), %eax
1:	ret

/* GDT and the two far pointers, which all need our base. */
make_descriptors:
	sgdtl	W_OLD_GDTR
	movw	%ds, %ax
	movw	%ax, %es
	movw	$OFFSET(gdt), %si
	movw	$W_GDT, %di
	movw	$((gdt_end - gdt) / 4), %cx
	rep movsl %cs:(%si), %es:(%di)
	xorl	%eax, %eax
	movw	%cs, %ax
	shll	$4, %eax
	orl	%eax, W_GDT + SEL_CODE16 + 2
	addl	$OFFSET(flat), %eax
	movl	%eax, W_FAR32
	movw	$SEL_CODE32, W_FAR32 + 4
	movw	$OFFSET(real), W_FAR16
	movw	%cs, W_FAR16 + 2
	movw	$(gdt_end - gdt - 1), W_GDTR
	movl	$(WORK_BASE + W_GDT), W_GDTR + 2
	ret

	.balign	4
/* With the accessed bit set, so that the CPU has nothing to write. */
gdt:
	.long	0, 0, 0, 0
	.long	0x0000ffff, 0x00cf9b00
	.long	0x0000ffff, 0x00cf9300
	.long	0x0000ffff, 0x00009b00
	.long	0x0000ffff, 0x00009300
gdt_end:

real_idt:
	.word	0x3ff
	.long	0

	.code32
flat:
	cld
	movw	$SEL_DATA32, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	WORK_BASE + W_RESUME, %esp
	testl	%esp, %esp
	jnz	resume
	movl	$(WORK_BASE + WORK_SIZE), %esp
	movl	$WORK_BASE, %eax
	call	rom_main
	cmpb	$ENTER_PROTECTED, %al
	je	enter_protected
	ljmp	$SEL_CODE16, $OFFSET(leave_flat)

/*
 * Called from C: int 13h with AX and DX of the work area and DS:SI at its packet. The firmware gets its
 * own stack, on which it called us. What the 32-bit side is to keep waits on its stack.
 */
	.global bios_disk
bios_disk:
	pushal
	movl	%esp, WORK_BASE + W_RESUME
	movl	$ENTER_DISK, %eax
	ljmp	$SEL_CODE16, $OFFSET(leave_flat)
resume:	popal
	ret

	.section .text.enter, "ax"
	.code32
/*
 * Into a 32-bit or a 64-bit kernel, on the few words of stack that its struct handover begins with.
 * CR0 is PE and nothing else (pvh.pandoc: "all the other writeable bits are cleared"), CR4 is 0.
 */
enter_protected:
	movl	$1, %eax
	movl	%eax, %cr0
	movl	$WORK_BASE, %edi
	movl	W_ENTER_ESP(%edi), %esp
	call	clear_cr4
	lgdtl	W_ENTER_GDTR(%edi)
	movw	W_ENTER_TR(%edi), %ax
	testw	%ax, %ax
	jz	1f
	ltr	%ax
1:	movl	W_ENTER_EAX(%edi), %edx
	movl	W_ENTER_EBX(%edi), %ebx
	movl	W_ENTER_ESI(%edi), %esi
	movl	W_ENTER_CR3(%edi), %ebp
	xorl	%eax, %eax
	movl	$(WORK_SIZE / 4), %ecx
	rep stosl
	movl	%edx, %edi
	testl	%ebp, %ebp
	jz	2f
	call	enter_long_mode
2:	movl	$SEL_DATA32, %eax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	%edi, %eax
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	pushl	$2
	popfl
	lretl

/* A processor that has CR4 is one that has CPUID, whose flag can be changed. Destroys EAX, ECX. */
clear_cr4:
	call	has_cpuid
	jz	1f
	xorl	%eax, %eax
	movl	%eax, %cr4
1:	ret

/* NZ: there is CPUID. Destroys EAX, ECX. */
	.global has_cpuid
has_cpuid:
	pushfl
	pushfl
	popl	%eax
	movl	%eax, %ecx
	xorl	$EFLAGS_ID, %eax
	pushl	%eax
	popfl
	pushfl
	popl	%eax
	popfl
	xorl	%ecx, %eax
	testl	$EFLAGS_ID, %eax
	ret

	.section .head

	.code16
/* EAX has to live on from here: 0 means refused. Real mode wants limits of 64 KiB again. */
leave_flat:
	movw	$SEL_DATA16, %cx
	movw	%cx, %ds
	movw	%cx, %es
	movw	%cx, %fs
	movw	%cx, %gs
	movw	%cx, %ss
	movl	%cr0, %ecx
	andb	$0xfe, %cl
	movl	%ecx, %cr0
	ljmpw	*(WORK_BASE + W_FAR16)

real:
	movw	$WORK_SEG, %cx
	movw	%cx, %ds
	lgdtl	W_OLD_GDTR
	lidtl	%cs:OFFSET(real_idt)
	cmpb	$ENTER_DISK, %al
	je	call_disk
	testl	%eax, %eax
	jz	refused

/* boot.rst, "Running the Kernel". SS is loaded last, with its SP. */
	movw	W_ENTER_SEG, %bx
	movzwl	W_ENTER_SP, %edx
	zero_work WORK_SIZE
	movw	%bx, %ds
	movw	%bx, %es
	movw	%bx, %fs
	movw	%bx, %gs
	movw	%bx, %ss
	movl	%edx, %esp
	addw	$0x20, %bx
	pushw	%bx
	pushw	$0
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	xorl	%eax, %eax
	lret

/* Interrupts are on, as the firmware has them when it runs. Status 0: no error. */
call_disk:
	movw	W_FIRMWARE_SS, %ss
	movzwl	W_FIRMWARE_SP, %esp
	movw	W_DISK_AX, %ax
	movw	W_DISK_DX, %dx
	movw	$W_DISK_PACKET, %si
	sti
	int	$0x13
	cli
	cld
	movw	$WORK_SEG, %cx
	movw	%cx, %ds
	movb	$1, %al
	jc	1f
	xorw	%ax, %ax
1:	movw	%ax, W_DISK_STATUS
	jmp	to_flat

/* The BIOS boot specification: int 18h, and the next device is tried. */
refused:
	movw	W_FIRMWARE_SS, %bx
	movw	W_FIRMWARE_SP, %dx
	zero_work WORK_SIZE
	movw	%bx, %ss
	movzwl	%dx, %esp
	popw	%gs
	popw	%fs
	popw	%es
	popw	%ds
	popal
	popfl
	int	$0x18
	lret

	.section .note.GNU-stack, "", @progbits
