// SPDX-License-Identifier: GPL-2.0
/* Images that are written: each is read again, and is the same. */
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
#include "images.h"
#include "temp_folder.h"

/* ---- Layouts --------------------------------------------------------------- */

static uint8_t packs[64 * CD_TEXT_PACK];

static void add_text(struct cd_layout *l, const struct cd_text *texts, size_t count)
{
	int n = cd_text_build(texts, count, l->track[0].number,
			      l->track[l->tracks - 1].number, CD_TEXT_ENGLISH, packs, 64);

	assert_true(n > 0);
	l->text = packs;
	l->text_packs = (size_t)n;
}

static struct cd_track *add_track(struct cd_layout *l, unsigned int session,
				  enum cd_sector type, int32_t pregap, int32_t start, int32_t end)
{
	struct cd_track *t = &l->track[l->tracks++];

	*t = (struct cd_track){
		.session = (uint8_t)session, .number = (uint8_t)l->tracks, .type = type,
		.control = type == CD_AUDIO ? 0 : CD_DATA, .pregap = pregap, .start = start,
		.end = end,
	};
	return t;
}

/* Hidden sound, a pause, indices, codes, flags, texts with what sheets have words for. */
static void make_audio(struct cd_layout *l)
{
	static const struct cd_text texts[] = {
		{ CD_TEXT_TITLE, 0, "\"Quotes\" and \\ 'more'" }, { CD_TEXT_TITLE, 1, "\xc9vora\nline" },
		{ CD_TEXT_TITLE, 2, "Two" }, { CD_TEXT_PERFORMER, 0, "Somebody" },
		{ CD_TEXT_COMPOSER, 2, "C\\" }, { CD_TEXT_DISC_ID, 0, "ID-1" },
	};
	struct cd_track *t;

	memset(l, 0, sizeof(*l));
	t = add_track(l, 1, CD_AUDIO, -CD_PREGAP, 75, 600);
	t->control = CD_COPY_PERMITTED | CD_PREEMPHASIS;
	strcpy(t->isrc, "USABC0512345");
	t->indices = 2;
	t->index[0] = 200;
	t->index[1] = 333;
	t = add_track(l, 1, CD_AUDIO, 600, 700, 1100);
	t->control = CD_FOUR_CHANNEL;
	strcpy(l->mcn, "4006381333931");
	add_text(l, texts, sizeof(texts) / sizeof(*texts));
	cd_layout_finish(l);
}

static void make_mixed(struct cd_layout *l)
{
	memset(l, 0, sizeof(*l));
	add_track(l, 1, CD_MODE1, -CD_PREGAP, 0, 400);
	add_track(l, 1, CD_AUDIO, 400, 550, 1000);
	cd_layout_finish(l);
}

static void make_sessions(struct cd_layout *l)
{
	memset(l, 0, sizeof(*l));
	add_track(l, 1, CD_AUDIO, -CD_PREGAP, 0, 600);
	add_track(l, 1, CD_AUDIO, 600, 650, 1000);
	add_track(l, 2, CD_XA1, 12250, 12400, 12800);
	add_track(l, 3, CD_XA1, 12800 + 6750, 12800 + 6900, 20100);
	cd_layout_finish(l);
}

static void same_layout(const struct cd_layout *a, const struct cd_layout *b, bool text)
{
	unsigned int i, k;

	assert_int_equal(a->tracks, b->tracks);
	assert_int_equal(a->sessions, b->sessions);
	assert_int_equal(a->disc_type, b->disc_type);
	assert_string_equal(a->mcn, b->mcn);
	for (i = 0; i < a->tracks; i++) {
		const struct cd_track *t = &a->track[i], *u = &b->track[i];

		assert_int_equal(t->session, u->session);
		assert_int_equal(t->number, u->number);
		assert_int_equal(t->control, u->control);
		assert_int_equal(t->type, u->type);
		assert_int_equal(t->pregap, u->pregap);
		assert_int_equal(t->start, u->start);
		assert_int_equal(t->end, u->end);
		assert_int_equal(t->indices, u->indices);
		for (k = 0; k < t->indices; k++)
			assert_int_equal(t->index[k], u->index[k]);
		assert_string_equal(t->isrc, u->isrc);
	}
	if (!text)
		return;
	assert_int_equal(a->text_packs, b->text_packs);
	if (a->text_packs)
		assert_memory_equal(a->text, b->text, a->text_packs * CD_TEXT_PACK);
}

