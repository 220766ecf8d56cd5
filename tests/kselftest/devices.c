// SPDX-License-Identifier: GPL-2.0
/* The devices under the mux as the kernel shows them without it. */
#include "mux.h"

#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SDBG_PARAMS	"/sys/bus/pseudo/drivers/scsi_debug"

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int ret;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	ret = n < 0 ? -errno : 0;
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return ret;
}

int member_attr_write(uint32_t member, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), MUX_SYSFS "/discmux0-%u/%s", member, name);
	return file_write(path, text);
}

int member_attr_read(uint32_t member, const char *name, char *text, size_t size)
{
	char path[256];

	snprintf(path, sizeof(path), MUX_SYSFS "/discmux0-%u/%s", member, name);
	return file_read(path, text, size);
}

void scsi_path(const struct discmux_member *member, const char *file, char *path, size_t size)
{
	snprintf(path, size, "/sys/class/scsi_device/%u:%u:%u:%llu/device/%s", member->host,
		 member->channel, member->target, (unsigned long long)member->lun, file);
}

void dev_path(const uint8_t *name, char *path, size_t size)
{
	snprintf(path, size, "/dev/%.16s", (const char *)name);
}

/*
 * Commands under way make scsi_debug refuse a change: sr's polling, for one.
 */
int sdbg_set(const char *name, int value)
{
	char path[128], text[16];
	int ret, tries;

	snprintf(path, sizeof(path), SDBG_PARAMS "/%s", name);
	snprintf(text, sizeof(text), "%d", value);
	for (tries = 0; tries < 1000; tries++) {
		ret = file_write(path, text);
		if (ret != -EBUSY)
			break;
		sleep_ms(10);
	}
	return ret;
}

static int generic_rw(const struct discmux_member *member, uint8_t opcode, int direction,
		      uint32_t lba, uint32_t blocks, void *buf)
{
	uint8_t cdb[10] = {
		opcode, 0, (uint8_t)(lba >> 24), (uint8_t)(lba >> 16), (uint8_t)(lba >> 8),
		(uint8_t)lba, 0, (uint8_t)(blocks >> 8), (uint8_t)blocks, 0
	};
	uint8_t sense[32];
	struct sg_io_hdr io = {
		.interface_id = 'S',
		.dxfer_direction = direction,
		.cmd_len = sizeof(cdb),
		.mx_sb_len = sizeof(sense),
		.dxfer_len = blocks * BLOCK,
		.dxferp = buf,
		.cmdp = cdb,
		.sbp = sense,
		.timeout = 20000,
	};
	char path[32];
	int fd, ret;

	dev_path(member->generic_name, path, sizeof(path));
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = ioctl(fd, SG_IO, &io) < 0 ? -errno : 0;
	close(fd);
	if (!ret && (io.status || io.host_status || io.resid))
		ret = -EIO;
	return ret;
}

int generic_read(const struct discmux_member *member, uint32_t lba, uint32_t blocks, void *buf)
{
	return generic_rw(member, 0x28, SG_DXFER_FROM_DEV, lba, blocks, buf);
}

int generic_write(const struct discmux_member *member, uint32_t lba, uint32_t blocks,
		  const void *buf)
{
	return generic_rw(member, 0x2a, SG_DXFER_TO_DEV, lba, blocks, (void *)(uintptr_t)buf);
}

long generic_check(const struct discmux_member *member, uint32_t lba, size_t len, uint32_t seed)
{
	uint8_t *buf = malloc(CHUNK);
	long bad = -1;
	size_t done, n;

	if (!buf)
		return 0;
	for (done = 0; done < len && bad < 0; done += n) {
		n = len - done < CHUNK ? len - done : CHUNK;
		if (generic_read(member, lba + done / BLOCK, n / BLOCK, buf))
			bad = (long)done;
		else
			bad = pattern_check(buf, n, done, seed);
		if (bad >= 0)
			bad += (long)done;
	}
	free(buf);
	return bad;
}

static bool is_sdbg(const struct discmux_member *m)
{
	return !memcmp(m->vendor, "Linux   ", 8) && !memcmp(m->product, "scsi_debug", 10);
}

