// SPDX-License-Identifier: GPL-2.0
/*
 * Sheets and images as they occur: of EAC, whipper, cdrdao and others, cut off, misnamed, in
 * other charsets.  Each is taken as its author meant it, refused, or taken with a note.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "image.h"
#include "temp_folder.h"

static char folder[64];

static const char *path_of(const char *name)
{
	static char path[600];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* Samples are a ramp: each tells where it belongs. */
static void ramp(uint8_t *out, unsigned int frames, unsigned int seed)
{
	unsigned int i;

	for (i = 0; i < frames * 588; i++, out += 4) {
		int v = (int)((i * 3 + seed) & 0x3fff) - 0x2000;

		out[0] = (uint8_t)v;
		out[1] = (uint8_t)(v >> 8);
		out[2] = (uint8_t)-v;
		out[3] = (uint8_t)(-v >> 8);
	}
}

static void put(const char *name, const void *head, size_t head_len, const void *data, size_t len)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	if (head_len)
		assert_int_equal(fwrite(head, head_len, 1, f), 1);
	if (len)
		assert_int_equal(fwrite(data, len, 1, f), 1);
	assert_int_equal(fclose(f), 0);
}

static void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text), NULL, 0);
}

static void put_raw(const char *name, unsigned int frames, unsigned int seed)
{
	uint8_t *data = malloc((size_t)frames * CD_RAW);

	assert_non_null(data);
	ramp(data, frames, seed);
	put(name, NULL, 0, data, (size_t)frames * CD_RAW);
	free(data);
}

static void le32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static const uint8_t pcm[16] = { 1, 0, 2, 0, 0x44, 0xac, 0, 0, 0x10, 0xb1, 2, 0, 4, 0, 16, 0 };

/* What stands before the samples: chunk, then data with this length. */
static size_t wave_head(uint8_t *head, const void *format, uint32_t format_len, const char *chunk,
			uint32_t chunk_len, uint32_t data_len)
{
	size_t n = 12;

	memcpy(head, "RIFF\0\0\0\0WAVE", 12);
	if (chunk) {
		memcpy(head + n, chunk, 4);
		le32(head + n + 4, chunk_len);
		memset(head + n + 8, 0x5a, chunk_len);
		n += 8 + chunk_len + (chunk_len & 1);
	}
	memcpy(head + n, "fmt ", 4);
	le32(head + n + 4, format_len);
	memcpy(head + n + 8, format, format_len);
	n += 8 + format_len;
	memcpy(head + n, "data", 4);
	le32(head + n + 4, data_len);
	return n + 8;
}

static void put_wave(const char *name, unsigned int frames, unsigned int seed)
{
	uint8_t *data = malloc((size_t)frames * CD_RAW), head[64];
	size_t n = wave_head(head, pcm, 16, NULL, 0, frames * CD_RAW);

	assert_non_null(data);
	ramp(data, frames, seed);
	put(name, head, n, data, (size_t)frames * CD_RAW);
	free(data);
}

static struct disc_image *open_with(const char *name, unsigned int flags)
{
	struct disc_image *image;
	char err[600] = "";

	if (disc_image_open_with(path_of(name), flags, &image, err, sizeof(err)))
		fail_msg("%s", err);
	return image;
}

/* The only image that is open, or NULL. */
static struct disc_image *image;
static const struct cd_layout *l;

static void take(const char *name, unsigned int flags)
{
	disc_image_close(image);
	image = NULL;
	image = open_with(name, flags);
	l = disc_image_layout(image);
}

static void take_sheet(const char *name, const char *text)
{
	put_text(name, text);
	take(name, 0);
}

static void said(const char *words)
{
	unsigned int i;

	for (i = 0; i < disc_image_notes(image); i++)
		if (strstr(disc_image_note(image, i), words))
			return;
	for (i = 0; i < disc_image_notes(image); i++)
		print_error("said: %s\n", disc_image_note(image, i));
	fail_msg("nobody said: %s", words);
}

static void said_nothing(void)
{
	if (disc_image_notes(image))
		fail_msg("%s", disc_image_note(image, 0));
}

static void refused(const char *name, const char *why)
{
	struct disc_image *other;
	char err[600] = "";

	if (!disc_image_open(path_of(name), &other, err, sizeof(err)))
		fail_msg("%s was taken", name);
	assert_null(other);
	if (!strstr(err, why) || strchr(err, '\n'))
		fail_msg("%s", err);
}

static void refused_sheet(const char *name, const char *text, const char *why)
{
	put_text(name, text);
	refused(name, why);
}

/* The frame at an LBA is that frame of the ramp. */
static void is_ramp(int32_t lba, unsigned int frame, unsigned int seed)
{
	static uint8_t want[700 * CD_RAW];
	uint8_t raw[CD_RAW];

	assert_true(frame < 700);
	ramp(want, frame + 1, seed);
	assert_int_equal(disc_image_read(image, lba, 1, CD_RAW, raw, NULL, 0), 0);
	assert_memory_equal(raw, want + (size_t)frame * CD_RAW, CD_RAW);
}

