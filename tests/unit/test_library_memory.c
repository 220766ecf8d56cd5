// SPDX-License-Identifier: GPL-2.0
/* What is remembered of a library, and what follows from it. */
#define _GNU_SOURCE	/* asprintf() */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "recover.h"

#define FULL	DISCMUX_ELEMENT_FULL
#define SVALID	DISCMUX_ELEMENT_SOURCE_VALID
#define TRAY	DISCMUX_ELEMENT_TRAY
#define ARM	0x2000
#define DRIVE	0x3001
#define MAIL	0x4000
#define PRINTER	0x5000

struct world {
	char dir[64];
	struct discmux_member changer;
	struct discmux_element elements[8];
	struct discmux_inventory inv;
	struct memory memory;
	struct recovery recovery;
	char err[256];
};

static struct discmux_element *at(struct world *w, uint32_t address)
{
	size_t i;

	for (i = 0; i < w->inv.count; i++)
		if (w->elements[i].address == address)
			return &w->elements[i];
	fail_msg("there is no element %04Xh", address);
	return NULL;
}

static int setup(void **state)
{
	static const struct discmux_element elements[] = {
		{ .type = DISCMUX_ELEMENT_TRANSPORT, .address = ARM },
		{ .type = DISCMUX_ELEMENT_STORAGE, .address = 1, .flags = FULL },
		{ .type = DISCMUX_ELEMENT_STORAGE, .address = 2, .flags = FULL },
		{ .type = DISCMUX_ELEMENT_STORAGE, .address = 3 },
		{ .type = DISCMUX_ELEMENT_IMPORT_EXPORT, .address = MAIL },
		{ .type = DISCMUX_ELEMENT_DATA_TRANSFER, .address = DRIVE },
		{ .type = DISCMUX_ELEMENT_LABEL_PRINT, .address = PRINTER },
	};
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	snprintf(w->dir, sizeof(w->dir), "/tmp/test-memory-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	memcpy(w->changer.vendor, "JVC     ", 8);
	memcpy(w->changer.product, "JVC-CHG MC/8600 ", 16);
	memcpy(w->elements, elements, sizeof(elements));
	w->inv.elements = w->elements;
	w->inv.count = sizeof(elements) / sizeof(*elements);
	assert_int_equal(memory_read(w->dir, &w->changer, &w->memory, w->err, sizeof(w->err)), 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	char *command;

	assert_true(asprintf(&command, "rm -r %s", w->dir) > 0);
	assert_int_equal(system(command), 0);
	free(command);
	memory_free(&w->memory);
	free(w);
	return 0;
}

static void settle(struct world *w)
{
	assert_int_equal(memory_settle(&w->memory, &w->inv, w->err, sizeof(w->err)), 0);
}

/* As the next command does it. */
static void read_again(struct world *w)
{
	memory_free(&w->memory);
	assert_int_equal(memory_read(w->dir, &w->changer, &w->memory, w->err, sizeof(w->err)), 0);
	recovery_look(&w->memory, &w->inv, &w->recovery);
}

/* A process begins and is killed. */
static void killed_while(struct world *w, const char *what, uint32_t from, uint32_t to,
			 uint32_t home)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		memory_begin(&w->memory, what, from, to, home, w->err, sizeof(w->err));
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void take(struct world *w, uint32_t from, uint32_t to)
{
	at(w, from)->flags &= ~FULL;
	at(w, to)->flags |= FULL;
	if (from <= 3) {
		at(w, to)->flags |= SVALID;
		at(w, to)->source = from;
	}
}

static void the_first_time(void **state)
{
	struct world *w = *state;

	assert_false(w->memory.known);
	recovery_look(&w->memory, &w->inv, &w->recovery);
	assert_int_equal(w->recovery.nr_lines + w->recovery.nr_strays, 0);
}

static void what_was_where(void **state)
{
	struct world *w = *state;

	take(w, 2, DRIVE);
	memcpy(at(w, 1)->volume_tag, "VOL001", 6);
	settle(w);
	read_again(w);
	assert_true(w->memory.known);
	assert_int_equal(w->memory.nr_discs, 2);
	assert_string_equal(memory_at(&w->memory, 1)->tag, "VOL001");
	assert_int_equal(memory_at(&w->memory, DRIVE)->home, 2);
	assert_null(memory_at(&w->memory, 2));
	assert_int_equal(w->recovery.nr_lines + w->recovery.nr_strays, 0);
	/* A name of a file that does no harm */
	assert_non_null(strstr(w->memory.path, "/library-JVC_JVC-CHG_MC_8600_id0.json"));
}

static void moved_by_hand(void **state)
{
	struct world *w = *state;

	settle(w);
	take(w, 2, 3);
	at(w, 3)->flags &= ~SVALID;
	read_again(w);
	assert_int_equal(w->recovery.nr_lines, 2);
	assert_string_equal(w->recovery.lines[0], "slot 2 held a disc and is empty");
	assert_string_equal(w->recovery.lines[1], "slot 3 was empty and holds a disc");
	settle(w);
	read_again(w);
	assert_int_equal(w->recovery.nr_lines, 0);
}

static void tags_tell_where_a_disc_has_gone(void **state)
{
	struct world *w = *state;

	memcpy(at(w, 1)->volume_tag, "VOL001", 6);
	memcpy(at(w, 2)->volume_tag, "VOL002", 6);
	settle(w);
	memset(at(w, 2)->volume_tag, 0, 6);
	at(w, 2)->flags = 0;
	memcpy(at(w, 3)->volume_tag, "VOL002", 6);
	at(w, 3)->flags = FULL;
	memcpy(at(w, 1)->volume_tag, "VOL009", 6);
	read_again(w);
	assert_int_equal(w->recovery.nr_lines, 2);
	assert_string_equal(w->recovery.lines[0], "slot 1 holds another disc than before");
	assert_string_equal(w->recovery.lines[1], "the disc that was in slot 2 is in slot 3");
}

static void the_mail_slot_is_for_operators(void **state)
{
	struct world *w = *state;

	settle(w);
	at(w, MAIL)->flags |= FULL;
	read_again(w);
	assert_int_equal(w->recovery.nr_lines + w->recovery.nr_strays, 0);
}

static void a_move_that_arrived(void **state)
{
	struct world *w = *state;

	settle(w);
	killed_while(w, "move", 2, DRIVE, 2);
	take(w, 2, DRIVE);
	read_again(w);
	assert_string_equal(w->recovery.lines[0],
			    "move from slot 2 to drive 0 was cut short: the disc has arrived");
	assert_int_equal(w->recovery.nr_strays, 0);	/* it is where it was to go */
	settle(w);
	read_again(w);
	assert_int_equal(w->recovery.nr_lines, 0);
}

static void a_move_that_did_not(void **state)
{
	struct world *w = *state;

	settle(w);
	killed_while(w, "move", 2, DRIVE, 2);
	take(w, 2, ARM);
	read_again(w);
	assert_string_equal(w->recovery.lines[0],
			    "move from slot 2 to drive 0 was cut short: the disc is elsewhere");
	assert_int_equal(w->recovery.nr_strays, 1);
	assert_int_equal(w->recovery.strays[0].at, ARM);
	assert_int_equal(w->recovery.strays[0].home, 2);
	assert_string_equal(w->recovery.strays[0].why, "the arm holds a disc from slot 2");
}

/* The library has forgotten where the disc came from: we have not. */
static void without_svalid(void **state)
{
	struct world *w = *state;

	settle(w);
	killed_while(w, "move", 2, DRIVE, 2);
	take(w, 2, ARM);
	at(w, ARM)->flags &= ~SVALID;
	read_again(w);
	assert_int_equal(w->recovery.strays[0].home, 2);
	take(w, ARM, DRIVE);
	assert_int_equal(memory_begin(&w->memory, "move", ARM, DRIVE, 2, w->err, sizeof(w->err)),
			 0);
	settle(w);
	read_again(w);
	assert_int_equal(memory_at(&w->memory, DRIVE)->home, 2);
}

/* Somebody else moves, or it could not be put back: what has ended is forgotten, but
 * not where the disc on the arm belongs. */
static void on_the_arm_without_svalid(void **state)
{
	struct world *w = *state;

	settle(w);
	killed_while(w, "move", 2, DRIVE, 2);
	take(w, 2, ARM);
	at(w, ARM)->flags &= ~SVALID;
	assert_int_equal(memory_begin(&w->memory, "move", 1, DRIVE, 1, w->err, sizeof(w->err)), 0);
	settle(w);
	read_again(w);
	assert_int_equal(w->memory.nr_tasks, 0);
	assert_int_equal(w->recovery.nr_strays, 1);
	assert_int_equal(w->recovery.strays[0].home, 2);
	assert_int_equal(memory_begin(&w->memory, "move", 1, DRIVE, 1, w->err, sizeof(w->err)), 0);
	settle(w);
	assert_int_equal(memory_begin(&w->memory, "recovery", ARM, 2, 2, w->err, sizeof(w->err)),
			 0);
	settle(w);
	read_again(w);
	assert_int_equal(w->recovery.strays[0].home, 2);
}

static void nobody_knows(void **state)
{
	struct world *w = *state;

	at(w, ARM)->flags |= FULL;
	recovery_look(&w->memory, &w->inv, &w->recovery);
	assert_int_equal(w->recovery.nr_strays, 1);
	assert_int_equal(w->recovery.strays[0].home, DISCMUX_NONE);
	assert_string_equal(w->recovery.strays[0].why,
			    "the arm holds a disc, from an unknown slot");
}

static void no_room(void **state)
{
	struct world *w = *state;

	at(w, ARM)->flags |= FULL | SVALID;
	at(w, ARM)->source = 2;
	recovery_look(&w->memory, &w->inv, &w->recovery);
	assert_int_equal(w->recovery.strays[0].home, DISCMUX_NONE);
	assert_string_equal(w->recovery.strays[0].why,
			    "the arm holds a disc from slot 2, where there is no room");
	at(w, ARM)->source = 77;
	recovery_look(&w->memory, &w->inv, &w->recovery);
	assert_int_equal(w->recovery.strays[0].home, DISCMUX_NONE);
}

static void an_empty_tray_is_astray_too(void **state)
{
	struct world *w = *state;

	at(w, ARM)->flags |= TRAY | SVALID;
	at(w, ARM)->source = 3;
	recovery_look(&w->memory, &w->inv, &w->recovery);
	assert_int_equal(w->recovery.strays[0].home, 3);
	assert_string_equal(w->recovery.strays[0].why, "the arm holds a tray from slot 3");
}

static void left_in_the_printer(void **state)
{
	struct world *w = *state;

	settle(w);
	killed_while(w, "print", 1, PRINTER, 1);
	take(w, 1, PRINTER);
	at(w, PRINTER)->flags &= ~SVALID;
	read_again(w);
	assert_int_equal(w->recovery.nr_strays, 1);
	assert_int_equal(w->recovery.strays[0].at, PRINTER);
	assert_int_equal(w->recovery.strays[0].home, 1);
}

static void left_by_a_selftest(void **state)
{
	struct world *w = *state;

	settle(w);
	killed_while(w, "selftest", 1, DRIVE, 1);
	take(w, 1, DRIVE);
	read_again(w);
	assert_int_equal(w->recovery.nr_strays, 1);
	assert_int_equal(w->recovery.strays[0].home, 1);
}

/* While somebody works nothing is astray. */
static void in_good_hands(void **state)
{
	struct world *w = *state;

	settle(w);
	assert_int_equal(memory_begin(&w->memory, "print", 1, PRINTER, 1, w->err, sizeof(w->err)),
			 0);
	take(w, 1, PRINTER);
	read_again(w);
	assert_true(w->memory.tasks[0].alive);
	assert_int_equal(w->recovery.nr_lines + w->recovery.nr_strays, 0);
	take(w, PRINTER, ARM);
	read_again(w);
	assert_int_equal(w->recovery.nr_lines + w->recovery.nr_strays, 0);
	settle(w);
	read_again(w);
	assert_int_equal(w->memory.nr_tasks, 0);
	assert_int_equal(w->recovery.nr_strays, 1);
}

static void write_memory(struct world *w, const char *text)
{
	FILE *file = fopen(w->memory.path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Killed, and its parent has not heard of it yet */
static void a_zombie_does_not_work(void **state)
{
	struct world *w = *state;
	siginfo_t info;
	pid_t pid = fork();

	if (!pid) {
		memory_begin(&w->memory, "move", 1, DRIVE, 1, w->err, sizeof(w->err));
		_exit(0);
	}
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	read_again(w);
	assert_int_equal(w->memory.nr_tasks, 1);
	assert_false(w->memory.tasks[0].alive);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A process that has the number of another, after a boot or later */
static void numbers_of_processes_come_again(void **state)
{
	struct world *w = *state;
	char text[256];

	snprintf(text, sizeof(text), "{\"version\": 1, \"boot\": \"another\", \"discs\": [], "
		 "\"tasks\": [{\"what\": \"move\", \"source\": 1, \"destination\": 2, "
		 "\"home\": null, \"pid\": %d, \"started\": 1}]}", (int)getpid());
	write_memory(w, text);
	read_again(w);
	assert_int_equal(w->memory.nr_tasks, 1);
	assert_false(w->memory.tasks[0].alive);
}

static void files_that_make_no_sense(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "3", "{\"version\": 2}", "{\"version\": 1}",
		"{\"version\": 1, \"discs\": 7, \"tasks\": \"x\", \"boot\": []}",
		"{\"version\": 1, \"discs\": [1, null, {\"address\": -1}, {\"address\": 70000}, "
		"{\"address\": \"1\"}], \"tasks\": [{}, {\"source\": 99999}]}",
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		write_memory(w, texts[i]);
		read_again(w);
		assert_int_equal(w->memory.nr_discs + w->memory.nr_tasks, 0);
		settle(w);
		read_again(w);
		assert_int_equal(w->memory.nr_discs, 2);
	}
}

static void many_differences(void **state)
{
	struct discmux_element *many = calloc(100, sizeof(*many));
	struct world *w = *state;
	size_t i;

	assert_non_null(many);
	settle(w);
	for (i = 0; i < 100; i++) {
		many[i].type = DISCMUX_ELEMENT_STORAGE;
		many[i].address = (uint32_t)i + 1;
		many[i].flags = FULL;
	}
	w->inv.elements = many;
	w->inv.count = 100;
	read_again(w);
	assert_int_equal(w->recovery.nr_lines, RECOVER_LINES);
	assert_int_equal(w->recovery.nr_more, 98 - RECOVER_LINES);
	free(many);
}

/* As many processes as may be write at once; nothing is torn or lost. */
static void many_writers(void **state)
{
	struct world *w = *state;
	int i, status;

	for (i = 0; i < 8; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid) {
			int n, ret = 0;

			for (n = 0; !ret && n < 20; n++) {
				ret = memory_begin(&w->memory, "move", 1, 2, 1, w->err,
						   sizeof(w->err));
				if (!ret)
					ret = memory_settle(&w->memory, &w->inv, w->err,
							    sizeof(w->err));
			}
			_exit(ret ? 1 : 0);
		}
	}
	for (i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	read_again(w);
	assert_int_equal(w->memory.nr_discs, 2);
	assert_int_equal(w->memory.nr_tasks, 0);
}

static void no_folder(void **state)
{
	struct world *w = *state;
	char dir[80];

	snprintf(dir, sizeof(dir), "%s/a", w->dir);
	memory_free(&w->memory);
	assert_int_equal(memory_read(dir, &w->changer, &w->memory, w->err, sizeof(w->err)), 0);
	settle(w);	/* makes it */
	snprintf(dir, sizeof(dir), "%s/b/c", w->dir);
	memory_free(&w->memory);
	assert_int_equal(memory_read(dir, &w->changer, &w->memory, w->err, sizeof(w->err)), 0);
	assert_int_equal(memory_settle(&w->memory, &w->inv, w->err, sizeof(w->err)), -ENOENT);
	assert_non_null(strstr(w->err, "cannot remember where the discs are"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_time),
		TEST(what_was_where),
		TEST(moved_by_hand),
		TEST(tags_tell_where_a_disc_has_gone),
		TEST(the_mail_slot_is_for_operators),
		TEST(a_move_that_arrived),
		TEST(a_move_that_did_not),
		TEST(without_svalid),
		TEST(on_the_arm_without_svalid),
		TEST(nobody_knows),
		TEST(no_room),
		TEST(an_empty_tray_is_astray_too),
		TEST(left_in_the_printer),
		TEST(left_by_a_selftest),
		TEST(in_good_hands),
		TEST(a_zombie_does_not_work),
		TEST(numbers_of_processes_come_again),
		TEST(files_that_make_no_sense),
		TEST(many_differences),
		TEST(many_writers),
		TEST(no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
