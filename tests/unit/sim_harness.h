/* SPDX-License-Identifier: GPL-2.0 */
/* Drives the virtual hardware's models directly, without a kernel. */
#ifndef DISCMUX_TEST_SIM_HARNESS_H
#define DISCMUX_TEST_SIM_HARNESS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "device.h"
#include "drive.h"
#include "media.h"

/* What a command ended with: 0 is GOOD, else key << 16 | ASC << 8 | ASCQ */
#define SENSE(key, asc, ascq)	((uint32_t)(key) << 16 | (asc) << 8 | (ascq))

struct harness {
	char dir[64];			/* the media folder, removed at the end */
	struct sim_media *media;
	struct sim_device *dev;		/* a recorder, its power-on attention taken */
	uint8_t buf[1 << 20];		/* data in */
	size_t got;			/* bytes of it */
	uint32_t info;			/* information field of the last sense data */
	char err[256];
};

/* setup and teardown of cmocka; *state is the harness */
int harness_setup(void **state);
int harness_teardown(void **state);

/* Sends a CDB; in: into h->buf.  Returns 0 or SENSE(). */
uint32_t harness_in(struct harness *h, size_t len, const uint8_t *cdb, size_t cdb_len);
uint32_t harness_out(struct harness *h, const void *data, size_t len, const uint8_t *cdb,
		     size_t cdb_len);

#define CDB(...)	(const uint8_t []){ __VA_ARGS__ }, sizeof((uint8_t []){ __VA_ARGS__ })
#define IN(h, len, ...)	harness_in(h, len, CDB(__VA_ARGS__))
#define GO(h, ...)	harness_in(h, 0, CDB(__VA_ARGS__))
#define OUT(h, data, len, ...) harness_out(h, data, len, CDB(__VA_ARGS__))
#define BE16(v)		(uint8_t)((v) >> 8), (uint8_t)(v)
#define BE32(v)		(uint8_t)((uint32_t)(v) >> 24), (uint8_t)((v) >> 16), (uint8_t)((v) >> 8), \
			(uint8_t)(v)

/* Makes a blank named "disc" and puts it in; the attention is taken. */
void harness_blank(struct harness *h, const char *type);
void harness_insert(struct harness *h, const char *disc);

/* WRITE(10) and READ(10); block n of the pattern says n and seed all over. */
uint32_t harness_write(struct harness *h, uint32_t lba, uint32_t blocks, uint32_t seed);
uint32_t harness_read(struct harness *h, uint32_t lba, uint32_t blocks);
/* h->buf has the pattern of these blocks? */
void harness_check(struct harness *h, uint32_t lba, uint32_t blocks, uint32_t seed);

/* Write parameters, page 05h */
uint32_t harness_page05(struct harness *h, uint8_t type, uint8_t multi, uint8_t mode);

/* READ TRACK INFORMATION by track number: into h->buf */
uint32_t harness_track(struct harness *h, uint32_t number);
uint32_t harness_nwa(struct harness *h, uint32_t number);

/* Bytes of a file in the media folder, -1 when there is none */
long long harness_size(struct harness *h, const char *file);
void harness_file(struct harness *h, const char *file, const void *data, size_t len);

#endif
