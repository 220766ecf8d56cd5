// SPDX-License-Identifier: GPL-2.0
/* A tower without a kernel: see burn_rig.h. */
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libdiscmux.h"

#define RING_BYTES	(8u << 20)
#define WRITE_10	0x2a
#define MAX_DATA	(256u << 10)

/* ---- ops -------------------------------------------------------------- */

static int op_claim(void *ctx, const uint32_t *members, size_t n, uint32_t *failed)
{
	struct burn_rig *rig = ctx;
	size_t i;

	*failed = DISCMUX_NONE;
	for (i = 0; i < n; i++) {
		if (members[i] == rig->busy) {
			*failed = members[i];
			return -EBUSY;
		}
	}
	for (i = 0; i < n; i++)
		rig->claimed[members[i]] = true;
	return 0;
}

static int op_release(void *ctx, const uint32_t *members, size_t n)
{
	struct burn_rig *rig = ctx;
	size_t i;

	for (i = 0; i < n; i++)
		rig->claimed[members[i]] = false;
	return 0;
}

static void send_one(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		     void *data, struct discmux_result *result)
{
	struct iovec iov = { data, cmd->data_len };
	struct sim_cmd sim = {
		.cdb = cmd->cdb,
		.iov = &iov,
		.iov_count = cmd->data_len ? 1 : 0,
		.data_len = cmd->data_len,
	};

	assert_true(member < rig->drives);
	assert_true(rig->claimed[member]);
	rig->seen[member][cmd->cdb[0]]++;
	memset(result, 0, sizeof(*result));
	result->member = member;
	if (rig->hook && rig->hook(rig, member, cmd, data, result))
		return;
	sim_device_execute(rig->dev[member], rig->faults[member], &sim);
	result->status = sim.status;
	result->resid = cmd->data_len - (uint32_t)sim.done;
	if (sim.status == SIM_CHECK_CONDITION) {
		result->sense_len = SIM_SENSE_SIZE;
		memcpy(result->sense, sim.sense, SIM_SENSE_SIZE);
	}
}

static int op_exec(void *ctx, const uint32_t *members, size_t n, const struct mmc_command *cmd,
		   void *data, struct discmux_result *results)
{
	uint8_t *p = data;
	size_t i;

	assert_true(n > 0);
	for (i = 0; i < n; i++)
		send_one(ctx, members[i], cmd, cmd->dir == MMC_IN ? p + i * cmd->data_len : p,
			 &results[i]);
	return 0;
}

static int op_stream_open(void *ctx, const struct discmux_target *targets, size_t n,
			  uint32_t block_size, uint32_t chunk, void **stream)
{
	struct burn_rig *rig = ctx;
	size_t i;

	assert_false(rig->streaming);
	memcpy(rig->targets, targets, n * sizeof(*targets));
	memset(rig->status, 0, sizeof(rig->status));
	for (i = 0; i < n; i++)
		rig->status[i].next_lba = targets[i].lba;
	rig->nr_targets = n;
	rig->chunk = chunk;
	rig->block_size = block_size;
	rig->ring = malloc(RING_BYTES);
	assert_non_null(rig->ring);
	rig->ring_used = 0;
	rig->accepted = 0;
	rig->streaming = true;
	rig->aborted = false;
	*stream = rig;
	return 0;
}

/* As dmx_result_not_begun() of the driver */
static bool not_begun(const struct discmux_result *r)
{
	const uint8_t key = r->sense[2] & 0x0f, asc = r->sense[12], ascq = r->sense[13];

	if (r->error || r->status != 2)
		return false;
	return (key == 2 && asc == 4 && ascq == 8) ||
	       (key == 6 && asc != 0x28 && asc != 0x29);
}

static void write_one(struct burn_rig *rig, size_t i, size_t len)
{
	struct discmux_target_status *s = &rig->status[i];
	struct mmc_command cmd = { .len = 10, .dir = MMC_OUT, .data_len = (uint32_t)len };

	if (s->state != DISCMUX_TARGET_RUNNING)
		return;
	cmd.cdb[0] = WRITE_10;
	sim_put_be32(&cmd.cdb[2], s->next_lba);
	sim_put_be16(&cmd.cdb[7], (uint16_t)(len / rig->block_size));
	do {
		send_one(rig, rig->targets[i].member, &cmd, rig->ring, &s->result);
	} while (not_begun(&s->result));
	if (!discmux_result_ok(&s->result)) {
		s->state = DISCMUX_TARGET_FAILED;
		s->failed_lba = s->next_lba;
		return;
	}
	s->next_lba += (uint32_t)(len / rig->block_size);
	s->bytes += len;
}

static void flush(struct burn_rig *rig, size_t keep)
{
	size_t i;

	while (rig->ring_used > keep) {
		size_t len = rig->ring_used < rig->chunk ? rig->ring_used : rig->chunk;

		for (i = 0; i < rig->nr_targets; i++)
			write_one(rig, i, len);
		rig->ring_used -= len;
		memmove(rig->ring, rig->ring + len, rig->ring_used);
	}
}

