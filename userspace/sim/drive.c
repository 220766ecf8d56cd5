// SPDX-License-Identifier: GPL-2.0
/* A drive's mechanics: tray, disc, time; and what others may ask of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drive_priv.h"

#define MS	1000000ull	/* ns */
#define LOAD_MS	20

static struct sim_drive *drive_of(struct sim_device *dev)
{
	return (struct sim_drive *)dev;
}

uint64_t sim_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

bool sim_drive_wait(struct sim_drive *drive, uint64_t until)
{
	unsigned int changes = drive->changes;
	struct timespec at = {
		.tv_sec = (time_t)(until / 1000000000ull),
		.tv_nsec = (long)(until % 1000000000ull),
	};

	while (drive->changes == changes && sim_now() < until)
		pthread_cond_timedwait(&drive->wake, &drive->lock, &at);
	return drive->changes == changes;
}

/* Something happened that sleepers must know of */
static void changed(struct sim_drive *drive)
{
	drive->changes++;
	pthread_cond_broadcast(&drive->wake);
}

bool sim_drive_loaded(const struct sim_drive *drive)
{
	return drive->disc && !drive->tray_open;
}

void sim_drive_settle(struct sim_drive *drive)
{
	uint64_t now = sim_now();

	if (drive->loading && now >= drive->ready_at) {
		drive->loading = false;
		drive->ua_changed = true;
		drive->event = SIM_EVENT_NEW_MEDIA;
	}
	if (drive->tray_open && drive->tray_closes_ms &&
	    now >= drive->opened_at + drive->tray_closes_ms * MS)
		sim_drive_move_tray(drive, false);
	if (drive->busy && now >= drive->busy_until)
		drive->busy = SIM_BUSY_NONE;
	if (drive->deiced && now >= drive->deiced) {
		drive->deiced = 0;
		if (drive->disc) {
			drive->disc->growing = false;
			drive->disc->unsaved++;
		}
	}
}

/* What is in the cache goes to the disc before the disc goes */
static void stop(struct sim_drive *drive)
{
	if (drive->disc && drive->disc->unsaved)
		sim_disc_save(drive->disc, true);
	drive->busy = SIM_BUSY_NONE;
	drive->caught_up = 0;
	drive->streaming = false;
	drive->deiced = 0;
	sim_cue_free(drive->cue);
	drive->cue = NULL;
	if (drive->disc)
		sim_disc_test_end(drive->disc);
}

void sim_drive_move_tray(struct sim_drive *drive, bool open)
{
	if (drive->tray_open == open)
		return;
	stop(drive);
	drive->tray_open = open;
	drive->ua_changed = false;
	if (open) {
		drive->opened_at = sim_now();
		drive->loading = false;
		if (drive->disc)
			drive->event = SIM_EVENT_REMOVAL;
	} else if (drive->disc) {
		drive->loading = true;
		drive->ready_at = sim_now() + drive->load_ms * MS;
		sim_mmc_mode_defaults(drive);
		/* A speed that was selected stays, but a CD's says nothing for a DVD */
		if (drive->speeds_of_cd != drive->disc->medium->cd) {
			drive->speeds_of_cd = drive->disc->medium->cd;
			drive->read_kbps = UINT32_MAX;
			drive->write_kbps = UINT32_MAX;
		}
		sim_drive_settle(drive);
	}
	changed(drive);
}

static void reset(struct sim_device *dev)
{
	struct sim_drive *drive = drive_of(dev);

	pthread_mutex_lock(&drive->lock);
	stop(drive);
	drive->locked = false;
	drive->ua_reset = true;
	drive->read_kbps = UINT32_MAX;
	drive->write_kbps = UINT32_MAX;
	sim_mmc_mode_defaults(drive);
	changed(drive);
	pthread_mutex_unlock(&drive->lock);
}

static void button(struct sim_device *dev)
{
	char err[160];

	sim_drive_tray(dev, !sim_drive_tray_open(dev), err, sizeof(err));
}

static bool set(struct sim_device *dev, enum sim_setting what, uint32_t ms)
{
	struct sim_drive *drive = drive_of(dev);

	pthread_mutex_lock(&drive->lock);
	if (what == SIM_SET_READY)
		drive->load_ms = ms ? ms : LOAD_MS;
	else
		drive->tray_closes_ms = ms;
	pthread_mutex_unlock(&drive->lock);
	return true;
}

static void destroy(struct sim_device *dev)
{
	struct sim_drive *drive = drive_of(dev);

	sim_cue_free(drive->cue);
	sim_disc_close(drive->disc);
	pthread_cond_destroy(&drive->wake);
	pthread_mutex_destroy(&drive->lock);
	free(drive->iov);
	free(drive);
}

static const struct sim_device_ops ops = {
	.execute = sim_mmc_execute,
	.reset = reset,
	.button = button,
	.set = set,
	.destroy = destroy,
};

struct sim_device *sim_drive_create(const struct sim_drive_config *config, char *err,
				    size_t errlen)
{
	struct sim_drive *drive = calloc(1, sizeof(*drive));
	pthread_condattr_t attr;

	if (!drive) {
		snprintf(err, errlen, "no memory for drive %s", config->name);
		return NULL;
	}
	drive->dev.ops = &ops;
	drive->dev.identity = config->identity;
	drive->dev.type = 5;
	memcpy(drive->dev.name, config->name, sizeof(drive->dev.name));
	drive->dev.name[sizeof(drive->dev.name) - 1] = 0;
	drive->media = config->media;
	drive->recorder = config->recorder;
	drive->bd = config->bd;
	drive->load_ms = LOAD_MS;
	drive->close_ms = 10;
	drive->read_kbps = UINT32_MAX;
	drive->write_kbps = UINT32_MAX;
	drive->ua_reset = true;
	drive->power_event = true;
	pthread_mutex_init(&drive->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&drive->wake, &attr);
	pthread_condattr_destroy(&attr);
	sim_mmc_mode_defaults(drive);
	return &drive->dev;
}

