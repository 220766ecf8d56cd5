// SPDX-License-Identifier: GPL-2.0
/* discmux watch: events as they happen. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "output.h"
#include "watch.h"

enum {
	OPT_COUNT = CLI_OPT_OWN,
	OPT_TIMEOUT,
};

#define FOREVER 0

struct watch {
	unsigned long count;		/* events to show, FOREVER */
	unsigned long timeout_s;	/* FOREVER */
};

static bool has(const struct discmux_event_info *event, unsigned int attr)
{
	return event->has & 1u << attr;
}

static void iso_time(const struct timespec *when, char *buf, size_t size)
{
	struct tm tm;
	size_t n;

	gmtime_r(&when->tv_sec, &tm);
	n = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, size - n, ".%03dZ", (int)(when->tv_nsec / 1000000 % 1000));
}

/* Whose sense data an event carries */
static enum discmux_device device_of(const struct discmux_event_info *event)
{
	if (has(event, DISCMUX_ATTR_ROLE))
		return discmux_role_device(event->role);
	if (has(event, DISCMUX_ATTR_SOURCE))	/* a move */
		return DISCMUX_DEVICE_LIBRARY;
	return event->event == DISCMUX_EVENT_RECORDER_FAILED ? DISCMUX_DEVICE_RECORDER :
							       DISCMUX_DEVICE_ANY;
}

/* What is to be done about it, or NULL without sense data that can be read */
static const char *action_of(const struct discmux_event_info *event)
{
	struct discmux_sense sense;

	if (!has(event, DISCMUX_ATTR_SENSE) ||
	    discmux_sense_parse(event->sense, event->sense_len, &sense))
		return NULL;
	return discmux_action_name(discmux_sense_action(device_of(event), sense.key, sense.asc,
							sense.ascq));
}

static int add_number(json_t *object, const struct discmux_event_info *event, unsigned int attr,
		      const char *key, uint64_t value)
{
	return has(event, attr) ? json_object_set_new(object, key, json_integer((json_int_t)value)) :
				  0;
}

static int add_strings(json_t *object, const struct discmux_event_info *event)
{
	const char *action = action_of(event);
	char text[160];
	int ret = 0;

	if (has(event, DISCMUX_ATTR_ROLE))
		ret |= json_object_set_new(object, "role",
					   json_string(discmux_role_name(event->role)));
	if (has(event, DISCMUX_ATTR_OPERATION))
		ret |= json_object_set_new(object, "operation",
					   json_string(discmux_operation_name(event->operation)));
	if (has(event, DISCMUX_ATTR_STATE))
		ret |= json_object_set_new(object, "state",
					   json_string(discmux_member_state_name(event->state)));
	if (has(event, DISCMUX_ATTR_ERROR) && event->error)
		ret |= json_object_set_new(object, "error_text",
					   json_string(strerror((int)(event->error & INT_MAX))));
	if (has(event, DISCMUX_ATTR_SENSE) && event->sense_len)
		ret |= json_object_set_new(object, "sense",
					   json_string(discmux_device_sense_text(
						   device_of(event), event->sense,
						   event->sense_len, text, sizeof(text))));
	if (action)
		ret |= json_object_set_new(object, "action", json_string(action));
	return ret;
}

json_t *watch_json(const struct discmux_event_info *event, const struct timespec *when)
{
	char time[40];
	json_t *object;
	int ret = 0;

	iso_time(when, time, sizeof(time));
	object = json_pack("{s:s, s:s, s:I, s:I, s:I}", "time", time, "event",
			   discmux_event_name(event->event), "seq", (json_int_t)event->seq, "lost",
			   (json_int_t)event->lost, "mux", (json_int_t)event->mux);
	ret |= add_number(object, event, DISCMUX_ATTR_MEMBER, "member", event->member);
	ret |= add_number(object, event, DISCMUX_ATTR_UNIT, "unit", event->unit);
	ret |= add_number(object, event, DISCMUX_ATTR_SOURCE, "source", event->source);
	ret |= add_number(object, event, DISCMUX_ATTR_DESTINATION, "destination",
			  event->destination);
	ret |= add_number(object, event, DISCMUX_ATTR_STREAM, "stream", event->stream);
	ret |= add_number(object, event, DISCMUX_ATTR_RECORDERS, "recorders", event->recorders);
	ret |= add_number(object, event, DISCMUX_ATTR_BYTES, "bytes", event->bytes);
	ret |= add_number(object, event, DISCMUX_ATTR_LBA, "lba", event->lba);
	ret |= add_number(object, event, DISCMUX_ATTR_ERROR, "error", event->error);
	ret |= add_number(object, event, DISCMUX_ATTR_STATUS, "status", event->status);
	ret |= add_number(object, event, DISCMUX_ATTR_GENERATION, "generation", event->generation);
	ret |= add_strings(object, event);
	if (ret) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* Text that grows in a buffer of fixed size. */
struct line {
	char *buf;
	size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line->buf + line->used, line->size - line->used, fmt, args);
	va_end(args);
	if (n > 0)
		line->used += (size_t)n;
	if (line->used >= line->size)
		line->used = line->size - 1;
}

