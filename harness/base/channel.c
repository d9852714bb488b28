#include "base/channel.h"

static const char *const names[CHANNELS] = {
	[CHANNEL_SERIAL] = "serial",
	[CHANNEL_DEBUG] = "debug",
	[CHANNEL_PV] = "pv",
	[CHANNEL_EMULATOR] = "emulator",
	[CHANNEL_HOST] = "host",
};

const char *channel_name(enum channel channel)
{
	return (unsigned)channel < CHANNELS ? names[channel] : "unknown";
}
