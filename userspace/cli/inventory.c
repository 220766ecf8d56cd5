// SPDX-License-Identifier: GPL-2.0
/* discmux inventory: what is where in the library. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "inventory.h"
#include "library.h"
#include "move.h"
#include "output.h"
#include "place.h"
#include "robot.h"

enum {
	OPT_ALL = CLI_OPT_OWN,
	OPT_REFRESH,
	OPT_RECOVER,
	OPT_TO,
};

static const struct {
	uint32_t type;
	const char *key;	/* of the JSON array */
	const char *title;	/* of the table */
} groups[] = {
	{ DISCMUX_ELEMENT_DATA_TRANSFER, "drives", "drives" },
	{ DISCMUX_ELEMENT_STORAGE, "slots", "slots" },
	{ DISCMUX_ELEMENT_IMPORT_EXPORT, "mail_slots", "mail slot" },
	{ DISCMUX_ELEMENT_TRANSPORT, "arms", "arm" },
	{ DISCMUX_ELEMENT_LABEL_PRINT, "printers", "label printer" },
};

#define NR_GROUPS (sizeof(groups) / sizeof(*groups))

static bool flag(const struct discmux_element *element, uint32_t bit)
{
	return element->flags & bit;
}

static const struct discmux_member *member_in(const struct inventory *inventory,
					      const struct discmux_element *element)
{
	size_t i;

	for (i = 0; element->member != DISCMUX_NONE && i < inventory->nr_members; i++)
		if (inventory->members[i].member == element->member)
			return &inventory->members[i];
	return NULL;
}

/* The slot that the medium came from, or NULL. */
static const struct discmux_element *source_of(const struct inventory *inventory,
					       const struct discmux_element *element)
{
	if (!flag(element, DISCMUX_ELEMENT_SOURCE_VALID) || !flag(element, DISCMUX_ELEMENT_FULL))
		return NULL;
	return discmux_inventory_find(&inventory->elements, element->source);
}

static size_t count(const struct inventory *inventory, uint32_t type, bool full)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < inventory->elements.count; i++) {
		const struct discmux_element *element = &inventory->elements.elements[i];

		n += element->type == type && (!full || flag(element, DISCMUX_ELEMENT_FULL));
	}
	return n;
}

static json_t *sense_json(const struct discmux_element *element)
{
	char code[8];

	if (!flag(element, DISCMUX_ELEMENT_EXCEPT))
		return json_null();
	snprintf(code, sizeof(code), "%02X/%02X", element->sense >> 8 & 0xff,
		 element->sense & 0xff);
	return json_string(code);
}

static int add_drive_keys(const struct inventory *inventory, const struct discmux_element *element,
			  json_t *object)
{
	const struct discmux_member *member = member_in(inventory, element);
	json_t *more = json_pack("{s:o, s:o, s:o, s:o}", "member",
				 json_number_or_null(element->member != DISCMUX_NONE,
						     element->member),
				 "role",
				 member ? json_string(discmux_role_name(member->role)) :
					  json_null(),
				 "unit", json_number_or_null(member, member ? member->unit : 0),
				 "identifier",
				 json_text(element->identifier, sizeof(element->identifier)));
	int ret = more ? json_object_update(object, more) : -1;

	json_decref(more);
	return ret;
}

