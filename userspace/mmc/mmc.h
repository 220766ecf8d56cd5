/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MMC commands and replies: encoding and decoding only, no I/O and no policy.
 *
 * Commands: an mmc_cmd_*() function fills a struct mmc_command; the caller
 * sends it to as many drives as it likes.  Replies: an mmc_parse_*() function
 * reads what came back.  Replies are hostile: every parser takes the bytes that
 * were really transferred, believes no length field beyond them, and returns 0
 * or -EPROTO when what it must have is not there.
 *
 * Section numbers are those of MMC-6 unless another standard is named.
 */
#ifndef DISCMUX_MMC_H
#define DISCMUX_MMC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MMC_BLOCK		2048u		/* bytes of a data block */
#define MMC_TRACK_INVISIBLE	0xffu		/* the track that does not exist yet */
#define MMC_SPEED_MAX		0xffffu		/* "as fast as it goes" */

/* Data direction; the values are those of enum discmux_dir. */
enum mmc_dir {
	MMC_NONE = 0,
	MMC_IN = 1,
	MMC_OUT = 2,
};

/* One command, ready to be sent. */
struct mmc_command {
	uint8_t cdb[16];	/* unused bytes zero */
	uint8_t len;		/* 6, 10 or 12 */
	uint8_t dir;		/* enum mmc_dir */
	uint32_t data_len;	/* bytes either way */
	uint32_t timeout_ms;	/* as long as a sound drive may take */
};

/* ---- Commands --------------------------------------------------------- */

#define MMC_INQUIRY_LEN		36u
#define MMC_CONFIGURATION_LEN	1024u	/* all features of today's drives fit */
#define MMC_DISC_INFO_LEN	34u
#define MMC_TRACK_INFO_LEN	48u
#define MMC_CAPACITY_LEN	8u
#define MMC_TOC_LEN		(4u + 8u * 100u)
#define MMC_BUFFER_LEN		12u
#define MMC_EVENT_LEN		8u
#define MMC_MODE_LEN		256u
#define MMC_STREAMING_LEN	28u

void mmc_cmd_test_unit_ready(struct mmc_command *c);			/* SPC-4 6.47 */
void mmc_cmd_inquiry(struct mmc_command *c);				/* SPC-4 6.6 */

/* 6.6, current features from @feature on, MMC_CONFIGURATION_LEN bytes. */
void mmc_cmd_get_configuration(struct mmc_command *c, uint16_t feature);

void mmc_cmd_read_disc_info(struct mmc_command *c);			/* 6.22 */

/* 6.26 by track number; MMC_TRACK_INVISIBLE for the one to come. */
void mmc_cmd_read_track_info(struct mmc_command *c, uint32_t track);

void mmc_cmd_read_capacity(struct mmc_command *c);			/* 6.24 */
void mmc_cmd_read_toc(struct mmc_command *c);				/* 6.25, format 0, LBA */

/* SPC-4 6.12, 6.10: the current values of @page, no block descriptors. */
void mmc_cmd_mode_sense(struct mmc_command *c, uint8_t page);
void mmc_cmd_mode_select(struct mmc_command *c, uint16_t list_len);

void mmc_cmd_send_opc(struct mmc_command *c);				/* 6.32, DoOPC */
void mmc_cmd_reserve_track(struct mmc_command *c, uint32_t blocks);	/* 6.31 */
void mmc_cmd_synchronize_cache(struct mmc_command *c);			/* 6.40 */

/* CLOSE TRACK/SESSION functions, 6.3 */
enum mmc_close {
	MMC_CLOSE_TRACK = 1,
	MMC_CLOSE_SESSION = 2,		/* CD, DVD-R: as the write parameters say */
	MMC_CLOSE_FINALISE_MIN = 5,	/* DVD+R: with minimum radius */
	MMC_CLOSE_FINALISE = 6,		/* DVD+R, BD-R */
};

/* Immediate: the drive answers at once and goes on; see mmc_cmd_read_disc_info()
 * for when it is done (02/04/07 until then). @track 0 with sessions. */
void mmc_cmd_close(struct mmc_command *c, enum mmc_close function, uint16_t track);

enum mmc_tray {
	MMC_TRAY_EJECT = 2,
	MMC_TRAY_LOAD = 3,
};

