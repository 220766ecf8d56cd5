// SPDX-License-Identifier: GPL-2.0
#include "mux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

int mux_call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

int mux_open(int flags)
{
	int fd = open(MUX_DEV, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int mux_info(int fd, struct discmux_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return mux_call(fd, DISCMUX_IOC_INFO, info);
}

int mux_member(int fd, uint32_t number, uint32_t flags, struct discmux_member *member)
{
	memset(member, 0, sizeof(*member));
	member->size = sizeof(*member);
	member->member = number;
	member->flags = flags;
	return mux_call(fd, DISCMUX_IOC_MEMBER, member);
}

int mux_list(int fd, uint32_t role, struct discmux_member *members, unsigned int max)
{
	struct discmux_member m;
	unsigned int n = 0, i;
	uint32_t next = 0;
	int ret;

	while (!(ret = mux_member(fd, next, DISCMUX_MEMBER_NEXT, &m))) {
		next = m.member + 1;
		if (role && m.role != role)
			continue;
		if (n == max)
			break;
		for (i = n; role && i && members[i - 1].unit > m.unit; i--)
			members[i] = members[i - 1];
		members[role ? i : n] = m;
		n++;
	}
	return ret && ret != -ENOENT ? ret : (int)n;
}

int mux_wait(int fd, uint32_t role, unsigned int want, unsigned int ms)
{
	struct discmux_member members[DISCMUX_MAX_TARGETS];
	uint64_t until = now_ms() + ms * PATIENCE;
	struct discmux_info info;
	int ret;

	for (;;) {
		ret = mux_info(fd, &info);
		if (ret)
			return ret;
		ret = mux_list(fd, role, members, DISCMUX_MAX_TARGETS);
		if (ret < 0)
			return ret;
		if ((unsigned int)ret >= want && !info.probing)
			return 0;
		if (now_ms() >= until)
			return -ETIMEDOUT;
		sleep_ms(20);
	}
}

int mux_exec(int fd, const uint32_t *targets, uint32_t nr, const void *cdb, uint32_t cdb_len,
	     uint32_t direction, void *data, uint32_t data_len, struct discmux_result *results)
{
	struct discmux_exec exec = {
		.size = sizeof(exec),
		.nr_targets = nr,
		.cdb_len = cdb_len,
		.direction = direction,
		.data_len = data_len,
		.result_stride = sizeof(*results),
		.targets = PTR(targets),
		.data = PTR(data),
		.results = PTR(results),
	};

	memcpy(exec.cdb, cdb, cdb_len);
	return mux_call(fd, DISCMUX_IOC_EXEC, &exec);
}

int mux_ready(int fd, uint32_t member)
{
	static const uint8_t cdb[6];
	struct discmux_result result;
	int ret = mux_exec(fd, &member, 1, cdb, sizeof(cdb), DISCMUX_DIR_NONE, NULL, 0, &result);

	if (ret)
		return ret;
	return result.error ? -(int)result.error : (int)result.status;
}

static int claim(int fd, unsigned long request, const uint32_t *targets, uint32_t nr,
		 uint32_t *failed)
{
	struct discmux_claim c = {
		.size = sizeof(c),
		.nr_targets = nr,
		.failed = 0x5a5a5a5a,
		.targets = PTR(targets),
	};
	int ret = mux_call(fd, request, &c);

	if (failed)
		*failed = c.failed;
	return ret;
}

int mux_claim(int fd, const uint32_t *targets, uint32_t nr, uint32_t *failed)
{
	return claim(fd, DISCMUX_IOC_CLAIM, targets, nr, failed);
}

int mux_release(int fd, const uint32_t *targets, uint32_t nr)
{
	return claim(fd, DISCMUX_IOC_RELEASE, targets, nr, NULL);
}

uint32_t mux_sense(const struct discmux_result *result)
{
	const uint8_t *s = result->sense;

	if (result->sense_len >= 14 && (s[0] & 0x7e) == 0x70)
		return (s[2] & 0xfu) << 16 | (uint32_t)s[12] << 8 | s[13];
	if (result->sense_len >= 4 && (s[0] & 0x7e) == 0x72)
		return (s[1] & 0xfu) << 16 | (uint32_t)s[2] << 8 | s[3];
	return 0;
}

int mux_stream_with(int fd, const uint32_t *members, const uint32_t *lba, uint32_t nr,
		    struct discmux_stream *s)
{
	struct discmux_target targets[DISCMUX_MAX_TARGETS] = { 0 };
	uint32_t i;
	int ret;

	for (i = 0; i < nr; i++) {
		targets[i].member = members[i];
		targets[i].lba = lba ? lba[i] : 0;
	}
	s->size = sizeof(*s);
	s->nr_targets = nr;
	s->block_size = BLOCK;
	s->targets = PTR(targets);
	ret = mux_call(fd, DISCMUX_IOC_STREAM, s);
	return ret ? ret : (int)s->fd;
}

int mux_stream(int fd, const uint32_t *members, const uint32_t *lba, uint32_t nr, uint32_t ring,
	       uint32_t prefill)
{
	struct discmux_stream stream = {
		.ring_bytes = ring,
		.prefill_bytes = prefill,
	};

	return mux_stream_with(fd, members, lba, nr, &stream);
}

int mux_commit(int stream, struct discmux_stream_commit *c, uint32_t bytes, uint32_t want)
{
	*c = (struct discmux_stream_commit) {
		.size = sizeof(*c),
		.bytes = bytes,
		.want = want,
	};
	return mux_call(stream, DISCMUX_IOC_STREAM_COMMIT, c);
}

static int stream_end(int stream, unsigned long request)
{
	struct discmux_stream_end end = { .size = sizeof(end) };

	return mux_call(stream, request, &end);
}

int mux_finish(int stream)
{
	return stream_end(stream, DISCMUX_IOC_STREAM_FINISH);
}

int mux_abort(int stream)
{
	return stream_end(stream, DISCMUX_IOC_STREAM_ABORT);
}

int mux_stream_status(int stream, struct discmux_stream_status *status,
		      struct discmux_target_status *targets, uint32_t nr)
{
	memset(status, 0, sizeof(*status));
	status->size = sizeof(*status);
	status->nr_targets = nr;
	status->target_stride = sizeof(*targets);
	status->targets = PTR(targets);
	return mux_call(stream, DISCMUX_IOC_STREAM_STATUS, status);
}

int write_all(int fd, const void *data, size_t len)
{
	const uint8_t *p = data;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0)
			return -errno;
		if (!n || (size_t)n > len)
			return -EPROTO;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static uint32_t pattern(uint64_t word, uint32_t seed)
{
	uint32_t x = (uint32_t)word * 0x9e3779b1u ^ (seed + 1) * 0x85ebca6bu;

	x ^= x >> 15;
	return x * 0xc2b2ae35u ^ (uint32_t)(word >> 32);
}

void pattern_fill(void *buf, size_t len, uint64_t offset, uint32_t seed)
{
	uint8_t *p = buf;
	uint32_t word;
	size_t i;

	for (i = 0; i + 4 <= len; i += 4) {
		word = pattern((offset + i) / 4, seed);
		memcpy(p + i, &word, 4);
	}
}

long pattern_check(const void *buf, size_t len, uint64_t offset, uint32_t seed)
{
	const uint8_t *p = buf;
	uint32_t word;
	size_t i;

	for (i = 0; i + 4 <= len; i += 4) {
		word = pattern((offset + i) / 4, seed);
		if (memcmp(p + i, &word, 4))
			return (long)i;
	}
	return -1;
}

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void sleep_ms(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}
