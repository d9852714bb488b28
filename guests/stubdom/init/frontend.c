/* A paravirtual console's frontend (xen/include/public/io/console.h; the states are those of
 * io/xenbus.h).
 *
 * The kernel's driver gives the console up, so that the backend falls back to Closed; then it is
 * offered rings of ours. The backend's character device is kept meanwhile only if it has a name of
 * its own in the device model (`chardev:ID`): one that the console made is not made a second time.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xen/io/console.h>
#include <xen/io/xenbus.h>

#include "stubdom.h"

#define UNBIND	 "/sys/bus/xen/drivers/xenconsole/unbind"
#define STATE_MS 5000

struct frontend {
	volatile struct xencons_interface *rings;
	xenevtchn_handle *events;
	evtchn_port_t port;
};

static void write_store(struct xs_handle *store, unsigned console, const char *name, unsigned value)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), "device/console/%u/%s", console, name);
	snprintf(text, sizeof(text), "%u", value);
	if (!xs_write(store, XBT_NULL, path, text, (unsigned)strlen(text)))
		give_up("%s in xenstore: %s", path, strerror(errno));
}

static unsigned state_at(struct xs_handle *store, const char *path)
{
	unsigned size, state;
	char *text = xs_read(store, XBT_NULL, path, &size);

	state = text ? (unsigned)atoi(text) : 0;
	free(text);
	return state;
}

/* Waits for the backend to come to a state. */
static void await(struct xs_handle *store, const char *path, unsigned state)
{
	struct pollfd polled = {.fd = xs_fileno(store), .events = POLLIN};
	char **event;

	xs_watch(store, path, "backend");
	while (state_at(store, path) != state) {
		if (poll(&polled, 1, STATE_MS) <= 0)
			give_up("console: the backend stays in state %u, expected %u",
				state_at(store, path), state);
		while ((event = xs_check_watch(store)))
			free(event);
	}
	xs_unwatch(store, path, "backend");
}

static void unbind(unsigned console)
{
	char name[32];
	int size = snprintf(name, sizeof(name), "console-%u", console);
	int fd = open(UNBIND, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, name, (size_t)size) != size)
		give_up(UNBIND ": %s: %s", name, strerror(errno));
	close(fd);
}

static uint32_t share_rings(struct frontend *frontend)
{
	xengntshr_handle *shared = xengntshr_open(NULL, 0);
	uint32_t reference;

	frontend->rings = shared ? xengntshr_share_pages(shared, 0, 1, &reference, 1) : NULL;
	if (!frontend->rings)
		give_up("console: no page to share: %s", strerror(errno));
	memset((void *)frontend->rings, 0, sizeof(*frontend->rings));
	return reference;
}

static void open_events(struct frontend *frontend)
{
	xenevtchn_port_or_error_t port;

	frontend->events = xenevtchn_open(NULL, 0);
	port = frontend->events ? xenevtchn_bind_unbound_port(frontend->events, 0) : -1;
	if (port < 0)
		give_up("console: no event channel: %s", strerror(errno));
	frontend->port = (evtchn_port_t)port;
	fcntl(xenevtchn_fd(frontend->events), F_SETFL, O_NONBLOCK);
}

static void take_event(void *context)
{
	struct frontend *frontend = context;
	xenevtchn_port_or_error_t port = xenevtchn_pending(frontend->events);

	if (port >= 0)
		xenevtchn_unmask(frontend->events, (evtchn_port_t)port);
}

static void barrier(void)
{
	__sync_synchronize();
}

static size_t read_ring(void *context, void *out, size_t room)
{
	struct frontend *frontend = context;
	volatile struct xencons_interface *rings = frontend->rings;
	XENCONS_RING_IDX from = rings->in_cons;
	size_t size = rings->in_prod - from, at = MASK_XENCONS_IDX(from, rings->in), first;

	barrier();
	if (size > sizeof(rings->in))
		give_up("console: a ring with %zu bytes in it", size);
	if (size > room)
		size = room;
	if (!size)
		return 0;
	first = size < sizeof(rings->in) - at ? size : sizeof(rings->in) - at;
	memcpy(out, (const char *)rings->in + at, first);
	memcpy((char *)out + first, (const char *)rings->in, size - first);
	barrier();
	rings->in_cons = from + (XENCONS_RING_IDX)size;
	xenevtchn_notify(frontend->events, frontend->port);
	return size;
}

static size_t write_ring(void *context, const void *bytes, size_t size)
{
	struct frontend *frontend = context;
	volatile struct xencons_interface *rings = frontend->rings;
	XENCONS_RING_IDX from = rings->out_prod;
	size_t room = sizeof(rings->out) - (from - rings->out_cons);

	barrier();
	if (size > room)
		size = room;
	for (size_t i = 0; i < size; i++)
		rings->out[MASK_XENCONS_IDX(from + i, rings->out)] = ((const char *)bytes)[i];
	barrier();
	rings->out_prod = from + (XENCONS_RING_IDX)size;
	if (size)
		xenevtchn_notify(frontend->events, frontend->port);
	return size;
}

struct channel frontend_open(struct xs_handle *store, unsigned console)
{
	struct frontend *frontend = calloc(1, sizeof(*frontend));
	char path[64], backend[160];
	unsigned size;
	char *name;

	snprintf(path, sizeof(path), "device/console/%u/backend", console);
	name = xs_read(store, XBT_NULL, path, &size);
	if (!frontend || !name)
		give_up("console %u has no backend", console);
	snprintf(backend, sizeof(backend), "%.120s/state", name);
	free(name);
	unbind(console);
	await(store, backend, XenbusStateClosed);
	write_store(store, console, "ring-ref", share_rings(frontend));
	open_events(frontend);
	write_store(store, console, "port", frontend->port);
	write_store(store, console, "state", XenbusStateInitialising);
	await(store, backend, XenbusStateConnected);
	write_store(store, console, "state", XenbusStateConnected);
	return (struct channel){
		frontend, xenevtchn_fd(frontend->events), take_event, read_ring, write_ring};
}
