// SPDX-License-Identifier: GPL-2.0
/*
 * One SCSI command, and batches of commands that run side by side.
 *
 * The midlayer's own helpers put commands at the head of the queue and wait
 * uninterruptibly; these go to the tail and are waited for killable.  What a
 * command brought is copied when it ends, and its request given back at once:
 * others wait for the tag, and for the queue when the device is unplugged,
 * not for the slowest command of a group.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/blk-mq.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>

#include "command.h"

#define DMX_GARBLED_RETRIES	3	/* times a read is sent again */

static struct kmem_cache *dmx_batches;	/* of more than one command */

static enum rq_end_io_ret dmx_cmd_end_io(struct request *rq, blk_status_t status)
{
	struct scsi_cmnd *scmd = blk_mq_rq_to_pdu(rq);
	struct dmx_cmd *cmd = rq->end_io_data;

	cmd->end = ktime_get();
	cmd->blk_status = status;
	cmd->result = scmd->result;
	cmd->resid = scmd->resid_len;
	cmd->sense_len = min_t(u32, scmd->sense_len, sizeof(cmd->sense));
	if (cmd->sense_len)
		memcpy(cmd->sense, scmd->sense_buffer, cmd->sense_len);
	if (cmd->bytes)
		bio_uninit(&cmd->bio);
	/* Who hears that it has ended finds the tag free. */
	blk_mq_free_request(rq);
	cmd->done(cmd);
	return RQ_END_IO_NONE;
}

/* For message.c, which looks at what is in flight. */
bool dmx_cmd_is_ours(const struct request *rq)
{
	return rq->end_io == dmx_cmd_end_io;
}

/*
 * Each entry of the table is a segment: it never exceeds what one may be
 * (table.c), so nobody need go through the table again for each device, as
 * blk_rq_append_bio() would.
 */
static int dmx_cmd_attach_data(struct dmx_cmd *cmd, struct request *rq,
			       struct dmx_data *data)
{
	struct request_queue *q = rq->q;

	if (data->nr > queue_max_segments(q) ||
	    data->bytes >> SECTOR_SHIFT > queue_max_hw_sectors(q))
		return -EINVAL;
	bio_init(&cmd->bio, NULL, data->table, data->nr,
		 data->out ? REQ_OP_DRV_OUT : REQ_OP_DRV_IN);
	cmd->bio.bi_vcnt = data->nr;
	cmd->bio.bi_iter.bi_size = data->bytes;
	blk_rq_bio_prep(rq, &cmd->bio, data->nr);
	return 0;
}

/**
 * dmx_cmd_submit() - send a command; cmd->done() is called when it has ended
 * @cmd: member, cdb, cdb_len and done are set
 * @data: what it transfers, NULL for nothing; stays until the command ended
 * @timeout_ms: for the command, not for this call, which never waits
 *
 * Return: 0; -EAGAIN when the device takes no further command now; -ENODEV;
 * -EINVAL when the data does not fit the device's queue.
 */
int dmx_cmd_submit(struct dmx_cmd *cmd, struct dmx_data *data, u32 timeout_ms)
{
	struct dmx_member *m = cmd->member;
	blk_opf_t opf = data && data->out ? REQ_OP_DRV_OUT : REQ_OP_DRV_IN;
	struct scsi_cmnd *scmd;
	struct request *rq;
	int ret;

	if (dmx_member_dead(m))
		return -ENODEV;
	if (!cmd->own)
		dmx_sense_clear(m);
	rq = scsi_alloc_request(m->sdev->request_queue, opf | REQ_FAILFAST_MASK,
				BLK_MQ_REQ_NOWAIT);
	if (IS_ERR(rq)) {
		ret = PTR_ERR(rq);
		return ret == -EBUSY ? -EAGAIN : ret;
	}
	cmd->bytes = data ? data->bytes : 0;
	if (cmd->bytes) {
		ret = dmx_cmd_attach_data(cmd, rq, data);
		if (ret) {
			blk_mq_free_request(rq);
			return ret;
		}
	}
	scmd = blk_mq_rq_to_pdu(rq);
	scmd->cmd_len = cmd->cdb_len;
	memcpy(scmd->cmnd, cmd->cdb, cmd->cdb_len);
	scmd->allowed = 0;	/* a sequential WRITE must not be repeated */
	rq->timeout = msecs_to_jiffies(timeout_ms);
	rq->rq_flags |= RQF_QUIET;
	rq->end_io = dmx_cmd_end_io;
	rq->end_io_data = cmd;
	dmx_count(m, DMX_C_COMMANDS, 1);
	cmd->unread = true;
	cmd->tries++;
	cmd->start = ktime_get();
	blk_execute_rq_nowait(rq, false);
	return 0;
}

