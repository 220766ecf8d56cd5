// SPDX-License-Identifier: GPL-2.0
/* Mode page 05h, Write Parameters. */
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "mmc.h"

#define MODE_HEADER	8u
#define PAGE_MIN	16u	/* up to and with the audio pause */

/* Where page 05h is in the reply to MODE SENSE(10); its bytes go to *size. */
static const uint8_t *find_page(const uint8_t *sense, size_t len, size_t *size)
{
	size_t at;

	if (len < MODE_HEADER)
		return NULL;
	if (len > (size_t)get_be16(sense) + 2)
		len = (size_t)get_be16(sense) + 2;
	/* DBD was set, but not every drive heeds it */
	at = MODE_HEADER + get_be16(&sense[6]);
	if (at + PAGE_MIN > len || (sense[at] & 0x3f) != MMC_PAGE_WRITE)
		return NULL;
	*size = (size_t)sense[at + 1] + 2;
	if (*size < PAGE_MIN || at + *size > len)
		return NULL;
	return sense + at;
}

int mmc_put_write_page(const uint8_t *sense, size_t len, const struct mmc_write_params *params,
		       uint8_t *list)
{
	size_t size;
	const uint8_t *page = find_page(sense, len, &size);
	uint8_t *p = list + MODE_HEADER;

	if (!page || MODE_HEADER + size > MMC_MODE_LEN)
		return -EPROTO;
	memset(list, 0, MODE_HEADER);
	memcpy(p, page, size);
	p[0] = MMC_PAGE_WRITE;	/* PS is reserved in MODE SELECT */
	p[2] = (uint8_t)(params->underrun_free << 6 | params->link_size_valid << 5 |
			 params->test_write << 4 | (params->type & 0x0f));
	p[3] = (uint8_t)((params->multisession & 3) << 6 | params->fixed_packet << 5 |
			 (params->track_mode & 0x0f));
	p[4] = (p[4] & 0xf0) | (params->data_block_type & 0x0f);
	p[5] = params->link_size;
	p[8] = params->session_format;
	put_be32(&p[10], params->packet_size);
	/* No catalogue number or ISRC of an earlier job may get onto this disc */
	if (size >= 48) {
		p[16] = 0;
		p[32] = 0;
	}
	return (int)(MODE_HEADER + size);
}

void mmc_end_test_write(uint8_t *list)
{
	list[MODE_HEADER + 2] &= 0xef;
}

int mmc_parse_write_page(const uint8_t *sense, size_t len, struct mmc_write_params *params)
{
	size_t size;
	const uint8_t *p = find_page(sense, len, &size);

	if (!p)
		return -EPROTO;
	params->underrun_free = p[2] & 0x40;
	params->link_size_valid = p[2] & 0x20;
	params->test_write = p[2] & 0x10;
	params->type = p[2] & 0x0f;
	params->multisession = p[3] >> 6;
	params->fixed_packet = p[3] & 0x20;
	params->track_mode = p[3] & 0x0f;
	params->data_block_type = p[4] & 0x0f;
	params->link_size = p[5];
	params->session_format = p[8];
	params->packet_size = get_be32(&p[10]);
	return 0;
}
