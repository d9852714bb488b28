/* The table of panics.h. The first row that matches a line counts: panics before refusals. Each
 * row's example and near miss are its test. */
#include "check/panics.h"

#define GUEST	 (1u << CHANNEL_SERIAL | 1u << CHANNEL_DEBUG | 1u << CHANNEL_PV)
#define EMULATOR (1u << CHANNEL_EMULATOR)

/* A kernel lists words of the command line that it does not know, indented by four spaces, as
 * environment of init. A panic follows one space, or other text that it cut off. */
#define NOT_INDENTED "(?<!  )"

static const struct panic_row rows[] = {
	/* Linux. */
	{"Linux panic", GUEST, "Kernel panic - not syncing",
		NOT_INDENTED "Kernel panic - not syncing", FAILURE_PANIC,
		"[    1.584271] Kernel panic - not syncing: VFS: Unable to mount root fs",
		"[    0.412200]     Kernel panic - not syncing"},
	{"Linux panic", GUEST, "---[ end Kernel panic",
		NOT_INDENTED "---\\[ end Kernel panic - not syncing", FAILURE_PANIC,
		"[    1.590114] ---[ end Kernel panic - not syncing: Fatal exception ]---",
		"[    1.590114]     ---[ end Kernel panic - not syncing"},
	{"Linux without its root file system", GUEST, "Unable to mount root",
		"VFS: Unable to mount root fs (?:on|via) ", FAILURE_PANIC,
		"VFS: Unable to mount root fs on unknown-block(0,0)",
		"init: Unable to mount root, trying again"},
	{"Linux oops", GUEST, "Oops: ", "\\bOops: .*\\[#\\d+\\]", FAILURE_PANIC,
		"[    0.702113] Oops: 0002 [#1] PREEMPT SMP NOPTI",
		"[    0.000000] Oops: a word of nobody"},
	{"Linux oops", GUEST, "BUG: unable to handle",
		"BUG: unable to handle (?:page fault|kernel )", FAILURE_PANIC,
		"[    0.701951] BUG: unable to handle page fault for address: ffffc90000013000",
		"quirk: works around BUG: unable to handle interrupts"},
	{"Linux bug", GUEST, "kernel BUG at ", "kernel BUG at \\S+:\\d+!", FAILURE_PANIC,
		"[    0.512004] kernel BUG at mm/slub.c:4025!", "see also: kernel BUG at boot"},
	{"Linux protection fault", GUEST, "general protection fault",
		"general protection fault(?:, .*)?: [0-9a-f]{4} \\[#\\d+\\]", FAILURE_PANIC,
		"general protection fault, probably for non-canonical address 0xdead: 0000 [#1] "
		"SMP",
		"traps: sh[71] general protection fault ip:4010a0 sp:7ffe10 error:0 in busybox"},
	{"Linux trap", GUEST, " [#",
		"\\b(?:divide error|invalid opcode|double fault|stack segment|invalid TSS|"
		"segment not present|alignment check|control protection): [0-9a-f]{4} \\[#\\d+\\]",
		FAILURE_PANIC, "[    0.330118] invalid opcode: 0000 [#1] PREEMPT SMP",
		"[    0.330118] invalid opcode: seen 0 [#1]"},
	{"Linux early exception", GUEST, "PANIC: ", "PANIC: (?:early exception|double fault)",
		FAILURE_PANIC,
		"PANIC: early exception 0x0e IP 10:ffffffff8a000110 error 0 cr2 0xffffffffff240000",
		"syslog: PANIC: none so far"},
	{"Linux decompressor", GUEST, "-- System halted", "^ *-- System halted", FAILURE_PANIC,
		" -- System halted", "[    3.1] reboot: Power off -- System halted"},
	{"Linux entered as a boot sector", GUEST, "Use a boot loader", "^Use a boot loader\\.",
		FAILURE_PANIC, "Use a boot loader.", "hint: Use a boot loader. Or do not."},
	{"Linux without its setup signature", GUEST, "No setup signature found",
		"^No setup signature found", FAILURE_PANIC, "No setup signature found...",
		"loader: No setup signature found, trying the next file"},
	{"Linux on the wrong processor", GUEST, "use a kernel appropriate for your CPU",
		"Unable to boot - please use a kernel appropriate for your CPU", FAILURE_PANIC,
		"Unable to boot - please use a kernel appropriate for your CPU.",
		"hint: use a kernel appropriate for your CPU"},
	{"initramfs shell", GUEST, "Dropping to a shell!",
		"does not exist\\. +Dropping to a shell!", FAILURE_PANIC,
		"ALERT!  /dev/sda1 does not exist.  Dropping to a shell!",
		"rescue=1: Dropping to a shell!"},
	{"systemd freeze", GUEST, "Freezing execution", "systemd\\[1\\]: Freezing execution",
		FAILURE_PANIC, "[    2.004431] systemd[1]: Freezing execution.",
		"debugger: Freezing execution of task 7"},
	/* Xen and its firmware for guests. */
	{"Xen bug", GUEST, "Xen BUG at ", "Xen BUG at \\S+:\\d+", FAILURE_CRASH,
		"(XEN) Xen BUG at domain_build.c:412", "(XEN) no Xen BUG at all"},
	{"Xen assertion", GUEST, "(XEN) Assertion ", "\\(XEN\\) Assertion '.*' failed at ",
		FAILURE_CRASH, "(XEN) Assertion 'd->arch.pv' failed at arch/x86/mm.c:501",
		"(XEN) Assertion checks are enabled"},
	{"Xen trap", GUEST, "FATAL ", "\\(XEN\\) FATAL (?:TRAP: vec|PAGE FAULT)", FAILURE_CRASH,
		"(XEN) FATAL TRAP: vec 6, #UD[0000]", "(XEN) no FATAL TRAP: so far"},
	{"Xen panic", GUEST, "Panic on CPU", "Panic on CPU \\d+:", FAILURE_PANIC,
		"(XEN) Panic on CPU 0:", "(XEN) Panic on CPUs is reported to the watchdog"},
	{"Xen without domain 0", GUEST, "Could not ",
		"Could not (?:construct d(?:omain |om)0|set up DOM0)", FAILURE_PANIC,
		"(XEN) Could not construct domain 0", "(XEN) Could not construct a device tree"},
	{"domain crash", GUEST, " crashed",
		"(?:Hardware Dom|Domain )\\d+(?: \\(vcpu#\\d+\\))? crashed", FAILURE_PANIC,
		"(XEN) Domain 1 (vcpu#0) crashed on cpu#1:",
		"(XEN) Domain 1 says: a program crashed"},
	{"triple fault in a domain", GUEST, "Triple fault",
		"d\\d+v\\d+ Triple fault - invoking HVM", FAILURE_RESET,
		"(XEN) d1v0 Triple fault - invoking HVM shutdown action 1",
		"(XEN) Triple fault intercept enabled"},
	{"hvmloader", GUEST, "*** HVMLoader ", "\\*\\*\\* HVMLoader (?:bug|assertion)",
		FAILURE_PANIC, "(d1) *** HVMLoader bug at e820.c:121", "(d1) *** HVMLoader done"},
	/* Firmware and loaders. */
	{"SeaBIOS out of address space", GUEST, "PCI: out of ",
		"PCI: out of (?:I/O|32bit) address space", FAILURE_PANIC,
		"PCI: out of I/O address space", "pci PCI: out of order completion"},
	{"SeaBIOS out of memory", GUEST, "No space for init", "^No space for init relocation",
		FAILURE_PANIC, "No space for init relocation.", "disk: No space for init scripts"},
	{"GRUB rescue", GUEST, "Entering rescue mode", "Entering rescue mode\\.\\.\\.",
		FAILURE_PANIC, "Entering rescue mode...", "Entering rescue mode? no"},
	{"GRUB rescue", GUEST, "grub rescue>", "(?:^|\\r)grub rescue>", FAILURE_PANIC,
		"grub rescue> ", "type help at the grub rescue> prompt"},
	{"memtest86+", GUEST, "nexpected ", "Unexpected (?:[Ii]nterrupt|exception) on CPU \\d+",
		FAILURE_PANIC, "Unexpected interrupt on CPU 0", "Unexpected results on CPU 0"},
	{"memdisk without a disk", GUEST, "MEMDISK: No ", "MEMDISK: No ramdisk image specified",
		FAILURE_PANIC, "MEMDISK: No ramdisk image specified!",
		"MEMDISK: No floppy emulation"},
	/* The emulator itself dies. */
	{"emulator assertion", EMULATOR, "Assertion `", ":\\d+: .*: Assertion `.*' failed",
		FAILURE_CRASH,
		"qemu-system-x86_64: ../hw/core/loader.c:812: rom_ptr: Assertion `rom' failed.",
		"note: Assertion `rom' was removed"},
	{"emulator assertion", EMULATOR, "ERROR:",
		"^(?:Bail out! )?ERROR:\\S+:\\d+:\\S+: (?:assertion failed|code should not be "
		"reached)",
		FAILURE_CRASH,
		"ERROR:../accel/tcg/cpu-exec.c:954:cpu_exec: assertion failed: (cpu)",
		"ERROR:no such log item"},
	{"emulator sanitizer", EMULATOR, "Sanitizer", "ERROR: \\w+Sanitizer: ", FAILURE_CRASH,
		"==4117==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011",
		"built with AddressSanitizer"},
	{"emulator abort", EMULATOR, "qemu: ", "^qemu: (?:fatal|hardware error): ", FAILURE_CRASH,
		"qemu: fatal: Trying to execute code outside RAM or ROM at 0x00000000dead0000",
		"qemu: fatally slow disk"},
	{"KVM error", EMULATOR, "KVM", "^KVM internal error|^error: kvm run failed", FAILURE_CRASH,
		"KVM internal error. Suberror: 1", "no KVM internal errors"},
	/* Refusals, in their own words. */
	{"ROM", GUEST, "dkboot-rom: refused: ", "dkboot-rom: refused: (.*)", FAILURE_REFUSED,
		"dkboot-rom: refused: initrd of 80000000 bytes does not fit below 0x3ffffff",
		"dkinit: cmdline text=dkboot-rom: refused: nothing"},
	{"emulator", EMULATOR, "qemu",
		"^\\S*qemu\\S*: (?!warning: |info: |terminating on |.*\\bKVM\\b)"
		"(.*(?:kernel|initrd|[Rr][Aa][Mm] ?disk|dtb|multiboot|ELF|PVH|32bit one|'vga'"
		"|(?:load|load_end|bss_end|header)_addr|address space).*)",
		FAILURE_REFUSED, "qemu: linux kernel too old to load a ram disk",
		"qemu-system-x86_64: warning: host kernel does not know this"},
	{"libxc", GUEST, "xc: error: panic: ", "xc: error: panic: (.*)", FAILURE_REFUSED,
		"xc: error: panic: xg_dom_core.c:718: xc_dom_find_loader: no loader found",
		"dkinit: cmdline text=xc: error: panic: no"},
	{"libxl", GUEST, "libxl: error: ", "\\blibxl: error: (.*)", FAILURE_REFUSED,
		"libxl: error: libxl_create.c:1252:initiate_domain_create: unable to add disk",
		"dkinit: cmdline text=libxl: error: no"},
};

const struct panic_row *panic_rows(size_t *count)
{
	*count = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
