// SPDX-License-Identifier: GPL-2.0
/* Descriptions: what an image is, in JSON that people can read too. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include <jansson.h>

#include "images_priv.h"

#define DESCRIPTION_MAX	65536u

/* ---- Text --------------------------------------------------------------------- */

/* Bytes of a well-formed character, 0 when it is none. */
static size_t utf8(const unsigned char *p)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = *p < 0x80 ? 1 : *p >= 0xc2 && *p < 0xe0 ? 2 : (*p & 0xf0) == 0xe0 ? 3 :
		   *p >= 0xf0 && *p < 0xf5 ? 4 : 0;
	uint32_t c = n > 1 ? *p & (0x7fu >> n) : *p;
	size_t i;

	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return n && c >= least[n] && c < 0x110000 && (c < 0xd800 || c > 0xdfff) ? n : 0;
}

static bool control(const unsigned char *p, size_t n)
{
	return (n == 1 && (*p < ' ' || *p == 0x7f)) || (n == 2 && *p == 0xc2 && p[1] < 0xa0);
}

static bool all_utf8(const unsigned char *p)
{
	size_t n;

	for (; *p; p += n) {
		n = utf8(p);
		if (!n)
			return false;
	}
	return true;
}

void images_clean_text(const char *from, char *to)
{
	const unsigned char *p = (const unsigned char *)from;
	bool well = all_utf8(p);
	size_t len = 0;

	while (*p == ' ')
		p++;
	while (*p && len + 4 < IMAGES_TEXT_SIZE) {
		size_t n = well ? utf8(p) : 1;

		if (control(p, n) || (!well && *p >= 0x80 && *p < 0xa0)) {
			to[len++] = '?';
		} else if (!well && *p >= 0x80) {
			to[len++] = (char)(0xc0 | *p >> 6);
			to[len++] = (char)(0x80 | (*p & 0x3f));
		} else {
			memcpy(to + len, p, n);
			len += n;
		}
		p += n;
	}
	while (len && to[len - 1] == ' ')
		len--;
	to[len] = '\0';
}

/* ---- Reading -------------------------------------------------------------------- */

static int wrong(const char *key, char *err, size_t errlen)
{
	return images_fail(err, errlen, -EINVAL, "its description has no valid \"%s\"", key);
}

static int number(json_t *o, const char *key, uint64_t max, uint64_t *value, char *err,
		  size_t errlen)
{
	json_t *v = json_object_get(o, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > max)
		return wrong(key, err, errlen);
	*value = (uint64_t)json_integer_value(v);
	return 0;
}

static int text(json_t *o, const char *key, char *to, char *err, size_t errlen)
{
	const char *v = json_string_value(json_object_get(o, key));

	if (!v)
		return wrong(key, err, errlen);
	images_clean_text(v, to);
	return 0;
}

