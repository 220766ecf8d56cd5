// SPDX-License-Identifier: GPL-2.0
/* The list of a device's faults, and which commands each of them hits. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fault_priv.h"

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
static bool spent(const struct fault_entry *e)
{
	return e->fault.times && e->rounds >= e->fault.times && e->fault.kind != SIM_FAULT_HANG;
}

static void forget(struct fault_entry *e)
{
	free(e->trace);
	memset(e, 0, sizeof(*e));
}

static struct fault_entry *free_entry(struct sim_faults *faults)
{
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++)
		if (!faults->entry[i].number || spent(&faults->entry[i]))
			return &faults->entry[i];
	return NULL;
}

static size_t room(const struct sim_faults *faults)
{
	size_t n = 0;

	for (size_t i = 0; i < SIM_FAULTS_MAX; i++)
		n += !faults->entry[i].number || spent(&faults->entry[i]);
	return n;
}

static int add(struct sim_faults *faults, const struct sim_fault *fault)
{
	struct fault_entry *e = free_entry(faults);

	if (!e)
		return -ENOSPC;
	forget(e);
	e->fault = *fault;
	e->number = ++faults->last_number;
	return (int)e->number;
}

int sim_faults_add(struct sim_faults *faults, const struct sim_fault *fault)
{
	int number;

	pthread_mutex_lock(&faults->lock);
	number = add(faults, fault);
	pthread_mutex_unlock(&faults->lock);
	return number;
}

int sim_faults_add_all(struct sim_faults *faults, const struct sim_fault *fault, size_t n)
{
	int ret = 0;

	pthread_mutex_lock(&faults->lock);
	if (room(faults) < n)
		ret = -ENOSPC;
	for (size_t i = 0; i < n && !ret; i++)
		add(faults, &fault[i]);
	pthread_mutex_unlock(&faults->lock);
	return ret;
}

int sim_faults_clear(struct sim_faults *faults, unsigned int number)
{
	int cleared = 0;

	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++) {
		struct fault_entry *e = &faults->entry[i];

		if (!e->number || (number && e->number != number))
			continue;
		forget(e);
		cleared++;
	}
	pthread_mutex_unlock(&faults->lock);
	wake(faults);
	return number && !cleared ? -ENOENT : cleared;
}

void sim_faults_each_habit(struct sim_faults *faults,
			   void (*fn)(void *context, const char *habit), void *context)
{
	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++)
		if (faults->entry[i].number && faults->entry[i].fault.habit)
			fn(context, faults->entry[i].fault.habit);
	pthread_mutex_unlock(&faults->lock);
}

int sim_faults_clear_habits(struct sim_faults *faults)
{
	int cleared = 0;

	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++) {
		struct fault_entry *e = &faults->entry[i];

		if (!e->number || !e->fault.habit)
			continue;
		forget(e);
		cleared++;
	}
	pthread_mutex_unlock(&faults->lock);
	wake(faults);
	return cleared;
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

bool fault_still_there(const struct sim_faults *faults, unsigned int number)
{
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++)
		if (faults->entry[i].number == number)
			return true;
	return false;
}

/* --- which commands ---------------------------------------------------------------------- */

bool sim_cdb_page(const uint8_t *cdb, uint8_t *page)
{
	static const struct {
		uint8_t opcode, at, mask;
	} pages[] = {
		{ 0x1a, 2, 0x3f }, { 0x5a, 2, 0x3f },	/* MODE SENSE */
		{ 0x42, 3, 0xff },			/* READ SUB-CHANNEL */
		{ 0x43, 2, 0x0f },			/* READ TOC/PMA/ATIP */
		{ 0x4d, 2, 0x3f },			/* LOG SENSE */
		{ 0xac, 10, 0xff },			/* GET PERFORMANCE */
		{ 0xad, 7, 0xff },			/* READ DISC STRUCTURE */
		{ 0xb8, 1, 0x0f },			/* READ ELEMENT STATUS */
		{ 0x5b, 2, 0x07 },			/* CLOSE TRACK SESSION */
	};

	if (cdb[0] == 0x43 && !(cdb[2] & 0x0f)) {	/* as SFF-8020 has it */
		*page = cdb[9] >> 6;
		return true;
	}
	if (cdb[0] == 0x12 && cdb[1] & 1) {		/* INQUIRY: of vital product data */
		*page = cdb[2];
		return true;
	}
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (pages[i].opcode != cdb[0])
			continue;
		*page = cdb[pages[i].at] & pages[i].mask;
		return true;
	}
	return false;
}

/* MODE SELECT has its page in the data */
static bool page_of(const struct sim_cmd *cmd, uint8_t *page)
{
	bool ten = cmd->cdb[0] == 0x55;
	uint8_t head[8];
	size_t at = ten ? 8 : 4;

	if (cmd->cdb[0] != 0x15 && !ten)
		return sim_cdb_page(cmd->cdb, page);
	if (sim_cmd_peek(cmd, 0, head, at) != at)
		return false;
	at += ten ? sim_be16(head + 6) : head[3];
	if (sim_cmd_peek(cmd, at, page, 1) != 1)
		return false;
	*page &= 0x3f;
	return true;
}

