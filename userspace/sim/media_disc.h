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
#include "sector.h"
#include "subcode.h"

#define SIM_BLOCK	2048u
#define SIM_TRACKS_MAX	153u	/* DVD+R; a CD has at most 99 */
#define SIM_INDEX_MAX	2048u	/* index points of a CD beyond 0 and 1 */
#define SIM_DAMAGE_MAX	32u
#define SIM_SCRAMBLED_MAX	16u

#define SIM_AACS	3	/* a protection system type */

enum sim_family { SIM_CD, SIM_DVD, SIM_DVD_MINUS, SIM_DVD_PLUS, SIM_BD };

/* What a kind of medium is.  One table, in media_type.c. */
struct sim_medium {
	const char *name;		/* "dvd+r" */
	uint16_t profile;		/* MMC profile, GET CONFIGURATION */
	uint16_t profile_formatted;	/* once formatted; 0: can't be */
	enum sim_family family;
	bool cd;
	bool recordable;
	bool erasable;			/* BLANK or FORMAT UNIT bring it back */
	bool overwrite;			/* written anywhere, and only once it is formatted */
	bool two_layers;
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
/* From 0; below 16. */
unsigned int sim_medium_number(const struct sim_medium *medium);
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
	SIM_METHOD_SAO,		/* CD-R, write type 2 */
	SIM_METHOD_OVERWRITE,	/* formatted: DVD+RW, DVD-RW, BD-RE */
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
	/* of CDs */
	uint32_t pregap;	/* blocks of index 0 before start; LBA -150 on for the first */
	enum cd_sector type;	/* XA: CD_XA1, whatever forms its sectors have */
	uint8_t control;	/* enum cd_control */
	bool copy;		/* SCMS: a copy of what may not be copied further */
	char isrc[CD_ISRC_SIZE];	/* empty: none */
};

/* An index point of a CD, from 2 on */
struct sim_index {
	uint16_t track;
	uint8_t number;
	uint32_t lba;
};

enum sim_damage_kind {
	SIM_DAMAGE_READ,	/* can't be read; audio: with C2 errors and wrong samples */
	SIM_DAMAGE_C2,		/* C2 errors: data is corrected, audio is not */
	SIM_DAMAGE_ISRC,	/* the subchannel can't be read: no ISRC, no MCN */
	SIM_DAMAGE_JITTER,	/* audio: reads that begin there are off by some samples */
};