static void text_is(uint8_t type, unsigned int track, const char *want)
{
	char text[200];

	assert_true(cd_text_get(l->text, l->text_packs, type, (uint8_t)track, text,
				sizeof(text)) >= 0);
	assert_string_equal(text, want);
}

#define ONE(type)	"TRACK 01 " type "\nINDEX 01 00:00:00\n"

/* ---- By content ------------------------------------------------------------ */

static void test_toc_wave(void **state)
{
	(void)state;
	put_wave("SONG.WAV", 600, 0);
	take_sheet("song.toc", "CD_DA\nTRACK AUDIO\nFILE \"SONG.WAV\" 0\n");
	assert_int_equal(disc_image_blocks(image), 600);
	is_ramp(0, 0, 0);
	is_ramp(599, 599, 0);
	/* Whatever it is called */
	put_wave("song.raw", 600, 0);
	take_sheet("song.toc", "CD_DA\nTRACK AUDIO\nFILE \"song.raw\" 0\n");
	assert_int_equal(disc_image_blocks(image), 600);
	is_ramp(0, 0, 0);
	take_sheet("song.cue", "FILE song.raw BINARY\n" ONE("AUDIO"));
	assert_int_equal(disc_image_blocks(image), 600);
	is_ramp(0, 0, 0);
	take_sheet("song.cue", "FILE song.raw MP3\n" ONE("AUDIO"));
	is_ramp(0, 0, 0);
	refused_sheet("song.cue", "FILE song.raw BINARY\n" ONE("MODE1/2352"),
		      "is a WAVE file and can't hold track 1");
}

