// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "output.h"
#include "report.h"

#define PATIENCE_MS	20000	/* a storage may be slow; a burn can't wait for ever */
#define STATE_LEN	16

/* The last step of one disc, for a discmuxd that was not there when it was told. */
struct step {
	const struct burn_recorder *recorder;
	unsigned int round;
	char state[STATE_LEN];
	enum burn_disc disc;
	struct burn_status status;
};

struct report {
	pthread_mutex_t lock;	/* all of it: the job's thread and the main one report */
	struct client *client;	/* NULL: it is gone */
	int mux;
	json_int_t job;		/* its number there; 0: it has said no, and is not asked again */
	struct step *steps;	/* in the order of their rounds */
	size_t nr_steps;
	size_t count;
	struct burn_recorder recorders[BURN_MAX_RECORDERS];
	struct burn_status status[BURN_MAX_RECORDERS];
	time_t asked;
	bool cancelled;
};

/* A string that may hold anything. */
static json_t *text(const char *s)
{
	json_t *string = json_string(s);

	return string ? string : json_text((const uint8_t *)s, strlen(s));
}

/* Asks without a word about a no; NULL when it is gone, which is said once. */
static json_t *ask(struct report *r, json_t *request)
{
	json_t *answer = NULL;

	if (!r->client) {
		json_decref(request);
		return NULL;
	}
	if (!client_try(r->client, request, &answer))
		return answer;
	cli_error("going on without it: the log knows what becomes of the discs");
	client_close(r->client);
	r->client = NULL;
	return NULL;
}

/* ---- The beginning ---------------------------------------------------- */

static json_t *recorders_json(const struct burn_recorder *recorders, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++) {
		const struct burn_recorder *r = &recorders[i];

		if (!r->reader)
			json_array_append_new(list, json_pack("{si so so so}", "recorder",
				(int)r->unit, "serial", text(r->serial), "drive", text(r->drive),
				"slot", json_number_or_null(r->slot != DISCMUX_NONE, r->slot)));
	}
	return list;
}

static int take_answer(struct report *r, json_t *answer, struct report **out)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	int status = CLI_OK;

	r->job = json_integer_value(json_object_get(answer, "job"));
	if (r->job)
		*out = r;
	else if (!json_is_true(json_object_get(answer, "ok")))
		status = cli_error("%s", error ? error : "discmuxd says no");
	json_decref(answer);
	return status;
}

static void free_report(struct report *r)
{
	client_close(r->client);
	pthread_mutex_destroy(&r->lock);
	free(r->steps);
	free(r);
}

int report_begin(const struct cli *cli, json_t *job, const struct burn_recorder *recorders,
		 size_t count, bool erase, struct report **out)
{
	struct report *r = calloc(1, sizeof(*r));
	json_t *answer = NULL;
	int status = CLI_OK;

	*out = NULL;
	if (!r) {
		json_decref(job);
		return cli_error("out of memory");
	}
	pthread_mutex_init(&r->lock, NULL);
	r->mux = cli->mux;
	r->count = count;
	memcpy(r->recorders, recorders, count * sizeof(*recorders));
	if (client_connect(NULL, &r->client)) {
		json_decref(job);
	} else {
		client_patience(r->client, PATIENCE_MS);
		answer = ask(r, json_pack("{ss si sb so so}", "do", "begin", "mux", cli->mux,
					  "erase", erase, "job", job, "recorders",
					  recorders_json(recorders, count)));
	}
	if (answer)
		status = take_answer(r, answer, out);
	if (!*out)
		free_report(r);
	return status;
}

/* ---- What it does ----------------------------------------------------- */

static json_t *status_json(const struct burn_recorder *r, const char *state, enum burn_disc disc,
			   const struct burn_status *s)
{
	char sense[16] = "";

	if (s->sense_valid)
		snprintf(sense, sizeof(sense), "%02X/%02X/%02X", s->key, s->asc, s->ascq);
	return json_pack("{si ss ss ss sI sI ss so so}", "recorder", (int)r->unit, "state", state,
			 "disc", burn_disc_name(disc), "medium", s->medium ? s->medium : "",
			 "bytes", (json_int_t)s->bytes, "total", (json_int_t)s->total, "sense",
			 sense, "lba", json_number_or_null(s->lba_valid, s->lba), "message",
			 text(s->message));
}

