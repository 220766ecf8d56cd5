// SPDX-License-Identifier: GPL-2.0
/*
 * Suspend is refused while recorders are claimed: the discs that are written,
 * closed or blanked in them would be lost.
 */
#include <linux/printk.h>
#include <linux/suspend.h>

#include "dmx.h"

static atomic_t dmx_burning;

void dmx_suspend_hold(void)
{
	atomic_inc(&dmx_burning);
}

void dmx_suspend_release(void)
{
	atomic_dec(&dmx_burning);
}

static int dmx_suspend_notify(struct notifier_block *nb, unsigned long event, void *unused)
{
	int n = atomic_read(&dmx_burning);

	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		if (!n)
			return NOTIFY_DONE;
		pr_warn("discmux: no suspend now: discs are being written (%d claimed %s)\n",
			n, n == 1 ? "recorder" : "recorders");
		return NOTIFY_BAD;
	}
	return NOTIFY_DONE;
}

static struct notifier_block dmx_suspend_block = {
	.notifier_call = dmx_suspend_notify,
};

int dmx_suspend_register(void)
{
	return register_pm_notifier(&dmx_suspend_block);
}

void dmx_suspend_unregister(void)
{
	unregister_pm_notifier(&dmx_suspend_block);
}
