// SPDX-License-Identifier: GPL-2.0
/* CDs with tracks: from an image onto discs, from disc to disc, and back. */
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "msf.h"

#define SEND_CUE_SHEET	0x5d
#define CLOSE		0x5b

/* The rig's master: a sheet and its data, made by make_master(). */
static void put_bin(struct burn_rig *rig, const char *kinds)
{
	char path[128];
	FILE *f;
	uint32_t block = 0, n, i;
	int32_t lba = 0;

	snprintf(path, sizeof(path), "%s.bin", rig->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	/* "a300x400": so many blocks of audio, mode 1, XA; "g" is between sessions */
	for (; *kinds; kinds += strcspn(kinds, "amxg")) {
		char kind = *kinds++;

		n = (uint32_t)strtoul(kinds, NULL, 10);
		if (kind == 'g') {
			lba += (int32_t)n;
			continue;
		}
		for (; n--; block++, lba++) {
			uint8_t raw[CD_RAW], user[2048];

			for (i = 0; i < CD_RAW; i++)
				raw[i] = (uint8_t)(block * 7 + i * i / 5 + i / 64 * block);
			for (i = 0; i < 2048; i++)
				user[i] = (uint8_t)(block + i * 3);
			if (kind != 'a')
				cd_sector_build(raw, kind == 'm' ? CD_MODE1 : CD_XA1, lba, NULL,
						user);
			assert_int_equal(fwrite(raw, CD_RAW, 1, f), 1);
		}
	}
	fclose(f);
}

static void make_master(struct burn_rig *rig, const char *kinds, const char *tracks)
{
	char path[128], err[256];
	FILE *f;

	put_bin(rig, kinds);
	snprintf(path, sizeof(path), "%s.cue", rig->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "CATALOG 1234567890123\nTITLE \"Disc\"\nFILE \"%s.bin\" BINARY\n%s",
		strrchr(rig->dir, '/') + 1, tracks);
	fclose(f);
	burn_source_free(rig->config.source);
	if (burn_source_file(path, 0, &rig->config.source, err, sizeof(err)))
		fail_msg("%s", err);
	snprintf(rig->image, sizeof(rig->image), "%s.*", rig->dir);
}

static const char audio[] =
	"TRACK 01 AUDIO\nTITLE \"One\"\nFLAGS DCP\nISRC USABC0512345\nINDEX 01 00:00:00\n"
	"INDEX 02 00:03:01\nINDEX 03 00:03:50\n"
	"TRACK 02 AUDIO\nTITLE \"Two\"\nINDEX 00 00:06:10\nINDEX 01 00:08:00\n"
	"TRACK 03 AUDIO\nFLAGS PRE\nISRC USABC0512346\nINDEX 01 00:14:00\n";

static const char mixed[] =
	"TRACK 01 MODE1/2352\nINDEX 01 00:00:00\n"
	"TRACK 02 AUDIO\nINDEX 00 00:05:00\nINDEX 01 00:07:00\n";

static const char extra[] =
	"REM SESSION 01\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
	"TRACK 02 AUDIO\nINDEX 01 00:05:00\n"
	"REM SESSION 02\nTRACK 03 MODE2/2352\nINDEX 01 00:10:00\n";

static struct burn_rig *tower(size_t recorders, const char *kinds, const char *tracks)
{
	struct burn_rig *rig = burn_rig_new(recorders);
	uint32_t i;

	make_master(rig, kinds, tracks);
	for (i = 1; i <= recorders; i++)
		burn_rig_blank(rig, i, "cd-r", 0);
	return rig;
}

static void expect_good(struct burn_rig *rig)
{
	size_t i;

	assert_string_equal(burn_job_error(rig->job), "");
	for (i = 0; i < rig->config.count; i++)
		burn_rig_expect(rig, i, BURN_DONE, BURN_DISC_VERIFIED, NULL);
}

/* A disc of a recorder into the reader, as the next master. */
static void to_reader(struct burn_rig *rig, uint32_t member)
{
	char disc[64], err[128];

	sim_drive_take(rig->dev[0], NULL, 0, true, err, sizeof(err));
	assert_int_equal(sim_drive_take(rig->dev[member], disc, sizeof(disc), true, err,
					sizeof(err)), 0);
	assert_int_equal(sim_drive_insert(rig->dev[0], disc, err, sizeof(err)), 0);
	burn_source_free(rig->config.source);
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
}

static void same_layout(const struct cd_layout *a, const struct cd_layout *b)
{
	unsigned int i, k;

	assert_int_equal(a->tracks, b->tracks);
	assert_int_equal(a->sessions, b->sessions);
	assert_string_equal(a->mcn, b->mcn);
	assert_int_equal(a->text_packs, b->text_packs);
	if (a->text_packs)
		assert_memory_equal(a->text, b->text, a->text_packs * CD_TEXT_PACK);
	for (i = 0; i < a->tracks; i++) {
		const struct cd_track *x = &a->track[i], *y = &b->track[i];

		assert_int_equal(x->number, y->number);
		assert_int_equal(x->session, y->session);
		assert_int_equal(x->type, y->type);
		assert_int_equal(x->control, y->control);
		assert_int_equal(x->pregap, y->pregap);
		assert_int_equal(x->start, y->start);
		assert_int_equal(x->end, y->end);
		assert_int_equal(x->indices, y->indices);
		for (k = 0; k < x->indices; k++)
			assert_int_equal(x->index[k], y->index[k]);
		assert_string_equal(x->isrc, y->isrc);
	}
}

/* The image at path is, sector by sector, the sheet that the rig was made with. */
static void same_image(struct burn_rig *rig, const char *path)
{
	struct disc_image *a, *b;
	uint8_t one[CD_RAW], two[CD_RAW];
	const struct cd_layout *l;
	char name[128], err[256];
	unsigned int i;
	int32_t lba;

	snprintf(name, sizeof(name), "%s.cue", rig->dir);
	assert_int_equal(disc_image_open(name, &a, err, sizeof(err)), 0);
	if (disc_image_open(path, &b, err, sizeof(err)))
		fail_msg("%s", err);
	l = disc_image_layout(a);
	same_layout(l, disc_image_layout(b));
	for (i = 0; i < l->tracks; i++) {
		for (lba = i ? l->track[i].start : 0; lba < l->track[i].end; lba++) {
			assert_int_equal(disc_image_read(a, lba, 1, CD_RAW, one, err, sizeof(err)), 0);
			assert_int_equal(disc_image_read(b, lba, 1, CD_RAW, two, err, sizeof(err)), 0);
			if (memcmp(one, two, CD_RAW))
				fail_msg("differs at %d", lba);
		}
	}
	disc_image_close(a);
	disc_image_close(b);
}

/* As .ccd, and under a name that a .cue can't say and sha256sum has to escape. */
static void read_ccd(struct burn_rig *rig)
{
	static const char *const odd[] = { ".12\" \\ two\nlines.ccd", ".12\" \\ two\nlines.cue" };
	char path[160], command[400];
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", rig->dir, odd[i]);
		rig->config.image = path;
		if (burn_rig_run(rig))
			fail_msg("%s", burn_job_error(rig->job));
		assert_string_equal(burn_job_image(rig->job), path);
		same_image(rig, path);
		snprintf(command, sizeof(command), "cd '%s/..' && sha256sum --status -c '%s.sha256' && rm -f '%s'.12*",
			 rig->dir, path, rig->dir);
		assert_int_equal(system(command), 0);
	}
}

