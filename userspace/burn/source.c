// SPDX-License-Identifier: GPL-2.0
/* The master: an image file or the disc in a drive. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libdiscmux.h"
#include "source.h"

static struct burn_source *new_source(const char *name)
{
	struct burn_source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->member = DISCMUX_NONE;
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
	/* An image's CD-Text is its own */
	if (!s->image)
		free(s->layout.text);
	disc_image_close(s->image);
	burn_map_free(s->map);
	free(s->pointers);
	free(s->name);
	free(s);
}

/* A sheet of one plain data track is as good as an .iso. */
static void look_at_image(struct burn_source *s)
{
	const struct cd_layout *l = disc_image_layout(s->image);

	s->blocks = disc_image_blocks(s->image);
	s->cd = l->tracks && !cd_layout_plain(l);
	if (s->cd)
		s->layout = *l;
}

int burn_source_file(const char *path, unsigned int flags, struct burn_source **source, char *err,
		     size_t errlen)
{
	struct disc_image *image;
	int rc = disc_image_open_with(path, flags, &image, err, errlen);

	*source = NULL;
	if (rc)
		return rc;
	*source = new_source(path);
	if (!*source) {
		disc_image_close(image);
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	(*source)->image = image;
	look_at_image(*source);
	return 0;
}

unsigned int burn_source_notes(const struct burn_source *s)
{
	return s->image ? disc_image_notes(s->image) : 0;
}

const char *burn_source_note(const struct burn_source *s, unsigned int i)
{
	return disc_image_note(s->image, i);
}

int burn_source_drive(uint32_t member, const char *name, uint32_t max_data,
		      struct burn_source **source)
{
	struct burn_source *s;

	*source = NULL;
	if (max_data < CD_RAW)
		return -EINVAL;
	s = new_source(name);
	if (!s)
		return -ENOMEM;
	s->member = member;
	s->max_data = max_data;
	*source = s;
	return 0;
}

uint32_t burn_source_blocks(const struct burn_source *s)
{
	return s->blocks;
}

uint64_t burn_source_bytes(const struct burn_source *s)
{
	return (uint64_t)s->blocks * (s->cd ? CD_RAW : MMC_BLOCK);
}

uint64_t burn_source_bytes_read(const struct burn_source *s)
{
	return __atomic_load_n(&s->bytes_read, __ATOMIC_RELAXED);
}

uint32_t burn_source_bad(const struct burn_source *s)
{
	return __atomic_load_n(&s->bad, __ATOMIC_RELAXED);
}

const char *burn_source_kind(const struct burn_source *s)
{
	if (!s->image && !s->checked)
		return "";
	return s->cd ? cd_layout_name(&s->layout) : "data";
}

uint16_t burn_source_profile(const struct burn_source *s)
{
	return s->profile;
}

const struct cd_layout *burn_source_layout(const struct burn_source *s)
{
	return &s->layout;
}

const char *burn_image_ending(const struct burn_source *s)
{
	if (!s->image && !s->checked)
		return NULL;
	return s->cd ? ".cue" : ".iso";
}

uint32_t burn_source_member(const struct burn_source *s)
{
	return s ? s->member : DISCMUX_NONE;
}

const char *burn_source_name(const struct burn_source *s)
{
	return s ? s->name : "";
}

const struct discmux_result *burn_source_failure(const struct burn_source *s)
{
	return s && s->failed ? &s->failure : NULL;
}

void source_failed(struct burn_source *s, const struct discmux_result *result)
{
	s->failed = true;
	memset(&s->failure, 0, sizeof(s->failure));
	if (result)
		s->failure = *result;
}

/* ---- A master in a drive ---------------------------------------------- */

static bool no_disc(const struct discmux_result *result)
{
	enum discmux_cause cause = discmux_result_cause(DISCMUX_DEVICE_READER, result);

	return cause == DISCMUX_CAUSE_NO_DISC || cause == DISCMUX_CAUSE_TRAY_OPEN;
}

bool burn_source_same(const struct burn_source *s, const struct burn_ops *ops, void *ctx)
{
	char id[BURN_ID_LEN];

	return s && *s->id && !burn_identify(ops, ctx, s->member, 0, id) && !strcmp(id, s->id);
}

/* Told once for each look at the master; the driver counts all of them. */
void burn_source_recovered(struct burn_source *s, struct burn_job *job,
			   const struct discmux_result *result)
{
	char words[128];

	if (!s || !discmux_result_recovered(result) || s->recovered++)
		return;
	discmux_device_result_text(DISCMUX_DEVICE_READER, result, words, sizeof(words));
	burn_notice(job, "%s carried a command out and warns: %s", s->name, words);
}

static int drive_ready(struct burn_source *s, struct burn_job *job)
{
	struct discmux_result result;
	struct mmc_command cmd;
	char words[128];

	mmc_cmd_test_unit_ready(&cmd);
	if (burn_command(job, s->member, &cmd, NULL, DISCMUX_FOR_PROBE, SOURCE_READY_MS, &result) >= 0)
		return 0;
	source_failed(s, &result);
	if (no_disc(&result))
		return burn_job_problem(job, "no disc in %s: insert the master", s->name);
	discmux_device_result_text(DISCMUX_DEVICE_READER, &result, words, sizeof(words));
	return burn_job_problem(job, "%s is not ready: %s", s->name, words);
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
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len < 0) {
		source_failed(s, &result);
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

/* MMC-6 table 412; a newer system has no name here */
static const char *system_name(uint8_t system)
{
	static const char *const names[] = { "", "CSS or CPPM", "CPRM", "AACS" };

	return system < sizeof(names) / sizeof(*names) ? names[system] : "keys";
}

/* The data of a BD-ROM with a media key block need its keys.  A drive answers for recordable
 * media, too, where it tells nothing of their data. */
static void bd_protection(struct burn_source *s, struct burn_job *job)
{
	struct discmux_result result;
	struct mmc_command cmd;
	uint8_t reply[8];
	int len;

	mmc_cmd_read_bd_structure(&cmd, MMC_STRUCTURE_AACS_KEYS, sizeof(reply));
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	/* More than the header of the reply: a record of the block */
	if (len == (int)sizeof(reply) || (len < 0 &&
	    discmux_result_cause(DISCMUX_DEVICE_READER, &result) == DISCMUX_CAUSE_PROTECTED))
		snprintf(s->protected, sizeof(s->protected), "%s", system_name(3));
}

/* A DVD whose data need keys, or that is for some regions only, cannot be a master: a copy
 * would be as unreadable. */
static void drive_protection(struct burn_source *s, struct burn_job *job)
{
	uint8_t reply[MMC_STRUCTURE_LEN], system = 0, regions = 0;
	struct mmc_physical physical;
	struct discmux_result result;
	struct mmc_command cmd;
	int len;

	if (s->profile == MMC_PROFILE_BD_ROM) {
		bd_protection(s, job);
		return;
	}

	mmc_cmd_read_structure(&cmd, MMC_STRUCTURE_COPYRIGHT, 8);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len >= 0 && !mmc_parse_copyright(reply, (size_t)len, &system, &regions))
		snprintf(s->protected, sizeof(s->protected), "%s",
			 system ? system_name(system) : regions ? "a region" : "");
	else if (len < 0 && discmux_result_cause(DISCMUX_DEVICE_READER, &result) ==
		 DISCMUX_CAUSE_PROTECTED)
		snprintf(s->protected, sizeof(s->protected), "keys");
	mmc_cmd_read_structure(&cmd, MMC_STRUCTURE_PHYSICAL, MMC_STRUCTURE_LEN);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len >= 0 && !mmc_parse_physical(reply, (size_t)len, &physical))
		s->layer_break = physical.layer_break;
}

