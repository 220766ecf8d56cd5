// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the SCSI bus: every row of the chapters on messages of an autoloader
 * and of a drive, and of the library's table 1, at every phase.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bus.h"
#include "changer_rig.h"
#include "csv.h"
#include "fault.h"
#include "sim_harness.h"

/*
 * What becomes of a command, a letter for each phase from selection to complete:
 *   .  it goes on          n  answered with the same, goes on
 *   m  MESSAGE REJECT, goes on
 *   r  MESSAGE REJECT and BUS FREE
 *   c  CHECK CONDITION     d  RESTORE POINTERS and the phase again
 *   g  the message again   a  ends when nothing moves any more, then BUS FREE
 *   R  reset               f  BUS FREE
 * Phases: selection identify command init data move status message-in complete
 */
static const struct row {
	const char *name;
	enum bus_target target;
	uint16_t code, rejects;
	const char *does;
} rows[] = {
	/* autoloader, and the library by it */
	{ "05h INITIATOR DETECTED ERROR", BUS_AUTOLOADER, 0x05, 0, "fcccccccf" },
	{ "06h ABORT", BUS_AUTOLOADER, 0x06, 0, "aaaaaaaaf" },
	{ "07h MESSAGE REJECT", BUS_AUTOLOADER, 0x07, 0, "fccccccrr" },
	{ "08h NO OPERATION", BUS_AUTOLOADER, 0x08, 0, "f........" },
	{ "09h MESSAGE PARITY ERROR", BUS_AUTOLOADER, 0x09, 0, "fcccccccf" },
	{ "0Ch BUS DEVICE RESET", BUS_AUTOLOADER, 0x0c, 0, "RRRRRRRRR" },
	{ "80h IDENTIFY", BUS_AUTOLOADER, 0x80, 0, ".rrrrrrrr" },
	{ "C0h IDENTIFY with DiscPriv", BUS_AUTOLOADER, 0xc0, 0, ".rrrrrrrr" },
	{ "81h IDENTIFY of another unit", BUS_AUTOLOADER, 0x81, 0, "crrrrrrrr" },
	{ "A0h IDENTIFY with reserved bits", BUS_AUTOLOADER, 0xa0, 0, "crrrrrrrr" },
	{ "01h EXTENDED MESSAGE", BUS_AUTOLOADER, 0x01, 0, "fmmmmmmmm" },
	{ "synchronous transfer", BUS_AUTOLOADER, BUS_SDTR, 0, "fnnnnnnnm" },
	{ "wide transfer", BUS_AUTOLOADER, BUS_WDTR, 0, "fnnnnnnnm" },
	{ "00h COMMAND COMPLETE is the target's", BUS_AUTOLOADER, 0x00, 0, "fmmmmmmmm" },
	{ "02h SAVE DATA POINTERS is the target's", BUS_AUTOLOADER, 0x02, 0, "fmmmmmmmm" },
	{ "03h RESTORE POINTERS is the target's", BUS_AUTOLOADER, 0x03, 0, "fmmmmmmmm" },
	{ "04h DISCONNECT is the target's", BUS_AUTOLOADER, 0x04, 0, "fmmmmmmmm" },
	{ "0Ah LINKED COMMAND COMPLETE is the target's", BUS_AUTOLOADER, 0x0a, 0, "fmmmmmmmm" },
	{ "23h IGNORE WIDE RESIDUE is the target's", BUS_AUTOLOADER, 0x23, 0, "fmmmmmmmm" },
	/* the library of 2.2 has neither */
	{ "2.2 no synchronous transfer", BUS_LIBRARY, BUS_SDTR, 0, "fmmmmmmmm" },
	{ "2.2 no wide transfer", BUS_LIBRARY, BUS_WDTR, 0, "fmmmmmmmm" },
	{ "2.3 INITIATOR DETECTED ERROR", BUS_LIBRARY, 0x05, 0, "fcccccccf" },
	{ "2.3 ABORT", BUS_LIBRARY, 0x06, 0, "aaaaaaaaf" },
	{ "2.3 MESSAGE REJECT", BUS_LIBRARY, 0x07, 0, "fccccccrr" },
	{ "2.3 NO OPERATION", BUS_LIBRARY, 0x08, 0, "f........" },
	{ "2.3 MESSAGE PARITY ERROR", BUS_LIBRARY, 0x09, 0, "fcccccccf" },
	{ "2.3 BUS DEVICE RESET", BUS_LIBRARY, 0x0c, 0, "RRRRRRRRR" },
	{ "2.3 IDENTIFY", BUS_LIBRARY, 0x80, 0, ".rrrrrrrr" },
	/* drive */
	{ "05h INITIATOR DETECTED ERROR", BUS_DRIVE, 0x05, 0, "ffdfdfdgf" },
	{ "06h ABORT", BUS_DRIVE, 0x06, 0, "aaaaaaaaf" },
	{ "07h MESSAGE REJECT", BUS_DRIVE, 0x07, 0, "fffffffaf" },
	{ "07h MESSAGE REJECT of DISCONNECT", BUS_DRIVE, 0x07, 0x04, "fffffff.f" },
	{ "07h MESSAGE REJECT of SDTR", BUS_DRIVE, 0x07, BUS_SDTR, "fffffff.f" },
	{ "07h MESSAGE REJECT of WDTR", BUS_DRIVE, 0x07, BUS_WDTR, "fffffff.f" },
	{ "07h MESSAGE REJECT of RESTORE POINTERS", BUS_DRIVE, 0x07, 0x03, "fffffffcf" },
	{ "07h MESSAGE REJECT of SAVE DATA POINTERS", BUS_DRIVE, 0x07, 0x02, "fffffffaf" },
	{ "08h NO OPERATION", BUS_DRIVE, 0x08, 0, "f........" },
	{ "09h MESSAGE PARITY ERROR", BUS_DRIVE, 0x09, 0, "fffffffgf" },
	{ "0Ch BUS DEVICE RESET", BUS_DRIVE, 0x0c, 0, "RRRRRRRRR" },
	{ "80h IDENTIFY", BUS_DRIVE, 0x80, 0, ".rrrrrrrr" },
	{ "A0h IDENTIFY with LUNTAR", BUS_DRIVE, 0xa0, 0, "rrrrrrrrr" },
	{ "81h IDENTIFY of another unit", BUS_DRIVE, 0x81, 0, "crrrrrrrr" },
	{ "01h EXTENDED MESSAGE", BUS_DRIVE, 0x01, 0, "fmmmmmmmm" },
	{ "synchronous transfer", BUS_DRIVE, BUS_SDTR, 0, "fnnnnnnnm" },
	{ "wide transfer", BUS_DRIVE, BUS_WDTR, 0, "fnnnnnnnm" },
	{ "02h SAVE DATA POINTERS is the drive's", BUS_DRIVE, 0x02, 0, "fmmmmmmmm" },
	{ "03h RESTORE POINTERS is the drive's", BUS_DRIVE, 0x03, 0, "fmmmmmmmm" },
	{ "a message of no meaning", BUS_DRIVE, 0x7f, 0, "fmmmmmmmm" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static char letter(enum bus_reaction reaction)
{
	static const char letters[] = {
		[BUS_GOES_ON] = '.', [BUS_AGREES] = 'n', [BUS_REFUSES] = 'm', [BUS_REJECTS] = 'r',
		[BUS_CHECKS] = 'c', [BUS_RETRIES] = 'd', [BUS_REPEATS] = 'g', [BUS_ENDS] = 'a',
		[BUS_RESETS] = 'R', [BUS_FREES] = 'f',
	};

	return letters[reaction];
}

static void every_row_at_every_phase(void **state)
{
	const struct row *row = *state;
	unsigned int phase;

	for (phase = 0; phase < BUS_PHASES; phase++) {
		const struct bus_message m = {
			.code = row->code, .rejects = row->rejects, .phase = phase,
		};
		struct bus_answer answer = bus_rule(row->target, &m);

		if (letter(answer.reaction) != row->does[phase])
			fail_msg("at %s: %c, not %c", bus_phase_name(phase),
				 letter(answer.reaction), row->does[phase]);
		if (answer.reaction == BUS_CHECKS && phase != BUS_AT_SELECTION)
			assert_int_equal(answer.key, SIM_ABORTED_COMMAND);
	}
}

/* Every message of the manuals' table is in a row here, for each that documents it. */
static void no_message_is_left_out(void **state)
{
	size_t count, i, j;
	struct csv_row *table = csv_read("messages", &count);

	(void)state;
	for (i = 0; i < count; i++) {
		unsigned int code = !strcmp(table[i].field[0], "80+") ? 0x80 :
			csv_hex(table[i].field[0]);
		const char *source = table[i].field[3];
		unsigned int wanted = !strcmp(source, "drive") ? BUS_DRIVE :
			!strcmp(source, "both") ? BUS_DRIVE | BUS_AUTOLOADER : BUS_AUTOLOADER;

		for (j = 0; j < ROWS; j++)
			if (rows[j].code == code)
				wanted &= ~(unsigned int)rows[j].target;
		if (wanted)
			fail_msg("no row for %s (%s)", table[i].field[1], source);
	}
	free(table);
}

/* --- on a library ------------------------------------------------------------------------ */

struct at_rig {
	struct rig *r;
	struct sim_faults *faults;
};

static int library_setup(void **state)
{
	struct at_rig *a = malloc(sizeof(*a));

	assert_non_null(a);
	a->r = rig_make();
	a->faults = sim_faults_new();
	assert_non_null(a->faults);
	*state = a;
	return 0;
}

static int library_teardown(void **state)
{
	struct at_rig *a = *state;

	sim_faults_free(a->faults);
	rig_free(a->r);
	free(a);
	return 0;
}

static void inject(struct sim_faults *faults, const char *text)
{
	char copy[128], err[256], *save = NULL;
	const char *words[16];
	struct sim_fault fault;
	size_t n = 0;

	sim_faults_clear(faults, 0);
	snprintf(copy, sizeof(copy), "message %s", text);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	if (sim_fault_parse(words, n, &fault, err, sizeof(err)))
		fail_msg("%s", err);
	assert_true(sim_faults_add(faults, &fault) > 0);
}

static void bus_was(struct sim_faults *faults, const char *expected)
{
	json_t *list = sim_faults_describe(faults);
	const char *trace = json_string_value(json_object_get(json_array_get(list, 0), "bus"));

	assert_non_null(trace);
	assert_string_equal(trace, expected);
	json_decref(list);
}

static uint32_t result_of(const struct sim_cmd *cmd)
{
	if (cmd->status == SIM_TASK_ABORTED)
		return ABORTED;
	if (cmd->status != SIM_CHECK_CONDITION)
		return cmd->status;
	return SENSE(cmd->sense[2] & 0xf, cmd->sense[12], cmd->sense[13]);
}

static uint32_t library_run(struct at_rig *a, const uint8_t *cdb, size_t len, size_t room)
{
	uint8_t padded[16] = { 0 };
	struct iovec iov = { .iov_base = a->r->data, .iov_len = room };
	struct sim_cmd cmd = { .cdb = padded, .iov = &iov, .iov_count = 1, .data_len = room };

	memcpy(padded, cdb, len);
	sim_device_execute(a->r->dev, a->faults, &cmd);
	a->r->cmd.done = cmd.done;
	return result_of(&cmd);
}

#define LIBRARY(a, room, ...) \
	library_run(a, (const uint8_t[]){ __VA_ARGS__ }, \
		    sizeof((const uint8_t[]){ __VA_ARGS__ }), room)
#define MOVE_1_TO_DRIVE	0xa5, 0, 0x20, 0, 0, 1, 0x30, 1, 0, 0, 0, 0
#define MOVE_WORDS	"IDENTIFY, COMMAND, DISCONNECT, IDENTIFY"

static void s2_3_abort_lets_a_move_finish(void **state)
{
	struct at_rig *a = *state;

	inject(a->faults, "abort at move op a5");
	assert_int_equal(LIBRARY(a, 0, MOVE_1_TO_DRIVE), ABORTED);
	bus_was(a->faults, MOVE_WORDS ", [ABORT], BUS FREE");
	rig_holds(a->r, DRIVE1, "d1", true);
	assert_int_equal(rig_ready(a->r), 0);
	/* once: the next is not touched */
	assert_int_equal(rig_move(a->r, DRIVE1, 1), 0);
}

static void s2_3_abort_before_a_move_begins(void **state)
{
	struct at_rig *a = *state;

	inject(a->faults, "abort at command op a5");
	assert_int_equal(LIBRARY(a, 0, MOVE_1_TO_DRIVE), ABORTED);
	bus_was(a->faults, "IDENTIFY, COMMAND, [ABORT], BUS FREE");
	rig_holds(a->r, 1, "d1", true);
}

static void s2_3_reset_lets_a_move_finish_and_all_hear_of_it(void **state)
{
	struct at_rig *a = *state;

	assert_int_equal(RUN(a->r, 0x16, 0, 0, 0, 0, 0), 0);
	assert_int_equal(RUN(a->r, 0x1e, 0, 0, 0, 1, 0), 0);
	for (unsigned int i = 0; i < 3; i++)
		RUN_FROM(a->r, i, 0x03, 0, 0, 0, 18, 0);
	inject(a->faults, "bus-device-reset at move op a5");
	assert_int_equal(LIBRARY(a, 0, MOVE_1_TO_DRIVE), ABORTED);
	bus_was(a->faults, MOVE_WORDS ", [BUS DEVICE RESET], BUS FREE");
	rig_holds(a->r, DRIVE1, "d1", true);
	/* every initiator, and reservation and prevention are gone; it is ready at once */
	for (unsigned int i = 0; i < SIM_CHANGER_INITIATORS; i++) {
		assert_int_equal(RUN_FROM(a->r, i, 0x00, 0, 0, 0, 0, 0), SENSE(6, 0x29, 0x00));
		assert_int_equal(RUN_FROM(a->r, i, 0x00, 0, 0, 0, 0, 0), 0);
	}
	assert_int_equal(sim_changer_mail_open(a->r->dev, a->r->err, sizeof(a->r->err)), 0);
}

static void s2_3_check_conditions_of_the_autoloader(void **state)
{
	static const struct {
		const char *message;
		uint32_t sense;
	} checks[] = {
		{ "initiator-detected-error", SENSE(0xb, 0x48, 0x00) },
		{ "message-parity-error", SENSE(0xb, 0x43, 0x00) },
		{ "message-reject", SENSE(0xb, 0x43, 0x00) },
	};
	static const char *const phases[] = { "identify", "command", "data", "status" };
	struct at_rig *a = *state;
	char text[80];

	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 4; j++) {
			snprintf(text, sizeof(text), "%s at %s", checks[i].message, phases[j]);
			inject(a->faults, text);
			assert_int_equal(LIBRARY(a, 36, 0x12, 0, 0, 0, 36, 0), checks[i].sense);
		}
		snprintf(text, sizeof(text), "%s at move", checks[i].message);
		inject(a->faults, text);
		assert_int_equal(LIBRARY(a, 0, 0x2b, 0, 0x20, 0, 0, 8, 0, 0, 0, 0),
				 checks[i].sense);
	}
	bus_was(a->faults, MOVE_WORDS ", [MESSAGE REJECT], STATUS 02, COMMAND COMPLETE, BUS FREE");
	/* the library says it again (3.13) */
	assert_int_equal(rig_ready(a->r), 0);
}

