// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "tcmu_ring.h"

/* The kernel's header brings its own struct iovec, the same as the C library's */
#define iovec tcmu_iovec
#include <linux/target_core_user.h>
#undef iovec

struct tcmu_ring {
	uint8_t *map;
	size_t size;
	struct tcmu_mailbox *mb;
	uint8_t *cmdr;
	uint32_t cmdr_size;
	uint32_t fetched;	/* how far we read; cmd_tail is how far we answered */
	struct tcmu_request *first, **last;	/* fetched, not given out */
	struct tcmu_request *current;
	bool reset;
	bool answered;		/* a command that was aborted, since the last fetch */
};

int tcmu_ring_open(void *map, size_t size, struct tcmu_ring **out, char *err, size_t errlen)
{
	struct tcmu_mailbox *mb = map;
	struct tcmu_ring *ring;

	if (size < sizeof(*mb) || mb->version != TCMU_MAILBOX_VERSION) {
		snprintf(err, errlen, "not a target_core_user ring of version %d",
			 TCMU_MAILBOX_VERSION);
		return -EPROTO;
	}
	if (mb->cmdr_off < sizeof(*mb) || mb->cmdr_off > size ||
	    mb->cmdr_size > size - mb->cmdr_off || !mb->cmdr_size ||
	    mb->cmd_tail >= mb->cmdr_size) {
		snprintf(err, errlen, "bad target_core_user ring");
		return -EPROTO;
	}
	ring = calloc(1, sizeof(*ring));
	if (!ring) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	ring->map = map;
	ring->size = size;
	ring->mb = mb;
	ring->cmdr = ring->map + mb->cmdr_off;
	ring->cmdr_size = mb->cmdr_size;
	ring->fetched = mb->cmd_tail;
	ring->last = &ring->first;
	*out = ring;
	return 0;
}

void tcmu_ring_close(struct tcmu_ring *ring)
{
	struct tcmu_request *r, *next;

	if (!ring)
		return;
	for (r = ring->first; r; r = next) {
		next = r->next;
		free(r);
	}
	free(ring->current);
	free(ring);
}

static uint32_t advance(const struct tcmu_ring *ring, uint32_t at, uint32_t len)
{
	return (at + len) % ring->cmdr_size;
}

static struct tcmu_cmd_entry *entry_at(const struct tcmu_ring *ring, uint32_t at)
{
	return (struct tcmu_cmd_entry *)(ring->cmdr + at);
}

static void set_tail(struct tcmu_ring *ring, uint32_t tail)
{
	__atomic_store_n(&ring->mb->cmd_tail, tail, __ATOMIC_RELEASE);
}

/* Answers in the place of the oldest entry not answered: the id tells the kernel
 * which command it is for. */
static void answer(struct tcmu_ring *ring, uint16_t id, const struct sim_cmd *cmd)
{
	uint32_t tail = ring->mb->cmd_tail;
	struct tcmu_cmd_entry *entry = entry_at(ring, tail);

	while (tcmu_hdr_get_op(entry->hdr.len_op) != TCMU_OP_CMD) {
		tail = advance(ring, tail, tcmu_hdr_get_len(entry->hdr.len_op));
		entry = entry_at(ring, tail);
	}
	entry->hdr.cmd_id = id;
	entry->hdr.uflags = 0;
	entry->rsp.scsi_status = cmd->status;
	entry->rsp.read_len = 0;
	if (cmd->done && (ring->mb->flags & TCMU_MAILBOX_FLAG_CAP_READ_LEN)) {
		entry->hdr.uflags |= TCMU_UFLAG_READ_LEN;
		entry->rsp.read_len = (uint32_t)cmd->done;
	}
	memset(entry->rsp.sense_buffer, 0, sizeof(entry->rsp.sense_buffer));
	if (cmd->status == SIM_CHECK_CONDITION)
		memcpy(entry->rsp.sense_buffer, cmd->sense, sizeof(cmd->sense));
	set_tail(ring, advance(ring, tail, tcmu_hdr_get_len(entry->hdr.len_op)));
}

/* SPC: the group of the operation code gives the length. */
static size_t cdb_length(const uint8_t *cdb)
{
	static const uint8_t length[8] = { 6, 10, 10, 12, 16, 12, 10, 10 };

	return cdb[0] == 0x7f ? TCMU_CDB_SIZE : length[cdb[0] >> 5];
}

/* The data buffer of an entry; false when it lies outside of the ring. */
static bool take_iov(const struct tcmu_ring *ring, const struct tcmu_cmd_entry *entry,
		     struct tcmu_request *request)
{
	for (size_t i = 0; i < request->iov_count; i++) {
		size_t offset = (size_t)entry->req.iov[i].iov_base;
		size_t len = entry->req.iov[i].iov_len;

		if (offset > ring->size || len > ring->size - offset)
			return false;
		request->iov[i].iov_base = ring->map + offset;
		request->iov[i].iov_len = len;
		request->data_len += len;
	}
	return true;
}

