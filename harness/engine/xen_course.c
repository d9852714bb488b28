/* The course of a boot: orders to the agent, and what follows from its answers and events. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../guests/dom0/agent/frame.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "engine/xen_boot.h"

/* What the first process of a stub domain says when it is not at fault itself. */
static const struct refusal {
	const char *words;
	bool best; /* nobody else says it as well */
} refusals[] = {{"the device model ended", false}, {"libxl left no arguments", true}};

static const struct refusal *refusal_in(const char *words)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (!strncmp(words, refusals[i].words, strlen(refusals[i].words)))
			return &refusals[i];
	return NULL;
}

static void order(struct xen_boot *boot, enum xen_step step, const char *words)
{
	struct error error;

	if (boot->step == XEN_OVER)
		return;
	boot->step = step;
	buffer_clear(&boot->tool);
	if (agent_order(&boot->agent, &error, "%s", words) < 0)
		xen_end(boot, CAUSE_ENGINE, 0, error.text);
}

/* A domain that is built in the frozen machine needs no payload; dom0 is asked whether it is awake,
 * as breakpoints can be set only in a machine that runs. */
void course_begin(struct xen_boot *boot)
{
	autofree char *words = format_text("unpack %s", boot->id);

	boot->domain = boot->built.number;
	boot->memory.root = boot->built.root;
	order(boot, XEN_WAKING, !boot->domain ? words : boot->built.waits ? "forget" : "hello");
}

/* ---- answers ---- */

static void run_domain(struct xen_boot *boot)
{
	autofree char *words = format_text("unpause %d", boot->domain);

	xen_mark(boot, "create");
	freeze_arm(boot->outer, boot->built.waits ? FREEZE_LATE : FREEZE_ALL);
	boot->built.waits = false; /* built anew, it begins at its beginning */
	order(boot, XEN_RUNNING, words);
}

/* The line that says why: the device model's own, else the first that xl calls an error, else the
 * last. */
static char *refusal_of(const struct buffer *tool)
{
	static const char *const marks[] = {"qemu: ", "qemu-system-i386: ", "error: ", ""};
	autofree char *text = copy_text(tool->data ? tool->data : "");
	const char *found[4] = {NULL};
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")))
		for (size_t i = 0; i < 4; i++)
			if (*line && strstr(line, marks[i]) && (!found[i] || !*marks[i]))
				found[i] = line;
	for (size_t i = 0; i < 4; i++)
		if (found[i])
			return copy_text(found[i]);
	return copy_text("");
}

static void tell_tool(struct xen_boot *boot, const char *words, size_t size)
{
	struct event event = {
		.kind = EVENT_BYTES, .channel = CHANNEL_EMULATOR, .bytes = words, .size = size};

	if (size)
		xen_tell(boot, &event);
}

/* xl says last what came first: its reason stands in front of all else that it said.
 * @param why the reason; NULL = it is among what was said */
static void refused(struct xen_boot *boot, const char *answer, const char *why)
{
	autofree char *words = why ? copy_text(why) : refusal_of(&boot->tool);
	autofree char *line = format_text("%s\n", words);
	bool declined = boot->step == XEN_CREATING || boot->step == XEN_LEAVING ||
			boot->step == XEN_ARRIVING;

	if (!declined || !*words) {
		xen_end(boot, CAUSE_ENGINE, 0, answer);
		return;
	}
	tell_tool(boot, line, strlen(line));
	tell_tool(boot, boot->tool.data, boot->tool.size);
	xen_end(boot, CAUSE_EXIT, 1, NULL);
}

static void answered(struct xen_boot *boot, const char *words)
{
	if (strncmp(words, "ok", 2) != 0) {
		refused(boot, words, NULL);
		return;
	}
	tell_tool(boot, boot->tool.data, boot->tool.size);
	switch (boot->step) {
	case XEN_WAKING:
		xen_mark(boot, "restore");
		if (boot->domain)
			run_domain(boot);
		else if (boot->request.machine->stubdom)
			order(boot, XEN_OFFERING, "stream");
		else
			order(boot, XEN_CREATING, "create");
		break;
	case XEN_OFFERING:
		order(boot, XEN_CREATING, "create");
		break;
	case XEN_CREATING:
		if (boot->domain)
			run_domain(boot);
		else
			xen_end(boot, CAUSE_ENGINE, 0, "xl built no domain");
		break;
	case XEN_DESTROYING:
		order(boot, XEN_CREATING, "create");
		break;
	case XEN_LEAVING:
		order(boot, XEN_ARRIVING, "restore");
		break;
	case XEN_ARRIVING:
		xen_mark(boot, "move");
		boot->step = XEN_RUNNING;
		break;
	case XEN_RUNNING:
	case XEN_STOPPED:
	case XEN_OVER:
		break;
	}
}

/* ---- events ---- */

static void domain_built(struct xen_boot *boot, int domain, uint64_t root)
{
	bool restarted = boot->step == XEN_STOPPED;

	boot->domain = domain;
	boot->memory.root = root;
	if (!restarted)
		return;
	/* xl starts a guest again that reset itself: it will run before anybody else is asked. */
	boot->step = XEN_RUNNING;
	boot->stop = CAUSE_NONE;
	freeze_arm(boot->outer, FREEZE_ALL);
}

