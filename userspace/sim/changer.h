/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual disc library: a medium changer that speaks the command set of
 * the MC-8100/8200/8600 (SCSI Command Manual, Rev 1.0), or that of SMC-3.
 *
 * A unit of media is a tray, with a disc on it or without.  A storage element
 * holds a tray; when the disc goes to a drive, to the mail slot or to the
 * printer, its tray goes with it.  A disc is known here by its name only.
 *
 * Every function may be called by any thread.  Those that return int return 0
 * or a negative errno, and then say why in err (one line, always terminated;
 * err may be NULL when errlen is 0).
 */
#ifndef DISCMUX_SIM_CHANGER_H
#define DISCMUX_SIM_CHANGER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"

#define SIM_CHANGER_MAX_DRIVES	12
#define SIM_CHANGER_MAX_SLOTS	600
#define SIM_CHANGER_MAX_MAILS	8
#define SIM_CHANGER_MAX_ARMS	2
/* The longest name of a disc, with the final zero.  A name is of printable ASCII
 * characters without the slash, not empty, and does not begin with a dot. */
#define SIM_CHANGER_NAME_SIZE	128
/* What the other side of a two-sided disc is called: its name and this */
#define SIM_CHANGER_SIDE_B	".b"
/* SCSI id of the initiator whose commands come through sim_device_execute(). */
#define SIM_CHANGER_HOST_ID	7
#define SIM_CHANGER_INITIATORS	8

enum sim_changer_model {
	SIM_MC8100,	/* 100 slots, up to 4 drives */
	SIM_MC8200,	/* 200 slots, up to 9 drives */
	SIM_MC8600,	/* 600 slots, up to 12 drives */
	SIM_SMC3,	/* no trays, volume tags, DVCID; up to 600 slots, 12 drives, 8 mail
			 * slots and 2 arms */
};

/*
 * What the changer's arm does to a drive.  Called with no lock of the changer
 * held but the one that keeps commands apart, so that a drive may take its time.
 */
struct sim_changer_drive_ops {
	/*
	 * Puts a disc into an empty drive and closes its tray; the drive raises
	 * its own unit attention.  inverted: the disc lies on its other side,
	 * as seen from how it came through the mail slot; the drive may then know
	 * it by the name of that side (SIM_CHANGER_SIDE_B).
	 * Returns 0; -EBUSY: something is in the drive already; other negative
	 * errno: the disc was not taken.
	 */
	int (*load)(struct sim_device *drive, const char *disc, bool inverted);
	/*
	 * Takes the disc out; its name goes to disc (size bytes), "" when there
	 * was none.  Returns 0; -EBUSY or -EPERM: the drive holds it fast (PREVENT);
	 * other negative errno: the drive failed to eject it.
	 */
	int (*unload)(struct sim_device *drive, char *disc, size_t size);
	/*
	 * May be NULL.  The name of the disc in the drive as the drive knows it,
	 * "" for none: INITIALIZE ELEMENT STATUS looks.  Returns 0 or -errno.
	 */
	int (*look)(struct sim_device *drive, char *disc, size_t size);
};

struct sim_changer_config {
	struct sim_identity identity;	/* empty strings: those of the model */
	char name[16];			/* "changer" */
	enum sim_changer_model model;
	unsigned int drives;		/* 0 to the model's maximum */
	unsigned int slots;		/* 1 to the model's maximum; 0: the maximum */
	unsigned int mails, arms;	/* 1 to the model's maximum; 0: one */
	struct sim_device *drive[SIM_CHANGER_MAX_DRIVES];	/* borrowed */
	/* SCSI ids as the data transfer element descriptors report them */
	uint8_t drive_id[SIM_CHANGER_MAX_DRIVES];
	const struct sim_changer_drive_ops *drive_ops;	/* needed if drives > 0 */
	/*
	 * JSON file that always says where each disc is: replaced at every step
	 * of a move.  NULL: nothing is kept.  If it exists, the library starts
	 * with it, and what it says is in the drives is loaded into them.
	 */
	const char *state_path;
	double time_scale;	/* 1: as slow as the real one; 0: no waiting */
	bool printer;		/* the label printer at 5000h is fitted */
	bool no_flip;		/* the arm cannot turn discs over */
	bool no_tags, no_dvcid;	/* SMC-3: no bar code reader; does not know its drives */
};

/*
 * Makes a library, powered on: all its slots hold empty trays unless the state
 * file says otherwise.  NULL on error.  Destroyed through dev->ops->destroy.
 */
struct sim_device *sim_changer_create(const struct sim_changer_config *config,
				      char *err, size_t errlen);

/* How long its moves take from now on: 1 as long as the real one's, 0 no time.  -EINVAL:
 * not 0 to 1000. */
int sim_changer_set_time_scale(struct sim_device *dev, double scale);

/*
 * Executes a command as another initiator on the bus would send it (id 0 to 7);
 * BUSY while a command of one of the others runs.
 */
