#include "source/virtio_serial.h"
#include "io.h"
#include "memory.h"
#include "source/pci.h"
#include "source/virtio.h"

#define VIRTIO_CONSOLE 0x10031af4u
#define MULTIPORT      2u /* feature bit 1 */
#define FIRST_QUEUE    2  /* the device's number of CONTROL_RECEIVE; then as in the enumeration */
#define QUEUE_MAX      128u
#define PORT	       1u

/* Behind the rings of the longest queues, in the pages of the queues. */
#define CONTROL_BUFFERS	     0xa00u
#define CONTROL_BUFFER_BYTES 0x30u
#define CONTROL_BUFFER_COUNT 32u
#define SENT		     0x1a00u
#define SMALL_BUFFERS	     0x4600u
#define SMALL_BUFFER_BYTES   0x280u
#define SMALL_BUFFER_COUNT   4u
#define BUFFER_COUNT_MAX     32u

/* Virtual I/O Device 1.2, section 5.3.6.2. */
enum control_event { DEVICE_READY = 0, PORT_ADD = 1, PORT_READY = 3, PORT_OPEN = 6, PORT_NAME = 7 };

struct control {
	uint32_t port;
	uint16_t event, value;
	char name[CONTROL_BUFFER_BYTES - 8];
};

#define CONTROL_BYTES 8

/* Channel 0 of the timer counts down from 65536 all the time (8254). */
#define TIMER_LATCH	0x43
#define TIMER_COUNT	0x40
#define TIMER_SECOND	1193182u
#define CONTROL_SILENCE (TIMER_SECOND / 16)
#define PATIENCE	0x1000000u /* for a machine whose timer stands still */
#define LOOKS		32u /* from one look at the timer to the next: reading it takes three as long */

static uint16_t timer(void)
{
	uint16_t low;

	outb(TIMER_LATCH, 0);
	low = inb(TIMER_COUNT);
	return (uint16_t)(low | inb(TIMER_COUNT) << 8);
}

static struct virtio_descriptor *descriptor(const struct virtio_serial_ring *queue, uint32_t number)
{
	return (struct virtio_descriptor *)queue->at + number;
}

/* Give the device a buffer; it is told by tell(). */
static void give(struct virtio_serial_ring *queue, uint32_t number, uint32_t address,
	uint32_t bytes, uint16_t flags)
{
	struct virtio_ring *ring = virtio_available(queue->at, queue->size);

	virtio_describe(descriptor(queue, number), address, bytes, flags, 0);
	ring->flags = VIRTIO_NO_INTERRUPT;
	ring->element[queue->given % queue->size] = (uint16_t)number;
	barrier();
	ring->index = ++queue->given;
	barrier();
}

static void tell(const struct virtio_serial *serial, enum virtio_serial_queue queue)
{
	outw(serial->port + VIRTIO_QUEUE_NOTIFY, (uint16_t)(FIRST_QUEUE + queue));
}

/* Has the device given a buffer back? Looking at the port lets a hypervisor run the device. A look
 * that comes more than 55 ms after the one before lets the time seem shorter. silence: counts of
 * the timer.
 */
static bool gives_back(const struct virtio_serial *serial, const struct virtio_serial_ring *queue,
	uint32_t silence)
{
	const struct virtio_ring *ring = virtio_used(queue->at, queue->size);
	uint32_t passed = 0;
	uint16_t last = 0;

	for (uint32_t i = 1; ring->index == queue->seen; i++) {
		if (!silence)
			return false;
		if (!(i % LOOKS)) {
			const uint16_t now = timer();

			passed += i > LOOKS ? (uint16_t)(last - now) : 0;
			last = now;
			if (passed >= silence || i == PATIENCE)
				return false;
		}
		inb(serial->port + VIRTIO_ISR);
		barrier();
	}
	return true;
}

