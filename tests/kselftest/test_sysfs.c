// SPDX-License-Identifier: GPL-2.0
/* Counters and attributes of muxes and members, and moving between muxes. */
#include "harness.h"
#include "mux.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#define SECOND_DEV	"/dev/discmux1"
#define SECOND_SYSFS	"/sys/class/discmux/discmux1"
#define MAX_COUNTERS	64

struct counters {
	unsigned int nr;
	char name[MAX_COUNTERS][64];
	unsigned long long value[MAX_COUNTERS];
};

FIXTURE(sysfs)
{
	struct sdbg_rig rig;
	char folder[128];		/* counters of recorder 0 */
	struct counters before, after;
};

FIXTURE_SETUP(sysfs)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	snprintf(self->folder, sizeof(self->folder), MUX_SYSFS "/discmux0-%u/counters",
		 self->rig.recorder[0]);
}

static int attach(unsigned int mux, const struct discmux_member *m)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), "/sys/class/discmux/discmux%u/attach", mux);
	snprintf(text, sizeof(text), "%u:%u:%u:%llu\n", m->host, m->channel, m->target,
		 (unsigned long long)m->lun);
	return file_write(path, text);
}

FIXTURE_TEARDOWN(sysfs)
{
	int i;

	for (i = 0; i < 4; i++)
		attach(0, &self->rig.recorder_info[i]);
	file_write(MUX_PARAMS "/muxes", "1");
	sdbg_rig_close(&self->rig);
}

/* A counter is a file of one number and nothing else. */
static int read_counters(const char *folder, struct counters *c)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[512], text[256], *end;

	c->nr = 0;
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)) && c->nr < MAX_COUNTERS) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (file_read(path, text, sizeof(text)) || !isdigit(text[0])) {
			closedir(dir);
			return -EIO;
		}
		snprintf(c->name[c->nr], sizeof(c->name[0]), "%.63s", entry->d_name);
		c->value[c->nr] = strtoull(text, &end, 10);
		if (*end) {
			closedir(dir);
			return -EIO;
		}
		c->nr++;
	}
	closedir(dir);
	return 0;
}

static unsigned long long value_of(const struct counters *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		if (!strcmp(c->name[i], name))
			return c->value[i];
	return ~0ull;
}

static int stream_some(struct sdbg_rig *rig, size_t size, const uint32_t *lba)
{
	int fd = mux_stream(rig->fd, rig->recorder, lba, 4, 4 * CHUNK, 0), ret;
	uint8_t *data = calloc(1, size);

	ret = fd < 0 || !data ? -ENOMEM : write_all(fd, data, size);
	if (!ret)
		ret = mux_finish(fd);
	free(data);
	close(fd);
	return ret;
}

static void expect_not_less(struct __test_metadata *_metadata, const struct counters *before,
			    const struct counters *after)
{
	unsigned int i;

	ASSERT_EQ(before->nr, after->nr);
	for (i = 0; i < before->nr; i++) {
		EXPECT_LE(before->value[i], value_of(after, before->name[i])) {
			TH_LOG("counter %s", before->name[i]);
		}
	}
}

TEST_F(sysfs, member_counters)
{
	static const char * const names[] = {
		"commands", "bytes_written", "write_errors", "ring_empty", "lag_ms", "long_write_waits",
	};
	size_t i;

	ASSERT_EQ(0, read_counters(self->folder, &self->before));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_NE(~0ull, value_of(&self->before, names[i])) {
			TH_LOG("%s", names[i]);
		}
	}
	ASSERT_EQ(0, stream_some(&self->rig, 1u << 20, NULL));
	ASSERT_EQ(0, read_counters(self->folder, &self->after));
	expect_not_less(_metadata, &self->before, &self->after);
	EXPECT_EQ(value_of(&self->before, "bytes_written") + (1u << 20),
		  value_of(&self->after, "bytes_written"));
	EXPECT_LE(value_of(&self->before, "commands") + 16, value_of(&self->after, "commands"));
	EXPECT_EQ(value_of(&self->before, "write_errors"),
		  value_of(&self->after, "write_errors"));
}

