// SPDX-License-Identifier: GPL-2.0
/* The virtual library remembers where its discs are. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "changer_rig.h"

#define ERR(r) (r)->err, sizeof((r)->err)

struct place {
	char folder[64], file[96];
};

static int place_setup(void **state)
{
	struct place *p = malloc(sizeof(*p));

	assert_non_null(p);
	strcpy(p->folder, "/tmp/changer-state-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->file, sizeof(p->file), "%s/state.json", p->folder);
	*state = p;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *p = *state;
	char new[128];

	snprintf(new, sizeof(new), "%s.new", p->file);
	unlink(new);
	unlink(p->file);
	rmdir(p->folder);
	free(p);
	return 0;
}

static void start(struct rig *r, const struct place *p)
{
	rig_init(r, SIM_MC8600, 2, 8);
	r->config.state_path = p->file;
	r->config.printer = true;
	rig_create(r);
	rig_ready(r);
}

static void everything_is_found_again(void **state)
{
	static const char *const discs[] = { "d1", "d2", "d3", "d4", "d5" };
	static struct rig r;

	start(&r, *state);
	assert_int_equal(sim_changer_fill(r.dev, discs, 5, ERR(&r)), 0);
	rig_ready(&r);
	assert_int_equal(rig_move_with(&r, 1, DRIVE1, true, false), 0);
	assert_int_equal(rig_move(&r, 2, PRINTER), 0);
	assert_int_equal(rig_move(&r, 3, MAIL), 0);
	assert_int_equal(sim_changer_slot_tray(r.dev, 8, false, ERR(&r)), 0);
	rig_ready(&r);
	strcpy(r.drive[1].disc, "stranger");
	assert_int_equal(rig_move(&r, 4, DRIVE1 + 1), SENSE(4, 0x80, 0x60));
	rig_destroy(&r);

	start(&r, *state);
	assert_string_equal(r.drive[0].disc, "d1");
	assert_true(r.drive[0].inverted);
	rig_holds(&r, DRIVE1, "d1", true);
	rig_holds(&r, PRINTER, "d2", true);
	rig_holds(&r, MAIL, "d3", true);
	rig_holds(&r, ARM, "d4", true);
	rig_holds(&r, 5, "d5", true);
	rig_holds(&r, 6, NULL, true);
	rig_holds(&r, 8, NULL, false);
	assert_int_equal(rig_element(&r, MAIL)[16], 0x03);
	assert_int_equal(rig_element(&r, ARM)[11], 4);
	/* a tray with no disc knows its slot too: all go home */
	assert_int_equal(RUN(&r, 0x01, 2, 0, 0, 0, 0), 0);
	rig_holds(&r, 4, "d4", true);
	rig_holds(&r, 1, "d1", true);
	rig_holds(&r, 3, "d3", true);
	assert_int_equal(rig_element(&r, 1)[9], 0xc0);
	rig_destroy(&r);
}

static void empty_trays_are_found_again(void **state)
{
	static struct rig r;

	start(&r, *state);
	assert_int_equal(rig_move(&r, 6, MAIL_SHUT), 0);
	rig_destroy(&r);
	start(&r, *state);
	rig_holds(&r, 6, NULL, false);
	rig_holds(&r, MAIL, NULL, true);
	assert_int_equal(rig_move_with(&r, MAIL, 0, false, true), 0);
	rig_holds(&r, 6, NULL, true);
	rig_destroy(&r);
}

static void disc_that_its_drive_refuses_can_be_fetched(void **state)
{
	static struct rig r;

	start(&r, *state);
	assert_int_equal(sim_changer_slot_put(r.dev, 1, "d1", ERR(&r)), 0);
	rig_ready(&r);
	assert_int_equal(rig_move(&r, 1, DRIVE1), 0);
	rig_destroy(&r);
	rig_init(&r, SIM_MC8600, 2, 8);
	r.config.state_path = ((struct place *)*state)->file;
	r.drive[0].load_error = -ENOENT;
	rig_create(&r);
	rig_ready(&r);
	assert_int_equal(rig_element(&r, DRIVE1)[2], 0x0d);
	assert_int_equal(rig_element(&r, DRIVE1)[5], 0x62);
	assert_int_equal(rig_move(&r, DRIVE1, 1), 0);
	rig_holds(&r, 1, "d1", true);
	rig_destroy(&r);
}

#define HEAD "{\"version\":1,\"model\":\"MC-8600\","

