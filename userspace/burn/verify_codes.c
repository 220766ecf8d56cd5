// SPDX-License-Identifier: GPL-2.0
/*
 * What a CD has beside its tracks: media catalogue number, ISRC, titles.  A notice
 * says where a copy has others than the master, or its drive does not give them; indices within
 * tracks are in the Q subchannel only and are not compared.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"

static int ask(struct burn_job *job, size_t i, const struct mmc_command *cmd, void *reply)
{
	const struct burn_rec *rec = &job->recs[i];

	return burn_send(job, 1u << i, cmd, reply, DISCMUX_FOR_IDENTITY, 0) ? (int)rec->len : -1;
}

static void check_mcn(struct burn_job *job, size_t i)
{
	uint8_t reply[MMC_SUBCHANNEL_LEN];
	char mcn[sizeof(job->layout->mcn)] = "";
	struct mmc_command cmd;
	int len;

	if (!*job->layout->mcn)
		return;
	mmc_cmd_read_mcn(&cmd);
	len = ask(job, i, &cmd, reply);
	if (len < 0)
		burn_notice(job, "%s does not give the catalogue number of its disc: it is not compared",
			    job->recs[i].name);
	else if (mmc_parse_mcn(reply, (size_t)len, mcn), strcmp(mcn, job->layout->mcn) != 0)
		burn_notice(job, "the disc in %s has not the catalogue number of the master",
			    job->recs[i].name);
}

static void check_isrc(struct burn_job *job, size_t i)
{
	uint8_t reply[MMC_SUBCHANNEL_LEN];
	struct mmc_command cmd;
	unsigned int k;

	for (k = 0; k < job->layout->tracks; k++) {
		const struct cd_track *t = &job->layout->track[k];
		char isrc[sizeof(t->isrc)] = "";
		int len;

		if (!*t->isrc)
			continue;
		mmc_cmd_read_isrc(&cmd, t->number);
		len = ask(job, i, &cmd, reply);
		if (len >= 0)
			mmc_parse_isrc(reply, (size_t)len, isrc);
		if (!strcmp(isrc, t->isrc))
			continue;
		burn_notice(job, len < 0 ? "%s does not give the ISRC of track %u: it is not compared" :
			    "the disc in %s has not the ISRC of the master in track %u",
			    job->recs[i].name, t->number);
		return;
	}
}

static void check_text(struct burn_job *job, size_t i)
{
	const struct cd_layout *l = job->layout;
	uint8_t *reply = l->text_packs && !job->recs[i].no_text ? malloc(MMC_CD_TEXT_LEN) : NULL;
	const uint8_t *packs;
	struct mmc_command cmd;
	int len, n;

	if (!reply)
		return;
	mmc_cmd_read_cd_text(&cmd);
	len = ask(job, i, &cmd, reply);
	n = len < 0 ? 0 : mmc_parse_cd_text(reply, (size_t)len, &packs);
	if (len < 0)
		burn_notice(job, "%s does not give the CD-Text of its disc: it is not compared",
			    job->recs[i].name);
	else if (n < 0 || (size_t)n != l->text_packs ||
		 memcmp(packs, l->text, l->text_packs * CD_TEXT_PACK) != 0)
		burn_notice(job, "the disc in %s has not the CD-Text of the master",
			    job->recs[i].name);
	free(reply);
}

void burn_verify_codes(struct burn_job *job)
{
	size_t i;

	burn_for_each(i, job->live) {
		check_mcn(job, i);
		check_isrc(job, i);
		check_text(job, i);
	}
}
