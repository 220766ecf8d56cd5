// SPDX-License-Identifier: GPL-2.0
/*
 * What every ioctl promises about its argument as a whole: how size, a longer
 * or shorter caller, unknown flags and bad memory are treated.  Each variant is
 * one ioctl with a call that is valid but for what the test changes.
 */
#include "harness.h"
#include "mux.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>

#define AREA	(8 * 4096)	/* readable memory, with none behind it */
#define MAX_SIZE 4096		/* of any argument */
#define LOW_PID_CALL 20		/* getpid() of the 32-bit system calls */
#define LOW_IOCTL_CALL 54

FIXTURE(call)
{
	struct sdbg_rig rig;
	uint8_t *area;
	uint32_t target;
	struct discmux_target place;
	struct discmux_result result;
	uint8_t block[BLOCK];
};

enum kind { INFO, MEMBER, EXEC, CLAIM, RELEASE, FANOUT, STREAM, ELEMENTS, MOVE, FINISH, ABORT,
	    STATUS, COMMIT, OPERATE, PAGE, OPTIONS, SENSE, MESSAGE };

FIXTURE_VARIANT(call)
{
	enum kind kind;
	unsigned long request;
	size_t size;
	size_t first;			/* of the first published layout */
	uint32_t known_flags;
	bool on_stream;
	bool writes_back;
};

