// SPDX-License-Identifier: GPL-2.0
/*
 * DISCMUX_IOC_MESSAGE: what a host can do today of the messages of a parallel
 * bus.
 */
#include <linux/blk-mq.h>
#include <linux/capability.h>
#include <linux/delay.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <scsi/scsi.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>

#include "changer.h"

#define DMX_RESET_WAIT_MS	60000
#define DMX_RESET_POLL_MS	20
#define DMX_READY_TIMEOUT	5000	/* ms, of one TEST UNIT READY */
#define DMX_TELL_TRIES		5
#define DMX_TELL_MS		100

struct dmx_in_flight {
	struct request_queue *q;
	bool abort;
	unsigned int nr;
};

/*
 * The iterator holds a reference to the request, so that its tag is not used
 * anew meanwhile; what it points to may be gone.
 */
static bool dmx_in_flight_one(struct request *rq, void *data)
{
	struct dmx_in_flight *f = data;

	if (rq->q != f->q || !dmx_cmd_is_ours(rq) ||
	    blk_mq_rq_state(rq) != MQ_RQ_IN_FLIGHT)
		return true;
	f->nr++;
	if (f->abort)
		blk_abort_request(rq);	/* as if its time were up */
	return true;
}

/*
 * Of a device that goes the host's tags may go at any moment; but only after the
 * member was taken out of the list, for which this lock is taken.
 */
static unsigned int dmx_in_flight(struct dmx_member *m, bool abort)
{
	struct dmx_in_flight f = {
		.q = m->sdev->request_queue, .abort = abort,
	};

	mutex_lock(&dmx_bind_lock);
	if (!READ_ONCE(m->dead))
		blk_mq_tagset_busy_iter(&m->sdev->host->tag_set, dmx_in_flight_one, &f);
	mutex_unlock(&dmx_bind_lock);
	return f.nr;
}

static unsigned int dmx_abort(struct dmx_member *m)
{
	spin_lock_irq(&m->lock);
	m->aborted = ktime_get();
	spin_unlock_irq(&m->lock);
	return dmx_in_flight(m, true);
}

/* 0, -EINTR; a device that does not let go of a command is reset all the same. */
static int dmx_wait_idle(struct dmx_member *m, unsigned long until)
{
	while (dmx_in_flight(m, false)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (time_after(jiffies, until))
			break;
		schedule_timeout_killable(msecs_to_jiffies(DMX_RESET_POLL_MS));
	}
	return 0;
}

/* The kernel's own reset of a unit takes its argument from user memory. */
static int dmx_reset_unit(struct dmx_member *m, void __user *scratch)
{
	const int how = SG_SCSI_RESET_DEVICE | SG_SCSI_RESET_NO_ESCALATE;
	int ret = dmx_member_begin(m);

	if (ret)
		return ret;
	if (copy_to_user(scratch, &how, sizeof(how)))
		ret = -EFAULT;
	else
		ret = scsi_ioctl(m->sdev, 0, SG_SCSI_RESET, scratch);
	dmx_member_end(m);
	switch (ret) {
	case 0:
	case -EFAULT:
	case -ENOMEM:
		return ret;
	case -EACCES:
		return -EPERM;
	}
	return dmx_member_dead(m) ? -ENODEV : -EIO;
}

/* Everybody hears what the unit has to say about it, now or in a moment. */
static void dmx_reset_tell(struct dmx_member *m)
{
	static const u8 cdb[6] = { TEST_UNIT_READY };
	struct dmx_mux *mux = READ_ONCE(m->mux);
	struct discmux_result res;
	int tries = DMX_TELL_TRIES;

	if (mux)
		dmx_event_member(DISCMUX_EVENT_RESET, mux, m->id, m->role, m->unit);
	while (!dmx_command(m, cdb, sizeof(cdb), NULL, 0, DMX_READY_TIMEOUT, &res) &&
	       res.error != ENODEV && !dmx_result_unit_attention(&res) && --tries)
		schedule_timeout_killable(msecs_to_jiffies(DMX_TELL_MS));
}

static int dmx_reset(struct dmx_member *m, u32 *commands, void __user *scratch,
		     unsigned long until)
{
	int ret;

	*commands += dmx_abort(m);
	ret = dmx_wait_idle(m, until);
	if (!ret)
		ret = dmx_reset_unit(m, scratch);
	if (!ret)
		dmx_reset_tell(m);
	return ret;
}

/* Jobs that wait begin when the changer has been reset, not in between. */
static int dmx_reset_changer(struct dmx_member *m, u32 *commands, void __user *scratch,
			     unsigned long until)
{
	struct dmx_changer *ch = m->changer;
	int ret;

	*commands += dmx_abort(m);
	ret = dmx_jobs_hold(ch, DMX_RESET_WAIT_MS);
	if (!ret)
		ret = dmx_reset(m, commands, scratch, until);
	dmx_jobs_go_on(ch);
	if (!ret)
		dmx_status_refresh(m);
	return ret;
}

/* Whose stream it is does not matter here: its owner may end it. */
static int dmx_message_may(struct dmx_file *file, struct dmx_member *m)
{
	int ret;

	spin_lock_irq(&m->lock);
	ret = m->owner && m->owner != file ? -EBUSY : 0;
	spin_unlock_irq(&m->lock);
	return ret;
}

static int dmx_message_check(const struct discmux_send_message *arg)
{
	if (arg->flags)
		return -EOPNOTSUPP;
	switch (arg->code) {
	case DISCMUX_MESSAGE_ABORT:
	case DISCMUX_MESSAGE_NOP:
		return 0;
	case DISCMUX_MESSAGE_RESET:
		return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
	case 0x01:	/* EXTENDED MESSAGE */
	case 0x05:	/* INITIATOR DETECTED ERROR */
	case 0x07:	/* MESSAGE REJECT */
	case 0x09:	/* MESSAGE PARITY ERROR */
	case 0x80 ... 0xff:	/* IDENTIFY */
		return -EPROTONOSUPPORT;
	}
	return -EINVAL;
}

int dmx_ioctl_message(struct dmx_call *call)
{
	struct discmux_send_message *arg = call->arg;
	int ret = dmx_message_check(arg);
	struct dmx_member *m;

	if (ret)
		return ret;
	m = dmx_member_get(call->file->mux, arg->member);
	if (!m)
		return -ENOENT;
	ret = dmx_message_may(call->file, m);
	arg->commands = 0;
	if (!ret && arg->code == DISCMUX_MESSAGE_ABORT)
		arg->commands = dmx_abort(m);
	else if (!ret && arg->code == DISCMUX_MESSAGE_RESET)
		ret = (m->changer ? dmx_reset_changer : dmx_reset)
			(m, &arg->commands, call->uarg +
			 offsetof(struct discmux_send_message, scratch),
			 jiffies + msecs_to_jiffies(DMX_RESET_WAIT_MS));
	dmx_member_put(m);
	return ret;
}
