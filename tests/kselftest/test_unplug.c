// SPDX-License-Identifier: GPL-2.0
/*
 * Devices unplugged at random moments while everything is in use: a stream to
 * all recorders by each of the ways into it, commands and messages to every
 * member, their options and sense data, claims.  UNPLUG_ROUNDS sets how often
 * (20), UNPLUG_SEED where to begin.  The library and the tower do the same to
 * their changer and drives.
 */
#include "harness.h"
#include "mux.h"
#include "unit.h"
#include "unplug.h"
#include "uring.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define RING	(4 * CHUNK)
#define SIZE	(1u << 20)

FIXTURE(unplug)
{
	struct sdbg_rig rig;
	uint8_t *data;
	atomic_bool stop;
	pthread_t asker, claimer, teller;
};

typedef FIXTURE_DATA(unplug) unplug_t;

/* Commands to whoever is there; what they bring does not matter. */
static void *ask_all(void *arg)
{
	static const uint8_t read10[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 8, 0 };
	unplug_t *self = arg;
	uint8_t *data = malloc(8 * BLOCK);
	struct discmux_result r;
	int fd = mux_open(O_RDWR);
	uint32_t i;

	for (i = 0; data && !atomic_load(&self->stop); i = (i + 1) % 8)
		mux_exec(fd, &i, 1, read10, 10, DISCMUX_DIR_IN, data, 8 * BLOCK, &r);
	close(fd);
	free(data);
	return NULL;
}

/* What is no command, but is about one. */
static void *tell_all(void *arg)
{
	static const uint32_t messages[] = { DISCMUX_MESSAGE_NOP, DISCMUX_MESSAGE_ABORT };
	unplug_t *self = arg;
	uint8_t sense[DISCMUX_SENSE_SIZE];
	struct discmux_unit_options o;
	int fd = mux_open(O_RDWR);
	uint32_t i;

	for (i = 0; !atomic_load(&self->stop); i++) {
		unit_message(fd, i % 8, messages[i & 1]);
		memset(&o, 0, sizeof(o));
		o.sense_count = i % 32;
		unit_options(fd, i % 8, &o);
		unit_sense(fd, i % 8, 0, sense);
		sleep_ms(1);
	}
	close(fd);
	return NULL;
}

static void *claim_one(void *arg)
{
	unplug_t *self = arg;
	int fd = mux_open(O_RDWR);

	while (!atomic_load(&self->stop)) {
		if (!mux_claim(fd, &self->rig.reader, 1, NULL))
			mux_release(fd, &self->rig.reader, 1);
		sleep_ms(1);
	}
	close(fd);
	return NULL;
}

FIXTURE_SETUP(unplug)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->data = calloc(1, SIZE);
	ASSERT_NE(NULL, self->data);
	atomic_store(&self->stop, false);
	ASSERT_EQ(0, pthread_create(&self->asker, NULL, ask_all, self));
	ASSERT_EQ(0, pthread_create(&self->claimer, NULL, claim_one, self));
	ASSERT_EQ(0, pthread_create(&self->teller, NULL, tell_all, self));
}

FIXTURE_TEARDOWN(unplug)
{
	atomic_store(&self->stop, true);
	pthread_join(self->asker, NULL);
	pthread_join(self->claimer, NULL);
	pthread_join(self->teller, NULL);
	sdbg_rig_close(&self->rig);
	free(self->data);
}

struct victim {
	const struct discmux_member *m;	/* NULL: the last host there is */
	unsigned int after_ms;
	int ret;
};

static void *pull(void *arg)
{
	struct victim *v = arg;
	char path[256];

	sleep_ms(v->after_ms);
	if (!v->m) {
		v->ret = sdbg_set("add_host", -1);
		return NULL;
	}
	scsi_path(v->m, "delete", path, sizeof(path));
	v->ret = file_write(path, "1");
	return NULL;
}

static int put_back(const struct victim *v)
{
	char path[256], text[64];

	if (!v->m)
		return sdbg_set("add_host", 1);
	snprintf(path, sizeof(path), "/sys/class/scsi_host/host%u/scan", v->m->host);
	snprintf(text, sizeof(text), "%u %u %llu", v->m->channel, v->m->target,
		 (unsigned long long)v->m->lun);
	return file_write(path, text);
}

static void by_write(unplug_t *self, int fd)
{
	write_all(fd, self->data, SIZE);
}

/* Through the mapped ring, which outlives the stream. */
static void by_map(unplug_t *self, int fd)
{
	uint8_t *ring = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct discmux_stream_commit c;
	size_t done, n;

	if (ring == MAP_FAILED)
		return;
	for (done = 0; done < SIZE && !mux_commit(fd, &c, 0, CHUNK); done += n) {
		n = c.room < SIZE - done ? c.room : SIZE - done;
		memcpy(ring + c.offset, self->data + done, n);
		if (mux_commit(fd, &c, (uint32_t)n, 0))
			break;
	}
	munmap(ring, RING);
}

/* All of it queued at once; results come whatever becomes of the recorders. */
static void by_uring(unplug_t *self, int fd)
{
	struct uring *ring = uring_open(SIZE / CHUNK);
	unsigned int i;

	if (!ring)
		return;
	for (i = 0; i < SIZE / CHUNK; i++)
		uring_write(ring, fd, self->data + i * CHUNK, CHUNK, i);
	if (uring_submit(ring) == SIZE / CHUNK)
		for (i = 0; i < SIZE / CHUNK && !uring_result(ring, NULL, NULL, 60000); i++)
			;
	uring_close(ring);
}

/* A stream from open to close, whatever becomes of its recorders. */
static int burn(unplug_t *self, unsigned int round)
{
	static void (* const way[])(unplug_t *self, int fd) = { by_write, by_map, by_uring };
	int fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, 0);

	if (fd < 0)
		return fd == -ENOENT || fd == -ENODEV || fd == -EBUSY ? 0 : fd;
	way[round % ARRAY_SIZE(way)](self, fd);
	mux_finish(fd);
	close(fd);
	return 0;
}

TEST_F_TIMEOUT(unplug, at_random, 600)
{
	unsigned int rounds = unplug_rounds(20), i;
	struct discmux_info info;
	struct victim v;
	pthread_t thread;

	for (i = 0; i < rounds; i++) {
		v = (struct victim) {
			.m = unplug_random(3) ? &self->rig.recorder_info[unplug_random(4)] : NULL,
			.after_ms = unplug_random(40),
		};
		ASSERT_EQ(0, pthread_create(&thread, NULL, pull, &v));
		ASSERT_EQ(0, burn(self, i));
		pthread_join(thread, NULL);
		ASSERT_EQ(0, v.ret);
		ASSERT_EQ(0, put_back(&v));
		ASSERT_EQ(0, sdbg_rig_refresh(&self->rig)) {
			TH_LOG("round %u", i);
		}
		ASSERT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 10000));
	}
	printf("# %u times\n", rounds);
	fflush(stdout);
}

TEST_HARNESS_MAIN