/* Wait for a buffer. Returns its descriptor and the bytes in it, or -1 after a silence. */
static int wait(const struct virtio_serial *serial, struct virtio_serial_ring *queue,
	uint32_t silence, uint32_t *bytes)
{
	const volatile uint16_t *element;

	if (!gives_back(serial, queue, silence))
		return -1;
	element = virtio_used(queue->at, queue->size)->element + 4 * (queue->seen++ % queue->size);
	*bytes = element[2] | (uint32_t)element[3] << 16;
	return element[0];
}

static void send_by(
	struct virtio_serial *serial, enum virtio_serial_queue number, uint32_t at, uint32_t bytes)
{
	struct virtio_serial_ring *queue = &serial->queue[number];
	uint32_t unused;

	/* what the device still has is as good as lost */
	if (queue->given != queue->seen && wait(serial, queue, 0, &unused) < 0)
		return;
	give(queue, queue->first, at, bytes, 0);
	tell(serial, number);
	wait(serial, queue, TIMER_SECOND, &unused);
}

static void control(struct virtio_serial *serial, uint32_t port, enum control_event event)
{
	struct control *message = (struct control *)(serial->queue[0].at + SENT);

	message->port = port;
	message->event = (uint16_t)event;
	message->value = 1;
	send_by(serial, CONTROL_SEND, (uint32_t)message, CONTROL_BYTES);
}

static bool is_ours(const struct control *message)
{
	static const char name[] = VIRTIO_SERIAL_NAME;
	uint32_t i = 0;

	while (i < sizeof(name) - 1 && message->name[i] == name[i])
		i++;
	return i == sizeof(name) - 1 && !message->name[i];
}

/* Does the device say this of the port? What it says was said, or is said at once. */
static bool hears(struct virtio_serial *serial, enum control_event event)
{
	struct virtio_serial_ring *queue = &serial->queue[CONTROL_RECEIVE];
	uint32_t bytes;
	int number;

	while ((number = wait(serial, queue, CONTROL_SILENCE, &bytes)) >= 0) {
		const struct control *message =
			(const struct control *)(uint32_t)descriptor(queue, number)->address;

		if (message->port == PORT && message->event == event)
			return event != PORT_NAME || is_ours(message);
	}
	return false;
}

/*
 * A queue of the largest size is two pages long, and of the second only a used ring's bytes: there
 * the next queue begins, whose first descriptors are not used for that.
 */
static bool set_queue(struct virtio_serial *serial, uint32_t number)
{
	struct virtio_serial_ring *queue = &serial->queue[number];
	const uint16_t port = serial->port;

	outw(port + VIRTIO_QUEUE_SELECT, (uint16_t)(FIRST_QUEUE + number));
	queue->size = inw(port + VIRTIO_QUEUE_SIZE);
	queue->first = number ? queue[-1].size / 2 + 1 : 0;
	if (queue->size > QUEUE_MAX ||
		queue->first + (number & 1 ? 1 : BUFFER_COUNT_MAX) > queue->size)
		return false;
	outl(port + VIRTIO_QUEUE_ADDRESS, queue->at / VIRTIO_PAGE);
	return true;
}

static void give_buffer(struct virtio_serial *serial, uint32_t index)
{
	struct virtio_serial_ring *queue = &serial->queue[PORT_RECEIVE];

	give(queue, queue->first + index, serial->buffer + index * serial->bytes, serial->bytes,
		VIRTIO_WRITE);
}

