// SPDX-License-Identifier: GPL-2.0
/*
 * DISCMUX_IOC_MOVE: one move at a time, in the order they were asked for.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "changer.h"

#define DMX_MOVE_TIMEOUT	300000		/* ms */
#define DMX_TIMEOUT_MAX		86400000	/* ms */
#define DMX_MOVE_TRIES		4		/* unit attentions come first */

/* One move; the caller and the queue hold a reference each. */
struct dmx_job {
	struct kref ref;
	struct list_head link;
	struct discmux_move arg;
	bool cancelled;		/* its caller was killed; under changer->lock */
	struct completion done;
	struct discmux_result res;
};

static void dmx_job_free(struct kref *ref)
{
	kfree(container_of(ref, struct dmx_job, ref));
}

/* A unit attention says that the command was not carried out: ask again. */
static void dmx_move_send(struct dmx_member *m, struct dmx_job *job)
{
	const struct discmux_move *arg = &job->arg;
	u8 cdb[12] = { MOVE_MEDIUM };
	int tries = DMX_MOVE_TRIES, ret;

	put_unaligned_be16(arg->transport, cdb + 2);
	put_unaligned_be16(arg->source, cdb + 4);
	put_unaligned_be16(arg->destination, cdb + 6);
	if (arg->flags & DISCMUX_MOVE_INVERT)
		cdb[10] = 1;
	if (arg->flags & DISCMUX_MOVE_EJECT)
		cdb[11] = 0x40;
	do {
		ret = dmx_command(m, cdb, sizeof(cdb), NULL, 0,
				  arg->timeout_ms ?: DMX_MOVE_TIMEOUT, &job->res);
	} while (!ret && dmx_result_unit_attention(&job->res) && --tries);
	if (ret) {
		memset(&job->res, 0, sizeof(job->res));
		job->res.member = m->id;
		job->res.error = -ret;
	}
}

static void dmx_move_run(struct dmx_member *m, struct dmx_job *job)
{
	struct dmx_mux *mux = READ_ONCE(m->mux);
	ktime_t start = ktime_get();
	s64 ms;

	if (!mux) {
		job->res.error = ENODEV;
		return;
	}
	dmx_event_move(DISCMUX_EVENT_MOVE_STARTED, mux, m->id, job->arg.source,
		       job->arg.destination, NULL);
	dmx_move_send(m, job);
	ms = ktime_ms_delta(ktime_get(), start);
	dmx_count(m, DMX_C_MOVES, 1);
	dmx_count(m, DMX_C_MOVE_BUSY_MS, ms);
	dmx_counter_max(&m->counter[DMX_C_LONGEST_MOVE_MS], ms);
	if (!dmx_result_good(&job->res)) {
		dmx_log_failure(m, "MOVE MEDIUM", &job->res);
		dmx_count(m, DMX_C_MOVE_ERRORS, 1);
	}
	/* What the arm really did, above all after a failure, is asked. */
	dmx_changer_refresh(m);
	dmx_event_move(DISCMUX_EVENT_MOVE_DONE, mux, m->id, job->arg.source,
		       job->arg.destination, &job->res);
}

static bool dmx_may_move(struct dmx_changer *ch)
{
	bool may;

	spin_lock(&ch->lock);
	may = ch->mech == DMX_MECH_IDLE;
	if (may)
		ch->mech = DMX_MECH_MOVING;
	spin_unlock(&ch->lock);
	return may;
}

static struct dmx_job *dmx_job_next(struct dmx_changer *ch)
{
	struct dmx_job *job;

	spin_lock(&ch->lock);
	job = list_first_entry_or_null(&ch->jobs, struct dmx_job, link);
	if (job)
		list_del_init(&job->link);
	spin_unlock(&ch->lock);
	return job;
}

static void dmx_move_one(struct dmx_changer *ch, struct dmx_job *job)
{
	wait_event(ch->wait, dmx_may_move(ch));
	if (!READ_ONCE(job->cancelled))
		dmx_move_run(ch->member, job);
	spin_lock(&ch->lock);
	ch->mech = DMX_MECH_IDLE;
	ch->pending--;
	spin_unlock(&ch->lock);
	wake_up_all(&ch->wait);
	complete(&job->done);
	kref_put(&job->ref, dmx_job_free);
}

/*
 * One work for all moves of a changer: it never runs twice at a time.  Each
 * time it is queued it owns a reference to the member and to the module.
 */
void dmx_moves_work(struct work_struct *work)
{
	struct dmx_changer *ch = container_of(work, struct dmx_changer, work);
	struct dmx_job *job;

	while ((job = dmx_job_next(ch)))
		dmx_move_one(ch, job);
	dmx_member_put(ch->member);
	module_put(THIS_MODULE);
}

