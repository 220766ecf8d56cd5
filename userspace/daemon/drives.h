/* SPDX-License-Identifier: GPL-2.0 */
/* The drives of a mux, and what is in them. */
#ifndef DISCMUX_DAEMON_DRIVES_H
#define DISCMUX_DAEMON_DRIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdiscmux.h"

#define DRIVES_MAX	64

enum drive_disc {
	DRIVE_NOT_KNOWN,	/* not asked, or no sensible answer: busy, broken */
	DRIVE_NO_DISC,
	DRIVE_BLANK,
	DRIVE_APPENDABLE,
	DRIVE_COMPLETE,		/* also what a reader has */
};

/* One drive as it was when it was looked at. */
struct drive {
	uint32_t member, role, unit, state;
	uint32_t element;	/* in a changer, or DISCMUX_NONE */
	uint32_t max_data;
	char vendor[9], product[17], revision[5];
	char serial[33];
	char block_name[16];	/* "sr0" or "" */
	enum drive_disc disc;
	bool tray_open;
	bool waiting;		/* the drive is getting ready */
	bool erasable;
	uint16_t profile;	/* enum mmc_profile */
};

/* Members that are drives, readers first.  Returns how many, or a negative errno. */
int drives_list(struct discmux *dm, struct drive *drives, size_t max);

/* The drive has a disc and is ready: asks that only, which lets it sleep. */
bool drive_still_ready(struct discmux *dm, const struct drive *drive);

/* Asks a drive what is in it; one that another program holds stays
 * DRIVE_NOT_KNOWN. */
void drive_look(struct discmux *dm, struct drive *drive);

/*
 * A disc that can be overwritten (DVD+RW, DVD-RW after a format, BD-RE, DVD-RAM) is
 * never blank in the drive's eyes.  True when it holds nothing, see burn_disc_holds();
 * one that can't be read may hold data.
 */
bool drive_holds_nothing(struct discmux *dm, const struct drive *drive);

/* Blocks of 2048 bytes on the disc in it, 0 when it does not say. */
uint64_t drive_blocks(struct discmux *dm, const struct drive *drive);

/* Opens or closes the tray; unlocks it before.  0 or a negative errno. */
int drive_tray(struct discmux *dm, const struct drive *drive, bool open);

/* "DVD", "CD", "BD", or "" when there is nothing. */
const char *drive_medium_class(uint16_t profile);

/* "reader 0", "recorder 2".  Returns buf. */
char *drive_name(const struct drive *drive, char *buf, size_t size);

/* A name as the panel shows it: "READER 0". */
void drive_capitals(char *name);

/* "none", "blank", ...; "unknown" */
const char *drive_disc_name(enum drive_disc disc);

/* ---- A watch ------------------------------------------------------------ */

/* Looks at idle drives now and then, in a thread of its own. */
struct drives_watch;

/* changed (may be NULL) is called in that thread after each look that found
 * something else than the one before. */
int drives_watch_start(int mux, void (*changed)(void *arg), void *arg,
		       struct drives_watch **watch);

/* Look again now: something has happened. */
void drives_watch_kick(struct drives_watch *watch);

/* How they were at the last look.  Returns how many. */
size_t drives_watch_get(struct drives_watch *watch, struct drive *drives, size_t max);

/* When the thread last went round, in ms of CLOCK_MONOTONIC. */
uint64_t drives_watch_alive_ms(struct drives_watch *watch);

void drives_watch_stop(struct drives_watch *watch);

#endif
