// SPDX-License-Identifier: GPL-2.0
/* Track extraction as the panel does it: one question after the other. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli_extract.h"
#include "mmc.h"

enum answer { NO, YES, END };

/* Asks until it is y or n.  END: the input is over. */
__attribute__((format(printf, 1, 2)))
static enum answer ask(const char *fmt, ...)
{
	char line[64];
	va_list ap;

	for (;;) {
		va_start(ap, fmt);
		vfprintf(stderr, fmt, ap);
		va_end(ap);
		fputs(" [y/n] ", stderr);
		if (!fgets(line, sizeof(line), stdin))
			return END;
		if (*line == 'y' || *line == 'Y')
			return YES;
		if (*line == 'n' || *line == 'N')
			return NO;
	}
}

/* ---- A master ------------------------------------------------------------------ */

/* Out with the one before it. */
static void eject(struct extract_cli *x)
{
	struct mmc_command cmd;

	mmc_cmd_start_stop(&cmd, MMC_TRAY_EJECT);
	if (discmux_command(x->cli->dm, x->member.member, cmd.cdb, cmd.len, DISCMUX_DIR_NONE, NULL, 0,
			    cmd.timeout_ms, NULL) < 0)
		cli_error("%s: %s", x->name, discmux_error(x->cli->dm));
}

static bool wait_for_master(const struct extract_cli *x, unsigned int n)
{
	char line[64];

	fprintf(stderr, "Insert master disc %u into %s and press Enter ", n, x->name);
	return fgets(line, sizeof(line), stdin);
}

/* ---- Its tracks ------------------------------------------------------------------- */

static enum answer ask_track(const struct extract_master *master, unsigned int i,
			     struct extract_selection *sel)
{
	enum extract_verdict verdict = extract_may_take(sel, master, i);
	bool over = verdict == EXTRACT_OVER || verdict == EXTRACT_FULL;
	const struct extract_track *t = &master->track[i];
	char length[16], title[IMAGES_TEXT_SIZE];
	enum answer answer;

	images_clean_text(t->title, title);
	if (verdict != EXTRACT_CAN) {
		fprintf(stderr, "Track %s/%u: %s\n", over ? "OVER" : "-", master->tracks,
			extract_verdict_text(verdict));
		return NO;
	}
	answer = ask("Track %u/%u  %s%s%s: extract it?", i + 1, master->tracks,
		     extract_time(t->blocks, length), *title ? "  " : "", title);
	if (answer == YES)
		extract_take(sel, master, i);
	return answer;
}

/* Through the tracks, again and again, until that is enough.  How many were taken;
 * -ECANCELED: the input is over. */
static int ask_tracks(const struct extract_master *master, struct extract_selection *sel)
{
	unsigned int i, before = sel->tracks;
	enum answer answer;
	char time[16];

	do {
		for (i = 0; i < master->tracks; i++)
			if (!sel->taken[i] && ask_track(master, i, sel) == END)
				return -ECANCELED;
		answer = ask("End extraction?  %u tracks, %s", sel->tracks,
			     extract_time(sel->blocks, time));
	} while (answer == NO);
	return answer == END ? -ECANCELED : (int)(sel->tracks - before);
}

/* ---- All of it ---------------------------------------------------------------------- */

static int one_master(struct extract_cli *x, const struct extract_master *master)
{
	struct extract_selection sel;
	char err[IMAGES_MESSAGE_LEN];
	enum answer answer;
	int n;

	if (extract_selection_begin(&x->config, &sel, err, sizeof(err)))
		return cli_error("%s", err);
	n = ask_tracks(master, &sel);
	if (n == 0)
		return CLI_OK;
	answer = n < 0 ? END : ask("Register %d tracks in %s?", n, x->config.image);
	if (answer == END)
		return cli_error("the answers ended: nothing more was registered");
	if (answer == NO)
		return CLI_OK;
	n = extract_do(x, master, sel.taken);
	if (!n)
		x->config.append = true;	/* the next master goes behind it */
	return n;
}

/* Over what is there? */
static bool may_begin(struct extract_cli *x)
{
	struct images_info info;
	char err[IMAGES_MESSAGE_LEN];

	if (x->append || x->overwrite ||
	    images_describe(x->store, x->config.image, &info, err, sizeof(err)))
		return true;
	x->config.overwrite = ask("%s holds %s%s%s: overwrite it?", info.name,
				  *info.problem ? "a damaged image" : images_kind_name(info.kind),
				  *info.label ? ", " : "", info.label) == YES;
	return x->config.overwrite;
}

int extract_ask_all(struct extract_cli *x)
{
	struct extract_master master;
	char err[IMAGES_MESSAGE_LEN];
	int status = CLI_OK, all = CLI_OK;
	unsigned int n;

	if (!may_begin(x))
		return cli_error("nothing was changed");
	for (n = 1;; n++) {
		if (n > 1)
			eject(x);
		if (!wait_for_master(x, n))
			return n > 1 ? all : cli_error("the answers ended");
		if (extract_analyze(&x->config, &master, err, sizeof(err))) {
			status = cli_error("%s", err);
		} else {
			status = one_master(x, &master);
			extract_master_clear(&master);
		}
		if (status)	/* the next one may be better */
			all = status;
		if (cli_signalled() || ask("Next master?") != YES)
			break;
	}
	return all;
}
