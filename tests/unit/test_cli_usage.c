// SPDX-License-Identifier: GPL-2.0
/* One rule for every command: what is wrong with the command line itself is status 2, says so
 * in one line and touches nothing; what fails on the machine is status 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"

static const struct {
	const char *line;
	const char *says;
} wrong[] = {
	{ "copy", "copy needs --from and --to (see discmux help copy)" },
	{ "copy --from x", "copy needs --to (" },
	{ "copy --to 0", "copy needs --from (" },
	{ "verify --from x", "verify needs --in (" },
	{ "verify --in 0", "verify needs --from (" },
	{ "read --from x", "read needs --to (" },
	{ "erase", "erase needs --in (" },
	{ "copy --form x", "unknown option --form: did you mean --from?" },
	{ "copy --form=x", "unknown option --form=x: did you mean --from?" },
	{ "copy --no x", "option --no may be --no-eject, --no-isrc, --no-burn-free: write more of it" },
	{ "copy --zzzz", "unknown option --zzzz (" },
	{ "copy -x", "unknown option -x (" },
	{ "copy --from", "option --from needs a value" },
	{ "copy --from x --to all y", "y is one word too many" },
	{ "copy --from x --to all --quantity abc", "--quantity abc: a number from 1 to 9999 is wanted" },
	{ "copy --from x --to all --quantity 0", "--quantity 0: a number" },
	{ "copy --from x --to all --speed fast", "--speed fast: a number" },
	{ "copy --from x --to all --wait -1", "--wait -1: a number" },
	{ "copy --from x --to all --layer-break 1", "--layer-break 1: a number" },
	{ "copy --from x --to all --method doa", "--method doa: auto, dao, incremental, overwrite, tao or sao is wanted: did you mean dao?" },
	{ "copy --from x --to 0,,1", "--to 0,,1 is no list of recorders" },
	{ "copy --from x --to sr1,", "--to sr1, is no list of recorders" },
	{ "copy --from x --to 0,1,0", "--to 0,1,0 names recorder 0 twice" },
	{ "copy --from x --to 77", "there is no recorder 77, the numbers end at 31" },
	{ "copy --from x --to all --progress", "--progress goes with --json" },
	{ "erase --in 0,", "--in 0, is no list of recorders" },
	{ "images", "say what to do" },
	{ "images lsit", "images lsit: list, add, remove, check or export is wanted: did you mean list?" },
	{ "images add", "add needs a name for the image, and --from" },
	{ "images add HDD1", "add needs --from" },
	{ "images add --from x", "add needs a name for the image (" },
	{ "images add a b --from x", "add needs one name" },
	{ "images add ../x --from x", "no image can have this name" },
	{ "images list --from x", "--from does not go with list" },
	{ "images check --progress", "--progress goes with --json" },
	{ "extract --tracks 1,,2", "--tracks 1,,2 is no list of tracks" },
	{ "extract --tracks 0", "--tracks 0 is no list" },
	{ "extract --tracks 5-3", "--tracks 5-3 is no list" },
	{ "extract --append --overwrite", "exclude each other" },
	{ "auto sohw", "auto sohw: on, off or show is wanted: did you mean show?" },
	{ "auto on off", "off is one word too many" },
	{ "auto on --again maybe", "--again maybe: ask, skip or run is wanted" },
	{ "auto on --quantity x", "--quantity x: a number" },
	{ "auto on --library --slots 0", "--slots 0: " },
	{ "auto on --library --reader 0", "not both" },
	{ "panel --timeout 0", "--timeout 0: a number of seconds" },
	{ "watch --count none", "--count none: a number" },
	{ "watch --timeout 0", "--timeout 0: whole seconds" },
	{ "watch now", "watch takes no operands" },
	{ "reserve --for 8", "--for 8: a SCSI id from 0 to 7" },
	{ "inventory --recover --to d0", "--to d0: a slot is wanted" },
	{ "print --slot x --label y", "--slot x: the number of a slot" },
	{ "print --slot 1 --label y --wait x", "--wait x: seconds" },
	{ "load 1", "load to where?" },
	{ "load s1 s2", "load puts discs into drives" },
	{ "unload s1 s2", "unload takes discs out of drives" },
	{ "move 3 d0", "3 may be a slot or a drive: write s3 or d3" },
	{ "move slot", "slot is no place" },
	{ "mail-slot opn", "mail-slot opn: open, import or export is wanted: did you mean open?" },
	{ "sense 02/04/08 --device toaster", "--device toaster: reader, recorder or library" },
	{ "sense --table x", "--table x: reader" },
	{ "message zz", "'zz' is no code" },
	{ "daemon status x", "a request is a name and KEY=VALUE" },
	{ "daemon {", "a request is a name and KEY=VALUE" },
	{ "status -m x", "-m x: a number is wanted" },
	{ "load 1 0 --json", "load prints nothing that --json could change" },
};

/* The exit status of a command line, and what it says. */
static int run(const char *line, char *said, size_t size)
{
	char copy[256], *rest = copy, *argv[16], *word;
	int argc = 0, fds[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	snprintf(copy, sizeof(copy), "%s", line);
	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	argv[argc] = NULL;
	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		const struct cli_subcommand *command = cli_find(argv[0]);
		struct cli cli = { .mux = 9876 };	/* no such mux */

		dup2(fds[1], STDERR_FILENO);
		setenv("DISCMUXD_SOCKET", "/nonexistent", 1);
		optind = 0;
		cli.reads = command && command->reads;
		_exit(command ? command->run(&cli, argc, argv) : cli_unknown(argv[0]));
	}
	close(fds[1]);
	while ((n = read(fds[0], said + len, size - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_wrong(void **state)
{
	char said[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		int status = run(wrong[i].line, said, sizeof(said));
		const char *end = strchr(said, '\n');

		if (status != CLI_USAGE || !strstr(said, wrong[i].says))
			fail_msg("discmux %s: status %d, %s", wrong[i].line, status, said);
		if (strncmp(said, "discmux: ", 9) || !end || end[1])
			fail_msg("discmux %s: not one line: %s", wrong[i].line, said);
	}
}

/* The same lines with nothing wrong in them, where there is no such mux or daemon. */
static void test_right(void **state)
{
	static const char *const right[] = {
		"copy --from reader --to 0,1 --quantity 5 --method dao", "copy --from sr0 --to sr1,3",
		"verify --from x --in reader", "erase --in 2:0:1:0", "drives sr1", "media recorder 2",
		"extract --tracks 1,3-5", "auto on --again run", "auto on --reader sr0",
		"panel --timeout 5", "reserve --for 7", "load 1 0", "load 1 sr1", "load slot 1 recorder 2",
		"move SERIAL-1 s5", "mail-slot open", "daemon status", "status",
	};
	char said[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(*right); i++)
		if (run(right[i], said, sizeof(said)) != CLI_FAIL)
			fail_msg("discmux %s: %s", right[i], said);
}

static void test_unknown(void **state)
{
	char said[1024];

	(void)state;
	assert_int_equal(run("stauts", said, sizeof(said)), CLI_USAGE);
	assert_string_equal(said, "discmux: there is no command stauts: did you mean status? (see discmux help)\n");
	assert_int_equal(run("frobnicate", said, sizeof(said)), CLI_USAGE);
	assert_string_equal(said, "discmux: there is no command frobnicate (see discmux help)\n");
}

/* Every option of the tables is in the help, and the help has no other. */
static void test_help(void **state)
{
	const struct cli_subcommand *command;
	struct cli_probe probe;
	char option[64];
	size_t n, i;

	(void)state;
	for (n = 0; (command = cli_nth(n)); n++) {
		cli_probe_options(command, &probe);
		for (i = 0; i < probe.nr; i++) {
			const char *name = probe.options[i].name;

			snprintf(option, sizeof(option), "--%s", name);
			if (strcmp(name, "mux") && strcmp(name, "json") && strcmp(name, "help") &&
			    !strstr(command->help, option) && !strstr(command->synopsis, option))
				fail_msg("help of %s has no %s", command->name, option);
		}
		assert_true(probe.nr < CLI_MAX_OPTIONS);
		assert_true(probe.nr >= 3 || !strcmp(command->name, "mtx"));
	}
	assert_true(n > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
