// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "auto.h"
#include "mail_watch.h"
#include "slots.h"

#define TAG	"discmux"

struct automat {
	struct core *core;
	struct udev *udev;
	struct udev_monitor *monitor;
	struct mail_watch *mail;	/* NULL: no thread could be started */
	bool mail_came;			/* a master lies there */
	struct auto_rule rules[AUTO_RULES];
	bool armed[AUTO_READERS];	/* was seen without a disc since its last run */
	bool came[AUTO_READERS];	/* udev said so, and it was not looked at yet */
};

static const char *const again_names[] = { "ask", "skip", "run" };

const char *auto_again_name(enum auto_again again)
{
	return (unsigned int)again < 3 ? again_names[again] : again_names[0];
}

int auto_again_find(const char *name)
{
	int i;

	for (i = 0; i < 3; i++)
		if (!strcmp(name, again_names[i]))
			return i;
	return -1;
}

/* ---- Rules ------------------------------------------------------------ */

static char *key_of(unsigned int unit, char *key, size_t size)
{
	if (unit == AUTO_LIBRARY)
		snprintf(key, size, "auto.library");
	else
		snprintf(key, size, "auto.%u", unit);
	return key;
}

static void load(struct automat *a)
{
	char key[32], text[64 + JOB_SLOTS], word[8];
	unsigned int unit, on, verify;

	for (unit = 0; unit < AUTO_RULES; unit++) {
		struct auto_rule *r = &a->rules[unit];

		if (store_get(a->core->store, key_of(unit, key, sizeof(key)), text, sizeof(text)) ||
		    sscanf(text, "%u %u %u %7s %127s", &on, &verify, &r->quantity, word,
			   r->slots) < (unit == AUTO_LIBRARY ? 5 : 4))
			continue;
		r->on = on;
		r->verify = verify;
		r->again = (enum auto_again)(auto_again_find(word) < 0 ? 0 : auto_again_find(word));
	}
}

void auto_get(struct automat *a, unsigned int unit, struct auto_rule *rule)
{
	*rule = a->rules[unit];
}

static void set_library(struct automat *a, const struct auto_rule *rule)
{
	struct slots slots;
	char err[128];
	size_t i;

	a->mail_came = false;
	if (a->mail)
		mail_watch_set(a->mail, rule->on);
	if (!rule->on || slots_parse(rule->slots, &slots, err, sizeof(err)))
		return;
	for (i = 0; i < slots.count; i++)
		store_slot_empty(a->core->store, slots.number[i]);
}

static bool has_reader(struct discmux *dm, unsigned int unit)
{
	struct drive drives[DRIVES_MAX];
	int n = drives_list(dm, drives, DRIVES_MAX), i;

	for (i = 0; i < n; i++)
		if (drives[i].role == DISCMUX_ROLE_READER && drives[i].unit == unit)
			return true;
	return false;
}

/* Whether the mux has it now: a rule for something else would never begin anything, and
 * nobody would know why. */
static int check_there(int mux, unsigned int unit, char *err, size_t errlen)
{
	struct discmux_info info;
	struct discmux *dm;
	bool there = false;
	int rc = discmux_open(mux, 0, &dm);

	if (!rc)
		rc = discmux_info(dm, &info);
	if (!rc)
		there = unit == AUTO_LIBRARY ? info.changer != DISCMUX_NONE : has_reader(dm, unit);
	if (rc)
		snprintf(err, errlen, "%s", discmux_error(dm));
	else if (!there && unit == AUTO_LIBRARY)
		snprintf(err, errlen, "mux %d has no library: discmux status shows what it has", mux);
	else if (!there)
		snprintf(err, errlen, "mux %d has no reader %u: discmux status shows what it has",
			 mux, unit);
	discmux_close(dm);
	return rc || there ? rc : -ENOENT;
}

