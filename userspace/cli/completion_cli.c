// SPDX-License-Identifier: GPL-2.0
/* discmux completion: scripts for bash and zsh, and the names that they ask for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "completion.h"
#include "images.h"

#define MAX_MEMBERS	256
#define MAX_COMMANDS	64
#define DEVICES		"reader recorder library changer-log"

/* ---- What options take ------------------------------------------------------ */

/* Of a command, or (NULL) of all that have the option.  The first that fits counts. */
static const struct {
	const char *command, *option;
	enum completion_kind kind;
	const char *words;
} values[] = {
	{ "read", "to", COMPLETION_FILE, NULL },
	{ "print", "to", COMPLETION_ANY, NULL },
	{ "inventory", "to", COMPLETION_ANY, NULL },
	{ "images", "to", COMPLETION_FOLDER, NULL },
	{ "extract", "from", COMPLETION_DRIVE, NULL },
	{ "read", "from", COMPLETION_DRIVE, NULL },
	{ NULL, "from", COMPLETION_SOURCE, NULL },
	{ NULL, "to", COMPLETION_RECORDERS, NULL },
	{ NULL, "in", COMPLETION_RECORDERS, NULL },
	{ NULL, "method", COMPLETION_WORDS, "auto dao incremental overwrite tao sao" },
	{ "images", "as", COMPLETION_WORDS, "iso cue toc ccd" },
	{ NULL, "again", COMPLETION_WORDS, "ask skip run" },
	{ NULL, "device", COMPLETION_WORDS, DEVICES },
	{ "sense", "table", COMPLETION_WORDS, DEVICES },
	{ NULL, "reader", COMPLETION_READER, NULL },
	{ NULL, "tracks", COMPLETION_WORDS, "all" },
	{ NULL, "image", COMPLETION_FILE, NULL },
	{ NULL, "damaged", COMPLETION_FILE, NULL },
	{ NULL, "log", COMPLETION_FILE, NULL },
	{ NULL, "label", COMPLETION_FILE, NULL },
	{ NULL, "socket", COMPLETION_FILE, NULL },
	{ NULL, "store", COMPLETION_FOLDER, NULL },
	{ NULL, "mux", COMPLETION_ANY, NULL },
	{ NULL, "speed", COMPLETION_ANY, NULL },
	{ NULL, "quantity", COMPLETION_ANY, NULL },
	{ NULL, "wait", COMPLETION_ANY, NULL },
	{ NULL, "layer-break", COMPLETION_ANY, NULL },
	{ NULL, "slots", COMPLETION_ANY, NULL },
	{ NULL, "slot", COMPLETION_ANY, NULL },
	{ NULL, "count", COMPLETION_ANY, NULL },
	{ NULL, "timeout", COMPLETION_ANY, NULL },
	{ NULL, "for", COMPLETION_ANY, NULL },
	{ NULL, "raw", COMPLETION_ANY, NULL },
};

#define NR_VALUES (sizeof(values) / sizeof(*values))

bool cli_complete_option(const char *command, struct completion_option *option)
{
	size_t i;

	for (i = 0; i < NR_VALUES; i++) {
		if (strcmp(option->name + 2, values[i].option) ||
		    (values[i].command && strcmp(values[i].command, command)))
			continue;
		option->kind = values[i].kind;
		option->words = values[i].words;
		return true;
	}
	return false;
}

/* ---- What operands are ------------------------------------------------------- */

static const struct {
	const char *command, *words;
	enum completion_kind operand;
} operands[] = {
	{ "drives", "", COMPLETION_DRIVE },
	{ "media", "", COMPLETION_DRIVE },
	{ "load", "", COMPLETION_PLACE },
	{ "unload", "", COMPLETION_PLACE },
	{ "move", "", COMPLETION_PLACE },
	{ "eject", "", COMPLETION_PLACE },
	{ "exchange", "", COMPLETION_PLACE },
	{ "position", "", COMPLETION_PLACE },
	{ "mail-slot", "open import export", COMPLETION_PLACE },
	{ "images", "list add remove check export", COMPLETION_IMAGE },
	{ "auto", "on off show", COMPLETION_ANY },
	{ "daemon", "status panel key start cancel continue jobs job counters settings set images "
	  "auto auto-set begin resume disc progress end", COMPLETION_ANY },
	{ "mtx", "-f status inquiry inventory load unload first last next previous transfer exchange "
	  "position eject", COMPLETION_FILE },
};

#define NR_OPERANDS (sizeof(operands) / sizeof(*operands))

/* ---- The script ---------------------------------------------------------------- */