/* ---- Files in memory -------------------------------------------------------- */

static const struct cd_layout *disc;
static char names[4][64];
static int nr_names;

/* A block of the file tells which it is; the sectors of data are such. */
static void make_block(uint64_t block, uint8_t *raw)
{
	int32_t lba = 0;

	assert_true(cd_file_lba(disc, block, &lba));
	if (cd_track_at(disc, lba)->type == CD_AUDIO)
		memset(raw, (int)(lba % 255 + 1), CD_RAW);
	else
		cd_sector_build(raw, cd_track_at(disc, lba)->type, lba, NULL, NULL);
}

static int open_file(void *ctx, const char *name, uint64_t *size)
{
	const char *ending = strrchr(name, '.');

	(void)ctx;
	if (!ending || nr_names == 4 || strncmp(name, "x y", 3))
		return -ENOENT;
	*size = !strcmp(ending, ".cdt") ? disc->text_packs * CD_TEXT_PACK :
		cd_file_blocks(disc) * (!strcmp(ending, ".sub") ? CD_SUBCODE : CD_RAW);
	snprintf(names[nr_names], sizeof(names[0]), "%s", name);
	return nr_names++;
}

static int read_file(void *ctx, int file, uint64_t offset, void *data, size_t len)
{
	const char *ending = strrchr(names[file], '.');
	uint64_t blocks = cd_file_blocks(disc);
	uint8_t raw[CD_RAW];
	size_t done, n;
	int32_t lba;

	(void)ctx;
	if (!strcmp(ending, ".cdt")) {
		memcpy(data, disc->text + offset, len);
		return (int)len;
	}
	if (!strcmp(ending, ".sub")) {
		assert_true(cd_file_lba(disc, offset / CD_SUBCODE, &lba));
		disc_sub_write(disc, lba, data);
		return CD_SUBCODE;
	}
	for (done = 0; done < len && (offset + done) / CD_RAW < blocks; done += n) {
		size_t at = (offset + done) % CD_RAW;

		make_block((offset + done) / CD_RAW, raw);
		n = CD_RAW - at < len - done ? CD_RAW - at : len - done;
		memcpy((uint8_t *)data + done, raw + at, n);
	}
	return (int)done;
}

static const struct disc_files files = { open_file, read_file, NULL, NULL };

static struct disc_image *again(enum disc_sheet kind, const struct cd_layout *l)
{
	char *text = disc_sheet_write(kind, l, "x y.bin", l->text_packs ? "x y.cdt" : NULL);
	struct disc_image *image;
	char err[300] = "";

	assert_non_null(text);
	disc = l;
	nr_names = 0;
	if (disc_sheet_parse(kind, text, strlen(text), &files, "x y.ccd", &image, err, sizeof(err)))
		fail_msg("%s\n%s", err, text);
	if (disc_image_notes(image))
		fail_msg("%s", disc_image_note(image, 0));
	free(text);
	return image;
}

/* Each block is at its address. */
static void same_blocks(struct disc_image *image)
{
	uint8_t want[CD_RAW], raw[CD_RAW];
	uint64_t block, blocks = cd_file_blocks(disc);
	int32_t lba;

	for (block = 0; block < blocks; block += block + 8 < blocks ? 7 : 1) {
		assert_true(cd_file_lba(disc, block, &lba));
		assert_int_equal(cd_file_block(disc, lba), block);
		make_block(block, want);
		assert_int_equal(disc_image_read(image, lba, 1, CD_RAW, raw, NULL, 0), 0);
		assert_memory_equal(raw, want, CD_RAW);
	}
	assert_false(cd_file_lba(disc, blocks, &lba));
}

static void round_trip(enum disc_sheet kind, void (*make)(struct cd_layout *l))
{
	struct cd_layout l;
	struct disc_image *image;

	make(&l);
	image = again(kind, &l);
	same_layout(disc_image_layout(image), &l, true);
	same_blocks(image);
	disc_image_close(image);
}

