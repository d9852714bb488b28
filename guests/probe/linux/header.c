/* The setup header as it arrived: its bytes, its fields by name, and what a loader had no business
 * with. */
#include "header.h"
#include "params.h"

uint32_t header_word(const uint8_t *setup, uint32_t offset, uint32_t width)
{
	uint32_t value = 0;

	while (width--)
		value = value << 8 | setup[offset + width];
	return value;
}

void say_header(struct out *out, const uint8_t *setup)
{
	out_begin(out, "header 1f1=");
	for (uint32_t i = 0x1f1; i < 0x270; i++)
		out_hex(out, "", setup[i], 2);
	out_end(out);
}

void say_fields(struct out *out, const uint8_t *setup, uint32_t version)
{
	static const struct {
		uint8_t at; /* 0x1f0 more */
		uint8_t width;
		uint8_t since, till; /* 0 = before 2.00, 0x10 = 2.00, 0x11 = 2.01, ... */
		char name[24];
	} fields[] = {
#define FIELD(offset, width, since, till, name) {offset - 0x1f0, width, since, till, " " name "="}
		FIELD(0x1f1, 1, 0x00, 0xff, "setup_sects"),
		FIELD(0x1f2, 2, 0x00, 0xff, "root_flags"),
		FIELD(0x1f4, 2, 0x00, 0x13, "syssize"),
		FIELD(0x1f4, 4, 0x14, 0xff, "syssize"),
		FIELD(0x1f8, 2, 0x00, 0xff, "ram_size"),
		FIELD(0x1fa, 2, 0x00, 0xff, "vid_mode"),
		FIELD(0x1fc, 2, 0x00, 0xff, "root_dev"),
		FIELD(0x1fe, 2, 0x00, 0xff, "boot_flag"),
		FIELD(0x206, 2, 0x10, 0xff, "version"),
		FIELD(0x208, 4, 0x10, 0xff, "realmode_swtch"),
		FIELD(0x20c, 2, 0x10, 0xff, "start_sys_seg"),
		FIELD(0x20e, 2, 0x10, 0xff, "kernel_version"),
		FIELD(0x210, 1, 0x10, 0xff, "type_of_loader"),
		FIELD(0x211, 1, 0x10, 0xff, "loadflags"),
		FIELD(0x212, 2, 0x10, 0xff, "setup_move_size"),
		FIELD(0x214, 4, 0x10, 0xff, "code32_start"),
		FIELD(0x218, 4, 0x10, 0xff, "ramdisk_image"),
		FIELD(0x21c, 4, 0x10, 0xff, "ramdisk_size"),
		FIELD(0x220, 4, 0x10, 0xff, "bootsect_kludge"),
		FIELD(0x224, 2, 0x11, 0xff, "heap_end_ptr"),
		FIELD(0x226, 1, 0x12, 0xff, "ext_loader_ver"),
		FIELD(0x227, 1, 0x12, 0xff, "ext_loader_type"),
		FIELD(0x228, 4, 0x12, 0xff, "cmd_line_ptr"),
		FIELD(0x22c, 4, 0x13, 0xff, "initrd_addr_max"),
		FIELD(0x230, 4, 0x15, 0xff, "kernel_alignment"),
		FIELD(0x234, 1, 0x15, 0xff, "relocatable_kernel"),
		FIELD(0x235, 1, 0x1a, 0xff, "min_alignment"),
		FIELD(0x236, 2, 0x1c, 0xff, "xloadflags"),
		FIELD(0x238, 4, 0x16, 0xff, "cmdline_size"),
		FIELD(0x23c, 4, 0x17, 0xff, "hardware_subarch"),
		FIELD(0x240, 8, 0x17, 0xff, "hardware_subarch_data"),
		FIELD(0x248, 4, 0x18, 0xff, "payload_offset"),
		FIELD(0x24c, 4, 0x18, 0xff, "payload_length"),
		FIELD(0x250, 8, 0x19, 0xff, "setup_data"),
		FIELD(0x258, 8, 0x1a, 0xff, "pref_address"),
		FIELD(0x260, 4, 0x1a, 0xff, "init_size"),
		FIELD(0x264, 4, 0x1b, 0xff, "handover_offset"),
		FIELD(0x268, 4, 0x1f, 0xff, "kernel_info_offset"),
#undef FIELD
	};
	version = version ? version - 0x1f0 : 0;
	out_begin(out, "field");
	for (uint32_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (version < fields[i].since || version > fields[i].till)
			continue;
		out_text(out, fields[i].name);
		for (uint32_t b = fields[i].width; b--;)
			out_hex(out, "", setup[0x1f0 + fields[i].at + b], 2);
	}
	if (version < 0x12) {
		out_hex(out, " cmd_line_magic=", header_word(setup, 0x20, 2), 4);
		out_hex(out, " cmd_line_offset=", header_word(setup, 0x22, 2), 4);
	}
	out_end(out);
}

void say_tail(struct out *out, const uint8_t *setup)
{
	const struct probe_params *params = (const struct probe_params *)(setup + PARAMS_AT);
	uint32_t damaged = 0, first = 0;

	for (uint32_t i = HEADER_FIRST; i < HEADER_END; i++) {
		uint32_t bit = i - HEADER_FIRST;

		if (!(params->filler[bit / 8] >> bit % 8 & 1) || setup[i] == probe_filler(i))
			continue;
		if (!damaged++)
			first = i;
	}
	out_begin(out, "tail");
	if (damaged) {
		out_hex(out, " damaged at=", first, 3);
		out_decimal(out, " bytes=", damaged);
	} else {
		out_text(out, " intact");
	}
	out_end(out);
}