static void test_compressed(void **state)
{
	static const struct { const char *head, *why; } files[] = {
		{ "fLaC\0\0\0\x22........", "is a file of FLAC: convert it to WAVE" },
		{ "OggS\0\2..........", "is a file of Ogg: convert it to WAVE" },
		{ "ID3\3............", "is a file of MP3: convert it to WAVE" },
		{ "FORM\0\0\0\0AIFFCOMM", "is a file of AIFF: convert it to WAVE" },
		{ "RIFX\0\0\0\0WAVEfmt ", "big-endian WAVE: convert it to WAVE" },
		{ "\xff\xfb\x90............", "is no .wav file: convert it to WAVE" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		put("x.mp3", files[i].head, 16, NULL, 0);
		refused_sheet("x.toc", "CD_DA\nTRACK AUDIO\nFILE \"x.mp3\" 0\n", files[i].why);
		refused_sheet("x.cue", "FILE x.mp3 WAVE\n" ONE("AUDIO"), files[i].why);
	}
	put("x.iso", files[0].head, 16, NULL, 0);
	refused("x.iso", "is a file of FLAC: name a .cue that has it as a track");
}

static const char wave_cue[] = "FILE w.wav WAVE\n" ONE("AUDIO");

static void test_wave_kinds(void **state)
{
	static const char guid[] = "\1\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71";
	uint8_t format[40] = { 0 }, head[400], *data = calloc(400, CD_RAW), ds64[28] = { 0 };
	const size_t len = 400u * CD_RAW;
	size_t n;

	(void)state;
	assert_non_null(data);
	ramp(data, 400, 5);
	put_text("w.cue", wave_cue);
	/* WAVE_FORMAT_EXTENSIBLE */
	memcpy(format, pcm, 16);
	format[0] = 0xfe;
	format[1] = 0xff;
	format[16] = 22;
	format[18] = 16;
	memcpy(format + 24, guid, 16);
	n = wave_head(head, format, 40, NULL, 0, (uint32_t)len);
	put("w.wav", head, n, data, len);
	take("w.cue", 0);
	said_nothing();
	is_ramp(399, 399, 5);
	format[24] = 3;		/* floating point */
	n = wave_head(head, format, 40, NULL, 0, (uint32_t)len);
	put("w.wav", head, n, data, len);
	refused("w.cue", "are compressed or no integers");
	/* Chunks before the format, of an odd length; the samples end before the file */
	n = wave_head(head, pcm, 16, "LIST", 33, (uint32_t)len - CD_RAW);
	put("w.wav", head, n, data, len);
	take("w.cue", 0);
	assert_int_equal(disc_image_blocks(image), 399);
	is_ramp(0, 0, 5);
	/* Of a program that could not know the length */
	n = wave_head(head, pcm, 16, NULL, 0, 0xffffffff);
	put("w.wav", head, n, data, len);
	take("w.cue", 0);
	assert_int_equal(disc_image_blocks(image), 400);
	said_nothing();
	n = wave_head(head, pcm, 16, NULL, 0, 0x7ffff000);
	put("w.wav", head, n, data, len);
	take("w.cue", 0);
	assert_int_equal(disc_image_blocks(image), 400);
	/* RF64 */
	le32(ds64 + 8, (uint32_t)len - CD_RAW);
	n = wave_head(head, pcm, 16, "ds64", 28, 0xffffffff);
	memcpy(head, "RF64\xff\xff\xff\xff", 8);
	memcpy(head + 20, ds64, 28);
	put("w.wav", head, n, data, len);
	take("w.cue", 0);
	assert_int_equal(disc_image_blocks(image), 399);
	free(data);
}

static void test_wave_cut(void **state)
{
	uint8_t head[64], *data = calloc(400, CD_RAW);
	size_t n = wave_head(head, pcm, 16, NULL, 0, 500 * CD_RAW);

	(void)state;
	assert_non_null(data);
	put_text("w.cue", wave_cue);
	put("w.wav", head, n, data, 400u * CD_RAW);
	refused("w.cue", "w.wav ends before its samples do: 940800 of 1176000 bytes are there");
	refused("w.cue", "--force-image");
	take("w.cue", DISC_IMAGE_FORCE);
	assert_int_equal(disc_image_blocks(image), 400);
	said("940800 of 1176000 bytes");
	n = wave_head(head, pcm, 16, NULL, 0, 400 * CD_RAW - 8);
	put("w.wav", head, n, data, 400u * CD_RAW);
	take("w.cue", 0);
	assert_int_equal(disc_image_blocks(image), 400);
	said("ends in the middle of a sector, which silence fills up");
	free(data);
}

/* A chunk for each byte would be read for hours. */
static void test_wave_bomb(void **state)
{
	uint8_t *chunks = calloc(8, 100000);
	unsigned int i;

	(void)state;
	assert_non_null(chunks);
	for (i = 0; i < 100000; i++)
		memcpy(chunks + 8 * i, "junk", 4);
	put("w.wav", "RIFF\0\0\0\0WAVE", 12, chunks, 800000);
	free(chunks);
	put_text("w.cue", wave_cue);
	refused("w.cue", "holds no samples where a WAVE file has them");
}

/* ---- The file that is named --------------------------------------------------- */

static void test_subfolder(void **state)
{
	(void)state;
	mkdir(path_of("CD1"), 0777);
	put_wave("CD1/01.wav", 600, 0);
	put_wave("01.wav", 450, 7000);
	take_sheet("sub.cue", "FILE \"CD1/01.wav\" WAVE\n" ONE("AUDIO"));
	assert_int_equal(disc_image_blocks(image), 600);
	is_ramp(0, 0, 0);
	said_nothing();
	/* As Windows writes it both could be meant */
	refused_sheet("sub.cue", "FILE \"CD1\\01.wav\" WAVE\n" ONE("AUDIO"),
		      "more than one other file could be meant");
	unlink(path_of("01.wav"));
	take_sheet("sub.cue", "FILE \"CD1\\01.wav\" WAVE\n" ONE("AUDIO"));
	assert_int_equal(disc_image_blocks(image), 600);
	said("CD1\\01.wav is not there, so CD1/01.wav is taken");
	take_sheet("sub.cue", "FILE \"cd1/01.WAV\" WAVE\n" ONE("AUDIO"));
	said("cd1/01.WAV is not there, so CD1/01.wav is taken");
	/* Its last part beside the sheet */
	put_wave("02.wav", 600, 9);
	take_sheet("sub.cue", "FILE \"D:\\rips\\02.wav\" WAVE\n" ONE("AUDIO"));
	said("so 02.wav is taken");
	is_ramp(0, 0, 9);
	take_sheet("sub.cue", "FILE \"/nowhere/02.wav\" WAVE\n" ONE("AUDIO"));
	said("so 02.wav is taken");
}

static void test_case(void **state)
{
	(void)state;
	put_wave("Track One.WAV", 600, 3);
	take_sheet("case.cue", "FILE \"track one.wav\" WAVE\n" ONE("AUDIO"));
	said("track one.wav is not there, so Track One.WAV is taken");
	is_ramp(5, 5, 3);
	put_wave("TRACK ONE.WAV", 600, 4);
	refused_sheet("case.cue", "FILE \"track one.wav\" WAVE\n" ONE("AUDIO"),
		      "more than one other file could be meant");
	take_sheet("case.cue", "FILE \"Track One.WAV\" WAVE\n" ONE("AUDIO"));
	said_nothing();
}

static void test_backslash(void **state)
{
	(void)state;
	put_raw("DC.iso", 512, 1);
	put_raw("AC\\DC.iso", 1024, 2);
	take("AC\\DC.iso", 0);
	assert_int_equal(disc_image_blocks(image), 1024 * CD_RAW / 2048);
	take_sheet("back.cue", "FILE \"AC\\DC.iso\" BINARY\n" ONE("AUDIO"));
	assert_int_equal(disc_image_blocks(image), 1024);
	said_nothing();
	put_text("a\\b.ccd", "[Entry 0]\nSession=1\nPoint=0xa2\nControl=0\nPLBA=1024\n"
		 "[Entry 1]\nSession=1\nPoint=1\nControl=0\nPLBA=0\n");
	put_raw("a\\b.img", 1024, 2);
	put_raw("b.img", 512, 1);
	take("a\\b.ccd", 0);
	is_ramp(100, 100, 2);
}

/* A sheet from elsewhere reaches nothing outside of its folder. */
static void test_outside(void **state)
{
	char text[200], other[] = "/tmp/discmux-outside-XXXXXX";
	int fd = mkstemp(other);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 600 * CD_RAW), 0);
	close(fd);
	snprintf(text, sizeof(text), "FILE \"%s\" BINARY\n" ONE("AUDIO"), other);
	refused_sheet("out.cue", text, "is outside of the sheet's folder: the file belongs beside");
	snprintf(text, sizeof(text), "FILE \"../%s\" BINARY\n" ONE("AUDIO"), other + 5);
	refused_sheet("out.cue", text, "is outside of the sheet's folder");
	assert_int_equal(symlink(other, path_of("link.bin")), 0);
	refused_sheet("out.cue", "FILE link.bin BINARY\n" ONE("AUDIO"),
		      "is outside of the sheet's folder");
	unlink(other);
	assert_int_equal(symlink("loop.bin", path_of("loop.bin")), 0);
	refused_sheet("out.cue", "FILE loop.bin BINARY\n" ONE("AUDIO"), "loop.bin");
	assert_int_equal(symlink("/dev/zero", path_of("zero.bin")), 0);
	refused_sheet("out.cue", "FILE zero.bin BINARY\n" ONE("AUDIO"), "is not a regular file");
	assert_int_equal(mkfifo(path_of("fifo.bin"), 0666), 0);
	refused_sheet("out.cue", "FILE fifo.bin BINARY\n" ONE("AUDIO"), "is not a regular file");
	refused_sheet("out.cue", "FILE . BINARY\n" ONE("AUDIO"), "is not a regular file");
	refused("zero.bin", "is not a file");
}

