// SPDX-License-Identifier: GPL-2.0
/*
 * What a stream promises beside its data: laggards leave when they are to,
 * recorders are the stream's alone, and the machine does not go to sleep.
 */
#include "harness.h"
#include "events.h"
#include "mux.h"
#include "uevent.h"

#include <fcntl.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>

#define RING	(8 * CHUNK)
#define SIZE	(3u << 20)
#define LAG	400u	/* ms */

FIXTURE(rules)
{
	struct sdbg_rig rig;
	struct discmux_stream_status status;
	struct discmux_target_status t[4];
	uint8_t *data;
	uint32_t seed;
	int fd;
};

/*
 * Commands to a host that is in recovery wait; each recorder has its own.  Who
 * waits for the end of it (udev may) is woken by a reset that does nothing.
 */
static int set_blocked(const struct discmux_member *m, bool blocked)
{
	int fd, ret, nothing = SG_SCSI_RESET_NOTHING;
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/scsi_host/host%u/state", m->host);
	ret = file_write(path, blocked ? "recovery\n" : "running\n");
	if (ret || blocked)
		return ret;
	dev_path(m->generic_name, path, sizeof(path));
	fd = open(path, O_RDWR | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	ret = ioctl(fd, SG_SCSI_RESET, &nothing) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

FIXTURE_SETUP(rules)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->fd = -1;
	self->seed = (uint32_t)getpid();
	self->data = malloc(SIZE);
	ASSERT_NE(NULL, self->data);
	pattern_fill(self->data, SIZE, 0, self->seed);
}

FIXTURE_TEARDOWN(rules)
{
	set_blocked(&self->rig.recorder_info[2], false);
	if (self->fd >= 0)
		close(self->fd);
	sdbg_rig_close(&self->rig);
}

typedef FIXTURE_DATA(rules) rules_t;

static int get_status(rules_t *self)
{
	return mux_stream_status(self->fd, &self->status, self->t, 4);
}

static int open_stream(rules_t *self, uint32_t policy, uint32_t lag_ms)
{
	struct discmux_stream s = {
		.ring_bytes = RING,
		.prefill_bytes = CHUNK,
		.lag_policy = policy,
		.lag_ms = lag_ms,
	};

	self->fd = mux_stream_with(self->rig.fd, self->rig.recorder, NULL, 4, &s);
	return self->fd < 0 ? self->fd : 0;
}

/* Recorder 2 hangs from the third chunk on. */
static void start_with_a_hung_one(struct __test_metadata *_metadata, rules_t *self)
{
	ASSERT_EQ(0, write_all(self->fd, self->data, 2 * CHUNK));
	EXPECT_TRUE(wait_for(!get_status(self) && !self->status.ring_used, 3000));
	ASSERT_EQ(0, set_blocked(&self->rig.recorder_info[2], true));
}

TEST_F(rules, laggard_leaves)
{
	struct discmux_stream_status *st = &self->status;
	struct events *events = events_open();
	struct event e = { 0 };
	uint64_t t0;
	char lag[32];
	int i;

	ASSERT_NE(NULL, events);
	ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_DETACH, LAG));
	start_with_a_hung_one(_metadata, self);
	t0 = now_ms();
	EXPECT_EQ(0, write_all(self->fd, self->data + 2 * CHUNK, SIZE - 2 * CHUNK));
	EXPECT_LE(LAG / 2, now_ms() - t0);
	EXPECT_GE(4 * LAG, now_ms() - t0);
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_DONE, st->state);
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[2].state);
	EXPECT_EQ(ETIME, self->t[2].result.error);
	EXPECT_EQ(2 * CHUNK, self->t[2].bytes);
	EXPECT_EQ(2 * CHUNK / BLOCK, self->t[2].failed_lba);
	ASSERT_EQ(0, set_blocked(&self->rig.recorder_info[2], false));
	for (i = 0; i < 4; i++) {
		if (i == 2)
			continue;
		EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 0, SIZE, self->seed));
	}
	while (e.type != DISCMUX_EVENT_RECORDER_FAILED)
		ASSERT_EQ(0, events_next(events, &e, 1000));
	EXPECT_EQ(ETIME, e.value[DISCMUX_ATTR_ERROR]);
	EXPECT_EQ(self->rig.recorder[2], e.value[DISCMUX_ATTR_MEMBER]);
	events_close(events);
	ASSERT_EQ(0, member_attr_read(self->rig.recorder[2], "counters/lag_ms", lag, sizeof(lag)));
	EXPECT_LE(LAG / 2, (unsigned int)atoi(lag));
}

