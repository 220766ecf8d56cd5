// SPDX-License-Identifier: GPL-2.0
/*
 * The queue of a changer: one command at a time, in the order they were asked
 * for.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "changer.h"

#define DMX_JOB_TRIES		4	/* unit attentions come first */
#define DMX_READY_MS		500	/* between two looks whether it is ready */

static void dmx_job_free(struct kref *ref)
{
	struct dmx_job *job = container_of(ref, struct dmx_job, ref);

	dmx_file_put(job->file);
	kvfree(job->buf);
	kfree(job);
}

void dmx_job_put(struct dmx_job *job)
{
	kref_put(&job->ref, dmx_job_free);
}

/**
 * dmx_job_alloc() - a job, not queued yet
 * @file: whose close drops it
 * @kind: what it is for
 * @cdb_len: bytes of its command
 */
struct dmx_job *dmx_job_alloc(struct dmx_file *file, u32 kind, u8 cdb_len)
{
	struct dmx_job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);

	if (!job)
		return NULL;
	kref_init(&job->ref);
	INIT_LIST_HEAD(&job->link);
	init_completion(&job->done);
	kref_get(&file->ref);
	job->file = file;
	job->owner = current->files;
	job->kind = kind;
	job->request.cdb = job->cdb;
	job->request.cdb_len = cdb_len;
	return job;
}

static void dmx_job_error(struct dmx_member *m, struct dmx_job *job, int error)
{
	memset(&job->res, 0, sizeof(job->res));
	job->res.member = m->id;
	job->res.error = -error;
}

/* A unit attention says that the command was not carried out: ask again. */
static void dmx_job_send(struct dmx_member *m, struct dmx_job *job)
{
	int tries = DMX_JOB_TRIES, ret;

	job->request.buf = job->buf;
	do {
		ret = dmx_request_run(m, &job->request, &job->res);
	} while (!ret && dmx_result_unit_attention(&job->res) && --tries);
	if (ret)
		dmx_job_error(m, job, ret);
}

/* Which counter tells of a job, besides the times: DMX_C_MEMBER_MAX is none. */
static enum dmx_counter dmx_job_counter(struct dmx_member *m, struct dmx_job *job)
{
	static const enum dmx_counter to[] = {
		[0] = DMX_C_MOVES_TO_SLOT,	/* DISCMUX_MOVE_EJECT */
		[DISCMUX_ELEMENT_TRANSPORT] = DMX_C_MEMBER_MAX,
		[DISCMUX_ELEMENT_STORAGE] = DMX_C_MOVES_TO_SLOT,
		[DISCMUX_ELEMENT_IMPORT_EXPORT] = DMX_C_MOVES_TO_MAIL,
		[DISCMUX_ELEMENT_DATA_TRANSFER] = DMX_C_MOVES_TO_DRIVE,
		[DISCMUX_ELEMENT_LABEL_PRINT] = DMX_C_MOVES_TO_PRINTER,
	};

	switch (job->kind) {
	case DMX_JOB_MOVE:
		dmx_count(m, DMX_C_MOVES, 1);
		return to[dmx_element_type(m->changer, job->destination)];
	case DISCMUX_OP_INITIALIZE:
		return DMX_C_INITIALIZATIONS;
	case DISCMUX_OP_POSITION:
		return DMX_C_POSITIONS;
	case DISCMUX_OP_EXCHANGE:
		return DMX_C_EXCHANGES;
	case DISCMUX_OP_REZERO:
		return DMX_C_REZEROS;
	case DISCMUX_OP_SELFTEST:
		return DMX_C_SELFTESTS;
	}
	return DMX_C_MEMBER_MAX;
}

static void dmx_job_count(struct dmx_member *m, struct dmx_job *job, s64 ms)
{
	enum dmx_counter kind = dmx_job_counter(m, job);

	if (kind < DMX_C_MEMBER_MAX)
		dmx_count(m, kind, 1);
	dmx_count(m, DMX_C_MOVE_BUSY_MS, ms);
	dmx_counter_max(&m->counter[DMX_C_LONGEST_MOVE_MS], ms);
	if (dmx_result_good(&job->res))
		return;
	dmx_log_failure(m, job->kind == DMX_JOB_MOVE ? "MOVE MEDIUM" : "changer operation",
			&job->res);
	dmx_count(m, DMX_C_MOVE_ERRORS, 1);
}

