// SPDX-License-Identifier: GPL-2.0
/* The label printer of the virtual library (1.4, 3.11.7). */
#include <errno.h>

#include "changer_priv.h"

#define INK_EMPTY	0x22	/* ASCQ after 81h: ink cartridge check */

void changer_printer_tick(struct sim_changer *c)
{
	struct changer_printer *p = &c->printer;
	struct changer_element *e = changer_element_of(c, CHANGER_LP, 0);

	/* no unit attention: only the element's status tells (3.13, Caution) */
	if (p->runs_out && changer_now() >= p->out_at) {
		p->empty |= p->runs_out;
		p->runs_out = 0;
		e->asc = 0x81;
		e->ascq = INK_EMPTY;
	}
	if (p->busy_until && changer_now() >= p->busy_until) {
		p->busy_until = 0;
		p->finish = true;
	}
}

int sim_changer_print(struct sim_device *dev, double seconds, unsigned int runs_out,
		      char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	struct changer_element *e = changer_element_of(c, CHANGER_LP, 0);
	int rc = 0;

	if (!(seconds >= 0 && seconds < 86400) || runs_out & ~0xf0u)
		return changer_fail(err, errlen, EINVAL, "no such print job");
	pthread_mutex_lock(&c->lock);
	changer_printer_tick(c);
	if (!c->printer_fitted)
		rc = changer_fail(err, errlen, ENODEV, "this library has no label printer");
	else if (c->printer.busy_until)
		rc = changer_fail(err, errlen, EBUSY, "the printer is printing");
	else if (e->at_work)
		rc = changer_fail(err, errlen, EBUSY, "the arm is at work at the printer");
	else if (!changer_has_disc(&e->unit))
		rc = changer_fail(err, errlen, ENOENT, "no disc is in the printer");
	if (!rc) {
		c->printer.finish = false;
		c->printer.runs_out = (uint8_t)runs_out;
		c->printer.out_at = changer_now() + seconds / 2 * c->time_scale;
		c->printer.busy_until = changer_now() + seconds * c->time_scale;
	}
	pthread_mutex_unlock(&c->lock);
	return rc;
}
