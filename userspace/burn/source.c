// SPDX-License-Identifier: GPL-2.0
/* The master: an image file or the disc in a drive. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "libdiscmux.h"

#define CHUNK_BLOCKS	512u		/* 1 MiB */
#define READY_MS	60000u
#define RUN_OUT		2u		/* blocks at the end of a CD track at once */

struct burn_source {
	int fd;				/* -1 with a drive */
	uint32_t member;		/* DISCMUX_NONE with a file */
	uint32_t chunk;			/* blocks */
	uint32_t blocks;
	uint64_t bytes_read;
	uint32_t kept;			/* last blocks, read already: 0 or RUN_OUT */
	uint8_t tail[RUN_OUT * MMC_BLOCK];
	char *name;
};

static struct burn_source *new_source(const char *name)
{
	struct burn_source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->fd = -1;
	s->member = DISCMUX_NONE;
	s->chunk = CHUNK_BLOCKS;
	s->name = strdup(name);
	if (s->name)
		return s;
	free(s);
	return NULL;
}

void burn_source_free(struct burn_source *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->name);
	free(s);
}

static int file_size(int fd, const char *path, uint32_t *blocks, char *err, size_t errlen)
{
	struct stat st;

	if (fstat(fd, &st)) {
		int rc = -errno;

		snprintf(err, errlen, "%s: %s", path, strerror(-rc));
		return rc;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(err, errlen, "%s is not a file: name an image, or a reader", path);
		return -EINVAL;
	}
	if (!st.st_size) {
		snprintf(err, errlen, "%s is empty: name an image with data", path);
		return -EINVAL;
	}
	if (st.st_size % MMC_BLOCK) {
		snprintf(err, errlen, "%s is %llu bytes, not a multiple of 2048: it is no image of a data disc, or cut off",
			 path, (unsigned long long)st.st_size);
		return -EINVAL;
	}
	if (st.st_size / MMC_BLOCK > INT32_MAX) {
		snprintf(err, errlen, "%s is larger than any disc", path);
		return -EFBIG;
	}
	*blocks = (uint32_t)(st.st_size / MMC_BLOCK);
	return 0;
}

int burn_source_file(const char *path, struct burn_source **source, char *err, size_t errlen)
{
	struct burn_source *s;
	uint32_t blocks = 0;
	int fd, rc;

	*source = NULL;
	/* Non-blocking: a FIFO is refused below, not waited for */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		rc = -errno;
		snprintf(err, errlen, "%s: %s: name an image that can be read", path,
			 strerror(-rc));
		return rc;
	}
	rc = file_size(fd, path, &blocks, err, errlen);
	s = rc ? NULL : new_source(path);
	if (!rc && !s) {
		snprintf(err, errlen, "out of memory");
		rc = -ENOMEM;
	}
	if (rc) {
		close(fd);
		return rc;
	}
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	s->fd = fd;
	s->blocks = blocks;
	*source = s;
	return 0;
}

int burn_source_drive(uint32_t member, const char *name, uint32_t max_data,
		      struct burn_source **source)
{
	struct burn_source *s;

	*source = NULL;
	if (max_data < MMC_BLOCK)
		return -EINVAL;
	s = new_source(name);
	if (!s)
		return -ENOMEM;
	s->member = member;
	if (max_data / MMC_BLOCK < s->chunk)
		s->chunk = max_data / MMC_BLOCK;
	*source = s;
	return 0;
}

uint32_t burn_source_blocks(const struct burn_source *s)
{
	return s->blocks;
}

uint64_t burn_source_bytes_read(const struct burn_source *s)
{
	return __atomic_load_n(&s->bytes_read, __ATOMIC_RELAXED);
}

uint32_t burn_source_member(const struct burn_source *s)
{
	return s->member;
}

const char *burn_source_name(const struct burn_source *s)
{
	return s->name;
}

uint32_t burn_source_chunk(const struct burn_source *s)
{
	return s->chunk;
}

/* ---- A master in a drive ---------------------------------------------- */

