// SPDX-License-Identifier: GPL-2.0
/*
 * The MMC layer through the driver: each command of userspace/mmc by EXEC to a
 * recorder that knows what a disc is, and what it answers read by the layer's own
 * parsers.  Devices: a tower of one reader and four recorders, without discs.
 */
#include "harness.h"
#include "mux.h"
#include "sim.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mmc.h"

#define RECORDER	"recorder0"
#define REPLY		65536u
#define NO_MEDIUM	0x023a00u
#define SECTORS		300u		/* of the track on CD */
#define PREGAP		150

FIXTURE(mmc)
{
	int fd;
	struct discmux_member m;
	struct discmux_result r;
	uint8_t *reply;		/* to the last command */
	size_t len;		/* bytes of it */
	uint8_t *data;		/* random, REPLY bytes */
};

typedef FIXTURE_DATA(mmc) mmc_t;

/* The recorder that the simulator calls RECORDER: the one with the lowest host */
static int find(mmc_t *self)
{
	struct discmux_member m[4];
	int i, n = mux_list(self->fd, DISCMUX_ROLE_RECORDER, m, 4);

	for (i = 0; i < n; i++)
		if (!i || m[i].host < self->m.host)
			self->m = m[i];
	return n;
}

FIXTURE_SETUP(mmc)
{
	uint32_t i;

	self->fd = mux_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	sim_appear(RECORDER);
	ASSERT_EQ(0, mux_wait(self->fd, DISCMUX_ROLE_RECORDER, 4, 15000));
	ASSERT_EQ(4, find(self));
	self->reply = malloc(MMC_CD_TEXT_LEN + REPLY);
	self->data = malloc(REPLY);
	ASSERT_NE(NULL, self->reply);
	ASSERT_NE(NULL, self->data);
	for (i = 0; i < REPLY; i++)
		self->data[i] = (uint8_t)(i * 31 + i / 256 * 7);
	ASSERT_EQ(0, mux_claim(self->fd, &self->m.member, 1, NULL));
}

FIXTURE_TEARDOWN(mmc)
{
	mux_release(self->fd, &self->m.member, 1);
	sim_eject(RECORDER);
	close(self->fd);
	free(self->reply);
	free(self->data);
}

/* One command: 0, or its sense as 0xKKAAQQ, or a negative errno. */
static int once(mmc_t *self, const struct mmc_command *c, const void *out)
{
	void *data = c->dir == MMC_OUT ? (void *)(uintptr_t)out : self->reply;
	int ret = mux_exec(self->fd, &self->m.member, 1, c->cdb, c->len, c->dir,
			   c->dir == MMC_NONE ? NULL : data, c->data_len, &self->r);

	if (ret)
		return ret;
	if (self->r.error)
		return -(int)self->r.error;
	self->len = c->data_len - self->r.resid;
	return self->r.status ? (int)mux_sense(&self->r) : 0;
}

/* The same, past unit attentions and for as long as the drive is at something. */
static int send(mmc_t *self, const struct mmc_command *c, const void *out)
{
	int ret = 0;

	wait_for((ret = once(self, c, out)) >> 16 != 6 && ret >> 8 != 0x0204, 20000);
	return ret;
}

static int ready(mmc_t *self)
{
	struct mmc_command c;

	mmc_cmd_test_unit_ready(&c);
	return send(self, &c, NULL);
}

/* READ DISC INFORMATION says when a close, a blank or a format has come to its end. */
static int disc_info(mmc_t *self, struct mmc_disc_info *info)
{
	struct mmc_command c;
	int ret;

	mmc_cmd_read_disc_info(&c);
	ret = send(self, &c, NULL);
	return ret ? ret : mmc_parse_disc_info(self->reply, self->len, info);
}

static int load(mmc_t *self, const char *type, uint32_t blocks)
{
	static int times;
	char disc[48];

	snprintf(disc, sizeof(disc), "mmc%d-%d", getpid(), ++times);
	return sim_blank_of(type, blocks, disc, RECORDER) ?: ready(self);
}

static uint16_t profile(mmc_t *self)
{
	uint16_t is = 0xffff;
	struct mmc_command c;

	mmc_cmd_get_configuration(&c, 0);
	if (!send(self, &c, NULL))
		mmc_parse_profile(self->reply, self->len, &is);
	return is;
}