/* What the hung WRITE still reads is not the others' data, nor freed memory. */
TEST_F(rules, laggard_keeps_its_pages)
{
	int image = open("/tmp", O_RDWR | O_TMPFILE, 0600), p[2];
	size_t len = 2 * CHUNK;
	uint8_t *disc = malloc(CHUNK);
	ssize_t n;

	ASSERT_NE(NULL, disc);
	ASSERT_EQ(0, write_all(image, self->data + len, CHUNK));
	ASSERT_EQ(0, lseek(image, 0, SEEK_SET));
	ASSERT_EQ(0, pipe(p));
	ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_DETACH, LAG));
	start_with_a_hung_one(_metadata, self);
	for (; len < 3 * CHUNK; len += (size_t)n) {
		n = splice(image, NULL, p[1], NULL, 3 * CHUNK - len, 0);
		ASSERT_LT(0, n);
		ASSERT_EQ(n, splice(p[0], NULL, self->fd, NULL, (size_t)n, 0));
	}
	close(image);
	EXPECT_EQ(0, write_all(self->fd, self->data + len, SIZE - len));
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, set_blocked(&self->rig.recorder_info[2], false));
	/* The third chunk got there after all, as it was. */
	EXPECT_TRUE(wait_for(!get_status(self) && self->t[2].bytes == 3 * CHUNK, 5000));
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[2].state);
	ASSERT_EQ(0, generic_read(&self->rig.recorder_info[2], 2 * CHUNK / BLOCK, CHUNK / BLOCK,
				  disc));
	EXPECT_EQ(-1, pattern_check(disc, CHUNK, 2 * CHUNK, self->seed));
	close(p[0]);
	close(p[1]);
	free(disc);
}

static uint32_t state_of(int fd, uint32_t member)
{
	struct discmux_member m;

	return mux_member(fd, member, 0, &m) ? 99 : m.state;
}

/* It is not waited for, and keeps none of the others. */
TEST_F(rules, close_with_a_laggard)
{
	struct discmux_info info;
	int i;

	ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_DETACH, LAG));
	start_with_a_hung_one(_metadata, self);
	EXPECT_EQ(0, write_all(self->fd, self->data, SIZE));
	close(self->fd);
	self->fd = -1;
	for (i = 0; i < 4; i++) {
		uint32_t state = i == 2 ? DISCMUX_MEMBER_STREAMING : DISCMUX_MEMBER_IDLE;

		EXPECT_TRUE(wait_for(state_of(self->rig.fd, self->rig.recorder[i]) == state,
				     3000)) {
			TH_LOG("recorder %d", i);
		}
	}
	ASSERT_EQ(0, set_blocked(&self->rig.recorder_info[2], false));
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 5000));
}

TEST_F(rules, block_waits)
{
	int flags;

	ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_BLOCK, 0));
	start_with_a_hung_one(_metadata, self);
	flags = fcntl(self->fd, F_GETFL);
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, flags | O_NONBLOCK));
	while (write(self->fd, self->data, CHUNK) > 0)
		;
	EXPECT_EQ(EAGAIN, errno);
	sleep_ms(2 * LAG);
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_TARGET_RUNNING, self->t[2].state);
	ASSERT_EQ(0, set_blocked(&self->rig.recorder_info[2], false));
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[2].state);
}

/* A WRITE of each is in flight at close(): each recorder is free when its own has ended. */
TEST_F(rules, close_with_writes_in_flight)
{
	struct discmux_info info;
	int i;

	ASSERT_EQ(0, sdbg_set("delay", 100));
	ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_BLOCK, 0));
	ASSERT_EQ(0, write_all(self->fd, self->data, 2 * CHUNK));
	sleep_ms(50);
	ASSERT_EQ(0, set_blocked(&self->rig.recorder_info[2], true));
	/* The first one has ended, the next can't reach recorder 2 */
	sleep_ms(600);
	close(self->fd);
	self->fd = -1;
	for (i = 0; i < 4; i++)
		EXPECT_TRUE(i == 2 || wait_for(!state_of(self->rig.fd, self->rig.recorder[i]),
					       3000));
	EXPECT_NE(DISCMUX_MEMBER_IDLE, state_of(self->rig.fd, self->rig.recorder[2]));
	ASSERT_EQ(0, set_blocked(&self->rig.recorder_info[2], false));
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 5000));
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 5000));
}

/* All equally slow: nobody waits for anybody. */
TEST_F(rules, slow_is_no_laggard)
{
	int i;

	ASSERT_EQ(0, sdbg_set("delay", 10));
	ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_DETACH, 100));
	EXPECT_EQ(0, write_all(self->fd, self->data, 24 * CHUNK));
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
}

