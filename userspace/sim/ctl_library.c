// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "changer.h"
#include "ctl_library.h"
#include "libdiscmux.h"

#define LABEL_SECONDS	60

/* The words of a request, less the changer's name */
struct library_words {
	const char *word[SIM_CHANGER_MAX_SLOTS + 2];
	size_t n;
};

/* The changer that the first word names, or the only one; NULL: call->err says why not. */
static struct sim_device *take_words(struct ctl_call *call, struct library_words *w)
{
	const json_t *list = json_object_get(call->request, "words"), *word;
	struct sim_rig_device *changer;
	char ignored[160];
	size_t i;

	w->n = 0;
	json_array_foreach(list, i, word) {
		if (!json_is_string(word) || w->n == sizeof(w->word) / sizeof(w->word[0])) {
			ctl_refuse(call, "too many words, or one that is none");
			return NULL;
		}
		w->word[w->n++] = json_string_value(word);
	}
	changer = w->n ? sim_rig_find(call->rig, w->word[0], ignored, sizeof(ignored)) : NULL;
	if (changer && changer->plan->kind != SIM_CHANGER) {
		ctl_refuse(call, "%s is no changer", w->word[0]);
		return NULL;
	}
	if (changer)
		memmove(w->word, w->word + 1, --w->n * sizeof(w->word[0]));
	else
		changer = ctl_find_changer(call);
	return changer ? changer->dev : NULL;
}

static bool is_word(const struct library_words *w, size_t i, const char *word)
{
	return i < w->n && !strcmp(w->word[i], word);
}

static bool number_of(const struct library_words *w, size_t i, unsigned long most,
		      unsigned long *out)
{
	char *end;

	if (i >= w->n || !isdigit((unsigned char)w->word[i][0]))
		return false;
	*out = strtoul(w->word[i], &end, 10);
	return !*end && *out <= most;
}

static bool hex_byte(const char *text, char end, uint8_t *out, const char **rest)
{
	char *stop;
	unsigned long n;

	if (!isxdigit((unsigned char)*text))
		return false;
	n = strtoul(text, &stop, 16);
	*out = (uint8_t)n;
	*rest = stop + 1;
	return n <= 0xff && *stop == end;
}

/* --- codes ------------------------------------------------------------------------------- */

static const char *description(uint8_t asc, uint8_t ascq, char *text, size_t size)
{
	if (!discmux_code_text(DISCMUX_DEVICE_LIBRARY, asc, ascq, text, size))
		snprintf(text, size, "%02X/%02X", asc, ascq);
	return text;
}

static bool code_of_text(const char *text, uint8_t *asc, uint8_t *ascq)
{
	char name[160];
	size_t i;

	for (i = 0; sim_changer_code(i, asc, ascq); i++)
		if (!strcasecmp(description(*asc, *ascq, name, sizeof(name)), text))
			return true;
	return false;
}

/* XX/YY, "log XX", or a description */
static bool code_of(const struct library_words *w, uint8_t *asc, uint8_t *ascq)
{
	const char *rest;
	char text[160] = "";
	size_t i;

	if (w->n == 1 && hex_byte(w->word[0], '/', asc, &rest))
		return hex_byte(rest, 0, ascq, &rest);
	if (w->n == 2 && is_word(w, 0, "log")) {
		*asc = 0x80;
		return hex_byte(w->word[1], 0, ascq, &rest);
	}
	for (i = 0; i < w->n; i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len, "%s%s", len ? " " : "", w->word[i]);
	}
	return code_of_text(text, asc, ascq);
}

static json_t *code_json(uint8_t asc, uint8_t ascq, const char *effect)
{
	char text[160];

	return json_pack("{s:o, s:s, s:s}", "code", json_sprintf("%02X/%02X", asc, ascq),
			 "name", description(asc, ascq, text, sizeof(text)), "effect", effect);
}

int ctl_raise(struct ctl_call *call)
{
	struct library_words w;
	uint8_t asc, ascq;
	struct sim_device *dev = take_words(call, &w);
	int ret = 0;

	if (!dev)
		return -EINVAL;
	if (!w.n || !code_of(&w, &asc, &ascq))
		return ctl_refuse(call, "no such code: 'discmux-sim ctl codes' shows them");
	ret = sim_changer_fault(dev, asc, ascq, call->err, sizeof(call->err));
	if (!ret)
		json_object_set_new(call->reply, "raised", code_json(asc, ascq, ""));
	return ret;
}

