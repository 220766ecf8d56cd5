// SPDX-License-Identifier: GPL-2.0
/* Tracks on the command line and on the screen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_extract.h"
#include "output.h"

char *extract_time(uint32_t blocks, char *buf)
{
	snprintf(buf, 16, "%u:%02u", blocks / 75 / 60, blocks / 75 % 60);
	return buf;
}

/* ---- Which ------------------------------------------------------------------- */

static int index_of(const struct extract_master *master, unsigned long number)
{
	unsigned int i;

	for (i = 0; i < master->tracks; i++)
		if (master->track[i].number == number)
			return (int)i;
	return -1;
}

static int take(const struct extract_master *master, struct extract_selection *sel,
		unsigned long number, char *err, size_t errlen)
{
	int i = index_of(master, number);
	enum extract_verdict verdict = i < 0 ? EXTRACT_NO_TRACK :
				       extract_take(sel, master, (unsigned int)i);

	if (verdict == EXTRACT_CAN)
		return 0;
	snprintf(err, errlen, "track %lu can't be taken: %s", number, extract_verdict_text(verdict));
	return -EINVAL;
}

static int take_all(const struct extract_master *master, struct extract_selection *sel, char *err,
		    size_t errlen)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; i < master->tracks && !rc; i++)
		if (master->track[i].audio)
			rc = take(master, sel, master->track[i].number, err, errlen);
	return rc;
}

/* A number of a list; 0: none. */
static unsigned long number(const char **p)
{
	size_t digits = strspn(*p, "0123456789");
	unsigned long n = digits && digits < 4 ? strtoul(*p, NULL, 10) : 0;

	*p += digits;
	return n;
}

/* "4" or "4-7", and the comma behind it. */
static bool range(const char **p, unsigned long *from, unsigned long *to)
{
	*from = *to = number(p);
	if (**p == '-') {
		(*p)++;
		*to = number(p);
	}
	return *from && *to >= *from && *to <= CD_TRACKS && (!**p || **p == ',');
}

bool extract_is_list(const char *text)
{
	unsigned long from, to;
	const char *p = text;

	if (!strcmp(text, "all"))
		return true;
	do {
		if (!range(&p, &from, &to))
			return false;
	} while (*p++);
	return true;
}

int extract_parse_tracks(const char *text, const struct extract_master *master,
			 struct extract_selection *sel, char *err, size_t errlen)
{
	const char *p = text;
	int rc = 0;

	if (!strcmp(text, "all"))
		return take_all(master, sel, err, errlen);
	do {
		unsigned long from, to;

		if (!range(&p, &from, &to)) {
			snprintf(err, errlen, "--tracks %s is no list of tracks: say all, or their numbers like 1,3-5",
				 text);
			return -EINVAL;
		}
		for (; from <= to && !rc; from++)
			rc = take(master, sel, from, err, errlen);
	} while (!rc && *p++);
	return rc;
}

/* ---- What there is -------------------------------------------------------------- */

static json_t *track_json(const struct extract_track *t)
{
	char title[IMAGES_TEXT_SIZE];

	images_clean_text(t->title, title);
	return json_pack("{si sb si ss ss}", "track", (int)t->number, "audio", t->audio,
			 "blocks", (int)t->blocks, "title", title, "isrc", t->isrc);
}

static int show_json(const struct extract_cli *x, const struct extract_master *master)
{
	json_t *tracks = json_array();
	unsigned int i;

	for (i = 0; i < master->tracks; i++)
		json_array_append_new(tracks, track_json(&master->track[i]));
	return json_print(json_pack("{ss so}", "reader", x->name, "tracks", tracks), false, stdout);
}

int extract_show(struct extract_cli *x, const struct extract_master *master)
{
	static const char *const headers[] = { "TRACK", "KIND", "LENGTH", "ISRC", "TITLE", NULL };
	char number_text[8], length[16], title[IMAGES_TEXT_SIZE];
	struct table *table;
	unsigned int i;
	int rc = 0;

	if (x->cli->json)
		return show_json(x, master);
	table = table_new(headers);
	rc = table ? 0 : -ENOMEM;
	for (i = 0; i < master->tracks && !rc; i++) {
		const struct extract_track *t = &master->track[i];
		const struct cd_track *on_disc = &master->layout.track[i];

		snprintf(number_text, sizeof(number_text), "%u", t->number);
		images_clean_text(t->title, title);
		extract_time((uint32_t)(on_disc->end - on_disc->start), length);
		rc = table_add(table, (const char *const[]){ number_text,
			       on_disc->type != CD_AUDIO ? "data" : t->audio ? "audio" : "short",
			       length, t->isrc, title });
	}
	if (!rc)
		table_print(table, stdout, "");
	table_free(table);
	return rc ? cli_error("out of memory") : CLI_OK;
}
