// SPDX-License-Identifier: GPL-2.0
/*
 * DISCMUX_IOC_FANOUT_WRITE: one user buffer, pinned once, to N recorders.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <scsi/scsi.h>

#include "command.h"

#define DMX_WRITE_TIMEOUT	60000		/* ms */

/* The caller's pages, or the one copy of them. */
struct dmx_fanout {
	struct page **pages;
	unsigned int nr_pages;
	void *copy;
	struct bio_vec *table;
	unsigned int nr;
};

static void dmx_fanout_release(struct dmx_batch *batch)
{
	struct dmx_fanout *f = batch->private;

	if (f->pages)
		unpin_user_pages(f->pages, f->nr_pages);
	kvfree(f->pages);
	kvfree(f->copy);
	kvfree(f->table);
	kfree(f);
}

/* Whether every recorder can take the buffer as it lies in memory. */
static bool dmx_fanout_shareable(struct dmx_member **m, unsigned int n, u64 addr,
				 u32 len, struct dmx_limits *l)
{
	unsigned int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	unsigned int i;

	dmx_limits_init(l);
	for (i = 0; i < n; i++) {
		dmx_limits_add(l, m[i]);
		if (nr > queue_max_segments(m[i]->sdev->request_queue))
			return false;
	}
	return l->share && !((addr | len) & l->align);
}

static int dmx_fanout_pin(struct dmx_fanout *f, u64 addr, u32 len,
			  const struct dmx_limits *l)
{
	unsigned int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	unsigned int off = offset_in_page(addr), i;
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL_ACCOUNT);
	f->table = kvmalloc_array(nr, sizeof(*f->table), GFP_KERNEL_ACCOUNT);
	if (!pages || !f->table) {
		kvfree(pages);
		return -ENOMEM;
	}
	got = pin_user_pages_fast(addr & PAGE_MASK, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return got == -ENOMEM ? got : -EFAULT;
	}
	f->pages = pages;
	f->nr_pages = nr;
	for (i = 0; i < nr; i++) {
		unsigned int part = min_t(unsigned int, len, PAGE_SIZE - off);

		if (!f->nr || !dmx_table_merge(&f->table[f->nr - 1], l, pages[i], off, part))
			bvec_set_page(&f->table[f->nr++], pages[i], part, off);
		len -= part;
		off = 0;
	}
	return 0;
}

static int dmx_fanout_copy(struct dmx_fanout *f, u64 addr, u32 len)
{
	f->copy = kvmalloc(PAGE_ALIGN(len), GFP_KERNEL_ACCOUNT);
	if (!f->copy)
		return -ENOMEM;
	if (copy_from_user(f->copy, u64_to_user_ptr(addr), len))
		return -EFAULT;
	f->table = dmx_table_alloc(f->copy, len, &f->nr);
	return f->table ? 0 : -ENOMEM;
}

static int dmx_fanout_data(struct dmx_file *file, struct dmx_batch *batch,
			   struct dmx_member **m,
			   const struct discmux_fanout_write *arg)
{
	struct dmx_fanout *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	enum dmx_mux_counter way = DMX_MC_BYTES_ZERO_COPY;
	struct dmx_limits limits;
	unsigned int i;
	int ret;

	if (!f)
		return -ENOMEM;
	batch->private = f;
	batch->release = dmx_fanout_release;
	if (dmx_fanout_shareable(m, batch->nr, arg->data, arg->data_len, &limits)) {
		ret = dmx_fanout_pin(f, arg->data, arg->data_len, &limits);
	} else {
		ret = dmx_fanout_copy(f, arg->data, arg->data_len);
		way = DMX_MC_BYTES_COPIED;
	}
	if (ret)
		return ret;
	dmx_count(file->mux, way, arg->data_len);
	for (i = 0; i < batch->nr; i++) {
		batch->c[i].data.table = f->table;
		batch->c[i].data.nr = f->nr;
		batch->c[i].data.bytes = arg->data_len;
		batch->c[i].data.out = true;
	}
	return 0;
}

static int dmx_fanout_check(const struct discmux_fanout_write *arg)
{
	if (arg->flags)
		return -EOPNOTSUPP;
	if (arg->block_size < 512 || arg->block_size > 4096 || !arg->data_len ||
	    arg->data_len % arg->block_size)
		return -EINVAL;
	if (arg->write_opcode && arg->write_opcode != WRITE_10 &&
	    arg->write_opcode != WRITE_12)
		return -EINVAL;
	if (arg->timeout_ms > DMX_TIMEOUT_MAX || arg->result_stride < DMX_RESULT_MIN ||
	    arg->result_stride > DMX_STRIDE_MAX)
		return -EINVAL;
	return arg->data_len > DMX_MAX_DATA ? -EMSGSIZE : 0;
}

