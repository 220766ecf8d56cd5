// SPDX-License-Identifier: GPL-2.0
/* What people do to the virtual library. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changer_priv.h"

/* The slot, if the hand may reach into it now; else NULL and *rc */
static struct changer_element *reach_slot(struct sim_changer *c, unsigned int n, int *rc,
					  char *err, size_t errlen)
{
	struct changer_element *slot = n ? changer_element_of(c, CHANGER_ST, n - 1) : NULL;

	*rc = 0;
	if (!slot) {
		*rc = changer_fail(err, errlen, EINVAL, "no slot %u: there are 1 to %u", n,
				   c->slots);
		return NULL;
	}
	if (slot->at_work) {
		*rc = changer_fail(err, errlen, EBUSY, "the arm is at work at slot %u", n);
		return NULL;
	}
	return slot;
}

static int check_new_disc(struct sim_changer *c, const char *disc, char *err, size_t errlen)
{
	const struct changer_element *where;

	if (!changer_name_ok(disc))
		return changer_fail(err, errlen, EINVAL,
				    "no name for a disc: 1 to %d ASCII characters, no /, no dot first",
				    SIM_CHANGER_NAME_SIZE - 1);
	where = changer_find_disc(c, disc);
	if (where)
		return changer_fail(err, errlen, EEXIST, "disc %s is in element %04Xh already",
				    disc, where->address);
	return 0;
}

static void lay(const struct sim_changer *c, struct changer_unit *unit, const char *disc)
{
	memset(unit->disc, 0, sizeof(unit->disc));
	memcpy(unit->disc, disc, strnlen(disc, sizeof(unit->disc) - 1));
	unit->inverted = false;
	if (c->model->trays)
		return;
	unit->tray = disc[0] != '\0';
	unit->source = 0;
}

static int put_disc(struct sim_changer *c, struct changer_element *slot, const char *disc,
		    char *err, size_t errlen)
{
	int rc;

	if (!disc) {
		lay(c, &slot->unit, "");
		return 0;
	}
	if (!slot->unit.tray && c->model->trays)
		return changer_fail(err, errlen, ENOENT,
				    "slot %u has no tray: its tray is elsewhere, or was taken out",
				    slot->address);
	if (changer_has_disc(&slot->unit))
		return changer_fail(err, errlen, EBUSY, "disc %s lies in slot %u: empty it first",
				    slot->unit.disc,
				    slot->address - c->address[CHANGER_ST] + 1u);
	rc = check_new_disc(c, disc, err, errlen);
	if (!rc)
		lay(c, &slot->unit, disc);
	return rc;
}

#define NO_ATTENTION CHANGER_UA_COUNT

/* The end of every change by hand: what can't be kept did not happen. */
static int settle(struct sim_changer *c, struct changer_element *e,
		  const struct changer_unit *before, enum changer_attention ua,
		  char *err, size_t errlen)
{
	int rc = changer_state_write(c, err, errlen);

	if (rc) {
		e->unit = *before;
		return rc;
	}
	if (e->type == CHANGER_ST)
		changer_door(c, c->hand_seconds);
	if (ua != NO_ATTENTION)
		changer_attention(c, ua, -1);
	return 0;
}