/* Bring the device up, and look whether its first port has our name. */
static bool opens(struct virtio_serial *serial)
{
	struct virtio_serial_ring *queue = serial->queue;

	virtio_reset(serial->port, inl(serial->port + VIRTIO_HOST_FEATURES) & MULTIPORT);
	for (uint32_t i = 0; i < VIRTIO_SERIAL_QUEUES; i++)
		if (!set_queue(serial, i))
			return false;
	for (uint32_t i = 0; i < CONTROL_BUFFER_COUNT; i++)
		give(queue, i, queue->at + CONTROL_BUFFERS + i * CONTROL_BUFFER_BYTES,
			CONTROL_BUFFER_BYTES, VIRTIO_WRITE);
	for (uint32_t i = 0; i < serial->count; i++)
		give_buffer(serial, i);
	outb(serial->port + VIRTIO_STATUS, VIRTIO_KNOWN | VIRTIO_DRIVER_OK);
	control(serial, 0, DEVICE_READY);
	if (!hears(serial, PORT_ADD))
		return false;
	control(serial, PORT, PORT_READY);
	if (!hears(serial, PORT_NAME))
		return false;
	control(serial, PORT, PORT_OPEN);
	return true;
}

static void pipe_send(struct stream_pipe *pipe, const void *bytes, uint32_t size)
{
	struct virtio_serial *serial = (struct virtio_serial *)pipe;
	const uint32_t at = serial->queue[0].at + SENT;

	memcpy((void *)at, bytes, size);
	send_by(serial, PORT_SEND, at, size);
}

/* Go on to the next buffer that something has come in. */
static bool next_buffer(struct virtio_serial *serial)
{
	struct virtio_serial_ring *queue = &serial->queue[PORT_RECEIVE];
	int number;

	if (serial->descriptor) {
		give_buffer(serial, serial->descriptor - queue->first);
		serial->descriptor = 0;
		serial->untold++;
	}
	/* it takes what it is given without being told, unless it has run out: then half of them
	 * are back by here */
	if (serial->untold > serial->count / 2) {
		tell(serial, PORT_RECEIVE);
		serial->untold = 0;
	}
	number = wait(serial, queue, TIMER_SECOND, &serial->left);
	if (number < 0)
		return false;
	serial->descriptor = (uint16_t)number;
	serial->at = (uint32_t)descriptor(queue, (uint32_t)number)->address;
	return true;
}

static uint32_t pipe_receive(struct stream_pipe *pipe, void *to, uint32_t size)
{
	struct virtio_serial *serial = (struct virtio_serial *)pipe;
	uint32_t got = 0, step;

	for (; got < size; got += step) {
		if (!serial->left && !next_buffer(serial))
			break;
		step = size - got < serial->left ? size - got : serial->left;
		if (to)
			memcpy((uint8_t *)to + got, (const void *)serial->at, step);
		serial->at += step;
		serial->left -= step;
	}
	return got;
}

bool virtio_serial_open(struct virtio_serial *serial, uint32_t area)
{
	struct pci_walk walk = PCI_WALK;

	while ((serial->port = pci_next(&walk, VIRTIO_CONSOLE))) {
		memset((void *)area, 0, VIRTIO_SERIAL_AREA);
		for (uint32_t i = 0; i < VIRTIO_SERIAL_QUEUES; i++)
			serial->queue[i] =
				(struct virtio_serial_ring){.at = area + i * VIRTIO_PAGE};
		serial->buffer = area + SMALL_BUFFERS;
		serial->bytes = SMALL_BUFFER_BYTES;
		serial->count = SMALL_BUFFER_COUNT;
		if (opens(serial))
			break;
		virtio_serial_close(serial);
	}
	serial->pipe.send = pipe_send;
	serial->pipe.receive = pipe_receive;
	return serial->port;
}

/* What the device has now comes back from the old place, and is given anew at the new one. */
void virtio_serial_widen(struct virtio_serial *serial, uint32_t buffer, uint32_t bytes)
{
	const uint32_t before = serial->count, count = bytes / VIRTIO_PAGE;

	if (count < before)
		return;
	serial->buffer = buffer;
	serial->bytes = VIRTIO_PAGE;
	serial->count = count < BUFFER_COUNT_MAX ? count : BUFFER_COUNT_MAX;
	for (uint32_t i = before; i < serial->count; i++)
		give_buffer(serial, i);
}

void virtio_serial_close(struct virtio_serial *serial)
{
	outb(serial->port + VIRTIO_STATUS, 0);
}
