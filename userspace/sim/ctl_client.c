// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl_client.h"
#include "near.h"

const char ctl_client_usage[] =
	"  list [--json]                      devices and discs\n"
	"  insert DEVICE DISC|FILE [--layer-break N] [--protect N[-M][,...]|none]\n"
	"                                     puts a disc into a drive; FILE: .iso .cue .toc .ccd\n"
	"  eject DEVICE [--force]             takes it out\n"
	"  swap DEVICE DISC|FILE [--quiet]    another disc for that one; --quiet: no attention\n"
	"  blank TYPE [NAME] [DEVICE|all|slots] [--blocks N] [--count N]\n"
	"                                     makes a blank disc, or one for every empty recorder\n"
	"                                     or slot; TYPE: cd-r cd-rw dvd-r dvd-rw dvd+r dvd+rw\n"
	"                                     dvd+r-dl bd-r bd-re\n"
	"  damage DISC read|c2|isrc N[-M] [times N] [above SPEED], damage DISC none\n"
	"                                     scratches on a disc that is in no drive\n"
	"  damage DISC jitter N[-M] samples N [every N] [times N] [above SPEED]\n"
	"                                     reads of audio that begin there are off\n"
	"  copyright DISC css|cppm|cprm|aacs|none [region N]\n"
	"                                     what a DVD that is in no drive says of itself\n"
	"  tray DEVICE open|close\n"
	"  mail [CHANGER] open|close|insert DISC|remove\n"
	"  slot [CHANGER] N DISC|empty\n"
	"  speed DEVICE unlimited|FACTOR      1 is real time\n"
	"  fault DEVICE FAULT                 sense KEY/ASC/ASCQ[*N][,...] [deferred] [for-all],\n"
	"                                     status XX, hang [deaf], slow MS [per-mib],\n"
	"                                     link MS [after], button or reply EDIT[=VALUE], then\n"
	"                                     [op XX|read|write] [lba N[-M]] [page XX] [elements N]\n"
	"                                     [if cd-text|tags-and-ids] [nth N] [every N]\n"
	"                                     [times N|always]\n"
	"  message DEVICE NAME at PHASE [rejecting NAME] [op XX] [nth N] [times N|always]\n"
	"                                     a message of the SCSI bus; PHASE: selection, identify,\n"
	"                                     command, init, data, move, status, message-in, complete\n"
	"  clear DEVICE [NUMBER]              faults go\n"
	"  habit DEVICE NAME[=VALUE][+NAME...] [WHERE]|none\n"
	"                                     'discmux-sim habits' tells them; WHERE as of faults\n"
	"  count [DEVICE] [--json] [--reset]  what the devices saw\n"
	"  vanish DEVICE, appear DEVICE       pulls its cable, and plugs it in\n"
	"  set DEVICE FIELD=VALUE...          vendor, product, revision, serial\n"
	"  rewind DEVICE [PART]               a recording plays from its start, or from a part\n"
	"of a library:\n"
	"  raise [CHANGER] XX/YY|log XX|NAME  an error of its manual's tables\n"
	"  codes [--json]                     all of them, and what comes of each\n"
	"  robot [CHANGER] FACTOR             how long moves take: 1 is real time, 0 at once\n"
	"  door [CHANGER] SECONDS             it was open: not ready for so long\n"
	"  attend [CHANGER]                   an operator sees to what asked for it\n"
	"  magazine [CHANGER] fill DISC|-...|tray N in|out\n"
	"  printer [CHANGER] on|off|print [SECONDS]|out INK[,INK]|new INK[,INK]\n"
	"  initiator [CHANGER] N reserve|release|prevent|allow|ready|reset|CDB... [in N|out ...]\n";

/* --- the socket -------------------------------------------------------------------------- */

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, ret;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

int ctl_client_call(const char *path, const json_t *request, json_t **reply, char *err,
		    size_t errlen)
{
	char *text = json_dumps(request, JSON_COMPACT);
	int fd = text ? connect_to(path) : -ENOMEM;
	json_error_t error;
	FILE *f = NULL;

	if (fd == -ENOENT || fd == -ECONNREFUSED)
		snprintf(err, errlen, "nothing runs at %s: 'discmux-sim start' first", path);
	else if (fd < 0)
		snprintf(err, errlen, "can't connect to %s: %s", path, strerror(-fd));
	*reply = NULL;
	if (fd >= 0 && dprintf(fd, "%s\n", text) > 0)
		f = fdopen(fd, "r");
	if (f)
		*reply = json_loadf(f, JSON_DISABLE_EOF_CHECK, &error);
	free(text);
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
	if (fd < 0)
		return fd;
	if (*reply)
		return 0;
	snprintf(err, errlen, "no answer from %s: has discmux-sim died?", path);
	return -EIO;
}