static int moment(json_t *o, const char *key, int64_t *value, char *err, size_t errlen)
{
	const char *v = json_string_value(json_object_get(o, key));
	struct tm tm = { 0 };
	const char *end = v ? strptime(v, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;

	if (!end || *end)
		return wrong(key, err, errlen);
	*value = timegm(&tm);
	return 0;
}

static int words(json_t *o, struct images_info *info, char *err, size_t errlen)
{
	const char *kind = json_string_value(json_object_get(o, "kind"));
	const char *medium = json_string_value(json_object_get(o, "medium"));
	int i;

	for (i = 0; i <= IMAGES_MIXED && kind; i++)
		if (!strcmp(kind, images_kind_name((enum images_kind)i)))
			break;
	if (!kind || i > IMAGES_MIXED)
		return wrong("kind", err, errlen);
	info->kind = (enum images_kind)i;
	for (i = 0; i <= IMAGES_BD && medium; i++)
		if (!strcmp(medium, images_medium_name((enum images_medium)i)))
			break;
	if (!medium || i > IMAGES_BD)
		return wrong("medium", err, errlen);
	info->medium = (enum images_medium)i;
	return 0;
}

static int numbers(json_t *o, struct images_info *info, char *err, size_t errlen)
{
	uint64_t blocks = 0, tracks = 0, sessions = 0, audio = 0;

	if (number(o, "bytes", INT64_MAX, &info->bytes, err, errlen) ||
	    number(o, "blocks", INT32_MAX, &blocks, err, errlen) ||
	    number(o, "tracks", CD_TRACKS, &tracks, err, errlen) ||
	    number(o, "sessions", CD_TRACKS, &sessions, err, errlen) ||
	    number(o, "audio_blocks", blocks, &audio, err, errlen))
		return -EINVAL;
	info->blocks = (uint32_t)blocks;
	info->tracks = (unsigned int)tracks;
	info->sessions = (unsigned int)sessions;
	info->audio = (uint32_t)audio;
	return 0;
}

int images_parse(const char *json, size_t len, struct images_info *info, char *err,
		 size_t errlen)
{
	json_t *o = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	int rc = -EINVAL;

	if (!json_is_object(o))
		images_fail(err, errlen, rc, "its description is damaged");
	else if (!words(o, info, err, errlen) && !numbers(o, info, err, errlen) &&
		 !text(o, "label", info->label, err, errlen) &&
		 !text(o, "source", info->source, err, errlen) &&
		 !moment(o, "registered", &info->registered, err, errlen))
		rc = 0;
	json_decref(o);
	return rc;
}

/* ---- Writing ---------------------------------------------------------------------- */

char *images_write(const struct images_info *info)
{
	time_t when = (time_t)info->registered;
	char date[32] = "", *json;
	struct tm tm;
	json_t *o;

	if (gmtime_r(&when, &tm))
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	o = json_pack("{ss ss sI sI si si sI ss ss ss}", "kind", images_kind_name(info->kind),
		      "medium", images_medium_name(info->medium),
		      "bytes", (json_int_t)info->bytes, "blocks", (json_int_t)info->blocks,
		      "tracks", (int)info->tracks, "sessions", (int)info->sessions,
		      "audio_blocks", (json_int_t)info->audio, "label", info->label,
		      "source", info->source, "registered", date);
	json = o ? json_dumps(o, JSON_INDENT(2)) : NULL;
	json_decref(o);
	return json;
}

/* ---- An image ---------------------------------------------------------------------- */

/* Files that the sums name must be there, and the data as long as it was. */
static int look_at_files(int dir, const char *name, const struct images_sums *sums,
			 struct images_info *info, char *err, size_t errlen)
{
	char file[IMAGES_FILE_SIZE];
	struct stat st;
	int i;

	for (i = 0; i < IMAGES_FILES; i++) {
		if (!sums->listed[i])
			continue;
		images_file_name(name, images_suffix[i], file);
		if (fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
			return images_fail(err, errlen, -EBADMSG, "%s is missing", file);
		if (i <= IMAGES_BIN && (uint64_t)st.st_size != info->bytes)
			return images_fail(err, errlen, -EBADMSG, "%s has %lld bytes instead of %llu: it was cut off or written to",
					   file, (long long)st.st_size,
					   (unsigned long long)info->bytes);
	}
	return 0;
}

static int read_whole(const struct images *store, int dir, const char *name,
		      struct images_info *info, char *err, size_t errlen)
{
	char file[IMAGES_FILE_SIZE], *json;
	struct images_sums sums;
	size_t len;
	int rc = images_slurp(dir, images_file_name(name, ".json", file), DESCRIPTION_MAX, &json,
			      &len);

	if (rc)
		return images_fail(err, errlen, rc, "its description %s: %s", file,
				   strerror(-rc));
	rc = images_parse(json, len, info, err, errlen);
	free(json);
	if (rc)
		return rc;
	rc = images_sums_read(dir, name, &sums, err, errlen);
	if (rc)
		return rc;
	rc = look_at_files(dir, name, &sums, info, err, errlen);
	if (rc)
		return rc;
	memcpy(info->sha256, sums.sha256[sums.listed[IMAGES_ISO] ? IMAGES_ISO : IMAGES_BIN],
	       IMAGES_SHA);
	snprintf(info->path, sizeof(info->path), "%s/%s/%s%s", store->path, name, name,
		 sums.listed[IMAGES_ISO] ? ".iso" : ".cue");
	info->checked = images_checked(dir, name);
	return 0;
}

void images_read(const struct images *store, int dir, const char *name, struct images_info *info)
{
	memset(info, 0, sizeof(*info));
	snprintf(info->name, sizeof(info->name), "%s", name);
	if (read_whole(store, dir, name, info, info->problem, sizeof(info->problem)) &&
	    !*info->problem)
		snprintf(info->problem, sizeof(info->problem), "it is damaged");
}
