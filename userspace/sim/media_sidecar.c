// SPDX-License-Identifier: GPL-2.0
/*
 * The sidecar of a disc, NAME.json:
 *
 *   "format"		1
 *   "medium"		"cd-rom", "cd-r", "cd-rw", "dvd-rom", "dvd-r", "dvd-rw",
 *			"dvd+r", "dvd+rw", "dvd+r-dl", "bd-r", "bd-re"
 *   "capacity"		blocks of 2048 bytes
 *   "state"		"blank", "appendable", "complete"
 *   "disc_id"		a number, made up for each blank
 *   "manufacturer", "media_id"  what the medium says of itself (ATIP, ADIP, lead-in)
 *   "sessions"		array: "number", "state" ("open", "closed"), "tracks"
 *   a track		"number", "state" ("open", "reserved", "closed"), "mode"
 *			("data" (mode 1), "xa", "mode2", "audio"), "method" ("pressed",
 *			"sequential", "incremental", "dao", "tao", "sao", "overwrite"),
 *			"start" (LBA), "length" (blocks with padding; 0 when open), "nwa"
 *			(LBA), "run_out" (blocks); of a CD also "pregap" (blocks), "control"
 *			(bits of the Q subchannel), "copy" (SCMS), "isrc", "indices" (array
 *			of [number, LBA])
 *   "written_by"	array of drives, oldest first
 *   "sector"		2352: the data is NAME.bin, of raw sectors, at LBA * 2352
 *   "disc_type"	of a CD: 0, 16 (CD-I), 32 (XA)
 *   "mcn"		13 digits
 *   "cd_text"		packs in hexadecimal, of the first session
 *   "formatted", "growing", "dao_only"  true or false (DVD-RW, DVD+RW, BD-RE)
 *   "pow"		true: a BD-R formatted for pseudo-overwrite
 *   "layer_0"		blocks of the first of two layers
 *   "protected"	of a DVD-ROM: array of [first, last] (LBA), scrambled with CSS
 *   "damage"		array: "kind" ("read", "c2", "isrc", "jitter"), "first", "last"
 *			(LBA), "times" (0 always), "above" (speed, 0 any); of jitter also
 *			"samples" (how far at most) and "every" (one read of so many)
 *
 * Other keys are kept as they are.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "media_disc.h"

static const char *const disc_states[] = { "blank", "appendable", "complete" };
static const char *const track_states[] = { "open", "reserved", "closed" };
static const char *const methods[] = {
	"pressed", "sequential", "incremental", "dao", "tao", "sao", "overwrite",
};

const char *sim_disc_state_name(enum sim_disc_state state)
{
	return disc_states[state];
}

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

struct parser {
	struct sim_disc *disc;
	char *err;
	size_t errlen;
};

__attribute__((format(printf, 2, 3)))
static int bad(struct parser *p, const char *format, ...)
{
	va_list args;
	int n = snprintf(p->err, p->errlen, "disc %s: %s.json: ", p->disc->name, p->disc->name);

	va_start(args, format);
	if (n >= 0 && (size_t)n < p->errlen)
		vsnprintf(p->err + n, p->errlen - (size_t)n, format, args);
	va_end(args);
	return -EINVAL;
}

/* A whole number between min and max */
static int number(struct parser *p, json_t *object, const char *key, uint32_t min, uint32_t max,
		  uint32_t *out)
{
	json_t *value = json_object_get(object, key);
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value))
		return bad(p, "\"%s\" is not a whole number", key);
	if (n < (json_int_t)min || n > (json_int_t)max)
		return bad(p, "\"%s\" is %lld, not between %u and %u", key, (long long)n, min, max);
	*out = (uint32_t)n;
	return 0;
}

/* One of a list of words; out is its index */
static int word(struct parser *p, json_t *object, const char *key, const char *const *words,
		size_t count, unsigned int *out)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text)
		return bad(p, "\"%s\" is missing or not a text", key);
	for (*out = 0; *out < count; (*out)++)
		if (strcmp(words[*out], text) == 0)
			return 0;
	return bad(p, "\"%s\" is \"%.20s\", which is not known", key, text);
}

static int method_fits(struct parser *p, const struct sim_track *track)
{
	const struct sim_medium *medium = p->disc->medium;
	bool fits;

	switch (track->method) {
	case SIM_METHOD_PRESSED:
		fits = !medium->recordable;
		break;
	case SIM_METHOD_SEQUENTIAL:
		fits = !medium->overwrite &&
		       (medium->family == SIM_DVD_PLUS || medium->family == SIM_BD);
		break;
	case SIM_METHOD_INCREMENTAL:
	case SIM_METHOD_DAO:
		fits = medium->family == SIM_DVD_MINUS;
		break;
	case SIM_METHOD_OVERWRITE:
		fits = medium->profile_formatted && p->disc->formatted;
		break;
	default:
		fits = medium->cd && medium->recordable;
	}
	return fits ? 0 : bad(p, "\"method\" \"%s\" is not for a %s", methods[track->method],
			      medium->name);
}