/* --- words ------------------------------------------------------------------------------- */

struct words {
	const char *word[640];
	size_t count;
	size_t at;
	bool json, force, reset, quiet;
	long long blocks, limit, layer_break;
	const char *protect;
	json_t *request;
	char *err;
	size_t errlen;
};

__attribute__((format(printf, 2, 3)))
static int wrong(struct words *w, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(w->err, w->errlen, format, ap);
	va_end(ap);
	return -EINVAL;
}

static const char *next(struct words *w)
{
	return w->at < w->count ? w->word[w->at++] : NULL;
}

static size_t left(const struct words *w)
{
	return w->count - w->at;
}

static void give(struct words *w, const char *key, const char *value)
{
	json_object_set_new(w->request, key, json_string(value));
}

static bool is_number(const char *word)
{
	return *word && word[strspn(word, "0123456789")] == 0 && strlen(word) < 10;
}

/* A disc is a name, or an image file, which the daemon gets as an absolute path. */
static int give_disc(struct words *w, const char *word)
{
	size_t len = strlen(word);
	const char *end = len > 4 ? word + len - 4 : "";
	bool image = !strcmp(end, ".iso") || !strcmp(end, ".bin") || !strcmp(end, ".cue") ||
		     !strcmp(end, ".toc") || !strcmp(end, ".ccd");
	char *path;

	if (!image && !strchr(word, '/')) {
		give(w, "disc", word);
		return 0;
	}
	path = realpath(word, NULL);
	if (!path) {
		wrong(w, "can't find %s: %s", word, strerror(errno));
		return -ENOENT;
	}
	give(w, "disc", path);
	free(path);
	return 0;
}

static int words_none(struct words *w)
{
	(void)w;
	return 0;
}

static int words_device(struct words *w)
{
	if (!left(w))
		return wrong(w, "give a device");
	give(w, "device", next(w));
	return 0;
}

static int words_insert(struct words *w)
{
	if (left(w) != 2)
		return wrong(w, "give insert DEVICE DISC|FILE.iso");
	if (w->layer_break)
		json_object_set_new(w->request, "layer_break", json_integer(w->layer_break));
	if (w->protect)
		give(w, "protect", w->protect);
	give(w, "device", next(w));
	return give_disc(w, next(w));
}

static int words_swap(struct words *w)
{
	if (left(w) != 2)
		return wrong(w, "give swap DEVICE DISC|FILE.iso [--quiet]");
	json_object_set_new(w->request, "quiet", json_boolean(w->quiet));
	give(w, "device", next(w));
	return give_disc(w, next(w));
}

static int words_eject(struct words *w)
{
	json_object_set_new(w->request, "force", json_boolean(w->force));
	return words_device(w);
}

static int words_blank(struct words *w)
{
	if (!left(w))
		return wrong(w, "give blank TYPE [NAME] [DEVICE|all|slots]");
	give(w, "type", next(w));
	if (left(w))
		give(w, "name", next(w));
	if (left(w))
		give(w, "device", next(w));
	json_object_set_new(w->request, "blocks", json_integer(w->blocks));
	json_object_set_new(w->request, "count", json_integer(w->limit));
	return 0;
}

static int words_tray(struct words *w)
{
	const char *how;

	if (left(w) != 2)
		return wrong(w, "give tray DEVICE open|close");
	give(w, "device", next(w));
	how = next(w);
	if (strcmp(how, "open") && strcmp(how, "close"))
		return wrong(w, "give tray DEVICE open|close");
	json_object_set_new(w->request, "open", json_boolean(!strcmp(how, "open")));
	return 0;
}

static bool is_mail_action(const char *word)
{
	return !strcmp(word, "open") || !strcmp(word, "close") || !strcmp(word, "insert") ||
	       !strcmp(word, "remove");
}

