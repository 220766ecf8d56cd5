/* SPDX-License-Identifier: GPL-2.0 */
/*
 * discmux: SCSI commands, and the memory that they transfer.
 */
#ifndef DISCMUX_COMMAND_H
#define DISCMUX_COMMAND_H

#include <linux/bio.h>
#include <linux/bvec.h>
#include <linux/completion.h>
#include <scsi/scsi_cmnd.h>

#include "dmx.h"

/**
 * struct dmx_data - what a command transfers: @bytes of @table's pages
 *
 * One table serves all commands of a group at once: a bio only reads it.
 */
struct dmx_data {
	struct bio_vec *table;
	unsigned int nr;
	unsigned int bytes;
	bool out;
};

/**
 * struct dmx_limits - what every queue of a group can take
 * @share: pages from elsewhere may be used as they are
 * @align: mask of address bits that must be zero
 * @segment: most bytes of one piece of memory
 * @boundary: mask of addresses that a piece must not cross
 */
struct dmx_limits {
	bool share;
	unsigned long align;
	unsigned int segment;
	unsigned long boundary;
};

/**
 * struct dmx_cmd - one SCSI command on its way
 * @bio: for the data, if any; begun anew for each command
 * @bytes: that the command in flight transfers
 * @own: the driver asks on its own account: the sense data kept for the user
 *	is not touched
 * @unread: it was sent and its result not taken yet
 * @tries: times it was sent
 * @done: called when it has ended, in interrupt context
 * @blk_status, @result, @resid, @sense_len, @sense: what it brought, valid then
 */
struct dmx_cmd {
	struct dmx_member *member;
	struct bio bio;
	u32 bytes;
	ktime_t start;
	ktime_t end;
	u8 cdb[DISCMUX_MAX_CDB];
	u8 cdb_len;
	u8 tries;
	bool own;
	bool unread;
	void (*done)(struct dmx_cmd *cmd);
	blk_status_t blk_status;
	int result;
	u32 resid;
	u32 sense_len;
	u8 sense[SCSI_SENSE_BUFFERSIZE];
};

static_assert(SCSI_SENSE_BUFFERSIZE <= DISCMUX_SENSE_SIZE);

/**
 * struct dmx_request - one command to be sent and waited for
 * @buf: data, @len bytes, which go @out or come in; may be on the stack
 * @own: as in struct dmx_cmd
 */
struct dmx_request {
	const u8 *cdb;
	u8 cdb_len;
	bool out;
	bool own;
	void *buf;
	u32 len;
	u32 timeout_ms;
};

/**
 * struct dmx_batch - commands that run at the same time and are waited for
 * @ref: the waiter and the commands in flight together
 * @remaining: commands in flight, plus one while they are being submitted
 * @file: whose commands they are, when they may change what another holds
 * @release: frees what the commands' data pointed to, in process context
 */
struct dmx_batch {
	refcount_t ref;
	atomic_t remaining;
	struct completion done;
	struct work_struct free_work;
	void (*release)(struct dmx_batch *batch);
	void *private;
	struct dmx_file *file;
	unsigned int nr;
	struct dmx_batch_cmd {
		struct dmx_batch *batch;
		struct dmx_data data;
		int error;		/* why it was not sent, negative errno */
		bool sent;
		bool begun;		/* dmx_member_begin() to be undone */
		bool claimed;		/* dmx_claim() to be undone: that pins as much */
		bool entered;		/* dmx_member_enter() to be undone when it ends */
		struct dmx_cmd cmd;	/* last: its sense data is not zeroed */
	} c[];
};

/* command.c */
int dmx_batches_init(void);
void dmx_batches_exit(void);
bool dmx_cmd_is_ours(const struct request *rq);
int dmx_cmd_submit(struct dmx_cmd *cmd, struct dmx_data *data, u32 timeout_ms);
void dmx_cmd_reap(struct dmx_cmd *cmd, struct discmux_result *res);
void dmx_cmd_attention(struct dmx_member *m, const struct discmux_result *res);
bool dmx_cmd_reap_good(struct dmx_cmd *cmd, u32 *us, u32 *resid);
struct dmx_batch *dmx_batch_alloc(unsigned int nr);
void dmx_batch_put(struct dmx_batch *batch);
int dmx_batch_run(struct dmx_batch *batch, u32 timeout_ms);
void dmx_batch_result(struct dmx_batch *batch, unsigned int i,
		      struct discmux_result *res);

/* sync.c */
int dmx_request_run(struct dmx_member *m, const struct dmx_request *rq,
		    struct discmux_result *res);
int dmx_command(struct dmx_member *m, const u8 *cdb, u8 cdb_len, void *buf,
		unsigned int len, u32 timeout_ms, struct discmux_result *res);
int dmx_ask(struct dmx_member *m, const u8 *cdb, u8 cdb_len, void *buf,
	    unsigned int len, u32 timeout_ms);
void dmx_log_failure(struct dmx_member *m, const char *what,
		     const struct discmux_result *res);
void dmx_write_cdb(struct dmx_cmd *cmd, u8 opcode, u32 lba, u32 blocks);

/* sense.c */
bool dmx_result_good(const struct discmux_result *res);
bool dmx_result_recovered(const struct discmux_result *res);
bool dmx_result_not_ready(const struct discmux_result *res);
bool dmx_result_refused(const struct discmux_result *res);
bool dmx_result_unit_attention(const struct discmux_result *res);
bool dmx_result_medium_changed(const struct discmux_result *res);
bool dmx_result_not_begun(const struct discmux_result *res);
bool dmx_sense_garbled(const u8 *sense, u32 len);

/* table.c */
void dmx_limits_init(struct dmx_limits *l);
void dmx_limits_add(struct dmx_limits *l, struct dmx_member *m);
bool dmx_table_merge(struct bio_vec *bv, const struct dmx_limits *l,
		     struct page *page, unsigned int off, unsigned int len);
struct bio_vec *dmx_table_alloc(const void *buf, unsigned int len,
				unsigned int *nr);

#endif
