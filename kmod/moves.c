// SPDX-License-Identifier: GPL-2.0
/*
 * DISCMUX_IOC_MOVE, and what moves and operations check beforehand.
 */
#include <linux/slab.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "changer.h"

#define DMX_MOVE_TIMEOUT	300000		/* ms */
#define DMX_MOVE_EJECT		0x40		/* byte 11, MC-8x00 3.7 */

static bool dmx_range_has(const struct dmx_range *r, u32 address)
{
	/* Pairs with dmx_changer_ranges(): first is set before count. */
	u32 count = smp_load_acquire(&r->count);

	return address - r->first < count;
}

/* The type of the element at @address, 0: there is none. */
u32 dmx_element_type(struct dmx_changer *ch, u32 address)
{
	struct dmx_map *map;
	unsigned int i;
	u32 type = 0;

	for (i = 1; i < ARRAY_SIZE(ch->range); i++) {
		if (dmx_range_has(&ch->range[i], address))
			return i;
	}
	map = dmx_map_get(ch);
	for (i = 0; !type && i < map->nr; i++) {
		if (map->e[i].address == address)
			type = map->e[i].type;
	}
	dmx_map_put(map);
	return type;
}

/* The arm that is meant where none is named; 0 when nothing is known yet. */
u32 dmx_transport(struct dmx_changer *ch)
{
	const struct dmx_range *r = &ch->range[DISCMUX_ELEMENT_TRANSPORT];
	struct dmx_map *map;
	unsigned int i;
	u32 address = 0;

	/* Pairs with dmx_changer_ranges() */
	if (smp_load_acquire(&r->count))
		return r->first;
	map = dmx_map_get(ch);
	for (i = 0; i < map->nr && !address; i++) {
		if (map->e[i].type == DISCMUX_ELEMENT_TRANSPORT)
			address = map->e[i].address;
	}
	dmx_map_put(map);
	return address;
}

bool dmx_has_element(struct dmx_changer *ch, u32 address)
{
	return dmx_element_type(ch, address);
}

/* Drives that sit in element @address, or in any, must not be another's. */
static int dmx_check_drive(struct dmx_file *file, u32 address, bool any)
{
	struct dmx_mux *mux = file->mux;
	struct dmx_member *m;
	int ret = 0;

	mutex_lock(&mux->lock);
	list_for_each_entry(m, &mux->members, mux_link) {
		u32 element = READ_ONCE(m->element);

		if (element != DISCMUX_NONE && (any || element == address))
			ret = ret ?: dmx_member_mine(file, m);
	}
	mutex_unlock(&mux->lock);
	return ret;
}

/**
 * dmx_job_may() - the changer, and drives that get or lose a disc, must not be
 * another's
 * @m: the changer
 * @job: filled
 *
 * Return: 0, -EBUSY.
 */
int dmx_job_may(struct dmx_member *m, struct dmx_job *job)
{
	struct dmx_file *file = job->file;
	int ret = dmx_cdb_changes(job->cdb) ? dmx_member_mine(file, m) : 0;

	if (ret)
		return ret;
	switch (job->kind) {
	case DMX_JOB_MOVE:
		ret = dmx_check_drive(file, job->source, false);
		if (!ret && !(job->cdb[11] & DMX_MOVE_EJECT))
			ret = dmx_check_drive(file, job->destination, false);
		return ret;
	case DISCMUX_OP_EXCHANGE:
		ret = dmx_check_drive(file, job->source, false);
		ret = ret ?: dmx_check_drive(file, job->destination, false);
		return ret ?: dmx_check_drive(file, job->second, false);
	case DISCMUX_OP_REZERO:
		return job->cdb[1] & 0x02 ? dmx_check_drive(file, 0, true) : 0;
	case DISCMUX_OP_SELFTEST:
		return dmx_check_drive(file, 0, true);
	}
	return 0;
}

/**
 * dmx_changer_get() - a changer of the mux
 * @mux: the mux
 * @id: its number, DISCMUX_NONE: the first there is
 * @error: set when there is none
 */
struct dmx_member *dmx_changer_get(struct dmx_mux *mux, u32 id, int *error)
{
	struct dmx_member *m = id == DISCMUX_NONE ?
		dmx_member_by_role(mux, DISCMUX_ROLE_CHANGER) : dmx_member_get(mux, id);

	if (!m) {
		*error = -ENOENT;
	} else if (!m->changer) {
		*error = -EINVAL;
		dmx_member_put(m);
		m = NULL;
	}
	return m;
}

static int dmx_move_check(struct dmx_file *file, struct dmx_member *m,
			  struct discmux_move *arg)
{
	bool eject = arg->flags & DISCMUX_MOVE_EJECT;
	struct dmx_changer *ch = m->changer;

	if (!arg->transport)
		arg->transport = dmx_transport(ch);
	if (!dmx_has_element(ch, arg->transport) || !dmx_has_element(ch, arg->source))
		return -ENOENT;
	if (!eject && !dmx_has_element(ch, arg->destination))
		return -ENOENT;
	return dmx_member_mine(file, m);
}

static int dmx_move_check_fields(const struct discmux_move *arg)
{
	if (arg->flags & ~(DISCMUX_MOVE_INVERT | DISCMUX_MOVE_EJECT) || arg->__reserved)
		return -EOPNOTSUPP;
	if (arg->result_stride < DMX_RESULT_MIN || arg->result_stride > DMX_STRIDE_MAX ||
	    arg->timeout_ms > DMX_TIMEOUT_MAX)
		return -EINVAL;
	return arg->flags & DISCMUX_MOVE_EJECT && arg->destination ? -EINVAL : 0;
}

static int dmx_move(struct dmx_file *file, struct dmx_member *m,
		    const struct discmux_move *arg)
{
	struct dmx_job *job = dmx_job_alloc(file, DMX_JOB_MOVE, 12);
	int ret;

	if (!job)
		return -ENOMEM;
	job->cdb[0] = MOVE_MEDIUM;
	put_unaligned_be16(arg->transport, job->cdb + 2);
	put_unaligned_be16(arg->source, job->cdb + 4);
	put_unaligned_be16(arg->destination, job->cdb + 6);
	if (arg->flags & DISCMUX_MOVE_INVERT)
		job->cdb[10] = 1;
	if (arg->flags & DISCMUX_MOVE_EJECT)
		job->cdb[11] = DMX_MOVE_EJECT;
	job->mechanical = true;
	job->source = arg->source;
	job->destination = arg->destination;
	job->request.timeout_ms = arg->timeout_ms ?: DMX_MOVE_TIMEOUT;
	ret = dmx_job_may(m, job);
	if (!ret)
		ret = dmx_clear_results(arg->result, 1, arg->result_stride);
	if (!ret)
		ret = dmx_job_do(m, job, false);
	if (!ret)
		ret = dmx_put_array(arg->result, 0, arg->result_stride, &job->res,
				    sizeof(job->res));
	dmx_job_put(job);
	return ret;
}

int dmx_ioctl_move(struct dmx_call *call)
{
	struct discmux_move *arg = call->arg;
	int ret = dmx_move_check_fields(arg);
	struct dmx_member *m;

	if (ret)
		return ret;
	m = dmx_changer_get(call->file->mux, DISCMUX_NONE, &ret);
	if (!m)
		return ret;
	ret = dmx_move_check(call->file, m, arg);
	if (!ret)
		ret = dmx_move(call->file, m, arg);
	dmx_member_put(m);
	return ret;
}
