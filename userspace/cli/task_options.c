// SPDX-License-Identifier: GPL-2.0
/* The command lines of copy, simulate, verify, erase and read. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "task.h"

#define MAX_COPIES	9999
#define MAX_SPEED	72.0
#define MAX_WAIT_S	86400
#define WAIT_S		60
#define MAX_BREAK	2295104		/* blocks of one layer */

int task_parse_list(const char *option, const char *text, bool *all, uint32_t *set, char *err,
		    size_t errlen)
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
			snprintf(err, errlen, "%s %s is no list of recorders: say all, or their numbers like 0,2",
				 option, text);
			return -EINVAL;
		}
		n = digits > 4 ? BURN_MAX_RECORDERS : strtoul(p, NULL, 10);
		if (n >= BURN_MAX_RECORDERS) {
			snprintf(err, errlen, "%s %s: there is no recorder %.*s, the numbers end at %u",
				 option, text, (int)(digits > 20 ? 20 : digits), p, BURN_MAX_RECORDERS - 1);
			return -EINVAL;
		}
		if (*set >> n & 1) {
			snprintf(err, errlen, "%s %s names recorder %lu twice: one disc takes one copy, say --quantity for more",
				 option, text, n);
			return -EINVAL;
		}
		*set |= 1u << n;
		p += digits;
	} while (*p++);
	return 0;
}

enum { OPT_FROM = CLI_OPT_OWN, OPT_TO, OPT_IN, OPT_VERIFY, OPT_QUANTITY, OPT_NO_EJECT, OPT_SPEED,
	OPT_WAIT, OPT_OPEN, OPT_CLOSE, OPT_METHOD, OPT_LOG, OPT_QUIET, OPT_FULL, OPT_ERASE,
	OPT_SKIP, OPT_NO_ISRC, OPT_NO_BURN_FREE, OPT_LAYER_BREAK, OPT_IMAGE, OPT_DAMAGED,
	OPT_APPEND, OPT_PROGRESS, OPT_FORCE_IMAGE };

#define IN(task)	(1u << (task))
#define BURNS		(IN(BURN_COPY) | IN(BURN_SIMULATE))
#define HAS_MASTER	(BURNS | IN(BURN_VERIFY) | IN(BURN_READ))
#define HAS_DISCS	(BURNS | IN(BURN_VERIFY) | IN(BURN_ERASE))
#define ALL		(HAS_MASTER | HAS_DISCS)

static const struct {
	unsigned int tasks;	/* that know it */
	struct option option;
} known[] = {
	{ HAS_MASTER, { "from", required_argument, NULL, OPT_FROM } },
	{ BURNS | IN(BURN_READ), { "to", required_argument, NULL, OPT_TO } },
	{ IN(BURN_VERIFY) | IN(BURN_ERASE), { "in", required_argument, NULL, OPT_IN } },
	{ IN(BURN_COPY), { "verify", no_argument, NULL, OPT_VERIFY } },
	{ IN(BURN_COPY), { "quantity", required_argument, NULL, OPT_QUANTITY } },
	{ HAS_DISCS, { "no-eject", no_argument, NULL, OPT_NO_EJECT } },
	{ BURNS, { "speed", required_argument, NULL, OPT_SPEED } },
	{ IN(BURN_COPY), { "wait", required_argument, NULL, OPT_WAIT } },
	{ IN(BURN_COPY), { "open", no_argument, NULL, OPT_OPEN } },
	{ IN(BURN_COPY), { "close", no_argument, NULL, OPT_CLOSE } },
	{ BURNS, { "method", required_argument, NULL, OPT_METHOD } },
	{ IN(BURN_COPY) | IN(BURN_ERASE), { "log", required_argument, NULL, OPT_LOG } },
	{ ALL, { "quiet", no_argument, NULL, OPT_QUIET } },
	{ ALL, { "progress", no_argument, NULL, OPT_PROGRESS } },
	{ IN(BURN_ERASE), { "full", no_argument, NULL, OPT_FULL } },
	{ IN(BURN_COPY), { "erase", no_argument, NULL, OPT_ERASE } },
	{ IN(BURN_COPY), { "append", no_argument, NULL, OPT_APPEND } },
	{ HAS_DISCS, { "skip-unfit", no_argument, NULL, OPT_SKIP } },
	{ BURNS | IN(BURN_VERIFY), { "force-image", no_argument, NULL, OPT_FORCE_IMAGE } },
	{ BURNS | IN(BURN_READ), { "no-isrc", no_argument, NULL, OPT_NO_ISRC } },
	{ BURNS, { "no-burn-free", no_argument, NULL, OPT_NO_BURN_FREE } },
	{ IN(BURN_COPY), { "layer-break", required_argument, NULL, OPT_LAYER_BREAK } },
	{ IN(BURN_COPY), { "image", required_argument, NULL, OPT_IMAGE } },
	{ BURNS | IN(BURN_READ), { "damaged", required_argument, NULL, OPT_DAMAGED } },
};

#define NR_KNOWN	(sizeof(known) / sizeof(*known))