#define UP_TO(s, last)	(offsetof(struct discmux_##s, last) + \
			 sizeof(((struct discmux_##s *)NULL)->last))

/* A structure that has grown was published up to the field `last`. */
#define CALL_VARIANT(name, k, s, flags, stream, back)			\
	GROWN_VARIANT(name, k, s, sizeof(struct discmux_##s), flags, stream, back)

#define GROWN_VARIANT(name, k, s, first_size, flags, stream, back)	\
	FIXTURE_VARIANT_ADD(call, name)					\
	{								\
		.kind = k,						\
		.request = DISCMUX_IOC_##name,				\
		.size = sizeof(struct discmux_##s),			\
		.first = first_size,					\
		.known_flags = flags,					\
		.on_stream = stream,					\
		.writes_back = back,					\
	}

CALL_VARIANT(INFO, INFO, info, 0, false, true);
CALL_VARIANT(MEMBER, MEMBER, member, DISCMUX_MEMBER_NEXT, false, true);
GROWN_VARIANT(EXEC, EXEC, exec, 72, 0, false, false);
CALL_VARIANT(CLAIM, CLAIM, claim, 0, false, true);
CALL_VARIANT(RELEASE, RELEASE, claim, 0, false, true);
CALL_VARIANT(FANOUT_WRITE, FANOUT, fanout_write, 0, false, false);
GROWN_VARIANT(STREAM, STREAM, stream, UP_TO(stream, targets), 0, false, true);
CALL_VARIANT(ELEMENT_STATUS, ELEMENTS, element_status, DISCMUX_STATUS_REFRESH, false, false);
CALL_VARIANT(MOVE, MOVE, move, DISCMUX_MOVE_INVERT | DISCMUX_MOVE_EJECT, false, false);
CALL_VARIANT(OPERATE, OPERATE, operate, 0x1ff, false, false);
CALL_VARIANT(PAGE, PAGE, page, 0xf, false, true);
CALL_VARIANT(OPTIONS, OPTIONS, unit_options, DISCMUX_OPTIONS_GET | DISCMUX_OPTIONS_EXTENDED,
	     false, true);
CALL_VARIANT(SENSE, SENSE, request_sense, DISCMUX_SENSE_PEEK, false, true);
CALL_VARIANT(MESSAGE, MESSAGE, send_message, 0, false, true);
CALL_VARIANT(STREAM_FINISH, FINISH, stream_end, 0, true, false);
CALL_VARIANT(STREAM_ABORT, ABORT, stream_end, 0, true, false);
GROWN_VARIANT(STREAM_STATUS, STATUS, stream_status, UP_TO(stream_status, targets), 0, true,
	      true);
CALL_VARIANT(STREAM_COMMIT, COMMIT, stream_commit, DISCMUX_COMMIT_NOWAIT, true, true);

FIXTURE_SETUP(call)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->target = self->rig.recorder[0];
	self->place.member = self->target;
	self->area = mmap(NULL, AREA + 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
			  -1, 0);
	ASSERT_NE(MAP_FAILED, self->area);
	ASSERT_EQ(0, mprotect(self->area, AREA, PROT_READ | PROT_WRITE));
}

FIXTURE_TEARDOWN(call)
{
	sdbg_rig_close(&self->rig);
}

typedef FIXTURE_DATA(call) call_t;
typedef FIXTURE_VARIANT(call) call_variant_t;

static void prepare_command(call_t *self, enum kind kind, void *arg)
{
	if (kind == EXEC) {
		struct discmux_exec *exec = arg;

		exec->nr_targets = 1;
		exec->cdb_len = 6;
		exec->result_stride = sizeof(self->result);
		exec->targets = PTR(&self->target);
		exec->results = PTR(&self->result);
	} else if (kind == FANOUT) {
		struct discmux_fanout_write *fanout = arg;

		fanout->nr_targets = 1;
		fanout->block_size = BLOCK;
		fanout->data_len = BLOCK;
		fanout->result_stride = sizeof(self->result);
		fanout->targets = PTR(&self->place);
		fanout->data = PTR(self->block);
		fanout->results = PTR(&self->result);
	} else if (kind == MOVE) {
		struct discmux_move *move = arg;

		move->source = 0xfff0;
		move->destination = 0xfff1;
		move->result_stride = sizeof(self->result);
		move->result = PTR(&self->result);
	}
}

static void prepare_unit(call_t *self, enum kind kind, void *arg)
{
	if (kind == OPERATE) {
		struct discmux_operate *operate = arg;

		operate->member = DISCMUX_NONE;
		operate->operation = DISCMUX_OP_ALLOW;
		operate->result_stride = sizeof(self->result);
		operate->result = PTR(&self->result);
	} else if (kind == PAGE) {
		struct discmux_page *page = arg;

		page->member = self->target;
		page->operation = DISCMUX_PAGE_MODE_SENSE;
		page->page = 0x3f;
		page->data_len = sizeof(self->block);
		page->result_stride = sizeof(self->result);
		page->data = PTR(self->block);
		page->result = PTR(&self->result);
	} else if (kind == OPTIONS) {
		((struct discmux_unit_options *)arg)->member = self->target;
	} else if (kind == SENSE) {
		((struct discmux_request_sense *)arg)->member = self->target;
	} else if (kind == MESSAGE) {
		struct discmux_send_message *message = arg;

		message->member = self->target;
		message->code = DISCMUX_MESSAGE_NOP;
	}
}

/* A call that succeeds; those for a changer succeed in finding none. */
static void prepare(call_t *self, const call_variant_t *variant, void *arg)
{
	memset(arg, 0, variant->size);
	*(uint32_t *)arg = variant->size;
	if (variant->kind == MEMBER) {
		((struct discmux_member *)arg)->member = self->target;
	} else if (variant->kind == CLAIM || variant->kind == RELEASE) {
		struct discmux_claim *claim = arg;

		claim->nr_targets = 1;
		claim->targets = PTR(&self->target);
	} else if (variant->kind == STREAM) {
		struct discmux_stream *stream = arg;

		stream->nr_targets = 1;
		stream->block_size = BLOCK;
		stream->ring_bytes = 4 * CHUNK;
		stream->targets = PTR(&self->place);
	} else {
		prepare_command(self, variant->kind, arg);
		prepare_unit(self, variant->kind, arg);
	}
}

static int valid_result(enum kind kind)
{
	return kind == MOVE || kind == ELEMENTS || kind == OPERATE ? -ENOENT : 0;
}

/* ioctl() as a 32-bit program enters the kernel. */
static int low_call(int fd, unsigned long request, void *arg)
{
	long ret = LOW_IOCTL_CALL;

#ifdef __x86_64__
	asm volatile("int $0x80"
		     : "+a"(ret)
		     : "b"((long)fd), "c"(request), "d"(arg)
		     : "memory", "r8", "r9", "r10", "r11");
#else
	ret = mux_call(fd, request, arg);
#endif
	return (int)ret;
}

/* The call on the right fd; whatever it gave is taken back. */
static int attempt_by(call_t *self, const call_variant_t *variant, void *arg,
		      int (*call)(int fd, unsigned long request, void *arg))
{
	int fd = self->rig.fd, ret;

	if (variant->on_stream) {
		fd = mux_stream(self->rig.fd, &self->target, NULL, 1, 4 * CHUNK, 0);
		if (fd < 0)
			return -EPROTO;
	}
	ret = call(fd, variant->request, arg);
	if (variant->on_stream)
		close(fd);
	else if (!ret && variant->kind == STREAM)
		close((int)((struct discmux_stream *)arg)->fd);
	else if (variant->kind == CLAIM)
		mux_release(self->rig.fd, &self->target, 1);
	return ret;
}

static int attempt(call_t *self, const call_variant_t *variant, void *arg)
{
	return attempt_by(self, variant, arg, mux_call);
}

/* A valid call, but for a size that is `grow` larger and one byte behind. */
static int attempt_size(call_t *self, const call_variant_t *variant, long grow, long dirty_at)
{
	memset(self->area, 0, AREA);
	prepare(self, variant, self->area);
	*(uint32_t *)self->area = (uint32_t)((long)variant->size + grow);
	if (dirty_at >= 0)
		self->area[(long)variant->size + dirty_at] = 1;
	return attempt(self, variant, self->area);
}

TEST_F(call, exact)
{
	EXPECT_EQ(valid_result(variant->kind), attempt_size(self, variant, 0, -1));
}

TEST_F(call, shorter)
{
	static const uint32_t wrong[] = { 0, 1, 3, 4, 7 };
	const long least = (long)variant->first - (long)variant->size;
	size_t i;
	long cut;

	EXPECT_EQ(-EINVAL, attempt_size(self, variant, least - 1, -1));
	EXPECT_EQ(-EINVAL, attempt_size(self, variant, least - 4, -1));
	/* What was published since may be missing. */
	for (cut = least; cut < 0; cut++)
		EXPECT_EQ(valid_result(variant->kind), attempt_size(self, variant, cut, -1));
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		prepare(self, variant, self->area);
		*(uint32_t *)self->area = wrong[i];
		EXPECT_EQ(-EINVAL, attempt(self, variant, self->area)) {
			TH_LOG("size %u", wrong[i]);
		}
	}
}

TEST_F(call, longer_zero_tail)
{
	const long grow[] = { 1, 4, 7, 8, 64, 1024, MAX_SIZE - (long)variant->size };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(grow); i++) {
		EXPECT_EQ(valid_result(variant->kind),
			  attempt_size(self, variant, grow[i], -1)) {
			TH_LOG("size + %ld", grow[i]);
		}
	}
}

TEST_F(call, longer_dirty_tail)
{
	const long grow[] = { 1, 4, 7, 8, 64, 1024, MAX_SIZE - (long)variant->size };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(grow); i++) {
		EXPECT_EQ(-E2BIG, attempt_size(self, variant, grow[i], grow[i] - 1)) {
			TH_LOG("size + %ld, last byte set", grow[i]);
		}
		EXPECT_EQ(-E2BIG, attempt_size(self, variant, grow[i], 0)) {
			TH_LOG("size + %ld, first byte set", grow[i]);
		}
	}
	/* Behind size nobody looks. */
	EXPECT_EQ(valid_result(variant->kind), attempt_size(self, variant, 8, 8));
}

TEST_F(call, size_above_the_maximum)
{
	static const uint32_t wrong[] = {
		MAX_SIZE + 1, 2 * MAX_SIZE, AREA, AREA + 1, 1u << 24, 0x7fffffff, 0x80000000,
		0xffffffff
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		memset(self->area, 0, AREA);
		prepare(self, variant, self->area);
		*(uint32_t *)self->area = wrong[i];
		EXPECT_EQ(-E2BIG, attempt(self, variant, self->area)) {
			TH_LOG("size %u", wrong[i]);
		}
	}
}

TEST_F(call, size_beyond_memory)
{
	static const size_t grow[] = { 1, 8, 2048 };
	uint8_t *arg = self->area + AREA - variant->size;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(grow); i++) {
		prepare(self, variant, arg);
		*(uint32_t *)arg = variant->size + grow[i];
		EXPECT_EQ(-EFAULT, attempt(self, variant, arg)) {
			TH_LOG("size + %zu", grow[i]);
		}
	}
}

TEST_F(call, bad_memory)
{
	uint8_t *end = self->area + AREA;
	size_t lead;

	EXPECT_EQ(-EFAULT, attempt(self, variant, NULL));
	EXPECT_EQ(-EFAULT, attempt(self, variant, end));
	EXPECT_EQ(-EFAULT, attempt(self, variant, (void *)-4096L));
	/* Half of size, size alone, all but the last byte */
	for (lead = 2; lead < variant->size; lead = lead == 2 ? 4 : lead + variant->size - 5) {
		uint8_t copy[sizeof(struct discmux_member)];

		prepare(self, variant, copy);
		memcpy(end - lead, copy, lead);
		EXPECT_EQ(-EFAULT, attempt(self, variant, end - lead)) {
			TH_LOG("%zu bytes there", lead);
		}
	}
	/* The whole of it, ending where memory ends, is fine. */
	prepare(self, variant, end - variant->size);
	EXPECT_EQ(valid_result(variant->kind), attempt(self, variant, end - variant->size));
}

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

TEST_F(call, read_only_memory)
{
	struct discmux_info info;
	int before = count_fds();

	prepare(self, variant, self->area);
	ASSERT_EQ(0, mprotect(self->area, AREA, PROT_READ));
	EXPECT_EQ(variant->writes_back ? -EFAULT : valid_result(variant->kind),
		  attempt(self, variant, self->area));
	/* A stream whose number could not be told is gone. */
	EXPECT_EQ(before, count_fds());
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 2000));
}

