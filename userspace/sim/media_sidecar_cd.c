// SPDX-License-Identifier: GPL-2.0
/* The parts of a sidecar that not every medium has: see media_sidecar.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cdtext.h"
#include "media_disc.h"
#include "msf.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name;
	enum cd_sector type;
} modes[] = {
	{ "data", CD_MODE1 }, { "xa", CD_XA1 }, { "mode2", CD_MODE2 }, { "audio", CD_AUDIO },
	{ "mode0", CD_MODE0 },
};

static const char *const damages[] = { "read", "c2", "isrc", "jitter" };

static int bad(const struct sim_disc *disc, const char *what, char *err, size_t errlen)
{
	snprintf(err, errlen, "disc %s: %s.json: bad \"%s\"", disc->name, disc->name, what);
	return -EINVAL;
}

/* A number up to max; missing counts as 0.  False: something else. */
static bool number(const json_t *object, const char *key, uint32_t max, uint32_t *out)
{
	const json_t *value = json_object_get(object, key);
	json_int_t n = json_integer_value(value);

	*out = (uint32_t)n;
	return !value || (json_is_integer(value) && n >= 0 && n <= (json_int_t)max);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* CD-Text packs; one that is damaged is a damaged sidecar */
static bool parse_text(struct sim_disc *disc, const char *hex)
{
	size_t len = strlen(hex), packs = len / 2 / CD_TEXT_PACK;

	if (len % (2 * CD_TEXT_PACK) || packs > CD_TEXT_PACKS || !packs)
		return false;
	free(disc->text);
	disc->text_packs = 0;
	disc->text = malloc(packs * CD_TEXT_PACK);
	for (size_t i = 0; disc->text && i < len / 2; i++) {
		int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		disc->text[i] = (uint8_t)(high << 4 | low);
	}
	disc->text_packs = (uint32_t)packs;
	return disc->text;
}

static bool parse_damage(struct sim_disc *disc, const json_t *list)
{
	size_t n = json_array_size(list);

	if (n > SIM_DAMAGE_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *json = json_array_get(list, i);
		const char *kind = json_string_value(json_object_get(json, "kind"));
		struct sim_damage *damage = &disc->damage[i];
		unsigned int k = 0;

		while (k < COUNT(damages) && (!kind || strcmp(damages[k], kind) != 0))
			k++;
		if (k == COUNT(damages) || !number(json, "first", UINT32_MAX, &damage->first) ||
		    !number(json, "last", UINT32_MAX, &damage->last) ||
		    !number(json, "times", UINT32_MAX, &damage->times) ||
		    !number(json, "above", 1000, &damage->above) || damage->last < damage->first)
			return false;
		damage->kind = (enum sim_damage_kind)k;
		if (!number(json, "samples", CD_RAW / 4 - 1, &damage->samples) ||
		    !number(json, "every", UINT32_MAX, &damage->every))
			return false;
		if (!damage->every)
			damage->every = 1;
	}
	disc->damage_count = (uint16_t)n;
	return true;
}

int sim_sidecar_parse_disc(struct sim_disc *disc, char *err, size_t errlen)
{
	json_t *j = disc->sidecar;
	const char *mcn = json_string_value(json_object_get(j, "mcn"));
	const char *text = json_string_value(json_object_get(j, "cd_text"));
	uint32_t sector, type;

	disc->formatted = json_is_true(json_object_get(j, "formatted"));
	disc->growing = json_is_true(json_object_get(j, "growing"));
	disc->dao_only = json_is_true(json_object_get(j, "dao_only"));
	disc->pow = json_is_true(json_object_get(j, "pow"));
	if (disc->pow && (disc->medium->family != SIM_BD || disc->medium->overwrite))
		return bad(disc, "pow", err, errlen);
	if (disc->formatted && !disc->medium->profile_formatted)
		return bad(disc, "formatted", err, errlen);
	if (!number(j, "sector", CD_RAW, &sector) ||
	    (sector && sector != SIM_BLOCK && (sector != CD_RAW || !disc->medium->cd)))
		return bad(disc, "sector", err, errlen);
	disc->sector = sector ? sector : SIM_BLOCK;
	if (!number(j, "disc_type", 0x20, &type))
		return bad(disc, "disc_type", err, errlen);
	disc->type = (uint8_t)type;
	if (!number(j, "layer_0", disc->medium->two_layers ? disc->capacity : 0, &disc->layer_0) &&
	    disc->medium->family != SIM_DVD)
		return bad(disc, "layer_0", err, errlen);
	if (!sim_sidecar_parse_press(disc))
		return bad(disc, "layer_0\", \"protected\" or \"copyright", err, errlen);
	if (mcn && !cd_mcn_valid(mcn))
		return bad(disc, "mcn", err, errlen);
	snprintf(disc->mcn, sizeof(disc->mcn), "%s", mcn ? mcn : "");
	if (text && !parse_text(disc, text))
		return bad(disc, "cd_text", err, errlen);
	if (!parse_damage(disc, json_object_get(j, "damage")))
		return bad(disc, "damage", err, errlen);
	return 0;
}

static bool parse_indices(struct sim_disc *disc, const json_t *list, const struct sim_track *track)
{
	uint32_t before = track->start;
	const json_t *pair;
	size_t i;

	json_array_foreach(list, i, pair) {
		json_int_t n = json_integer_value(json_array_get(pair, 0));
		json_int_t lba = json_integer_value(json_array_get(pair, 1));

		if (disc->index_count == SIM_INDEX_MAX || n != (json_int_t)i + 2 || n > 99 ||
		    lba <= before || lba >= (json_int_t)track->start + track->size)
			return false;
		before = (uint32_t)lba;
		disc->index[disc->index_count++] = (struct sim_index){
			.track = sim_disc_number(disc, track), .number = (uint8_t)n, .lba = before,
		};
	}
	return true;
}

int sim_sidecar_parse_cd(struct sim_disc *disc, json_t *json, struct sim_track *track,
			 uint32_t end, char *err, size_t errlen)
{
	const char *mode = json_string_value(json_object_get(json, "mode"));
	const char *isrc = json_string_value(json_object_get(json, "isrc"));
	uint32_t control = 0, pregap_max = track->start - end;
	size_t i = 0;

	while (mode && i < COUNT(modes) && strcmp(modes[i].name, mode) != 0)
		i++;
	if (i == COUNT(modes) || (!disc->medium->cd && i))
		return bad(disc, "mode", err, errlen);
	track->type = modes[i].type;
	track->control = track->type == CD_AUDIO ? 0 : CD_DATA;
	if (!disc->medium->cd)
		return 0;
	if (end == 0)
		pregap_max += CD_PREGAP;
	if (!number(json, "control", 15, &control) ||
	    (json_object_get(json, "control") &&
	     !(control & CD_DATA) != (track->type == CD_AUDIO)))
		return bad(disc, "control", err, errlen);
	if (json_object_get(json, "control"))
		track->control = (uint8_t)control;
	if (!number(json, "pregap", pregap_max, &track->pregap))
		return bad(disc, "pregap", err, errlen);
	track->copy = json_is_true(json_object_get(json, "copy"));
	if (isrc && !cd_isrc_valid(isrc))
		return bad(disc, "isrc", err, errlen);
	snprintf(track->isrc, sizeof(track->isrc), "%s", isrc ? isrc : "");
	if (!parse_indices(disc, json_object_get(json, "indices"), track))
		return bad(disc, "indices", err, errlen);
	return 0;
}

/* Sets a key, or removes it when there is nothing to say */
static int set(json_t *j, const char *key, json_t *value)
{
	if (value)
		return json_object_set_new(j, key, value);
	json_object_del(j, key);
	return 0;
}

static json_t *number_or_none(uint32_t n)
{
	return n ? json_integer(n) : NULL;
}

static json_t *flag_or_none(bool flag)
{
	return flag ? json_true() : NULL;
}

static json_t *text_packs(const struct sim_disc *disc)
{
	size_t len = (size_t)disc->text_packs * CD_TEXT_PACK;
	char *hex = len ? malloc(2 * len + 1) : NULL;
	json_t *json;

	if (!hex)
		return NULL;
	for (size_t i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", disc->text[i]);
	json = json_string(hex);
	free(hex);
	return json;
}

static json_t *damage_list(const struct sim_disc *disc)
{
	json_t *list = disc->damage_count ? json_array() : NULL;

	for (unsigned int i = 0; i < disc->damage_count; i++) {
		const struct sim_damage *damage = &disc->damage[i];

		json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}",
			"kind", damages[damage->kind], "first", (json_int_t)damage->first,
			"last", (json_int_t)damage->last, "times", (json_int_t)damage->times,
			"above", (json_int_t)damage->above,
			"samples", (json_int_t)damage->samples,
			"every", (json_int_t)damage->every));
	}
	return list;
}

