// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "panel_host.h"

#define IMAGES_MS	1000	/* between looks at the folder of masters */

struct panel_host {
	struct core *core;
	struct panel *panel;
	struct panel_engine engine;
	struct panel_view view;
	int64_t job;		/* that the panel shows, 0: none */
	uint64_t images_ms;	/* when the folder was looked at, 0: now */
	struct panel_fault refused;	/* a job that could not even begin */
	enum panel_work refused_work;
	bool is_refused;
	struct drive drives[DRIVES_MAX];
	struct job_status status;	/* of the job */
	enum lamp lamps[JOB_RECORDERS];	/* of recorders, as the last job left them */
};

const char *lamp_name(enum lamp lamp)
{
	static const char *const names[] = { "off", "open", "disc", "busy", "good", "bad" };

	return (size_t)lamp < sizeof(names) / sizeof(*names) ? names[lamp] : "off";
}

struct panel_host *panel_host_new(struct core *core)
{
	struct panel_host *h = calloc(1, sizeof(*h));
	struct utsname u;

	if (!h)
		return NULL;
	h->core = core;
	h->panel = panel_new();
	if (!h->panel) {
		free(h);
		return NULL;
	}
	snprintf(h->engine.version, sizeof(h->engine.version), "%s", discmux_version());
	if (!uname(&u)) {
		u.release[strcspn(u.release, "-+")] = '\0';
		snprintf(h->engine.hardware, sizeof(h->engine.hardware), "%.6s %.10s", u.machine,
			 u.release);
	}
	return h;
}

void panel_host_free(struct panel_host *h)
{
	if (!h)
		return;
	panel_free(h->panel);
	free(h);
}

/* ---- How the engine is ------------------------------------------------ */

static void take_image(struct panel_engine *e, const struct images_info *info)
{
	unsigned int n = core_hdd_number(info->name);

	if (!n)
		return;
	e->images[n - 1].stored = true;
	e->images[n - 1].damaged = *info->problem;
	e->images[n - 1].kind = (enum panel_kind)info->kind;
	e->images[n - 1].bytes = info->bytes;
}

static void take_images(struct panel_host *h, uint64_t now_ms)
{
	struct images_info *list = NULL;
	size_t count = 0, i;
	char err[256];

	if (h->images_ms && now_ms - h->images_ms < IMAGES_MS)
		return;
	h->images_ms = now_ms;
	memset(h->engine.images, 0, sizeof(h->engine.images));
	images_list(h->core->images, &list, &count, err, sizeof(err));
	for (i = 0; i < count; i++)
		take_image(&h->engine, &list[i]);
	free(list);
}

static void take_drives(struct panel_host *h)
{
	struct panel_engine *e = &h->engine;
	size_t n = drives_watch_get(h->core->watch, h->drives, DRIVES_MAX), i;

	e->nr_drives = (unsigned int)n;
	for (i = 0; i < n; i++) {
		const struct drive *d = &h->drives[i];

		drive_name(d, e->drives[i].name, sizeof(e->drives[i].name));
		drive_capitals(e->drives[i].name);
		snprintf(e->drives[i].inquiry, sizeof(e->drives[i].inquiry), "%-15.15s %4.4s",
			 d->product, d->revision);
	}
}

struct find {
	int64_t id;
};

/* The oldest job that is the panel's: begun there, or by a disc that went in. */
static void find_job(void *arg, const struct job_status *status)
{
	struct find *f = arg;

	if (!job_of_program(&status->spec) && (!f->id || status->id < f->id))
		f->id = status->id;
}

static void take_job(struct panel_host *h)
{
	struct panel_job *job = &h->engine.job;
	struct find find = { 0 };

	core_jobs(h->core, find_job, &find);
	h->job = find.id;
	memset(job, 0, sizeof(*job));
	if (h->is_refused) {
		job->phase = PANEL_ENDED;
		job->work = h->refused_work;
		job->nr_faults = 1;
		job->faults[0] = h->refused;
	} else if (h->job && !core_status(h->core, h->job, &h->status)) {
		*job = h->status.show;
	}
}

static void take_engine(struct panel_host *h, uint64_t now_ms)
{
	core_settings(h->core, &h->engine.settings);
	pthread_mutex_lock(&h->core->lock);
	h->engine.master = h->core->master;
	pthread_mutex_unlock(&h->core->lock);
	take_images(h, now_ms);
	take_drives(h);
	take_job(h);
}

/* ---- Lamps ------------------------------------------------------------ */

static enum lamp job_lamp(const struct job_disc *d)
{
	if (!strcmp(d->state, "done"))
		return LAMP_GOOD;
	if (!strcmp(d->state, "failed") || !strcmp(d->state, "cancelled"))
		return LAMP_BAD;
	return strcmp(d->state, "idle") ? LAMP_BUSY : LAMP_DISC;
}

static enum lamp drive_lamp(const struct drive *d)
{
	if (d->state != DISCMUX_MEMBER_IDLE || d->waiting)
		return LAMP_BUSY;
	if (d->disc == DRIVE_NO_DISC || d->disc == DRIVE_NOT_KNOWN)
		return d->tray_open ? LAMP_OPEN : LAMP_OFF;
	return LAMP_DISC;
}

