// SPDX-License-Identifier: GPL-2.0
/* discmux mail-slot: discs that come into the library and leave it. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "move.h"
#include "output.h"
#include "place.h"
#include "robot.h"

enum {
	OPT_INVERT = CLI_OPT_OWN,
	OPT_CLOSED,
};

#define ERR_SIZE	256
#define SECOND_ADDRESS	0x4001	/* MC-8x00 3.7: the mail slot stays shut, or is shut */

/* What is on the command line behind the word. */
struct request {
	const char *word;
	struct place place;
	bool has_place;
	bool invert, closed;
};

static bool has(const struct discmux_element *element, uint32_t flag)
{
	return element->flags & flag;
}

/* ---- What is in it ---------------------------------------------------------- */

static json_t *mail_json(const struct discmux_inventory *inv)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < inv->count; i++) {
		const struct discmux_element *e = &inv->elements[i];
		bool from = has(e, DISCMUX_ELEMENT_SOURCE_VALID) && !element_is_free(e);

		if (e->type != DISCMUX_ELEMENT_IMPORT_EXPORT)
			continue;
		json_array_append_new(array,
				      json_pack("{s:i, s:b, s:b, s:b, s:b, s:b, s:o}", "address",
						(int)e->address, "full", element_has_disc(e), "tray",
						element_has_tray(e), "open",
						has(e, DISCMUX_ELEMENT_OPEN), "import",
						has(e, DISCMUX_ELEMENT_INENAB), "export",
						has(e, DISCMUX_ELEMENT_EXENAB), "source",
						json_number_or_null(from, e->source)));
	}
	return json_pack("{s:o}", "mail_slots", array);
}

static int print_mail(const struct discmux_inventory *inv)
{
	char from[32];
	size_t i, n = 0;

	for (i = 0; i < inv->count; i++) {
		const struct discmux_element *e = &inv->elements[i];

		if (e->type != DISCMUX_ELEMENT_IMPORT_EXPORT)
			continue;
		n++;
		printf("mail slot %04Xh: %s, %s", e->address,
		       has(e, DISCMUX_ELEMENT_OPEN) ? "open" : "closed",
		       element_has_disc(e) ? "a disc" : element_has_tray(e) ? "an empty tray" :
									      "empty");
		if (!element_is_free(e) && has(e, DISCMUX_ELEMENT_SOURCE_VALID))
			printf(" from %s", place_name(inv, e->source, from, sizeof(from)));
		putchar('\n');
	}
	if (!n)
		puts("the library has no mail slot");
	return CLI_OK;
}

static int show(struct cli *cli)
{
	struct discmux_inventory inv;
	int ret = cli_open(cli, 0);

	if (ret)
		return ret;
	if (discmux_elements(cli->dm, 0, true, &inv) < 0)
		return cli_error("%s", discmux_error(cli->dm));
	ret = cli->json ? json_print(mail_json(&inv), false, stdout) : print_mail(&inv);
	if (!ret)
		ret = robot_answered(&inv);
	discmux_inventory_free(&inv);
	return ret;
}

/* ---- In and out -------------------------------------------------------------- */

static const struct discmux_element *find_mail(const struct discmux_inventory *inv)
{
	return discmux_inventory_nth(inv, DISCMUX_ELEMENT_IMPORT_EXPORT, 0);
}

/* The first slot that has an empty tray (which can be sent out for a disc), or none. */
static const struct discmux_element *find_slot(const struct discmux_inventory *inv, bool tray)
{
	size_t i;

	for (i = 0; i < inv->count; i++) {
		const struct discmux_element *e = &inv->elements[i];

		if (e->type == DISCMUX_ELEMENT_STORAGE && !element_has_disc(e) &&
		    element_has_tray(e) == tray)
			return e;
	}
	return NULL;
}

static int resolve(struct robot *robot, const struct request *request, uint32_t *address)
{
	char err[ERR_SIZE];

	return library_place(&robot->library, &request->place, address, err, sizeof(err)) ?
		       cli_error("%s", err) : CLI_OK;
}

static int move(struct robot *robot, const struct request *request, uint32_t source,
		uint32_t destination)
{
	const struct robot_move move = {
		.source = source,
		.destination = destination,
		.flags = request->invert ? DISCMUX_MOVE_INVERT : 0,
		.home = DISCMUX_NONE,
	};
	char err[ERR_SIZE];

	if (move_check(&robot->library.inv, source, destination, err, sizeof(err)))
		return cli_error("%s", err);
	return robot_move(robot, &move);
}