TEST_F(call, unknown_flags)
{
	uint32_t bit;

	for (bit = 0; bit < 32; bit++) {
		if (variant->known_flags & 1u << bit)
			continue;
		prepare(self, variant, self->area);
		((uint32_t *)self->area)[1] = 1u << bit;
		EXPECT_EQ(-EOPNOTSUPP, attempt(self, variant, self->area)) {
			TH_LOG("flag bit %u", bit);
		}
	}
}

/* Nothing is written back when the call fails. */
TEST_F(call, untouched_on_failure)
{
	uint8_t before[4096];

	memset(self->area, 0x5a, AREA);
	prepare(self, variant, self->area);
	((uint32_t *)self->area)[1] = 1u << 31;
	memcpy(before, self->area, sizeof(before));
	EXPECT_EQ(-EOPNOTSUPP, attempt(self, variant, self->area));
	EXPECT_EQ(0, memcmp(before, self->area, sizeof(before)));
}

TEST_F(call, other_fd)
{
	int stream = mux_stream(self->rig.fd, &self->target, NULL, 1, 4 * CHUNK, 0);

	ASSERT_LE(0, stream);
	prepare(self, variant, self->area);
	EXPECT_EQ(-ENOTTY, mux_call(variant->on_stream ? self->rig.fd : stream, variant->request,
				    self->area));
	close(stream);
}

