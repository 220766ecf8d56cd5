/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The operator's panel: two keys and two lines of 20 characters, as the user's
 * guide of the duplicator describes it.
 *
 * This is a pure state machine: keys, the time and how the engine is go in, two
 * lines and at most one request come out.  It knows no device, no socket and no
 * clock.  Where which key leads is in the tables of table.c, which
 * panel_print_tree() draws.
 */
#ifndef DISCMUX_PANEL_H
#define DISCMUX_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PANEL_WIDTH	20
#define PANEL_HDDS	10
#define PANEL_TRACKS	99
#define PANEL_DRIVES	64
#define PANEL_FAULTS	32
#define PANEL_FRAMES	(80u * 60 * 75)	/* of audio that an extraction takes */
#define PANEL_QUANTITY	9999

/* ---- Settings of the SETUP menu ---------------------------------------- */

enum panel_item {
	PANEL_MODE,		/* 0 COPY, 1 VERIFY, 2 COPY+V */
	PANEL_HD_DISC,		/* 0 OFF, 1 ON: register and record at once */
	PANEL_DVD_SPEED,	/* times 1x */
	PANEL_CD_SPEED,
	PANEL_ISRC,		/* 0 OFF, 1 ON */
	PANEL_SESSION,		/* 0 AUTO, 1 CLOSE, 2 OPEN */
	PANEL_COUNT,		/* copies to make; 0: one for each recorder, once */
	PANEL_SOURCE,		/* 0 READER, 1 to 10 HDD1 to HDD10; not in SETUP */
	PANEL_ITEMS,
};

struct panel_settings {
	int value[PANEL_ITEMS];
};

/* What a new duplicator has. */
void panel_defaults(struct panel_settings *settings);

/* The name a setting is stored by ("dvd-speed"). */
const char *panel_item_name(enum panel_item item);

/* The item with this name, or -1. */
int panel_item_find(const char *name);

/* True when the item can have this value. */
bool panel_item_valid(enum panel_item item, int value);

/* ---- How the engine is ------------------------------------------------- */

enum panel_kind {
	PANEL_KIND_ROM,
	PANEL_KIND_VIDEO,
	PANEL_KIND_AUDIO,
	PANEL_KIND_MIXED,
};

struct panel_image {
	bool stored;
	bool damaged;		/* stored, but no master any more; the rest is not known */
	enum panel_kind kind;
	uint64_t bytes;
};

enum panel_work {
	PANEL_COPY,
	PANEL_VERIFY,
	PANEL_COPY_VERIFY,
	PANEL_SIMULATE,
	PANEL_REGISTER,
	PANEL_ERASE,
	PANEL_CLEAR,
	PANEL_ANALYZE,		/* looks at an audio master */
	PANEL_EXTRACT,
};

enum panel_phase {
	PANEL_IDLE,		/* there is no job for the panel */
	PANEL_BUSY,		/* looks at drives */
	PANEL_NEED_MASTER,	/* waits for a disc in the reader */
	PANEL_NEED_DISCS,	/* waits for discs in recorders */
	PANEL_SAME,		/* the master of the last run again: asks */
	PANEL_RUNNING,
	PANEL_ENDED,		/* until PANEL_DO_DISMISS */
};

/* A fault of one drive, or of the job when drive is "". */
struct panel_fault {
	char drive[PANEL_WIDTH + 1];	/* "RECORDER 2" */
	char fate[PANEL_WIDTH + 1];	/* of its disc: "DISC IS BAD" */
	bool reader;			/* sense codes are a reader's */
	bool sense_valid;
	uint8_t key, asc, ascq;
	char text[256];			/* the whole story */
};

struct panel_job {
	enum panel_phase phase;
	enum panel_work work;
	bool checking;		/* COPY+V: is verifying now */
	bool resumed;		/* goes on after the machine or the daemon stopped */
	bool cancelled;
	bool full;		/* erase */
	unsigned int hdd;	/* 1 to 10: registers to, clears; else 0 */
	char medium[8];		/* "DVD", "CD", "BD"; "" when not known yet */
	uint64_t bytes;		/* size of the master */
	unsigned int percent;
	unsigned int good, bad, unknown;	/* discs of the whole run */
	unsigned int quantity;	/* of the run, 0: one round */
	unsigned int nr_faults;
	struct panel_fault faults[PANEL_FAULTS];
};

/* A disc that PANEL_ANALYZE looked at. */
struct panel_master {
	unsigned int tracks;
	bool audio[PANEL_TRACKS];
	uint32_t frames[PANEL_TRACKS];	/* 1/75 s */
};

struct panel_engine {
	struct panel_settings settings;
	struct panel_image images[PANEL_HDDS];
	unsigned int nr_drives;
	struct {
		char name[PANEL_WIDTH + 1];	/* "RECORDER 0" */
		char inquiry[PANEL_WIDTH + 1];	/* model and firmware */
	} drives[PANEL_DRIVES];
	char version[PANEL_WIDTH + 1];	/* F/W */
	char hardware[PANEL_WIDTH + 1];	/* H/W */
	struct panel_job job;
	struct panel_master master;
};

/* ---- Requests to the engine -------------------------------------------- */

enum panel_do {
	PANEL_DO_NOTHING,
	PANEL_DO_START,		/* a job: work and what belongs to it */
	PANEL_DO_CONTINUE,	/* the operator has inserted all discs */
	PANEL_DO_CANCEL,
	PANEL_DO_DISMISS,	/* the end of the job was seen */
	PANEL_DO_SET,		/* item to value */
};

struct panel_request {
	enum panel_do what;
	enum panel_work work;
	unsigned int hdd;	/* REGISTER, CLEAR; else PANEL_SOURCE holds */
	bool eject;		/* REGISTER, ANALYZE: ask for another disc first */
	bool full;		/* ERASE */
	bool append;		/* EXTRACT: behind what HDD1 holds */
	bool tracks[PANEL_TRACKS];	/* EXTRACT */
	enum panel_item item;
	int value;
};

/* ---- The machine -------------------------------------------------------- */

enum panel_key {
	PANEL_NO_KEY,
	PANEL_KEY_YES,
	PANEL_KEY_NO,
};

struct panel_lines {
	char line[2][PANEL_WIDTH + 1];	/* always 20 characters */
};

struct panel;

/* NULL: out of memory. */
struct panel *panel_new(void);
void panel_free(struct panel *panel);

/*
 * One step: a key or none, the time in ms (any epoch, never goes back), how the
 * engine is now.  Returns true when there is a request, which the caller carries
 * out before the next step.
 */
bool panel_step(struct panel *panel, enum panel_key key, uint64_t now_ms,
		const struct panel_engine *engine, struct panel_request *request);

/* The two lines after the last step. */
void panel_show(const struct panel *panel, uint64_t now_ms, const struct panel_engine *engine,
		struct panel_lines *lines);

/* The name of the screen that is shown; a constant. */
const char *panel_screen_name(const struct panel *panel);

/* The whole menu as text, indented: for each screen its lines and where each key
 * leads. */
void panel_print_tree(FILE *to);

/* "ROM", "Video", "Audio", "Mixed" */
const char *panel_kind_name(enum panel_kind kind);

/* "4.0GB", "700MB"; at most 8 characters.  Returns buf. */
char *panel_size(uint64_t bytes, char *buf, size_t size);

#endif
