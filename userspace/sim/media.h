/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The media folder: every disc the virtual hardware knows.
 *
 * A disc is two files:
 *   NAME.iso   its data, one 2048-byte block after another, at LBA * 2048.  An
 *              ordinary file: mount it, compare it, copy it.  Or, of a CD that
 *              has audio or other sectors than those of 2048 bytes,
 *   NAME.bin   its sectors whole, at LBA * 2352.  A disc's file changes from the
 *              one to the other when a drive records such a sector.
 *   NAME.sub   beside a .bin: what was written into the subchannels R to W, 96 bytes
 *              a sector at LBA * 96.
 *   All are sparse: what nobody wrote takes no room.
 *   NAME.json  what a plain file can't say: medium, capacity, state, sessions
 *              and tracks (see media_sidecar.c for the keys).
 *
 * An .iso without sidecar counts as a pressed disc, DVD-ROM or CD-ROM by size.
 *
 * Recovery rule (after kill -9 at any moment): the sidecar is only ever
 * replaced whole, and a closed track's length enters it after its data is in
 * the file.  For a track that was open, the file's length tells how far it got:
 * the next writable address is the end of the file, rounded up as the medium's
 * linking demands.  What a sidecar claims beyond the file's end reads as zeros
 * up to the linking unit (the padding a drive writes) and as a medium error
 * (3/11/00) further on.
 *
 * All functions may be called by any thread.  Names: 1 to 63 characters out of
 * A-Z a-z 0-9 . _ + -, not starting with a dot.
 */
#ifndef DISCMUX_SIM_MEDIA_H
#define DISCMUX_SIM_MEDIA_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#define SIM_MEDIA_NAME_MAX	64	/* with the terminating zero */

struct sim_media;

/* Those that sim_media_blank() takes, for messages */
#define SIM_BLANK_TYPES	"cd-r, cd-rw, dvd-r, dvd-rw, dvd+r, dvd+rw, dvd+r-dl, bd-r or bd-re"

/*
 * Opens the folder dir, making it if its parent is there.
 * Returns 0, or a negative errno with one line in err.
 */
int sim_media_open(const char *dir, struct sim_media **out, char *err, size_t errlen);

/* Frees the handle; drives that use it must be gone.  NULL is fine. */
void sim_media_close(struct sim_media *media);

/*
 * Makes a blank disc.  type: one of SIM_BLANK_TYPES.  name NULL chooses one
 * ("dvd+r-001").  capacity_blocks 0 takes the type's own (2295104 of a DVD+R, say),
 * less makes a quick test.  out_name (may be NULL) gets the name.
 * Errors: -EINVAL (type, name, capacity), -EEXIST, or what the folder says.
 */
int sim_media_blank(struct sim_media *media, const char *type, const char *name,
		    uint32_t capacity_blocks, char *out_name, size_t out_len,
		    char *err, size_t errlen);

/*
 * Makes a pressed disc of the image at path.  Blocks of 2048 bytes, up to 8.5
 * GB: CD-ROM up to 360000 blocks, DVD-ROM above, of two layers where one does not hold
 * it; the image is never modified nor
 * copied: the disc's .iso is a symbolic link to it.  A .cue, .toc or .ccd sheet:
 * a CD with its tracks, whose sectors are copied.  An image that is or made a disc
 * already gives that disc.  name NULL takes the file's.
 */
int sim_media_import(struct sim_media *media, const char *path, const char *name,
		     char *out_name, size_t out_len, char *err, size_t errlen);

/*
 * All discs, by name: an array of objects with the keys "name", "medium",
 * "capacity" (blocks), "state" ("blank", "appendable", "complete"), "blocks"
 * (recorded), "sessions", "tracks", "in_use" (in a drive now), "file"; a disc
 * whose files can't be understood has "name" and "error".
 * The caller owns the reference.  NULL when out of memory.
 */
json_t *sim_media_list(struct sim_media *media);

/*
 * Scratches a disc that is in no drive (-EBUSY), so that every drive has trouble
 * with it.  words:
 *   read N[-M]		these blocks can't be read (audio: wrong, with C2 errors)
 *   c2 N[-M]		they have C2 errors: data is corrected, audio is wrong
 *   isrc N[-M]		the subchannel can't be read there: no ISRC, no MCN (at 0)
 *   jitter N[-M]	reads of audio that begin there are off: [samples N] at most, one
 *			of [every N]
 *   none		the disc is as new
 * then [times N]: only the first N attempts fail; [above SPEED]: only when read
 * faster than SPEED times 1x.
 */
int sim_media_damage(struct sim_media *media, const char *name, const char *const words[],
		     size_t n, char *err, size_t errlen);

/*
 * Makes a pressed disc of data, which is in no drive (-EBUSY), a DVD with two layers, the
 * first of so many blocks (0: as it is), or one whose blocks "N[-M][,N[-M]]..." are scrambled
 * with CSS (NULL: as it is, "none": none).
 */
int sim_media_press(struct sim_media *media, const char *name, uint32_t layer_0,
		    const char *protect, char *err, size_t errlen);

/*
 * Makes a DVD (a pressed disc of data is one then), which is in no drive (-EBUSY), say that
 * it is protected: words "css", "cppm", "cprm" or "none", then [region N], 1 to 8, the only
 * one that it is for; a BD "aacs" or "none".  Its data stay as they are.
 */
int sim_media_copyright(struct sim_media *media, const char *name, const char *const words[],
			size_t n, char *err, size_t errlen);

/* One disc as in sim_media_list(); NULL when there is none of that name. */
json_t *sim_media_describe(struct sim_media *media, const char *name);

#endif
