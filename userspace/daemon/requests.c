// SPDX-License-Identifier: GPL-2.0
/* What can be asked for on the socket; discmuxd-protocol(7) is about this file. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"
#include "server_priv.h"

#define JOBS_LIMIT	1000

/* Words of drives and files may be anything; JSON wants UTF-8. */
static json_t *text(const char *s)
{
	json_t *t = json_string(s);
	char buf[512], *p;

	if (t)
		return t;
	snprintf(buf, sizeof(buf), "%s", s);
	for (p = buf; *p; p++)
		if (*p & 0x80)
			*p = '?';
	return json_string(buf);
}

json_t *request_failure(const char *fmt, ...)
{
	char words[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	return json_pack("{sb so}", "ok", 0, "error", text(words));
}

json_t *request_success(void)
{
	return json_pack("{sb}", "ok", 1);
}

/* ---- The panel -------------------------------------------------------- */

json_t *server_panel_json(const struct server *s)
{
	const struct panel_view *v = panel_host_view(s->host);
	json_t *lamps = json_array();
	size_t i;

	for (i = 0; i < v->nr_lamps; i++)
		json_array_append_new(lamps, json_pack("{ss ss}", "drive", v->lamps[i].name, "lamp",
						       lamp_name(v->lamps[i].lamp)));
	return json_pack("{si s[ss] ss so}", "v", PROTOCOL_VERSION, "lines", v->lines.line[0],
			 v->lines.line[1], "screen", v->screen, "lamps", lamps);
}

static json_t *panel_answer(const struct server *s)
{
	json_t *o = server_panel_json(s);

	json_object_set_new(o, "ok", json_true());
	return o;
}

static json_t *do_panel(struct server *s, struct client *c, const json_t *request)
{
	c->watches = json_is_true(json_object_get(request, "watch"));
	panel_host_step(s->host, PANEL_NO_KEY, s->now_ms);
	return panel_answer(s);
}

static json_t *do_key(struct server *s, struct client *c, const json_t *request)
{
	const char *key = json_string_value(json_object_get(request, "key"));
	bool yes = key && !strcmp(key, "yes");

	(void)c;
	if (!yes && (!key || strcmp(key, "no") != 0))
		return request_failure("\"key\": yes or no is wanted");
	if (panel_host_step(s->host, yes ? PANEL_KEY_YES : PANEL_KEY_NO, s->now_ms))
		server_panel_changed(s);
	return panel_answer(s);
}

/* ---- Jobs ------------------------------------------------------------- */

static const char *phase_name(enum panel_phase phase)
{
	static const char *const names[] = { "idle", "preparing", "waiting-for-master",
					     "waiting-for-discs", "asking", "running", "ended" };

	return (size_t)phase < sizeof(names) / sizeof(*names) ? names[phase] : "unknown";
}

static json_t *discs_json(const struct job_status *status)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < status->nr_discs; i++) {
		const struct job_disc *d = &status->discs[i];

		json_array_append_new(list, json_pack(
			"{si ss ss ss sI sI so so so}", "recorder", (int)d->recorder, "state",
			d->state, "disc", d->disc, "medium", d->medium, "bytes",
			(json_int_t)d->bytes, "total", (json_int_t)d->total, "rate",
			d->rate > 0 ? json_integer((json_int_t)d->rate) : json_null(),
			"seconds_left", d->seconds_left < 0 ? json_null() :
			json_integer(d->seconds_left), "message", text(d->message)));
	}
	return list;
}

static void put_sense(char *buf, size_t size, bool valid, uint8_t key, uint8_t asc, uint8_t ascq)
{
	*buf = '\0';
	if (valid)
		snprintf(buf, size, "%02X/%02X/%02X", key, asc, ascq);
}

static json_t *problems_json(const struct panel_job *show)
{
	json_t *list = json_array();
	char sense[16];
	unsigned int i;

	for (i = 0; i < show->nr_faults; i++) {
		const struct panel_fault *f = &show->faults[i];

		put_sense(sense, sizeof(sense), f->sense_valid, f->key, f->asc, f->ascq);
		json_array_append_new(list, json_pack("{ss so ss ss}", "drive", f->drive, "text",
						      text(f->text), "fate", f->fate, "sense",
						      sense));
	}
	return list;
}

static json_t *status_json(const struct job_status *status)
{
	const struct panel_job *show = &status->show;

	return json_pack("{sI ss so si si si si si sI si so ss so so}", "job", (json_int_t)status->id,
			 "phase", phase_name(show->phase), "spec", job_spec_json(&status->spec),
			 "percent", (int)show->percent, "good", (int)show->good, "bad",
			 (int)show->bad, "unknown", (int)show->unknown, "round",
			 (int)status->round, "created", (json_int_t)status->created, "faults",
			 (int)show->nr_faults, "problems", problems_json(show), "medium", show->medium, "message",
			 text(status->message), "discs", discs_json(status));
}

static void append_status(void *arg, const struct job_status *status)
{
	json_array_append_new(arg, status_json(status));
}