/* Image to discs, disc to disc, disc to image: what comes back is what went in. */
static void round_trip(const char *kinds, const char *tracks)
{
	struct burn_rig *rig = tower(2, kinds, tracks);
	char path[128];

	rig->config.count = 1;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	to_reader(rig, 1);
	rig->config.recorders = &rig->recorders[1];
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	to_reader(rig, 2);
	snprintf(path, sizeof(path), "%s.back", rig->dir);
	rig->config.task = BURN_READ;
	rig->config.count = 0;
	rig->config.image = path;
	if (burn_rig_run(rig))
		fail_msg("%s", burn_job_error(rig->job));
	snprintf(path, sizeof(path), "%s.back.cue", rig->dir);
	assert_string_equal(burn_job_image(rig->job), path);
	same_image(rig, path);
	read_ccd(rig);
	burn_rig_free(rig);
}

static void test_audio(void **state)
{
	(void)state;
	round_trip("a1500", audio);
}

static void test_mixed(void **state)
{
	(void)state;
	round_trip("m375a625", mixed);
}

static void test_extra(void **state)
{
	(void)state;
	round_trip("a750g11400x400", extra);
}

static void test_xa(void **state)
{
	(void)state;
	round_trip("x500", "TRACK 01 MODE2/2352\nINDEX 01 00:00:00\n");
}

/* Four at once, all with one cue sheet. */
static void test_four(void **state)
{
	struct burn_rig *rig = tower(4, "a1500", audio);

	(void)state;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	assert_int_equal(rig->seen[3][SEND_CUE_SHEET], 1);
	assert_int_equal(rig->seen[3][CLOSE], 0);
	burn_rig_free(rig);
}

/* Without ISRC, where that is asked for. */
static void test_no_isrc(void **state)
{
	struct burn_rig *rig = tower(2, "a1500", audio);
	const struct cd_layout *l;

	(void)state;
	rig->config.no_isrc = true;
	rig->config.count = 1;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	to_reader(rig, 1);
	rig->config.no_isrc = false;
	rig->config.recorders = &rig->recorders[1];
	rig->config.task = BURN_SIMULATE;
	assert_int_equal(burn_rig_run(rig), 0);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_SIMULATED, NULL);
	l = burn_source_layout(rig->config.source);
	assert_int_equal(l->tracks, 3);
	assert_string_equal(l->track[0].isrc, "");
	assert_string_equal(l->mcn, "1234567890123");
	burn_rig_free(rig);
}