static void test_cue(void **state)
{
	(void)state;
	round_trip(DISC_SHEET_CUE, make_audio);
	round_trip(DISC_SHEET_CUE, make_mixed);
	round_trip(DISC_SHEET_CUE, make_sessions);
}

static void test_toc(void **state)
{
	struct cd_layout l;

	(void)state;
	round_trip(DISC_SHEET_TOC, make_audio);
	round_trip(DISC_SHEET_TOC, make_mixed);
	make_sessions(&l);
	assert_null(disc_sheet_write(DISC_SHEET_TOC, &l, "x.bin", NULL));
}

static void test_ccd(void **state)
{
	(void)state;
	round_trip(DISC_SHEET_CCD, make_audio);
	round_trip(DISC_SHEET_CCD, make_mixed);
	round_trip(DISC_SHEET_CCD, make_sessions);
}

/* What the .sub alone tells is what the .ccd does. */
static void test_sub(void **state)
{
	uint8_t sub[CD_SUBCODE], raw[CD_SUBCODE], q[CD_Q];
	struct disc_image *image;
	struct cd_layout l;
	char text[400], err[300] = "";

	(void)state;
	make_audio(&l);
	disc = &l;
	nr_names = 0;
	snprintf(text, sizeof(text), "[Entry 0]\nSession=1\nPoint=0xa2\nPLBA=%d\n"
		 "[Entry 1]\nSession=1\nPoint=1\nControl=%d\nPLBA=75\n"
		 "[Entry 2]\nSession=1\nPoint=2\nControl=%d\nPLBA=700\n", l.track[1].end,
		 l.track[0].control, l.track[1].control);
	if (disc_sheet_parse(DISC_SHEET_CCD, text, strlen(text), &files, "x y.ccd", &image, err,
			     sizeof(err)))
		fail_msg("%s", err);
	same_layout(disc_image_layout(image), &l, false);
	disc_image_close(image);
	/* P is set in a pause, and so is Q's index 0, which counts down */
	disc_sub_write(&l, 690, sub);
	assert_int_equal(sub[0], 0xff);
	cd_sub_together(sub, raw);
	cd_sub_q(raw, q);
	assert_true(cd_q_valid(q));
	assert_memory_equal(q, "\x81\2\0\0\0\x10", 6);
	/* SCMS */
	l.track[1].copy = true;
	l.track[1].control = CD_COPY_PERMITTED;
	disc_sub_write(&l, 704, sub);
	assert_int_equal(sub[CD_Q] >> 4, CD_COPY_PERMITTED);
	disc_sub_write(&l, 708, sub);
	assert_int_equal(sub[CD_Q] >> 4, 0);
}

/* A note reports what would be lost. */
static void test_lacks(void **state)
{
	static const struct { unsigned int pack, byte; uint8_t value; } odd[] = {
		{ 0, 0, CD_TEXT_GENRE },	/* begins with a code */
		{ 0, 3, 0x10 },			/* a second language */
		{ 0, 3, 0x80 },			/* of two bytes a character */
		{ 0, 0, CD_TEXT_ISRC },
	};
	struct cd_layout l;
	size_t i;

	(void)state;
	make_audio(&l);
	for (i = 0; i < 3; i++)
		assert_null(disc_sheet_lacks((enum disc_sheet)i, &l));
	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		make_audio(&l);
		packs[CD_TEXT_PACK * odd[i].pack + odd[i].byte] = odd[i].value;
		assert_string_equal(disc_sheet_lacks(DISC_SHEET_TOC, &l), "all of this CD-Text");
		assert_null(disc_sheet_lacks(DISC_SHEET_CUE, &l));
		assert_null(disc_sheet_lacks(DISC_SHEET_CCD, &l));
	}
	/* MS-JIS, so say the sizes */
	make_audio(&l);
	for (i = 0; packs[CD_TEXT_PACK * i] != CD_TEXT_SIZES; i++)
		;
	packs[CD_TEXT_PACK * i + 4] = 0x80;
	assert_non_null(disc_sheet_lacks(DISC_SHEET_TOC, &l));
	make_mixed(&l);
	l.track[1].copy = true;
	assert_non_null(disc_sheet_lacks(DISC_SHEET_TOC, &l));
	assert_non_null(disc_sheet_lacks(DISC_SHEET_CCD, &l));
	assert_null(disc_sheet_lacks(DISC_SHEET_CUE, &l));
}

