// SPDX-License-Identifier: GPL-2.0
/*
 * discmux: loading, unloading, and the muxes themselves.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "command.h"

static_assert(sizeof(struct discmux_info) == 64);
static_assert(sizeof(struct discmux_member) == 160);
static_assert(sizeof(struct discmux_result) == 128);
static_assert(sizeof(struct discmux_exec) == 88);
static_assert(sizeof(struct discmux_claim) == 24);
static_assert(sizeof(struct discmux_target) == 16);
static_assert(sizeof(struct discmux_fanout_write) == 56);
static_assert(sizeof(struct discmux_stream) == 72);
static_assert(sizeof(struct discmux_stream_end) == 8);
static_assert(sizeof(struct discmux_target_status) == 160);
static_assert(sizeof(struct discmux_stream_status) == 56);
static_assert(sizeof(struct discmux_stream_commit) == 24);
static_assert(sizeof(struct discmux_element) == 112);
static_assert(sizeof(struct discmux_element_status) == 56);
static_assert(sizeof(struct discmux_move) == 40);
static_assert(sizeof(struct discmux_range) == 8);
static_assert(sizeof(struct discmux_operate) == 72);
static_assert(sizeof(struct discmux_page) == 64);
static_assert(sizeof(struct discmux_status_block) == 56);
static_assert(sizeof(struct discmux_unit_options) == 96);
static_assert(sizeof(struct discmux_request_sense) == 112);
static_assert(sizeof(struct discmux_send_message) == 24);

struct workqueue_struct *dmx_io_wq;
struct workqueue_struct *dmx_slow_wq;

static struct class *dmx_class;
static dev_t dmx_devt;

/* Muxes are only added, never removed before exit; nr grows last. */
static DEFINE_MUTEX(dmx_muxes_lock);
static struct dmx_mux *dmx_muxes[DMX_MAX_MUXES];
static unsigned int dmx_nr_muxes;
static unsigned int dmx_want_muxes = 1;
static bool dmx_leaving;	/* no mux is added any more */

struct dmx_mux *dmx_mux_find(u32 id)
{
	/* Pairs with dmx_muxes_grow(): a mux that is counted is whole. */
	return id < smp_load_acquire(&dmx_nr_muxes) ? dmx_muxes[id] : NULL;
}

static void dmx_mux_free(struct device *dev)
{
	kfree(container_of(dev, struct dmx_mux, dev));
}

static struct dmx_mux *dmx_mux_create(u32 id)
{
	struct dmx_mux *mux = kzalloc(sizeof(*mux), GFP_KERNEL);
	int ret;

	if (!mux)
		return ERR_PTR(-ENOMEM);
	mux->id = id;
	mutex_init(&mux->lock);
	INIT_LIST_HEAD(&mux->members);
	device_initialize(&mux->dev);
	mux->dev.class = dmx_class;
	mux->dev.devt = dmx_devt + id;
	mux->dev.groups = dmx_mux_groups;
	mux->dev.release = dmx_mux_free;
	dev_set_drvdata(&mux->dev, mux);
	cdev_init(&mux->cdev, &dmx_fops);
	mux->cdev.owner = THIS_MODULE;
	ret = dev_set_name(&mux->dev, "discmux%u", id);
	if (!ret)
		ret = cdev_device_add(&mux->cdev, &mux->dev);
	if (ret) {
		put_device(&mux->dev);
		return ERR_PTR(ret);
	}
	return mux;
}

static int dmx_muxes_grow(unsigned int want)
{
	int ret = 0;

	mutex_lock(&dmx_muxes_lock);
	while (dmx_nr_muxes < want && !dmx_leaving) {
		struct dmx_mux *mux = dmx_mux_create(dmx_nr_muxes);

		if (IS_ERR(mux)) {
			ret = PTR_ERR(mux);
			break;
		}
		dmx_muxes[dmx_nr_muxes] = mux;
		/* Pairs with dmx_mux_find(). */
		smp_store_release(&dmx_nr_muxes, dmx_nr_muxes + 1);
	}
	mutex_unlock(&dmx_muxes_lock);
	return ret;
}

