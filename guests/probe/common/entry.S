/*
 * First instructions of a probe that is entered in 32-bit mode, and in 64-bit mode: keep everything, go
 * to C. No protocol promises a stack, and a relocated kernel does not know where it is: the stack pointer is
 * kept in a debug register, and the return address of one call in an unused word of the BIOS's data.
 */
#include "machine.h"

#define SPARE_WORD	0x6fc
#define CPUID_FLAG	0x200000
#define TSC_FEATURE	0x10
#define CODE32		0x10
#define DATA32		0x18
#define MSR_EFER	0xc0000080

	.text
	.code32
	.arch	i686
	.globl	start
start:
	movl	%esp, %dr0
	movl	$(SPARE_WORD + 4), %esp
	call	1f
1:	popl	%esp
	leal	(machine_end - 1b)(%esp), %esp
	pushfl
	movl	%eax, (M_EAX - M_EFLAGS)(%esp)
	movl	%ecx, (M_ECX - M_EFLAGS)(%esp)
	movl	%edx, (M_EDX - M_EFLAGS)(%esp)
	movl	%ebx, (M_EBX - M_EFLAGS)(%esp)
	movl	%ebp, (M_EBP - M_EFLAGS)(%esp)
	movl	%esi, (M_ESI - M_EFLAGS)(%esp)
	movl	%edi, (M_EDI - M_EFLAGS)(%esp)
	leal	(-M_EFLAGS)(%esp), %esp
	cld
	movl	%dr0, %eax
	movl	%eax, M_ESP(%esp)
	xorl	%eax, %eax
	movl	%eax, %dr0
	movl	%eax, M_EFER(%esp)
	movl	%eax, M_CR4(%esp)
	movl	%eax, M_TSC(%esp)
	movl	%eax, M_TSC+4(%esp)
	movl	$32, M_BITS(%esp)
	movw	%ds, %ax
	movl	%eax, M_DS(%esp)
	movw	%es, %ax
	movl	%eax, M_ES(%esp)
	movw	%fs, %ax
	movl	%eax, M_FS(%esp)
	movw	%gs, %ax
	movl	%eax, M_GS(%esp)
	movw	%ss, %ax
	movl	%eax, M_SS(%esp)
	movw	%cs, %ax
	movl	%eax, M_CS(%esp)
	strw	%ax
	movl	%eax, M_TR(%esp)
	movl	%cr0, %eax
	movl	%eax, M_CR0(%esp)
	movl	%cr3, %eax
	movl	%eax, M_CR3(%esp)
	sgdt	M_GDT(%esp)
	sidt	M_IDT(%esp)

	/* CR4 and the time-stamp counter, where the processor has them: none before CPUID. */
	movl	%esp, %esi
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
	testl	$CPUID_FLAG, %eax
	jz	2f
	movl	%cr4, %eax
	movl	%eax, M_CR4(%esi)
	movl	$1, %eax
	cpuid
	testb	$TSC_FEATURE, %dl
	jz	2f
	rdtsc
	movl	%eax, M_TSC(%esi)
	movl	%edx, M_TSC+4(%esi)
2:	pushl	%esi
	pushl	$0
	jmp	probe

#ifdef ENTRY64
	.arch	generic64
	.code64
	.globl	start64
start64:
	movq	%rsp, %dr0
	leaq	machine_end-M_SIZE(%rip), %rsp
	movl	%eax, M_EAX(%rsp)
	movl	%ecx, M_ECX(%rsp)
	movl	%edx, M_EDX(%rsp)
	movl	%ebx, M_EBX(%rsp)
	movl	%ebp, M_EBP(%rsp)
	movl	%esi, M_ESI(%rsp)
	movl	%edi, M_EDI(%rsp)
	pushfq
	popq	%rax
	movl	%eax, M_EFLAGS(%rsp)
	cld
	movq	%dr0, %rax
	movl	%eax, M_ESP(%rsp)
	xorl	%eax, %eax
	movq	%rax, %dr0
	movl	$64, M_BITS(%rsp)
	movw	%ds, %ax
	movl	%eax, M_DS(%rsp)
	movw	%es, %ax
	movl	%eax, M_ES(%rsp)
	movw	%fs, %ax
	movl	%eax, M_FS(%rsp)
	movw	%gs, %ax
	movl	%eax, M_GS(%rsp)
	movw	%ss, %ax
	movl	%eax, M_SS(%rsp)
	movw	%cs, %ax
	movl	%eax, M_CS(%rsp)
	strw	%ax
	movl	%eax, M_TR(%rsp)
	movq	%cr0, %rax
	movl	%eax, M_CR0(%rsp)
	movq	%cr3, %rax
	movl	%eax, M_CR3(%rsp)
	movq	%cr4, %rax
	movl	%eax, M_CR4(%rsp)
	movl	$MSR_EFER, %ecx
	rdmsr
	movl	%eax, M_EFER(%rsp)
	rdtsc
	movl	%eax, M_TSC(%rsp)
	movl	%edx, M_TSC+4(%rsp)
	/* Tables of 10 bytes, of which the first 6 are kept. */
	movq	%rsp, %rsi
	subq	$32, %rsp
	sgdt	(%rsp)
	sidt	16(%rsp)
	movl	(%rsp), %eax
	movl	%eax, M_GDT(%rsi)
	movw	4(%rsp), %ax
	movw	%ax, M_GDT+4(%rsi)
	movl	16(%rsp), %eax
	movl	%eax, M_IDT(%rsi)
	movw	20(%rsp), %ax
	movw	%ax, M_IDT+4(%rsi)

	/* Down to flat 32-bit mode, where all of the report is. */
	leaq	gdt(%rip), %rax
	movw	$(gdt_end - gdt - 1), (%rsp)
	movq	%rax, 2(%rsp)
	lgdt	(%rsp)
	leaq	compatible(%rip), %rax
	pushq	$CODE32
	pushq	%rax
	lretq

	.code32
	.arch	i686
compatible:
	movl	$DATA32, %eax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	%cr0, %eax
	andl	$0x7fffffff, %eax
	movl	%eax, %cr0
	movl	$MSR_EFER, %ecx
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr
	pushl	%esi
	pushl	$0
	jmp	probe

	.section .rodata
	.balign 8
gdt:	.quad 0, 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
gdt_end:
#endif

	/* The guard below the stack is for C to see that it arrived zeroed; the stack is not. */
	.section .bss.stack, "aw", @nobits
	.balign 16
	.globl	zeros, zeros_end
zeros:	.space	4096
zeros_end:
	.space	20480
	.globl	machine_end
machine_end:

	.section .note.GNU-stack, "", @progbits
