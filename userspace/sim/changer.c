// SPDX-License-Identifier: GPL-2.0
/* The virtual library: its life, and the way of a command through it. */
#define _GNU_SOURCE	/* asprintf */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "changer_priv.h"

/* When a command is answered though something stands in its way */
enum {
	NEEDS_READY = 1 << 0,
	DESPITE_ATTENTION = 1 << 1,
	DESPITE_RESERVATION = 1 << 2,	/* 3.14 */
};

static const struct changer_command {
	uint8_t opcode;
	uint8_t set;
	uint8_t flags;
	changer_command_fn fn;
} commands[] = {	/* table 11; SMC-3 */
	{ 0x00, CHANGER_SET_ALL, NEEDS_READY, changer_test_ready },
	{ 0x01, CHANGER_SET_MC, NEEDS_READY, changer_rezero },
	{ 0x03, CHANGER_SET_ALL, DESPITE_ATTENTION | DESPITE_RESERVATION, changer_request_sense },
	{ 0x07, CHANGER_SET_ALL, NEEDS_READY, changer_init_elements },
	{ 0x12, CHANGER_SET_ALL, DESPITE_ATTENTION | DESPITE_RESERVATION, changer_inquiry },
	{ 0x15, CHANGER_SET_ALL, 0, changer_mode_select },
	{ 0x16, CHANGER_SET_ALL, DESPITE_RESERVATION, changer_reserve },
	{ 0x17, CHANGER_SET_ALL, DESPITE_RESERVATION, changer_release },
	{ 0x1a, CHANGER_SET_ALL, 0, changer_mode_sense },
	{ 0x1d, CHANGER_SET_ALL, NEEDS_READY, changer_self_test },
	{ 0x1e, CHANGER_SET_ALL, DESPITE_RESERVATION, changer_prevent },
	{ 0x2b, CHANGER_SET_ALL, NEEDS_READY, changer_position },
	{ 0x37, CHANGER_SET_SMC3, NEEDS_READY, changer_init_with_range },
	{ 0x3b, CHANGER_SET_MC, 0, changer_write_buffer },
	{ 0x3c, CHANGER_SET_MC, 0, changer_read_buffer },
	{ 0x4c, CHANGER_SET_ALL, 0, changer_log_select },
	{ 0x4d, CHANGER_SET_ALL, 0, changer_log_sense },
	{ 0xa5, CHANGER_SET_ALL, NEEDS_READY, changer_move_medium },
	{ 0xa6, CHANGER_SET_SMC3, NEEDS_READY, changer_exchange },
	{ 0xb8, CHANGER_SET_ALL, NEEDS_READY, changer_read_element_status },
	{ 0xe7, CHANGER_SET_MC, NEEDS_READY, changer_init_range },
};

int changer_fail(char *err, size_t errlen, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (errlen)
		vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
	return -code;
}

double changer_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void changer_wait(struct sim_changer *c, double seconds)
{
	double end = seconds * c->time_scale;
	struct timespec ts;

	if (end <= 0)
		return;
	if (c->immediate) {
		c->busy_until += end;
		return;
	}
	pthread_mutex_unlock(&c->lock);
	end += changer_now();
	ts.tv_sec = (time_t)end;
	ts.tv_nsec = (long)((end - (double)ts.tv_sec) * 1e9);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
	pthread_mutex_lock(&c->lock);
}

void changer_attention(struct sim_changer *c, enum changer_attention ua, int except)
{
	int i;

	for (i = 0; i < SIM_CHANGER_INITIATORS; i++) {
		unsigned int *pending = &c->initiator[i].attention;

		if (i == except)
			continue;
		/* who has to hear of a reset will look at everything anew */
		if (ua == CHANGER_UA_RESET)
			*pending = 0;
		else if (*pending & 1u << CHANGER_UA_RESET)
			continue;
		*pending |= 1u << ua;
	}
}

void changer_reset(struct sim_changer *c)
{
	int i;

	for (i = 0; i < SIM_CHANGER_INITIATORS; i++) {
		c->initiator[i].prevents = false;
		c->initiator[i].saw_not_ready = false;
		c->initiator[i].sense = 0;
	}
	memset(&c->reservation, 0, sizeof(c->reservation));
	changer_printer_reset(c);
	if (c->condition && c->condition->arg == CHANGER_CURE_RESET)
		c->condition = NULL;
	c->resets++;
	changer_attention(c, CHANGER_UA_RESET, -1);
}

