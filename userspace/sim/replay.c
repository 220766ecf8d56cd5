// SPDX-License-Identifier: GPL-2.0
/*
 * Replay.  Commands of the recording with the same CDB are a group, whose answers are given in
 * the order they were recorded; the groups are in an array sorted by CDB.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <scsi/sg_lib.h>

#include "libdiscmux.h"
#include "recording.h"
#include "replay.h"

#define NOTED_MAX	64	/* different commands that were not in the recording */
#define DELAY_MAX	30.0	/* s: longer than that the kernel does not wait either */
#define READ_BLOCKS_MAX	8192u

struct group {
	uint8_t key[RECORDING_CDB_MAX];
	uint32_t first, count;		/* of order */
	uint32_t next;			/* which answer comes now, below count */
};

struct noted {
	uint8_t cdb[RECORDING_CDB_MAX];
	const char *how;		/* NULL: refused */
	uint64_t count;
};

struct sim_replay {
	struct sim_device dev;		/* first */
	struct recording *rec;
	char *path;
	bool loop;
	double factor;
	uint32_t *order;		/* exchanges, by CDB and then by time */
	struct group *group;
	size_t groups;
	uint32_t blocks, block;		/* of the disc, where READ CAPACITY was recorded */
	pthread_mutex_t lock;		/* for what follows */
	uint64_t played;
	struct noted noted[NOTED_MAX];
	size_t nr_noted;
};

static struct sim_replay *replay_of(struct sim_device *dev)
{
	return (struct sim_replay *)dev;
}

/* ---- The recording ------------------------------------------------------ */

struct sortable {
	uint8_t key[RECORDING_CDB_MAX];
	uint32_t index;
};

static int by_key(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;
	int order = memcmp(x->key, y->key, sizeof(x->key));

	return order ? order : x->index < y->index ? -1 : x->index > y->index;
}

static int make_groups(struct sim_replay *r)
{
	size_t count = r->rec->count;
	struct sortable *sorted = calloc(count, sizeof(*sorted));

	r->order = calloc(count, sizeof(*r->order));
	r->group = calloc(count, sizeof(*r->group));
	if (!sorted || !r->order || !r->group) {
		free(sorted);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		const struct recording_exchange *x = &r->rec->exchange[i];

		recording_cdb_key(x->cdb, x->cdb_len, sorted[i].key);
		sorted[i].index = (uint32_t)i;
	}
	qsort(sorted, count, sizeof(*sorted), by_key);
	for (size_t i = 0; i < count; i++) {
		if (!i || memcmp(sorted[i].key, sorted[i - 1].key, sizeof(sorted[i].key))) {
			struct group *group = &r->group[r->groups++];

			memcpy(group->key, sorted[i].key, sizeof(group->key));
			group->first = (uint32_t)i;
		}
		r->group[r->groups - 1].count++;
		r->order[i] = sorted[i].index;
	}
	free(sorted);
	return 0;
}

static const struct recording_exchange *exchange(const struct sim_replay *r,
						 const struct group *group, uint32_t n)
{
	return &r->rec->exchange[r->order[group->first + n]];
}

static bool is_good(const struct recording_exchange *x)
{
	return !x->loss && !x->status;
}

/* Who it is, from the first good INQUIRY; how large its disc is, from the last READ CAPACITY */
static void learn(struct sim_replay *r)
{
	struct sim_identity *id = &r->dev.identity;

	for (size_t i = 0; i < r->rec->count; i++) {
		const struct recording_exchange *x = &r->rec->exchange[i];

		if (!is_good(x))
			continue;
		if (x->cdb[0] == 0x12 && !(x->cdb[1] & 1) && x->data_len >= 36 && !*id->vendor) {
			discmux_text(x->data + 8, 8, id->vendor, sizeof(id->vendor));
			discmux_text(x->data + 16, 16, id->product, sizeof(id->product));
			discmux_text(x->data + 32, 4, id->revision, sizeof(id->revision));
		}
		if (x->cdb[0] == 0x25 && x->data_len >= 8) {
			uint32_t block = sim_be32(x->data + 4);

			r->blocks = block >= 512 && block <= 4096 ? sim_be32(x->data) + 1 : 0;
			r->block = block;
		}
	}
}

