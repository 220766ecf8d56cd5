// SPDX-License-Identifier: GPL-2.0
/*
 * The changer: its elements, and which drive sits in which.  element_status.c
 * asks for them, moves.c moves.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "changer.h"

struct dmx_map *dmx_map_get(struct dmx_changer *ch)
{
	struct dmx_map *map;

	spin_lock(&ch->lock);
	map = ch->map;
	kref_get(&map->ref);
	spin_unlock(&ch->lock);
	return map;
}

static void dmx_map_free(struct kref *ref)
{
	kvfree(container_of(ref, struct dmx_map, ref));
}

void dmx_map_put(struct dmx_map *map)
{
	kref_put(&map->ref, dmx_map_free);
}

struct dmx_map *dmx_map_alloc(unsigned int nr)
{
	struct dmx_map *map = kvzalloc(struct_size(map, e, nr), GFP_KERNEL);

	if (map)
		kref_init(&map->ref);
	return map;
}

/* Makes @map the current one; the caller's reference goes with it. */
static void dmx_map_publish(struct dmx_changer *ch, struct dmx_map *map)
{
	struct dmx_mux *mux = READ_ONCE(ch->member->mux);
	struct dmx_map *old;
	bool changed;
	u64 generation;

	spin_lock(&ch->lock);
	old = ch->map;
	ch->map = map;
	changed = old->nr != map->nr ||
		  memcmp(old->e, map->e, map->nr * sizeof(map->e[0]));
	ch->generation += changed;
	generation = ch->generation;
	ch->asked = ktime_get();
	ch->stale = false;
	ch->garbled = false;
	spin_unlock(&ch->lock);
	dmx_map_put(old);
	if (changed && mux)
		dmx_event_elements(mux, ch->member->id, generation);
}

/* An MC-8100, MC-8200 or MC-8600, which has commands of its own. */
bool dmx_is_library(struct dmx_member *m)
{
	return !strncmp(m->sdev->model, "JVC-CHG MC-8", 12);
}

/**
 * dmx_changer_refresh() - read all elements, and tie the drives to them
 * @m: a changer
 *
 * The caller has set mech to asked or moving, or is the only one to know the
 * changer.
 */
int dmx_changer_refresh(struct dmx_member *m)
{
	struct dmx_mux *mux;
	struct dmx_map *map;
	int ret = dmx_status_map(m, &map);

	if (ret) {
		dmx_changer_stale(m);
		return ret;
	}
	dmx_map_publish(m->changer, map);
	mux = READ_ONCE(m->mux);
	if (mux)
		dmx_members_tie(mux);
	return 0;
}

/* What is where may have changed: a refresh is due. */
void dmx_changer_stale(struct dmx_member *m)
{
	struct dmx_changer *ch = m->changer;

	if (!ch)
		return;
	spin_lock(&ch->lock);
	ch->stale = true;
	spin_unlock(&ch->lock);
}

/* Called by the probe, before the changer is a member. */
int dmx_changer_setup(struct dmx_member *m)
{
	struct dmx_changer *ch = kzalloc(sizeof(*ch), GFP_KERNEL);

	if (!ch)
		return -ENOMEM;
	ch->map = dmx_map_alloc(0);
	if (!ch->map) {
		kfree(ch);
		return -ENOMEM;
	}
	spin_lock_init(&ch->lock);
	init_waitqueue_head(&ch->wait);
	INIT_LIST_HEAD(&ch->jobs);
	INIT_WORK(&ch->work, dmx_jobs_work);
	dmx_status_begin(ch);
	ch->asked = ktime_get();
	ch->member = m;
	m->changer = ch;
	/* A changer that is still initializing is a member all the same. */
	if (dmx_changer_refresh(m))
		sdev_printk(KERN_INFO, m->sdev, "discmux: no element status yet\n");
	return 0;
}

/* With the last reference to the member: no job is left. */
void dmx_changer_free(struct dmx_member *m)
{
	if (!m->changer)
		return;
	dmx_map_put(m->changer->map);
	kfree(m->changer);
}

static bool dmx_tie_matches(struct dmx_member *m, const struct discmux_element *e)
{
	if (e->type != DISCMUX_ELEMENT_DATA_TRANSFER)
		return false;
	if (e->identifier[0])
		return dmx_element_identifies(e, m->serial);
	return e->flags & DISCMUX_ELEMENT_ID_VALID && e->scsi_id == m->sdev->id;
}

/*
 * The element that a drive sits in.  An SCSI id is only good as long as no
 * other drive of the mux could be meant: ids are unique on a bus, not in a
 * machine.
 */
static u32 dmx_tie_one(struct dmx_mux *mux, struct dmx_member *m,
		       const struct dmx_map *map)
{
	struct dmx_member *other;
	unsigned int i;

	lockdep_assert_held(&mux->lock);
	for (i = 0; i < map->nr; i++) {
		const struct discmux_element *e = &map->e[i];
		bool alone = true;

		if (!dmx_tie_matches(m, e))
			continue;
		list_for_each_entry(other, &mux->members, mux_link)
			alone &= other == m || other->role == DISCMUX_ROLE_CHANGER ||
				 !dmx_tie_matches(other, e);
		if (alone)
			return e->address;
	}
	return DISCMUX_NONE;
}