/* ---- Names -------------------------------------------------------------------- */

static char folder[64];

static void put(const char *name, const void *data, size_t len)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Whatever a file is called, the sheet leads to it. */
static void test_names(void **state)
{
	static const struct { const char *name; enum disc_sheet kind; } sheets[] = {
		{ "s.cue", DISC_SHEET_CUE }, { "s.toc", DISC_SHEET_TOC },
	};
	static const char *const odd[] = {
		"a b.bin", "AC\\DC.bin", "\\101.bin", "12\" single.bin", "two\nlines.bin", "cr\r.bin",
		"tab\t.bin", " blank .bin", "caf\xc3\xa9.bin", "latin\xe9.bin", "#1.bin", "it's.bin",
		"{.bin",
	};
	static uint8_t data[1100 * CD_RAW];
	char name[64], path[300], err[400] = "", *text;
	struct disc_image *image;
	struct cd_layout l;
	size_t i, k;

	(void)state;
	make_audio(&l);
	for (i = 0; i < 2 * sizeof(odd) / sizeof(*odd); i++) {
		k = i % 2;
		snprintf(name, sizeof(name), "%s", odd[i / 2]);
		if (disc_sheet_file_name(sheets[k].kind, name))
			assert_true(!k && strpbrk(odd[i / 2], "\"\n\r\t"));
		text = disc_sheet_write(sheets[k].kind, &l, name, NULL);
		assert_non_null(text);
		put(sheets[k].name, text, strlen(text));
		data[5] = (uint8_t)i;
		put(name, data, sizeof(data));
		snprintf(path, sizeof(path), "%s/%s", folder, sheets[k].name);
		if (disc_image_open(path, &image, err, sizeof(err)))
			fail_msg("%s\n%s", err, text);
		free(text);
		assert_int_equal(disc_image_read(image, 0, 1, CD_RAW, data, NULL, 0), 0);
		assert_int_equal(data[5], i);
		disc_image_close(image);
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		assert_int_equal(unlink(path), 0);
	}
}

/* ---- Out of the store ------------------------------------------------------------ */

static struct images *store;
static char err[512];

static void add(const char *name, const char *file, char *sha256)
{
	struct images_info info;
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	if (images_add_file(store, name, path, IMAGES_REPLACE, NULL, &info, err, sizeof(err)))
		fail_msg("%s: %s", file, err);
	memcpy(sha256, info.sha256, sizeof(info.sha256));
}

static const char *const forms[] = { "cue", "toc", "ccd", "iso" };

static char noted[200];

static void note(void *arg, const char *text)
{
	(void)arg;
	snprintf(noted, sizeof(noted), "%s", text);
}

static int export_as(const char *name, const char *word)
{
	const struct images_progress progress = { .note = note };
	struct images_out to = { .folder = folder, .force = true };

	to.as = word == forms[0] ? IMAGES_AS_CUE : word == forms[1] ? IMAGES_AS_TOC :
		word == forms[2] ? IMAGES_AS_CCD : IMAGES_AS_ISO;
	*noted = '\0';
	return images_export(store, name, &to, &progress, err, sizeof(err));
}

/* Out in a form and in again: the same sectors, the same layout. */
static void out_and_in(const char *name, const char *word, const char *sha256)
{
	char file[64], again_sha256[65], command[300];
	struct images_info was, is;
	struct disc_image *before, *after;

	if (export_as(name, word))
		fail_msg("%s", err);
	snprintf(command, sizeof(command), "cd %s && sha256sum --status -c %s.sha256", folder, name);
	assert_int_equal(system(command), 0);
	snprintf(file, sizeof(file), "%s.%s", name, word);
	add("again", file, again_sha256);
	assert_string_equal(again_sha256, sha256);
	assert_int_equal(images_describe(store, name, &was, err, sizeof(err)), 0);
	assert_int_equal(images_describe(store, "again", &is, err, sizeof(err)), 0);
	assert_int_equal(disc_image_open(was.path, &before, err, sizeof(err)), 0);
	assert_int_equal(disc_image_open(is.path, &after, err, sizeof(err)), 0);
	same_layout(disc_image_layout(after), disc_image_layout(before), true);
	disc_image_close(before);
	disc_image_close(after);
}

