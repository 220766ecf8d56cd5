// SPDX-License-Identifier: GPL-2.0
/* Commands to many recorders at once, and what to do with "not now". */
#include <errno.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"

#define ATTENTIONS	8	/* unit attentions one command may meet */
#define POLL_MIN_MS	20
#define POLL_MAX_MS	500

bool burn_is(const struct burn_rec *rec, uint8_t key, uint8_t asc, uint8_t ascq)
{
	return discmux_result_is(&rec->result, key, asc, ascq);
}

uint8_t burn_key(const struct discmux_result *result, uint8_t *asc, uint8_t *ascq)
{
	struct discmux_sense sense = { 0 };

	if (result->error || discmux_result_sense(result, &sense))
		memset(&sense, 0, sizeof(sense));
	*asc = sense.asc;
	*ascq = sense.ascq;
	return sense.key;
}

/* Sends to all of set once. */
static burn_set send_once(struct burn_job *job, burn_set set, const struct mmc_command *cmd,
			  uint8_t *data)
{
	uint32_t members[BURN_MAX_RECORDERS];
	struct discmux_result results[BURN_MAX_RECORDERS] = { 0 };
	burn_set good = 0;
	size_t i, n = 0;
	int rc;

	burn_for_each(i, set)
		members[n++] = job->recs[i].info.member;
	rc = job->config.ops->exec(job->config.ctx, members, n, cmd, data, results);
	n = 0;
	burn_for_each(i, set) {
		struct burn_rec *rec = &job->recs[i];

		rec->result = results[n];
		if (rc < 0)
			rec->result.error = (uint32_t)-rc;
		rec->data = data + n * cmd->data_len;
		if (data == job->small && cmd->dir == MMC_IN)
			rec->data = memcpy(rec->reply, rec->data, cmd->data_len);
		rec->len = 0;
		if (discmux_result_ok(&rec->result)) {
			good |= 1u << i;
			if (cmd->dir == MMC_IN && rec->result.resid < cmd->data_len)
				rec->len = cmd->data_len - rec->result.resid;
		}
		n++;
	}
	return good;
}

/* True when the drive may be asked again. */
static bool again(const struct discmux_result *result, unsigned int flags,
		  unsigned int *attentions, bool *wait)
{
	uint8_t asc, ascq, key = burn_key(result, &asc, &ascq);

	if (key == 0x06 && ((flags & BURN_UNIT_ATTENTION) ||
			    ((flags & BURN_RESET) && asc != 0x28)))
		return ++*attentions <= ATTENTIONS;
	/* All recorders are ours: only a stream of ours that is just ending holds one */
	if (result->error == EBUSY && (flags & BURN_BECOMING_READY)) {
		*wait = true;
		return ++*attentions <= ATTENTIONS;
	}
	/* Only "not ready, wait": what a broken drive says must not hold up the others */
	if (key == 0x02 && asc == 0x04 && (flags & BURN_BECOMING_READY) &&
	    discmux_sense_action(DISCMUX_DEVICE_RECORDER, key, asc, ascq) ==
		    DISCMUX_ACTION_WAIT) {
		*wait = true;
		return true;
	}
	return false;
}

burn_set burn_send(struct burn_job *job, burn_set set, const struct mmc_command *cmd, void *data,
		   unsigned int flags, unsigned int limit_ms)
{
	const struct burn_config *c = &job->config;
	unsigned int attentions[BURN_MAX_RECORDERS] = { 0 };
	unsigned int pause = POLL_MIN_MS;
	uint64_t end = c->ops->now_ms(c->ctx) + limit_ms;
	burn_set good = 0;

	if (!data)
		data = job->small;
	while (set) {
		burn_set retry = 0, done = send_once(job, set, cmd, data);
		bool wait = false;
		size_t i;

		good |= done;
		burn_for_each(i, set & ~done)
			if (again(&job->recs[i].result, flags, &attentions[i], &wait))
				retry |= 1u << i;
		if (wait) {
			bool leave = burn_is_cancelled(job) && !(flags & BURN_TO_THE_END);

			if (leave || c->ops->now_ms(c->ctx) >= end)
				break;
			c->ops->sleep_ms(c->ctx, pause);
			pause = pause * 2 < POLL_MAX_MS ? pause * 2 : POLL_MAX_MS;
		}
		set = retry;
	}
	return good;
}

int burn_command(struct burn_job *job, uint32_t member, const struct mmc_command *cmd, void *data,
		 unsigned int flags, unsigned int limit_ms, struct discmux_result *result)
{
	const struct burn_config *c = &job->config;
	uint64_t end = c->ops->now_ms(c->ctx) + limit_ms;
	unsigned int attentions = 0;

	for (;;) {
		bool wait = false;
		int rc;

		memset(result, 0, sizeof(*result));
		rc = c->ops->exec(c->ctx, &member, 1, cmd, data, result);
		if (rc < 0)
			result->error = (uint32_t)-rc;
		if (discmux_result_ok(result))
			return result->resid < cmd->data_len ? (int)(cmd->data_len - result->resid)
							     : 0;
		if (!again(result, flags, &attentions, &wait))
			return -EIO;
		if (wait) {
			if (burn_is_cancelled(job) || c->ops->now_ms(c->ctx) >= end)
				return -EIO;
			burn_pause(job, POLL_MAX_MS / 2);
		}
	}
}

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