static int write_page(mmc_t *self, const struct mmc_write_params *params)
{
	uint8_t list[MMC_MODE_LEN];
	struct mmc_command c;
	int ret, len;

	mmc_cmd_mode_sense(&c, MMC_PAGE_WRITE);
	ret = send(self, &c, NULL);
	if (ret)
		return ret;
	len = mmc_put_write_page(self->reply, self->len, params, list);
	if (len < 0)
		return len;
	mmc_cmd_mode_select(&c, (uint16_t)len);
	return send(self, &c, list);
}

/* ---- Without a disc ---------------------------------------------------------- */

TEST_F(mmc, drive)
{
	uint16_t profiles[32];
	struct mmc_capabilities caps;
	struct mmc_media_event event;
	struct mmc_inquiry inq;
	struct mmc_command c;
	int i, n, plus = 0;

	EXPECT_EQ(NO_MEDIUM, ready(self) & 0xffff00);
	mmc_cmd_inquiry(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_inquiry(self->reply, self->len, &inq));
	EXPECT_EQ(5, inq.type);
	EXPECT_TRUE(inq.removable);
	EXPECT_EQ(7, strlen(inq.vendor));
	EXPECT_EQ(0, memcmp(self->m.vendor, inq.vendor, strlen(inq.vendor)));
	EXPECT_NE(0, strlen(inq.product));
	EXPECT_EQ(0, memcmp(self->m.product, inq.product, strlen(inq.product)));

	EXPECT_EQ(MMC_PROFILE_NONE, profile(self));
	n = mmc_parse_profiles(self->reply, self->len, profiles, 32);
	for (i = 0; i < n && i < 32; i++)
		plus += profiles[i] == MMC_PROFILE_DVD_PLUS_R_DL;
	EXPECT_EQ(1, plus);

	mmc_cmd_mode_sense(&c, MMC_PAGE_CAPABILITIES);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_capabilities(self->reply, self->len, &caps));
	EXPECT_TRUE(caps.test_write);
	EXPECT_NE(0, caps.buffer_kb);

	mmc_cmd_get_event(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_event(self->reply, self->len, &event));
	EXPECT_FALSE(event.present);
}

/* A locked tray stays shut. */
TEST_F(mmc, tray)
{
	struct mmc_command c;

	ASSERT_EQ(0, load(self, "dvd+r", 0));
	mmc_cmd_prevent(&c, true);
	EXPECT_EQ(0, send(self, &c, NULL));
	mmc_cmd_start_stop(&c, MMC_TRAY_EJECT);
	EXPECT_EQ(0x055302, send(self, &c, NULL));
	mmc_cmd_prevent(&c, false);
	EXPECT_EQ(0, send(self, &c, NULL));
	mmc_cmd_start_stop(&c, MMC_TRAY_EJECT);
	EXPECT_EQ(0, send(self, &c, NULL));
	EXPECT_EQ(NO_MEDIUM | 2, ready(self));
	mmc_cmd_start_stop(&c, MMC_TRAY_LOAD);
	EXPECT_EQ(0, send(self, &c, NULL));
	EXPECT_EQ(0, ready(self));
}

/* ---- CD: session at once ------------------------------------------------------ */

/* One track of audio with ISRC and catalogue number */
static const uint8_t cue[][8] = {
	{ 0x02, '1', '2', '3', '4', '5', '6', '7' },
	{ 0x02, '8', '9', '0', '1', '2', '3' },
	{ 0x01, 0, 0, 0x01 },
	{ 0x03, 1, 'U', 'S', 'A', 'B', 'C', '0' },
	{ 0x03, 1, '5', '1', '2', '3', '4', '5' },
	{ 0x01, 1, 0, 0x00, 0, 0, 0, 0 },
	{ 0x01, 1, 1, 0x00, 0, 0, 2, 0 },
	{ 0x01, 0xaa, 1, 0x01, 0, 0, 6, 0 },
};

static const struct mmc_write_params sao = { .type = MMC_WRITE_SAO, .underrun_free = true };