static void add_option(struct completion_command *c, const struct option *o)
{
	struct completion_option *to = &c->options[c->nr];

	if (c->nr + 1 >= COMPLETION_OPTIONS)
		return;
	if (o->val == 'm') {	/* the one that has a letter, and a value */
		*to++ = (struct completion_option){ .name = "-m", .kind = COMPLETION_ANY };
		c->nr++;
	}
	snprintf(to->name, sizeof(to->name), "--%.29s", o->name);
	to->kind = COMPLETION_NONE;
	if (o->has_arg != no_argument)
		cli_complete_option(c->name, to);
	c->nr++;
}

static void describe(struct completion_command *c, const struct cli_subcommand *command)
{
	struct cli_probe probe;
	size_t i;

	c->name = command->name;
	c->purpose = command->purpose;
	c->words = "";
	c->operand = COMPLETION_ANY;
	for (i = 0; i < NR_OPERANDS; i++) {
		if (strcmp(operands[i].command, command->name))
			continue;
		c->words = operands[i].words;
		c->operand = operands[i].operand;
	}
	cli_probe_options(command, &probe);
	for (i = 0; i < probe.nr; i++)
		if (command->reads || strcmp(probe.options[i].name, "json"))
			add_option(c, &probe.options[i]);
}

static int print_script(const char *shell)
{
	static const struct option global[] = { CLI_OPTIONS, { "version", no_argument, NULL, 'V' } };
	struct completion_command *list = calloc(MAX_COMMANDS, sizeof(*list));
	const struct cli_subcommand *command;
	char words[1024] = "";
	size_t n = 1, i;
	int rc;

	if (!list)
		return cli_error("out of memory");
	list[0].name = list[0].purpose = "";
	for (i = 0; i < sizeof(global) / sizeof(*global); i++)
		add_option(&list[0], &global[i]);
	for (i = 0; (command = cli_nth(i)) && n < MAX_COMMANDS - 1; i++) {
		describe(&list[n++], command);
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s ", command->name);
	}
	snprintf(words + strlen(words), sizeof(words) - strlen(words), "help");
	list[0].words = words;
	list[n].name = "help";
	list[n].purpose = "this help, or help on a command";
	list[n].words = words;
	list[n++].operand = COMPLETION_ANY;
	rc = completion_print(shell, "discmux", list, n, stdout);
	free(list);
	return rc ? CLI_USAGE : CLI_OK;
}

/* ---- Names ------------------------------------------------------------------- */

/* Asks the driver only, waits for nothing, and says nothing without it. */
static int print_members(const struct cli *cli, const char *what)
{
	static struct discmux_member members[MAX_MEMBERS];
	bool recorders = !strcmp(what, "recorders"), readers = !strcmp(what, "readers");
	struct discmux *dm;
	char block[24];
	int i, n = 0;

	if (!discmux_open(cli->mux, 0, &dm))
		n = discmux_members(dm, members, MAX_MEMBERS);
	for (i = 0; i < n && i < MAX_MEMBERS; i++) {
		const struct discmux_member *m = &members[i];

		if (m->role == DISCMUX_ROLE_CHANGER ||
		    (recorders && m->role != DISCMUX_ROLE_RECORDER) ||
		    (readers && m->role != DISCMUX_ROLE_READER))
			continue;
		if (recorders || readers)
			printf("%u\n", m->unit);
		else
			printf("%s:%u\n", discmux_role_name(m->role), m->unit);
		if (*discmux_text(m->block_name, sizeof(m->block_name), block, sizeof(block)))
			puts(block);
	}
	discmux_close(dm);
	return CLI_OK;
}

static int print_images(void)
{
	struct images_info *list = NULL;
	struct images *store = NULL;
	char ignored[512];
	size_t count = 0, i;

	if (!images_open(NULL, 0, &store, ignored, sizeof(ignored)))
		images_list(store, &list, &count, ignored, sizeof(ignored));
	for (i = 0; i < count; i++)
		puts(list[i].name);
	free(list);
	images_close(store);
	return CLI_OK;
}

int cli_completion(struct cli *cli, int argc, char **argv)
{
	static const char *const words[] = { "bash", "zsh", "drives", "readers", "recorders", "images",
					     NULL };
	int i;

	if (argc != 2)
		return cli_usage_error(NULL, "completion of what?  bash, zsh, drives, readers, recorders or images");
	i = cli_word("completion", argv[1], words);
	if (i < 0)
		return CLI_USAGE;
	if (i < 2)
		return print_script(words[i]);
	return i == 5 ? print_images() : print_members(cli, words[i]);
}
