#include "engine/engine.h"

#include <string.h>

#include "engine/qemu.h"
#include "engine/xen.h"

static const struct engine *const engines[] = {&engine_qemu, &engine_xen, &engine_stubdom};

enum { ENGINES = sizeof(engines) / sizeof(engines[0]) };

const struct engine *engine_find(const char *name)
{
	for (size_t i = 0; i < ENGINES; i++)
		if (!strcmp(engines[i]->name, name))
			return engines[i];
	return NULL;
}

const char *engine_name(size_t index)
{
	return index < ENGINES ? engines[index]->name : NULL;
}
