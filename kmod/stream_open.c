// SPDX-License-Identifier: GPL-2.0
/*
 * DISCMUX_IOC_STREAM: what is asked for, what the group of recorders can do,
 * and the stream that comes of it.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <scsi/scsi.h>
#include <scsi/scsi_host.h>

#include "stream.h"

#define DMX_CHUNK		SZ_64K		/* bytes */
#define DMX_RING		SZ_8M		/* bytes */
#define DMX_RING_MIN_CHUNKS	4
#define DMX_WRITE_TIMEOUT	60000		/* ms */
#define DMX_LAG			1000		/* ms */

static int dmx_stream_check(const struct discmux_stream *arg)
{
	if (arg->flags || arg->__reserved[0] || arg->__reserved[1] || arg->__reserved2)
		return -EOPNOTSUPP;
	if (arg->block_size < 512 || arg->block_size > 4096 ||
	    arg->chunk_bytes % arg->block_size || arg->ring_bytes > DMX_RING_MAX ||
	    arg->timeout_ms > DMX_TIMEOUT_MAX)
		return -EINVAL;
	if (arg->lag_policy > DISCMUX_LAG_DETACH || arg->lag_ms > DMX_TIMEOUT_MAX ||
	    (arg->lag_ms && arg->lag_policy == DISCMUX_LAG_BLOCK))
		return -EINVAL;
	if (arg->write_opcode && arg->write_opcode != WRITE_10 &&
	    arg->write_opcode != WRITE_12)
		return -EINVAL;
	return arg->chunk_bytes > DMX_MAX_DATA ? -EMSGSIZE : 0;
}

static void dmx_stream_limits(struct dmx_stream *s)
{
	unsigned int i;

	dmx_limits_init(&s->limits);
	for (i = 0; i < s->nr_legs; i++)
		dmx_limits_add(&s->limits, s->leg[i].member);
	if (s->limits.align & PAGE_MASK)
		s->limits.share = false;
}

/* Recorders that share a host with another one of the stream. */
static u32 dmx_stream_shared_hosts(struct dmx_stream *s)
{
	unsigned int i, k;
	u32 n = 0;

	for (i = 0; i < s->nr_legs; i++) {
		for (k = 0; k < s->nr_legs; k++) {
			if (k == i || s->leg[k].member->sdev->host !=
				      s->leg[i].member->sdev->host)
				continue;
			n++;
			break;
		}
	}
	return n;
}

/* Chunk, ring and prefill: what was asked for, within what the group can. */
static int dmx_stream_sizes(struct dmx_stream *s, struct discmux_stream *arg)
{
	u32 chunk = arg->chunk_bytes ?: DMX_CHUNK, ring = arg->ring_bytes ?: DMX_RING;
	u32 prefill, i;

	for (i = 0; i < s->nr_legs; i++)
		chunk = min(chunk, dmx_member_max_data(s->leg[i].member));
	chunk = rounddown(chunk, arg->block_size);
	if (!chunk || ring / chunk < DMX_RING_MIN_CHUNKS || arg->prefill_bytes > ring)
		return -EINVAL;
	s->block_size = arg->block_size;
	s->chunk_bytes = chunk;
	s->nr_chunks = ring / chunk;
	s->wake_chunks = max(s->nr_chunks / 4, 1u);
	s->pages_per_chunk = DIV_ROUND_UP(chunk, PAGE_SIZE);
	prefill = arg->prefill_bytes ?: ring / 2;
	s->prefill_chunks = min_t(u32, DIV_ROUND_UP(prefill, chunk), s->nr_chunks);
	s->opcode = arg->write_opcode ?: WRITE_10;
	s->timeout_ms = arg->timeout_ms ?: DMX_WRITE_TIMEOUT;
	s->lag_policy = arg->lag_policy;
	s->lag_limit_ms = arg->lag_ms ?: DMX_LAG;
	arg->chunk_bytes = chunk;
	arg->ring_bytes = s->nr_chunks * chunk;
	arg->shared_hosts = dmx_stream_shared_hosts(s);
	return 0;
}

static int dmx_stream_claim(struct dmx_stream *s)
{
	unsigned int i;
	int ret;

	for (i = 0; i < s->nr_legs; i++) {
		struct dmx_member *m = s->leg[i].member;

		ret = dmx_claim(s->file, m);
		if (ret)
			return ret;
		spin_lock_irq(&m->lock);
		if (m->streaming)
			ret = -EBUSY;
		m->streaming = true;
		spin_unlock_irq(&m->lock);
		if (ret) {
			dmx_unclaim(m);
			return ret;
		}
		s->leg[i].claimed = true;
		ret = dmx_member_quiet(m);	/* of its own fd's commands, too */
		if (ret)
			return ret;
		dmx_member_tell_state(m);
	}
	return 0;
}

static int dmx_stream_install(struct dmx_stream *s, struct dmx_call *call)
{
	struct discmux_stream *arg = call->arg;
	struct file *filp;
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	/* For reading too, or the ring could not be mapped for writing. */
	filp = anon_inode_getfile("[discmux-stream]", &dmx_stream_fops, s, O_RDWR);
	if (IS_ERR(filp)) {
		put_unused_fd(fd);
		return PTR_ERR(filp);
	}
	filp->f_mode |= FMODE_NOWAIT;
	arg->fd = fd;
	call->new_fd = fd;
	call->new_file = filp;
	return 0;
}

static int dmx_stream_open(struct dmx_stream *s, struct dmx_call *call)
{
	int ret = dmx_stream_sizes(s, call->arg);

	if (ret)
		return ret;
	dmx_stream_limits(s);
	ret = dmx_stream_claim(s);
	if (!ret)
		ret = dmx_ring_alloc(s);
	if (!ret)
		ret = dmx_stream_start(s);
	return ret ?: dmx_stream_install(s, call);
}

int dmx_ioctl_stream(struct dmx_call *call)
{
	struct discmux_target t[DISCMUX_MAX_TARGETS];
	struct dmx_member *m[DISCMUX_MAX_TARGETS];
	struct discmux_stream *arg = call->arg;
	struct dmx_mux *mux = call->file->mux;
	struct dmx_stream *s;
	int ret = dmx_stream_check(arg);

	if (ret)
		return ret;
	ret = dmx_get_targets(mux, arg->targets, arg->nr_targets, 0, t, m);
	if (ret)
		return ret;
	s = dmx_stream_alloc(call->file, arg->nr_targets, t, m);
	if (!s) {
		dmx_put_members(m, arg->nr_targets);
		return -ENOMEM;
	}
	ret = dmx_stream_open(s, call);
	if (ret) {
		dmx_stream_put(s);
		return ret;
	}
	dmx_count(mux, DMX_MC_STREAMS, 1);
	dmx_event_stream(DISCMUX_EVENT_STREAM_STARTED, mux, s->id, s->nr_legs, 0, 0);
	return 0;
}
