// SPDX-License-Identifier: GPL-2.0
/* The log of disc states: JSON lines, each written by one write() and synced. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "internal.h"

struct burn_log {
	int fd;
	bool failed;		/* said so once */
};

static int make_parent(const char *path)
{
	char *copy = strdup(path);
	int rc = 0;

	if (!copy)
		return -ENOMEM;
	if (mkdir(dirname(copy), 0755) && errno != EEXIST)
		rc = -errno;
	free(copy);
	return rc;
}

int burn_log_open(const char *path, struct burn_log **log)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
	int fd = open(path, flags, 0644);

	*log = NULL;
	if (fd < 0 && errno == ENOENT) {
		int rc = make_parent(path);

		if (rc)
			return rc;
		fd = open(path, flags, 0644);
	}
	if (fd < 0)
		return -errno;
	*log = calloc(1, sizeof(**log));
	if (!*log) {
		close(fd);
		return -ENOMEM;
	}
	(*log)->fd = fd;
	return 0;
}

void burn_log_close(struct burn_log *log)
{
	if (!log)
		return;
	close(log->fd);
	free(log);
}

/* File names are bytes and drives say what they like; JSON wants UTF-8. */
static json_t *string(const char *text)
{
	json_t *s = json_string(text);
	char *copy, *p;

	if (s)
		return s;
	copy = strdup(text);
	if (!copy)
		return NULL;
	for (p = copy; *p; p++)
		if (*p & 0x80)
			*p = '?';
	s = json_string(copy);
	free(copy);
	return s;
}

static char *line(struct burn_job *job, size_t i, const char *state, enum burn_disc disc)
{
	const struct burn_rec *rec = &job->recs[i];
	time_t now = time(NULL);
	char when[32], *text = NULL;
	struct tm tm;
	json_t *o;

	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	o = json_pack("{ss ss so si so so ss ss ss}", "time", when, "job", job->id,
		      "master", string(burn_source_name(job->config.source)),
		      "recorder", (int)rec->info.unit, "drive", string(rec->info.drive),
		      "serial", string(rec->info.serial), "medium", rec->status.medium,
		      "state", state, "disc", burn_disc_name(disc));
	if (o && rec->info.slot != DISCMUX_NONE)
		json_object_set_new(o, "slot", json_integer(rec->info.slot));
	if (o && *rec->status.message)
		json_object_set_new(o, "message", string(rec->status.message));
	if (o)
		text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return text;
}

/* The line and its end by one write(), so that jobs side by side don't mix. */
static int append(struct burn_log *log, char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	text[len] = '\n';
	n = write(log->fd, text, len + 1);
	if (n < 0)
		return -errno;
	if ((size_t)n != len + 1)
		return -ENOSPC;
	return fdatasync(log->fd) ? -errno : 0;
}

/* Drops a recorder whose disc somebody else is against. */
static void refuse(struct burn_job *job, size_t i, int rc, const char *why)
{
	enum burn_disc disc = job->recs[i].status.disc;

	if (rc == -EBADMSG && (disc == BURN_DISC_CLOSED || disc == BURN_DISC_VERIFIED))
		burn_set_disc(job, i, BURN_DISC_DIFFERS);
	burn_drop(job, i, rc == -ECANCELED ? BURN_CANCELLED : BURN_FAILED, why);
}

/* Of a recorder that is dropped already nothing can be refused any more. */
static bool is_refused(struct burn_job *job, size_t i, const char *state, enum burn_disc disc)
{
	const struct burn_config *c = &job->config;
	char why[BURN_MESSAGE_LEN] = "";
	int rc = c->record ? c->record(c->record_arg, i, state, disc, why, sizeof(why)) : 0;

	if (!rc || !(job->live >> i & 1))
		return false;
	refuse(job, i, rc, why);
	return true;
}

static void put_line(struct burn_job *job, size_t i, const char *state, enum burn_disc disc)
{
	struct burn_log *log = job->config.log;
	char *text;
	int rc = -ENOMEM;

	if (!log)
		return;
	text = line(job, i, state, disc);
	if (text)
		rc = append(log, text);
	free(text);
	if (rc && !log->failed) {
		log->failed = true;
		burn_notice(job, "the log of disc states can't be written: %s", strerror(-rc));
	}
}

bool burn_log_state(struct burn_job *job, size_t i, const char *state, enum burn_disc disc)
{
	if (is_refused(job, i, state, disc))
		return false;
	job->recs[i].told = true;
	put_line(job, i, state, disc);
	return true;
}

bool burn_touch(struct burn_job *job, size_t i, const char *state)
{
	job->recs[i].before = job->recs[i].status.disc;
	if (!burn_log_state(job, i, state, BURN_DISC_RUINED))
		return false;
	burn_set_disc(job, i, BURN_DISC_RUINED);
	return true;
}
