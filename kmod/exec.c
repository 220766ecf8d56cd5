// SPDX-License-Identifier: GPL-2.0
/*
 * DISCMUX_IOC_EXEC: one CDB to one or many members at once.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "command.h"

#define DMX_EXEC_TIMEOUT	30000		/* ms */

#define DMX_BLOCK_MIN		offsetof(struct discmux_status_block, sense)

/*
 * One buffer for all targets (data-out) or one each (data-in): ours, or the
 * user's own pages.
 */
struct dmx_exec_data {
	void *buf;
	struct bio_vec *table;
	struct page **pages;
	unsigned int nr_pages;
};

static int dmx_exec_check_sizes(const struct discmux_exec *arg)
{
	bool one = arg->direction == DISCMUX_DIR_OUT;
	bool none = arg->direction == DISCMUX_DIR_NONE;

	if (arg->direction > DISCMUX_DIR_OUT || none == !!arg->data_len)
		return -EINVAL;
	if (arg->nr_targets > DISCMUX_MAX_TARGETS || arg->data_len > DMX_MAX_DATA)
		return -EMSGSIZE;
	if (!one && (u64)arg->data_len * arg->nr_targets > DMX_MAX_EXEC_BYTES)
		return -EMSGSIZE;
	return 0;
}

static int dmx_exec_check(const struct discmux_exec *arg)
{
	unsigned int i;

	if (arg->flags)
		return -EOPNOTSUPP;
	if (arg->cdb_len != 6 && arg->cdb_len != 10 && arg->cdb_len != 12 &&
	    arg->cdb_len != 16)
		return -EINVAL;
	for (i = arg->cdb_len; i < DISCMUX_MAX_CDB; i++) {
		if (arg->cdb[i])
			return -EINVAL;
	}
	if (arg->timeout_ms > DMX_TIMEOUT_MAX || arg->result_stride < DMX_RESULT_MIN ||
	    arg->result_stride > DMX_STRIDE_MAX)
		return -EINVAL;
	if (arg->blocks && (arg->block_stride < DMX_BLOCK_MIN ||
			    arg->block_stride > DMX_STRIDE_MAX))
		return -EINVAL;
	return dmx_exec_check_sizes(arg);
}

static void dmx_exec_release(struct dmx_batch *batch)
{
	struct dmx_exec_data *d = batch->private;

	if (d->pages)
		unpin_user_pages_dirty_lock(d->pages, d->nr_pages, true);
	kvfree(d->pages);
	kvfree(d->table);
	kvfree(d->buf);
	kfree(d);
}

/* Bytes between the buffers of two targets; each starts on a page. */
static unsigned int dmx_exec_step(const struct discmux_exec *arg)
{
	return arg->direction == DISCMUX_DIR_IN ? PAGE_ALIGN(arg->data_len) : 0;
}

/*
 * Whole pages of the user's are read into as they are.  Where that cannot be
 * (-EFAULT) a buffer does, and says what is wrong with them.
 */
static int dmx_exec_pin(struct dmx_exec_data *d, u64 addr, unsigned int bytes)
{
	unsigned int nr = bytes >> PAGE_SHIFT, i;
	int got;

	d->pages = kvmalloc_array(nr, sizeof(*d->pages), GFP_KERNEL_ACCOUNT);
	d->table = kvmalloc_array(nr, sizeof(*d->table), GFP_KERNEL_ACCOUNT);
	if (!d->pages || !d->table)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, d->pages);
	d->nr_pages = max(got, 0);
	if (got == nr) {
		for (i = 0; i < nr; i++)
			bvec_set_page(&d->table[i], d->pages[i], PAGE_SIZE, 0);
		return 0;
	}
	unpin_user_pages(d->pages, d->nr_pages);
	kvfree(d->pages);
	kvfree(d->table);
	d->pages = NULL;
	d->table = NULL;
	return -EFAULT;
}

static int dmx_exec_alloc(struct dmx_exec_data *d, unsigned int bytes)
{
	unsigned int nr;

	d->buf = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!d->buf)
		return -ENOMEM;
	d->table = dmx_table_alloc(d->buf, bytes, &nr);
	return d->table ? 0 : -ENOMEM;
}

static int dmx_exec_memory(struct dmx_exec_data *d, const struct discmux_exec *arg,
			   unsigned int bytes)
{
	int ret;

	if (arg->direction == DISCMUX_DIR_IN && PAGE_ALIGNED(arg->data) &&
	    PAGE_ALIGNED(arg->data_len)) {
		ret = dmx_exec_pin(d, arg->data, bytes);
		if (ret != -EFAULT)
			return ret;
	}
	return dmx_exec_alloc(d, bytes);
}