/* ---- Nothing silently --------------------------------------------------------- */

/* A volume descriptor that tells so many blocks. */
static void volume(uint8_t *iso, uint32_t blocks)
{
	uint8_t *d = iso + 16 * 2048;

	memcpy(d, "\1CD001\1", 7);
	le32(d + 80, blocks);
	d[129] = 8;
	memcpy(d + 2048, "\xff" "CD001\1", 7);
}

static void test_iso_cut(void **state)
{
	uint8_t *iso = calloc(1200, 2048);

	(void)state;
	assert_non_null(iso);
	volume(iso, 2000);
	put("cut.iso", NULL, 0, iso, 1200u * 2048);
	refused("cut.iso", "cut.iso ends before its volume does: 1200 of 2000 blocks are there, 800 are missing");
	refused("cut.iso", "--force-image");
	take("cut.iso", DISC_IMAGE_FORCE);
	assert_int_equal(disc_image_blocks(image), 1200);
	said("1200 of 2000 blocks");
	refused_sheet("cut.cue", "FILE cut.iso BINARY\n" ONE("MODE1/2048"), "1200 of 2000 blocks");
	volume(iso, 1200);
	put("cut.iso", NULL, 0, iso, 1200u * 2048);
	take("cut.iso", 0);
	said_nothing();
	free(iso);
}

static void tag(uint8_t *d, unsigned int id, uint32_t lba)
{
	unsigned int i;

	d[0] = (uint8_t)id;
	le32(d + 12, lba);
	d[4] = 0;
	for (i = 0; i < 16; i++)
		if (i != 4)
			d[4] = (uint8_t)(d[4] + d[i]);
}

static void test_udf_cut(void **state)
{
	uint8_t *udf = calloc(600, 2048), *d;

	(void)state;
	assert_non_null(udf);
	d = udf + 256 * 2048;
	tag(d, 2, 256);
	le32(d + 16, 16 * 2048);
	le32(d + 20, 32);
	tag(udf + 32 * 2048, 1, 32);
	d = udf + 33 * 2048;
	tag(d, 5, 33);
	le32(d + 188, 257);
	le32(d + 192, 400);
	tag(udf + 34 * 2048, 8, 34);
	put("udf.iso", NULL, 0, udf, 600u * 2048);
	refused("udf.iso", "600 of 657 blocks are there, 57 are missing");
	le32(d + 192, 343);
	put("udf.iso", NULL, 0, udf, 600u * 2048);
	take("udf.iso", 0);
	free(udf);
}

static void test_mode_wrong(void **state)
{
	uint8_t *iso = calloc(400, CD_RAW);
	unsigned int i;

	(void)state;
	assert_non_null(iso);
	memset(iso, 0x11, 400u * 2048);
	volume(iso, 400);
	put("a.iso", NULL, 0, iso, 400u * 2048);
	refused_sheet("a.cue", "FILE a.iso BINARY\n" ONE("MODE1/2352"),
		      "track 1 is MODE1/2352 there, but its file has sectors of MODE1/2048: say that in the sheet");
	refused_sheet("a.toc", "CD_ROM\nTRACK MODE1_RAW\nDATAFILE \"a.iso\"\n",
		      "its file has sectors of MODE1/2048");
	take_sheet("a.cue", "FILE a.iso BINARY\n" ONE("MODE1/2048"));
	take_sheet("a.cue", "FILE a.iso BINARY\n" ONE("MODE2/2048"));
	for (i = 0; i < 400; i++)
		cd_sector_build(iso + i * CD_RAW, CD_MODE1, (int32_t)i, NULL, NULL);
	put("b.bin", NULL, 0, iso, 400u * CD_RAW);
	refused_sheet("b.cue", "FILE b.bin BINARY\n" ONE("MODE1/2048"), "sectors of MODE1/2352");
	refused_sheet("b.cue", "FILE b.bin BINARY\n" ONE("MODE2/2352"), "sectors of MODE1/2352");
	refused_sheet("b.cue", "FILE b.bin BINARY\n" ONE("AUDIO"), "sectors of MODE1/2352");
	take_sheet("b.cue", "FILE b.bin BINARY\n" ONE("MODE1/2352"));
	said_nothing();
	/* No sectors at all */
	memset(iso, 0x22, 400u * CD_RAW);
	put("b.bin", NULL, 0, iso, 400u * CD_RAW);
	refused("b.cue", "its sectors have no sync patterns");
	take("b.cue", DISC_IMAGE_FORCE);
	said("its sectors have no sync patterns");
	free(iso);
}

