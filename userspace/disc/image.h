/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Images of discs: files that hold masters.
 *
 *	.iso		whole blocks of 2048 bytes; any other name too
 *	.cue		with raw files and WAVE; several sessions by REM SESSION;
 *			CDTEXTFILE, TITLE, PERFORMER and others as CD-Text
 *	.toc		of cdrdao, with raw files and WAVE
 *	.ccd		with .img and, where there is one, .sub
 *
 * The content of a file, not its name, decides whether it is WAVE or raw.
 *
 * A file that a sheet names is the one of that path in the folder of the sheet.  Where there
 * is none, the same path with Windows' separators or in another case of letters is taken, or
 * the last part of it beside the sheet, and a note says so; two files that could be meant are
 * refused.  A sheet from elsewhere reaches nothing outside of its folder.
 *
 * What an image says of itself is compared with what is there: volume descriptors with the
 * number of blocks, modes with the sectors, a WAVE file's length with its samples.
 *
 * Functions that return int give 0 or a negative errno with one line in err:
 * what is wrong and what to do.
 */
#ifndef DISCMUX_DISC_IMAGE_H
#define DISCMUX_DISC_IMAGE_H

#include "contents.h"

#define DISC_DATA		2048u	/* user data of mode 1 and mode 2 form 1 */
#define DISC_SUBHEADER		2336u	/* mode 2 without sync and header */

struct disc_image;

int disc_image_open(const char *path, struct disc_image **image, char *err, size_t errlen);

/* Takes an image that contradicts itself, if a disc could be made of it: the contradiction is
 * a note then.  For stored images, which were checked before, and for --force-image. */
#define DISC_IMAGE_FORCE	1u

int disc_image_open_with(const char *path, unsigned int flags, struct disc_image **image,
			 char *err, size_t errlen);

/* Lines for the user, before a disc is made of the image: a file that was taken instead of
 * another, a text that a disc can't hold.  The lines stay with the image. */
unsigned int disc_image_notes(const struct disc_image *image);
const char *disc_image_note(const struct disc_image *image, unsigned int i);

/* Of a CD; it has no tracks when the image is plain, that is blocks of 2048 bytes
 * that any medium takes.  Stays with the image. */
const struct cd_layout *disc_image_layout(const struct disc_image *image);

/* Blocks from LBA 0 to the end (the last lead-out). */
uint32_t disc_image_blocks(const struct disc_image *image);

/*
 * Reads sectors.  size: bytes of each, CD_RAW, DISC_SUBHEADER (mode 2 only) or
 * DISC_DATA (mode 1, XA form 1; a plain image has only these).  What the file
 * does not hold of a sector is made (sync, header, EDC, ECC).  Blocks of pauses
 * that are in no file are silence or zeros, made the same way; other blocks
 * outside of tracks give -ERANGE.  Audio is little-endian.  -EIO: the file can't
 * be read or was cut off.  err may be NULL.
 */
int disc_image_read(struct disc_image *image, int32_t lba, uint32_t blocks, uint32_t size,
		    void *data, char *err, size_t errlen);

void disc_image_close(struct disc_image *image);

/* ---- Sheets by themselves --------------------------------------------- */

/* How a sheet's parser gets at the files it names: returns their number (0 and
 * up, one for each call) and their size, or a negative errno. */
struct disc_files {
	int (*open)(void *ctx, const char *name, uint64_t *size);
	/* Bytes from a file; short at its end.  -errno. */
	int (*read)(void *ctx, int file, uint64_t offset, void *data, size_t len);
	void *ctx;
	/* The path that an open file has, where that is not the name it was asked for by;
	 * else NULL.  May itself be NULL. */
	const char *(*found)(void *ctx, int file);
};

enum disc_sheet { DISC_SHEET_CUE, DISC_SHEET_TOC, DISC_SHEET_CCD };

/* An image out of a sheet's text.  Closing it does not close the files. */
int disc_sheet_parse(enum disc_sheet kind, const char *text, size_t len,
		     const struct disc_files *files, const char *name, struct disc_image **image,
		     char *err, size_t errlen);

/*
 * Replaces in the name of a file what a sheet of this kind can't say: quotes and control
 * characters in a .cue, which has no escapes.  Returns whether there were any.
 */
bool disc_sheet_file_name(enum disc_sheet kind, char *name);

/* What a sheet of this kind can't hold of a layout, as in "in a .toc this is lost: ..."; NULL:
 * nothing. */
const char *disc_sheet_lacks(enum disc_sheet kind, const struct cd_layout *layout);

/*
 * The text of a sheet for a layout whose sectors lie in one file as cd_file_lba() has them,
 * 2352 bytes each.  Audio is little-endian.  bin: the name of that file, as
 * disc_sheet_file_name() leaves it; a .ccd does not say it.  cdtext: name of the file with the
 * packs, for a .cue, or NULL.  Returns a string to be freed; NULL when out of memory, or for a
 * .toc with several sessions, which it can't express.
 */
char *disc_sheet_write(enum disc_sheet kind, const struct cd_layout *layout, const char *bin,
		       const char *cdtext);

/* The subchannels of a block as a .sub has them: CD_SUBCODE bytes, channels apart.  P and Q are
 * made as the layout has them, the others are empty. */
void disc_sub_write(const struct cd_layout *layout, int32_t lba, uint8_t *sub);

#endif