/* A recorder that cannot be claimed gets that as its result, not the call. */
static void dmx_fanout_claim(struct dmx_file *file, struct dmx_batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++) {
		struct dmx_batch_cmd *c = &batch->c[i];

		if (READ_ONCE(c->cmd.member->streaming))
			c->error = -EBUSY;
		else
			c->error = dmx_claim(file, c->cmd.member);
		c->claimed = !c->error;
	}
}

/* At once: what comes after this call must find the recorders free. */
static void dmx_fanout_unclaim(struct dmx_batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++) {
		if (batch->c[i].claimed)
			dmx_unclaim(batch->c[i].cmd.member);
		batch->c[i].claimed = false;
	}
}

/* Of a good WRITE only what comes before the sense data is set. */
static void dmx_fanout_result(struct dmx_batch *batch, unsigned int i,
			      struct discmux_result *res)
{
	struct dmx_cmd *cmd = &batch->c[i].cmd;
	u32 us, resid;

	if (!cmd->unread || !dmx_cmd_reap_good(cmd, &us, &resid)) {
		dmx_batch_result(batch, i, res);
		return;
	}
	memset(res, 0, DMX_RESULT_MIN);
	res->member = cmd->member->id;
	res->resid = resid;
	res->duration_us = us;
}

static int dmx_fanout_out(struct dmx_batch *batch,
			  const struct discmux_fanout_write *arg)
{
	struct discmux_result res;
	unsigned int i;

	for (i = 0; i < batch->nr; i++) {
		struct dmx_member *m = batch->c[i].cmd.member;

		dmx_fanout_result(batch, i, &res);
		if (dmx_result_good(&res)) {
			dmx_count(m, DMX_C_BYTES_WRITTEN, arg->data_len);
			dmx_count(m, DMX_C_BLOCKS_WRITTEN, arg->data_len / arg->block_size);
		} else if (batch->c[i].sent) {
			dmx_count(m, DMX_C_WRITE_ERRORS, 1);
		}
		if (dmx_out_result(arg->results, i, arg->result_stride, &res))
			return -EFAULT;
	}
	return 0;
}

/* Killed, it leaves the claims to the commands that are still in flight. */
static int dmx_fanout_run(struct dmx_file *file, struct dmx_batch *batch,
			  const struct discmux_fanout_write *arg)
{
	int ret;

	dmx_fanout_claim(file, batch);
	ret = dmx_batch_run(batch, arg->timeout_ms ?: DMX_WRITE_TIMEOUT);
	if (!ret)
		ret = dmx_fanout_out(batch, arg);
	if (!ret)
		dmx_fanout_unclaim(batch);
	return ret;
}

int dmx_ioctl_fanout_write(struct dmx_call *call)
{
	struct discmux_target t[DISCMUX_MAX_TARGETS];
	struct dmx_member *m[DISCMUX_MAX_TARGETS];
	struct discmux_fanout_write *arg = call->arg;
	struct dmx_batch *batch;
	int ret = dmx_fanout_check(arg);
	unsigned int i;
	u32 blocks;

	if (ret)
		return ret;
	blocks = arg->data_len / arg->block_size;
	ret = dmx_get_targets(call->file->mux, arg->targets, arg->nr_targets, blocks,
			      t, m);
	if (ret)
		return ret;
	batch = dmx_batch_alloc(arg->nr_targets);
	if (!batch) {
		dmx_put_members(m, arg->nr_targets);
		return -ENOMEM;
	}
	for (i = 0; i < batch->nr; i++) {
		batch->c[i].cmd.member = m[i];
		dmx_write_cdb(&batch->c[i].cmd, arg->write_opcode ?: WRITE_10,
			      t[i].lba, blocks);
		if (arg->data_len > dmx_member_max_data(m[i]))
			ret = -EMSGSIZE;
	}
	if (!ret)
		ret = dmx_fanout_data(call->file, batch, m, arg);
	if (!ret)
		ret = dmx_clear_results(arg->results, batch->nr, arg->result_stride);
	if (!ret)
		ret = dmx_fanout_run(call->file, batch, arg);
	dmx_batch_put(batch);
	return ret;
}
