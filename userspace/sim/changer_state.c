// SPDX-License-Identifier: GPL-2.0
/*
 * What is where, on disk and for those who ask.
 *
 * The state file is a JSON object:
 *   version  1
 *   model    "MC-8600"
 *   slots    [{n, ...}]: a slot that is not named has a tray and no disc
 *   drives   [{n, ...}]: a drive that is not named is empty
 *   arm, mail, printer  {...}; mail also has "open"
 *   arms, mails  [{n, ...}], where there are several
 *   moves    done so far
 * where {...} is a unit of media: disc (name or null), tray, and if known source
 * (a slot) and inverted.  A file that can't be true is refused whole: guessing
 * where a disc is would make the library drop one onto another.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "changer_priv.h"

#define VERSION	1

json_t *changer_unit_json(const struct sim_changer *c, const struct changer_unit *unit,
			  unsigned int n)
{
	json_t *o = json_object();

	if (!o)
		return NULL;
	if (n)
		json_object_set_new(o, "n", json_integer(n));
	json_object_set_new(o, "disc", changer_has_disc(unit) ? json_string(unit->disc) :
			    json_null());
	json_object_set_new(o, "tray", json_boolean(unit->tray));
	if (unit->source)
		json_object_set_new(o, "source", json_integer(unit->source - c->address[CHANGER_ST] + 1));
	if (unit->inverted)
		json_object_set_new(o, "inverted", json_true());
	return o;
}

/* Those of one type that are not as the reader of the file expects them */
static json_t *units_json(struct sim_changer *c, enum changer_type type)
{
	json_t *a = json_array();
	unsigned int i;

	for (i = 0; a && i < c->count[type]; i++) {
		const struct changer_unit *u = &changer_element_of(c, type, i)->unit;
		bool usual = !u->source && !u->inverted &&
			(!c->model->trays || u->tray == (type == CHANGER_ST));

		if (changer_has_disc(u) || !usual)
			json_array_append_new(a, changer_unit_json(c, u, i + 1));
	}
	return a;
}

static void add_single(struct sim_changer *c, json_t *o, const char *key, enum changer_type type)
{
	const struct changer_element *e = changer_element_of(c, type, 0);

	if (e)
		json_object_set_new(o, key, changer_unit_json(c, &e->unit, 0));
}

static json_t *state_json(struct sim_changer *c)
{
	json_t *o = json_pack("{s:i, s:s, s:o, s:o}", "version", VERSION, "model", c->model->name,
			      "slots", units_json(c, CHANGER_ST),
			      "drives", units_json(c, CHANGER_DT));

	if (!o)
		return NULL;
	add_single(c, o, "arm", CHANGER_MT);
	add_single(c, o, "mail", CHANGER_IE);
	json_object_set_new(json_object_get(o, "mail"), "open", json_boolean(c->mail_open));
	add_single(c, o, "printer", CHANGER_LP);
	if (c->arms > 1)
		json_object_set_new(o, "arms", units_json(c, CHANGER_MT));
	if (c->mails > 1)
		json_object_set_new(o, "mails", units_json(c, CHANGER_IE));
	json_object_set_new(o, "moves", json_integer((json_int_t)c->moves));
	return o;
}

/* On the disk, and not only on its way there */
static bool dump(const json_t *state, FILE *f)
{
	return !json_dumpf(state, f, JSON_COMPACT | JSON_PRESERVE_ORDER) &&
		fputc('\n', f) != EOF && !fflush(f) && !fsync(fileno(f));
}

/* A power cut of the host must not undo a rename() either. */
static bool sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool ok = fd >= 0 && (!fsync(fd) || errno == EINVAL);

	if (fd >= 0)
		close(fd);
	free(copy);
	return ok;
}

/* Beside it and renamed: whoever dies here leaves the old file or the new one. */
int changer_state_write(struct sim_changer *c, char *err, size_t errlen)
{
	json_t *state;
	FILE *f;
	bool ok;

	if (!c->state_path)
		return 0;
	state = state_json(c);
	if (!state)
		return changer_fail(err, errlen, ENOMEM, "out of memory");
	f = fopen(c->state_new, "we");
	if (!f) {
		json_decref(state);
		return changer_fail(err, errlen, errno, "%s: %s", c->state_new, strerror(errno));
	}
	ok = dump(state, f);
	json_decref(state);
	if (fclose(f) || !ok || rename(c->state_new, c->state_path) ||
	    !sync_folder(c->state_path)) {
		int code = errno ? errno : EIO;

		unlink(c->state_new);
		return changer_fail(err, errlen, code, "%s can't be written: %s", c->state_path,
				    strerror(code));
	}
	return 0;
}

/* A reader that remembers what was wrong first */
struct reader {
	struct sim_changer *c;
	char *err;
	size_t errlen;
};

static int refuse(const struct reader *r, const char *what)
{
	return changer_fail(r->err, r->errlen, EINVAL,
			    "%s: %s; mend the file, or move it away to start with an empty library",
			    r->c->state_path, what);
}

static bool flag_of(const json_t *o, const char *key, bool *value)
{
	const json_t *v = json_object_get(o, key);

	if (v)
		*value = json_is_true(v);
	return !v || json_is_boolean(v);
}

