// SPDX-License-Identifier: GPL-2.0
/*
 * The ring in the user's memory: what is put there, by the user or by a
 * command that reads, goes to the recorders as it lies.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "compat/compat.h"
#include "stream.h"

/* Stands for the memory in place of the stream, which a mapping must not hold. */
static const struct file_operations dmx_map_fops = {
	.owner = THIS_MODULE,
	DMX_NO_LLSEEK
};

static int dmx_map_pages(struct dmx_stream *s, struct vm_area_struct *vma)
{
	unsigned long nr = s->nr_chunks * s->pages_per_chunk, i;
	int ret = dmx_ring_back_all(s);

	if (ret)
		return ret;
	for (i = 0; i < nr; i++)
		clear_highpage(s->page[i]);
	return vm_insert_pages(vma, vma->vm_start, s->page, &nr);
}

/* Before there are data: what is in the ring then is nobody's. */
static int dmx_map_check(struct dmx_stream *s, struct vm_area_struct *vma)
{
	int ret = 0;

	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC || vma->vm_pgoff ||
	    vma->vm_end - vma->vm_start != (u64)s->nr_chunks * s->chunk_bytes ||
	    s->chunk_bytes % PAGE_SIZE)
		return -EINVAL;
	spin_lock(&s->lock);
	if (s->accepted || s->mapped)
		ret = -EBUSY;
	spin_unlock(&s->lock);
	return ret;
}

int dmx_stream_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct dmx_stream *s = filp->private_data;
	struct file *map;
	int ret;

	/* Not to be waited for: mmap holds the lock that a fault takes. */
	if (!mutex_trylock(&s->write_lock))
		return -EBUSY;
	ret = dmx_map_check(s, vma);
	if (ret)
		goto out;
	map = anon_inode_getfile("[discmux-ring]", &dmx_map_fops, NULL, O_RDWR);
	ret = PTR_ERR_OR_ZERO(map);
	if (ret)
		goto out;
	dmx_vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY);
	ret = dmx_map_pages(s, vma);
	if (!ret) {
		vma_set_file(vma, map);
		s->mapped = true;
	}
	fput(map);
out:
	dmx_stream_unlock(s);
	return ret;
}

/* Where the next data go, and how many bytes fit there in a row. */
static void dmx_map_place(struct dmx_stream *s, struct discmux_stream_commit *arg)
{
	u32 slot;

	lockdep_assert_held(&s->lock);
	slot = s->head % s->nr_chunks;
	arg->offset = slot * s->chunk_bytes + s->fill;
	arg->room = 0;
	if (dmx_ring_room(s))
		arg->room = min_t(u64, s->nr_chunks - (s->head - s->reaped),
				  s->nr_chunks - slot) * s->chunk_bytes - s->fill;
}

static bool dmx_map_ready(struct dmx_stream *s, struct discmux_stream_commit *arg)
{
	bool ready;

	spin_lock(&s->lock);
	dmx_map_place(s, arg);
	ready = arg->room >= min(arg->want, s->nr_chunks * s->chunk_bytes - arg->offset) ||
		!s->running || s->end != DMX_NO_END;
	spin_unlock(&s->lock);
	return ready;
}

static int dmx_map_take(struct dmx_stream *s, struct discmux_stream_commit *arg)
{
	int ret = dmx_stream_closed(s);

	if (ret)
		return ret;
	spin_lock(&s->lock);
	dmx_map_place(s, arg);
	spin_unlock(&s->lock);
	if (arg->bytes > arg->room || (arg->bytes && !s->mapped))
		return -EINVAL;
	dmx_ring_commit(s, arg->bytes);
	arg->bytes = 0;
	return 0;
}

int dmx_ioctl_stream_commit(struct dmx_call *call)
{
	struct discmux_stream_commit *arg = call->arg;
	struct dmx_stream *s = call->stream;
	int ret;

	if (arg->flags & ~DISCMUX_COMMIT_NOWAIT)
		return -EOPNOTSUPP;
	ret = mutex_lock_interruptible(&s->write_lock);
	if (ret)
		return ret;
	ret = dmx_map_take(s, arg);
	dmx_stream_unlock(s);
	if (ret)
		return ret;
	if (!dmx_map_ready(s, arg)) {
		if (arg->flags & DISCMUX_COMMIT_NOWAIT)
			return -EAGAIN;
		ret = wait_event_interruptible(s->wait, dmx_map_ready(s, arg));
	}
	return ret ?: dmx_stream_closed(s);
}