static void test_wrong_disc(void **state)
{
	struct burn_rig *rig = burn_rig_new(2);

	(void)state;
	make_master(rig, "a1500", audio);
	burn_rig_blank(rig, 1, "dvd+r", 0);
	burn_rig_blank(rig, 2, "cd-r", 0);
	rig->config.go_on = true;
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the master is a CD with tracks, the disc in recorder 0 a DVD+R: insert a blank CD-R or CD-RW");
	burn_rig_expect(rig, 1, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	burn_rig_free(rig);
}

/* Sessions are added of plain data only. */
static void test_append(void **state)
{
	struct burn_rig *rig = tower(1, "a1500", audio);

	(void)state;
	rig->config.session = BURN_SESSION_OPEN;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	rig->config.append = true;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	assert_string_equal(burn_job_error(rig->job),
			    "only data in blocks of 2048 bytes can be added to a disc: use another master, or leave out --append");
	burn_rig_free(rig);
}

/* Refused before a cue sheet is sent: the data track has 3.99 seconds. */
static void test_short_track(void **state)
{
	struct burn_rig *rig = tower(1, "a750m299",
				     "TRACK 01 AUDIO\nINDEX 01 00:00:00\n"
				     "TRACK 02 MODE1/2352\nINDEX 00 00:08:00\nINDEX 01 00:10:00\n");

	(void)state;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"track 2 of the master is shorter than four seconds, which recorder 0 can't write on a CD: nothing was done, use another master");
	assert_int_equal(rig->seen[1][SEND_CUE_SHEET], 0);
	burn_rig_free(rig);
}

/* A recorder that fails in the middle; the other one goes on. */
static void test_write_error(void **state)
{
	struct burn_rig *rig = tower(2, "a1500", audio);
	struct burn_status s;

	(void)state;
	burn_rig_fault(rig, 1, "sense 3/0c/00 op write lba 700");
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_job_status(rig->job, 0, &s);
	assert_int_equal(s.state, BURN_FAILED);
	assert_int_equal(s.disc, BURN_DISC_RUINED);
	burn_rig_expect(rig, 1, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	burn_rig_free(rig);
}

/* A recorder that gives audio so many samples late (early: below 0), from one sector to
 * another; what would come from beside these is silence. */
struct late {
	int32_t samples, first, end;
};

static void true_sectors(struct burn_rig *rig, int32_t lba, uint32_t n, const struct late *late,
			 uint8_t *to)
{
	struct discmux_result result;
	struct mmc_command cmd;
	uint32_t member = 1;

	memset(to, 0, (size_t)n * CD_RAW);
	for (; n--; lba++, to += CD_RAW) {
		if (lba < late->first || lba >= late->end)
			continue;
		mmc_cmd_read_cd(&cmd, lba, 1);
		rig->config.ops->exec(rig, &member, 1, &cmd, to, &result);
		assert_int_equal(result.status, 0);
	}
}

static bool is_late(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		    uint8_t *data, struct discmux_result *result)
{
	const struct late *late = rig->hook_arg;
	int32_t lba = (int32_t)sim_be32(&cmd->cdb[2]), i, n = (int32_t)sim_be24(&cmd->cdb[6]);
	int32_t around = abs(late->samples) / 588 + 1;
	uint8_t *wide;

	if (member != 1 || cmd->cdb[0] != 0xbe || cmd->cdb[9] != 0xf8 || lba + n > late->end)
		return false;
	rig->hook = NULL;
	rig->config.ops->exec(rig, &member, 1, cmd, data, result);
	wide = malloc((size_t)(2 * around + 1) * CD_RAW);
	for (i = 0; i < n && !result->status; i++) {
		if (lba + i < late->first)	/* data have addresses */
			continue;
		true_sectors(rig, lba + i - around, (uint32_t)(2 * around + 1), late, wide);
		memcpy(data + (size_t)i * CD_RAW, wide + around * (int32_t)CD_RAW - late->samples * 4,
		       CD_RAW);
	}
	free(wide);
	rig->hook = is_late;
	return true;
}

static void with_offset(const char *kinds, const char *tracks, struct late late)
{
	struct burn_rig *rig = tower(1, kinds, tracks);
	char want[80];

	rig->hook = is_late;
	rig->hook_arg = &late;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	snprintf(want, sizeof(want), "recorder 0 has its audio %d samples %s: compared with that in mind",
		 abs(late.samples), late.samples > 0 ? "late" : "early");
	assert_string_equal(rig->notice, want);
	burn_rig_free(rig);
}

static void test_offset(void **state)
{
	static const int32_t samples[] = { 30, -30, 588, -588, 700, -1200, 3000 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		with_offset("a500", "TRACK 01 AUDIO\nINDEX 01 00:00:00\n",
			    (struct late){ samples[i], 0, 500 });
		with_offset("m375a625", mixed, (struct late){ samples[i], 375, 1000 });
	}
}

/* The wrong sample on a disc is found. */
static void test_differs(void **state)
{
	struct burn_rig *rig = tower(1, "a1500", audio);
	char path[192];
	FILE *f;

	(void)state;
	rig->config.verify = false;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	snprintf(path, sizeof(path), "%s/disc1.iso", rig->dir);
	f = fopen(path, "r+");
	if (!f) {
		snprintf(path, sizeof(path), "%s/disc1.bin", rig->dir);
		f = fopen(path, "r+");
	}
	assert_non_null(f);
	fseek(f, 1000 * CD_RAW + 77, SEEK_SET);
	fputc(fgetc(f) ^ 1, f);
	fseek(f, 1000 * CD_RAW + 77, SEEK_SET);
	fputc(0x5a, f);
	fclose(f);
	rig->config.task = BURN_VERIFY;
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_DIFFERS,
			"recorder 0 differs from the master at LBA 1000");
	burn_rig_free(rig);
}

