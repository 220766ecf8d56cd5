/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of the store of images. */
#ifndef DISCMUX_IMAGES_PRIV_H
#define DISCMUX_IMAGES_PRIV_H

#include <openssl/evp.h>
#include <stdio.h>
#include <xxhash.h>

#include "image.h"
#include "images.h"

/* Folders that are no image's: all begin with a dot, which no name does. */
#define IMAGES_NEW	".new-"		/* a register that runs, or its leftover */
#define IMAGES_OLD	".old-"		/* on its way out */
#define IMAGES_WAS	".was-"		/* replaced where folders can't be exchanged */
#define IMAGES_LOCK	".lock"		/* in the store and in each image */
#define IMAGES_CHECKED	".checked"	/* in an image: as its files were when they were whole */
#define IMAGES_CHUNKS	".chunks"	/* in an image: to say where it is damaged */
#define IMAGES_FILE_SIZE (IMAGES_NAME_SIZE + 16)

#define IMAGES_SHA	65u		/* hexadecimal and its end */

struct images {
	int dir;			/* -1: there is no folder, and so no image */
	bool write;
	char *path;
};

/* What an image can consist of beside its description, in the order of the sums. */
enum images_file { IMAGES_ISO, IMAGES_BIN, IMAGES_CUE, IMAGES_CDT, IMAGES_FILES };

extern const char *const images_suffix[IMAGES_FILES];	/* ".iso" */

/* "HDD1.iso"; buf has IMAGES_FILE_SIZE. */
char *images_file_name(const char *name, const char *suffix, char *buf);

/* A line into err (which may be NULL); returns rc. */
int images_fail(char *err, size_t errlen, int rc, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* ---- store.c ------------------------------------------------------------ */

/* The folder's lock, for the moments in which names change hands; -errno. */
int images_lock(const struct images *store, char *err, size_t errlen);
void images_unlock(int lock);

/* Locks an image, whose folder is open, for this program alone, or together with programs
 * that only use it, too.  Neither waits: -EBUSY.  -EACCES: the user has no right to lock it. */
int images_alone(int dir);
int images_share(int dir);

/* Opens a folder in the store, following no link; -errno. */
int images_open_dir(const struct images *store, const char *name);

/* Removes a folder that is open, with all files in it. */
int images_remove_dir(const struct images *store, const char *name, int dir);

/* Gives a folder a name that none has, with the folder's lock; -EEXIST. */
int images_rename(const struct images *store, const char *from, const char *to);

/* Brings a folder's entries to the storage. */
int images_sync_dir(int dir);

/* ---- describe.c --------------------------------------------------------- */

/* Reads a description; of what it does not say nothing is changed.  -EINVAL. */
int images_parse(const char *text, size_t len, struct images_info *info, char *err,
		 size_t errlen);

/* Its text, to be freed; NULL without memory. */
char *images_write(const struct images_info *info);

/* Describes the image in an open folder, problems and all. */
void images_read(const struct images *store, int dir, const char *name,
		 struct images_info *info);

/* ---- sums.c --------------------------------------------------------------- */

struct images_sums {
	bool listed[IMAGES_FILES];
	char sha256[IMAGES_FILES][IMAGES_SHA];
};

/* Reads NAME.sha256.  -EINVAL: it is none, or of other files. */
int images_sums_parse(const char *name, const char *text, size_t len, struct images_sums *sums);
int images_sums_read(int dir, const char *name, struct images_sums *sums, char *err,
		     size_t errlen);

void images_hex(EVP_MD_CTX *sha, char *hex);	/* ends the sum */

/* All of a small file; *text has a zero behind its end and is to be freed. */
int images_slurp(int dir, const char *file, size_t max, char **text, size_t *len);
/* A small file onto the storage. */
int images_spit(int dir, const char *file, const void *data, size_t len);

/* ---- chunks.c -------------------------------------------------------------- */

struct images_chunks {
	XXH64_state_t *state;
	size_t size, in;	/* bytes of a chunk, and of the one at work so far */
	uint64_t *sums;
	size_t count, room;
};

/* block: bytes of a block of the image. */
void images_chunks_begin(struct images_chunks *chunks, uint32_t block);
int images_chunks_add(struct images_chunks *chunks, const void *data, size_t len);
int images_chunks_end(struct images_chunks *chunks);
void images_chunks_free(struct images_chunks *chunks);

/* Onto the storage, beside the image. */
int images_chunks_write(const struct images_chunks *chunks, int dir);

/* Blocks between which all differences lie from what was written there.  False: none,
 * or that can't be told. */
bool images_chunks_damage(const struct images_chunks *chunks, int dir, uint64_t *first,
			  uint64_t *last);

/* ---- check.c --------------------------------------------------------------- */

/* Reads an image's files while they are compared with their sums. */
struct images_reading {
	int dir;
	const char *name;
	const struct images_info *info;
	const struct images_sums *sums;
	const struct images_progress *progress;
	uint64_t done, total;
	struct images_chunks chunks;	/* of the file at work */
	/* Gets the bytes of a file; NULL: nobody does.  -errno ends it, err is set. */
	int (*take)(void *arg, enum images_file file, const void *data, size_t len, char *err,
		    size_t errlen);
	void *arg;
};

int images_read_all(struct images_reading *r, char *err, size_t errlen);

/* Is the image as it was when a check last found it whole?  When was that?  0: never. */
int64_t images_checked(int dir, const char *name);

/* ---- look.c -------------------------------------------------------------- */

/* What is on the disc: kind, label, tracks, blocks. */
void images_look(struct disc_image *image, struct images_info *info);

#endif
