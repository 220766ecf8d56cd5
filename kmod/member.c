// SPDX-License-Identifier: GPL-2.0
/*
 * Members: from the SCSI core's device to a number in a mux, and back.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <scsi/scsi.h>
#include <scsi/scsi_driver.h>
#include <scsi/scsi_host.h>

#include "compat/compat.h"
#include "dmx.h"

DEFINE_MUTEX(dmx_bind_lock);	/* see dmx.h */
atomic_t dmx_probing;
static LIST_HEAD(dmx_members);

static void dmx_member_free(struct dmx_member *m)
{
	dmx_changer_free(m);
	put_device(&m->sdev->sdev_gendev);
	kfree(m);
}

static void dmx_member_release(struct kref *ref)
{
	dmx_member_free(container_of(ref, struct dmx_member, ref));
}

/* In process context: the last put may free the SCSI device. */
void dmx_member_put(struct dmx_member *m)
{
	kref_put(&m->ref, dmx_member_release);
}

/* Gone, or going: the midlayer turns commands away before it tells us. */
bool dmx_member_dead(struct dmx_member *m)
{
	return READ_ONCE(m->dead) || m->sdev->sdev_state == SDEV_CANCEL ||
	       m->sdev->sdev_state == SDEV_DEL;
}

/*
 * Pins the low level driver and keeps the device awake for the length of a
 * command or a claim.  -ENODEV when the device is going away.
 */
int dmx_member_begin(struct dmx_member *m)
{
	if (dmx_member_dead(m) || scsi_device_get(m->sdev))
		return -ENODEV;
	if (scsi_autopm_get_device(m->sdev)) {
		scsi_device_put(m->sdev);
		return -ENODEV;
	}
	return 0;
}

void dmx_member_end(struct dmx_member *m)
{
	scsi_autopm_put_device(m->sdev);
	scsi_device_put(m->sdev);
}

/* Most bytes of one command: one page a segment, see dmx_cmd_submit(). */
u32 dmx_member_max_data(struct dmx_member *m)
{
	struct request_queue *q = m->sdev->request_queue;
	u64 bytes = (u64)queue_max_hw_sectors(q) << SECTOR_SHIFT;

	bytes = min_t(u64, bytes, (u64)queue_max_segments(q) << PAGE_SHIFT);
	return min_t(u64, bytes, DMX_MAX_DATA);
}

static struct dmx_member *dmx_member_from(struct dmx_mux *mux, u32 id)
{
	struct dmx_member *m;

	lockdep_assert_held(&mux->lock);
	list_for_each_entry(m, &mux->members, mux_link) {
		if (m->id >= id)
			return m;
	}
	return NULL;
}

/* The first member numbered @id or more; NULL when there is none. */
struct dmx_member *dmx_member_next(struct dmx_mux *mux, u32 id)
{
	struct dmx_member *m;

	mutex_lock(&mux->lock);
	m = dmx_member_from(mux, id);
	if (m)
		kref_get(&m->ref);
	mutex_unlock(&mux->lock);
	return m;
}

/* dmx_member_get() without a reference, for who holds mux->lock. */
struct dmx_member *dmx_member_find(struct dmx_mux *mux, u32 id)
{
	struct dmx_member *m = dmx_member_from(mux, id);

	return m && m->id == id ? m : NULL;
}

struct dmx_member *dmx_member_get(struct dmx_mux *mux, u32 id)
{
	struct dmx_member *m;

	mutex_lock(&mux->lock);
	m = dmx_member_find(mux, id);
	if (m)
		kref_get(&m->ref);
	mutex_unlock(&mux->lock);
	return m;
}

/* The member with that role and the lowest number. */
struct dmx_member *dmx_member_by_role(struct dmx_mux *mux, u32 role)
{
	struct dmx_member *m, *found = NULL;

	mutex_lock(&mux->lock);
	list_for_each_entry(m, &mux->members, mux_link) {
		if (m->role == role) {
			kref_get(&m->ref);
			found = m;
			break;
		}
	}
	mutex_unlock(&mux->lock);
	return found;
}

static u32 dmx_free_unit(struct dmx_mux *mux, u32 role)
{
	struct dmx_member *m;
	u32 unit = 0;
	bool taken;

	lockdep_assert_held(&mux->lock);
	do {
		taken = false;
		list_for_each_entry(m, &mux->members, mux_link)
			taken |= m->role == role && m->unit == unit;
	} while (taken && ++unit);
	return unit;
}

