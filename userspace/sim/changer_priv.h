/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the virtual library share.  "3.7" and the like in comments
 * are sections of the MC-8100/8200/8600 SCSI Command Manual.
 *
 * Two locks, taken in this order:
 *   turn  held for the whole of a command: one at a time.
 *   lock  protects everything below it in struct sim_changer.  Commands run with
 *         it held, but let go of it while mechanics move and while a drive is
 *         called; an operator's hand and sim_changer_describe() come in then.
 *         The elements the arm works at are off limits for the hand (at_work).
 */
#ifndef DISCMUX_SIM_CHANGER_PRIV_H
#define DISCMUX_SIM_CHANGER_PRIV_H

#include <pthread.h>

#include "changer.h"

#define CHANGER_ARM		0x2000
#define CHANGER_FIRST_SLOT	0x0001
#define CHANGER_FIRST_DRIVE	0x3001
#define CHANGER_MAIL		0x4000	/* opens after a move to it */
#define CHANGER_MAIL_SHUT	0x4001	/* the same slot, kept shut */
#define CHANGER_PRINTER		0x5000

#define CHANGER_RAM_SIZE	0x10000	/* READ and WRITE BUFFER, buffer 1 */

/* Element type codes, table 31 */
enum changer_type {
	CHANGER_MT = 1,		/* medium transport */
	CHANGER_ST,		/* storage */
	CHANGER_IE,		/* import export */
	CHANGER_DT,		/* data transfer */
	CHANGER_LP,		/* label print */
	CHANGER_TYPES,
};

/*
 * How a command ended: 0 is GOOD, else sense key, ASC and ASCQ in one number, or
 * RESERVATION CONFLICT.
 */
typedef uint32_t changer_result;

#define CHANGER_SENSE(key, asc, ascq)	((changer_result)(key) << 16 | (asc) << 8 | (ascq))
#define CHANGER_CONFLICT		((changer_result)1 << 31)
#define CHANGER_BAD_CDB			CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x24, 0x00)
#define CHANGER_BAD_ELEMENT		CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x21, 0x01)

static inline uint8_t changer_key(changer_result r)
{
	return (r >> 16) & 0x0f;
}

static inline uint8_t changer_asc(changer_result r)
{
	return (r >> 8) & 0xff;
}

static inline uint8_t changer_ascq(changer_result r)
{
	return r & 0xff;
}

/* A tray, and the disc on it: what an element holds and a move carries. */
struct changer_unit {
	bool tray;
	bool inverted;		/* turned over since it came through the mail slot */
	uint16_t source;	/* the last storage element it was moved from, 0: none */
	char disc[SIM_CHANGER_NAME_SIZE];	/* "": no disc */
};

struct changer_element {
	struct changer_unit unit;
	uint16_t address;
	uint8_t type;		/* enum changer_type */
	uint8_t asc, ascq;	/* abnormal state (Except), 0/0: none */
	bool loose;		/* drive: its disc is in the bay, but was not taken */
	bool at_work;		/* the arm takes from it or puts to it */
};

struct changer_model {
	const char *name;	/* "MC-8600" */
	unsigned int slots, drives;
	/* seconds */
	double travel;		/* the arm, to any element */
	double grip;		/* takes a tray out of an element, or puts it in */
	double load, unload;	/* a drive's tray */
	double mail;		/* the mail slot opens or shuts */
	double flip;		/* turns a disc over */
	double home;		/* the arm finds its initial position */
	double inspect;		/* looks at one element */
};

/* Unit attention conditions of an initiator, most important first. */
enum changer_attention {
	CHANGER_UA_RESET,	/* 29/00 */
	CHANGER_UA_READY,	/* 28/00 */
	CHANGER_UA_MAIL,	/* 28/01 */
	CHANGER_UA_LOG,		/* 2A/02 */
	CHANGER_UA_REMOVAL,	/* 5A/01 */
	CHANGER_UA_COUNT,
};

struct changer_initiator {
	unsigned int attention;	/* bits 1 << enum changer_attention */
	bool saw_not_ready;
	bool prevents;
	changer_result sense;	/* of its last command, for REQUEST SENSE */
};

