// SPDX-License-Identifier: GPL-2.0
/* Commands to many recorders at once, or to one drive, until they are carried out. */
#include <errno.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"

enum discmux_cause burn_cause(const struct burn_rec *rec)
{
	return discmux_result_cause(DISCMUX_DEVICE_RECORDER, &rec->result);
}

/* ---- Recorders ---------------------------------------------------------- */

/* One command on its way to recorders of a job */
struct call {
	struct burn_job *job;
	burn_set all;			/* who gets it */
	const struct mmc_command *cmd;
	uint8_t *data;
	enum burn_until until;
	bool progress;			/* show what the drives say of it */
};

/* Told once of each drive; the driver counts all of them. */
void burn_recovered(struct burn_job *job, size_t i, const struct discmux_result *result)
{
	struct burn_rec *rec = &job->recs[i];
	char words[128];

	if (!discmux_result_recovered(result) || rec->recovered++)
		return;
	discmux_device_result_text(DISCMUX_DEVICE_RECORDER, result, words, sizeof(words));
	burn_notice(job, "%s carried a command out and warns: %s", rec->name, words);
}

static void keep_reply(const struct call *c, size_t i, uint8_t *data)
{
	struct burn_rec *rec = &c->job->recs[i];
	const struct mmc_command *cmd = c->cmd;

	rec->data = data;
	if (data && c->data == c->job->small && cmd->dir == MMC_IN)
		rec->data = memcpy(rec->reply, data, cmd->data_len);
	rec->len = 0;
	if (!discmux_result_ok(&rec->result))
		return;
	if (cmd->dir == MMC_IN && rec->result.resid < cmd->data_len)
		rec->len = cmd->data_len - rec->result.resid;
	burn_recovered(c->job, i, &rec->result);
}

/* To all of set together; their replies follow one another from data on. */
static void send_together(const struct call *c, burn_set set, uint8_t *data)
{
	uint32_t members[BURN_MAX_RECORDERS];
	struct discmux_result results[BURN_MAX_RECORDERS] = { 0 };
	struct burn_job *job = c->job;
	size_t i, n = 0;
	int rc;

	burn_for_each(i, set)
		members[n++] = job->recs[i].info.member;
	rc = job->config.ops->exec(job->config.ctx, members, n, c->cmd, data, results);
	n = 0;
	burn_for_each(i, set) {
		job->recs[i].result = results[n];
		if (rc < 0)
			job->recs[i].result.error = (uint32_t)-rc;
		keep_reply(c, i, c->cmd->dir == MMC_IN ? data + n * c->cmd->data_len : data);
		n++;
	}
}

/* Some of those that it was sent to get it again, each with its own place for data. */
static void call_send(void *ctx, uint32_t set)
{
	const struct call *c = ctx;
	size_t i, n = 0;

	if (set == c->all || c->cmd->dir != MMC_IN) {
		send_together(c, set, c->data);
		return;
	}
	burn_for_each(i, c->all) {
		if (set >> i & 1)
			send_together(c, 1u << i, c->data + n * c->cmd->data_len);
		n++;
	}
}

static const struct discmux_result *call_result(void *ctx, unsigned int i)
{
	const struct call *c = ctx;
	const struct discmux_result *result = &c->job->recs[i].result;
	struct discmux_sense sense;

	if (c->progress && !discmux_result_sense(result, &sense) && sense.progress >= 0)
		burn_set_progress(c->job, i, (uint64_t)sense.progress, 65536);
	return result;
}

static uint64_t call_now(void *ctx)
{
	const struct burn_config *c = &((struct call *)ctx)->job->config;

	return c->ops->now_ms(c->ctx);
}

static void call_sleep(void *ctx, unsigned int ms)
{
	const struct burn_config *c = &((struct call *)ctx)->job->config;

	c->ops->sleep_ms(c->ctx, ms);
}

static bool call_cancelled(void *ctx)
{
	const struct call *c = ctx;

	switch (c->until) {
	case BURN_UNTIL_CANCELLED:
		return burn_is_cancelled(c->job);
	case BURN_UNTIL_LEAVE:
		return atomic_load_explicit(&c->job->leave, memory_order_relaxed);
	default:
		return false;
	}
}

static bool call_same_disc(void *ctx, unsigned int i)
{
	const struct call *c = ctx;
	const struct burn_rec *rec = &c->job->recs[i];
	char id[BURN_ID_LEN];

	return *rec->id && !burn_identify(c->job->config.ops, c->job->config.ctx,
					  rec->info.member, rec->id_lba, id) && !strcmp(id, rec->id);
}

