/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside a drive.  Everything but dev and the constants at the top is under
 * lock; sim_drive_wait() lets go of it while it sleeps.
 */
#ifndef DISCMUX_SIM_DRIVE_PRIV_H
#define DISCMUX_SIM_DRIVE_PRIV_H

#include <pthread.h>

#include "drive.h"
#include "media_disc.h"

#define SIM_BUFFER_BYTES	(2u << 20)	/* the drive's cache */
#define SIM_PAGE05_SIZE		52

enum sim_busy {
	SIM_BUSY_NONE, SIM_BUSY_CLOSE, SIM_BUSY_FLUSH, SIM_BUSY_BLANK, SIM_BUSY_FORMAT,
};

/* Events of GET EVENT STATUS NOTIFICATION, media class (MMC) */
enum sim_media_event {
	SIM_EVENT_NONE = 0,
	SIM_EVENT_EJECT_REQUEST = 1,
	SIM_EVENT_NEW_MEDIA = 2,
	SIM_EVENT_REMOVAL = 3,
};

/* A run of sectors of one kind that a cue sheet asks for */
struct sim_range {
	int32_t first;			/* LBA */
	struct sim_form form;
	uint8_t track, index;		/* CD_LEAD_OUT ends the list; track 0 is the lead-in */
};

/* A session at once: what SEND CUE SHEET said and how far it is written (mmc_cue.c) */
struct sim_cue {
	struct sim_range *range;
	unsigned int ranges;		/* the last one is the lead-out */
	int32_t next;			/* LBA that must come next */
	bool begun;			/* tracks are in the disc's list */
	uint16_t tracks;
	struct sim_track track[99];
	uint16_t indices;
	struct sim_index index[SIM_INDEX_MAX];
	char mcn[CD_MCN_SIZE];
	uint8_t *text;			/* CD-Text packs so far */
	uint32_t text_packs, text_room;
	bool text_whole;		/* the first pack has come again */
};

struct sim_drive {
	struct sim_device dev;		/* first: the rest of the program sees this */
	struct sim_media *media;
	bool recorder;
	bool bd;			/* knows Blu-ray discs too */

	pthread_mutex_t lock;
	pthread_cond_t wake;		/* disc, tray or reset: sleepers look again */
	unsigned int changes;		/* counts those */

	struct sim_disc *disc;
	bool tray_open;
	bool locked;			/* PREVENT */
	bool loading;			/* becoming ready until ready_at */
	uint64_t ready_at;		/* ns, CLOCK_MONOTONIC */

	bool ua_reset, ua_changed;	/* unit attentions to report */
	enum sim_media_event event;
	bool power_event;

	enum sim_busy busy;		/* until busy_until */
	uint64_t busy_since, busy_until;

	uint8_t page01[12];
	uint8_t page05[SIM_PAGE05_SIZE];
	uint32_t read_kbps, write_kbps;	/* selected; UINT32_MAX: the fastest */
	bool speeds_of_cd;		/* for which kind of medium */

	double factor;			/* of real time; 0: no pacing */
	uint64_t caught_up;		/* ns: when the buffer will be on the medium */
	bool streaming;			/* a track is being written without a pause */
	uint32_t underruns;		/* times the buffer ran empty in the middle of a track */
	uint64_t deiced;		/* ns: background format of a DVD+RW ends; 0: none runs */
	struct sim_cue *cue;
	uint32_t read_errors, write_errors;	/* MEDIUM ERROR so far */
	uint32_t head;			/* LBA that was read last */
	uint32_t scratches;		/* that were read over so far */
	unsigned int load_ms, close_ms;
	unsigned int tray_closes_ms;	/* 0: it stays open */
	uint64_t opened_at;		/* ns: when the tray opened the last time */

	struct iovec *iov;		/* scratch of the device's thread */
	size_t iov_room;
};

struct sim_mmc_command;

/* ---- drive.c ---- */

uint64_t sim_now(void);		/* ns, CLOCK_MONOTONIC */

/*
 * Sleeps until the time given, without the lock.  False: disc, tray or reset
 * came in between, what was known of the disc is stale.
 */
bool sim_drive_wait(struct sim_drive *drive, uint64_t until);

/* Becoming ready and being busy end by time alone; called before looking. */
void sim_drive_settle(struct sim_drive *drive);

/* A disc lies in the closed drive (it may still be loading). */
bool sim_drive_loaded(const struct sim_drive *drive);

/* Opens or closes the tray; refuses nothing. */
void sim_drive_move_tray(struct sim_drive *drive, bool open);

/* ---- drive_pace.c ---- */

/* Speed for a block in user bytes a second, at the selected speed; factor not counted. */
double sim_pace_rate(const struct sim_drive *drive, uint32_t lba, bool write);

/* The selected speed in 1000 bytes/s, as the medium's table has it; 0: no medium. */
uint32_t sim_pace_kbps(const struct sim_drive *drive, bool write);

/*
 * Takes blocks into the buffer, waiting a little.  0, -EAGAIN (full), -ESTALE (disc
 * gone), -EPIPE: it had run empty, and nothing protects against that (page 05h BUFE).
 */