static json_t *do_status(struct server *s, struct client *c, const json_t *request)
{
	json_t *jobs = json_array(), *drives = json_array();
	struct drive list[DRIVES_MAX];
	size_t n = drives_watch_get(s->core->watch, list, DRIVES_MAX), i;
	char name[32];

	(void)c;
	(void)request;
	core_jobs(s->core, append_status, jobs);
	for (i = 0; i < n; i++)
		json_array_append_new(drives,
			json_pack("{ss ss sb sb so so}", "drive",
				  drive_name(&list[i], name, sizeof(name)), "disc",
				  drive_disc_name(list[i].disc), "tray_open", list[i].tray_open,
				  "busy", list[i].state != DISCMUX_MEMBER_IDLE, "product",
				  text(list[i].product), "serial", text(list[i].serial)));
	return json_pack("{sb ss si so so}", "ok", 1, "version", discmux_version(), "mux",
			 s->core->mux, "drives", drives, "jobs", jobs);
}

static json_t *do_start(struct server *s, struct client *c, const json_t *request)
{
	json_t *job = json_object_get(request, "job");
	struct job_spec spec;
	char err[256];
	int64_t id;

	if (!json_is_object(job))
		return request_failure("\"job\": an object is wanted");
	if (request_name_drives(s, job, err, sizeof(err)))
		return request_failure("%s", err);
	if (job_spec_parse(job, &spec, err, sizeof(err)))
		return request_failure("%s", err);
	/* It would be opened with discmuxd's rights, not with those of who asks */
	if (*spec.source == '/' && !c->own)
		return request_failure("\"source\": only root may name a file: discmux copy and discmux images add open it with your rights");
	snprintf(spec.owner, sizeof(spec.owner), "socket");
	core_dismiss(s->core, 0);
	if (core_start(s->core, &spec, &id, err, sizeof(err)))
		return request_failure("%s", err);
	return json_pack("{sb sI}", "ok", 1, "job", (json_int_t)id);
}

static json_t *tell_job(struct server *s, const json_t *request,
			int (*what)(struct core *core, int64_t id))
{
	const json_t *id = json_object_get(request, "job");

	if (!json_is_integer(id))
		return request_failure("\"job\": a number is wanted");
	if (what(s->core, json_integer_value(id)))
		return request_failure("job %lld is not running", (long long)json_integer_value(id));
	return request_success();
}

static json_t *do_cancel(struct server *s, struct client *c, const json_t *request)
{
	(void)c;
	return tell_job(s, request, core_cancel);
}

static json_t *do_continue(struct server *s, struct client *c, const json_t *request)
{
	(void)c;
	return tell_job(s, request, core_continue);
}

/* ---- History ---------------------------------------------------------- */

static json_t *row_json(const struct store_job *job)
{
	return json_pack("{sI ss ss ss sI sI so si si si}", "job", (json_int_t)job->id, "work",
			 job->kind, "state", store_job_state_name(job->state), "master",
			 job->master, "created", (json_int_t)job->created, "ended",
			 (json_int_t)job->ended, "error", text(job->error), "good", (int)job->good,
			 "bad", (int)job->bad, "unknown", (int)job->unknown);
}

static bool append_row(void *arg, const struct store_job *job)
{
	json_array_append_new(arg, row_json(job));
	return true;
}

static bool append_disc(void *arg, const struct store_disc *d)
{
	char sense[16];

	put_sense(sense, sizeof(sense), d->sense_valid, d->key, d->asc, d->ascq);
	json_array_append_new(arg, json_pack("{sI si si so so ss ss so ss so so sI sI}", "disc",
					     (json_int_t)d->id, "round", (int)d->round, "recorder",
					     (int)d->recorder, "serial", text(d->serial), "drive",
					     text(d->drive), "medium", d->medium, "fate",
					     store_fate_name(d->fate), "message", text(d->message),
					     "sense", sense, "lba", d->lba < 0 ? json_null() :
					     json_integer(d->lba), "slot", d->slot ?
					     json_integer(d->slot) : json_null(), "begun", (json_int_t)d->begun,
					     "ended", (json_int_t)d->ended));
	return true;
}

static json_t *do_jobs(struct server *s, struct client *c, const json_t *request)
{
	json_int_t limit = json_integer_value(json_object_get(request, "limit"));
	json_t *list = json_array();

	(void)c;
	if (limit < 1 || limit > JOBS_LIMIT)
		limit = JOBS_LIMIT;
	store_jobs(s->core->store, (unsigned int)limit, append_row, list);
	return json_pack("{sb so}", "ok", 1, "jobs", list);
}

static json_t *do_job(struct server *s, struct client *c, const json_t *request)
{
	json_int_t id = json_integer_value(json_object_get(request, "job"));
	json_t *list, *o;
	struct store_job job;

	(void)c;
	if (store_job_get(s->core->store, id, &job))
		return request_failure("there is no job %lld", (long long)id);
	list = json_array();
	store_discs(s->core->store, job.id, append_disc, list);
	o = row_json(&job);
	json_object_set_new(o, "spec", json_loads(job.spec, 0, NULL));
	json_object_set_new(o, "discs", list);
	json_object_set_new(o, "ok", json_true());
	return o;
}