static int fetch_cmd(struct tcmu_ring *ring, const struct tcmu_cmd_entry *entry, size_t len)
{
	struct tcmu_request *request;
	size_t count, cdb_len;

	if (len < sizeof(*entry))
		return -EPROTO;
	count = entry->req.iov_cnt;
	if (count > (len - offsetof(struct tcmu_cmd_entry, req.iov)) / sizeof(struct iovec) ||
	    entry->req.cdb_off >= ring->size)
		return -EPROTO;
	request = calloc(1, sizeof(*request) + count * sizeof(request->iov[0]));
	if (!request)
		return -ENOMEM;
	request->id = entry->hdr.cmd_id;
	request->iov_count = count;
	cdb_len = cdb_length(ring->map + entry->req.cdb_off);
	if (cdb_len > ring->size - entry->req.cdb_off || !take_iov(ring, entry, request)) {
		free(request);
		return -EPROTO;
	}
	memcpy(request->cdb, ring->map + entry->req.cdb_off, cdb_len);
	*ring->last = request;
	ring->last = &request->next;
	return 0;
}

/* Aborted before its turn came: answered at once, and never executed. */
static void drop(struct tcmu_ring *ring, uint16_t id)
{
	const struct sim_cmd cmd = { .status = SIM_TASK_ABORTED };
	struct tcmu_request **at = &ring->first;

	if (ring->current && ring->current->id == id) {
		ring->current->aborted = true;
		return;
	}
	while (*at && (*at)->id != id)
		at = &(*at)->next;
	if (!*at)
		return;
	if (!(ring->mb->flags & TCMU_MAILBOX_FLAG_CAP_OOOC)) {
		(*at)->aborted = true;
		return;
	}
	struct tcmu_request *request = *at;

	*at = request->next;
	if (!*at)
		ring->last = at;
	free(request);
	answer(ring, id, &cmd);
	ring->answered = true;
}

static int fetch_tmr(struct tcmu_ring *ring, const struct tcmu_tmr_entry *entry, size_t len)
{
	uint8_t type;
	uint32_t count;

	if (len < sizeof(*entry))
		return -EPROTO;
	count = entry->cmd_cnt;
	type = entry->tmr_type;
	if (count > (len - sizeof(*entry)) / sizeof(entry->cmd_ids[0]))
		return -EPROTO;
	if (type == TCMU_TMR_LUN_RESET || type == TCMU_TMR_TARGET_WARM_RESET ||
	    type == TCMU_TMR_TARGET_COLD_RESET)
		ring->reset = true;
	for (uint32_t i = 0; i < count; i++)
		drop(ring, entry->cmd_ids[i]);
	return 0;
}

int tcmu_ring_fetch(struct tcmu_ring *ring)
{
	uint32_t head = __atomic_load_n(&ring->mb->cmd_head, __ATOMIC_ACQUIRE);
	int ret = 0;

	if (head >= ring->cmdr_size)
		return -EPROTO;
	ring->answered = false;
	while (ring->fetched != head && !ret) {
		struct tcmu_cmd_entry *entry = entry_at(ring, ring->fetched);
		size_t len = tcmu_hdr_get_len(entry->hdr.len_op);
		enum tcmu_opcode op = tcmu_hdr_get_op(entry->hdr.len_op);

		if (len < sizeof(entry->hdr) || len > ring->cmdr_size - ring->fetched)
			return -EPROTO;
		if (op == TCMU_OP_CMD)
			ret = fetch_cmd(ring, entry, len);
		else if (op == TCMU_OP_TMR)
			ret = fetch_tmr(ring, (struct tcmu_tmr_entry *)entry, len);
		else if (op != TCMU_OP_PAD)
			/* The kernel skips what it marks so when it cleans up */
			entry->hdr.uflags |= TCMU_UFLAG_UNKNOWN_OP;
		if (!ret)
			ring->fetched = advance(ring, ring->fetched, (uint32_t)len);
	}
	/* Entries that need no answer would else stay until the next answer */
	if (!ret && !ring->first && !ring->current)
		set_tail(ring, ring->fetched);
	return ret ? ret : ring->answered;
}

struct tcmu_request *tcmu_ring_next(struct tcmu_ring *ring)
{
	struct tcmu_request *request = ring->first;

	if (ring->current || !request)
		return NULL;
	ring->first = request->next;
	if (!ring->first)
		ring->last = &ring->first;
	request->next = NULL;
	ring->current = request;
	return request;
}

void tcmu_ring_complete(struct tcmu_ring *ring, struct tcmu_request *request,
			const struct sim_cmd *cmd)
{
	bool read_len = ring->mb->flags & TCMU_MAILBOX_FLAG_CAP_READ_LEN;

	/*
	 * Without a length the kernel copies the whole buffer, with what some
	 * earlier command left there; and it takes a length of 0 for none.
	 */
	if (cmd->status == SIM_GOOD && (!cmd->done || !read_len)) {
		size_t skip = cmd->done;

		for (size_t i = 0; i < request->iov_count; i++) {
			struct iovec *iov = &request->iov[i];
			size_t keep = skip < iov->iov_len ? skip : iov->iov_len;

			memset((char *)iov->iov_base + keep, 0, iov->iov_len - keep);
			skip -= keep;
		}
	}
	answer(ring, request->id, cmd);
	ring->current = NULL;
	free(request);
}

bool tcmu_ring_take_reset(struct tcmu_ring *ring)
{
	bool reset = ring->reset;

	ring->reset = false;
	return reset;
}