/* Ties the drives of a mux to the elements of its changer, by what is known. */
void dmx_members_tie(struct dmx_mux *mux)
{
	struct dmx_member *changer = dmx_member_by_role(mux, DISCMUX_ROLE_CHANGER);
	struct dmx_map *map = changer ? dmx_map_get(changer->changer) : NULL;
	struct dmx_member *m;

	mutex_lock(&mux->lock);
	list_for_each_entry(m, &mux->members, mux_link) {
		u32 element = map && m->role != DISCMUX_ROLE_CHANGER ?
			dmx_tie_one(mux, m, map) : DISCMUX_NONE;

		spin_lock_irq(&m->lock);
		if (!m->element_by_hand)
			m->element = element;
		spin_unlock_irq(&m->lock);
	}
	mutex_unlock(&mux->lock);
	if (changer) {
		dmx_map_put(map);
		dmx_member_put(changer);
	}
}

/* A drive was tied by hand: what ELEMENT_STATUS says has changed. */
void dmx_changer_tied(struct dmx_mux *mux)
{
	struct dmx_member *m = dmx_member_by_role(mux, DISCMUX_ROLE_CHANGER);
	u64 generation;

	if (!m)
		return;
	spin_lock(&m->changer->lock);
	generation = ++m->changer->generation;
	spin_unlock(&m->changer->lock);
	dmx_event_elements(mux, m->id, generation);
	dmx_member_put(m);
}

/* True when there is an answer: 1 the caller may ask, 0 a move is running. */
static bool dmx_may_ask(struct dmx_changer *ch, int *may)
{
	bool known = true;

	spin_lock(&ch->lock);
	*may = 0;
	if (!ch->pending && ch->mech == DMX_MECH_IDLE) {
		ch->mech = DMX_MECH_ASKED;
		*may = 1;
	} else if (!ch->moving) {
		known = false;	/* that takes no time worth mentioning */
	}
	spin_unlock(&ch->lock);
	return known;
}

/* Asks the changer unless it moves; failures show as "stale". */
int dmx_status_refresh(struct dmx_member *m)
{
	struct dmx_changer *ch = m->changer;
	int may;

	if (wait_event_killable(ch->wait, dmx_may_ask(ch, &may)))
		return -EINTR;
	if (!may)
		return 0;
	dmx_changer_refresh(m);
	spin_lock(&ch->lock);
	ch->mech = DMX_MECH_IDLE;
	spin_unlock(&ch->lock);
	wake_up_all(&ch->wait);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static u32 dmx_member_in(struct dmx_mux *mux, u32 address)
{
	struct dmx_member *m;
	u32 id = DISCMUX_NONE;

	mutex_lock(&mux->lock);
	list_for_each_entry(m, &mux->members, mux_link) {
		if (READ_ONCE(m->element) == address)
			id = m->id;
	}
	mutex_unlock(&mux->lock);
	return id;
}

static int dmx_status_fill(struct dmx_mux *mux, struct dmx_map *map,
			   struct discmux_element_status *arg)
{
	unsigned int i, n = 0;

	for (i = 0; i < map->nr; i++) {
		struct discmux_element e = map->e[i];

		if (e.address < arg->first || (arg->type && e.type != arg->type))
			continue;
		if (e.type == DISCMUX_ELEMENT_DATA_TRANSFER)
			e.member = dmx_member_in(mux, e.address);
		if (n < arg->nr_elements &&
		    dmx_put_array(arg->elements, n, arg->element_stride, &e, sizeof(e)))
			return -EFAULT;
		n++;
	}
	arg->nr_elements = n;
	return 0;
}

static int dmx_status_check(const struct discmux_element_status *arg)
{
	if (arg->flags & ~DISCMUX_STATUS_REFRESH || arg->__reserved)
		return -EOPNOTSUPP;
	if (arg->type > DISCMUX_ELEMENT_LABEL_PRINT)
		return -EINVAL;
	if (arg->nr_elements && (arg->element_stride < offsetof(struct discmux_element,
								volume_tag) ||
				 arg->element_stride > DMX_STRIDE_MAX))
		return -EINVAL;
	return 0;
}

int dmx_ioctl_element_status(struct dmx_call *call)
{
	struct discmux_element_status *arg = call->arg;
	struct dmx_mux *mux = call->file->mux;
	int ret = dmx_status_check(arg);
	struct dmx_changer *ch;
	struct dmx_member *m;
	struct dmx_map *map;

	if (ret)
		return ret;
	m = dmx_member_by_role(mux, DISCMUX_ROLE_CHANGER);
	if (!m)
		return -ENOENT;
	ch = m->changer;
	if (arg->flags & DISCMUX_STATUS_REFRESH)
		ret = dmx_status_refresh(m);
	if (ret)
		goto out;
	spin_lock(&ch->lock);
	map = ch->map;
	kref_get(&map->ref);
	arg->changer = m->id;
	arg->state = (ch->moving ? DISCMUX_STATUS_MOVING : 0) |
		     (ch->stale ? DISCMUX_STATUS_STALE : 0) |
		     (ch->garbled ? DISCMUX_STATUS_GARBLED : 0);
	arg->age_ms = min_t(s64, ktime_ms_delta(ktime_get(), ch->asked), U32_MAX);
	arg->generation = ch->generation;
	spin_unlock(&ch->lock);
	ret = dmx_status_fill(mux, map, arg);
	dmx_map_put(map);
out:
	dmx_member_put(m);
	return ret;
}