static int drive_ready(struct burn_source *s, struct burn_job *job)
{
	struct discmux_result result;
	struct mmc_command cmd;
	uint8_t asc, ascq;
	char words[128];

	mmc_cmd_test_unit_ready(&cmd);
	if (burn_command(job, s->member, &cmd, NULL, BURN_UNIT_ATTENTION | BURN_BECOMING_READY,
			 READY_MS, &result) >= 0)
		return 0;
	if (burn_key(&result, &asc, &ascq) == 0x02 && asc == 0x3a)
		return burn_job_problem(job, "no disc in %s: insert the master", s->name);
	discmux_device_result_text(DISCMUX_DEVICE_READER, &result, words, sizeof(words));
	return burn_job_problem(job, "%s is not ready: %s", s->name, words);
}

/* A CD is copied by this version when it is one data track. */
static int drive_tracks(struct burn_source *s, struct burn_job *job)
{
	struct discmux_result result;
	struct mmc_command cmd;
	uint8_t reply[MMC_TOC_LEN];
	struct mmc_toc toc;
	int len;

	mmc_cmd_read_toc(&cmd);
	len = burn_command(job, s->member, &cmd, reply, BURN_UNIT_ATTENTION, 0, &result);
	if (len < 0 || mmc_parse_toc(reply, (size_t)len, &toc))
		return burn_job_problem(job, "the table of contents of the disc in %s can't be read: clean it, or try another drive",
					s->name);
	if (toc.first != toc.last || !(toc.tracks[0].control & 4))
		return burn_job_problem(job, "the disc in %s is not one data track: this version copies data discs only",
					s->name);
	return 0;
}

/*
 * A track at once ends with two run-out blocks that count as its length and
 * can't be read.  They are no part of the image.  Where there are none, the last
 * two blocks are kept, so that the master is read once.
 */
static void drive_run_out(struct burn_source *s, struct burn_job *job)
{
	struct discmux_result result;
	struct mmc_command cmd;
	uint8_t data[MMC_BLOCK];
	int len;

	if (s->blocks <= RUN_OUT)
		return;
	mmc_cmd_read10(&cmd, s->blocks - RUN_OUT, RUN_OUT);
	len = burn_command(job, s->member, &cmd, s->tail, BURN_UNIT_ATTENTION, 0, &result);
	if (len == sizeof(s->tail)) {
		s->kept = RUN_OUT;
		return;
	}
	mmc_cmd_read10(&cmd, s->blocks - RUN_OUT - 1, 1);
	if (burn_command(job, s->member, &cmd, data, BURN_UNIT_ATTENTION, 0, &result) >= 0)
		s->blocks -= RUN_OUT;
}

static int drive_size(struct burn_source *s, struct burn_job *job)
{
	struct discmux_result result;
	struct mmc_command cmd;
	uint8_t reply[MMC_CAPACITY_LEN];
	uint32_t size;
	uint64_t blocks;
	char words[128];
	int len;

	mmc_cmd_read_capacity(&cmd);
	len = burn_command(job, s->member, &cmd, reply, BURN_UNIT_ATTENTION | BURN_BECOMING_READY,
			   READY_MS, &result);
	if (len < 0) {
		discmux_device_result_text(DISCMUX_DEVICE_READER, &result, words, sizeof(words));
		return burn_job_problem(job, "the size of the disc in %s can't be read: %s",
					s->name, words);
	}
	if (mmc_parse_capacity(reply, (size_t)len, &blocks, &size) || size != MMC_BLOCK ||
	    blocks > INT32_MAX)
		return burn_job_problem(job, "the disc in %s has no blocks of 2048 bytes: insert a data disc",
					s->name);
	s->blocks = (uint32_t)blocks;
	return 0;
}

