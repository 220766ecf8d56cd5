// SPDX-License-Identifier: GPL-2.0
/*
 * Claims: who may change a member.  A claim of a recorder also holds its
 * block device exclusively and keeps sr from polling it, so that nobody
 * mounts, probes, locks or ejects a disc that is being written.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "dmx.h"

#define DMX_QUIET_MS	1000	/* that a claim waits for a command of somebody else's */
#define DMX_UNCLAIM_MS	2000	/* that close() waits for a drive to be let go of */

/* What a claim holds of the rest of the kernel. */
struct dmx_claim_hold {
	struct dmx_bdev bdev;
	struct device *disk;	/* sr's disk, NULL when sr is not bound */
	bool awake;		/* no suspend meanwhile */
};

/* One claim by ioctl, in dmx_file.held; with a reference to @member. */
struct dmx_held {
	struct list_head link;
	struct dmx_member *member;
};

static int dmx_hold(struct dmx_member *m)
{
	struct dmx_claim_hold *hold = kzalloc(sizeof(*hold), GFP_KERNEL);
	int ret;

	lockdep_assert_held(&m->claim_lock);
	if (!hold)
		return -ENOMEM;
	ret = dmx_member_begin(m);
	if (ret)
		goto out_free;
	sdev_disable_disk_events(m->sdev);
	hold->disk = dmx_member_disk(m);
	if (hold->disk) {
		ret = dmx_bdev_open(&hold->bdev, hold->disk->devt, m);
		if (ret)
			goto out_disk;
	}
	hold->awake = m->role == DISCMUX_ROLE_RECORDER;
	if (hold->awake)
		dmx_suspend_hold();
	m->hold = hold;
	spin_lock_irq(&m->lock);
	m->held = true;
	spin_unlock_irq(&m->lock);
	return 0;
out_disk:
	put_device(hold->disk);
	sdev_enable_disk_events(m->sdev);
	dmx_member_end(m);
	/* The disk is going away, or somebody else has it. */
	ret = ret == -ENXIO || ret == -ENODEV ? -ENODEV :
	      ret == -ENOMEM || ret == -EINTR ? ret : -EBUSY;
out_free:
	kfree(hold);
	return ret;
}

static void dmx_unhold(struct dmx_member *m)
{
	struct dmx_claim_hold *hold = m->hold;
	char *env[2] = {};

	lockdep_assert_held(&m->claim_lock);
	m->hold = NULL;
	if (hold->awake)
		dmx_suspend_release();
	if (hold->disk)
		dmx_bdev_close(&hold->bdev);
	dmx_medium_settle(m);
	sdev_enable_disk_events(m->sdev);
	if (hold->disk) {
		/* Nobody else tells udev that the disc has new contents. */
		env[0] = "DISK_MEDIA_CHANGE=1";
		kobject_uevent_env(&hold->disk->kobj, KOBJ_CHANGE, env);
		put_device(hold->disk);
	}
	dmx_member_end(m);
	kfree(hold);
}

/* ---- Commands that come by EXEC, beside claims ------------------------- */

static DECLARE_WAIT_QUEUE_HEAD(dmx_claims_wait);	/* of all members: changes are rare */

/**
 * dmx_member_enter() - a command that changes something is about to be sent
 * @file: by whom
 * @m: to what
 *
 * Return: 0, then dmx_member_leave() when it has ended; -EBUSY.
 */
int dmx_member_enter(struct dmx_file *file, struct dmx_member *m)
{
	int ret = 0;

	spin_lock_irq(&m->lock);
	if (m->streaming || (m->owner && m->owner != file))
		ret = -EBUSY;
	else
		m->changing++;
	spin_unlock_irq(&m->lock);
	return ret;
}

/* In any context. */
void dmx_member_leave(struct dmx_member *m)
{
	unsigned long flags;
	bool quiet, owned;

	spin_lock_irqsave(&m->lock, flags);
	quiet = !--m->changing;
	owned = m->owner || m->streaming;
	spin_unlock_irqrestore(&m->lock, flags);
	if (!owned)
		dmx_medium_settle(m);
	if (quiet)
		wake_up_all(&dmx_claims_wait);
}

/**
 * dmx_member_quiet() - wait for what was sent before the member was taken
 * @m: has an owner, or streams: no further command is sent by others
 *
 * Return: 0, -EINTR, -EBUSY when a command takes longer than DMX_QUIET_MS.
 */
int dmx_member_quiet(struct dmx_member *m)
{
	long left = wait_event_killable_timeout(dmx_claims_wait, !READ_ONCE(m->changing),
						msecs_to_jiffies(DMX_QUIET_MS));

	return left > 0 ? 0 : left ? -EINTR : -EBUSY;
}