static bool any_left(const struct burn_rig *rig)
{
	size_t i;

	for (i = 0; i < rig->nr_targets; i++)
		if (rig->status[i].state != DISCMUX_TARGET_FAILED)
			return true;
	return false;
}

static ssize_t op_stream_write(void *stream, const void *data, size_t len, int wait_ms)
{
	struct burn_rig *rig = stream;

	(void)wait_ms;
	rig->now_ms += 100;
	if (!any_left(rig))
		return -EIO;
	if (len > RING_BYTES - rig->ring_used)
		len = RING_BYTES - rig->ring_used;
	memcpy(rig->ring + rig->ring_used, data, len);
	rig->ring_used += len;
	rig->accepted += len;
	/* Prefill: half of the ring */
	if (rig->accepted >= RING_BYTES / 2)
		flush(rig, rig->chunk - 1);
	return (ssize_t)len;
}

static int op_stream_finish(void *stream)
{
	struct burn_rig *rig = stream;
	size_t i;

	flush(rig, 0);
	for (i = 0; i < rig->nr_targets; i++)
		if (rig->status[i].state == DISCMUX_TARGET_RUNNING)
			rig->status[i].state = DISCMUX_TARGET_DONE;
	return any_left(rig) ? 0 : -EIO;
}

static int op_stream_abort(void *stream)
{
	struct burn_rig *rig = stream;

	rig->aborted = true;
	return 0;
}

static int op_stream_status(void *stream, struct discmux_stream_status *status,
			    struct discmux_target_status *targets, size_t n)
{
	struct burn_rig *rig = stream;

	assert_int_equal(n, rig->nr_targets);
	memset(status, 0, sizeof(*status));
	status->state = rig->aborted ? DISCMUX_STREAM_ABORTED :
			rig->accepted < RING_BYTES / 2 ? DISCMUX_STREAM_FILLING :
							 DISCMUX_STREAM_RUNNING;
	status->ring_used = (uint32_t)rig->ring_used;
	memcpy(targets, rig->status, n * sizeof(*targets));
	return 0;
}

static void op_stream_close(void *stream)
{
	struct burn_rig *rig = stream;

	free(rig->ring);
	rig->ring = NULL;
	rig->streaming = false;
}

static uint64_t op_now_ms(void *ctx)
{
	return ((struct burn_rig *)ctx)->now_ms;
}

/* The engine's waits cost little; the drives' own delays are real. */
static void op_sleep_ms(void *ctx, unsigned int ms)
{
	struct burn_rig *rig = ctx;

	rig->now_ms += ms;
	usleep(500);
	if (rig->sleep_hook)
		rig->sleep_hook(rig);
}

static const struct burn_ops ops = {
	.claim = op_claim,
	.release = op_release,
	.exec = op_exec,
	.stream_open = op_stream_open,
	.stream_write = op_stream_write,
	.stream_finish = op_stream_finish,
	.stream_abort = op_stream_abort,
	.stream_status = op_stream_status,
	.stream_close = op_stream_close,
	.now_ms = op_now_ms,
	.sleep_ms = op_sleep_ms,
};

/* ---- The rig ---------------------------------------------------------- */

static void notice(void *arg, const char *text)
{
	struct burn_rig *rig = arg;

	snprintf(rig->notice, sizeof(rig->notice), "%s", text);
}

static void add_drive(struct burn_rig *rig, uint32_t member)
{
	struct sim_drive_config config = { .recorder = member > 0, .bd = true,
					   .media = rig->media };
	struct burn_recorder *r = &rig->recorders[member ? member - 1 : 0];
	char err[256];

	snprintf(config.identity.vendor, sizeof(config.identity.vendor), "TEST");
	snprintf(config.identity.product, sizeof(config.identity.product), "DRIVE");
	snprintf(config.identity.serial, sizeof(config.identity.serial), "S%u", member);
	snprintf(config.name, sizeof(config.name), "drive%u", member);
	rig->dev[member] = sim_drive_create(&config, err, sizeof(err));
	assert_non_null(rig->dev[member]);
	sim_drive_set_delays(rig->dev[member], 2, 2);
	rig->faults[member] = sim_faults_new();
	assert_non_null(rig->faults[member]);
	if (!member)
		return;
	r->member = member;
	r->unit = member - 1;
	r->max_data = MAX_DATA;
	r->slot = DISCMUX_NONE;
	snprintf(r->drive, sizeof(r->drive), "TEST DRIVE");
	snprintf(r->serial, sizeof(r->serial), "S%u", member);
	snprintf(r->block_name, sizeof(r->block_name), "sr%u", member);
}

struct burn_rig *burn_rig_new(size_t recorders)
{
	struct burn_rig *rig = calloc(1, sizeof(*rig));
	char err[256];
	uint32_t i;

