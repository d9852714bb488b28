/* Boot sector and loader, as the ROM's build leaves them. */
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "payload/volume.h"

/* As in rom/source/README.md. */
#define SECTOR	     512
#define LOADER_LIMIT 0x6000 /* bytes: what lies below the sector's stack */
#define AT_ENTRY     0x1c   /* of the loader: where the sector enters it */

static const unsigned char magic[8] = {0xe9, 0xfd, 0x00, 'D', 'K', 'V', 'O', 'L'};
static const unsigned char mark[2] = {0x55, 0xaa};

static bool is_sector(const struct buffer *sector)
{
	return sector->size == SECTOR && !memcmp(sector->data, magic, sizeof(magic)) &&
	       !memcmp(sector->data + SECTOR - sizeof(mark), mark, sizeof(mark));
}

/* A ROM of ours has a word there, zeros are what other ROMs have. */
static bool is_loader(const struct buffer *loader)
{
	return loader->size > SECTOR && loader->size <= LOADER_LIMIT &&
	       !memcmp(loader->data, mark, sizeof(mark)) &&
	       (loader->data[AT_ENTRY] || loader->data[AT_ENTRY + 1]);
}

int volume_start_read(struct volume_start *start, const char *folder, struct error *error)
{
	autofree char *sector = format_text("%s/bootsector.bin", folder);
	autofree char *loader = format_text("%s/linuxboot.bin", folder);

	if (file_read(sector, &start->sector, error) < 0 ||
		file_read(loader, &start->loader, error) < 0)
		return -1;
	if (!is_sector(&start->sector))
		return fail(error, "%s: no boot sector of a volume", sector);
	if (!is_loader(&start->loader))
		return fail(error, "%s: no ROM that a boot sector can start", loader);
	return 0;
}

void volume_start_free(struct volume_start *start)
{
	buffer_free(&start->sector);
	buffer_free(&start->loader);
}
