// SPDX-License-Identifier: GPL-2.0
/* The command line of `discmux copy`. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "copy.h"

#define MAX_COPIES	9999
#define MAX_SPEED	72.0
#define MAX_WAIT_S	86400
#define WAIT_S		60

int copy_parse_list(const char *text, bool *all, uint32_t *set, char *err, size_t errlen)
{
	const char *p = text;

	*all = !strcmp(text, "all");
	*set = 0;
	if (*all)
		return 0;
	do {
		unsigned long n = 0;
		size_t digits = strspn(p, "0123456789");

		if (!digits || (p[digits] && p[digits] != ',')) {
			snprintf(err, errlen, "--to %s is no list of recorders: say all, or their numbers like 0,2",
				 text);
			return -EINVAL;
		}
		n = digits > 4 ? BURN_MAX_RECORDERS : strtoul(p, NULL, 10);
		if (n >= BURN_MAX_RECORDERS) {
			snprintf(err, errlen, "--to %s: there is no recorder %.*s, the numbers end at %u",
				 text, (int)(digits > 20 ? 20 : digits), p, BURN_MAX_RECORDERS - 1);
			return -EINVAL;
		}
		if (*set >> n & 1) {
			snprintf(err, errlen, "--to %s names recorder %lu twice: one disc takes one copy, say --quantity for more",
				 text, n);
			return -EINVAL;
		}
		*set |= 1u << n;
		p += digits;
	} while (*p++);
	return 0;
}

enum { OPT_FROM = CLI_OPT_OWN, OPT_TO, OPT_VERIFY, OPT_QUANTITY, OPT_NO_EJECT, OPT_SPEED,
	OPT_WAIT, OPT_OPEN, OPT_METHOD, OPT_LOG, OPT_QUIET };

static const struct option long_options[] = {
	{ "from", required_argument, NULL, OPT_FROM },
	{ "to", required_argument, NULL, OPT_TO },
	{ "verify", no_argument, NULL, OPT_VERIFY },
	{ "quantity", required_argument, NULL, OPT_QUANTITY },
	{ "no-eject", no_argument, NULL, OPT_NO_EJECT },
	{ "speed", required_argument, NULL, OPT_SPEED },
	{ "wait", required_argument, NULL, OPT_WAIT },
	{ "open", no_argument, NULL, OPT_OPEN },
	{ "method", required_argument, NULL, OPT_METHOD },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	CLI_OPTIONS,
	{ 0 },
};

static int take_speed(struct copy_options *o, const char *text)
{
	char *end;

	o->speed = strtod(text, &end);
	if (end != text && (*end == 'x' || *end == 'X'))
		end++;
	if (end == text || *end || !isfinite(o->speed) || o->speed <= 0 || o->speed > MAX_SPEED)
		return cli_error("--speed %s: a number from above 0 to %g is wanted, times 1x", text,
				 MAX_SPEED);
	return CLI_OK;
}

static int take_method(struct copy_options *o, const char *text)
{
	if (!strcmp(text, "dao"))
		o->method = BURN_METHOD_DAO;
	else if (!strcmp(text, "incremental"))
		o->method = BURN_METHOD_INCREMENTAL;
	else if (strcmp(text, "auto"))
		return cli_error("--method %s: auto, dao or incremental is wanted", text);
	return CLI_OK;
}

static int take_option(struct copy_options *o, int c, const char *arg)
{
	switch (c) {
	case OPT_FROM:
		o->from = arg;
		return CLI_OK;
	case OPT_TO:
		o->to = arg;
		return CLI_OK;
	case OPT_VERIFY:
		o->verify = true;
		return CLI_OK;
	case OPT_NO_EJECT:
		o->no_eject = true;
		return CLI_OK;
	case OPT_OPEN:
		o->open = true;
		return CLI_OK;
	case OPT_QUIET:
		o->quiet = true;
		return CLI_OK;
	case OPT_LOG:
		o->log = arg;
		return CLI_OK;
	case OPT_SPEED:
		return take_speed(o, arg);
	case OPT_METHOD:
		return take_method(o, arg);
	case OPT_QUANTITY:
		if (!cli_number(arg, 1, MAX_COPIES, &o->quantity))
			return CLI_OK;
		return cli_error("--quantity %s: a number from 1 to %d is wanted", arg, MAX_COPIES);
	default:
		if (!cli_number(arg, 0, MAX_WAIT_S, &o->wait_s))
			return CLI_OK;
		return cli_error("--wait %s: a number of seconds up to %d is wanted", arg, MAX_WAIT_S);
	}
}

int copy_take_options(struct cli *cli, struct copy_options *o, int argc, char **argv, bool *go_on)
{
	int c, status = CLI_OK;

	*go_on = false;
	*o = (struct copy_options){ .wait_s = WAIT_S };
	while ((c = getopt_long(argc, argv, CLI_SHORT, long_options, NULL)) != -1) {
		if (c >= CLI_OPT_OWN)
			status = take_option(o, c, optarg);
		else if (!cli_option(cli, argv, c, &status))
			return status;
		if (status)
			return status;
	}
	if (optind < argc)
		return cli_usage_error(argv[0], "%s is one word too many", argv[optind]);
	if (!o->from || !o->to)
		return cli_usage_error(argv[0], "copy needs --from and --to");
	*go_on = true;
	return CLI_OK;
}
