// SPDX-License-Identifier: GPL-2.0
/* Places in a library as people name them. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "near.h"
#include "place.h"

#define MAX_ADDRESS	0xffff
#define MAIL_CLOSED	0x4001	/* MC-8x00 3.7 */

static const struct {
	const char *word;
	enum place_kind kind;
	bool numbered;
} words[] = {
	{ "slot", PLACE_SLOT, true },
	{ "s", PLACE_SLOT, true },
	{ "drive", PLACE_DRIVE, true },
	{ "d", PLACE_DRIVE, true },
	{ "mail", PLACE_MAIL, false },
	{ "mail-closed", PLACE_MAIL_CLOSED, false },
	{ "arm", PLACE_ARM, false },
	{ "printer", PLACE_PRINTER, false },
};

#define NR_WORDS (sizeof(words) / sizeof(*words))

/* Digits and nothing else, up to the highest address. */
static int parse_number(const char *text, uint32_t *number)
{
	uint32_t value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		value = value * 10 + (uint32_t)(*text - '0');
		if (value > MAX_ADDRESS)
			return -EINVAL;
	}
	*number = value;
	return 0;
}

/* 0x3001, or 3001h with all four digits, so that d0 is never an address. */
static int parse_address(const char *text, uint32_t *address)
{
	size_t len = strlen(text);
	const char *digits = text;
	size_t i;

	if (!strncasecmp(text, "0x", 2)) {
		digits += 2;
		len -= 2;
		if (len < 1 || len > 4)
			return -EINVAL;
	} else if (len == 5 && tolower((unsigned char)text[4]) == 'h') {
		len = 4;
	} else {
		return -EINVAL;
	}
	for (i = 0; i < len; i++)
		if (!isxdigit((unsigned char)digits[i]))
			return -EINVAL;
	*address = (uint32_t)strtoul(digits, NULL, 16);
	return 0;
}

static int parse_word(const char *text, size_t word, struct place *place)
{
	const char *rest = text + strlen(words[word].word);
	uint32_t number = 0;

	if (words[word].numbered) {
		rest += strspn(rest, " ");
		if (parse_number(rest, &number))
			return -EINVAL;
	} else if (*rest) {
		return -EINVAL;
	}
	place->kind = words[word].kind;
	place->number = number;
	return 0;
}

int place_parse(const char *text, struct place *place)
{
	uint32_t number;
	size_t i;

	if (!parse_number(text, &number)) {
		place->kind = PLACE_NUMBER;
		place->number = number;
		return 0;
	}
	for (i = 0; i < NR_WORDS; i++)
		if (!strncasecmp(text, words[i].word, strlen(words[i].word)) &&
		    !parse_word(text, i, place))
			return 0;
	place->kind = PLACE_ADDRESS;
	return parse_address(text, &place->number);
}

/* Which of these are followed by a number, as an argument of its own perhaps. */
static bool is_role(const char *text)
{
	return !strcasecmp(text, "reader") || !strcasecmp(text, "recorder") ||
	       !strcasecmp(text, "member");
}

static bool needs_number(const char *text)
{
	size_t i;

	for (i = 0; i < NR_WORDS; i++)
		if (words[i].numbered && !strcasecmp(text, words[i].word))
			return true;
	return false;
}

int place_unknown(const char *word, char *err, size_t errlen)
{
	char hint[NEAR_HINT_SIZE];
	struct near near;
	size_t i;

	near_begin(&near, word);
	for (i = 0; i < NR_WORDS; i++)
		if (words[i].word[1])
			near_offer(&near, words[i].word);
	snprintf(err, errlen,
		 "%s is no place%s: write s5, d0, mail, mail-closed, arm, printer, 0x3001 or a drive of discmux status",
		 word, near_hint(&near, hint, sizeof(hint)));
	return -EINVAL;
}

int place_take(int argc, char **argv, int *index, enum place_kind plain, struct place *place,
	       char *err, size_t errlen)
{
	const char *text = argv[*index];
	char joined[PLACE_MEMBER_SIZE];
	bool number = needs_number(text);
	uint32_t ignored;

	(*index)++;
	if (*index < argc && (number || (is_role(text) && !parse_number(argv[*index], &ignored)))) {
		snprintf(joined, sizeof(joined), "%s %s", text, argv[*index]);
		text = joined;
		(*index)++;
		number = false;
	}
	if (place_parse(text, place)) {
		if (number || strlen(text) >= sizeof(place->member))
			return place_unknown(text, err, errlen);
		place->kind = PLACE_MEMBER;
		snprintf(place->member, sizeof(place->member), "%s", text);
		return 0;
	}
	if (place->kind == PLACE_NUMBER && plain == PLACE_NUMBER) {
		snprintf(err, errlen, "%s may be a slot or a drive: write s%s or d%s", text, text,
			 text);
		return -EINVAL;
	}
	if (place->kind == PLACE_NUMBER)
		place->kind = plain;
	return 0;
}

static size_t count_type(const struct discmux_inventory *inv, uint32_t type)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < inv->count; i++)
		count += inv->elements[i].type == type;
	return count;
}