int auto_set(struct automat *a, unsigned int unit, const struct auto_rule *rule, char *err,
	     size_t errlen)
{
	char key[32], text[64 + JOB_SLOTS];
	int rc = rule->on ? check_there(a->core->mux, unit, err, errlen) : 0;

	if (rc)
		return rc;
	snprintf(text, sizeof(text), "%u %u %u %s %s", rule->on, rule->verify, rule->quantity,
		 auto_again_name(rule->again), rule->slots);
	rc = store_set(a->core->store, key_of(unit, key, sizeof(key)), text);
	if (rc) {
		store_error(a->core->store, err, errlen);
		return rc;
	}
	a->rules[unit] = *rule;
	if (unit == AUTO_LIBRARY)
		set_library(a, rule);
	return 0;
}

/* ---- Runs ------------------------------------------------------------- */

/* A disc that the machine itself uses is no master.  Mounts are known by the number
 * of their device, whatever they are called. */
static bool mounted(struct automat *a, const char *block_name)
{
	struct udev_device *d = udev_device_new_from_subsystem_sysname(a->udev, "block",
								       block_name);
	char line[4096];
	unsigned int major, minor;
	bool found = false;
	dev_t dev;
	FILE *f;

	if (!d)
		return false;
	dev = udev_device_get_devnum(d);
	udev_device_unref(d);
	f = fopen("/proc/self/mountinfo", "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*d %*d %u:%u", &major, &minor) == 2 &&
			makedev(major, minor) == dev;
	if (f)
		fclose(f);
	return found;
}

struct busy {
	unsigned int unit;
	bool found;
};

/* A job of that reader that has not ended. */
static void look_for_job(void *arg, const struct job_status *status)
{
	struct busy *b = arg;

	if (status->show.phase != PANEL_ENDED && job_reader(&status->spec) == (int)b->unit)
		b->found = true;
}

static void run(struct automat *a, const struct drive *d)
{
	const struct auto_rule *rule = &a->rules[d->unit];
	struct busy busy = { .unit = d->unit };
	struct job_spec spec;
	char err[256];
	int64_t id;

	core_jobs(a->core, look_for_job, &busy);
	if (busy.found)
		return;		/* the disc was put in for that job */
	if (mounted(a, d->block_name)) {
		core_log(5, "reader %u: its disc is mounted, so it is not copied", d->unit);
		return;
	}
	job_spec_defaults(&spec, rule->verify ? PANEL_COPY_VERIFY : PANEL_COPY);
	snprintf(spec.owner, sizeof(spec.owner), "auto");
	snprintf(spec.source, sizeof(spec.source), "reader:%u", d->unit);
	spec.quantity = rule->quantity;
	spec.again = (int)rule->again;
	core_dismiss_auto(a->core);
	if (core_start(a->core, &spec, &id, err, sizeof(err)))
		core_log(4, "reader %u: no run: %s", d->unit, err);
}

/* ---- The mail slot ---------------------------------------------------- */

static void look_for_mail_job(void *arg, const struct job_status *status)
{
	if (status->show.phase != PANEL_ENDED && !strcmp(status->spec.source, JOB_MAIL))
		*(bool *)arg = true;
}

/* One drive of the library reads. */
static unsigned int library_recorders(struct automat *a)
{
	struct drive drives[DRIVES_MAX];
	size_t n = drives_watch_get(a->core->watch, drives, DRIVES_MAX), i;
	unsigned int count = 0;

	for (i = 0; i < n; i++)
		count += drives[i].element != DISCMUX_NONE;
	return count > 1 ? count - 1 : 1;
}

static void run_library(struct automat *a)
{
	const struct auto_rule *rule = &a->rules[AUTO_LIBRARY];
	struct job_spec spec;
	char err[256];
	int64_t id;

	job_spec_defaults(&spec, rule->verify ? PANEL_COPY_VERIFY : PANEL_COPY);
	snprintf(spec.owner, sizeof(spec.owner), "auto");
	snprintf(spec.source, sizeof(spec.source), JOB_MAIL);
	snprintf(spec.slots, sizeof(spec.slots), "%s", rule->slots);
	spec.quantity = rule->quantity ? rule->quantity : library_recorders(a);
	spec.again = (int)rule->again;
	spec.keep = true;
	core_dismiss_auto(a->core);
	if (core_start(a->core, &spec, &id, err, sizeof(err)))
		core_log(4, "the mail slot: no run: %s", err);
}

