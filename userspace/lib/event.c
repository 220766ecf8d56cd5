// SPDX-License-Identifier: LGPL-2.1
/* Events of the driver, over generic netlink. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "internal.h"

/* Room for a burst of events; the kernel drops what does not fit, and the gap
 * in the numbers shows it. */
#define SOCKET_BYTES (256 * 1024)

struct discmux_events {
	struct nl_sock *sock;
	int family;
	uint64_t last_seq;		/* 0 before the first event */
	unsigned char *buf;		/* what nl_recv() gave */
	struct nlmsghdr *next;		/* the message in it to be read next */
	int left;			/* bytes from there */
	struct discmux note;		/* keeps the message of an error */
};

/* Where an attribute of 32 bits goes, by its number. */
static uint32_t *field32(struct discmux_event_info *info, unsigned int attr)
{
	switch (attr) {
	case DISCMUX_ATTR_MUX:
		return &info->mux;
	case DISCMUX_ATTR_MEMBER:
		return &info->member;
	case DISCMUX_ATTR_ROLE:
		return &info->role;
	case DISCMUX_ATTR_UNIT:
		return &info->unit;
	case DISCMUX_ATTR_SOURCE:
		return &info->source;
	case DISCMUX_ATTR_DESTINATION:
		return &info->destination;
	case DISCMUX_ATTR_ERROR:
		return &info->error;
	case DISCMUX_ATTR_STATUS:
		return &info->status;
	case DISCMUX_ATTR_LBA:
		return &info->lba;
	case DISCMUX_ATTR_STREAM:
		return &info->stream;
	case DISCMUX_ATTR_RECORDERS:
		return &info->recorders;
	case DISCMUX_ATTR_OPERATION:
		return &info->operation;
	case DISCMUX_ATTR_STATE:
		return &info->state;
	default:
		return NULL;
	}
}

static uint64_t *field64(struct discmux_event_info *info, unsigned int attr)
{
	switch (attr) {
	case DISCMUX_ATTR_SEQ:
		return &info->seq;
	case DISCMUX_ATTR_BYTES:
		return &info->bytes;
	case DISCMUX_ATTR_GENERATION:
		return &info->generation;
	default:
		return NULL;
	}
}

static int take_attr(const struct nlattr *attr, struct discmux_event_info *info)
{
	unsigned int type = (unsigned int)nla_type(attr);
	size_t len = (size_t)nla_len(attr);
	uint32_t *field = field32(info, type);
	uint64_t *wide = field64(info, type);

	if (field) {
		if (len != sizeof(*field))
			return -EBADMSG;
		*field = nla_get_u32(attr);
	} else if (wide) {
		if (len != sizeof(*wide))
			return -EBADMSG;
		memcpy(wide, nla_data(attr), len);
	} else if (type == DISCMUX_ATTR_SENSE) {
		info->sense_len = (uint32_t)(len < sizeof(info->sense) ? len : sizeof(info->sense));
		memcpy(info->sense, nla_data(attr), info->sense_len);
	} else if (type == DISCMUX_ATTR_STATUS_BLOCK) {
		memcpy(&info->block, nla_data(attr),
		       len < sizeof(info->block) ? len : sizeof(info->block));
	} else {
		return 0;	/* padding, or of a newer driver */
	}
	info->has |= 1u << type;
	return 0;
}

int dm_event_decode(const struct nlmsghdr *hdr, struct discmux_event_info *info)
{
	const uint32_t needed = 1u << DISCMUX_ATTR_SEQ | 1u << DISCMUX_ATTR_MUX;
	const struct genlmsghdr *genl;
	const struct nlattr *attr;
	int left, err = 0;

	memset(info, 0, sizeof(*info));
	if (!genlmsg_valid_hdr((struct nlmsghdr *)hdr, 0))
		return -EBADMSG;
	genl = nlmsg_data(hdr);
	info->event = genl->cmd;
	nla_for_each_attr(attr, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), left) {
		err = take_attr(attr, info);
		if (err)
			return err;
	}
	return (info->has & needed) == needed ? 0 : -EBADMSG;
}

static int subscribe(struct discmux_events *ev)
{
	int group, err, one = 1;

	err = genl_connect(ev->sock);
	if (err < 0)
		return dm_fail(&ev->note, -EIO, "cannot listen to events: %s", nl_geterror(err));
	ev->family = genl_ctrl_resolve(ev->sock, DISCMUX_GENL_NAME);
	group = ev->family < 0 ?
			-1 :
			genl_ctrl_resolve_grp(ev->sock, DISCMUX_GENL_NAME, DISCMUX_GENL_GROUP);
	if (group < 0)
		return dm_fail(&ev->note, -ENOENT,
			       "the driver is not loaded: run modprobe discmux");
	nl_socket_disable_seq_check(ev->sock);
	nl_socket_set_buffer_size(ev->sock, SOCKET_BYTES, 0);
	/* The driver counts what does not get here; without it the gap shows it only here */
	setsockopt(nl_socket_get_fd(ev->sock), SOL_NETLINK, NETLINK_BROADCAST_ERROR, &one,
		   sizeof(one));
	err = nl_socket_add_membership(ev->sock, group);
	if (err < 0 || nl_socket_set_nonblocking(ev->sock) < 0)
		return dm_fail(&ev->note, -EIO, "cannot listen to events: %s", nl_geterror(err));
	return 0;
}

