/* A volume before it is written, and of whom it is afterwards. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "payload/part.h"
#include "payload/volume.h"

/* As in rom/source/README.md. */
#define SECTOR	  512
#define AT_STATE  0x14
#define AT_ID	  0x18
#define UNWRITTEN 1

static const unsigned char magic[8] = {0xe9, 0xfd, 0x00, 'D', 'K', 'V', 'O', 'L'};

struct part *volume_unwritten(struct error *error)
{
	struct part_writer *writer = part_begin("volume", error);
	unsigned char sector[SECTOR] = {0};

	if (!writer)
		return NULL;
	memcpy(sector, magic, sizeof(magic));
	sector[AT_STATE] = UNWRITTEN;
	if (part_write(writer, sector, sizeof(sector), error) == 0)
		return part_seal(writer, "", "volume", error);
	part_abandon(writer);
	return NULL;
}

int volume_name(const struct part *volume, char name[2 * VOLUME_ID + 1], struct error *error)
{
	unsigned char id[VOLUME_ID];

	if (pread(volume->fd, id, sizeof(id), AT_ID) != (ssize_t)sizeof(id))
		return fail_errno(error, "volume");
	for (size_t i = 0; i < sizeof(id); i++)
		snprintf(name + 2 * i, 3, "%02x", id[i]);
	return 0;
}
