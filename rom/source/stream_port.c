#include "source/stream_port.h"
#include "memory.h"
#include "source/volume_disk.h"

#define TABLES ((struct crc32 *)VOLUME_AREA)
#define QUEUES (VOLUME_AREA + (uint32_t)sizeof(struct crc32))

_Static_assert(sizeof(struct crc32) + VIRTIO_SERIAL_AREA <= VOLUME_AREA_SIZE, "the area");
_Static_assert(sizeof(struct stream_table) <= VIRTIO_SERIAL_FREE_BYTES, "room for a table");

int stream_find(struct stream_port *port, struct refusal *why)
{
	if (!virtio_serial_open(&port->serial, QUEUES))
		return 0;
	crc32_init(TABLES);
	port->found = true;
	port->stream.pipe = &port->serial.pipe;
	port->stream.crc = TABLES;
	port->stream.table = (struct stream_table *)(QUEUES + VIRTIO_SERIAL_FREE);
	port->stream.why = why;
	return stream_begin(&port->stream);
}

void stream_widen(struct stream_port *port, uint32_t at, uint32_t bytes)
{
	port->wide = at;
	port->wide_bytes = bytes;
	virtio_serial_widen(&port->serial, at, bytes);
}

void stream_close(struct stream_port *port, bool refused)
{
	if (!port->serial.port)
		return;
	stream_end(&port->stream, refused);
	virtio_serial_close(&port->serial);
	port->serial.port = 0;
	memset((void *)port->wide, 0, port->wide_bytes);
	memset((void *)VOLUME_AREA, 0, VOLUME_AREA_SIZE);
}