/* ---- What is not in the recording ---------------------------------------- */

static void note(struct sim_replay *r, const uint8_t *cdb, const char *how)
{
	size_t i = 0;

	pthread_mutex_lock(&r->lock);
	while (i < r->nr_noted && (r->noted[i].how != how ||
				   memcmp(r->noted[i].cdb, cdb, sizeof(r->noted[i].cdb))))
		i++;
	if (i < NOTED_MAX) {
		r->noted[i].how = how;
		memcpy(r->noted[i].cdb, cdb, sizeof(r->noted[i].cdb));
		r->noted[i].count++;
		if (i == r->nr_noted)
			r->nr_noted++;
	}
	pthread_mutex_unlock(&r->lock);
}

static int compare_key(const void *key, const void *group)
{
	return memcmp(key, ((const struct group *)group)->key, RECORDING_CDB_MAX);
}

static void key_of(const uint8_t *cdb, uint8_t key[RECORDING_CDB_MAX])
{
	unsigned int len = recording_cdb_length(cdb[0]);

	recording_cdb_key(cdb, len, key);
}

/* The group of the same command with another allocation length: the smallest that is not smaller,
 * or else the largest. */
static struct group *find_similar(struct sim_replay *r, const uint8_t key[RECORDING_CDB_MAX])
{
	struct recording_field field = recording_cdb_allocation(key, r->dev.type);
	uint32_t want = recording_field_get(key, field), best_len = 0;
	struct group *best = NULL;

	for (size_t i = 0; field.width && i < r->groups; i++) {
		uint8_t same[RECORDING_CDB_MAX];
		uint32_t len;

		memcpy(same, r->group[i].key, sizeof(same));
		len = recording_field_get(same, field);
		recording_field_put(same, field, want);
		if (memcmp(same, key, sizeof(same)))
			continue;
		if (!best || (len >= want ? best_len < want || len < best_len : len > best_len)) {
			best = &r->group[i];
			best_len = len;
		}
	}
	return best;
}

/* ---- Answers --------------------------------------------------------------- */

static void put_zeros(struct sim_cmd *cmd, size_t len)
{
	static const uint8_t zeros[4096];

	while (len) {
		size_t n = len < sizeof(zeros) ? len : sizeof(zeros);

		if (!sim_cmd_put(cmd, zeros, n))
			return;
		len -= n;
	}
}

static void take_time(const struct sim_replay *r, const struct recording_exchange *x)
{
	double seconds = r->factor > 0 ? x->micros / 1e6 / r->factor : 0;
	struct timespec pause;

	if (seconds > DELAY_MAX)
		seconds = DELAY_MAX;
	if (seconds <= 0)
		return;
	pause.tv_sec = (time_t)seconds;
	pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
	nanosleep(&pause, NULL);
}

static void answer(struct sim_replay *r, const struct recording_exchange *x, struct sim_cmd *cmd)
{
	take_time(r, x);
	if (x->loss) {
		cmd->status = SIM_TASK_ABORTED;
		return;
	}
	if (x->dir == RECORDING_IN) {
		sim_cmd_put(cmd, x->data, x->data_len);
		put_zeros(cmd, x->blank_len);
	} else if (x->dir == RECORDING_OUT) {
		cmd->done = cmd->data_len;
	}
	cmd->status = x->status;
	if (x->sense_len)
		memcpy(cmd->sense, x->sense, x->sense_len < sizeof(cmd->sense) ?
		       x->sense_len : sizeof(cmd->sense));
}

/* The turn of this group's next answer; the last one repeats unless they begin again. */
static const struct recording_exchange *next_answer(struct sim_replay *r, struct group *group)
{
	const struct recording_exchange *x;

	pthread_mutex_lock(&r->lock);
	x = exchange(r, group, group->next);
	if (group->next + 1 < group->count)
		group->next++;
	else if (r->loop)
		group->next = 0;
	r->played++;
	pthread_mutex_unlock(&r->lock);
	return x;
}