static int burn_cd(mmc_t *self)
{
	struct mmc_command c;
	uint32_t lba, n = 15;
	int ret;

	mmc_cmd_send_cue_sheet(&c, sizeof(cue));
	ret = send(self, &c, cue);
	for (lba = 0; lba < PREGAP + SECTORS && !ret; lba += n) {
		mmc_cmd_write10(&c, (int32_t)lba - PREGAP, (uint16_t)n, MMC_RAW_SECTOR);
		ret = send(self, &c, self->data);
	}
	if (ret)
		return ret;
	mmc_cmd_synchronize_cache(&c);
	return send(self, &c, NULL);
}

TEST_F(mmc, cd_blank)
{
	uint32_t speeds[MMC_SPEEDS_MAX];
	struct mmc_write_params params;
	struct mmc_disc_info info;
	struct mmc_track_info track;
	struct mmc_feature feature;
	struct mmc_buffer buffer;
	struct mmc_atip atip;
	struct mmc_command c;

	ASSERT_EQ(0, load(self, "cd-r", 0));
	EXPECT_EQ(MMC_PROFILE_CD_R, profile(self));
	EXPECT_EQ(0, mmc_find_feature(self->reply, self->len, MMC_FEATURE_CD_SAO, &feature));
	EXPECT_TRUE(feature.current);
	ASSERT_EQ(0, disc_info(self, &info));
	EXPECT_EQ(MMC_DISC_BLANK, info.state);
	EXPECT_FALSE(info.erasable);

	mmc_cmd_read_atip(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_atip(self->reply, self->len, &atip));
	EXPECT_FALSE(atip.rewritable);
	EXPECT_EQ(359847, atip.lead_out);

	mmc_cmd_read_track_info(&c, MMC_TRACK_INVISIBLE);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_track_info(self->reply, self->len, &track));
	EXPECT_TRUE(track.blank);
	EXPECT_TRUE(track.next_valid);
	EXPECT_EQ(0, track.next);

	mmc_cmd_get_write_speeds(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	EXPECT_LE(3, mmc_parse_write_speeds(self->reply, self->len, speeds));
	mmc_cmd_set_cd_speed(&c, MMC_SPEED_MAX, (uint16_t)speeds[1]);
	EXPECT_EQ(0, send(self, &c, NULL));
	mmc_cmd_read_buffer_capacity(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_buffer_capacity(self->reply, self->len, &buffer));
	EXPECT_EQ(buffer.size, buffer.free);

	ASSERT_EQ(0, write_page(self, &sao));
	mmc_cmd_mode_sense(&c, MMC_PAGE_WRITE);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_write_page(self->reply, self->len, &params));
	EXPECT_EQ(MMC_WRITE_SAO, params.type);
	EXPECT_TRUE(params.underrun_free);
	mmc_cmd_send_opc(&c);
	EXPECT_EQ(0, send(self, &c, NULL));
}

/* Whole sectors of the track, with and without what else there is of them */
static void expect_sectors(struct __test_metadata *_metadata, mmc_t *self)
{
	static const uint8_t none[MMC_C2_LEN];
	struct mmc_command c;
	uint32_t i, n = 15;
	struct mmc_q q;

	mmc_cmd_read_cd(&c, 150, n);
	ASSERT_EQ(0, send(self, &c, NULL));
	EXPECT_EQ(n * MMC_RAW_SECTOR, self->len);
	EXPECT_EQ(0, memcmp(self->reply, self->data, self->len));
	mmc_cmd_read_cd_c2(&c, 150, n);
	ASSERT_EQ(0, send(self, &c, NULL));
	EXPECT_EQ(n * (MMC_RAW_SECTOR + MMC_C2_LEN), self->len);
	for (i = 0; i < n; i++) {
		const uint8_t *at = self->reply + i * (MMC_RAW_SECTOR + MMC_C2_LEN);

		EXPECT_EQ(0, memcmp(at, self->data + i * MMC_RAW_SECTOR, MMC_RAW_SECTOR));
		EXPECT_EQ(0, memcmp(at + MMC_RAW_SECTOR, none, sizeof(none)));
	}
	mmc_cmd_read_q(&c, 200, 1);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_q(self->reply, self->len, 200, &q));
	EXPECT_EQ(1, q.track);
	EXPECT_EQ(1, q.index);
}