/* The errno of a command that brought no SCSI status back, 0 for one that did. */
static int dmx_cmd_errno(struct dmx_cmd *cmd)
{
	if (host_byte(cmd->result) == DID_OK &&
	    (cmd->blk_status == BLK_STS_OK || cmd->result))
		return 0;
	if (dmx_member_dead(cmd->member))
		return -ENODEV;
	if (ktime_before(cmd->start, READ_ONCE(cmd->member->aborted)))
		return -ECANCELED;	/* DISCMUX_IOC_MESSAGE told it to end */
	switch (host_byte(cmd->result)) {
	case DID_OK:
		return blk_status_to_errno(cmd->blk_status);
	case DID_NO_CONNECT:
	case DID_BAD_TARGET:
		return -ENODEV;
	case DID_TIME_OUT:
		return -ETIMEDOUT;
	case DID_ABORT:
		return -ECANCELED;
	}
	return -EIO;
}

/* Keeps what a command tells about the device beyond its own result. */
static void dmx_cmd_keep(struct dmx_cmd *cmd, const struct discmux_result *res)
{
	struct dmx_member *m = cmd->member;

	if (!res->sense_len)
		return;
	spin_lock_irq(&m->lock);
	m->last = *res;
	if (!cmd->own)
		dmx_sense_keep(m, res);
	spin_unlock_irq(&m->lock);
}

/**
 * dmx_cmd_attention() - tell of a unit attention, if that is what a result is
 * @m: the member
 * @res: what dmx_cmd_reap() gave
 *
 * Events may wait for memory, so this is not for a stream's thread.
 */
void dmx_cmd_attention(struct dmx_member *m, const struct discmux_result *res)
{
	if (!dmx_result_unit_attention(res))
		return;
	dmx_changer_stale(m);
	/* The attention is consumed here: without this sr would miss it. */
	if (m->sdev->removable)
		m->sdev->changed = 1;
	if (dmx_result_medium_changed(res))
		dmx_medium_changed(m);
	else
		dmx_event_attention(m, res);
}

/**
 * dmx_cmd_reap() - take the result
 * @cmd: has ended
 * @res: filled; dmx_cmd_attention() is to see it as well
 */
void dmx_cmd_reap(struct dmx_cmd *cmd, struct discmux_result *res)
{
	struct dmx_member *m = cmd->member;
	s64 us = ktime_us_delta(cmd->end, cmd->start);

	memset(res, 0, sizeof(*res));
	res->member = m->id;
	res->error = -dmx_cmd_errno(cmd);
	res->duration_us = min_t(s64, us, U32_MAX);
	res->resid = res->error ? cmd->bytes : cmd->resid;
	if (!res->error) {
		res->status = cmd->result & 0xff;
		res->sense_len = cmd->sense_len;
		memcpy(res->sense, cmd->sense, cmd->sense_len);
	}
	cmd->unread = false;
	dmx_counter_max(&m->counter[DMX_C_LONGEST_COMMAND_US], us);
	if (dmx_result_recovered(res))
		dmx_count(m, DMX_C_RECOVERED, 1);
	dmx_cmd_keep(cmd, res);
}

/**
 * dmx_cmd_reap_good() - dmx_cmd_reap() for a command that has nothing to tell
 * @cmd: has ended
 * @us: its time, microseconds
 * @resid: bytes not transferred, as the transport says; some bridges are wrong
 *
 * Return: whether it was good; if not, dmx_cmd_reap() is to be called.
 */
bool dmx_cmd_reap_good(struct dmx_cmd *cmd, u32 *us, u32 *resid)
{
	if (cmd->blk_status != BLK_STS_OK || cmd->result)
		return false;
	*us = min_t(s64, ktime_us_delta(cmd->end, cmd->start), U32_MAX);
	*resid = cmd->resid;
	cmd->unread = false;
	dmx_counter_max(&cmd->member->counter[DMX_C_LONGEST_COMMAND_US], *us);
	return true;
}