/* Recorder 0 has track 2 elsewhere; recorder 1, which has not, needs to be asked twice. */
static bool other_toc(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		      uint8_t *data, struct discmux_result *result)
{
	static const uint8_t sense[] = { 0x70, 0, 0x06, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x29, 0x00 };
	struct mmc_command copy = *cmd;
	size_t at;

	if (cmd->cdb[0] != 0x43 || cmd->cdb[2] != 2)
		return false;
	if (member == 2) {
		if ((*(unsigned int *)rig->hook_arg)++)
			return false;
		result->status = 2;
		result->sense_len = sizeof(sense);
		memcpy(result->sense, sense, sizeof(sense));
		return true;
	}
	rig->hook = NULL;
	rig->config.ops->exec(rig, &member, 1, &copy, data, result);
	rig->hook = other_toc;
	for (at = 4; at + 11 <= cmd->data_len; at += 11)
		if (data[at + 3] == 2)
			data[at + 10]++;
	return true;
}

/* Each disc is judged by its own table of contents. */
static void test_own_toc(void **state)
{
	struct burn_rig *rig = tower(2, "a1500", audio);
	unsigned int asked = 0;

	(void)state;
	rig->hook = other_toc;
	rig->hook_arg = &asked;
	assert_int_equal(burn_rig_run(rig), -EIO);
	assert_int_equal(asked, 2);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_DIFFERS,
			"recorder 0 differs from the master in where track 2 begins, or in its flags");
	burn_rig_expect(rig, 1, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	burn_rig_free(rig);
}

/* Cancels when recorder 0 is sent the nth WRITE. */
static bool cancel_write(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
			 uint8_t *data, struct discmux_result *result)
{
	(void)data;
	(void)result;
	if (member == 1 && cmd->cdb[0] == 0x2a &&
	    rig->seen[1][0x2a] == *(const unsigned int *)rig->hook_arg)
		burn_job_cancel(rig->job);
	return false;
}

/* A disc that is getting the last of its data gets all of it, and is closed. */
static void test_cancel_last(void **state)
{
	struct burn_rig *rig = tower(1, "a1500", audio);
	unsigned int writes;

	(void)state;
	assert_int_equal(burn_rig_run(rig), 0);
	writes = rig->seen[1][0x2a];
	burn_rig_free(rig);
	rig = tower(1, "a1500", audio);
	rig->hook = cancel_write;
	rig->hook_arg = &writes;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	burn_rig_expect(rig, 0, BURN_CANCELLED, BURN_DISC_CLOSED,
			"cancelled before it was verified");
	burn_rig_free(rig);
}

/* A drive with a mind of its own: whatever it says, the job ends and says how. */
static bool hostile(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		    uint8_t *data, struct discmux_result *result)
{
	unsigned int *seed = rig->hook_arg, i;
	struct mmc_command copy = *cmd;

	if (cmd->dir != MMC_IN || !cmd->data_len || rand_r(seed) % 4)
		return false;
	rig->hook = NULL;
	rig->config.ops->exec(rig, &member, 1, &copy, data, result);
	rig->hook = hostile;
	for (i = rand_r(seed) % 8; i > 0; i--)
		data[(unsigned int)rand_r(seed) % (cmd->data_len < 64 ? cmd->data_len : 64)] =
			(uint8_t)rand_r(seed);
	if (rand_r(seed) % 4 == 0)
		result->resid = (uint32_t)rand_r(seed) % (cmd->data_len * 2);
	if (rand_r(seed) % 16 == 0)
		result->error = ETIMEDOUT;
	return true;
}

