// SPDX-License-Identifier: GPL-2.0
#include "events.h"
#include "mux.h"

#include <errno.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BACKLOG	256	/* events of one recvmsg() */

struct events {
	struct nl_sock *sock;
	int family;
	unsigned int have, taken;
	int error;
	struct event queue[BACKLOG];
};

static const uint8_t kinds[DISCMUX_ATTR_MAX + 1] = {
	[DISCMUX_ATTR_SEQ] = NLA_U64,
	[DISCMUX_ATTR_MUX] = NLA_U32,
	[DISCMUX_ATTR_MEMBER] = NLA_U32,
	[DISCMUX_ATTR_ROLE] = NLA_U32,
	[DISCMUX_ATTR_UNIT] = NLA_U32,
	[DISCMUX_ATTR_SOURCE] = NLA_U32,
	[DISCMUX_ATTR_DESTINATION] = NLA_U32,
	[DISCMUX_ATTR_ERROR] = NLA_U32,
	[DISCMUX_ATTR_STATUS] = NLA_U32,
	[DISCMUX_ATTR_SENSE] = NLA_BINARY,
	[DISCMUX_ATTR_LBA] = NLA_U32,
	[DISCMUX_ATTR_STREAM] = NLA_U32,
	[DISCMUX_ATTR_RECORDERS] = NLA_U32,
	[DISCMUX_ATTR_BYTES] = NLA_U64,
	[DISCMUX_ATTR_OPERATION] = NLA_U32,
	[DISCMUX_ATTR_STATE] = NLA_U32,
	[DISCMUX_ATTR_GENERATION] = NLA_U64,
	[DISCMUX_ATTR_STATUS_BLOCK] = NLA_BINARY,
};

static uint64_t *wide(struct event *e, int type)
{
	return type == DISCMUX_ATTR_SEQ ? &e->seq :
	       type == DISCMUX_ATTR_BYTES ? &e->bytes : &e->generation;
}

static int take_binary(struct event *e, int type, const struct nlattr *a, int len)
{
	if (type == DISCMUX_ATTR_STATUS_BLOCK) {
		if (len != (int)sizeof(e->block))
			return -EPROTO;
		memcpy(&e->block, nla_data(a), sizeof(e->block));
		return 0;
	}
	if (len < 1 || len > (int)sizeof(e->sense))
		return -EPROTO;
	memcpy(e->sense, nla_data(a), (size_t)len);
	e->sense_len = (uint32_t)len;
	return 0;
}

static int take(struct event *e, const struct nlattr *a)
{
	int type = nla_type(a), len = nla_len(a);

	if (type == DISCMUX_ATTR_PAD)
		return 0;
	if (type > DISCMUX_ATTR_MAX || e->has & 1u << type)
		return -EPROTO;
	e->has |= 1u << type;
	switch (kinds[type]) {
	case NLA_U32:
		e->value[type] = len == 4 ? nla_get_u32((struct nlattr *)(uintptr_t)a) : 0;
		return len == 4 ? 0 : -EPROTO;
	case NLA_U64:
		if (len != 8)
			return -EPROTO;
		memcpy(wide(e, type), nla_data(a), 8);
		return 0;
	case NLA_BINARY:
		return take_binary(e, type, a, len);
	}
	return -EPROTO;
}

static int hear(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *head = nlmsg_hdr(msg);
	struct genlmsghdr *genl = nlmsg_data(head);
	struct events *events = arg;
	struct nlattr *a;
	struct event *e;
	int rest;

	if (head->nlmsg_type != events->family || events->have == BACKLOG)
		return NL_OK;
	e = &events->queue[events->have++];
	memset(e, 0, sizeof(*e));
	e->type = genl->cmd;
	if (genl->version != DISCMUX_GENL_VERSION)
		events->error = -EPROTO;
	nla_for_each_attr(a, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), rest)
		if (take(e, a))
			events->error = -EPROTO;
	return NL_OK;
}

struct events *events_open(void)
{
	struct events *events = calloc(1, sizeof(*events));
	int group = -1;

	if (!events)
		return NULL;
	events->sock = nl_socket_alloc();
	if (!events->sock || genl_connect(events->sock))
		goto fail;
	events->family = genl_ctrl_resolve(events->sock, DISCMUX_GENL_NAME);
	group = genl_ctrl_resolve_grp(events->sock, DISCMUX_GENL_NAME, DISCMUX_GENL_GROUP);
	if (events->family < 0 || group < 0)
		goto fail;
	nl_socket_disable_seq_check(events->sock);
	nl_socket_set_buffer_size(events->sock, 1 << 20, 0);
	nl_socket_modify_cb(events->sock, NL_CB_VALID, NL_CB_CUSTOM, hear, events);
	if (nl_socket_add_membership(events->sock, group))
		goto fail;
	return events;
fail:
	events_close(events);
	return NULL;
}

void events_room(struct events *events, int bytes)
{
	nl_socket_set_buffer_size(events->sock, bytes, 0);
}

int events_tell_losses(struct events *events)
{
	int one = 1;

	return setsockopt(nl_socket_get_fd(events->sock), SOL_NETLINK, NETLINK_BROADCAST_ERROR,
			  &one, sizeof(one)) ? -errno : 0;
}

void events_close(struct events *events)
{
	if (!events)
		return;
	nl_socket_free(events->sock);
	free(events);
}

int events_next(struct events *events, struct event *event, unsigned int ms)
{
	struct pollfd p = { .fd = nl_socket_get_fd(events->sock), .events = POLLIN };
	int err;

	if (events->taken == events->have) {
		events->taken = events->have = 0;
		if (poll(&p, 1, (int)ms) <= 0)
			return -ETIMEDOUT;
		err = nl_recvmsgs_default(events->sock);
		if (err < 0)
			return err == -NLE_NOMEM ? -ENOBUFS : -EPROTO;
	}
	if (events->error)
		return events->error;
	if (events->taken == events->have)
		return -EPROTO;
	*event = events->queue[events->taken++];
	return 0;
}

int events_wait(struct events *events, uint8_t type, struct event *event, uint64_t *seq,
		unsigned int ms)
{
	uint64_t until = now_ms() + ms * PATIENCE, now;
	int ret;

	while ((now = now_ms()) <= until) {
		ret = events_next(events, event, (unsigned int)(until - now));
		if (ret)
			return ret;
		if (*seq && event->seq != *seq + 1)
			return -EILSEQ;
		*seq = event->seq;
		if (event->type == type)
			return 0;
	}
	return -ETIMEDOUT;
}
