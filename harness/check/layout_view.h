/* What the rules of the oracle look at: a scene, read once. Internal to the oracle. */
#ifndef DKBOOT_CHECK_LAYOUT_VIEW_H
#define DKBOOT_CHECK_LAYOUT_VIEW_H

#include "check/layout.h"
#include "payload/linux_header.h"

#define CONVENTIONAL_END 0xa0000u  /* video memory begins here */
#define HIGH_MEMORY	 0x100000u /* where a bzImage goes */
#define LOW_IMAGE	 0x10000u  /* where a zImage goes */
#define OLD_SETUP	 0x90000u  /* where the setup of zImages and old kernels goes */
#define OLD_CEILING	 0x9a000u  /* "avoid using memory above" with a setup at 0x90000 */
#define CMDLINE_MAGIC	 0xa33f	   /* word 0x20 of a setup before 2.02 */
#define SETUP_LIMIT	 (256 * 512)
#define CLAIM_LIMIT	 160
#define CHANGE_LIMIT	 64
#define SHOWN_BYTES	 16
#define CHUNK		 (256 * 1024)

/** Whose a piece of memory is. Those up to CLAIM_LOADED are the loader's work. */
enum claim_kind {
	CLAIM_SETUP, /* real-mode code, its heap and stack */
	CLAIM_CMDLINE,
	CLAIM_IMAGE, /* protected-mode part */
	CLAIM_INITRD,
	CLAIM_DATA, /* a node of setup_data */
	CLAIM_INFO, /* what a kernel is told by, and a stack beside it */
	CLAIM_MODULE,
	CLAIM_LOADED = CLAIM_MODULE,
	CLAIM_VECTORS, /* interrupt vectors and BIOS data */
	CLAIM_EBDA,
	CLAIM_UPPER, /* video memory and ROMs */
	CLAIM_WINDOW /* what the kernel unpacks itself into */
};

struct claim {
	uint64_t start, end;
	enum claim_kind kind;
	const char *name;
};

/** Bytes that differ from the capture at the loader's first instruction. */
struct change {
	uint64_t start, end;
	uint8_t before[SHOWN_BYTES], now[SHOWN_BYTES];
	bool ram; /* all of it is of type 1 */
};

/** Where an accusation points, for the map. */
struct spot {
	uint64_t start, end;
};

struct layout_rule;

/** A scene and what was read from it, the verdict in the making. Zero-initialise. */
struct layout_view {
	const struct layout_scene *scene;
	struct layout_verdict *verdict;
	struct error *error;

	struct linux_header file; /* as the kernel file has it */
	unsigned version;	  /* 0 = no HdrS; 2.14 is taken for 2.13 */
	bool high;		  /* a bzImage */
	bool entered_flat; /* Linux, by its 32-bit or 64-bit entry: the setup is the zero page */
	struct flat_view *flat; /* of another protocol than Linux; NULL = Linux */
	uint8_t *setup_file;	/* the real-mode part, file.setup_size bytes */
	uint8_t *setup_guest;	/* the same as the guest has it */
	size_t setup_seen;	/* bytes of it that lie below CONVENTIONAL_END */

	uint64_t real;		      /* address of the setup, from CS:IP */
	uint64_t stack_top;	      /* offset behind the stack: SP, 0 meaning 64 KiB */
	uint64_t heap_end;	      /* offset behind heap and stack */
	uint64_t load;		      /* address of the protected-mode part */
	uint64_t cmdline;	      /* address; 0 = none was handed over */
	char *cmdline_found;	      /* as the guest has it, NUL-terminated by us */
	size_t cmdline_size;	      /* bytes of it before its NUL */
	bool cmdline_ends;	      /* a NUL was found below CONVENTIONAL_END */
	uint64_t initrd, initrd_size; /* fields as the guest has them */
	uint64_t bios_memory;	      /* bytes of conventional memory, as int 12h tells it */
	uint64_t ebda;		      /* where the firmware's part of conventional memory begins */
	struct claim window;	      /* [runtime_start, + init_size) as boot.rst computes it */
	struct claim linux_window;    /* the same as Linux's own start-up code does */
	uint64_t arrived; /* behind the image as it came: QEMU hangs a list of setup_data behind it,
			     and who moves the list leaves a copy there */
	const char *data_wrong; /* what is wrong with the list of setup_data; NULL = nothing */
	uint64_t data_spot;	/* and where */

	struct claim claims[CLAIM_LIMIT];
	size_t claim_count;

	struct change changes[CHANGE_LIMIT];
	size_t change_count, changed_bytes;
	bool changes_known;

	const struct layout_rule *rule; /* being checked */
	unsigned rule_accusations;
	uint8_t *chunk, *other; /* CHUNK bytes each */
};

/**
 * Reads what all rules need: the file's header and setup, the guest's setup, command line, list of
 * setup_data and BIOS data, and derives what lies where.
 * @return 0; 1 when the processor stands where no setup can be; -1 when it cannot be judged
 */
int layout_look(struct layout_view *view);

/** Releases what the view holds, the verdict excepted. */
void layout_look_end(struct layout_view *view);

/** A field of the guest's setup header, 0 if the version has none of that name. */
uint64_t layout_field(const struct layout_view *view, const char *name);

/** Reads guest memory, with context for the error. @return 0, -1 */
int layout_read(struct layout_view *view, uint64_t address, void *out, size_t size);

/** Adds a violation of the rule being checked, about [start, end) of guest memory (0, 0 = none). */
void accuse(struct layout_view *view, uint64_t start, uint64_t end, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** As accuse(), with up to SHOWN_BYTES of what was expected and found. */
void accuse_bytes(struct layout_view *view, uint64_t start, uint64_t end, const uint8_t *expected,
	const uint8_t *found, const char *what);

/**
 * Compares guest memory with a part of a file and accuses at the first difference.
 * @param what names the bytes: "byte 0x10 of the initrd"
 */
int layout_compare_file(struct layout_view *view, const struct part *part, uint64_t offset,
	uint64_t size, uint64_t address, const char *what);

/** Finds what has changed since the loader's first instruction outside of what is anybody's lawful
 * work, once. */
int layout_changes(struct layout_view *view);

/** True when all of [start, end) is RAM that the firmware's map gives away: type 1 and nothing
 * else. */
bool map_is_ram(const struct memory_map *map, uint64_t start, uint64_t end);

/** End of the last type 1 range below 4 GiB; 0 when there is none. */
uint64_t map_low_end(const struct memory_map *map);

/** The verdict's list of regions, from claims, memory map and accusations. */
void layout_regions(struct layout_view *view);

/** The lines that a boot after a reset must repeat. */
void layout_facts(struct layout_view *view);

/** Before-image of [address, address + size): zero where nothing was. */
void memory_image_read(const struct memory_image *image, uint64_t address, void *out, size_t size);

/** What the vga= options of a command line say about a value of vid_mode (boot.rst, Special Command
 * Line Options). */
struct video_options {
	bool asked;    /* at least one is beyond doubt: the value has to be one of theirs */
	bool lawful;   /* one of them asks for the value */
	uint16_t last; /* value of the last one */
};

/** Reads the vga= options. Inside quotes or behind "--" they are in doubt. */
void options_video(const char *cmdline, uint64_t vid_mode, struct video_options *options);

/** The end of memory that mem= options give (the least of them); UINT64_MAX without one. */
uint64_t options_memory(const char *cmdline);

#endif