static int take_speed(struct task_options *o, const char *text)
{
	char *end;

	o->speed = strtod(text, &end);
	if (end != text && (*end == 'x' || *end == 'X'))
		end++;
	if (end == text || *end || !isfinite(o->speed) || o->speed <= 0 || o->speed > MAX_SPEED)
		return cli_value_error("--speed %s: a number from above 0 to %g is wanted, times 1x", text,
				 MAX_SPEED);
	return CLI_OK;
}

static int take_method(struct task_options *o, const char *text)
{
	static const char *const words[] = { "auto", "dao", "incremental", "overwrite", "tao",
					     "sao", NULL };
	static const enum burn_method methods[] = {
		BURN_METHOD_AUTO, BURN_METHOD_DAO, BURN_METHOD_INCREMENTAL,
		BURN_METHOD_OVERWRITE, BURN_METHOD_TAO, BURN_METHOD_SAO,
	};
	int i = cli_word("--method", text, words);

	if (i < 0)
		return CLI_USAGE;
	o->method = methods[i];
	return CLI_OK;
}

static int take_number(const char *name, const char *text, unsigned long min, unsigned long max,
		       unsigned long *value)
{
	if (!cli_number(text, min, max, value))
		return CLI_OK;
	return cli_value_error("%s %s: a number from %lu to %lu is wanted", name, text, min, max);
}

static int take_value(struct task_options *o, int c, const char *arg)
{
	switch (c) {
	case OPT_FROM:
		o->from = arg;
		break;
	case OPT_TO:
	case OPT_IN:
		o->to = arg;
		break;
	case OPT_LOG:
		o->log = arg;
		break;
	case OPT_IMAGE:
		o->image = arg;
		break;
	case OPT_DAMAGED:
		o->map = arg;
		break;
	case OPT_SPEED:
		return take_speed(o, arg);
	case OPT_METHOD:
		return take_method(o, arg);
	case OPT_QUANTITY:
		return take_number("--quantity", arg, 1, MAX_COPIES, &o->quantity);
	case OPT_LAYER_BREAK:
		return take_number("--layer-break", arg, 16, MAX_BREAK, &o->layer_break);
	default:
		return take_number("--wait", arg, 0, MAX_WAIT_S, &o->wait_s);
	}
	return CLI_OK;
}

static int take_option(struct task_options *o, int c, const char *arg)
{
	switch (c) {
	case OPT_VERIFY:
		o->verify = true;
		break;
	case OPT_NO_EJECT:
		o->no_eject = true;
		break;
	case OPT_OPEN:
		o->session = BURN_SESSION_OPEN;
		break;
	case OPT_CLOSE:
		o->session = BURN_SESSION_CLOSE;
		break;
	case OPT_QUIET:
		o->quiet = true;
		break;
	case OPT_PROGRESS:
		o->progress = true;
		break;
	case OPT_FULL:
		o->full = true;
		break;
	case OPT_ERASE:
		o->erase = true;
		break;
	case OPT_APPEND:
		o->append = true;
		break;
	case OPT_SKIP:
		o->go_on = true;
		break;
	case OPT_FORCE_IMAGE:
		o->force_image = true;
		break;
	case OPT_NO_ISRC:
		o->no_isrc = true;
		break;
	case OPT_NO_BURN_FREE:
		o->no_burn_free = true;
		break;
	default:
		return take_value(o, c, arg);
	}
	return CLI_OK;
}

/* The options of this task, for getopt_long(). */
static void options_of(enum burn_task task, struct option *options)
{
	static const struct option common[] = { CLI_OPTIONS };
	size_t i, n = 0;

	for (i = 0; i < NR_KNOWN; i++)
		if (known[i].tasks & IN(task))
			options[n++] = known[i].option;
	for (i = 0; i < sizeof(common) / sizeof(*common); i++)
		options[n++] = common[i];
	memset(&options[n], 0, sizeof(options[n]));
}

/* What the options of a task must have, and what they can't. */
static int check(enum burn_task task, const struct task_options *o, const char *command)
{
	if (o->append && o->erase)
		return cli_usage_error(command, "--append and --erase exclude each other");
	if (task == BURN_ERASE)
		return o->to ? CLI_OK : cli_usage_error(command, "erase needs --in");
	if (o->from && o->to)
		return CLI_OK;
	return cli_usage_error(command, "%s needs %s%s%s", command, o->from ? "" : "--from",
			       o->from || o->to ? "" : " and ", o->to ? "" :
			       task == BURN_VERIFY ? "--in" : "--to");
}

int task_take_options(struct cli *cli, enum burn_task task, struct task_options *o, int argc,
		      char **argv, bool *go_on)
{
	struct option options[NR_KNOWN + 8];
	int c, status = CLI_OK;

	*go_on = false;
	*o = (struct task_options){ .wait_s = WAIT_S };
	options_of(task, options);
	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c >= CLI_OPT_OWN)
			status = take_option(o, c, optarg);
		else if (!cli_option(cli, argv, c, &status))
			return status;
		if (status)
			return status;
	}
	if (optind < argc)
		return cli_usage_error(argv[0], "%s is one word too many", argv[optind]);
	if (o->progress && !cli->json)
		return cli_usage_error(argv[0], "--progress goes with --json: without it progress is shown unless --quiet is given");
	status = check(task, o, argv[0]);
	*go_on = !status;
	return status;
}
