/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The shared ring of target_core_user (linux/target_core_user.h): fetches the
 * commands the kernel put there and gives back their results.  Works on any
 * memory that is laid out so; one thread at a time.
 */
#ifndef DISCMUX_SIM_TCMU_RING_H
#define DISCMUX_SIM_TCMU_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "device.h"

#define TCMU_CDB_SIZE	32

/* A command that waits for its result. */
struct tcmu_request {
	struct tcmu_request *next;
	uint16_t id;
	bool aborted;			/* nobody waits for it any more */
	uint8_t cdb[TCMU_CDB_SIZE];	/* zero padded */
	size_t data_len;
	size_t iov_count;
	struct iovec iov[];		/* into the ring's data area */
};

struct tcmu_ring;

/*
 * map: the whole area as mmap() gave it, size bytes, which outlives the ring.
 * 0, -EPROTO (not a ring we understand) or -ENOMEM, with one line in err.
 */
int tcmu_ring_open(void *map, size_t size, struct tcmu_ring **out, char *err, size_t errlen);
void tcmu_ring_close(struct tcmu_ring *ring);

/*
 * Takes in what the kernel added: commands, and notes which of them were
 * aborted.  0; 1 when one that was aborted is answered already, of which the
 * kernel must be told; -EPROTO when the ring holds nonsense, or -ENOMEM.
 */
int tcmu_ring_fetch(struct tcmu_ring *ring);

/*
 * The oldest command not yet given out, or NULL.  It is the current one until
 * tcmu_ring_complete().
 */
struct tcmu_request *tcmu_ring_next(struct tcmu_ring *ring);

/*
 * Ends the current command as cmd says (status, sense, bytes of data) and frees
 * it.  The kernel looks when it is told to (a write to the uio device).
 */
void tcmu_ring_complete(struct tcmu_ring *ring, struct tcmu_request *request,
			const struct sim_cmd *cmd);

/* A reset of the device arrived since the last call. */
bool tcmu_ring_take_reset(struct tcmu_ring *ring);

#endif
