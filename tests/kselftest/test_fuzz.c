// SPDX-License-Identifier: GPL-2.0
/*
 * Calls at random: valid ones, and the same with something wrong, from several
 * threads on the same fds, with devices that go and come back.  Nothing is
 * expected of a single call but that it returns; the kernel's checkers and the
 * devices' health afterwards are the judges.
 *
 * FUZZ_CALLS sets how many calls are made (20000; on a library, whose arm takes
 * its time, 3000), FUZZ_SEED where to begin.
 */
#include "harness.h"
#include "library.h"
#include "mux.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#define THREADS		4
#define AREA		(512u << 10)	/* data */
#define OUT		(1u << 20)	/* results of one thread */
#define GAP		(256u << 20)	/* nothing else lies so close behind them */
#define DEADLINE_MS	60000
#define RING		(1u << 20)
#define WHOLE		(8 * BLOCK)	/* of data, for at most 7 blocks */

struct fuzz {
	struct sdbg_rig rig;
	struct library library;
	bool has_changer;
	int fd;				/* of one of these */
	int mux[2];			/* one that writes, one that reads */
	_Atomic int stream[2];		/* -1: none */
	_Atomic(void *) ring[2];	/* mapped of them; MAP_FAILED: none */
	uint8_t *area;			/* data, shared by all */
	int image;			/* a file of as much */
	atomic_long calls;
	long want;
	unsigned int seed;
};

/*
 * A wrong count or stride makes the driver write, rightly, beyond what was
 * meant: all that it may write to lies in front of memory that is not there.
 */
struct fuzzer {
	struct fuzz *fuzz;
	uint64_t state;
	void *out;			/* results and the like, OUT bytes */
	void *arg;			/* the structure of the call, a page */
};

/* len bytes that end where GAP bytes of nothing begin. */
static void *guarded(size_t len)
{
	uint8_t *p = mmap(NULL, len + GAP, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED || mprotect(p, len, PROT_READ | PROT_WRITE))
		return NULL;
	return p;
}

static uint32_t any(struct fuzzer *f, uint32_t below)
{
	f->state ^= f->state << 13;
	f->state ^= f->state >> 7;
	f->state ^= f->state << 17;
	return (uint32_t)(f->state >> 16) % below;
}

static bool seldom(struct fuzzer *f)
{
	return any(f, 16) == 0;
}

/* Values at which something changes its meaning. */
static uint32_t odd(struct fuzzer *f)
{
	static const uint32_t values[] = {
		0, 1, 2, 7, 8, 31, 32, 33, 511, 512, 2047, 2048, 4095, 4096, 4097, 65535,
		65536, 1u << 20, (1u << 20) + 1, 0x7fffffff, 0x80000000, 0xfffeffff,
		0xffff0000, 0xffffffff,
	};

	return any(f, 2) ? values[any(f, sizeof(values) / sizeof(values[0]))] :
			   any(f, 0xffffffff);
}

/* Mostly the pointer, now and then one that leads elsewhere. */
static uint64_t pointer(struct fuzzer *f, void *p)
{
	switch (any(f, 64)) {
	case 0:
		return 0;
	case 1:
		return odd(f);
	case 2:
		return ~0ull << 12;
	case 3:
		return 0xffff888000000000ull;
	case 4:
		return PTR(f->fuzz->area) + AREA - any(f, 4096);
	default:
		return PTR(p);
	}
}

/* One word of the structure becomes something else; seldom the size. */
static void spoil(struct fuzzer *f, void *arg, uint32_t size)
{
	uint32_t *words = arg;

	if (any(f, 3))
		return;
	if (seldom(f))
		words[0] = odd(f);
	else
		words[1 + any(f, size / 4 - 1)] = odd(f);
}

/*
 * scsi_debug of 6.12 keeps its lock when a command moves more blocks than there
 * is data for: such commands always come with enough.
 */
static bool moves_blocks(uint8_t opcode)
{
	static const uint8_t others[] = {
		0x08, 0x0a, 0x2e, 0x2f, 0x3b, 0x41, 0x42, 0x53, 0x7f, 0x88, 0x89, 0x8a, 0x8e,
		0x8f, 0x93, 0x9c, 0xa8, 0xaa, 0xae, 0xaf,
	};

	return memchr(others, opcode, sizeof(others));
}

