// SPDX-License-Identifier: GPL-2.0
/* The label printer of the virtual library (1.4, 3.11.7). */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "changer_priv.h"

#define PRINTER_ERROR	0x81
#define INK_EMPTY	0x22	/* ASCQ after 81h: ink cartridge check */
#define WASTE_INK	0x21	/* a warning */
#define POWER_OFF	0xb0
#define NO_DISC		0xff

static struct changer_element *printer_of(struct sim_changer *c)
{
	return changer_element_of(c, CHANGER_LP, 0);
}

static void set_error(struct sim_changer *c, uint8_t ascq)
{
	printer_of(c)->asc = PRINTER_ERROR;
	printer_of(c)->ascq = ascq;
}

/* No unit attention: only the element's status tells (3.13, Caution). */
static void strike(struct sim_changer *c)
{
	struct changer_printer *p = &c->printer;
	const struct changer_code *code = p->pending;

	if (p->runs_out) {
		p->empty |= p->runs_out;
		p->runs_out = 0;
		set_error(c, INK_EMPTY);
	}
	p->pending = NULL;
	if (!code)
		return;
	set_error(c, code->ascq);
	if (!code->arg)		/* it stops, and the label is not finished */
		p->busy_until = 0;
}

void changer_printer_tick(struct sim_changer *c)
{
	struct changer_printer *p = &c->printer;

	if (p->busy_until && changer_now() >= p->out_at)
		strike(c);
	if (p->busy_until && changer_now() >= p->busy_until) {
		p->busy_until = 0;
		p->finish = true;
	}
}

void changer_printer_raise(struct sim_changer *c, const struct changer_code *code)
{
	struct changer_printer *p = &c->printer;

	changer_printer_tick(c);
	if (code->how == CHANGER_AT_PRINT) {
		p->pending = code;
		if (p->busy_until)
			p->out_at = 0;
		return;
	}
	p->off |= code->ascq == POWER_OFF;
	if (p->off)
		p->busy_until = 0;
	set_error(c, code->ascq);
}

bool changer_printer_ready(const struct sim_changer *c, const struct changer_element *e)
{
	return c->printer_fitted && !c->printer.busy_until &&
		(!e->asc || e->ascq == WASTE_INK);
}

bool changer_printer_keeps(const struct changer_element *e)
{
	switch (e->asc == PRINTER_ERROR ? e->ascq : 0) {
	case 0x00:	/* none, or one of the arm's */
	case 0x01:
	case 0x02:
	case 0x05:
	case 0x20:
	case NO_DISC:
		return false;	/* was about the disc */
	default:
		return true;
	}
}

void changer_printer_reset(struct sim_changer *c)
{
	struct changer_element *e = printer_of(c);

	if (e && c->printer.empty && e->asc == PRINTER_ERROR && e->ascq == INK_EMPTY)
		e->asc = e->ascq = 0;
	c->printer.empty = 0;
}

void changer_printer_inspect(struct sim_changer *c)
{
	if (c->printer.off)
		set_error(c, POWER_OFF);
}

/* May a label be printed now? */
static int check_job(struct sim_changer *c, char *err, size_t errlen)
{
	struct changer_element *e = printer_of(c);

	changer_printer_tick(c);
	if (!c->printer_fitted)
		return changer_fail(err, errlen, ENODEV, "this library has no label printer");
	if (c->printer.off)
		return changer_fail(err, errlen, EIO, "the printer is switched off");
	if (c->printer.busy_until)
		return changer_fail(err, errlen, EBUSY, "the printer is printing");
	if (e->at_work)
		return changer_fail(err, errlen, EBUSY, "the arm is at work at the printer");
	if (!changer_has_disc(&e->unit))
		return changer_fail(err, errlen, ENOENT, "no disc is in the printer");
	return 0;
}

static void begin(struct sim_changer *c)
{
	c->printer.finish = false;
	c->printer.out_at = c->printer.busy_until = INFINITY;
}

static void end(struct sim_changer *c, double seconds)
{
	c->printer.out_at = changer_now() + seconds / 2 * c->time_scale;
	c->printer.busy_until = changer_now() + seconds * c->time_scale;
}

int sim_changer_print(struct sim_device *dev, double seconds, unsigned int runs_out,
		      char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	int rc;

	if (!(seconds >= 0 && seconds < 86400) || runs_out & ~0xf0u)
		return changer_fail(err, errlen, EINVAL, "no such print job");
	pthread_mutex_lock(&c->lock);
	rc = check_job(c, err, errlen);
	if (!rc) {
		c->printer.runs_out |= (uint8_t)runs_out;
		begin(c);
		end(c, seconds);
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}

int sim_changer_print_begin(struct sim_device *dev, char *disc, size_t size,
			    char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	int rc;

	pthread_mutex_lock(&c->lock);
	rc = check_job(c, err, errlen);
	if (rc == -ENOENT)
		set_error(c, NO_DISC);
	if (!rc) {
		snprintf(disc, size, "%s", printer_of(c)->unit.disc);
		begin(c);
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}

void sim_changer_print_end(struct sim_device *dev)
{
	struct sim_changer *c = changer_of(dev);

	pthread_mutex_lock(&c->lock);
	if (isinf(c->printer.busy_until))
		end(c, c->model->print);
	pthread_mutex_unlock(&c->lock);
}

int sim_changer_ink(struct sim_device *dev, unsigned int runs_out, unsigned int replaced,
		    char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *e = printer_of(c);

	if (!c->printer_fitted)
		return changer_fail(err, errlen, ENODEV, "this library has no label printer");
	if ((runs_out | replaced) & ~0xf0u)
		return changer_fail(err, errlen, EINVAL, "no such ink");
	pthread_mutex_lock(&c->lock);
	changer_printer_tick(c);
	c->printer.runs_out = (uint8_t)((c->printer.runs_out | runs_out) & ~replaced);
	/* the bits stay until a reset (3.11.7) */
	if (replaced && e->asc == PRINTER_ERROR && e->ascq == INK_EMPTY)
		e->asc = e->ascq = 0;
	pthread_mutex_unlock(&c->lock);
	return 0;
}

int sim_changer_printer_power(struct sim_device *dev, bool on, char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *e = printer_of(c);

	if (!c->printer_fitted)
		return changer_fail(err, errlen, ENODEV, "this library has no label printer");
	pthread_mutex_lock(&c->lock);
	changer_printer_tick(c);
	c->printer.off = !on;
	e->asc = e->ascq = 0;
	if (!on) {
		c->printer.busy_until = 0;
		set_error(c, POWER_OFF);
	}
	pthread_mutex_unlock(&c->lock);
	return 0;
}