static void expect_codes(struct __test_metadata *_metadata, mmc_t *self)
{
	char mcn[14], isrc[13];
	const uint8_t *packs;
	struct mmc_command c;

	mmc_cmd_read_mcn(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	EXPECT_EQ(0, mmc_parse_mcn(self->reply, self->len, mcn));
	EXPECT_STREQ("1234567890123", mcn);
	mmc_cmd_read_isrc(&c, 1);
	ASSERT_EQ(0, send(self, &c, NULL));
	EXPECT_EQ(0, mmc_parse_isrc(self->reply, self->len, isrc));
	EXPECT_STREQ("USABC0512345", isrc);
	mmc_cmd_read_cd_text(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	EXPECT_EQ(0, mmc_parse_cd_text(self->reply, self->len, &packs));
}

TEST_F(mmc, cd)
{
	struct mmc_toc_entry entries[MMC_FULL_TOC_MAX];
	struct mmc_disc_info info;
	struct mmc_command c;
	struct mmc_toc toc;
	int i, n, found = 0;

	ASSERT_EQ(0, load(self, "cd-r", 0));
	ASSERT_EQ(0, write_page(self, &sao));
	ASSERT_EQ(0, burn_cd(self));
	ASSERT_EQ(0, disc_info(self, &info));
	EXPECT_EQ(MMC_DISC_COMPLETE, info.state);
	mmc_cmd_read_toc(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_toc(self->reply, self->len, &toc));
	ASSERT_EQ(2, toc.count);
	EXPECT_EQ(0, toc.tracks[0].lba);
	EXPECT_EQ(MMC_LEAD_OUT, toc.tracks[1].number);
	EXPECT_EQ(SECTORS, toc.tracks[1].lba);
	mmc_cmd_read_full_toc(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	n = mmc_parse_full_toc(self->reply, self->len, entries);
	for (i = 0; i < n; i++)
		found += entries[i].point == 0xa2 && entries[i].pmsf[1] == 6;
	EXPECT_EQ(1, found);
	expect_sectors(_metadata, self);
	expect_codes(_metadata, self);
}

/* ---- DVD ------------------------------------------------------------------------ */

static int write_blocks(mmc_t *self, uint32_t from, uint32_t blocks)
{
	struct mmc_command c;
	uint32_t lba;
	int ret = 0;

	for (lba = from; lba < from + blocks && !ret; lba += 16) {
		mmc_cmd_write10(&c, (int32_t)lba, 16, MMC_BLOCK);
		ret = send(self, &c, self->data);
	}
	if (ret)
		return ret;
	mmc_cmd_synchronize_cache(&c);
	return send(self, &c, NULL);
}

/* By both commands for that */
static void expect_blocks(struct __test_metadata *_metadata, mmc_t *self, uint32_t lba)
{
	struct mmc_command c;

	mmc_cmd_read10(&c, lba, 16);
	EXPECT_EQ(0, send(self, &c, NULL));
	EXPECT_EQ(16 * MMC_BLOCK, self->len);
	EXPECT_EQ(0, memcmp(self->reply, self->data, 16 * MMC_BLOCK));
	memset(self->reply, 0, 16 * MMC_BLOCK);
	mmc_cmd_read12(&c, lba, 16);
	EXPECT_EQ(0, send(self, &c, NULL));
	EXPECT_EQ(0, memcmp(self->reply, self->data, 16 * MMC_BLOCK));
}

TEST_F(mmc, dvd_at_once)
{
	static const struct mmc_write_params dao = {
		.type = MMC_WRITE_SAO, .underrun_free = true, .link_size_valid = true,
		.link_size = 16, .track_mode = 5, .data_block_type = 8,
	};
	uint8_t streaming[MMC_STREAMING_LEN], system, regions;
	struct mmc_physical physical;
	struct mmc_disc_info info;
	uint64_t blocks;
	uint32_t size;
	struct mmc_command c;

	ASSERT_EQ(0, load(self, "dvd-r", 0));
	mmc_cmd_set_streaming(&c);
	mmc_put_streaming(streaming, 64, 5540, 5540);
	EXPECT_EQ(0, send(self, &c, streaming));
	ASSERT_EQ(0, write_page(self, &dao));
	mmc_cmd_reserve_track(&c, 64);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, write_blocks(self, 0, 64));
	ASSERT_EQ(0, disc_info(self, &info));
	EXPECT_EQ(MMC_DISC_COMPLETE, info.state);
	mmc_cmd_read_capacity(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_capacity(self->reply, self->len, &blocks, &size));
	EXPECT_EQ(64, blocks);
	EXPECT_EQ(MMC_BLOCK, size);
	expect_blocks(_metadata, self, 48);
	mmc_cmd_read_structure(&c, MMC_STRUCTURE_PHYSICAL, MMC_STRUCTURE_LEN);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_physical(self->reply, self->len, &physical));
	EXPECT_EQ(1, physical.layers);
	mmc_cmd_read_structure(&c, MMC_STRUCTURE_COPYRIGHT, 8);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_copyright(self->reply, self->len, &system, &regions));
	EXPECT_EQ(0, system);
}