/* A master that comes while another is copied waits for its turn. */
static void look_mail(struct automat *a)
{
	bool busy = false;

	if (a->mail && mail_watch_came(a->mail))
		a->mail_came = true;
	if (!a->mail_came || !a->rules[AUTO_LIBRARY].on)
		return;
	core_jobs(a->core, look_for_mail_job, &busy);
	if (busy)
		return;
	a->mail_came = false;
	run_library(a);
}

/* ---- Readers ---------------------------------------------------------- */

static void look(struct automat *a)
{
	struct drive drives[DRIVES_MAX];
	size_t n = drives_watch_get(a->core->watch, drives, DRIVES_MAX), i;

	for (i = 0; i < n; i++) {
		const struct drive *d = &drives[i];

		if (d->role != DISCMUX_ROLE_READER || d->unit >= AUTO_READERS)
			continue;
		if (d->disc == DRIVE_NO_DISC)
			a->armed[d->unit] = true;
		if (!a->came[d->unit] || d->disc < DRIVE_APPENDABLE)
			continue;
		a->came[d->unit] = false;
		if (!a->armed[d->unit])
			continue;
		a->armed[d->unit] = false;
		if (a->rules[d->unit].on)
			run(a, d);
	}
}

/* ---- udev ------------------------------------------------------------- */

static void disc_event(struct automat *a, struct udev_device *dev)
{
	const char *action = udev_device_get_action(dev);
	const char *media = udev_device_get_property_value(dev, "ID_CDROM_MEDIA");
	const char *name = udev_device_get_sysname(dev);
	struct drive drives[DRIVES_MAX];
	size_t n = drives_watch_get(a->core->watch, drives, DRIVES_MAX), i;

	for (i = 0; i < n; i++) {
		unsigned int unit = drives[i].unit;

		if (drives[i].role != DISCMUX_ROLE_READER || unit >= AUTO_READERS || !name ||
		    strcmp(drives[i].block_name, name) != 0)
			continue;
		if (action && !strcmp(action, "change") && media)
			a->came[unit] = true;
		else if (action && !strcmp(action, "change"))
			a->armed[unit] = true;
	}
}

void auto_handle(struct automat *a)
{
	struct udev_device *dev;
	bool heard = false;

	while (a->monitor && (dev = udev_monitor_receive_device(a->monitor))) {
		disc_event(a, dev);
		udev_device_unref(dev);
		heard = true;
	}
	if (heard)
		drives_watch_kick(a->core->watch);
	look(a);
	look_mail(a);
}

static void mail_changed(void *arg)
{
	core_wake(arg);
}

static void open_mail(struct automat *a)
{
	if (mail_watch_start(a->core->mux, mail_changed, a->core, &a->mail)) {
		core_log(4, "no thread can be started: no disc in a mail slot begins a run");
		return;
	}
	mail_watch_set(a->mail, a->rules[AUTO_LIBRARY].on);
}

int auto_fd(const struct automat *a)
{
	return a->monitor ? udev_monitor_get_fd(a->monitor) : -1;
}

int auto_open(struct core *core, struct automat **out)
{
	struct automat *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->core = core;
	load(a);
	open_mail(a);
	a->udev = udev_new();
	if (a->udev)
		a->monitor = udev_monitor_new_from_netlink(a->udev, "udev");
	if (a->monitor && (udev_monitor_filter_add_match_tag(a->monitor, TAG) < 0 ||
			   udev_monitor_enable_receiving(a->monitor) < 0)) {
		udev_monitor_unref(a->monitor);
		a->monitor = NULL;
	}
	if (!a->monitor)
		core_log(4, "udev does not answer: no disc begins a run by itself");
	*out = a;
	return 0;
}

void auto_close(struct automat *a)
{
	if (!a)
		return;
	mail_watch_stop(a->mail);
	udev_monitor_unref(a->monitor);
	udev_unref(a->udev);
	free(a);
}
