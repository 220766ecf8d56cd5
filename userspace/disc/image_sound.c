// SPDX-License-Identifier: GPL-2.0
/*
 * What a file of sound is, by its bytes: WAVE as RIFF (Microsoft's "Multimedia Programming
 * Interface and Data Specifications 1.0"), with WAVE_FORMAT_EXTENSIBLE, as RF64 and BW64 (EBU
 * Tech 3306, ITU-R BS.2088), or raw samples.
 */
#include <stdio.h>
#include <string.h>

#include "image_priv.h"

#define CHUNKS_MAX	4096u		/* before the samples; usual are three */
#define EXTENSIBLE	0xfffe
#define FORMAT_MAX	40u		/* bytes that are looked at */
#define STREAMED	0x7ffff000u	/* lengths from here on: of who could not know it */

static uint32_t le16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | le16(p + 2) << 16;
}

static uint64_t le64(const uint8_t *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

static int bytes(struct sheet *s, const struct sheet_file *f, uint64_t at, void *data, size_t len)
{
	const struct disc_files *files = &s->image->files;

	return files->read(files->ctx, f->number, at, data, len);
}

/* ---- WAVE -------------------------------------------------------------- */

struct wave {
	bool found;		/* the format */
	uint32_t tag, channels, rate, align, bits;
	uint64_t long_data;	/* bytes of samples that RF64 tells; 0: it does not */
	bool is_long;
};

static void take_format(struct wave *w, const uint8_t *p, uint32_t len)
{
	static const uint8_t guid[14] = { 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b,
					  0x71 };

	if (len < 16)
		return;
	w->found = true;
	w->tag = le16(p);
	w->channels = le16(p + 2);
	w->rate = le32(p + 4);
	w->align = le16(p + 12);
	w->bits = le16(p + 14);
	if (w->tag == EXTENSIBLE && len >= FORMAT_MAX && !memcmp(p + 26, guid, sizeof(guid)))
		w->tag = le16(p + 24);
}

static int refuse_format(struct sheet *s, const struct sheet_file *f, const struct wave *w)
{
	if (!w->found)
		return sheet_wrong(s, "%s does not say what its samples are: convert it", f->name);
	if (w->tag != 1)
		return sheet_wrong(s, "the samples of %s are compressed or no integers: convert it to 16 bit PCM",
				   f->name);
	return sheet_wrong(s, "%s has %u Hz, %u bit, %u channels, not 44100 Hz, 16 bit, stereo, as a CD has it: convert it",
			   f->name, w->rate, w->bits, w->channels);
}

static void take_samples(struct sheet *s, struct sheet_file *f, const struct wave *w,
			 uint64_t start, uint32_t len)
{
	uint64_t there = f->size > start ? f->size - start : 0;
	uint64_t want = w->is_long && len == UINT32_MAX ? w->long_data : len;
	bool streamed = (!want || want == UINT32_MAX ||
			 (!w->is_long && want >= STREAMED)) && want != there;

	f->start = start;
	f->size = there;
	if (!streamed && want > there)
		image_refuse(s->image, "%s ends before its samples do: %llu of %llu bytes are there; get the whole file",
			     f->name, (unsigned long long)there, (unsigned long long)want);
	else if (!streamed)
		f->size = want;
}

/* Finds the samples; they must be those of a CD. */
static int wave_header(struct sheet *s, struct sheet_file *f)
{
	struct wave w = { .found = false };
	uint64_t at = 12;
	uint8_t h[8 + FORMAT_MAX];
	unsigned int i;
	int got;

	for (i = 0; i < CHUNKS_MAX && at < f->size; i++) {
		uint32_t len;

		memset(h, 0, sizeof(h));
		got = bytes(s, f, at, h, sizeof(h));
		if (got < 8)
			break;
		len = le32(h + 4);
		if (!memcmp(h, "fmt ", 4))
			take_format(&w, h + 8, len);
		if (!memcmp(h, "ds64", 4) && len >= 24) {
			w.is_long = true;
			w.long_data = le64(h + 16);
		}
		if (!memcmp(h, "data", 4)) {
			if (!w.found || w.tag != 1 || w.channels != 2 || w.rate != 44100 ||
			    w.align != 4 || w.bits != 16)
				return refuse_format(s, f, &w);
			take_samples(s, f, &w, at + 8, len);
			return 0;
		}
		at += 8 + (uint64_t)len + (len & 1);
	}
	return sheet_wrong(s, "%s holds no samples where a WAVE file has them: convert it again",
			   f->name);
}

/* ---- Others ------------------------------------------------------------ */

const char *image_sound_kind(const uint8_t *h)
{
	static const struct { const char *name; unsigned int at, len; const char *magic; } kinds[] = {
		{ "FLAC", 0, 4, "fLaC" }, { "Ogg", 0, 4, "OggS" }, { "MP3", 0, 3, "ID3" },
		{ "Monkey's Audio", 0, 4, "MAC " }, { "WavPack", 0, 4, "wvpk" },
		{ "MPEG-4", 4, 4, "ftyp" }, { "big-endian WAVE", 0, 4, "RIFX" },
		{ "AU", 0, 4, ".snd" },
	};
	size_t i;

	if (!memcmp(h + 8, "WAVE", 4) &&
	    (!memcmp(h, "RIFF", 4) || !memcmp(h, "RF64", 4) || !memcmp(h, "BW64", 4)))
		return "WAVE";
	if (!memcmp(h, "FORM", 4) && (!memcmp(h + 8, "AIFF", 4) || !memcmp(h + 8, "AIFC", 4)))
		return "AIFF";
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!memcmp(h + kinds[i].at, kinds[i].magic, kinds[i].len))
			return kinds[i].name;
	return "";
}

int sheet_sound(struct sheet *s, struct sheet_file *f, enum sheet_file_kind kind)
{
	uint8_t h[12] = { 0 };
	const char *name;

	if (bytes(s, f, 0, h, sizeof(h)) < 0)
		h[0] = 0;
	name = image_sound_kind(h);
	f->wave = !strcmp(name, "WAVE");
	if (f->wave)
		return wave_header(s, f);
	if (*name)
		return sheet_wrong(s, "%s is a file of %s: convert it to WAVE", f->name, name);
	return kind == SHEET_WAVE ? sheet_wrong(s, "%s is no .wav file: convert it to WAVE", f->name) : 0;
}
