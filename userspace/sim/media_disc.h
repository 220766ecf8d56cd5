/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One disc out of the media folder, as a drive has it: the medium's type, what
 * is recorded, and the rules of recording that belong to the disc rather than
 * to the drive's commands (where the next track starts, what padding and gaps
 * a close costs).  Not locked: a disc belongs to the drive it lies in.
 */
#ifndef DISCMUX_SIM_MEDIA_DISC_H
#define DISCMUX_SIM_MEDIA_DISC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <jansson.h>

#include "media.h"

#define SIM_BLOCK	2048u
#define SIM_TRACKS_MAX	153u	/* DVD+R; a CD has at most 99 */

/* What a kind of medium is.  One table, in media_type.c. */
struct sim_medium {
	const char *name;		/* "dvd+r" */
	uint16_t profile;		/* MMC profile, GET CONFIGURATION */
	bool cd;
	bool recordable;
	uint32_t capacity;		/* blocks, the usual disc */
	uint32_t capacity_max;		/* most a sidecar may claim */
	uint32_t unit;			/* linking unit: writing starts at multiples of it */
	uint32_t first_gap, next_gap;	/* blocks between sessions: after the 1st, later */
	uint16_t tracks_max;
	uint32_t rate_1x;		/* user bytes a second at 1x */
	double kbps_1x;			/* what commands call 1x, in 1000 bytes/s */
	const uint8_t *speeds;		/* multiples of 1x, fastest first, 0 ends */
	const char *manufacturer;	/* of blanks made here */
	const char *media_id;
};

const struct sim_medium *sim_medium_find(const char *name);
const struct sim_medium *sim_medium_pressed(uint32_t blocks);
/* A speed as commands have it, in 1000 bytes/s. */
uint32_t sim_medium_kbps(const struct sim_medium *medium, uint8_t speed);

enum sim_disc_state { SIM_DISC_BLANK, SIM_DISC_APPENDABLE, SIM_DISC_COMPLETE };
enum sim_track_state { SIM_TRACK_OPEN, SIM_TRACK_RESERVED, SIM_TRACK_CLOSED };

enum sim_method {
	SIM_METHOD_PRESSED,
	SIM_METHOD_SEQUENTIAL,	/* DVD+R */
	SIM_METHOD_INCREMENTAL,	/* DVD-R, write type 0 */
	SIM_METHOD_DAO,		/* DVD-R, write type 2 */
	SIM_METHOD_TAO,		/* CD-R, write type 1 */
};

/*
 * A track from its first write (or reservation) on.  The file has what was
 * written; size also counts what the drive padded.
 */
struct sim_track {
	uint16_t session;	/* from 1 */
	enum sim_track_state state;
	enum sim_method method;
	uint32_t start;		/* LBA */
	uint32_t size;		/* blocks: closed or reserved; 0 when open-ended */
	uint32_t nwa;		/* LBA of the next write; start + size when closed */
	uint32_t run_out;	/* unreadable blocks at the end (CD track at once) */
	bool xa;		/* sectors are mode 2 form 1 (CD-ROM XA) */
};

struct sim_disc {
	struct sim_media *media;
	char name[SIM_MEDIA_NAME_MAX];
	const struct sim_medium *medium;
	uint32_t capacity;
	enum sim_disc_state state;
	uint16_t sessions_closed;
	uint16_t track_count;
	struct sim_track tracks[SIM_TRACKS_MAX];	/* track n is tracks[n - 1] */
	uint32_t id;			/* CD disc id, and salt for made-up identities */
	char manufacturer[16];
	char media_id[8];
	json_t *sidecar;		/* as read: keys of others are kept */
	int fd;				/* the data */
	uint64_t data_blocks;		/* whole blocks in the file */
	uint32_t unsaved;		/* blocks written since the sidecar was saved */
};

/*
 * Opens a disc for the drive owner (its name is noted on the disc when it is
 * recorded).  One drive at a time: -EBUSY.  -ENOENT, -EINVAL as sim_drive_insert().
 */
int sim_disc_open(struct sim_media *media, const char *name, struct sim_disc **out, char *err,
		  size_t errlen);

/* Saves what is not saved and frees; NULL is fine. */
void sim_disc_close(struct sim_disc *disc);

