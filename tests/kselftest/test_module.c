// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading the module, with devices there and calls under way. */
#include "harness.h"
#include "mux.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define ROUNDS	6	/* MODULE_ROUNDS of the environment: as many */

FIXTURE(module)
{
	struct sdbg_rig rig;
};

static int load(void)
{
	return system("modprobe discmux") ? -EIO : 0;
}

/* 0, or -EWOULDBLOCK while it is in use: rmmod without waiting. */
static int unload(void)
{
	return syscall(SYS_delete_module, "discmux", O_NONBLOCK) ? -errno : 0;
}

/* A probe, a udev program: what holds the module for a moment ends. */
static int unload_soon(void)
{
	int ret = 0;

	wait_for(!(ret = unload()) || ret != -EWOULDBLOCK, 5000);
	return ret;
}

FIXTURE_SETUP(module)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
}

FIXTURE_TEARDOWN(module)
{
	EXPECT_EQ(0, load());
	EXPECT_TRUE(wait_for(!access(MUX_DEV, R_OK | W_OK), 5000));
	sdbg_rig_close(&self->rig);
}

TEST_F(module, refused_while_open)
{
	struct discmux_info info;

	EXPECT_EQ(-EWOULDBLOCK, unload());
	EXPECT_EQ(0, mux_info(self->rig.fd, &info));
	EXPECT_EQ(5, info.members);
}

TEST_F(module, refused_while_streaming)
{
	uint8_t *data = calloc(1, CHUNK);
	int stream;

	ASSERT_NE(NULL, data);
	stream = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, 4 * CHUNK, 0);
	ASSERT_LE(0, stream);
	close(self->rig.fd);
	self->rig.fd = -1;
	EXPECT_EQ(-EWOULDBLOCK, unload());
	EXPECT_EQ(0, write_all(stream, data, CHUNK));
	EXPECT_EQ(0, mux_finish(stream));
	EXPECT_EQ(-EWOULDBLOCK, unload());
	close(stream);
	EXPECT_EQ(0, unload_soon());
	free(data);
}

TEST_F(module, clean)
{
	struct stat st;

	close(self->rig.fd);
	self->rig.fd = -1;
	ASSERT_EQ(0, unload_soon());
	EXPECT_NE(0, access(MUX_SYSFS, F_OK));
	EXPECT_NE(0, access("/sys/class/discmux", F_OK));
	EXPECT_TRUE(wait_for(stat(MUX_DEV, &st), 3000));
	/* The devices stayed with the kernel's own drivers. */
	EXPECT_EQ(0, access("/dev/sr0", F_OK));
}

/* With a stream that was dropped with WRITEs in flight just before. */
TEST_F_TIMEOUT(module, after_a_dropped_stream, 90)
{
	uint8_t *data = calloc(1, 4 * CHUNK);
	int stream;

	ASSERT_NE(NULL, data);
	ASSERT_EQ(0, sdbg_set("delay", 50));
	stream = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, 8 * CHUNK, CHUNK);
	ASSERT_LE(0, stream);
	ASSERT_EQ(0, write_all(stream, data, 4 * CHUNK));
	close(stream);
	close(self->rig.fd);
	self->rig.fd = -1;
	EXPECT_EQ(0, unload_soon());
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 40000));
	free(data);
}

TEST_F(module, rounds)
{
	const char *rounds = getenv("MODULE_ROUNDS");
	int i, n = rounds ? atoi(rounds) : ROUNDS;
	struct discmux_info info;

	for (i = 0; i < n; i++) {
		close(self->rig.fd);
		self->rig.fd = -1;
		ASSERT_EQ(0, unload_soon());
		ASSERT_EQ(0, load());
		ASSERT_TRUE(wait_for((self->rig.fd = mux_open(O_RDWR)) >= 0, 5000));
		/* Every other time it goes again while it is still looking. */
		if (i % 2)
			continue;
		ASSERT_EQ(0, sdbg_rig_refresh(&self->rig));
		ASSERT_EQ(0, mux_info(self->rig.fd, &info));
		EXPECT_EQ(5, info.members);
	}
}

TEST_HARNESS_MAIN