/* As many bytes as were asked for, of a reply to the same question with another length */
static void answer_similar(struct sim_replay *r, struct group *group, struct sim_cmd *cmd)
{
	struct recording_exchange x = *next_answer(r, group);
	struct recording_field field = recording_cdb_allocation(cmd->cdb, r->dev.type);
	uint32_t want = recording_field_get(cmd->cdb, field);

	/* GET PERFORMANCE counts descriptors of 16 bytes behind a header of 8 */
	if (cmd->cdb[0] == 0xac)
		want = want * 16 + 8;
	if (want < x.data_len)
		x.data_len = want;
	if (want < x.blank_len)
		x.blank_len = want;
	note(r, cmd->cdb, "another length was recorded");
	answer(r, &x, cmd);
}

/* A READ(10) or READ(12) that was recorded and failed in these blocks */
static const struct recording_exchange *failed_read(const struct sim_replay *r, uint32_t lba,
						    uint32_t blocks)
{
	for (size_t i = 0; i < r->rec->count; i++) {
		const struct recording_exchange *x = &r->rec->exchange[i];
		uint32_t first, count;

		/* Attentions and drives that are not ready say nothing of a block */
		if (x->cdb[0] != 0x28 || x->status != SIM_CHECK_CONDITION || x->sense_len < 3 ||
		    (x->sense[2] & 0xf) != SIM_MEDIUM_ERROR)
			continue;
		first = sim_be32(x->cdb + 2);
		count = sim_be16(x->cdb + 7);
		if (first < lba + blocks && lba < first + count)
			return x;
	}
	return NULL;
}

/* One block from a READ(10) that was recorded with its data, or zeros */
static void put_block(const struct sim_replay *r, uint32_t lba, struct sim_cmd *cmd)
{
	for (size_t i = 0; i < r->rec->count; i++) {
		const struct recording_exchange *x = &r->rec->exchange[i];
		uint32_t first = sim_be32(x->cdb + 2);

		if (x->cdb[0] != 0x28 || !is_good(x) || lba < first ||
		    (uint64_t)(lba - first + 1) * r->block > x->data_len)
			continue;
		sim_cmd_put(cmd, x->data + (size_t)(lba - first) * r->block, r->block);
		return;
	}
	put_zeros(cmd, r->block);
}

/* Reads in other steps than those that were recorded.  False: it is no such command. */
static bool read_blocks(struct sim_replay *r, struct sim_cmd *cmd)
{
	uint32_t lba = sim_be32(cmd->cdb + 2), blocks;
	const struct recording_exchange *failed;

	if (r->dev.type != 5 || !r->blocks || (cmd->cdb[0] != 0x28 && cmd->cdb[0] != 0xa8))
		return false;
	blocks = cmd->cdb[0] == 0x28 ? sim_be16(cmd->cdb + 7) : sim_be32(cmd->cdb + 6);
	note(r, cmd->cdb, "other blocks were recorded");
	if (lba > r->blocks || blocks > r->blocks - lba || blocks > READ_BLOCKS_MAX) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x00);
		return true;
	}
	failed = failed_read(r, lba, blocks);
	if (failed) {
		answer(r, failed, cmd);
		return true;
	}
	for (uint32_t i = 0; i < blocks; i++)
		put_block(r, lba + i, cmd);
	return true;
}

/* What must go well for a kernel that attaches a device, or lets it go */
static bool do_nothing(struct sim_replay *r, struct sim_cmd *cmd)
{
	static const uint8_t no_sense[18] = { 0x70, [7] = 10 };

	switch (cmd->cdb[0]) {
	case 0x03:	/* REQUEST SENSE */
		sim_cmd_put(cmd, no_sense, cmd->cdb[4] < sizeof(no_sense) ? cmd->cdb[4] :
							sizeof(no_sense));
		break;
	case 0x1b:	/* START STOP UNIT, tray included */
	case 0x1e:	/* PREVENT ALLOW MEDIUM REMOVAL */
		break;
	default:
		return false;
	}
	note(r, cmd->cdb, "it changed nothing");
	return true;
}

