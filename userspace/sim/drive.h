/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An MMC drive: a DVD-ROM reader or a DVD+-R/CD-R recorder.
 *
 * sim_device_execute() is for the device's thread; everything here may be
 * called by any other thread (the control socket, a changer's arm).
 * Functions that return int give 0 or a negative errno with one line in err.
 */
#ifndef DISCMUX_SIM_DRIVE_H
#define DISCMUX_SIM_DRIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "device.h"
#include "media.h"

struct sim_drive_config {
	struct sim_identity identity;
	char name[16];			/* "recorder0" */
	bool recorder;			/* false: reads only */
	bool bd;			/* Blu-ray discs as well as DVDs and CDs */
	struct sim_media *media;	/* outlives the drive */
};

/*
 * Makes a drive, empty, tray closed.  Freed through its ops->destroy(), which
 * leaves a disc inside as a kill would: the folder stays readable.
 */
struct sim_device *sim_drive_create(const struct sim_drive_config *config, char *err,
				    size_t errlen);

/*
 * Puts the disc into the drive and closes the tray.  The drive is becoming
 * ready (2/04/01) for its load time; then the next command gets UNIT ATTENTION
 * 28h/00h.
 * -ENOENT no such disc, -EEXIST the drive has one, -EBUSY it is in another
 * drive (or the drive is locked), -EINVAL its files can't be understood.
 */
int sim_drive_insert(struct sim_device *dev, const char *disc, char *err, size_t errlen);

/*
 * Takes the disc out, whether the tray is open or not; it is open afterwards.
 * disc (may be NULL) gets the name.  -ENOENT the drive is empty, -EBUSY the tray
 * is closed and a host locked it (PREVENT) or the drive is writing, and force is
 * not set.
 */
int sim_drive_take(struct sim_device *dev, char *disc, size_t len, bool force, char *err,
		   size_t errlen);

/* Ready at once, without an event for the new disc: another program has received it. */
void sim_drive_hush(struct sim_device *dev);

/*
 * The button: opens or closes the tray, a disc stays in it.  A locked drive
 * refuses to open (-EBUSY) and tells the host of the wish (eject request event).
 */
int sim_drive_tray(struct sim_device *dev, bool open, char *err, size_t errlen);

/* A disc lies in the drive or on its open tray. */
bool sim_drive_has_disc(struct sim_device *dev);

/* The tray is open. */
bool sim_drive_tray_open(struct sim_device *dev);

/*
 * Pace of reading and writing: 0 as fast as the host goes, 1.0 as the medium's
 * speed curve has it in real time, 10.0 ten times that.  -EINVAL outside of
 * 0.001 to 1000000 (but 0).
 */
int sim_drive_set_speed(struct sim_device *dev, double factor);

/*
 * How long it takes to become ready after a disc came in, and to close a track
 * or session, in milliseconds (default 20 and 10).
 */
void sim_drive_set_delays(struct sim_device *dev, unsigned int load_ms, unsigned int close_ms);

/*
 * State for people: "name", "kind" ("reader" or "recorder"), "vendor",
 * "product", "revision", "serial", "tray" ("open", "closed"), "locked",
 * "disc" (name or null), "medium", "state", "blocks", "speed" (factor),
 * "underruns" (times the buffer ran empty in a track).
 * The caller owns the reference; NULL when out of memory.
 */
json_t *sim_drive_describe(struct sim_device *dev);

#endif