static int words_mail(struct words *w)
{
	const char *action = next(w);

	if (action && !is_mail_action(action)) {
		give(w, "changer", action);
		action = next(w);
	}
	if (!action || !is_mail_action(action) || left(w) != !strcmp(action, "insert"))
		return wrong(w, "give mail [CHANGER] open|close|insert DISC|remove");
	give(w, "action", action);
	return left(w) ? give_disc(w, next(w)) : 0;
}

static int words_slot(struct words *w)
{
	const char *slot = next(w);

	if (slot && !is_number(slot)) {
		give(w, "changer", slot);
		slot = next(w);
	}
	if (!slot || !is_number(slot) || left(w) != 1)
		return wrong(w, "give slot [CHANGER] N DISC|empty");
	json_object_set_new(w->request, "slot", json_integer(atoi(slot)));
	if (strcmp(w->word[w->at], "empty"))
		return give_disc(w, next(w));
	next(w);
	return 0;
}

static int words_speed(struct words *w)
{
	const char *word;
	double factor = 0;
	char *end;

	if (left(w) != 2)
		return wrong(w, "give speed DEVICE unlimited|FACTOR");
	give(w, "device", next(w));
	word = next(w);
	if (strcmp(word, "unlimited")) {
		factor = strtod(word, &end);
		if (*end || !isfinite(factor) || factor <= 0)
			return wrong(w, "bad speed '%s': give unlimited, or a factor above 0",
				     word);
	}
	json_object_set_new(w->request, "factor", json_real(factor));
	return 0;
}

/* "message" is a fault too, and goes to the daemon as one. */
static int words_fault(struct words *w)
{
	bool message = !strcmp(w->word[0], "message");
	json_t *list = json_array();

	json_object_set_new(w->request, "words", list);
	if (left(w) < 2)
		return wrong(w, message ? "give message DEVICE NAME at PHASE [...]" :
			     "give fault DEVICE sense KEY/ASC/ASCQ|hang|slow MS [...]");
	give(w, "device", next(w));
	if (message) {
		give(w, "command", "fault");
		json_array_append_new(list, json_string("message"));
	}
	while (left(w))
		json_array_append_new(list, json_string(next(w)));
	return 0;
}

/* What the daemon understands by itself */
static int words_all(struct words *w)
{
	json_t *list = json_array();

	while (left(w))
		json_array_append_new(list, json_string(next(w)));
	json_object_set_new(w->request, "words", list);
	return 0;
}

static int words_habit(struct words *w)
{
	if (left(w) < 2)
		return wrong(w, "give habit DEVICE NAME[=VALUE][+NAME...] [WHERE], or none");
	give(w, "device", next(w));
	give(w, "habits", next(w));
	return words_all(w);
}

static int words_clear(struct words *w)
{
	const char *number;

	if (words_device(w))
		return -EINVAL;
	number = next(w);
	if (!number)
		return 0;
	if (!is_number(number) || !atoi(number))
		return wrong(w, "bad fault number '%s'", number);
	json_object_set_new(w->request, "number", json_integer(atoi(number)));
	return 0;
}

static int words_rewind(struct words *w)
{
	const char *part;

	if (words_device(w))
		return -EINVAL;
	part = next(w);
	if (!part)
		return 0;
	if (!is_number(part))
		return wrong(w, "bad part '%s': a number, from 1", part);
	json_object_set_new(w->request, "part", json_integer(atoi(part)));
	return 0;
}

static int words_count(struct words *w)
{
	json_object_set_new(w->request, "reset", json_boolean(w->reset));
	return left(w) ? words_device(w) : 0;
}

static int words_set(struct words *w)
{
	char fields[256] = "";

	if (left(w) < 2)
		return wrong(w, "give set DEVICE FIELD=VALUE...");
	give(w, "device", next(w));
	while (left(w)) {
		size_t len = strlen(fields);
		int n = snprintf(fields + len, sizeof(fields) - len, "%s%s", len ? "," : "",
				 next(w));

		if (n < 0 || (size_t)n >= sizeof(fields) - len)
			return wrong(w, "the fields are too long");
	}
	give(w, "fields", fields);
	return 0;
}

