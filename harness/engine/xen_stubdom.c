#include "engine/xen_stubdom.h"

#include <string.h>

#include "../guests/dom0/agent/frame.h"
#include "base/text.h"
#include "engine/qemu_argv.h"
#include "base/cleanup.h"

/* What the stub domain needs for itself, MiB: kernel, programs, the device model's heap. */
#define OWN_MEMORY 260

#define IMAGE "/usr/lib/dkboot/stubdom/"

/* What takes time and is of no use here is left out: tests of cryptography, keys of modules, a
 * search for pages that are writable and executable, a network, ports that are not there. */
#define OPTIONS                                                                                    \
	"console=hvc0 loglevel=4 mitigations=off tsc=reliable rodata=off cryptomgr.notests "       \
	"dkboot.predictable ipv6.disable=1 initcall_blacklist=crypto_kdf108_init,"                 \
	"load_system_certificate_list,init_kprobe_trace,serial8250_init,i8042_init,init_encrypted"

/* Each part is there three times at most: on tmpfs, in the device model's own copy, and for a
 * while in the guest. */
static uint64_t memory_for(const struct payload *payload)
{
	uint64_t bytes = payload->kernel->size;

	if (payload->stream)
		return OWN_MEMORY;
	for (size_t i = 0; i < payload->attached_count; i++)
		bytes += payload->attached[i].part->size;
	if (payload->initrd)
		bytes += payload->initrd->size;
	return OWN_MEMORY + 2 * (bytes >> 20);
}

void stubdom_config(const struct payload *payload, struct buffer *out)
{
	buffer_add_text(out, "serial=[\"unix:" AGENT_SERIAL "\", \"chardev:dkboot\"]\n"
			     "device_model_args_pv=[\"-chardev\", "
			     "\"socket,id=dkboot,path=" AGENT_SENDER ",reconnect=1\"]\n"
			     "device_model_version=\"qemu-xen\"\n"
			     "device_model_stubdomain_override=1\n"
			     "stubdomain_kernel=\"" IMAGE "kernel\"\n"
			     "stubdomain_ramdisk=\"" IMAGE "initrd\"\n"
			     "stubdomain_cmdline=\"" OPTIONS "\"\n");
	buffer_printf(out, "stubdomain_memory=%llu\n", (unsigned long long)memory_for(payload));
}

static void add_file(struct buffer *out, const char *name)
{
	buffer_printf(out, "--file=" AGENT_CELL "/%s\n", name);
}

static void add_kernel(const struct payload *payload, struct buffer *out)
{
	if (payload->boot == BOOT_MULTIBOOT2)
		buffer_add_text(out, "--kernel=" AGENT_CELL "/stand-in\n");
	else
		buffer_add_text(out, "--kernel=" AGENT_CELL "/kernel\n");
	if (payload->initrd)
		buffer_add_text(out, "--initrd=" AGENT_CELL "/initrd\n");
	if (payload->stream)
		buffer_add_text(out, "--cmdline-file=" AGENT_CELL "/cmdline\n");
}

void stubdom_sender(const struct payload *payload, const char *const *roms, struct buffer *out)
{
	if (payload->disk)
		add_file(out, "disk");
	else if (payload->volume)
		add_file(out, "volume");
	else
		add_kernel(payload, out);
	for (size_t i = 0; i < payload->attached_count; i++) {
		autofree char *name = format_text(QEMU_ATTACHED_FILE, i);

		add_file(out, name);
	}
	for (; *roms; roms++) {
		if (payload->stream && strcmp(*roms, CARD_ROM) != 0)
			continue; /* nobody asks for it */
		autofree char *name = format_text("rom/%s", *roms);

		add_file(out, name);
	}
	if (payload->stream_fault && *payload->stream_fault)
		buffer_printf(out, "--fault=%s\n", payload->stream_fault);
	buffer_add_text(out, AGENT_SENDER "\n");
}
