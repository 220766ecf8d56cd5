// SPDX-License-Identifier: GPL-2.0
/*
 * Finding out what a new device is: reader, recorder or changer.  Runs in a
 * work, because the SCSI core shows devices under a mutex that commands must
 * not be waited for under.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "command.h"
#include "replies.h"

#define DMX_PROBE_TIMEOUT	10000	/* ms, each command */
#define DMX_PROBE_BUFFER	4096

/* VPD page 80h; what gives none has no serial number. */
static void dmx_probe_serial(struct dmx_member *m, u8 *buf)
{
	static const u8 cdb[6] = { INQUIRY, 1, 0x80, 0, 64 };
	int got = dmx_ask(m, cdb, sizeof(cdb), buf, 64, DMX_PROBE_TIMEOUT);

	dmx_reply_serial(buf, got, m->serial, sizeof(m->serial));
}

/* GET CONFIGURATION lists all features, whatever medium is in. */
static int dmx_probe_features(struct dmx_member *m, u8 *buf)
{
	u8 cdb[10] = { 0x46 };
	int got;

	put_unaligned_be16(DMX_PROBE_BUFFER, cdb + 7);
	got = dmx_ask(m, cdb, sizeof(cdb), buf, DMX_PROBE_BUFFER,
		      DMX_PROBE_TIMEOUT);
	return dmx_reply_features(buf, got);
}

/* Older drives: the capabilities page says what they write. */
static u32 dmx_probe_capabilities(struct dmx_member *m, u8 *buf)
{
	static const u8 cdb[10] = { MODE_SENSE_10, 0x08, 0x2a, 0, 0, 0, 0, 0, 64 };
	int got = dmx_ask(m, cdb, sizeof(cdb), buf, 64, DMX_PROBE_TIMEOUT);

	return dmx_reply_capabilities(buf, got);
}

static void dmx_probe_role(struct dmx_member *m, u8 *buf)
{
	int role;

	if (m->sdev->type == TYPE_MEDIUM_CHANGER) {
		m->role = DISCMUX_ROLE_CHANGER;
		return;
	}
	if (m->sdev->type == TYPE_WORM) {
		m->role = DISCMUX_ROLE_RECORDER;
		return;
	}
	role = dmx_probe_features(m, buf);
	m->role = role > 0 ? role : dmx_probe_capabilities(m, buf);
}

void dmx_probe(struct work_struct *work)
{
	struct dmx_member *m = container_of(work, struct dmx_member, probe_work);
	u8 *buf = kmalloc(DMX_PROBE_BUFFER, GFP_KERNEL);
	int ret = -ENOMEM;

	if (buf) {
		dmx_probe_serial(m, buf);
		ret = m->sdev->type == TYPE_MEDIUM_CHANGER ? dmx_changer_setup(m) : 0;
		if (!ret)
			dmx_probe_role(m, buf);
	}
	if (ret)
		sdev_printk(KERN_WARNING, m->sdev, "discmux: not probed: %d\n", ret);
	kfree(buf);
	dmx_member_probed(m);
	atomic_dec(&dmx_probing);
	dmx_member_put(m);
	module_put(THIS_MODULE);
}