TEST_F(rules, lag_fields)
{
	EXPECT_EQ(-EINVAL, open_stream(self, DISCMUX_LAG_DETACH + 1, 0));
	EXPECT_EQ(-EINVAL, open_stream(self, DISCMUX_LAG_BLOCK, 1));
	EXPECT_EQ(-EINVAL, open_stream(self, DISCMUX_LAG_DETACH, 86400001));
	EXPECT_EQ(0, open_stream(self, DISCMUX_LAG_DETACH, 0));
}

TEST_F(rules, shared_hosts)
{
	struct discmux_stream s = { .__reserved2 = 1 };

	EXPECT_EQ(-EOPNOTSUPP,
		  mux_stream_with(self->rig.fd, self->rig.recorder, NULL, 4, &s));
	s = (struct discmux_stream) { .shared_hosts = 7 };
	self->fd = mux_stream_with(self->rig.fd, self->rig.recorder, NULL, 4, &s);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, s.shared_hosts);	/* add_host=5: one each */
}

/* Two recorders of one host beside one of its own: a reset would hit both. */
TEST_F(rules, two_on_a_host)
{
	struct discmux_member all[SDBG_WANT + 2];
	struct discmux_stream s = { 0 };
	struct discmux_info info;
	uint32_t m[3], n = 1, i;

	ASSERT_EQ(0, sdbg_set("num_tgts", 2));
	ASSERT_EQ(0, sdbg_set("add_host", 1));
	EXPECT_EQ(0, mux_wait(self->rig.fd, 0, SDBG_WANT + 2, 10000));
	ASSERT_EQ(0, sdbg_set("num_tgts", 1));
	ASSERT_EQ(SDBG_WANT + 2, mux_list(self->rig.fd, 0, all, SDBG_WANT + 2));
	m[0] = self->rig.recorder[0];
	for (i = 0; i < SDBG_WANT + 2; i++) {
		if (all[i].target || (i + 1 < SDBG_WANT + 2 && all[i + 1].target)) {
			ASSERT_GT(3, n);
			EXPECT_EQ(0, member_attr_write(all[i].member, "role", "recorder"));
			m[n++] = all[i].member;
		}
	}
	EXPECT_EQ(3, n);
	self->fd = mux_stream_with(self->rig.fd, m, NULL, n, &s);
	EXPECT_LE(0, self->fd);
	EXPECT_EQ(2, s.shared_hosts);
	close(self->fd);
	/* One of them alone has a host for itself */
	self->fd = mux_stream_with(self->rig.fd, m, NULL, 2, &s);
	EXPECT_LE(0, self->fd);
	EXPECT_EQ(0, s.shared_hosts);
	close(self->fd);
	self->fd = -1;
	ASSERT_EQ(0, sdbg_set("add_host", -1));
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && info.members == SDBG_WANT, 5000));
}

static int start_unit(int fd, uint32_t member)
{
	static const uint8_t cdb[6] = { 0x1b, 0, 0, 0, 1, 0 };
	struct discmux_result r;
	int ret = mux_exec(fd, &member, 1, cdb, sizeof(cdb), DISCMUX_DIR_NONE, NULL, 0, &r);

	return ret ? ret : -(int)r.error;
}

/* Not even the fd that holds the recorder changes what a stream writes to. */
TEST_F(rules, recorders_are_its_own)
{
	uint32_t m = self->rig.recorder[1];
	struct discmux_target place = { .member = m };
	struct discmux_result r = { 0 };
	struct discmux_fanout_write f = {
		.size = sizeof(f), .nr_targets = 1, .block_size = BLOCK, .data_len = BLOCK,
		.result_stride = sizeof(r), .targets = PTR(&place), .data = PTR(self->data),
		.results = PTR(&r),
	};
	int other = mux_open(O_RDWR);

	ASSERT_LE(0, other);
	ASSERT_EQ(0, mux_claim(self->rig.fd, &m, 1, NULL));
	ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_BLOCK, 0));
	EXPECT_EQ(-EBUSY, start_unit(self->rig.fd, m));
	EXPECT_EQ(-EBUSY, start_unit(other, m));
	EXPECT_EQ(0, mux_ready(self->rig.fd, m));
	EXPECT_EQ(0, mux_ready(other, m));
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &f));
	EXPECT_EQ(EBUSY, r.error);
	EXPECT_EQ(-EBUSY, mux_stream(self->rig.fd, &m, NULL, 1, RING, 0));
	EXPECT_EQ(-EBUSY, mux_stream(other, &m, NULL, 1, RING, 0));
	/* The claim may go, the stream's own stays. */
	EXPECT_EQ(0, mux_release(self->rig.fd, &m, 1));
	EXPECT_EQ(-EBUSY, mux_claim(other, &m, 1, NULL));
	EXPECT_EQ(0, write_all(self->fd, self->data, CHUNK));
	EXPECT_EQ(0, mux_finish(self->fd));
	/* It holds them until it is closed. */
	EXPECT_EQ(-EBUSY, start_unit(other, m));
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(0, start_unit(other, m));
	EXPECT_EQ(0, mux_claim(other, &m, 1, NULL));
	close(other);
}

