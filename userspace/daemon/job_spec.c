// SPDX-License-Identifier: GPL-2.0
/* What is asked for, as JSON in the database and on the socket. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon_job.h"
#include "drives.h"
#include "slots.h"

static const char *const works[] = {
	[PANEL_COPY] = "copy",
	[PANEL_VERIFY] = "verify",
	[PANEL_COPY_VERIFY] = "copy+verify",
	[PANEL_SIMULATE] = "simulate",
	[PANEL_REGISTER] = "register",
	[PANEL_ERASE] = "erase",
	[PANEL_CLEAR] = "clear",
	[PANEL_ANALYZE] = "analyze",
	[PANEL_EXTRACT] = "extract",
};

#define NR_WORKS (sizeof(works) / sizeof(*works))

static const char *const sessions[] = { "auto", "close", "open" };

const char *job_work_name(enum panel_work work)
{
	return (size_t)work < NR_WORKS ? works[work] : "unknown";
}

int job_work_find(const char *name)
{
	size_t i;

	for (i = 0; i < NR_WORKS; i++)
		if (!strcmp(name, works[i]))
			return (int)i;
	return -1;
}

void job_spec_defaults(struct job_spec *spec, enum panel_work work)
{
	memset(spec, 0, sizeof(*spec));
	spec->work = work;
	snprintf(spec->source, sizeof(spec->source), "reader");
	spec->all = true;
	spec->isrc = true;
	spec->wait_s = 60;
	snprintf(spec->owner, sizeof(spec->owner), "socket");
}

bool job_of_program(const struct job_spec *spec)
{
	return !strcmp(spec->owner, "socket") || !strcmp(spec->owner, JOB_OUTSIDE);
}

int job_reader(const struct job_spec *spec)
{
	unsigned long unit;
	char *end;

	if (!strcmp(spec->source, "reader"))
		return 0;
	if (strncmp(spec->source, "reader:", 7) != 0)
		return -1;
	unit = strtoul(spec->source + 7, &end, 10);
	return end == spec->source + 7 || *end || unit >= DRIVES_MAX ? -1 : (int)unit;
}

/* ---- Out -------------------------------------------------------------- */

static json_t *set_json(uint64_t set, unsigned int bits)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < bits; i++)
		if (set >> i & 1)
			json_array_append_new(list, json_integer(i));
	return list;
}

static json_t *tracks_json(const struct job_spec *spec)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < PANEL_TRACKS; i++)
		if (spec->tracks[i])
			json_array_append_new(list, json_integer((json_int_t)i + 1));
	return list;
}

json_t *job_spec_json(const struct job_spec *s)
{
	json_t *o = json_pack("{ss ss ss si sf sf ss sb sb sb sb sb si sb sb si sb}", "work",
			      job_work_name(s->work), "source", s->source, "owner", s->owner,
			      "quantity", (int)s->quantity, "dvd-speed", s->dvd_speed, "cd-speed",
			      s->cd_speed, "session", sessions[s->session % 3], "isrc", s->isrc,
			      "eject", s->eject, "full", s->full, "append", s->append, "unattended",
			      s->unattended, "wait", (int)s->wait_s, "keep", s->keep, "also-burn",
			      s->also_burn, "again", s->again, "force-image", s->force_image);

	if (!o)
		return NULL;
	json_object_set_new(o, "recorders", s->all ? json_string("all") :
						     set_json(s->recorders, JOB_RECORDERS));
	if (*s->image)
		json_object_set_new(o, "image", json_string(s->image));
	if (*s->slots)
		json_object_set_new(o, "slots", json_string(s->slots));
	if (s->work == PANEL_EXTRACT)
		json_object_set_new(o, "tracks", tracks_json(s));
	if (*s->master)
		json_object_set_new(o, "master", json_string(s->master));
	return o;
}

/* ---- In --------------------------------------------------------------- */

struct parse {
	struct job_spec *spec;
	char *err;
	size_t errlen;
};

static int wrong(struct parse *p, const char *key, const char *wanted)
{
	snprintf(p->err, p->errlen, "\"%s\": %s is wanted", key, wanted);
	return -EINVAL;
}