/* A disc with two sessions is a master on CD only: elsewhere what lies between
 * them can't be read. */
static int drive_sessions(struct burn_source *s, struct burn_job *job)
{
	struct discmux_result result;
	struct mmc_command cmd;
	uint8_t reply[MMC_CONFIGURATION_LEN];
	struct mmc_disc_info info;
	struct mmc_feature feature;
	int len;

	/* A plain reader may know neither of the two commands */
	mmc_cmd_get_configuration(&cmd, 0);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len >= 0)
		mmc_parse_profile(reply, (size_t)len, &s->profile);
	s->c2 = len >= 0 && !mmc_find_feature(reply, (size_t)len, MMC_FEATURE_CD_READ, &feature) &&
		feature.current && feature.len && (feature.data[0] & 0x02);
	mmc_cmd_read_disc_info(&cmd);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len < 0 || mmc_parse_disc_info(reply, (size_t)len, &info))
		return 0;
	s->appendable = info.state == MMC_DISC_APPENDABLE;
	if (info.state == MMC_DISC_BLANK)
		return burn_job_problem(job, "the disc in %s is blank: insert the master", s->name);
	/* An open session counts, and has nothing yet */
	if (info.sessions > 1 + s->appendable && !mmc_profile_is_cd(s->profile))
		return burn_job_problem(job, "the disc in %s has %u sessions: only CDs are copied with several",
					s->name, (unsigned int)info.sessions - s->appendable);
	return 0;
}

static int drive_layout(struct burn_source *s, struct burn_job *job)
{
	int rc = source_read_layout(s, job);

	if (rc)
		return rc;
	s->cd = !cd_layout_plain(&s->layout);
	if (s->cd) {
		s->blocks = (uint32_t)cd_layout_end(&s->layout);
		source_find_run_outs(s, job);
		return 0;
	}
	rc = drive_size(s, job);
	if (!rc)
		source_find_tail(s, job);
	return rc;
}