struct changer_reservation {
	bool active, third_party;
	uint8_t holder;		/* who may use the unit */
	uint8_t maker;		/* who may release it */
};

struct changer_log_command {
	uint8_t initiator;
	uint8_t cdb[12];
	uint8_t status;
	uint8_t key, asc, ascq;
};

#define CHANGER_LOG_DEPTH	8

/* Log pages 06h, 07h, 30h (4.1.3) */
struct changer_log {
	uint8_t error[CHANGER_LOG_DEPTH];	/* oldest first */
	unsigned int errors;
	struct changer_log_command command[CHANGER_LOG_DEPTH];
	unsigned int commands;
	uint16_t non_medium;
	uint32_t media_changes;
};

struct changer_printer {
	double busy_until;	/* monotonic seconds; 0: does not print */
	bool finish;
	uint8_t empty;		/* enum sim_changer_ink */
	uint8_t runs_out;	/* these will be empty from out_at on */
	double out_at;
};

struct sim_changer {
	struct sim_device dev;	/* first: sim_device and sim_changer convert */
	const struct changer_model *model;
	unsigned int slots, drives;
	struct sim_device *drive[SIM_CHANGER_MAX_DRIVES];
	uint8_t drive_id[SIM_CHANGER_MAX_DRIVES];
	const struct sim_changer_drive_ops *drive_ops;
	char *state_path, *state_new;	/* NULL: not kept */
	double time_scale;
	bool printer_fitted, can_flip;

	pthread_mutex_t turn;
	pthread_mutex_t lock;

	struct changer_element *element;	/* by type, then address */
	unsigned int elements;
	unsigned int first[CHANGER_TYPES], count[CHANGER_TYPES];
	bool mail_open;
	uint16_t arm_at;	/* the element the arm stands before */
	struct changer_printer printer;

	double busy_until;	/* initializing, monotonic seconds */
	bool immediate;		/* don't sleep, let busy_until grow instead */
	struct changer_initiator initiator[SIM_CHANGER_INITIATORS];
	struct changer_reservation reservation;
	struct changer_log log;
	uint64_t moves;
	const struct changer_fault *pending;	/* strikes at the next step it fits */
	uint8_t ram[CHANGER_RAM_SIZE];
};

static inline struct sim_changer *changer_of(struct sim_device *dev)
{
	return (struct sim_changer *)dev;
}

/* A command's function: lock held, fields checked by itself. */
typedef changer_result (*changer_command_fn)(struct sim_changer *c, struct sim_cmd *cmd,
					     unsigned int initiator);