static void dmx_job_queue(struct dmx_member *m, struct dmx_job *job)
{
	struct dmx_changer *ch = m->changer;

	kref_get(&job->ref);
	spin_lock(&ch->lock);
	list_add_tail(&job->link, &ch->jobs);
	ch->pending++;
	spin_unlock(&ch->lock);

	kref_get(&m->ref);
	__module_get(THIS_MODULE);
	if (!queue_work(dmx_slow_wq, &ch->work)) {
		/* Pending already, and it has its references. */
		dmx_member_put(m);
		module_put(THIS_MODULE);
	}
}

static bool dmx_in_range(const struct dmx_changer *ch, u32 address)
{
	unsigned int i;

	for (i = 1; i < ARRAY_SIZE(ch->range); i++) {
		if (address - ch->range[i].first < ch->range[i].count)
			return true;
	}
	return false;
}

static bool dmx_has_element(struct dmx_changer *ch, u32 address)
{
	struct dmx_map *map = dmx_map_get(ch);
	bool found = dmx_in_range(ch, address);
	unsigned int i;

	for (i = 0; !found && i < map->nr; i++)
		found = map->e[i].address == address;
	dmx_map_put(map);
	return found;
}

/* The drive at @address, if one is tied to it, must not be another's. */
static int dmx_move_check_drive(struct dmx_file *file, u32 address)
{
	static const u8 move[] = { MOVE_MEDIUM };
	struct dmx_mux *mux = file->mux;
	struct dmx_member *m;
	int ret = 0;

	mutex_lock(&mux->lock);
	list_for_each_entry(m, &mux->members, mux_link) {
		if (READ_ONCE(m->element) == address)
			ret = ret ?: dmx_member_may(file, m, move);
	}
	mutex_unlock(&mux->lock);
	return ret;
}

static int dmx_move_check(struct dmx_file *file, struct dmx_member *m,
			  struct discmux_move *arg)
{
	static const u8 move[] = { MOVE_MEDIUM };
	struct dmx_changer *ch = m->changer;
	bool eject = arg->flags & DISCMUX_MOVE_EJECT;
	int ret;

	if (!arg->transport)
		arg->transport = ch->range[DISCMUX_ELEMENT_TRANSPORT].first;
	if (!dmx_has_element(ch, arg->transport) || !dmx_has_element(ch, arg->source))
		return -ENOENT;
	if (!eject && !dmx_has_element(ch, arg->destination))
		return -ENOENT;
	ret = dmx_member_may(file, m, move);
	if (!ret)
		ret = dmx_move_check_drive(file, arg->source);
	if (!ret && !eject)
		ret = dmx_move_check_drive(file, arg->destination);
	return ret;
}

static int dmx_move_check_fields(const struct discmux_move *arg)
{
	if (arg->flags & ~(DISCMUX_MOVE_INVERT | DISCMUX_MOVE_EJECT) || arg->__reserved)
		return -EOPNOTSUPP;
	if (arg->result_stride < DMX_RESULT_MIN || arg->result_stride > PAGE_SIZE ||
	    arg->timeout_ms > DMX_TIMEOUT_MAX)
		return -EINVAL;
	return arg->flags & DISCMUX_MOVE_EJECT && arg->destination ? -EINVAL : 0;
}

/* Drops the job when it has not begun; otherwise the arm finishes it. */
static void dmx_job_cancel(struct dmx_changer *ch, struct dmx_job *job)
{
	spin_lock(&ch->lock);
	WRITE_ONCE(job->cancelled, true);
	spin_unlock(&ch->lock);
}

static int dmx_move_wait(struct dmx_member *m, const struct discmux_move *arg)
{
	struct dmx_job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);
	int ret = 0;

	if (!job)
		return -ENOMEM;
	kref_init(&job->ref);
	init_completion(&job->done);
	job->arg = *arg;
	dmx_job_queue(m, job);
	if (wait_for_completion_killable(&job->done)) {
		dmx_job_cancel(m->changer, job);
		ret = -EINTR;
	} else {
		ret = dmx_put_array(arg->result, 0, arg->result_stride, &job->res,
				    sizeof(job->res));
	}
	kref_put(&job->ref, dmx_job_free);
	return ret;
}

int dmx_ioctl_move(struct dmx_call *call)
{
	struct discmux_move *arg = call->arg;
	int ret = dmx_move_check_fields(arg);
	struct dmx_member *m;

	if (ret)
		return ret;
	m = dmx_member_by_role(call->file->mux, DISCMUX_ROLE_CHANGER);
	if (!m)
		return -ENOENT;
	ret = dmx_move_check(call->file, m, arg);
	if (!ret)
		ret = dmx_clear_results(arg->result, 1, arg->result_stride);
	if (!ret)
		ret = dmx_move_wait(m, arg);
	dmx_member_put(m);
	return ret;
}
