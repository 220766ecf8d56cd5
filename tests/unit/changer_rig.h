/* SPDX-License-Identifier: GPL-2.0 */
/* A virtual library with drives of straw, for tests of the changer. */
#ifndef DISCMUX_TEST_CHANGER_RIG_H
#define DISCMUX_TEST_CHANGER_RIG_H

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "changer.h"

#define ARM	0x2000
#define DRIVE1	0x3001
#define MAIL	0x4000
#define MAIL_SHUT 0x4001
#define PRINTER	0x5000

/* How a command ended: 0 GOOD, CONFLICT, ABORTED, LINKED, WORKING (BUSY), or sense key, ASC and ASCQ */
#define SENSE(key, asc, ascq) ((uint32_t)(key) << 16 | (asc) << 8 | (ascq))
#define CONFLICT 0xffffffffu
#define ABORTED 0xfffffffeu
#define WORKING	0xfffffffcu
#define LINKED	0xfffffffdu	/* GOOD, and another command of the chain is to follow */

struct straw_drive {
	struct sim_device dev;	/* first */
	char disc[SIM_CHANGER_NAME_SIZE];
	bool inverted;
	bool two_sided;		/* names the side that it reads */
	int load_error, unload_error;	/* what load and unload return */
	unsigned int loads;
};

struct rig {
	struct sim_device *dev;
	struct sim_changer_config config;
	struct straw_drive drive[SIM_CHANGER_MAX_DRIVES];
	char err[256];
	uint8_t data[16384];	/* in or out */
	size_t data_len;	/* room, or bytes to send; rig_make() makes it all of data */
	struct sim_cmd cmd;	/* the last command, as it ended */
};

/* Drives with the ids 1, 2, ... in the configuration; then change it and create. */
void rig_init(struct rig *r, enum sim_changer_model model, unsigned int drives,
	      unsigned int slots);
/* Creates the library, or fails the test. */
void rig_create(struct rig *r);
void rig_destroy(struct rig *r);
/* An MC-8600 with 2 drives, 8 slots and a printer; the power-on attention is
 * over; disc "d1" is in slot 1, "d2" in slot 2, "d3" in slot 3. */
struct rig *rig_make(void);
void rig_free(struct rig *r);
/* cmocka's setup and teardown with rig_make() */
int rig_setup(void **state);
int rig_teardown(void **state);

/* Executes a CDB of up to 16 bytes. */
uint32_t rig_run_from(struct rig *r, unsigned int initiator, const uint8_t *cdb, size_t len);
#define RUN(r, ...) \
	rig_run_from(r, SIM_CHANGER_HOST_ID, (const uint8_t[]){ __VA_ARGS__ }, \
		     sizeof((const uint8_t[]){ __VA_ARGS__ }))
#define RUN_FROM(r, who, ...) \
	rig_run_from(r, who, (const uint8_t[]){ __VA_ARGS__ }, \
		     sizeof((const uint8_t[]){ __VA_ARGS__ }))
uint32_t rig_ready(struct rig *r);
uint32_t rig_move(struct rig *r, uint16_t from, uint16_t to);
uint32_t rig_move_with(struct rig *r, uint16_t from, uint16_t to, bool invert, bool eject);
/* READ ELEMENT STATUS; the reply is in r->data. */
uint32_t rig_status(struct rig *r, uint8_t type, uint16_t start, uint16_t count,
		    uint32_t allocation);
/* The 18 bytes of one element, read now; they last until the next command. */
const uint8_t *rig_element(struct rig *r, uint16_t address);

/* Fails unless the element holds this disc (NULL: none) and a tray or none. */
void rig_holds(struct rig *r, uint16_t address, const char *disc, bool tray);

#endif
