// SPDX-License-Identifier: GPL-2.0
/* Serves discmux-paranoia with reads and takes what it makes of them. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "paranoia.h"

#define PROGRAM		"discmux-paranoia"
#define SILENT_MS	120000	/* without a word: it hangs */
#define AROUND		16u	/* sectors beside the range, for overlaps */
#define FAR		4000	/* sectors to go away, so that a drive's cache is no help */
#define PIECE		4500u	/* sectors that are read, or read again, together */
#define VOTES		25u
#define AGREE		3u	/* that are enough ... */
#define LEAD		2u	/* ... with so many more than any other */

struct run {
	const struct paranoia_reader *reader;
	int32_t audio, audio_end;
	int32_t begin, end;	/* of the piece */
	int32_t first, stop;	/* that the library may read for it */
	int32_t next;		/* sector that has to come */
	bool voting, unsteady;
	uint64_t sums[PIECE + 2 * AROUND];	/* of sectors from first on, 0: not read yet */
	uint8_t piece[PIECE * PARANOIA_SECTOR];	/* what has come */
	int wire;
	pid_t child;
	uint8_t votes[VOTES][PARANOIA_CHUNK * PARANOIA_SECTOR];
	uint8_t data[PARANOIA_CHUNK * PARANOIA_SECTOR];
	uint8_t away[PARANOIA_SECTOR];
};

/* ---- The process ------------------------------------------------------------ */

/* The program of the same build, unless another is named. */
static void helper_path(const char *helper, char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (helper) {
		snprintf(path, size, "%s", helper);
		return;
	}
	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		snprintf(slash + 1, size - (size_t)(slash + 1 - path), PROGRAM);
	if (!slash || access(path, X_OK))
		snprintf(path, size, PROGRAM);
}

static int start(struct run *run, const char *path)
{
	char n[4][16];
	char *argv[] = { (char *)PROGRAM, n[0], n[1], n[2], n[3], NULL };
	int pair[2];

	snprintf(n[0], sizeof(n[0]), "%d", run->first);
	snprintf(n[1], sizeof(n[1]), "%d", run->stop);
	snprintf(n[2], sizeof(n[2]), "%d", run->begin);
	snprintf(n[3], sizeof(n[3]), "%d", run->end);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	run->child = fork();
	if (run->child < 0) {
		int rc = -errno;

		close(pair[0]);
		close(pair[1]);
		return rc;
	}
	if (!run->child) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setpgid(0, 0);	/* ^C is for the one who started it */
		if (dup2(pair[1], STDIN_FILENO) >= 0)
			execvp(path, argv);
		_exit(127);
	}
	close(pair[1]);
	run->wire = pair[0];
	return 0;
}

