// SPDX-License-Identifier: GPL-2.0
/* What makes a disc this disc: its size, its tracks, how its file system begins. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "burn.h"
#include "libdiscmux.h"

#define HEAD_LBA	16u	/* volume descriptors of a data disc, from its session on */
#define HEAD_BLOCKS	16u

/* What a disc does not have counts as nothing; what a drive could not say just now must
 * not. */
static int add_reply(const struct burn_errand *e, EVP_MD_CTX *md, const struct mmc_command *cmd)
{
	uint8_t data[HEAD_BLOCKS * MMC_BLOCK];
	struct discmux_result result;
	int len = burn_run_errand(e, cmd, data, DISCMUX_FOR_IDENTITY, 0, &result);

	if (len >= 0)
		return EVP_DigestUpdate(md, data, (size_t)len) ? 0 : -ENOMEM;
	switch (discmux_result_cause(DISCMUX_DEVICE_READER, &result)) {
	case DISCMUX_CAUSE_UNSUPPORTED:
	case DISCMUX_CAUSE_UNWRITTEN:
	case DISCMUX_CAUSE_PROTECTED:
	case DISCMUX_CAUSE_UNREADABLE:
	case DISCMUX_CAUSE_MEDIUM:
	case DISCMUX_CAUSE_OTHER:
		return 0;
	default:
		return -EIO;
	}
}

int burn_identify(const struct burn_ops *ops, void *ctx, uint32_t member, uint32_t lba,
		  char id[BURN_ID_LEN])
{
	const struct burn_errand e = { .ops = ops, .ctx = ctx, .member = member };
	unsigned char sum[EVP_MAX_MD_SIZE] = { 0 };
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct mmc_command cmd;
	size_t i, len;
	int rc = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) ? 0 : -ENOMEM;

	*id = '\0';
	mmc_cmd_read_capacity(&cmd);
	if (!rc)
		rc = add_reply(&e, md, &cmd);
	mmc_cmd_read_toc(&cmd);
	if (!rc)
		rc = add_reply(&e, md, &cmd);
	mmc_cmd_read10(&cmd, lba + HEAD_LBA, HEAD_BLOCKS);
	if (!rc)
		rc = add_reply(&e, md, &cmd);
	if (!rc && !EVP_DigestFinal_ex(md, sum, NULL))
		rc = -ENOMEM;
	EVP_MD_CTX_free(md);
	len = rc ? 0 : (size_t)snprintf(id, BURN_ID_LEN, "disc:");
	for (i = 0; len && i < 16; i++)
		len += (size_t)snprintf(id + len, BURN_ID_LEN - len, "%02x", sum[i]);
	return rc;
}
