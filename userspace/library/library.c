// SPDX-License-Identifier: GPL-2.0
/* A library at work. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "library.h"
#include "move.h"

#define REST_POLL_MS	200

static int fail(const struct library *library, int ret, char *err, size_t errlen)
{
	snprintf(err, errlen, "%s", discmux_error(library->dm));
	return ret;
}

/* Who may use the robot, but not write there, goes without a memory: that is no news. */
static void keep_warning(struct library *library, int ret, const char *err)
{
	if (ret && ret != -EACCES && ret != -EPERM)
		snprintf(library->warning, sizeof(library->warning), "%s", err);
}

static int read_elements(struct library *library, bool ask, char *err, size_t errlen)
{
	struct discmux_inventory inv;
	int ret = discmux_elements(library->dm, 0, ask, &inv);

	if (ret < 0)
		return fail(library, ret, err, errlen);
	discmux_inventory_free(&library->inv);
	library->inv = inv;
	return 0;
}

int library_update(struct library *library, char *err, size_t errlen)
{
	return read_elements(library, false, err, errlen);
}

int library_refresh(struct library *library, char *err, size_t errlen)
{
	return read_elements(library, true, err, errlen);
}

int library_open(struct library *library, struct discmux *dm, char *err, size_t errlen)
{
	char words[sizeof(library->warning)] = "";
	int ret;

	memset(library, 0, sizeof(*library));
	library->dm = dm;
	ret = library_refresh(library, err, errlen);
	if (ret)
		return ret;
	ret = discmux_member(dm, library->inv.changer, &library->changer);
	if (ret < 0)
		return fail(library, ret, err, errlen);
	keep_warning(library, memory_read(MEMORY_DIR, &library->changer, &library->memory, words,
					  sizeof(words)), words);
	return 0;
}

void library_close(struct library *library)
{
	discmux_inventory_free(&library->inv);
	memory_free(&library->memory);
}

/* Whether the arm may be at work for somebody who has gone: it never is for others,
 * such as a daemon that keeps it busy. */
static bool is_left_alone(const struct library *library)
{
	size_t i, dead = 0;

	for (i = 0; i < library->memory.nr_tasks; i++) {
		if (library->memory.tasks[i].alive)
			return false;
		dead++;
	}
	return dead > 0;
}

int library_rest(struct library *library, unsigned int timeout_ms, char *err, size_t errlen)
{
	const struct timespec pause = { .tv_nsec = REST_POLL_MS * 1000000L };
	unsigned int waited = 0;
	int ret = 0;

	while (!ret && library->inv.state & DISCMUX_STATUS_MOVING && is_left_alone(library)) {
		if (waited >= timeout_ms) {
			snprintf(err, errlen, "the arm does not come to rest");
			return -ETIMEDOUT;
		}
		nanosleep(&pause, NULL);
		waited += REST_POLL_MS;
		ret = library_refresh(library, err, errlen);
	}
	return ret;
}

void library_begin(struct library *library, const char *what, uint32_t source,
		   uint32_t destination, uint32_t home)
{
	char err[sizeof(library->warning)] = "";
	int ret = memory_begin(&library->memory, what, source, destination, home, err, sizeof(err));

	keep_warning(library, ret, err);
}

int library_end(struct library *library, char *err, size_t errlen)
{
	char words[sizeof(library->warning)] = "";
	int ret = library_update(library, err, errlen);

	if (!ret && !(library->inv.state & DISCMUX_STATUS_STALE))
		keep_warning(library, memory_settle(&library->memory, &library->inv, words,
						    sizeof(words)), words);
	return ret;
}

void library_warn(const struct library *library, struct job *job)
{
	if (*library->warning)
		job_note(job, "%s", library->warning);
}

static uint32_t home_of(const struct library *library, uint32_t address)
{
	const struct discmux_element *element = discmux_inventory_find(&library->inv, address);
	const struct memory_disc *disc = memory_at(&library->memory, address);

	if (element && element->type == DISCMUX_ELEMENT_STORAGE)
		return address;
	if (element && element->flags & DISCMUX_ELEMENT_SOURCE_VALID)
		return element->source;
	return disc ? disc->home : DISCMUX_NONE;
}

int library_carry(struct library *library, const char *what, uint32_t source,
		  uint32_t destination, uint32_t flags, uint32_t home,
		  struct discmux_result *result, char *err, size_t errlen)
{
	char ignored[64];
	int ret;

	library_begin(library, what, source,
		      flags & DISCMUX_MOVE_EJECT ? DISCMUX_NONE : destination,
		      home == DISCMUX_NONE ? home_of(library, source) : home);
	ret = move_disc(library->dm, &library->inv, source, destination, flags, result);
	if (ret)
		fail(library, ret, err, errlen);
	/* The truth, also after a failure */
	library_end(library, ignored, sizeof(ignored));
	return ret;
}

void library_look(const struct library *library, struct recovery *recovery)
{
	memset(recovery, 0, sizeof(*recovery));
	/* What is where is only known when the arm rests. */
	if (!(library->inv.state & DISCMUX_STATUS_MOVING))
		recovery_look(&library->memory, &library->inv, recovery);
}

int library_put_back(struct library *library, const struct stray *stray, uint32_t slot,
		     char *err, size_t errlen)
{
	char ignored[64];
	int ret;

	library_begin(library, "recovery", stray->at, slot, slot);
	ret = recovery_put_back(library->dm, &library->inv, stray, slot, err, errlen);
	library_end(library, ignored, sizeof(ignored));
	return ret;
}

int library_place(struct library *library, const struct place *place, uint32_t *address,
		  char *err, size_t errlen)
{
	struct discmux_member member;
	int ret;

	if (place->kind != PLACE_MEMBER)
		return place_resolve(&library->inv, place, address, err, errlen);
	ret = discmux_member_by_name(library->dm, place->member, &member);
	if (ret == -EINVAL)
		return place_unknown(place->member, err, errlen);
	if (ret)
		snprintf(err, errlen, "%s", discmux_error(library->dm));
	if (ret || discmux_inventory_find(&library->inv, member.element)) {
		*address = member.element;
		return ret;
	}
	snprintf(err, errlen, "%s %u is in no library: discmux status shows which drives are",
		 discmux_role_name(member.role), member.unit);
	return -ENOENT;
}