static const struct hostile {
	const char *name, *text, *why;
} hostiles[] = {
	{ "empty file", "", "not a JSON object" },
	{ "cut file", HEAD "\"slots\":[{\"n\":1,", "not a JSON object" },
	{ "binary", "\x7f" "ELF\x01\x02", "not a JSON object" },
	{ "array", "[]", "not a JSON object" },
	{ "another object", "{}", "version 1" },
	{ "later version", "{\"version\":2,\"model\":\"MC-8600\"}", "version 1" },
	{ "other model", "{\"version\":1,\"model\":\"MC-8100\"}", "another library model" },
	{ "key named twice", HEAD "\"slots\":[],\"slots\":[]}", "not a JSON object" },
	{ "slots no array", HEAD "\"slots\":{\"n\":1}}", "not an array" },
	{ "drives no array", HEAD "\"drives\":7}", "not an array" },
	{ "slot no object", HEAD "\"slots\":[1]}", "numbered" },
	{ "slot 0", HEAD "\"slots\":[{\"n\":0,\"tray\":true}]}", "numbered" },
	{ "slot -1", HEAD "\"slots\":[{\"n\":-1,\"tray\":true}]}", "numbered" },
	{ "slot too many", HEAD "\"slots\":[{\"n\":9,\"tray\":true}]}", "numbered" },
	{ "slot huge", HEAD "\"slots\":[{\"n\":4294967297,\"tray\":true}]}", "numbered" },
	{ "slot number a word", HEAD "\"slots\":[{\"n\":\"1\"}]}", "numbered" },
	{ "slot twice", HEAD "\"slots\":[{\"n\":1,\"tray\":true},{\"n\":1}]}", "named twice" },
	{ "drive too many", HEAD "\"drives\":[{\"n\":3}]}", "numbered" },
	{ "disc a number", HEAD "\"slots\":[{\"n\":1,\"tray\":true,\"disc\":5}]}", "name" },
	{ "disc a path", HEAD "\"slots\":[{\"n\":1,\"tray\":true,\"disc\":\"../../etc\"}]}", "name" },
	{ "disc with a zero", HEAD "\"arm\":{\"tray\":true,\"disc\":\"a\\u0000b\"}}",
	  "not a JSON object" },
	{ "disc without a tray", HEAD "\"slots\":[{\"n\":1,\"tray\":false,\"disc\":\"d\"}]}",
	  "no tray" },
	{ "disc in two places",
	  HEAD "\"slots\":[{\"n\":1,\"tray\":true,\"disc\":\"d\"}],\"arm\":{\"tray\":true,\"disc\":\"d\"}}",
	  "two places" },
	{ "tray a word", HEAD "\"mail\":{\"tray\":\"yes\"}}", "true or false" },
	{ "inverted a number", HEAD "\"mail\":{\"tray\":true,\"inverted\":1}}", "true or false" },
	{ "open a word", HEAD "\"mail\":{\"tray\":true,\"open\":\"yes\"}}", "true or false" },
	{ "mail an array", HEAD "\"mail\":[]}", "not an object" },
	{ "source no slot", HEAD "\"arm\":{\"tray\":true,\"source\":9}}", "source" },
	{ "source a drive", HEAD "\"arm\":{\"tray\":true,\"source\":12289}}", "source" },
	{ "negative moves", HEAD "\"moves\":-1}", "moves" },
};

#define HOSTILES (sizeof(hostiles) / sizeof(hostiles[0]))

static void hostile_file_is_refused_and_kept(void **state)
{
	const struct hostile *h = *state;
	struct rig *r = malloc(sizeof(*r));
	char back[512];
	struct place p;
	void *mine = NULL;
	size_t n;
	FILE *f;

	assert_non_null(r);
	place_setup(&mine);
	p = *(struct place *)mine;
	f = fopen(p.file, "w");
	assert_non_null(f);
	fputs(h->text, f);
	fclose(f);
	rig_init(r, SIM_MC8600, 2, 8);
	r->config.state_path = p.file;
	assert_null(sim_changer_create(&r->config, ERR(r)));
	assert_non_null(strstr(r->err, p.file));
	if (!strstr(r->err, h->why))
		fail_msg("%s, not: %s", r->err, h->why);
	f = fopen(p.file, "r");
	assert_non_null(f);
	n = fread(back, 1, sizeof(back) - 1, f);
	fclose(f);
	back[n] = '\0';
	assert_string_equal(back, h->text);
	free(r);
	place_teardown(&mine);
}