int discmux_events_open(struct discmux_events **out)
{
	struct discmux_events *ev = *out = calloc(1, sizeof(*ev));

	if (!ev)
		return -ENOMEM;
	ev->sock = nl_socket_alloc();
	if (!ev->sock)
		return dm_fail(&ev->note, -ENOMEM, "out of memory");
	return subscribe(ev);
}

int discmux_events_fd(const struct discmux_events *ev)
{
	return nl_socket_get_fd(ev->sock);
}

/* Fills the buffer.  Returns 1, 0 when there is nothing, or a negative errno. */
static int receive(struct discmux_events *ev)
{
	struct sockaddr_nl from;
	int n;

	free(ev->buf);
	ev->buf = NULL;
	ev->next = NULL;
	n = nl_recv(ev->sock, &from, &ev->buf, NULL);
	if (n == -NLE_NOMEM || n == -NLE_INTR)	/* ENOBUFS: events were lost, more follow */
		return 1;
	if (n == 0 || n == -NLE_AGAIN)
		return 0;
	if (n < 0)
		return dm_fail(&ev->note, -EIO, "reading events: %s", nl_geterror(n));
	if (from.nl_pid != 0)			/* not from the kernel */
		return 1;
	ev->next = (struct nlmsghdr *)ev->buf;
	ev->left = n;
	return 1;
}

/* The next event in the buffer.  Returns 1, or 0 when it is used up. */
static int next_event(struct discmux_events *ev, struct discmux_event_info *info)
{
	while (ev->next && nlmsg_ok(ev->next, ev->left)) {
		const struct nlmsghdr *hdr = ev->next;

		ev->next = nlmsg_next(ev->next, &ev->left);
		if (hdr->nlmsg_type != ev->family || dm_event_decode(hdr, info))
			continue;
		if (ev->last_seq && info->seq > ev->last_seq + 1)
			info->lost = info->seq - ev->last_seq - 1;
		ev->last_seq = info->seq;
		return 1;
	}
	ev->next = NULL;
	return 0;
}

int discmux_events_read(struct discmux_events *ev, int timeout_ms,
			struct discmux_event_info *info)
{
	struct pollfd poll_fd = { .fd = discmux_events_fd(ev), .events = POLLIN };
	int64_t end = (int64_t)dm_now_ms() + timeout_ms;
	int64_t left;
	int ret;

	for (;;) {
		if (next_event(ev, info))
			return 1;
		ret = receive(ev);
		if (ret < 0)
			return ret;
		if (ret > 0)
			continue;
		left = timeout_ms < 0 ? -1 : end - (int64_t)dm_now_ms();
		if (timeout_ms >= 0 && left <= 0)
			return 0;
		if (poll(&poll_fd, 1, (int)left) < 0)
			return dm_fail(&ev->note, -errno, "waiting for events: %s",
				       strerror(errno));
	}
}

const char *discmux_events_error(const struct discmux_events *ev)
{
	return discmux_error(ev ? &ev->note : NULL);
}

void discmux_events_close(struct discmux_events *ev)
{
	if (!ev)
		return;
	nl_socket_free(ev->sock);
	free(ev->buf);
	free(ev);
}

const char *discmux_event_name(uint32_t event)
{
	static const char *const names[] = {
		[DISCMUX_EVENT_MEMBER_ADDED] = "member-added",
		[DISCMUX_EVENT_MEMBER_REMOVED] = "member-removed",
		[DISCMUX_EVENT_MEDIUM_CHANGED] = "medium-changed",
		[DISCMUX_EVENT_MOVE_STARTED] = "move-started",
		[DISCMUX_EVENT_MOVE_DONE] = "move-done",
		[DISCMUX_EVENT_RECORDER_FAILED] = "recorder-failed",
		[DISCMUX_EVENT_STREAM_STARTED] = "stream-started",
		[DISCMUX_EVENT_STREAM_PROGRESS] = "stream-progress",
		[DISCMUX_EVENT_STREAM_END] = "stream-end",
		[DISCMUX_EVENT_OPERATION_STARTED] = "operation-started",
		[DISCMUX_EVENT_OPERATION_DONE] = "operation-done",
		[DISCMUX_EVENT_ELEMENTS_CHANGED] = "elements-changed",
		[DISCMUX_EVENT_MEMBER_STATE] = "member-state",
		[DISCMUX_EVENT_ATTENTION] = "attention",
		[DISCMUX_EVENT_RESET] = "reset",
	};

	return event < sizeof(names) / sizeof(*names) && names[event] ? names[event] : "unknown";
}
