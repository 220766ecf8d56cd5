/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Log and mode pages of a library (MC-8x00 manual 4.1 and 4.2; SMC-3 7.3; SCSI-2
 * 16.3.3).  What a device sends is hostile: no length in it is believed.
 */
#ifndef DISCMUX_LIBRARY_PAGES_H
#define DISCMUX_LIBRARY_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdiscmux.h"

#define LOG_NON_MEDIUM	0x06
#define LOG_EVENTS	0x07
#define LOG_COUNTERS	0x30

#define LOG_DEPTH	8	/* events that are kept of each kind */
#define LOG_PAGES	64

/* A command that the library remembers (table 61). */
struct log_command {
	uint8_t initiator;
	uint8_t cdb[12];
	uint8_t status;
	uint8_t key, asc, ascq;	/* with CHECK CONDITION */
};

struct library_log {
	uint8_t pages[LOG_PAGES];	/* that it has */
	size_t nr_pages;
	bool has_non_medium, has_changes;
	uint32_t non_medium;		/* errors that were no medium's */
	uint32_t changes;		/* media moved */
	uint8_t errors[LOG_DEPTH];	/* error codes (table 60), oldest first */
	size_t nr_errors;
	struct log_command commands[LOG_DEPTH];	/* oldest first */
	size_t nr_commands;
};

/* Adds what a page, as LOG SENSE brings it, has to say.  Returns 0, or -EPROTO and what
 * is wrong with it. */
int pages_parse_log(const uint8_t *data, size_t len, struct library_log *log, char *err,
		    size_t errlen);

/* Reads all pages that the library has.  Returns 0, or a negative errno and why. */
int pages_read_log(struct discmux *dm, struct library_log *log, char *err, size_t errlen);

/* Kinds of places, in the order of the pages' bits; 1 << kind */
enum library_kind {
	KIND_ARM = 0,
	KIND_STORAGE = 1,
	KIND_IMPORT_EXPORT = 2,
	KIND_DRIVE = 3,
	KINDS = 4,
};

struct library_modes {
	bool has_addresses, has_geometry, has_capabilities;
	/* 1Dh, element address assignment */
	uint16_t first[KINDS], count[KINDS];
	/* 1Eh, transport geometry: whether each arm can turn a medium over */
	bool rotates[16];
	size_t nr_arms;
	/* 1Fh, device capabilities: who can hold media, and from where to where */
	uint8_t stores;
	uint8_t moves[KINDS], exchanges[KINDS];
};

/* As pages_parse_log(), for what MODE SENSE(6) brings. */
int pages_parse_modes(const uint8_t *data, size_t len, struct library_modes *modes, char *err,
		      size_t errlen);

int pages_read_modes(struct discmux *dm, struct library_modes *modes, char *err, size_t errlen);

/* Whether MOVE MEDIUM takes the arm for a source: gives what it holds to a slot. */
bool pages_arm_gives(struct discmux *dm);

#endif