/*
 * After a command that was only accepted: the arm moves until the changer says
 * that it is ready.
 */
static void dmx_job_wait_ready(struct dmx_member *m, struct dmx_job *job)
{
	static const u8 cdb[6] = { TEST_UNIT_READY };
	unsigned long until = jiffies + msecs_to_jiffies(job->request.timeout_ms);
	struct discmux_result res;

	complete(&job->done);
	do {
		if (dmx_command(m, cdb, sizeof(cdb), NULL, 0, DMX_READY_MS * 10, &res) ||
		    res.error == ENODEV)
			return;
		if (!res.error && !dmx_result_not_ready(&res) &&
		    !dmx_result_unit_attention(&res))
			return;
		msleep(DMX_READY_MS);
	} while (time_before(jiffies, until));
}

static void dmx_job_run(struct dmx_member *m, struct dmx_job *job)
{
	struct dmx_mux *mux = READ_ONCE(m->mux);
	ktime_t start = ktime_get();
	bool immed;
	int ret;

	if (!mux) {
		dmx_job_error(m, job, -ENODEV);
		return;
	}
	if (job->kind != DMX_JOB_PAGE)
		dmx_event_job(mux, m, job, true);
	/* Somebody may have claimed the changer or a drive since the job was queued. */
	ret = dmx_job_may(m, job);
	if (ret)
		dmx_job_error(m, job, ret);
	else
		dmx_job_send(m, job);
	immed = job->immed && dmx_result_good(&job->res);
	if (immed)
		dmx_job_wait_ready(m, job);
	if (job->mechanical)
		dmx_job_count(m, job, ktime_ms_delta(ktime_get(), start));
	/* What the arm really did, above all after a failure, is asked. */
	if (job->mechanical)
		dmx_changer_refresh(m);
	if (job->kind != DMX_JOB_PAGE)
		dmx_event_job(mux, m, job, false);
}

static bool dmx_may_move(struct dmx_changer *ch)
{
	bool may;

	spin_lock(&ch->lock);
	may = ch->mech == DMX_MECH_IDLE && !ch->held;
	if (may)
		ch->mech = DMX_MECH_MOVING;
	spin_unlock(&ch->lock);
	return may;
}

/**
 * dmx_jobs_hold() - let no further job begin, and wait for the one under way
 * @ch: the changer
 * @ms: how long at most
 *
 * Return: 0, -EINTR; whether the arm came to rest is the same to a reset.
 */
int dmx_jobs_hold(struct dmx_changer *ch, unsigned int ms)
{
	long ret;

	spin_lock(&ch->lock);
	ch->held++;
	spin_unlock(&ch->lock);
	ret = wait_event_killable_timeout(ch->wait,
					  READ_ONCE(ch->mech) != DMX_MECH_MOVING,
					  msecs_to_jiffies(ms));
	return ret < 0 ? -EINTR : 0;
}

/* After dmx_jobs_hold(), whatever it returned. */
void dmx_jobs_go_on(struct dmx_changer *ch)
{
	spin_lock(&ch->lock);
	ch->held--;
	spin_unlock(&ch->lock);
	wake_up_all(&ch->wait);
}

/* The next job, for which the arm stays taken; NULL: none, and it is idle. */
static struct dmx_job *dmx_job_next(struct dmx_changer *ch)
{
	struct dmx_job *job;

	wait_event(ch->wait, dmx_may_move(ch));
	spin_lock(&ch->lock);
	job = list_first_entry_or_null(&ch->jobs, struct dmx_job, link);
	if (job)
		list_del_init(&job->link);
	else
		ch->mech = DMX_MECH_IDLE;
	spin_unlock(&ch->lock);
	wake_up_all(&ch->wait);
	return job;
}

/*
 * One work for all jobs of a changer: it never runs twice at a time.  Each
 * time it is queued it owns a reference to the member and to the module.
 */
