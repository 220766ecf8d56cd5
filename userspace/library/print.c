// SPDX-License-Identifier: GPL-2.0
/* Printing a label on a disc. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "move.h"
#include "place.h"
#include "print.h"
#include "sink.h"

#define ERR_SIZE	256
#define NAME		32
#define POLL_MS		500
#define INK_EMPTY	0x8122	/* table 43: told in the element's status only */
#define WASTE_INK	0x8121	/* a warning, too */
#define INKS		(DISCMUX_ELEMENT_EMPTY_B | DISCMUX_ELEMENT_EMPTY_C | \
			 DISCMUX_ELEMENT_EMPTY_M | DISCMUX_ELEMENT_EMPTY_Y)

struct printing {
	struct job *job;
	struct print_request *request;
	struct library *library;
	uint32_t printer;		/* element address */
	uint32_t inks;			/* that were said to be empty before: the bits stay
					 * until a reset, also when the ink is new (3.11.7) */
	uint32_t warned;		/* the last sense code that was told */
	struct sink_job sink;
	char why[ERR_SIZE];		/* it failed; "" */
};

char *print_ink_text(uint32_t flags, char *buf, size_t size)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} inks[] = {
		{ DISCMUX_ELEMENT_EMPTY_B, "black" },
		{ DISCMUX_ELEMENT_EMPTY_C, "cyan" },
		{ DISCMUX_ELEMENT_EMPTY_M, "magenta" },
		{ DISCMUX_ELEMENT_EMPTY_Y, "yellow" },
	};
	size_t i, len = 0;

	*buf = '\0';
	for (i = 0; i < sizeof(inks) / sizeof(*inks); i++)
		if (flags & inks[i].flag && len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
						inks[i].name);
	return buf;
}

static char *fault_text(uint32_t sense, char *buf, size_t size)
{
	discmux_code_text(DISCMUX_DEVICE_LIBRARY, (uint8_t)(sense >> 8), (uint8_t)sense, buf, size);
	return buf;
}

static const struct discmux_element *find_printer(const struct discmux_inventory *inv)
{
	const struct discmux_element *printer =
		discmux_inventory_nth(inv, DISCMUX_ELEMENT_LABEL_PRINT, 0);

	return printer && element_is_fitted(printer) ? printer : NULL;
}

/* An error that does not end by itself, or with the next disc */
static bool is_error(const struct discmux_element *printer)
{
	return printer->flags & DISCMUX_ELEMENT_EXCEPT && printer->sense != INK_EMPTY &&
	       printer->sense != WASTE_INK;
}

/* ---- Before ------------------------------------------------------------------ */

static int check_label(const char *path, char *err, size_t errlen)
{
	struct stat st;

	if (stat(path, &st) || access(path, R_OK)) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return -errno;
	}
	if (S_ISREG(st.st_mode) && st.st_size)
		return 0;
	snprintf(err, errlen, "%s: %s", path, S_ISREG(st.st_mode) ? "the label is empty" :
								   "a file is wanted");
	return -EINVAL;
}

int print_check(const struct print_request *request, char *err, size_t errlen)
{
	const struct discmux_inventory *inv = &request->library->inv;
	const struct discmux_element *printer = find_printer(inv);
	char text[160];
	int ret;

	if (!printer) {
		snprintf(err, errlen, "this library has no label printer");
		return -ENODEV;
	}
	ret = check_label(request->label, err, errlen);
	if (!ret)
		ret = sink_check(request->to, err, errlen);
	if (ret)
		return ret;
	if (printer->flags & DISCMUX_ELEMENT_BUSY) {
		snprintf(err, errlen, "the label printer is printing: try again later");
		return -EBUSY;
	}
	if (is_error(printer)) {
		snprintf(err, errlen, "the label printer is not ready: %s: see to it first",
			 fault_text(printer->sense, text, sizeof(text)));
		return -EIO;
	}
	return move_check(inv, request->slot, printer->address, err, errlen);
}

/* ---- While ------------------------------------------------------------------- */

static bool stopping(void *context)
{
	const struct printing *p = context;

	return job_stopping(p->job);
}

static void give_up(struct printing *p, const char *why)
{
	if (!*p->why)
		snprintf(p->why, sizeof(p->why), "%s", why);
}

/* The printer's element as it is now, or NULL. */
static const struct discmux_element *look(struct printing *p)
{
	char err[ERR_SIZE];

	if (library_refresh(p->library, err, sizeof(err))) {
		give_up(p, err);
		return NULL;
	}
	return discmux_inventory_find(&p->library->inv, p->printer);
}