/* Where the step of this disc is kept; NULL without memory. */
static struct step *keep_step(struct report *r, const struct burn_recorder *recorder,
			      unsigned int round)
{
	struct step *more;
	size_t i;

	for (i = r->nr_steps; i && r->steps[i - 1].round == round; i--)
		if (r->steps[i - 1].recorder->member == recorder->member)
			return &r->steps[i - 1];
	more = realloc(r->steps, (r->nr_steps + 1) * sizeof(*more));
	if (!more)
		return NULL;
	r->steps = more;
	return &more[r->nr_steps++];
}

/* Tells one; the answer, NULL when discmuxd is gone. */
static json_t *tell_step(struct report *r, const struct step *step)
{
	json_t *o = status_json(step->recorder, step->state, step->disc, &step->status);

	if (!o)
		return NULL;
	json_object_set_new(o, "do", json_string("disc"));
	json_object_set_new(o, "round", json_integer(step->round));
	return ask(r, o);
}

static const struct burn_recorder *own_recorder(const struct report *r,
						const struct burn_recorder *recorder)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->recorders[i].member == recorder->member)
			return &r->recorders[i];
	return NULL;
}

int report_disc(struct report *r, const struct burn_recorder *recorder, unsigned int round,
		const char *state, enum burn_disc disc, const struct burn_status *status,
		char *err, size_t errlen)
{
	struct step now = { .round = round, .disc = disc }, *kept;
	const char *error;
	json_t *answer;
	int rc = 0;

	now.recorder = r ? own_recorder(r, recorder) : NULL;
	if (!now.recorder || recorder->reader)
		return 0;
	snprintf(now.state, sizeof(now.state), "%s", state);
	now.status = *status;
	pthread_mutex_lock(&r->lock);
	kept = keep_step(r, recorder, round);
	if (kept)
		*kept = now;
	answer = tell_step(r, &now);
	pthread_mutex_unlock(&r->lock);
	error = json_string_value(json_object_get(answer, "error"));
	if (error) {
		snprintf(err, errlen, "discmuxd: %s", error);
		rc = -EIO;
	}
	json_decref(answer);
	return rc;
}

/* A discmuxd that has been started again hears what it missed. */
static void come_back(struct report *r)
{
	json_t *answer;
	size_t i;

	if (r->client || !r->job || client_connect(NULL, &r->client))
		return;
	client_patience(r->client, PATIENCE_MS);
	answer = ask(r, json_pack("{ss si sI so}", "do", "resume", "mux", r->mux, "job", r->job,
				  "recorders", recorders_json(r->recorders, r->count)));
	if (!answer)
		return;
	if (!json_is_true(json_object_get(answer, "ok"))) {
		r->job = 0;
		client_close(r->client);
		r->client = NULL;
	}
	json_decref(answer);
	for (i = 0; r->client && i < r->nr_steps; i++)
		json_decref(tell_step(r, &r->steps[i]));
	if (r->client)
		cli_error("discmuxd is back, and knows of the discs");
}

void report_status(struct report *r, const struct burn_recorder *recorder,
		   const struct burn_status *status)
{
	size_t i;

	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	for (i = 0; i < r->count; i++)
		if (r->recorders[i].member == recorder->member)
			r->status[i] = *status;
	pthread_mutex_unlock(&r->lock);
}

static void send_progress(struct report *r)
{
	json_t *discs = json_array(), *answer;
	size_t i;

	for (i = 0; i < r->count; i++)
		if (!r->recorders[i].reader)
			json_array_append_new(discs, status_json(&r->recorders[i],
						burn_state_name(r->status[i].state),
						r->status[i].disc, &r->status[i]));
	answer = ask(r, json_pack("{ss so}", "do", "progress", "discs", discs));
	if (json_is_true(json_object_get(answer, "cancelled")))
		r->cancelled = true;
	json_decref(answer);
}

bool report_cancelled(struct report *r)
{
	bool cancelled;
	struct timespec now;

	if (!r)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&r->lock);
	if (now.tv_sec != r->asked && !r->cancelled) {
		r->asked = now.tv_sec;
		come_back(r);
		send_progress(r);
	}
	cancelled = r->cancelled;
	pthread_mutex_unlock(&r->lock);
	return cancelled;
}

void report_end(struct report *r, const char *state, const char *message)
{
	if (!r)
		return;
	come_back(r);
	send_progress(r);
	json_decref(ask(r, json_pack("{ss ss so}", "do", "end", "state", state, "message",
				     text(message))));
	free_report(r);
}
