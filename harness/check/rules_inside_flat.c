/* The second view of flat entries: descriptors, which only the guest can see, and modules. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "check/inside.h"

#define CODE	 0x9a /* present, execute and read; the accessed bit is anybody's */
#define DATA	 0x92
#define ACCESSED 1u
#define BUSY_TSS 0x8b
#define TSS_LAST 0x67u
#define FLAGS_32 0xc /* 4 KiB units, 32 bits */
#define FLAGS_64 0xa

static void check_segment(struct inside_view *view, const struct inside_segment *segment)
{
	bool code = !strcmp(segment->name, "cs"), is_long = view->outside->payload->entry == 64;
	uint32_t access = code ? CODE : DATA, flags = code && is_long ? FLAGS_64 : FLAGS_32;

	if (!segment->there || segment->base || segment->limit != UINT32_MAX ||
		(segment->access & ~ACCESSED) != access || segment->flags != flags)
		inside_differ(view,
			"%s: expected base 0, limit ffffffff, access %x, flags %x, found %s base "
			"%x, limit %x, access %x, flags %x",
			segment->name, access, flags,
			segment->there ? "a descriptor with" : "none,", segment->base,
			segment->limit, segment->access, segment->flags);
}

static const struct inside_segment *told_segment(const struct inside_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->segment_count; i++)
		if (!strcmp(facts->segment[i].name, name))
			return &facts->segment[i];
	return NULL;
}

void inside_segments(struct inside_view *view)
{
	static const char *const names[] = {"cs", "ds", "es", "ss"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct inside_segment *segment = told_segment(view->facts, names[i]);

		if (segment)
			check_segment(view, segment);
		else
			inside_differ(view, "%s: the report tells no descriptor", names[i]);
	}
}

void inside_task(struct inside_view *view)
{
	const struct inside_segment none = {.name = "tr"}, *task = told_segment(view->facts, "tr");

	if (view->outside->payload->boot != BOOT_PVH)
		return;
	if (!task)
		task = &none;
	if (!task->there || task->base || task->limit != TSS_LAST || task->access != BUSY_TSS)
		inside_differ(view,
			"tr: expected base 0, limit 67, access 8b, found %s base %x, limit %x, "
			"access %x",
			task->there ? "a descriptor with" : "none,", task->base, task->limit,
			task->access);
}

void inside_zeros(struct inside_view *view)
{
	if (view->facts->dirty)
		inside_differ(
			view, "zeros: expected 0 other bytes, found %" PRIu64, view->facts->dirty);
}

static void check_module(struct inside_view *view, size_t index)
{
	const struct inside_module *told = &view->facts->module[index];
	const struct part *part = view->outside->payload->modules[index].part;
	autofree char *name = format_text("module.%zu", index);
	autofree char *found = format_text("%llx %llu %08x", (unsigned long long)told->bytes.at,
		(unsigned long long)told->bytes.size, told->string.crc32);
	const char *seen = inside_seen(view, name);

	if (seen && strncmp(seen, found, strlen(found)) != 0)
		inside_differ(view, "%s (place, size, string): expected %.*s, found %s", name,
			(int)strcspn(seen, "\n"), seen, found);
	if (told->bytes.size != part->size || told->bytes.crc32 != part->crc32)
		inside_differ(view,
			"%s: expected %llu bytes with CRC-32 %08x, found %llu with %08x", name,
			(unsigned long long)part->size, part->crc32,
			(unsigned long long)told->bytes.size, told->bytes.crc32);
}

void inside_modules(struct inside_view *view)
{
	size_t want = view->outside->payload->module_count, found = view->facts->module_count;

	if (want != found)
		inside_differ(view, "modules: expected %zu, found %zu", want, found);
	for (size_t i = 0; i < want && i < found; i++)
		check_module(view, i);
}
