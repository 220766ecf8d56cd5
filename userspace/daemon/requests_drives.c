// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that name drives.  What discmuxd keeps are the numbers of readers and
 * recorders; every other name that `discmux status` shows becomes one here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "server_priv.h"
#include "slots.h"

/* ---- Names ------------------------------------------------------------- */

static int look_up(struct server *s, const char *name, struct discmux_member *member, char *err,
		   size_t errlen)
{
	struct discmux *dm;
	int rc = discmux_open(s->core->mux, 0, &dm);

	if (!rc)
		rc = discmux_member_by_name(dm, name, member);
	if (rc)
		snprintf(err, errlen, "%s", discmux_error(dm));
	discmux_close(dm);
	return rc;
}

/* The unit of the drive of this name; key: where it stands in the request. */
static int find_drive(struct server *s, const char *key, const char *name, uint32_t role,
		      unsigned int *unit, char *err, size_t errlen)
{
	struct discmux_member member;
	char why[256];
	int rc = look_up(s, name, &member, why, sizeof(why));

	if (!rc && member.role != role) {
		snprintf(why, sizeof(why), "%.64s is %s %u: a %s is wanted", name,
			 discmux_role_name(member.role), member.unit, discmux_role_name(role));
		rc = -EINVAL;
	}
	if (rc)
		snprintf(err, errlen, "\"%s\": %s", key, why);
	else
		*unit = member.unit;
	return rc;
}

/* A stored master, a path, the mail slot and "reader:1" stay as they are. */
static int name_source(struct server *s, json_t *job, char *err, size_t errlen)
{
	const char *name = json_string_value(json_object_get(job, "source"));
	struct discmux_member member;
	struct images_info info;
	char text[32], ignored[256];
	unsigned int unit;
	int rc;

	if (!name || (*name == '/' && !discmux_is_member_name(name)) ||
	    !strcmp(name, JOB_MAIL) || !strncmp(name, "reader:", 7) || !strcmp(name, "reader"))
		return 0;
	if (!discmux_is_member_name(name)) {
		if (!images_describe(s->core->images, name, &info, ignored, sizeof(ignored)))
			return 0;
		rc = look_up(s, name, &member, ignored, sizeof(ignored));
		if (rc && rc != -ENOTUNIQ)
			return 0;	/* then it is a master that there is not */
	}
	rc = find_drive(s, "source", name, DISCMUX_ROLE_READER, &unit, err, errlen);
	if (rc)
		return rc;
	snprintf(text, sizeof(text), "reader:%u", unit);
	return json_object_set_new(job, "source", json_string(text));
}

int request_name_drives(struct server *s, json_t *job, char *err, size_t errlen)
{
	json_t *list = json_object_get(job, "recorders");
	int rc = name_source(s, job, err, errlen);
	unsigned int unit;
	size_t i;

	for (i = 0; !rc && i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (!name)
			continue;
		rc = find_drive(s, "recorders", name, DISCMUX_ROLE_RECORDER, &unit, err, errlen);
		if (!rc)
			rc = json_array_set_new(list, i, json_integer(unit));
	}
	return rc;
}

/* ---- Autoduplication ---------------------------------------------------- */

static json_t *rule_json(struct server *s, unsigned int unit)
{
	struct auto_rule rule;
	json_t *o;

	auto_get(s->automat, unit, &rule);
	o = json_pack("{sb sb si ss}", "on", rule.on, "verify", rule.verify, "quantity",
		      (int)rule.quantity, "again", auto_again_name(rule.again));
	if (unit == AUTO_LIBRARY) {
		json_object_set_new(o, "library", json_true());
		json_object_set_new(o, "slots", json_string(rule.slots));
	} else {
		json_object_set_new(o, "reader", json_integer(unit));
	}
	return o;
}

json_t *request_auto(struct server *s, struct client *c, const json_t *request)
{
	json_t *list = json_array();
	struct auto_rule rule;
	unsigned int unit;

	(void)c;
	(void)request;
	for (unit = 0; unit < AUTO_RULES; unit++) {
		auto_get(s->automat, unit, &rule);
		if (rule.on)
			json_array_append_new(list, rule_json(s, unit));
	}
	return json_pack("{sb so}", "ok", 1, "auto", list);
}

/* Which rule it is about; with the library's, where the blanks are. */
static json_t *take_place(struct server *s, const json_t *request, bool on, unsigned int *unit,
			  char *list, size_t size)
{
	const char *text = json_string_value(json_object_get(request, "slots"));
	const json_t *reader = json_object_get(request, "reader");
	struct slots slots;
	char err[256];

	*unit = AUTO_LIBRARY;
	if (json_is_true(json_object_get(request, "library"))) {
		if (on && (!text || strlen(text) >= size))
			return request_failure("\"slots\": where the blanks are is wanted, as in 1-20");
		if (on && slots_parse(text, &slots, err, sizeof(err)))
			return request_failure("\"slots\": %s", err);
		snprintf(list, size, "%s", on ? text : "");
		return NULL;
	}
	if (json_is_string(reader)) {
		if (find_drive(s, "reader", json_string_value(reader), DISCMUX_ROLE_READER, unit, err,
			       sizeof(err)))
			return request_failure("%s", err);
		return NULL;
	}
	if (!json_is_integer(reader) || json_integer_value(reader) < 0 ||
	    json_integer_value(reader) >= AUTO_READERS)
		return request_failure("\"reader\": a number from 0 to %d, or a name, is wanted", AUTO_READERS - 1);
	*unit = (unsigned int)json_integer_value(reader);
	return NULL;
}

json_t *request_auto_set(struct server *s, struct client *c, const json_t *request)
{
	const json_t *quantity = json_object_get(request, "quantity");
	const char *again = json_string_value(json_object_get(request, "again"));
	struct auto_rule rule = { .on = json_is_true(json_object_get(request, "on")) };
	unsigned int unit;
	char err[256];
	json_t *wrong = take_place(s, request, rule.on, &unit, rule.slots, sizeof(rule.slots));

	(void)c;
	if (wrong)
		return wrong;
	if (quantity && (!json_is_integer(quantity) || json_integer_value(quantity) < 0 ||
			 json_integer_value(quantity) > PANEL_QUANTITY))
		return request_failure("\"quantity\": a number from 0 to %d is wanted", PANEL_QUANTITY);
	if (again && auto_again_find(again) < 0)
		return request_failure("\"again\": ask, skip or run is wanted");
	rule.verify = json_is_true(json_object_get(request, "verify"));
	rule.quantity = (unsigned int)json_integer_value(quantity);
	rule.again = (enum auto_again)(again ? auto_again_find(again) : AUTO_ASK);
	return auto_set(s->automat, unit, &rule, err, sizeof(err)) ? request_failure("%s", err) : request_success();
}