/* Without its stub domain a guest cannot be built, and cannot go on; xl learns nothing of it, or by
 * a timeout of 30 s. */
static void stubdom_gone(struct xen_boot *boot, int domain, const char *words)
{
	autofree char *line =
		format_text("the stub domain ended: %s", *words ? words : "it says nothing");
	const struct refusal *refusal = refusal_in(words);

	if (domain != boot->stubdom)
		return;
	if (boot->step == XEN_RUNNING)
		xen_end(boot, CAUSE_CRASH, 0, line);
	else if (boot->step == XEN_CREATING && refusal)
		refused(boot, line, refusal->best ? words : NULL);
	else if (boot->step == XEN_CREATING)
		xen_end(boot, CAUSE_ENGINE, 0, line);
}

/* How a stream ended; it is news only if it ended badly, and before the guest runs. */
static void stream_told(struct xen_boot *boot, const char *words)
{
	autofree char *line = format_text("the stream %s", words);

	if (boot->step == XEN_CREATING && !strncmp(words, "failed", 6))
		xen_end(boot, CAUSE_ENGINE, 0, line);
}

static void domain_shut(struct xen_boot *boot, const char *reason, unsigned mark)
{
	static const struct {
		const char *reason;
		enum cause cause;
	} causes[] = {{"poweroff", CAUSE_POWEROFF}, {"reboot", CAUSE_RESET}, {"crash", CAUSE_PANIC},
		{"halted", CAUSE_NONE}};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (!strcmp(causes[i].reason, reason)) {
			boot->step = XEN_STOPPED;
			boot->stop = causes[i].cause;
			boot->mark_due = mark;
			course_marked(boot);
			return;
		}
}

/* The guest's last words on port 0xe9 come by the host's console, a mark behind them. */
void course_marked(struct xen_boot *boot)
{
	struct event event = {.kind = EVENT_STOPPED, .cause = boot->stop};

	if (!boot->mark_due || boot->mark < boot->mark_due)
		return;
	boot->mark_due = 0;
	if (boot->stop == CAUSE_NONE)
		event.kind = EVENT_HALTED;
	if (boot->stop == CAUSE_PANIC) {
		event.bytes = "the hypervisor reports that the domain crashed";
		event.size = strlen(event.bytes);
	}
	xen_tell(boot, &event);
}

static void happened(struct xen_boot *boot, const char *words)
{
	char reason[32];
	uint64_t root;
	unsigned mark;
	int domain, at = 0;

	if (!strcmp(words, "ready") && boot->step == XEN_WAKING)
		course_begin(boot); /* cold: a clone was ready before it was frozen */
	else if (sscanf(words, "domain %d root=0x%" SCNx64, &domain, &root) == 2)
		domain_built(boot, domain, root);
	else if (sscanf(words, "domain %d shutdown %31s mark=%u", &domain, reason, &mark) == 3 &&
		 domain == boot->domain)
		domain_shut(boot, reason, mark);
	else if (sscanf(words, "stubdom %d gone%n", &domain, &at) == 1 && at > 0)
		stubdom_gone(boot, domain, words + at + (words[at] == ' '));
	else if (sscanf(words, "stubdom %d", &domain) == 1)
		boot->stubdom = domain;
	else if (!strncmp(words, "stream ", 7))
		stream_told(boot, words + 7);
	else if (!strcmp(words, "device-model gone") && boot->step == XEN_RUNNING)
		xen_end(boot, CAUSE_CRASH, 0, "the device model died");
}

void course_hear(void *context, unsigned kind, const char *words, size_t size)
{
	struct xen_boot *boot = context;
	struct event event = {.kind = EVENT_BYTES, .bytes = words, .size = size};

	if (boot->step == XEN_OVER)
		return;
	switch (kind) {
	case AGENT_ANSWER:
		answered(boot, words);
		return;
	case AGENT_EVENT:
		happened(boot, words);
		return;
	case AGENT_TOOL_BYTES:
		buffer_add(&boot->tool, words, size);
		return;
	case AGENT_SERIAL_BYTES:
		event.channel = CHANNEL_SERIAL;
		break;
	case AGENT_PV_BYTES:
		event.channel = CHANNEL_PV;
		break;
	default:
		xen_end(boot, CAUSE_ENGINE, 0, "the agent sent a frame of a kind that is unknown");
		return;
	}
	xen_tell(boot, &event);
}

void course_reset(struct xen_boot *boot)
{
	autofree char *words = format_text("destroy %d", boot->domain);

	if (boot->stop == CAUSE_RESET)
		return; /* xl is at it */
	boot->domain = 0;
	boot->stop = CAUSE_NONE;
	order(boot, XEN_DESTROYING, words);
}

/* Its device model and its domain are gone for a while; that is no death. */
void course_move(struct xen_boot *boot, const char *how)
{
	autofree char *words = format_text("%s %d", how, boot->domain);

	if (boot->step == XEN_RUNNING)
		order(boot, strcmp(how, "save") ? XEN_ARRIVING : XEN_LEAVING, words);
}
