/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recordings: what a device was asked and what it answered, as text that a user can read
 * and discmux-sim can play.  The format is documented in discmux-recording(5).
 *
 * Nothing here sends a command.  Functions that return int give 0 or a negative errno.
 */
#ifndef DISCMUX_RECORDING_H
#define DISCMUX_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define RECORDING_VERSION	1

/* Limits of a file; a longer or larger one is refused, and none is written */
#define RECORDING_CDB_MAX	16u		/* bytes */
#define RECORDING_SENSE_MAX	252u		/* SPC-4 4.5.1 */
#define RECORDING_LINE_MAX	1024u		/* characters, without the line end */
#define RECORDING_FILE_MAX	(64u << 20)	/* bytes of text */
#define RECORDING_KEPT_MAX	(1u << 20)	/* bytes of one reply that are in the file */
#define RECORDING_TOTAL_MAX	(64u << 20)	/* bytes of all replies that are in it */
#define RECORDING_DATA_MAX	(16u << 20)	/* bytes that one command asks for */
#define RECORDING_EXCHANGES_MAX	262144u
#define RECORDING_PARTS_MAX	16u
#define RECORDING_MICROS_MAX	3600000000u	/* an hour */

enum recording_dir {
	RECORDING_NONE,
	RECORDING_IN,		/* from the device */
	RECORDING_OUT,
};

/* Why a command has no status */
enum recording_loss {
	RECORDING_ANSWERED,	/* it has one */
	RECORDING_TIMEOUT,	/* no answer in time */
	RECORDING_GONE,		/* the device has vanished */
	RECORDING_ABORTED,
	RECORDING_FAILED,	/* anything else that the transport had to say */
};

/* A command and its answer */
struct recording_exchange {
	uint8_t cdb[RECORDING_CDB_MAX];	/* zero behind cdb_len */
	uint8_t cdb_len;		/* 6 to 16 */
	enum recording_dir dir;
	uint32_t length;		/* bytes asked for, or that were to be sent */
	uint8_t *data;			/* data_len bytes that came, or went out */
	uint32_t data_len;		/* 0 when blanked */
	uint32_t blank_len;		/* bytes that came or went out and are not kept */
	uint64_t blank_sum;		/* their XXH64, seed 0: two that are equal were the same */
	enum recording_loss loss;
	uint8_t status;			/* SCSI status byte, when answered */
	uint8_t *sense;			/* sense_len bytes */
	uint8_t sense_len;
	uint32_t micros;		/* from command to answer */
	uint8_t part;			/* which it belongs to, from 0 */
};

/* What was taken out */
enum {
	RECORDING_BLANKED_DATA = 1,	/* what is on the disc */
	RECORDING_BLANKED_TITLES = 2,	/* CD-Text, MCN, ISRC, volume tags */
	RECORDING_BLANKED_SERIALS = 4,	/* of the device and others that it names */
};

struct recording {
	uint8_t type;			/* peripheral device type: 5 or 8 */
	unsigned int blanked;
	unsigned int parts;		/* at least 1 */
	size_t count, room;
	struct recording_exchange *exchange;	/* in the order they were sent */
};

void recording_free(struct recording *recording);
void recording_exchange_clear(struct recording_exchange *x);

/*
 * Reads a recording from text of len bytes, which need not end with a zero.  -EINVAL with
 * "line N: ..." in err, -ENOMEM.
 */
int recording_parse(const char *text, size_t len, struct recording **out, char *err,
		    size_t errlen);

/* The same from a file; err begins with its path.  Also what open(2) and read(2) give. */
int recording_load(const char *path, struct recording **out, char *err, size_t errlen);

/*
 * Prints what recording_parse() reads.  Errors of the file are in ferror().
 * comment: lines for the reader, each of which gets its "#"; may be NULL.
 */
void recording_print_head(FILE *f, uint8_t type, unsigned int blanked, const char *comment);
/* A comment by itself */
void recording_print_comment(FILE *f, const char *comment);
/* Begins the next part, which has this title (one line). */
void recording_print_part(FILE *f, const char *title);
/* type: the device's, for the names of commands and the words of sense data */
void recording_print_exchange(FILE *f, uint8_t type, const struct recording_exchange *x);

/* ---- CDBs (recording_cdb.c) -------------------------------------------- */

/* Bytes of a CDB by its operation code (SPC-4 4.2.5.1); 10 for those of vendors. */
unsigned int recording_cdb_length(uint8_t opcode);

/* Where a command says how many bytes (or, counted in units, what else) it takes */
struct recording_field {
	uint8_t at, width;	/* in the CDB; width 0: it does not */
};

struct recording_field recording_cdb_allocation(const uint8_t *cdb, uint8_t type);
uint32_t recording_field_get(const uint8_t *cdb, struct recording_field field);
void recording_field_put(uint8_t *cdb, struct recording_field field, uint32_t value);

/* The CDB of len bytes (at most 16) without what does not matter: its control byte, but for the
 * two bits of vendors, by which drives of SFF-8020 are asked for a format of READ TOC. */
void recording_cdb_key(const uint8_t *cdb, unsigned int len, uint8_t key[RECORDING_CDB_MAX]);

/* ---- What is taken out (recording_blank.c) ------------------------------- */

#define RECORDING_SECRETS	128u	/* serial numbers, volume tags */
#define RECORDING_SECRET_SIZE	36u

/* A text that was found and its substitute, the same in all replies */
struct recording_secret {
	uint8_t was[RECORDING_SECRET_SIZE], is[RECORDING_SECRET_SIZE];
	uint8_t len;
};

struct recording_secrets {
	size_t count, room;
	struct recording_secret *secret;
	unsigned int numbers;		/* given out so far */
};

struct recording_blanker {
	unsigned int what;		/* RECORDING_BLANKED_... */
	uint8_t type;
	struct recording_secrets serials, tags;
};

void recording_blanker_free(struct recording_blanker *b);

/* A serial number that replies may hold: len bytes, padding around it is passed over. */
int recording_blanker_serial(struct recording_blanker *b, const void *serial, size_t len);

/* Takes out of an exchange what is to be taken out; x->data is changed. */
int recording_blank(struct recording_blanker *b, struct recording_exchange *x);

/* ---- What a device is asked (recording_ask.c) ------------------------------ */

/*
 * send() sends x->cdb and fills what became of it.  x->data has room for x->length bytes
 * and belongs to the caller of send(), x->sense to send().  0, or a negative errno that ends
 * the questions.
 */
struct recording_asker {
	int (*send)(void *context, struct recording_exchange *x);
	void *context;
	uint32_t max_data;	/* most bytes of one command */
};

/* The questions to a drive (type 5) or a changer (8): none changes anything. */
int recording_ask(const struct recording_asker *asker, uint8_t type);

#endif