static int drive_check(struct burn_source *s, struct burn_job *job)
{
	struct discmux_result result;
	struct mmc_command cmd;
	uint8_t reply[MMC_CONFIGURATION_LEN];
	struct mmc_disc_info info;
	uint16_t profile = MMC_PROFILE_NONE;
	int len, rc = drive_ready(s, job);

	s->kept = 0;
	if (rc)
		return rc;
	/* A plain reader may know neither of the next two commands */
	mmc_cmd_get_configuration(&cmd, 0);
	len = burn_command(job, s->member, &cmd, reply, BURN_UNIT_ATTENTION, 0, &result);
	if (len >= 0)
		mmc_parse_profile(reply, (size_t)len, &profile);
	mmc_cmd_read_disc_info(&cmd);
	len = burn_command(job, s->member, &cmd, reply, BURN_UNIT_ATTENTION, 0, &result);
	if (len >= 0 && !mmc_parse_disc_info(reply, (size_t)len, &info)) {
		if (info.state == MMC_DISC_BLANK)
			return burn_job_problem(job, "the disc in %s is blank: insert the master",
						s->name);
		if (info.sessions > 1)
			return burn_job_problem(job, "the disc in %s has %u sessions: this version copies discs with one",
						s->name, info.sessions);
	}
	if (mmc_profile_is_cd(profile))
		rc = drive_tracks(s, job);
	if (!rc)
		rc = drive_size(s, job);
	if (!rc && mmc_profile_is_cd(profile))
		drive_run_out(s, job);
	return rc;
}

int burn_source_check(struct burn_source *s, struct burn_job *job)
{
	int rc = 0;

	if (s->member != DISCMUX_NONE)
		rc = drive_check(s, job);
	job->image_blocks = s->blocks;
	return rc;
}

/* ---- Reading ---------------------------------------------------------- */

static int read_drive(struct burn_source *s, struct burn_job *job, uint32_t lba, uint32_t blocks,
		      uint8_t *data)
{
	uint32_t tail = s->blocks - s->kept;

	if (lba + blocks > tail) {
		uint32_t first = lba < tail ? tail : lba;

		memcpy(data + (size_t)(first - lba) * MMC_BLOCK,
		       s->tail + (size_t)(first - tail) * MMC_BLOCK,
		       (size_t)(lba + blocks - first) * MMC_BLOCK);
		blocks = first - lba;
	}
	while (blocks) {
		uint32_t n = blocks < s->chunk ? blocks : s->chunk;
		struct discmux_result result;
		struct mmc_command cmd;
		char words[128];
		int len;

		mmc_cmd_read10(&cmd, lba, (uint16_t)n);
		len = burn_command(job, s->member, &cmd, data, BURN_RESET, 0, &result);
		if (len < 0) {
			struct discmux_sense sense = { 0 };

			if (!discmux_result_sense(&result, &sense) && sense.info_valid &&
			    sense.info >= lba && sense.info < lba + n)
				lba = (uint32_t)sense.info;
			discmux_device_result_text(DISCMUX_DEVICE_READER, &result, words, sizeof(words));
			burn_job_problem(job, "%s can't read the master at LBA %u: %s", s->name,
					 lba, words);
			return -EIO;
		}
		if ((uint32_t)len != n * MMC_BLOCK) {
			burn_job_problem(job, "%s gave less than was asked for at LBA %u", s->name,
					 lba);
			return -EIO;
		}
		lba += n;
		blocks -= n;
		data += (size_t)n * MMC_BLOCK;
	}
	return 0;
}

static int read_file(struct burn_source *s, struct burn_job *job, uint32_t lba, uint32_t blocks,
		     uint8_t *data)
{
	size_t want = (size_t)blocks * MMC_BLOCK, got = 0;

	while (got < want) {
		ssize_t n = pread(s->fd, data + got, want - got,
				  (off_t)lba * MMC_BLOCK + (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			burn_job_problem(job, "%s can't be read at LBA %zu: %s", s->name,
					 lba + got / MMC_BLOCK,
					 n ? strerror(errno) : "it was cut off meanwhile");
			return -EIO;
		}
		got += (size_t)n;
	}
	return 0;
}

int burn_source_read(struct burn_source *s, struct burn_job *job, uint32_t lba, uint32_t blocks,
		     void *data)
{
	int rc = s->fd >= 0 ? read_file(s, job, lba, blocks, data) :
			      read_drive(s, job, lba, blocks, data);

	if (!rc)
		__atomic_fetch_add(&s->bytes_read, (uint64_t)blocks * MMC_BLOCK, __ATOMIC_RELAXED);
	return rc;
}
