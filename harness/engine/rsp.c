#include "engine/rsp.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define ANSWER_MS 2000

void rsp_close(struct rsp *rsp)
{
	if (rsp->fd > 0)
		close(rsp->fd);
	rsp->fd = -1;
	buffer_free(&rsp->in);
}

static int send_all(struct rsp *rsp, const char *bytes, size_t size, struct error *error)
{
	while (size > 0) {
		struct pollfd ready = {.fd = rsp->fd, .events = POLLOUT};
		ssize_t done = write(rsp->fd, bytes, size);

		if (done < 0 && errno == EAGAIN && poll(&ready, 1, ANSWER_MS) > 0)
			continue;
		if (done < 0)
			return fail_errno(error, "gdb stub");
		bytes += done;
		size -= (size_t)done;
	}
	return 0;
}

void rsp_frame(struct buffer *out, const char *packet)
{
	unsigned char sum = 0;

	for (const char *at = packet; *at; at++)
		sum = (unsigned char)(sum + (unsigned char)*at);
	buffer_printf(out, "$%s#%02x", packet, sum);
}

int rsp_send_frames(struct rsp *rsp, const struct buffer *frames, struct error *error)
{
	return send_all(rsp, frames->data, frames->size, error);
}

int rsp_send(struct rsp *rsp, const char *packet, struct error *error)
{
	autobuffer struct buffer frame = {0};

	rsp_frame(&frame, packet);
	return rsp_send_frames(rsp, &frame, error);
}

/* Takes what the socket holds. @return 1 if there was something, 0 if not, -1 at its end */
static int take_bytes(struct rsp *rsp, struct error *error)
{
	char bytes[4096];
	ssize_t size = read(rsp->fd, bytes, sizeof(bytes));

	if (size > 0) {
		buffer_add(&rsp->in, bytes, (size_t)size);
		return 1;
	}
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return fail(error, "gdb stub: the emulator closed it");
}

/* Finds one whole packet in what was received. */
static bool take_packet(struct rsp *rsp, struct buffer *out)
{
	const char *start = rsp->in.size ? memchr(rsp->in.data, '$', rsp->in.size) : NULL;
	const char *end =
		start ? memchr(start, '#', (size_t)(rsp->in.data + rsp->in.size - start)) : NULL;

	if (!end || end + 3 > rsp->in.data + rsp->in.size)
		return false;
	buffer_clear(out);
	buffer_add(out, start + 1, (size_t)(end - start - 1));
	buffer_drop(&rsp->in, (size_t)(end + 3 - rsp->in.data));
	return true;
}

int rsp_receive(struct rsp *rsp, struct buffer *out, struct error *error)
{
	int status;

	do {
		if (take_packet(rsp, out))
			return 1;
		status = take_bytes(rsp, error);
	} while (status > 0);
	return status;
}

int rsp_ask(struct rsp *rsp, const char *packet, struct buffer *out, struct error *error)
{
	uint64_t deadline = clock_now() + ANSWER_MS * UINT64_C(1000000);
	int status = rsp_send(rsp, packet, error);

	while (status == 0) {
		struct pollfd ready = {.fd = rsp->fd, .events = POLLIN};
		uint64_t now = clock_now();

		status = rsp_receive(rsp, out, error);
		if (status != 0)
			break;
		if (now >= deadline)
			return fail(
				error, "gdb stub: no answer to %.20s in %d ms", packet, ANSWER_MS);
		poll(&ready, 1, (int)((deadline - now) / 1000000) + 1);
	}
	return status < 0 ? -1 : 0;
}

int rsp_command(struct rsp *rsp, const char *packet, struct error *error)
{
	autobuffer struct buffer answer = {0};

	if (rsp_ask(rsp, packet, &answer, error) < 0)
		return -1;
	if (!answer.data || strcmp(answer.data, "OK") != 0)
		return fail(error, "gdb stub: %.20s was answered by '%.20s'", packet, answer.data);
	return 0;
}

int rsp_breakpoint(struct rsp *rsp, bool set, uint32_t linear, struct error *error)
{
	char packet[32];

	snprintf(packet, sizeof(packet), "%c1,%x,1", set ? 'Z' : 'z', linear);
	return rsp_command(rsp, packet, error);
}

/* Where a register lies in the answer to `g`: QEMU's x86-64 stub, registers of 8 and 4 bytes in a
 * row. */
struct place {
	size_t offset; /* bytes */
	size_t width;
	size_t member; /* of struct cpu_state */
	size_t member_width;
};

#define REGISTER(at, bytes, name)                                                                  \
	{                                                                                          \
		at, bytes, offsetof(struct cpu_state, name), sizeof(((struct cpu_state *)0)->name) \
	}

static const struct place places[] = {
	REGISTER(0, 8, eax),
	REGISTER(8, 8, ebx),
	REGISTER(16, 8, ecx),
	REGISTER(24, 8, edx),
	REGISTER(32, 8, esi),
	REGISTER(40, 8, edi),
	REGISTER(48, 8, ebp),
	REGISTER(56, 8, esp),
	REGISTER(128, 8, eip),
	REGISTER(136, 4, eflags),
	REGISTER(140, 4, cs),
	REGISTER(144, 4, ss),
	REGISTER(148, 4, ds),
	REGISTER(152, 4, es),
	REGISTER(156, 4, fs),
	REGISTER(160, 4, gs),
	REGISTER(188, 8, cr0), /* behind fs_base, gs_base, k_gs_base */
	REGISTER(204, 8, cr3),
	REGISTER(212, 8, cr4),
	REGISTER(228, 8, efer),
};

