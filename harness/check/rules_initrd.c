/* I5: the initrd. */
#include "check/layout_rule.h"

#define PAGE 4096

static const struct part *asked(const struct layout_view *view)
{
	return view->scene->payload->initrd;
}

static uint64_t end_of(const struct layout_view *view)
{
	return view->initrd + view->initrd_size;
}

int rule_initrd_size(struct layout_view *view)
{
	if (asked(view) && view->initrd_size != asked(view)->size)
		accuse(view, view->real + 0x21c, view->real + 0x220,
			"ramdisk_size 0x%llx, expected 0x%llx",
			(unsigned long long)view->initrd_size,
			(unsigned long long)asked(view)->size);
	return 0;
}

int rule_initrd_page(struct layout_view *view)
{
	if (asked(view) && view->initrd % PAGE)
		accuse(view, view->initrd, end_of(view),
			"ramdisk_image 0x%llx: expected a multiple of 0x%x",
			(unsigned long long)view->initrd, PAGE);
	return 0;
}

/* Bit 1 of xloadflags says that an initrd may be anywhere; the field has 32 bits. */
static uint64_t limit_of(const struct layout_view *view)
{
	return view->file.xloadflags & LINUX_CAN_BE_ABOVE_4G ? 0xffffffff
							     : view->file.initrd_addr_max;
}

int rule_initrd_limit(struct layout_view *view)
{
	uint64_t limit = limit_of(view);

	if (!asked(view) || !view->initrd_size || end_of(view) - 1 <= limit)
		return 0;
	accuse(view, view->initrd > limit ? view->initrd : limit + 1, end_of(view),
		"the initrd's last byte is at 0x%llx: expected 0x%llx at most",
		(unsigned long long)end_of(view) - 1, (unsigned long long)limit);
	return 0;
}

int rule_initrd_bytes(struct layout_view *view)
{
	uint64_t size;

	if (!asked(view) || !map_is_ram(&view->scene->map, view->initrd, end_of(view)))
		return 0;
	size = asked(view)->size < view->initrd_size ? asked(view)->size : view->initrd_size;
	return layout_compare_file(view, asked(view), 0, size, view->initrd, "the initrd");
}

int rule_initrd_mem(struct layout_view *view)
{
	uint64_t limit = options_memory(view->scene->payload->cmdline);

	if (asked(view) && end_of(view) > limit)
		accuse(view, view->initrd > limit ? view->initrd : limit, end_of(view),
			"the initrd ends at 0x%llx: expected 0x%llx at most, as mem= says",
			(unsigned long long)end_of(view), (unsigned long long)limit);
	return 0;
}

int rule_initrd_old(struct layout_view *view)
{
	if (asked(view))
		accuse(view, 0, 0,
			"a kernel without HdrS was started with an initrd: expected a refusal");
	return 0;
}
