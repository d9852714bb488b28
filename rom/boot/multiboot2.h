/*
 * Multiboot 2 (specification 2.0): the header, what it demands, and where everything goes. Pure:
 * bytes in, numbers out. multiboot2_info.h has what the kernel is told.
 */
#ifndef ROM_BOOT_MULTIBOOT2_H
#define ROM_BOOT_MULTIBOOT2_H

#include "place.h"
#include "boot/elf.h"

#define MULTIBOOT2_MAGIC       0x36d76289u /* EAX of the kernel */
#define MULTIBOOT2_HEAD	       0x8000u	   /* the header lies in so many bytes of the file */
#define MULTIBOOT2_HEADER_TAGS 10u

/* The address tag: a file without structure. */
struct multiboot2_flat {
	uint32_t header_addr, load_addr, load_end_addr, bss_end_addr;
};

struct multiboot2 {
	uint32_t file_size;
	uint32_t header; /* its offset in the file */
	uint32_t given;	 /* bit n: a tag of type n is there */
	struct multiboot2_flat flat;
	uint32_t entry;		  /* of the entry address tag; then, planned, of the kernel */
	struct window window;	  /* of the relocatable tag */
	struct elf elf;		  /* without an address tag */
	struct elf_segment whole; /* with one */

	/* multiboot2_plan() */
	struct range linked; /* where the file says it goes, with its zeros */
	uint32_t base;	     /* where it goes */
};

/* Does the header have a tag of the type? */
bool multiboot2_has(const struct multiboot2 *kernel, uint32_t type);

#define MULTIBOOT2_TAG_REQUEST	   1u
#define MULTIBOOT2_TAG_ADDRESS	   2u
#define MULTIBOOT2_TAG_ENTRY	   3u
#define MULTIBOOT2_TAG_RELOCATABLE 10u

/*
 * Find and read the header, and the ELF header if the file is to be loaded as one. head: the first
 * head_bytes bytes of a file of file_size bytes; at most MULTIBOOT2_HEAD are looked at. Returns 0,
 * or -1 with a reason in *why. Section 3.1, "OS image format".
 */
int multiboot2_read(struct multiboot2 *kernel, const uint8_t *head, uint32_t head_bytes,
	uint32_t file_size, struct refusal *why);

/* Place the kernel, and find its entry. Returns 0, or -1 with a reason in *place->why. */
int multiboot2_plan(struct multiboot2 *kernel, struct place *place);

/*
 * Piece i of the kernel, from 0 on, where it goes. Returns 1, 0 when piece i is nothing to load, -1
 * when there are no more. All of it lies in what multiboot2_plan() took.
 */
int multiboot2_piece(const struct multiboot2 *kernel, uint32_t i, struct elf_segment *piece);

#endif