TEST_F(mmc, dvd_rw)
{
	uint8_t list[MMC_FORMAT_LEN];
	struct mmc_formats formats;
	struct mmc_disc_info info;
	struct mmc_command c;

	ASSERT_EQ(0, load(self, "dvd-rw", 0));
	mmc_cmd_read_format_capacities(&c);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_formats(self->reply, self->len, &formats));
	EXPECT_EQ(MMC_UNFORMATTED, formats.state);
	ASSERT_TRUE(formats.types >> MMC_FORMAT_DVD_RW_QUICK & 1);
	mmc_put_format(list, MMC_FORMAT_DVD_RW_QUICK, 64, 16);
	mmc_cmd_format(&c);
	ASSERT_EQ(0, send(self, &c, list));
	ASSERT_EQ(0, disc_info(self, &info));
	EXPECT_EQ(MMC_PROFILE_DVD_RW_RESTRICTED, profile(self));
	ASSERT_EQ(0, write_blocks(self, 0, 64));
	ASSERT_EQ(0, write_blocks(self, 32, 16));
	mmc_cmd_close(&c, MMC_CLOSE_SESSION, 0);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, disc_info(self, &info));
	EXPECT_EQ(3, info.last_session_state);
	expect_blocks(_metadata, self, 32);
	mmc_cmd_blank(&c, MMC_BLANK_MINIMAL);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, disc_info(self, &info));
	EXPECT_EQ(MMC_DISC_BLANK, info.state);
	EXPECT_EQ(MMC_PROFILE_DVD_RW_SEQUENTIAL, profile(self));
}

TEST_F(mmc, layers)
{
	uint8_t list[MMC_LAYER_BREAK_LEN];
	struct mmc_disc_info info;
	struct mmc_command c;
	uint32_t blocks;
	bool settled;

	ASSERT_EQ(0, load(self, "dvd+r-dl", 0));
	mmc_cmd_read_structure(&c, MMC_STRUCTURE_LAYER_BREAK, MMC_LAYER_BREAK_LEN);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_layer_break(self->reply, self->len, &blocks, &settled));
	EXPECT_FALSE(settled);
	EXPECT_EQ(2086912, blocks);
	mmc_put_layer_break(list, 1024);
	mmc_cmd_send_layer_break(&c);
	ASSERT_EQ(0, send(self, &c, list));
	mmc_cmd_read_structure(&c, MMC_STRUCTURE_LAYER_BREAK, MMC_LAYER_BREAK_LEN);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, mmc_parse_layer_break(self->reply, self->len, &blocks, &settled));
	EXPECT_TRUE(settled);
	EXPECT_EQ(1024, blocks);
	ASSERT_EQ(0, write_blocks(self, 0, 64));
	mmc_cmd_close(&c, MMC_CLOSE_TRACK, 1);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, disc_info(self, &info));
	EXPECT_EQ(MMC_DISC_APPENDABLE, info.state);
	mmc_cmd_close(&c, MMC_CLOSE_FINALISE_MIN, 0);
	ASSERT_EQ(0, send(self, &c, NULL));
	ASSERT_EQ(0, disc_info(self, &info));
	EXPECT_EQ(MMC_DISC_COMPLETE, info.state);
	expect_blocks(_metadata, self, 0);
}

TEST_HARNESS_MAIN