/* Slots and drives: by their number, the lowest of which is base. */
static int resolve_numbered(const struct discmux_inventory *inv, uint32_t type, uint32_t number,
			    uint32_t base, uint32_t *address, char *err, size_t errlen)
{
	const struct discmux_element *element =
		number < base ? NULL : discmux_inventory_nth(inv, type, number - base);
	const char *name = discmux_element_type_name(type);
	size_t count = count_type(inv, type);

	if (element) {
		*address = element->address;
		return 0;
	}
	if (!count)
		snprintf(err, errlen, "there is no %s %u: the library has no %ss", name, number,
			 name);
	else
		snprintf(err, errlen, "there is no %s %u: the library has %ss %u to %zu", name,
			 number, name, base, count - 1 + base);
	return -ENOENT;
}

static int resolve_first(const struct discmux_inventory *inv, uint32_t type, const char *name,
			 uint32_t *address, char *err, size_t errlen)
{
	const struct discmux_element *element = discmux_inventory_nth(inv, type, 0);

	if (!element) {
		snprintf(err, errlen, "the library has no %s", name);
		return -ENOENT;
	}
	*address = element->address;
	return 0;
}

/* MC-8x00: the mail slot's element is 4000h, and 4001h the same one shut. */
static int resolve_mail_closed(const struct discmux_inventory *inv, uint32_t *address, char *err,
			       size_t errlen)
{
	int ret = resolve_first(inv, DISCMUX_ELEMENT_IMPORT_EXPORT, "mail slot", address, err,
				errlen);

	if (!ret && *address != MAIL_CLOSED - 1 && *address != MAIL_CLOSED) {
		snprintf(err, errlen, "the mail slot of this library cannot stay closed: use mail");
		return -ENOENT;
	}
	*address = MAIL_CLOSED;
	return ret;
}

int place_resolve(const struct discmux_inventory *inv, const struct place *place,
		  uint32_t *address, char *err, size_t errlen)
{
	switch (place->kind) {
	case PLACE_SLOT:
		return resolve_numbered(inv, DISCMUX_ELEMENT_STORAGE, place->number, 1, address,
					err, errlen);
	case PLACE_DRIVE:
		return resolve_numbered(inv, DISCMUX_ELEMENT_DATA_TRANSFER, place->number, 0,
					address, err, errlen);
	case PLACE_MAIL:
		return resolve_first(inv, DISCMUX_ELEMENT_IMPORT_EXPORT, "mail slot", address, err,
				     errlen);
	case PLACE_MAIL_CLOSED:
		return resolve_mail_closed(inv, address, err, errlen);
	case PLACE_ARM:
		return resolve_first(inv, DISCMUX_ELEMENT_TRANSPORT, "arm", address, err, errlen);
	case PLACE_PRINTER:
		return resolve_first(inv, DISCMUX_ELEMENT_LABEL_PRINT, "label printer", address,
				     err, errlen);
	default:
		break;
	}
	*address = place->number;
	if (place_element(inv, place->number))
		return 0;
	snprintf(err, errlen, "there is no element %04Xh: discmux inventory --all lists them",
		 place->number);
	return -ENOENT;
}

const struct discmux_element *place_element(const struct discmux_inventory *inv, uint32_t address)
{
	const struct discmux_element *element = discmux_inventory_find(inv, address);

	if (!element && address == MAIL_CLOSED) {
		element = discmux_inventory_find(inv, MAIL_CLOSED - 1);
		if (element && element->type != DISCMUX_ELEMENT_IMPORT_EXPORT)
			element = NULL;
	}
	return element;
}

uint32_t place_number(const struct discmux_inventory *inv, const struct discmux_element *element)
{
	bool from_one = element->type == DISCMUX_ELEMENT_STORAGE ||
			element->type == DISCMUX_ELEMENT_IMPORT_EXPORT;
	uint32_t number = from_one ? 1 : 0;
	size_t i;

	for (i = 0; i < inv->count && &inv->elements[i] != element; i++)
		number += inv->elements[i].type == element->type;
	return number;
}

char *place_name(const struct discmux_inventory *inv, uint32_t address, char *buf, size_t size)
{
	const struct discmux_element *element = place_element(inv, address);

	switch (element ? element->type : 0) {
	case DISCMUX_ELEMENT_STORAGE:
	case DISCMUX_ELEMENT_DATA_TRANSFER:
		snprintf(buf, size, "%s %u", discmux_element_type_name(element->type),
			 place_number(inv, element));
		break;
	case DISCMUX_ELEMENT_IMPORT_EXPORT:
		snprintf(buf, size, "the mail slot");
		break;
	case DISCMUX_ELEMENT_TRANSPORT:
		snprintf(buf, size, "the arm");
		break;
	case DISCMUX_ELEMENT_LABEL_PRINT:
		snprintf(buf, size, "the label printer");
		break;
	default:
		snprintf(buf, size, "element %04Xh", address);
	}
	return buf;
}
