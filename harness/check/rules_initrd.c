/* I5: the initrd. */
#include "check/layout_rule.h"

#define PAGE 4096

static const struct part *asked(const struct judge *judge)
{
	return judge->scene->payload->initrd;
}

static uint64_t end_of(const struct judge *judge)
{
	return judge->initrd + judge->initrd_size;
}

int rule_initrd_size(struct judge *judge)
{
	if (asked(judge) && judge->initrd_size != asked(judge)->size)
		accuse(judge, judge->real + 0x21c, judge->real + 0x220,
			"ramdisk_size 0x%llx, expected 0x%llx",
			(unsigned long long)judge->initrd_size,
			(unsigned long long)asked(judge)->size);
	return 0;
}

int rule_initrd_page(struct judge *judge)
{
	if (asked(judge) && judge->initrd % PAGE)
		accuse(judge, judge->initrd, end_of(judge),
			"ramdisk_image 0x%llx: expected a multiple of 0x%x",
			(unsigned long long)judge->initrd, PAGE);
	return 0;
}

/* Bit 1 of xloadflags says that an initrd may be anywhere; the field has 32 bits. */
static uint64_t limit_of(const struct judge *judge)
{
	return judge->file.xloadflags & LINUX_CAN_BE_ABOVE_4G ? 0xffffffff
							      : judge->file.initrd_addr_max;
}

int rule_initrd_limit(struct judge *judge)
{
	uint64_t limit = limit_of(judge);

	if (!asked(judge) || !judge->initrd_size || end_of(judge) - 1 <= limit)
		return 0;
	accuse(judge, judge->initrd > limit ? judge->initrd : limit + 1, end_of(judge),
		"the initrd's last byte is at 0x%llx: expected 0x%llx at most",
		(unsigned long long)end_of(judge) - 1, (unsigned long long)limit);
	return 0;
}

int rule_initrd_bytes(struct judge *judge)
{
	uint64_t size;

	if (!asked(judge) || !map_is_ram(&judge->scene->map, judge->initrd, end_of(judge)))
		return 0;
	size = asked(judge)->size < judge->initrd_size ? asked(judge)->size : judge->initrd_size;
	return judge_compare(judge, asked(judge), 0, size, judge->initrd, "the initrd");
}

int rule_initrd_mem(struct judge *judge)
{
	uint64_t limit = options_memory(judge->scene->payload->cmdline);

	if (asked(judge) && end_of(judge) > limit)
		accuse(judge, judge->initrd > limit ? judge->initrd : limit, end_of(judge),
			"the initrd ends at 0x%llx: expected 0x%llx at most, as mem= says",
			(unsigned long long)end_of(judge), (unsigned long long)limit);
	return 0;
}

int rule_initrd_old(struct judge *judge)
{
	if (asked(judge))
		accuse(judge, 0, 0,
			"a kernel without HdrS was started with an initrd: expected a refusal");
	return 0;
}