/* Ink that runs out stops nothing, but the label will not be what it should. */
static void look_for_warnings(struct printing *p, const struct discmux_element *printer)
{
	uint32_t empty = printer->flags & INKS & ~p->inks;
	char text[160], inks[64];

	if (!(printer->flags & DISCMUX_ELEMENT_EXCEPT) || printer->sense == p->warned)
		return;
	p->warned = printer->sense;
	if (printer->sense == INK_EMPTY) {
		print_ink_text(empty ? empty : printer->flags & INKS, inks, sizeof(inks));
		snprintf(text, sizeof(text), "the ink has run out while printing%s%s: change the "
			 "cartridge and look at the label", *inks ? ": " : "", inks);
		give_up(p, text);
		job_note(p->job, "the ink has run out%s%s; the printer goes on", *inks ? ": " : "",
			 inks);
	} else if (printer->sense == WASTE_INK) {
		job_note(p->job, "%s", fault_text(printer->sense, text, sizeof(text)));
	}
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Also after an interruption, when job_sleep() would return at once */
static void pause_ms(unsigned int ms)
{
	const struct timespec pause = { .tv_nsec = ms * 1000000L };

	nanosleep(&pause, NULL);
}

enum progress { WAITING, PRINTING, FINISHED, FAILED };

static enum progress progress_of(struct printing *p)
{
	const struct discmux_element *printer = look(p);
	char text[160];

	if (!printer)
		return FAILED;
	look_for_warnings(p, printer);
	if (printer->flags & DISCMUX_ELEMENT_BUSY)
		return PRINTING;
	if (is_error(printer)) {
		give_up(p, fault_text(printer->sense, text, sizeof(text)));
		return FAILED;
	}
	return printer->flags & DISCMUX_ELEMENT_FINISH ? FINISHED : WAITING;
}

/* Polls Busy and Finish as the manual says (1.4).  A printer that prints cannot be
 * stopped: only one that has not begun is given up for an interruption. */
static void wait_for_printer(struct printing *p)
{
	unsigned int start_s = p->request->start_s ? p->request->start_s : PRINT_START_S;
	unsigned int end_s = p->request->end_s ? p->request->end_s : PRINT_END_S;
	enum progress progress, before = WAITING;
	time_t since = now();

	for (;;) {
		progress = progress_of(p);
		if (progress == FINISHED || progress == FAILED)
			return;
		if (progress != before) {
			job_step(p->job, "printing");
			since = now();
			before = progress;
		}
		if (progress == WAITING && job_stopping(p->job)) {
			give_up(p, "interrupted before the printer began");
			return;
		}
		if (now() - since > (time_t)(before == WAITING ? start_s : end_s)) {
			give_up(p, before == WAITING ? "the printer does not begin" :
						       "the printer does not end");
			return;
		}
		pause_ms(POLL_MS);
	}
}

static void print_it(struct printing *p)
{
	char err[ERR_SIZE] = "";

	if (job_stopping(p->job)) {
		give_up(p, "interrupted");
		return;
	}
	job_step(p->job, "sending %s to %s", p->request->label, p->request->to);
	if (sink_send(p->request->to, p->request->label, stopping, p, &p->sink, err, sizeof(err))) {
		give_up(p, job_stopping(p->job) ? "interrupted" : err);
		return;
	}
	job_step(p->job, "waiting for the printer");
	wait_for_printer(p);
}

/* ---- There and back ---------------------------------------------------------- */

static int carry(struct printing *p, uint32_t from, uint32_t to)
{
	char a[NAME], b[NAME];
	int ret;

	job_step(p->job, "carrying the disc from %s to %s",
		 place_name(&p->library->inv, from, a, sizeof(a)),
		 place_name(&p->library->inv, to, b, sizeof(b)));
	ret = move_disc(p->library->dm, &p->library->inv, from, to, 0, NULL);
	if (ret)
		give_up(p, discmux_error(p->library->dm));
	return ret;
}

/* Where the disc is when it is not back. */
static const char *whereabouts(struct printing *p, char *buf, size_t size)
{
	const struct discmux_inventory *inv = &p->library->inv;
	const uint32_t places[] = { p->printer, p->request->slot };
	char err[ERR_SIZE], name[NAME];
	size_t i;

	if (library_update(p->library, err, sizeof(err)))
		return "";
	for (i = 0; i < 2; i++) {
		const struct discmux_element *element = discmux_inventory_find(inv, places[i]);

		if (element && element_has_disc(element)) {
			snprintf(buf, size, "the disc is in %s",
				 place_name(inv, places[i], name, sizeof(name)));
			return buf;
		}
	}
	return move_arm_text(inv, buf, size);
}

/* A printer that prints keeps the disc. */
static const struct discmux_element *wait_until_idle(struct printing *p)
{
	const time_t end = now() + (p->request->end_s ? p->request->end_s : PRINT_END_S);
	const struct discmux_element *printer = look(p);

	while (printer && printer->flags & DISCMUX_ELEMENT_BUSY && now() < end) {
		pause_ms(POLL_MS);
		printer = look(p);
	}
	return printer;
}

/* Whether the disc could be brought back, or never left. */
static bool bring_back(struct printing *p)
{
	const struct discmux_element *printer = wait_until_idle(p);

	if (printer && element_is_free(printer))
		return true;
	return !carry(p, p->printer, p->request->slot);
}

int print_label(struct job *job, void *context)
{
	struct print_request *request = context;
	struct printing p = { .job = job, .request = request, .library = request->library };
	const struct discmux_element *printer = find_printer(&request->library->inv);
	char where[128], name[NAME], err[ERR_SIZE];
	bool back;

	if (!printer)
		return job_fail(job, -ENODEV, "this library has no label printer");
	p.printer = printer->address;
	p.inks = printer->flags & INKS;
	library_begin(p.library, "print", request->slot, p.printer, request->slot);
	if (!carry(&p, request->slot, p.printer))
		print_it(&p);
	if (*p.why)
		sink_cancel(&p.sink);
	back = bring_back(&p);
	library_end(p.library, err, sizeof(err));
	library_warn(p.library, job);
	if (!*p.why)
		return 0;
	place_name(&p.library->inv, request->slot, name, sizeof(name));
	if (back)
		return job_fail(job, -EIO, "%.150s; %s", p.why,
				whereabouts(&p, where, sizeof(where)));
	return job_fail(job, -EIO, "%.120s; %s: discmux inventory --recover puts it back to %s",
			p.why, whereabouts(&p, where, sizeof(where)), name);
}
