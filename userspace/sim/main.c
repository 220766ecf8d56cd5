// SPDX-License-Identifier: GPL-2.0
/* discmux-sim: virtual optical drives and disc libraries. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl_client.h"
#include "daemon.h"
#include "habit.h"
#include "near.h"
#include "printer_port.h"
#include "sim_completion.h"

#ifndef DISCMUX_VERSION
#define DISCMUX_VERSION "unknown"
#endif

#define USAGE 2
#define REPLAY_MEDIA "/run/discmux-sim.media"	/* a folder without discs */

static const char usage_text[] =
	"usage: discmux-sim start --profile P[,P...] --media DIR [options]\n"
	"       discmux-sim start --drive replay=FILE [options]\n"
	"       discmux-sim stop\n"
	"       discmux-sim status [--json]\n"
	"       discmux-sim ctl [--control SOCKET] COMMAND\n"
	"       discmux-sim print [--changer NAME] [FILE]\n"
	"       discmux-sim habits [--json]\n"
	"\n"
	"profiles: tower:N              a DVD reader and N recorders, 1 to 16\n"
	"          bdtower:N            the same for Blu-ray discs too\n"
	"          mc8100|mc8200|mc8600[:DRIVES[:SLOTS]][+printer][+no-flip]  a library\n"
	"          smc3[:DRIVES[:SLOTS]][+mail=N][+arms=N][+no-tags][+no-dvcid][+no-flip]\n"
	"\n"
	"          behind each of them: [+habit=NAME[=VALUE]]...\n"
	"\n"
	"start:\n"
	"  --profile P[,P...]  what to make\n"
	"  --media DIR         folder of the discs\n"
	"  --drive replay=FILE[,loop]\n"
	"                      a drive or changer that answers as a recording of\n"
	"                      'discmux record' says; loop: over and over\n"
	"  --set DEVICE.FIELD=VALUE[,FIELD=VALUE...]\n"
	"                      vendor, product, revision, serial of a device\n"
	"  --drive [DEVICE.]habit=NAME[=VALUE][+NAME...]\n"
	"                      habits of one drive, or of all that they are for\n"
	"  --changer [DEVICE.]habit=NAME[=VALUE][+NAME...]\n"
	"                      the same for changers\n"
	"  --shared-host       all devices of a profile on one SCSI host\n"
	"  --speed FACTOR      of the drives: 1 is real time (default: unlimited)\n"
	"  --robot FACTOR      of a library's moves: 1 is real time (default: at once)\n"
	"  --command-timeout S the kernel gives up a command after S seconds (default: never)\n"
	"  --control SOCKET    default " SIM_CONTROL "\n"
	"  --foreground        don't go to the background\n"
	"\n"
	"ctl:\n";