static bool append_counter(void *arg, const char *name, int64_t value)
{
	json_object_set_new(arg, name, json_integer(value));
	return true;
}

static json_t *do_counters(struct server *s, struct client *c, const json_t *request)
{
	json_t *o = json_object();

	(void)c;
	(void)request;
	store_counters(s->core->store, append_counter, o);
	return json_pack("{sb so}", "ok", 1, "counters", o);
}

/* ---- Settings --------------------------------------------------------- */

static json_t *do_settings(struct server *s, struct client *c, const json_t *request)
{
	struct panel_settings settings;
	json_t *o = json_object();
	int i;

	(void)c;
	(void)request;
	core_settings(s->core, &settings);
	for (i = 0; i < PANEL_ITEMS; i++)
		json_object_set_new(o, panel_item_name((enum panel_item)i),
				    json_integer(settings.value[i]));
	return json_pack("{sb so}", "ok", 1, "settings", o);
}

static json_t *do_set(struct server *s, struct client *c, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "item"));
	const json_t *value = json_object_get(request, "value");
	int item = name ? panel_item_find(name) : -1;
	char err[256];
	int rc;

	(void)c;
	if (item < 0)
		return request_failure("\"item\": the name of a setting is wanted");
	if (!json_is_integer(value) || json_integer_value(value) != (int)json_integer_value(value) ||
	    !panel_item_valid((enum panel_item)item, (int)json_integer_value(value)))
		return request_failure("\"value\": %s can't be that", name);
	rc = core_set(s->core, (enum panel_item)item, (int)json_integer_value(value));
	return rc ? request_failure("%s", store_error(s->core->store, err, sizeof(err))) : request_success();
}

/* ---- Masters ---------------------------------------------------------- */

static json_t *image_json(const struct images_info *info)
{
	if (*info->problem)
		return json_pack("{ss so}", "name", info->name, "problem", text(info->problem));
	return json_pack("{ss ss ss sI sI ss sI sI so so}", "name", info->name, "kind",
			 images_kind_name(info->kind), "medium", images_medium_name(info->medium),
			 "bytes", (json_int_t)info->bytes, "blocks", (json_int_t)info->blocks,
			 "sha256", info->sha256, "registered", (json_int_t)info->registered,
			 "checked", (json_int_t)info->checked, "source", text(info->source),
			 "label", text(info->label));
}

static json_t *do_images(struct server *s, struct client *c, const json_t *request)
{
	struct images_info *list = NULL;
	json_t *images = json_array();
	size_t count = 0, i;
	char err[256];

	(void)c;
	(void)request;
	if (images_list(s->core->images, &list, &count, err, sizeof(err))) {
		json_decref(images);
		return request_failure("%s", err);
	}
	for (i = 0; i < count; i++)
		json_array_append_new(images, image_json(&list[i]));
	free(list);
	return json_pack("{sb so ss}", "ok", 1, "images", images, "folder",
			 images_path(s->core->images));
}

/* ---- Which request ---------------------------------------------------- */

static const struct {
	const char *name;
	json_t *(*run)(struct server *s, struct client *c, const json_t *request);
} requests[] = {
	{ "status", do_status },     { "panel", do_panel },   { "key", do_key },
	{ "start", do_start },	     { "cancel", do_cancel }, { "continue", do_continue },
	{ "jobs", do_jobs },	     { "job", do_job },	      { "counters", do_counters },
	{ "settings", do_settings }, { "set", do_set },	      { "images", do_images },
	{ "auto", request_auto },	     { "auto-set", request_auto_set },
	{ "begin", request_begin },  { "resume", request_resume },
	{ "disc", request_disc },    { "progress", request_progress },
	{ "end", request_end },
};

static json_t *run_request(struct server *s, struct client *c, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "do"));
	const json_t *v = json_object_get(request, "v");
	char hint[NEAR_HINT_SIZE];
	struct near near;
	size_t i;

	if (!json_is_object(request))
		return request_failure("one JSON object in one line is wanted");
	if (v && json_integer_value(v) != PROTOCOL_VERSION)
		return request_failure("this discmuxd speaks version %d", PROTOCOL_VERSION);
	for (i = 0; name && i < sizeof(requests) / sizeof(*requests); i++)
		if (!strcmp(name, requests[i].name))
			return requests[i].run(s, c, request);
	near_begin(&near, name ? name : "");
	for (i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		near_offer(&near, requests[i].name);
	return request_failure("\"do\": there is no request %.40s%s", name ? name : "without a name",
			       near_hint(&near, hint, sizeof(hint)));
}

json_t *server_request(struct server *s, struct client *c, const char *line, size_t len)
{
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *answer = run_request(s, c, request);
	json_t *id = json_object_get(request, "id");

	if (answer) {
		json_object_set_new(answer, "v", json_integer(PROTOCOL_VERSION));
		if (id)
			json_object_set(answer, "id", id);
	}
	json_decref(request);
	return answer;
}