int ctl_codes(struct ctl_call *call)
{
	json_t *list = json_array();
	const char *effect;
	uint8_t asc, ascq;
	size_t i;

	for (i = 0; (effect = sim_changer_code(i, &asc, &ascq)); i++)
		json_array_append_new(list, code_json(asc, ascq, effect));
	json_object_set_new(call->reply, "codes", list);
	return 0;
}

int ctl_attend(struct ctl_call *call)
{
	struct library_words w;
	struct sim_device *dev = take_words(call, &w);

	if (!dev)
		return -EINVAL;
	if (w.n)
		return ctl_refuse(call, "'%s' is too much for attend", w.word[0]);
	return sim_changer_attend(dev, call->err, sizeof(call->err));
}

int ctl_robot(struct ctl_call *call)
{
	struct library_words w;
	struct sim_device *dev = take_words(call, &w);
	char *end = NULL;
	double factor = 0;

	if (!dev)
		return -EINVAL;
	if (w.n == 1)
		factor = strtod(w.word[0], &end);
	if (end && end != w.word[0] && !*end && !sim_changer_set_time_scale(dev, factor))
		return 0;
	return ctl_refuse(call, "give robot [CHANGER] FACTOR: 1 is real time, 0 at once");
}

int ctl_door(struct ctl_call *call)
{
	struct library_words w;
	struct sim_device *dev = take_words(call, &w);
	char *end = NULL;
	double seconds = 0;

	if (!dev)
		return -EINVAL;
	if (w.n == 1)
		seconds = strtod(w.word[0], &end);
	if (!end || end == w.word[0] || *end)
		return ctl_refuse(call, "give door [CHANGER] SECONDS: it is not ready for so long");
	return sim_changer_door(dev, seconds, call->err, sizeof(call->err));
}

/* --- the magazine ------------------------------------------------------------------------ */

static int fill(struct ctl_call *call, struct sim_device *dev, struct library_words *w)
{
	size_t i;

	for (i = 1; i < w->n; i++) {
		json_t *known;

		if (!strcmp(w->word[i], "-")) {
			w->word[i] = NULL;
			continue;
		}
		known = sim_media_describe(call->rig->media, w->word[i]);
		json_decref(known);
		if (!known)
			return ctl_refuse(call, "no disc '%s' in %s", w->word[i],
					  call->rig->config.media_dir);
	}
	return sim_changer_fill(dev, w->word + 1, (unsigned int)w->n - 1, call->err,
				sizeof(call->err));
}

int ctl_magazine(struct ctl_call *call)
{
	struct library_words w;
	unsigned long slot;
	struct sim_device *dev = take_words(call, &w);

	if (!dev)
		return -EINVAL;
	if (is_word(&w, 0, "fill") && w.n > 1)
		return fill(call, dev, &w);
	if (is_word(&w, 0, "tray") && w.n == 3 && number_of(&w, 1, 0xffff, &slot) &&
	    (is_word(&w, 2, "in") || is_word(&w, 2, "out")))
		return sim_changer_slot_tray(dev, (unsigned int)slot,
					     is_word(&w, 2, "in"), call->err, sizeof(call->err));
	return ctl_refuse(call, "give magazine [CHANGER] fill DISC|-..., or tray N in|out");
}

/* --- the printer ------------------------------------------------------------------------- */

static bool inks_of(const char *text, unsigned int *inks)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} names[] = {
		{ "black", SIM_INK_BLACK }, { "cyan", SIM_INK_CYAN },
		{ "magenta", SIM_INK_MAGENTA }, { "yellow", SIM_INK_YELLOW },
	};
	size_t i, len;

	for (*inks = 0; ; text += len + 1) {
		len = strcspn(text, ",");
		for (i = 0; i < 4; i++)
			if (len == strlen(names[i].name) && !strncmp(text, names[i].name, len))
				break;
		if (i == 4)
			return false;
		*inks |= names[i].bit;
		if (!text[len])
			return true;
	}
}

int ctl_printer(struct ctl_call *call)
{
	unsigned long seconds = LABEL_SECONDS;
	struct library_words w;
	unsigned int inks;
	struct sim_device *dev = take_words(call, &w);

	if (!dev)
		return -EINVAL;
	if (w.n == 1 && (is_word(&w, 0, "on") || is_word(&w, 0, "off")))
		return sim_changer_printer_power(dev, is_word(&w, 0, "on"), call->err,
						 sizeof(call->err));
	if (w.n == 2 && is_word(&w, 0, "out") && inks_of(w.word[1], &inks))
		return sim_changer_ink(dev, inks, 0, call->err, sizeof(call->err));
	if (w.n == 2 && is_word(&w, 0, "new") && inks_of(w.word[1], &inks))
		return sim_changer_ink(dev, 0, inks, call->err, sizeof(call->err));
	if (is_word(&w, 0, "print") &&
	    (w.n == 1 || (w.n == 2 && number_of(&w, 1, 86399, &seconds))))
		return sim_changer_print(dev, (double)seconds, 0, call->err, sizeof(call->err));
	return ctl_refuse(call, "give printer [CHANGER] on|off|print [SECONDS]|out INK|new INK: "
			  "black, cyan, magenta, yellow");
}

