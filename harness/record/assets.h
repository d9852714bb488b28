/* Style and script of the HTML report, built into the binary. */
#ifndef DKBOOT_RECORD_ASSETS_H
#define DKBOOT_RECORD_ASSETS_H

enum asset {
	ASSET_STYLE,	 /* page/page.css */
	ASSET_MAP_STYLE, /* page/map.css: of the picture of a memory map, wherever it stands */
	ASSET_SCRIPT,	 /* its scripts, one behind the other */
	ASSETS
};

/** The text of a file of page/, NUL behind it. */
const char *asset_text(enum asset asset);

#endif
