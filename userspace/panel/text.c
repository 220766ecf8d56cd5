// SPDX-License-Identifier: GPL-2.0
/* What stands on the two lines. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libdiscmux.h"
#include "panel_table.h"

#define PAGE_MS		2500u	/* a page of an error stands so long */
#define SCROLL_MS	250u	/* a character */
#define SCROLL_REST	4u	/* characters that a text rests at its ends */
#define BUF		64u

/* A line as it grows; what follows a tab is moved to the right end. */
struct line {
	char text[BUF];
	size_t len;
	size_t tab;	/* where the tab is, or BUF */
};

__attribute__((format(printf, 2, 3)))
static void put(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->text + l->len, BUF - l->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->len = l->len + (size_t)n < BUF ? l->len + (size_t)n : BUF - 1;
}

/* A window on a text that is too long for a line, moving with time. */
static void put_scrolled(struct line *l, const char *text, uint64_t ms)
{
	size_t len = strlen(text), over, at;

	if (len <= PANEL_WIDTH) {
		put(l, "%s", text);
		return;
	}
	over = len - PANEL_WIDTH;
	at = (size_t)(ms / SCROLL_MS % (over + 2 * SCROLL_REST));
	at = at < SCROLL_REST ? 0 : at - SCROLL_REST;
	put(l, "%.*s", PANEL_WIDTH, text + (at < over ? at : over));
}

static const char *work_name(const struct panel_job *job)
{
	switch (job->work) {
	case PANEL_VERIFY:
		return "VERIFY";
	case PANEL_COPY_VERIFY:
		return job->checking ? "VERIFY" : "COPY+V";
	case PANEL_SIMULATE:
		return "SIMULATION";
	case PANEL_REGISTER:
		return "REGISTER";
	case PANEL_ERASE:
		return "ERASE";
	case PANEL_CLEAR:
		return "CLEAR";
	case PANEL_ANALYZE:
	case PANEL_EXTRACT:
		return "EXTRACTION";
	default:
		return "COPY";
	}
}

/* The first line of a job: "COPY DVD", "DVD to HDD3", "DISC ERASE.....". */
static void put_job(struct line *l, const struct panel_job *job, bool running)
{
	const char *medium = *job->medium ? job->medium : "DISC";

	if (job->work == PANEL_ERASE && running)
		put(l, "DISC ERASE.....");
	else if (job->work == PANEL_REGISTER && running)
		put(l, "%s to HDD%u", medium, job->hdd);
	else if (job->work == PANEL_SIMULATE && running)
		put(l, "SIMULATION %s", medium);
	else if (running)
		put(l, "%s %s", work_name(job), medium);
	else
		put(l, "%s", work_name(job));
}

static void put_image(struct line *l, const struct panel_image *image)
{
	char size[16];

	if (image->damaged)
		put(l, "DAMAGED");
	else if (image->stored)
		put(l, "%s\t%s", panel_kind_name(image->kind),
		    panel_size(image->bytes, size, sizeof(size)));
	else
		put(l, "(DISC TO HDD)");
}

static void put_track(struct line *l, const struct panel *panel, const struct panel_engine *engine)
{
	if (!panel_track_audio(panel, engine))
		put(l, "-/%u", engine->master.tracks);
	else if (panel_track_over(panel, engine))
		put(l, "OVER");
	else
		put(l, "%u/%u", panel->track + 1, engine->master.tracks);
}

static void put_quantity(struct line *l, const struct panel_job *job)
{
	if (job->quantity)
		put(l, "%u/%u", job->good, job->quantity);
}

/* What the discs that a job waits for must be. */
static const char *wanted(enum panel_work work)
{
	return work == PANEL_VERIFY ? "COPIED DISC" : work == PANEL_ERASE ? "REWRITABLE" :
								  "BLANK DISC";
}

static const char *outcome(const struct panel_job *job)
{
	return job->cancelled ? "CANCELLED" : job->nr_faults ? "ERROR" : "COMPLETE";
}

/* How long a text takes to be read, scrolling or not. */
static uint64_t reading_ms(const char *text)
{
	size_t len = strlen(text);

	return len <= PANEL_WIDTH ? PAGE_MS : (len - PANEL_WIDTH + 2 * SCROLL_REST) * SCROLL_MS;
}

/*
 * An error on two lines, up to three pages one after the other: whose it is and what
 * became of the disc, the code and its words, the whole story.
 */
static void put_fault(struct line *l, const struct panel_fault *f, int row, uint64_t ms)
{
	unsigned int fate = *f->fate != '\0', sense = f->sense_valid;
	uint64_t story = (fate + sense) * PAGE_MS;
	const char *who = *f->drive ? f->drive : "ERROR";
	char words[2][DISCMUX_LINE_SIZE];

	ms %= story + reading_ms(f->text);
	if (fate && ms < PAGE_MS) {
		put(l, "%s", row ? f->fate : who);
	} else if (ms < story) {
		discmux_sense_lines(f->reader ? DISCMUX_DEVICE_READER : DISCMUX_DEVICE_RECORDER,
				    f->key, f->asc, f->ascq, words);
		put(l, "%s", words[row]);
	} else if (row) {
		put_scrolled(l, f->text, ms - story);
	} else {
		put(l, "%s", who);
	}
}

/* The first error; no disc has a fate, what failed stands in its place. */
static void put_extraction_fault(struct line *l, const struct panel_job *job, int row, uint64_t ms)
{
	struct panel_fault f;

	if (!job->nr_faults)
		return;
	f = job->faults[0];
	snprintf(f.fate, sizeof(f.fate), "EXTRACTION FAILED");
	put_fault(l, &f, row, ms);
}

