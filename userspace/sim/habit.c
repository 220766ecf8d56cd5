// SPDX-License-Identifier: GPL-2.0
/* Gives devices their habits. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "habit.h"

#define LIST_MAX	512	/* characters of a list of habits */
#define FAULT_MAX	256
#define SIM_HABIT_SETTINGS 8

const struct sim_habit *sim_habit_find(const char *name, size_t len)
{
	const struct sim_habit *habit;

	for (size_t i = 0; (habit = sim_habit_at(i)); i++)
		if (strlen(habit->name) == len && !strncmp(habit->name, name, len))
			return habit;
	return NULL;
}

/* A habit of a list, with its value */
struct wish {
	const struct sim_habit *habit;
	uint32_t value;
};

/* What is behind the = */
static int parse_value(const struct sim_habit *habit, const char *text, size_t len, uint32_t *out,
		       char *err, size_t errlen)
{
	unsigned long long n = 0;

	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]) || n > UINT32_MAX)
			n = 1ull << 40;
		else
			n = n * 10 + (unsigned int)(text[i] - '0');
	}
	*out = (uint32_t)n;
	if (len && n >= habit->least && n <= habit->most)
		return 0;
	snprintf(err, errlen, "bad value of habit %s: give %s, %u to %u", habit->name, habit->value,
		 habit->least, habit->most);
	return -EINVAL;
}

/* One habit of a list, len characters of text */
static int parse_wish(const char *text, size_t len, struct wish *wish, char *err, size_t errlen)
{
	size_t name = 0;

	while (name < len && text[name] != '=')
		name++;
	wish->habit = sim_habit_find(text, name);
	if (!wish->habit) {
		snprintf(err, errlen, "no habit '%.*s': 'discmux-sim habits' shows them",
			 (int)(len < 40 ? len : 40), text);
		sim_one_line(err);
		return -EINVAL;
	}
	wish->value = wish->habit->preset;
	if (name == len)
		return 0;
	if (!wish->habit->value) {
		snprintf(err, errlen, "habit %s takes no value", wish->habit->name);
		return -EINVAL;
	}
	return parse_value(wish->habit, text + name + 1, len - name - 1, &wish->value, err,
			   errlen);
}

/* The next one of a list; *list goes behind it, and is NULL after the last one. */
static int next_wish(const char **list, struct wish *wish, char *err, size_t errlen)
{
	size_t len = strcspn(*list, "+");
	int ret = parse_wish(*list, len, wish, err, errlen);

	*list = (*list)[len] ? *list + len + 1 : NULL;
	return ret;
}

int sim_habits_check(const char *list, uint8_t *of, char *err, size_t errlen)
{
	uint8_t kinds = 0;
	struct wish wish;
	int ret;

	if (strlen(list) > LIST_MAX) {
		snprintf(err, errlen, "the list of habits is longer than %d characters", LIST_MAX);
		return -EINVAL;
	}
	while (list) {
		ret = next_wish(&list, &wish, err, errlen);
		if (ret)
			return ret;
		kinds |= wish.habit->of;
	}
	if (of)
		*of = kinds;
	return 0;
}

/* --- what a habit is made of ------------------------------------------------------------- */

/* len characters of a template with the value in it, and where behind it; false: too long */
static bool fill_in(const char *template, size_t len, uint32_t value, const char *where,
		    char *text, size_t size)
{
	FILE *f = fmemopen(text, size, "w");
	bool fits;

	if (!f)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (template[i] == '#')
			fprintf(f, "%u", value);
		else if (template[i] == '$')
			fprintf(f, "%llu", value * 1000ull);
		else
			fputc(template[i], f);
	}
	fprintf(f, "%s%s", *where ? " " : "", where);
	fits = ftell(f) >= 0 && (size_t)ftell(f) < size;
	return !fclose(f) && fits;
}

struct batch {
	struct sim_fault fault[SIM_FAULTS_MAX];
	size_t n;
	struct wish setting[SIM_HABIT_SETTINGS];
	size_t settings;
	bool identity;
};