static int read_disc(const struct reader *r, const json_t *v, struct changer_unit *unit)
{
	const char *disc = json_string_value(v);

	if (!v || json_is_null(v))
		return 0;
	if (!disc || json_string_length(v) != strlen(disc) || !changer_name_ok(disc))
		return refuse(r, "a disc has no possible name");
	if (changer_find_disc(r->c, disc))
		return refuse(r, "one disc lies in two places");
	snprintf(unit->disc, sizeof(unit->disc), "%s", disc);
	return 0;
}

static int read_unit(const struct reader *r, const json_t *o, struct changer_element *e)
{
	const json_t *source = json_object_get(o, "source");
	struct changer_unit unit = { 0 };

	if (!json_is_object(o))
		return refuse(r, "what an element holds is not an object");
	if (!flag_of(o, "tray", &unit.tray) || !flag_of(o, "inverted", &unit.inverted))
		return refuse(r, "\"tray\" or \"inverted\" is not true or false");
	if (source) {
		json_int_t n = json_integer_value(source);

		if (n < 1 || n > r->c->slots)
			return refuse(r, "\"source\" is not a slot of this library");
		unit.source = (uint16_t)(n - 1 + r->c->address[CHANGER_ST]);
	}
	if (read_disc(r, json_object_get(o, "disc"), &unit))
		return -EINVAL;
	if (!r->c->model->trays)
		unit.tray = changer_has_disc(&unit);
	if (changer_has_disc(&unit) && !unit.tray && e->type != CHANGER_DT)
		return refuse(r, "a disc lies where no tray is");
	if (unit.tray && e->type == CHANGER_LP && !r->c->printer_fitted)
		return refuse(r, "something is in the printer, and there is no printer");
	e->unit = unit;
	return 0;
}

static int read_units(const struct reader *r, const json_t *a, enum changer_type type)
{
	bool seen[SIM_CHANGER_MAX_SLOTS] = { false };
	const json_t *o;
	size_t i;

	if (a && !json_is_array(a))
		return refuse(r, "\"slots\", \"drives\", \"arms\" or \"mails\" is not an array");
	json_array_foreach(a, i, o) {
		json_int_t n = json_integer_value(json_object_get(o, "n"));

		if (n < 1 || n > r->c->count[type])
			return refuse(r, "a slot, drive or arm is numbered that this library has not");
		if (seen[n - 1])
			return refuse(r, "a slot or drive is named twice");
		seen[n - 1] = true;
		if (read_unit(r, o, changer_element_of(r->c, type, (unsigned int)n - 1)))
			return -EINVAL;
	}
	return 0;
}

static int read_state(const struct reader *r, const json_t *state)
{
	static const struct {
		const char *key, *several;
		enum changer_type type;
	} single[] = {
		{ "arm", "arms", CHANGER_MT }, { "mail", "mails", CHANGER_IE },
		{ "printer", "printers", CHANGER_LP },
	};
	const char *model = json_string_value(json_object_get(state, "model"));
	const json_t *moves = json_object_get(state, "moves"), *mail;
	size_t i;

	if (json_integer_value(json_object_get(state, "version")) != VERSION)
		return refuse(r, "not the state of a virtual library (version 1)");
	if (!model || strcmp(model, r->c->model->name))
		return refuse(r, "it is of another library model");
	if (read_units(r, json_object_get(state, "slots"), CHANGER_ST) ||
	    read_units(r, json_object_get(state, "drives"), CHANGER_DT))
		return -EINVAL;
	for (i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		struct changer_element *e = changer_element_of(r->c, single[i].type, 0);
		const json_t *o = json_object_get(state, single[i].key);

		/* What follows in an array says it again */
		if (e && o && !json_object_get(state, single[i].several) && read_unit(r, o, e))
			return -EINVAL;
	}
	if (read_units(r, json_object_get(state, "arms"), CHANGER_MT) ||
	    read_units(r, json_object_get(state, "mails"), CHANGER_IE))
		return -EINVAL;
	mail = json_object_get(state, "mail");
	if (!flag_of(mail, "open", &r->c->mail_open))
		return refuse(r, "\"open\" is not true or false");
	if (moves && json_integer_value(moves) < 0)
		return refuse(r, "\"moves\" is negative");
	r->c->moves = (uint64_t)json_integer_value(moves);
	return 0;
}

int changer_state_read(struct sim_changer *c, char *err, size_t errlen)
{
	const struct reader r = { .c = c, .err = err, .errlen = errlen };
	json_error_t why;
	json_t *state;
	FILE *f;
	int rc;

	if (!c->state_path)
		return 0;
	f = fopen(c->state_path, "re");
	if (!f && errno == ENOENT)
		return 0;
	if (!f)
		return changer_fail(err, errlen, errno, "%s: %s", c->state_path, strerror(errno));
	state = json_loadf(f, JSON_REJECT_DUPLICATES, &why);
	fclose(f);
	if (!json_is_object(state)) {
		json_decref(state);
		return refuse(&r, "not a JSON object");
	}
	rc = read_state(&r, state);
	json_decref(state);
	return rc;
}
