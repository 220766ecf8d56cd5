// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: replies from a hostile drive, each to every parser, in memory of exactly
 * their size.  What a parser takes must be within the bounds that its header gives.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cdtext.h"
#include "fuzz_require.h"
#include "mmc.h"
#include "subcode.h"

static void text(const char *s, size_t size, const char *words)
{
	require(strnlen(s, size) < size, words);
}

/* Replies to INQUIRY, GET CONFIGURATION, READ CAPACITY and the like */
static void drive(const uint8_t *data, size_t len)
{
	uint16_t profile, profiles[8];
	struct mmc_feature feature;
	struct mmc_capabilities caps;
	struct mmc_write_params params;
	struct mmc_media_event event;
	struct mmc_buffer buffer;
	struct mmc_inquiry inq;
	uint8_t list[MMC_MODE_LEN];
	uint32_t block;
	uint64_t blocks;
	int rc;

	if (!mmc_parse_inquiry(data, len, &inq)) {
		text(inq.vendor, sizeof(inq.vendor), "vendor");
		text(inq.product, sizeof(inq.product), "product");
		require(inq.type <= 0x1f, "device type");
	}
	mmc_parse_profile(data, len, &profile);
	/* Each takes a way over the whole reply: other ones for replies of other lengths */
	for (profile = (uint16_t)(len % 29); profile < 0x120; profile += 29)
		if (!mmc_find_feature(data, len, profile, &feature))
			require(feature.data >= data && feature.data + feature.len <= data + len,
				"a feature within the reply");
	rc = mmc_parse_profiles(data, len, profiles, 8);
	require(rc >= -EPROTO && rc <= 64, "profiles");
	mmc_parse_capacity(data, len, &blocks, &block);
	mmc_parse_buffer_capacity(data, len, &buffer);
	mmc_parse_event(data, len, &event);
	mmc_parse_capabilities(data, len, &caps);
	memset(&params, 0, sizeof(params));
	rc = mmc_put_write_page(data, len, &params, list);
	require(rc <= (int)sizeof(list), "a parameter list that has room");
	if (rc > 0)
		require(!mmc_parse_write_page(data, len, &params), "a page that can be read");
}

/* Replies about discs */
static void disc(const uint8_t *data, size_t len)
{
	uint32_t speeds[MMC_SPEEDS_MAX], blocks;
	struct mmc_disc_info info;
	struct mmc_track_info track;
	struct mmc_formats formats;
	struct mmc_physical physical;
	uint8_t system, regions;
	bool settled;
	int n, i;

	if (!mmc_parse_disc_info(data, len, &info))
		require(info.state <= MMC_DISC_OTHER && info.last_session_state <= 3, "disc state");
	if (!mmc_parse_track_info(data, len, &track))
		require(track.data_mode <= 15 && track.track_mode <= 15, "track modes");
	if (!mmc_parse_formats(data, len, &formats))
		require(formats.state >= MMC_UNFORMATTED && formats.state <= MMC_NO_MEDIUM,
			"state of formatting");
	n = mmc_parse_write_speeds(data, len, speeds);
	require(n <= (int)MMC_SPEEDS_MAX, "speeds");
	for (i = 1; i < n; i++)
		require(speeds[i] < speeds[i - 1] && speeds[i], "speeds from the fastest on");
	if (!mmc_parse_physical(data, len, &physical)) {
		require(physical.layers >= 1 && physical.layers <= 4, "layers");
		require(!physical.layer_break || physical.layer_break <= physical.blocks,
			"a break within the disc");
	}
	mmc_parse_copyright(data, len, &system, &regions);
	mmc_parse_layer_break(data, len, &blocks, &settled);
}

/* Replies about CDs */
static void cd(const uint8_t *data, size_t len)
{
	static struct mmc_toc_entry entries[MMC_FULL_TOC_MAX];
	struct mmc_toc toc;
	struct mmc_atip atip;
	struct mmc_q q;
	const uint8_t *packs;
	char mcn[14], isrc[13], title[161];
	int n;

	if (!mmc_parse_toc(data, len, &toc))
		require(toc.count >= 1 && toc.count <= 100 && toc.first <= toc.last, "tracks");
	n = mmc_parse_full_toc(data, len, entries);
	require(n <= (int)MMC_FULL_TOC_MAX, "entries");
	n = mmc_parse_cd_text(data, len, &packs);
	if (n >= 0) {
		require(packs >= data && packs + (size_t)n * 18 <= data + len, "packs in the reply");
		if (cd_text_get(packs, (size_t)n, CD_TEXT_TITLE, 1, title, sizeof(title)) >= 0)
			text(title, sizeof(title), "title");
	}
	if (!mmc_parse_mcn(data, len, mcn))
		require(strlen(mcn) == 13 || !*mcn, "MCN");
	if (!mmc_parse_isrc(data, len, isrc))
		require(strlen(isrc) == 12 || !*isrc, "ISRC");
	if (!mmc_parse_atip(data, len, &atip))
		require(atip.lead_in < 0, "a lead-in before the disc");
	mmc_parse_q(data, len, (int32_t)len * 75 - 150, &q);
}

/* Subchannel Q and CD-Text as they are on the disc, without what a drive makes of them */
static void raw(const uint8_t *data, size_t len)
{
	char mcn[CD_MCN_SIZE], isrc[CD_ISRC_SIZE], titles[3][40];
	uint8_t q[CD_Q], apart[96], together[96], packs[4 * CD_TEXT_PACK], spread[96];
	size_t i;

	cd_text_get_all(data, len / CD_TEXT_PACK, CD_TEXT_TITLE, titles[0], 3, sizeof(titles[0]));
	for (i = 0; i < 3; i++)
		text(titles[i], sizeof(titles[i]), "titles");
	if (len < 96)
		return;
	cd_sub_q(data, q);
	cd_sub_apart(data, apart);
	require(!memcmp(apart + CD_Q, q, sizeof(q)), "the same Q either way");
	cd_sub_together(apart, together);
	require(!memcmp(together, data, sizeof(together)), "subchannels as they were");
	cd_q_valid(q);
	cd_q_get_mcn(q, mcn);
	cd_q_get_isrc(q, isrc);
	text(mcn, sizeof(mcn), "MCN of Q");
	text(isrc, sizeof(isrc), "ISRC of Q");
	cd_text_gather(data, packs);
	cd_text_spread(packs, spread);
	for (i = 0; i < sizeof(spread); i++)
		require((spread[i] & 0x3f) == (data[i] & 0x3f), "packs as they were");
	cd_text_pack_ok(packs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + !size);

	require(copy != NULL, "memory");
	if (size)
		memcpy(copy, data, size);
	drive(copy, size);
	disc(copy, size);
	cd(copy, size);
	raw(copy, size);
	free(copy);
	return 0;
}