static void s2_3_illegal_after_message_in(void **state)
{
	struct at_rig *a = *state;

	inject(a->faults, "message-reject at message-in");
	assert_int_equal(LIBRARY(a, 0, 0x00, 0, 0, 0, 0, 0), ABORTED);
	bus_was(a->faults, "IDENTIFY, COMMAND, STATUS 00, COMMAND COMPLETE, [MESSAGE REJECT], "
		"MESSAGE REJECT, BUS FREE");
	inject(a->faults, "message-reject at complete");
	assert_int_equal(LIBRARY(a, 0, 0x00, 0, 0, 0, 0, 0), 0);
}

static void s2_3_no_operation_changes_nothing(void **state)
{
	static const char *const phases[] = {
		"identify", "command", "data", "move", "status", "message-in", "complete",
	};
	struct at_rig *a = *state;
	char text[80];

	for (size_t i = 0; i < 7; i++) {
		snprintf(text, sizeof(text), "no-operation at %s", phases[i]);
		inject(a->faults, text);
		assert_int_equal(LIBRARY(a, 18, 0x03, 0, 0, 0, 18, 0), 0);
		assert_int_equal(a->r->cmd.done, 18);
		assert_int_equal(LIBRARY(a, 0, 0x2b, 0, 0x20, 0, 0, 8, 0, 0, 0, 0), 0);
	}
}

