/* What becomes of domains. Events, as words:
 *
 *   domain N root=0xADDRESS      N was built; root is its nested page table
 *   domain N shutdown REASON mark=M
 *
 * N stands still: poweroff, halted (all processors, with interrupts off), reboot, suspend, crash,
 * watchdog; "dkboot: mark M" stands on the console behind its last words.
 *
 *   domain N gone                N is no more
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <xenctrl.h>
#include <xenstore.h>

#include "agent.h"

#define DOMAINS	  8
#define LOG_LIMIT (1u << 20)

/* A domain that we know of. */
struct domain {
	int number; /* 0 = free */
	bool shut;  /* its shutdown was told */
	bool stub;  /* a stub domain: paravirtual */
};

static struct domain domains[DOMAINS];
static xc_interface *control;
static struct xs_handle *store;

void hypervisor_key(const char *key)
{
	xc_send_debug_keys(control, key);
}

unsigned hypervisor_log(char *out, unsigned room)
{
	static char log[LOG_LIMIT];
	unsigned size = sizeof(log), index = 0, end = 0;

	/* One call gives what is left behind index, a part of the ring at a time. */
	while (end < sizeof(log)) {
		size = (unsigned)sizeof(log) - end;
		if (xc_readconsolering(control, log + end, &size, 0, 1, &index) || !size)
			break;
		end += size;
	}
	size = end < room ? end : room;
	memcpy(out, log + end - size, size);
	return size;
}

/* Debug key v prints for each domain a line "> Domain N <" and, among the fields of each
 * processor's VMCB, "H_CR3 = 0x...".
 */
unsigned long long domain_root(int domain)
{
	static char log[LOG_LIMIT + 1];
	unsigned long long root = 0;
	int current = -1;
	char *line, *rest = log;

	hypervisor_key("v");
	log[hypervisor_log(log, LOG_LIMIT)] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		const char *name = strstr(line, "Domain ");
		const char *field = strstr(line, "H_CR3 = ");

		if (name && strstr(line, "> Domain "))
			current = atoi(name + strlen("Domain "));
		if (field && current == domain)
			root = strtoull(field + strlen("H_CR3 = "), NULL, 16);
	}
	return root;
}

int domain_pause(int domain, bool pause)
{
	return pause ? xc_domain_pause(control, (uint32_t)domain)
		     : xc_domain_unpause(control, (uint32_t)domain);
}

int domain_crash(int domain)
{
	return xc_domain_shutdown(control, (uint32_t)domain, SHUTDOWN_crash);
}

static struct domain *known(int number)
{
	for (int i = 0; i < DOMAINS; i++)
		if (domains[i].number == number)
			return &domains[i];
	return NULL;
}

static void console_path(int number, char *path, size_t room)
{
	snprintf(path, room, "/local/domain/%d/console/tty", number);
}

/* The terminal's name appears when xenconsoled has made it. */
static void look_for_console(int number)
{
	char path[64];
	unsigned size;
	char *terminal;

	console_path(number, path, sizeof(path));
	terminal = xs_read(store, XBT_NULL, path, &size);
	if (terminal && size)
		pv_open(number, terminal);
	free(terminal);
}

static void domain_came(int number, bool stub)
{
	struct domain *domain = known(0);
	char path[64];

	if (!domain)
		return;
	*domain = (struct domain){.number = number, .stub = stub};
	if (stub) {
		stubdom_came(number);
		return;
	}
	console_path(number, path, sizeof(path));
	xs_watch(store, path, path);
	port_say(AGENT_EVENT, "domain %d root=0x%llx", number, domain_root(number));
}

/* A domain whose processors have all halted with interrupts off is powered off by the hypervisor.
 */
static bool all_halted(int number)
{
	xc_dominfo_t info;
	xc_vcpuinfo_t processor;

	if (xc_domain_getinfo(control, (uint32_t)number, 1, &info) != 1)
		return false;
	for (uint32_t i = 0; i <= info.max_vcpu_id; i++)
		if (xc_vcpu_getinfo(control, (uint32_t)number, i, &processor) || processor.online)
			return false;
	return true;
}

