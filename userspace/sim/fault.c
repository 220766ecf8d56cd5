// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "count.h"
#include "fault.h"

struct entry {
	unsigned int number;	/* 0: free */
	struct sim_fault fault;
	uint64_t seen;		/* commands that matched */
	uint64_t hits;		/* of these, how many met the fault */
	char *trace;		/* what was on the bus the last time, BUS_TRACE_SIZE; or NULL */
};

struct sim_faults {
	pthread_mutex_t lock;
	struct entry entry[SIM_FAULTS_MAX];
	unsigned int last_number;
	bool gone;
	struct sim_count count;
	struct sim_fault_watch watch;
	struct bus_terms terms;	/* of the device's thread alone */
	int wake;		/* eventfd: something changed, a waiting command looks again */
};

/* How a wait ended */
enum outcome {
	WAIT_OVER,		/* time is up, or the fault was cleared */
	WAIT_DROP,		/* aborted, or the device is gone */
};

struct sim_faults *sim_faults_new(void)
{
	struct sim_faults *faults = calloc(1, sizeof(*faults));

	if (!faults)
		return NULL;
	faults->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (faults->wake < 0) {
		free(faults);
		return NULL;
	}
	faults->watch.fd = -1;
	pthread_mutex_init(&faults->lock, NULL);
	return faults;
}

void sim_faults_free(struct sim_faults *faults)
{
	if (!faults)
		return;
	sim_count_reset(&faults->count);
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++)
		free(faults->entry[i].trace);
	pthread_mutex_destroy(&faults->lock);
	close(faults->wake);
	free(faults);
}

static void wake(struct sim_faults *faults)
{
	uint64_t one = 1;

	/* Fails only when the counter is full: then it is awake anyway */
	if (write(faults->wake, &one, sizeof(one)) < 0)
		return;
}

/* Used up, and not holding a command either (a hang holds on until cleared). */
static bool spent(const struct entry *e)
{
	return e->fault.times && e->hits >= e->fault.times && e->fault.kind != SIM_FAULT_HANG;
}

static void forget(struct entry *e)
{
	free(e->trace);
	memset(e, 0, sizeof(*e));
}

int sim_faults_add(struct sim_faults *faults, const struct sim_fault *fault)
{
	struct entry *e = NULL;
	int number = -ENOSPC;

	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < SIM_FAULTS_MAX && !e; i++)
		if (!faults->entry[i].number || spent(&faults->entry[i]))
			e = &faults->entry[i];
	if (e) {
		forget(e);
		e->fault = *fault;
		e->number = ++faults->last_number;
		number = (int)e->number;
	}
	pthread_mutex_unlock(&faults->lock);
	return number;
}

int sim_faults_clear(struct sim_faults *faults, unsigned int number)
{
	int cleared = 0;

	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++) {
		struct entry *e = &faults->entry[i];

		if (!e->number || (number && e->number != number))
			continue;
		forget(e);
		cleared++;
	}
	pthread_mutex_unlock(&faults->lock);
	wake(faults);
	return number && !cleared ? -ENOENT : cleared;
}

void sim_faults_set_gone(struct sim_faults *faults, bool gone)
{
	pthread_mutex_lock(&faults->lock);
	faults->gone = gone;
	pthread_mutex_unlock(&faults->lock);
	wake(faults);
}

void sim_faults_watch(struct sim_faults *faults, const struct sim_fault_watch *watch)
{
	pthread_mutex_lock(&faults->lock);
	faults->watch = *watch;
	pthread_mutex_unlock(&faults->lock);
}

static bool matches(const struct sim_fault *fault, const struct sim_cmd *cmd)
{
	uint32_t first = 0, blocks = 0;
	enum sim_access access = sim_cdb_access(cmd->cdb, &first, &blocks);

	switch (fault->match) {
	case SIM_MATCH_ANY:
		/* A device with a fault still says who it is and what happened */
		if (fault->kind == SIM_FAULT_SENSE &&
		    (cmd->cdb[0] == 0x12 || cmd->cdb[0] == 0x03))
			return false;
		break;
	case SIM_MATCH_OPCODE:
		if (cmd->cdb[0] != fault->opcode)
			return false;
		break;
	case SIM_MATCH_READ:
		if (access != SIM_ACCESS_READ)
			return false;
		break;
	case SIM_MATCH_WRITE:
		if (access != SIM_ACCESS_WRITE)
			return false;
		break;
	}
	if (!fault->has_lba)
		return true;
	return access != SIM_ACCESS_NONE && blocks && first <= fault->lba_last &&
	       (uint64_t)first + blocks > fault->lba_first;
}

