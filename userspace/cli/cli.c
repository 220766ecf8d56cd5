// SPDX-License-Identifier: GPL-2.0
/* What the subcommands share. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "near.h"

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

int cli_value_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	return CLI_USAGE;
}

int cli_usage_error(const char *command, const char *fmt, ...)
{
	char message[512];
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

int cli_word(const char *option, const char *value, const char *const *words)
{
	char hint[NEAR_HINT_SIZE], list[192] = "";
	struct near near;
	size_t len = 0;
	int i;

	near_begin(&near, value);
	for (i = 0; words[i]; i++) {
		if (!strcmp(value, words[i]))
			return i;
		near_offer(&near, words[i]);
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
					!i ? "" : words[i + 1] ? ", " : " or ", words[i]);
		if (len >= sizeof(list))
			len = sizeof(list) - 1;
	}
	cli_value_error("%s %s: %s is wanted%s", option, value, list,
			near_hint(&near, hint, sizeof(hint)));
	return -1;
}

int cli_getopt(struct cli *cli, int argc, char **argv, const struct option *options)
{
	cli->options = options;
	if (!cli->probe)
		return getopt_long(argc, argv, CLI_SHORT, options, NULL);
	for (; options->name && cli->probe->nr < CLI_MAX_OPTIONS; options++)
		cli->probe->options[cli->probe->nr++] = *options;
	return 'h';
}

void cli_probe_options(const struct cli_subcommand *command, struct cli_probe *probe)
{
	char name[32], *argv[] = { name, NULL };
	struct cli cli = { .reads = command->reads, .probe = probe };

	snprintf(name, sizeof(name), "%s", command->name);
	memset(probe, 0, sizeof(*probe));
	if (command->run != cmd_mtx)	/* its command line is not ours */
		command->run(&cli, 1, argv);
}

/* An option that begins as two others do, and one that there is not. */
static int unknown_option(const struct cli *cli, const char *command, const char *word)
{
	char name[32], offers[CLI_MAX_OPTIONS][32], hint[NEAR_HINT_SIZE], list[128] = "";
	size_t len = strcspn(word, "="), i, n = 0;
	const struct option *o;
	struct near near;

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	near_begin(&near, name);
	for (o = cli->options, i = 0; o && o->name && i < CLI_MAX_OPTIONS; o++, i++) {
		snprintf(offers[i], sizeof(offers[i]), "--%s", o->name);
		near_offer(&near, offers[i]);
		if (len > 2 && !strncmp(offers[i], name, len) && ++n <= 4)
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
				 n > 1 ? ", " : "", offers[i]);
	}
	if (n > 1)
		return cli_usage_error(command, "option %s may be %s%s: write more of it", name, list,
				       n > 4 ? " and others" : "");
	return cli_usage_error(command, "unknown option %s%s", word,
			       near_hint(&near, hint, sizeof(hint)));
}

/* argv[optind - 1] is the word at fault, except within "-xyz". */
static int bad_option(const struct cli *cli, char **argv, int c)
{
	const char *word = argv[optind - 1];
	char letter[3] = { '-', (char)optopt, '\0' };

	if (optopt > 0 && optopt < 256 && strncmp(word, "--", 2))
		word = letter;
	if (c == ':')
		return cli_usage_error(argv[0], "option %s needs a value", word);
	return unknown_option(cli, argv[0], word);
}

bool cli_option(struct cli *cli, char **argv, int c, int *status)
{
	unsigned long value;

	switch (c) {
	case 'm':
		if (cli_number(optarg, 0, 9999, &value)) {
			*status = cli_value_error("-m %s: a number is wanted, N of /dev/discmuxN",
						  optarg);
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
		*status = cli->probe ? CLI_OK : cli_help(argv[0]);
		return false;
	default:
		*status = bad_option(cli, argv, c);
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
