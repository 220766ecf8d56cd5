// SPDX-License-Identifier: GPL-2.0
/*
 * Recorders that left the stream by a reset or on a broken path, in the middle of a plain copy,
 * or that were reset before their cache was written out.
 * The drive says where its disc goes on (next writable address, MMC-6 6.27), and is believed as
 * far as that can be true; rewritable media without such an address are written again from a
 * place before the last WRITE.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"

#define TIMES_MAX	10u	/* one that is reset more often won't get to its end */
#define REWIND		16384u	/* blocks, 32 MiB: drives have buffers of some MiB, and what
				 * was in them may be lost although it was acknowledged */

bool burn_may_resume(const struct burn_job *job, size_t i, const struct discmux_result *result)
{
	const struct burn_rec *rec = &job->recs[i];

	if (job->cd || job->config.task != BURN_COPY || rec->status.resumed >= TIMES_MAX)
		return false;
	/* DISCMUX_MESSAGE_ABORT, and the lag policy, end a leg on purpose */
	if (result->error == ECANCELED || result->error == ETIME)
		return false;
	switch (discmux_result_cause(DISCMUX_DEVICE_RECORDER, result)) {
	case DISCMUX_CAUSE_RESET:
	case DISCMUX_CAUSE_ABORTED:
	case DISCMUX_CAUSE_PATH:
		return true;
	default:
		return false;
	}
}

void burn_lose(struct burn_job *job, size_t i, const struct discmux_result *result,
	       uint32_t lost_lba, uint32_t sent_end)
{
	struct burn_rec *rec = &job->recs[i];

	rec->lost = *result;
	rec->lost_lba = lost_lba;
	rec->sent_end = sent_end;
	job->live &= ~(1u << i);
	job->lost |= 1u << i;
}

/* All was sent and acknowledged: it is its cache that was lost. */
static bool lost_cache(const struct burn_rec *rec)
{
	return rec->lost_lba == rec->sent_end;
}

/* How much of its last WRITE a drive took, and whether it was reset since, is unknown: the
 * drive says what the disc is.  Only one that it calls blank is untouched. */
void burn_ask_fate(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	char text[BURN_MESSAGE_LEN];
	struct mmc_disc_info info;
	struct mmc_command cmd;

	mmc_cmd_read_disc_info(&cmd);
	if (job->config.task == BURN_SIMULATE || rec->plan->overwrite ||
	    !burn_send(job, 1u << i, &cmd, NULL, DISCMUX_FOR_IDENTITY, 0) ||
	    mmc_parse_disc_info(rec->data, rec->len, &info) || info.state != MMC_DISC_BLANK)
		return;
	snprintf(text, sizeof(text), "%.200s; its disc is still blank", rec->status.message);
	burn_set_message(job, i, text);
	burn_set_disc(job, i, rec->before);
	burn_log_state(job, i, burn_state_name(BURN_FAILED), rec->before);
}

/* It failed by the command that it was lost with. */
static void give_up(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];

	rec->result = rec->lost;
	if (burn_is_cancelled(job)) {
		burn_drop(job, i, BURN_CANCELLED, "cancelled");
		return;
	}
	if (lost_cache(rec))
		burn_fail_set(job, 1u << i, "to write out its cache");
	else
		burn_fail_lba(job, i, rec->lost_lba, "to write");
	burn_ask_fate(job, i);
}

void burn_give_up(struct burn_job *job)
{
	burn_set set = job->lost;
	size_t i;

	job->lost = 0;
	burn_for_each(i, set)
		give_up(job, i);
}