static void add_outcome(struct line *line, const struct discmux_event_info *event)
{
	char text[160];

	if (has(event, DISCMUX_ATTR_SENSE) && event->sense_len)
		add(line, ": %s",
		    discmux_device_sense_text(device_of(event), event->sense, event->sense_len,
					      text, sizeof(text)));
	else if (has(event, DISCMUX_ATTR_ERROR) && event->error)
		add(line, ": %s", strerror((int)(event->error & INT_MAX)));
	else if (has(event, DISCMUX_ATTR_STATUS) && event->status)
		add(line, ": SCSI status %02Xh", event->status);
}

char *watch_text(const struct discmux_event_info *event, char *buf, size_t size)
{
	struct line line = { .buf = buf, .size = size };

	buf[0] = '\0';
	add(&line, "mux %u: %s", event->mux, discmux_event_name(event->event));
	if (has(event, DISCMUX_ATTR_STREAM))
		add(&line, " stream %u", event->stream);
	if (has(event, DISCMUX_ATTR_UNIT) && has(event, DISCMUX_ATTR_ROLE))
		add(&line, " %s %u", discmux_role_name(event->role), event->unit);
	else if (has(event, DISCMUX_ATTR_UNIT))	/* RECORDER_FAILED has no role */
		add(&line, " recorder %u", event->unit);
	else if (has(event, DISCMUX_ATTR_MEMBER) && !has(event, DISCMUX_ATTR_SOURCE))
		add(&line, " member %u", event->member);
	if (has(event, DISCMUX_ATTR_STATE))
		add(&line, " %s", discmux_member_state_name(event->state));
	if (has(event, DISCMUX_ATTR_OPERATION))
		add(&line, " %s", discmux_operation_name(event->operation));
	if (has(event, DISCMUX_ATTR_SOURCE) && has(event, DISCMUX_ATTR_DESTINATION) &&
	    (event->source || event->destination))
		add(&line, " %04Xh to %04Xh", event->source, event->destination);
	if (has(event, DISCMUX_ATTR_LBA))
		add(&line, " at block %u", event->lba);
	if (has(event, DISCMUX_ATTR_RECORDERS))
		add(&line, ", %u recorder%s", event->recorders, event->recorders == 1 ? "" : "s");
	if (has(event, DISCMUX_ATTR_BYTES))
		add(&line, ", %llu bytes", (unsigned long long)event->bytes);
	add_outcome(&line, event);
	return buf;
}

static int show(const struct cli *cli, const struct discmux_event_info *event)
{
	char line[512], time[16];
	struct timespec now;
	struct tm tm;
	int ret = CLI_OK;

	clock_gettime(CLOCK_REALTIME, &now);
	if (cli->json) {
		ret = json_print(watch_json(event, &now), true, stdout);
	} else {
		localtime_r(&now.tv_sec, &tm);
		strftime(time, sizeof(time), "%H:%M:%S", &tm);
		if (event->lost)
			printf("%s %llu event%s lost\n", time, (unsigned long long)event->lost,
			       event->lost == 1 ? "" : "s");
		printf("%s.%03d %s\n", time, (int)(now.tv_nsec / 1000000),
		       watch_text(event, line, sizeof(line)));
	}
	if (fflush(stdout))
		return cli_error("cannot write the output");
	return ret;
}

static void on_signal(int sig)
{
	(void)sig;	/* that a wait is interrupted is all it is for */
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Milliseconds that are left, for poll(); -1 without an end. */
static int time_left(const struct watch *watch, int64_t start)
{
	int64_t left = start + (int64_t)watch->timeout_s * 1000 - now_ms();

	if (watch->timeout_s == FOREVER)
		return -1;
	return left < 0 ? 0 : (int)(left < INT_MAX ? left : INT_MAX);
}

static int watch_events(const struct cli *cli, const struct watch *watch,
			struct discmux_events *events)
{
	const int64_t start = now_ms();
	struct discmux_event_info event;
	unsigned long shown = 0;
	int ret;

	while (watch->count == FOREVER || shown < watch->count) {
		ret = discmux_events_read(events, time_left(watch, start), &event);
		if (ret == -EINTR)
			return CLI_OK;
		if (ret < 0)
			return cli_error("%s", discmux_events_error(events));
		if (!ret)
			return watch->count == FOREVER ? CLI_OK : CLI_FAIL;
		if (cli->mux_given && event.mux != (uint32_t)cli->mux)
			continue;
		if (show(cli, &event))
			return CLI_FAIL;
		shown++;
	}
	return CLI_OK;
}

static int run(const struct cli *cli, const struct watch *watch)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct discmux_events *events;
	int ret;

	/* No SA_RESTART: the wait ends with EINTR. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (discmux_events_open(&events) < 0)
		ret = cli_error("%s", discmux_events_error(events));
	else
		ret = watch_events(cli, watch, events);
	discmux_events_close(events);
	return ret;
}

int cmd_watch(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, OPT_COUNT },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		CLI_OPTIONS,
		{ 0 },
	};
	struct watch watch = { FOREVER, FOREVER };
	int ret, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_COUNT) {
			if (cli_number(optarg, 1, ULONG_MAX / 16, &watch.count))
				return cli_value_error("--count %s: a number of events, from 1", optarg);
		} else if (c == OPT_TIMEOUT) {
			if (cli_number(optarg, 1, 1000000, &watch.timeout_s))
				return cli_value_error("--timeout %s: whole seconds, 1 to 1000000",
						 optarg);
		} else if (!cli_option(cli, argv, c, &ret)) {
			return ret;
		}
	}
	if (optind < argc)
		return cli_usage_error(argv[0], "%s: watch takes no operands", argv[optind]);
	return run(cli, &watch);
}
