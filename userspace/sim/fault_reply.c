// SPDX-License-Identifier: GPL-2.0
/* Executes a command and changes its reply. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "count.h"
#include "fault_reply.h"

#define ROOM	(256u << 10)	/* more than any reply with an allocation length takes */

/* Replies that a command's own fields bound: where they are, and the reply's length field */
static const struct layout {
	uint8_t opcode;
	uint8_t at, size;		/* allocation length in the CDB; 0: there is none */
	uint8_t len_at, len_size;	/* of the reply, in its header; 0: there is none */
} layouts[] = {
	{ 0x03, 4, 1, 7, 1 },	/* REQUEST SENSE */
	{ 0x12, 3, 2, 4, 1 },	/* INQUIRY; a page's length is in bytes 2 and 3 */
	{ 0x1a, 4, 1, 0, 1 },	/* MODE SENSE(6) */
	{ 0x23, 7, 2, 3, 1 },	/* READ FORMAT CAPACITIES */
	{ 0x25, 0, 0, 0, 0 },	/* READ CAPACITY */
	{ 0x3c, 6, 3, 0, 0 },	/* READ BUFFER */
	{ 0x42, 7, 2, 2, 2 },	/* READ SUB-CHANNEL */
	{ 0x43, 7, 2, 0, 2 },	/* READ TOC/PMA/ATIP */
	{ 0x46, 7, 2, 0, 4 },	/* GET CONFIGURATION */
	{ 0x4a, 7, 2, 0, 2 },	/* GET EVENT STATUS NOTIFICATION */
	{ 0x4d, 7, 2, 2, 2 },	/* LOG SENSE */
	{ 0x51, 7, 2, 0, 2 },	/* READ DISC INFORMATION */
	{ 0x52, 7, 2, 0, 2 },	/* READ TRACK INFORMATION */
	{ 0x5a, 7, 2, 0, 2 },	/* MODE SENSE(10) */
	{ 0x5c, 7, 2, 0, 2 },	/* READ BUFFER CAPACITY */
	{ 0xa3, 6, 4, 0, 4 },	/* REPORT SUPPORTED OPERATION CODES */
	{ 0xa4, 8, 2, 0, 2 },	/* REPORT KEY */
	{ 0xac, 0, 0, 0, 4 },	/* GET PERFORMANCE: counts descriptors, not bytes */
	{ 0xad, 8, 2, 0, 2 },	/* READ DISC STRUCTURE */
	{ 0xb8, 7, 3, 5, 3 },	/* READ ELEMENT STATUS */
	{ 0xbd, 8, 2, 6, 2 },	/* MECHANISM STATUS */
};

static const struct layout *layout_of(const uint8_t *cdb)
{
	static const struct layout page = { 0x12, 3, 2, 2, 2 };

	if (cdb[0] == 0x12 && cdb[1] & 1)
		return &page;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i].opcode == cdb[0])
			return &layouts[i];
	return NULL;
}

bool sim_reply_known(const uint8_t *cdb)
{
	return layout_of(cdb) || sim_cdb_access(cdb, NULL, NULL) == SIM_ACCESS_READ;
}

static uint64_t get(const uint8_t *at, size_t size)
{
	uint64_t v = 0;

	while (size--)
		v = v << 8 | *at++;
	return v;
}

static void put(uint8_t *at, size_t size, uint64_t v)
{
	while (size--) {
		at[size] = (uint8_t)v;
		v >>= 8;
	}
}

/* What the host gets at most of a reply. */
static size_t wanted(const struct layout *layout, const struct sim_cmd *cmd)
{
	uint64_t n = layout && layout->size ? get(cmd->cdb + layout->at, layout->size)
					    : cmd->data_len;

	return n < cmd->data_len ? (size_t)n : cmd->data_len;
}

/* The command as it is executed: with room for all of its reply */
static void ask(const struct layout *layout, const struct sim_edit_job *job, size_t jobs,
		uint8_t *cdb)
{
	if (layout && layout->size)
		put(cdb + layout->at, layout->size, layout->size > 2 ? ROOM : UINT64_MAX);
	for (size_t i = 0; i < jobs; i++)
		if (job[i].edit->ask)
			job[i].edit->ask(cdb, &job[i].value);
}

static void change(struct sim_reply *reply, struct sim_edit_job *job, size_t jobs)
{
	for (size_t i = 0; i < jobs; i++)
		job[i].edit->edit(reply, &job[i].value, &job[i].state);
}

static void copy_out(struct sim_cmd *cmd, const struct sim_reply *reply)
{
	size_t len = reply->len < reply->wanted ? reply->len : reply->wanted;

	sim_cmd_put(cmd, reply->data, len);
}