static bool kernel_takes_32bit_calls(void)
{
#ifdef __x86_64__
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		long ret = LOW_PID_CALL;

		signal(SIGSEGV, SIG_DFL);
		asm volatile("int $0x80" : "+a"(ret) : : "memory", "r8", "r9", "r10", "r11");
		_exit(ret == getpid() ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
#else
	return false;
#endif
}

TEST_F(call, from_32bit)
{
	if (!kernel_takes_32bit_calls())
		SKIP(return, "this kernel takes no 32-bit system calls");
	prepare(self, variant, self->area);
	EXPECT_EQ(valid_result(variant->kind),
		  attempt_by(self, variant, self->area, low_call));
	prepare(self, variant, self->area);
	((uint32_t *)self->area)[0] = variant->first - 1;
	EXPECT_EQ(-EINVAL, attempt_by(self, variant, self->area, low_call));
}

FIXTURE(unknown)
{
	struct sdbg_rig rig;
};

FIXTURE_SETUP(unknown)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
}

FIXTURE_TEARDOWN(unknown)
{
	sdbg_rig_close(&self->rig);
}

TEST_F(unknown, ioctls)
{
	struct discmux_stream_end arg = { .size = sizeof(arg) };
	int stream = mux_stream(self->rig.fd, self->rig.recorder, NULL, 1, 4 * CHUNK, 0);
	unsigned int nr;

	ASSERT_LE(0, stream);
	for (nr = 0; nr < 256; nr++) {
		unsigned long request = _IO(DISCMUX_IOC_TYPE, nr);

		if (request > DISCMUX_IOC_MESSAGE)
			EXPECT_EQ(-ENOTTY, mux_call(self->rig.fd, request, &arg));
		if (request < DISCMUX_IOC_STREAM_FINISH || request > DISCMUX_IOC_STREAM_COMMIT)
			EXPECT_EQ(-ENOTTY, mux_call(stream, request, &arg));
	}
	EXPECT_EQ(-ENOTTY, mux_call(self->rig.fd, _IO(0xdc, 0), &arg));
	EXPECT_EQ(-ENOTTY, mux_call(self->rig.fd, _IOWR(DISCMUX_IOC_TYPE, 0, int), &arg));
	close(stream);
}

TEST_HARNESS_MAIN
