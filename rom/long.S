/*
 * Long mode: the only instructions above i486, in a section of their own, and only after the CPU
 * has said that it knows them. (Intel SDM volume 3, 10.8.5, "Initializing IA-32e Mode".)
 */
#define CPUID_EXTENDED	0x80000000
#define EDX_LONG_MODE	0x20000000
#define CR4_PAE		0x20
#define MSR_EFER	0xc0000080
#define EFER_LME	0x100
#define CR0_PG		0x80000000

	.section .above486, "ax"
	.arch	i686
	.code32

/* int long_mode_known(void): not 0 when the CPU has long mode. */
	.global long_mode_known
	.hidden long_mode_known
long_mode_known:
	call	has_cpuid
	jz	1f
	pushl	%ebx
	movl	$CPUID_EXTENDED, %eax
	cpuid
	cmpl	$CPUID_EXTENDED, %eax
	movl	$0, %edx
	jbe	2f
	movl	$(CPUID_EXTENDED + 1), %eax
	cpuid
2:	popl	%ebx
	movl	%edx, %eax
	andl	$EDX_LONG_MODE, %eax
	ret
1:	xorl	%eax, %eax
	ret

/* From flat 32-bit code into compatibility mode with the page tables at EBP. Keeps EBX, ESI, EDI. */
	.global enter_long_mode
	.hidden enter_long_mode
enter_long_mode:
	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	%ebp, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$CR0_PG, %eax
	movl	%eax, %cr0
	ret

	.section .note.GNU-stack, "", @progbits
