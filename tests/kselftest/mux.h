/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the driver share: the calls of the contract, members found
 * by what they are, scsi_debug devices as recorders, and data that tells where
 * it belongs.  Functions return 0 or a count, or a negative errno, unless they
 * say otherwise.
 */
#ifndef KSELFTEST_MUX_H
#define KSELFTEST_MUX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/discmux.h>

#define MUX_DEV		"/dev/discmux0"
#define MUX_SYSFS	"/sys/class/discmux/discmux0"
#define MUX_PARAMS	"/sys/module/discmux/parameters"
#define BLOCK		2048u
#define CHUNK		65536u		/* what a stream writes at a time by default */
#define SDBG_BLOCKS	4096u		/* dev_size_mb=8, sector_size=2048 */
#define SDBG_WANT	5u		/* add_host=5 */

/* Pointers travel as integers. */
#define PTR(p)		((uint64_t)(uintptr_t)(p))

/* ioctl() that returns 0 or a negative errno. */
int mux_call(int fd, unsigned long request, void *arg);

/* Opens /dev/discmux0; flags as of open(2).  Returns the fd. */
int mux_open(int flags);

int mux_info(int fd, struct discmux_info *info);

/* Member `number`, or with flags DISCMUX_MEMBER_NEXT the first from there on. */
int mux_member(int fd, uint32_t number, uint32_t flags, struct discmux_member *member);

/*
 * Waits until `want` members of `role` (0: any) are there and none is being
 * probed.  -ETIMEDOUT after ms milliseconds.
 */
int mux_wait(int fd, uint32_t role, unsigned int want, unsigned int ms);

/* Fills at most max members of `role` (0: any), in the order of their unit. */
int mux_list(int fd, uint32_t role, struct discmux_member *members, unsigned int max);

/* One command; data as of struct discmux_exec.  Results in nr entries. */
int mux_exec(int fd, const uint32_t *targets, uint32_t nr, const void *cdb, uint32_t cdb_len,
	     uint32_t direction, void *data, uint32_t data_len, struct discmux_result *results);

/* TEST UNIT READY to one member through the mux: SCSI status or -errno. */
int mux_ready(int fd, uint32_t member);

int mux_claim(int fd, const uint32_t *targets, uint32_t nr, uint32_t *failed);
int mux_release(int fd, const uint32_t *targets, uint32_t nr);

/* Sense key, ASC and ASCQ as 0xKKAAQQ of fixed or descriptor format; 0: none. */
uint32_t mux_sense(const struct discmux_result *result);

/*
 * Opens a stream of 2048-byte blocks; member i starts at lba[i] (NULL: 0
 * everywhere).  ring and prefill as of struct discmux_stream.  Returns the fd.
 */
int mux_stream(int fd, const uint32_t *members, const uint32_t *lba, uint32_t nr, uint32_t ring,
	       uint32_t prefill);

/* The same with all fields of `s` but the targets left to the caller. */
int mux_stream_with(int fd, const uint32_t *members, const uint32_t *lba, uint32_t nr,
		    struct discmux_stream *s);
int mux_finish(int stream);
int mux_abort(int stream);

/* Passes on bytes of the mapped ring and waits for room for want; fills c. */
int mux_commit(int stream, struct discmux_stream_commit *c, uint32_t bytes, uint32_t want);

/* targets (may be NULL with nr 0) gets at most nr entries. */
int mux_stream_status(int stream, struct discmux_stream_status *status,
		      struct discmux_target_status *targets, uint32_t nr);

/* Writes it all, waiting where it must.  0 or a negative errno. */
int write_all(int fd, const void *data, size_t len);

/* Data that differs for each byte offset and seed; len a multiple of 4. */
void pattern_fill(void *buf, size_t len, uint64_t offset, uint32_t seed);

/* -1 where buf holds the pattern, otherwise the first offset that differs. */
long pattern_check(const void *buf, size_t len, uint64_t offset, uint32_t seed);

/*
 * READ(10) of `blocks` blocks of 2048 bytes by the kernel's own generic
 * driver, so that what discmux wrote is not judged by discmux.
 */
int generic_read(const struct discmux_member *member, uint32_t lba, uint32_t blocks, void *buf);
int generic_write(const struct discmux_member *member, uint32_t lba, uint32_t blocks,
		  const void *buf);

/* The pattern from `lba` on is on the member's disc: -1 yes, or byte offset. */
long generic_check(const struct discmux_member *member, uint32_t lba, size_t len, uint32_t seed);

/* A file of one line.  Reading cuts the newline. */
int file_write(const char *path, const char *text);
int file_read(const char *path, char *text, size_t size);

/* The same in MUX_SYSFS/discmux0-<member>/ */
int member_attr_write(uint32_t member, const char *name, const char *text);
int member_attr_read(uint32_t member, const char *name, char *text, size_t size);

/* A parameter of scsi_debug while it runs ("delay", "every_nth", "opts"). */
int sdbg_set(const char *name, int value);

/* The folder of the kernel's own device, H:C:T:L. */
void scsi_path(const struct discmux_member *member, const char *file, char *path, size_t size);

/* /dev/<block device or generic device> */
void dev_path(const uint8_t *name, char *path, size_t size);

uint64_t now_ms(void);
void sleep_ms(unsigned int ms);

/*
 * What a test waits for takes the ms that it says at most; on a debug kernel in an
 * emulated guest that shares its processors with others it may take this much longer.
 */
#define PATIENCE	6

/* Repeats cond every 10 ms until it holds or the time is over; whether it does. */
#define wait_for(cond, ms) ({						\
	uint64_t __until = now_ms() + (ms) * PATIENCE;			\
	bool __ok;							\
	while (!(__ok = (cond)) && now_ms() < __until)			\
		sleep_ms(10);						\
	__ok;								\
})

/* Five scsi_debug devices: four recorders and a reader, ready for commands. */
struct sdbg_rig {
	int fd;					/* of the mux, for writing */
	uint32_t recorder[4];			/* member numbers */
	uint32_t reader;
	struct discmux_member recorder_info[4];
};

/* Opens the mux and gives the members their roles; says on stdout what fails. */
int sdbg_rig_open(struct sdbg_rig *rig);
void sdbg_rig_close(struct sdbg_rig *rig);

/* One device more, that takes one command at a time; to be taken away at the end.
 * -EBUSY: scsi_debug of this kernel is told that when it is loaded only. */
int sdbg_one_place(struct sdbg_rig *rig, struct discmux_member *member);
int sdbg_one_place_end(struct sdbg_rig *rig);

/* Waits for five members again (after one was deleted) and sets up roles. */
int sdbg_rig_refresh(struct sdbg_rig *rig);

#endif
