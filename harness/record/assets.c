/* The files of page/ as they are, without a build step of their own: the assembler reads them, from
 * the top of the repository, where make runs. */
#include "record/assets.h"

#define NAME(name) #name ":\n"
#define FILE(path) ".incbin \"harness/record/page/" path "\"\n"
#define END	   ".byte 0\n"

/* clang-format off */
__asm__(".pushsection .rodata\n"
	NAME(dkboot_page_style) FILE("page.css") END
	NAME(dkboot_page_map_style) FILE("map.css") END
	NAME(dkboot_page_script) FILE("base.js") FILE("filter.js") FILE("grid.js") FILE("lists.js")
		FILE("cell.js") FILE("page.js") END
	".popsection\n");
/* clang-format on */

extern const char dkboot_page_style[], dkboot_page_map_style[], dkboot_page_script[];

const char *asset_text(enum asset asset)
{
	static const char *const texts[ASSETS] = {[ASSET_STYLE] = dkboot_page_style,
		[ASSET_MAP_STYLE] = dkboot_page_map_style,
		[ASSET_SCRIPT] = dkboot_page_script};

	return texts[asset];
}