static void test_hostile(void **state)
{
	static const enum burn_task tasks[] = { BURN_READ, BURN_COPY, BURN_VERIFY, BURN_SIMULATE };
	unsigned int seed, good = 0;

	(void)state;
	for (seed = 0; seed < 80; seed++) {
		struct burn_rig *rig = tower(2, "a750", "TRACK 01 AUDIO\nINDEX 01 00:00:00\n"
					     "TRACK 02 AUDIO\nINDEX 00 00:04:10\n"
					     "INDEX 01 00:05:00\n");
		unsigned int state_of = seed;
		char path[128], command[256];

		rig->config.count = 1;
		assert_int_equal(burn_rig_run(rig), 0);
		to_reader(rig, 1);
		snprintf(path, sizeof(path), "%s.out", rig->dir);
		rig->config.task = tasks[seed % 4];
		rig->config.recorders = &rig->recorders[1];
		rig->config.image = seed % 4 ? NULL : path;
		rig->config.count = seed % 4 ? 1 : 0;
		rig->hook = hostile;
		rig->hook_arg = &state_of;
		good += !burn_rig_run(rig);
		rig->hook = NULL;
		snprintf(command, sizeof(command), "ls %s.out*.part 2>/dev/null && exit 1; rm -f %s.out*",
			 rig->dir, rig->dir);
		assert_int_equal(system(command), 0);
		burn_rig_free(rig);
	}
	/* Most of them went wrong, or nothing was tried */
	assert_true(good < 60);
}

/* A disc of this master in the reader, whose sectors first to last can't be read. */
static struct burn_rig *scratched(const char *kinds, const char *tracks, const char *sectors)
{
	struct burn_rig *rig = tower(3, kinds, tracks);
	char words[64];

	rig->config.count = 1;
	assert_int_equal(burn_rig_run(rig), 0);
	to_reader(rig, 1);
	snprintf(words, sizeof(words), "sense 3/11/05 op be lba %s", sectors);
	burn_rig_fault(rig, 0, words);
	rig->config.recorders = &rig->recorders[1];
	rig->notice[0] = '\0';
	return rig;
}

static void expect_line(const char *path, const char *want)
{
	unsigned int found = 0;
	char line[256];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		found += strstr(line, want) != NULL;
	fclose(f);
	assert_int_equal(found, 1);
}

/* A pause that may hold music is as much of the master as its tracks. */
static void lost_pause(const char *kinds, const char *tracks, const char *sector, const char *line)
{
	struct burn_rig *rig = scratched(kinds, tracks, sector);
	char map[128], want[64];

	assert_int_equal(burn_rig_run(rig), -EIO);
	snprintf(want, sizeof(want), "reader 0 can't read the master at LBA %s", sector);
	assert_non_null(strstr(burn_job_error(rig->job), want));
	snprintf(map, sizeof(map), "%s/map", rig->dir);
	rig->config.recorders = &rig->recorders[2];
	rig->config.damaged = true;
	rig->config.map = map;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	assert_int_equal(burn_source_bad(rig->config.source), 1);
	expect_line(map, line);
	burn_rig_free(rig);
}

static void test_lost_pause(void **state)
{
	struct burn_rig *rig;

	(void)state;
	lost_pause("a1500", audio, "500", "0x0011F1C0  0x00000930  -");
	/* Music before track 1 */
	lost_pause("a1500", "TRACK 01 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:06:00\n", "100",
		   "0x000396C0  0x00000930  -");
	/* Between data and audio there is nothing */
	rig = scratched("m375a625", mixed, "400-402");
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	assert_string_equal(rig->notice, "the pause before track 2 of the master can't be read and is made anew");
	burn_rig_free(rig);
}

/* ---- Track at once --------------------------------------------------------- */

static void send(struct burn_rig *rig, const struct mmc_command *cmd, void *data)
{
	struct discmux_result result;
	uint32_t member = 1, i;

	for (i = 0; i < 1000; i++) {
		rig->config.ops->exec(rig, &member, 1, cmd, data, &result);
		if (!result.status)
			return;
		rig->config.ops->sleep_ms(rig, 10);
	}
	fail_msg("%02x: sense %x/%02x/%02x", cmd->cdb[0], result.sense[2], result.sense[12],
		 result.sense[13]);
}

/* Sectors as another program writes them, track at once, to the disc of recorder 0. */
static void write_tao(struct burn_rig *rig, uint8_t block_type, uint32_t size, uint32_t blocks)
{
	const struct mmc_write_params params = { .type = MMC_WRITE_TAO, .track_mode = 4,
						 .data_block_type = block_type };
	uint8_t mode[MMC_MODE_LEN], list[MMC_MODE_LEN], block[CD_RAW];
	struct mmc_command cmd;
	uint32_t lba, i;
	int len;

	rig->claimed[1] = true;
	mmc_cmd_mode_sense(&cmd, MMC_PAGE_WRITE);
	send(rig, &cmd, mode);
	len = mmc_put_write_page(mode, sizeof(mode), &params, list);
	assert_true(len > 0);
	mmc_cmd_mode_select(&cmd, (uint16_t)len);
	send(rig, &cmd, list);
	for (lba = 0; lba < blocks; lba++) {
		for (i = 0; i < size; i++)
			block[i] = (uint8_t)(lba * 3 + i * i / 7);
		mmc_cmd_write10(&cmd, (int32_t)lba, 1, size);
		send(rig, &cmd, block);
	}
	mmc_cmd_synchronize_cache(&cmd);
	send(rig, &cmd, NULL);
	mmc_cmd_close(&cmd, MMC_CLOSE_TRACK, 1);
	send(rig, &cmd, NULL);
	mmc_cmd_close(&cmd, MMC_CLOSE_SESSION, 0);
	send(rig, &cmd, NULL);
	mmc_cmd_read_disc_info(&cmd);
	send(rig, &cmd, mode);
	rig->claimed[1] = false;
}