/* Fields about the panel's own state. */
static bool panel_field(struct line *l, char field, const struct panel *panel,
			const struct panel_engine *engine)
{
	char buf[24];
	size_t i;

	switch (field) {
	case 'N':
		put(l, "%u", panel->hdd);
		return true;
	case 'I':
		put_image(l, &engine->images[panel->hdd - 1]);
		return true;
	case 'C':
		put(l, "%u", panel->master);
		return true;
	case 'T':
		put_track(l, panel, engine);
		return true;
	case 'K':	/* minutes and seconds that were taken */
		put(l, "%u:%02u", panel->frames / 75 / 60, panel->frames / 75 % 60);
		return true;
	case 'X':
		put(l, "%s", panel_value_text(panel->item, panel->value, buf, sizeof(buf)));
		return true;
	case 'L':	/* the item's first line, of a longer name both */
		put(l, "%s", panel_screens[panel->came_from].line[0]);
		if (panel->item == PANEL_HD_DISC)
			put(l, " HD/DISC");
		return true;
	case 'E':
		for (i = 0; i < 4; i++)
			put(l, "%u", panel->digits[i]);
		return true;
	case '^':
		put(l, "^%*s", (int)(3 - panel->place), "");
		return true;
	case 'D':
		put(l, "%s", engine->nr_drives ? engine->drives[panel->drive].name : "NO DRIVES");
		return true;
	case 'd':
		put(l, "%s", engine->nr_drives ? engine->drives[panel->drive].inquiry : "");
		return true;
	default:
		return false;
	}
}

static bool job_field(struct line *l, char field, const struct panel *panel,
		      const struct panel_job *job)
{
	char buf[24];

	switch (field) {
	case 'J':
		put_job(l, job, panel->screen == S_RUN);
		return true;
	case 'O':
		put(l, "%s", outcome(job));
		return true;
	case 'M':
		if (job->work != PANEL_ERASE)
			put(l, "%s", job->medium);
		return true;
	case '!':
		if (job->nr_faults)
			put(l, " ERROR %u", job->nr_faults);
		return true;
	case 'A':
		if (job->bytes)
			put(l, "%s", panel_size(job->bytes, buf, sizeof(buf)));
		return true;
	case 'P':
		put(l, "%u%%", job->percent);
		return true;
	case 'Q':
		put_quantity(l, job);
		return true;
	case 'G':
		put(l, " %u", job->good);
		return true;
	case 'B':
		put(l, " %u", job->bad);
		return true;
	case 'U':
		put(l, " %u", job->unknown);
		return true;
	case 'b':
		put(l, "%s", wanted(job->work));
		return true;
	default:
		return false;
	}
}

static void field(struct line *l, char which, const struct panel *panel, uint64_t ms,
		  const struct panel_engine *engine)
{
	const struct panel_settings *set = &engine->settings;
	const struct panel_job *job = &engine->job;
	int item = panel_screens[panel->screen].item;
	char buf[24];

	if (panel_field(l, which, panel, engine) || job_field(l, which, panel, job))
		return;
	switch (which) {
	case 'S':
		if (set->value[PANEL_SOURCE])
			put(l, "HDD%d", set->value[PANEL_SOURCE]);
		else
			put(l, "DISC");
		break;
	case 'W':
		put(l, "%s", panel_value_text(PANEL_MODE, set->value[PANEL_MODE], buf, sizeof(buf)));
		break;
	case 'V':
		put(l, "%s", panel_value_text(item, set->value[item], buf, sizeof(buf)));
		break;
	case 'v':
		put(l, "%s", engine->version);
		break;
	case 'h':
		put(l, "%s", engine->hardware);
		break;
	case 'R':
	case 'r':
		put_extraction_fault(l, job, which == 'r', ms);
		break;
	default:	/* '1', '2' */
		if (panel->fault < job->nr_faults)
			put_fault(l, &job->faults[panel->fault], which == '2', ms);
		break;
	}
}

/* Exactly 20 characters, whatever engine and drives say. */
static void finish(const struct line *l, char *out)
{
	size_t right = l->tab < BUF ? l->len - l->tab : 0, i;
	size_t left = l->len - right;

	if (right > PANEL_WIDTH)
		right = PANEL_WIDTH;
	if (left > PANEL_WIDTH - right)
		left = PANEL_WIDTH - right;
	memset(out, ' ', PANEL_WIDTH);
	memcpy(out, l->text, left);
	if (right)
		memcpy(out + PANEL_WIDTH - right, l->text + l->tab, right);
	out[PANEL_WIDTH] = '\0';
	for (i = 0; i < PANEL_WIDTH; i++)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = '?';
}

/* A field may bring the tab with it. */
static void find_tab(struct line *l)
{
	char *tab = memchr(l->text, '\t', l->len);

	l->tab = BUF;
	if (!tab)
		return;
	l->tab = (size_t)(tab - l->text);
	memmove(tab, tab + 1, l->len - l->tab);
	l->len--;
}

void panel_text(const struct panel *panel, uint64_t now_ms, const struct panel_engine *engine,
		struct panel_lines *lines)
{
	uint64_t ms = now_ms > panel->since_ms ? now_ms - panel->since_ms : 0;
	size_t i;

	for (i = 0; i < 2; i++) {
		const char *p = panel_screens[panel->screen].line[i];
		struct line l = { .len = 0 };

		for (; *p; p++) {
			if (*p == '%' && p[1])
				field(&l, *++p, panel, ms, engine);
			else
				put(&l, "%c", *p);
		}
		find_tab(&l);
		finish(&l, lines->line[i]);
	}
}
