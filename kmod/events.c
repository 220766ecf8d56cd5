// SPDX-License-Identifier: GPL-2.0
/*
 * Events over generic netlink.  Nothing in the driver waits for a listener:
 * a message that finds no room is lost, and the gap in the numbers shows it.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "dmx.h"

static DEFINE_MUTEX(dmx_events_lock);	/* numbers go out in their order */
static u64 dmx_event_seq;

static const struct genl_multicast_group dmx_groups[] = {
	{ .name = DISCMUX_GENL_GROUP },
};

static struct genl_family dmx_family __ro_after_init = {
	.name = DISCMUX_GENL_NAME,
	.version = DISCMUX_GENL_VERSION,
	.maxattr = DISCMUX_ATTR_MAX,
	.module = THIS_MODULE,
	.mcgrps = dmx_groups,
	.n_mcgrps = ARRAY_SIZE(dmx_groups),
};

int dmx_events_register(void)
{
	return genl_register_family(&dmx_family);
}

void dmx_events_unregister(void)
{
	genl_unregister_family(&dmx_family);
}

u64 dmx_events_seq(void)
{
	u64 seq;

	mutex_lock(&dmx_events_lock);
	seq = dmx_event_seq;
	mutex_unlock(&dmx_events_lock);
	return seq;
}

/* One u32 attribute; a message is a list of them and at most one sense. */
struct dmx_attr {
	u16 type;
	u32 value;
};

struct dmx_message {
	u8 event;
	struct dmx_mux *mux;
	const struct dmx_attr *attrs;
	unsigned int nr;
	bool has_bytes;
	u64 bytes;
	const struct discmux_result *res;	/* NULL without a result */
};

static int dmx_put_result(struct sk_buff *skb, const struct discmux_result *res)
{
	if (nla_put_u32(skb, DISCMUX_ATTR_ERROR, res->error) ||
	    nla_put_u32(skb, DISCMUX_ATTR_STATUS, res->status))
		return -EMSGSIZE;
	if (!res->sense_len)
		return 0;
	return nla_put(skb, DISCMUX_ATTR_SENSE, res->sense_len, res->sense);
}

static int dmx_put_attrs(struct sk_buff *skb, const struct dmx_message *msg)
{
	unsigned int i;

	if (nla_put_u64_64bit(skb, DISCMUX_ATTR_SEQ, dmx_event_seq, DISCMUX_ATTR_PAD) ||
	    nla_put_u32(skb, DISCMUX_ATTR_MUX, msg->mux->id))
		return -EMSGSIZE;
	for (i = 0; i < msg->nr; i++) {
		if (nla_put_u32(skb, msg->attrs[i].type, msg->attrs[i].value))
			return -EMSGSIZE;
	}
	if (msg->has_bytes &&
	    nla_put_u64_64bit(skb, DISCMUX_ATTR_BYTES, msg->bytes, DISCMUX_ATTR_PAD))
		return -EMSGSIZE;
	return msg->res ? dmx_put_result(skb, msg->res) : 0;
}

static void dmx_send(const struct dmx_message *msg)
{
	struct sk_buff *skb;
	void *head;

	mutex_lock(&dmx_events_lock);
	dmx_event_seq++;
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		goto out;
	head = genlmsg_put(skb, 0, 0, &dmx_family, 0, msg->event);
	if (!head || dmx_put_attrs(skb, msg)) {
		nlmsg_free(skb);
		goto out;
	}
	genlmsg_end(skb, head);
	/* Nobody listening, or a full listener: neither is our business. */
	genlmsg_multicast(&dmx_family, skb, 0, 0, GFP_KERNEL);
out:
	mutex_unlock(&dmx_events_lock);
}

void dmx_event_member(u8 event, struct dmx_mux *mux, u32 id, u32 role, u32 unit)
{
	const struct dmx_attr attrs[] = {
		{ DISCMUX_ATTR_MEMBER, id },
		{ DISCMUX_ATTR_ROLE, role },
		{ DISCMUX_ATTR_UNIT, unit },
	};
	const struct dmx_message msg = {
		.event = event, .mux = mux,
		.attrs = attrs, .nr = ARRAY_SIZE(attrs),
	};

	dmx_send(&msg);
}

/* @res is NULL for a move that starts. */
void dmx_event_move(u8 event, struct dmx_mux *mux, u32 id, u32 source,
		    u32 destination, const struct discmux_result *res)
{
	const struct dmx_attr attrs[] = {
		{ DISCMUX_ATTR_MEMBER, id },
		{ DISCMUX_ATTR_SOURCE, source },
		{ DISCMUX_ATTR_DESTINATION, destination },
	};
	const struct dmx_message msg = {
		.event = event, .mux = mux,
		.attrs = attrs, .nr = ARRAY_SIZE(attrs), .res = res,
	};

	dmx_send(&msg);
}

void dmx_event_failed(struct dmx_mux *mux, u32 stream, struct dmx_member *m,
		      u32 lba, const struct discmux_result *res)
{
	const struct dmx_attr attrs[] = {
		{ DISCMUX_ATTR_STREAM, stream },
		{ DISCMUX_ATTR_MEMBER, m->id },
		{ DISCMUX_ATTR_UNIT, m->unit },
		{ DISCMUX_ATTR_LBA, lba },
	};
	const struct dmx_message msg = {
		.event = DISCMUX_EVENT_RECORDER_FAILED, .mux = mux,
		.attrs = attrs, .nr = ARRAY_SIZE(attrs), .res = res,
	};

	dmx_send(&msg);
}

/* @error, a positive errno, goes out with the end of a stream only. */
void dmx_event_stream(u8 event, struct dmx_mux *mux, u32 stream, u32 recorders,
		      u64 bytes, int error)
{
	const struct dmx_attr attrs[] = {
		{ DISCMUX_ATTR_STREAM, stream },
		{ DISCMUX_ATTR_RECORDERS, recorders },
		{ DISCMUX_ATTR_ERROR, error },
	};
	const struct dmx_message msg = {
		.event = event, .mux = mux, .attrs = attrs,
		.nr = event == DISCMUX_EVENT_STREAM_END ? 3 : 2,
		.has_bytes = event != DISCMUX_EVENT_STREAM_STARTED,
		.bytes = bytes,
	};

	dmx_send(&msg);
}