/* A tray of the slot that a disc is to come into goes out with the mail slot. */
static int open_it(struct robot *robot, const struct request *request)
{
	const struct discmux_inventory *inv = &robot->library.inv;
	const struct discmux_element *slot = find_slot(inv, true);
	uint32_t source;
	int ret;

	if (has(find_mail(inv), DISCMUX_ELEMENT_OPEN))
		return cli_error("the mail slot is open");
	if (request->has_place) {
		ret = resolve(robot, request, &source);
		if (ret)
			return ret;
		slot = discmux_inventory_find(inv, source);
		if (!slot || element_has_disc(slot) || !element_has_tray(slot))
			return cli_error("%s has no empty tray: discmux mail-slot export sends a "
					 "disc out", request->word);
	}
	if (!slot)
		return cli_error("no slot has an empty tray: the mail slot opens when discmux "
				 "mail-slot export sends a disc out");
	return move(robot, request, slot->address, find_mail(inv)->address);
}

static int export_from(struct robot *robot, const struct request *request)
{
	const struct discmux_element *mail = find_mail(&robot->library.inv);
	uint32_t source, to = mail->address;
	int ret = resolve(robot, request, &source);

	if (ret)
		return ret;
	if (request->closed && to != SECOND_ADDRESS - 1)
		return cli_error("the mail slot of this library cannot stay closed");
	return move(robot, request, source, request->closed ? SECOND_ADDRESS : to);
}

/* Where to, when nobody says so: the slot its tray came from, or one that is free. */
static int import_to(struct robot *robot, const struct request *request)
{
	const struct discmux_inventory *inv = &robot->library.inv;
	const struct discmux_element *mail = find_mail(inv);
	const struct discmux_element *slot = NULL;
	uint32_t from = mail->address, to;
	int ret;

	if (request->has_place) {
		ret = resolve(robot, request, &to);
		if (ret)
			return ret;
	} else {
		if (has(mail, DISCMUX_ELEMENT_SOURCE_VALID) && recovery_has_room(inv, mail->source))
			slot = discmux_inventory_find(inv, mail->source);
		if (!slot)
			slot = find_slot(inv, false);
		if (!slot)
			return cli_error("every slot is taken");
		to = slot->address;
	}
	/* From its second address the library shuts it first (table 24). */
	if (has(mail, DISCMUX_ELEMENT_OPEN) && from == SECOND_ADDRESS - 1)
		from = SECOND_ADDRESS;
	return move(robot, request, from, to);
}

static const struct {
	const char *word;
	int (*run)(struct robot *robot, const struct request *request);
	bool wants_place;
} words[] = {
	{ "open", open_it, false },
	{ "import", import_to, false },
	{ "export", export_from, true },
};

#define NR_WORDS (sizeof(words) / sizeof(*words))

static int carry_out(struct cli *cli, size_t word, const struct request *request)
{
	struct robot robot;
	int ret = robot_open(&robot, cli);

	if (!ret && !find_mail(&robot.library.inv))
		ret = cli_error("the library has no mail slot");
	if (!ret)
		ret = words[word].run(&robot, request);
	robot_close(&robot);
	return ret;
}

static int parse_place(int argc, char **argv, int index, struct request *request)
{
	char err[ERR_SIZE];

	if (index == argc)
		return CLI_OK;
	request->word = argv[index];
	if (place_take(argc, argv, &index, PLACE_SLOT, &request->place, err, sizeof(err)))
		return cli_value_error("%s", err);
	request->has_place = true;
	if (index < argc)
		return cli_usage_error(argv[0], "%s: one place too many", argv[index]);
	return CLI_OK;
}

static int find_word(char **argv, size_t *word)
{
	const char *names[NR_WORDS + 1] = { NULL };
	size_t i;
	int n;

	for (i = 0; i < NR_WORDS; i++)
		names[i] = words[i].word;
	n = cli_word(argv[0], argv[optind], names);
	*word = n < 0 ? NR_WORDS : (size_t)n;
	return n < 0 ? CLI_USAGE : CLI_OK;
}

int cmd_mail_slot(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "invert", no_argument, NULL, OPT_INVERT },
		{ "closed", no_argument, NULL, OPT_CLOSED },
		CLI_OPTIONS,
		{ 0 },
	};
	struct request request = { 0 };
	size_t word;
	int ret, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_INVERT)
			request.invert = true;
		else if (c == OPT_CLOSED)
			request.closed = true;
		else if (!cli_option(cli, argv, c, &ret))
			return ret;
	}
	if (optind == argc)
		return show(cli);
	ret = find_word(argv, &word);
	if (!ret && cli->json)
		ret = cli_usage_error(argv[0], "--json is for discmux mail-slot alone");
	if (!ret)
		ret = parse_place(argc, argv, optind + 1, &request);
	if (!ret && words[word].wants_place && !request.has_place)
		ret = cli_usage_error(argv[0], "which disc?  discmux mail-slot export s5");
	return ret ? ret : carry_out(cli, word, &request);
}
