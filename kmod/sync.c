// SPDX-License-Identifier: GPL-2.0
/*
 * Single commands of the driver's own, and what all command users share.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <scsi/scsi.h>
#include <scsi/scsi_dbg.h>

#include "compat/compat.h"
#include "command.h"

struct dmx_sync_data {
	void *buf;
	struct bio_vec *table;
};

static void dmx_sync_release(struct dmx_batch *batch)
{
	struct dmx_sync_data *d = batch->private;

	kvfree(d->table);
	kvfree(d->buf);
	kfree(d);
}

/* The batch gets a buffer of its own: it may outlive the caller's. */
static int dmx_sync_attach(struct dmx_batch *batch, const struct dmx_request *rq)
{
	struct dmx_sync_data *d = kzalloc(sizeof(*d), GFP_KERNEL);
	struct dmx_data *data = &batch->c[0].data;

	if (!d)
		return -ENOMEM;
	batch->private = d;
	batch->release = dmx_sync_release;
	d->buf = kvzalloc(PAGE_ALIGN(rq->len), GFP_KERNEL);
	if (!d->buf)
		return -ENOMEM;
	d->table = dmx_table_alloc(d->buf, rq->len, &data->nr);
	if (!d->table)
		return -ENOMEM;
	if (rq->out)
		memcpy(d->buf, rq->buf, rq->len);
	data->table = d->table;
	data->bytes = rq->len;
	data->out = rq->out;
	return 0;
}

/*
 * Bytes that came of @len.  A residual of more than that is what a device had
 * beyond them (iSCSI residual overflow): all came.
 */
static unsigned int dmx_came(unsigned int len, unsigned int resid)
{
	return resid > len ? len : len - resid;
}

/**
 * dmx_request_run() - send one command and wait
 * @m: to whom
 * @rq: the command and its data
 * @res: how it went, valid when 0 is returned
 *
 * Return: 0 when there is a result, -EINTR, -ENOMEM.
 */
int dmx_request_run(struct dmx_member *m, const struct dmx_request *rq,
		    struct discmux_result *res)
{
	struct dmx_batch *batch = dmx_batch_alloc(1);
	struct dmx_sync_data *d;
	int ret = 0;

	if (!batch)
		return -ENOMEM;
	kref_get(&m->ref);
	batch->c[0].cmd.member = m;
	batch->c[0].cmd.own = rq->own;
	batch->c[0].cmd.cdb_len = rq->cdb_len;
	memcpy(batch->c[0].cmd.cdb, rq->cdb, rq->cdb_len);
	if (rq->len)
		ret = dmx_sync_attach(batch, rq);
	if (!ret)
		ret = dmx_batch_run(batch, rq->timeout_ms);
	if (!ret) {
		dmx_batch_result(batch, 0, res);
		d = batch->private;
		if (d && !rq->out)
			memcpy(rq->buf, d->buf, dmx_came(rq->len, res->resid));
	}
	dmx_batch_put(batch);
	return ret;
}

/**
 * dmx_command() - a command of the driver's own that reads data, or none
 * @m: to whom
 * @cdb: the command
 * @cdb_len: its bytes
 * @buf: data-in, may be on the stack
 * @len: bytes of @buf, 0 for none
 * @timeout_ms: for the command
 * @res: how it went, valid when 0 is returned
 *
 * Return: as dmx_request_run().
 */
int dmx_command(struct dmx_member *m, const u8 *cdb, u8 cdb_len, void *buf,
		unsigned int len, u32 timeout_ms, struct discmux_result *res)
{
	const struct dmx_request rq = {
		.cdb = cdb, .cdb_len = cdb_len, .buf = buf, .len = len,
		.timeout_ms = timeout_ms, .own = true,
	};

	return dmx_request_run(m, &rq, res);
}

/**
 * dmx_ask() - a command that changes nothing
 * @m: to whom
 * @cdb: the command
 * @cdb_len: its bytes
 * @buf: data-in
 * @len: bytes of @buf
 * @timeout_ms: for each try
 *
 * Sent again when it only brought a unit attention: devices give these one at
 * a time.
 *
 * Return: bytes received, -EOPNOTSUPP when the device knows no such command
 * or field, another negative errno.
 */
int dmx_ask(struct dmx_member *m, const u8 *cdb, u8 cdb_len, void *buf,
	    unsigned int len, u32 timeout_ms)
{
	struct discmux_result res;
	int tries = 4, ret;

	do {
		ret = dmx_command(m, cdb, cdb_len, buf, len, timeout_ms, &res);
		if (ret)
			return ret;
		if (dmx_result_good(&res))
			return dmx_came(len, res.resid);
	} while (dmx_result_unit_attention(&res) && --tries);
	if (dmx_result_refused(&res))
		return -EOPNOTSUPP;
	return res.error ? -(int)res.error : -EIO;
}

/**
 * dmx_log_failure() - tell the kernel's log of a command that failed
 * @m: to whom it went
 * @what: what was tried
 * @res: how it went
 */
void dmx_log_failure(struct dmx_member *m, const char *what,
		     const struct discmux_result *res)
{
	struct scsi_device *sdev = m->sdev;

	sdev_printk(KERN_WARNING, sdev, "discmux: %s failed: error %u, status %02x\n",
		    what, res->error, res->status);
	if (res->sense_len)
		__scsi_print_sense(sdev, "discmux", res->sense, res->sense_len);
}

/* WRITE(10) or WRITE(12), MMC-6 6.44, 6.45 */
void dmx_write_cdb(struct dmx_cmd *cmd, u8 opcode, u32 lba, u32 blocks)
{
	memset(cmd->cdb, 0, sizeof(cmd->cdb));
	cmd->cdb[0] = opcode;
	put_unaligned_be32(lba, cmd->cdb + 2);
	if (opcode == WRITE_12) {
		put_unaligned_be32(blocks, cmd->cdb + 6);
		cmd->cdb_len = 12;
	} else {
		put_unaligned_be16(blocks, cmd->cdb + 7);
		cmd->cdb_len = 10;
	}
}