/* An entry of the lead-in with subchannels */
static bool announces_text(const struct sim_cmd *cmd)
{
	uint8_t entry[8];

	for (size_t at = 0; sim_cmd_peek(cmd, at, entry, 8) == 8; at += 8)
		if ((entry[0] & 0x0f) == 1 && entry[1] == 0 && entry[3] & 0xc0)
			return true;
	return false;
}

static bool condition(const struct sim_fault *fault, const struct sim_cmd *cmd)
{
	const uint8_t *cdb = cmd->cdb;
	uint8_t page;

	if (fault->has_page && (!page_of(cmd, &page) || page != fault->page))
		return false;
	if (fault->elements && (cdb[0] != 0xb8 || sim_be16(cdb + 4) <= fault->elements))
		return false;
	switch (fault->only_if) {
	case SIM_IF_CD_TEXT:
		return cdb[0] == 0x5d && announces_text(cmd);
	case SIM_IF_TAGS_AND_IDS:
		return cdb[0] == 0xb8 && cdb[1] & 0x10 && cdb[6] & 0x01;
	case SIM_IF_ANYTHING:
		break;
	}
	return true;
}

/* A device with a fault still says who it is and what happened */
static bool spared(const struct sim_fault *fault, uint8_t opcode)
{
	return (fault->kind == SIM_FAULT_SENSE || fault->kind == SIM_FAULT_STATUS) &&
	       (opcode == 0x12 || opcode == 0x03 || opcode == 0xa0);
}

static bool matches(const struct sim_fault *fault, const struct sim_cmd *cmd)
{
	uint32_t first = 0, blocks = 0;
	enum sim_access access = sim_cdb_access(cmd->cdb, &first, &blocks);

	switch (fault->match) {
	case SIM_MATCH_ANY:
		if (spared(fault, cmd->cdb[0]))
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
	if (!condition(fault, cmd))
		return false;
	if (!fault->has_lba)
		return true;
	return access != SIM_ACCESS_NONE && blocks && first <= fault->lba_last &&
	       (uint64_t)first + blocks > fault->lba_first;
}

/* The answer whose turn it is; NULL behind the last one */
static const struct sim_fault_step *step_at(const struct sim_fault *fault, unsigned int at)
{
	for (unsigned int i = 0; i < fault->steps; i++) {
		if (at < fault->step[i].times)
			return &fault->step[i];
		at -= fault->step[i].times;
	}
	return NULL;
}

/* Does it begin at this command, which matches? */
static bool begins(struct fault_entry *e)
{
	const struct sim_fault *fault = &e->fault;
	uint64_t first = fault->nth ? fault->nth : fault->every;

	if (++e->seen < first)
		return false;
	if (fault->every && (e->seen - first) % fault->every)
		return false;
	return !fault->times || e->rounds < fault->times;
}

bool fault_hit(struct fault_entry *e, struct sim_device *dev, const struct sim_cmd *cmd,
	       const struct sim_fault_step **step)
{
	bool goes_on = e->at && e->fault.for_all && !spared(&e->fault, cmd->cdb[0]);

	if (!e->number || (!goes_on && !matches(&e->fault, cmd)))
		return false;
	if (e->fault.kind == SIM_FAULT_MESSAGE && !bus_gets_to(dev, cmd, e->fault.message.phase))
		return false;
	if (!e->at && !begins(e))
		return false;
	e->hits++;
	*step = step_at(&e->fault, e->at++);
	if (!step_at(&e->fault, e->at)) {
		e->at = 0;
		e->rounds++;
	}
	return true;
}

bool sim_faults_dead(struct sim_faults *faults)
{
	static const uint8_t inquiry[16] = { 0x12 };
	const struct sim_cmd cmd = { .cdb = inquiry };
	const struct sim_fault_step *step;
	bool dead = false;

	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++) {
		struct fault_entry e = faults->entry[i];

		dead |= e.fault.kind == SIM_FAULT_HANG && fault_hit(&e, NULL, &cmd, &step);
	}
	pthread_mutex_unlock(&faults->lock);
	return dead;
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

json_t *sim_faults_describe(struct sim_faults *faults)
{
	json_t *list = json_array();
	char text[256];

	pthread_mutex_lock(&faults->lock);
	for (size_t i = 0; i < SIM_FAULTS_MAX; i++) {
		const struct fault_entry *e = &faults->entry[i];
		json_t *json;

		if (!e->number)
			continue;
		sim_fault_text(&e->fault, text, sizeof(text));
		json = json_pack("{s:i, s:s, s:I}", "number", (int)e->number, "text", text, "hits",
				 (json_int_t)e->hits);
		if (json && e->fault.habit)
			json_object_set_new(json, "habit", json_string(e->fault.habit));
		if (json && e->trace)
			json_object_set_new(json, "bus", json_string(e->trace));
		json_array_append_new(list, json);
	}
	pthread_mutex_unlock(&faults->lock);
	return list;
}
