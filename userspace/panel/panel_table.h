/* SPDX-License-Identifier: GPL-2.0 */
/* The tables the panel runs on. */
#ifndef DISCMUX_PANEL_TABLE_H
#define DISCMUX_PANEL_TABLE_H

#include "panel.h"

/* In the order in which panel_print_tree() draws them. */
enum screen {
	/* the main menu */
	S_COPY, S_SIMULATE, S_SELECT, S_ERASE, S_EXTRACT, S_SETUP,
	/* MASTER SELECT? */
	S_READER, S_HDD, S_DAMAGED, S_CLEAR, S_EXIT,
	/* MASTER CLEAR? */
	S_CLEAR_HDD, S_CLEAR_SURE, S_CLEAR_BUSY, S_AGAIN, S_CLEAR_EXIT,
	/* DISC ERASE? */
	S_QUICK, S_FULL, S_SURE,
	/* Trk EXTRACTION? */
	S_TRK_START, S_TRK_OK, S_TRK_WAIT, S_TRK_INSERT, S_TRK_ANALYZE, S_TRK_TRACK,
	S_TRK_END, S_TRK_REGISTER, S_TRK_RUN, S_TRK_NEXT, S_TRK_FAILED,
	/* SETUP? */
	S_SET_MODE, S_SET_HD_DISC, S_SET_DVD, S_SET_CD, S_SET_ISRC, S_SET_COUNT,
	S_SET_SESSION, S_SET_INQUIRY, S_SET_VERSION, S_SET_EXIT,
	S_VALUE, S_DIGITS, S_INQUIRY, S_VERSION, S_UPDATE,
	/* a job */
	S_WAIT, S_RESUMED, S_SAME, S_MASTER, S_DISCS, S_RUN, S_CANCEL, S_ENDING, S_DONE, S_FAULT,
	S_COUNT,
};

enum event {
	E_YES,
	E_NO,
	E_ENGINE,	/* no key: as soon as the condition holds */
};

enum condition {
	C_ALWAYS,
	C_MORE_HDDS,		/* the cursor is not on HDD10 */
	C_STORED,		/* the partition at the cursor holds a master */
	C_DAMAGED,		/* one that can't be used */
	C_ANY_STORED,
	C_MORE_STORED,		/* one behind the cursor does */
	C_HDD1_STORED,
	C_JOB,			/* the panel has a job */
	C_NO_JOB,
	C_RESUMED,
	C_MASTER,		/* the job needs one */
	C_NO_MASTER,
	C_DISCS,
	C_NO_DISCS,
	C_SAME,
	C_NOT_SAME,
	C_RUNNING,
	C_EXTRACTING,
	C_NOT_RUNNING,
	C_ENDED,
	C_AT_WORK,		/* not ended */
	C_FAILED,		/* it ended, and something was wrong */
	C_MORE_FAULTS,
	C_SELECTABLE,		/* the track can be extracted */
	C_SELECTABLE_MORE,	/* and it is not the last that is left */
	C_REGISTERED,		/* tracks of another master already */
	C_CHOSEN,		/* any track was taken */
	C_UNCHOSEN,		/* any is left */
	C_MORE_TRACKS,
	C_MORE_PLACES,		/* digits of the quantity */
	C_MORE_DRIVES,
	C_COUNT,
};

enum action {
	A_NONE,
	/* about the panel itself */
	A_FIRST_HDD, A_NEXT_HDD, A_FIRST_STORED, A_NEXT_STORED,
	A_QUICK, A_FULL,
	A_FIRST_FAULT, A_NEXT_FAULT,
	A_FIRST_TRACK, A_ADD_TRACK, A_SKIP_TRACK, A_NEW_EXTRACTION,
	A_EDIT, A_NEXT_VALUE, A_EDIT_COUNT, A_DIGIT, A_PLACE,
	A_FIRST_DRIVE, A_NEXT_DRIVE,
	/* requests */
	A_USE_READER, A_USE_HDD, A_USE_HDD1,
	A_START, A_SIMULATE, A_REGISTER, A_REGISTER_OTHER, A_CLEAR, A_ERASE,
	A_ANALYZE, A_ANALYZED, A_EXTRACT, A_REGISTERED, A_CONTINUE, A_CANCEL, A_DISMISS,
	A_SAVE, A_SAVE_COUNT,
	A_COUNT,
};

/*
 * A screen.  Lines are text with fields: "%S" and so on, see field() in text.c; a
 * tab moves what follows it to the right end.  item: what S_VALUE edits from here.
 */
struct screen_row {
	const char *name;
	const char *line[2];
	int item;		/* enum panel_item or -1 */
};

/* From a screen by an event, when the condition holds; the first row that fits. */
struct edge_row {
	uint8_t from, event, condition, action, to;
};

extern const struct screen_row panel_screens[S_COUNT];
extern const struct edge_row panel_edges[];
extern const size_t panel_nr_edges;

/* Names for the drawing and for tests; constants. */
const char *panel_condition_name(unsigned int condition);
const char *panel_action_name(unsigned int action);

/* ---- The inside of a panel ------------------------------------------- */

struct panel {
	enum screen screen;
	uint64_t since_ms;		/* when this screen came up */
	unsigned int hdd;		/* cursor, 1 to 10 */
	unsigned int drive, fault;	/* cursors */
	bool full;
	int item, value;		/* S_VALUE */
	unsigned int digits[4], place;	/* S_DIGITS */
	unsigned int track;		/* cursor, from 0 */
	unsigned int master;		/* the how-manieth of an extraction, from 1 */
	bool tracks[PANEL_TRACKS];
	uint32_t frames;		/* taken from this master, and registered before */
	uint32_t frames_before;		/* registered from other masters */
	unsigned int count, count_before;	/* tracks, in the same way */
	bool registered;		/* HDD1 holds tracks of an earlier master */
	int came_from;			/* the screen that S_VALUE goes back to */
};

/* The track at the cursor is audio; it would be more than a disc takes. */
bool panel_track_audio(const struct panel *panel, const struct panel_engine *engine);
bool panel_track_over(const struct panel *panel, const struct panel_engine *engine);

bool panel_condition(const struct panel *panel, const struct panel_engine *engine,
		     enum condition condition);

/* Follows one edge, without those that follow from it.  False: there is none. */
bool panel_step_one(struct panel *panel, enum panel_key key, uint64_t now_ms,
		    const struct panel_engine *engine, struct panel_request *request);

/* One screen's lines, filled in. */
void panel_text(const struct panel *panel, uint64_t now_ms, const struct panel_engine *engine,
		struct panel_lines *lines);

/* Values of an item in the order in which NO shows them; the last is -1. */
const int *panel_values(int item);

/* A value in words: "COPY+V", "16x".  Returns buf. */
char *panel_value_text(int item, int value, char *buf, size_t size);

#endif