static int parse_track(struct parser *p, json_t *json, uint16_t session)
{
	struct sim_disc *disc = p->disc;
	struct sim_track *track = &disc->tracks[disc->track_count];
	uint32_t end = 0, length = 0, n;
	unsigned int state = 0, method = 0;
	int ret;

	if (disc->track_count >= disc->medium->tracks_max)
		return bad(p, "more tracks than a %s can have", disc->medium->name);
	if (disc->track_count) {
		if (track[-1].state == SIM_TRACK_OPEN)
			return bad(p, "a track follows an open one");
		end = track[-1].start + track[-1].size;
	}
	memset(track, 0, sizeof(*track));
	ret = number(p, json, "number", disc->track_count + 1u, disc->track_count + 1u, &n);
	if (!ret)
		ret = word(p, json, "state", track_states, COUNT(track_states), &state);
	if (!ret)
		ret = word(p, json, "method", methods, COUNT(methods), &method);
	if (!ret)
		ret = number(p, json, "start", end, disc->capacity, &track->start);
	if (ret)
		return ret;
	track->session = session;
	track->state = state;
	track->method = method;
	ret = number(p, json, "length", state != SIM_TRACK_OPEN,
		     state == SIM_TRACK_OPEN ? 0 : disc->capacity - track->start, &length);
	if (!ret)
		ret = number(p, json, "nwa", track->start,
			     length ? track->start + length : disc->capacity, &track->nwa);
	if (!ret && json_object_get(json, "run_out"))
		ret = number(p, json, "run_out", 0, length, &track->run_out);
	if (ret)
		return ret;
	track->size = length;
	if (state == SIM_TRACK_CLOSED)
		track->nwa = track->start + length;
	disc->track_count++;
	ret = sim_sidecar_parse_cd(disc, json, track, end, p->err, p->errlen);
	return ret ? ret : method_fits(p, track);
}

static int parse_session(struct parser *p, json_t *json, uint16_t count, uint16_t total)
{
	static const char *const states[] = { "open", "closed" };
	json_t *tracks = json_object_get(json, "tracks");
	unsigned int state = 0;
	uint32_t n;
	int ret;

	ret = number(p, json, "number", count, count, &n);
	if (!ret)
		ret = word(p, json, "state", states, COUNT(states), &state);
	if (ret)
		return ret;
	if (!json_array_size(tracks))
		return bad(p, "session %u has no \"tracks\"", count);
	if (state == 0 && count != total)
		return bad(p, "session %u is open but not the last", count);
	for (size_t i = 0; i < json_array_size(tracks); i++) {
		ret = parse_track(p, json_array_get(tracks, i), count);
		if (ret)
			return ret;
		if (state == 1 &&
		    p->disc->tracks[p->disc->track_count - 1].state != SIM_TRACK_CLOSED)
			return bad(p, "session %u is closed but track %u is not", count,
				   p->disc->track_count);
	}
	p->disc->sessions_closed += state;
	return 0;
}

static int parse_medium(struct parser *p)
{
	struct sim_disc *disc = p->disc;
	const char *name = json_string_value(json_object_get(disc->sidecar, "medium"));
	const char *text;
	uint32_t format;
	unsigned int state = 0;
	int ret;

	if (!json_is_object(disc->sidecar))
		return bad(p, "not an object");
	ret = number(p, disc->sidecar, "format", 1, 1, &format);
	if (ret)
		return ret;
	disc->medium = name ? sim_medium_find(name) : NULL;
	if (!disc->medium)
		return bad(p, "\"medium\" is missing or not known");
	ret = number(p, disc->sidecar, "capacity", 1, disc->medium->capacity_max, &disc->capacity);
	if (!ret)
		ret = word(p, disc->sidecar, "state", disc_states, COUNT(disc_states), &state);
	if (ret)
		return ret;
	disc->state = state;
	if (json_object_get(disc->sidecar, "disc_id"))
		ret = number(p, disc->sidecar, "disc_id", 0, UINT32_MAX, &disc->id);
	text = json_string_value(json_object_get(disc->sidecar, "manufacturer"));
	snprintf(disc->manufacturer, sizeof(disc->manufacturer), "%s",
		 text ? text : disc->medium->manufacturer);
	text = json_string_value(json_object_get(disc->sidecar, "media_id"));
	snprintf(disc->media_id, sizeof(disc->media_id), "%s",
		 text ? text : disc->medium->media_id);
	return ret ? ret : sim_sidecar_parse_disc(disc, p->err, p->errlen);
}