void sim_reply_execute(struct sim_device *dev, struct sim_cmd *cmd, struct sim_edit_job *job,
		       size_t jobs, void (*execute)(void *context, struct sim_cmd *cmd),
		       void *context)
{
	const struct layout *layout = layout_of(cmd->cdb);
	size_t room = cmd->data_len > ROOM ? cmd->data_len : ROOM;
	uint8_t *data = sim_reply_known(cmd->cdb) ? calloc(1, room) : NULL;
	struct iovec iov = { .iov_base = data, .iov_len = layout ? room : cmd->data_len };
	struct sim_cmd whole = *cmd;
	struct sim_reply reply = {
		.dev = dev, .cdb = cmd->cdb, .data = data, .room = room,
		.wanted = wanted(layout, cmd),
	};
	uint8_t cdb[16];

	if (!data) {
		execute(context, cmd);
		return;
	}
	memcpy(cdb, cmd->cdb, sizeof(cdb));
	ask(layout, job, jobs, cdb);
	whole.cdb = cdb;
	whole.iov = &iov;
	whole.iov_count = 1;
	whole.data_len = iov.iov_len;
	execute(context, &whole);
	cmd->status = whole.status;
	memcpy(cmd->sense, whole.sense, sizeof(cmd->sense));
	reply.len = whole.done;
	if (whole.status == SIM_GOOD)
		change(&reply, job, jobs);
	copy_out(cmd, &reply);
	free(data);
}

/* --- values ------------------------------------------------------------------------------ */

bool sim_edit_number(struct sim_edit_value *value, bool relative, int64_t min, int64_t max)
{
	const char *text = value->text;
	bool sign = *text == '+' || *text == '-';
	char *end;

	if ((sign && !relative) || !isdigit((unsigned char)text[sign]))
		return false;
	errno = 0;
	value->number = strtoll(text, &end, 10);
	value->relative = sign;
	return !errno && !*end && value->number >= min && value->number <= max;
}

bool sim_edit_word(struct sim_edit_value *value, const char *const words[])
{
	for (value->number = 0; words[value->number]; value->number++)
		if (!strcmp(words[value->number], value->text))
			return true;
	return false;
}

/* --- edits of any reply ------------------------------------------------------------------ */

static bool parse_length(struct sim_edit_value *value)
{
	return sim_edit_number(value, true, INT32_MIN, UINT32_MAX);
}

static bool parse_size(struct sim_edit_value *value)
{
	return sim_edit_number(value, false, 0, ROOM);
}

/* OFFSET:HEX */
static bool parse_patch(struct sim_edit_value *value)
{
	const char *text = value->text;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	value->number = strtoll(text, &end, 10);
	if (value->number > 65535 || *end++ != ':' || strlen(end) % 2)
		return false;
	for (; *end; end += 2) {
		char digits[3] = { end[0], end[1], 0 };

		if (value->count == sizeof(value->bytes) || !isxdigit((unsigned char)end[0]) ||
		    !isxdigit((unsigned char)end[1]))
			return false;
		value->bytes[value->count++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return value->count;
}

static void edit_short(struct sim_reply *reply, const struct sim_edit_value *value,
		       uint64_t *state)
{
	(void)state;
	if (reply->len > (size_t)value->number)
		reply->len = (size_t)value->number;
}

/* More than the reply has, up to all that was asked for */
static void edit_long(struct sim_reply *reply, const struct sim_edit_value *value,
		      uint64_t *state)
{
	(void)value;
	(void)state;
	if (reply->len >= reply->wanted || reply->wanted > reply->room)
		return;
	memset(reply->data + reply->len, 0xa5, reply->wanted - reply->len);
	reply->len = reply->wanted;
}

static void edit_length(struct sim_reply *reply, const struct sim_edit_value *value,
			uint64_t *state)
{
	const struct layout *layout = layout_of(reply->cdb);
	uint8_t *at;

	(void)state;
	if (!layout || !layout->len_size || reply->len < layout->len_at + layout->len_size)
		return;
	at = reply->data + layout->len_at;
	put(at, layout->len_size, (value->relative ? get(at, layout->len_size) : 0) +
	    (uint64_t)value->number);
}

static void edit_patch(struct sim_reply *reply, const struct sim_edit_value *value,
		       uint64_t *state)
{
	(void)state;
	for (size_t i = 0; i < value->count; i++)
		if ((size_t)value->number + i < reply->len)
			reply->data[(size_t)value->number + i] = value->bytes[i];
}

static const struct sim_edit edits_any[] = {
	{ "short", parse_size, NULL, edit_short, "short=BYTES" },
	{ "long", NULL, NULL, edit_long, "long" },
	{ "length", parse_length, NULL, edit_length, "length=N|+N|-N" },
	{ "patch", parse_patch, NULL, edit_patch, "patch=OFFSET:HEX" },
	{ .name = NULL },
};

/* --- all edits --------------------------------------------------------------------------- */

const struct sim_edit *sim_edit_at(size_t n)
{
	const struct sim_edit *const lists[] = {
		edits_any, sim_edits_identity, sim_edits_disc, sim_edits_elements,
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct sim_edit *edit = lists[i]; edit->name; edit++)
			if (!n--)
				return edit;
	return NULL;
}

const struct sim_edit *sim_edit_parse(const char *text, struct sim_edit_value *value)
{
	size_t len = strcspn(text, "=");
	const char *rest = text[len] ? text + len + 1 : NULL;
	const struct sim_edit *edit;

	memset(value, 0, sizeof(*value));
	if (rest && (!*rest || strlen(rest) >= sizeof(value->text)))
		return NULL;
	if (rest)
		strcpy(value->text, rest);
	for (size_t i = 0; (edit = sim_edit_at(i)); i++) {
		if (strlen(edit->name) != len || strncmp(edit->name, text, len))
			continue;
		if (!edit->parse)
			return rest ? NULL : edit;
		return rest && edit->parse(value) ? edit : NULL;
	}
	return NULL;
}