static const struct {
	const char *name;
	int (*words)(struct words *w);
} commands[] = {
	{ "damage", words_all },
	{ "list", words_none },
	{ "insert", words_insert },
	{ "eject", words_eject },
	{ "swap", words_swap },
	{ "copyright", words_all },
	{ "door", words_all },
	{ "blank", words_blank },
	{ "tray", words_tray },
	{ "mail", words_mail },
	{ "slot", words_slot },
	{ "speed", words_speed },
	{ "fault", words_fault },
	{ "message", words_fault },
	{ "habit", words_habit },
	{ "clear", words_clear },
	{ "count", words_count },
	{ "rewind", words_rewind },
	{ "vanish", words_device },
	{ "appear", words_device },
	{ "set", words_set },
	{ "raise", words_all },
	{ "codes", words_none },
	{ "robot", words_all },
	{ "attend", words_all },
	{ "magazine", words_all },
	{ "printer", words_all },
	{ "initiator", words_all },
};

static const char *const options[] = { "--json", "--force", "--reset", "--blocks", "--count",
				       "--layer-break", "--protect" };

#define NR_OPTIONS	(sizeof(options) / sizeof(options[0]))
#define FIRST_VALUE	3	/* that takes one */

const char *ctl_client_command(size_t n)
{
	return n < sizeof(commands) / sizeof(commands[0]) ? commands[n].name : NULL;
}

const char *ctl_client_option(size_t n)
{
	return n < NR_OPTIONS ? options[n] : NULL;
}

bool ctl_client_option_value(size_t n)
{
	return n >= FIRST_VALUE;
}

/* An option with what follows it; false: not one */
static bool take_value(struct words *w, const char *option, const char *value)
{
	long long *number = !strcmp(option, "--blocks") ? &w->blocks :
			    !strcmp(option, "--count") ? &w->limit :
			    !strcmp(option, "--layer-break") ? &w->layer_break : NULL;

	if (!strcmp(option, "--protect"))
		w->protect = value;
	else if (number && is_number(value))
		*number = atoll(value);
	else
		return false;
	return true;
}

static int bad_option(struct words *w, const char *option)
{
	char hint[NEAR_HINT_SIZE];
	struct near near;
	size_t i;

	near_begin(&near, option);
	for (i = 0; i < NR_OPTIONS; i++)
		near_offer(&near, options[i]);
	if (near.best && !strcmp(near.best, option))
		return wrong(w, "option %s wants a %s behind it", option,
			     strcmp(option, "--protect") ? "number" : "value");
	return wrong(w, "bad option %s%s", option, near_hint(&near, hint, sizeof(hint)));
}

/* Options may stand anywhere. */
static int take_options(struct words *w, const char *const words[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(words[i], "--json"))
			w->json = true;
		else if (!strcmp(words[i], "--force"))
			w->force = true;
		else if (!strcmp(words[i], "--reset"))
			w->reset = true;
		else if (!strcmp(words[i], "--quiet"))
			w->quiet = true;
		else if (i + 1 < n && take_value(w, words[i], words[i + 1]))
			i++;
		else if (!strncmp(words[i], "--", 2))
			return bad_option(w, words[i]);
		else if (w->count < sizeof(w->word) / sizeof(w->word[0]))
			w->word[w->count++] = words[i];
		else
			return wrong(w, "too many words");
	}
	return 0;
}

int ctl_client_request(const char *const words[], size_t n, json_t **request, bool *json,
		       char *err, size_t errlen)
{
	struct words w = { .err = err, .errlen = errlen, .request = json_object() };
	int ret = take_options(&w, words, n);
	char hint[NEAR_HINT_SIZE];
	struct near near;
	const char *command = ret ? NULL : next(&w);

	if (!ret && !command)
		ret = wrong(&w, "give a command");
	near_begin(&near, command ? command : "");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		near_offer(&near, commands[i].name);
	if (command)
		ret = wrong(&w, "unknown command '%s'%s", command,
			    near_hint(&near, hint, sizeof(hint)));
	for (size_t i = 0; command && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, command))
			continue;
		give(&w, "command", command);
		ret = commands[i].words(&w);
		if (!ret && left(&w))
			ret = wrong(&w, "'%s' is too much for %s", w.word[w.at], command);
	}
	if (ret) {
		json_decref(w.request);
		return ret;
	}
	*json = w.json;
	*request = w.request;
	return 0;
}
