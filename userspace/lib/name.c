// SPDX-License-Identifier: LGPL-2.1
/* Members by the names that users and the kernel give them. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

enum form {
	FORM_NONE,		/* a serial number, or no name at all */
	FORM_UNIT,		/* "recorder 2" */
	FORM_MEMBER,		/* "member 7" */
	FORM_DRIVE,		/* "d0": of the library */
	FORM_ELEMENT,		/* "3001h" */
	FORM_BLOCK,		/* "sr1" */
	FORM_GENERIC,		/* "sg3" */
	FORM_ADDRESS,		/* "2:0:1:0" */
};

struct name {
	enum form form;
	uint32_t role;
	uint64_t number[4];	/* the first one, or H, C, T and L */
	char device[16];	/* "sr1" */
};

/* ---- What is written -------------------------------------------------- */

/* A decimal number up to the end of the text, or to the separator. */
static const char *number(const char *text, char end, uint64_t *value)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 8 || (text[digits] && text[digits] != end))
		return NULL;
	*value = strtoul(text, NULL, 10);
	return text + digits + (text[digits] != '\0');
}

/* "word", "word:2", "word 2", and (joined) "word2" */
static bool is_numbered(const char *text, const char *word, bool joined, uint64_t *value)
{
	size_t len = strlen(word);

	if (strncasecmp(text, word, len))
		return false;
	text += len;
	*value = 0;
	if (!*text)
		return true;
	if (*text == ':' || *text == ' ')
		text++;
	else if (!joined)
		return false;
	return number(text, '\0', value) != NULL;
}

static bool is_unit(const char *text, struct name *name)
{
	static const struct {
		const char *word;
		enum form form;
		uint32_t role;
	} words[] = {
		{ "reader", FORM_UNIT, DISCMUX_ROLE_READER },
		{ "recorder", FORM_UNIT, DISCMUX_ROLE_RECORDER },
		{ "changer", FORM_UNIT, DISCMUX_ROLE_CHANGER },
		{ "member", FORM_MEMBER, 0 },
		{ "drive", FORM_DRIVE, 0 },
		{ "d", FORM_DRIVE, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!is_numbered(text, words[i].word, words[i].form == FORM_DRIVE,
				 &name->number[0]))
			continue;
		/* Of members and drives there is none without a number */
		if (words[i].form != FORM_UNIT && !text[strlen(words[i].word)])
			continue;
		name->form = words[i].form;
		name->role = words[i].role;
		return true;
	}
	return false;
}

static bool is_device(const char *text, struct name *name)
{
	static const struct { const char *prefix; enum form form; } kinds[] = {
		{ "sr", FORM_BLOCK }, { "scd", FORM_BLOCK }, { "sg", FORM_GENERIC },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, len) ||
		    !number(text + len, '\0', &name->number[0]))
			continue;
		name->form = kinds[i].form;
		snprintf(name->device, sizeof(name->device), "%s%lu",
			 name->form == FORM_BLOCK ? "sr" : "sg", (unsigned long)name->number[0]);
		return true;
	}
	return false;
}

/* /dev/sr1, and links to it such as /dev/cdrom */
static bool is_node(const char *text, struct name *name)
{
	char path[PATH_MAX];

	if (strncmp(text, "/dev/", 5))
		return false;
	if (is_device(text + 5, name))
		return true;
	return realpath(text, path) && !strncmp(path, "/dev/", 5) && is_device(path + 5, name);
}

static bool is_address(const char *text, struct name *name)
{
	size_t i;

	for (i = 0; text && i < 4; i++)
		text = number(text, i < 3 ? ':' : '\0', &name->number[i]);
	if (!text || *text)
		return false;
	name->form = FORM_ADDRESS;
	return true;
}

/* "3001h" and "0x3001", with all four digits */
static bool is_element(const char *text, struct name *name)
{
	bool prefix = !strncasecmp(text, "0x", 2);
	const char *digits = prefix ? text + 2 : text;
	size_t i;

	for (i = 0; i < 4; i++)
		if (!isxdigit((unsigned char)digits[i]))
			return false;
	if (prefix ? digits[4] : tolower((unsigned char)digits[4]) != 'h' || digits[5])
		return false;
	name->form = FORM_ELEMENT;
	name->number[0] = strtoul(digits, NULL, 16);
	return true;
}

