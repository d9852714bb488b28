/* The payload of one cell: kernel, initrd and command line as files and facts. */
#ifndef DKBOOT_PAYLOAD_PAYLOAD_H
#define DKBOOT_PAYLOAD_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "payload/executable.h"
#include "payload/spec.h"

/** As many modules the ROM takes, each with a command line; kernel, command line and entry besides.
 */
#define PAYLOAD_MODULES	 16
#define PAYLOAD_ATTACHED (2 * PAYLOAD_MODULES + 3)

/** A file of the payload that cannot change any more. */
struct part {
	char *path;	      /* the file its bytes came from, for people; "" = made here */
	int fd;		      /* a memfd sealed against writing, growing, shrinking */
	uint64_t size;	      /* bytes */
	uint32_t crc32;	      /* of the whole part */
	struct sha256 sha256; /* of the whole part */
	char *origin;	      /* catalogue: "package version sha256=..."; else what it is */
	uint64_t blob_size;   /* /dkboot/blob as the guest will find it, bytes; 0 = none */
	uint32_t blob_crc32;
	uint64_t early_size; /* likewise the file of an early part, see payload/archive.h */
	uint32_t early_crc32;
};

/** The entry of Linux by which the loader on a disk starts the kernel (Linux boot protocol). */
enum disk_entry {
	DISK_ENTRY_32, /* "32-bit Boot Protocol": the loader asks the firmware; how distributions
			  boot */
	DISK_ENTRY_16  /* "Running the Kernel": the kernel's own setup asks it, as after direct boot
			*/
};

/** What the emulator is given beside kernel and initrd: a file of fw_cfg, or a module behind
 * -initrd. */
struct attachment {
	char *name;	 /* of the file; NULL = a module */
	char *arguments; /* of the module; "" = none */
	struct part *part;
	bool own; /* it belongs to this payload alone */
};

/** A module as the kernel is to find it. */
struct payload_module {
	const struct part *part;
	const char *arguments; /* "" = none */
};

/** Kernel, initrd, command line. */
struct payload {
	struct part *kernel;
	struct part *initrd;  /* NULL = none, or modules */
	char *cmdline;	      /* never NULL */
	uint32_t image_crc32; /* protected-mode part of a Linux image: file from (setup_sects + 1) *
				 512 on; of another kernel its first segment */
	uint64_t image_size;  /* its size in bytes; 0 when it is neither */
	unsigned protocol;    /* Linux boot protocol, 0x20f; 0 = none */
	struct part *disk;    /* a disk that boots all this; NULL = not asked for, pantry_disk() */
	enum boot_protocol boot;
	unsigned entry;		      /* of Linux, bits: 16, 32, 64; 0 is 16 */
	struct executable executable; /* of the other protocols; no segments: it cannot be read */
	struct payload_module modules[PAYLOAD_MODULES]; /* of the other protocols */
	size_t module_count;
	struct attachment attached[PAYLOAD_ATTACHED];
	size_t attached_count;
	struct part *volume;	  /* what the ROM reads all this from; NULL = not asked for */
	bool volume_starts;	  /* its first sector starts the loader: no ROM is needed */
	bool volume_sound;	  /* nothing is wrong with it on purpose */
	bool stream;		  /* the ROM asks for all this over a port */
	const char *stream_fault; /* what is wrong with the answers on purpose; "" = nothing */
};

/**
 * Where payloads are made and kept for a run. The same spec is made once and shared by all its
 * cells; parts are sealed memfds, so that no emulator can ever see one change.
 */
struct pantry;

/**
 * Opens a pantry.
 * @param guests  folder with the built guests (build/guests)
 * @param catalogue path of catalogue.yaml
 * @param cache   folder for downloaded packages and generated files; made if missing
 */
struct pantry *pantry_open(
	const char *guests, const char *catalogue, const char *cache, struct error *error);

/** Releases the pantry and every part. */
void pantry_close(struct pantry *pantry);

/**
 * Makes or finds a cell's payload. Never touches the network: a catalogue entry that was not
 * fetched is an error that names the command to fetch it.
 * @return 0 with @out filled (release with payload_free()), -1 with the reason
 */
int pantry_payload(struct pantry *pantry, const struct kernel_spec *kernel,
	const struct initrd_spec *initrd, const struct cmdline_spec *cmdline, struct payload *out,
	struct error *error);

/**
 * Makes the disk that boots a payload through firmware, master boot record and GRUB: fills
 * @payload->disk, which payload_free() releases. Some 20 ms for 20 MB.
 * @return 0; -1 with the reason, see disk_image()
 */
int pantry_disk(const struct pantry *pantry, enum disk_entry entry, struct payload *payload,
	struct error *error);

/** The name of a file of fw_cfg that the ROM reads (rom/README.md). */
#define PAYLOAD_FILES "opt/org.dkboot/"

/** Has Linux entered by its 32-bit or 64-bit entry; 16 changes nothing. @return 0, -1 */
int payload_enter(struct payload *payload, unsigned bits, struct error *error);

/** Attaches the modules of a kernel, in the way of its protocol. @return 0, -1. Internal to
 * payload/.
 */
int payload_attach(struct payload *payload, struct error *error);

/** Releases what belongs to this payload alone (parts stay in the pantry). */
void payload_free(struct payload *payload);

/**
 * Fetches a catalogue entry into the cache if it is not there yet.
 * @param progress called with one line before something slow starts; may be NULL
 * @return 0; -1 when the mirror fails, the package or file is not there, or a checksum differs
 */
int catalogue_fetch(struct pantry *pantry, const char *name, void (*progress)(const char *line),
	struct error *error);

/** The metapackage of a catalogue entry, NULL with the reason when it has none. */
const char *catalogue_metapackage(
	const struct pantry *pantry, const char *name, struct error *error);

/** Adds an entry of this run alone: the kernel in a package, under a name of its own. */
void catalogue_offer(struct pantry *pantry, const char *name, const char *package);

/** Name of the @index-th catalogue entry, NULL behind the last; @lean says whether it is in the
 * lean set. */
const char *catalogue_name(const struct pantry *pantry, size_t index, int *lean);

#endif