static int add_faults(struct batch *b, const struct wish *wish, const char *where, char *err,
		      size_t errlen)
{
	const char *template = wish->habit->faults;
	char text[FAULT_MAX];

	while (template) {
		size_t len = strcspn(template, ";");

		if (b->n == SIM_FAULTS_MAX ||
		    !fill_in(template, len, wish->value, where, text, sizeof(text))) {
			snprintf(err, errlen, "too many habits at once, or too long");
			return -ENOSPC;
		}
		if (sim_fault_parse_line(text, &b->fault[b->n], err, errlen))
			return -EINVAL;
		b->fault[b->n++].habit = wish->habit->name;
		template = template[len] ? template + len + 1 : NULL;
	}
	return 0;
}

static int add_wish(struct batch *b, const struct wish *wish, const char *where, char *err,
		    size_t errlen)
{
	b->identity |= wish->habit->identity;
	if (wish->habit->faults)
		return add_faults(b, wish, where, err, errlen);
	if (*where) {
		snprintf(err, errlen, "habit %s is not a fault: it can't be only for '%.40s'",
			 wish->habit->name, where);
		sim_one_line(err);
		return -EINVAL;
	}
	if (b->settings < SIM_HABIT_SETTINGS)
		b->setting[b->settings++] = *wish;
	return 0;
}

static int collect(struct batch *b, enum sim_habit_of kind, const char *list, const char *where,
		   bool strict, char *err, size_t errlen)
{
	struct wish wish;
	int ret = sim_habits_check(list, NULL, err, errlen);

	while (list && !ret) {
		ret = next_wish(&list, &wish, err, errlen);
		if (ret)
			break;
		if (wish.habit->of & kind) {
			ret = add_wish(b, &wish, where, err, errlen);
		} else if (strict) {
			snprintf(err, errlen, "habit %s is not for this kind of device",
				 wish.habit->name);
			ret = -EINVAL;
		}
	}
	return ret;
}

int sim_habits_give(struct sim_device *dev, struct sim_faults *faults, enum sim_habit_of kind,
		    const char *list, const char *where, bool strict, bool *identity, char *err,
		    size_t errlen)
{
	struct batch *b = calloc(1, sizeof(*b));
	int ret = b ? collect(b, kind, list, where, strict, err, errlen) : -ENOMEM;

	if (!b)
		snprintf(err, errlen, "out of memory");
	if (!ret && sim_faults_add_all(faults, b->fault, b->n)) {
		snprintf(err, errlen, "%s has not enough room for these habits: clear some faults",
			 dev->name);
		ret = -ENOSPC;
	}
	for (size_t i = 0; !ret && i < b->settings; i++)
		if (dev->ops->set)
			dev->ops->set(dev, b->setting[i].habit->setting,
				      b->setting[i].value * 1000);
	if (!ret && identity)
		*identity = b->identity;
	free(b);
	return ret;
}

static void note_identity(void *context, const char *name)
{
	*(bool *)context |= sim_habit_find(name, strlen(name))->identity;
}

bool sim_habits_take(struct sim_device *dev, struct sim_faults *faults)
{
	bool identity = false;

	sim_faults_each_habit(faults, note_identity, &identity);
	sim_faults_clear_habits(faults);
	if (dev->ops->set) {
		dev->ops->set(dev, SIM_SET_READY, 0);
		dev->ops->set(dev, SIM_SET_TRAY_CLOSES, 0);
	}
	return identity;
}

/* --- the list -------------------------------------------------------------------------- */

static json_t *kinds_json(uint8_t of)
{
	static const char *const names[] = { "reader", "recorder", "changer" };
	json_t *list = json_array();

	for (unsigned int i = 0; i < 3; i++)
		if (of & 1 << i)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

static json_t *faults_json(const char *template)
{
	json_t *list = json_array();

	while (template) {
		size_t len = strcspn(template, ";");

		json_array_append_new(list, json_stringn(template, len));
		template = template[len] ? template + len + 1 : NULL;
	}
	return list;
}

json_t *sim_habits_describe(void)
{
	const struct sim_habit *habit;
	json_t *list = json_array();

	for (size_t i = 0; (habit = sim_habit_at(i)); i++) {
		json_t *json = json_pack("{s:s, s:o, s:s?, s:s, s:o}", "name", habit->name, "of",
					 kinds_json(habit->of), "value", habit->value, "what",
					 habit->what, "faults", faults_json(habit->faults));

		if (habit->value) {
			json_object_set_new(json, "preset", json_integer(habit->preset));
			json_object_set_new(json, "least", json_integer(habit->least));
			json_object_set_new(json, "most", json_integer(habit->most));
		}
		json_array_append_new(list, json);
	}
	return list;
}
