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

#define MMC_LEAD_OUT		0xaau		/* its track number */
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
	MMC_CLOSE_FORMAT = 0,		/* DVD+RW: stop formatting in the background */
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

/* A READ(10) or READ(12) reads from the disc, whatever is in the cache (FUA); false for any
 * other command, which has no such bit. */
bool mmc_cmd_force_unit_access(struct mmc_command *c);
void mmc_cmd_read12(struct mmc_command *c, uint32_t lba, uint32_t blocks); /* 6.18 */
void mmc_cmd_read_buffer_capacity(struct mmc_command *c);		/* 6.19, in bytes */

/* 6.2; answers at once and goes on: READ DISC INFORMATION says 02/04/07 until
 * it is done. */
enum mmc_blank {
	MMC_BLANK_FULL = 0,
	MMC_BLANK_MINIMAL = 1,
	MMC_BLANK_TAIL = 4,		/* CD-RW: from an address to the end of its track */
};

void mmc_cmd_blank(struct mmc_command *c, enum mmc_blank what);

/* 6.5; MMC_FORMAT_LEN bytes from mmc_put_format() go with it. */
void mmc_cmd_format(struct mmc_command *c);

#define MMC_FORMAT_LEN		12u
#define MMC_FORMATS_LEN		252u

/* Format types, 6.5.4 */
enum mmc_format {
	MMC_FORMAT_FULL = 0x00,
	MMC_FORMAT_CD_RW = 0x10,		/* CD-RW and DVD-RW in full; parameter: blocks of
						 * a packet */
	MMC_FORMAT_DVD_RW_QUICK_GROW = 0x13,	/* grow the last border-in */
	MMC_FORMAT_DVD_RW_QUICK = 0x15,
	MMC_FORMAT_DVD_PLUS_RW = 0x26,
	MMC_FORMAT_BD_SPARE = 0x30,		/* BD-RE with spare areas */
	MMC_FORMAT_BD_NONE = 0x31,		/* BD-RE without */
	MMC_FORMAT_BD_R_SPARE = 0x32,
};

/* Immediate format of @blocks; @parameter: the low bits of byte 4 and bytes 5-7. */
void mmc_put_format(uint8_t *buf, enum mmc_format type, uint32_t blocks, uint32_t parameter);

void mmc_cmd_read_format_capacities(struct mmc_command *c);		/* 6.23 */

#define MMC_SPEEDS_MAX		32u
#define MMC_SPEEDS_LEN		(8u + 16u * MMC_SPEEDS_MAX)

void mmc_cmd_get_write_speeds(struct mmc_command *c);			/* 6.8, type 03h */

#define MMC_STRUCTURE_LEN	2052u
#define MMC_LAYER_BREAK_LEN	12u

/* READ DISC STRUCTURE formats, 6.21.3 */
enum mmc_structure {
	MMC_STRUCTURE_PHYSICAL = 0x00,
	MMC_STRUCTURE_COPYRIGHT = 0x01,
	MMC_STRUCTURE_LAYER_BREAK = 0x20,	/* layer boundary information */
	MMC_STRUCTURE_AACS_KEYS = 0x83,		/* of a BD: AACS media key block */
};

void mmc_cmd_read_structure(struct mmc_command *c, enum mmc_structure format, uint16_t len);
void mmc_cmd_read_bd_structure(struct mmc_command *c, enum mmc_structure format, uint16_t len);

/* 6.35, format 20h: blocks on layer 0; MMC_LAYER_BREAK_LEN bytes of
 * mmc_put_layer_break() go with it. */
void mmc_cmd_send_layer_break(struct mmc_command *c);
void mmc_put_layer_break(uint8_t *buf, uint32_t blocks);

void mmc_cmd_send_cue_sheet(struct mmc_command *c, uint32_t len);	/* 6.33 */