/* ---- Claims ------------------------------------------------------------- */

/* Takes the owner's place, or counts one more claim of the same owner. */
static int dmx_claim_owner(struct dmx_file *file, struct dmx_member *m)
{
	int ret = 0;

	spin_lock_irq(&m->lock);
	if (m->dead)
		ret = -ENODEV;
	else if (m->mux != file->mux)
		ret = -ENOENT;
	else if (m->owner && m->owner != file)
		ret = -EBUSY;
	else if (m->claims++ == 0)
		m->owner = file;
	else
		ret = 1;
	spin_unlock_irq(&m->lock);
	return ret;
}

/* One more claim of what its owner has and keeps: there is nothing to wait for. */
static bool dmx_claim_again(struct dmx_file *file, struct dmx_member *m)
{
	bool again;

	spin_lock_irq(&m->lock);
	again = m->held && m->owner == file && m->mux == file->mux && !m->dead;
	m->claims += again;
	spin_unlock_irq(&m->lock);
	return again;
}

/* The opposite; false for the last claim.  With @claim_lock held that one ends. */
static bool dmx_unclaim_again(struct dmx_member *m, bool end)
{
	bool again;

	spin_lock_irq(&m->lock);
	again = m->claims > 1;
	m->claims -= again;
	if (end && !again)
		m->held = false;
	spin_unlock_irq(&m->lock);
	return again;
}

/**
 * dmx_claim() - own a member, or claim it once more as its owner
 * @file: the owner to be
 * @m: the member, of which the caller has a reference until dmx_unclaim()
 *
 * All claims together have one reference to both.
 * Return: 0, -EBUSY, -ENODEV, -ENOENT, -ENOMEM, -EINTR.
 */
int dmx_claim(struct dmx_file *file, struct dmx_member *m)
{
	int ret;

	if (dmx_claim_again(file, m))
		return 0;
	ret = mutex_lock_killable(&m->claim_lock);
	if (ret)
		return ret;
	ret = dmx_claim_owner(file, m);
	if (!ret) {
		ret = dmx_member_quiet(m) ?: dmx_hold(m);
		if (ret) {
			spin_lock_irq(&m->lock);
			m->claims--;
			m->owner = NULL;
			spin_unlock_irq(&m->lock);
		} else {
			kref_get(&m->ref);
			kref_get(&file->ref);
		}
	}
	mutex_unlock(&m->claim_lock);
	return min(ret, 0);
}

/*
 * The last claim ends here and not in its caller: sr may send commands when its
 * disk is closed, and a drive that is dead lets them time out.  Each time it is
 * queued it owns a reference to the module; the claim has those to the member.
 */
void dmx_unclaim_work(struct work_struct *work)
{
	struct dmx_member *m = container_of(work, struct dmx_member, unclaim_work);
	struct dmx_file *file = NULL;

	mutex_lock(&m->claim_lock);
	if (!dmx_unclaim_again(m, true)) {
		dmx_unhold(m);
		spin_lock_irq(&m->lock);
		file = m->owner;
		m->claims = 0;
		m->owner = NULL;
		spin_unlock_irq(&m->lock);
	}
	mutex_unlock(&m->claim_lock);
	WRITE_ONCE(m->unclaiming, false);
	wake_up_all(&dmx_claims_wait);
	if (file) {
		dmx_member_tell_state(m);
		dmx_file_put(file);
		dmx_member_put(m);
	}
	module_put(THIS_MODULE);
}

/* Begins to undo one dmx_claim(). */
static void dmx_unclaim_begin(struct dmx_member *m)
{
	if (dmx_unclaim_again(m, false))
		return;
	WRITE_ONCE(m->unclaiming, true);
	__module_get(THIS_MODULE);
	if (!queue_work(dmx_slow_wq, &m->unclaim_work))
		module_put(THIS_MODULE);
}

/* A drive that lives is free when this returns; one that does not is not waited for. */
static void dmx_unclaim_wait(struct dmx_member *m)
{
	wait_event_killable_timeout(dmx_claims_wait, !READ_ONCE(m->unclaiming),
				    msecs_to_jiffies(DMX_UNCLAIM_MS));
}

/* Undoes one dmx_claim(); the caller has a reference to the member of its own. */
void dmx_unclaim(struct dmx_member *m)
{
	dmx_unclaim_begin(m);
	dmx_unclaim_wait(m);
}

/* enum discmux_member_state */
u32 dmx_member_state(struct dmx_member *m)
{
	u32 state;

	spin_lock_irq(&m->lock);
	state = m->streaming ? DISCMUX_MEMBER_STREAMING :
		m->owner ? DISCMUX_MEMBER_CLAIMED : DISCMUX_MEMBER_IDLE;
	spin_unlock_irq(&m->lock);
	return state;
}