/* Mode 2 without a form stays that, each byte of it. */
static void test_formless(void **state)
{
	struct burn_rig *rig = tower(2, "a300", "TRACK 01 AUDIO\nINDEX 01 00:00:00\n");
	char command[256];
	json_t *d;

	(void)state;
	write_tao(rig, 9, 2336, 400);
	to_reader(rig, 1);
	rig->config.count = 1;
	rig->config.recorders = &rig->recorders[1];
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	d = sim_drive_describe(rig->dev[2]);
	assert_string_equal(json_string_value(json_object_get(d, "state")), "complete");
	json_decref(d);
	snprintf(command, sizeof(command), "cmp -n %u %s/disc1.bin %s/disc2.bin", 400 * CD_RAW,
		 rig->dir, rig->dir);
	assert_int_equal(system(command), 0);
	burn_rig_free(rig);
}

/* A session at once whose end comes at a second try is not one at once by tracks. */
static void test_end_late(void **state)
{
	struct burn_rig *rig = tower(2, "x500", "TRACK 01 MODE2/2352\nINDEX 01 00:00:00\n");

	(void)state;
	rig->config.count = 1;
	assert_int_equal(burn_rig_run(rig), 0);
	to_reader(rig, 1);
	burn_rig_fault(rig, 0, "sense 3/11/05 op be lba 498-499 times 3");
	rig->config.recorders = &rig->recorders[1];
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	assert_int_equal(rig->seen[2][SEND_CUE_SHEET], 1);
	burn_rig_free(rig);
}

/* What can't be written as it is, is refused; it can be read. */
static bool mode_0(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		   uint8_t *data, struct discmux_result *result)
{
	uint32_t i, n = sim_be24(&cmd->cdb[6]);

	(void)rig;
	(void)result;
	if (member || cmd->cdb[0] != 0xbe || cmd->data_len != n * CD_RAW)
		return false;
	for (i = 0; i < n; i++)
		cd_sector_build(data + (size_t)i * CD_RAW, CD_MODE0,
				(int32_t)(sim_be32(&cmd->cdb[2]) + i), NULL, NULL);
	return true;
}

static void test_mode_0(void **state)
{
	struct burn_rig *rig = tower(2, "m500", "TRACK 01 MODE1/2352\nINDEX 01 00:00:00\n");
	char path[128];

	(void)state;
	rig->config.count = 1;
	assert_int_equal(burn_rig_run(rig), 0);
	to_reader(rig, 1);
	rig->config.recorders = &rig->recorders[1];
	rig->hook = mode_0;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	assert_string_equal(burn_job_error(rig->job),
			    "track 1 of the master has sectors of mode 0, which no recorder writes: use another master");
	snprintf(path, sizeof(path), "%s.out", rig->dir);
	rig->config.task = BURN_READ;
	rig->config.count = 0;
	rig->config.image = path;
	assert_int_equal(burn_rig_run(rig), 0);
	burn_rig_free(rig);
}

/* A drive that knows the short table of contents only, and puts nonsense in it. */
static bool short_toc(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		      uint8_t *data, struct discmux_result *result)
{
	const uint32_t *lba = rig->hook_arg;

	(void)result;
	if (member)
		return false;
	if (cmd->cdb[0] == 0xbe)	/* nothing is read where no CD has anything */
		assert_true((int32_t)sim_be32(&cmd->cdb[2]) <= CD_LBA_MAX);
	if (cmd->cdb[0] != 0x43)
		return false;
	memset(data, 0, cmd->data_len);
	if (cmd->cdb[2] & 0x0f)
		return true;
	data[1] = 18;
	data[2] = 1;
	data[3] = 1;
	data[5] = 0x14;
	data[6] = 1;
	sim_put_be32(&data[8], lba[0]);
	data[14] = 0xaa;
	sim_put_be32(&data[16], lba[1]);
	return true;
}