static void test_bare_bin(void **state)
{
	uint8_t *raw = calloc(384, CD_RAW);
	unsigned int i;

	(void)state;
	assert_non_null(raw);
	for (i = 0; i < 384; i++)
		cd_sector_build(raw + i * CD_RAW, CD_MODE1, (int32_t)i, NULL, NULL);
	put("game.bin", NULL, 0, raw, 384u * CD_RAW);
	refused("game.bin", "holds raw sectors of 2352 bytes, not blocks of a data disc: name the .cue, .toc or .ccd that belongs to it");
	put_text("game.cue", "FILE game.bin BINARY\n" ONE("MODE1/2352"));
	refused("game.bin", "name its sheet, game.cue");
	take("game.cue", 0);
	memcpy(raw + 384 * CD_RAW - 12, "NER5", 4);
	put("x.nrg", NULL, 0, raw + 2048, 384u * CD_RAW - 2048);
	refused("x.nrg", "is an image of Nero: convert it");
	free(raw);
}

static void test_ends_inside(void **state)
{
	uint8_t *raw = calloc(401, CD_RAW);
	unsigned int i;

	(void)state;
	assert_non_null(raw);
	put("in.bin", NULL, 0, raw, 400u * CD_RAW + 100);
	take_sheet("in.cue", "FILE in.bin BINARY\n" ONE("AUDIO"));
	assert_int_equal(disc_image_blocks(image), 401);
	said("ends in the middle of a sector, which silence fills up");
	for (i = 0; i < 401; i++)
		cd_sector_build(raw + i * CD_RAW, CD_MODE1, (int32_t)i, NULL, NULL);
	put("in.bin", NULL, 0, raw, 400u * CD_RAW + 100);
	refused_sheet("in.cue", "FILE in.bin BINARY\n" ONE("MODE1/2352"),
		      "ends in the middle of a sector of track 1");
	take("in.cue", DISC_IMAGE_FORCE);
	assert_int_equal(disc_image_blocks(image), 400);
	free(raw);
}

static void test_graphics(void **state)
{
	uint8_t *raw = calloc(400, 2448);

	(void)state;
	assert_non_null(raw);
	put("cdg.bin", NULL, 0, raw, 400u * 2448);
	free(raw);
	take_sheet("cdg.cue", "FILE cdg.bin BINARY\n" ONE("CDG"));
	assert_int_equal(disc_image_blocks(image), 400);
	said("the graphics of CD+G are left out");
	take_sheet("cdg.toc", "CD_DA\nTRACK AUDIO RW_RAW\nFILE \"cdg.bin\" 0\n");
	said("the graphics of CD+G are left out");
}

/* ---- Pauses ------------------------------------------------------------------ */

static void test_gap_before(void **state)
{
	(void)state;
	put_wave("1.wav", 600, 0);
	put_wave("2.wav", 450, 7000);
	take_sheet("gap.cue", "FILE \"1.wav\" WAVE\r\n  TRACK 01 AUDIO\r\n    INDEX 01 00:00:00\r\n"
		   "  TRACK 02 AUDIO\r\n    INDEX 00 00:07:00\r\nFILE \"2.wav\" WAVE\r\n"
		   "    INDEX 01 00:00:00\r\n    INDEX 02 00:01:00");
	assert_int_equal(l->tracks, 2);
	assert_int_equal(l->track[0].end, 525);
	assert_int_equal(l->track[1].pregap, 525);
	assert_int_equal(l->track[1].start, 600);
	assert_int_equal(l->track[1].index[0], 675);
	assert_int_equal(l->track[1].end, 1050);
	is_ramp(524, 524, 0);
	is_ramp(525, 525, 0);
	is_ramp(599, 599, 0);
	is_ramp(600, 0, 7000);
	is_ramp(1049, 449, 7000);
	said_nothing();
	refused_sheet("gap.cue", "FILE 1.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
		      "FILE 2.wav WAVE\nINDEX 02 00:00:00\n", "can't go on in another file");
	/* Hidden audio in a file of its own */
	take_sheet("gap.cue", "FILE 2.wav WAVE\nTRACK 01 AUDIO\nINDEX 00 00:00:00\n"
		   "FILE 1.wav WAVE\nINDEX 01 00:00:00\n");
	assert_int_equal(l->track[0].start, 450);
	assert_int_equal(l->track[0].end, 1050);
	is_ramp(0, 0, 7000);
	is_ramp(450, 0, 0);
}

