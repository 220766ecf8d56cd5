// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/discmuxN: open, close, and the way of an ioctl to its function.
 *
 * The rules of uapi/linux/discmux.h that hold for every ioctl are kept in
 * dmx_ioctl_dispatch(), once.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <scsi/scsi_host.h>

#include "compat/compat.h"
#include "dmx.h"

static void dmx_file_free(struct kref *ref)
{
	kfree(container_of(ref, struct dmx_file, ref));
}

void dmx_file_put(struct dmx_file *file)
{
	kref_put(&file->ref, dmx_file_free);
}

static int dmx_open(struct inode *inode, struct file *filp)
{
	struct dmx_file *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);

	if (!file)
		return -ENOMEM;
	kref_init(&file->ref);
	mutex_init(&file->lock);
	INIT_LIST_HEAD(&file->held);
	file->mux = container_of(inode->i_cdev, struct dmx_mux, cdev);
	file->writable = filp->f_mode & FMODE_WRITE;
	filp->private_data = file;
	return nonseekable_open(inode, filp);
}

static int dmx_close(struct inode *inode, struct file *filp)
{
	struct dmx_file *file = filp->private_data;

	dmx_file_release_all(file);
	dmx_file_put(file);
	return 0;
}

/*
 * A descriptor was closed, perhaps one of several.  A call that waits keeps the
 * file open, so that its jobs can only be dropped here.
 */
static int dmx_flush(struct file *filp, fl_owner_t owner)
{
	dmx_jobs_drop(filp->private_data, owner);
	return 0;
}

static void dmx_count_roles(struct dmx_mux *mux, struct discmux_info *info)
{
	struct dmx_member *m;

	info->changer = DISCMUX_NONE;
	mutex_lock(&mux->lock);
	list_for_each_entry(m, &mux->members, mux_link) {
		info->members++;
		if (m->role == DISCMUX_ROLE_RECORDER)
			info->recorders++;
		else if (m->role == DISCMUX_ROLE_READER)
			info->readers++;
		else if (info->changer == DISCMUX_NONE)
			info->changer = m->id;
	}
	mutex_unlock(&mux->lock);
}

static int dmx_ioctl_info(struct dmx_call *call)
{
	struct discmux_info *info = call->arg;
	struct dmx_mux *mux = call->file->mux;
	u32 size = info->size;

	if (info->flags || info->__reserved)
		return -EOPNOTSUPP;
	memset(info, 0, sizeof(*info));
	info->size = size;
	info->version = DISCMUX_UAPI_VERSION;
	info->mux = mux->id;
	dmx_count_roles(mux, info);
	info->probing = atomic_read(&dmx_probing);
	info->streams = atomic_read(&mux->streams_open);
	info->max_targets = DISCMUX_MAX_TARGETS;
	info->max_data = DMX_MAX_DATA;
	info->max_exec_bytes = DMX_MAX_EXEC_BYTES;
	info->event_seq = dmx_events_seq();
	return 0;
}

struct dmx_find_name {
	const char *class;
	u8 *name;
};

/* The names that sr and sg gave the device, from its children in sysfs. */
static int dmx_child_name(struct device *dev, void *data)
{
	struct dmx_find_name *find = data;

	if (!dev->class || strcmp(dev->class->name, find->class))
		return 0;
	strscpy(find->name, dev_name(dev), 16);
	return 1;
}

static void dmx_device_names(struct dmx_member *m, struct discmux_member *out)
{
	struct dmx_find_name block = { "block", out->block_name };
	struct dmx_find_name generic = { "scsi_generic", out->generic_name };

	device_for_each_child(&m->sdev->sdev_gendev, &block, dmx_child_name);
	device_for_each_child(&m->sdev->sdev_gendev, &generic, dmx_child_name);
}

static u32 dmx_host_shared(struct dmx_mux *mux, struct dmx_member *m)
{
	struct dmx_member *other;
	u32 n = 0;

	mutex_lock(&mux->lock);
	list_for_each_entry(other, &mux->members, mux_link)
		n += other != m && other->sdev->host == m->sdev->host;
	mutex_unlock(&mux->lock);
	return n;
}

static void dmx_fill_member(struct dmx_mux *mux, struct dmx_member *m,
			    struct discmux_member *out)
{
	struct scsi_device *sdev = m->sdev;

	out->member = m->id;
	out->role = m->role;
	out->unit = m->unit;
	out->state = dmx_member_state(m);
	out->element = READ_ONCE(m->element);
	out->device_type = sdev->type;
	out->host = sdev->host->host_no;
	out->channel = sdev->channel;
	out->target = sdev->id;
	out->lun = sdev->lun;
	out->host_shared = dmx_host_shared(mux, m);
	out->max_data = dmx_member_max_data(m);
	memcpy(out->vendor, sdev->vendor, 8);
	memcpy(out->product, sdev->model, 16);
	memcpy(out->revision, sdev->rev, 4);
	memcpy(out->serial, m->serial, sizeof(out->serial));
	dmx_device_names(m, out);
}

static int dmx_ioctl_member(struct dmx_call *call)
{
	struct discmux_member *arg = call->arg;
	struct dmx_mux *mux = call->file->mux;
	u32 flags = arg->flags, size = arg->size, id = arg->member;
	struct dmx_member *m;

	if (flags & ~DISCMUX_MEMBER_NEXT || arg->__reserved)
		return -EOPNOTSUPP;
	m = flags & DISCMUX_MEMBER_NEXT ? dmx_member_next(mux, id) :
					  dmx_member_get(mux, id);
	if (!m)
		return -ENOENT;
	memset(arg, 0, sizeof(*arg));
	arg->size = size;
	arg->flags = flags;
	dmx_fill_member(mux, m, arg);
	dmx_member_put(m);
	return 0;
}