/* Tells of a change of state, once.  Claims for one call are not told of. */
void dmx_member_tell_state(struct dmx_member *m)
{
	u32 state;

	mutex_lock(&m->told_lock);
	state = dmx_member_state(m);
	if (state != m->told_state) {
		m->told_state = state;
		dmx_event_state(m, state);
	}
	mutex_unlock(&m->told_lock);
}

static struct dmx_held *dmx_find_held(struct dmx_file *file, struct dmx_member *m)
{
	struct dmx_held *held;

	lockdep_assert_held(&file->lock);
	list_for_each_entry(held, &file->held, link) {
		if (held->member == m)
			return held;
	}
	return NULL;
}

/* After dmx_unclaim_begin(). */
static void dmx_drop_begun(struct dmx_held *held)
{
	struct dmx_member *m = held->member;

	list_del(&held->link);
	kfree(held);
	dmx_unclaim_wait(m);
	dmx_member_tell_state(m);
	dmx_member_put(m);
}

static void dmx_drop_held(struct dmx_held *held)
{
	dmx_unclaim_begin(held->member);
	dmx_drop_begun(held);
}

/* 1: newly claimed, 0: was ours already. */
static int dmx_claim_one(struct dmx_file *file, struct dmx_member *m)
{
	struct dmx_held *held;
	int ret;

	if (dmx_find_held(file, m))
		return 0;
	held = kmalloc(sizeof(*held), GFP_KERNEL_ACCOUNT);
	if (!held)
		return -ENOMEM;
	ret = dmx_claim(file, m);
	if (ret) {
		kfree(held);
		return ret;
	}
	kref_get(&m->ref);
	held->member = m;
	list_add_tail(&held->link, &file->held);
	dmx_member_tell_state(m);
	return 1;
}

/* All or none: what was newly claimed is undone when one fails. */
static int dmx_claim_all(struct dmx_file *file, struct dmx_member **m, u32 n,
			 u32 *failed)
{
	u32 i, fresh = 0;
	int ret = 0;

	lockdep_assert_held(&file->lock);
	for (i = 0; i < n; i++) {
		ret = dmx_claim_one(file, m[i]);
		if (ret < 0) {
			if (ret == -EBUSY || ret == -ENOENT || ret == -ENODEV)
				*failed = m[i]->id;
			break;
		}
		fresh |= (u32)ret << i;
	}
	if (ret >= 0)
		return 0;
	while (i--) {
		if (fresh & BIT(i))
			dmx_drop_held(dmx_find_held(file, m[i]));
	}
	return ret;
}

static int dmx_ioctl_claims(struct dmx_call *call, struct dmx_member **m)
{
	struct discmux_claim *arg = call->arg;

	if (arg->flags)
		return -EOPNOTSUPP;
	arg->failed = DISCMUX_NONE;
	return dmx_get_members(call->file->mux, arg->targets, arg->nr_targets, m,
			       &arg->failed);
}

int dmx_ioctl_claim(struct dmx_call *call)
{
	struct dmx_member *m[DISCMUX_MAX_TARGETS];
	struct discmux_claim *arg = call->arg;
	struct dmx_file *file = call->file;
	int ret = dmx_ioctl_claims(call, m);

	if (ret)
		return ret;
	ret = mutex_lock_killable(&file->lock);
	if (!ret) {
		ret = dmx_claim_all(file, m, arg->nr_targets, &arg->failed);
		mutex_unlock(&file->lock);
	}
	dmx_put_members(m, arg->nr_targets);
	return ret;
}

int dmx_ioctl_release(struct dmx_call *call)
{
	struct dmx_member *m[DISCMUX_MAX_TARGETS];
	struct discmux_claim *arg = call->arg;
	struct dmx_file *file = call->file;
	struct dmx_held *held;
	int ret = dmx_ioctl_claims(call, m);
	u32 i;

	if (ret)
		return ret;
	mutex_lock(&file->lock);
	for (i = 0; i < arg->nr_targets; i++) {
		held = dmx_find_held(file, m[i]);
		if (held)
			dmx_drop_held(held);
	}
	mutex_unlock(&file->lock);
	dmx_put_members(m, arg->nr_targets);
	return 0;
}

void dmx_file_release_all(struct dmx_file *file)
{
	struct dmx_held *held, *next;

	mutex_lock(&file->lock);
	/* All at once, so that dead drives take no longer than one. */
	list_for_each_entry(held, &file->held, link)
		dmx_unclaim_begin(held->member);
	list_for_each_entry_safe(held, next, &file->held, link)
		dmx_drop_begun(held);
	mutex_unlock(&file->lock);
}