static void test_short_toc(void **state)
{
	static uint32_t wrong[][2] = { { 0x80000000, 0x7fffffff }, { 0, 0x7fffffff },
				       { 0x7ffffff0, 0x7fffffff }, { 500, 500 }, { 500, 400 } };
	struct burn_rig *rig = tower(2, "m500", "TRACK 01 MODE1/2352\nINDEX 01 00:00:00\n");
	uint32_t right[2] = { 0, 500 };
	size_t i;

	(void)state;
	rig->config.count = 1;
	assert_int_equal(burn_rig_run(rig), 0);
	to_reader(rig, 1);
	rig->config.recorders = &rig->recorders[1];
	rig->hook = short_toc;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		rig->hook_arg = wrong[i];
		assert_int_equal(burn_rig_run(rig), -EINVAL);
		assert_string_equal(burn_job_error(rig->job),
				    "the table of contents of the disc in reader 0 can't be read: clean it, or try another drive");
	}
	rig->hook_arg = right;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	burn_rig_free(rig);
}

/* Ended in the middle: nothing that looks like an image is left. */
static bool give_up(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		    uint8_t *data, struct discmux_result *result)
{
	(void)member;
	(void)data;
	(void)result;
	if (cmd->cdb[0] == 0xbe && sim_be32(&cmd->cdb[2]) > 300)
		burn_job_cancel(rig->job);
	return false;
}

static void test_read_cancelled(void **state)
{
	struct burn_rig *rig = tower(1, "a1500", audio);
	char path[128], command[256];

	(void)state;
	assert_int_equal(burn_rig_run(rig), 0);
	to_reader(rig, 1);
	snprintf(path, sizeof(path), "%s.out", rig->dir);
	rig->config.task = BURN_READ;
	rig->config.count = 0;
	rig->config.image = path;
	rig->hook = give_up;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	assert_string_equal(burn_job_image(rig->job), "");
	snprintf(command, sizeof(command), "ls %s.out* >/dev/null 2>&1 && exit 1; exit 0", rig->dir);
	assert_int_equal(system(command), 0);
	burn_rig_free(rig);
}

/* A drive that takes no cue sheet with CD-Text writes the rest, with a notice; a later
 * comparison of the disc reports it, too. */
static void test_no_text(void **state)
{
	struct burn_rig *rig = tower(1, "a1400", audio);
	char err[128];

	(void)state;
	burn_rig_fault(rig, 1, "sense 5/26/00 op 5d");
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	assert_int_equal(rig->seen[1][SEND_CUE_SHEET], 2);
	assert_string_equal(rig->notice, "recorder 0 writes no CD-Text: its disc gets all but the titles");
	*rig->notice = '\0';
	rig->config.task = BURN_VERIFY;
	assert_int_equal(sim_drive_tray(rig->dev[1], false, err, sizeof(err)), 0);
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_DIFFERS,
			"recorder 0 differs from the master in its CD-Text");
	burn_rig_free(rig);
}

/* The sheet of the master with one text in place of another. */
static void change_sheet(struct burn_rig *rig, const char *from, const char *to)
{
	char path[128], command[320], err[256];

	snprintf(path, sizeof(path), "%s.cue", rig->dir);
	snprintf(command, sizeof(command), "grep -q '%s' %s && sed -i 's/%s/%s/' %s", from, path,
		 from, to, path);
	assert_int_equal(system(command), 0);
	burn_source_free(rig->config.source);
	if (burn_source_file(path, 0, &rig->config.source, err, sizeof(err)))
		fail_msg("%s", err);
}

/* A disc is as the master only with the master's codes, titles, pauses and indices. */
static void test_codes_differ(void **state)
{
	static const char *const cases[][3] = {
		{ "CATALOG 1234567890123", "CATALOG 1234567890130", "its catalogue number" },
		{ "USABC0512346", "USABC0512347", "the ISRC of track 3" },
		{ "TITLE \"Two\"", "TITLE \"Zwei\"", "its CD-Text" },
		{ "INDEX 03 00:03:50", "INDEX 03 00:03:49", "where index 3 of track 1 begins" },
		{ "INDEX 03 00:03:50", "INDEX 03 00:03:51", "where index 3 of track 1 begins" },
		{ "INDEX 00 00:06:10", "INDEX 00 00:06:11", "where index 0 of track 2 begins" },
	};
	struct burn_rig *rig = tower(1, "a1500", audio);
	char text[128];
	size_t i;

	(void)state;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	assert_string_equal(rig->notice, "");
	rig->config.task = BURN_VERIFY;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		change_sheet(rig, cases[i][0], cases[i][1]);
		assert_int_equal(burn_rig_run(rig), -EIO);
		snprintf(text, sizeof(text), "recorder 0 differs from the master in %s", cases[i][2]);
		burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_DIFFERS, text);
		change_sheet(rig, cases[i][1], cases[i][0]);
	}
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	burn_rig_free(rig);
}

