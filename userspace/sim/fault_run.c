// SPDX-License-Identifier: GPL-2.0
/* The way of one command through the faults of its device. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fault_priv.h"

/* How a wait ended */
enum outcome {
	WAIT_OVER,		/* time is up, or the fault was cleared */
	WAIT_DROP,		/* aborted, or the device is gone */
};

/* What a command meets that is executed all the same */
struct meeting {
	struct fault_entry *messenger;	/* NULL: no message comes */
	unsigned int messenger_number;
	struct bus_message message;
	struct fault_entry *edited[SIM_EDITS_MAX];
	unsigned int number[SIM_EDITS_MAX];	/* of those entries */
	struct sim_edit_job job[SIM_EDITS_MAX];
	size_t jobs;
	struct sim_fault recovered;	/* its answer is the first step of it */
	bool has_recovered;
	bool button;
	bool loses_link;		/* and with it the answer */
	uint32_t link_ms;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Sleeps until something happens: true when the command was aborted. */
static bool nap(struct sim_faults *faults, const struct sim_fault_watch *watch, int timeout)
{
	struct pollfd fds[2] = {
		{ .fd = faults->wake, .events = POLLIN },
		{ .fd = watch->fd, .events = POLLIN },
	};
	uint64_t value;

	if (poll(fds, 2, timeout) <= 0)
		return false;
	if (fds[0].revents && read(faults->wake, &value, sizeof(value)) < 0)
		return false;
	return fds[1].revents && watch->aborted(watch->context);
}

/*
 * Holds a command until the fault is cleared, and no longer than until the time
 * given (0: for ever).  The lock is held on entry and on return.
 */
static enum outcome hold(struct sim_faults *faults, unsigned int number, int64_t until, bool deaf)
{
	bool aborted = false;

	for (;;) {
		struct sim_fault_watch watch = faults->watch;
		int64_t left = until ? until - now_ms() : -1;

		if (faults->gone)
			return WAIT_DROP;
		if ((until && left <= 0) || !fault_still_there(faults, number))
			return aborted ? WAIT_DROP : WAIT_OVER;
		pthread_mutex_unlock(&faults->lock);
		if (nap(faults, &watch, (int)left))
			aborted = true;
		pthread_mutex_lock(&faults->lock);
		if (aborted && !deaf)
			return WAIT_DROP;
	}
}

static enum outcome delay(struct sim_faults *faults, struct fault_entry *e, const struct sim_cmd *cmd)
{
	uint64_t ms = e->fault.delay_ms;

	if (e->fault.per_mib)
		ms = (ms * cmd->data_len) >> 20;
	return ms ? hold(faults, e->number, now_ms() + (int64_t)ms, false) : WAIT_OVER;
}

static void give_sense(const struct sim_fault *fault, const struct sim_fault_step *step,
		       struct sim_cmd *cmd)
{
	uint32_t first = 0;

