/* Prints the oracle's rules as they stand in harness/check/README.md. */
#include <stdio.h>

#include "base/cleanup.h"
#include "check/layout.h"

int main(void)
{
	autobuffer struct buffer out = {0};

	layout_rules(&out);
	return fwrite(out.data, 1, out.size, stdout) != out.size;
}