	assert_non_null(rig);
	snprintf(rig->dir, sizeof(rig->dir), "/tmp/discmux-burn-XXXXXX");
	assert_non_null(mkdtemp(rig->dir));
	assert_int_equal(sim_media_open(rig->dir, &rig->media, err, sizeof(err)), 0);
	rig->drives = recorders + 1;
	rig->busy = DISCMUX_NONE;
	for (i = 0; i < rig->drives; i++)
		add_drive(rig, i);
	rig->config = (struct burn_config){
		.ops = &ops,
		.ctx = rig,
		.recorders = rig->recorders,
		.count = recorders,
		.max_exec_bytes = 1 << 20,
		.verify = true,
		.eject = true,
		.notice = notice,
		.notice_arg = rig,
	};
	return rig;
}

void burn_rig_free(struct burn_rig *rig)
{
	char command[256];
	size_t i;

	burn_job_free(rig->job);
	burn_source_free(rig->config.source);
	for (i = 0; i < rig->drives; i++) {
		assert_false(rig->claimed[i]);
		rig->dev[i]->ops->destroy(rig->dev[i]);
		sim_faults_free(rig->faults[i]);
	}
	sim_media_close(rig->media);
	snprintf(command, sizeof(command), "rm -rf %s %s", rig->dir, rig->image);
	assert_int_equal(system(command), 0);
	free(rig);
}

const char *burn_rig_blank(struct burn_rig *rig, uint32_t member, const char *type,
			   uint32_t capacity)
{
	static char path[192];
	char name[64], err[256];

	snprintf(name, sizeof(name), "disc%u", member);
	if (sim_media_blank(rig->media, type, name, capacity, NULL, 0, err, sizeof(err)))
		fail_msg("%s", err);
	if (sim_drive_insert(rig->dev[member], name, err, sizeof(err)))
		fail_msg("%s", err);
	snprintf(path, sizeof(path), "%s/%s.iso", rig->dir, name);
	return path;
}

void burn_rig_image(struct burn_rig *rig, uint32_t blocks)
{
	uint8_t block[MMC_BLOCK];
	char err[256];
	uint32_t i, k;
	FILE *f;

	snprintf(rig->image, sizeof(rig->image), "%s.image", rig->dir);
	f = fopen(rig->image, "w");
	assert_non_null(f);
	for (i = 0; i < blocks; i++) {
		for (k = 0; k < sizeof(block); k += 4)
			sim_put_be32(&block[k], i * 0x9e3779b1u + k + 1);
		assert_int_equal(fwrite(block, sizeof(block), 1, f), 1);
	}
	fclose(f);
	if (burn_source_file(rig->image, 0, &rig->config.source, err, sizeof(err)))
		fail_msg("%s", err);
}

void burn_rig_master(struct burn_rig *rig)
{
	char name[64], err[256];

	burn_source_free(rig->config.source);
	if (sim_media_import(rig->media, rig->image, "master", name, sizeof(name), err,
			     sizeof(err)))
		fail_msg("%s", err);
	if (sim_drive_insert(rig->dev[0], name, err, sizeof(err)))
		fail_msg("%s", err);
	assert_int_equal(burn_source_drive(0, "reader 0", MAX_DATA, &rig->config.source), 0);
}

void burn_rig_fault(struct burn_rig *rig, uint32_t member, const char *words)
{
	const char *list[16];
	struct sim_fault fault;
	char copy[128], err[256], *word, *rest = copy;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " ")))
		list[n++] = word;
	if (sim_fault_parse(list, n, &fault, err, sizeof(err)))
		fail_msg("%s", err);
	assert_true(sim_faults_add(rig->faults[member], &fault) > 0);
}

int burn_rig_run(struct burn_rig *rig)
{
	int rc;

	burn_job_free(rig->job);
	assert_int_equal(burn_job_create(&rig->config, &rig->job), 0);
	rc = burn_job_run(rig->job);
	assert_false(rig->streaming);
	return rc;
}

void burn_rig_expect(struct burn_rig *rig, size_t i, enum burn_state state, enum burn_disc disc,
		     const char *message)
{
	struct burn_status status;

	burn_job_status(rig->job, i, &status);
	assert_string_equal(status.message, message ? message : "");
	assert_string_equal(burn_state_name(status.state), burn_state_name(state));
	assert_string_equal(burn_disc_name(status.disc), burn_disc_name(disc));
}

void burn_rig_expect_copy(struct burn_rig *rig, const char *disc)
{
	FILE *a = fopen(rig->image, "r");
	char path[192];
	uint8_t want[MMC_BLOCK], got[MMC_BLOCK];
	uint32_t lba = 0;
	FILE *b;

	snprintf(path, sizeof(path), "%s/%s.iso", rig->dir, disc);
	b = fopen(path, "r");
	assert_non_null(a);
	assert_non_null(b);
	while (fread(want, sizeof(want), 1, a) == 1) {
		assert_int_equal(fread(got, sizeof(got), 1, b), 1);
		if (memcmp(want, got, sizeof(want)))
			fail_msg("%s differs at block %u", disc, lba);
		lba++;
	}
	assert_true(lba > 0);
	fclose(a);
	fclose(b);
}
