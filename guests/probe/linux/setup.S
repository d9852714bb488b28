/*
 * The 16-bit half of the Linux probe: keeps the entry state, asks the BIOS for the memory map, and goes to flat
 * 32-bit code. Nothing is written but the loader's stack, which the boot protocol puts at the end of the
 * setup's heap: setup and image stay as they arrived, so that they can be judged afterwards.
 */
#include "params.h"

#define SMAP          0x534d4150
#define E820_SIZE     20
#define E820_MAX      128
#define CODE32        0x10 /* selectors as in the 32-bit boot protocol */
#define DATA32        0x18
#define FACTS_SETUP   12   /* offsets in struct facts, see facts.h */
#define FACTS_IP      52
#define FACTS_GDT     16
#define CPUID_FLAG    0x200000 /* of EFLAGS: there is a CPUID where it can be changed */
#define TSC_FEATURE   0x10     /* of CPUID 1, EDX */
#define CODE32_START  0x214 /* the header's field */

	.code16
	.section .setup, "awx"
	.org PARAMS_AT
	.ascii PARAMS_MAGIC
	.short setup16_size, code32_size

	.org 0x200
	.byte 0xeb, HEADER_END - 0x202
	.org 0x20e
	.short version - 0x200 /* kernel_version, which the generator takes over */

	.org HEADER_END
	/* struct facts, from its end to its beginning. No flag may change before pushfl. */
	pushfl
	pushal
	call	1f
1:	pushw	%cs
	pushw	%ss
	pushw	%gs
	pushw	%fs
	pushw	%es
	pushw	%ds
	movl	%cr0, %eax
	pushl	%eax
	cld

	/* The time-stamp counter, where the processor has one: none before CPUID. */
	pushfl
	popl	%eax
	movl	%eax, %ecx
	xorl	$CPUID_FLAG, %eax
	pushl	%eax
	popfl
	pushfl
	popl	%eax
	xorl	%ecx, %eax
	pushl	%ecx
	popfl
	xorl	%edx, %edx
	testl	$CPUID_FLAG, %eax
	movl	%edx, %eax
	jz	7f
	movl	$1, %eax
	cpuid
	testb	$TSC_FEATURE, %dl
	movl	$0, %eax
	movl	%eax, %edx
	jz	7f
	rdtsc
7:	pushl	%edx
	pushl	%eax
	subw	$12, %sp
	movw	%sp, %bp
	sgdtl	(%bp)
	sidtl	6(%bp)

	/* Where the setup is follows from CS:IP. The data segments may be what is wrong. */
	xorl	%esi, %esi
	movw	%cs, %si
	shll	$4, %esi
	movzwl	FACTS_IP-FACTS_GDT(%bp), %eax
	addl	%eax, %esi
	subl	$1b, %esi
	pushl	%esi
	movw	%ss, %ax
	movw	%ax, %ds
	movw	%ax, %es

	int	$0x12
	pushw	%ax
	stc
	xorw	%bx, %bx
	xorw	%cx, %cx
	xorw	%dx, %dx
	movw	$0xe801, %ax
	int	$0x15
	pushw	%dx
	pushw	%cx
	pushw	%bx
	pushw	%ax
	sbbw	%ax, %ax
	pushw	%ax
	movw	%sp, %bp

	/* The map below the facts, first entry highest. SMAP comes back in EAX: some BIOSes lose EDX. */
	xorl	%ebx, %ebx
2:	subw	$E820_SIZE, %sp
	movw	%sp, %di
	movl	$0xe820, %eax
	movl	$SMAP, %edx
	movl	$E820_SIZE, %ecx
	pushl	%ss:E820_SIZE(%di)	/* a BIOS may answer with 24 bytes though asked for 20 */
	pushw	%bp
	pushw	%ds
	pushw	%es
	stc
	int	$0x15
	popw	%es
	popw	%ds
	popw	%bp
	movw	%sp, %di
	popl	%ss:E820_SIZE + 4(%di)
	jc	3f
	cmpl	$SMAP, %eax
	jne	3f
	cmpl	$E820_SIZE, %ecx
	jb	3f
	testl	%ebx, %ebx
	jz	4f
	movw	%bp, %ax
	subw	%sp, %ax
	cmpw	$E820_MAX * E820_SIZE, %ax
	jb	2b
	jmp	4f
3:	addw	$E820_SIZE, %sp
4:
	/* ESI = setup, EDI = end of the map, EBP = facts, all flat. EAX = 32-bit code. */
	cli
	cld
	xorl	%eax, %eax
	movw	%ss, %ax
	shll	$4, %eax
	movzwl	%sp, %edi
	addl	%eax, %edi
	movl	FACTS_SETUP(%bp), %esi
	movzwl	%bp, %ebp
	addl	%eax, %ebp
	movl	%esi, %eax
	shrl	$4, %eax
	movw	%ax, %fs
	movl	%esi, %eax
	testb	$PARAMS_IN_IMAGE, %fs:PARAMS_FLAGS
	jz	5f
	movl	$0x10000, %eax
	testb	$PARAMS_LOW, %fs:PARAMS_FLAGS
	jnz	5f
	movl	%fs:CODE32_START, %eax
5:	addl	%fs:PARAMS_CODE32_AT, %eax

	leal	gdt(%esi), %ecx
	pushl	%ecx
	pushw	$gdt_end - gdt - 1
	movw	%sp, %bx
	lgdtl	%ss:(%bx)
	movl	%cr0, %ecx
	orb	$1, %cl
	movl	%ecx, %cr0
	jmp	6f
6:	movw	$DATA32, %cx
	movw	%cx, %ds
	movw	%cx, %es
	movw	%cx, %fs
	movw	%cx, %gs
	movw	%cx, %ss
	movl	%edi, %esp
	/* probe_linux(setup, map, facts), which does not return */
	andl	$~15, %esp
	pushl	%ebp
	pushl	%edi
	pushl	%esi
	pushl	$0
	pushl	$CODE32
	pushl	%eax
	lretl

	.balign 8
gdt:	.quad 0, 0
	.quad 0x00cf9b000000ffff /* CODE32: flat, 32-bit, execute and read */
	.quad 0x00cf93000000ffff /* DATA32: flat, read and write */
gdt_end:
version:
	.asciz "dkprobe, the Linux probe of dkboot"

	.section .note.GNU-stack, "", @progbits
