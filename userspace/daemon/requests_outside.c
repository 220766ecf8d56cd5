// SPDX-License-Identifier: GPL-2.0
/* Requests of programs that do a job themselves and say what becomes of it: begin, resume,
 * disc, progress, end.  The job belongs to the connection that began it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "outside.h"
#include "server_priv.h"

#define RECORDERS_WANTED "\"recorders\": a list of objects with \"recorder\", \"serial\" and \"drive\" is wanted"

/* ---- begin ------------------------------------------------------------ */

/* A string that may be left out; false when it is none, or too long. */
static bool take_text(const json_t *o, const char *key, char *buf, size_t size)
{
	const json_t *v = json_object_get(o, key);

	*buf = '\0';
	if (!v || json_is_null(v))
		return true;
	if (!json_is_string(v) || json_string_length(v) >= size)
		return false;
	memcpy(buf, json_string_value(v), json_string_length(v) + 1);
	return true;
}

/* A number that may be left out. */
static bool take_uint(const json_t *o, const char *key, uint64_t most, uint64_t without,
		      uint64_t *to)
{
	const json_t *v = json_object_get(o, key);

	*to = without;
	if (!v || json_is_null(v))
		return true;
	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > most)
		return false;
	*to = (uint64_t)json_integer_value(v);
	return true;
}

static bool take_recorder(const json_t *o, struct burn_recorder *r)
{
	uint64_t unit, slot;

	memset(r, 0, sizeof(*r));
	if (!take_uint(o, "recorder", JOB_RECORDERS - 1, JOB_RECORDERS, &unit) ||
	    unit == JOB_RECORDERS || !take_uint(o, "slot", UINT16_MAX, DISCMUX_NONE, &slot))
		return false;
	r->unit = (uint32_t)unit;
	r->slot = (uint32_t)slot;
	return take_text(o, "serial", r->serial, sizeof(r->serial)) &&
	       take_text(o, "drive", r->drive, sizeof(r->drive));
}

static bool take_recorders(const json_t *list, struct burn_recorder *recorders, size_t *count)
{
	uint64_t seen = 0;
	size_t i;

	*count = json_array_size(list);
	if (*count > JOB_RECORDERS || (list && !json_is_array(list)))
		return false;
	for (i = 0; i < *count; i++) {
		if (!take_recorder(json_array_get(list, i), &recorders[i]) ||
		    (seen >> recorders[i].unit & 1))
			return false;
		seen |= 1ull << recorders[i].unit;
	}
	return true;
}

static bool other_mux(const struct server *s, const json_t *request)
{
	const json_t *mux = json_object_get(request, "mux");

	return mux && json_integer_value(mux) != s->core->mux;
}

static json_t *begin(struct server *s, struct client *c, const json_t *request,
		     const struct job_spec *spec)
{
	struct burn_recorder recorders[JOB_RECORDERS];
	char err[256];
	size_t count;

	if (!take_recorders(json_object_get(request, "recorders"), recorders, &count))
		return request_failure(RECORDERS_WANTED);
	if (other_mux(s, request))
		return json_pack("{sb sn}", "ok", 1, "job");	/* no drives of ours */
	core_dismiss(s->core, 0);
	if (outside_begin(s->core, spec, recorders, count,
			  json_is_true(json_object_get(request, "erase")), &c->outside, err,
			  sizeof(err)))
		return request_failure("%s", err);
	return json_pack("{sb sI}", "ok", 1, "job", (json_int_t)c->outside);
}

/* It has one at a time. */
static json_t *not_over(const struct client *c)
{
	return request_failure("job %lld of this connection is not over", (long long)c->outside);
}

json_t *request_begin(struct server *s, struct client *c, const json_t *request)
{
	const json_t *job = json_object_get(request, "job");
	struct job_spec spec;
	char err[256];

	if (!json_is_object(job))
		return request_failure("\"job\": an object is wanted");
	if (job_spec_parse(job, &spec, err, sizeof(err)))
		return request_failure("%s", err);
	if (c->outside)
		return not_over(c);
	snprintf(spec.owner, sizeof(spec.owner), JOB_OUTSIDE);
	return begin(s, c, request, &spec);
}

json_t *request_resume(struct server *s, struct client *c, const json_t *request)
{
	json_int_t id = json_integer_value(json_object_get(request, "job"));
	struct burn_recorder recorders[JOB_RECORDERS];
	char err[256];
	size_t count;

	if (c->outside)
		return not_over(c);
	if (!take_recorders(json_object_get(request, "recorders"), recorders, &count))
		return request_failure(RECORDERS_WANTED);
	if (other_mux(s, request))
		return request_failure("this discmuxd has another mux");
	if (outside_resume(s->core, id, recorders, count, err, sizeof(err)))
		return request_failure("%s", err);
	c->outside = id;
	return json_pack("{sb sI}", "ok", 1, "job", id);
}

/* ---- disc, progress --------------------------------------------------- */

static void find_state(const char *name, enum burn_state *state)
{
	int i;

	for (i = BURN_IDLE; i <= BURN_CANCELLED; i++)
		if (!strcmp(name, burn_state_name((enum burn_state)i)))
			*state = (enum burn_state)i;
}