static void dmx_batch_reap(struct dmx_batch_cmd *c, struct discmux_result *res)
{
	dmx_cmd_reap(&c->cmd, res);
	dmx_cmd_attention(c->cmd.member, res);
}

static void dmx_batch_free(struct work_struct *work)
{
	struct dmx_batch *batch = container_of(work, struct dmx_batch, free_work);
	struct discmux_result res;
	unsigned int i;

	for (i = 0; i < batch->nr; i++) {
		struct dmx_batch_cmd *c = &batch->c[i];

		if (c->cmd.unread)
			dmx_batch_reap(c, &res);
		if (c->begun)
			dmx_member_end(c->cmd.member);
		if (c->claimed)
			dmx_unclaim(c->cmd.member);
		if (c->cmd.member)
			dmx_member_put(c->cmd.member);
	}
	if (batch->release)
		batch->release(batch);
	if (batch->nr > 1)
		kmem_cache_free(dmx_batches, batch);
	else
		kfree(batch);
	module_put(THIS_MODULE);
}

/* In process context: frees at once when nothing is in flight. */
void dmx_batch_put(struct dmx_batch *batch)
{
	if (refcount_dec_and_test(&batch->ref))
		dmx_batch_free(&batch->free_work);
}

static void dmx_batch_one_done(struct dmx_batch *batch)
{
	if (!atomic_dec_and_test(&batch->remaining))
		return;
	complete(&batch->done);
	/* The waiter was killed: what is left is freed where it may sleep. */
	if (refcount_dec_and_test(&batch->ref))
		queue_work(dmx_slow_wq, &batch->free_work);
}

static void dmx_batch_cmd_done(struct dmx_cmd *cmd)
{
	struct dmx_batch_cmd *c = container_of(cmd, struct dmx_batch_cmd, cmd);

	if (c->entered)
		dmx_member_leave(cmd->member);
	dmx_batch_one_done(c->batch);
}

/* That there is one keeps kernels that zero all memory from zeroing this. */
static void dmx_batch_ctor(void *batch)
{
}

int dmx_batches_init(void)
{
	size_t size = struct_size((struct dmx_batch *)NULL, c, DISCMUX_MAX_TARGETS);

	dmx_batches = kmem_cache_create("discmux_batch", size, 0, 0, dmx_batch_ctor);
	return dmx_batches ? 0 : -ENOMEM;
}

/* No batch is left. */
void dmx_batches_exit(void)
{
	kmem_cache_destroy(dmx_batches);
}

/**
 * dmx_batch_alloc() - a batch of commands
 * @nr: how many, at most DISCMUX_MAX_TARGETS
 *
 * The caller fills member (a reference that the batch takes over), cdb,
 * cdb_len and data of each, sets error where one is not to be sent, then
 * calls dmx_batch_run() and finally dmx_batch_put().
 */
struct dmx_batch *dmx_batch_alloc(unsigned int nr)
{
	struct dmx_batch *batch;
	unsigned int i;

	if (nr > 1)
		batch = kmem_cache_alloc(dmx_batches, GFP_KERNEL);
	else
		batch = kmalloc(struct_size(batch, c, 1), GFP_KERNEL);
	if (!batch)
		return NULL;
	memset(batch, 0, offsetof(struct dmx_batch, c));
	__module_get(THIS_MODULE);
	refcount_set(&batch->ref, 1);
	atomic_set(&batch->remaining, 1);
	init_completion(&batch->done);
	INIT_WORK(&batch->free_work, dmx_batch_free);
	batch->nr = nr;
	for (i = 0; i < nr; i++) {
		memset(&batch->c[i], 0, offsetof(struct dmx_batch_cmd, cmd.sense));
		batch->c[i].batch = batch;
		batch->c[i].cmd.done = dmx_batch_cmd_done;
	}
	return batch;
}

/* -EBUSY when the member is another's now. */
static int dmx_batch_send(struct dmx_batch *batch, struct dmx_batch_cmd *c, u32 timeout_ms)
{
	int ret = batch->file ? dmx_member_enter(batch->file, c->cmd.member) : 0;

	if (ret)
		return ret;
	c->entered = batch->file;
	if (dmx_cdb_rewrites(c->cmd.cdb))
		dmx_medium_rewritten(c->cmd.member);
	ret = dmx_cmd_submit(&c->cmd, &c->data, timeout_ms);
	if (ret && batch->file)
		dmx_member_leave(c->cmd.member);
	return ret;
}