void mmc_cmd_start_stop(struct mmc_command *c, enum mmc_tray action);	/* 6.42 */
void mmc_cmd_prevent(struct mmc_command *c, bool prevent);		/* 6.13 */

/* 6.39; MMC_STREAMING_LEN bytes from mmc_put_streaming() go with it. */
void mmc_cmd_set_streaming(struct mmc_command *c);

/* 6.37, in 1000 bytes a second; MMC_SPEED_MAX for the highest. */
void mmc_cmd_set_cd_speed(struct mmc_command *c, uint16_t read, uint16_t write);

void mmc_cmd_read10(struct mmc_command *c, uint32_t lba, uint16_t blocks); /* 6.17 */
void mmc_cmd_read12(struct mmc_command *c, uint32_t lba, uint32_t blocks); /* 6.18 */
void mmc_cmd_read_buffer_capacity(struct mmc_command *c);		/* 6.19, in bytes */

/* 6.7, polled, media class. */
void mmc_cmd_get_event(struct mmc_command *c);

/* ---- Replies ---------------------------------------------------------- */

struct mmc_inquiry {
	uint8_t type;		/* peripheral device type, 5 for a drive */
	bool removable;
	char vendor[9];		/* padding gone, '?' for what is not printable */
	char product[17];
	char revision[5];
};

int mmc_parse_inquiry(const uint8_t *data, size_t len, struct mmc_inquiry *inq);

/* Profiles, 5.4.1 */
enum mmc_profile {
	MMC_PROFILE_NONE = 0x00,
	MMC_PROFILE_CD_ROM = 0x08,
	MMC_PROFILE_CD_R = 0x09,
	MMC_PROFILE_CD_RW = 0x0a,
	MMC_PROFILE_DVD_ROM = 0x10,
	MMC_PROFILE_DVD_R = 0x11,
	MMC_PROFILE_DVD_RAM = 0x12,
	MMC_PROFILE_DVD_RW_RESTRICTED = 0x13,
	MMC_PROFILE_DVD_RW_SEQUENTIAL = 0x14,
	MMC_PROFILE_DVD_R_DL = 0x15,
	MMC_PROFILE_DVD_R_DL_JUMP = 0x16,
	MMC_PROFILE_DVD_PLUS_RW = 0x1a,
	MMC_PROFILE_DVD_PLUS_R = 0x1b,
	MMC_PROFILE_DVD_PLUS_RW_DL = 0x2a,
	MMC_PROFILE_DVD_PLUS_R_DL = 0x2b,
	MMC_PROFILE_BD_ROM = 0x40,
	MMC_PROFILE_BD_R = 0x41,
	MMC_PROFILE_BD_R_RANDOM = 0x42,
	MMC_PROFILE_BD_RE = 0x43,
};

/* "DVD+R", "CD-ROM"; "unknown disc" for a profile of later standards. */
const char *mmc_profile_name(uint16_t profile);

/* The profile is one of a compact disc. */
bool mmc_profile_is_cd(uint16_t profile);

/* Feature codes that say what can be written now, 5.3 */
enum mmc_feature_code {
	MMC_FEATURE_INCREMENTAL = 0x21,
	MMC_FEATURE_DVD_PLUS_R = 0x2b,
	MMC_FEATURE_CD_TAO = 0x2d,
	MMC_FEATURE_DVD_R_WRITE = 0x2f,
};

struct mmc_feature {
	uint16_t code;
	uint8_t version;
	bool current;
	bool persistent;
	uint8_t len;		/* bytes of data */
	const uint8_t *data;	/* in the reply */
};

/* The current profile, MMC_PROFILE_NONE without a medium. */
int mmc_parse_profile(const uint8_t *data, size_t len, uint16_t *profile);

/* Looks for a feature in the list.  -ENOENT: it is not there. */
int mmc_find_feature(const uint8_t *data, size_t len, uint16_t code, struct mmc_feature *feature);

enum mmc_disc_state {
	MMC_DISC_BLANK = 0,
	MMC_DISC_APPENDABLE = 1,
	MMC_DISC_COMPLETE = 2,
	MMC_DISC_OTHER = 3,
};

