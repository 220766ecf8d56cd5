// SPDX-License-Identifier: GPL-2.0
/* Pressed DVDs: two layers, and data that nobody reads without a key. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media_disc.h"

/* The first layer holds whole ECC blocks, and no fewer than the second */
static bool layer_fits(uint32_t layer_0, uint32_t blocks)
{
	return layer_0 % 16 == 0 && layer_0 < blocks && layer_0 >= blocks - layer_0;
}

static bool parse_layers(struct sim_disc *disc)
{
	const json_t *value = json_object_get(disc->sidecar, "layer_0");
	json_int_t n = json_integer_value(value);

	if (!value)
		return true;
	if (!json_is_integer(value) || n < 0 || n > UINT32_MAX)
		return false;
	disc->layer_0 = (uint32_t)n;
	return layer_fits(disc->layer_0, disc->capacity);
}

/* A byte of the sidecar, of a DVD; of a BD 0 or bd.  What is not there is 0 */
static bool parse_byte(const struct sim_disc *disc, const char *key, uint8_t bd, uint8_t *out)
{
	const json_t *value = json_object_get(disc->sidecar, key);
	json_int_t n = json_integer_value(value);

	*out = (uint8_t)n;
	return !value || (json_is_integer(value) && n >= 0 && n <= 0xff && !disc->medium->cd &&
			  (disc->medium->family != SIM_BD || !n || n == bd));
}

bool sim_sidecar_parse_press(struct sim_disc *disc)
{
	const json_t *list = json_object_get(disc->sidecar, "protected");
	size_t n = json_array_size(list);

	if (!parse_byte(disc, "copyright", SIM_AACS, &disc->copyright) ||
	    !parse_byte(disc, "denied_regions", 0, &disc->denied_regions))
		return false;
	if (disc->medium->family != SIM_DVD)
		return !list;
	if (n > SIM_SCRAMBLED_MAX || (list && !json_is_array(list)))
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *range = json_array_get(list, i);
		json_int_t first = json_integer_value(json_array_get(range, 0));
		json_int_t last = json_integer_value(json_array_get(range, 1));

		if (json_array_size(range) != 2 || first < 0 || last < first ||
		    last >= (json_int_t)disc->capacity)
			return false;
		disc->scrambled[i][0] = (uint32_t)first;
		disc->scrambled[i][1] = (uint32_t)last;
	}
	disc->scrambled_count = (uint16_t)n;
	return parse_layers(disc);
}

uint32_t sim_disc_in_clear(const struct sim_disc *disc, uint32_t lba, uint32_t blocks)
{
	for (unsigned int i = 0; i < disc->scrambled_count; i++) {
		uint32_t first = disc->scrambled[i][0], last = disc->scrambled[i][1];

		if (last >= lba && first < (uint64_t)lba + blocks)
			blocks = first > lba ? first - lba : 0;
	}
	return blocks;
}

/* "N[-M][,N[-M]]..." as an array of pairs; NULL: not so */
static json_t *parse_ranges(const char *text, json_int_t blocks)
{
	json_t *list = json_array();

	for (char *end;; text = end + 1) {
		json_int_t first = strtoll(text, &end, 10), last = first;
		bool number = end != text;

		if (number && *end == '-') {
			text = end + 1;
			last = strtoll(text, &end, 10);
			number = end != text;
		}
		if (!number || (*end && *end != ',') || first < 0 || last < first ||
		    last >= blocks || json_array_size(list) == SIM_SCRAMBLED_MAX)
			break;
		json_array_append_new(list, json_pack("[I, I]", first, last));
		if (!*end)
			return list;
	}
	json_decref(list);
	return NULL;
}

static int protect(json_t *sidecar, const char *ranges, json_int_t blocks, char *err,
		   size_t errlen)
{
	json_t *list;

	if (!strcmp(ranges, "none")) {
		json_object_del(sidecar, "protected");
		return 0;
	}
	list = parse_ranges(ranges, blocks);
	if (list)
		return json_object_set_new(sidecar, "protected", list);
	snprintf(err, errlen, "give the protected blocks as N[-M], with commas between up to %u "
		 "of them, below %lld", SIM_SCRAMBLED_MAX, (long long)blocks);
	return -EINVAL;
}

struct pressing {
	const char *name;
	uint32_t layer_0;
	const char *ranges;	/* of blocks that are protected */
};