/* Sends what can be sent now; returns how many have to be tried again. */
static unsigned int dmx_batch_pass(struct dmx_batch *batch, u32 timeout_ms)
{
	unsigned int i, again = 0;

	for (i = 0; i < batch->nr; i++) {
		struct dmx_batch_cmd *c = &batch->c[i];

		if (c->sent || c->error)
			continue;
		atomic_inc(&batch->remaining);
		c->error = dmx_batch_send(batch, c, timeout_ms);
		if (!c->error) {
			c->sent = true;
			continue;
		}
		atomic_dec(&batch->remaining);
		if (c->error == -EAGAIN) {
			c->error = 0;
			again++;
		}
	}
	return again;
}

static void dmx_batch_give_up(struct dmx_batch *batch, int error)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++) {
		if (!batch->c[i].sent && !batch->c[i].error)
			batch->c[i].error = error;
	}
}

static void dmx_batch_begin(struct dmx_batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++) {
		struct dmx_batch_cmd *c = &batch->c[i];

		if (c->error || c->claimed)
			continue;
		c->error = dmx_member_begin(c->cmd.member);
		c->begun = !c->error;
	}
}

/* Sends what was not sent yet and waits for it. */
static int dmx_batch_round(struct dmx_batch *batch, u32 timeout_ms)
{
	unsigned long until = jiffies + msecs_to_jiffies(timeout_ms);
	int ret = 0;

	atomic_set(&batch->remaining, 1);
	reinit_completion(&batch->done);
	refcount_inc(&batch->ref);
	while (dmx_batch_pass(batch, timeout_ms)) {
		schedule_timeout_killable(1);
		if (fatal_signal_pending(current)) {
			dmx_batch_give_up(batch, -EINTR);
			ret = -EINTR;
		} else if (time_after(jiffies, until)) {
			dmx_batch_give_up(batch, -EBUSY);
		}
	}
	dmx_batch_one_done(batch);
	if (wait_for_completion_killable(&batch->done))
		ret = -EINTR;
	return ret;
}

static bool dmx_cmd_garbled(struct dmx_cmd *cmd)
{
	return (cmd->blk_status != BLK_STS_OK || cmd->result) &&
	       dmx_sense_garbled(cmd->sense, cmd->sense_len);
}

/* What may be sent once more is made ready for it; returns how many. */
static unsigned int dmx_batch_again(struct dmx_batch *batch)
{
	struct discmux_result res;
	unsigned int i, again = 0;

	for (i = 0; i < batch->nr; i++) {
		struct dmx_cmd *cmd = &batch->c[i].cmd;

		if (!cmd->unread || cmd->tries > DMX_GARBLED_RETRIES ||
		    !dmx_cdb_repeatable(cmd->cdb) || !dmx_cmd_garbled(cmd))
			continue;
		dmx_batch_reap(&batch->c[i], &res);
		batch->c[i].sent = false;
		dmx_count(cmd->member, DMX_C_RETRIES, 1);
		again++;
	}
	return again;
}

/**
 * dmx_batch_run() - send all commands of a batch and wait for them
 * @batch: filled
 * @timeout_ms: for each command; as long a busy device is waited for
 *
 * A command that only reads and did not get through is sent again.
 *
 * Return: 0 when each command has a result; -EINTR when a fatal signal came:
 * what was sent goes on, and what it needs lives as long.
 */
int dmx_batch_run(struct dmx_batch *batch, u32 timeout_ms)
{
	int ret;

	dmx_batch_begin(batch);
	do {
		ret = dmx_batch_round(batch, timeout_ms);
	} while (!ret && dmx_batch_again(batch));
	return ret;
}

/* After dmx_batch_run() returned 0; once for each command. */
void dmx_batch_result(struct dmx_batch *batch, unsigned int i,
		      struct discmux_result *res)
{
	struct dmx_batch_cmd *c = &batch->c[i];

	if (c->cmd.unread) {
		dmx_batch_reap(c, res);
		return;
	}
	memset(res, 0, sizeof(*res));
	res->member = c->cmd.member->id;
	res->error = -c->error;
	res->resid = c->data.bytes;
}
