// SPDX-License-Identifier: GPL-2.0
/* "discmux-sim ctl" on a library: from words to what the model does and back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changer_rig.h"
#include "csv.h"
#include "ctl_client.h"
#include "ctl_commands.h"

struct bench {
	struct rig *r;
	struct sim_rig rig;
	struct sim_plan_device plan[2];
	char dir[64];
	char err[512];
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	strcpy(b->dir, "/tmp/ctl-library-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	b->r = rig_make();
	assert_int_equal(sim_media_open(b->dir, &b->rig.media, b->err, sizeof(b->err)), 0);
	b->rig.config.media_dir = b->dir;
	b->plan[0] = (struct sim_plan_device){ .kind = SIM_CHANGER, .name = "changer" };
	b->plan[1] = (struct sim_plan_device){ .kind = SIM_RECORDER, .name = "drive0" };
	b->rig.device[0].plan = &b->plan[0];
	b->rig.device[0].dev = b->r->dev;
	b->rig.device[1].plan = &b->plan[1];
	b->rig.device[1].dev = &b->r->drive[0].dev;
	b->rig.count = 2;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	char command[128];

	sim_media_close(b->rig.media);
	rig_free(b->r);
	snprintf(command, sizeof(command), "rm -r %s", b->dir);
	assert_int_equal(system(command), 0);
	free(b);
	return 0;
}

/* What it prints, or "error: ..."; freed by the caller */
static char *ctl(struct bench *b, const char *text)
{
	char copy[512], *save = NULL, *out = NULL;
	json_t *request = NULL, *reply;
	const char *words[80];
	size_t n = 0, size;
	bool json;
	FILE *f;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	assert_int_equal(ctl_client_request(words, n, &request, &json, b->err, sizeof(b->err)), 0);
	reply = ctl_execute(&b->rig, request);
	f = open_memstream(&out, &size);
	assert_non_null(f);
	if (json_is_true(json_object_get(reply, "ok")))
		ctl_client_print(json_string_value(json_object_get(request, "command")), reply, f);
	else
		fprintf(f, "error: %s", json_string_value(json_object_get(reply, "error")));
	fclose(f);
	json_decref(request);
	json_decref(reply);
	return out;
}

static void says(struct bench *b, const char *text, const char *expected)
{
	char *out = ctl(b, text);

	assert_string_equal(out, expected);
	free(out);
}

/* It fails with one line that has these words. */
static void refuses(struct bench *b, const char *text, const char *why)
{
	char *out = ctl(b, text);

	if (strncmp(out, "error: ", 7) || !strstr(out, why) || strchr(out, '\n'))
		fail_msg("'%s': %s", text, out);
	free(out);
}

static void codes_by_number_log_and_name(void **state)
{
	struct bench *b = *state;

	says(b, "raise 80/04", "80/04 Up/down motor did not work\n");
	assert_int_equal(rig_move(b->r, 1, DRIVE1), SENSE(4, 0x80, 0x04));
	says(b, "raise changer log 04", "80/04 Up/down motor did not work\n");
	assert_int_equal(rig_move(b->r, 1, DRIVE1), SENSE(4, 0x80, 0x04));
	says(b, "raise UP/DOWN motor did not work", "80/04 Up/down motor did not work\n");
	assert_int_equal(rig_move(b->r, 1, DRIVE1), SENSE(4, 0x80, 0x04));
	refuses(b, "raise", "ctl codes");
	refuses(b, "raise 80", "ctl codes");
	refuses(b, "raise 80/", "ctl codes");
	refuses(b, "raise 80/4x", "ctl codes");
	refuses(b, "raise 800/04", "ctl codes");
	refuses(b, "raise log", "ctl codes");
	refuses(b, "raise log 05", "no code 80/05");
	refuses(b, "raise 11/00", "no code 11/00");
	refuses(b, "raise drive0 80/04", "drive0 is no changer");
}

/* Both tables of the manual: by code, and what is logged by its own code, too */
static void every_code_of_the_tables(void **state)
{
	struct bench *b = *state;
	char text[64], expected[640];
	struct csv_row *rows;
	size_t count, i;

	rows = csv_read("library", &count);
	for (i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "raise %s/%s", rows[i].field[0], rows[i].field[1]);
		snprintf(expected, sizeof(expected), "%s/%s %s\n", rows[i].field[0],
			 rows[i].field[1], rows[i].field[2]);
		says(b, text, expected);
	}
	free(rows);
	rows = csv_read("changer-log", &count);
	for (i = 0; i < count; i++) {
		char *out;

		snprintf(text, sizeof(text), "raise log %s", rows[i].field[0]);
		out = ctl(b, text);
		snprintf(expected, sizeof(expected), "80/%s ", rows[i].field[0]);
		assert_memory_equal(out, expected, strlen(expected));
		free(out);
	}
	free(rows);
}

