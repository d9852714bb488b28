#include "engine/xen_argv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../guests/dom0/agent/frame.h"
#include "base/text.h"

/* dom0 gets all the memory it ever gets at once: ballooning would make clones differ. Nothing is
 * scrubbed, or every page of the host's memory would be touched. Without a rate limit a
 * guest goes on as soon as its device model has answered: its firmware, all port I/O, takes a sixth
 * less time. */
#define XEN_OPTIONS                                                                                \
	"console=com1 com1=115200,8n1 sync_console dom0_max_vcpus=1 bootscrub=0 "                  \
	"loglvl=info guest_loglvl=all console_timestamps=none no-real-mode edd=off watchdog=0 "    \
	"nmi=fatal sched_ratelimit_us=0"
/* One with the image of stub domains in it needs more. */
#define DOM0_MEMORY	    "dom0_mem=640M,max:640M"
#define DOM0_MEMORY_STUBDOM "dom0_mem=960M,max:960M"
#define DOM0_OPTIONS	    "console=hvc0 loglevel=5 mitigations=off tsc=reliable nokaslr"

struct words {
	char **list;
	size_t count;
};

static void take(struct words *words, char *text)
{
	words->list = reallocarray(words->list, words->count + 2, sizeof(*words->list));
	if (!words->list)
		abort();
	words->list[words->count++] = text;
	words->list[words->count] = NULL;
}

static void add(struct words *words, const char *const *list)
{
	for (; *list; list++)
		take(words, copy_text(*list));
}

static void add_pair(struct words *words, const char *option, char *value)
{
	take(words, copy_text(option));
	take(words, value);
}

static void add_kernel(struct words *words, const struct machine *machine)
{
	const char *dom0 = machine->dom0;
	bool stubdom = machine->stubdom;

	add_pair(words, "-kernel",
		machine->xen ? copy_text(machine->xen) : format_text("%s/xen", dom0));
	add_pair(words, "-append",
		format_text(XEN_OPTIONS " %s", stubdom ? DOM0_MEMORY_STUBDOM : DOM0_MEMORY));
	add_pair(words, "-initrd",
		format_text("%s/vmlinux.gz " DOM0_OPTIONS ",%s/initrd%s", dom0, dom0,
			stubdom ? "-stubdom" : ""));
}

static void add_channels(struct words *words)
{
	add_pair(words, "-chardev", format_text("socket,id=monitor,fd=%d", QEMU_FD_MONITOR));
	add_pair(words, "-mon", copy_text("chardev=monitor,mode=control"));
	add_pair(words, "-chardev",
		format_text("file,id=serial,path=/proc/self/fd/%d", QEMU_FD_SERIAL));
	add_pair(words, "-serial", copy_text("chardev:serial"));
	add_pair(words, "-chardev", format_text("socket,id=stub,fd=%d", QEMU_FD_GDB));
	add_pair(words, "-gdb", copy_text("chardev:stub"));
	add_pair(words, "-chardev", format_text("socket,id=agent,fd=%d", XEN_FD_AGENT));
	add_pair(words, "-device", copy_text("virtio-serial-pci"));
	add_pair(words, "-device", copy_text("virtserialport,chardev=agent,name=" AGENT_PORT));
}

static void add_disk(struct words *words)
{
	add_pair(words, "-drive",
		format_text("if=none,id=payload,file=/proc/self/fd/%d,format=raw,readonly=on,"
			    "file.locking=off",
			XEN_FD_DISK));
	add_pair(words, "-device", copy_text("virtio-blk-pci,drive=payload"));
}

/* What the outer machine is, however it is tied to the outside. */
static void add_machine(struct words *words, const struct machine *machine)
{
	static const char *const fixed[] = {"-nodefaults", "-no-user-config", "-display", "none",
		"-vga", "none", "-net", "none", "-cpu", "qemu64,+svm,+npt", "-smp", "1", NULL};

	take(words, copy_text(machine->emulator));
	add_pair(words, "-accel", copy_text(machine->accel));
	add(words, fixed);
	add_pair(words, "-m", format_text("%" PRIu64 "M", XEN_OUTER_MEMORY >> 20));
}

char **xen_argv_alone(const struct machine *machine, const char *disk)
{
	static const char *const ties[] = {"-M", "pc", "-no-reboot", "-serial", "stdio", "-device",
		"virtio-serial-pci", "-device", "virtio-blk-pci,drive=payload", NULL};
	struct words words = {0};

	add_machine(&words, machine);
	add(&words, ties);
	add_pair(&words, "-drive",
		format_text("if=none,id=payload,file=%s,format=raw,readonly=on", disk));
	add_kernel(&words, machine);
	return words.list;
}

char **xen_argv(const struct machine *machine, enum xen_memory memory)
{
	static const char *const fixed[] = {"-sandbox",
		"on,spawn=deny,elevateprivileges=deny,resourcecontrol=deny", "-action",
		"reboot=shutdown,shutdown=pause,panic=pause", "-M", "pc,memory-backend=ram", "-S",
		NULL};
	struct words words = {0};

	add_machine(&words, machine);
	add(&words, fixed);
	add_pair(&words, "-object",
		format_text("memory-backend-file,id=ram,size=%" PRIu64
			    ",mem-path=/proc/self/fd/%d,share=%s",
			XEN_OUTER_MEMORY, QEMU_FD_MEMORY,
			memory == XEN_MEMORY_CLONED ? "off" : "on"));
	add_channels(&words);
	add_disk(&words);
	if (memory == XEN_MEMORY_OWN)
		add_kernel(&words, machine);
	else
		add_pair(&words, "-incoming", copy_text("defer"));
	return words.list;
}
