// SPDX-License-Identifier: GPL-2.0
/*
 * sysfs: what a mux and its members are, and their counters.  Each file is
 * described in Documentation/ABI/testing/sysfs-class-discmux.
 */
#include <linux/device.h>
#include <linux/sysfs.h>
#include <scsi/scsi.h>

#include "dmx.h"

/* Raises a counter that keeps a maximum. */
void dmx_counter_max(atomic64_t *counter, u64 value)
{
	s64 old = atomic64_read(counter);

	while (value > old && !atomic64_try_cmpxchg(counter, &old, value))
		;
}

struct dmx_counter_attr {
	struct device_attribute attr;
	unsigned int index;
};

#define DMX_COUNTER(_var, _name, _show, _index)				\
static struct dmx_counter_attr _var = {					\
	.attr = __ATTR(_name, 0444, _show, NULL), .index = (_index) }

static ssize_t member_counter_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	struct dmx_member *m = dev_get_drvdata(dev);
	unsigned int i = container_of(attr, struct dmx_counter_attr, attr)->index;

	return sysfs_emit(buf, "%lld\n", atomic64_read(&m->counter[i]));
}

static ssize_t mux_counter_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	struct dmx_mux *mux = dev_get_drvdata(dev);
	unsigned int i = container_of(attr, struct dmx_counter_attr, attr)->index;

	return sysfs_emit(buf, "%lld\n", atomic64_read(&mux->counter[i]));
}

#define DMX_M(name, index) \
	DMX_COUNTER(member_##name, name, member_counter_show, index)
#define DMX_X(name, index) \
	DMX_COUNTER(mux_##name, name, mux_counter_show, index)

DMX_M(commands, DMX_C_COMMANDS);
DMX_M(retries, DMX_C_RETRIES);
DMX_M(recovered_errors, DMX_C_RECOVERED);
DMX_M(bytes_read, DMX_C_BYTES_READ);
DMX_M(bytes_written, DMX_C_BYTES_WRITTEN);
DMX_M(blocks_written, DMX_C_BLOCKS_WRITTEN);
DMX_M(discs_finished, DMX_C_DISCS_FINISHED);
DMX_M(write_errors, DMX_C_WRITE_ERRORS);
DMX_M(long_write_waits, DMX_C_LONG_WRITE_WAITS);
DMX_M(ring_empty, DMX_C_RING_EMPTY);
DMX_M(lag_ms, DMX_C_LAG_MS);
DMX_M(longest_command_us, DMX_C_LONGEST_COMMAND_US);
DMX_M(moves, DMX_C_MOVES);
DMX_M(moves_to_slot, DMX_C_MOVES_TO_SLOT);
DMX_M(moves_to_mail, DMX_C_MOVES_TO_MAIL);
DMX_M(moves_to_drive, DMX_C_MOVES_TO_DRIVE);
DMX_M(moves_to_printer, DMX_C_MOVES_TO_PRINTER);
DMX_M(initializations, DMX_C_INITIALIZATIONS);
DMX_M(positions, DMX_C_POSITIONS);
DMX_M(exchanges, DMX_C_EXCHANGES);
DMX_M(rezeros, DMX_C_REZEROS);
DMX_M(selftests, DMX_C_SELFTESTS);
DMX_M(move_errors, DMX_C_MOVE_ERRORS);
DMX_M(move_busy_ms, DMX_C_MOVE_BUSY_MS);
DMX_M(longest_move_ms, DMX_C_LONGEST_MOVE_MS);

DMX_X(streams, DMX_MC_STREAMS);
DMX_X(recorders_failed, DMX_MC_RECORDERS_FAILED);
DMX_X(bytes_accepted, DMX_MC_BYTES_ACCEPTED);
DMX_X(bytes_zero_copy, DMX_MC_BYTES_ZERO_COPY);
DMX_X(bytes_copied, DMX_MC_BYTES_COPIED);
DMX_X(events, DMX_MC_EVENTS);
DMX_X(events_lost, DMX_MC_EVENTS_LOST);

static struct attribute *dmx_member_counters[] = {
	&member_commands.attr.attr,
	&member_retries.attr.attr,
	&member_recovered_errors.attr.attr,
	&member_longest_command_us.attr.attr,
	&member_bytes_read.attr.attr,
	&member_bytes_written.attr.attr,
	&member_blocks_written.attr.attr,
	&member_discs_finished.attr.attr,
	&member_write_errors.attr.attr,
	&member_long_write_waits.attr.attr,
	&member_ring_empty.attr.attr,
	&member_lag_ms.attr.attr,
	&member_moves.attr.attr,
	&member_moves_to_slot.attr.attr,
	&member_moves_to_mail.attr.attr,
	&member_moves_to_drive.attr.attr,
	&member_moves_to_printer.attr.attr,
	&member_initializations.attr.attr,
	&member_positions.attr.attr,
	&member_exchanges.attr.attr,
	&member_rezeros.attr.attr,
	&member_selftests.attr.attr,
	&member_move_errors.attr.attr,
	&member_move_busy_ms.attr.attr,
	&member_longest_move_ms.attr.attr,
	NULL
};

/* A changer shows moves, a drive shows reads and writes. */
static umode_t dmx_member_counter_visible(struct kobject *kobj,
					  struct attribute *attr, int n)
{
	struct dmx_member *m = dev_get_drvdata(kobj_to_dev(kobj));
	bool changer = m->sdev->type == TYPE_MEDIUM_CHANGER;
	unsigned int i = container_of(attr, struct dmx_counter_attr, attr.attr)->index;

	if (i < DMX_C_BYTES_READ)
		return attr->mode;
	return changer == (i >= DMX_C_MOVES) ? attr->mode : 0;
}

static const struct attribute_group dmx_member_counter_group = {
	.name = "counters",
	.attrs = dmx_member_counters,
	.is_visible = dmx_member_counter_visible,
};

static const char * const dmx_role_names[] = {
	[DISCMUX_ROLE_READER] = "reader",
	[DISCMUX_ROLE_RECORDER] = "recorder",
	[DISCMUX_ROLE_CHANGER] = "changer",
};

static ssize_t role_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct dmx_member *m = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", dmx_role_names[m->role]);
}

static ssize_t role_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	u32 role;

	/* Nothing becomes a changer, nor stops being one. */
	for (role = DISCMUX_ROLE_READER; role <= DISCMUX_ROLE_RECORDER; role++) {
		if (sysfs_streq(buf, dmx_role_names[role]))
			return dmx_member_set_role(dev_get_drvdata(dev), role) ?: count;
	}
	return -EINVAL;
}
static DEVICE_ATTR_RW(role);