void sim_changer_execute_from(struct sim_device *dev, unsigned int initiator,
			      struct sim_cmd *cmd);

/*
 * An operator's hand in the magazines: lays a disc on the tray of a slot (1..),
 * or takes it away (disc NULL).  -EINVAL: no such slot or bad name; -ENOENT: the
 * slot has no tray; -EBUSY: a disc lies there; -EEXIST: this disc is elsewhere
 * in the library.  Raises the unit attention 28/00.
 */
int sim_changer_slot_put(struct sim_device *dev, unsigned int slot, const char *disc,
			 char *err, size_t errlen);

/* The same for slots 1..count at once (disc[i] NULL: slot i + 1 is emptied),
 * all or nothing. */
int sim_changer_fill(struct sim_device *dev, const char *const *disc, unsigned int count,
		     char *err, size_t errlen);

/* Its door was open, and is shut now: not ready for so many seconds, then 28/00. -EINVAL:
 * not 0 to 3600. */
int sim_changer_door(struct sim_device *dev, double seconds, char *err, size_t errlen);

/* Takes the tray out of a slot (with no disc on it), or puts one in. */
int sim_changer_slot_tray(struct sim_device *dev, unsigned int slot, bool tray,
			  char *err, size_t errlen);

/*
 * An operator's hand at the mail slot.  Open: the button; -EPERM while removal is
 * prevented (and the unit attention 5A/01).  Close: pushes it shut (28/01).  Put
 * and take: only when it is open; put needs an empty tray there (move one to
 * 4000h).  take writes the name of the disc to disc (size bytes).
 */
int sim_changer_mail_open(struct sim_device *dev, char *err, size_t errlen);
int sim_changer_mail_close(struct sim_device *dev, char *err, size_t errlen);
int sim_changer_mail_put(struct sim_device *dev, const char *disc, char *err, size_t errlen);
int sim_changer_mail_take(struct sim_device *dev, char *disc, size_t size,
			  char *err, size_t errlen);

/*
 * Raises a code of table 43.  A fault of the mechanics strikes at the next move that
 * gets to the step where it belongs, and leaves the unit of media in the source, the
 * arm or the destination accordingly; others are the answer to the next command, a
 * unit attention, or a state that lasts until something ends it; those of the printer
 * strike at its next label.  00/00 takes back what has not happened yet.
 * -EINVAL: no such code; -ENODEV: no printer.
 */
int sim_changer_fault(struct sim_device *dev, uint8_t asc, uint8_t ascq,
		      char *err, size_t errlen);

/* The nth code that can be raised, from 0, and in words what comes of it; NULL: no more */
const char *sim_changer_code(size_t nth, uint8_t *asc, uint8_t *ascq);

/* An operator attends to what asked for it (04/03).  -EINVAL: nothing did. */
int sim_changer_attend(struct sim_device *dev, char *err, size_t errlen);

/* Cartridges that may run out, for sim_changer_print() */
enum sim_changer_ink {
	SIM_INK_YELLOW = 0x10,
	SIM_INK_MAGENTA = 0x20,
	SIM_INK_CYAN = 0x40,
	SIM_INK_BLACK = 0x80,
};

/*
 * Prints on the disc that is in the printer, for so many seconds (times the
 * time scale); runs_out: inks that are empty when half of it is done.  -ENODEV: no printer;
 * -ENOENT: no disc in it; -EBUSY: it prints, or the arm is there; -EINVAL.
 */
int sim_changer_print(struct sim_device *dev, double seconds, unsigned int runs_out,
		      char *err, size_t errlen);

/*
 * The same as data come: begin names the disc (size bytes) and the printer is busy;
 * end says that no more come, and it is done when it has printed them.  With no disc
 * in it, its status is 81/FF.
 */
int sim_changer_print_begin(struct sim_device *dev, char *disc, size_t size,
			    char *err, size_t errlen);
void sim_changer_print_end(struct sim_device *dev);

/* Inks that run out during the next label, and new cartridges.  -ENODEV, -EINVAL. */
int sim_changer_ink(struct sim_device *dev, unsigned int runs_out, unsigned int replaced,
		    char *err, size_t errlen);

/* The printer's switch: off is 81/B0.  -ENODEV: no printer. */
int sim_changer_printer_power(struct sim_device *dev, bool on, char *err, size_t errlen);

/*
 * What is where, as JSON (a new reference; NULL without memory): name, model,
 * product, ready, slots [{n, element, disc (or null), tray, source?, inverted?,
 * error?}], drives [{the same, id, name}], arm {the same}, mail {the same, open,
 * locked}, printer {the same, busy, finish, empty [inks]} (null when not fitted),
 * moves; with several arms or mail slots also arms, mails [{...}].  Never waits for a
 * move.
 */
json_t *sim_changer_describe(struct sim_device *dev);

#endif