static void test_first_pregap(void **state)
{
	(void)state;
	put_raw("a.bin", 600, 0);
	take_sheet("p.cue", "FILE a.bin BINARY\nTRACK 01 AUDIO\nPREGAP 00:00:32\nINDEX 01 00:00:00\n");
	assert_int_equal(l->track[0].pregap, -150);
	assert_int_equal(l->track[0].start, 32);
	assert_int_equal(l->track[0].end, 632);
	is_ramp(32, 0, 0);
	said("begins at LBA 32");
	take_sheet("p.cue", "FILE a.bin BINARY\nTRACK 01 AUDIO\nPREGAP 00:02:08\nINDEX 01 00:00:00\n");
	assert_int_equal(l->track[0].start, 158);
	said("begins at LBA 158");
	take_sheet("p.cue", "FILE a.bin BINARY\nTRACK 01 AUDIO\nPREGAP 00:02:00\nINDEX 01 00:00:00\n");
	assert_int_equal(l->track[0].start, 0);
	said_nothing();
	/* Frames that no track has */
	take_sheet("p.cue", "FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:32\n");
	said("the first 32 blocks of a.bin are in no track");
}

/* The 2 s before a later session, which the file has as index 0. */
static void test_session_pause(void **state)
{
	static uint8_t raw[1000 * CD_RAW];
	char name[600];
	unsigned int i;

	(void)state;
	snprintf(name, sizeof(name), "%s", path_of("s.bin"));
	ramp(raw, 600, 0);
	for (i = 600; i < 1000; i++)
		cd_sector_build(raw + i * CD_RAW, CD_XA1, (int32_t)(i + 11250), NULL, NULL);
	put("s.bin", NULL, 0, raw, sizeof(raw));
	take_sheet("s.cue", "FILE s.bin BINARY\nREM SESSION 01\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
		   "REM SESSION 02\nTRACK 02 MODE2/2352\nINDEX 00 00:08:00\nINDEX 01 00:10:00\n");
	assert_int_equal(l->track[1].pregap, 600 + 11250);
	assert_int_equal(l->track[1].start, 600 + 11400);
	assert_int_equal(l->track[1].end, 600 + 11400 + 250);
	assert_int_equal(disc_image_read(image, 12000, 1, CD_RAW, raw, NULL, 0), 0);
	assert_int_equal(cd_sector_lba(raw), 12000);
	assert_int_equal(disc_image_read(image, 11850, 1, CD_RAW, raw, NULL, 0), 0);
	assert_int_equal(cd_sector_lba(raw), 11850);
	put_text("s.ccd", "[Entry 0]\nSession=1\nPoint=1\nControl=0\nPLBA=0\n"
		 "[Entry 1]\nSession=1\nPoint=0xa2\nControl=0\nPLBA=600\n"
		 "[Entry 2]\nSession=2\nPoint=2\nControl=4\nPLBA=12000\n"
		 "[Entry 3]\nSession=2\nPoint=0xa2\nControl=4\nPLBA=12250\n"
		 "[TRACK 1]\nMODE=0\nINDEX 1=0\n[TRACK 2]\nMODE=2\nINDEX 0=600\nINDEX 1=750\n");
	assert_int_equal(link(name, path_of("s.img")), 0);
	take("s.ccd", 0);
	assert_int_equal(l->track[1].start, 12000);
	assert_int_equal(disc_image_read(image, 12000, 1, CD_RAW, raw, NULL, 0), 0);
	assert_int_equal(cd_sector_lba(raw), 12000);
}

/* ---- Words and charsets --------------------------------------------------------- */

static void test_words(void **state)
{
	unsigned int i;

	(void)state;
	put_raw("a.bin", 600, 0);
	take_sheet("w.cue", "TITLE \"T\"\nARRANGER \"Arr\"\nCOMPOSER \"Comp\"\nMESSAGE \"Msg\"\n"
		   "GENRE \"Rock\"\nDISC_ID \"X1\"\nUPC_EAN 012345678905\n; a line\n\n"
		   "SIZE_INFO 1\nFILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nTITLE \"One\"\n"
		   "COMPOSER \"C1\"\nISRC us-abc-05-12345\nINDEX 01 00:00:00\n");
	text_is(CD_TEXT_ARRANGER, 0, "Arr");
	text_is(CD_TEXT_COMPOSER, 0, "Comp");
	text_is(CD_TEXT_COMPOSER, 1, "C1");
	text_is(CD_TEXT_MESSAGE, 0, "Msg");
	text_is(CD_TEXT_DISC_ID, 0, "X1");
	for (i = 0; i < l->text_packs && l->text[CD_TEXT_PACK * i] != CD_TEXT_GENRE; i++)
		;
	assert_true(i < l->text_packs);
	assert_memory_equal(l->text + CD_TEXT_PACK * i + 4, "\0\1Rock", 7);
	assert_string_equal(l->mcn, "0012345678905");
	assert_string_equal(l->track[0].isrc, "USABC0512345");
	said_nothing();
}

static void codes_are(const char *mcn, const char *isrc)
{
	assert_string_equal(l->mcn, mcn);
	assert_string_equal(l->track[0].isrc, isrc);
}