static void bring_enough(struct discmux_exec *e)
{
	if (e->data_len < WHOLE)
		e->data_len = 0;
	if (moves_blocks(e->cdb[0]))
		e->cdb[0] = 0x28;
	if (e->cdb[0] != 0x28 && e->cdb[0] != 0x2a)
		return;
	e->cdb[7] = 0;
	e->cdb[8] &= 7;
}

static int call(struct fuzzer *f, int fd, unsigned long request, void *arg, uint32_t size)
{
	int ret;

	memset(f->arg, 0, 4096);
	memcpy(f->arg, arg, size);
	spoil(f, f->arg, size);
	if (seldom(f))
		request = DISCMUX_IOC_INFO + any(f, 0x48);
	if (request == DISCMUX_IOC_EXEC)
		bring_enough(f->arg);
	ret = ioctl(fd, request, f->arg);
	memcpy(arg, f->arg, size);
	return ret;
}

static int any_mux(struct fuzzer *f)
{
	return f->fuzz->mux[any(f, 8) == 0];
}

static void members(struct fuzzer *f, uint32_t *ids, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		ids[i] = seldom(f) ? odd(f) : (any(f, 8) ? i % 5 : any(f, 6));
}

static void targets(struct fuzzer *f, struct discmux_target *t, uint32_t n)
{
	uint32_t i;

	memset(t, 0, n * sizeof(*t));
	for (i = 0; i < n; i++) {
		t[i].member = seldom(f) ? odd(f) : i % 5;
		t[i].lba = any(f, 4) ? any(f, SDBG_BLOCKS) : odd(f);
	}
}

static void do_info(struct fuzzer *f)
{
	struct discmux_info info = { .size = sizeof(info) };
	struct discmux_member m = { .size = sizeof(m), .member = any(f, 6), .flags = any(f, 2) };

	call(f, any_mux(f), DISCMUX_IOC_INFO, &info, sizeof(info));
	call(f, any_mux(f), DISCMUX_IOC_MEMBER, &m, sizeof(m));
}

static void do_exec(struct fuzzer *f)
{
	static const uint8_t opcodes[] = { 0x00, 0x03, 0x12, 0x25, 0x28, 0x2a, 0x5a, 0x35 };
	uint32_t ids[32];
	struct discmux_exec e = {
		.size = sizeof(e), .nr_targets = 1 + any(f, 5), .cdb_len = 10,
		.direction = any(f, 3), .timeout_ms = 1 + any(f, 3000),
		.result_stride = sizeof(struct discmux_result), .targets = pointer(f, ids),
		.data = pointer(f, f->fuzz->area), .results = pointer(f, f->out),
	};

	members(f, ids, 32);
	e.cdb[0] = any(f, 4) ? opcodes[any(f, sizeof(opcodes))] : any(f, 256);
	if (e.cdb[0] < 0x20)
		e.cdb_len = 6;
	e.cdb[5] = any(f, 64);
	e.cdb[8] = any(f, 8);
	if (e.cdb_len == 6)
		e.cdb[8] = 0;
	e.data_len = e.direction ? WHOLE : 0;
	call(f, any_mux(f), DISCMUX_IOC_EXEC, &e, sizeof(e));
}

static void do_claim(struct fuzzer *f)
{
	uint32_t ids[32];
	struct discmux_claim c = {
		.size = sizeof(c), .nr_targets = 1 + any(f, 5), .targets = pointer(f, ids),
	};

	members(f, ids, 32);
	call(f, any_mux(f), any(f, 2) ? DISCMUX_IOC_CLAIM : DISCMUX_IOC_RELEASE, &c, sizeof(c));
}

static void do_fanout(struct fuzzer *f)
{
	struct discmux_target t[32];
	struct discmux_fanout_write w = {
		.size = sizeof(w), .nr_targets = 1 + any(f, 5), .block_size = BLOCK,
		.data_len = BLOCK * (1 + any(f, 64)),
		.result_stride = sizeof(struct discmux_result),
		.timeout_ms = any(f, 5000), .targets = pointer(f, t),
		.data = pointer(f, f->fuzz->area + any(f, 3) * 512), .results = pointer(f, f->out),
	};

	targets(f, t, 32);
	call(f, any_mux(f), DISCMUX_IOC_FANOUT_WRITE, &w, sizeof(w));
}