#define PLACES		(sizeof(places) / sizeof(places[0]))
#define REGISTERS_BYTES 236

/* A little-endian number in hexadecimal. */
static uint64_t hex_value(const char *text, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = bytes; i > 0; i--) {
		char pair[3] = {text[2 * i - 2], text[2 * i - 1], '\0'};

		value = value << 8 | strtoul(pair, NULL, 16);
	}
	return value;
}

static void hex_store(char *text, uint64_t value, size_t bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes; i++, value >>= 8) {
		text[2 * i] = digits[value >> 4 & 15];
		text[2 * i + 1] = digits[value & 15];
	}
}

int rsp_registers(struct rsp *rsp, struct cpu_state *cpu, struct error *error)
{
	autobuffer struct buffer answer = {0};

	if (rsp_ask(rsp, "g", &answer, error) < 0)
		return -1;
	if (answer.size < 2 * REGISTERS_BYTES || answer.size > RSP_REGISTERS_ROOM)
		return fail(error, "gdb stub: registers of %zu digits", answer.size);
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t value = hex_value(answer.data + 2 * places[i].offset, places[i].width);

		memcpy((char *)cpu + places[i].member, &value, places[i].member_width);
	}
	return 0;
}

/* The registers that rsp_registers_write() writes, by their number in the packet `P`. */
static const struct {
	unsigned number;
	size_t member, width;
} written[] = {
#define WRITTEN(number, name)                                                                      \
	{                                                                                          \
		number, offsetof(struct cpu_state, name), sizeof(((struct cpu_state *)0)->name)    \
	}
	WRITTEN(0, eax),
	WRITTEN(1, ebx),
	WRITTEN(2, ecx),
	WRITTEN(3, edx),
	WRITTEN(4, esi),
	WRITTEN(5, edi),
	WRITTEN(6, ebp),
	WRITTEN(7, esp),
	WRITTEN(16, eip),
	WRITTEN(17, eflags),
	WRITTEN(21, es),
#undef WRITTEN
};

/* Each by a packet of its own: `G` writes control registers too, and a guest of a guest was seen
 * not to survive what it does to them. */
int rsp_registers_write(struct rsp *rsp, const struct cpu_state *cpu, struct error *error)
{
	autobuffer struct buffer features = {0};

	/* QEMU takes `P` only from who has looked at its description of the registers. */
	if (rsp_ask(rsp, "qXfer:features:read:target.xml:0,1", &features, error) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		char packet[32], digits[17] = "";
		uint64_t value = 0;

		memcpy(&value, (const char *)cpu + written[i].member, written[i].width);
		hex_store(digits, value, written[i].number < 17 ? 8 : 4);
		snprintf(packet, sizeof(packet), "P%x=%s", written[i].number, digits);
		if (rsp_command(rsp, packet, error) < 0)
			return -1;
	}
	return 0;
}

/* The stub's address of a linear one, and how many of @size bytes lie there. @return 0, or -1 */
static int place_of(struct rsp *rsp, uint32_t linear, size_t size, uint64_t *at, size_t *part,
	struct error *error)
{
	uint64_t follow = size;

	*at = linear;
	if (rsp->translate && !rsp->translate(rsp->translate_context, linear, at, &follow))
		return fail(error, "gdb stub: there is no memory at 0x%x", linear);
	*part = follow < size ? (size_t)follow : size;
	return 0;
}

static int read_piece(
	struct rsp *rsp, uint64_t at, unsigned char *out, size_t size, struct error *error)
{
	autobuffer struct buffer answer = {0};
	char packet[48];

	snprintf(packet, sizeof(packet), "m%" PRIx64 ",%zx", at, size);
	if (rsp_ask(rsp, packet, &answer, error) < 0)
		return -1;
	if (answer.size != 2 * size)
		return fail(error, "gdb stub: cannot read %zu bytes at 0x%" PRIx64, size, at);
	for (size_t i = 0; i < size; i++)
		out[i] = (unsigned char)hex_value(answer.data + 2 * i, 1);
	return 0;
}

static int write_piece(
	struct rsp *rsp, uint64_t at, const unsigned char *bytes, size_t size, struct error *error)
{
	autobuffer struct buffer packet = {0};

	buffer_printf(&packet, "M%" PRIx64 ",%zx:", at, size);
	for (size_t i = 0; i < size; i++)
		buffer_printf(&packet, "%02x", bytes[i]);
	return rsp_command(rsp, packet.data, error);
}

int rsp_memory_read(struct rsp *rsp, uint32_t linear, void *out, size_t size, struct error *error)
{
	unsigned char *to = out;
	uint64_t at;
	size_t part = 0;

	for (; size > 0; linear += (uint32_t)part, to += part, size -= part)
		if (place_of(rsp, linear, size, &at, &part, error) < 0 ||
			read_piece(rsp, at, to, part, error) < 0)
			return -1;
	return 0;
}

int rsp_memory_write(
	struct rsp *rsp, uint32_t linear, const void *bytes, size_t size, struct error *error)
{
	const unsigned char *from = bytes;
	uint64_t at;
	size_t part = 0;

	for (; size > 0; linear += (uint32_t)part, from += part, size -= part)
		if (place_of(rsp, linear, size, &at, &part, error) < 0 ||
			write_piece(rsp, at, from, part, error) < 0)
			return -1;
	return 0;
}
