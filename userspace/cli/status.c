// SPDX-License-Identifier: GPL-2.0
/* discmux status: a mux and its members. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "output.h"
#include "place.h"
#include "status.h"

enum {
	OPT_NO_MEDIA = CLI_OPT_OWN,
};

/* The number of the library's drive that this member is, or -1. */
static int drive_number(const struct status *status, const struct discmux_member *m)
{
	const struct discmux_element *element =
		m->element == DISCMUX_NONE ?
			NULL :
			discmux_inventory_find(&status->library, m->element);

	return element ? (int)place_number(&status->library, element) : -1;
}

static json_t *medium_json(const struct medium *medium)
{
	switch (medium->known) {
	case MEDIUM_NONE:
		return json_string("none");
	case MEDIUM_PRESENT:
		return json_string(medium->type ? medium->type : "unknown");
	default:
		return json_null();
	}
}

static json_t *string_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *member_json(const struct status *status, size_t i)
{
	const struct discmux_member *m = &status->members[i];
	const struct medium *medium = &status->media[i];
	int drive = drive_number(status, m);

	return json_pack("{s:s, s:I, s:I, s:s, s:{s:I, s:I, s:I, s:I}, s:b, s:I, s:I, s:o, s:o, "
			 "s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "role", discmux_role_name(m->role), "unit", (json_int_t)m->unit, "member",
			 (json_int_t)m->member, "state", discmux_member_state_name(m->state),
			 "address", "host", (json_int_t)m->host, "channel", (json_int_t)m->channel,
			 "target", (json_int_t)m->target, "lun", (json_int_t)m->lun, "host_shared",
			 m->host_shared != 0, "device_type", (json_int_t)m->device_type, "max_data",
			 (json_int_t)m->max_data, "vendor", json_text(m->vendor, sizeof(m->vendor)),
			 "product", json_text(m->product, sizeof(m->product)), "revision",
			 json_text(m->revision, sizeof(m->revision)), "serial",
			 json_text(m->serial, sizeof(m->serial)), "block",
			 json_text(m->block_name, sizeof(m->block_name)), "generic",
			 json_text(m->generic_name, sizeof(m->generic_name)), "element",
			 json_number_or_null(m->element != DISCMUX_NONE, m->element), "drive",
			 json_number_or_null(drive >= 0, (uint64_t)drive), "medium",
			 medium_json(medium), "medium_state", string_or_null(medium->state),
			 "medium_note", string_or_null(medium->note));
}

json_t *status_json(const struct status *status)
{
	json_t *members = json_array();
	size_t i;

	for (i = 0; i < status->nr; i++)
		if (json_array_append_new(members, member_json(status, i))) {
			json_decref(members);
			return NULL;
		}
	return json_pack("{s:I, s:I, s:I, s:I, s:o}", "mux", (json_int_t)status->info.mux,
			 "probing", (json_int_t)status->info.probing, "streams",
			 (json_int_t)status->info.streams, "event_seq",
			 (json_int_t)status->info.event_seq, "members", members);
}

static void medium_text(const struct medium *medium, char *buf, size_t size)
{
	if (medium->known == MEDIUM_NONE)
		snprintf(buf, size, "no disc");
	else if (medium->known == MEDIUM_UNKNOWN)
		snprintf(buf, size, "%s", medium->note);
	else
		snprintf(buf, size, "%s%s%s", medium->type ? medium->type : "unknown disc",
			 medium->state ? ", " : "", medium->state ? medium->state : "");
}

static void element_text(const struct status *status, const struct discmux_member *m, char *buf,
			 size_t size)
{
	int drive = drive_number(status, m);

	*buf = '\0';
	if (drive >= 0)
		snprintf(buf, size, "d%d (%04Xh)", drive, m->element);
	else if (m->element != DISCMUX_NONE)
		snprintf(buf, size, "%04Xh", m->element);
}

static int add_member(struct table *table, const struct status *status, size_t i)
{
	const struct discmux_member *m = &status->members[i];
	char name[24], address[48], device[80], model[40], revision[8], serial[48];
	char block[40], generic[40], vendor[16], product[24], element[24], medium[128];
	const char *cells[] = { name,	  discmux_member_state_name(m->state),
				address,  device,
				model,	  revision,
				serial,	  element,
				medium };

	snprintf(name, sizeof(name), "%s %u", discmux_role_name(m->role), m->unit);
	snprintf(address, sizeof(address), "%u:%u:%u:%llu", m->host, m->channel, m->target,
		 (unsigned long long)m->lun);
	discmux_text(m->block_name, sizeof(m->block_name), block, sizeof(block));
	discmux_text(m->generic_name, sizeof(m->generic_name), generic, sizeof(generic));
	snprintf(device, sizeof(device), "%s%s%s", block, *block && *generic ? " " : "", generic);
	snprintf(model, sizeof(model), "%s %s",
		 discmux_text(m->vendor, sizeof(m->vendor), vendor, sizeof(vendor)),
		 discmux_text(m->product, sizeof(m->product), product, sizeof(product)));
	discmux_text(m->revision, sizeof(m->revision), revision, sizeof(revision));
	discmux_text(m->serial, sizeof(m->serial), serial, sizeof(serial));
	element_text(status, m, element, sizeof(element));
	medium_text(&status->media[i], medium, sizeof(medium));
	return table_add(table, cells);
}