static void printer_that_is_gone_holds_nothing(void **state)
{
	static struct rig r;

	start(&r, *state);
	assert_int_equal(sim_changer_slot_put(r.dev, 1, "d1", ERR(&r)), 0);
	rig_ready(&r);
	assert_int_equal(rig_move(&r, 1, PRINTER), 0);
	rig_destroy(&r);
	rig_init(&r, SIM_MC8600, 2, 8);
	r.config.state_path = ((struct place *)*state)->file;
	assert_null(sim_changer_create(&r.config, ERR(&r)));
	assert_non_null(strstr(r.err, "no printer"));
}

static void file_that_cannot_be_written_stops_the_start(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_MC8600, 0, 8);
	r.config.state_path = "/nonexistent/folder/state.json";
	assert_null(sim_changer_create(&r.config, ERR(&r)));
	assert_non_null(strstr(r.err, "/nonexistent/folder"));
}

static void what_cannot_be_kept_did_not_happen(void **state)
{
	const struct place *p = *state;
	static struct rig r;
	char new[128];

	start(&r, p);
	/* a folder where the new file is to be: not even root can write it */
	snprintf(new, sizeof(new), "%s.new", p->file);
	assert_int_equal(mkdir(new, 0700), 0);
	assert_int_not_equal(sim_changer_slot_put(r.dev, 1, "d1", ERR(&r)), 0);
	rig_holds(&r, 1, NULL, true);
	assert_int_not_equal(sim_changer_mail_open(r.dev, ERR(&r)), 0);
	assert_int_equal(rig_element(&r, MAIL)[16], 0);
	rmdir(new);
	assert_int_equal(sim_changer_slot_put(r.dev, 1, "d1", ERR(&r)), 0);
	rig_destroy(&r);
}

/* Moves discs back and forth until it is killed */
static void juggle(const struct place *p)
{
	static struct rig r;
	uint16_t slot = 1;

	rig_init(&r, SIM_MC8600, 2, 8);
	r.config.state_path = p->file;
	r.config.printer = true;
	r.dev = sim_changer_create(&r.config, ERR(&r));
	if (!r.dev)
		_exit(1);
	rig_ready(&r);
	RUN(&r, 0x01, 2, 0, 0, 0, 0);
	for (;; slot = slot % 3 + 1) {
		rig_move(&r, slot, DRIVE1);
		rig_move(&r, DRIVE1, MAIL_SHUT);
		rig_move(&r, MAIL, slot);
	}
}

static void kill_at_any_moment_loses_no_disc(void **state)
{
	static const char *const discs[] = { "d1", "d2", "d3" };
	static struct rig r;
	int round, status;
	size_t i;

	start(&r, *state);
	assert_int_equal(sim_changer_fill(r.dev, discs, 3, ERR(&r)), 0);
	rig_destroy(&r);
	for (round = 0; round < 40; round++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid)
			juggle(*state);
		usleep(2000 + 700 * (unsigned int)round);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		start(&r, *state);
		assert_int_equal(RUN(&r, 0x01, 2, 0, 0, 0, 0), 0);
		for (i = 0; i < 3; i++)
			rig_holds(&r, (uint16_t)(i + 1), discs[i], true);
		rig_destroy(&r);
	}
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest single[] = {
		WITH_PLACE(everything_is_found_again),
		WITH_PLACE(empty_trays_are_found_again),
		WITH_PLACE(disc_that_its_drive_refuses_can_be_fetched),
		WITH_PLACE(printer_that_is_gone_holds_nothing),
		cmocka_unit_test(file_that_cannot_be_written_stops_the_start),
		WITH_PLACE(what_cannot_be_kept_did_not_happen),
		WITH_PLACE(kill_at_any_moment_loses_no_disc),
	};
	const size_t singles = sizeof(single) / sizeof(single[0]);
	struct CMUnitTest tests[HOSTILES + sizeof(single) / sizeof(single[0])];
	size_t i;

	for (i = 0; i < HOSTILES; i++)
		tests[i] = (struct CMUnitTest){
			.name = hostiles[i].name, .test_func = hostile_file_is_refused_and_kept,
			.initial_state = (void *)&hostiles[i],
		};
	memcpy(tests + HOSTILES, single, sizeof(single));
	return _cmocka_run_group_tests("library state", tests, HOSTILES + singles, NULL, NULL);
}