__attribute__((format(printf, 2, 3)))
static int complain(int status, const char *format, ...)
{
	va_list ap;

	fputs("discmux-sim: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

static int usage(void)
{
	fprintf(stderr, "%s%s", usage_text, ctl_client_usage);
	return USAGE;
}

/* A factor of real time; in the model 0 is "as fast as it goes". */
static bool parse_factor(const char *text, double *out)
{
	char *end;

	if (!strcmp(text, "unlimited")) {
		*out = 0;
		return true;
	}
	*out = strtod(text, &end);
	return end != text && !*end && isfinite(*out) && *out >= 0;
}

static bool parse_seconds(const char *text, unsigned int *out)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	*out = (unsigned int)n;
	return end != text && !*end && !errno && *text != '-' && n <= 24 * 3600;
}

/* The daemon leaves the folder it was started in. */
static char *absolute(const char *path)
{
	char *here, *result = NULL;

	if (*path == '/')
		return strdup(path);
	here = getcwd(NULL, 0);
	if (here && asprintf(&result, "%s/%s", here, path) < 0)
		result = NULL;
	free(here);
	return result;
}

struct start_options {
	struct daemon_config config;
	const char *profile;
	const char *media;
	const char *drive[SIM_PLAN_GROUPS];
	size_t drives;
	const char *set[SIM_PLAN_DEVICES * 4];
	size_t sets;
	struct {
		bool changers;
		const char *text;
	} habit[SIM_PLAN_DEVICES];
	size_t habits;
	bool shared_host;
};

static int unknown_option(const struct option *o, const char *word)
{
	char offers[16][32], hint[NEAR_HINT_SIZE];
	struct near near;
	size_t i;

	near_begin(&near, word);
	for (i = 0; i < sizeof(offers) / sizeof(*offers) && o[i].name; i++) {
		snprintf(offers[i], sizeof(offers[i]), "--%s", o[i].name);
		near_offer(&near, offers[i]);
	}
	return complain(USAGE, "unknown option %s%s", word, near_hint(&near, hint, sizeof(hint)));
}

static const struct option known_options[] = {
	{ "profile", required_argument, NULL, 'p' },
	{ "media", required_argument, NULL, 'm' },
	{ "set", required_argument, NULL, 's' },
	{ "drive", required_argument, NULL, 'd' },
	{ "changer", required_argument, NULL, 'g' },
	{ "shared-host", no_argument, NULL, 'h' },
	{ "speed", required_argument, NULL, 'v' },
	{ "robot", required_argument, NULL, 'r' },
	{ "command-timeout", required_argument, NULL, 't' },
	{ "control", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, 'f' },
	{ }
};

static int parse_start(int argc, char *argv[], struct start_options *o)
{
	int c;

	while ((c = getopt_long(argc, argv, ":", known_options, NULL)) != -1) {
		switch (c) {
		case 'p':
			o->profile = optarg;
			break;
		case 'm':
			o->media = optarg;
			break;
		case 's':
			if (o->sets == sizeof(o->set) / sizeof(o->set[0]))
				return complain(USAGE, "too many --set");
			o->set[o->sets++] = optarg;
			break;
		case 'd':
			if (!strncmp(optarg, "replay", 6)) {
				if (o->drives == sizeof(o->drive) / sizeof(o->drive[0]))
					return complain(USAGE, "too many --drive");
				o->drive[o->drives++] = optarg;
				break;
			}
			/* fallthrough */
		case 'g':
			if (o->habits == sizeof(o->habit) / sizeof(o->habit[0]))
				return complain(USAGE, "too many --drive and --changer");
			o->habit[o->habits].changers = c == 'g';
			o->habit[o->habits++].text = optarg;
			break;
		case 'h':
			o->shared_host = true;
			break;
		case 'v':
			if (!parse_factor(optarg, &o->config.rig.speed))
				return complain(USAGE, "bad --speed '%s': give unlimited or a factor",
						optarg);
			break;
		case 'r':
			if (!parse_factor(optarg, &o->config.rig.robot))
				return complain(USAGE, "bad --robot '%s': give 0 or a factor",
						optarg);
			break;
		case 't':
			if (!parse_seconds(optarg, &o->config.rig.timeout))
				return complain(USAGE, "bad --command-timeout '%s': give seconds",
						optarg);
			break;
		case 'c':
			o->config.control = optarg;
			break;
		case 'f':
			o->config.foreground = true;
			break;
		case ':':
			return complain(USAGE, "option %s needs a value", argv[optind - 1]);
		default:
			return unknown_option(known_options, argv[optind - 1]);
		}
	}
	if (optind < argc)
		return complain(USAGE, "'%s' is too much", argv[optind]);
	/* Recordings need neither */
	if (!o->profile && o->drives)
		return 0;
	if (!o->profile || !*o->profile)
		return complain(USAGE, "give --profile, such as tower:4 or mc8600");
	if (!o->media || !*o->media)
		return complain(USAGE, "give --media, a folder for the discs");
	return 0;
}

/* "replay=FILE", with FILE as the daemon finds it; it lives as long as the program. */
static int add_drive(struct sim_plan *plan, const char *text, char *err, size_t errlen)
{
	bool file = !strncmp(text, "replay=", 7) && text[7];
	char *path = absolute(file ? text + 7 : "/");
	char *what = NULL;
	int ret;

	if (!path || asprintf(&what, "%s%s", file ? "replay=" : text, file ? path : "") < 0) {
		free(path);
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	free(path);
	ret = sim_plan_replay(plan, what, err, errlen);
	if (ret)
		free(what);
	return ret;
}

static int cmd_start(int argc, char *argv[])
{
	struct start_options o = { .config.control = SIM_CONTROL };
	struct sim_plan *plan = &o.config.rig.plan;
	char *media = NULL, *control = NULL;
	int status = parse_start(argc, argv, &o);
	char err[512] = "";
	int ret;

	if (status)
		return status;
	ret = o.profile ? sim_plan_parse(plan, o.profile, o.shared_host, err, sizeof(err)) : 0;
	for (size_t i = 0; i < o.drives && !ret; i++)
		ret = add_drive(plan, o.drive[i], err, sizeof(err));
	for (size_t i = 0; i < o.sets && !ret; i++)
		ret = sim_plan_set(plan, o.set[i], err, sizeof(err));
	for (size_t i = 0; i < o.habits && !ret; i++)
		ret = sim_plan_habit(plan, o.habit[i].changers, o.habit[i].text, err,
				     sizeof(err));
	if (ret)
		return complain(USAGE, "%s", err);
	media = absolute(o.media ? o.media : REPLAY_MEDIA);
	control = absolute(o.config.control);
	if (media && control) {
		o.config.rig.media_dir = media;
		o.config.control = control;
		ret = daemon_start(&o.config, err, sizeof(err));
	} else {
		ret = -ENOMEM;
		snprintf(err, sizeof(err), "%s", strerror(errno));
	}
	free(media);
	free(control);
	return ret ? complain(1, "%s", err) : 0;
}

static int cmd_stop(int argc, char *argv[])
{
	char err[512] = "";
	int ret;

	if (argc > 1)
		return complain(USAGE, "'%s' is too much for stop", argv[1]);
	ret = daemon_stop(err, sizeof(err));
	if (ret < 0)
		return complain(1, "%s", err);
	if (!ret)
		puts("discmux-sim was not running");
	return 0;
}

/* Asks, and complains if the answer is no. */
static int ask(const char *control, const json_t *request, json_t **reply)
{
	const char *error;
	char err[512];

	if (ctl_client_call(control, request, reply, err, sizeof(err)))
		return complain(1, "%s", err);
	if (json_is_true(json_object_get(*reply, "ok"))) {
		json_object_del(*reply, "ok");
		return 0;
	}
	error = json_string_value(json_object_get(*reply, "error"));
	complain(1, "%s", error ? error : "it failed");
	json_decref(*reply);
	return 1;
}

static void print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
}

static int cmd_status(int argc, char *argv[])
{
	bool json = argc > 1 && !strcmp(argv[1], "--json");
	json_t *request, *reply;
	char control[256];
	int status;

	if (argc > 1 + json)
		return complain(USAGE, "'%s' is too much for status", argv[1 + json]);
	if (!daemon_find(control, sizeof(control))) {
		if (json)
			puts("{\n  \"running\": false\n}");
		else
			puts("not running");
		return 1;
	}
	request = json_pack("{s:s}", "command", "status");
	status = ask(control, request, &reply);
	json_decref(request);
	if (status)
		return status;
	if (json) {
		json_object_set_new(reply, "running", json_true());
		print_json(reply);
	} else {
		printf("running: process %lld, profile %s, media %s, control %s\n",
		       (long long)json_integer_value(json_object_get(reply, "pid")),
		       json_string_value(json_object_get(reply, "profile")),
		       json_string_value(json_object_get(reply, "media")),
		       json_string_value(json_object_get(reply, "control")));
	}
	json_decref(reply);
	return 0;
}

static int cmd_ctl(int argc, char *argv[])
{
	const char *const *words = (const char *const *)argv + 1;
	json_t *request, *reply;
	char control[256], err[512];
	bool json;
	int ret, status;

	daemon_find(control, sizeof(control));
	argc--;
	if (argc >= 2 && !strcmp(words[0], "--control")) {
		snprintf(control, sizeof(control), "%s", words[1]);
		words += 2;
		argc -= 2;
	}
	if (argc < 1)
		return usage();
	ret = ctl_client_request(words, (size_t)argc, &request, &json, err, sizeof(err));
	if (ret)
		return complain(ret == -ENOENT ? 1 : USAGE, "%s", err);
	status = ask(control, request, &reply);
	if (!status) {
		if (json)
			print_json(reply);
		else
			ctl_client_print(json_string_value(json_object_get(request, "command")),
					 reply, stdout);
		json_decref(reply);
	}
	json_decref(request);
	return status;
}

/* Where the printer of a changer is: the path, or NULL */
static char *find_port(const json_t *list, const char *changer)
{
	const json_t *device;
	size_t i;

	json_array_foreach(json_object_get(list, "devices"), i, device) {
		const char *name = json_string_value(json_object_get(device, "name"));
		const json_t *printer = json_object_get(json_object_get(device, "state"),
							"printer");
		const char *port = json_string_value(json_object_get(printer, "port"));

		if (port && name && (!changer || !strcmp(name, changer)))
			return strdup(port);
	}
	return NULL;
}

/* What a print queue's command does: data from a file or standard input to the port. */
static int cmd_print(int argc, char *argv[])
{
	const char *changer = argc > 2 && !strcmp(argv[1], "--changer") ? argv[2] : NULL;
	int first = changer ? 3 : 1, fd = STDIN_FILENO, ret;
	json_t *request, *reply;
	char control[256], err[512], *port;

	if (argc > first + 1)
		return complain(USAGE, "'%s' is too much for print", argv[first + 1]);
	if (argc > first && strcmp(argv[first], "-"))
		fd = open(argv[first], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return complain(1, "can't read %s: %s", argv[first], strerror(errno));
	daemon_find(control, sizeof(control));
	request = json_pack("{s:s}", "command", "list");
	ret = ask(control, request, &reply);
	json_decref(request);
	if (ret)
		return ret;
	port = find_port(reply, changer);
	json_decref(reply);
	if (!port)
		return complain(1, "no library has a label printer: start with a profile such as "
				"mc8600+printer");
	ret = printer_port_send(port, fd, err, sizeof(err));
	free(port);
	return ret ? complain(1, "%s", err) : 0;
}

/* For shells, which want no messages. */
static int cmd_completion(int argc, char *argv[])
{
	const char *what = argc == 2 ? argv[1] : "";
	json_t *request, *reply = NULL;
	char control[256], err[512];

	if (strcmp(what, "devices") && strcmp(what, "discs"))
		return sim_completion_print(what, known_options) ?
			complain(USAGE, "completion: bash, zsh, devices or discs is wanted") : 0;
	daemon_find(control, sizeof(control));
	request = json_pack("{s:s}", "command", "list");
	if (!ctl_client_call(control, request, &reply, err, sizeof(err)))
		sim_completion_names(reply, what);
	json_decref(request);
	json_decref(reply);
	return 0;
}

static int cmd_habits(int argc, char *argv[])
{
	bool json = argc > 1 && !strcmp(argv[1], "--json");
	const struct sim_habit *habit;
	json_t *list;

	if (argc > 1 + json)
		return complain(USAGE, "'%s' is too much for habits", argv[1 + json]);
	if (json) {
		list = json_pack("{s:o}", "habits", sim_habits_describe());
		print_json(list);
		json_decref(list);
		return 0;
	}
	for (size_t i = 0; (habit = sim_habit_at(i)); i++) {
		int len = printf("%s%s%s", habit->name, habit->value ? "=" : "",
				 habit->value ? habit->value : "");

		printf("%*s %c%c%c  %s\n", len < 26 ? 26 - len : 0, "",
		       habit->of & SIM_OF_READER ? 'r' : '-', habit->of & SIM_OF_RECORDER ? 'w' : '-',
		       habit->of & SIM_OF_CHANGER ? 'c' : '-', habit->what);
	}
	return 0;
}

int main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		int (*run)(int argc, char *argv[]);
	} commands[] = {
		{ "start", cmd_start },
		{ "stop", cmd_stop },
		{ "status", cmd_status },
		{ "ctl", cmd_ctl },
		{ "print", cmd_print },
		{ "habits", cmd_habits },
	};

	char hint[NEAR_HINT_SIZE];
	struct near near;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 2)
		return usage();
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		printf("%s%s", usage_text, ctl_client_usage);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("discmux-sim " DISCMUX_VERSION);
		return 0;
	}
	if (!strcmp(argv[1], "completion"))
		return cmd_completion(argc - 1, argv + 1);
	near_begin(&near, argv[1]);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
		near_offer(&near, commands[i].name);
	}
	return complain(USAGE, "unknown command '%s'%s (see discmux-sim --help)", argv[1],
			near_hint(&near, hint, sizeof(hint)));
}
