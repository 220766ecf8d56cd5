// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a disc that can be overwritten holds something.  Such a disc is never blank in its
 * drive's eyes.  It holds nothing when its beginning and its end are zeros or were never
 * written: file systems, partition tables and archives begin in the first MiB, what is left
 * (anchors of UDF, labels of ZFS, superblocks of RAID) lies in the last one.  libblkid
 * knows all of them and names the one it finds.
 */
#define _GNU_SOURCE	/* memfd_create() */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <blkid/blkid.h>

#include "burn.h"
#include "libdiscmux.h"

#define AREA_BLOCKS	512u	/* 1 MiB */
#define READ_BLOCKS	32u

/* A sparse copy of the disc: its beginning and its end */
struct copy {
	const struct burn_errand *e;
	int fd;
	bool zeros;
};

static bool all_zero(const uint8_t *data, size_t len)
{
	return !len || (!data[0] && !memcmp(data, data + 1, len - 1));
}

static int copy_blocks(struct copy *c, uint32_t lba, uint32_t blocks)
{
	uint8_t data[READ_BLOCKS * MMC_BLOCK];
	struct discmux_result result;
	struct mmc_command cmd;
	int len;

	mmc_cmd_read10(&cmd, lba, (uint16_t)blocks);
	len = burn_run_errand(c->e, &cmd, data, DISCMUX_FOR_READ, 0, &result);
	/* All else may be a fault of the disc or of the drive, with data behind it */
	if (len < 0)
		return discmux_result_cause(DISCMUX_DEVICE_RECORDER, &result) ==
		       DISCMUX_CAUSE_UNWRITTEN ? 0 : -EIO;
	if ((uint32_t)len != cmd.data_len)
		return -EIO;
	if (all_zero(data, (size_t)len))
		return 0;
	c->zeros = false;
	return pwrite(c->fd, data, (size_t)len, (off_t)lba * MMC_BLOCK) == len ? 0 : -ENOSPC;
}

static int copy_area(struct copy *c, uint32_t lba, uint32_t end)
{
	int rc = 0;

	for (; !rc && lba < end; lba += READ_BLOCKS)
		rc = copy_blocks(c, lba, end - lba < READ_BLOCKS ? end - lba : READ_BLOCKS);
	return rc;
}

/* What libblkid calls it: "btrfs", "udf", "dos"; "" for what it does not know. */
static void name_it(int fd, char *what, size_t size)
{
	blkid_probe probe = blkid_new_probe();
	const char *type;

	if (!probe)
		return;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	blkid_probe_enable_partitions(probe, 1);
	if (!blkid_probe_set_device(probe, fd, 0, 0) && !blkid_do_safeprobe(probe) &&
	    (!blkid_probe_lookup_value(probe, "TYPE", &type, NULL) ||
	     !blkid_probe_lookup_value(probe, "PTTYPE", &type, NULL)))
		snprintf(what, size, "%s", type);
	blkid_free_probe(probe);
}

static int look(const struct burn_errand *e, uint32_t blocks, char *what, size_t size)
{
	struct copy c = { .e = e, .fd = memfd_create("disc", MFD_CLOEXEC), .zeros = true };
	uint32_t head = blocks < AREA_BLOCKS ? blocks : AREA_BLOCKS;
	int rc;

	if (c.fd < 0)
		return -errno;
	rc = ftruncate(c.fd, (off_t)blocks * MMC_BLOCK) ? -errno : copy_area(&c, 0, head);
	if (!rc)
		rc = copy_area(&c, blocks - head > head ? blocks - head : head, blocks);
	if (!rc && !c.zeros)
		name_it(c.fd, what, size);
	close(c.fd);
	return rc ? rc : !c.zeros;
}

int burn_disc_holds(const struct burn_errand *e, struct mmc_formats *formats, char *what,
		    size_t size)
{
	uint8_t reply[MMC_FORMATS_LEN];
	struct discmux_result result;
	struct mmc_command cmd;
	int len;

	if (what)
		*what = '\0';
	memset(formats, 0, sizeof(*formats));
	mmc_cmd_read_format_capacities(&cmd);
	len = burn_run_errand(e, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len < 0 || mmc_parse_formats(reply, (size_t)len, formats))
		return -EIO;
	if (formats->state != MMC_FORMATTED || !formats->blocks || !what)
		return 0;
	return look(e, formats->blocks, what, size);
}