/* What the job says of its recorders stands until it is dismissed. */
static void show_lamps(struct panel_host *h)
{
	size_t i, k;

	h->view.nr_lamps = h->engine.nr_drives;
	for (i = 0; i < h->engine.nr_drives; i++) {
		const struct drive *d = &h->drives[i];
		enum lamp lamp = drive_lamp(d);

		for (k = 0; h->job && k < h->status.nr_discs; k++)
			if (h->status.discs[k].member == d->member &&
			    d->role == DISCMUX_ROLE_RECORDER)
				lamp = job_lamp(&h->status.discs[k]);
		drive_name(d, h->view.lamps[i].name, sizeof(h->view.lamps[i].name));
		h->view.lamps[i].lamp = lamp;
	}
}

/* ---- What it asks for ------------------------------------------------- */

void panel_host_spec(const struct panel_settings *settings, const char *master,
		     const struct panel_request *r, struct job_spec *spec)
{
	const int *set = settings->value;

	job_spec_defaults(spec, r->work);
	snprintf(spec->owner, sizeof(spec->owner), "panel");
	if (set[PANEL_SOURCE] && r->work <= PANEL_SIMULATE)
		snprintf(spec->source, sizeof(spec->source), "HDD%d", set[PANEL_SOURCE]);
	if (r->work == PANEL_COPY || r->work == PANEL_COPY_VERIFY)
		spec->quantity = (unsigned int)set[PANEL_COUNT];
	spec->dvd_speed = set[PANEL_DVD_SPEED];
	spec->cd_speed = set[PANEL_CD_SPEED];
	spec->session = set[PANEL_SESSION];
	spec->isrc = set[PANEL_ISRC];
	spec->eject = r->eject;
	spec->full = r->full;
	spec->append = r->append;
	memcpy(spec->tracks, r->tracks, sizeof(spec->tracks));
	if (r->work == PANEL_EXTRACT)
		snprintf(spec->master, sizeof(spec->master), "%s", master);
	if (r->hdd)
		snprintf(spec->image, sizeof(spec->image), "HDD%u", r->hdd);
	/* "Copy DISC to HD/DISC": a register burns the blanks there are as well */
	spec->also_burn = r->work == PANEL_REGISTER && set[PANEL_HD_DISC];
}

static void set(struct panel_host *h, enum panel_item item, int value)
{
	char err[256];

	if (core_set(h->core, item, value))
		core_log(3, "the setting %s is not kept: %s", panel_item_name(item),
			 store_error(h->core->store, err, sizeof(err)));
}

static void start(struct panel_host *h, const struct panel_request *r)
{
	char master[sizeof(h->core->master_id)];
	struct job_spec spec;
	int64_t id;

	/* What is cleared can't be copied from any more */
	if (r->work == PANEL_CLEAR && h->engine.settings.value[PANEL_SOURCE] == (int)r->hdd)
		set(h, PANEL_SOURCE, 0);

	pthread_mutex_lock(&h->core->lock);
	memcpy(master, h->core->master_id, sizeof(master));
	pthread_mutex_unlock(&h->core->lock);
	panel_host_spec(&h->engine.settings, master, r, &spec);
	memset(&h->refused, 0, sizeof(h->refused));
	h->refused_work = r->work;
	h->is_refused = core_start(h->core, &spec, &id, h->refused.text,
				   sizeof(h->refused.text)) != 0;
	if (h->is_refused)
		core_log(4, "the panel: %s", h->refused.text);
}

static void dismiss(struct panel_host *h)
{
	if (!h->is_refused && h->job)
		core_dismiss(h->core, h->job);
	h->is_refused = false;
	h->images_ms = 0;
}

static void carry_out(struct panel_host *h, const struct panel_request *r)
{
	switch (r->what) {
	case PANEL_DO_START:
		start(h, r);
		break;
	case PANEL_DO_CONTINUE:
		core_continue(h->core, h->job);
		break;
	case PANEL_DO_CANCEL:
		core_cancel(h->core, h->job);
		break;
	case PANEL_DO_DISMISS:
		dismiss(h);
		break;
	case PANEL_DO_SET:
		set(h, r->item, r->value);
		break;
	default:
		break;
	}
}

static bool same_view(const struct panel_view *a, const struct panel_view *b)
{
	size_t i;

	if (strcmp(a->lines.line[0], b->lines.line[0]) != 0 ||
	    strcmp(a->lines.line[1], b->lines.line[1]) != 0 || a->screen != b->screen ||
	    a->nr_lamps != b->nr_lamps)
		return false;
	for (i = 0; i < a->nr_lamps; i++)
		if (a->lamps[i].lamp != b->lamps[i].lamp ||
		    strcmp(a->lamps[i].name, b->lamps[i].name) != 0)
			return false;
	return true;
}

bool panel_host_step(struct panel_host *h, enum panel_key key, uint64_t now_ms)
{
	struct panel_view before = h->view;
	struct panel_request request;
	int steps;

	take_engine(h, now_ms);
	/* A request may lead on to the next screen at once */
	for (steps = 0; steps < 4; steps++) {
		if (!panel_step(h->panel, steps ? PANEL_NO_KEY : key, now_ms, &h->engine, &request))
			break;
		carry_out(h, &request);
		take_engine(h, now_ms);
	}
	panel_show(h->panel, now_ms, &h->engine, &h->view.lines);
	h->view.screen = panel_screen_name(h->panel);
	show_lamps(h);
	return !same_view(&before, &h->view);
}

const struct panel_view *panel_host_view(const struct panel_host *h)
{
	return &h->view;
}