static void do_open_stream(struct fuzzer *f)
{
	struct discmux_target t[32];
	struct discmux_stream s = {
		.size = sizeof(s), .nr_targets = 1 + any(f, 5), .block_size = BLOCK,
		.chunk_bytes = any(f, 3) ? 0 : BLOCK * any(f, 64), .ring_bytes = RING,
		.prefill_bytes = any(f, 2) ? 1 : 0, .targets = pointer(f, t),
	};
	unsigned int slot = any(f, 2);
	void *ring = MAP_FAILED;
	int old;

	targets(f, t, 32);
	if (call(f, any_mux(f), DISCMUX_IOC_STREAM, &s, sizeof(s)) || s.size != sizeof(s))
		return;
	fcntl(s.fd, F_SETFL, O_NONBLOCK);
	/* Every other one is fed through a mapping. */
	if (any(f, 2))
		ring = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, (int)s.fd, 0);
	ring = atomic_exchange(&f->fuzz->ring[slot], ring);
	if (ring != MAP_FAILED)
		munmap(ring, RING);
	old = atomic_exchange(&f->fuzz->stream[slot], (int)s.fd);
	if (old >= 0)
		close(old);
}

static void do_stream(struct fuzzer *f)
{
	struct discmux_stream_end e = { .size = sizeof(e) };
	struct discmux_stream_status s = {
		.size = sizeof(s), .nr_targets = any(f, 9),
		.target_stride = sizeof(struct discmux_target_status),
		.targets = pointer(f, f->out),
	};
	struct discmux_stream_commit c = {
		.size = sizeof(c), .flags = DISCMUX_COMMIT_NOWAIT, .bytes = BLOCK * any(f, 64),
	};
	int fd = atomic_load(&f->fuzz->stream[any(f, 2)]);
	off_t at;

	if (fd < 0)
		return;
	switch (any(f, 16)) {
	case 0:
		call(f, fd, DISCMUX_IOC_STREAM_FINISH, &e, sizeof(e));
		break;
	case 1:
		call(f, fd, DISCMUX_IOC_STREAM_ABORT, &e, sizeof(e));
		break;
	case 4:
		call(f, fd, DISCMUX_IOC_STREAM_COMMIT, &c, sizeof(c));
		break;
	case 5:
		at = any(f, AREA);
		if (sendfile(fd, f->fuzz->image, &at, any(f, AREA)) < 0)
			break;
		break;
	case 2:
	case 3:
		call(f, fd, DISCMUX_IOC_STREAM_STATUS, &s, sizeof(s));
		break;
	default:
		if (write(fd, (void *)(uintptr_t)pointer(f, f->fuzz->area), any(f, AREA / 2)) < 0)
			break;
	}
}

/* An element there is, mostly. */
static uint32_t address(struct fuzzer *f)
{
	switch (any(f, 8)) {
	case 0:
		return odd(f);
	case 1:
		return MAIL;
	case 2:
	case 3:
		return DRIVE(any(f, 2));
	default:
		return SLOT(1 + any(f, 8));
	}
}

static void do_elements(struct fuzzer *f)
{
	struct discmux_element_status s = {
		.size = sizeof(s), .nr_elements = any(f, 9),
		.element_stride = sizeof(struct discmux_element),
		.flags = any(f, 2), .elements = pointer(f, f->out),
	};
	struct discmux_move m = {
		.size = sizeof(m), .source = address(f), .destination = address(f),
		.result_stride = sizeof(struct discmux_result), .result = pointer(f, f->out),
	};

	call(f, any_mux(f), DISCMUX_IOC_ELEMENT_STATUS, &s, sizeof(s));
	call(f, any_mux(f), DISCMUX_IOC_MOVE, &m, sizeof(m));
}