/* The parameter can be written to until the module is gone. */
static void dmx_muxes_destroy(void)
{
	mutex_lock(&dmx_muxes_lock);
	dmx_leaving = true;
	while (dmx_nr_muxes) {
		struct dmx_mux *mux = dmx_muxes[--dmx_nr_muxes];

		cdev_device_del(&mux->cdev, &mux->dev);
		put_device(&mux->dev);
	}
	mutex_unlock(&dmx_muxes_lock);
}

/* Before init the value is only kept; afterwards muxes are added at once. */
static int dmx_set_muxes(const char *val, const struct kernel_param *kp)
{
	unsigned int want;
	int ret = kstrtouint(val, 0, &want);

	if (ret)
		return ret;
	if (want < 1 || want > DMX_MAX_MUXES || want < dmx_nr_muxes)
		return -EINVAL;
	dmx_want_muxes = want;
	return dmx_nr_muxes ? dmx_muxes_grow(want) : 0;
}

static const struct kernel_param_ops dmx_muxes_ops = {
	.set = dmx_set_muxes,
	.get = param_get_uint,
};
module_param_cb(muxes, &dmx_muxes_ops, &dmx_want_muxes, 0644);
MODULE_PARM_DESC(muxes, "number of /dev/discmuxN (1 to 16, default 1); can grow, not shrink");

struct device *dmx_device_create(struct dmx_mux *mux, struct dmx_member *m)
{
	return device_create_with_groups(dmx_class, &mux->dev, 0, m,
					 dmx_member_groups, "discmux%u-%u",
					 mux->id, m->id);
}

static int dmx_wq_init(void)
{
	dmx_io_wq = alloc_workqueue("discmux_io", WQ_HIGHPRI | WQ_MEM_RECLAIM, 0);
	if (!dmx_io_wq)
		return -ENOMEM;
	dmx_slow_wq = alloc_workqueue("discmux", WQ_UNBOUND, 0);
	if (!dmx_slow_wq) {
		destroy_workqueue(dmx_io_wq);
		return -ENOMEM;
	}
	return 0;
}

static int __init dmx_init(void)
{
	int ret = dmx_batches_init();

	if (ret)
		return ret;
	ret = dmx_wq_init();
	if (ret)
		goto out_batches;
	dmx_class = dmx_class_create("discmux");
	ret = PTR_ERR_OR_ZERO(dmx_class);
	if (ret)
		goto out_wq;
	ret = alloc_chrdev_region(&dmx_devt, 0, DMX_MAX_MUXES, "discmux");
	if (ret)
		goto out_class;
	ret = dmx_events_register();
	if (ret)
		goto out_chrdev;
	ret = dmx_muxes_grow(dmx_want_muxes);
	if (ret)
		goto out_muxes;
	ret = dmx_suspend_register();
	if (ret)
		goto out_muxes;
	ret = dmx_members_register();
	if (ret)
		goto out_suspend;
	return 0;
out_suspend:
	dmx_suspend_unregister();
out_muxes:
	dmx_muxes_destroy();
	dmx_events_unregister();
out_chrdev:
	unregister_chrdev_region(dmx_devt, DMX_MAX_MUXES);
out_class:
	class_destroy(dmx_class);
out_wq:
	destroy_workqueue(dmx_io_wq);
	destroy_workqueue(dmx_slow_wq);
out_batches:
	dmx_batches_exit();
	return ret;
}

/*
 * No fd is open and no command, stream or move is left: each holds a module
 * reference.  Only the works that dropped the last one may still be
 * returning; the workqueues wait for them.
 */
static void __exit dmx_exit(void)
{
	dmx_members_unregister();
	dmx_suspend_unregister();
	destroy_workqueue(dmx_io_wq);
	destroy_workqueue(dmx_slow_wq);
	dmx_batches_exit();
	dmx_muxes_destroy();
	dmx_events_unregister();
	unregister_chrdev_region(dmx_devt, DMX_MAX_MUXES);
	class_destroy(dmx_class);
}

module_init(dmx_init);
module_exit(dmx_exit);
MODULE_DESCRIPTION("Multiplexer for optical recorders and a medium changer");
MODULE_AUTHOR("The discmux authors");
MODULE_LICENSE("GPL");
