/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A job: one thing that was asked for, in a thread of its own, with its own way to
 * the driver.  Everything here but job_create() and job_free() may be called from
 * any thread.
 */
#ifndef DISCMUX_DAEMON_JOB_H
#define DISCMUX_DAEMON_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "burn.h"
#include "images.h"
#include "panel.h"
#include "store.h"

struct core;

#define JOB_NAME	64
#define JOB_SLOTS	128
#define JOB_MAIL	"mail"
#define JOB_OUTSIDE	"program"	/* owner of a job that a program does itself */
#define JOB_RECORDERS	BURN_MAX_RECORDERS

/* A request for a job. */
struct job_spec {
	enum panel_work work;
	char source[256];	/* "reader", "reader:1", "HDD3", another image, "/a/file", or
				 * "mail": the disc in a library's mail slot */
	char slots[JOB_SLOTS];	/* with "mail": those with blanks, as slots_parse() has them */
	bool all;		/* every recorder that is free */
	uint32_t recorders;	/* else these, bit n for recorder n */
	unsigned int quantity;	/* good copies; 0: one for each disc that is in, once */
	double dvd_speed, cd_speed;	/* 0: the drive's choice */
	int session;		/* 0 as the master, 1 close, 2 leave open */
	bool isrc;
	bool force_image;	/* a file that contradicts itself is taken */
	char image[IMAGES_NAME_SIZE];	/* REGISTER, EXTRACT to; CLEAR */
	bool also_burn;		/* REGISTER: discs that are blank get a copy as well */
	bool eject;		/* ask for another master even if one is in */
	bool full;		/* ERASE */
	bool append;		/* EXTRACT */
	char master[64];	/* EXTRACT: the disc that was analyzed, "" any */
	bool tracks[PANEL_TRACKS];
	bool unattended;	/* goes on with the discs there are after wait_s */
	unsigned int wait_s;
	int again;		/* enum auto_again: with the master of the last run */
	bool keep;		/* discs stay in the drives */
	char owner[12];		/* "panel", "socket", "auto", JOB_OUTSIDE */
};

/* The defaults of a job of this kind. */
void job_spec_defaults(struct job_spec *spec, enum panel_work work);

/* "copy", "copy+verify", ...; and back, -1 for another word */
const char *job_work_name(enum panel_work work);
int job_work_find(const char *name);

/* To and from JSON; parsing says in err what is wrong with which key. */
json_t *job_spec_json(const struct job_spec *spec);
int job_spec_parse(const json_t *object, struct job_spec *spec, char *err, size_t errlen);

/* A program has asked for it, or does it: the panel does not show it. */
bool job_of_program(const struct job_spec *spec);

/* The unit of the reader that it reads, -1: none ("reader", "reader:1"). */
int job_reader(const struct job_spec *spec);

/* Whether a job that stops with this many good copies is taken up at the next start. */
bool job_goes_on(const struct job_spec *spec, unsigned int good);

/* How one disc of a job is. */
struct job_disc {
	unsigned int recorder;
	uint32_t member;
	char state[16];		/* as burn_state_name() */
	char disc[16];		/* as burn_disc_name() */
	char medium[16];
	uint64_t bytes, total;
	double rate;		/* bytes a second; 0: not known */
	long seconds_left;	/* of this state; -1: not known */
	char message[BURN_MESSAGE_LEN];
};

/* How a job is. */
struct job_status {
	int64_t id;
	struct job_spec spec;
	struct panel_job show;
	unsigned int round;
	size_t nr_discs;
	struct job_disc discs[JOB_RECORDERS];
	char message[BURN_MESSAGE_LEN];	/* what it does or waits for, or why it failed */
	int64_t created;
};

struct job;

/* A job that is in the database already under this id.  counts: discs of an
 * earlier life of it, or NULL. */
int job_create(struct core *core, int64_t id, const struct job_spec *spec,
	       const struct store_job *before, struct job **job);

int job_start(struct job *job);

/* A job that ended when the daemon did: only to be shown. */
void job_show_interrupted(struct job *job, const char *message);

/* What was wrong with a disc of an earlier life of the job. */
void job_old_fault(struct job *job, const struct panel_fault *fault);

void job_cancel(struct job *job);
void job_continue(struct job *job);
void job_get(struct job *job, struct job_status *status);
bool job_ended(struct job *job);
int64_t job_id(const struct job *job);

/* Asks a running job to stop without ending it in the database, as a stop of the
 * machine would, but in good order: what can go on goes on at the next start. */
void job_suspend(struct job *job);

/* Waits for its thread. */
void job_free(struct job *job);

#endif