static bool find_disc(const char *name, enum burn_disc *disc)
{
	int i;

	for (i = BURN_DISC_UNTOUCHED; name && i <= BURN_DISC_SIMULATED; i++) {
		if (!strcmp(name, burn_disc_name((enum burn_disc)i))) {
			*disc = (enum burn_disc)i;
			return true;
		}
	}
	return false;
}

/* "03/0C/00" as the answers of this protocol have it; may be left out. */
static bool take_sense(const json_t *o, struct burn_status *s)
{
	const char *text = json_string_value(json_object_get(o, "sense"));
	unsigned int key, asc, ascq;

	if (!text || !*text)
		return true;
	if (sscanf(text, "%2x/%2x/%2x", &key, &asc, &ascq) != 3)
		return false;
	s->sense_valid = true;
	s->key = (uint8_t)key;
	s->asc = (uint8_t)asc;
	s->ascq = (uint8_t)ascq;
	return true;
}

/* NULL, or the name of the key that is wrong. */
static const char *take_report(const json_t *o, struct outside_report *r)
{
	struct burn_status *s = &r->status;
	uint64_t recorder, round, lba;

	memset(r, 0, sizeof(*r));
	s->medium = r->medium;
	if (!take_uint(o, "recorder", JOB_RECORDERS - 1, JOB_RECORDERS, &recorder) ||
	    recorder == JOB_RECORDERS)
		return "recorder";
	if (!take_uint(o, "round", UINT16_MAX, 1, &round))
		return "round";
	if (!take_text(o, "state", r->state, sizeof(r->state)) || !*r->state)
		return "state";
	find_state(r->state, &s->state);	/* else what was done, as "closed" */
	if (!find_disc(json_string_value(json_object_get(o, "disc")), &r->disc))
		return "disc";
	if (!take_uint(o, "bytes", INT64_MAX / 100, 0, &s->bytes))
		return "bytes";
	if (!take_uint(o, "total", INT64_MAX / 100, 0, &s->total))
		return "total";
	if (!take_uint(o, "lba", UINT32_MAX, UINT64_MAX, &lba))
		return "lba";
	if (!take_text(o, "medium", r->medium, sizeof(r->medium)))
		return "medium";
	if (!take_text(o, "message", s->message, sizeof(s->message)))
		return "message";
	r->recorder = (unsigned int)recorder;
	r->round = (unsigned int)round;
	s->disc = r->disc;
	s->lba_valid = lba <= UINT32_MAX;
	s->lba = (uint32_t)lba;
	return take_sense(o, s) ? NULL : "sense";
}

static json_t *no_job(void)
{
	return request_failure("this connection has begun no job that is not over, or it has no such recorder");
}

json_t *request_disc(struct server *s, struct client *c, const json_t *request)
{
	struct outside_report report;
	const char *wrong = take_report(request, &report);
	char err[BURN_MESSAGE_LEN];
	int rc;

	if (wrong)
		return request_failure("\"%s\": what discmux copy says there is wanted", wrong);
	rc = c->outside ? outside_disc(s->core, c->outside, &report, err, sizeof(err)) : -ENOENT;
	if (rc == -ENOENT)
		return no_job();
	if (rc)
		return request_failure("%s", err);
	return json_pack("{sb}", "ok", 1);
}

json_t *request_progress(struct server *s, struct client *c, const json_t *request)
{
	const json_t *list = json_object_get(request, "discs");
	struct outside_report reports[JOB_RECORDERS];
	size_t count = json_array_size(list), i;
	bool cancelled = false;

	if (!json_is_array(list) || count > JOB_RECORDERS)
		return request_failure("\"discs\": a list of at most %d is wanted", JOB_RECORDERS);
	for (i = 0; i < count; i++) {
		const char *wrong = take_report(json_array_get(list, i), &reports[i]);

		if (wrong)
			return request_failure("\"discs\": in number %zu \"%s\" is not right", i,
					       wrong);
	}
	if (!c->outside ||
	    outside_progress(s->core, c->outside, reports, count, &cancelled))
		return no_job();
	return json_pack("{sb sb}", "ok", 1, "cancelled", cancelled);
}

/* ---- end -------------------------------------------------------------- */

json_t *request_end(struct server *s, struct client *c, const json_t *request)
{
	const char *state = json_string_value(json_object_get(request, "state"));
	char message[BURN_MESSAGE_LEN];
	int i;

	for (i = STORE_JOB_DONE; state && i <= STORE_JOB_CANCELLED; i++)
		if (!strcmp(state, store_job_state_name((enum store_job_state)i)))
			break;
	if (!state || i > STORE_JOB_CANCELLED)
		return request_failure("\"state\": done, failed or cancelled is wanted");
	if (!take_text(request, "message", message, sizeof(message)))
		return request_failure("\"message\": a string of sensible length is wanted");
	if (!c->outside || outside_end(s->core, c->outside, (enum store_job_state)i, message))
		return no_job();
	c->outside = 0;
	return json_pack("{sb}", "ok", 1);
}
