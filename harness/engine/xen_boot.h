/* One boot under nested Xen; for the files of this engine only. */
#ifndef DKBOOT_ENGINE_XEN_BOOT_H
#define DKBOOT_ENGINE_XEN_BOOT_H

#include "engine/qemu_boot.h"
#include "engine/xen_agent.h"
#include "engine/xen_frozen.h"
#include "engine/xen_host.h"
#include "engine/xen_memory.h"

/** How far a boot has come; each order's answer brings the next. */
enum xen_step {
	XEN_WAKING,   /* dom0 has not answered yet */
	XEN_OFFERING, /* the sender of the payload gets ready; engine stubdom only */
	XEN_CREATING, /* xl builds the domain */
	XEN_RUNNING,
	XEN_LEAVING,	/* xl saves or migrates the guest */
	XEN_ARRIVING,	/* xl restores it */
	XEN_STOPPED,	/* the guest stopped itself; the domain stands still */
	XEN_DESTROYING, /* to be created again: a reset from outside */
	XEN_OVER	/* nothing is ordered any more */
};

/** A boot is a guest inside a guest: the outer machine is a boot of its own that we listen to. */
struct xen_boot {
	struct boot head;
	struct boot_request request;
	struct qemu_boot *outer;
	struct xen_agent agent;
	uv_poll_t agent_poll;
	bool agent_watched;
	struct xen_host host;
	struct nested_memory memory;
	struct frozen_domain built; /* in the frozen machine */
	int ram;		    /* the file behind the outer machine's RAM */

	enum xen_step step;
	char id[32];		 /* of the payload disk */
	int domain;		 /* its number; 0 = not built yet */
	int stubdom;		 /* that of its stub domain */
	struct buffer tool;	 /* what xl said since the last order */
	enum cause stop;	 /* told once the host's console has come as far: see @mark */
	unsigned mark, mark_due; /* last mark seen on the host's console; the one to wait for */

	char *words;	  /* why @end */
	struct event end; /* what is told when the outer machine is gone, if that is our doing */
};

/** As struct engine's start(). */
struct xen_boot *xen_start(
	uv_loop_t *loop, const struct boot_request *request, struct error *error);

/** As struct engine's release(). */
void xen_release(struct xen_boot *boot);

/** Tells the listener. */
void xen_tell(struct xen_boot *boot, struct event *event);

/** Says that a phase of the boot is over. */
void xen_mark(struct xen_boot *boot, const char *name);

/** Ends the boot for a reason: the outer machine is killed, then EVENT_ENDED is told. */
void xen_end(struct xen_boot *boot, enum cause cause, int code, const char *words);

/** Gives dom0 its first order. */
void course_begin(struct xen_boot *boot);

/** Takes a frame of the agent. */
void course_hear(void *context, unsigned kind, const char *words, size_t size);

/** The host's console has come to a mark. */
void course_marked(struct xen_boot *boot);

/** As struct engine's move(). */
void course_move(struct xen_boot *boot, const char *how);

/** As struct engine's reset(). */
void course_reset(struct xen_boot *boot);

#endif
