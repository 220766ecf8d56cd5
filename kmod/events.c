// SPDX-License-Identifier: GPL-2.0
/*
 * Events over generic netlink.  Nothing in the driver waits for a listener:
 * a message that finds no room is lost, and the gap in the numbers shows it.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "changer.h"

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

/* One u32 attribute; a message is a list of them, and at most one of each else. */
struct dmx_attr {
	u16 type;
	u32 value;
};

struct dmx_message {
	u8 event;
	struct dmx_mux *mux;
	const struct dmx_attr *attrs;
	unsigned int nr;
	u16 type64;		/* of value64, 0: there is none */
	u64 value64;
	struct dmx_member *m;	/* whose result */
	const struct discmux_result *res;	/* NULL without a result */
};

static int dmx_put_result(struct sk_buff *skb, struct dmx_member *m,
			  const struct discmux_result *res)
{
	struct discmux_status_block block;

	if (nla_put_u32(skb, DISCMUX_ATTR_ERROR, res->error) ||
	    nla_put_u32(skb, DISCMUX_ATTR_STATUS, res->status))
		return -EMSGSIZE;
	if (res->sense_len &&
	    nla_put(skb, DISCMUX_ATTR_SENSE, res->sense_len, res->sense))
		return -EMSGSIZE;
	dmx_status_block(m, 0, res, false, &block);
	return nla_put(skb, DISCMUX_ATTR_STATUS_BLOCK, sizeof(block), &block);
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
	if (msg->type64 &&
	    nla_put_u64_64bit(skb, msg->type64, msg->value64, DISCMUX_ATTR_PAD))
		return -EMSGSIZE;
	return msg->res ? dmx_put_result(skb, msg->m, msg->res) : 0;
}

/* NULL: no memory, and the number of the event is missing to everybody. */
static struct sk_buff *dmx_build(const struct dmx_message *msg)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *head;

	if (!skb)
		return NULL;
	head = genlmsg_put(skb, 0, 0, &dmx_family, 0, msg->event);
	if (!head || dmx_put_attrs(skb, msg)) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, head);
	return skb;
}

static void dmx_send(const struct dmx_message *msg)
{
	struct sk_buff *skb;
	int ret;

	mutex_lock(&dmx_events_lock);
	dmx_event_seq++;
	dmx_count(msg->mux, DMX_MC_EVENTS, 1);
	if (!genl_has_listeners(&dmx_family, &init_net, 0))
		goto out;
	skb = dmx_build(msg);
	/*
	 * A full listener sees by its socket and by the gap in the numbers what
	 * it lost.  GFP_ATOMIC: for anything that may sleep the sender gives up
	 * the processor when a listener lags.
	 */
	ret = skb ? genlmsg_multicast(&dmx_family, skb, 0, 0, GFP_ATOMIC) : -ENOMEM;
	if (ret && ret != -ESRCH)
		dmx_count(msg->mux, DMX_MC_EVENTS_LOST, 1);
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

/* A move or another operation begins, or has ended with job->res. */
void dmx_event_job(struct dmx_mux *mux, struct dmx_member *m,
		   const struct dmx_job *job, bool started)
{
	bool move = job->kind == DMX_JOB_MOVE;
	const struct dmx_attr attrs[] = {
		{ DISCMUX_ATTR_MEMBER, m->id },
		{ DISCMUX_ATTR_SOURCE, job->source },
		{ DISCMUX_ATTR_DESTINATION, job->destination },
		{ DISCMUX_ATTR_OPERATION, job->kind },
	};
	const struct dmx_message msg = {
		.event = move ? (started ? DISCMUX_EVENT_MOVE_STARTED :
					   DISCMUX_EVENT_MOVE_DONE) :
				(started ? DISCMUX_EVENT_OPERATION_STARTED :
					   DISCMUX_EVENT_OPERATION_DONE),
		.mux = mux, .m = m,
		.attrs = attrs, .nr = move ? 3 : 4, .res = started ? NULL : &job->res,
	};

	dmx_send(&msg);
}

void dmx_event_elements(struct dmx_mux *mux, u32 id, u64 generation)
{
	const struct dmx_attr attrs[] = {
		{ DISCMUX_ATTR_MEMBER, id },
	};
	const struct dmx_message msg = {
		.event = DISCMUX_EVENT_ELEMENTS_CHANGED, .mux = mux,
		.attrs = attrs, .nr = ARRAY_SIZE(attrs),
		.type64 = DISCMUX_ATTR_GENERATION, .value64 = generation,
	};

	dmx_send(&msg);
}

void dmx_event_state(struct dmx_member *m, u32 state)
{
	struct dmx_mux *mux = READ_ONCE(m->mux);
	const struct dmx_attr attrs[] = {
		{ DISCMUX_ATTR_MEMBER, m->id },
		{ DISCMUX_ATTR_ROLE, m->role },
		{ DISCMUX_ATTR_UNIT, m->unit },
		{ DISCMUX_ATTR_STATE, state },
	};
	const struct dmx_message msg = {
		.event = DISCMUX_EVENT_MEMBER_STATE, .mux = mux,
		.attrs = attrs, .nr = ARRAY_SIZE(attrs),
	};

	if (mux)
		dmx_send(&msg);
}

/* A unit attention came that is not about a new disc. */
void dmx_event_attention(struct dmx_member *m, const struct discmux_result *res)
{
	struct dmx_mux *mux = READ_ONCE(m->mux);
	const struct dmx_attr attrs[] = {
		{ DISCMUX_ATTR_MEMBER, m->id },
		{ DISCMUX_ATTR_ROLE, m->role },
		{ DISCMUX_ATTR_UNIT, m->unit },
	};
	const struct dmx_message msg = {
		.event = DISCMUX_EVENT_ATTENTION, .mux = mux, .m = m,
		.attrs = attrs, .nr = ARRAY_SIZE(attrs), .res = res,
	};

	if (mux)
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
		.event = DISCMUX_EVENT_RECORDER_FAILED, .mux = mux, .m = m,
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
		.type64 = event == DISCMUX_EVENT_STREAM_STARTED ? 0 : DISCMUX_ATTR_BYTES,
		.value64 = bytes,
	};

	dmx_send(&msg);
}
