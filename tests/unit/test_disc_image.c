// SPDX-License-Identifier: GPL-2.0
/* Images of discs: sheets in, sectors out, and sheets written again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "image.h"
#include "temp_folder.h"

/* A folder with files whose byte at n is the value of n in its block of 2352,
 * plus the block's number. */
static char folder[64];

static uint8_t byte_at(uint64_t n)
{
	return (uint8_t)(n * 7 + n / CD_RAW * 13);
}

static const char *path_of(const char *name)
{
	static char path[192];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void make_file(const char *name, uint64_t size, const void *head, size_t head_len)
{
	FILE *f = fopen(path_of(name), "w");
	uint64_t i;

	assert_non_null(f);
	if (head_len)
		assert_int_equal(fwrite(head, head_len, 1, f), 1);
	for (i = 0; i < size; i++)
		fputc(byte_at(i), f);
	fclose(f);
}

static void make_text(const char *name, const char *text)
{
	make_file(name, 0, text, strlen(text));
}

static struct disc_image *open_image(const char *name)
{
	struct disc_image *image;
	char err[256] = "";

	if (disc_image_open(path_of(name), &image, err, sizeof(err)))
		fail_msg("%s", err);
	return image;
}

/* Of data tracks whose file has no sectors of that kind, as the bytes of this test are none. */
static struct disc_image *open_forced(const char *name)
{
	struct disc_image *image;
	char err[256] = "";

	if (disc_image_open_with(path_of(name), DISC_IMAGE_FORCE, &image, err, sizeof(err)))
		fail_msg("%s", err);
	return image;
}

static void refused(const char *name, const char *why)
{
	struct disc_image *image;
	char err[256] = "";

	assert_true(disc_image_open(path_of(name), &image, err, sizeof(err)) < 0);
	assert_null(image);
	if (!strstr(err, why))
		fail_msg("%s", err);
}

static void test_plain(void **state)
{
	uint8_t data[3 * 2048];
	struct disc_image *image;

	(void)state;
	make_file("plain.iso", 10 * 2048, NULL, 0);
	image = open_image("plain.iso");
	assert_int_equal(disc_image_layout(image)->tracks, 0);
	assert_int_equal(disc_image_blocks(image), 10);
	assert_int_equal(disc_image_read(image, 4, 3, DISC_DATA, data, NULL, 0), 0);
	assert_int_equal(data[0], byte_at(4 * 2048));
	assert_int_equal(data[3 * 2048 - 1], byte_at(7 * 2048 - 1));
	assert_true(disc_image_read(image, 8, 3, DISC_DATA, data, NULL, 0) < 0);
	disc_image_close(image);
	make_file("odd.iso", 2047, NULL, 0);
	refused("odd.iso", "not a multiple of 2048");
	make_file("empty.iso", 0, NULL, 0);
	refused("empty.iso", "is empty");
	refused("missing.iso", "name an image that can be read");
}

static const char cue[] =
	"REM GENRE none\r\n"
	"CATALOG 1234567890123\r\n"
	"TITLE \"A disc\"\r\n"
	"PERFORMER \"Somebody\"\r\n"
	"FILE \"C:\\music\\audio.bin\" BINARY\r\n"
	"  TRACK 01 AUDIO\r\n"
	"    TITLE \"One\"\r\n"
	"    FLAGS DCP PRE\r\n"
	"    ISRC USABC0512345\r\n"
	"    INDEX 01 00:00:00\r\n"
	"    INDEX 02 00:02:00\r\n"
	"  TRACK 02 AUDIO\r\n"
	"    TITLE \"Zwei \xc3\xbc\"\r\n"
	"    INDEX 00 00:04:10\r\n"
	"    INDEX 01 00:05:00\r\n"
	"  TRACK 03 AUDIO\r\n"
	"    PREGAP 00:02:00\r\n"
	"    INDEX 01 00:09:00\r\n";

static void expect_audio(const struct cd_layout *l)
{
	const struct cd_track *t = l->track;
	char text[64];

	assert_int_equal(l->tracks, 3);
	assert_int_equal(l->sessions, 1);
	assert_string_equal(l->mcn, "1234567890123");
	assert_string_equal(t[0].isrc, "USABC0512345");
	assert_int_equal(t[0].control, CD_COPY_PERMITTED | CD_PREEMPHASIS);
	assert_int_equal(t[0].pregap, -150);
	assert_int_equal(t[0].start, 0);
	assert_int_equal(t[0].indices, 1);
	assert_int_equal(t[0].index[0], 150);
	assert_int_equal(t[1].pregap, 310);
	assert_int_equal(t[0].end, 310);
	assert_int_equal(t[1].start, 375);
	assert_int_equal(t[2].pregap, 675);
	assert_int_equal(t[2].start, 825);
	assert_int_equal(t[2].end, 1150);
	assert_true(cd_text_get(l->text, l->text_packs, CD_TEXT_TITLE, 2, text, sizeof(text)) > 0);
	assert_string_equal(text, "Zwei \xfc");
	assert_true(cd_text_get(l->text, l->text_packs, CD_TEXT_PERFORMER, 0, text,
				sizeof(text)) > 0);
	assert_string_equal(text, "Somebody");
	assert_string_equal(cd_layout_name(l), "audio CD");
}

static void test_cue(void **state)
{
	struct disc_image *image;
	uint8_t data[2 * CD_RAW];

	(void)state;
	make_file("audio.bin", 1000 * CD_RAW, NULL, 0);
	make_text("audio.cue", cue);
	image = open_image("audio.cue");
	expect_audio(disc_image_layout(image));
	assert_int_equal(disc_image_blocks(image), 1150);
	assert_int_equal(disc_image_read(image, 400, 1, CD_RAW, data, NULL, 0), 0);
	assert_int_equal(data[0], byte_at(400ull * CD_RAW));
	/* The pause of track 3 is in no file, what follows lies before it there */
	assert_int_equal(disc_image_read(image, 824, 2, CD_RAW, data, NULL, 0), 0);
	assert_int_equal(data[5], 0);
	assert_int_equal(data[CD_RAW + 5], byte_at(675ull * CD_RAW + 5));
	assert_int_equal(disc_image_read(image, -150, 1, CD_RAW, data, NULL, 0), 0);
	assert_true(disc_image_read(image, 1150, 1, CD_RAW, data, NULL, 0) < 0);
	assert_true(disc_image_read(image, 0, 1, DISC_DATA, data, NULL, 0) < 0);
	disc_image_close(image);
}

/* A layout that is written and read again stays the same. */
static void again(enum disc_sheet kind, const char *name)
{
	struct disc_image *image = open_image("audio.cue"), *second;
	FILE *f;
	char *text = disc_sheet_write(kind, disc_image_layout(image), "whole.bin", NULL);
	uint8_t one[CD_RAW], two[CD_RAW];
	int32_t lba;

	assert_non_null(text);
	make_text(name, text);
	free(text);
	f = fopen(path_of("whole.bin"), "w");
	for (lba = 0; lba < 1150; lba++) {
		assert_int_equal(disc_image_read(image, lba, 1, CD_RAW, one, NULL, 0), 0);
		assert_int_equal(fwrite(one, sizeof(one), 1, f), 1);
	}
	fclose(f);
	second = open_image(name);
	expect_audio(disc_image_layout(second));
	for (lba = 0; lba < 1150; lba += 49) {
		assert_int_equal(disc_image_read(image, lba, 1, CD_RAW, one, NULL, 0), 0);
		assert_int_equal(disc_image_read(second, lba, 1, CD_RAW, two, NULL, 0), 0);
		assert_memory_equal(one, two, CD_RAW);
	}
	disc_image_close(second);
	disc_image_close(image);
}

static void test_write_cue(void **state)
{
	(void)state;
	again(DISC_SHEET_CUE, "whole.cue");
}

static void test_write_toc(void **state)
{
	(void)state;
	again(DISC_SHEET_TOC, "whole.toc");
}

/* A CD-Extra: audio, then a session of data, in one file. */
static void test_sessions(void **state)
{
	static const char extra[] =
		"FILE \"audio.bin\" BINARY\n"
		"REM SESSION 01\n"
		"  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"
		"REM SESSION 02\n"
		"  TRACK 02 MODE2/2352\n    INDEX 01 00:08:00\n";
	struct disc_image *image;
	const struct cd_layout *l;
	struct cd_session s;
	uint8_t data[CD_RAW];
	char *text;

	(void)state;
	make_text("extra.cue", extra);
	image = open_forced("extra.cue");
	l = disc_image_layout(image);
	assert_int_equal(l->sessions, 2);
	assert_int_equal(l->track[0].end, 600);
	assert_int_equal(l->track[1].start, 600 + 11400);
	assert_int_equal(l->track[1].pregap, 600 + 11250);
	assert_true(cd_session(l, 1, &s));
	assert_int_equal(s.disc_type, 0x20);
	assert_false(cd_session(l, 2, &s));
	assert_string_equal(cd_layout_name(l), "CD-Extra");
	assert_int_equal(disc_image_read(image, 12000, 1, CD_RAW, data, NULL, 0), 0);
	assert_int_equal(data[0], byte_at(600ull * CD_RAW));
	assert_null(disc_sheet_write(DISC_SHEET_TOC, l, "x.bin", NULL));
	text = disc_sheet_write(DISC_SHEET_CUE, l, "audio.bin", NULL);
	make_text("extra2.cue", text);
	free(text);
	disc_image_close(image);
	image = open_forced("extra2.cue");
	assert_int_equal(disc_image_layout(image)->track[1].start, 12000);
	disc_image_close(image);
}

/* 2048 bytes of each sector in the file: the rest is made. */
static void test_made(void **state)
{
	struct disc_image *image;
	uint8_t raw[CD_RAW], user[2048];

	(void)state;
	make_file("data.bin", 400 * 2048, NULL, 0);
	make_text("data.cue", "FILE data.bin BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n");
	image = open_image("data.cue");
	assert_true(cd_layout_plain(disc_image_layout(image)));
	assert_int_equal(disc_image_read(image, 20, 1, CD_RAW, raw, NULL, 0), 0);
	assert_int_equal(disc_image_read(image, 20, 1, DISC_DATA, user, NULL, 0), 0);
	assert_true(cd_sector_intact(raw, CD_MODE1));
	assert_int_equal(cd_sector_lba(raw), 20);
	assert_memory_equal(raw + 16, user, 2048);
	disc_image_close(image);
	make_text("xa.toc", "CD_ROM_XA\nTRACK MODE2_FORM1\nDATAFILE \"data.bin\" // 400\n");
	image = open_image("xa.toc");
	assert_int_equal(disc_image_blocks(image), 400);
	assert_int_equal(disc_image_read(image, 20, 1, CD_RAW, raw, NULL, 0), 0);
	assert_true(cd_sector_intact(raw, CD_XA1));
	assert_memory_equal(raw + 24, user, 2048);
	assert_int_equal(disc_image_read(image, -3, 1, CD_RAW, raw, NULL, 0), 0);
	assert_true(cd_sector_intact(raw, CD_XA1));
	disc_image_close(image);
}

/* A sheet that comes back to a file which it had left. */
static void test_again(void **state)
{
	static const char silence[] =
		"FILE audio.bin BINARY\n"
		"TRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:08:00\n"
		"FILE other.bin BINARY\nTRACK 03 AUDIO\nINDEX 01 00:00:00\n"
		"FILE audio.bin BINARY\n"
		"TRACK 04 AUDIO\nINDEX 01 00:00:00\nTRACK 05 AUDIO\nINDEX 01 00:05:00\n";
	struct disc_image *image;
	const struct cd_track *t;
	uint8_t raw[CD_RAW];

	(void)state;
	make_file("other.bin", 400 * CD_RAW, NULL, 0);
	make_text("again.cue", silence);
	image = open_image("again.cue");
	t = disc_image_layout(image)->track;
	assert_int_equal(t[3].start - t[2].start, 400);
	assert_int_equal(t[4].start - t[3].start, 375);
	assert_int_equal(t[4].end - t[4].start, t[1].end - t[0].start - 375);
	assert_int_equal(disc_image_read(image, t[3].start, 1, CD_RAW, raw, NULL, 0), 0);
	assert_int_equal(raw[0], byte_at(0));
	assert_int_equal(disc_image_read(image, t[4].start, 1, CD_RAW, raw, NULL, 0), 0);
	assert_int_equal(raw[0], byte_at(375ull * CD_RAW));
	disc_image_close(image);
}

/* In its middle nobody knows where it goes on, least of all with sectors of two sizes. */
static void test_goes_back(void **state)
{
	(void)state;
	make_file("other.bin", 400 * CD_RAW, NULL, 0);
	make_text("middle.cue",
		  "FILE audio.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
		  "FILE other.bin BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:00\n"
		  "FILE audio.bin BINARY\nTRACK 03 AUDIO\nINDEX 01 00:08:00\n");
	refused("middle.cue", "track 3 goes back into the middle of audio.bin");
	make_text("sizes.cue",
		  "FILE audio.bin BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n"
		  "TRACK 02 AUDIO\nINDEX 01 00:08:00\n"
		  "FILE other.bin BINARY\nTRACK 03 AUDIO\nINDEX 01 00:00:00\n"
		  "FILE audio.bin BINARY\nTRACK 04 MODE1/2048\nINDEX 01 00:01:00\n"
		  "TRACK 05 AUDIO\nINDEX 01 00:07:00\n");
	refused("sizes.cue", "track 4 goes back into the middle of audio.bin");
}

static void test_wave(void **state)
{
	uint8_t head[44] = "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\2\0\x44\xac\0\0\x10\xb1\2\0\4\0\x10\0data";
	struct disc_image *image;
	uint8_t raw[CD_RAW];
	uint32_t size = 350 * CD_RAW + 100;

	(void)state;
	memcpy(head + 40, &size, 4);
	make_file("song.wav", size, head, sizeof(head));
	make_text("song.cue", "FILE \"song.wav\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n");
	image = open_image("song.cue");
	assert_int_equal(disc_image_blocks(image), 351);
	assert_int_equal(disc_image_read(image, 350, 1, CD_RAW, raw, NULL, 0), 0);
	assert_int_equal(raw[99], byte_at(350ull * CD_RAW + 99));
	assert_int_equal(raw[100], 0);
	disc_image_close(image);
	head[24] = 0x40;
	make_file("slow.wav", size, head, sizeof(head));
	make_text("slow.cue", "FILE \"slow.wav\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n");
	refused("slow.cue", "not 44100 Hz");
}

static const char ccd[] =
	"[CloneCD]\nVersion=3\n[Disc]\nTocEntries=5\nSessions=1\nCATALOG=9876543210987\n"
	"[Session 1]\nPreGapMode=2\n"
	"[Entry 0]\nSession=1\nPoint=0xa0\nADR=0x01\nControl=0x04\nPLBA=4350\n"
	"[Entry 1]\nSession=1\nPoint=0xa1\nADR=0x01\nControl=0x00\nPLBA=8850\n"
	"[Entry 2]\nSession=1\nPoint=0xa2\nADR=0x01\nControl=0x00\nPLBA=1000\n"
	"[Entry 3]\nSession=1\nPoint=0x01\nADR=0x01\nControl=0x04\nPLBA=0\n"
	"[Entry 4]\nSession=1\nPoint=0x02\nADR=0x01\nControl=0x02\nPLBA=600\n"
	"[TRACK 1]\nMODE=1\nINDEX 1=0\n"
	"[TRACK 2]\nMODE=0\nINDEX 0=450\nINDEX 1=600\nINDEX 2=700\nISRC=USABC0512346\n";

static void test_ccd(void **state)
{
	const struct cd_layout *l;
	struct disc_image *image;
	uint8_t raw[CD_RAW];

	(void)state;
	make_file("disc.img", 1000 * CD_RAW, NULL, 0);
	make_text("disc.ccd", ccd);
	image = open_forced("disc.ccd");
	l = disc_image_layout(image);
	assert_int_equal(l->tracks, 2);
	assert_string_equal(l->mcn, "9876543210987");
	assert_int_equal(l->track[0].type, CD_MODE1);
	assert_int_equal(l->track[0].end, 450);
	assert_int_equal(l->track[1].start, 600);
	assert_int_equal(l->track[1].index[0], 700);
	assert_int_equal(l->track[1].end, 1000);
	assert_int_equal(l->track[1].control, CD_COPY_PERMITTED);
	assert_string_equal(l->track[1].isrc, "USABC0512346");
	assert_string_equal(cd_layout_name(l), "mixed mode CD");
	assert_int_equal(disc_image_read(image, 999, 1, CD_RAW, raw, NULL, 0), 0);
	assert_int_equal(raw[7], byte_at(999ull * CD_RAW + 7));
	disc_image_close(image);
}

/* Two sessions: the .img has nothing of what lies between them.  CD-Text as it is on the disc. */
#define SESSIONS \
	"[Entry 0]\nSession=1\nPoint=1\nControl=0\nPLBA=0\n" \
	"[Entry 1]\nSession=1\nPoint=0xa2\nControl=0\nPLBA=600\n" \
	"[Entry 2]\nSession=2\nPoint=2\nControl=4\nPLBA=12000\n" \
	"[Entry 3]\nSession=2\nPoint=0xa2\nControl=4\nPLBA=12400\n" \
	"[TRACK 1]\n \tMODE=0 \r\nINDEX 1=0\n[TRACK 2]\nMODE=2\nINDEX 1=600\n"

static void test_ccd_sessions(void **state)
{
	const struct cd_text texts[] = { { CD_TEXT_TITLE, 0, "Whole" }, { CD_TEXT_TITLE, 1, "One" } };
	uint8_t packs[8 * CD_TEXT_PACK], raw[CD_RAW];
	const struct cd_layout *l;
	struct disc_image *image;
	char sheet[2048], text[16];
	int n, i, k, len;

	(void)state;
	n = cd_text_build(texts, 2, 1, 2, CD_TEXT_ENGLISH, packs, 8);
	assert_true(n > 3);
	len = sprintf(sheet, SESSIONS "[CDText]\nEntries=%d\n", n);
	for (i = 0; i < n; i++) {
		len += sprintf(sheet + len, "Entry %d=", i);
		for (k = 0; k < 16; k++)
			len += sprintf(sheet + len, "%02x ", packs[CD_TEXT_PACK * i + k]);
		len += sprintf(sheet + len, "\n");
	}
	make_file("two.img", 1000 * CD_RAW, NULL, 0);
	make_text("two.ccd", sheet);
	image = open_forced("two.ccd");
	l = disc_image_layout(image);
	assert_int_equal(l->sessions, 2);
	assert_int_equal(l->track[0].end, 600);
	assert_int_equal(l->track[1].pregap, 12000 - CD_PREGAP);
	assert_int_equal(l->track[1].end, 12400);
	assert_int_equal(l->track[1].type, CD_XA1);
	assert_int_equal(disc_image_read(image, 12000, 1, CD_RAW, raw, NULL, 0), 0);
	assert_int_equal(raw[9], byte_at(600ull * CD_RAW + 9));
	assert_int_equal(disc_image_read(image, 700, 1, CD_RAW, raw, NULL, 0), -ERANGE);
	/* With the checksums that the sheet lacks */
	assert_int_equal(l->text_packs, n);
	assert_memory_equal(l->text, packs, (size_t)n * CD_TEXT_PACK);
	assert_int_equal(cd_text_get(l->text, l->text_packs, CD_TEXT_TITLE, 1, text, 16), 3);
	disc_image_close(image);
}

/* Subchannels of two tracks, 450 to 599 the pause between them, an index 2 at 700 */
static void make_sub(const char *name)
{
	uint8_t sub[CD_SUBCODE] = { 0 }, *q = sub + CD_Q;
	FILE *f = fopen(path_of(name), "w");
	int32_t lba;

	assert_non_null(f);
	for (lba = 0; lba < 1000; lba++) {
		uint8_t track = lba < 450 ? 1 : 2;
		uint8_t index = lba < 450 ? 1 : lba < 600 ? 0 : lba < 700 ? 1 : 2;

		if (lba % 98 == 25)
			cd_q_mcn(q, 0, "9876543210987", lba);
		else if (lba % 98 == 60 && index)
			cd_q_isrc(q, 0, track == 1 ? "USABC0512345" : "USABC0512346", lba);
		else
			cd_q_position(q, 0, track, index, (uint32_t)lba, lba);
		if (lba == 25 || lba % 98 == 90)
			q[3] ^= 1;	/* its checksum is wrong: others tell */
		assert_int_equal(fwrite(sub, sizeof(sub), 1, f), 1);
	}
	fclose(f);
}

#define CCD_ENTRIES \
	"[Entry 0]\nSession=1\nPoint=0xa2\nControl=0\nPLBA=1000\n" \
	"[Entry 1]\nSession=1\nPoint=1\nControl=0\nPLBA=0\n" \
	"[Entry 2]\nSession=1\nPoint=2\nControl=0\nPLBA=600\n"

/* What the .ccd does not tell is in the subchannels beside it. */
static void test_ccd_sub(void **state)
{
	const struct cd_layout *l;
	struct disc_image *image;

	(void)state;
	make_file("sub.img", 1000 * CD_RAW, NULL, 0);
	make_sub("sub.sub");
	make_text("sub.ccd", CCD_ENTRIES "[TRACK 1]\nMODE=0\nINDEX 1=0\n"
		  "[TRACK 2]\nMODE=0\nINDEX 1=600\nISRC=USABC0599999\n");
	image = open_image("sub.ccd");
	l = disc_image_layout(image);
	assert_string_equal(l->mcn, "9876543210987");
	assert_string_equal(l->track[0].isrc, "USABC0512345");
	assert_string_equal(l->track[1].isrc, "USABC0599999");
	assert_int_equal(l->track[1].pregap, 600);	/* it does tell that */
	disc_image_close(image);
	make_text("sub.ccd", CCD_ENTRIES);
	image = open_image("sub.ccd");
	l = disc_image_layout(image);
	assert_string_equal(l->track[1].isrc, "USABC0512346");
	assert_int_equal(l->track[0].end, 450);
	assert_int_equal(l->track[1].pregap, 450);
	assert_int_equal(l->track[1].indices, 1);
	assert_int_equal(l->track[1].index[0], 700);
	disc_image_close(image);
}

/* A data track of which the .ccd does not say more */
static void test_ccd_mode(void **state)
{
	struct disc_image *image;
	uint8_t raw[CD_RAW];

	(void)state;
	cd_sector_build(raw, CD_XA1, 0, NULL, NULL);
	make_file("xa.img", 999 * CD_RAW, raw, sizeof(raw));
	make_text("xa.ccd", "[Entry 0]\nSession=1\nPoint=0xa2\nControl=4\nPLBA=1000\n"
		  "[Entry 1]\nSession=1\nPoint=1\nControl=4\nPLBA=0\n");
	image = open_image("xa.ccd");
	assert_int_equal(disc_image_layout(image)->track[0].type, CD_XA1);
	disc_image_close(image);
}

static void test_refused(void **state)
{
	static const struct { const char *text, *why; } sheets[] = {
		{ "", "there is no TRACK" },
		{ "TRACK 01 AUDIO\n", "TRACK before any FILE" },
		{ "FILE nowhere.bin BINARY\n", "belongs beside the sheet" },
		{ "FILE ../../etc/passwd BINARY\n", "belongs beside the sheet" },
		{ "FILE audio.bin MP3\n", "convert it to WAVE" },
		{ "FILE audio.bin BINARY\nTRACK 01 AUDIO\n", "has no index 1" },
		{ "FILE audio.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:99:00\n", "line 3" },
		{ "FILE audio.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 01:00:00\n",
		  "not as long as track 1" },
		{ "FILE audio.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:05:00\nTRACK 02 AUDIO\n"
		  "INDEX 01 00:04:00\n", "begins before track 1" },
		{ "FILE audio.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 03 AUDIO\n",
		  "out of order" },
	};
	static const struct { const char *text, *why; } ccds[] = {
		{ "[Disc]\n", "there is no track" },
		{ "[TRACK 100]\n", "there is no track 100" },
		{ "[TRACK 1]\nMODE=3\n", "MODE is 0, 1 or 2" },
		{ "[TRACK 1]\nINDEX 99=0\n", "from 0 to 98" },
		{ "[TRACK 1]\nINDEX 1=-1\n", "an address" },
		{ "[CDText]\nEntry 0=80 00 00 00 41\n", "16 bytes" },
		{ "[Entry 0]\nSession=1\nPoint=1\nPLBA=-5\n", "begins at no address" },
		{ SESSIONS, "not as long as track 1" },
		{ "[Entry 0]\nSession=1\nPoint=1\nPLBA=0\n", "ends before it begins" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sheets) / sizeof(*sheets); i++) {
		make_text("bad.cue", sheets[i].text);
		refused("bad.cue", sheets[i].why);
	}
	make_text("bad.toc", "CD_DA\nTRACK AUDIO\nFILE \"audio.bin\" 0 20:00:00\n");
	refused("bad.toc", "not as long as that");
	make_text("bad.ccd", "[Entry 0]\nSession=1\nPoint=1\nPLBA=0\nControl=4\n");
	refused("bad.ccd", "bad.img");
	make_file("bad.img", 100 * CD_RAW, NULL, 0);
	for (i = 0; i < sizeof(ccds) / sizeof(*ccds); i++) {
		make_text("bad.ccd", ccds[i].text);
		refused("bad.ccd", ccds[i].why);
	}
}

static int set_up(void **state)
{
	(void)state;
	return temp_folder_make("image", folder, sizeof(folder));
}

static int tear_down(void **state)
{
	(void)state;
	return temp_folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_cue),
		cmocka_unit_test(test_write_cue),
		cmocka_unit_test(test_write_toc),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_goes_back),
		cmocka_unit_test(test_wave),
		cmocka_unit_test(test_ccd),
		cmocka_unit_test(test_ccd_sessions),
		cmocka_unit_test(test_ccd_sub),
		cmocka_unit_test(test_ccd_mode),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
