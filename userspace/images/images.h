/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The store of masters: HDD1 to HDD10 of the panel and any number more by name.
 *
 * A store is a folder; each image is a folder in it, named as the image, with
 *
 *	NAME.iso		blocks of 2048 bytes, or for a CD that such a file can't hold
 *	NAME.bin, NAME.cue	2352 bytes a sector, audio little-endian, and
 *	NAME.cdt		the CD-Text packs, where the disc has some
 *	NAME.sha256		of all these files, as sha256sum prints it
 *	NAME.json		what the image is, see struct images_info
 *
 * An image comes into being under a name that is no image's, is brought to the
 * storage, and then gets its name by one rename: what is listed is whole.  What a
 * crash leaves is removed when the store is next opened for writing.
 *
 * Several programs may use one store.  Who reads an image holds it; who replaces or
 * removes it must be alone: -EBUSY.  Both lock a file in the image's folder, which is of
 * the folder's owner and the group cdrom.  Other users read an image without a lock: they stop
 * no program, and one that is removed meanwhile is gone for them.  A handle may be used by any
 * number of threads at a time, a register by one at a time.
 *
 * Functions that return int give 0 (or what they say) or a negative errno with one
 * line in err: what is wrong and what to do.
 */
#ifndef DISCMUX_IMAGES_H
#define DISCMUX_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

#define IMAGES_HDDS		10u	/* HDD1 to HDD10 */
#define IMAGES_NAME_SIZE	65u	/* a name and its end */
#define IMAGES_TEXT_SIZE	193u	/* a label, a source */
#define IMAGES_PATH_SIZE	4096u

struct images;

/* ---- The store --------------------------------------------------------- */

/* The folder that is used unless another is named: "images" in $DISCMUX_STATE, or in
 * /var/lib/discmux.  Returns buf. */
char *images_default_path(char *buf, size_t size);

#define IMAGES_WRITE	1u	/* register, remove; makes the folder, tidies up */

/*
 * Opens a store.  path NULL: the usual one.  Without IMAGES_WRITE a folder that does
 * not exist is a store without images.
 */
int images_open(const char *path, unsigned int flags, struct images **store, char *err,
		size_t errlen);
void images_close(struct images *store);
const char *images_path(const struct images *store);

/*
 * Letters, digits and . _ - of ASCII, 64 at most, the first one a letter or digit;
 * nothing else, so that a name is never a path.  err may be NULL.
 */
bool images_name_valid(const char *name, char *err, size_t errlen);

/* "HDD3" for 3; buf has IMAGES_NAME_SIZE.  Returns buf. */
char *images_hdd(unsigned int number, char *buf);

/* Text from elsewhere as it can be stored and shown: UTF-8 without control characters,
 * no blanks at the ends.  ISO 8859-1 where it is no UTF-8.  to has IMAGES_TEXT_SIZE. */
void images_clean_text(const char *from, char *to);

/* ---- What is there ----------------------------------------------------- */

enum images_kind {
	IMAGES_ROM,
	IMAGES_VIDEO,
	IMAGES_AUDIO,
	IMAGES_MIXED,		/* audio and data */
};

/* "ROM", "Video", "Audio", "Mixed" */
const char *images_kind_name(enum images_kind kind);

enum images_medium {		/* what it takes to burn it */
	IMAGES_CD,
	IMAGES_DVD,
	IMAGES_BD,
};

/* "CD", "DVD", "BD" */
const char *images_medium_name(enum images_medium medium);

/* The smallest medium that takes blocks of 2048 bytes. */
enum images_medium images_medium_for(uint64_t blocks);

struct images_info {
	char name[IMAGES_NAME_SIZE];
	char problem[256];	/* "": none; else why it can't be used, and of the rest
				 * only the name counts */
	enum images_kind kind;
	enum images_medium medium;
	uint64_t bytes;		/* of .iso or .bin */
	uint32_t blocks;	/* from LBA 0 to the end of the disc */
	unsigned int tracks, sessions;	/* 0 for what is no CD */
	uint32_t audio;		/* blocks of audio tracks, 1/75 s */
	char label[IMAGES_TEXT_SIZE];	/* of the volume, or the CD-Text title; "" */
	char source[IMAGES_TEXT_SIZE];	/* "reader 0 (PIONEER DVD-RW)", a file's name */
	int64_t registered;	/* Unix time */
	int64_t checked;	/* Unix time of the last check that found it whole; 0: none
				 * since it was registered or its files were touched */
	char sha256[65];	/* of .iso or .bin */
	char path[IMAGES_PATH_SIZE];	/* of .iso or .cue: what disc_image_open() takes */
};