static void s2_3_identify_of_another_unit_and_bad_bits(void **state)
{
	struct at_rig *a = *state;

	inject(a->faults, "c0 at selection");
	assert_int_equal(LIBRARY(a, 0, 0x00, 0, 0, 0, 0, 0), 0);
	inject(a->faults, "81 at selection");
	assert_int_equal(LIBRARY(a, 0, 0x00, 0, 0, 0, 0, 0), SENSE(5, 0x25, 0x00));
	inject(a->faults, "a0 at selection");
	assert_int_equal(LIBRARY(a, 0, 0x00, 0, 0, 0, 0, 0), SENSE(0xb, 0x3d, 0x00));
	inject(a->faults, "identify at data");
	assert_int_equal(LIBRARY(a, 36, 0x12, 0, 0, 0, 36, 0), ABORTED);
	bus_was(a->faults, "IDENTIFY, COMMAND, DATA IN, [IDENTIFY], MESSAGE REJECT, BUS FREE");
}

static void s2_3_disconnect_privilege(void **state)
{
	struct at_rig *a = *state;

	inject(a->faults, "c0 at selection");
	assert_int_equal(LIBRARY(a, 0, 0x2b, 0, 0x20, 0, 0, 8, 0, 0, 0, 0), 0);
	bus_was(a->faults, "[C0], COMMAND, DISCONNECT, IDENTIFY, STATUS 00, COMMAND COMPLETE, "
		"BUS FREE");
	inject(a->faults, "80 at selection");
	assert_int_equal(LIBRARY(a, 0, 0x2b, 0, 0x20, 0, 0, 1, 0, 0, 0, 0), 0);
	bus_was(a->faults, "[IDENTIFY], COMMAND, STATUS 00, COMMAND COMPLETE, BUS FREE");
}