/* Numbers @m and puts it into the list, which is sorted by number. */
static void dmx_member_number(struct dmx_member *m, struct dmx_mux *mux)
{
	struct list_head *at = &mux->members;
	struct dmx_member *other;
	u32 id = 0;

	lockdep_assert_held(&mux->lock);
	list_for_each_entry(other, &mux->members, mux_link) {
		if (other->id != id)
			break;
		id++;
		at = &other->mux_link;
	}
	m->id = id;
	m->unit = dmx_free_unit(mux, m->role);
	list_add(&m->mux_link, at);
}

static void dmx_member_unlink(struct dmx_member *m, struct dmx_mux *mux)
{
	mutex_lock(&mux->lock);
	list_del(&m->mux_link);
	mutex_unlock(&mux->lock);
	if (m->dev)
		device_unregister(m->dev);
	m->dev = NULL;
	dmx_event_member(DISCMUX_EVENT_MEMBER_REMOVED, mux, m->id, m->role,
			 m->unit);
	dmx_members_tie(mux);
}

/* Makes a probed device that is in no mux a member of one. */
static int dmx_member_join(struct dmx_member *m, struct dmx_mux *mux)
{
	struct device *dev;

	lockdep_assert_held(&dmx_bind_lock);
	mutex_lock(&mux->lock);
	dmx_member_number(m, mux);
	mutex_unlock(&mux->lock);
	spin_lock_irq(&m->lock);
	m->mux = mux;
	spin_unlock_irq(&m->lock);

	dev = dmx_device_create(mux, m);
	if (IS_ERR(dev)) {
		spin_lock_irq(&m->lock);
		m->mux = NULL;
		spin_unlock_irq(&m->lock);
		dmx_member_unlink(m, mux);
		return PTR_ERR(dev);
	}
	m->dev = dev;
	/* A convenience: without the link the member works all the same. */
	if (sysfs_create_link(&dev->kobj, &m->sdev->sdev_gendev.kobj, "scsi_device"))
		dev_warn(dev, "no link to the SCSI device\n");
	dmx_event_member(DISCMUX_EVENT_MEMBER_ADDED, mux, m->id, m->role, m->unit);
	dmx_members_tie(mux);
	return 0;
}

/*
 * Devices are probed side by side but join in the order they appeared, so
 * that recorder 0 is the same one after each boot.
 */
static void dmx_members_join(void)
{
	struct dmx_member *m;
	int ret;

	lockdep_assert_held(&dmx_bind_lock);
	list_for_each_entry(m, &dmx_members, all_link) {
		if (!m->probed)
			break;
		if (m->mux || !m->role)
			continue;
		ret = dmx_member_join(m, dmx_mux_find(0));
		if (ret) {
			m->role = 0;	/* not tried again */
			sdev_printk(KERN_WARNING, m->sdev,
				    "discmux: no member: %d\n", ret);
		}
	}
}

/* The probe has ended; without a role it found no use for the device. */
void dmx_member_probed(struct dmx_member *m)
{
	mutex_lock(&dmx_bind_lock);
	m->probed = true;
	dmx_members_join();
	mutex_unlock(&dmx_bind_lock);
}

/* -EBUSY when a fd holds it, unless @force. */
static int dmx_member_unbind(struct dmx_member *m, bool force)
{
	struct dmx_mux *mux;

	lockdep_assert_held(&dmx_bind_lock);
	spin_lock_irq(&m->lock);
	mux = m->mux;
	if (mux && m->owner && !force) {
		spin_unlock_irq(&m->lock);
		return -EBUSY;
	}
	m->mux = NULL;
	spin_unlock_irq(&m->lock);
	if (mux)
		dmx_member_unlink(m, mux);
	return 0;
}

/* Moves the device at @hctl ("2:0:0:0") to @mux; for sysfs. */
int dmx_member_attach(const char *hctl, struct dmx_mux *mux)
{
	unsigned int h, c, t;
	struct dmx_member *m;
	int ret = -ENODEV;
	char more;
	u64 l;

	if (sscanf(hctl, "%u:%u:%u:%llu %c", &h, &c, &t, &l, &more) != 4)
		return -EINVAL;
	mutex_lock(&dmx_bind_lock);
	list_for_each_entry(m, &dmx_members, all_link) {
		struct scsi_device *sdev = m->sdev;

		if (sdev->host->host_no != h || sdev->channel != c ||
		    sdev->id != t || sdev->lun != l)
			continue;
		if (!m->mux)
			ret = -EAGAIN;	/* still being probed */
		else if (m->mux == mux)
			ret = 0;
		else
			ret = dmx_member_unbind(m, false) ?: dmx_member_join(m, mux);
		break;
	}
	mutex_unlock(&dmx_bind_lock);
	return ret;
}