TEST_F(sysfs, write_errors)
{
	uint32_t lba[4] = { SDBG_BLOCKS - 32, 0, 0, 0 };

	ASSERT_EQ(0, read_counters(self->folder, &self->before));
	ASSERT_EQ(0, stream_some(&self->rig, 1u << 20, lba));
	ASSERT_EQ(0, read_counters(self->folder, &self->after));
	EXPECT_EQ(value_of(&self->before, "write_errors") + 1,
		  value_of(&self->after, "write_errors"));
	EXPECT_EQ(value_of(&self->before, "bytes_written") + CHUNK,
		  value_of(&self->after, "bytes_written"));
}

TEST_F(sysfs, mux_counters)
{
	uint32_t lba[4] = { SDBG_BLOCKS, SDBG_BLOCKS, 0, 0 };

	ASSERT_EQ(0, read_counters(MUX_SYSFS "/counters", &self->before));
	EXPECT_NE(~0ull, value_of(&self->before, "streams"));
	EXPECT_NE(~0ull, value_of(&self->before, "recorders_failed"));
	ASSERT_EQ(0, stream_some(&self->rig, 1u << 20, lba));
	ASSERT_EQ(0, read_counters(MUX_SYSFS "/counters", &self->after));
	expect_not_less(_metadata, &self->before, &self->after);
	EXPECT_EQ(value_of(&self->before, "streams") + 1, value_of(&self->after, "streams"));
	EXPECT_EQ(value_of(&self->before, "recorders_failed") + 2,
		  value_of(&self->after, "recorders_failed"));
}

TEST_F(sysfs, counters_are_read_only)
{
	char path[256];
	struct stat st;
	unsigned int i;

	ASSERT_EQ(0, read_counters(self->folder, &self->before));
	ASSERT_LT(0, self->before.nr);
	for (i = 0; i < self->before.nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", self->folder, self->before.name[i]);
		ASSERT_EQ(0, stat(path, &st));
		EXPECT_EQ(0444, st.st_mode & 07777);
	}
}

TEST_F(sysfs, role)
{
	uint32_t member = self->rig.recorder[0];
	struct discmux_info info;
	struct discmux_member m;
	char text[64];

	ASSERT_EQ(0, member_attr_read(member, "role", text, sizeof(text)));
	EXPECT_STREQ("recorder", text);
	EXPECT_EQ(0, member_attr_write(member, "role", "reader\n"));
	ASSERT_EQ(0, mux_member(self->rig.fd, member, 0, &m));
	EXPECT_EQ(DISCMUX_ROLE_READER, m.role);
	ASSERT_EQ(0, mux_info(self->rig.fd, &info));
	EXPECT_EQ(3, info.recorders);
	EXPECT_EQ(2, info.readers);
	EXPECT_EQ(-EINVAL, member_attr_write(member, "role", "changer"));
	EXPECT_EQ(-EINVAL, member_attr_write(member, "role", "burner"));
	EXPECT_EQ(-EINVAL, member_attr_write(member, "role", "\n"));
	EXPECT_EQ(0, member_attr_write(member, "role", "recorder"));
	ASSERT_EQ(0, member_attr_read(member, "role", text, sizeof(text)));
	EXPECT_STREQ("recorder", text);
}

/* Not while somebody relies on it. */
TEST_F(sysfs, role_of_a_streaming_member)
{
	int fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 1, 4 * CHUNK, 0);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EBUSY, member_attr_write(self->rig.recorder[0], "role", "reader"));
	close(fd);
}

TEST_F(sysfs, unit)
{
	struct discmux_member m;
	char text[64], want[64];
	int i;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, mux_member(self->rig.fd, self->rig.recorder[i], 0, &m));
		ASSERT_EQ(0, member_attr_read(m.member, "unit", text, sizeof(text)));
		snprintf(want, sizeof(want), "%u", m.unit);
		EXPECT_STREQ(want, text);
	}
}