int sim_sidecar_parse(struct sim_disc *disc, char *err, size_t errlen)
{
	struct parser p = { .disc = disc, .err = err, .errlen = errlen };
	json_t *sessions;
	size_t count;
	int ret;

	disc->track_count = 0;
	disc->sessions_closed = 0;
	ret = parse_medium(&p);
	if (ret || !disc->medium)
		return ret ? ret : -EINVAL;
	sessions = json_object_get(disc->sidecar, "sessions");
	count = json_array_size(sessions);
	if (!json_is_array(sessions) || count > SIM_TRACKS_MAX)
		return bad(&p, "\"sessions\" is not an array of at most %u", SIM_TRACKS_MAX);
	for (size_t i = 0; i < count; i++) {
		ret = parse_session(&p, json_array_get(sessions, i), (uint16_t)(i + 1),
				    (uint16_t)count);
		if (ret)
			return ret;
	}
	if ((disc->state == SIM_DISC_BLANK) != (count == 0))
		return bad(&p, "\"state\" is \"%s\" with %zu sessions", disc_states[disc->state],
			   count);
	if (disc->state == SIM_DISC_COMPLETE && disc->sessions_closed != count)
		return bad(&p, "\"state\" is \"complete\" with an open session");
	if (!disc->medium->recordable && disc->state != SIM_DISC_COMPLETE)
		return bad(&p, "a %s is not \"complete\"", disc->medium->name);
	return 0;
}

void sim_sidecar_recover(struct sim_disc *disc)
{
	struct sim_track *track;
	uint64_t limit, file_end, unit = disc->medium->unit;

	if (!disc->track_count)
		return;
	track = &disc->tracks[disc->track_count - 1];
	if (track->state == SIM_TRACK_CLOSED || track->method == SIM_METHOD_SAO)
		return;
	limit = track->size ? (uint64_t)track->start + track->size : disc->capacity;
	file_end = disc->data_blocks;
	if (file_end < track->start)
		file_end = track->start;
	file_end = track->start + (file_end - track->start + unit - 1) / unit * unit;
	track->nwa = (uint32_t)(file_end < limit ? file_end : limit);
}

static json_t *build_track(const struct sim_disc *disc, const struct sim_track *track)
{
	json_t *json = json_pack("{s:i, s:s, s:s, s:I, s:I, s:I, s:I}",
				 "number", (int)sim_disc_number(disc, track),
				 "state", track_states[track->state],
				 "method", methods[track->method],
				 "start", (json_int_t)track->start,
				 "length", (json_int_t)track->size, "nwa", (json_int_t)track->nwa,
				 "run_out", (json_int_t)track->run_out);

	if (json)
		sim_sidecar_build_cd(disc, json, track);
	return json;
}

static json_t *build_sessions(const struct sim_disc *disc)
{
	json_t *sessions = json_array(), *tracks = NULL;
	uint16_t session = 0;

	for (unsigned int i = 0; i < disc->track_count; i++) {
		const struct sim_track *track = &disc->tracks[i];

		if (track->session != session) {
			session = track->session;
			tracks = json_array();
			json_array_append_new(sessions, json_pack("{s:i, s:s, s:o}",
				"number", (int)session, "state",
				session <= disc->sessions_closed ? "closed" : "open",
				"tracks", tracks));
		}
		json_array_append_new(tracks, build_track(disc, track));
	}
	return sessions;
}

int sim_sidecar_update(struct sim_disc *disc)
{
	json_t *j = disc->sidecar;
	int ret = 0;

	ret |= json_object_set_new(j, "format", json_integer(1));
	ret |= json_object_set_new(j, "medium", json_string(disc->medium->name));
	ret |= json_object_set_new(j, "capacity", json_integer(disc->capacity));
	ret |= json_object_set_new(j, "state", json_string(disc_states[disc->state]));
	ret |= json_object_set_new(j, "disc_id", json_integer(disc->id));
	if (disc->medium->recordable) {
		ret |= json_object_set_new(j, "manufacturer", json_string(disc->manufacturer));
		ret |= json_object_set_new(j, "media_id", json_string(disc->media_id));
	}
	ret |= json_object_set_new(j, "sessions", build_sessions(disc));
	ret |= sim_sidecar_build_disc(disc);
	return ret ? -ENOMEM : 0;
}