static void forget(struct burn_source *s)
{
	s->checked = false;
	s->kept = 0;
	s->profile = MMC_PROFILE_NONE;
	s->appendable = false;
	*s->protected = '\0';
	s->layer_break = 0;
	s->cd = false;
	s->c2 = false;
	s->slow = 0;
	s->failed = false;
	s->recovered = 0;
	*s->id = '\0';
	memset(s->run_out, 0, sizeof(s->run_out));
	free(s->layout.text);
	memset(&s->layout, 0, sizeof(s->layout));
	s->untold = 0;
}

static int drive_check(struct burn_source *s, struct burn_job *job)
{
	int rc;

	forget(s);
	rc = drive_ready(s, job);
	if (!rc)
		rc = drive_sessions(s, job);
	if (rc)
		return rc;
	if (mmc_profile_is_cd(s->profile)) {
		rc = drive_layout(s, job);
	} else {
		rc = drive_size(s, job);
		drive_protection(s, job);
	}
	if (!rc && *s->protected && !job->config.damaged)
		return burn_job_problem(job, "the disc in %s is copy protected by %s: it can't be copied",
					s->name, s->protected);
	/* Without an identity the disc that is there after a change is another one */
	if (!rc)
		burn_identify(job->config.ops, job->config.ctx, s->member, 0, s->id);
	s->checked = !rc;
	return rc;
}

int burn_source_check(struct burn_source *s, struct burn_job *job)
{
	const struct burn_config *c = &job->config;
	uint32_t blocks = s->blocks;
	bool cd = s->cd;
	int rc = s->member != DISCMUX_NONE ? drive_check(s, job) : 0;

	/* Further rounds add to the map: it is of all their discs */
	if (s->blocks != blocks || s->cd != cd) {
		burn_map_free(s->map);
		s->map = NULL;
		s->bad = 0;
	}
	job->appendable = c->session == BURN_SESSION_OPEN ||
			  (c->session == BURN_SESSION_AUTO && (s->appendable || c->append));
	job->layer_break = c->layer_break ? c->layer_break : s->layer_break;
	return rc ? rc : burn_parts(job);
}

int burn_source_write_map(const struct burn_source *s, const char *path, uint64_t total)
{
	return burn_map_write(s->map, path, total);
}

/* ---- Reading ---------------------------------------------------------- */

static int read_image(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		      uint8_t *data)
{
	char why[160];

	if (!disc_image_read(s->image, lba, blocks, job->unit, data, why, sizeof(why)))
		return 0;
	burn_job_problem(job, "%.120s %s", s->name, why);
	return -EIO;
}

/* Blocks before the first track, or between sessions, are made. */
static uint32_t make_pause(const struct burn_source *s, const struct burn_job *job, int32_t lba,
			   uint32_t blocks, uint8_t *data)
{
	const struct cd_track *t = job->layout ? cd_track_at(job->layout, lba) : NULL;
	bool first = t && (t == job->layout->track || t->session != t[-1].session);
	uint32_t n, pause;

	if (!first || lba >= t->pregap + CD_PREGAP || (s->image && s->cd))
		return 0;
	pause = (uint32_t)(t->pregap + CD_PREGAP - lba);
	for (n = 0; n < blocks && n < pause; n++) {
		uint8_t *to = data + (size_t)n * job->unit;

		memset(to, 0, job->unit);
		if (job->unit == CD_RAW && t->type != CD_AUDIO)
			cd_sector_build(to, t->type, lba + (int32_t)n, NULL, NULL);
	}
	return n;
}

/* A copy that is longer than a plain master, because a track has to be. */
static uint32_t make_end(const struct burn_source *s, const struct burn_job *job, int32_t lba,
			 uint32_t blocks, uint8_t *data)
{
	if (s->cd || lba < 0 || (uint32_t)lba < s->blocks)
		return 0;
	memset(data, 0, (size_t)blocks * job->unit);
	return blocks;
}

int burn_source_read(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		     void *buf)
{
	uint8_t *data = buf;
	uint32_t made = make_pause(s, job, lba, blocks, data);
	uint32_t left;
	int rc = 0;

	if (!made)
		made = make_end(s, job, lba, blocks, data);
	lba += (int32_t)made;
	data += (size_t)made * job->unit;
	blocks -= made;
	left = blocks;
	if (!s->cd && lba >= 0 && (uint64_t)lba + blocks > s->blocks) {
		left = (uint32_t)lba < s->blocks ? s->blocks - (uint32_t)lba : 0;
		memset(data + (size_t)left * job->unit, 0, (size_t)(blocks - left) * job->unit);
	}
	if (left)
		rc = s->image ? read_image(s, job, lba, left, data) :
				source_read_drive(s, job, lba, left, data);
	if (!rc)
		__atomic_fetch_add(&s->bytes_read, (uint64_t)left * job->unit, __ATOMIC_RELAXED);
	return rc;
}