/* What only a label printer has (MC-8x00 3.11.7) */
static int add_printer_keys(const struct discmux_element *element, json_t *object)
{
	static const struct {
		uint32_t bit;
		const char *ink;
	} inks[] = {
		{ DISCMUX_ELEMENT_EMPTY_B, "black" },
		{ DISCMUX_ELEMENT_EMPTY_C, "cyan" },
		{ DISCMUX_ELEMENT_EMPTY_M, "magenta" },
		{ DISCMUX_ELEMENT_EMPTY_Y, "yellow" },
	};
	json_t *empty = json_array(), *more;
	size_t i;
	int ret;

	for (i = 0; i < sizeof(inks) / sizeof(*inks); i++)
		if (flag(element, inks[i].bit))
			json_array_append_new(empty, json_string(inks[i].ink));
	more = json_pack("{s:b, s:b, s:b, s:o}", "busy", flag(element, DISCMUX_ELEMENT_BUSY),
			 "finished", flag(element, DISCMUX_ELEMENT_FINISH), "ready",
			 flag(element, DISCMUX_ELEMENT_ACCESS), "ink_empty", empty);
	ret = more ? json_object_update(object, more) : -1;
	json_decref(more);
	return ret;
}

static json_t *element_json(const struct inventory *inventory,
			    const struct discmux_element *element)
{
	const struct discmux_element *source = source_of(inventory, element);
	json_t *object =
		json_pack("{s:I, s:I, s:b, s:b, s:o, s:o, s:o, s:b, s:o}", "number",
			  (json_int_t)place_number(&inventory->elements, element), "address",
			  (json_int_t)element->address, "full",
			  flag(element, DISCMUX_ELEMENT_FULL), "tray",
			  flag(element, DISCMUX_ELEMENT_TRAY), "source",
			  json_number_or_null(source, source ? source->address : 0), "source_slot",
			  json_number_or_null(source && source->type == DISCMUX_ELEMENT_STORAGE,
					      source ? place_number(&inventory->elements, source) :
						       0),
			  "exception", sense_json(element), "inverted",
			  flag(element, DISCMUX_ELEMENT_INVERT), "volume_tag",
			  json_text(element->volume_tag, sizeof(element->volume_tag)));
	int ret = object ? 0 : -1;

	if (!ret && element->type == DISCMUX_ELEMENT_DATA_TRANSFER)
		ret = add_drive_keys(inventory, element, object);
	if (!ret && element->type == DISCMUX_ELEMENT_IMPORT_EXPORT)
		ret = json_object_set_new(object, "open",
					  json_boolean(flag(element, DISCMUX_ELEMENT_OPEN)));
	if (!ret && element->type == DISCMUX_ELEMENT_LABEL_PRINT)
		ret = add_printer_keys(element, object);
	if (ret) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *group_json(const struct inventory *inventory, uint32_t type)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < inventory->elements.count; i++) {
		const struct discmux_element *element = &inventory->elements.elements[i];

		if (element->type == type && element_is_fitted(element) &&
		    json_array_append_new(array, element_json(inventory, element))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static int add_recovery(const struct recovery *recovery, json_t *object)
{
	json_t *differences = json_array(), *strays = json_array();
	size_t i;

	for (i = 0; i < recovery->nr_lines; i++)
		json_array_append_new(differences, json_string(recovery->lines[i]));
	for (i = 0; i < recovery->nr_strays; i++) {
		const struct stray *stray = &recovery->strays[i];

		json_array_append_new(strays,
				      json_pack("{s:i, s:o, s:s}", "address", (int)stray->at,
						"home",
						json_number_or_null(stray->home != DISCMUX_NONE,
								    stray->home),
						"text", stray->why));
	}
	return json_object_set_new(object, "differences", differences) ||
	       json_object_set_new(object, "strays", strays);
}

json_t *inventory_json(const struct inventory *inventory)
{
	const struct discmux_inventory *inv = &inventory->elements;
	json_t *object = json_pack(
		"{s:I, s:o, s:b, s:b, s:b, s:I, s:I, s:{s:I, s:I, s:I, s:I}}", "mux",
		(json_int_t)inventory->mux, "changer",
		json_number_or_null(inv->changer != DISCMUX_NONE, inv->changer), "moving",
		(inv->state & DISCMUX_STATUS_MOVING) != 0, "stale",
		(inv->state & DISCMUX_STATUS_STALE) != 0, "garbled",
		(inv->state & DISCMUX_STATUS_GARBLED) != 0, "age_ms", (json_int_t)inv->age_ms,
		"generation", (json_int_t)inv->generation, "counts", "slots",
		(json_int_t)count(inventory, DISCMUX_ELEMENT_STORAGE, false), "slots_full",
		(json_int_t)count(inventory, DISCMUX_ELEMENT_STORAGE, true), "drives",
		(json_int_t)count(inventory, DISCMUX_ELEMENT_DATA_TRANSFER, false), "drives_full",
		(json_int_t)count(inventory, DISCMUX_ELEMENT_DATA_TRANSFER, true));
	size_t i;

	for (i = 0; object && i < NR_GROUPS; i++)
		if (json_object_set_new(object, groups[i].key,
					group_json(inventory, groups[i].type))) {
			json_decref(object);
			return NULL;
		}
	if (object && inventory->recovery && add_recovery(inventory->recovery, object)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static void state_text(const struct discmux_element *element, char *buf, size_t size)
{
	const char *state = flag(element, DISCMUX_ELEMENT_FULL) ? "disc" :
			    flag(element, DISCMUX_ELEMENT_TRAY) ? "empty tray" :
								  "empty";

	snprintf(buf, size, "%s%s%s%s%s%s", state,
		 flag(element, DISCMUX_ELEMENT_INVERT) ? ", turned over" : "",
		 flag(element, DISCMUX_ELEMENT_OPEN) ? ", open" : "",
		 flag(element, DISCMUX_ELEMENT_BUSY) ? ", busy" : "",
		 flag(element, DISCMUX_ELEMENT_FINISH) ? ", printed" : "",
		 flag(element, DISCMUX_ELEMENT_EMPTY_B | DISCMUX_ELEMENT_EMPTY_C |
				       DISCMUX_ELEMENT_EMPTY_M | DISCMUX_ELEMENT_EMPTY_Y) ?
			 ", ink empty" : "");
}

static void fault_text(const struct discmux_element *element, char *buf, size_t size)
{
	const uint8_t sense[14] = { [0] = 0x70,
				    [7] = 6,
				    [12] = (uint8_t)(element->sense >> 8),
				    [13] = (uint8_t)element->sense };

	*buf = '\0';
	if (flag(element, DISCMUX_ELEMENT_EXCEPT))
		discmux_device_sense_text(DISCMUX_DEVICE_LIBRARY, sense, sizeof(sense), buf, size);
}

/* "s5", "d0" where the grammar of places has such a short form. */
static void short_name(const struct inventory *inventory, const struct discmux_element *element,
		       char *buf, size_t size)
{
	uint32_t number = place_number(&inventory->elements, element);

	if (element->type == DISCMUX_ELEMENT_STORAGE)
		snprintf(buf, size, "s%u", number);
	else if (element->type == DISCMUX_ELEMENT_DATA_TRANSFER)
		snprintf(buf, size, "d%u", number);
	else
		snprintf(buf, size, "%s", discmux_element_type_name(element->type));
}

static int add_element(struct table *table, const struct inventory *inventory,
		       const struct discmux_element *element)
{
	const struct discmux_element *source = source_of(inventory, element);
	const struct discmux_member *member = member_in(inventory, element);
	char name[16], address[16], holds[40], state[64], from[48] = "", tag[48], fault[128];
	const char *cells[] = { name, address, holds, state, from, tag, fault };

	short_name(inventory, element, name, sizeof(name));
	snprintf(address, sizeof(address), "%04Xh", element->address);
	*holds = '\0';
	if (member)
		snprintf(holds, sizeof(holds), "%s %u", discmux_role_name(member->role),
			 member->unit);
	state_text(element, state, sizeof(state));
	if (source && source != element)
		short_name(inventory, source, from, sizeof(from));
	discmux_text(element->volume_tag, sizeof(element->volume_tag), tag, sizeof(tag));
	fault_text(element, fault, sizeof(fault));
	return table_add(table, cells);
}

/* Empty slots are passed over, unless something is wrong with them. */
static bool is_shown(const struct discmux_element *element, bool all)
{
	if (!element_is_fitted(element))
		return false;
	return all || element->type != DISCMUX_ELEMENT_STORAGE ||
	       flag(element, DISCMUX_ELEMENT_FULL | DISCMUX_ELEMENT_EXCEPT);
}

static bool has_printer(const struct inventory *inventory)
{
	size_t i;

	for (i = 0; i < inventory->elements.count; i++)
		if (inventory->elements.elements[i].type == DISCMUX_ELEMENT_LABEL_PRINT &&
		    element_is_fitted(&inventory->elements.elements[i]))
			return true;
	return false;
}

static int print_elements(const struct inventory *inventory, bool all, FILE *out)
{
	static const char *const no_printer[] = { "printer", "", "", "none", "", "", "" };
	static const char *const headers[] = { "PLACE", "ADDRESS", "MEMBER", "HOLDS",
					       "FROM",	"TAG",	   "FAULT",  NULL };
	struct table *table = table_new(headers);
	int ret = table ? 0 : -ENOMEM;
	size_t g, i;

	for (g = 0; g < NR_GROUPS; g++)
		for (i = 0; !ret && i < inventory->elements.count; i++) {
			const struct discmux_element *e = &inventory->elements.elements[i];

			if (e->type == groups[g].type && is_shown(e, all))
				ret = add_element(table, inventory, e);
		}
	if (!ret && !has_printer(inventory))
		ret = table_add(table, no_printer);
	if (!ret)
		table_print(table, out, "");
	table_free(table);
	return ret;
}

static void print_recovery(const struct recovery *recovery, FILE *out)
{
	size_t i;

	for (i = 0; i < recovery->nr_lines; i++)
		fprintf(out, "not as it was left: %s\n", recovery->lines[i]);
	if (recovery->nr_more)
		fprintf(out, "and %zu more differences\n", recovery->nr_more);
	for (i = 0; i < recovery->nr_strays; i++)
		fprintf(out, "astray: %s%s\n", recovery->strays[i].why,
			recovery->strays[i].home == DISCMUX_NONE ? "" :
				": discmux inventory --recover puts it back");
}

int inventory_print(const struct inventory *inventory, bool all, FILE *out)
{
	const struct discmux_inventory *inv = &inventory->elements;
	size_t slots = count(inventory, DISCMUX_ELEMENT_STORAGE, false);
	size_t drives = count(inventory, DISCMUX_ELEMENT_DATA_TRANSFER, false);
	char vendor[16], product[24];

	fprintf(out, "%s %s: %zu slot%s, %zu with a disc; %zu drive%s, %zu with a disc\n",
		discmux_text(inventory->changer.vendor, sizeof(inventory->changer.vendor), vendor,
			     sizeof(vendor)),
		discmux_text(inventory->changer.product, sizeof(inventory->changer.product),
			     product, sizeof(product)),
		slots, slots == 1 ? "" : "s", count(inventory, DISCMUX_ELEMENT_STORAGE, true),
		drives, drives == 1 ? "" : "s",
		count(inventory, DISCMUX_ELEMENT_DATA_TRANSFER, true));
	if (print_elements(inventory, all, out))
		return cli_error("out of memory");
	if (inv->state & DISCMUX_STATUS_MOVING)
		fputs("a disc is being moved: what is shown is from before\n", out);
	if (inv->state & DISCMUX_STATUS_GARBLED)
		fputs("the changer's element status contradicts itself and was not used; the "
		      "kernel's log says in what\n", out);
	if (inv->state & DISCMUX_STATUS_STALE)
		fprintf(out, "the changer could not be asked for %u s: what is shown may be old\n",
			inv->age_ms / 1000);
	if (inventory->recovery)
		print_recovery(inventory->recovery, out);
	return CLI_OK;
}

static int gather(struct cli *cli, bool refresh, struct inventory *inventory,
		  struct discmux_member *members, size_t max)
{
	int nr;

	inventory->mux = (uint32_t)cli->mux;
	inventory->members = members;
	if (discmux_elements(cli->dm, 0, refresh, &inventory->elements) < 0)
		return cli_error("%s", discmux_error(cli->dm));
	nr = discmux_members(cli->dm, members, max);
	if (nr < 0)
		return cli_error("%s", discmux_error(cli->dm));
	inventory->nr_members = (size_t)nr < max ? (size_t)nr : max;
	if (discmux_member(cli->dm, inventory->elements.changer, &inventory->changer) < 0)
		return cli_error("%s", discmux_error(cli->dm));
	return CLI_OK;
}

/* What is remembered is no secret, but it may not be there, or be for others. */
static void look_back(struct inventory *inventory, struct recovery *recovery)
{
	struct memory memory;
	char err[256];

	if (inventory->elements.state & (DISCMUX_STATUS_MOVING | DISCMUX_STATUS_STALE))
		return;
	if (!memory_read(MEMORY_DIR, &inventory->changer, &memory, err, sizeof(err))) {
		recovery_look(&memory, &inventory->elements, recovery);
		inventory->recovery = recovery;
	}
	memory_free(&memory);
}

/* Every subcommand that moves discs begins with it; here it is all there is. */
static int recover(struct cli *cli, const struct place *to)
{
	struct robot robot;
	char err[256];
	int ret = robot_recover(&robot, cli, to);

	if (!ret && library_end(&robot.library, err, sizeof(err)))
		ret = cli_error("%s", err);
	robot_close(&robot);
	return ret;
}

static int show(struct cli *cli, bool all, bool refresh)
{
	struct discmux_member members[4 * DISCMUX_MAX_TARGETS];
	struct inventory inventory = { 0 };
	struct recovery recovery;
	int ret = gather(cli, refresh, &inventory, members, sizeof(members) / sizeof(*members));

	if (!ret) {
		look_back(&inventory, &recovery);
		ret = cli->json ? json_print(inventory_json(&inventory), false, stdout) :
				  inventory_print(&inventory, all, stdout);
	}
	if (!ret && refresh)
		ret = robot_answered(&inventory.elements);
	discmux_inventory_free(&inventory.elements);
	return ret;
}

static int parse_slot(const char *text, struct place *place)
{
	if (place_parse(text, place) ||
	    (place->kind != PLACE_NUMBER && place->kind != PLACE_SLOT))
		return -EINVAL;
	place->kind = PLACE_SLOT;
	return 0;
}

int cmd_inventory(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, OPT_ALL },
		{ "refresh", no_argument, NULL, OPT_REFRESH },
		{ "recover", no_argument, NULL, OPT_RECOVER },
		{ "to", required_argument, NULL, OPT_TO },
		CLI_OPTIONS,
		{ 0 },
	};
	bool all = false, refresh = false, recovery = false;
	struct place place, *to = NULL;
	int ret, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_ALL)
			all = true;
		else if (c == OPT_REFRESH)
			refresh = true;
		else if (c == OPT_RECOVER)
			recovery = refresh = true;
		else if (c == OPT_TO && parse_slot(optarg, &place))
			return cli_value_error("--to %s: a slot is wanted", optarg);
		else if (c == OPT_TO)
			to = &place;
		else if (!cli_option(cli, argv, c, &ret))
			return ret;
	}
	if (optind < argc)
		return cli_usage_error(argv[0], "%s: inventory takes no operands", argv[optind]);
	if (to && !recovery)
		return cli_usage_error(argv[0], "--to is for --recover");
	ret = recovery ? recover(cli, to) : cli_open(cli, 0);
	return ret ? ret : show(cli, all, refresh);
}