/* One line for each host that several members hang on. */
static void print_shared(const struct status *status, FILE *out)
{
	size_t i, j;

	for (i = 0; i < status->nr; i++) {
		const struct discmux_member *m = &status->members[i];
		bool told = false;

		for (j = 0; j < i; j++)
			told |= status->members[j].host == m->host;
		if (!m->host_shared || told)
			continue;
		fprintf(out, "warning: SCSI host %u is shared by", m->host);
		for (j = i; j < status->nr; j++)
			if (status->members[j].host == m->host)
				fprintf(out, "%s %s %u", j > i ? "," : "",
					discmux_role_name(status->members[j].role),
					status->members[j].unit);
		fputs(": while one of them recovers from an error, all of them stand still\n", out);
	}
}

int status_print(const struct status *status, FILE *out)
{
	static const char *const headers[] = { "MEMBER",   "STATE",  "ADDRESS", "DEVICE", "MODEL",
					       "REVISION", "SERIAL", "ELEMENT", "MEDIUM", NULL };
	struct table *table = table_new(headers);
	int ret = table ? 0 : -ENOMEM;
	size_t i;

	fprintf(out, "mux %u: %zu member%s\n", status->info.mux, status->nr,
		status->nr == 1 ? "" : "s");
	for (i = 0; i < status->nr && !ret; i++)
		ret = add_member(table, status, i);
	if (!ret && status->nr)
		table_print(table, out, "");
	table_free(table);
	if (ret)
		return cli_error("out of memory");
	print_shared(status, out);
	if (!status->nr)
		fputs("no drive is connected that the kernel knows: cat /proc/scsi/scsi lists those\n",
		      out);
	return CLI_OK;
}

static int by_role_and_unit(const void *a, const void *b)
{
	/* recorders are what it is about, the changer comes last */
	static const int order[] = {
		[DISCMUX_ROLE_READER] = 0,
		[DISCMUX_ROLE_RECORDER] = 1,
		[DISCMUX_ROLE_CHANGER] = 2,
	};
	const struct discmux_member *x = a, *y = b;
	int xo = x->role <= DISCMUX_ROLE_CHANGER ? order[x->role] : 3;
	int yo = y->role <= DISCMUX_ROLE_CHANGER ? order[y->role] : 3;

	if (xo != yo)
		return xo - yo;
	return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static int gather(struct cli *cli, bool media, struct status *status)
{
	int nr;

	if (discmux_info(cli->dm, &status->info) < 0)
		return cli_error("%s", discmux_error(cli->dm));
	nr = discmux_members(cli->dm, NULL, 0);
	if (nr < 0)
		return cli_error("%s", discmux_error(cli->dm));
	/* Room for some that come in between */
	nr += DISCMUX_MAX_TARGETS;
	status->members = calloc((size_t)nr, sizeof(*status->members));
	status->media = calloc((size_t)nr, sizeof(*status->media));
	if (!status->members || !status->media)
		return cli_error("out of memory");
	status->nr = (size_t)nr;
	nr = discmux_members(cli->dm, status->members, status->nr);
	if (nr < 0)
		return cli_error("%s", discmux_error(cli->dm));
	if ((size_t)nr < status->nr)
		status->nr = (size_t)nr;
	qsort(status->members, status->nr, sizeof(*status->members), by_role_and_unit);
	if (status->info.changer != DISCMUX_NONE)
		discmux_elements(cli->dm, DISCMUX_ELEMENT_DATA_TRANSFER, false, &status->library);
	if (media)
		medium_query(cli->dm, status->members, status->nr, status->media);
	return CLI_OK;
}

int cmd_status(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "no-media", no_argument, NULL, OPT_NO_MEDIA },
		CLI_OPTIONS,
		{ 0 },
	};
	struct status status = { 0 };
	bool media = true, writable;
	int ret, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_NO_MEDIA)
			media = false;
		else if (!cli_option(cli, argv, c, &ret))
			return ret;
	}
	if (optind < argc)
		return cli_usage_error(argv[0], "%s: status takes no operands", argv[optind]);
	ret = cli_open_best(cli, &writable);
	if (!ret)
		ret = gather(cli, media && writable, &status);
	if (!ret)
		ret = cli->json ? json_print(status_json(&status), false, stdout) :
				  status_print(&status, stdout);
	discmux_inventory_free(&status.library);
	free(status.members);
	free(status.media);
	return ret;
}
