// SPDX-License-Identifier: GPL-2.0
/*
 * Unit options, status blocks and the sense data that is kept: who wants to know
 * how much of what a device said.
 */
#include <scsi/scsi.h>

#include "dmx.h"

#define DMX_NO_SENSE_LEN	18

/* Which sense bytes the options pick; returns how many. */
static u32 dmx_pick(const struct dmx_options *o, u8 pick[DISCMUX_BLOCK_SENSE])
{
	u32 i, n = o->sense_count;

	if (n) {
		for (i = 0; i < n; i++)
			pick[i] = i;
		return n;
	}
	if (o->extended)
		n = o->nr_selected;
	else if (memchr_inv(o->selected, 0, DISCMUX_BLOCK_DEFAULT))
		n = DISCMUX_BLOCK_DEFAULT;
	for (i = 0; i < n; i++)
		pick[i] = o->selected[i];
	for (i = 0; !n && i < DISCMUX_BLOCK_DEFAULT; i++)
		pick[i] = i;
	return n ?: DISCMUX_BLOCK_DEFAULT;
}

/**
 * dmx_status_block() - what the unit options of a member tell of a result
 * @m: the member
 * @identifier: the caller's number for the command
 * @res: how it went
 * @retried: it was sent more than once
 * @block: filled
 */
void dmx_status_block(struct dmx_member *m, u32 identifier,
		      const struct discmux_result *res, bool retried,
		      struct discmux_status_block *block)
{
	u8 pick[DISCMUX_BLOCK_SENSE];
	struct dmx_options options;
	u32 i;

	spin_lock_irq(&m->lock);
	options = m->options;
	spin_unlock_irq(&m->lock);
	memset(block, 0, sizeof(*block));
	block->identifier = identifier;
	block->status = res->status;
	block->error = res->error;
	block->flags = DISCMUX_BLOCK_COMPLETE;
	if (res->error || res->status)
		block->flags |= DISCMUX_BLOCK_ERROR;
	if (retried)
		block->flags |= DISCMUX_BLOCK_RETRIED;
	block->sense_len = dmx_pick(&options, pick);
	for (i = 0; i < block->sense_len; i++) {
		if (pick[i] < res->sense_len)
			block->sense[i] = res->sense[pick[i]];
	}
}

static int dmx_options_check(const struct discmux_unit_options *arg)
{
	bool extended = arg->flags & DISCMUX_OPTIONS_EXTENDED;
	u32 used = extended ? arg->nr_selected : DISCMUX_BLOCK_DEFAULT;

	if (arg->flags & ~(DISCMUX_OPTIONS_GET | DISCMUX_OPTIONS_EXTENDED))
		return -EOPNOTSUPP;
	if (arg->flags & DISCMUX_OPTIONS_GET &&
	    (extended || arg->sense_count || arg->nr_selected ||
	     memchr_inv(arg->selected, 0, sizeof(arg->selected))))
		return -EINVAL;
	if (arg->sense_count)
		return 0;
	if (arg->nr_selected > (extended ? DISCMUX_BLOCK_SELECT : 0))
		return -EINVAL;
	return memchr_inv(arg->selected + used, 0, sizeof(arg->selected) - used) ?
		-EINVAL : 0;
}

/* The controller's rule: too many are an error, and become eight. */
static void dmx_options_set(struct dmx_member *m, struct discmux_unit_options *arg)
{
	struct dmx_options o = {};

	o.sense_count = min_t(u32, arg->sense_count, DISCMUX_BLOCK_SENSE);
	if (arg->sense_count > DISCMUX_BLOCK_SENSE)
		o.sense_count = DISCMUX_BLOCK_DEFAULT;
	if (!o.sense_count) {
		o.extended = arg->flags & DISCMUX_OPTIONS_EXTENDED;
		o.nr_selected = arg->nr_selected;
		memcpy(o.selected, arg->selected, sizeof(o.selected));
	}
	spin_lock_irq(&m->lock);
	m->options = o;
	spin_unlock_irq(&m->lock);
}

static void dmx_options_tell(struct dmx_member *m, struct discmux_unit_options *arg,
			     u32 error)
{
	const struct discmux_result res = { .member = m->id, .error = error };
	struct dmx_options o;

	spin_lock_irq(&m->lock);
	o = m->options;
	spin_unlock_irq(&m->lock);
	arg->flags = o.extended ? DISCMUX_OPTIONS_EXTENDED : 0;
	arg->sense_count = o.sense_count;
	arg->nr_selected = o.nr_selected;
	memcpy(arg->selected, o.selected, sizeof(arg->selected));
	dmx_status_block(m, arg->identifier, &res, false, &arg->block);
}

int dmx_ioctl_options(struct dmx_call *call)
{
	struct discmux_unit_options *arg = call->arg;
	bool get = arg->flags & DISCMUX_OPTIONS_GET;
	int ret = dmx_options_check(arg);
	struct dmx_member *m;
	u32 error = 0;

	if (ret)
		return ret;
	if (!get && !call->file->writable)
		return -EPERM;
	m = dmx_member_get(call->file->mux, arg->member);
	if (!m)
		return -ENOENT;
	if (!get)
		ret = dmx_member_mine(call->file, m);
	if (!ret && !get) {
		error = arg->sense_count > DISCMUX_BLOCK_SENSE ? DISCMUX_BLOCK_BAD_COUNT : 0;
		dmx_options_set(m, arg);
	}
	if (!ret)
		dmx_options_tell(m, arg, error);
	dmx_member_put(m);
	return ret;
}

/* A command goes to the member: what the one before brought is gone. */
void dmx_sense_clear(struct dmx_member *m)
{
	if (!READ_ONCE(m->kept_len))
		return;
	spin_lock_irq(&m->lock);
	m->kept_len = 0;
	spin_unlock_irq(&m->lock);
}

void dmx_sense_keep(struct dmx_member *m, const struct discmux_result *res)
{
	lockdep_assert_held(&m->lock);
	m->kept_len = res->sense_len;
	memcpy(m->kept, res->sense, res->sense_len);
}

int dmx_ioctl_sense(struct dmx_call *call)
{
	struct discmux_request_sense *arg = call->arg;
	bool peek = arg->flags & DISCMUX_SENSE_PEEK;
	struct dmx_member *m;

	if (arg->flags & ~DISCMUX_SENSE_PEEK)
		return -EOPNOTSUPP;
	if (!peek && !call->file->writable)
		return -EPERM;
	m = dmx_member_get(call->file->mux, arg->member);
	if (!m)
		return -ENOENT;
	memset(arg->sense, 0, sizeof(arg->sense));
	spin_lock_irq(&m->lock);
	arg->sense_len = m->kept_len;
	memcpy(arg->sense, m->kept, m->kept_len);
	if (!peek)
		m->kept_len = 0;
	spin_unlock_irq(&m->lock);
	dmx_member_put(m);
	if (!arg->sense_len) {
		arg->sense_len = DMX_NO_SENSE_LEN;
		arg->sense[0] = 0x70;
		arg->sense[7] = DMX_NO_SENSE_LEN - 8;
	}
	return 0;
}