static int take_string(struct parse *p, const char *key, const json_t *v, char *buf, size_t size)
{
	const char *s = json_string_value(v);

	if (!s || strlen(s) >= size)
		return wrong(p, key, "a string of sensible length");
	snprintf(buf, size, "%s", s);
	return 0;
}

static int take_bool(struct parse *p, const char *key, const json_t *v, bool *to)
{
	if (!json_is_boolean(v))
		return wrong(p, key, "true or false");
	*to = json_is_true(v);
	return 0;
}

static int take_number(struct parse *p, const char *key, const json_t *v, unsigned int max,
		       unsigned int *to)
{
	char range[48];

	if (json_is_integer(v) && json_integer_value(v) >= 0 &&
	    json_integer_value(v) <= (json_int_t)max) {
		*to = (unsigned int)json_integer_value(v);
		return 0;
	}
	snprintf(range, sizeof(range), "a number from 0 to %u", max);
	return wrong(p, key, range);
}

static int take_speed(struct parse *p, const char *key, const json_t *v, double *to)
{
	*to = json_number_value(v);
	return json_is_number(v) && *to >= 0 && *to <= 72 ? 0 :
							   wrong(p, key, "a number from 0 to 72");
}

static int take_recorders(struct parse *p, const char *key, const json_t *v)
{
	struct job_spec *s = p->spec;
	unsigned int n;
	size_t i;

	s->recorders = 0;
	s->all = json_is_string(v) && !strcmp(json_string_value(v), "all");
	if (s->all)
		return 0;
	if (!json_is_array(v) || !json_array_size(v))
		return wrong(p, key, "\"all\" or a list of numbers");
	for (i = 0; i < json_array_size(v); i++) {
		if (take_number(p, key, json_array_get(v, i), JOB_RECORDERS - 1, &n))
			return -EINVAL;
		s->recorders |= 1u << n;
	}
	return 0;
}

static int take_tracks(struct parse *p, const char *key, const json_t *v)
{
	unsigned int n;
	size_t i;

	memset(p->spec->tracks, 0, sizeof(p->spec->tracks));
	if (!json_is_array(v))
		return wrong(p, key, "a list of track numbers");
	for (i = 0; i < json_array_size(v); i++) {
		if (take_number(p, key, json_array_get(v, i), PANEL_TRACKS, &n) || !n)
			return wrong(p, key, "a list of track numbers from 1 to 99");
		p->spec->tracks[n - 1] = true;
	}
	return 0;
}

static int take_session(struct parse *p, const char *key, const json_t *v)
{
	const char *s = json_string_value(v);
	int i;

	for (i = 0; s && i < 3; i++)
		if (!strcmp(s, sessions[i])) {
			p->spec->session = i;
			return 0;
		}
	return wrong(p, key, "auto, close or open");
}

static int take_image(struct parse *p, const char *key, const json_t *v)
{
	int rc = take_string(p, key, v, p->spec->image, sizeof(p->spec->image));

	if (rc || images_name_valid(p->spec->image, NULL, 0))
		return rc;
	return wrong(p, key, "a name of letters, digits, . _ -, at most 64 characters long");
}

static int take_slots(struct parse *p, const char *key, const json_t *v)
{
	int rc = take_string(p, key, v, p->spec->slots, sizeof(p->spec->slots));
	struct slots slots;
	char why[128];

	if (rc || !slots_parse(p->spec->slots, &slots, why, sizeof(why)))
		return rc;
	snprintf(p->err, p->errlen, "\"%s\": %s", key, why);
	return -EINVAL;
}

static int take_flag(struct parse *p, const char *key, const json_t *v)
{
	struct job_spec *s = p->spec;

	if (!strcmp(key, "isrc"))
		return take_bool(p, key, v, &s->isrc);
	if (!strcmp(key, "eject"))
		return take_bool(p, key, v, &s->eject);
	if (!strcmp(key, "full"))
		return take_bool(p, key, v, &s->full);
	if (!strcmp(key, "append"))
		return take_bool(p, key, v, &s->append);
	if (!strcmp(key, "unattended"))
		return take_bool(p, key, v, &s->unattended);
	if (!strcmp(key, "also-burn"))
		return take_bool(p, key, v, &s->also_burn);
	if (!strcmp(key, "keep"))
		return take_bool(p, key, v, &s->keep);
	if (!strcmp(key, "force-image"))
		return take_bool(p, key, v, &s->force_image);
	snprintf(p->err, p->errlen, "\"%.40s\" is not known", key);
	return -EINVAL;
}