int sim_pace_write(struct sim_drive *drive, uint32_t lba, uint32_t blocks);

/* Waits as long as reading takes.  0 or -ESTALE. */
int sim_pace_read(struct sim_drive *drive, uint32_t lba, uint32_t blocks);

/* Bytes in the buffer that the medium has not got yet. */
uint32_t sim_pace_buffered(const struct sim_drive *drive);

/* ---- commands (mmc_*.c), each for one opcode or a few ---- */

typedef void (*sim_mmc_handler)(struct sim_drive *drive, struct sim_cmd *cmd);

void sim_mmc_execute(struct sim_device *dev, struct sim_cmd *cmd);

/* mmc_inquiry.c */
void sim_mmc_inquiry(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_status.c */
void sim_mmc_test_unit_ready(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_request_sense(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_start_stop(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_prevent(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_event_status(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_mechanism_status(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_report_key(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_mode.c */
void sim_mmc_mode_sense(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_mode_select(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_mode_defaults(struct sim_drive *drive);
/* mmc_config.c */
void sim_mmc_get_configuration(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_info.c */
void sim_mmc_read_disc_information(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_read_track_information(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_toc.c */
void sim_mmc_read_toc(struct sim_drive *drive, struct sim_cmd *cmd);
/* Minute, second, frame where the lead-in of a recordable CD begins. */
void sim_mmc_lead_in(const struct sim_disc *disc, uint8_t *to);
/* mmc_structure.c */
void sim_mmc_read_disc_structure(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_send_disc_structure(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_speed.c */
void sim_mmc_set_cd_speed(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_set_streaming(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_get_performance(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_read_buffer_capacity(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_send_opc(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_report.c */
void sim_mmc_read_buffer(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_log_sense(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_report_opcodes(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_command.c: it has this command */
bool sim_mmc_knows(const struct sim_drive *drive, uint8_t opcode);
/* mmc_read.c */
void sim_mmc_read(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_verify(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_read_capacity(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_seek(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_raw.c */
void sim_mmc_read_cd(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_subchannel.c */
void sim_mmc_read_subchannel(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_cue.c */
void sim_mmc_send_cue_sheet(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_sao.c */
void sim_mmc_write_sao(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_cue_free(struct sim_cue *cue);
/* mmc_format.c */
void sim_mmc_blank(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_format(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_read_format_capacities(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_track.c */
void sim_mmc_reserve_track(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_synchronize_cache(struct sim_drive *drive, struct sim_cmd *cmd);
/* The write type of page 05h and what it says of a CD's track. */
enum { SIM_WRITE_TYPE = 0x0f, SIM_TEST_WRITE = 0x10, SIM_BUFE = 0x40 };
bool sim_mmc_tao_form(const struct sim_drive *drive, struct sim_form *form);
/* Notes who records, begins a track as page 05h has it; NULL with CHECK CONDITION. */
struct sim_track *sim_mmc_begin(struct sim_drive *drive, struct sim_cmd *cmd,
				enum sim_method how, uint32_t size);
/* How page 05h wants it recorded; false: not so on this medium. */
bool sim_mmc_method(const struct sim_drive *drive, enum sim_method *out);
/* Writes the writer's name into the sidecar; a test write begins if page 05h has it. */
bool sim_mmc_sign(struct sim_drive *drive, struct sim_cmd *cmd);
/* Waits for room in the buffer; false with CHECK CONDITION. */
bool sim_mmc_pace_write(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			uint32_t blocks);
/* mmc_write.c */
void sim_mmc_write_verify(struct sim_drive *drive, struct sim_cmd *cmd);
void sim_mmc_write(struct sim_drive *drive, struct sim_cmd *cmd);
/* mmc_close.c */
void sim_mmc_close(struct sim_drive *drive, struct sim_cmd *cmd);
/* A DAO track that is full ends disc and session: MMC needs no CLOSE there. */
void sim_mmc_dao_done(struct sim_drive *drive, struct sim_track *track);
/* Ends a flush or close: at once when immed, after its time otherwise. */
void sim_mmc_busy(struct sim_drive *drive, enum sim_busy busy, uint64_t ns, bool immed);
/* Saves the sidecar; CHECK CONDITION when the folder can't be written. */
bool sim_mmc_save(struct sim_drive *drive, struct sim_cmd *cmd);

/* Speed of reading as multiples of 1x, for scratches. */
uint32_t sim_pace_read_speed(const struct sim_drive *drive);

/*
 * How many of these blocks are there to be read: of a DVD or BD.  0: CHECK
 * CONDITION says why the first is not.
 */
uint32_t sim_mmc_readable(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			  uint32_t blocks);

/* The disc can still be recorded here; else CHECK CONDITION 5/30/05. */
bool sim_mmc_recordable(struct sim_drive *drive, struct sim_cmd *cmd);

/* Sends a reply of len bytes, no more than the allocation length. */
void sim_mmc_reply(struct sim_cmd *cmd, const void *buf, size_t len, size_t allocation);

/* The command's iov, cut to len bytes, as a copy that may be consumed; NULL: no memory. */
struct iovec *sim_mmc_iov(struct sim_drive *drive, struct sim_cmd *cmd, size_t len, size_t *count);

#endif
