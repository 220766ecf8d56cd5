/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a device gets under the kernel's SCSI midlayer: a backend of
 * target_core_user, and a target of tcm_loop that exports it.
 *
 * All that is made here carries names that tell it from anybody else's targets
 * (SIM_HBA and SIM_WWN), so that a later run can clean up after a crash.
 * Functions that return int give 0 or a negative errno with one line in err.
 */
#ifndef DISCMUX_SIM_CONFIGFS_H
#define DISCMUX_SIM_CONFIGFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The backends' folder; 4449h is "DI" */
#define SIM_HBA		"user_17481"
#define SIM_HBA_NUMBER	17481
/* One SAS address for each Scsi_Host, four digits follow */
#define SIM_WWN		"naa.5001405d15c0"

/* A device as the kernel knows it. */
struct sim_unit {
	char name[16];
	uint8_t type;		/* peripheral device type, 5 or 8 */
	unsigned int host;	/* which of our Scsi_Hosts, from 0 */
	unsigned int id;	/* target id, 0 to 31 */
	unsigned int uio;	/* from sim_backend_create() */
	unsigned int scsi_host;	/* the kernel's number, from sim_target_create() */
};

/* Needs root; loads the modules and mounts configfs.  changer: also ch. */
int sim_configfs_prepare(bool changer, char *err, size_t errlen);

/* Makes the ring.  It must be served before the unit is plugged.  timeout: after
 * so many seconds the kernel fails a command that was not answered; 0 never. */
int sim_backend_create(struct sim_unit *unit, unsigned int timeout, char *err, size_t errlen);

/* Makes the target (and its Scsi_Host, if it is the first on it). */
int sim_target_create(struct sim_unit *unit, char *err, size_t errlen);

/*
 * Connects the two: the SCSI device appears.  Waits until its drivers are
 * bound (sr or ch, and sg): -ETIMEDOUT when they don't come.  -ENODEV: the
 * kernel got no proper answer from the device, which is not plugged in then.
 */
int sim_unit_plug(const struct sim_unit *unit, char *err, size_t errlen);

/* The SCSI device goes away as if it was pulled. */
int sim_unit_unplug(const struct sim_unit *unit, char *err, size_t errlen);

/*
 * The link between host and device: while it is down each command ends at once with
 * DID_TRANSPORT_DISRUPTED and no sense data; afterwards the target reports 06/29/07 (I_T
 * nexus loss) once.
 */
int sim_unit_link(const struct sim_unit *unit, bool up, char *err, size_t errlen);

/* Names below /dev, "" for what is not there: sr0 or sch0, and sg0. */
void sim_unit_nodes(const struct sim_unit *unit, char *main_node, char *sg_node, size_t len);

/* All our targets, then all our backends.  Backends go only when nobody serves
 * them, so close the ports in between.  Returns how many it removed. */
int sim_targets_remove(char *err, size_t errlen);
int sim_backends_remove(char *err, size_t errlen);

/*
 * Clears away what a run that died left, commands in flight included.  Returns
 * how many targets and backends there were; 0 when configfs has none.
 */
int sim_configfs_clean(char *err, size_t errlen);

#endif
