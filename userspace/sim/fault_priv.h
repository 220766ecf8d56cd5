/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of faults share. */
#ifndef DISCMUX_SIM_FAULT_PRIV_H
#define DISCMUX_SIM_FAULT_PRIV_H

#include <pthread.h>

#include "count.h"
#include "fault.h"

struct fault_entry {
	unsigned int number;	/* 0: free */
	struct sim_fault fault;
	uint64_t seen;		/* commands that matched, without those in a sequence */
	uint64_t hits;		/* how many commands met the fault */
	uint64_t rounds;	/* sequences that are over */
	unsigned int at;	/* answers of the sequence that were given; 0: none runs */
	uint64_t state;		/* of its edit */
	char *trace;		/* what was on the bus the last time, BUS_TRACE_SIZE; or NULL */
};

struct sim_faults {
	pthread_mutex_t lock;
	struct fault_entry entry[SIM_FAULTS_MAX];
	unsigned int last_number;
	bool gone;
	bool link_lost;
	int64_t link_back;	/* when, if it is lost */
	struct sim_count count;
	struct sim_fault_watch watch;
	struct bus_terms terms;	/* of the device's thread alone */
	int wake;		/* eventfd: something changed, a waiting command looks again */
};

/* Counts the command; is it one of those that the fault hits?  *step: its answer. */
bool fault_hit(struct fault_entry *e, struct sim_device *dev, const struct sim_cmd *cmd,
	       const struct sim_fault_step **step);

/* The entry of this number is still there. */
bool fault_still_there(const struct sim_faults *faults, unsigned int number);

#endif
