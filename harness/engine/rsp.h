/* The gdb remote serial protocol, as far as a machine is stopped, looked at and let go with it. */
#ifndef DKBOOT_ENGINE_RSP_H
#define DKBOOT_ENGINE_RSP_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/memory.h"

/** How many bytes from @linear on lie at @physical in one piece. @return false where there is
 * nothing */
typedef bool (*rsp_translate)(void *context, uint64_t linear, uint64_t *physical, uint64_t *follow);

/** One connection to a stub; zero-initialise, then set @fd (non-blocking). */
struct rsp {
	int fd;
	struct buffer in; /* bytes received and not yet understood */
	/* Memory is asked for by physical address; NULL: by linear address. */
	rsp_translate translate;
	void *translate_context;
};

#define RSP_REGISTERS_ROOM 4096

void rsp_close(struct rsp *rsp);

/**
 * Puts a packet's frame behind what @out holds: several may go out in one write.
 */
void rsp_frame(struct buffer *out, const char *packet);

/** Sends frames. @return 0, or -1 with the reason */
int rsp_send_frames(struct rsp *rsp, const struct buffer *frames, struct error *error);

/** Sends one packet. @return 0, or -1 with the reason */
int rsp_send(struct rsp *rsp, const char *packet, struct error *error);

/**
 * Takes one packet if it is there already; acknowledgements are passed over and never given: QEMU
 * goes on without, and a byte that reaches it while the machine runs would stop the machine.
 * @return 1 with its text in @out, 0 when none is complete, -1 when the stub is gone or speaks
 * nonsense
 */
int rsp_receive(struct rsp *rsp, struct buffer *out, struct error *error);

/** Sends a packet and waits for the answer, at most two seconds. */
int rsp_ask(struct rsp *rsp, const char *packet, struct buffer *out, struct error *error);

/** Sends a packet that must be answered by OK. */
int rsp_command(struct rsp *rsp, const char *packet, struct error *error);

/** Sets or removes a hardware breakpoint on one linear address. */
int rsp_breakpoint(struct rsp *rsp, bool set, uint32_t linear, struct error *error);

/** Reads the registers of an x86-64 stub (QEMU's layout), CR0 included. */
int rsp_registers(struct rsp *rsp, struct cpu_state *cpu, struct error *error);

/** Writes the general registers, EIP, EFLAGS and ES. */
int rsp_registers_write(struct rsp *rsp, const struct cpu_state *cpu, struct error *error);

/** Reads or writes guest memory by linear address. */
int rsp_memory_read(struct rsp *rsp, uint32_t linear, void *out, size_t size, struct error *error);
int rsp_memory_write(
	struct rsp *rsp, uint32_t linear, const void *bytes, size_t size, struct error *error);

#endif