int sim_sidecar_build_disc(struct sim_disc *disc)
{
	json_t *j = disc->sidecar;
	int ret = 0;

	ret |= set(j, "sector", disc->sector == CD_RAW ? json_integer(CD_RAW) : NULL);
	ret |= set(j, "disc_type", number_or_none(disc->type));
	ret |= set(j, "mcn", disc->mcn[0] ? json_string(disc->mcn) : NULL);
	ret |= set(j, "cd_text", text_packs(disc));
	ret |= set(j, "formatted", flag_or_none(disc->formatted));
	ret |= set(j, "growing", flag_or_none(disc->growing));
	ret |= set(j, "dao_only", flag_or_none(disc->dao_only));
	ret |= set(j, "pow", flag_or_none(disc->pow));
	ret |= set(j, "layer_0", number_or_none(disc->layer_0));
	ret |= set(j, "damage", damage_list(disc));
	return ret;
}

void sim_sidecar_build_cd(const struct sim_disc *disc, json_t *json,
			  const struct sim_track *track)
{
	uint16_t number = sim_disc_number(disc, track);
	json_t *indices = NULL;
	size_t i = 0;

	while (i + 1 < COUNT(modes) && modes[i].type != track->type)
		i++;
	set(json, "mode", json_string(modes[i].name));
	if (!disc->medium->cd)
		return;
	set(json, "control", json_integer(track->control));
	set(json, "pregap", number_or_none(track->pregap));
	set(json, "copy", flag_or_none(track->copy));
	set(json, "isrc", track->isrc[0] ? json_string(track->isrc) : NULL);
	for (i = 0; i < disc->index_count; i++) {
		if (disc->index[i].track != number)
			continue;
		if (!indices)
			indices = json_array();
		json_array_append_new(indices, json_pack("[i, I]", (int)disc->index[i].number,
							 (json_int_t)disc->index[i].lba));
	}
	set(json, "indices", indices);
}
