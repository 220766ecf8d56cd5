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

/* Of an MC-8x00: two addresses of one mail slot */
#define CHANGER_MAIL		0x4000	/* opens after a move to it */
#define CHANGER_MAIL_SHUT	0x4001	/* is kept shut */

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
	bool by_hand;		/* mail slot: an operator laid its disc there */
};

/* Command sets: bits, for a command may belong to both */
enum {
	CHANGER_SET_MC = 1 << 0,	/* SCSI-2 and table 11 */
	CHANGER_SET_SMC3 = 1 << 1,
	CHANGER_SET_ALL = CHANGER_SET_MC | CHANGER_SET_SMC3,
};

struct changer_model {
	const char *name;	/* "MC-8600" */
	const char *vendor, *product, *revision;
	uint8_t set;
	uint8_t version;	/* as INQUIRY has it */
	bool trays;		/* discs lie on trays, and slots and mail slot are told by them */
	bool tags;		/* bar codes: primary volume tags */
	bool dvcid;		/* tells the identity of its drives */
	bool moves_slots;	/* from slot to slot */
	unsigned int slots, drives, mails, arms;	/* at most */
	bool moves_addresses;	/* MODE SELECT assigns them */
	uint16_t address[CHANGER_TYPES];		/* of the first element */
	/* seconds */
	double travel;		/* the arm, to any element */
	double grip;		/* takes a tray out of an element, or puts it in */
	double load, unload;	/* a drive's tray */
	double mail;		/* the mail slot opens or shuts */
	double flip;		/* turns a disc over */
	double home;		/* the arm finds its initial position */
	double inspect;		/* looks at one element */
	double print;		/* a label */
};

/* Unit attention conditions of an initiator, most important first. */
enum changer_attention {
	CHANGER_UA_RESET,	/* 29/00 */
	CHANGER_UA_READY,	/* 28/00 */
	CHANGER_UA_MAIL,	/* 28/01 */
	CHANGER_UA_PARAMETER,	/* 2A/00 */
	CHANGER_UA_MODE,	/* 2A/01 */
	CHANGER_UA_LOG,		/* 2A/02 */
	CHANGER_UA_CLEARED,	/* 2F/00 */
	CHANGER_UA_OPERATOR,	/* 5A/00 */
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
	double busy_until;	/* monotonic seconds; 0: does not print; infinite: data come */
	bool finish;
	bool off;		/* switched off */
	uint8_t empty;		/* enum sim_changer_ink */
	uint8_t runs_out;	/* these will be empty from out_at on */
	const struct changer_code *pending;	/* strikes at out_at */
	double out_at;
};

struct sim_changer {
	struct sim_device dev;	/* first: sim_device and sim_changer convert */
	const struct changer_model *model;
	unsigned int slots, drives, mails, arms;
	struct sim_device *drive[SIM_CHANGER_MAX_DRIVES];
	uint8_t drive_id[SIM_CHANGER_MAX_DRIVES];
	const struct sim_changer_drive_ops *drive_ops;
	char *state_path, *state_new;	/* NULL: not kept */
	double time_scale;
	bool printer_fitted, can_flip, tags, dvcid;

	pthread_mutex_t turn;
	pthread_mutex_t lock;

	struct changer_element *element;	/* by type, then address */
	unsigned int elements;
	unsigned int first[CHANGER_TYPES], count[CHANGER_TYPES];
	uint16_t address[CHANGER_TYPES];	/* of the first of each type */
	bool mail_open;
	unsigned int arm;	/* the one that the command uses, from 0 */
	uint16_t arm_at[SIM_CHANGER_MAX_ARMS];	/* the element that it stands before */
	struct changer_printer printer;