/* The same, and why its disc does not go on. */
__attribute__((format(printf, 3, 4)))
static void give_up_for(struct burn_job *job, size_t i, const char *fmt, ...)
{
	char why[BURN_MESSAGE_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (!burn_is_cancelled(job))
		burn_notice(job, "%s can't go on with its disc: %.180s", job->recs[i].name, why);
	give_up(job, i);
}

/* Those that answer again, set up as before. */
static void wait_back(struct burn_job *job)
{
	burn_set set = job->live, good;
	struct mmc_command cmd;
	char words[128];
	size_t i;

	mmc_cmd_test_unit_ready(&cmd);
	good = burn_send(job, set, &cmd, NULL, DISCMUX_FOR_CONTROL, 0);
	burn_for_each(i, set & ~good) {
		discmux_device_result_text(DISCMUX_DEVICE_RECORDER, &job->recs[i].result, words,
					   sizeof(words));
		give_up_for(job, i, "%s", words);
	}
	if (!job->live)
		return;
	mmc_cmd_prevent(&cmd, true);
	burn_send(job, job->live, &cmd, NULL, DISCMUX_FOR_PROBE, 0);
	burn_prepare_again(job);
}

static bool ask_track(struct burn_job *job, size_t i, struct mmc_track_info *info)
{
	struct burn_rec *rec = &job->recs[i];
	struct mmc_command cmd;

	mmc_cmd_read_track_info(&cmd, rec->track);
	return burn_send(job, 1u << i, &cmd, NULL, DISCMUX_FOR_CONTROL, 0) &&
	       !mmc_parse_track_info(rec->data, rec->len, info);
}

static bool same_answer(const struct mmc_track_info *a, const struct mmc_track_info *b)
{
	return a->track == b->track && a->start == b->start && a->next_valid == b->next_valid &&
	       (!a->next_valid || a->next == b->next);
}

/* A track that was reserved for the copy has no such address when it holds all of it. */
static bool is_full(const struct burn_job *job, const struct burn_rec *rec,
		    const struct mmc_track_info *info)
{
	return !info->next_valid && !info->free &&
	       rec->sent_end == rec->start + job->total_blocks;
}

/*
 * The address that the drive gives, if it can be true: twice the same, of the track that is
 * being written, where something written together begins, and of what was sent.  It may be
 * below what was acknowledged: a drive loses what it has in its buffer.
 */
static void ask_place(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	struct mmc_track_info first, info;

	if (!ask_track(job, i, &first) || !ask_track(job, i, &info))
		give_up_for(job, i, "it does not tell about its track");
	else if (!same_answer(&first, &info))
		give_up_for(job, i, "it gives two next writable addresses, %u and %u", first.next,
			    info.next);
	else if (info.track != rec->track || info.start != rec->track_start)
		give_up_for(job, i, "it goes on with another track");
	else if (is_full(job, rec, &info))
		rec->resume_at = job->total_blocks;
	else if (!info.next_valid)
		give_up_for(job, i, "it gives no next writable address");
	else if (info.next < rec->start || info.next > rec->sent_end ||
		 (info.next - rec->start) % rec->plan->unit)
		give_up_for(job, i, "it gives LBA %u as next writable address, of %u to %u",
			    info.next, rec->start, rec->sent_end);
	else
		rec->resume_at = info.next - rec->start;
}

static void find_places(struct burn_job *job)
{
	burn_set set = job->live;
	size_t i;

	burn_for_each(i, set) {
		struct burn_rec *rec = &job->recs[i];
		uint32_t done = rec->lost_lba - rec->start;

		if (rec->plan->overwrite)
			rec->resume_at = done > REWIND ? (done - REWIND) / REWIND * REWIND : 0;
		else
			ask_place(job, i);
	}
}

/* Says that these go on, before they do. */
static void tell(struct burn_job *job)
{
	burn_set set = job->live;
	char words[128], where[32];
	size_t i;

	burn_set_state(job, set, BURN_WRITING);
	burn_for_each(i, set) {
		struct burn_rec *rec = &job->recs[i];

		snprintf(where, sizeof(where), lost_cache(rec) ? "with its cache" : "at LBA %u",
			 rec->lost_lba);
		pthread_mutex_lock(&job->lock);
		rec->status.resumed++;
		pthread_mutex_unlock(&job->lock);
		discmux_device_result_text(DISCMUX_DEVICE_RECORDER, &rec->lost, words,
					   sizeof(words));
		burn_notice(job, "%s was lost %s: %s; it goes on at LBA %u", rec->name, where, words,
			    rec->start + rec->resume_at);
		burn_log_state(job, i, "resuming", BURN_DISC_RUINED);
	}
}

static bool same_place(const struct burn_rec *a, const struct burn_rec *b)
{
	return a->resume_at == b->resume_at;
}

/* The rest of the copy to all that are live, one stream for each place. */
static int write_rest(struct burn_job *job)
{
	burn_set set = job->live, whole = 0;
	int rc = 0;

	while (set && !rc) {
		job->live = burn_take_alike(job, &set, same_place);
		rc = burn_stream_rest(job, job->recs[burn_first(job->live)].resume_at);
		whole |= job->live;
	}
	job->lost |= set;
	job->live = whole;
	return rc;
}

int burn_resume(struct burn_job *job)
{
	burn_set whole = job->live;
	int rc = 0;

	while (job->lost && !rc && !burn_is_cancelled(job)) {
		job->live = job->lost;
		job->lost = 0;
		wait_back(job);
		find_places(job);
		tell(job);
		rc = write_rest(job);
		whole |= job->live;
	}
	job->live = whole;
	burn_give_up(job);
	return rc;
}