/* close() gives recorders back that have taken all data, at once and not soon. */
TEST_F(rules, free_after_close)
{
	uint32_t *m = self->rig.recorder;
	int i, t;

	ASSERT_EQ(0, mux_claim(self->rig.fd, m, 4, NULL));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_BLOCK, 0));
		ASSERT_EQ(0, write_all(self->fd, self->data, CHUNK));
		ASSERT_EQ(0, mux_finish(self->fd));
		close(self->fd);
		self->fd = -1;
		for (t = 3; t >= 0; t--)
			ASSERT_EQ(0, start_unit(self->rig.fd, m[t]));
	}
}

/* The block device is held while the stream is open, and told of afterwards. */
TEST_F(rules, block_device)
{
	int uevents = uevent_open(), fd;
	char path[64];

	ASSERT_LE(0, uevents);
	dev_path(self->rig.recorder_info[0].block_name, path, sizeof(path));
	ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_BLOCK, 0));
	EXPECT_EQ(-1, open(path, O_RDONLY | O_EXCL | O_NONBLOCK));
	EXPECT_EQ(EBUSY, errno);
	close(self->fd);
	self->fd = -1;
	EXPECT_TRUE(uevent_seen(uevents, "change",
				(const char *)self->rig.recorder_info[0].block_name, 3000));
	fd = open(path, O_RDONLY | O_EXCL | O_NONBLOCK);
	EXPECT_LE(0, fd);
	close(fd);
	close(uevents);
}

/* What the kernel's log says from now on. */
static int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

static bool log_says(int fd, const char *text)
{
	char record[2048];
	bool found = false;
	ssize_t n;

	while ((n = read(fd, record, sizeof(record) - 1)) > 0) {
		record[n] = '\0';
		found |= strstr(record, text) != NULL;
	}
	return found;
}

/*
 * Sleep, by memory or by disk, as far as the freezer, which is not reached while
 * discs are written; nor while they are closed or blanked, for which recorders
 * are claimed.
 */
static void no_sleep(struct __test_metadata *_metadata, rules_t *self, const char *state)
{
	int log = log_open();

	ASSERT_LE(0, log);
	ASSERT_EQ(0, open_stream(self, DISCMUX_LAG_BLOCK, 0));
	EXPECT_NE(0, file_write("/sys/power/state", state));
	EXPECT_TRUE(log_says(log, "no suspend now: discs are being written (4 claimed recorders)"));
	ASSERT_EQ(0, write_all(self->fd, self->data, CHUNK));
	EXPECT_EQ(0, mux_finish(self->fd));
	EXPECT_NE(0, file_write("/sys/power/state", state));
	close(self->fd);
	self->fd = -1;
	log_says(log, "");
	ASSERT_EQ(0, mux_claim(self->rig.fd, self->rig.recorder, 1, NULL));
	EXPECT_NE(0, file_write("/sys/power/state", state));
	EXPECT_TRUE(log_says(log, "no suspend now: discs are being written (1 claimed recorder)"));
	ASSERT_EQ(0, mux_release(self->rig.fd, self->rig.recorder, 1));
	EXPECT_EQ(0, file_write("/sys/power/state", state));
	EXPECT_FALSE(log_says(log, "no suspend now"));
	EXPECT_EQ(0, file_write("/sys/power/pm_test", "none"));
	close(log);
}

TEST_F(rules, no_suspend)
{
	if (file_write("/sys/power/pm_test", "freezer"))
		SKIP(return, "this kernel cannot be told to test suspend");
	no_sleep(_metadata, self, "freeze");
}

TEST_F(rules, no_hibernation)
{
	char states[64];

	if (file_write("/sys/power/pm_test", "freezer") ||
	    file_read("/sys/power/state", states, sizeof(states)) || !strstr(states, "disk"))
		SKIP(return, "this kernel cannot be told to test hibernation");
	no_sleep(_metadata, self, "disk");
}

TEST_HARNESS_MAIN