/* Sets a role where it is another one; the mux shows it at once. */
static int give_role(const struct discmux_member *m, uint32_t role)
{
	if (m->role == role)
		return 0;
	return member_attr_write(m->member, "role",
				 role == DISCMUX_ROLE_RECORDER ? "recorder" : "reader");
}

/* New devices have a UNIT ATTENTION or two to tell; a test may have stopped one. */
static int make_ready(int fd, uint32_t member)
{
	static const uint8_t start[6] = { 0x1b, 0, 0, 0, 1, 0 };
	struct discmux_result r;
	int ret = 0, tries;

	for (tries = 0; tries < 10; tries++) {
		ret = mux_ready(fd, member);
		if (!ret)
			return 0;
		mux_exec(fd, &member, 1, start, sizeof(start), DISCMUX_DIR_NONE, NULL, 0, &r);
		sleep_ms(20);
	}
	return ret < 0 ? ret : -EIO;
}

int sdbg_rig_refresh(struct sdbg_rig *rig)
{
	struct discmux_member all[DISCMUX_MAX_TARGETS], found[SDBG_WANT];
	unsigned int n = 0;
	int i, nr, ret;

	ret = mux_wait(rig->fd, 0, SDBG_WANT, 10000);
	if (ret)
		return ret;
	nr = mux_list(rig->fd, 0, all, DISCMUX_MAX_TARGETS);
	for (i = 0; i < nr && n < SDBG_WANT; i++)
		if (is_sdbg(&all[i]))
			found[n++] = all[i];
	if (n < SDBG_WANT)
		return -ENODEV;
	for (n = 0; n < SDBG_WANT; n++) {
		ret = give_role(&found[n], n < 4 ? DISCMUX_ROLE_RECORDER : DISCMUX_ROLE_READER);
		if (!ret)
			ret = make_ready(rig->fd, found[n].member);
		if (ret)
			return ret;
	}
	for (n = 0; n < 4; n++) {
		rig->recorder[n] = found[n].member;
		ret = mux_member(rig->fd, found[n].member, 0, &rig->recorder_info[n]);
		if (ret)
			return ret;
	}
	rig->reader = found[4].member;
	return 0;
}

int sdbg_rig_open(struct sdbg_rig *rig)
{
	int ret;

	sdbg_set("every_nth", 0);
	sdbg_set("opts", 0);
	sdbg_set("delay", 0);
	memset(rig, 0, sizeof(*rig));
	rig->fd = mux_open(O_RDWR);
	ret = rig->fd < 0 ? rig->fd : sdbg_rig_refresh(rig);
	if (ret)
		printf("# five scsi_debug devices as members of %s: %s\n", MUX_DEV,
		       strerror(-ret));
	return ret;
}

void sdbg_rig_close(struct sdbg_rig *rig)
{
	sdbg_set("every_nth", 0);
	sdbg_set("opts", 0);
	sdbg_set("delay", 0);
	if (rig->fd >= 0)
		close(rig->fd);
}

int sdbg_one_place(struct sdbg_rig *rig, struct discmux_member *m)
{
	struct discmux_member all[SDBG_WANT + 1];
	char path[64];
	int ret;

	ret = sdbg_set("max_queue", 1);
	if (!ret)
		ret = sdbg_set("add_host", 1);
	sdbg_set("max_queue", 192);
	if (!ret)
		ret = mux_wait(rig->fd, 0, SDBG_WANT + 1, 10000);
	if (ret)
		return ret;
	if (mux_list(rig->fd, 0, all, SDBG_WANT + 1) != (int)SDBG_WANT + 1)
		return -ENODEV;
	*m = all[0];
	for (unsigned int i = 1; i <= SDBG_WANT; i++)
		if (all[i].host > m->host)
			*m = all[i];
	/* A scheduler would have places of its own */
	snprintf(path, sizeof(path), "/sys/block/%.16s/queue/scheduler", m->block_name);
	ret = file_write(path, "none");
	return ret ? ret : make_ready(rig->fd, m->member);
}

int sdbg_one_place_end(struct sdbg_rig *rig)
{
	struct discmux_info info;
	int ret = sdbg_set("add_host", -1);

	if (ret)
		return ret;
	return wait_for(!mux_info(rig->fd, &info) && info.members == SDBG_WANT, 5000) ?
		0 : -ETIMEDOUT;
}