TEST_F(sysfs, element_by_hand)
{
	uint32_t member = self->rig.recorder[1];
	struct discmux_member m;
	char text[64];

	ASSERT_EQ(0, member_attr_read(member, "element", text, sizeof(text)));
	EXPECT_STREQ("none", text);
	EXPECT_EQ(0, member_attr_write(member, "element", "0x3005\n"));
	ASSERT_EQ(0, mux_member(self->rig.fd, member, 0, &m));
	EXPECT_EQ(0x3005, m.element);
	ASSERT_EQ(0, member_attr_read(member, "element", text, sizeof(text)));
	EXPECT_EQ(0x3005, strtoul(text, NULL, 0));
	EXPECT_EQ(-EINVAL, member_attr_write(member, "element", "slot"));
	EXPECT_EQ(-EINVAL, member_attr_write(member, "element", "12 monkeys"));
	EXPECT_NE(0, member_attr_write(member, "element", "0x10000"));
	EXPECT_NE(0, member_attr_write(member, "element", "-1"));
	ASSERT_EQ(0, mux_member(self->rig.fd, member, 0, &m));
	EXPECT_EQ(0x3005, m.element);
	EXPECT_EQ(0, member_attr_write(member, "element", "none\n"));
	ASSERT_EQ(0, mux_member(self->rig.fd, member, 0, &m));
	EXPECT_EQ(DISCMUX_NONE, m.element);
}

static int open_second(void)
{
	int fd = -1;

	wait_for((fd = open(SECOND_DEV, O_RDWR | O_CLOEXEC)) >= 0, 5000);
	return fd;
}

TEST_F(sysfs, second_mux)
{
	struct discmux_info info;
	struct discmux_member m;
	int fd;

	ASSERT_EQ(0, file_write(MUX_PARAMS "/muxes", "2"));
	fd = open_second();
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mux_info(fd, &info));
	EXPECT_EQ(1, info.mux);
	EXPECT_EQ(0, info.members);
	ASSERT_EQ(0, attach(1, &self->rig.recorder_info[0]));
	ASSERT_EQ(0, mux_info(fd, &info));
	EXPECT_EQ(1, info.members);
	EXPECT_EQ(1, info.recorders);
	ASSERT_EQ(0, mux_info(self->rig.fd, &info));
	EXPECT_EQ(4, info.members);
	EXPECT_EQ(3, info.recorders);
	EXPECT_EQ(-ENOENT, mux_member(self->rig.fd, self->rig.recorder[0], 0, &m));
	ASSERT_EQ(0, mux_member(fd, 0, DISCMUX_MEMBER_NEXT, &m));
	EXPECT_EQ(self->rig.recorder_info[0].host, m.host);
	EXPECT_EQ(0, m.unit);
	EXPECT_EQ(DISCMUX_ROLE_RECORDER, m.role);
	EXPECT_EQ(0, mux_ready(fd, m.member));
	/* And back, while the fd of the second mux is open */
	ASSERT_EQ(0, attach(0, &self->rig.recorder_info[0]));
	ASSERT_EQ(0, mux_info(fd, &info));
	EXPECT_EQ(0, info.members);
	ASSERT_EQ(0, mux_info(self->rig.fd, &info));
	EXPECT_EQ(5, info.members);
	EXPECT_EQ(-ENOENT, mux_member(fd, 0, DISCMUX_MEMBER_NEXT, &m));
	close(fd);
}

TEST_F(sysfs, stream_on_second_mux)
{
	struct discmux_member m;
	uint8_t *data = malloc(CHUNK);
	int fd, stream;

	ASSERT_NE(NULL, data);
	pattern_fill(data, CHUNK, 0, 4);
	ASSERT_EQ(0, file_write(MUX_PARAMS "/muxes", "2"));
	ASSERT_EQ(0, attach(1, &self->rig.recorder_info[2]));
	fd = open_second();
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mux_member(fd, 0, DISCMUX_MEMBER_NEXT, &m));
	stream = mux_stream(fd, &m.member, NULL, 1, 4 * CHUNK, 0);
	ASSERT_LE(0, stream);
	EXPECT_EQ(-EBUSY, attach(0, &self->rig.recorder_info[2]));
	EXPECT_EQ(0, write_all(stream, data, CHUNK));
	EXPECT_EQ(0, mux_finish(stream));
	close(stream);
	EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[2], 0, CHUNK, 4));
	close(fd);
	free(data);
}