struct mmc_disc_info {
	enum mmc_disc_state state;
	uint8_t last_session_state;	/* 0 empty 1 incomplete 2 damaged 3 complete */
	bool erasable;
	uint16_t first_track;
	uint16_t sessions;
	uint16_t first_track_last_session;
	uint16_t last_track;		/* of the last session, so of the disc */
	uint8_t background_format;
	uint8_t opc_entries;		/* 0 also when cut off */
};

int mmc_parse_disc_info(const uint8_t *data, size_t len, struct mmc_disc_info *info);

struct mmc_track_info {
	uint16_t track;
	uint16_t session;
	uint8_t track_mode;	/* control field of the Q channel; 4 is data */
	uint8_t data_mode;	/* 1 or 2; 15 unknown */
	bool damaged, reserved, blank, packet, fixed_packet;
	bool next_valid, last_valid;
	uint32_t start;
	uint32_t next;		/* next writable address, with next_valid */
	uint32_t free;		/* blocks */
	uint32_t packet_size;
	uint32_t size;		/* blocks */
	uint32_t last;		/* last recorded address, with last_valid */
};

int mmc_parse_track_info(const uint8_t *data, size_t len, struct mmc_track_info *info);

/* READ CAPACITY: blocks (last address plus one) and bytes of a block. */
int mmc_parse_capacity(const uint8_t *data, size_t len, uint64_t *blocks, uint32_t *block_size);

struct mmc_toc_track {
	uint8_t number;		/* 1 to 99, AAh the lead-out */
	uint8_t adr;
	uint8_t control;	/* b2 data */
	uint32_t lba;
};

struct mmc_toc {
	uint8_t first, last;
	unsigned int count;	/* entries, the lead-out included */
	struct mmc_toc_track tracks[100];
};

int mmc_parse_toc(const uint8_t *data, size_t len, struct mmc_toc *toc);

struct mmc_buffer {
	uint32_t size;		/* bytes */
	uint32_t free;
};

int mmc_parse_buffer_capacity(const uint8_t *data, size_t len, struct mmc_buffer *buffer);

struct mmc_media_event {
	uint8_t event;		/* 0 none 1 eject request 2 new media 3 removal */
	bool present;
	bool tray_open;
};

/* -ENODATA: the drive gives no media events. */
int mmc_parse_event(const uint8_t *data, size_t len, struct mmc_media_event *event);

/* ---- Write parameters, mode page 05h (MMC-6 7.5) ---------------------- */

#define MMC_PAGE_WRITE	0x05u

enum mmc_write_type {
	MMC_WRITE_INCREMENTAL = 0,
	MMC_WRITE_TAO = 1,
	MMC_WRITE_SAO = 2,	/* disc at once on DVD */
	MMC_WRITE_RAW = 3,
};

enum mmc_multisession {
	MMC_SESSION_FINAL = 0,	/* no session may follow */
	MMC_SESSION_NEXT = 3,	/* another one may */
};

struct mmc_write_params {
	enum mmc_write_type type;
	enum mmc_multisession multisession;
	bool underrun_free;	/* BUFE: bridge buffer underruns */
	bool test_write;
	bool link_size_valid;
	bool fixed_packet;
	uint8_t track_mode;	/* 4 data, 5 data incremental */
	uint8_t data_block_type;	/* 8: 2048 bytes, mode 1 */
	uint8_t link_size;
	uint32_t packet_size;	/* blocks, with fixed_packet */
};

/*
 * Makes the parameter list of MODE SELECT(10) out of the reply to MODE SENSE(10)
 * of page 05h: what @params does not speak of stays as the drive had it.
 * @list has room for MMC_MODE_LEN bytes.  Returns its length, or -EPROTO when
 * the reply holds no page 05h long enough.
 */
int mmc_put_write_page(const uint8_t *sense, size_t len, const struct mmc_write_params *params,
		       uint8_t *list);

/* Reads the parameters out of the reply to MODE SENSE(10). */
int mmc_parse_write_page(const uint8_t *sense, size_t len, struct mmc_write_params *params);

/* The descriptor of SET STREAMING: the whole disc (@blocks) at these speeds, in
 * 1000 bytes a second. */
void mmc_put_streaming(uint8_t *buf, uint32_t blocks, uint32_t read, uint32_t write);

#endif
