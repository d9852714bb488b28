/* Prints the oracle's rules as they stand in harness/check/README.md. */
#include <stdio.h>

#include "base/cleanup.h"
#include "check/inside.h"

int main(void)
{
	autobuffer struct buffer out = {0};

	layout_rules(&out);
	buffer_add_text(&out, "\n");
	inside_rules_text(&out);
	return fwrite(out.data, 1, out.size, stdout) != out.size;
}
