// SPDX-License-Identifier: GPL-2.0
/* The discmux command. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* Under the name mtx it is `discmux mtx`. */
static bool is_mtx(const char *name)
{
	const char *slash = strrchr(name, '/');

	return !strcmp(slash ? slash + 1 : name, "mtx");
}

static int run(struct cli *cli, int argc, char **argv)
{
	const struct cli_subcommand *command;

	if (!argc) {
		fputs("discmux: no command: discmux help lists them\n", stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[0], "help"))
		return cli_help(argc > 1 ? argv[1] : NULL);
	if (!strcmp(argv[0], "completion"))
		return cli_completion(cli, argc, argv);
	command = cli_find(argv[0]);
	if (!command)
		return cli_unknown(argv[0]);
	if (cli->json && !command->reads)
		return cli_usage_error(argv[0], "%s prints nothing that --json could change",
				       argv[0]);
	cli->reads = command->reads;
	optind = 0;	/* glibc: starts afresh, also what "+" meant */
	return command->run(cli, argc, argv);
}

/* A disk that is full is told, whatever was printed. */
static int end(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	cli_error("cannot write the output");
	return status ? status : CLI_FAIL;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		CLI_OPTIONS,
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct cli cli = { .reads = true, .options = options };
	int status = CLI_OK;
	int c;

	if (argc && is_mtx(argv[0])) {
		status = cmd_mtx(&cli, argc, argv);
		fflush(stdout);
		return status;
	}
	while ((c = getopt_long(argc, argv, "+" CLI_SHORT "V", options, NULL)) != -1) {
		switch (c) {
		case 'V':
			printf("discmux %s\n", discmux_version());
			return end(CLI_OK);
		default:
			argv[0] = NULL;	/* no subcommand */
			if (!cli_option(&cli, argv, c, &status))
				return end(status);
		}
	}
	status = run(&cli, argc - optind, argv + optind);
	discmux_close(cli.dm);
	return end(status);
}