/* READ TOC/PMA/ATIP formats, 6.25 */
#define MMC_FULL_TOC_LEN	2048u
#define MMC_ATIP_LEN		32u
#define MMC_CD_TEXT_LEN		(4u + 2048u * 18u)

void mmc_cmd_read_full_toc(struct mmc_command *c);			/* format 2 */
void mmc_cmd_read_atip(struct mmc_command *c);				/* format 4 */
void mmc_cmd_read_cd_text(struct mmc_command *c);			/* format 5 */

#define MMC_SUBCHANNEL_LEN	24u

/* READ SUB-CHANNEL, MMC-5 6.31: format 2 with track 0, format 3. */
void mmc_cmd_read_mcn(struct mmc_command *c);
void mmc_cmd_read_isrc(struct mmc_command *c, uint8_t track);

#define MMC_RAW_SECTOR		2352u
#define MMC_Q_LEN		16u	/* bytes of Q with a sector */

/* READ CD, 6.16: whole sectors of any type, MMC_RAW_SECTOR bytes each. */
void mmc_cmd_read_cd(struct mmc_command *c, int32_t lba, uint32_t blocks);

/* The same with a bit for each byte that CIRC could not put right, behind each
 * sector, the first byte's in bit 7. */
#define MMC_C2_LEN		294u
void mmc_cmd_read_cd_c2(struct mmc_command *c, int32_t lba, uint32_t blocks);

/* The formatted Q of sectors and nothing else, MMC_Q_LEN bytes each. */
void mmc_cmd_read_q(struct mmc_command *c, int32_t lba, uint32_t blocks);

/* WRITE(10) of blocks of this size, for anything but data: lead-ins. */
void mmc_cmd_write10(struct mmc_command *c, int32_t lba, uint16_t blocks, uint32_t size);

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

