/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of an image: where its sectors lie in which file. */
#ifndef DISCMUX_DISC_IMAGE_PRIV_H
#define DISCMUX_DISC_IMAGE_PRIV_H

#include "image.h"

#define IMAGE_FILES_MAX		128u
#define IMAGE_EXTENTS_MAX	512u
#define IMAGE_NAME_MAX		256u

#define IMAGE_NO_FILE		(-1)	/* silence, zeros */

/* Blocks that lie one behind the other in a file. */
struct image_extent {
	int32_t lba;		/* of the first */
	uint32_t blocks;
	int file;		/* IMAGE_NO_FILE: silence, zeros */
	uint64_t offset;	/* of the first, in bytes */
	uint16_t size;		/* bytes of each in the file: 2048, 2324, 2336, 2352, 2448 */
	bool swap;		/* audio with the high byte first */
	bool pad;		/* the last block may be cut off: silence follows */
	enum cd_sector mode;
};

struct disc_image {
	struct cd_layout layout;
	uint32_t blocks;
	struct disc_files files;
	struct disc_file_set *own;	/* of disc_image_open(), else NULL */
	unsigned int nr_extents;
	struct image_extent extents[IMAGE_EXTENTS_MAX];
};

/* ---- While a sheet is read -------------------------------------------- */

struct sheet_file {
	char name[IMAGE_NAME_MAX];
	int number;
	uint64_t start;		/* of the samples in a .wav */
	uint64_t size;		/* bytes from start on */
	bool wave;
};

struct sheet {
	const char *text, *end;	/* what is left */
	unsigned int line;
	const char *name;	/* of the sheet, for messages */
	struct disc_image *image;
	unsigned int nr_files;
	struct sheet_file file_list[IMAGE_FILES_MAX];
	char *err;
	size_t errlen;
};

/* -EINVAL, with "NAME line N: " before the text. */
int sheet_wrong(struct sheet *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* -ENOMEM, with "out of memory". */
int sheet_no_memory(struct sheet *s);

/*
 * The next word, or a text in quotes (\" and \\ in it as in C when escapes is
 * set), into word; what is too long is cut off.  newline: stops at the end of
 * the line.  Returns false when there is none.
 */
bool sheet_word(struct sheet *s, char *word, size_t size, bool newline, bool escapes);

/* Goes to the next line.  False at the end of the text. */
bool sheet_next_line(struct sheet *s);

/* Opens a file that the sheet names, once for each name.  wave: has a RIFF
 * header, which is read.  NULL with the error set in *rc. */
const struct sheet_file *sheet_file(struct sheet *s, const char *name, bool wave, int *rc);

/* "mm:ss:ff" in frames; false when it is none. */
bool sheet_msf(const char *text, uint32_t *frames);

/* A whole decimal number up to max. */
bool sheet_number(const char *text, uint64_t max, uint64_t *value);

int image_add(struct sheet *s, const struct image_extent *extent);

/* The cue, toc and ccd parsers. */
int sheet_parse_cue(struct sheet *s);
int sheet_parse_toc(struct sheet *s);
int sheet_parse_ccd(struct sheet *s);

/*
 * What a file of subchannels, CD_SUBCODE bytes for each block of the sectors' file,
 * tells: catalogue number and ISRC where the layout has none, and (places[i]) the pause
 * before track i and its indices (image_sub.c).  The extents are known.
 */
void image_read_sub(struct sheet *s, const struct sheet_file *file, const bool *places);

/* ---- CD-Text from titles (image_cdtext.c) ------------------------------ */

#define SHEET_TEXT	161u	/* bytes of one, with the zero */

/* Titles of the disc (0) and its tracks, as sheets give them. */
struct sheet_text {
	char title[CD_TRACKS + 1][SHEET_TEXT];
	char performer[CD_TRACKS + 1][SHEET_TEXT];
	char songwriter[CD_TRACKS + 1][SHEET_TEXT];
	char composer[CD_TRACKS + 1][SHEET_TEXT];
	char arranger[CD_TRACKS + 1][SHEET_TEXT];
	char message[CD_TRACKS + 1][SHEET_TEXT];
};

/*
 * Keeps the text of a type (CD_TEXT_TITLE to CD_TEXT_MESSAGE) of track n, 0: of the disc;
 * what is too long is cut off.  *text is NULL before the first one, as most sheets have none,
 * and is the caller's to free.  -ENOMEM, or 0.
 */
int sheet_text_keep(struct sheet_text **text, uint8_t type, unsigned int n, const char *word);

/* Makes the packs of layout out of them; none when all are empty, or text is NULL. */
void sheet_text_packs(const struct sheet_text *text, struct cd_layout *layout);

/* The other way round, of the first block. */
void sheet_text_from(const struct cd_layout *layout, struct sheet_text *text);

#endif
