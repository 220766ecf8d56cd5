/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Track extraction: audio tracks of one master after the other into one image, which
 * burns as a Red Book disc.  Which tracks may be taken is in extract_select.h.
 *
 *	extract_analyze(), the choice, extract_run(); then, with append, the next master
 *
 * Functions return 0 or a negative errno with one line in err.
 */
#ifndef DISCMUX_EXTRACT_H
#define DISCMUX_EXTRACT_H

#include "burn.h"
#include "images.h"
#include "paranoia.h"
#include "extract_select.h"

struct extract_config {
	const struct burn_ops *ops;
	void *ctx;		/* for ops; not to be used by other threads meanwhile */
	uint32_t member;	/* the reader; claimed as long as a function runs */
	const char *name;	/* for display: "reader 0" */
	uint32_t max_data;	/* most bytes of one command */
	const char *helper;	/* see paranoia_read(); NULL: the usual one */
	struct images_progress progress;	/* bytes; 0 of 0 while it looks at a disc */
	struct discmux_result *failure;	/* what the reader said last where that was the
					 * end, else zeroed.  May be NULL */

	/* extract_run() only */
	struct images *store;
	const char *image;	/* "HDD1" */
	bool append;		/* after what the image holds, an extraction too */
	bool overwrite;		/* an image that is there; it stays until the new one is whole */
	bool no_isrc;
};

/* Looks at the disc in the reader.  -ECANCELED.  master is to be cleared after success. */
int extract_analyze(const struct extract_config *config, struct extract_master *master,
		    char *err, size_t errlen);

/*
 * What an extraction on this image begins with: with append after what it holds.
 * -EEXIST: there is an image, neither to be overwritten nor to append to.
 */
int extract_selection_begin(const struct extract_config *config, struct extract_selection *sel,
			    char *err, size_t errlen);

/*
 * Reads what is taken (by index) and registers it.  The disc must still be that of
 * the analysis.  -EIO: a place of the master can't be read for sure; the image is as
 * it was then.  -ECANCELED.  report and info may be NULL.
 */
int extract_run(const struct extract_config *config, const struct extract_master *master,
		const bool *taken, struct paranoia_report *report, struct images_info *info,
		char *err, size_t errlen);

#endif