/* A scratch: blocks first to last */
struct sim_damage {
	enum sim_damage_kind kind;
	uint32_t first, last;
	uint32_t times;		/* this many attempts fail; 0: all */
	uint32_t above;		/* fails only when read faster than this, 1x = 1; 0: always */
	uint32_t samples, every;	/* jitter: how far at most; one read of so many */
	uint32_t hits;
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
	/* of CDs */
	struct sim_index index[SIM_INDEX_MAX];	/* ascending addresses */
	uint16_t index_count;
	uint8_t type;			/* of its sessions: 00h, 10h CD-I, 20h XA */
	char mcn[CD_MCN_SIZE];		/* empty: none */
	uint8_t *text;			/* CD-Text packs of the first session, owned */
	uint32_t text_packs;
	uint32_t sector;		/* bytes of a block in the file: SIM_BLOCK, CD_RAW */
	/* of media that can be formatted, and of dual layers */
	bool formatted;
	bool dao_only;			/* DVD-RW after a quick blank: no incremental */
	bool growing;			/* quick format: the session grows as it is written */
	bool pow;			/* BD-R: what is recorded can be replaced, at the end */
	uint32_t layer_0;		/* blocks of the first layer, if somebody set it */
	uint32_t scrambled[SIM_SCRAMBLED_MAX][2];	/* CSS: first and last block */
	uint16_t scrambled_count;
	uint8_t copyright;		/* protection system type as READ DISC STRUCTURE has it of a
					 * DVD; of a BD 0 or SIM_AACS */
	uint8_t denied_regions;		/* bit n - 1: it is not for region n */
	struct sim_damage damage[SIM_DAMAGE_MAX];
	uint16_t damage_count;
	struct sim_disc *before;	/* test write: what comes back at its end */
	uint32_t id;			/* CD disc id, and salt for made-up identities */
	char manufacturer[16];
	char media_id[8];
	json_t *sidecar;		/* as read: keys of others are kept */
	int fd;				/* the data */
	int sub_fd;			/* subchannels R to W of a CD, -1: nothing in them */
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
/* What only CDs, and media that can be formatted, have of it (media_sidecar_cd.c). */
int sim_sidecar_parse_disc(struct sim_disc *disc, char *err, size_t errlen);
int sim_sidecar_parse_cd(struct sim_disc *disc, json_t *json, struct sim_track *track,
			 uint32_t end, char *err, size_t errlen);
int sim_sidecar_build_disc(struct sim_disc *disc);
void sim_sidecar_build_cd(const struct sim_disc *disc, json_t *json,
			  const struct sim_track *track);
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

/* Where (exclusive) the data of a track must end at the latest, recorded like this. */
uint32_t sim_disc_limit(const struct sim_disc *disc, enum sim_method method);

/* The track with this LBA inside (its reserved or recorded part), or NULL. */
struct sim_track *sim_disc_track_at(struct sim_disc *disc, uint32_t lba);

/* Number of a track, from 1. */
uint16_t sim_disc_number(const struct sim_disc *disc, const struct sim_track *track);

/* Begins an open-ended track (size 0) or a reserved one.  NULL: no more tracks. */
struct sim_track *sim_disc_begin(struct sim_disc *disc, enum sim_method method, uint32_t size);

/* Pads up to the linking unit, as a drive does when its cache is flushed. */
void sim_disc_link(struct sim_disc *disc, struct sim_track *track);

/* Uses up blocks at the end of an open track; what was to be there is read as zeros. */
int sim_disc_use_up(struct sim_disc *disc, struct sim_track *track, uint32_t blocks);

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
 * negative errno; -EIO reading what the file should have and has not.  For
 * discs with disc->sector of SIM_BLOCK only.
 */
int sim_disc_read(struct sim_disc *disc, uint32_t lba, struct iovec *iov, size_t count);
int sim_disc_write(struct sim_disc *disc, uint32_t lba, struct iovec *iov, size_t count);

/* Where an address of a CD is */
struct sim_spot {
	const struct sim_track *track;	/* NULL: in none */
	uint16_t number;		/* of the track; CD_LEAD_OUT after the last of a session */
	uint8_t index;
	uint32_t relative;		/* from index 1, or (index 0) to it */
	uint32_t readable;		/* blocks from here on that have been recorded */
};

/* The track of an address, pregap and lead-out included. */
void sim_disc_spot(const struct sim_disc *disc, uint32_t lba, struct sim_spot *spot);

/* The position, or from time to time MCN or ISRC, as a CD's Q subchannel has it. */
void sim_disc_q(const struct sim_disc *disc, uint32_t lba, uint8_t *q);

/* ---- raw sectors of CDs (media_sector.c) ---- */

/*
 * Reads sectors of one track whole, CD_RAW bytes each, whichever way the file
 * has them.  0 or a negative errno.
 */
int sim_disc_read_raw(struct sim_disc *disc, const struct sim_track *track, uint32_t lba,
		      uint32_t blocks, uint8_t *raw);

/* The same of audio, late by so many samples of at most a sector. */
int sim_disc_read_late(struct sim_disc *disc, const struct sim_track *track, uint32_t lba,
		       uint32_t blocks, int32_t samples, uint8_t *raw);

/*
 * Stores sectors that come as the host has them: form tells how many bytes each
 * (sim_form_bytes()) and what is to be added.  Makes the file one of raw sectors
 * if these can't be kept otherwise.  0 or a negative errno.
 */
struct sim_form {
	enum cd_sector type;
	uint16_t main;		/* 0 (the drive makes zeros), 2048, 2056, 2324, 2332, 2336, 2352 */
	uint16_t sub;		/* 0 or 96 */
	uint8_t subheader[4];	/* for those that have none of their own */
};

int sim_disc_write_sectors(struct sim_disc *disc, const struct sim_form *form, uint32_t lba,
			   uint32_t blocks, const uint8_t *data);

/* Channels R to W of a sector, CD_SUBCODE bytes with P and Q 0. */
void sim_disc_read_sub(struct sim_disc *disc, uint32_t lba, uint8_t *sub);

/* Makes room for raw sectors, moving what is there. */
int sim_disc_make_raw(struct sim_disc *disc);

/* ---- scratches (media_damage.c) ---- */

/*
 * How many of these blocks come before the first with this damage, read at so many
 * times 1x.  0: the first has it, and that was an attempt.
 */
uint32_t sim_disc_intact(struct sim_disc *disc, enum sim_damage_kind kind, uint32_t lba,
			 uint32_t blocks, uint32_t speed);

/* How many samples late (early: below 0) a read of audio begins that begins here.  By
 * chance, but the same each time the disc is put in. */
int32_t sim_disc_jitter(struct sim_disc *disc, uint32_t lba, uint32_t speed);

/* ---- pressed DVDs (media_press.c) ---- */

/* What a sidecar says of layers and protection; false: it can't be. */
bool sim_sidecar_parse_press(struct sim_disc *disc);

/* How many of these blocks come before the first that needs a key. */
uint32_t sim_disc_in_clear(const struct sim_disc *disc, uint32_t lba, uint32_t blocks);

/* ---- test write (media_erase.c) ---- */

/* From here on nothing is recorded, until sim_disc_test_end() makes it as it was. */
int sim_disc_test_begin(struct sim_disc *disc);
void sim_disc_test_end(struct sim_disc *disc);

/* ---- erasing (media_erase.c) ---- */

/* All gone; file and sidecar are as those of a blank. */
int sim_disc_erase(struct sim_disc *disc);
/* The last track, or the last session: what is before it stays. */
int sim_disc_erase_last(struct sim_disc *disc, bool session);
/* The end of the open track, from an address in it on: writing goes on there. */
int sim_disc_erase_tail(struct sim_disc *disc, uint32_t lba);
/* Lets a closed last session go on (CD-RW: "unclose"). */
int sim_disc_reopen(struct sim_disc *disc);
/* Blocks that a formatted disc is written by: a packet of a CD, an ECC block. */
uint32_t sim_disc_packet(const struct sim_disc *disc);
/* How many there are when all of it is formatted: the links of a CD's packets cost. */
uint32_t sim_disc_formattable(const struct sim_disc *disc);
/* Formats: blocks of the formatted area, whole packets. */
int sim_disc_format(struct sim_disc *disc, uint32_t blocks, bool growing);

/* Blocks of the first layer: as was set, or half of them all; 0: one layer. */
uint32_t sim_disc_layer_0(const struct sim_disc *disc);

/* Profile of the medium as it is now. */
uint16_t sim_disc_profile(const struct sim_disc *disc);

/* ---- the folder, for media_disc.c (media.c) ---- */

#define SIM_MEDIA_FILE_MAX	(SIM_MEDIA_NAME_MAX + 16)

int sim_media_fd(struct sim_media *media);
/* The sidecar of a pressed disc of data; NULL: no memory. */
json_t *sim_media_pressed_sidecar(const struct sim_medium *medium, uint32_t blocks);
/* Can a file of this size be a pressed disc?  Its blocks, or 0 with why in err. */
uint32_t sim_media_pressed_blocks(off_t size, char *err, size_t errlen);
/* -EINVAL, or -EEXIST: a disc has that name. */
int sim_media_check_new_name(struct sim_media *media, const char *name, char *err,
			     size_t errlen);
/*
 * Finds the data file; file has room for SIM_MEDIA_FILE_MAX.  -ENOENT: its name to be.
 * raw: NAME.bin, of raw sectors; else NAME.iso, or a pressed disc's NAME.bin.
 */
int sim_media_stat(struct sim_media *media, const char *name, bool raw, char *file,
		   struct stat *st);
bool sim_media_name_ok(const char *name);
/* Gives the disc a data file of the other kind: NAME.bin (raw) or NAME.iso. */
int sim_media_new_data(struct sim_media *media, const char *name, bool raw);
void sim_media_drop_data(struct sim_media *media, const char *name, bool raw);
void sim_media_drop_sub(struct sim_media *media, const char *name);
/* NAME.sub; -ENOENT when there is none that is to be read. */
int sim_media_open_sub(struct sim_media *media, const char *name, bool write);
/* Is it a .cue, .toc or .ccd file by its name? */
bool sim_media_is_sheet(const char *path);
/* Was the disc made of this sheet, as it is now? */
bool sim_media_same_sheet(struct sim_media *media, const char *name, const char *path);
/* Makes the pressed CD of a sheet; the name is free. */
int sim_media_import_sheet(struct sim_media *media, const char *path, const char *name, char *err,
			   size_t errlen);
/* One user of a disc at a time: -EBUSY. */
int sim_media_claim(struct sim_media *media, const char *name);
void sim_media_release(struct sim_media *media, const char *name);
bool sim_media_claimed(struct sim_media *media, const char *name);
/* Changes the sidecar of a disc that is in no drive: -EBUSY, -ENOENT, or what change says. */
typedef int (*sim_sidecar_change)(json_t *sidecar, const void *what, char *err, size_t errlen);
int sim_media_change(struct sim_media *media, const char *name, sim_sidecar_change change,
		     const void *what, char *err, size_t errlen);
enum sim_save { SIM_SAVE_PLAIN, SIM_SAVE_DURABLE, SIM_SAVE_FRESH };
/* Replaces NAME.json whole; FRESH: not durable, -EEXIST when there is one. */
int sim_media_write_sidecar(struct sim_media *media, const char *name, json_t *json,
			    enum sim_save how);
/* Reads NAME.json, or makes up the one of a pressed disc. */
int sim_media_read_sidecar(struct sim_media *media, const char *name, json_t **out, char *err,
			   size_t errlen);
/* Opens the data file for reading or also writing (made when missing). */
int sim_media_open_data(struct sim_media *media, const char *name, bool raw, bool write);

#endif
