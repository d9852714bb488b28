/* What the boot sector, the loader that it starts and whoever packs both agree upon. */
#ifndef ROM_SOURCE_SECTOR_H
#define ROM_SOURCE_SECTOR_H

#define SECTOR_KIND	  4	 /* of the part that is the loader: VOLUME_KIND_LOADER */
#define SECTOR_LOADER_AT  0x1000 /* below all that a kernel is given (boot.rst, "Memory layout") */
#define SECTOR_LOADER_MAX 0x6000 /* up to the stack below the sector */
#define SECTOR_ENTRY_AT	  0x1c	 /* word of the image: offset of its entry for a boot sector */

#endif