static ssize_t unit_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct dmx_member *m = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", m->unit);
}
static DEVICE_ATTR_RO(unit);

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	static const char * const names[] = {
		[DISCMUX_MEMBER_IDLE] = "idle",
		[DISCMUX_MEMBER_CLAIMED] = "claimed",
		[DISCMUX_MEMBER_STREAMING] = "streaming",
	};

	return sysfs_emit(buf, "%s\n", names[dmx_member_state(dev_get_drvdata(dev))]);
}
static DEVICE_ATTR_RO(state);

static ssize_t last_sense_show(struct device *dev, struct device_attribute *attr,
			       char *buf)
{
	struct dmx_member *m = dev_get_drvdata(dev);
	struct discmux_result res;

	spin_lock_irq(&m->lock);
	res = m->last;
	spin_unlock_irq(&m->lock);
	return sysfs_emit(buf, "%*ph\n", min_t(int, res.sense_len, 64), res.sense);
}
static DEVICE_ATTR_RO(last_sense);

static ssize_t element_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct dmx_member *m = dev_get_drvdata(dev);
	u32 element = READ_ONCE(m->element);

	if (element == DISCMUX_NONE)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "0x%04x\n", element);
}

/* An address ties by hand, "none" unties by hand, "auto" undoes either. */
static ssize_t element_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	struct dmx_member *m = dev_get_drvdata(dev);
	bool by_hand = !sysfs_streq(buf, "auto");
	u32 element = DISCMUX_NONE;
	struct dmx_mux *mux;
	u16 address;
	int ret;

	if (by_hand && !sysfs_streq(buf, "none")) {
		ret = kstrtou16(buf, 0, &address);
		if (ret)
			return ret;
		element = address;
	}
	if (m->sdev->type == TYPE_MEDIUM_CHANGER)
		return -EINVAL;
	spin_lock_irq(&m->lock);
	m->element = element;
	m->element_by_hand = by_hand;
	mux = m->mux;
	spin_unlock_irq(&m->lock);
	if (mux) {
		dmx_members_tie(mux);
		dmx_changer_tied(mux);
	}
	return count;
}
static DEVICE_ATTR_RW(element);

static struct attribute *dmx_member_attrs[] = {
	&dev_attr_role.attr,
	&dev_attr_unit.attr,
	&dev_attr_state.attr,
	&dev_attr_element.attr,
	&dev_attr_last_sense.attr,
	NULL
};

static const struct attribute_group dmx_member_group = {
	.attrs = dmx_member_attrs,
};

const struct attribute_group *dmx_member_groups[] = {
	&dmx_member_group,
	&dmx_member_counter_group,
	NULL
};

/* Writing H:C:T:L makes that device a member of this mux. */
static ssize_t attach_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	return dmx_member_attach(buf, dev_get_drvdata(dev)) ?: count;
}
static DEVICE_ATTR_WO(attach);

static struct attribute *dmx_mux_attrs[] = {
	&dev_attr_attach.attr,
	NULL
};

static const struct attribute_group dmx_mux_group = {
	.attrs = dmx_mux_attrs,
};

static struct attribute *dmx_mux_counters[] = {
	&mux_streams.attr.attr,
	&mux_recorders_failed.attr.attr,
	&mux_bytes_accepted.attr.attr,
	&mux_bytes_zero_copy.attr.attr,
	&mux_bytes_copied.attr.attr,
	&mux_events.attr.attr,
	&mux_events_lost.attr.attr,
	NULL
};

static const struct attribute_group dmx_mux_counter_group = {
	.name = "counters",
	.attrs = dmx_mux_counters,
};

const struct attribute_group *dmx_mux_groups[] = {
	&dmx_mux_group,
	&dmx_mux_counter_group,
	NULL
};