/* However they are written; what is none costs the code, never the disc. */
static void test_codes(void **state)
{
	static const struct { const char *mcn, *is; } catalogs[] = {
		{ "0-12345-67890-5", "0012345678905" }, { "4 006381 333931", "4006381333931" },
		{ "\"04006381333931\"", "4006381333931" }, { "96385074", "0000096385074" },
	};
	static const char *const isrcs[] = {
		"usabc0512345", "US-ABC-05-12345", "US ABC 05 12345", "\"ISRC US-ABC-05-12345\"",
	};
	char text[300];
	size_t i;

	(void)state;
	put_raw("a.bin", 600, 0);
	for (i = 0; i < sizeof(catalogs) / sizeof(*catalogs); i++) {
		snprintf(text, sizeof(text), "CATALOG %s\nFILE a.bin BINARY\nTRACK 01 AUDIO\n"
			 "ISRC %s\nINDEX 01 00:00:00\n", catalogs[i].mcn, isrcs[i]);
		take_sheet("w.cue", text);
		codes_are(catalogs[i].is, "USABC0512345");
		said_nothing();
	}
	take_sheet("w.cue", "CATALOG 12345678901x\nFILE a.bin BINARY\nTRACK 01 AUDIO\n"
		   "ISRC 00-000-00-0000\nINDEX 01 00:00:00\n");
	codes_are("", "");
	said("12345678901x is not a catalogue number of 13 digits");
	said("00-000-00-0000 is no ISRC, so track 1 is left without one");
	/* No more than its beginning is garbage, too */
	take_sheet("w.cue", "CATALOG 012345678901234\nFILE a.bin BINARY\nTRACK 01 AUDIO\n"
		   "ISRC USABC05123456\nINDEX 01 00:00:00\n");
	codes_are("", "");
	take_sheet("w.toc", "CD_DA\nCATALOG \"1\"\nTRACK AUDIO\nISRC \"no\"\nFILE \"a.bin\" 0\n");
	codes_are("", "");
	said("no is no ISRC, so track 1");
	/* Empty is none, and nothing to say */
	take_sheet("w.toc", "CD_DA\nCATALOG \"\"\nTRACK AUDIO\nISRC \"\"\nFILE \"a.bin\" 0\n");
	codes_are("", "");
	said_nothing();
	put_raw("w.img", 600, 0);
	take_sheet("w.ccd", "[Disc]\nCATALOG=12\n[Entry 0]\nSession=1\nPoint=0xa2\nPLBA=600\n"
		   "[Entry 1]\nSession=1\nPoint=1\nControl=0\nPLBA=0\n[TRACK 1]\nISRC=us-abc0512345\n");
	codes_are("", "USABC0512345");
	said("12 is not a catalogue number");
}

static void test_toc_encoding(void **state)
{
	(void)state;
	put_wave("a.wav", 600, 0);
	take_sheet("e.toc", "CD_DA\nCD_TEXT {\n  LANGUAGE_MAP {\n    0: 9\n  }\n  LANGUAGE 0 {\n"
		   "    ENCODING_ISO_8859_1\n    TITLE \"\xc3\x89vora\"\n    PERFORMER \"Nobody\"\n"
		   "  }\n}\nTRACK AUDIO\nCD_TEXT {\n  LANGUAGE 0 {\n    TITLE \"ENCODING_ASCII\"\n"
		   "    PERFORMER \"Nobody\"\n  }\n}\nFILE \"a.wav\" 0\n");
	text_is(CD_TEXT_TITLE, 0, "\xc9vora");
	text_is(CD_TEXT_PERFORMER, 0, "Nobody");
	text_is(CD_TEXT_TITLE, 1, "ENCODING_ASCII");
	said_nothing();
}

static void test_charset(void **state)
{
	(void)state;
	put_raw("a.bin", 1200, 0);
	take_sheet("c.cue", "\xef\xbb\xbfTITLE \"Don\xe2\x80\x99t \xe2\x80\x93 Stop\"\nFILE \"a.bin\" BINARY\n"
		   "TRACK 01 AUDIO\nTITLE \"Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 \xc5\x93uvre\"\n"
		   "INDEX 01 00:00:00\nTRACK 02 AUDIO\nTITLE \"caf\xc3\xa9\"\nINDEX 01 00:08:00\n");
	text_is(CD_TEXT_TITLE, 0, "Don't - Stop");
	text_is(CD_TEXT_TITLE, 1, "Zaz\xf3lc oeuvre");
	text_is(CD_TEXT_TITLE, 2, "caf\xe9");
	said("2 texts have characters that CD-Text in ISO 8859-1 lacks, which are replaced; the first is TITLE of the disc");
	/* ISO 8859-1, and what Windows puts where it has nothing */
	take_sheet("c.cue", "FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nTITLE \"caf\xe9 \x96 it\x92s\"\n"
		   "INDEX 01 00:00:00\n");
	text_is(CD_TEXT_TITLE, 1, "caf\xe9 - it's");
	said("TITLE of track 1");
}