static int take(struct parse *p, const char *key, const json_t *v)
{
	struct job_spec *s = p->spec;

	if (!strcmp(key, "work"))
		return 0;
	if (!strcmp(key, "source"))
		return take_string(p, key, v, s->source, sizeof(s->source));
	if (!strcmp(key, "owner"))
		return take_string(p, key, v, s->owner, sizeof(s->owner));
	if (!strcmp(key, "master"))
		return take_string(p, key, v, s->master, sizeof(s->master));
	if (!strcmp(key, "image"))
		return take_image(p, key, v);
	if (!strcmp(key, "recorders"))
		return take_recorders(p, key, v);
	if (!strcmp(key, "slots"))
		return take_slots(p, key, v);
	if (!strcmp(key, "again")) {
		unsigned int n;
		int rc = take_number(p, key, v, 2, &n);

		s->again = rc ? 0 : (int)n;
		return rc;
	}
	if (!strcmp(key, "quantity"))
		return take_number(p, key, v, PANEL_QUANTITY, &s->quantity);
	if (!strcmp(key, "wait"))
		return take_number(p, key, v, 86400, &s->wait_s);
	if (!strcmp(key, "dvd-speed"))
		return take_speed(p, key, v, &s->dvd_speed);
	if (!strcmp(key, "cd-speed"))
		return take_speed(p, key, v, &s->cd_speed);
	if (!strcmp(key, "session"))
		return take_session(p, key, v);
	if (!strcmp(key, "tracks"))
		return take_tracks(p, key, v);
	return take_flag(p, key, v);
}

/* What one kind of work cannot do without. */
static int complete(struct parse *p)
{
	const struct job_spec *s = p->spec;
	bool names = s->work == PANEL_REGISTER || s->work == PANEL_CLEAR ||
		     s->work == PANEL_EXTRACT;
	bool mail = !strcmp(s->source, JOB_MAIL);
	size_t i;

	if (mail && s->work != PANEL_COPY && s->work != PANEL_COPY_VERIFY)
		return wrong(p, "work", "copy or copy+verify from the mail slot");
	if (mail && !*s->slots)
		return wrong(p, "slots", "where the blanks are, as in 1-20");
	if (mail && !s->quantity)
		return wrong(p, "quantity", "how many copies, at least 1,");
	if (*s->slots && !mail)
		return wrong(p, "source", "\"" JOB_MAIL "\" with slots");
	/* A master that is stored already is whole and where it should be */
	if (s->work == PANEL_REGISTER && job_reader(s) < 0 && *s->source != '/')
		return wrong(p, "source", "a reader, or the path of a file,");
	if (names && !*s->image)
		return wrong(p, "image", "the name of a master");
	for (i = 0; s->work == PANEL_EXTRACT && i < PANEL_TRACKS; i++)
		if (s->tracks[i])
			return 0;
	return s->work == PANEL_EXTRACT ? wrong(p, "tracks", "at least one track") : 0;
}

int job_spec_parse(const json_t *object, struct job_spec *spec, char *err, size_t errlen)
{
	struct parse p = { spec, err, errlen };
	const char *work = json_string_value(json_object_get(object, "work"));
	json_t *o = (json_t *)object;	/* jansson iterates on what is not const only */
	const char *key;
	json_t *value;

	if (!work || job_work_find(work) < 0)
		return wrong(&p, "work", "copy, copy+verify, verify, simulate, register, erase, clear or extract");
	job_spec_defaults(spec, (enum panel_work)job_work_find(work));
	json_object_foreach(o, key, value)
		if (take(&p, key, value))
			return -EINVAL;
	return complete(&p);
}