/* A drive that says once that there is no CD-Text makes a good copy no bad one. */
static void test_text_once(void **state)
{
	struct burn_rig *rig = tower(1, "a1500", audio);
	struct burn_status s;

	(void)state;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	rig->config.task = BURN_VERIFY;
	*rig->notice = '\0';
	burn_rig_fault(rig, 1, "reply patch=0:0002 op 43 page 05 times 1");
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	burn_job_status(rig->job, 0, &s);
	assert_int_equal(s.not_compared, 0);
	assert_string_equal(rig->notice, "");
	burn_rig_free(rig);
}

/* Nothing is known of the disc then; it is not called a bad one. */
static void test_no_whole_toc(void **state)
{
	struct burn_rig *rig = tower(1, "a1500", audio);

	(void)state;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	rig->config.task = BURN_VERIFY;
	burn_rig_fault(rig, 1, "reply short=12 op 43 page 02");
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"recorder 0 gives no whole entry of its disc's table of contents: verify the disc in another drive");
	burn_rig_free(rig);
}

/* What the drive does not tell is reported: a copy without it is no worse. */
static void test_codes_untold(void **state)
{
	static const struct {
		const char *fault, *words;
		unsigned int what;
	} cases[] = {
		{ "sense 5/20/00 op 42 times always", "catalogue number, ISRC",
		  BURN_BESIDE_MCN | BURN_BESIDE_ISRC },
		{ "reply patch=8:80ff00277f5c1b0a20201f80fe41 op 42 page 02", "catalogue number",
		  BURN_BESIDE_MCN },
		{ "reply patch=8:80ff00277f5c1b0a20201f80fe op 42 page 03", "ISRC", BURN_BESIDE_ISRC },
		{ "reply patch=4:80000000ffffffffffffffffffffffff op 43 page 05", "CD-Text",
		  BURN_BESIDE_TEXT },
		{ "sense 5/24/00 op 43 page 05 times always", "CD-Text", BURN_BESIDE_TEXT },
	};
	struct burn_rig *rig = tower(1, "a1500", audio);
	struct burn_status s;
	char text[160];
	size_t i;

	(void)state;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	rig->config.task = BURN_VERIFY;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		*rig->notice = '\0';
		burn_rig_fault(rig, 1, cases[i].fault);
		assert_int_equal(burn_rig_run(rig), 0);
		expect_good(rig);
		snprintf(text, sizeof(text),
			 "of the disc in recorder 0 this was not compared with the master: %s",
			 cases[i].words);
		assert_string_equal(rig->notice, text);
		burn_job_status(rig->job, 0, &s);
		assert_int_equal(s.not_compared, cases[i].what);
		assert_true(sim_faults_clear(rig->faults[1], 0) >= 0);
	}
	burn_rig_free(rig);
}

/* The drive has READ CD without Q, or a table of contents without lead-outs. */
static bool no_q(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		 uint8_t *data, struct discmux_result *result)
{
	static const uint8_t sense[] = { 0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0x00 };
	struct mmc_command copy = *cmd;
	size_t at;

	(void)result;
	if (member == 1 && cmd->cdb[0] == 0xbe && cmd->cdb[10] == 2) {
		result->status = SIM_CHECK_CONDITION;
		result->sense_len = sizeof(sense);
		memcpy(result->sense, sense, sizeof(sense));
		return true;
	}
	if (member != 1 || cmd->cdb[0] != 0x43 || cmd->cdb[2] != 2)
		return false;
	rig->hook = NULL;
	rig->config.ops->exec(rig, &member, 1, &copy, data, result);
	rig->hook = no_q;
	for (at = 4; at + 11 <= copy.data_len; at += 11)
		if (data[at + 3] == 0xa2)
			data[at + 3] = 0xb1;
	return true;
}

static void test_indices_untold(void **state)
{
	struct burn_rig *rig = tower(1, "a1500", audio);
	struct burn_status s;

	(void)state;
	rig->config.eject = false;
	rig->hook = no_q;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig);
	assert_string_equal(rig->notice,
			    "of the disc in recorder 0 this was not compared with the master: indices, lead-out");
	burn_job_status(rig->job, 0, &s);
	assert_int_equal(s.not_compared, BURN_BESIDE_INDICES | BURN_BESIDE_LEAD_OUT);
	burn_rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_audio),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_extra),
		cmocka_unit_test(test_xa),
		cmocka_unit_test(test_four),
		cmocka_unit_test(test_no_isrc),
		cmocka_unit_test(test_wrong_disc),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_short_track),
		cmocka_unit_test(test_write_error),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_own_toc),
		cmocka_unit_test(test_cancel_last),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_lost_pause),
		cmocka_unit_test(test_formless),
		cmocka_unit_test(test_end_late),
		cmocka_unit_test(test_mode_0),
		cmocka_unit_test(test_short_toc),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_codes_differ),
		cmocka_unit_test(test_text_once),
		cmocka_unit_test(test_no_whole_toc),
		cmocka_unit_test(test_codes_untold),
		cmocka_unit_test(test_indices_untold),
		cmocka_unit_test(test_read_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
