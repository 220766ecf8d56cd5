// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of memory: what a command, or the same command of several devices,
 * transfers.  One table serves all of them, so it keeps to what each of their
 * queues can take.
 */
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "command.h"

/* As if there were no device. */
void dmx_limits_init(struct dmx_limits *l)
{
	l->share = true;
	l->align = 0;
	l->segment = UINT_MAX;
	l->boundary = ULONG_MAX;
}

/* One set of pages for all: what is too much for one is for none. */
void dmx_limits_add(struct dmx_limits *l, struct dmx_member *m)
{
	struct request_queue *q = m->sdev->request_queue;
	unsigned int segment = rounddown(queue_max_segment_size(q), PAGE_SIZE);

	l->segment = min(l->segment, segment);
	l->boundary &= queue_segment_boundary(q);
	l->align |= queue_dma_alignment(q) | queue_virt_boundary(q);
	if (l->segment < PAGE_SIZE || (l->boundary & ~PAGE_MASK) != ~PAGE_MASK)
		l->share = false;
}

/**
 * dmx_table_merge() - make the last entry of a table longer
 * @bv: the entry
 * @l: what it must keep to
 * @page: what comes next
 * @off: where in @page
 * @len: bytes, within @page
 *
 * Neighbouring pages are one piece: each piece costs every device instructions.
 *
 * Return: false when that comes to lie elsewhere, or is too much for one piece.
 */
bool dmx_table_merge(struct bio_vec *bv, const struct dmx_limits *l,
		     struct page *page, unsigned int off, unsigned int len)
{
	phys_addr_t start = page_to_phys(bv->bv_page) + bv->bv_offset;
	phys_addr_t at = page_to_phys(page) + off;

	if (start + bv->bv_len != at || bv->bv_len + len > l->segment ||
	    (start | l->boundary) != ((at + len - 1) | l->boundary))
		return false;
	bv->bv_len += len;
	return true;
}

/**
 * dmx_table_alloc() - the pages of a kernel buffer, one entry a page
 * @buf: page aligned, from kvmalloc() of whole pages
 * @len: bytes, at least 1
 * @nr: number of entries
 *
 * Return: a table to be freed with kvfree(), NULL when there is no memory.
 */
struct bio_vec *dmx_table_alloc(const void *buf, unsigned int len,
				unsigned int *nr)
{
	unsigned int i, n = DIV_ROUND_UP(len, PAGE_SIZE);
	struct bio_vec *table = kvmalloc_array(n, sizeof(*table), GFP_KERNEL);

	if (!table)
		return NULL;
	for (i = 0; i < n; i++) {
		const void *p = buf + i * PAGE_SIZE;

		table[i].bv_page = is_vmalloc_addr(p) ?
			vmalloc_to_page(p) : virt_to_page(p);
		table[i].bv_offset = 0;
		table[i].bv_len = min_t(unsigned int, len - i * PAGE_SIZE,
					PAGE_SIZE);
	}
	*nr = n;
	return table;
}