void dmx_jobs_work(struct work_struct *work)
{
	struct dmx_changer *ch = container_of(work, struct dmx_changer, work);
	struct dmx_job *job;

	while ((job = dmx_job_next(ch))) {
		dmx_job_run(ch->member, job);
		spin_lock(&ch->lock);
		ch->mech = DMX_MECH_IDLE;
		ch->pending--;
		ch->moving -= job->mechanical;
		spin_unlock(&ch->lock);
		wake_up_all(&ch->wait);
		complete(&job->done);
		dmx_job_put(job);
	}
	dmx_member_put(ch->member);
	module_put(THIS_MODULE);
}

/* -EAGAIN when it would have to wait for something that moves, and is not to. */
static int dmx_job_queue(struct dmx_member *m, struct dmx_job *job, bool nowait)
{
	struct dmx_changer *ch = m->changer;
	bool wait;

	spin_lock(&ch->lock);
	wait = nowait && ch->moving;
	if (!wait) {
		kref_get(&job->ref);
		list_add_tail(&job->link, &ch->jobs);
		ch->pending++;
		ch->moving += job->mechanical;
	}
	spin_unlock(&ch->lock);
	if (wait)
		return -EAGAIN;

	kref_get(&m->ref);
	__module_get(THIS_MODULE);
	if (!queue_work(dmx_slow_wq, &ch->work)) {
		/* Pending already, and it has its references. */
		dmx_member_put(m);
		module_put(THIS_MODULE);
	}
	return 0;
}

/* Takes a job that has not begun out of the queue; its reference with it. */
static void dmx_job_unlink(struct dmx_changer *ch, struct dmx_job *job,
			   struct list_head *dropped)
{
	lockdep_assert_held(&ch->lock);
	list_move_tail(&job->link, dropped);
	job->dropped = true;
	ch->pending--;
	ch->moving -= job->mechanical;
}

static void dmx_jobs_end(struct dmx_changer *ch, struct list_head *dropped)
{
	struct dmx_job *job, *next;

	list_for_each_entry_safe(job, next, dropped, link) {
		list_del_init(&job->link);
		complete(&job->done);
		dmx_job_put(job);
	}
	wake_up_all(&ch->wait);
}

/* Drops the job when it has not begun; otherwise the arm finishes it. */
static void dmx_job_cancel(struct dmx_changer *ch, struct dmx_job *job)
{
	LIST_HEAD(dropped);

	spin_lock(&ch->lock);
	if (!job->dropped && !list_empty(&job->link))
		dmx_job_unlink(ch, job, &dropped);
	spin_unlock(&ch->lock);
	dmx_jobs_end(ch, &dropped);
}

static void dmx_jobs_drop_of(struct dmx_changer *ch, struct dmx_file *file,
			     fl_owner_t owner)
{
	struct dmx_job *job, *next;
	LIST_HEAD(dropped);

	spin_lock(&ch->lock);
	list_for_each_entry_safe(job, next, &ch->jobs, link) {
		if (job->file == file && job->owner == owner)
			dmx_job_unlink(ch, job, &dropped);
	}
	spin_unlock(&ch->lock);
	dmx_jobs_end(ch, &dropped);
}

/* A descriptor of @file was closed: what @owner has waiting is not wanted. */
void dmx_jobs_drop(struct dmx_file *file, fl_owner_t owner)
{
	struct dmx_mux *mux = file->mux;
	struct dmx_member *m;

	mutex_lock(&mux->lock);
	list_for_each_entry(m, &mux->members, mux_link) {
		if (m->changer)
			dmx_jobs_drop_of(m->changer, file, owner);
	}
	mutex_unlock(&mux->lock);
}

/**
 * dmx_job_do() - queue a job and wait for its end
 * @m: a changer
 * @job: filled; the caller keeps its reference
 * @nowait: -EAGAIN when something is before it
 *
 * Return: 0 with a result, -EAGAIN, -ECANCELED when it was dropped, -EINTR
 * when a fatal signal came: then the job is dropped, or ends on its own.
 */
int dmx_job_do(struct dmx_member *m, struct dmx_job *job, bool nowait)
{
	int ret = dmx_job_queue(m, job, nowait);

	if (ret)
		return ret;
	if (wait_for_completion_killable(&job->done)) {
		dmx_job_cancel(m->changer, job);
		return -EINTR;
	}
	return job->dropped ? -ECANCELED : 0;
}
