/* What a case may ask for as kernel, initrd and command line, before any byte of it exists. */
#ifndef DKBOOT_PAYLOAD_SPEC_H
#define DKBOOT_PAYLOAD_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a probe does after its report. */
enum probe_act {
	PROBE_POWEROFF, /* ACPI power-off: the lawful end */
	PROBE_HALT,	/* cli; hlt */
	PROBE_SPIN,	/* an endless loop with interrupts on and nothing printed */
	PROBE_RESET,	/* reset through port 0xcf9 */
	PROBE_TRIPLE,	/* a triple fault */
	PROBE_PANIC,	/* prints a Linux panic line, then halts */
	PROBE_CHATTER,	/* prints a line again and again, for ever */
	PROBE_BEAT, /* checks its initrd again and again for some seconds, then as PROBE_RESET */
	PROBE_ACTS
};

/** Bits of probe_spec.given: which header fields the case sets itself. */
enum probe_field {
	PROBE_SETUP_SECTS,	/* 0x1f1, u8 */
	PROBE_LOADFLAGS,	/* 0x211, u8 */
	PROBE_HEAP_END_PTR,	/* 0x224, u16 */
	PROBE_INITRD_ADDR_MAX,	/* 0x22c, u32, 2.03 */
	PROBE_KERNEL_ALIGNMENT, /* 0x230, u32, 2.05 */
	PROBE_RELOCATABLE,	/* 0x234, u8,  2.05 */
	PROBE_MIN_ALIGNMENT,	/* 0x235, u8,  2.10 */
	PROBE_XLOADFLAGS,	/* 0x236, u16, 2.12 */
	PROBE_CMDLINE_SIZE,	/* 0x238, u32, 2.06 */
	PROBE_PREF_ADDRESS,	/* 0x258, u64, 2.10 */
	PROBE_INIT_SIZE,	/* 0x260, u32, 2.10 */
	PROBE_SYSSIZE,		/* 0x1f4, u32 (u16 before 2.04), paragraphs */
	PROBE_VID_MODE,		/* 0x1fa, u16 */
	PROBE_FIELDS
};

/** A Linux-protocol probe kernel, generated with any header. */
struct probe_spec {
	unsigned protocol;   /* 0x200..0x20f as in the header; 0 = no HdrS ("old") */
	bool low;	     /* zImage: protected-mode part at 0x10000, LOADED_HIGH clear */
	uint64_t image_size; /* bytes of the protected-mode part; 0 = as small as possible */
	unsigned given;	     /* bit per enum probe_field that @field holds */
	uint64_t field[PROBE_FIELDS]; /* the values */
	enum probe_act act;
};

/** By which protocol a kernel is started. */
enum boot_protocol { BOOT_LINUX, BOOT_MULTIBOOT, BOOT_MULTIBOOT2, BOOT_PVH, BOOT_PROTOCOLS };

/** A finished probe of build/guests. */
struct built_spec {
	unsigned row; /* of built_probes[] */
	enum probe_act act;
};

/** One of them. */
struct built_probe {
	const char *protocol, *kind; /* what cases call them */
	const char *file;	     /* in build/guests */
	enum boot_protocol boot;
};

/** All of them; the last one has no file. */
extern const struct built_probe built_probes[];

/** A broken image, see payload/malformed.h: same seed and number, same bytes. */
struct malformed_spec {
	uint64_t number, seed;
	bool for_emulator; /* it has to refuse, and not the ROM */
};

/** The kernel of a cell. */
struct kernel_spec {
	enum { KERNEL_CATALOGUE, KERNEL_FILE, KERNEL_PROBE, KERNEL_BUILT, KERNEL_MALFORMED } kind;
	char *reference;	 /* catalogue name or path; NULL for what is made here */
	struct probe_spec probe; /* KERNEL_PROBE only */
	struct built_spec built; /* KERNEL_BUILT only */
	struct malformed_spec malformed;
	bool unpack; /* the kernel is what the file holds: of a bzImage its vmlinux, of a gzip file
			what was packed */
	bool multiboot2; /* it is handed over by Multiboot 2; else as QEMU takes it */
};

/** Compressions that a Linux kernel unpacks itself. */
enum compression {
	COMPRESS_NONE,
	COMPRESS_GZIP,
	COMPRESS_BZIP2,
	COMPRESS_LZMA,
	COMPRESS_XZ, /* with CRC-32: the kernel's decoder knows no other check */
	COMPRESS_LZO,
	COMPRESS_LZ4, /* the legacy frame */
	COMPRESS_ZSTD,
	COMPRESSIONS
};

/** One cpio archive of an initrd. */
struct archive_spec {
	enum compression compression;
	bool early;    /* an uncompressed early part (a microcode-like path) and no /init */
	uint64_t blob; /* bytes of pseudo-random /dkboot/blob beside /init, checked from inside; 0 =
			  none */
	uint64_t zero_pad; /* zero bytes behind this archive */
};

struct module_spec;

/** The initrd of a cell. */
struct initrd_spec {
	enum {
		INITRD_NONE,
		INITRD_FILE,
		INITRD_CATALOGUE,
		INITRD_RANDOM,
		INITRD_ARCHIVE,
		INITRD_KERNEL, /* a module that is a kernel of the catalogue */
		INITRD_MODULES
	} kind;
	char *reference; /* INITRD_FILE, INITRD_CATALOGUE */
	uint64_t size;	 /* INITRD_RANDOM: bytes */
	uint64_t seed;	 /* INITRD_RANDOM and blobs: same seed, same bytes, on every machine */
	struct archive_spec *archives; /* INITRD_ARCHIVE: concatenated in this order */
	size_t archive_count;
	struct module_spec *modules; /* INITRD_MODULES: in this order */
	size_t module_count;
};

/** A module of a kernel that knows such (Multiboot). */
struct module_spec {
	struct initrd_spec bytes; /* neither none nor modules */
	char *arguments;	  /* "" = none; never NULL once read */
};

/** The command line of a cell. */
struct cmdline_spec {
	char *text;    /* bytes as given, UTF-8 allowed, no NUL; "" = no -append */
	size_t pad_to; /* grow to this length with " pad=xxxx..."; 0 = as it is */
};

/** What a probe act is called in a case file ("poweroff", ...); NULL when out of range. */
const char *probe_act_name(enum probe_act act);

/** What a header field is called in a case file ("initrd_addr_max", ...); NULL when out of range.
 */
const char *probe_field_name(enum probe_field field);

/** What a compression is called in a case file ("none", "gzip", ...); NULL when out of range. */
const char *compression_name(enum compression compression);

#endif
