/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the virtual hardware is made of: a device is a model (a drive or a
 * changer) that answers SCSI commands.  Transports (TCMU, or a unit test) call
 * sim_device_execute(); models know nothing of transports, and nothing of each
 * other but through the callbacks they are given.
 */
#ifndef DISCMUX_SIM_DEVICE_H
#define DISCMUX_SIM_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#define SIM_SENSE_SIZE	18

/* SCSI status bytes (SAM) */
enum sim_status {
	SIM_GOOD = 0x00,
	SIM_CHECK_CONDITION = 0x02,
	SIM_BUSY = 0x08,
	SIM_INTERMEDIATE = 0x10,	/* of a linked command */
	SIM_RESERVATION_CONFLICT = 0x18,
	SIM_TASK_ABORTED = 0x40,	/* the device dropped it */
};

/* Sense keys (SPC) */
enum sim_key {
	SIM_NO_SENSE = 0x0,
	SIM_RECOVERED_ERROR = 0x1,
	SIM_NOT_READY = 0x2,
	SIM_MEDIUM_ERROR = 0x3,
	SIM_HARDWARE_ERROR = 0x4,
	SIM_ILLEGAL_REQUEST = 0x5,
	SIM_UNIT_ATTENTION = 0x6,
	SIM_DATA_PROTECT = 0x7,
	SIM_BLANK_CHECK = 0x8,
	SIM_ABORTED_COMMAND = 0xb,
};

/*
 * One command on its way through a device.  The transport fills cdb, iov and
 * data_len; the model answers through the functions below.
 */
struct sim_cmd {
	const uint8_t *cdb;	/* at least 16 bytes, zero padded */
	struct iovec *iov;	/* the data buffer, in or out */
	size_t iov_count;
	size_t data_len;	/* bytes in iov */
	size_t done;		/* data bytes moved so far, either way */
	uint8_t status;		/* enum sim_status, starts as GOOD */
	uint8_t sense[SIM_SENSE_SIZE];	/* valid with CHECK CONDITION */
};

/* Data-in: appends len bytes of buf; what does not fit is dropped, as a device
 * drops what lies beyond the allocation length.  Returns bytes taken. */
size_t sim_cmd_put(struct sim_cmd *cmd, const void *buf, size_t len);

/* Data-out: takes the next len bytes.  Returns bytes got (fewer at the end). */
size_t sim_cmd_get(struct sim_cmd *cmd, void *buf, size_t len);

/* Looks at len bytes from an offset on, whatever was moved.  Returns bytes got. */
size_t sim_cmd_peek(const struct sim_cmd *cmd, size_t offset, void *buf, size_t len);

/* Ends the command with CHECK CONDITION and fixed-format sense (70h). */
void sim_cmd_sense(struct sim_cmd *cmd, enum sim_key key, uint8_t asc, uint8_t ascq);

/* The same with the information field set (VALID bit). */
void sim_cmd_sense_info(struct sim_cmd *cmd, enum sim_key key, uint8_t asc,
			uint8_t ascq, uint32_t info);

/* What a device says of itself in INQUIRY, VPD 80h and 83h. */
struct sim_identity {
	char vendor[9];		/* at most 8 characters */
	char product[17];	/* at most 16 */
	char revision[5];	/* at most 4 */
	char serial[33];	/* at most 32 */
};

struct sim_device;

enum sim_activity {
	SIM_INITIALIZES = 1 << 0,	/* not ready yet */
	SIM_MOVES = 1 << 1,		/* mechanics, for this command */
};

/* What a habit may change of a model, in milliseconds; 0 is what it does by itself. */
enum sim_setting {
	SIM_SET_READY,		/* becoming ready takes so long: after a disc came in, or a hand
				 * was in the magazine */
	SIM_SET_TRAY_CLOSES,	/* an open tray closes by itself after so long */
};

/*
 * A model.  execute() is called by one thread of the device, one command at a
 * time, and may sleep as long as the real device would take; everything else
 * may be called by other threads, so the model locks its own state.
 *
 * execute() is the only way of a command into a model: counters, faults and
 * habits come before it and after it (fault.h).  A device that answers by other
 * means has another execute(), and all of these work for it too.
 */
struct sim_device_ops {
	void (*execute)(struct sim_device *dev, struct sim_cmd *cmd);
	/* Bus or device reset: UNIT ATTENTION 29h, locks and reservations gone. */
	void (*reset)(struct sim_device *dev);
	/* May be NULL: what the device is about, bits of enum sim_activity, and would be
	 * with this command. */
	unsigned int (*activity)(struct sim_device *dev, const uint8_t *cdb);
	/* May be NULL: the operator presses the button at its front. */
	void (*button)(struct sim_device *dev);
	/* May be NULL.  False: it has no such thing. */
	bool (*set)(struct sim_device *dev, enum sim_setting what, uint32_t ms);
	void (*destroy)(struct sim_device *dev);
};

/* The start of every model's own structure. */
struct sim_device {
	const struct sim_device_ops *ops;
	struct sim_identity identity;
	uint8_t type;		/* peripheral device type: 5 or 8 */
	bool scsi2;		/* an asynchronous, narrow target: see bus.h */
	char name[16];		/* "reader0", "recorder3", "changer" */
};

/* Makes an error that quotes the user's words one line of ASCII: ? for all else. */
void sim_one_line(char *text);

/* Little helpers for big-endian fields. */
static inline uint16_t sim_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t sim_be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t sim_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | sim_be24(p + 1);
}

static inline void sim_put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void sim_put_be24(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 16);
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)v;
}

static inline void sim_put_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	sim_put_be24(p + 1, v);
}

#endif
