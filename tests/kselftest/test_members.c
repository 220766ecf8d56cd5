// SPDX-License-Identifier: GPL-2.0
/*
 * The mux and its members as the contract tells them, against what the kernel
 * tells in sysfs.  Devices: a tower of one reader and four recorders.
 */
#include "harness.h"
#include "mux.h"

#include <fcntl.h>
#include <sys/stat.h>

FIXTURE(tower)
{
	int fd;
	struct discmux_info info;
	struct discmux_member m[8];
	int nr;
};

FIXTURE_SETUP(tower)
{
	self->fd = mux_open(O_RDONLY);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mux_wait(self->fd, 0, 5, 15000));
	ASSERT_EQ(0, mux_info(self->fd, &self->info));
	self->nr = mux_list(self->fd, 0, self->m, ARRAY_SIZE(self->m));
	ASSERT_EQ(5, self->nr);
}

FIXTURE_TEARDOWN(tower)
{
	close(self->fd);
}

TEST_F(tower, counts)
{
	struct discmux_member m[8];

	EXPECT_EQ(5, self->info.members);
	EXPECT_EQ(4, self->info.recorders);
	EXPECT_EQ(1, self->info.readers);
	EXPECT_EQ(DISCMUX_NONE, self->info.changer);
	EXPECT_EQ(0, self->info.probing);
	EXPECT_EQ(0, self->info.streams);
	EXPECT_EQ(4, mux_list(self->fd, DISCMUX_ROLE_RECORDER, m, ARRAY_SIZE(m)));
	EXPECT_EQ(1, mux_list(self->fd, DISCMUX_ROLE_READER, m, ARRAY_SIZE(m)));
	EXPECT_EQ(0, mux_list(self->fd, DISCMUX_ROLE_CHANGER, m, ARRAY_SIZE(m)));
}

/* Units count from 0 within a role, without gaps. */
TEST_F(tower, units)
{
	uint32_t role, seen;
	int i;

	for (role = DISCMUX_ROLE_READER; role <= DISCMUX_ROLE_RECORDER; role++) {
		seen = 0;
		for (i = 0; i < self->nr; i++) {
			if (self->m[i].role != role)
				continue;
			ASSERT_GT(32, self->m[i].unit);
			EXPECT_EQ(0, seen & 1u << self->m[i].unit);
			seen |= 1u << self->m[i].unit;
		}
		EXPECT_EQ(role == DISCMUX_ROLE_READER ? 0x1 : 0xf, seen);
	}
}

TEST_F(tower, iteration)
{
	struct discmux_member m;
	uint32_t number;
	int i = 0;

	/* NEXT from every number on finds the first at or above it. */
	for (number = 0; number <= self->m[4].member; number++) {
		ASSERT_EQ(0, mux_member(self->fd, number, DISCMUX_MEMBER_NEXT, &m));
		if (number > self->m[i].member)
			i++;
		EXPECT_EQ(self->m[i].member, m.member);
		/* Without NEXT only what is there is found. */
		EXPECT_EQ(number == m.member ? 0 : -ENOENT,
			  mux_member(self->fd, number, 0, &m));
	}
	EXPECT_EQ(-ENOENT, mux_member(self->fd, number, DISCMUX_MEMBER_NEXT, &m));
	EXPECT_EQ(-ENOENT, mux_member(self->fd, number, 0, &m));
}

/* Space padded as INQUIRY has it, where sysfs cuts the spaces. */
static void expect_padded(struct __test_metadata *_metadata, const struct discmux_member *m,
			  const char *file, const uint8_t *field, size_t size)
{
	char path[256], text[64], padded[64];

	scsi_path(m, file, path, sizeof(path));
	ASSERT_EQ(0, file_read(path, text, sizeof(text)));
	memset(padded, ' ', sizeof(padded));
	memcpy(padded, text, strlen(text) < size ? strlen(text) : size);
	EXPECT_EQ(0, memcmp(padded, field, size)) {
		TH_LOG("%s is '%s', not '%.*s'", path, text, (int)size, (const char *)field);
	}
}

TEST_F(tower, inquiry_strings)
{
	static const uint8_t zero[4];
	int i;

	for (i = 0; i < self->nr; i++) {
		expect_padded(_metadata, &self->m[i], "vendor", self->m[i].vendor, 8);
		expect_padded(_metadata, &self->m[i], "model", self->m[i].product, 16);
		expect_padded(_metadata, &self->m[i], "rev", self->m[i].revision, 4);
		EXPECT_EQ(0, memcmp(self->m[i].revision + 4, zero, 4));
	}
}