/* changer.c */
/* Writes one line to err and returns -code. */
int changer_fail(char *err, size_t errlen, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
double changer_now(void);
/* Mechanics work for so many seconds of the model; lock is let go of. */
void changer_wait(struct sim_changer *c, double seconds);
/* A unit attention for all initiators but one (-1: for all). */
void changer_attention(struct sim_changer *c, enum changer_attention ua, int except);
/* Reset condition: attention, no locks, no reservation. */
void changer_reset(struct sim_changer *c);
/* The arm and the sensors look at everything, from now on. */
void changer_power_on(struct sim_changer *c);
bool changer_removal_prevented(const struct sim_changer *c);
/* Data-in under an allocation length. */
void changer_reply(struct sim_cmd *cmd, const void *buf, size_t len, size_t allocation);

/* changer_elements.c: the elements and READ ELEMENT STATUS */
int changer_elements_init(struct sim_changer *c);
/* NULL when there is none; both addresses of the mail slot are one element */
struct changer_element *changer_element_at(struct sim_changer *c, uint16_t address);
struct changer_element *changer_element_of(struct sim_changer *c, enum changer_type type,
					   unsigned int index);
static inline bool changer_has_disc(const struct changer_unit *unit)
{
	return unit->disc[0] != '\0';
}

/* The element that holds a disc of this name, or NULL */
const struct changer_element *changer_find_disc(const struct sim_changer *c, const char *disc);
bool changer_name_ok(const char *disc);
changer_result changer_read_element_status(struct sim_changer *c, struct sim_cmd *cmd,
					   unsigned int initiator);
changer_result changer_init_elements(struct sim_changer *c, struct sim_cmd *cmd,
				     unsigned int initiator);
changer_result changer_init_range(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator);

/* changer_move.c: what the arm does */
struct changer_move {
	struct changer_element *from, *to;
	bool invert;
	bool shut;	/* the mail slot was named by 4001h */
};

/* Which moves MOVE MEDIUM allows, bit 1 << type of the destination. */
uint8_t changer_moves_from(enum changer_type type);
changer_result changer_do_move(struct sim_changer *c, const struct changer_move *move);
changer_result changer_move_medium(struct sim_changer *c, struct sim_cmd *cmd,
				   unsigned int initiator);
changer_result changer_position(struct sim_changer *c, struct sim_cmd *cmd,
				unsigned int initiator);
changer_result changer_rezero(struct sim_changer *c, struct sim_cmd *cmd,
			      unsigned int initiator);
changer_result changer_self_test(struct sim_changer *c, struct sim_cmd *cmd,
				 unsigned int initiator);

/* changer_fault.c: mechanical faults */
/* Steps of a move, where a fault can strike. */
enum changer_step {
	CHANGER_STEP_TRAVEL,	/* on its way to the source: nothing has happened */
	CHANGER_STEP_TAKE,
	CHANGER_STEP_FLIP,
	CHANGER_STEP_PUT,
	CHANGER_STEP_SETTLE,	/* the unit is in its destination */
	CHANGER_STEP_OPEN,	/* of the mail slot, the unit is in it */
};

/*
 * The fault that was asked for, if this is the step where it strikes: e is the
 * element that the step concerns.  Then the step is not done, and the unit stays
 * where it is.  0: nothing happens.
 */
changer_result changer_strike(struct sim_changer *c, enum changer_step step,
			      struct changer_element *e);

/* Marks an element abnormal, logs the error, and is the result of the command. */
changer_result changer_mishap(struct sim_changer *c, struct changer_element *e,
			      uint8_t asc, uint8_t ascq);

/* changer_mode.c, changer_log.c, changer_unit.c: the other commands */
changer_result changer_mode_sense(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator);
changer_result changer_mode_select(struct sim_changer *c, struct sim_cmd *cmd,
				   unsigned int initiator);
changer_result changer_log_sense(struct sim_changer *c, struct sim_cmd *cmd,
				 unsigned int initiator);
changer_result changer_log_select(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator);
void changer_log_error(struct sim_changer *c, uint8_t code);
void changer_log_command(struct sim_changer *c, const struct sim_cmd *cmd,
			 unsigned int initiator, changer_result result);
changer_result changer_inquiry(struct sim_changer *c, struct sim_cmd *cmd,
			       unsigned int initiator);
changer_result changer_test_ready(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator);
changer_result changer_request_sense(struct sim_changer *c, struct sim_cmd *cmd,
				     unsigned int initiator);
changer_result changer_prevent(struct sim_changer *c, struct sim_cmd *cmd,
			       unsigned int initiator);
changer_result changer_reserve(struct sim_changer *c, struct sim_cmd *cmd,
			       unsigned int initiator);
changer_result changer_release(struct sim_changer *c, struct sim_cmd *cmd,
			       unsigned int initiator);
changer_result changer_read_buffer(struct sim_changer *c, struct sim_cmd *cmd,
				   unsigned int initiator);
changer_result changer_write_buffer(struct sim_changer *c, struct sim_cmd *cmd,
				    unsigned int initiator);
/* The pending unit attention to report, taken off; 0 if there is none */
changer_result changer_take_attention(struct sim_changer *c, unsigned int initiator);

/* changer_printer.c */
/* Time passes for the printer: call before looking at it. */
void changer_printer_tick(struct sim_changer *c);

/* changer_state.c */
/* Reads the state file if there is one.  -EINVAL: it can't be true. */
int changer_state_read(struct sim_changer *c, char *err, size_t errlen);
int changer_state_write(struct sim_changer *c, char *err, size_t errlen);
/* {n?, disc, tray, source?, inverted?} */
json_t *changer_unit_json(const struct changer_unit *unit, unsigned int n);

#endif