/* An image that would do for a CD is one of a DVD, then */
static int change(json_t *sidecar, const void *what, char *err, size_t errlen)
{
	const struct pressing *to = what;
	const char *medium = json_string_value(json_object_get(sidecar, "medium"));
	json_int_t blocks = json_integer_value(json_object_get(sidecar, "capacity"));
	json_t *dvd;
	int ret;

	if (!medium || (strcmp(medium, "dvd-rom") && strcmp(medium, "cd-rom")) ||
	    json_object_get(sidecar, "sector") || blocks < 1 || blocks > UINT32_MAX) {
		snprintf(err, errlen, "disc %s is no pressed disc of data", to->name);
		return -EINVAL;
	}
	if (to->layer_0 && !layer_fits(to->layer_0, (uint32_t)blocks)) {
		snprintf(err, errlen, "the first layer of %s has a multiple of 16 blocks, half of %lld "
			 "at least", to->name, (long long)blocks);
		return -EINVAL;
	}
	dvd = sim_media_pressed_sidecar(sim_medium_find("dvd-rom"), (uint32_t)blocks);
	ret = dvd ? json_object_update(sidecar, dvd) : -ENOMEM;
	json_decref(dvd);
	if (!ret && to->layer_0)
		ret = json_object_set_new(sidecar, "layer_0", json_integer(to->layer_0));
	return ret || !to->ranges ? ret : protect(sidecar, to->ranges, blocks, err, errlen);
}

int sim_media_press(struct sim_media *media, const char *name, uint32_t layer_0,
		    const char *ranges, char *err, size_t errlen)
{
	const struct pressing to = { name, layer_0, ranges };

	return sim_media_change(media, name, change, &to, err, errlen);
}

/* --- copyright information ---------------------------------------------------------------- */

struct claim {
	const char *name;
	uint8_t copyright, denied_regions;
};

static int set_byte(json_t *sidecar, const char *key, uint8_t value)
{
	if (value)
		return json_object_set_new(sidecar, key, json_integer(value));
	json_object_del(sidecar, key);
	return 0;
}

static int change_claim(json_t *sidecar, const void *what, char *err, size_t errlen)
{
	const struct claim *to = what;
	const char *medium = json_string_value(json_object_get(sidecar, "medium"));
	int ret = 0;

	if (medium && !strncmp(medium, "bd", 2)) {
		if ((to->copyright && to->copyright != SIM_AACS) || to->denied_regions) {
			snprintf(err, errlen, "disc %s is a BD: give aacs or none", to->name);
			return -EINVAL;
		}
	} else if (to->copyright == SIM_AACS) {
		snprintf(err, errlen, "disc %s is no BD, as aacs needs one", to->name);
		return -EINVAL;
	} else if (!medium || strncmp(medium, "dvd", 3)) {
		ret = change(sidecar, &(struct pressing){ .name = to->name }, err, errlen);
	}
	if (!ret)
		ret = set_byte(sidecar, "copyright", to->copyright);
	return ret ? ret : set_byte(sidecar, "denied_regions", to->denied_regions);
}

/* MMC: CSS and CPPM are one type */
static bool parse_claim(const char *const words[], size_t n, struct claim *to)
{
	static const struct {
		const char *name;
		uint8_t type;
	} types[] = { { "none", 0 }, { "css", 1 }, { "cppm", 1 }, { "cprm", 2 },
		    { "aacs", SIM_AACS } };
	const size_t count = sizeof(types) / sizeof(types[0]);
	size_t i = 0;

	while (n && i < count && strcmp(words[0], types[i].name))
		i++;
	if (!n || i == count)
		return false;
	to->copyright = types[i].type;
	if (n == 1)
		return true;
	if (n != 3 || strcmp(words[1], "region") || words[2][0] < '1' || words[2][0] > '8' ||
	    words[2][1])
		return false;
	to->denied_regions = (uint8_t)~(1u << (words[2][0] - '1'));
	return true;
}

int sim_media_copyright(struct sim_media *media, const char *name, const char *const words[],
			size_t n, char *err, size_t errlen)
{
	struct claim to = { .name = name };

	if (parse_claim(words, n, &to))
		return sim_media_change(media, name, change_claim, &to, err, errlen);
	snprintf(err, errlen, "give copyright DISC css|cppm|cprm|aacs|none [region N], N 1 to 8");
	return -EINVAL;
}