void changer_power_on(struct sim_changer *c)
{
	changer_reset(c);
	c->condition = NULL;
	changer_initialize(c);
}

void changer_initialize(struct sim_changer *c)
{
	c->busy_until = changer_now() +
		(c->model->home + c->model->inspect * c->elements) * c->time_scale;
}

void changer_door(struct sim_changer *c, double seconds)
{
	const double end = changer_now() + seconds;

	if (seconds > 0 && end > c->busy_until)
		c->busy_until = end;
}

bool changer_removal_prevented(const struct sim_changer *c)
{
	int i;

	for (i = 0; i < SIM_CHANGER_INITIATORS; i++)
		if (c->initiator[i].prevents)
			return true;
	return false;
}

void changer_reply(struct sim_cmd *cmd, const void *buf, size_t len, size_t allocation)
{
	sim_cmd_put(cmd, buf, len < allocation ? len : allocation);
}

static const struct changer_command *find_command(const struct sim_changer *c, uint8_t opcode)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].opcode == opcode && commands[i].set & c->model->set)
			return &commands[i];
	return NULL;
}

/* 3.14: an initiator may stop preventing removal though the unit is another's. */
static bool reserved_against(const struct sim_changer *c, const struct changer_command *command,
			     const struct sim_cmd *cmd, unsigned int initiator)
{
	if (!c->reservation.active || c->reservation.holder == initiator)
		return false;
	if (command->opcode == 0x1e && cmd->cdb[4] & 1)
		return true;
	return !(command->flags & DESPITE_RESERVATION);
}

static changer_result check_ready(struct sim_changer *c, struct changer_initiator *who,
				  const struct sim_cmd *cmd)
{
	changer_result result = 0;

	if (changer_now() < c->busy_until)
		result = CHANGER_SENSE(SIM_NOT_READY, 0x04, 0x01);
	if (!result)
		result = changer_check_condition(c, cmd);
	if (changer_key(result) == SIM_NOT_READY)
		who->saw_not_ready = true;
	return result;
}

static bool is_ready(const struct sim_changer *c)
{
	return changer_now() >= c->busy_until &&
		!(c->condition && c->condition->key == SIM_NOT_READY);
}

/* What somebody wants to be answered comes first, unless the command is done all the same. */
static changer_result carry_out(struct sim_changer *c, const struct changer_command *command,
				struct sim_cmd *cmd, unsigned int initiator)
{
	const struct changer_code *code = NULL;
	changer_result result = 0, raised = 0;

	if (!(command->flags & DESPITE_ATTENTION))
		code = changer_take_answer(c, command->opcode);
	if (code)
		raised = CHANGER_SENSE(code->key, code->asc, code->ascq);
	if (!code || code->key == SIM_RECOVERED_ERROR)
		result = command->fn(c, cmd, initiator);
	return result ? result : raised;
}

/* The last byte of a CDB, table 10 */
static uint8_t control_byte(const struct sim_cmd *cmd)
{
	static const uint8_t last[] = { 5, 9, 9, 0, 0, 11, 9, 9 };	/* by group code */

	return cmd->cdb[last[cmd->cdb[0] >> 5]];
}

/* The MC-8x00 link commands (2.2), without the message that the flag asks for (2.3). */
static bool is_linked(const struct sim_changer *c, const struct sim_cmd *cmd)
{
	return c->model->set & CHANGER_SET_MC && control_byte(cmd) & 1;
}

static bool has_flag(const struct sim_changer *c, const struct sim_cmd *cmd)
{
	return c->model->set & CHANGER_SET_MC && control_byte(cmd) & 2;
}

static changer_result run_command(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator)
{
	const struct changer_command *command = find_command(c, cmd->cdb[0]);
	struct changer_initiator *who = &c->initiator[initiator];
	changer_result result = 0;

	if (!command)
		return CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x20, 0x00);
	if (reserved_against(c, command, cmd, initiator))
		return CHANGER_CONFLICT;
	if (has_flag(c, cmd))
		return CHANGER_BAD_CDB;
	if (who->saw_not_ready && is_ready(c)) {
		who->saw_not_ready = false;
		who->attention |= 1u << CHANGER_UA_READY;
	}
	if (!(command->flags & DESPITE_ATTENTION))
		result = changer_take_attention(c, initiator);
	if (!result && command->flags & NEEDS_READY)
		result = check_ready(c, who, cmd);
	return result ? result : carry_out(c, command, cmd, initiator);
}