static void put_image(const char *name, const struct cd_layout *l)
{
	char *text = disc_sheet_write(DISC_SHEET_CUE, l, "in.bin", l->text_packs ? "in.cdt" : NULL);
	uint64_t block, blocks = cd_file_blocks(l);
	uint8_t *data = malloc(blocks * CD_RAW);

	assert_true(text && data);
	disc = l;
	for (block = 0; block < blocks; block++)
		make_block(block, data + block * CD_RAW);
	put("in.bin", data, blocks * CD_RAW);
	if (l->text_packs)
		put("in.cdt", l->text, l->text_packs * CD_TEXT_PACK);
	put(name, text, strlen(text));
	free(data);
	free(text);
}

static void test_store(void **state)
{
	static uint8_t iso[400 * DISC_DATA];
	char sha256[65], path[300];
	struct cd_layout l;
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/store", folder);
	assert_int_equal(images_open(path, IMAGES_WRITE, &store, err, sizeof(err)), 0);
	make_audio(&l);
	put_image("in.cue", &l);
	add("album", "in.cue", sha256);
	for (i = 0; i < 3; i++)
		out_and_in("album", forms[i], sha256);
	assert_int_equal(export_as("album", forms[3]), -EINVAL);
	assert_non_null(strstr(err, "more than one track of data, which an .iso can't hold"));
	make_audio(&l);
	packs[3] = 0x10;
	cd_text_pack_seal(packs);
	l.track[0].copy = true;
	put_image("in.cue", &l);
	add("scms", "in.cue", sha256);
	assert_int_equal(export_as("scms", forms[2]), 0);
	assert_string_equal(noted, "in a .ccd this is lost: the alternating copy bit of SCMS; export it as cue to keep that");
	make_sessions(&l);
	put_image("in.cue", &l);
	add("extra", "in.cue", sha256);
	out_and_in("extra", forms[2], sha256);
	assert_int_equal(export_as("extra", forms[1]), -EINVAL);
	assert_non_null(strstr(err, "several sessions, which a .toc can't hold"));
	for (i = 0; i < sizeof(iso); i++)
		iso[i] = (uint8_t)(i / 7);
	put("in.iso", iso, sizeof(iso));
	add("data", "in.iso", sha256);
	for (i = 0; i < 3; i++)
		out_and_in("data", forms[i], sha256);
	out_and_in("data", forms[3], sha256);
	images_close(store);
}

/* A track of data with a code is stored with all of its sectors; its blocks make an .iso. */
static void test_store_iso(void **state)
{
	char sha256[65], path[300], damaged[340];
	struct cd_layout l;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/store", folder);
	assert_int_equal(images_open(path, IMAGES_WRITE, &store, err, sizeof(err)), 0);
	memset(&l, 0, sizeof(l));
	add_track(&l, 1, CD_MODE1, -CD_PREGAP, 0, 400);
	strcpy(l.mcn, "4006381333931");
	cd_layout_finish(&l);
	put_image("in.cue", &l);
	add("coded", "in.cue", sha256);
	assert_int_equal(export_as("coded", forms[3]), 0);
	assert_string_equal(noted, "in a .iso this is lost: codes and CD-Text; export it as cue to keep that");
	add("again", "coded.iso", sha256);
	/* What is damaged leaves nothing */
	snprintf(damaged, sizeof(damaged), "%s/coded/coded.bin", path);
	f = fopen(damaged, "r+");
	assert_non_null(f);
	fputc('!', f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/coded.img", folder);
	assert_int_equal(export_as("coded", forms[2]), -EBADMSG);
	assert_int_equal(access(path, F_OK), -1);
	images_close(store);
}

static int set_up(void **state)
{
	(void)state;
	return temp_folder_make("export", folder, sizeof(folder));
}

static int tear_down(void **state)
{
	(void)state;
	return temp_folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cue),
		cmocka_unit_test(test_toc),
		cmocka_unit_test(test_ccd),
		cmocka_unit_test(test_sub),
		cmocka_unit_test(test_lacks),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_store_iso),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