	if (fault->has_lba) {
		sim_cdb_access(cmd->cdb, &first, NULL);
		if (first < fault->lba_first)
			first = fault->lba_first;
		sim_cmd_sense_info(cmd, step->key, step->asc, step->ascq, first);
	} else {
		sim_cmd_sense(cmd, step->key, step->asc, step->ascq);
	}
	if (fault->deferred)
		cmd->sense[0] = (uint8_t)((cmd->sense[0] & 0x80) | 0x71);
}

/* SPC: RECOVERED ERROR is of a command that was done; a deferred error of another one,
 * and then this one is not */
static bool sense(const struct sim_fault *fault, const struct sim_fault_step *step,
		  struct sim_cmd *cmd, struct meeting *m)
{
	if (step->key != SIM_RECOVERED_ERROR || fault->deferred) {
		give_sense(fault, step, cmd);
		return false;
	}
	m->recovered = *fault;
	m->recovered.step[0] = *step;
	m->has_recovered = true;
	return true;
}

static void note_edit(struct fault_entry *e, struct meeting *m)
{
	if (m->jobs == SIM_EDITS_MAX)
		return;
	m->edited[m->jobs] = e;
	m->number[m->jobs] = e->number;
	m->job[m->jobs++] = (struct sim_edit_job){ e->fault.edit, e->fault.value, e->state };
}

/* How a command ends that the link was lost for: see struct sim_fault_watch */
static enum sim_status lost(const struct sim_faults *faults)
{
	return faults->watch.link ? SIM_BUSY : SIM_TASK_ABORTED;
}

static bool lose_link(const struct sim_fault *fault, struct meeting *m)
{
	m->loses_link = true;
	m->link_ms = fault->delay_ms;
	return fault->after;
}

/* One fault strikes; false: the model is not to see the command. */
static bool strike(struct sim_faults *faults, struct fault_entry *e,
		   const struct sim_fault_step *step, struct sim_cmd *cmd, struct meeting *m)
{
	enum outcome outcome = WAIT_OVER;

	switch (e->fault.kind) {
	case SIM_FAULT_SENSE:
		return sense(&e->fault, step, cmd, m);
	case SIM_FAULT_STATUS:
		cmd->status = e->fault.status;
		return false;
	case SIM_FAULT_HANG:
		outcome = hold(faults, e->number, 0, e->fault.deaf);
		break;
	case SIM_FAULT_SLOW:
		outcome = delay(faults, e, cmd);
		break;
	case SIM_FAULT_LINK:
		return lose_link(&e->fault, m);
	case SIM_FAULT_BUTTON:
		m->button = true;
		break;
	case SIM_FAULT_REPLY:
		note_edit(e, m);
		break;
	case SIM_FAULT_MESSAGE:
		m->messenger = e;
		m->messenger_number = e->number;
		m->message = e->fault.message;
		break;
	}
	if (outcome == WAIT_DROP)
		cmd->status = SIM_TASK_ABORTED;
	return outcome != WAIT_DROP;
}

/* True when the model is to see the command. */
static bool pass(struct sim_faults *faults, struct sim_device *dev, struct sim_cmd *cmd,
		 struct meeting *m)
{
	for (size_t i = 0; i < SIM_FAULTS_MAX && !faults->gone && !faults->link_lost; i++) {
		const struct sim_fault_step *step;
		struct fault_entry *e = &faults->entry[i];

		if (fault_hit(e, dev, cmd, &step) && !strike(faults, e, step, cmd, m))
			return false;
	}
	if (faults->gone)
		cmd->status = SIM_TASK_ABORTED;
	else if (faults->link_lost)
		cmd->status = lost(faults);
	return cmd->status == SIM_GOOD;
}

/* --- the link ---------------------------------------------------------------------------- */

static void tell_link(struct sim_faults *faults, bool up)
{
	struct sim_fault_watch watch = faults->watch;

	pthread_mutex_unlock(&faults->lock);
	if (watch.link)
		watch.link(watch.context, up);
	pthread_mutex_lock(&faults->lock);
}

/* With the lock held. */
static int link_left(struct sim_faults *faults)
{
	int64_t left = faults->link_back - now_ms();

	if (!faults->link_lost)
		return -1;
	if (left > 0)
		return left > 3600000 ? 3600000 : (int)left;
	faults->link_lost = false;
	tell_link(faults, true);
	return -1;
}

int sim_faults_link_left(struct sim_faults *faults)
{
	int left;

	pthread_mutex_lock(&faults->lock);
	left = link_left(faults);
	pthread_mutex_unlock(&faults->lock);
	return left;
}

static void link_goes(struct sim_faults *faults, uint32_t ms)
{
	faults->link_lost = true;
	faults->link_back = now_ms() + ms;
	tell_link(faults, false);
}

/* --- execution --------------------------------------------------------------------------- */

struct run {
	struct sim_faults *faults;
	struct sim_device *dev;
	const struct meeting *meeting;
};

/* The fault may be gone, cleared, before its command is done. */
static void execute_with_message(struct run *r, struct sim_cmd *cmd)
{
	struct fault_entry *e = r->meeting->messenger;
	char trace[BUS_TRACE_SIZE];

	bus_execute(r->dev, &r->faults->terms, &r->meeting->message, cmd, trace);
	pthread_mutex_lock(&r->faults->lock);
	if (e->number == r->meeting->messenger_number) {
		free(e->trace);
		e->trace = strdup(trace);
	}
	pthread_mutex_unlock(&r->faults->lock);
}

static void execute(void *context, struct sim_cmd *cmd)
{
	struct run *r = context;

	if (r->meeting->messenger)
		execute_with_message(r, cmd);
	else
		r->dev->ops->execute(r->dev, cmd);
}

/* The command is done; what comes of its answer? */
static void finish(struct sim_faults *faults, struct sim_cmd *cmd, struct meeting *m)
{
	for (size_t i = 0; i < m->jobs; i++)
		if (m->edited[i]->number == m->number[i])
			m->edited[i]->state = m->job[i].state;
	if (m->has_recovered && cmd->status == SIM_GOOD)
		give_sense(&m->recovered, &m->recovered.step[0], cmd);
	if (!m->loses_link)
		return;
	cmd->status = lost(faults);
	cmd->done = 0;
	link_goes(faults, m->link_ms);
}

void sim_device_execute(struct sim_device *dev, struct sim_faults *faults, struct sim_cmd *cmd)
{
	struct meeting m = { .jobs = 0 };
	struct run r = { .faults = faults, .dev = dev, .meeting = &m };
	bool go;

	if (!faults) {
		dev->ops->execute(dev, cmd);
		return;
	}
	pthread_mutex_lock(&faults->lock);
	link_left(faults);
	go = pass(faults, dev, cmd, &m);
	pthread_mutex_unlock(&faults->lock);
	if (go && m.button && dev->ops->button)
		dev->ops->button(dev);
	if (go && m.jobs)
		sim_reply_execute(dev, cmd, m.job, m.jobs, execute, &r);
	else if (go)
		execute(&r, cmd);
	pthread_mutex_lock(&faults->lock);
	finish(faults, cmd, &m);
	sim_count_command(&faults->count, cmd);
	pthread_mutex_unlock(&faults->lock);
}