void sim_changer_execute_from(struct sim_device *dev, unsigned int initiator, struct sim_cmd *cmd)
{
	struct sim_changer *c = changer_of(dev);
	changer_result result;
	unsigned int resets;

	initiator %= SIM_CHANGER_INITIATORS;
	if (pthread_mutex_trylock(&c->turn)) {	/* it works for another, and queues nothing */
		cmd->status = SIM_BUSY;
		return;
	}
	pthread_mutex_lock(&c->lock);
	resets = c->resets;
	/* 3.13: kept until it is asked for, or until the next command */
	if (cmd->cdb[0] != 0x03)
		c->initiator[initiator].sense = 0;
	result = run_command(c, cmd, initiator);
	if (!result && is_linked(c, cmd))
		cmd->status = SIM_INTERMEDIATE;
	if (c->resets != resets && cmd->cdb[0] != 0x01) {
		/* a reset meanwhile: what it did is done, but nobody is told any more */
		cmd->status = SIM_TASK_ABORTED;
	} else if (result == CHANGER_CONFLICT) {
		cmd->status = SIM_RESERVATION_CONFLICT;
	} else if (result) {
		c->initiator[initiator].sense = result;
		sim_cmd_sense(cmd, changer_key(result), changer_asc(result),
			      changer_ascq(result));
	}
	changer_log_command(c, cmd, initiator, result);
	pthread_mutex_unlock(&c->lock);
	pthread_mutex_unlock(&c->turn);
}

static void execute(struct sim_device *dev, struct sim_cmd *cmd)
{
	sim_changer_execute_from(dev, SIM_CHANGER_HOST_ID, cmd);
}

static bool time_scale_ok(double scale)
{
	return scale >= 0 && scale <= 1000;	/* what is not a number is not */
}

int sim_changer_set_time_scale(struct sim_device *dev, double scale)
{
	struct sim_changer *c = changer_of(dev);

	if (!time_scale_ok(scale))
		return -EINVAL;
	pthread_mutex_lock(&c->lock);
	c->time_scale = scale;
	pthread_mutex_unlock(&c->lock);
	return 0;
}

/*
 * A move that is under way ends first (it holds no lock while it waits, and its
 * mechanics don't look at what is reset here); initialization goes on.
 */
static void reset(struct sim_device *dev)
{
	struct sim_changer *c = changer_of(dev);

	pthread_mutex_lock(&c->lock);
	changer_reset(c);
	pthread_mutex_unlock(&c->lock);
}

static unsigned int activity(struct sim_device *dev, const uint8_t *cdb)
{
	static const uint8_t moves[] = { 0x01, 0x07, 0x1d, 0x2b, 0x37, 0xa5, 0xa6, 0xe7 };
	struct sim_changer *c = changer_of(dev);
	unsigned int result = memchr(moves, cdb[0], sizeof(moves)) ? SIM_MOVES : 0;

	pthread_mutex_lock(&c->lock);
	if (changer_now() < c->busy_until)
		result |= SIM_INITIALIZES;
	pthread_mutex_unlock(&c->lock);
	return result;
}

static bool set(struct sim_device *dev, enum sim_setting what, uint32_t ms)
{
	struct sim_changer *c = changer_of(dev);

	if (what != SIM_SET_READY)
		return false;
	pthread_mutex_lock(&c->lock);
	c->hand_seconds = ms / 1e3;
	pthread_mutex_unlock(&c->lock);
	return true;
}

static void destroy(struct sim_device *dev)
{
	struct sim_changer *c = changer_of(dev);

	pthread_mutex_destroy(&c->turn);
	pthread_mutex_destroy(&c->lock);
	free(c->state_path);
	free(c->state_new);
	free(c->element);
	free(c);
}

static const struct sim_device_ops ops = {
	.execute = execute,
	.reset = reset,
	.activity = activity,
	.set = set,
	.destroy = destroy,
};

static int check_count(const struct changer_model *model, const char *what, unsigned int n,
		       unsigned int most, char *err, size_t errlen)
{
	if (n <= most)
		return 0;
	return changer_fail(err, errlen, EINVAL, "%s takes at most %u %s, not %u", model->name,
			    most, what, n);
}

