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