	double busy_until;	/* initializing, monotonic seconds */
	double hand_seconds;	/* not ready for so long after a hand was in the magazines */
	bool immediate;		/* don't sleep, let busy_until grow instead */
	struct changer_initiator initiator[SIM_CHANGER_INITIATORS];
	struct changer_reservation reservation;
	struct changer_log log;
	uint64_t moves;
	unsigned int resets;	/* counts them: a command that ran meanwhile is gone */
	const struct changer_code *pending;	/* strikes at the next step it fits */
	const struct changer_code *answer;	/* of the next command it fits */
	const struct changer_code *condition;	/* stands in the way until it is cured */
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
/* The same without a reset: not ready until it is done. */
void changer_initialize(struct sim_changer *c);
/* A door was open: not ready for so many seconds from now on, not scaled. */
void changer_door(struct sim_changer *c, double seconds);
bool changer_removal_prevented(const struct sim_changer *c);
/* Data-in under an allocation length. */
void changer_reply(struct sim_cmd *cmd, const void *buf, size_t len, size_t allocation);

/* changer_elements.c: the elements and READ ELEMENT STATUS */
int changer_elements_init(struct sim_changer *c);
/* Other first addresses for all elements, by type; what holds what stays. */
void changer_assign_addresses(struct sim_changer *c, const uint16_t address[CHANGER_TYPES]);
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
/* A drive calls what it has by this name: is it the disc of this unit, by either side? */
bool changer_is_disc(const struct changer_unit *unit, const char *name);
changer_result changer_read_element_status(struct sim_changer *c, struct sim_cmd *cmd,
					   unsigned int initiator);
changer_result changer_init_elements(struct sim_changer *c, struct sim_cmd *cmd,
				     unsigned int initiator);
/* E7h of the MC-8x00, and 37h of SMC-3 */
changer_result changer_init_range(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator);
changer_result changer_init_with_range(struct sim_changer *c, struct sim_cmd *cmd,
				       unsigned int initiator);

/* changer_move.c, changer_home.c: what the arm does */
struct changer_move {
	struct changer_element *from, *to;
	bool invert;
	bool shut;	/* the mail slot was named by 4001h */
};

/* Which moves MOVE MEDIUM allows, bit 1 << type of the destination. */
uint8_t changer_moves_from(const struct sim_changer *c, enum changer_type type);
changer_result changer_do_move(struct sim_changer *c, const struct changer_move *move);
/* From the arm to an element, and what follows there */
changer_result changer_deliver(struct sim_changer *c, const struct changer_move *move);
/* The storage element that is reserved in memory for what an element holds, or NULL */
struct changer_element *changer_home_of(struct sim_changer *c, const struct changer_element *e);
changer_result changer_move_medium(struct sim_changer *c, struct sim_cmd *cmd,
				   unsigned int initiator);
changer_result changer_exchange(struct sim_changer *c, struct sim_cmd *cmd,
				unsigned int initiator);
changer_result changer_position(struct sim_changer *c, struct sim_cmd *cmd,
				unsigned int initiator);
changer_result changer_rezero(struct sim_changer *c, struct sim_cmd *cmd,
			      unsigned int initiator);
changer_result changer_self_test(struct sim_changer *c, struct sim_cmd *cmd,
				 unsigned int initiator);

/* changer_model.c: NULL when there is none */
const struct changer_model *changer_model(enum sim_changer_model model);

/* changer_codes.c, changer_fault.c: what was raised, and where it strikes */
/* Steps of a move, where a fault can strike. */
enum changer_step {
	CHANGER_STEP_CHECK,	/* a refusal */
	CHANGER_STEP_TRAVEL,	/* on its way to the source: nothing has happened */
	CHANGER_STEP_TAKE,
	CHANGER_STEP_FETCH,	/* the drive has given its disc, the arm has not got it */
	CHANGER_STEP_FLIP,
	CHANGER_STEP_PUT,
	CHANGER_STEP_LOAD,	/* the unit is before the drive, and the drive is to take it */
	CHANGER_STEP_SETTLE,	/* the unit is in its destination */
	CHANGER_STEP_OPEN,	/* of the mail slot, the unit is in it */
	CHANGER_STEPS,
};

/* What ends a condition */
enum changer_cure {
	CHANGER_CURE_RESET,
	CHANGER_CURE_TIME,
	CHANGER_CURE_INITIALIZE,	/* INITIALIZE ELEMENT STATUS */
	CHANGER_CURE_HAND,		/* sim_changer_attend() */
	CHANGER_CURE_REZERO,		/* REZERO UNIT; only moves are in trouble */
};

enum changer_group {
	CHANGER_TO_ANY,
	CHANGER_TO_MOVES,
	CHANGER_TO_MODES,
	CHANGER_TO_LOGS,
};

/* How a code comes about, and what arg means then */
enum changer_how {
	CHANGER_NOT_AT_ALL,	/* 00/00: nothing is wrong */
	CHANGER_AT_STEP,	/* enum changer_step */
	CHANGER_AS_ANSWER,	/* enum changer_group */
	CHANGER_AS_ATTENTION,	/* enum changer_attention */
	CHANGER_AS_CONDITION,	/* enum changer_cure */
	CHANGER_AT_PRINT,	/* 1: printing goes on */
	CHANGER_AT_ONCE,	/* of the printer */
};

struct changer_code {
	uint8_t asc, ascq, key;
	uint8_t how, arg;
	uint8_t types;		/* elements it strikes at, bits 1 << type */
	bool marks;		/* the element is abnormal then */
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

/* What was raised as the answer to this command, taken off; or NULL */
const struct changer_code *changer_take_answer(struct sim_changer *c, uint8_t opcode);

/* Does a condition stand in this command's way?  The command that cures it passes. */
changer_result changer_check_condition(struct sim_changer *c, const struct sim_cmd *cmd);

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
void changer_printer_raise(struct sim_changer *c, const struct changer_code *code);
/* It is there and would take a disc or give it */
bool changer_printer_ready(const struct sim_changer *c, const struct changer_element *e);
/* Reset condition */
void changer_printer_reset(struct sim_changer *c);
/* Does its error last when the disc has gone? */
bool changer_printer_keeps(const struct changer_element *e);
/* INITIALIZE ELEMENT STATUS looks at it */
void changer_printer_inspect(struct sim_changer *c);

/* changer_state.c */
/* Reads the state file if there is one.  -EINVAL: it can't be true. */
int changer_state_read(struct sim_changer *c, char *err, size_t errlen);
int changer_state_write(struct sim_changer *c, char *err, size_t errlen);
/* {n?, disc, tray, source? (a slot), inverted?} */
json_t *changer_unit_json(const struct sim_changer *c, const struct changer_unit *unit,
			  unsigned int n);

#endif