/* This command is one of those that the fault hits. */
static bool hit(struct entry *e, struct sim_device *dev, const struct sim_cmd *cmd)
{
	if (!e->number || !matches(&e->fault, cmd))
		return false;
	if (e->fault.kind == SIM_FAULT_MESSAGE && !bus_gets_to(dev, cmd, e->fault.message.phase))
		return false;
	if (++e->seen < e->fault.nth)
		return false;
	if (e->fault.times && e->hits >= e->fault.times)
		return false;
	e->hits++;
	return true;
}

bool sim_faults_dead(struct sim_faults *faults)
{
	static const uint8_t inquiry[16] = { 0x12 };
	const struct sim_cmd cmd = { .cdb = inquiry };
	bool dead = false;

	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++) {
		struct entry e = faults->entry[i];

		dead |= e.fault.kind == SIM_FAULT_HANG && hit(&e, NULL, &cmd);
	}
	pthread_mutex_unlock(&faults->lock);
	return dead;
}

static bool still_there(struct sim_faults *faults, unsigned int number)
{
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++)
		if (faults->entry[i].number == number)
			return true;
	return false;
}

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
		if ((until && left <= 0) || !still_there(faults, number))
			return aborted ? WAIT_DROP : WAIT_OVER;
		pthread_mutex_unlock(&faults->lock);
		if (nap(faults, &watch, (int)left))
			aborted = true;
		pthread_mutex_lock(&faults->lock);
		if (aborted && !deaf)
			return WAIT_DROP;
	}
}

static enum outcome delay(struct sim_faults *faults, struct entry *e, const struct sim_cmd *cmd)
{
	uint64_t ms = e->fault.delay_ms;

	if (e->fault.per_mib)
		ms = (ms * cmd->data_len) >> 20;
	return ms ? hold(faults, e->number, now_ms() + (int64_t)ms, false) : WAIT_OVER;
}

static void give_sense(const struct sim_fault *fault, struct sim_cmd *cmd)
{
	uint32_t first = 0;

	if (!fault->has_lba) {
		sim_cmd_sense(cmd, fault->key, fault->asc, fault->ascq);
		return;
	}
	sim_cdb_access(cmd->cdb, &first, NULL);
	if (first < fault->lba_first)
		first = fault->lba_first;
	sim_cmd_sense_info(cmd, fault->key, fault->asc, fault->ascq, first);
}

/* True when the model is to see the command; *message: with a message, if not NULL. */
static bool pass(struct sim_faults *faults, struct sim_device *dev, struct sim_cmd *cmd,
		 struct entry **message)
{
	for (size_t i = 0; i < SIM_FAULTS_MAX && !faults->gone; i++) {
		struct entry *e = &faults->entry[i];
		enum outcome outcome = WAIT_OVER;

		if (!hit(e, dev, cmd))
			continue;
		switch (e->fault.kind) {
		case SIM_FAULT_SENSE:
			give_sense(&e->fault, cmd);
			return false;
		case SIM_FAULT_HANG:
			outcome = hold(faults, e->number, 0, e->fault.deaf);
			break;
		case SIM_FAULT_SLOW:
			outcome = delay(faults, e, cmd);
			break;
		case SIM_FAULT_MESSAGE:
			*message = e;
			break;
		}
		if (outcome == WAIT_DROP) {
			cmd->status = SIM_TASK_ABORTED;
			return false;
		}
	}
	if (faults->gone)
		cmd->status = SIM_TASK_ABORTED;
	return !faults->gone;
}

/* The lock is let go of: the fault may be cleared before the command is done. */
static void execute_with(struct sim_faults *faults, struct sim_device *dev, struct entry *e,
			 struct sim_cmd *cmd)
{
	const struct bus_message message = e->fault.message;
	const unsigned int number = e->number;
	char trace[BUS_TRACE_SIZE];