/* The last field named here is the end of the first published layout. */
#define DMX_ROW(nr, type, last, func, ...) {				\
	.cmd = (nr), .size = sizeof(struct type),			\
	.min_size = offsetofend(struct type, last), .fn = (func), __VA_ARGS__ }

static const struct dmx_ioctl dmx_ioctls[] = {
	DMX_ROW(DISCMUX_IOC_INFO, discmux_info, event_seq, dmx_ioctl_info,
		.copy_out = true),
	DMX_ROW(DISCMUX_IOC_MEMBER, discmux_member, generic_name, dmx_ioctl_member,
		.copy_out = true),
	DMX_ROW(DISCMUX_IOC_EXEC, discmux_exec, results, dmx_ioctl_exec,
		.write = true),
	DMX_ROW(DISCMUX_IOC_CLAIM, discmux_claim, targets, dmx_ioctl_claim,
		.write = true, .copy_out = true, .always_copy = true),
	DMX_ROW(DISCMUX_IOC_RELEASE, discmux_claim, targets, dmx_ioctl_release,
		.write = true, .copy_out = true, .always_copy = true),
	DMX_ROW(DISCMUX_IOC_FANOUT_WRITE, discmux_fanout_write, results,
		dmx_ioctl_fanout_write, .write = true),
	DMX_ROW(DISCMUX_IOC_STREAM, discmux_stream, targets, dmx_ioctl_stream,
		.write = true, .copy_out = true),
	DMX_ROW(DISCMUX_IOC_ELEMENT_STATUS, discmux_element_status, elements,
		dmx_ioctl_element_status, .copy_out = true),
	DMX_ROW(DISCMUX_IOC_MOVE, discmux_move, result, dmx_ioctl_move,
		.write = true),
	DMX_ROW(DISCMUX_IOC_OPERATE, discmux_operate, result, dmx_ioctl_operate,
		.write = true),
	DMX_ROW(DISCMUX_IOC_PAGE, discmux_page, result, dmx_ioctl_page,
		.copy_out = true),
	DMX_ROW(DISCMUX_IOC_OPTIONS, discmux_unit_options, block, dmx_ioctl_options,
		.copy_out = true),
	DMX_ROW(DISCMUX_IOC_SENSE, discmux_request_sense, sense, dmx_ioctl_sense,
		.copy_out = true),
	DMX_ROW(DISCMUX_IOC_MESSAGE, discmux_send_message, scratch,
		dmx_ioctl_message, .write = true, .copy_out = true),
};

union dmx_arg {
	struct discmux_info info;
	struct discmux_member member;
	struct discmux_exec exec;
	struct discmux_claim claim;
	struct discmux_fanout_write fanout_write;
	struct discmux_stream stream;
	struct discmux_stream_end stream_end;
	struct discmux_stream_status stream_status;
	struct discmux_stream_commit stream_commit;
	struct discmux_element_status element_status;
	struct discmux_move move;
	struct discmux_operate operate;
	struct discmux_page page;
	struct discmux_unit_options unit_options;
	struct discmux_request_sense request_sense;
	struct discmux_send_message send_message;
};

static long dmx_ioctl_call(const struct dmx_ioctl *row, struct dmx_call *call,
			   void __user *uarg, u32 usize)
{
	int ret = row->fn(call);

	if (row->copy_out && (!ret || row->always_copy)) {
		if (copy_to_user(uarg, call->arg, min_t(u32, usize, row->size)))
			ret = ret ?: -EFAULT;
	}
	if (!call->new_file)
		return ret;
	if (ret) {
		put_unused_fd(call->new_fd);
		fput(call->new_file);
	} else {
		fd_install(call->new_fd, call->new_file);
	}
	return ret;
}

/**
 * dmx_ioctl_dispatch() - find the row, bring the argument in and back out
 * @table: rows, any order
 * @n: number of rows
 * @call: what the function works on; arg is set here
 * @writable: whether the fd was opened for writing
 * @cmd: ioctl number
 * @uptr: user's argument
 */
long dmx_ioctl_dispatch(const struct dmx_ioctl *table, unsigned int n,
			struct dmx_call *call, bool writable, unsigned int cmd,
			unsigned long uptr)
{
	void __user *uarg = (void __user *)uptr;
	const struct dmx_ioctl *row = table;
	union dmx_arg arg;
	u32 usize;
	int ret;

	while (row < table + n && row->cmd != cmd)
		row++;
	if (row == table + n)
		return -ENOTTY;
	if (get_user(usize, (u32 __user *)uarg))
		return -EFAULT;
	if (usize < row->min_size)
		return -EINVAL;
	if (usize > PAGE_SIZE)
		return -E2BIG;
	if (row->write && !writable)
		return -EPERM;
	ret = copy_struct_from_user(&arg, row->size, uarg, usize);
	if (ret)
		return ret;
	/* The size may have changed between the two looks at it. */
	*(u32 *)&arg = usize;
	call->arg = &arg;
	call->uarg = uarg;
	return dmx_ioctl_call(row, call, uarg, usize);
}

static long dmx_ioctl(struct file *filp, unsigned int cmd, unsigned long uptr)
{
	struct dmx_file *file = filp->private_data;
	struct dmx_call call = { .file = file };

	return dmx_ioctl_dispatch(dmx_ioctls, ARRAY_SIZE(dmx_ioctls), &call,
				  file->writable, cmd, uptr);
}

const struct file_operations dmx_fops = {
	.owner = THIS_MODULE,
	.open = dmx_open,
	.flush = dmx_flush,
	.release = dmx_close,
	.unlocked_ioctl = dmx_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	DMX_NO_LLSEEK
};