static burn_set carry_out(struct call *c, enum discmux_purpose purpose, unsigned int limit_ms)
{
	static const struct discmux_carrier carrier = {
		.send = call_send, .result = call_result, .now_ms = call_now,
		.sleep_ms = call_sleep, .cancelled = call_cancelled, .same_disc = call_same_disc,
	};
	struct discmux_limits limits = *discmux_limits_of(purpose);

	if (!c->all)
		return 0;
	if (limit_ms)
		limits.wait_ms = limit_ms;
	if (!c->data)
		c->data = c->job->small;
	return discmux_carry_out(&carrier, c, purpose, DISCMUX_DEVICE_RECORDER, &limits, c->all,
				 NULL);
}

burn_set burn_send(struct burn_job *job, burn_set set, const struct mmc_command *cmd, void *data,
		   enum discmux_purpose purpose, unsigned int limit_ms)
{
	struct call c = { .job = job, .all = set, .cmd = cmd, .data = data };

	return carry_out(&c, purpose, limit_ms);
}

burn_set burn_send_until(struct burn_job *job, burn_set set, const struct mmc_command *cmd,
			 enum discmux_purpose purpose, unsigned int limit_ms,
			 enum burn_until until)
{
	struct call c = { .job = job, .all = set, .cmd = cmd, .until = until,
			  .progress = until == BURN_UNTIL_LEAVE };

	return carry_out(&c, purpose, limit_ms);
}

/* ---- One drive ---------------------------------------------------------- */

struct errand {
	const struct burn_errand *e;
	const struct mmc_command *cmd;
	void *data;
	struct discmux_result *result;
};

static void errand_send(void *ctx, uint32_t set)
{
	const struct errand *r = ctx;
	int rc;

	(void)set;
	memset(r->result, 0, sizeof(*r->result));
	rc = r->e->ops->exec(r->e->ctx, &r->e->member, 1, r->cmd, r->data, r->result);
	if (rc < 0)
		r->result->error = (uint32_t)-rc;
}

static const struct discmux_result *errand_result(void *ctx, unsigned int i)
{
	(void)i;
	return ((struct errand *)ctx)->result;
}

static uint64_t errand_now(void *ctx)
{
	const struct burn_errand *e = ((struct errand *)ctx)->e;

	return e->ops->now_ms(e->ctx);
}

static void errand_sleep(void *ctx, unsigned int ms)
{
	const struct burn_errand *e = ((struct errand *)ctx)->e;

	e->ops->sleep_ms(e->ctx, ms);
}

static bool errand_cancelled(void *ctx)
{
	const struct burn_errand *e = ((struct errand *)ctx)->e;

	return e->cancelled && e->cancelled(e->arg);
}

static bool errand_same_disc(void *ctx, unsigned int i)
{
	const struct burn_errand *e = ((struct errand *)ctx)->e;

	(void)i;
	return e->same_disc && e->same_disc(e->arg);
}

int burn_run_errand(const struct burn_errand *e, const struct mmc_command *cmd, void *data,
		    enum discmux_purpose purpose, unsigned int limit_ms,
		    struct discmux_result *result)
{
	static const struct discmux_carrier carrier = {
		.send = errand_send, .result = errand_result, .now_ms = errand_now,
		.sleep_ms = errand_sleep, .cancelled = errand_cancelled,
		.same_disc = errand_same_disc,
	};
	struct discmux_limits limits = *discmux_limits_of(purpose);
	struct errand r = { e, cmd, data, result };

	if (limit_ms)
		limits.wait_ms = limit_ms;
	if (!discmux_carry_out(&carrier, &r, purpose, DISCMUX_DEVICE_READER, &limits, 1, NULL))
		return -EIO;
	return result->resid < cmd->data_len ? (int)(cmd->data_len - result->resid) : 0;
}

static bool job_cancelled(void *arg)
{
	return burn_is_cancelled(arg);
}

static bool job_same_disc(void *arg)
{
	const struct burn_job *job = arg;

	return burn_source_same(job->config.source, job->config.ops, job->config.ctx);
}

int burn_command(struct burn_job *job, uint32_t member, const struct mmc_command *cmd, void *data,
		 enum discmux_purpose purpose, unsigned int limit_ms,
		 struct discmux_result *result)
{
	const struct burn_errand e = {
		.ops = job->config.ops, .ctx = job->config.ctx, .member = member,
		.cancelled = job_cancelled, .same_disc = job_same_disc, .arg = job,
	};
	int len = burn_run_errand(&e, cmd, data, purpose, limit_ms, result);

	if (len >= 0)
		burn_source_recovered(job->config.source, job, result);
	return len;
}

/* ---- Sets --------------------------------------------------------------- */

burn_set burn_take_alike(struct burn_job *job, burn_set *set,
			 bool (*same)(const struct burn_rec *a, const struct burn_rec *b))
{
	const struct burn_rec *first = NULL;
	burn_set alike = 0;
	size_t i;

	burn_for_each(i, *set) {
		if (!first)
			first = &job->recs[i];
		if (same(first, &job->recs[i]))
			alike |= 1u << i;
	}
	*set &= ~alike;
	return alike;
}

bool burn_same_track(const struct burn_rec *a, const struct burn_rec *b)
{
	return a->track == b->track;
}
