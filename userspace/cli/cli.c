// SPDX-License-Identifier: GPL-2.0
/* What the subcommands share. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* A command right after boot waits this long for drives that spin up. */
#define SETTLE_MS 10000

static void say(const char *fmt, va_list args)
{
	fputs("discmux: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

int cli_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	return CLI_FAIL;
}

int cli_usage_error(const char *command, const char *fmt, ...)
{
	char message[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	fprintf(stderr, "discmux: %s (see discmux help%s%s)\n", message, command ? " " : "",
		command ? command : "");
	return CLI_USAGE;
}

int cli_number(const char *text, unsigned long min, unsigned long max, unsigned long *value)
{
	unsigned long v = 0;
	const char *p;

	if (!*text)
		return -EINVAL;
	for (p = text; *p; p++) {
		if (*p < '0' || *p > '9' || v > (ULONG_MAX - 9) / 10)
			return -EINVAL;
		v = v * 10 + (unsigned long)(*p - '0');
	}
	if (v < min || v > max)
		return -EINVAL;
	*value = v;
	return 0;
}

/* argv[optind - 1] is the word at fault, except within "-xyz". */
static int bad_option(char **argv, int c)
{
	const char *word = argv[optind - 1];
	char letter[3] = { '-', (char)optopt, '\0' };

	if (optopt > 0 && optopt < 256 && strncmp(word, "--", 2))
		word = letter;
	if (c == ':')
		return cli_usage_error(argv[0], "option %s needs a value", word);
	return cli_usage_error(argv[0], "unknown option %s", word);
}

bool cli_option(struct cli *cli, char **argv, int c, int *status)
{
	unsigned long value;

	switch (c) {
	case 'm':
		if (cli_number(optarg, 0, 9999, &value)) {
			*status = cli_error("-m %s: a number is wanted, N of /dev/discmuxN", optarg);
			return false;
		}
		cli->mux = (int)value;
		cli->mux_given = true;
		return true;
	case CLI_OPT_JSON:
		cli->json = true;
		if (cli->reads)
			return true;
		*status = cli_usage_error(argv[0], "%s prints nothing that --json could change",
					  argv[0]);
		return false;
	case 'h':
		*status = cli_help(argv[0]);
		return false;
	default:
		*status = bad_option(argv, c);
		return false;
	}
}

static int open_mux(struct cli *cli, unsigned int flags)
{
	int ret;

	discmux_close(cli->dm);
	ret = discmux_open(cli->mux, flags, &cli->dm);
	if (ret < 0)
		return ret;
	ret = discmux_settle(cli->dm, SETTLE_MS);
	if (ret == -ETIMEDOUT) {
		cli_error("%s; going on without", discmux_error(cli->dm));
		ret = 0;
	}
	return ret;
}

int cli_open(struct cli *cli, unsigned int flags)
{
	if (cli->dm)
		return CLI_OK;
	return open_mux(cli, flags) < 0 ? cli_error("%s", discmux_error(cli->dm)) : CLI_OK;
}

int cli_open_best(struct cli *cli, bool *writable)
{
	int ret = open_mux(cli, DISCMUX_OPEN_WRITE);

	*writable = ret >= 0;
	if (ret == -EACCES)
		ret = open_mux(cli, 0);
	return ret < 0 ? cli_error("%s", discmux_error(cli->dm)) : CLI_OK;
}