/* A sheet of UTF-16, one with CR at the end of lines, one of cdrdao with a byte order mark. */
static void test_encodings(void **state)
{
	static const char text[] = "FILE a.bin BINARY\r\nTRACK 01 AUDIO\r\nTITLE \"x\"\r\n"
		"INDEX 01 00:00:00\r\n";
	uint8_t wide[2][2 * sizeof(text)];
	size_t i, k;

	(void)state;
	put_raw("a.bin", 600, 0);
	for (k = 0; k < 2; k++) {
		wide[k][k] = 0xff;
		wide[k][!k] = 0xfe;
		for (i = 0; i + 1 < sizeof(text); i++) {
			wide[k][2 + 2 * i + k] = (uint8_t)text[i];
			wide[k][2 + 2 * i + !k] = 0;
		}
		/* U+00E9 for the title */
		i = 2 + 2 * (size_t)(strchr(text, 'x') - text);
		wide[k][i + k] = 0xe9;
		put("wide.cue", NULL, 0, wide[k], 2 * sizeof(text));
		take("wide.cue", 0);
		text_is(CD_TEXT_TITLE, 1, "\xe9");
		said_nothing();
	}
	put("wide.cue", NULL, 0, wide[0], 2 * sizeof(text) - 33);
	refused("wide.cue", "line 4: IN is not known");
	take_sheet("mac.cue", "FILE a.bin BINARY\rTRACK 01 AUDIO\rTITLE y\rINDEX 01 00:00:00");
	text_is(CD_TEXT_TITLE, 1, "y");
	take_sheet("bom.toc", "\xef\xbb\xbf" "CD_DA\rTRACK AUDIO\rFILE \"a.bin\" 0\r");
	assert_int_equal(disc_image_blocks(image), 600);
}

/* More than 255 packs of 12 bytes: titles first. */
static void test_full(void **state)
{
	static char text[40000];
	int n, i;

	(void)state;
	put_raw("a.bin", 3000, 0);
	n = sprintf(text, "TITLE Album\nFILE a.bin BINARY\n");
	for (i = 0; i < 30; i++)
		n += sprintf(text + n, "TRACK %02d AUDIO\nTITLE \"Title %d of fifty characters or so, as it may be\"\n"
			     "PERFORMER \"Somebody %d\"\nMESSAGE \"%0100d\"\nINDEX 01 00:%02d:00\n",
			     i + 1, i + 1, i + 1, i, i);
	take_sheet("f.cue", text);
	text_is(CD_TEXT_TITLE, 0, "Album");
	text_is(CD_TEXT_TITLE, 30, "Title 30 of fifty characters or so, as it may be");
	text_is(CD_TEXT_PERFORMER, 30, "Somebody 30");
	assert_int_equal(cd_text_get(l->text, l->text_packs, CD_TEXT_MESSAGE, 1, text, 10), -2);
	said("more CD-Text than a disc holds: MESSAGE and what is less important is left out");
	n = sprintf(text, "FILE a.bin BINARY\n");
	for (i = 0; i < 30; i++)
		n += sprintf(text + n, "TRACK %02d AUDIO\nTITLE \"%0150d\"\nINDEX 01 00:%02d:00\n",
			     i + 1, i, i);
	take_sheet("f.cue", text);
	assert_true(l->text_packs > 0 && l->text_packs <= 255);
	said("only TITLE and PERFORMER are kept, each up to");
	assert_true(cd_text_get(l->text, l->text_packs, CD_TEXT_TITLE, 30, text, 200) > 60);
}

/* ---- Bad input ---------------------------------------------------------------- */

static void test_too_much(void **state)
{
	char *text = malloc(4000000);
	int n, i, fd;

	(void)state;
	assert_non_null(text);
	n = sprintf(text, "FILE a.bin BINARY\nTRACK 01 AUDIO\n");
	for (i = 0; i < 100000; i++)
		n += sprintf(text + n, "INDEX %02d 00:00:%02d\n", i % 100, i % 75);
	refused_sheet("much.cue", text, "line 102: INDEX wants a number from 0 to 98");
	free(text);
	put_text("huge.cue", "");
	fd = truncate(path_of("huge.cue"), 1l << 30);
	assert_int_equal(fd, 0);
	refused("huge.cue", "is too large for a sheet");
}

static int set_up(void **state)
{
	(void)state;
	return temp_folder_make("sheets", folder, sizeof(folder));
}

static int tear_down(void **state)
{
	(void)state;
	disc_image_close(image);
	return temp_folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_toc_wave),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_wave_kinds),
		cmocka_unit_test(test_wave_cut),
		cmocka_unit_test(test_wave_bomb),
		cmocka_unit_test(test_subfolder),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_backslash),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_iso_cut),
		cmocka_unit_test(test_udf_cut),
		cmocka_unit_test(test_mode_wrong),
		cmocka_unit_test(test_bare_bin),
		cmocka_unit_test(test_ends_inside),
		cmocka_unit_test(test_graphics),
		cmocka_unit_test(test_gap_before),
		cmocka_unit_test(test_first_pregap),
		cmocka_unit_test(test_session_pause),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_toc_encoding),
		cmocka_unit_test(test_charset),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
