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

#define DMX_PROBE_TIMEOUT	10000	/* ms, each command */
#define DMX_PROBE_BUFFER	4096

/* VPD page 80h; what gives none has no serial number. */
static void dmx_probe_serial(struct dmx_member *m, u8 *buf)
{
	static const u8 cdb[6] = { INQUIRY, 1, 0x80, 0, 64 };
	unsigned int len, start = 4;
	int got = dmx_ask(m, cdb, sizeof(cdb), buf, 64, DMX_PROBE_TIMEOUT);

	if (got < 4 || buf[1] != 0x80)
		return;
	len = min_t(unsigned int, buf[3], got - 4);
	while (len && buf[start] == ' ') {
		start++;
		len--;
	}
	while (len && (buf[start + len - 1] == ' ' || !buf[start + len - 1]))
		len--;
	memcpy(m->serial, buf + start, min_t(unsigned int, len, sizeof(m->serial)));
}

/* MMC-6 5.3: features that only a drive that can write has. */
static bool dmx_is_write_feature(u16 feature, bool write_bit)
{
	switch (feature) {
	case 0x0020:	/* random writable */
	case 0x0021:	/* incremental streaming writable */
	case 0x002d:	/* CD track at once */
	case 0x002e:	/* CD mastering */
	case 0x002f:	/* DVD-R/-RW write */
	case 0x0041:	/* BD write */
		return true;
	case 0x002a:	/* DVD+RW */
	case 0x002b:	/* DVD+R */
	case 0x003b:	/* DVD+R DL */
		return write_bit;	/* readers have these too */
	}
	return false;
}

/* GET CONFIGURATION lists all features, whatever medium is in. */
static int dmx_probe_features(struct dmx_member *m, u8 *buf)
{
	u8 cdb[10] = { 0x46 };
	unsigned int at = 8, end;
	int got;

	put_unaligned_be16(DMX_PROBE_BUFFER, cdb + 7);
	got = dmx_ask(m, cdb, sizeof(cdb), buf, DMX_PROBE_BUFFER,
		      DMX_PROBE_TIMEOUT);
	if (got < 8)
		return got < 0 ? got : -EIO;
	end = min_t(u64, (u64)get_unaligned_be32(buf) + 4, got);
	while (at + 4 <= end) {
		bool write_bit = at + 4 < end && buf[at + 3] && buf[at + 4] & 1;

		if (dmx_is_write_feature(get_unaligned_be16(buf + at), write_bit))
			return DISCMUX_ROLE_RECORDER;
		at += 4 + buf[at + 3];
	}
	return DISCMUX_ROLE_READER;
}

/* Older drives: the capabilities page says what they write. */
static u32 dmx_probe_capabilities(struct dmx_member *m, u8 *buf)
{
	static const u8 cdb[10] = { MODE_SENSE_10, 0x08, 0x2a, 0, 0, 0, 0, 0, 64 };
	int got = dmx_ask(m, cdb, sizeof(cdb), buf, 64, DMX_PROBE_TIMEOUT);
	unsigned int page;

	if (got < 8)
		return DISCMUX_ROLE_READER;
	page = 8 + get_unaligned_be16(buf + 6);
	if (page + 4 > got || (buf[page] & 0x3f) != 0x2a)
		return DISCMUX_ROLE_READER;
	/* CD-R, CD-RW, DVD-R, DVD-RAM write */
	return buf[page + 3] & 0x33 ? DISCMUX_ROLE_RECORDER : DISCMUX_ROLE_READER;
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
