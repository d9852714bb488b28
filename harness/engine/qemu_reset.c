/*
 * Resets from outside.
 *
 * `-action reboot=shutdown`, which lets us see every reset of the guest, holds for QMP's
 * system_reset, too. So the machine is stopped, the action changed, the reset asked for, and the
 * action changed back before the processors run again: no reset of the guest's own can slip
 * through.
 *
 * SeaBIOS finds its own copy in RAM after a reset, as QEMU leaves the memory controller's shadowing
 * on, takes the path of a resume, restores the copy and resets once more ("Attempting a hard
 * reboot" on port 0x402). That reset is not the guest's: the first one after a reset from outside
 * is answered by another reset if not a byte was printed in between. A kernel that resets silently
 * does so a second time, and is seen then.
 */
#include "engine/qemu_boot.h"

static void set_reboot_action(struct qemu_boot *boot, const char *action)
{
	qmp_command(&boot->qmp, "set-action", json_pack("{s:s}", "reboot", action), NULL);
}

static void request_reset(struct qemu_boot *boot)
{
	boot->resetting = true;
	boot->stopped = CAUSE_NONE;
	qmp_command(&boot->qmp, "stop", NULL, NULL);
	set_reboot_action(boot, "reset");
	qmp_command(&boot->qmp, "system_reset", NULL, NULL);
}

void reset_begin(struct qemu_boot *boot)
{
	boot->forgiving = true;
	if (!boot->resetting)
		request_reset(boot);
}

void reset_seen(struct qemu_boot *boot, bool by_guest)
{
	if (!boot->resetting || by_guest)
		return;
	/* The machine stands still: what comes out now was said before the reset. */
	intakes_drain(boot);
	boot->resetting = false;
	boot->heard = false;
	set_reboot_action(boot, "shutdown");
	if (boot->stub.fd >= 0)
		freeze_resume(boot);
	else
		qmp_command(&boot->qmp, "cont", NULL, NULL);
}

bool reset_forgiven(struct qemu_boot *boot)
{
	if (!boot->forgiving || boot->heard)
		return false;
	boot->forgiving = false;
	request_reset(boot);
	return true;
}
