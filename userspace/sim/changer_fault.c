// SPDX-License-Identifier: GPL-2.0
/* Mechanical faults of the virtual library (table 43, ASC 80h and 81h). */
#include <errno.h>

#include "changer_priv.h"

#define ANY	0xff
#define DRIVE	(1 << CHANGER_DT)
#define MAIL	(1 << CHANGER_IE)
#define PRINTER	(1 << CHANGER_LP)

/*
 * Where each fault strikes, and so where the unit of media is afterwards: in its
 * source (TRAVEL, TAKE), in the arm (FLIP, PUT), in its destination (SETTLE, OPEN).
 */
struct changer_fault {
	uint8_t ascq;		/* ASC is 80h */
	uint8_t step;		/* enum changer_step */
	uint8_t types;		/* elements it strikes at, bits 1 << type */
};

static const struct changer_fault faults[] = {
	{ 0x01, CHANGER_STEP_TRAVEL, ANY },	/* up/down rotary sensor */
	{ 0x02, CHANGER_STEP_TRAVEL, ANY },	/* left slit sensor */
	{ 0x03, CHANGER_STEP_TRAVEL, ANY },	/* right slit sensor */
	{ 0x04, CHANGER_STEP_TRAVEL, ANY },	/* up/down motor */
	{ 0x07, CHANGER_STEP_TRAVEL, ANY },	/* its current */
	{ 0x08, CHANGER_STEP_TRAVEL, ANY },	/* its time-out */
	{ 0x09, CHANGER_STEP_TRAVEL, ANY },	/* limit sensor */
	{ 0x10, CHANGER_STEP_TAKE, ANY },	/* tray lock not released */
	{ 0x11, CHANGER_STEP_SETTLE, ANY },	/* tray not locked */
	{ 0x12, CHANGER_STEP_TRAVEL, ANY },	/* tray lock position */
	{ 0x20, CHANGER_STEP_TAKE, ANY },	/* catcher, 20h to 29h */
	{ 0x21, CHANGER_STEP_PUT, ANY },
	{ 0x22, CHANGER_STEP_TAKE, ANY },
	{ 0x23, CHANGER_STEP_PUT, ANY },
	{ 0x24, CHANGER_STEP_TAKE, ANY },
	{ 0x25, CHANGER_STEP_PUT, ANY },
	{ 0x26, CHANGER_STEP_TRAVEL, ANY },
	{ 0x27, CHANGER_STEP_TRAVEL, ANY },
	{ 0x28, CHANGER_STEP_TAKE, ANY },
	{ 0x29, CHANGER_STEP_PUT, ANY },
	{ 0x30, CHANGER_STEP_TAKE, ANY },	/* no tray */
	{ 0x31, CHANGER_STEP_TRAVEL, ANY },	/* magazine sensor */
	{ 0x32, CHANGER_STEP_TAKE, ANY },	/* catcher motor's current */
	{ 0x41, CHANGER_STEP_PUT, ANY },	/* stray disc in the carrier */
	{ 0x42, CHANGER_STEP_TAKE, ANY },	/* no disc on the tray */
	{ 0x43, CHANGER_STEP_FLIP, ANY },	/* no tray for invert */
	{ 0x50, CHANGER_STEP_OPEN, MAIL },	/* disc not ejected in the mail slot */
	{ 0x51, CHANGER_STEP_TAKE, MAIL },	/* disc not loaded there */
	{ 0x52, CHANGER_STEP_TAKE, MAIL },	/* stray disc there */
	{ 0x60, CHANGER_STEP_TAKE, DRIVE },	/* stray disc in the drive */
	{ 0x61, CHANGER_STEP_TAKE, DRIVE },	/* tray not drawn */
	{ 0x62, CHANGER_STEP_SETTLE, DRIVE },	/* disc not clamped */
	{ 0x63, CHANGER_STEP_TAKE, DRIVE },	/* not ejected */
	{ 0x64, CHANGER_STEP_TAKE, DRIVE },	/* not taken out */
	{ 0x65, CHANGER_STEP_TAKE, DRIVE },	/* spindle does not stop */
	{ 0x72, CHANGER_STEP_TAKE, PRINTER },	/* stray disc in the printer */
	{ 0x80, CHANGER_STEP_FLIP, ANY },	/* flip up */
	{ 0x81, CHANGER_STEP_FLIP, ANY },	/* flip down */
};

/* Table 43, ASC 81h */
static const uint8_t printer_errors[] = {
	0x01, 0x02, 0x03, 0x04, 0x05, 0x20, 0x21, 0x22, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35,
	0x36, 0x37, 0x38, 0x39, 0x40, 0x41, 0x42, 0x43, 0xb0, 0xb2, 0xc0, 0xff,
};

changer_result changer_mishap(struct sim_changer *c, struct changer_element *e,
			      uint8_t asc, uint8_t ascq)
{
	e->asc = asc;
	e->ascq = ascq;
	if (asc == 0x80)
		changer_log_error(c, ascq);
	return CHANGER_SENSE(SIM_HARDWARE_ERROR, asc, ascq);
}

changer_result changer_strike(struct sim_changer *c, enum changer_step step,
			      struct changer_element *e)
{
	const struct changer_fault *fault = c->pending;

	if (!fault || fault->step != step || !(fault->types & 1 << e->type))
		return 0;
	c->pending = NULL;
	return changer_mishap(c, e, 0x80, fault->ascq);
}

static int printer_fault(struct sim_changer *c, uint8_t ascq, char *err, size_t errlen)
{
	struct changer_element *printer = changer_element_of(c, CHANGER_LP, 0);
	size_t i;

	if (!c->printer_fitted)
		return changer_fail(err, errlen, ENODEV, "this library has no label printer");
	for (i = 0; i < sizeof(printer_errors); i++) {
		if (printer_errors[i] != ascq)
			continue;
		printer->asc = 0x81;
		printer->ascq = ascq;
		return 0;
	}
	return changer_fail(err, errlen, EINVAL, "no printer error has the code 81/%02X", ascq);
}

static int move_fault(struct sim_changer *c, uint8_t ascq, char *err, size_t errlen)
{
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].ascq == ascq) {
			c->pending = &faults[i];
			return 0;
		}
	}
	return changer_fail(err, errlen, EINVAL, "no changer error has the code 80/%02X", ascq);
}

int sim_changer_fault(struct sim_device *dev, uint8_t asc, uint8_t ascq, char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	int rc;

	pthread_mutex_lock(&c->lock);
	if (asc == 0x80)
		rc = move_fault(c, ascq, err, errlen);
	else if (asc == 0x81)
		rc = printer_fault(c, ascq, err, errlen);
	else
		rc = changer_fail(err, errlen, EINVAL,
				  "faults of the library's mechanics have the codes 80/xx and 81/xx");
	pthread_mutex_unlock(&c->lock);
	return rc;
}
