/*
 * A setup of protocol 2.15 for a kernel with a 32-bit and a 64-bit entry. Its own code, the 16-bit entry,
 * only says that it was called: what a loader does there is for the Linux probe to see.
 */
#define SECTS 3
#define COM1  0x3f8

	.code16
	.section .head, "ax"
	.org	0x1f1
	.byte	SECTS
	.org	0x1f4
	.long	SYSSIZE
	.org	0x1fe
	.short	0xaa55
	.byte	0xeb, header_end - 1f
1:	.ascii	"HdrS"
	.short	0x20f
	.org	0x20e
	.short	version - 0x200
	.org	0x211
	.byte	1		/* loaded high */
	.org	0x214
	.long	0x100000	/* code32_start */
	.org	0x22c
	.long	0x7fffffff	/* initrd_addr_max */
	.long	0x200000	/* kernel_alignment */
	.byte	0, 0
	.short	3		/* xloadflags: a 64-bit entry, everything above 4 GiB */
	.long	2047		/* cmdline_size */
	.org	0x258
	.quad	0x100000	/* pref_address */
	.long	0x10000		/* init_size */
	.org	0x26c
header_end:
	movw	$text, %si		/* DS is where the setup is */
2:	lodsb
	testb	%al, %al
	jz	3f
	outb	%al, $0xe9
	movw	$COM1, %dx
	outb	%al, %dx
	jmp	2b
3:	cli
	hlt
	jmp	3b
text:	.asciz	"dkprobe: begin linux16 protocol=020f\ndkprobe: end\n"
version:
	.asciz	"dkprobe, the probe of Linux's other entries"
	.org	(SECTS + 1) * 512

	.section .note.GNU-stack, "", @progbits