TEST_F(tower, device_type_and_role)
{
	char path[256], text[64];
	int i;

	for (i = 0; i < self->nr; i++) {
		scsi_path(&self->m[i], "type", path, sizeof(path));
		ASSERT_EQ(0, file_read(path, text, sizeof(text)));
		EXPECT_EQ(atoi(text), self->m[i].device_type);
		EXPECT_EQ(5, self->m[i].device_type);
		EXPECT_EQ(DISCMUX_MEMBER_IDLE, self->m[i].state);
		EXPECT_EQ(DISCMUX_NONE, self->m[i].element);
		EXPECT_LE(CHUNK, self->m[i].max_data);
		EXPECT_EQ(0, self->m[i].__reserved);
		EXPECT_EQ(sizeof(self->m[i]), self->m[i].size);
	}
}

/* VPD page 80h as the kernel has read it: 4 bytes of header, then the serial. */
TEST_F(tower, serial_numbers)
{
	char path[256], page[128], want[33];
	int i, j, fd;
	ssize_t n;

	for (i = 0; i < self->nr; i++) {
		ASSERT_LT(0, strnlen((char *)self->m[i].serial, 32));
		for (j = 0; j < i; j++)
			EXPECT_NE(0, memcmp(self->m[i].serial, self->m[j].serial, 32));
		scsi_path(&self->m[i], "vpd_pg80", path, sizeof(path));
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		n = read(fd, page, sizeof(page) - 1);
		close(fd);
		ASSERT_LT(4, n);
		page[n] = '\0';
		while (n > 4 && page[n - 1] == ' ')
			page[--n] = '\0';
		snprintf(want, sizeof(want), "%.32s", page + 4 + strspn(page + 4, " "));
		EXPECT_EQ(0, strncmp(want, (char *)self->m[i].serial, 32));
	}
}

/* The names lead to nodes, and back to the same H:C:T:L. */
TEST_F(tower, node_names)
{
	char path[256], name[64], link[512], want[64];
	struct stat st;
	ssize_t n;
	int i, k;

	for (i = 0; i < self->nr; i++) {
		for (k = 0; k < 2; k++) {
			snprintf(name, sizeof(name), "%.16s", k ? (char *)self->m[i].generic_name
								: (char *)self->m[i].block_name);
			ASSERT_EQ(0, strncmp(name, k ? "sg" : "sr", 2));
			snprintf(path, sizeof(path), "/dev/%s", name);
			ASSERT_EQ(0, stat(path, &st));
			snprintf(path, sizeof(path), "/sys/class/%s/%s/device",
				 k ? "scsi_generic" : "block", name);
			n = readlink(path, link, sizeof(link) - 1);
			ASSERT_LT(0, n);
			link[n] = '\0';
			snprintf(want, sizeof(want), "%u:%u:%u:%llu", self->m[i].host,
				 self->m[i].channel, self->m[i].target,
				 (unsigned long long)self->m[i].lun);
			EXPECT_STREQ(want, strrchr(link, '/') ? strrchr(link, '/') + 1 : link);
		}
	}
}

TEST_F(tower, host_shared)
{
	uint32_t same;
	int i, j;

	for (i = 0; i < self->nr; i++) {
		same = 0;
		for (j = 0; j < self->nr; j++)
			same += i != j && self->m[i].host == self->m[j].host;
		EXPECT_EQ(same, self->m[i].host_shared);
	}
}

TEST_F(tower, same_for_all_fds)
{
	struct discmux_member m;
	int fd = mux_open(O_RDWR), i;

	ASSERT_LE(0, fd);
	for (i = 0; i < self->nr; i++) {
		ASSERT_EQ(0, mux_member(fd, self->m[i].member, 0, &m));
		m.flags = self->m[i].flags;
		EXPECT_EQ(0, memcmp(&m, &self->m[i], sizeof(m)));
	}
	close(fd);
}

TEST_F(tower, node_permissions)
{
	struct stat st;

	ASSERT_EQ(0, stat(MUX_DEV, &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(0660, st.st_mode & 07777);
}

TEST_HARNESS_MAIN