static void execute(struct sim_device *dev, struct sim_cmd *cmd)
{
	struct sim_replay *r = replay_of(dev);
	uint8_t key[RECORDING_CDB_MAX];
	struct group *group;

	key_of(cmd->cdb, key);
	group = bsearch(key, r->group, r->groups, sizeof(*r->group), compare_key);
	if (group) {
		answer(r, next_answer(r, group), cmd);
		return;
	}
	group = find_similar(r, key);
	if (group) {
		answer_similar(r, group, cmd);
		return;
	}
	if (read_blocks(r, cmd) || do_nothing(r, cmd))
		return;
	note(r, cmd->cdb, NULL);
	sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x20, 0x00);
}

/* A recording knows nothing of resets: the answers go on as they are */
static void reset(struct sim_device *dev)
{
	(void)dev;
}

static void destroy(struct sim_device *dev)
{
	struct sim_replay *r = replay_of(dev);

	recording_free(r->rec);
	free(r->path);
	free(r->order);
	free(r->group);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static const struct sim_device_ops ops = {
	.execute = execute,
	.reset = reset,
	.destroy = destroy,
};

struct sim_device *sim_replay_create(const struct sim_replay_config *config, char *err,
				     size_t errlen)
{
	struct sim_replay *r = calloc(1, sizeof(*r));

	if (!r) {
		snprintf(err, errlen, "no memory for %s", config->name);
		return NULL;
	}
	pthread_mutex_init(&r->lock, NULL);
	r->dev.ops = &ops;
	snprintf(r->dev.name, sizeof(r->dev.name), "%s", config->name);
	r->loop = config->loop;
	r->factor = config->factor;
	r->path = strdup(config->path);
	if (recording_load(config->path, &r->rec, err, errlen)) {
		destroy(&r->dev);
		return NULL;
	}
	if (!r->path || make_groups(r)) {
		snprintf(err, errlen, "no memory for %s", config->name);
		destroy(&r->dev);
		return NULL;
	}
	r->dev.type = r->rec->type;
	learn(r);
	return &r->dev;
}

int sim_replay_rewind(struct sim_device *dev, unsigned int part)
{
	struct sim_replay *r = replay_of(dev);

	if (dev->ops != &ops || !part || part > r->rec->parts)
		return -EINVAL;
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->groups; i++) {
		struct group *group = &r->group[i];

		/* A command that is not in that part keeps its last answer before it */
		group->next = 0;
		while (group->next + 1 < group->count &&
		       exchange(r, group, group->next)->part < part - 1)
			group->next++;
	}
	r->nr_noted = 0;
	memset(r->noted, 0, sizeof(r->noted));
	r->played = 0;
	pthread_mutex_unlock(&r->lock);
	return 0;
}

static json_t *noted_json(const struct sim_replay *r, const struct noted *noted)
{
	unsigned int len = recording_cdb_length(noted->cdb[0]);
	char cdb[3 * RECORDING_CDB_MAX + 1] = "", name[64];
	json_t *json;

	for (unsigned int i = 0; i < len; i++)
		snprintf(cdb + 3 * i, 4, "%02x%s", noted->cdb[i], i + 1 < len ? " " : "");
	sg_get_command_name(noted->cdb, r->dev.type, sizeof(name), name);
	json = json_pack("{s:s, s:s, s:I}", "cdb", cdb, "name", name, "count",
			 (json_int_t)noted->count);
	if (json && noted->how)
		json_object_set_new(json, "how", json_string(noted->how));
	return json;
}

json_t *sim_replay_describe(struct sim_device *dev)
{
	struct sim_replay *r = replay_of(dev);
	json_t *misses = json_array(), *invented = json_array(), *json;

	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->nr_noted; i++)
		json_array_append_new(r->noted[i].how ? invented : misses,
				      noted_json(r, &r->noted[i]));
	json = json_pack("{s:s, s:s, s:i, s:s, s:i, s:I, s:I, s:o, s:o}", "name", dev->name,
			 "kind", "replay", "type", (int)dev->type, "recording", r->path, "parts",
			 (int)r->rec->parts, "commands", (json_int_t)r->rec->count, "played",
			 (json_int_t)r->played, "misses", misses, "invented", invented);
	pthread_mutex_unlock(&r->lock);
	if (json) {
		json_object_set_new(json, "vendor", json_string(dev->identity.vendor));
		json_object_set_new(json, "product", json_string(dev->identity.product));
		json_object_set_new(json, "revision", json_string(dev->identity.revision));
	}
	return json;
}