static void list_of_codes(void **state)
{
	char *out = ctl(*state, "codes"), *line, *save = NULL;
	int lines = 0;

	for (line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save), lines++)
		assert_int_equal(line[2], '/');
	assert_int_equal(lines, 124);
	free(out);
}

static void an_operator(void **state)
{
	struct bench *b = *state;

	refuses(b, "attend", "nothing asks");
	refuses(b, "attend now", "too much");
	says(b, "raise 04/03", "04/03 Logical unit not ready, manual intervention required\n");
	says(b, "attend changer", "");
	refuses(b, "robot", "give robot");
	refuses(b, "robot fast", "give robot");
	refuses(b, "robot 1x", "give robot");
	refuses(b, "robot -1", "give robot");
	refuses(b, "robot nan", "give robot");
	refuses(b, "robot 1 2", "give robot");
	says(b, "robot 0", "");
}

static void the_magazine(void **state)
{
	struct bench *b = *state;

	free(ctl(b, "blank dvd+r x"));
	free(ctl(b, "blank dvd+r y"));
	says(b, "magazine fill x - y", "");
	rig_holds(b->r, 1, "x", true);
	rig_holds(b->r, 2, NULL, true);
	rig_holds(b->r, 3, "y", true);
	refuses(b, "magazine fill x x", "already");
	refuses(b, "magazine fill z", "no disc 'z'");
	refuses(b, "magazine fill - - - - - - - - -", "9 discs for 8 slots");
	says(b, "magazine changer tray 2 out", "");
	rig_holds(b->r, 2, NULL, false);
	says(b, "magazine tray 2 in", "");
	refuses(b, "magazine tray 1 out", "disc x");
	refuses(b, "magazine tray 9 out", "no slot 9");
	refuses(b, "magazine tray 70000 out", "give magazine");
	refuses(b, "magazine tray x out", "give magazine");
	refuses(b, "magazine tray 2 up", "give magazine");
	refuses(b, "magazine fill", "give magazine");
	refuses(b, "magazine", "give magazine");
}

static void the_printer(void **state)
{
	struct bench *b = *state;

	refuses(b, "printer print", "no disc is in the printer");
	assert_int_equal(rig_move(b->r, 1, PRINTER), 0);
	says(b, "printer out cyan,yellow", "");
	says(b, "printer print 5", "");
	assert_int_equal(rig_element(b->r, PRINTER)[16], 0x50 | 0x08 | 0x01);
	says(b, "printer new yellow,cyan", "");
	says(b, "printer off", "");
	refuses(b, "printer print", "switched off");
	says(b, "printer changer on", "");
	refuses(b, "printer out red", "black, cyan, magenta, yellow");
	refuses(b, "printer out cyan,", "black, cyan, magenta, yellow");
	refuses(b, "printer out", "black, cyan, magenta, yellow");
	refuses(b, "printer print 99999", "give printer");
	refuses(b, "printer", "give printer");
}

static void other_initiators(void **state)
{
	struct bench *b = *state;

	says(b, "initiator 3 ready", "status 02, sense 6/29/00\n");
	says(b, "initiator 3 reserve", "status 00\n");
	assert_int_equal(rig_ready(b->r), CONFLICT);
	says(b, "initiator changer 4 12 0 0 0 5 0 in 5", "status 00\n08 80 02 02 1f\n");
	says(b, "initiator 4 16 0 0 0 0 0", "status 02, sense 6/29/00\n");
	says(b, "initiator 4 16 0 0 0 0 0", "status 18\n");
	says(b, "initiator 3 3b 02 01 00 00 00 00 00 02 00 out aa 55", "status 00\n");
	says(b, "initiator 3 3c 02 01 00 00 00 00 00 02 00 in 10", "status 00\naa 55\n");
	says(b, "initiator 5 reset", "");
	assert_int_equal(rig_ready(b->r), SENSE(6, 0x29, 0x00));
	assert_int_equal(rig_ready(b->r), 0);
	refuses(b, "initiator", "which initiator");
	refuses(b, "initiator 8 ready", "0 to 7");
	refuses(b, "initiator x ready", "0 to 7");
	refuses(b, "initiator 3", "which initiator");
	refuses(b, "initiator 3 dance", "CDB");
	refuses(b, "initiator 3 12 0 0 0 5 0 in", "CDB");
	refuses(b, "initiator 3 12 0 0 0 5 0 in 99999", "CDB");
	refuses(b, "initiator 3 12 0 0 0 5 0 aside", "CDB");
	refuses(b, "initiator 3 3b 0 out 100", "CDB");
	refuses(b, "initiator 3 1 2 3 4 5 6 7 8 9 a b c d e f 10 11", "CDB");
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(codes_by_number_log_and_name),
		WITH_BENCH(every_code_of_the_tables),
		WITH_BENCH(list_of_codes),
		WITH_BENCH(an_operator),
		WITH_BENCH(the_magazine),
		WITH_BENCH(the_printer),
		WITH_BENCH(other_initiators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