/* @reason as xen/include/public/sched.h numbers them */
static void domain_shut(struct domain *domain, unsigned reason)
{
	static const char *const names[] = {
		"poweroff", "reboot", "suspend", "crash", "watchdog", "soft-reset"};
	static unsigned mark;
	const char *name = reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "unknown";

	domain->shut = true;
	if (domain->stub) {
		stubdom_went(domain->number);
		return;
	}
	if (reason == 0 && all_halted(domain->number))
		name = "halted";
	look_for_console(domain->number);
	consoles_drain();
	printf("dkboot: mark %u\n", ++mark);
	port_say(AGENT_EVENT, "domain %d shutdown %s mark=%u", domain->number, name, mark);
	if (!port_is_open())
		reboot(RB_AUTOBOOT); /* whoever started the machine sees it end */
}

static void domain_gone(struct domain *domain)
{
	char path[64];

	if (domain->stub) {
		if (!domain->shut)
			stubdom_went(domain->number);
		*domain = (struct domain){0};
		return;
	}
	console_path(domain->number, path, sizeof(path));
	xs_unwatch(store, path, path);
	port_say(AGENT_EVENT, "domain %d gone", domain->number);
	*domain = (struct domain){0};
}

/* libxenctrl takes a crash for no shutdown. */
static bool stands(const xc_dominfo_t *info)
{
	return info->shutdown || info->crashed;
}

void domains_look(void)
{
	xc_dominfo_t info[DOMAINS];
	int count = xc_domain_getinfo(control, 1, DOMAINS, info);

	for (int i = 0; i < DOMAINS; i++) {
		bool there = false;

		for (int j = 0; j < count; j++)
			there |= (int)info[j].domid == domains[i].number;
		if (domains[i].number && !there)
			domain_gone(&domains[i]);
	}
	for (int j = 0; j < count; j++) {
		struct domain *domain = known((int)info[j].domid);

		if (!domain && !info[j].dying)
			domain_came((int)info[j].domid, !info[j].hvm);
		else if (domain && stands(&info[j]) && !domain->shut)
			domain_shut(domain, info[j].shutdown_reason);
		else if (domain && !stands(&info[j]))
			domain->shut = false; /* resumed */
	}
}

static void store_ready(struct watch *watch)
{
	char **event;

	(void)watch;
	while ((event = xs_check_watch(store))) {
		int number;

		if (sscanf(event[XS_WATCH_PATH], "/local/domain/%d/console", &number) == 1)
			look_for_console(number);
		else
			domains_look();
		free(event);
	}
}

void domains_open(void)
{
	control = xc_interface_open(NULL, NULL, 0);
	store = xs_open(0);
	if (!control || !store)
		give_up("no hypervisor or xenstore");
	xs_watch(store, "@introduceDomain", "domains");
	xs_watch(store, "@releaseDomain", "domains");
	watch_add(xs_fileno(store), store_ready, 0);
}

/* The children of a node that are not dom0's own. */
static size_t name_children(const char *path, char *out, size_t room)
{
	unsigned count = 0;
	char **names = xs_directory(store, XBT_NULL, path, &count);
	size_t size = 0;

	for (unsigned i = 0; names && i < count && size < room; i++)
		if (strcmp(names[i], "0"))
			size += (size_t)snprintf(out + size, room - size, " %s/%s", path, names[i]);
	free(names);
	return size < room ? size : room - 1;
}

void domains_left(char *out, size_t room)
{
	static const char *const nodes[] = {"/local/domain", "/local/domain/0/device-model",
		"/local/domain/0/backend/console", "/vm", "/libxl"};
	xc_dominfo_t info[DOMAINS];
	int count = xc_domain_getinfo(control, 1, DOMAINS, info);
	size_t size = 0;

	out[0] = '\0';
	for (int i = 0; i < count && size < room; i++)
		size += (size_t)snprintf(out + size, room - size, " domain-%u", info[i].domid);
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		size += name_children(nodes[i], out + size, room - size);
}
