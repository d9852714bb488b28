#include "payload/spec.h"

static const char *const compression_names[COMPRESSIONS] = {
	[COMPRESS_NONE] = "none",
	[COMPRESS_GZIP] = "gzip",
	[COMPRESS_BZIP2] = "bzip2",
	[COMPRESS_LZMA] = "lzma",
	[COMPRESS_XZ] = "xz",
	[COMPRESS_LZO] = "lzo",
	[COMPRESS_LZ4] = "lz4",
	[COMPRESS_ZSTD] = "zstd",
};

const char *compression_name(enum compression compression)
{
	return (unsigned)compression < COMPRESSIONS ? compression_names[compression] : NULL;
}

const struct built_probe built_probes[] = {
	{"multiboot", "elf", "probe-multiboot.elf", BOOT_MULTIBOOT},
	{"multiboot", "flat", "probe-multiboot-flat.bin", BOOT_MULTIBOOT},
	{"multiboot2", "elf", "probe-multiboot2.elf", BOOT_MULTIBOOT2},
	{"multiboot2", "elf64", "probe-multiboot2-64.elf", BOOT_MULTIBOOT2},
	{"multiboot2", "flat", "probe-multiboot2-flat.bin", BOOT_MULTIBOOT2},
	{"multiboot2", "reloc", "probe-multiboot2-reloc.elf", BOOT_MULTIBOOT2},
	{"pvh", "elf", "probe-pvh.elf", BOOT_PVH},
	{"linux-entries", "flat", "probe-linux-entries.bin", BOOT_LINUX},
	{0},
};