/* Readers and recorders only; sysfs sets what the probe could not know. */
int dmx_member_set_role(struct dmx_member *m, u32 role)
{
	struct dmx_mux *mux;
	bool changed = false;
	int ret = 0;

	spin_lock_irq(&m->lock);
	mux = m->mux;
	if (m->owner)
		ret = -EBUSY;
	spin_unlock_irq(&m->lock);
	if (!mux)
		return -ENODEV;
	if (ret)
		return ret;
	mutex_lock(&mux->lock);
	if (m->role == DISCMUX_ROLE_CHANGER) {
		ret = -EINVAL;
	} else if (m->role != role) {
		u32 unit = dmx_free_unit(mux, role);

		m->role = role;
		m->unit = unit;
		changed = true;
	}
	mutex_unlock(&mux->lock);
	if (changed)
		dmx_event_state(m, DISCMUX_MEMBER_IDLE);	/* what it is now */
	return ret;
}

static int dmx_add(DMX_INTERFACE_ARGS)
{
	struct scsi_device *sdev = to_scsi_device(dev->parent);
	struct dmx_member *m;

	if (sdev->type != TYPE_ROM && sdev->type != TYPE_WORM &&
	    sdev->type != TYPE_MEDIUM_CHANGER)
		return 0;
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	kref_init(&m->ref);
	spin_lock_init(&m->lock);
	mutex_init(&m->claim_lock);
	mutex_init(&m->told_lock);
	INIT_WORK(&m->probe_work, dmx_probe);
	INIT_WORK(&m->unclaim_work, dmx_unclaim_work);
	m->element = DISCMUX_NONE;
	get_device(&sdev->sdev_gendev);
	m->sdev = sdev;
	mutex_lock(&dmx_bind_lock);
	list_add_tail(&m->all_link, &dmx_members);
	mutex_unlock(&dmx_bind_lock);

	/* The SCSI class mutex is held: commands wait until it is not. */
	atomic_inc(&dmx_probing);
	kref_get(&m->ref);
	__module_get(THIS_MODULE);
	queue_work(dmx_slow_wq, &m->probe_work);
	return 0;
}

static void dmx_remove(DMX_INTERFACE_ARGS)
{
	struct scsi_device *sdev = to_scsi_device(dev->parent);
	struct dmx_member *m, *found = NULL;

	mutex_lock(&dmx_bind_lock);
	list_for_each_entry(m, &dmx_members, all_link) {
		if (m->sdev == sdev) {
			found = m;
			break;
		}
	}
	if (found) {
		list_del(&found->all_link);
		spin_lock_irq(&found->lock);
		found->dead = true;
		spin_unlock_irq(&found->lock);
		dmx_member_unbind(found, true);
		dmx_members_join();	/* the next ones may have waited for it */
	}
	mutex_unlock(&dmx_bind_lock);
	if (found)
		dmx_member_put(found);
}

/* The timer may wait for the processor to wake up for something else. */
static void dmx_look_around(struct work_struct *work);
static DECLARE_DEFERRABLE_WORK(dmx_look_work, dmx_look_around);

static void dmx_look_around(struct work_struct *work)
{
	struct dmx_member *m;

	mutex_lock(&dmx_bind_lock);
	list_for_each_entry(m, &dmx_members, all_link)
		dmx_medium_look(m);
	mutex_unlock(&dmx_bind_lock);
	queue_delayed_work(dmx_slow_wq, &dmx_look_work, HZ);
}

static struct class_interface dmx_interface = {
	.add_dev = dmx_add,
	.remove_dev = dmx_remove,
};

int dmx_members_register(void)
{
	int ret = scsi_register_interface(&dmx_interface);

	if (!ret)
		queue_delayed_work(dmx_slow_wq, &dmx_look_work, HZ);
	return ret;
}

void dmx_members_unregister(void)
{
	cancel_delayed_work_sync(&dmx_look_work);
	scsi_unregister_interface(&dmx_interface);
}