	pthread_mutex_unlock(&faults->lock);
	bus_execute(dev, &faults->terms, &message, cmd, trace);
	pthread_mutex_lock(&faults->lock);
	if (e->number != number)
		return;
	free(e->trace);
	e->trace = strdup(trace);
}

void sim_device_execute(struct sim_device *dev, struct sim_faults *faults, struct sim_cmd *cmd)
{
	struct entry *message = NULL;
	bool go;

	if (!faults) {
		dev->ops->execute(dev, cmd);
		return;
	}
	pthread_mutex_lock(&faults->lock);
	go = pass(faults, dev, cmd, &message);
	if (go && message)
		execute_with(faults, dev, message, cmd);
	pthread_mutex_unlock(&faults->lock);
	if (go && !message)
		dev->ops->execute(dev, cmd);
	pthread_mutex_lock(&faults->lock);
	sim_count_command(&faults->count, cmd);
	pthread_mutex_unlock(&faults->lock);
}

json_t *sim_faults_count(struct sim_faults *faults, uint8_t type)
{
	json_t *json;

	pthread_mutex_lock(&faults->lock);
	json = sim_count_describe(&faults->count, type);
	pthread_mutex_unlock(&faults->lock);
	return json;
}

void sim_faults_count_reset(struct sim_faults *faults)
{
	pthread_mutex_lock(&faults->lock);
	sim_count_reset(&faults->count);
	pthread_mutex_unlock(&faults->lock);
}

static void put_where(const struct sim_fault *fault, FILE *f)
{
	switch (fault->match) {
	case SIM_MATCH_ANY:
		break;
	case SIM_MATCH_OPCODE:
		fprintf(f, " op %02x", fault->opcode);
		break;
	case SIM_MATCH_READ:
		fprintf(f, " op read");
		break;
	case SIM_MATCH_WRITE:
		fprintf(f, " op write");
		break;
	}
	if (fault->has_lba)
		fprintf(f, " lba %u-%u", fault->lba_first, fault->lba_last);
	if (fault->nth)
		fprintf(f, " nth %u", fault->nth);
	if (fault->times)
		fprintf(f, " times %u", fault->times);
	else
		fprintf(f, " times always");
}

/* In one word, as it was given */
static void put_name(uint16_t code, FILE *f)
{
	char name[40];

	bus_message_name(code, name, sizeof(name));
	for (char *p = name; *p; p++)
		*p = *p == ' ' ? '-' : (char)tolower((unsigned char)*p);
	fputs(name, f);
}

static void put_message(const struct bus_message *m, FILE *f)
{
	fputs("message ", f);
	put_name(m->code, f);
	fprintf(f, " at %s", bus_phase_name(m->phase));
	if (!m->rejects)
		return;
	fputs(" rejecting ", f);
	put_name(m->rejects, f);
}

/* As sim_fault_parse() takes it. */
static json_t *fault_text(const struct sim_fault *fault)
{
	char text[160] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	if (!f)
		return NULL;
	switch (fault->kind) {
	case SIM_FAULT_SENSE:
		fprintf(f, "sense %x/%02x/%02x", fault->key, fault->asc, fault->ascq);
		break;
	case SIM_FAULT_HANG:
		fprintf(f, "hang%s", fault->deaf ? " deaf" : "");
		break;
	case SIM_FAULT_SLOW:
		fprintf(f, "slow %u%s", fault->delay_ms, fault->per_mib ? " per-mib" : "");
		break;
	case SIM_FAULT_MESSAGE:
		put_message(&fault->message, f);
		break;
	}
	put_where(fault, f);
	fclose(f);
	return json_string(text);
}

json_t *sim_faults_describe(struct sim_faults *faults)
{
	json_t *list = json_array();

	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++) {
		const struct entry *e = &faults->entry[i];

		json_t *json;

		if (!e->number)
			continue;
		json = json_pack("{s:i, s:o, s:I}", "number", (int)e->number, "text",
				 fault_text(&e->fault), "hits", (json_int_t)e->hits);
		if (json && e->trace)
			json_object_set_new(json, "bus", json_string(e->trace));
		json_array_append_new(list, json);
	}
	pthread_mutex_unlock(&faults->lock);
	return list;
}