TEST_F(sysfs, attach_of_a_claimed_member)
{
	struct discmux_member m;

	ASSERT_EQ(0, file_write(MUX_PARAMS "/muxes", "2"));
	ASSERT_EQ(0, mux_claim(self->rig.fd, self->rig.recorder, 1, NULL));
	EXPECT_EQ(-EBUSY, attach(1, &self->rig.recorder_info[0]));
	EXPECT_EQ(0, mux_member(self->rig.fd, self->rig.recorder[0], 0, &m));
	ASSERT_EQ(0, mux_release(self->rig.fd, self->rig.recorder, 1));
	EXPECT_EQ(0, attach(1, &self->rig.recorder_info[0]));
}

TEST_F(sysfs, attach_of_nonsense)
{
	static const char * const wrong[] = { "", "\n", "1", "a:b:c:d", "1:2:3", "0:0:0:0:0" };
	size_t i;

	for (i = 1; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(-EINVAL, file_write(MUX_SYSFS "/attach", wrong[i])) {
			TH_LOG("'%s'", wrong[i]);
		}
	}
	EXPECT_NE(0, file_write(MUX_SYSFS "/attach", "9999:0:0:0"));
}

TEST_F(sysfs, number_of_muxes)
{
	EXPECT_NE(0, file_write(MUX_PARAMS "/muxes", "0"));
	EXPECT_NE(0, file_write(MUX_PARAMS "/muxes", "-1"));
	EXPECT_NE(0, file_write(MUX_PARAMS "/muxes", "many"));
	EXPECT_NE(0, file_write(MUX_PARAMS "/muxes", "1000000"));
	EXPECT_EQ(0, access(MUX_SYSFS, F_OK));
}

/* What a device has in sysfs whoever made it, and the members' own folders. */
static bool is_of_every_device(const char *name)
{
	static const char * const known[] = { "uevent", "power", "subsystem", "device", "dev" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(name, known[i]))
			return true;
	return !strncmp(name, "discmux", 7);
}

/* Counts the files of a folder that have no "What:" of their own. */
static int undocumented(const char *abi, const char *folder, const char *what)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char line[512];
	int n = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || is_of_every_device(entry->d_name) ||
		    !strcmp(entry->d_name, "counters"))
			continue;
		snprintf(line, sizeof(line), "What:\t\t%s/%s\n", what, entry->d_name);
		if (!strstr(abi, line)) {
			printf("# %s/%s has no entry\n", folder, entry->d_name);
			n++;
		}
	}
	closedir(dir);
	return n;
}

/* Run from the top of the tree, where the guest starts its command. */
TEST_F(sysfs, all_documented)
{
	static char abi[65536];
	char folder[128];
	FILE *f = fopen("Documentation/ABI/testing/sysfs-class-discmux", "r");

	if (!f)
		SKIP(return, "not run from the top of the tree");
	ASSERT_LT(0, fread(abi, 1, sizeof(abi) - 1, f));
	fclose(f);
	EXPECT_EQ(0, undocumented(abi, MUX_SYSFS, "/sys/class/discmux/discmuxN"));
	EXPECT_EQ(0, undocumented(abi, MUX_SYSFS "/counters",
				  "/sys/class/discmux/discmuxN/counters"));
	snprintf(folder, sizeof(folder), MUX_SYSFS "/discmux0-%u", self->rig.recorder[0]);
	EXPECT_EQ(0, undocumented(abi, folder, "/sys/class/discmux/discmuxN/discmuxN-M"));
	EXPECT_EQ(0, undocumented(abi, self->folder,
				  "/sys/class/discmux/discmuxN/discmuxN-M/counters"));
}

TEST_HARNESS_MAIN
