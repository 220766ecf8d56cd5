// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "sim_harness.h"

int harness_setup(void **state)
{
	struct harness *h = calloc(1, sizeof(*h));
	struct sim_drive_config config = {
		.identity = { "VIRTUAL", "DVD RECORDER", "1.00", "SN0001" },
		.name = "recorder0",
		.recorder = true,
	};

	assert_non_null(h);
	snprintf(h->dir, sizeof(h->dir), "/tmp/sim-test-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	assert_int_equal(sim_media_open(h->dir, &h->media, h->err, sizeof(h->err)), 0);
	config.media = h->media;
	h->dev = sim_drive_create(&config, h->err, sizeof(h->err));
	assert_non_null(h->dev);
	sim_drive_set_delays(h->dev, 0, 0);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), SENSE(6, 0x29, 0));
	*state = h;
	return 0;
}

int harness_teardown(void **state)
{
	struct harness *h = *state;
	struct dirent *entry;
	DIR *dir;

	if (h->dev)
		h->dev->ops->destroy(h->dev);
	sim_media_close(h->media);
	dir = opendir(h->dir);
	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(h->dir);
	free(h);
	return 0;
}

static uint32_t run(struct harness *h, void *data, size_t len, const uint8_t *cdb, size_t cdb_len)
{
	/* Uneven pieces, as a transport may have them */
	struct iovec iov[3] = {
		{ data, len / 3 },
		{ (char *)data + len / 3, len / 2 - len / 3 },
		{ (char *)data + len / 2, len - len / 2 },
	};
	uint8_t padded[16] = { 0 };
	struct sim_cmd cmd = { .cdb = padded, .iov = iov, .iov_count = 3, .data_len = len };

	assert_true(cdb_len <= sizeof(padded));
	memcpy(padded, cdb, cdb_len);
	h->dev->ops->execute(h->dev, &cmd);
	assert_true(cmd.done <= len);
	h->got = cmd.done;
	if (cmd.status == SIM_GOOD)
		return 0;
	assert_int_equal(cmd.status, SIM_CHECK_CONDITION);
	assert_int_equal(cmd.sense[0] & 0x7f, 0x70);
	h->info = sim_be32(cmd.sense + 3);
	return SENSE(cmd.sense[2] & 0xf, cmd.sense[12], cmd.sense[13]);
}

uint32_t harness_in(struct harness *h, size_t len, const uint8_t *cdb, size_t cdb_len)
{
	assert_true(len <= sizeof(h->buf));
	memset(h->buf, 0xee, len);
	return run(h, h->buf, len, cdb, cdb_len);
}

uint32_t harness_out(struct harness *h, const void *data, size_t len, const uint8_t *cdb,
		     size_t cdb_len)
{
	return run(h, (void *)data, len, cdb, cdb_len);
}

void harness_insert(struct harness *h, const char *disc)
{
	assert_int_equal(sim_drive_insert(h->dev, disc, h->err, sizeof(h->err)), 0);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), SENSE(6, 0x28, 0));
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), 0);
}

void harness_blank(struct harness *h, const char *type)
{
	assert_int_equal(sim_media_blank(h->media, type, "disc", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "disc");
}

static void pattern(uint8_t *to, uint32_t lba, uint32_t blocks, uint32_t seed)
{
	for (uint32_t i = 0; i < blocks * 512; i++) {
		uint32_t word = (lba + i / 512) * 2654435761u ^ seed ^ (i % 512);

		memcpy(to + 4 * i, &word, 4);
	}
}

uint32_t harness_write(struct harness *h, uint32_t lba, uint32_t blocks, uint32_t seed)
{
	uint8_t *data = malloc(blocks * 2048u + 1);
	uint32_t ret;

	assert_non_null(data);
	pattern(data, lba, blocks, seed);
	ret = OUT(h, data, blocks * 2048u, 0x2a, 0, BE32(lba), 0, BE16(blocks), 0);
	free(data);
	return ret;
}

uint32_t harness_read(struct harness *h, uint32_t lba, uint32_t blocks)
{
	return IN(h, blocks * 2048u, 0x28, 0, BE32(lba), 0, BE16(blocks), 0);
}

void harness_check(struct harness *h, uint32_t lba, uint32_t blocks, uint32_t seed)
{
	uint8_t *data = malloc(blocks * 2048u);

	assert_non_null(data);
	pattern(data, lba, blocks, seed);
	assert_int_equal(h->got, blocks * 2048u);
	assert_memory_equal(h->buf, data, blocks * 2048u);
	free(data);
}

uint32_t harness_page05(struct harness *h, uint8_t type, uint8_t multi, uint8_t mode)
{
	uint8_t list[8 + 52] = { 0 };
	uint8_t *page = list + 8;

	page[0] = 0x05;
	page[1] = 0x32;
	page[2] = (uint8_t)(0x40 | (type == 0 ? 0x20 : 0) | type);
	page[3] = (uint8_t)(multi << 6 | (type == 0 ? 0x20 : 0) | mode);
	page[4] = 8;
	page[5] = type == 0 ? 16 : 0;
	page[13] = type == 0 ? 16 : 0;
	return OUT(h, list, sizeof(list), 0x55, 0x10, 0, 0, 0, 0, 0, 0, sizeof(list), 0);
}

uint32_t harness_track(struct harness *h, uint32_t number)
{
	return IN(h, 36, 0x52, 1, BE32(number), 0, 0, 36, 0);
}

uint32_t harness_nwa(struct harness *h, uint32_t number)
{
	assert_int_equal(harness_track(h, number), 0);
	assert_true(h->buf[7] & 1);
	return sim_be32(h->buf + 12);
}

long long harness_size(struct harness *h, const char *file)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", h->dir, file);
	return stat(path, &st) < 0 ? -1 : (long long)st.st_size;
}

void harness_file(struct harness *h, const char *file, const void *data, size_t len)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", h->dir, file);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}