int sim_changer_slot_put(struct sim_device *dev, unsigned int slot, const char *disc,
			 char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *e;
	int rc;

	pthread_mutex_lock(&c->lock);
	e = reach_slot(c, slot, &rc, err, errlen);
	if (e) {
		const struct changer_unit before = e->unit;

		rc = put_disc(c, e, disc, err, errlen);
		if (!rc)
			rc = settle(c, e, &before, CHANGER_UA_READY, err, errlen);
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}

static int fill(struct sim_changer *c, const char *const *disc, unsigned int count,
		char *err, size_t errlen)
{
	struct changer_element *slot;
	unsigned int i;
	int rc;

	if (count > c->slots)
		return changer_fail(err, errlen, EINVAL, "%u discs for %u slots", count, c->slots);
	/* a disc may change places with another: first all go */
	for (i = 0; i < count; i++) {
		slot = reach_slot(c, i + 1, &rc, err, errlen);
		if (!slot)
			return rc;
		lay(c, &slot->unit, "");
	}
	for (i = 0; i < count; i++) {
		slot = changer_element_of(c, CHANGER_ST, i);
		rc = put_disc(c, slot, disc[i], err, errlen);
		if (rc)
			return rc;
	}
	rc = changer_state_write(c, err, errlen);
	if (rc)
		return rc;
	changer_door(c, c->hand_seconds);
	changer_attention(c, CHANGER_UA_READY, -1);
	return 0;
}

int sim_changer_fill(struct sim_device *dev, const char *const *disc, unsigned int count,
		     char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *before;
	int rc;

	pthread_mutex_lock(&c->lock);
	before = malloc(c->elements * sizeof(*before));
	if (before) {
		memcpy(before, c->element, c->elements * sizeof(*before));
		rc = fill(c, disc, count, err, errlen);
		if (rc)
			memcpy(c->element, before, c->elements * sizeof(*before));
		free(before);
	} else {
		rc = changer_fail(err, errlen, ENOMEM, "out of memory");
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}

int sim_changer_slot_tray(struct sim_device *dev, unsigned int slot, bool tray,
			  char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *e;
	int rc;

	pthread_mutex_lock(&c->lock);
	e = reach_slot(c, slot, &rc, err, errlen);
	if (e && !c->model->trays) {
		rc = changer_fail(err, errlen, EINVAL, "%s has no trays", c->model->name);
	} else if (e && changer_has_disc(&e->unit)) {
		rc = changer_fail(err, errlen, EBUSY, "disc %s lies in slot %u: empty it first",
				  e->unit.disc, slot);
	} else if (e) {
		const struct changer_unit before = e->unit;

		e->unit.source = 0;
		e->unit.tray = tray;
		rc = settle(c, e, &before, CHANGER_UA_READY, err, errlen);
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}

/* The first mail slot with a disc, or with none; else the first of all. */
static struct changer_element *find_mail(struct sim_changer *c, bool full)
{
	unsigned int i;

	for (i = 0; i < c->mails; i++) {
		struct changer_element *e = changer_element_of(c, CHANGER_IE, i);

		if (changer_has_disc(&e->unit) == full)
			return e;
	}
	return changer_element_of(c, CHANGER_IE, 0);
}

/* A mail slot, if the hand may touch it now; several of them have one door. */
static int reach_mail(struct sim_changer *c, bool open, bool full, struct changer_element **mail,
		      char *err, size_t errlen)
{
	unsigned int i;

	*mail = find_mail(c, full);
	for (i = 0; i < c->mails; i++)
		if (changer_element_of(c, CHANGER_IE, i)->at_work)
			return changer_fail(err, errlen, EBUSY,
					    "the arm is at work at the mail slot");
	if (c->mail_open != open)
		return changer_fail(err, errlen, EINVAL, "%s",
				    open ? "the mail slot is shut: open it first" :
				    "the mail slot is open already");
	return 0;
}

int sim_changer_mail_open(struct sim_device *dev, char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *mail;
	int rc;

	pthread_mutex_lock(&c->lock);
	rc = reach_mail(c, false, false, &mail, err, errlen);
	if (!rc && changer_removal_prevented(c)) {
		changer_attention(c, CHANGER_UA_REMOVAL, -1);
		rc = changer_fail(err, errlen, EPERM, "the mail slot is locked by the host");
	}
	if (!rc) {
		c->mail_open = true;
		rc = settle(c, mail, &mail->unit, NO_ATTENTION, err, errlen);
		c->mail_open = !rc;
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}

int sim_changer_mail_close(struct sim_device *dev, char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *mail;
	int rc;

	pthread_mutex_lock(&c->lock);
	rc = reach_mail(c, true, false, &mail, err, errlen);
	if (!rc) {
		c->mail_open = false;
		rc = settle(c, mail, &mail->unit, CHANGER_UA_MAIL, err, errlen);
		c->mail_open = rc != 0;
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}

int sim_changer_mail_put(struct sim_device *dev, const char *disc, char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *mail;
	int rc;

	pthread_mutex_lock(&c->lock);
	rc = reach_mail(c, true, false, &mail, err, errlen);
	if (!rc && !mail->unit.tray && c->model->trays)
		rc = changer_fail(err, errlen, ENOENT,
				  "the mail slot holds no tray: move one there (4000h)");
	if (!rc && changer_has_disc(&mail->unit))
		rc = changer_fail(err, errlen, EBUSY, "disc %s lies in the mail slot: take it first",
				  mail->unit.disc);
	if (!rc)
		rc = check_new_disc(c, disc, err, errlen);
	if (!rc) {
		const struct changer_unit before = mail->unit;

		lay(c, &mail->unit, disc);
		mail->by_hand = true;
		rc = settle(c, mail, &before, NO_ATTENTION, err, errlen);
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}

int sim_changer_mail_take(struct sim_device *dev, char *disc, size_t size,
			  char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *mail;
	int rc;

	pthread_mutex_lock(&c->lock);
	rc = reach_mail(c, true, true, &mail, err, errlen);
	if (!rc && !changer_has_disc(&mail->unit))
		rc = changer_fail(err, errlen, ENOENT, "no disc lies in the mail slot");
	if (!rc) {
		const struct changer_unit before = mail->unit;

		snprintf(disc, size, "%s", mail->unit.disc);
		lay(c, &mail->unit, "");
		rc = settle(c, mail, &before, NO_ATTENTION, err, errlen);
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}

int sim_changer_door(struct sim_device *dev, double seconds, char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);

	if (!(seconds >= 0 && seconds <= 3600))	/* what is not a number is not */
		return changer_fail(err, errlen, EINVAL, "give 0 to 3600 seconds");
	pthread_mutex_lock(&c->lock);
	changer_door(c, seconds);
	changer_attention(c, CHANGER_UA_READY, -1);
	pthread_mutex_unlock(&c->lock);
	return 0;
}
