/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of an image: where its sectors lie in which file. */
#ifndef DISCMUX_DISC_IMAGE_PRIV_H
#define DISCMUX_DISC_IMAGE_PRIV_H

#include "image.h"

#define IMAGE_FILES_MAX		128u
#define IMAGE_EXTENTS_MAX	512u
#define IMAGE_NAME_MAX		512u
#define IMAGE_NOTES_MAX		16u
#define IMAGE_NOTE_SIZE		400u

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
	bool sound;		/* the file has a header of sound */
	enum cd_sector mode;
};

struct disc_image {
	struct cd_layout layout;
	uint32_t blocks;
	struct disc_files files;
	struct disc_file_set *own;	/* of disc_image_open(), else NULL */
	unsigned int nr_extents;
	struct image_extent extents[IMAGE_EXTENTS_MAX];
	unsigned int nr_notes;
	int refused;		/* the note for which the image is refused, -1: none */
	char notes[IMAGE_NOTES_MAX][IMAGE_NOTE_SIZE];
};

/* NULL when out of memory. */
struct disc_image *image_new(void);

/* Adds a note, once; the last one there is room for counts those that follow. */
void image_note(struct disc_image *image, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A note for which the image is refused without DISC_IMAGE_FORCE. */
void image_refuse(struct disc_image *image, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- Files (image_files.c) --------------------------------------------- */

/* The files that a sheet names.  NULL with errno when its folder can't be opened. */
struct disc_file_set *file_set_new(const char *path);

/* Opens the image itself, by the name that the user gave. */
int file_set_first(struct disc_file_set *set, const char *path, uint64_t *size);

/* A file of this name is in the folder. */
bool file_set_has(const struct disc_file_set *set, const char *name);

struct disc_files file_set_files(struct disc_file_set *set);
void file_set_free(struct disc_file_set *set);

/* ---- Contradictions (image_check.c) ------------------------------------- */

/*
 * Compares what an image says of itself with what is there.  A contradiction that still leaves
 * a disc is an image_refuse(); any other gives -EINVAL with one line.
 */
int image_check(struct disc_image *image, const char *path, char *err, size_t errlen);

/* Checks a file without a sheet, before its size is looked at. */
int image_check_bare(struct disc_image *image, const struct disc_file_set *set, const char *path,
		     uint64_t size, char *err, size_t errlen);

/* ---- While a sheet is read -------------------------------------------- */

struct sheet_file {
	char name[IMAGE_NAME_MAX];
	int number;
	uint64_t start;		/* of the samples in a .wav */
	uint64_t size;		/* bytes from start on */
	bool sound;		/* it was looked at as one */
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

/* Codes in any case, with hyphens or blanks: the ISRC of a track (into isrc, CD_ISRC_SIZE bytes),
 * a catalogue number of 8, 12, 13 or 14 digits (into the layout).  A word that can't be one is
 * left out with a note, an empty one without. */
void sheet_isrc(struct sheet *s, unsigned int track, const char *word, char *isrc);
void sheet_catalog(struct sheet *s, const char *word);

enum sheet_file_kind {
	SHEET_DATA,		/* sectors, subchannels, CD-Text */
	SHEET_SOUND,		/* WAVE or raw samples: its bytes tell */
	SHEET_WAVE,		/* never raw samples, so the sheet says */
};

/* Opens a file that the sheet names, once for each name.  NULL with the error set in *rc. */
const struct sheet_file *sheet_file(struct sheet *s, const char *name, enum sheet_file_kind kind,
				    int *rc);

/* Finds the samples in a file of sound (image_sound.c). */
int sheet_sound(struct sheet *s, struct sheet_file *f, enum sheet_file_kind kind);

/* What a file of sound with a header is, by its first 12 bytes: "WAVE", "FLAC" ...; else "". */
const char *image_sound_kind(const uint8_t *head);

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

/* Titles of the disc (0) and its tracks, as sheets give them: in UTF-8, or else in ISO 8859-1. */
struct sheet_text {
	char title[CD_TRACKS + 1][SHEET_TEXT];
	char performer[CD_TRACKS + 1][SHEET_TEXT];
	char songwriter[CD_TRACKS + 1][SHEET_TEXT];
	char composer[CD_TRACKS + 1][SHEET_TEXT];
	char arranger[CD_TRACKS + 1][SHEET_TEXT];
	char message[CD_TRACKS + 1][SHEET_TEXT];
	char disc_id[CD_TRACKS + 1][SHEET_TEXT];	/* of the disc only, */
	char genre[CD_TRACKS + 1][SHEET_TEXT];		/* as this */
	bool cut;			/* one was longer */
};

/* The type of a text by the word that sheets have for it, in any case; 0: it is none. */
uint8_t sheet_text_type(const char *word);

/*
 * Keeps the text of a type (CD_TEXT_TITLE to CD_TEXT_GENRE) of track n, 0: of the disc;
 * what is too long is cut off.  *text is NULL before the first one, as most sheets have none,
 * and is the caller's to free.  -ENOMEM, or 0.
 */
int sheet_text_keep(struct sheet_text **text, uint8_t type, unsigned int n, const char *word);

/* Makes the packs of the layout out of them; none when all are empty, or text is NULL.  A note
 * names texts that are changed or left out. */
void sheet_text_packs(struct sheet *s, const struct sheet_text *text);

/* The other way round, of the first block; without genre, which begins with a code. */
void sheet_text_from(const struct cd_layout *layout, struct sheet_text *text);

/* A sheet's text without a byte order mark, UTF-16 as UTF-8, and with LF at the end of lines (or
 * CR LF): to be freed; NULL when out of memory (image_charset.c). */
char *sheet_plain(const char *text, size_t len, size_t *out_len);

bool sheet_is_utf8(const char *text);

/*
 * UTF-8 (or, where it is not valid, ISO 8859-1) as the ISO 8859-1 of CD-Text: characters that
 * it lacks become those that are nearest, or '?'.  out: len bytes (at least 1).  Returns whether
 * one was lost or replaced (image_charset.c).
 */
bool sheet_to_latin(const char *text, char *out, size_t len);

#endif