static void do_operate(struct fuzzer *f)
{
	static const uint32_t flags[] = { 0, 0x1, 0x2, 0x6, 0x3c, 0, 0, 0, 0xc0, 0xc0 };
	static const struct discmux_range ranges[64];
	struct discmux_operate o = {
		.size = sizeof(o), .operation = 1 + any(f, 9), .timeout_ms = any(f, 3000),
		.member = any(f, 4) ? DISCMUX_NONE : any(f, 6), .result = pointer(f, f->out),
		.result_stride = sizeof(struct discmux_result),
	};

	o.flags = flags[o.operation] & any(f, 0x100);
	if (any(f, 2))
		o.flags |= DISCMUX_OPERATE_NOWAIT;
	if (o.operation == DISCMUX_OP_POSITION || o.operation == DISCMUX_OP_EXCHANGE ||
	    o.flags & DISCMUX_OPERATE_RANGE)
		o.destination = address(f);
	if (o.operation == DISCMUX_OP_EXCHANGE || o.flags & DISCMUX_OPERATE_RANGE)
		o.source = address(f);
	if (o.operation == DISCMUX_OP_EXCHANGE)
		o.second = address(f);
	if (o.flags & DISCMUX_OPERATE_ELEMENTS && o.operation == DISCMUX_OP_RESERVE) {
		o.nr_ranges = 1 + any(f, 65);
		o.ranges = pointer(f, (void *)(uintptr_t)ranges);
	}
	call(f, any_mux(f), DISCMUX_IOC_OPERATE, &o, sizeof(o));
}

static void do_page(struct fuzzer *f)
{
	struct discmux_page p = {
		.size = sizeof(p), .operation = 1 + any(f, 4), .page = any(f, 0x40),
		.control = any(f, 4), .member = any(f, 2) ? DISCMUX_NONE : any(f, 6),
		.data_len = any(f, 300), .timeout_ms = any(f, 3000),
		.result_stride = sizeof(struct discmux_result),
		.data = pointer(f, f->fuzz->area), .result = pointer(f, f->out),
	};

	if (p.operation % 2 == 0)
		p.page = 0;
	if (p.operation == DISCMUX_PAGE_MODE_SELECT)
		p.control = 0;
	call(f, any_mux(f), DISCMUX_IOC_PAGE, &p, sizeof(p));
}

static void do_unit(struct fuzzer *f)
{
	struct discmux_unit_options o = {
		.size = sizeof(o), .member = any(f, 6), .flags = any(f, 3),
		.sense_count = any(f, 2) ? 0 : any(f, 40), .nr_selected = any(f, 2) * any(f, 18),
	};
	struct discmux_request_sense s = {
		.size = sizeof(s), .member = any(f, 6), .flags = any(f, 2),
	};
	struct discmux_send_message m = {
		.size = sizeof(m), .member = any(f, 6),
		.code = any(f, 64) ? DISCMUX_MESSAGE_NOP : DISCMUX_MESSAGE_RESET,
	};

	if (seldom(f))
		m.code = DISCMUX_MESSAGE_ABORT;
	o.selected[any(f, 16)] = (uint8_t)any(f, 256);
	call(f, any_mux(f), DISCMUX_IOC_OPTIONS, &o, sizeof(o));
	call(f, any_mux(f), DISCMUX_IOC_SENSE, &s, sizeof(s));
	call(f, any_mux(f), DISCMUX_IOC_MESSAGE, &m, sizeof(m));
}

/* The fd that the others use becomes another one. */
static void do_reopen(struct fuzzer *f)
{
	int fd = seldom(f) ? mux_open(O_RDWR) : -1;

	if (fd < 0)
		return;
	dup2(fd, f->fuzz->mux[0]);
	close(fd);
}

static void *fuzz_thread(void *arg)
{
	static void (*const acts[])(struct fuzzer *) = {
		do_info, do_exec, do_exec, do_claim, do_fanout, do_fanout, do_open_stream,
		do_stream, do_stream, do_stream, do_elements, do_operate, do_page, do_unit,
		do_reopen,
	};
	struct fuzzer *f = arg;

	while (atomic_fetch_add(&f->fuzz->calls, 1) < f->fuzz->want)
		acts[any(f, sizeof(acts) / sizeof(acts[0]))](f);
	return NULL;
}

/* scsi_debug has no changer: five recorders and readers are all there is. */
static bool library_there(void)
{
	int fd = mux_open(O_RDONLY);
	struct discmux_info info;
	bool there;

	there = fd >= 0 && !mux_wait(fd, DISCMUX_ROLE_CHANGER, 1, 3000) && !mux_info(fd, &info) &&
		info.changer != DISCMUX_NONE;
	close(fd);
	return there;
}