static int check_config(const struct sim_changer_config *config, char *err, size_t errlen)
{
	const struct changer_model *model = changer_model(config->model);
	unsigned int i;

	if (!model)
		return changer_fail(err, errlen, EINVAL, "no such library model: %d",
				    (int)config->model);
	if (check_count(model, "drives", config->drives, model->drives, err, errlen) ||
	    check_count(model, "slots", config->slots, model->slots, err, errlen) ||
	    check_count(model, "mail slots", config->mails, model->mails, err, errlen) ||
	    check_count(model, "arms", config->arms, model->arms, err, errlen))
		return -EINVAL;
	if (config->printer && !model->address[CHANGER_LP])
		return changer_fail(err, errlen, EINVAL, "%s has no label printer", model->name);
	if (config->drives && !config->drive_ops)
		return changer_fail(err, errlen, EINVAL, "drives but no way to load them");
	for (i = 0; i < config->drives; i++)
		if (!config->drive[i])
			return changer_fail(err, errlen, EINVAL, "drive %u is missing", i + 1);
	if (!time_scale_ok(config->time_scale))
		return changer_fail(err, errlen, EINVAL,
				    "time scale %g: give 0 (no waiting) to 1000",
				    config->time_scale);
	return 0;
}

static void set_identity(struct sim_changer *c, const struct sim_changer_config *config)
{
	struct sim_identity *id = &c->dev.identity;

	*id = config->identity;
	if (!id->vendor[0])
		snprintf(id->vendor, sizeof(id->vendor), "%s", c->model->vendor);
	if (!id->product[0])
		snprintf(id->product, sizeof(id->product), "%s", c->model->product);
	if (!id->revision[0])
		snprintf(id->revision, sizeof(id->revision), "%s", c->model->revision);
	snprintf(c->dev.name, sizeof(c->dev.name), "%s",
		 config->name[0] ? config->name : "changer");
}

static int configure(struct sim_changer *c, const struct sim_changer_config *config,
		     char *err, size_t errlen)
{
	c->model = changer_model(config->model);
	c->dev.ops = &ops;
	c->dev.type = 0x08;
	c->dev.scsi2 = c->model->version == 2;
	set_identity(c, config);
	c->slots = config->slots ? config->slots : c->model->slots;
	c->drives = config->drives;
	c->mails = config->mails ? config->mails : 1;
	c->arms = config->arms ? config->arms : 1;
	memcpy(c->drive, config->drive, sizeof(c->drive));
	memcpy(c->drive_id, config->drive_id, sizeof(c->drive_id));
	c->drive_ops = config->drive_ops;
	c->time_scale = config->time_scale;
	c->printer_fitted = config->printer;
	c->can_flip = !config->no_flip;
	c->tags = c->model->tags && !config->no_tags;
	c->dvcid = c->model->dvcid && !config->no_dvcid;
	if (config->state_path) {
		c->state_path = strdup(config->state_path);
		if (!c->state_path || asprintf(&c->state_new, "%s.new", config->state_path) < 0) {
			c->state_new = NULL;
			return changer_fail(err, errlen, ENOMEM, "out of memory");
		}
	}
	if (changer_elements_init(c))
		return changer_fail(err, errlen, ENOMEM, "out of memory");
	return 0;
}

/*
 * What lay in a drive when the library was switched off is in it again.  A disc that
 * its drive does not take any more lies before it: the arm can fetch it.
 */
static void load_drives(struct sim_changer *c)
{
	unsigned int i;

	for (i = 0; i < c->drives; i++) {
		struct changer_element *e = changer_element_of(c, CHANGER_DT, i);

		if (!changer_has_disc(&e->unit))
			continue;
		e->loose = c->drive_ops->load(c->drive[i], e->unit.disc, e->unit.inverted) != 0;
		if (e->loose)
			changer_mishap(c, e, 0x80, 0x62);
	}
}

struct sim_device *sim_changer_create(const struct sim_changer_config *config,
				      char *err, size_t errlen)
{
	struct sim_changer *c;

	if (check_config(config, err, errlen))
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c) {
		changer_fail(err, errlen, ENOMEM, "out of memory");
		return NULL;
	}
	pthread_mutex_init(&c->turn, NULL);
	pthread_mutex_init(&c->lock, NULL);
	if (configure(c, config, err, errlen) || changer_state_read(c, err, errlen) ||
	    changer_state_write(c, err, errlen)) {
		destroy(&c->dev);
		return NULL;
	}
	load_drives(c);
	changer_power_on(c);
	return &c->dev;
}
