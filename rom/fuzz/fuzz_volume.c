/* A volume's first sector of any bytes: what is accepted lies on the disk. */
#include "fuzz/fuzz.h"

#include "source/volume.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct crc32 crc;
	struct input input = {data, size};
	struct volume_header *header = malloc(sizeof(*header));
	const uint32_t disk = take_word(&input);
	const bool right = take(&input, 1) & 1;
	struct volume_parts parts;
	struct refusal why;

	if (!crc.table[0][1])
		crc32_init(&crc);
	take_bytes(&input, header, sizeof(*header));
	volume_known(header);
	if (right) {
		header->crc32 = 0;
		header->crc32 = crc32_more(&crc, 0, header, sizeof(*header));
	}
	if (!volume_judge(header, disk, &crc, &parts, &why)) {
		must(header->version == VOLUME_VERSION && header->sectors <= disk);
		must(parts.part[ITEM_KERNEL].bytes);
		for (uint32_t kind = 0; kind < VOLUME_KINDS; kind++) {
			const struct volume_part *part = &parts.part[kind];

			must(!part->bytes || part->kind == kind);
			must(!part->bytes || part->sector);
			must(part->sector + (part->bytes + 511ull) / 512 <= header->sectors);
			must(part->bytes < UINT32_MAX - 511);
		}
	}
	free(header);
	return 0;
}