/*
 * Replaces the sidecar; durable: on the host's disk too, when its power fails.
 * Negative errno when the folder can't be written.
 */
int sim_disc_save(struct sim_disc *disc, bool durable);

/* Notes who recorded a session; part of the sidecar's next version. */
void sim_disc_signed(struct sim_disc *disc, const char *writer);

/* ---- sidecar (media_sidecar.c) ---- */

const char *sim_disc_state_name(enum sim_disc_state state);

/* Fills disc (medium, capacity, tracks ...) from disc->sidecar. */
int sim_sidecar_parse(struct sim_disc *disc, char *err, size_t errlen);
/* Brings disc->sidecar up to date. */
int sim_sidecar_update(struct sim_disc *disc);
/* The recovery rule of media.h; disc->data_blocks is known. */
void sim_sidecar_recover(struct sim_disc *disc);

/* ---- recording (media_record.c) ---- */

/* The last session is open: a track of it was begun. */
bool sim_disc_session_open(const struct sim_disc *disc);

/* Number of the session that is open or would be next. */
uint16_t sim_disc_session(const struct sim_disc *disc);

/* The open-ended track, or NULL. */
struct sim_track *sim_disc_open_track(struct sim_disc *disc);

/* Where a track begun now would start. */
uint32_t sim_disc_next_start(const struct sim_disc *disc);

/* The track with this LBA inside (its reserved or recorded part), or NULL. */
struct sim_track *sim_disc_track_at(struct sim_disc *disc, uint32_t lba);

/* Number of a track, from 1. */
uint16_t sim_disc_number(const struct sim_disc *disc, const struct sim_track *track);

/* Begins an open-ended track (size 0) or a reserved one.  NULL: no more tracks. */
struct sim_track *sim_disc_begin(struct sim_disc *disc, enum sim_method method, uint32_t size);

/* Pads up to the linking unit, as a drive does when its cache is flushed. */
void sim_disc_link(struct sim_disc *disc, struct sim_track *track);

/* Closes a track: pads it to its reserved or least size, adds the run-out. */
int sim_disc_close_track(struct sim_disc *disc, struct sim_track *track);

/* Closes the open session; final: nothing can follow. */
void sim_disc_close_session(struct sim_disc *disc, bool final);

/* End (exclusive) of the last closed session, 0 when there is none. */
uint32_t sim_disc_end(const struct sim_disc *disc);

/* Blocks recorded so far, of all tracks. */
uint32_t sim_disc_recorded(const struct sim_disc *disc);

/*
 * Moves whole blocks between iov (consumed; blocks * SIM_BLOCK bytes of it)
 * and the file at lba.  Reading: padding reads as zeros.  Returns 0, or a
 * negative errno; -EIO reading what the file should have and has not.
 */
int sim_disc_read(struct sim_disc *disc, uint32_t lba, struct iovec *iov, size_t count);
int sim_disc_write(struct sim_disc *disc, uint32_t lba, struct iovec *iov, size_t count);

/* ---- the folder, for media_disc.c (media.c) ---- */

#define SIM_MEDIA_FILE_MAX	(SIM_MEDIA_NAME_MAX + 16)

int sim_media_fd(struct sim_media *media);
/* Finds the data file; file has room for SIM_MEDIA_FILE_MAX. -ENOENT: its name to be. */
int sim_media_stat(struct sim_media *media, const char *name, char *file, struct stat *st);
bool sim_media_name_ok(const char *name);
/* One user of a disc at a time: -EBUSY. */
int sim_media_claim(struct sim_media *media, const char *name);
void sim_media_release(struct sim_media *media, const char *name);
bool sim_media_claimed(struct sim_media *media, const char *name);
enum sim_save { SIM_SAVE_PLAIN, SIM_SAVE_DURABLE, SIM_SAVE_FRESH };
/* Replaces NAME.json whole; FRESH: not durable, -EEXIST when there is one. */
int sim_media_write_sidecar(struct sim_media *media, const char *name, json_t *json,
			    enum sim_save how);
/* Reads NAME.json, or makes up the one of a pressed disc. */
int sim_media_read_sidecar(struct sim_media *media, const char *name, json_t **out, char *err,
			   size_t errlen);
/* Opens the data file for reading or also writing (made when missing). */
int sim_media_open_data(struct sim_media *media, const char *name, bool write);

#endif