static void read_name(const char *text, struct name *name)
{
	memset(name, 0, sizeof(*name));
	if (!is_unit(text, name) && !is_device(text, name) && !is_node(text, name) &&
	    !is_address(text, name) && !is_element(text, name))
		name->form = FORM_NONE;
}

bool discmux_is_member_name(const char *text)
{
	struct name name;

	read_name(text, &name);
	return name.form != FORM_NONE;
}

/* ---- Which member ------------------------------------------------------ */

/* The library's drive of that number; DISCMUX_NONE: there is none. */
static int find_drive(struct discmux *dm, uint64_t nth, uint32_t *element)
{
	const struct discmux_element *e;
	struct discmux_inventory inv;
	int ret = discmux_elements(dm, DISCMUX_ELEMENT_DATA_TRANSFER, false, &inv);

	if (ret < 0)
		return ret;
	e = nth > UINT32_MAX ? NULL :
	    discmux_inventory_nth(&inv, DISCMUX_ELEMENT_DATA_TRANSFER, (size_t)nth);
	*element = e ? e->address : DISCMUX_NONE;
	discmux_inventory_free(&inv);
	return 0;
}

static bool is_text(const uint8_t *field, size_t len, const char *text)
{
	char buf[64];

	return *text && !strcmp(discmux_text(field, len, buf, sizeof(buf)), text);
}

static bool is_named(const struct discmux_member *m, const struct name *name, const char *text)
{
	switch (name->form) {
	case FORM_UNIT:
		return m->role == name->role && m->unit == name->number[0];
	case FORM_MEMBER:
		return m->member == name->number[0];
	case FORM_DRIVE:
	case FORM_ELEMENT:
		return m->element != DISCMUX_NONE && m->element == name->number[0];
	case FORM_BLOCK:
		return is_text(m->block_name, sizeof(m->block_name), name->device);
	case FORM_GENERIC:
		return is_text(m->generic_name, sizeof(m->generic_name), name->device);
	case FORM_ADDRESS:
		return m->host == name->number[0] && m->channel == name->number[1] &&
		       m->target == name->number[2] && m->lun == name->number[3];
	default:
		return is_text(m->serial, sizeof(m->serial), text);
	}
}

/* "recorder 0, recorder 3": adds one. */
static void add_to_list(char *list, size_t size, const struct discmux_member *m)
{
	size_t len = strlen(list);

	snprintf(list + len, size - len, "%s%s %u", len ? ", " : "", discmux_role_name(m->role),
		 m->unit);
}

static int none_found(struct discmux *dm, const struct name *name, const char *text)
{
	if (name->form == FORM_NONE)
		return dm_fail(dm, -EINVAL, "no drive is called %s: discmux status lists the drives",
			       text);
	if (name->form == FORM_UNIT)
		return dm_fail(dm, -ENOENT, "there is no %s %lu: discmux status lists the drives",
			       discmux_role_name(name->role), (unsigned long)name->number[0]);
	return dm_fail(dm, -ENOENT, "%s is no drive of this mux: discmux status lists the drives",
		       text);
}

int discmux_member_by_name(struct discmux *dm, const char *text, struct discmux_member *member)
{
	char list[192] = "";
	struct discmux_member m;
	unsigned int found = 0;
	uint32_t next = 0, element;
	struct name name;
	int ret = 0;

	read_name(text, &name);
	if (name.form == FORM_DRIVE) {
		ret = find_drive(dm, name.number[0], &element);
		if (ret < 0)
			return ret;
		name.number[0] = element;
	}
	while ((ret = dm_next_member(dm, &next, &m)) == 0) {
		if (!is_named(&m, &name, text))
			continue;
		if (!found++)
			*member = m;
		add_to_list(list, sizeof(list), &m);
	}
	if (ret != -ENOENT)
		return dm_fail(dm, ret, "listing the members: %s", dm_errno_text(ret));
	if (!found)
		return none_found(dm, &name, text);
	if (found > 1)
		return dm_fail(dm, -ENOTUNIQ, "%s is the serial number of %s: name one of them",
			       text, list);
	return 0;
}
