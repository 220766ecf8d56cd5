// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "completion.h"
#include "ctl_client.h"
#include "sim_completion.h"

#define FIRST_CTL	7	/* entries before those of ctl's commands */

static const struct {
	const char *option;
	enum completion_kind kind;
	const char *words;
} values[] = {
	{ "profile", COMPLETION_WORDS, "tower:4 bdtower:4 mc8100 mc8200 mc8600 mc8600+printer smc3" },
	{ "media", COMPLETION_FOLDER, NULL },
	{ "control", COMPLETION_FILE, NULL },
	{ "changer", COMPLETION_DEVICE, NULL },
};

static void add(struct completion_command *c, const char *name, int value)
{
	struct completion_option *o = &c->options[c->nr++];
	size_t i;

	snprintf(o->name, sizeof(o->name), "--%.29s", name);
	o->kind = value ? COMPLETION_ANY : COMPLETION_NONE;
	for (i = 0; value && i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(values[i].option, name)) {
			o->kind = values[i].kind;
			o->words = values[i].words;
		}
}

static void add_command(struct completion_command *c, const char *name, const char *purpose,
			const char *words, enum completion_kind operand)
{
	c->name = name;
	c->purpose = purpose;
	c->words = words;
	c->operand = operand;
}

/* discmux-sim ctl COMMAND DEVICE...: one level of words is all that the scripts know, and
 * behind ctl's own word come devices and discs. */
int sim_completion_print(const char *shell, const struct option *start)
{
	struct completion_command *list = calloc(FIRST_CTL, sizeof(*list));
	char words[1024] = "";
	const char *name;
	size_t i;
	int rc;

	if (!list)
		return -1;
	for (i = 0; (name = ctl_client_command(i)); i++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%s", i ? " " : "",
			 name);
	add_command(&list[0], "", "", "start stop status ctl print habits help", COMPLETION_ANY);
	add(&list[0], "help", 0);
	add(&list[0], "version", 0);
	add_command(&list[1], "start", "makes virtual devices", "", COMPLETION_ANY);
	for (i = 0; start[i].name; i++)
		add(&list[1], start[i].name, start[i].has_arg != no_argument);
	add_command(&list[2], "stop", "takes them away", "", COMPLETION_ANY);
	add_command(&list[3], "status", "whether it runs", "", COMPLETION_ANY);
	add(&list[3], "json", 0);
	add_command(&list[4], "ctl", "discs, faults and what an operator does", words,
		    COMPLETION_DISC);
	add(&list[4], "control", 1);
	for (i = 0; (name = ctl_client_option(i)); i++)
		add(&list[4], name + 2, ctl_client_option_value(i));
	add_command(&list[5], "print", "data to the label printer", "", COMPLETION_FILE);
	add(&list[5], "changer", 1);
	add_command(&list[6], "habits", "what devices can be told to do", "", COMPLETION_ANY);
	add(&list[6], "json", 0);
	rc = completion_print(shell, "discmux-sim", list, FIRST_CTL, stdout);
	free(list);
	return rc;
}

void sim_completion_names(const json_t *list, const char *key)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(list, key), i, entry)
		if (json_string_value(json_object_get(entry, "name")))
			puts(json_string_value(json_object_get(entry, "name")));
}