static void s2_2_linked_commands(void **state)
{
	struct at_rig *a = *state;

	assert_int_equal(RUN(a->r, 0x00, 0, 0, 0, 0, 1), LINKED);
	assert_int_equal(RUN(a->r, MOVE_1_TO_DRIVE), 0);
	assert_int_equal(RUN(a->r, 0xb8, 0, 0, 0, 0, 9, 0, 0, 0xff, 0xff, 0, 1), LINKED);
	/* a command that fails ends the chain */
	assert_int_equal(RUN(a->r, 0x4d, 0, 0x41, 0, 0, 0, 0, 0, 8, 1), SENSE(5, 0x24, 0x00));
	/* table 1 has no LINKED COMMAND COMPLETE (WITH FLAG) */
	assert_int_equal(RUN(a->r, 0x00, 0, 0, 0, 0, 3), SENSE(5, 0x24, 0x00));
	inject(a->faults, "no-operation at complete");
	assert_int_equal(LIBRARY(a, 0, 0x00, 0, 0, 0, 0, 1), SIM_INTERMEDIATE);
	bus_was(a->faults, "IDENTIFY, COMMAND, STATUS 10, LINKED COMMAND COMPLETE, "
		"[NO OPERATION], BUS FREE");
}

static void s2_2_asynchronous_and_narrow(void **state)
{
	struct at_rig *a = *state;

	inject(a->faults, "sdtr at identify");
	assert_int_equal(LIBRARY(a, 35, 0x12, 0, 0, 0, 35, 0), 0);
	bus_was(a->faults, "IDENTIFY, [SDTR], MESSAGE REJECT, COMMAND, DATA IN, STATUS 00, "
		"COMMAND COMPLETE, BUS FREE");
	inject(a->faults, "wdtr at identify");
	assert_int_equal(LIBRARY(a, 35, 0x12, 0, 0, 0, 35, 0), 0);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void reset_during_initialization_does_not_begin_it_anew(void **state)
{
	struct rig *r = malloc(sizeof(*r));
	struct at_rig a = { .r = r, .faults = sim_faults_new() };
	double begin;

	(void)state;
	assert_non_null(r);
	rig_init(r, SIM_MC8100, 0, 10);
	r->config.time_scale = 0.3;	/* initialization takes a second and a little */
	rig_create(r);
	rig_ready(r);
	usleep(600000);
	inject(a.faults, "bus-device-reset at init");
	begin = now();
	assert_int_equal(LIBRARY(&a, 0, 0x00, 0, 0, 0, 0, 0), ABORTED);
	bus_was(a.faults, "IDENTIFY, COMMAND, [BUS DEVICE RESET], BUS FREE");
	assert_int_equal(rig_ready(r), SENSE(6, 0x29, 0x00));
	while (rig_ready(r))
		usleep(1000);
	/* from its beginning it would have taken a second from here on */
	assert_true(now() - begin < 1.0);
	/* ready: now the phase does not come any more */
	inject(a.faults, "bus-device-reset at init");
	assert_int_equal(LIBRARY(&a, 0, 0x00, 0, 0, 0, 0, 0), 0);
	sim_faults_free(a.faults);
	rig_free(r);
}

static void autoloader_is_wide(void **state)
{
	struct rig *r = malloc(sizeof(*r));
	struct at_rig a = { .r = r, .faults = sim_faults_new() };

	(void)state;
	assert_non_null(r);
	rig_init(r, SIM_SMC3, 0, 10);
	rig_create(r);
	rig_ready(r);
	inject(a.faults, "wdtr at identify");
	assert_int_equal(LIBRARY(&a, 35, 0x12, 0, 0, 0, 35, 0), 0);
	bus_was(a.faults, "IDENTIFY, [WDTR], WDTR, COMMAND, DATA IN, IGNORE WIDE RESIDUE 01, "
		"STATUS 00, COMMAND COMPLETE, BUS FREE");
	/* it lasts, and an even number of bytes leaves no residue */
	inject(a.faults, "no-operation at status");
	assert_int_equal(LIBRARY(&a, 36, 0x12, 0, 0, 0, 36, 0), 0);
	bus_was(a.faults, "IDENTIFY, COMMAND, DATA IN, STATUS 00, [NO OPERATION], "
		"COMMAND COMPLETE, BUS FREE");
	inject(a.faults, "no-operation at status");
	assert_int_equal(LIBRARY(&a, 5, 0x12, 0, 0, 0, 5, 0), 0);
	bus_was(a.faults, "IDENTIFY, COMMAND, DATA IN, IGNORE WIDE RESIDUE 01, STATUS 00, "
		"[NO OPERATION], COMMAND COMPLETE, BUS FREE");
	sim_faults_free(a.faults);
	rig_free(r);
}

/* --- on a drive -------------------------------------------------------------------------- */

static uint32_t drive_run(struct harness *h, struct sim_faults *faults, void *data, size_t len,
			  const uint8_t *cdb, size_t cdb_len)
{
	uint8_t padded[16] = { 0 };
	struct iovec iov = { .iov_base = data, .iov_len = len };
	struct sim_cmd cmd = { .cdb = padded, .iov = &iov, .iov_count = 1, .data_len = len };

	memcpy(padded, cdb, cdb_len);
	sim_device_execute(h->dev, faults, &cmd);
	h->got = cmd.done;
	return result_of(&cmd);
}

#define DRIVE(h, f, data, len, ...) drive_run(h, f, data, len, CDB(__VA_ARGS__))

static void drive_sends_data_again(void **state)
{
	struct sim_faults *faults = sim_faults_new();
	struct harness *h = *state;

	assert_non_null(faults);
	inject(faults, "initiator-detected-error at data op 12");
	assert_int_equal(DRIVE(h, faults, h->buf, 36, 0x12, 0, 0, 0, 36, 0), 0);
	assert_int_equal(h->got, 36);
	assert_memory_equal(h->buf + 8, "VIRTUAL DVD RECORDER", 20);
	bus_was(faults, "IDENTIFY, COMMAND, DATA IN, [INITIATOR DETECTED ERROR], RESTORE POINTERS, "
		"DATA IN, STATUS 00, COMMAND COMPLETE, BUS FREE");
	inject(faults, "initiator-detected-error at status");
	assert_int_equal(DRIVE(h, faults, h->buf, 0, 0x00, 0, 0, 0, 0, 0), SENSE(2, 0x3a, 0x01));
	inject(faults, "message-parity-error at message-in");
	assert_int_equal(DRIVE(h, faults, h->buf, 36, 0x12, 0, 0, 0, 36, 0), 0);
	bus_was(faults, "IDENTIFY, COMMAND, DATA IN, STATUS 00, COMMAND COMPLETE, "
		"[MESSAGE PARITY ERROR], COMMAND COMPLETE, BUS FREE");
	sim_faults_free(faults);
}

static void drive_writes_once(void **state)
{
	struct sim_faults *faults = sim_faults_new();
	uint8_t *data = calloc(1, 128 * 1024);
	struct harness *h = *state;

	assert_non_null(data);
	harness_blank(h, "dvd+r");
	inject(faults, "initiator-detected-error at data op 2a");
	memset(data, 0x5a, 128 * 1024);
	assert_int_equal(DRIVE(h, faults, data, 128 * 1024, 0x2a, 0, BE32(0), 0, BE16(64), 0), 0);
	bus_was(faults, "IDENTIFY, COMMAND, DATA OUT, SAVE DATA POINTER, DISCONNECT, IDENTIFY, "
		"DATA OUT, [INITIATOR DETECTED ERROR], RESTORE POINTERS, DATA OUT, STATUS 00, "
		"COMMAND COMPLETE, BUS FREE");
	/* what is aborted before the drive has it is not written */
	inject(faults, "abort at data op 2a");
	assert_int_equal(DRIVE(h, faults, data, 32 * 2048, 0x2a, 0, BE32(64), 0, BE16(32), 0),
			 ABORTED);
	assert_int_equal(harness_nwa(h, 0xff), 64);
	assert_int_equal(DRIVE(h, faults, data, 32 * 2048, 0x2a, 0, BE32(64), 0, BE16(32), 0), 0);
	assert_int_equal(harness_nwa(h, 0xff), 96);
	/* without DISCONNECT it holds the bus */
	inject(faults, "message-reject at message-in rejecting disconnect op 2a");
	assert_int_equal(DRIVE(h, faults, data, 128 * 1024, 0x2a, 0, BE32(96), 0, BE16(64), 0), 0);
	inject(faults, "no-operation at data op 2a");
	assert_int_equal(DRIVE(h, faults, data, 128 * 1024, 0x2a, 0, BE32(160), 0, BE16(64), 0),
			 0);
	bus_was(faults, "IDENTIFY, COMMAND, DATA OUT, [NO OPERATION], STATUS 00, "
		"COMMAND COMPLETE, BUS FREE");
	sim_faults_free(faults);
	free(data);
}

static void drive_resets_and_frees_the_bus(void **state)
{
	struct sim_faults *faults = sim_faults_new();
	struct harness *h = *state;

	assert_non_null(faults);
	inject(faults, "bus-device-reset at data op 12");
	assert_int_equal(DRIVE(h, faults, h->buf, 36, 0x12, 0, 0, 0, 36, 0), ABORTED);
	assert_int_equal(DRIVE(h, faults, h->buf, 0, 0x00, 0, 0, 0, 0, 0), SENSE(6, 0x29, 0x00));
	inject(faults, "bus-device-reset at complete op 12");
	assert_int_equal(DRIVE(h, faults, h->buf, 36, 0x12, 0, 0, 0, 36, 0), 0);
	assert_int_equal(DRIVE(h, faults, h->buf, 0, 0x00, 0, 0, 0, 0, 0), SENSE(6, 0x29, 0x00));
	inject(faults, "message-parity-error at identify");
	assert_int_equal(DRIVE(h, faults, h->buf, 36, 0x12, 0, 0, 0, 36, 0), ABORTED);
	bus_was(faults, "IDENTIFY, [MESSAGE PARITY ERROR], BUS FREE");
	/* a drive has no arm */
	inject(faults, "abort at move");
	assert_int_equal(DRIVE(h, faults, h->buf, 36, 0x12, 0, 0, 0, 36, 0), 0);
	sim_faults_free(faults);
}

static void words_are_understood(void **state)
{
	static const char *const bad[] = {
		"message", "message abort", "message abort at", "message abort at noon",
		"message explode at data", "message 123 at data", "message abort in data",
		"message message-reject at message-in rejecting",
		"message message-reject at message-in rejecting nobody",
	};
	char copy[128], err[256], *save;
	struct sim_fault fault;
	const char *words[8];
	json_t *list, *text;
	struct sim_faults *faults = sim_faults_new();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t n = 0;

		snprintf(copy, sizeof(copy), "%s", bad[i]);
		save = NULL;
		for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
			words[n++] = w;
		assert_int_equal(sim_fault_parse(words, n, &fault, err, sizeof(err)), -EINVAL);
	}
	inject(faults, "Bus-Device-Reset at move op a5 nth 3");
	list = sim_faults_describe(faults);
	text = json_object_get(json_array_get(list, 0), "text");
	assert_string_equal(json_string_value(text),
			    "message bus-device-reset at move op a5 nth 3 times 1");
	json_decref(list);
	inject(faults, "message-reject at message-in rejecting disconnect times always");
	list = sim_faults_describe(faults);
	text = json_object_get(json_array_get(list, 0), "text");
	assert_string_equal(json_string_value(text),
			    "message message-reject at message-in rejecting disconnect times always");
	json_decref(list);
	sim_faults_free(faults);
}