FIXTURE(fuzz)
{
	struct fuzz fuzz;
};

FIXTURE_SETUP(fuzz)
{
	const char *calls = getenv("FUZZ_CALLS"), *seed = getenv("FUZZ_SEED");
	struct fuzz *z = &self->fuzz;

	z->seed = seed ? (unsigned int)atol(seed) : 1;
	z->has_changer = library_there();
	z->want = calls ? atol(calls) : z->has_changer ? 3000 : 20000;
	if (z->has_changer) {
		ASSERT_EQ(0, library_open(&z->library));
		z->fd = z->library.fd;
	} else {
		ASSERT_EQ(0, sdbg_rig_open(&z->rig));
		z->fd = z->rig.fd;
	}
	z->mux[0] = mux_open(O_RDWR);
	z->mux[1] = mux_open(O_RDONLY);
	ASSERT_LE(0, z->mux[0]);
	ASSERT_LE(0, z->mux[1]);
	atomic_store(&z->stream[0], -1);
	atomic_store(&z->stream[1], -1);
	atomic_store(&z->ring[0], MAP_FAILED);
	atomic_store(&z->ring[1], MAP_FAILED);
	z->area = guarded(AREA);
	ASSERT_NE(NULL, z->area);
	z->image = memfd_create("image", MFD_CLOEXEC);
	ASSERT_EQ(0, write_all(z->image, z->area, AREA));
}

FIXTURE_TEARDOWN(fuzz)
{
	if (self->fuzz.has_changer)
		library_close(&self->fuzz.library);
	else
		sdbg_rig_close(&self->fuzz.rig);
}

/* A command at random may have stopped the unit. */
static bool healthy(struct fuzz *z, uint32_t member)
{
	static const uint8_t start[6] = { 0x1b, 0, 0, 0, 1 };
	struct discmux_result r;

	return !mux_exec(z->fd, &member, 1, start, sizeof(start), DISCMUX_DIR_NONE, NULL, 0, &r) &&
	       mux_ready(z->fd, member) == 0;
}

/* A reservation for another initiator may have been left: reset it. */
static bool at_rest(struct fuzz *z)
{
	struct discmux_send_message reset = {
		.size = sizeof(reset), .member = z->library.info.changer,
		.code = DISCMUX_MESSAGE_RESET,
	};

	mux_call(z->fd, DISCMUX_IOC_MESSAGE, &reset);
	return !library_status(&z->library, DISCMUX_STATUS_REFRESH, 0, 0) && !z->library.s.state;
}

TEST_F_TIMEOUT(fuzz, every_call_returns, 600)
{
	struct fuzz *z = &self->fuzz;
	struct fuzzer f[THREADS];
	pthread_t thread[THREADS];
	struct discmux_info info;
	int i;

	for (i = 0; i < THREADS; i++) {
		f[i] = (struct fuzzer) {
			.fuzz = z, .state = 0x9e3779b97f4a7c15ull * (z->seed * THREADS + i + 1),
			.out = guarded(OUT), .arg = guarded(4096),
		};
		ASSERT_NE(NULL, f[i].out);
		ASSERT_NE(NULL, f[i].arg);
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, fuzz_thread, &f[i]));
	}
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
	for (i = 0; i < 2; i++) {
		if (z->stream[i] >= 0)
			close(z->stream[i]);
		close(z->mux[i]);
	}

	/* Nothing is left claimed or running, and every device answers. */
	EXPECT_TRUE(wait_for(!mux_info(z->fd, &info) && !info.streams, DEADLINE_MS));
	if (z->has_changer) {
		for (i = 0; i < DRIVES; i++)
			EXPECT_TRUE(wait_for(!mux_claim(z->fd, &z->library.drive[i].member, 1, NULL),
					     DEADLINE_MS));
		EXPECT_TRUE(wait_for(at_rest(z), DEADLINE_MS));
		return;
	}
	for (i = 0; i < 4; i++) {
		EXPECT_TRUE(wait_for(!mux_claim(z->fd, &z->rig.recorder[i], 1, NULL),
				     DEADLINE_MS));
		EXPECT_TRUE(wait_for(healthy(z, z->rig.recorder[i]), 5000));
	}
}

TEST_HARNESS_MAIN