/* Feature codes that say what can be read and written now, 5.3 */
enum mmc_feature_code {
	MMC_FEATURE_CD_READ = 0x1e,	/* byte 0: b1 C2 pointers, b0 CD-Text */
	MMC_FEATURE_RANDOM_WRITE = 0x20,
	MMC_FEATURE_INCREMENTAL = 0x21,
	MMC_FEATURE_RESTRICTED = 0x26,
	MMC_FEATURE_DVD_PLUS_RW = 0x2a,
	MMC_FEATURE_DVD_PLUS_R = 0x2b,
	MMC_FEATURE_RIGID_RESTRICTED = 0x2c,
	MMC_FEATURE_CD_TAO = 0x2d,
	MMC_FEATURE_CD_SAO = 0x2e,
	MMC_FEATURE_DVD_R_WRITE = 0x2f,
	MMC_FEATURE_DVD_PLUS_R_DL = 0x3b,
	MMC_FEATURE_BD_READ = 0x40,
	MMC_FEATURE_BD_WRITE = 0x41,
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
	uint32_t lead_out;		/* of a CD that is not complete: where it may begin at
					 * last; 0 when not told */
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

/* The profiles that a drive knows, in its order; at most @max.  Returns how many
 * there are in the reply, or -EPROTO. */
int mmc_parse_profiles(const uint8_t *data, size_t len, uint16_t *profiles, size_t max);

/* READ FORMAT CAPACITIES, 6.23.3.2: the current state. */
enum mmc_formatted { MMC_UNFORMATTED = 1, MMC_FORMATTED = 2, MMC_NO_MEDIUM = 3 };

struct mmc_formats {
	enum mmc_formatted state;
	uint32_t blocks;	/* of the formatted disc, or the most it can have */
	uint64_t types;		/* bit n: format type n can be done */
	uint32_t type_blocks[64]; /* of the first descriptor of each type */
};

int mmc_parse_formats(const uint8_t *data, size_t len, struct mmc_formats *formats);

/* Write speeds in 1000 bytes a second, fastest first; at most MMC_SPEEDS_MAX.
 * Returns how many, or -EPROTO. */
int mmc_parse_write_speeds(const uint8_t *data, size_t len, uint32_t *speeds);

/* Physical format information of DVDs, 6.21.3.3.1 */
struct mmc_physical {
	uint8_t book;		/* type, upper half of byte 0 */
	uint8_t layers;		/* 1 or 2 */
	bool opposite;		/* the second layer runs back (OTP) */
	uint32_t blocks;	/* of the data area, both layers */
	uint32_t layer_break;	/* blocks on layer 0; 0 with one layer */
};

int mmc_parse_physical(const uint8_t *data, size_t len, struct mmc_physical *physical);

/* Copyright information: 0 none, 1 CSS or CPPM, 2 CPRM, 3 AACS; a bit of regions is set for
 * each region that the disc is not for. */
int mmc_parse_copyright(const uint8_t *data, size_t len, uint8_t *system, uint8_t *regions);

/* Blocks on layer 0 of a dual layer disc that is to be written. */
int mmc_parse_layer_break(const uint8_t *data, size_t len, uint32_t *blocks, bool *settled);

#define MMC_FULL_TOC_MAX	256u

/* One entry of the table of contents as it is in the lead-in. */
struct mmc_toc_entry {
	uint8_t session, adr, control, point;
	uint8_t msf[3];		/* running time */
	uint8_t pmsf[3];	/* what the entry tells */
};

/* Returns how many entries there are, at most MMC_FULL_TOC_MAX, or -EPROTO. */
int mmc_parse_full_toc(const uint8_t *data, size_t len, struct mmc_toc_entry *entries);

/* CD-Text: *packs points into the reply.  Returns how many, 0 without any. */
int mmc_parse_cd_text(const uint8_t *data, size_t len, const uint8_t **packs);

/* When there is none mcn or isrc is "". */
int mmc_parse_mcn(const uint8_t *data, size_t len, char mcn[14]);
int mmc_parse_isrc(const uint8_t *data, size_t len, char isrc[13]);

/* Either of the two, and whether a reply that it took says that there is a code which is none. */
typedef int mmc_code_parser(const uint8_t *data, size_t len, char *code);
bool mmc_code_garbled(const uint8_t *data, const char *code);

/* ATIP: first address of the lead-in (below 0), and of the last lead-out. */
struct mmc_atip {
	int32_t lead_in, lead_out;
	bool rewritable;
};

int mmc_parse_atip(const uint8_t *data, size_t len, struct mmc_atip *atip);

/* One formatted Q, MMC_Q_LEN bytes, of the sector at @lba: where it is.  Numbers
 * are BCD with some drives and binary with others; the address tells.  -ENODATA:
 * it tells something else (MCN, ISRC), or nothing that can be believed. */
struct mmc_q {
	uint8_t control, track, index;	/* track AAh: the lead-out */
};

int mmc_parse_q(const uint8_t *data, size_t len, int32_t lba, struct mmc_q *q);

/* ---- Capabilities, mode page 2Ah (MMC-3 5.5.10) ------------------------ */

#define MMC_PAGE_CAPABILITIES	0x2au

struct mmc_capabilities {
	bool test_write;	/* can simulate, CD */
	bool underrun_free;
	uint32_t buffer_kb;
	uint32_t max_read, read;	/* 1000 bytes a second, highest and now */
	uint32_t max_write, write;	/* 0 when not told */
};

int mmc_parse_capabilities(const uint8_t *sense, size_t len, struct mmc_capabilities *caps);

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
	uint8_t session_format;	/* 00h, 10h CD-I, 20h XA */
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

/* The same list without the test write. */
void mmc_end_test_write(uint8_t *list);

/* Reads the parameters out of the reply to MODE SENSE(10). */
int mmc_parse_write_page(const uint8_t *sense, size_t len, struct mmc_write_params *params);

/* The descriptor of SET STREAMING: the whole disc (@blocks) at these speeds, in
 * 1000 bytes a second. */
void mmc_put_streaming(uint8_t *buf, uint32_t blocks, uint32_t read, uint32_t write);

#endif