#define ON_LIBRARY(test) cmocka_unit_test_setup_teardown(test, library_setup, library_teardown)
#define ON_DRIVE(test)	cmocka_unit_test_setup_teardown(test, harness_setup, harness_teardown)

int main(void)
{
	static char names[ROWS][96];
	const struct CMUnitTest single[] = {
		cmocka_unit_test(no_message_is_left_out),
		ON_LIBRARY(s2_3_abort_lets_a_move_finish),
		ON_LIBRARY(s2_3_abort_before_a_move_begins),
		ON_LIBRARY(s2_3_reset_lets_a_move_finish_and_all_hear_of_it),
		ON_LIBRARY(s2_3_check_conditions_of_the_autoloader),
		ON_LIBRARY(s2_3_illegal_after_message_in),
		ON_LIBRARY(s2_3_no_operation_changes_nothing),
		ON_LIBRARY(s2_3_identify_of_another_unit_and_bad_bits),
		ON_LIBRARY(s2_3_disconnect_privilege),
		ON_LIBRARY(s2_2_linked_commands),
		ON_LIBRARY(s2_2_asynchronous_and_narrow),
		cmocka_unit_test(reset_during_initialization_does_not_begin_it_anew),
		cmocka_unit_test(autoloader_is_wide),
		ON_DRIVE(drive_sends_data_again),
		ON_DRIVE(drive_writes_once),
		ON_DRIVE(drive_resets_and_frees_the_bus),
		cmocka_unit_test(words_are_understood),
	};
	const size_t singles = sizeof(single) / sizeof(single[0]);
	struct CMUnitTest tests[ROWS + sizeof(single) / sizeof(single[0])];
	size_t i;

	for (i = 0; i < ROWS; i++) {
		snprintf(names[i], sizeof(names[i]), "%s: %s",
			 rows[i].target == BUS_DRIVE ? "drive" :
			 rows[i].target == BUS_LIBRARY ? "library" : "autoloader", rows[i].name);
		tests[i] = (struct CMUnitTest){
			.name = names[i], .test_func = every_row_at_every_phase,
			.initial_state = (void *)&rows[i],
		};
	}
	memcpy(tests + ROWS, single, sizeof(single));
	return _cmocka_run_group_tests("messages", tests, ROWS + singles, NULL, NULL);
}