/* Its exit status, 127: it could not be started. */
static int end(struct run *run)
{
	int status = 0;

	close(run->wire);
	kill(run->child, SIGKILL);
	while (waitpid(run->child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- The wire --------------------------------------------------------------- */

static int get(struct run *run, void *data, size_t len)
{
	char *to = data;

	while (len) {
		struct pollfd p = { .fd = run->wire, .events = POLLIN };
		int ready = poll(&p, 1, SILENT_MS);
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return -ETIMEDOUT;
		n = recv(run->wire, to, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		to += n;
		len -= (size_t)n;
	}
	return 0;
}

static int put(struct run *run, const void *data, size_t len)
{
	const char *from = data;

	while (len) {
		ssize_t n = send(run->wire, from, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		from += n;
		len -= (size_t)n;
	}
	return 0;
}

/* ---- Reads that are not steady ------------------------------------------------ */

/*
 * The library puts reads right against each other, by their samples.  It can't know
 * that the very first read does not begin where it should, and across silence there
 * is nothing to compare: all that follows would be displaced.  As it reads everything
 * twice or more, a drive whose reads are steady is told by that they are the same.
 * With one that is not, each read is done several times, and what comes most often
 * is what the library gets.
 */
static uint64_t sum(const uint8_t *sector)
{
	uint64_t h = 0xcbf29ce484222325;	/* FNV-1a */
	size_t i;

	for (i = 0; i < PARANOIA_SECTOR; i++)
		h = (h ^ sector[i]) * 0x100000001b3;
	return h | 1;
}

/* Compares with what came from there before. */
static void compare(struct run *run, int32_t lba, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		uint64_t now = sum(run->data + (size_t)i * PARANOIA_SECTOR);
		uint64_t *then = &run->sums[lba - run->first + i];

		run->unsteady = run->unsteady || (*then && *then != now);
		*then = now;
	}
}

/* Moves the head, so that a drive's cache is no help. */
static int go_away(struct run *run, int32_t lba)
{
	int32_t there = lba + FAR < run->audio_end ? lba + FAR :
			lba - FAR >= run->audio ? lba - FAR :
			lba > run->audio ? run->audio : run->audio_end - 1;
	int rc = run->reader->read(run->reader->ctx, there, 1, run->away);

	return rc < 0 ? rc : 0;
}

/* The read that most others are the same as; sure: enough are, and few others agree. */
static unsigned int best_vote(const struct run *run, unsigned int count, size_t len, bool *sure)
{
	unsigned int i, j, best = 0, most = 0, second = 0;

	for (i = 0; i < count; i++) {
		unsigned int n = 1;

		for (j = 0; j < i && memcmp(run->votes[i], run->votes[j], len); j++)
			;
		if (j < i)	/* counted already */
			continue;
		for (j = i + 1; j < count; j++)
			n += !memcmp(run->votes[i], run->votes[j], len);
		second = n > most ? most : n > second ? n : second;
		best = n > most ? i : best;
		most = n > most ? n : most;
	}
	*sure = most >= AGREE && most >= second + LEAD;
	return best;
}

/* Reads into run->data what most of several reads say; as the reader's read(). */
static int read_voted(struct run *run, int32_t lba, uint32_t count)
{
	unsigned int seen = 0, tries, best = 0;
	size_t len = (size_t)count * PARANOIA_SECTOR;
	bool sure = false;
	int most = 0;

	for (tries = 0; tries < 2 * VOTES && seen < VOTES && !sure; tries++) {
		int n = run->reader->read(run->reader->ctx, lba, count, run->votes[seen]);
		int rc = n < 0 ? n : go_away(run, lba);

		if (rc < 0)
			return rc;
		if (n > most && n < (int)count)
			memcpy(run->data, run->votes[seen], (size_t)n * PARANOIA_SECTOR);
		most = n > most ? n : most;
		if (n < (int)count && !seen && tries >= AGREE)
			return most;	/* damaged there: the library asks again */
		if (n < (int)count)
			continue;
		best = best_vote(run, ++seen, len, &sure);
	}
	if (seen)
		memcpy(run->data, run->votes[best], len);
	return seen ? (int)count : most;
}

static int read_sectors(struct run *run, int32_t lba, uint32_t count)
{
	int n;

	if (run->voting)
		return read_voted(run, lba, count);
	n = run->reader->read(run->reader->ctx, lba, count, run->data);
	if (n > 0)
		compare(run, lba, n < (int)count ? n : (int)count);
	return run->unsteady ? -EAGAIN : n;
}

static int serve_read(struct run *run, const struct paranoia_frame *want)
{
	struct paranoia_frame answer = { PARANOIA_SECTORS, want->lba, 0 };
	int n;

	if (!want->count || want->count > PARANOIA_CHUNK || want->lba < run->first ||
	    want->lba > run->stop - (int32_t)want->count)
		return -EPROTO;
	n = read_sectors(run, want->lba, want->count);
	if (n < 0)
		return n;
	answer.count = (uint32_t)n < want->count ? (uint32_t)n : want->count;
	n = put(run, &answer, sizeof(answer));
	return n ? n : put(run, run->data, (size_t)answer.count * PARANOIA_SECTOR);
}

/* ---- A run -------------------------------------------------------------------- */

static int take_note(const struct paranoia_frame *frame, struct paranoia_report *report)
{
	switch (frame->count) {
	case PARANOIA_JITTER:
		report->jitter++;
		return 0;
	case PARANOIA_ERROR:
		report->errors++;
		return 0;
	case PARANOIA_SKIP:
		if (!report->skipped++)
			report->skipped_lba = frame->lba;
		return 0;
	default:
		return -EPROTO;
	}
}

/* theirs: it is discmux-paranoia that failed, not the drive. */
static int serve(struct run *run, struct paranoia_report *report, bool *theirs)
{
	struct paranoia_frame frame;
	int rc;

	for (;;) {
		*theirs = true;
		rc = get(run, &frame, sizeof(frame));
		if (rc)
			return rc;
		if (frame.kind == PARANOIA_DONE)
			return run->next == run->end ? 0 : -EPROTO;
		if (frame.kind == PARANOIA_NOTE) {
			rc = take_note(&frame, report);
		} else if (frame.kind == PARANOIA_READ) {
			rc = serve_read(run, &frame);
			*theirs = rc == -EPROTO || rc == -EPIPE;
		} else if (frame.kind == PARANOIA_BLOCK && frame.lba == run->next &&
			   run->next < run->end) {
			rc = get(run, run->piece + (size_t)(run->next++ - run->begin) *
				 PARANOIA_SECTOR, PARANOIA_SECTOR);
		} else {
			rc = -EPROTO;
		}
		if (rc)
			return rc;
	}
}

static int read_once(struct run *run, const char *path, struct paranoia_report *report,
		     char *err, size_t errlen)
{
	bool theirs = true;
	int rc, status;

	run->next = run->begin;
	run->unsteady = false;
	memset(run->sums, 0, sizeof(run->sums));
	rc = start(run, path);
	if (rc) {
		snprintf(err, errlen, "%s can't be started: %s", path, strerror(-rc));
		return rc;
	}
	rc = serve(run, report, &theirs);
	status = end(run);
	if (rc && theirs && status == 127)
		snprintf(err, errlen, "%s can't be started: install discmux whole", path);
	else if (rc && theirs)
		snprintf(err, errlen, "%s failed at LBA %d: %s", path, run->next, strerror(-rc));
	return rc;
}

static int read_piece(struct run *run, const char *path, struct paranoia_report *report,
		      char *err, size_t errlen)
{
	struct paranoia_report before = *report;
	int rc;

	run->first = run->begin - (int32_t)AROUND > run->audio ? run->begin - (int32_t)AROUND :
								 run->audio;
	run->stop = run->end + (int32_t)AROUND < run->audio_end ? run->end + (int32_t)AROUND :
								  run->audio_end;
	rc = read_once(run, path, report, err, errlen);
	if (!run->unsteady || rc != -EAGAIN)
		return rc;
	*report = before;
	report->unsteady = true;
	run->voting = true;
	return read_once(run, path, report, err, errlen);
}

int paranoia_read(const char *helper, const struct paranoia_reader *reader,
		  const struct paranoia_range *range,
		  int (*take)(void *ctx, const uint8_t *data, uint32_t sectors), void *ctx,
		  struct paranoia_report *report, char *err, size_t errlen)
{
	struct run *run = calloc(1, sizeof(*run));
	char path[4096];
	int rc = 0;

	if (!run) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	helper_path(helper, path, sizeof(path));
	run->reader = reader;
	run->audio = range->audio;
	run->audio_end = range->audio_end;
	run->voting = report->unsteady;
	for (run->begin = range->begin; !rc && run->begin < range->end; run->begin = run->end) {
		run->end = range->end - run->begin > (int32_t)PIECE ? run->begin + (int32_t)PIECE :
								      range->end;
		rc = read_piece(run, path, report, err, errlen);
		if (!rc)
			rc = take(ctx, run->piece, (uint32_t)(run->end - run->begin));
	}
	free(run);
	return rc;
}