static int dmx_exec_buffers(struct dmx_batch *batch, const struct discmux_exec *arg)
{
	struct dmx_exec_data *d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	unsigned int step = dmx_exec_step(arg), per, i;
	int ret;

	if (!d)
		return -ENOMEM;
	batch->private = d;
	batch->release = dmx_exec_release;
	ret = dmx_exec_memory(d, arg, step ? step * batch->nr : PAGE_ALIGN(arg->data_len));
	if (ret)
		return ret;
	per = DIV_ROUND_UP(arg->data_len, PAGE_SIZE);
	for (i = 0; i < batch->nr; i++) {
		struct dmx_data *data = &batch->c[i].data;

		data->table = d->table + (step ? i * per : 0);
		data->nr = per;
		data->bytes = arg->data_len;
		data->out = !step;
	}
	if (!step && copy_from_user(d->buf, u64_to_user_ptr(arg->data), arg->data_len))
		return -EFAULT;
	return 0;
}

static int dmx_exec_put_block(struct dmx_batch_cmd *c, unsigned int i,
			      const struct discmux_exec *arg,
			      const struct discmux_result *res)
{
	struct discmux_status_block block;

	if (!arg->blocks)
		return 0;
	dmx_status_block(c->cmd.member, arg->identifier, res, c->cmd.tries > 1, &block);
	return dmx_put_array(arg->blocks, i, arg->block_stride, &block, sizeof(block));
}

/* What else follows from the command, besides its result. */
static void dmx_exec_note(struct dmx_batch_cmd *c, const struct discmux_exec *arg,
			  const struct discmux_result *res)
{
	/* Of one that failed few devices say how much came. */
	if (arg->direction == DISCMUX_DIR_IN && dmx_result_good(res))
		dmx_count(c->cmd.member, DMX_C_BYTES_READ,
			  arg->data_len - min(arg->data_len, res->resid));
	/* It may have moved something past the queue. */
	if (c->sent && dmx_cdb_changes(arg->cdb))
		dmx_changer_stale(c->cmd.member);
}

static int dmx_exec_out(struct dmx_batch *batch, const struct discmux_exec *arg)
{
	struct dmx_exec_data *d = batch->private;
	unsigned int step = dmx_exec_step(arg), i, got;
	struct discmux_result res;

	for (i = 0; i < batch->nr; i++) {
		u64 to = arg->data + (u64)i * arg->data_len;

		dmx_batch_result(batch, i, &res);
		dmx_exec_note(&batch->c[i], arg, &res);
		got = arg->data_len - min(arg->data_len, res.resid);
		if (step && got && d->buf &&
		    copy_to_user(u64_to_user_ptr(to), d->buf + i * step, got))
			return -EFAULT;
		if (dmx_out_result(arg->results, i, arg->result_stride, &res) ||
		    dmx_exec_put_block(&batch->c[i], i, arg, &res))
			return -EFAULT;
	}
	return 0;
}

/* Gives the members to the batch, with the command or why not to send it. */
static int dmx_exec_fill(struct dmx_file *file, struct dmx_batch *batch,
			 struct dmx_member **m, const struct discmux_exec *arg)
{
	unsigned int i;
	int ret;

	/* Whose the members are is asked when it is sent: that may take a while. */
	batch->file = dmx_cdb_changes(arg->cdb) ? file : NULL;
	for (i = 0; i < batch->nr; i++) {
		struct dmx_batch_cmd *c = &batch->c[i];

		c->cmd.member = m[i];
		c->cmd.cdb_len = arg->cdb_len;
		memcpy(c->cmd.cdb, arg->cdb, sizeof(c->cmd.cdb));
	}
	for (i = 0; i < batch->nr; i++) {
		if (arg->data_len > dmx_member_max_data(m[i]))
			return -EMSGSIZE;
		ret = dmx_cdb_permitted(m[i], arg->cdb);
		if (ret)
			return ret;
	}
	return 0;
}

int dmx_ioctl_exec(struct dmx_call *call)
{
	struct dmx_member *m[DISCMUX_MAX_TARGETS];
	struct discmux_exec *arg = call->arg;
	struct dmx_batch *batch;
	int ret = dmx_exec_check(arg);

	if (ret)
		return ret;
	ret = dmx_get_members(call->file->mux, arg->targets, arg->nr_targets, m, NULL);
	if (ret)
		return ret;
	batch = dmx_batch_alloc(arg->nr_targets);
	if (!batch) {
		dmx_put_members(m, arg->nr_targets);
		return -ENOMEM;
	}
	ret = dmx_exec_fill(call->file, batch, m, arg);
	if (!ret && arg->data_len)
		ret = dmx_exec_buffers(batch, arg);
	if (!ret)
		ret = dmx_clear_results(arg->results, batch->nr, arg->result_stride);
	if (!ret && arg->blocks)
		ret = dmx_clear_results(arg->blocks, batch->nr, arg->block_stride);
	if (!ret)
		ret = dmx_batch_run(batch, arg->timeout_ms ?: DMX_EXEC_TIMEOUT);
	if (!ret)
		ret = dmx_exec_out(batch, arg);
	dmx_batch_put(batch);
	return ret;
}