int sim_drive_insert(struct sim_device *dev, const char *disc, char *err, size_t errlen)
{
	struct sim_drive *drive = drive_of(dev);
	int ret;

	pthread_mutex_lock(&drive->lock);
	if (drive->disc) {
		snprintf(err, errlen, "%s has disc %s: take it out first", dev->name,
			 drive->disc->name);
		ret = -EEXIST;
	} else if (drive->locked && !drive->tray_open) {
		snprintf(err, errlen, "%s is locked by its host", dev->name);
		ret = -EBUSY;
	} else {
		ret = sim_disc_open(drive->media, disc, &drive->disc, err, errlen);
	}
	if (!ret) {
		drive->tray_open = true;
		sim_drive_move_tray(drive, false);
	}
	pthread_mutex_unlock(&drive->lock);
	return ret;
}

/* Does a burn or close go on that a hand should not interrupt? */
static bool writing(struct sim_drive *drive)
{
	sim_drive_settle(drive);
	return drive->busy || drive->caught_up > sim_now();
}

int sim_drive_take(struct sim_device *dev, char *disc, size_t len, bool force, char *err,
		   size_t errlen)
{
	struct sim_drive *drive = drive_of(dev);
	int ret = 0;

	pthread_mutex_lock(&drive->lock);
	if (!drive->disc) {
		snprintf(err, errlen, "%s has no disc", dev->name);
		ret = -ENOENT;
	} else if (!force && !drive->tray_open && (drive->locked || writing(drive))) {
		snprintf(err, errlen, "%s is %s", dev->name,
			 drive->locked ? "locked by its host" : "writing");
		ret = -EBUSY;
	} else {
		if (disc)
			snprintf(disc, len, "%s", drive->disc->name);
		sim_drive_move_tray(drive, true);
		sim_disc_close(drive->disc);
		drive->disc = NULL;
		changed(drive);
	}
	pthread_mutex_unlock(&drive->lock);
	return ret;
}

void sim_drive_hush(struct sim_device *dev)
{
	struct sim_drive *drive = drive_of(dev);

	pthread_mutex_lock(&drive->lock);
	drive->loading = false;
	drive->ua_changed = false;
	drive->event = SIM_EVENT_NONE;
	pthread_mutex_unlock(&drive->lock);
}

int sim_drive_tray(struct sim_device *dev, bool open, char *err, size_t errlen)
{
	struct sim_drive *drive = drive_of(dev);
	int ret = 0;

	pthread_mutex_lock(&drive->lock);
	if (open && !drive->tray_open && (drive->locked || writing(drive))) {
		drive->event = SIM_EVENT_EJECT_REQUEST;
		snprintf(err, errlen, "%s is %s", dev->name,
			 drive->locked ? "locked by its host" : "writing");
		ret = -EBUSY;
	} else {
		sim_drive_move_tray(drive, open);
	}
	pthread_mutex_unlock(&drive->lock);
	return ret;
}

bool sim_drive_has_disc(struct sim_device *dev)
{
	struct sim_drive *drive = drive_of(dev);
	bool has;

	pthread_mutex_lock(&drive->lock);
	has = drive->disc != NULL;
	pthread_mutex_unlock(&drive->lock);
	return has;
}

bool sim_drive_tray_open(struct sim_device *dev)
{
	struct sim_drive *drive = drive_of(dev);
	bool open;

	pthread_mutex_lock(&drive->lock);
	sim_drive_settle(drive);
	open = drive->tray_open;
	pthread_mutex_unlock(&drive->lock);
	return open;
}

int sim_drive_set_speed(struct sim_device *dev, double factor)
{
	struct sim_drive *drive = drive_of(dev);

	/* Written so that what is not a number fails */
	if (!(factor == 0 || (factor >= 0.001 && factor <= 1e6)))
		return -EINVAL;
	pthread_mutex_lock(&drive->lock);
	drive->factor = factor;
	drive->caught_up = 0;
	pthread_mutex_unlock(&drive->lock);
	return 0;
}

void sim_drive_set_delays(struct sim_device *dev, unsigned int load_ms, unsigned int close_ms)
{
	struct sim_drive *drive = drive_of(dev);

	pthread_mutex_lock(&drive->lock);
	drive->load_ms = load_ms;
	drive->close_ms = close_ms;
	pthread_mutex_unlock(&drive->lock);
}

json_t *sim_drive_describe(struct sim_device *dev)
{
	struct sim_drive *drive = drive_of(dev);
	const struct sim_disc *disc;
	json_t *json;

	pthread_mutex_lock(&drive->lock);
	sim_drive_settle(drive);
	disc = drive->disc;
	json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s?, s:s?, s:s?, s:f}",
			 "name", dev->name, "kind", drive->recorder ? "recorder" : "reader",
			 "vendor", dev->identity.vendor, "product", dev->identity.product,
			 "revision", dev->identity.revision, "serial", dev->identity.serial,
			 "tray", drive->tray_open ? "open" : "closed", "locked", drive->locked,
			 "disc", disc ? disc->name : NULL,
			 "medium", disc ? disc->medium->name : NULL,
			 "state", disc ? sim_disc_state_name(disc->state) : NULL,
			 "speed", drive->factor);
	if (json)
		json_object_set_new(json, "underruns", json_integer(drive->underruns));
	if (json)
		json_object_set_new(json, "blocks", disc ? json_integer(sim_disc_recorded(disc))
							 : json_null());
	pthread_mutex_unlock(&drive->lock);
	return json;
}
