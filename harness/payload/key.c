#include <inttypes.h>

#include "base/buffer.h"
#include "base/text.h"
#include "payload/key.h"

static char *probe_key(const struct probe_spec *spec)
{
	struct buffer key = {0};

	buffer_printf(&key, "probe %x %d %" PRIu64 " %d", spec->protocol, spec->low,
		spec->image_size, (int)spec->act);
	for (unsigned field = 0; field < PROBE_FIELDS; field++)
		if (spec->given & 1u << field)
			buffer_printf(&key, " %u=%" PRIx64, field, spec->field[field]);
	return buffer_take(&key);
}

char *initrd_key(const struct initrd_spec *spec)
{
	struct buffer key = {0};

	buffer_printf(&key, "initrd %d %s %" PRIu64 " %" PRIu64, (int)spec->kind,
		spec->reference ? spec->reference : "", spec->size, spec->seed);
	for (size_t index = 0; index < spec->archive_count; index++)
		buffer_printf(&key, " %d,%d,%" PRIu64 ",%" PRIu64,
			(int)spec->archives[index].compression, spec->archives[index].early,
			spec->archives[index].blob, spec->archives[index].zero_pad);
	return buffer_take(&key);
}

char *kernel_key(const struct kernel_spec *spec)
{
	if (spec->kind == KERNEL_PROBE)
		return probe_key(&spec->probe);
	if (spec->kind == KERNEL_BUILT)
		return format_text("built %u %d", spec->built.row, (int)spec->built.act);
	if (spec->kind == KERNEL_MALFORMED)
		return format_text("malformed %d %" PRIu64 " %" PRIu64,
			spec->malformed.for_emulator, spec->malformed.number, spec->malformed.seed);
	return format_text("kernel %d %d %d %s", (int)spec->kind, spec->unpack, spec->multiboot2,
		spec->reference);
}