/* The image of this name.  -ENOENT: there is none.  An image with a problem is 0. */
int images_describe(struct images *store, const char *name, struct images_info *info, char *err,
		    size_t errlen);

/* All, HDD1 to HDD10 first, the others by name; *list is to be freed. */
int images_list(struct images *store, struct images_info **list, size_t *count, char *err,
		size_t errlen);

/* ---- Using an image ---------------------------------------------------- */

/* An image that stays as it is until it is let go, in whichever process. */
struct images_hold;

/* -ENOENT, -EBUSY (just being replaced), -EBADMSG (has a problem).  info may be NULL;
 * its path can be opened as long as the image is held. */
int images_hold(struct images *store, const char *name, struct images_hold **hold,
		struct images_info *info, char *err, size_t errlen);
void images_release(struct images_hold *hold);

/* Called now and then by what takes long; done of total bytes.  Returns false to end
 * it: -ECANCELED.  step may be NULL. */
struct images_progress {
	bool (*step)(void *arg, uint64_t done, uint64_t total);
	void *arg;
	/* A line about an image that is registered, as disc_image_note() has it, or about
	 * what an export loses; may be NULL */
	void (*note)(void *arg, const char *text);
};

#define IMAGES_REPLACE		1u
#define IMAGES_FORCE		2u

#define IMAGES_BACKGROUND	1u	/* leaves disk and processor to others */

/*
 * Reads all files of an image and compares them with their sums.  Holds the image
 * meanwhile; may run in a thread beside a burn.  -EBADMSG: it is damaged, and err
 * names file and place.  What was found to be whole is noted (info->checked), where
 * the store may be written.
 */
int images_check(struct images *store, const char *name, unsigned int flags,
		 const struct images_progress *progress, char *err, size_t errlen);

enum images_as {
	IMAGES_AS_STORED,
	IMAGES_AS_ISO,		/* from here on as --as lists them */
	IMAGES_AS_CUE,		/* with .bin and, where there is CD-Text, .cdt */
	IMAGES_AS_TOC,		/* with .bin */
	IMAGES_AS_CCD,		/* with .img and .sub */
};

struct images_out {
	const char *folder;	/* which must exist */
	bool force;		/* over files of these names */
	enum images_as as;
};

/*
 * Copies an image into a folder, as the files that are stored, but the description, or in another
 * form, with their sums.  None of them is there before all are, and whole.  -EEXIST, -EBADMSG
 * (damaged; nothing is left), -EINVAL (not in this form).
 */
int images_export(struct images *store, const char *name, const struct images_out *to,
		  const struct images_progress *progress, char *err, size_t errlen);

/* -ENOENT, -EBUSY: held or being registered. */
int images_remove(struct images *store, const char *name, char *err, size_t errlen);

/* ---- Registering ------------------------------------------------------- */

struct images_register;

struct images_plan {
	bool raw;		/* .bin/.cue: 2352 bytes a sector; else .iso: 2048 */
	bool replace;		/* an image of this name, at the commit */
	uint64_t bytes;		/* how much will come; 0: not known */
};

/*
 * Begins a register.  Room for what will come is taken at once: -ENOSPC before
 * anything was read.  -EEXIST: there is one of this name and it is not to be
 * replaced.  -EBUSY: that one is held, or another register to this name runs.
 */
int images_begin(struct images *store, const char *name, const struct images_plan *plan,
		 struct images_register **reg, char *err, size_t errlen);

/* The next bytes.  -ENOSPC and the like: abort then. */
int images_append(struct images_register *reg, const void *data, size_t len, char *err,
		  size_t errlen);

/* Bytes so far. */
uint64_t images_bytes(const struct images_register *reg);

struct images_details {
	const struct cd_layout *layout;	/* raw: of what was appended, LBA 0 on, as
					 * disc_sheet_write() has it.  Else NULL */
	enum images_medium medium;	/* where it comes from; a CD with raw */
	const char *source;
	const char *label;	/* NULL: that of the volume or the CD-Text */
};

/*
 * Ends a register well: when this returns 0 the image is on the storage under its
 * name.  The register is gone in either case.  info may be NULL.
 */
int images_commit(struct images_register *reg, const struct images_details *details,
		  struct images_info *info, char *err, size_t errlen);

/* Ends a register; nothing is left of it.  NULL is allowed. */
void images_abort(struct images_register *reg);

/*
 * Registers a file: .iso, .cue, .toc, .ccd and what else disc_image_open() takes; with
 * IMAGES_FORCE also one that contradicts itself.  IMAGES_REPLACE: as replace in the plan.
 */
int images_add_file(struct images *store, const char *name, const char *path, unsigned int flags,
		    const struct images_progress *progress, struct images_info *info, char *err,
		    size_t errlen);

#endif
