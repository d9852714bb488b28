#include "cmd/bisect.h"
#include "cmd/command.h"

int bisect_axis(const struct options *options, struct error *error)
{
	fail(error, "--axis: %s: not yet", options->hunt.axis);
	return STATUS_USAGE;
}
