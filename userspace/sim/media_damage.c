// SPDX-License-Identifier: GPL-2.0
/* Scratches, and discs that run off centre. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media_disc.h"

static bool hits(struct sim_damage *damage, enum sim_damage_kind kind, uint32_t speed)
{
	return damage->kind == kind && (!damage->times || damage->hits < damage->times) &&
	       (!damage->above || speed > damage->above);
}

uint32_t sim_disc_intact(struct sim_disc *disc, enum sim_damage_kind kind, uint32_t lba,
			 uint32_t blocks, uint32_t speed)
{
	struct sim_damage *first = NULL;

	for (unsigned int i = 0; i < disc->damage_count && blocks; i++) {
		struct sim_damage *damage = &disc->damage[i];

		if (!hits(damage, kind, speed) || damage->last < lba ||
		    damage->first >= (uint64_t)lba + blocks)
			continue;
		first = damage;
		blocks = damage->first > lba ? damage->first - lba : 0;
	}
	if (!blocks && first)
		first->hits++;
	return blocks;
}

/* xorshift */
static uint32_t chance(uint32_t x)
{
	x = x * 2654435761u + 1;
	x ^= x << 13;
	x ^= x >> 17;
	return x ^ x << 5;
}

int32_t sim_disc_jitter(struct sim_disc *disc, uint32_t lba, uint32_t speed)
{
	for (unsigned int i = 0; i < disc->damage_count; i++) {
		struct sim_damage *damage = &disc->damage[i];
		uint32_t x;

		if (!hits(damage, SIM_DAMAGE_JITTER, speed) || lba < damage->first ||
		    lba > damage->last)
			continue;
		x = chance(damage->hits++);
		if (x % damage->every == 0)
			return (int32_t)(chance(x) % (2 * damage->samples + 1)) -
			       (int32_t)damage->samples;
	}
	return 0;
}

/* "N" or "N-M"; false: neither */
static bool parse_range(const char *word, json_int_t *first, json_int_t *last)
{
	char *end;

	*first = strtoll(word, &end, 10);
	*last = *first;
	if (end == word || *first < 0 || *first > UINT32_MAX)
		return false;
	if (*end == '-') {
		word = end + 1;
		*last = strtoll(word, &end, 10);
	}
	return end != word && !*end && *last >= *first && *last <= UINT32_MAX;
}

static json_t *parse_damage(const char *const words[], size_t n)
{
	json_int_t first, last, number, times = 0, above = 0, samples = 0, every = 1;
	bool jitter;

	if (n < 2 || n % 2 || !parse_range(words[1], &first, &last))
		return NULL;
	jitter = !strcmp(words[0], "jitter");
	if (!jitter && strcmp(words[0], "read") && strcmp(words[0], "c2") &&
	    strcmp(words[0], "isrc"))
		return NULL;
	for (size_t i = 2; i < n; i += 2) {
		json_int_t same;

		if (!parse_range(words[i + 1], &number, &same) || number != same || !number)
			return NULL;
		if (!strcmp(words[i], "times"))
			times = number;
		else if (!strcmp(words[i], "above") && number <= 1000)
			above = number;
		else if (jitter && !strcmp(words[i], "samples") && number < CD_RAW / 4)
			samples = number;
		else if (jitter && !strcmp(words[i], "every") && number <= UINT32_MAX)
			every = number;
		else
			return NULL;
	}
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "kind", words[0], "first", first,
			 "last", last, "times", times, "above", above, "samples", samples,
			 "every", every);
}

static int change(json_t *sidecar, const char *const words[], size_t n, char *err, size_t errlen)
{
	json_t *list = json_object_get(sidecar, "damage"), *damage;

	if (n == 1 && !strcmp(words[0], "none")) {
		json_object_del(sidecar, "damage");
		return 0;
	}
	damage = parse_damage(words, n);
	if (!damage) {
		snprintf(err, errlen, "give damage DISC read|c2|isrc|jitter N[-M] [times N] "
			 "[above SPEED] [samples N] [every N], or none");
		return -EINVAL;
	}
	if (json_array_size(list) >= SIM_DAMAGE_MAX) {
		json_decref(damage);
		snprintf(err, errlen, "the disc has %u scratches already", SIM_DAMAGE_MAX);
		return -ENOSPC;
	}
	if (!list) {
		list = json_array();
		json_object_set_new(sidecar, "damage", list);
	}
	return json_array_append_new(list, damage);
}

int sim_media_change(struct sim_media *media, const char *name, sim_sidecar_change change,
		     const void *what, char *err, size_t errlen)
{
	json_t *sidecar = NULL;
	int ret = sim_media_name_ok(name) ? sim_media_claim(media, name) : -ENOENT;

	if (ret) {
		snprintf(err, errlen, ret == -EBUSY ? "disc %s is in a drive: eject it first"
			 : "there is no disc %s in the media folder", name);
		return ret;
	}
	ret = sim_media_read_sidecar(media, name, &sidecar, err, errlen);
	if (!ret)
		ret = change(sidecar, what, err, errlen);
	if (!ret) {
		ret = sim_media_write_sidecar(media, name, sidecar, SIM_SAVE_PLAIN);
		if (ret)
			snprintf(err, errlen, "can't note it: %s", strerror(-ret));
	}
	json_decref(sidecar);
	sim_media_release(media, name);
	return ret;
}

struct words {
	const char *const *word;
	size_t n;
};

static int scratch(json_t *sidecar, const void *what, char *err, size_t errlen)
{
	const struct words *words = what;

	return change(sidecar, words->word, words->n, err, errlen);
}

int sim_media_damage(struct sim_media *media, const char *name, const char *const words[],
		     size_t n, char *err, size_t errlen)
{
	const struct words what = { words, n };

	return sim_media_change(media, name, scratch, &what, err, errlen);
}