/* --- another initiator ------------------------------------------------------------------- */

#define DATA_MAX	65536

struct initiator_call {
	uint8_t cdb[16];
	uint8_t *data;		/* DATA_MAX bytes */
	size_t len;
	bool out;
};

static bool named_command(const char *name, uint8_t *cdb)
{
	static const struct {
		const char *name;
		uint8_t cdb[6];
	} commands[] = {
		{ "ready", { 0x00 } },
		{ "reserve", { 0x16 } },
		{ "release", { 0x17 } },
		{ "prevent", { 0x1e, 0, 0, 0, 1 } },
		{ "allow", { 0x1e } },
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name))
			continue;
		memcpy(cdb, commands[i].cdb, sizeof(commands[i].cdb));
		return true;
	}
	return false;
}

/* Bytes of the CDB, then "in N" or "out" and bytes */
static bool parse_cdb(const struct library_words *w, struct initiator_call *c)
{
	const char *rest;
	unsigned long n;
	size_t i;

	for (i = 1; i < w->n && i <= 16; i++)
		if (!hex_byte(w->word[i], 0, &c->cdb[i - 1], &rest))
			break;
	if (i == 1)
		return false;
	if (i == w->n)
		return true;
	if (is_word(w, i, "in") && i + 2 == w->n && number_of(w, i + 1, DATA_MAX, &n)) {
		c->len = n;
		return true;
	}
	c->out = is_word(w, i, "out");
	for (i++; i < w->n && c->out; i++)
		if (!hex_byte(w->word[i], 0, &c->data[c->len++], &rest))
			return false;
	return c->out;
}

static json_t *hex_json(const uint8_t *data, size_t len)
{
	char *text = calloc(1, 3 * len + 1);
	json_t *json;
	size_t i;

	for (i = 0; text && i < len; i++)
		sprintf(text + 3 * i, "%02x ", data[i]);
	if (text && len)
		text[3 * len - 1] = 0;
	json = json_string(text);
	free(text);
	return json;
}

static void execute(struct ctl_call *call, struct sim_device *dev, unsigned int initiator,
		    struct initiator_call *c)
{
	struct iovec iov = { .iov_base = c->data, .iov_len = c->len };
	struct sim_cmd cmd = { .cdb = c->cdb, .iov = &iov, .iov_count = 1, .data_len = c->len };

	sim_changer_execute_from(dev, initiator, &cmd);
	json_object_set_new(call->reply, "status", json_integer(cmd.status));
	if (cmd.status == SIM_CHECK_CONDITION)
		json_object_set_new(call->reply, "sense",
				    json_sprintf("%x/%02x/%02x", cmd.sense[2] & 0xf, cmd.sense[12],
						 cmd.sense[13]));
	if (!c->out && cmd.done)
		json_object_set_new(call->reply, "data", hex_json(c->data, cmd.done));
}

int ctl_initiator(struct ctl_call *call)
{
	struct initiator_call c = { .len = 0 };
	struct library_words w;
	unsigned long who;
	struct sim_device *dev = take_words(call, &w);
	int ret = 0;

	if (!dev)
		return -EINVAL;
	if (w.n < 2 || !number_of(&w, 0, SIM_CHANGER_INITIATORS - 1, &who))
		return ctl_refuse(call, "which initiator?  Give its id, 0 to %d (%d is this host)",
				  SIM_CHANGER_INITIATORS - 1, SIM_CHANGER_HOST_ID);
	if (w.n == 2 && is_word(&w, 1, "reset")) {
		dev->ops->reset(dev);
		return 0;
	}
	c.data = calloc(1, DATA_MAX);
	if (!c.data)
		return -ENOMEM;
	if ((w.n == 2 && named_command(w.word[1], c.cdb)) || parse_cdb(&w, &c))
		execute(call, dev, (unsigned int)who, &c);
	else
		ret = ctl_refuse(call, "give reserve, release, prevent, allow, ready, reset, or a CDB "
				 "in hexadecimal [in BYTES | out BYTE...]");
	free(c.data);
	return ret;
}
