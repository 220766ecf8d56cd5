// SPDX-License-Identifier: GPL-2.0
/* Recordings: which files are accepted, what is left out, and how one plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "changer_rig.h"
#include "recording.h"
#include "replay.h"
#include "subcode.h"

#define HEAD "discmux-recording 1\ntype 5\n"
#define READY "cdb 00 00 00 00 00 00\n"

static struct recording *parsed(const char *text)
{
	struct recording *rec;
	char err[256] = "";

	if (recording_parse(text, strlen(text), &rec, err, sizeof(err)))
		fail_msg("%s", err);
	return rec;
}

static void refused(const char *text, const char *why)
{
	struct recording *rec;
	char err[256] = "";

	assert_int_equal(recording_parse(text, strlen(text), &rec, err, sizeof(err)), -22);
	if (!strstr(err, why))
		fail_msg("'%s' does not say '%s'", err, why);
	assert_null(rec);
}

/* ---- The format ------------------------------------------------------------- */

static void a_recording_is_read(void **state)
{
	struct recording *rec = parsed(
		"discmux-recording 1\n# for people\n\ntype 5\nblanked data titles\n"
		"cdb 12 00 00 00 24 00 in 36  # INQUIRY\ndata 05 80\r\ndata 02\nzeros 3\ngood 12 us\n"
		"part discmux media\n"
		"cdb 28 00 00 00 00 00 00 00 01 00 in 2048\nblank 2048 0123456789ABCDEF\n"
		"sense 70 00 01\ngood 7 us\n"
		"cdb 00 00 00 00 00 00\nsense 70 00 06 00 00 00 00 0a 00 00 00 00 29 00\n"
		"status 02 100 us\n"
		"cdb 55 10 00 00 00 00 00 00 04 00 out 4\ndata 00 01 02 03\nlost timeout 30000000 us\n");
	const struct recording_exchange *x = rec->exchange;

	(void)state;
	assert_int_equal(rec->type, 5);
	assert_int_equal(rec->blanked, RECORDING_BLANKED_DATA | RECORDING_BLANKED_TITLES);
	assert_int_equal(rec->count, 4);
	assert_int_equal(rec->parts, 2);
	assert_int_equal(x[0].cdb_len, 6);
	assert_int_equal(x[0].dir, RECORDING_IN);
	assert_int_equal(x[0].length, 36);
	assert_int_equal(x[0].data_len, 6);
	assert_memory_equal(x[0].data, "\x05\x80\x02\0\0\0", 6);
	assert_int_equal(x[0].micros, 12);
	assert_int_equal(x[0].part, 0);
	assert_int_equal(x[1].part, 1);
	assert_int_equal(x[1].blank_len, 2048);
	assert_true(x[1].blank_sum == 0x0123456789abcdefull);
	assert_int_equal(x[1].sense_len, 3);
	assert_int_equal(x[1].status, 0);
	assert_int_equal(x[2].status, 2);
	assert_int_equal(x[2].sense_len, 14);
	assert_int_equal(x[3].dir, RECORDING_OUT);
	assert_int_equal(x[3].loss, RECORDING_TIMEOUT);
	recording_free(rec);
}

static void what_was_being_written_is_left_out(void **state)
{
	struct recording *rec = parsed(HEAD READY "good 1 us\ncdb 12 00 00 00 24 00 in 36\ndata 05");

	(void)state;
	assert_int_equal(rec->count, 1);
	recording_free(rec);
}

static void what_is_none_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "line 1: this is no recording" },
		{ "hello\n", "line 1: this is no recording" },
		{ "discmux-recording 2\n", "version 2 is not known" },
		{ "discmux-recording\n", "version is missing" },
		{ "discmux-recording 1 2\n", "'2' is too much" },
		{ "discmux-recording 1\n" READY, "line 2: type must come first" },
		{ "discmux-recording 1\ntype 7\n", "bad type 7" },
		{ HEAD "type 8\n", "type is there already" },
		{ "discmux-recording 1\nblanked data\n", "type is missing" },
		{ HEAD, "there is no command" },
		{ HEAD "blanked names\n", "bad 'names'" },
		{ HEAD "blanked data\nblanked data\n", "blanked is there already" },
		{ HEAD "hello\n", "'hello' is not known" },
		{ HEAD "good 1 us\n", "write cdb first" },
		{ HEAD "cdb 00 00 00 00 00\n", "6 to 16 bytes" },
		{ HEAD "cdb 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n", "more than 16" },
		{ HEAD "cdb 00 00 00 00 00 00 0\n", "bad '0'" },
		{ HEAD READY READY, "has no end" },
		{ HEAD READY "part x\n", "has no end" },
		{ HEAD "cdb 12 00 00 00 24 00 in\n", "length is missing" },
		{ HEAD "cdb 12 00 00 00 24 00 in 0\n", "no bytes" },
		{ HEAD "cdb 12 00 00 00 24 00 in 36 x\n", "'x' is too much" },
		{ HEAD "cdb 12 00 00 00 24 00 in 16777217\n", "at most 16777216" },
		{ HEAD "cdb 12 00 00 00 24 00 in 99999999999999999999\n", "at most" },
		{ HEAD READY "data 00\n", "more data than the 0 bytes" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\ndata 00 00 00\n", "more data than the 2 bytes" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\ndata\n", "no bytes" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\ndata 0g\n", "'0g' is no byte" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\nzeros 3\n", "more data than the 2 bytes" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\nzeros 0\n", "no bytes" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2000000\nzeros 1048577\n", "at most 1048576" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2000000\nzeros 1048576\nzeros 1\n", "write blank" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\nblank 3 0123456789abcdef\n", "1 to 2 bytes" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\nblank 2\n", "sum is missing" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\nblank 2 0123456789abcdeg\n", "bad sum" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\nblank 2 0123456789abcdef\ndata 00\n",
		  "blank is the last" },
		{ HEAD "cdb 12 00 00 00 24 00 in 2\ndata 00\nblank 1 0123456789abcdef\n",
		  "goes with no other" },
		{ HEAD READY "sense 70\nsense 70\n", "sense is there already" },
		{ HEAD READY "status 00 1 us\n", "other than 00" },
		{ HEAD READY "status 2 1 us\n", "two hexadecimal digits" },
		{ HEAD READY "good\n", "time is missing" },
		{ HEAD READY "good 1\n", "microseconds" },
		{ HEAD READY "good 1 ms\n", "microseconds" },
		{ HEAD READY "good -1 us\n", "decimal" },
		{ HEAD READY "good 3600000001 us\n", "at most 3600000000" },
		{ HEAD READY "lost forever 1 us\n", "lost how" },
	};
	char text[2 * RECORDING_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(cases[i].text, cases[i].why);
	memset(text, '#', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	memcpy(text, HEAD, strlen(HEAD));
	refused(text, "line 3: it is longer than 1024");
}

static void zero_bytes_are_refused(void **state)
{
	static const char text[] = HEAD "# a\0b\n" READY "good 1 us\n";
	struct recording *rec;
	char err[256];

	(void)state;
	assert_int_equal(recording_parse(text, sizeof(text) - 1, &rec, err, sizeof(err)), -22);
	assert_non_null(strstr(err, "line 3: there is a zero byte"));
}

static void limits_hold(void **state)
{
	size_t size = 8u << 20;
	char *text = malloc(size), *at = text;
	struct recording *rec;
	char err[256];

	(void)state;
	assert_non_null(text);
	at += sprintf(at, HEAD);
	for (int i = 0; i < 16; i++)
		at += sprintf(at, "part x\n" READY "good 1 us\n");
	assert_int_equal(recording_parse(text, (size_t)(at - text), &rec, err, sizeof(err)), 0);
	assert_int_equal(rec->parts, 16);
	recording_free(rec);
	at += sprintf(at, "part x\n");
	refused(text, "more than 16 parts");
	at = text + sprintf(text, HEAD);
	for (int i = 0; i < 65; i++)
		at += sprintf(at, "cdb 12 00 00 00 24 00 in 1048576\nzeros 1048576\ngood 1 us\n");
	refused(text, "more than 64 MiB of data in all");
	free(text);
}

static char *printed(const struct recording *rec)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	unsigned int part = 0;

	assert_non_null(f);
	recording_print_head(f, rec->type, rec->blanked, "made\nby a test");
	for (size_t i = 0; i < rec->count; i++) {
		for (; part < rec->exchange[i].part; part++)
			recording_print_part(f, "two\nlines");
		recording_print_exchange(f, rec->type, &rec->exchange[i]);
	}
	assert_int_equal(fclose(f), 0);
	return text;
}

static void what_is_printed_is_read_again(void **state)
{
	struct recording *rec = parsed(
		HEAD "blanked serials\ncdb 12 00 00 00 60 00 in 200\ndata 05 00\nzeros 40\ndata 01\n"
		"zeros 33\ndata 00 00 01\nzeros 3\ngood 12 us\npart x\n"
		"cdb a8 00 00 00 00 00 00 00 00 01 00 00 in 2048\nblank 2048 00000000000000ff\n"
		"good 0 us\n"
		READY "sense 72 06 29 00\nstatus 02 9 us\n"
		READY "lost gone 5 us\n" READY "lost failed 5 us\n" READY "lost aborted 5 us\n");
	char *once = printed(rec), *twice;
	struct recording *again = parsed(once);

	(void)state;
	assert_int_equal(again->exchange[0].data_len, rec->exchange[0].data_len);
	assert_memory_equal(again->exchange[0].data, rec->exchange[0].data,
			    rec->exchange[0].data_len);
	twice = printed(again);
	assert_string_equal(once, twice);
	assert_non_null(strstr(once, "# Inquiry\n"));
	assert_non_null(strstr(once, "data 05\nzeros 41\ndata 01\nzeros 35\ndata 01 00 00 00\n"));
	free(once);
	free(twice);
	recording_free(rec);
	recording_free(again);
}

/* ---- What is left out --------------------------------------------------------- */

static struct recording_exchange reply_of(const uint8_t *cdb, size_t cdb_len, const void *data,
					  size_t len)
{
	struct recording_exchange x = {
		.cdb_len = (uint8_t)cdb_len, .dir = RECORDING_IN, .length = (uint32_t)len,
		.data_len = (uint32_t)len, .data = malloc(len),
	};

	assert_non_null(x.data);
	memcpy(x.cdb, cdb, cdb_len);
	memcpy(x.data, data, len);
	return x;
}

#define REPLY(data, len, ...) \
	reply_of((const uint8_t []){ __VA_ARGS__ }, sizeof((uint8_t []){ __VA_ARGS__ }), data, len)

static struct recording_blanker all_out(uint8_t type)
{
	return (struct recording_blanker){
		.type = type, .what = RECORDING_BLANKED_DATA | RECORDING_BLANKED_TITLES |
				      RECORDING_BLANKED_SERIALS,
	};
}

static void data_are_left_out(void **state)
{
	struct recording_blanker b = all_out(5);
	struct recording_exchange x = REPLY("secret", 6, 0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0);
	struct recording_exchange y = REPLY("secret", 6, 0xbe, 0, 0, 0, 0, 0, 0, 0, 1, 0xf8, 0, 0);
	struct recording_exchange z = REPLY("secreT", 6, 0xa8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
	struct recording_exchange key = REPLY("secret", 6, 0xad, 0, 0, 0, 0, 0, 0, 2, 8, 4, 0, 0);
	struct recording_exchange out = REPLY("secret", 6, 0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0);
	struct recording_exchange page = REPLY("page 5", 6, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 6, 0);

	(void)state;
	out.dir = page.dir = RECORDING_OUT;
	assert_int_equal(recording_blank(&b, &x), 0);
	assert_int_equal(recording_blank(&b, &y), 0);
	assert_int_equal(recording_blank(&b, &z), 0);
	assert_int_equal(recording_blank(&b, &key), 0);
	assert_int_equal(recording_blank(&b, &out), 0);
	assert_int_equal(recording_blank(&b, &page), 0);
	assert_int_equal(x.data_len, 0);
	assert_int_equal(x.blank_len, 6);
	assert_true(x.blank_sum == y.blank_sum && x.blank_sum != z.blank_sum);
	assert_int_equal(key.blank_len, 6);
	assert_int_equal(out.blank_len, 6);
	assert_int_equal(page.data_len, 6);
	b.what = 0;
	recording_exchange_clear(&x);
	x = REPLY("secret", 6, 0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0);
	assert_int_equal(recording_blank(&b, &x), 0);
	assert_memory_equal(x.data, "secret", 6);
	recording_exchange_clear(&x);
	recording_exchange_clear(&y);
	recording_exchange_clear(&z);
	recording_exchange_clear(&key);
	recording_exchange_clear(&out);
	recording_exchange_clear(&page);
}

static void serials_are_disguised(void **state)
{
	static const uint8_t page80[] = "\x05\x80\0\x0d  AB-12345678";
	static const uint8_t page83[] = "\x05\x83\0\x18" "\x02\x01\0\x08" "AB-12345"
					"\x01\x03\0\x08" "\x50\x01\x02\x03\x04\x05\x06\x07";
	struct recording_blanker b = all_out(5);
	struct recording_exchange x = REPLY(page80, 17, 0x12, 1, 0x80, 0, 255, 0);
	struct recording_exchange y = REPLY(page83, 28, 0x12, 1, 0x83, 0, 255, 0);
	struct recording_exchange z = REPLY("....AB-12345678....AB-1234567.", 30, 0x46, 0, 0, 0, 0,
					    0, 0, 1, 0, 0);

	(void)state;
	assert_int_equal(recording_blank(&b, &x), 0);
	/* The same form, and a number of its own */
	assert_memory_equal(x.data, "\x05\x80\0\x0d  XX-00000001", 17);
	assert_int_equal(recording_blank(&b, &y), 0);
	assert_memory_equal(y.data + 8, "AB-12345", 8);	/* no serial number that is known */
	assert_memory_equal(y.data + 20, "\x50\x01\x02\x03\x04\0\0\x02", 8);
	assert_int_equal(recording_blank(&b, &z), 0);
	assert_memory_equal(z.data, "....XX-00000001....XX-0000000.", 30);
	recording_exchange_clear(&x);
	recording_exchange_clear(&y);
	recording_exchange_clear(&z);
	recording_blanker_free(&b);
}

static void titles_are_left_out(void **state)
{
	static const uint8_t mcn[24] = "\0\0\0\x14\x02\0\0\0\x80" "1234567890123";
	struct recording_blanker b = all_out(5);
	uint8_t text[4 + 18] = { 0, 20, 0, 0, 0x80, 1, 0, 0, 'S', 'o', 'n', 'g', 0 };
	struct recording_exchange x, y = REPLY(mcn, 24, 0x42, 0, 0x40, 2, 0, 0, 0, 0, 24, 0);
	uint16_t crc = cd_crc(text + 4, 16);

	(void)state;
	text[20] = (uint8_t)(crc >> 8);
	text[21] = (uint8_t)crc;
	x = REPLY(text, sizeof(text), 0x43, 0, 5, 0, 0, 0, 0, 1, 0, 0);
	assert_int_equal(recording_blank(&b, &x), 0);
	assert_memory_equal(x.data + 8, "xxxx\0", 5);
	crc = cd_crc(x.data + 4, 16);
	assert_int_equal(x.data[20] << 8 | x.data[21], crc);
	assert_int_equal(recording_blank(&b, &y), 0);
	assert_memory_equal(y.data + 8, "\x80" "0000000000000", 14);
	recording_exchange_clear(&x);
	recording_exchange_clear(&y);
	recording_blanker_free(&b);
}

/* ---- Asked and played --------------------------------------------------------- */

/* A device and what it said, as text */
struct asked {
	struct sim_device *dev;
	FILE *f;
	struct recording_blanker *blank;	/* NULL: nothing is left out */
	unsigned int count;
};

static int send_to(void *context, struct recording_exchange *x)
{
	struct asked *a = context;
	uint8_t cdb[16] = { 0 };
	struct iovec iov = { x->data, x->length };
	struct sim_cmd cmd = { .cdb = cdb, .iov = &iov, .iov_count = 1, .data_len = x->length };
	struct recording_exchange copy;

	memcpy(cdb, x->cdb, x->cdb_len);
	a->dev->ops->execute(a->dev, &cmd);
	assert_true(cmd.done <= x->length);
	x->data_len = (uint32_t)cmd.done;
	x->status = cmd.status;
	x->sense = cmd.sense;
	x->sense_len = cmd.status ? sizeof(cmd.sense) : 0;
	copy = *x;
	copy.data = malloc(x->length + 1u);
	assert_non_null(copy.data);
	memcpy(copy.data, x->data, x->data_len);
	if (a->blank)
		assert_int_equal(recording_blank(a->blank, &copy), 0);
	recording_print_exchange(a->f, a->dev->type, &copy);
	free(copy.data);
	x->sense = NULL;
	a->count++;
	return 0;
}

/* The caller owns the text. */
static char *ask(struct sim_device *dev, struct recording_blanker *blank, unsigned int *count)
{
	char *text = NULL;
	size_t size = 0;
	struct asked a = { .dev = dev, .f = open_memstream(&text, &size), .blank = blank };
	const struct recording_asker asker = {
		.send = send_to, .context = &a, .max_data = 1 << 20,
	};

	assert_non_null(a.f);
	recording_print_head(a.f, dev->type, 0, NULL);
	assert_int_equal(recording_ask(&asker, dev->type), 0);
	assert_int_equal(fclose(a.f), 0);
	*count = a.count;
	return text;
}

static struct sim_device *replay(const char *text, bool loop)
{
	char path[] = "/tmp/recording-XXXXXX", err[256] = "";
	struct sim_replay_config config = { .name = "replay0", .path = path, .loop = loop };
	int fd = mkstemp(path);
	struct sim_device *dev;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	dev = sim_replay_create(&config, err, sizeof(err));
	unlink(path);
	if (!dev)
		fail_msg("%s", err);
	return dev;
}

/* Plays what dev says, asks the same again, and compares. */
static void plays_as_it_was(struct sim_device *dev, unsigned int at_least)
{
	unsigned int first_count, second_count;
	char *first = ask(dev, NULL, &first_count), *second;
	struct sim_device *played = replay(first, false);
	json_t *state;

	assert_true(first_count >= at_least);
	second = ask(played, NULL, &second_count);
	assert_int_equal(first_count, second_count);
	assert_string_equal(first, second);
	state = sim_replay_describe(played);
	assert_int_equal(json_array_size(json_object_get(state, "misses")), 0);
	assert_int_equal(json_array_size(json_object_get(state, "invented")), 0);
	assert_int_equal(json_integer_value(json_object_get(state, "played")), first_count);
	json_decref(state);
	played->ops->destroy(played);
	free(first);
	free(second);
}

static uint32_t run(struct sim_device *dev, void *data, size_t len, size_t *got,
		    const uint8_t *cdb, size_t cdb_len)
{
	uint8_t padded[16] = { 0 };
	struct iovec iov = { data, len };
	struct sim_cmd cmd = { .cdb = padded, .iov = &iov, .iov_count = 1, .data_len = len };

	memcpy(padded, cdb, cdb_len);
	dev->ops->execute(dev, &cmd);
	if (got)
		*got = cmd.done;
	return cmd.status == SIM_CHECK_CONDITION ?
		SENSE(cmd.sense[2] & 0xf, cmd.sense[12], cmd.sense[13]) : cmd.status;
}

#define ASK(dev, data, len, got, ...) \
	run(dev, data, len, got, (const uint8_t []){ __VA_ARGS__ }, \
	    sizeof((uint8_t []){ __VA_ARGS__ }))
#define TUR(dev) ASK(dev, NULL, 0, NULL, 0, 0, 0, 0, 0, 0)

static void a_library_is_played(void **state)
{
	struct rig *r = rig_make();

	(void)state;
	plays_as_it_was(r->dev, 60);
	rig_free(r);
}

static void a_newer_library_is_played(void **state)
{
	static const char *const discs[] = { "AB0001L1", "AB0002L1", "ZZ9999L1" };
	struct rig *r = calloc(1, sizeof(*r));
	struct recording_blanker b = all_out(8);
	unsigned int count;
	char *text;

	(void)state;
	assert_non_null(r);
	rig_init(r, SIM_SMC3, 2, 8);
	rig_create(r);
	assert_int_equal(sim_changer_fill(r->dev, discs, 3, r->err, sizeof(r->err)), 0);
	plays_as_it_was(r->dev, 60);
	/* Its tags are left out, each for another one */
	text = ask(r->dev, &b, &count);
	assert_null(strstr(text, "41 42 30 30 30 31"));
	assert_int_equal(b.tags.count, 3);
	assert_memory_equal(b.tags.secret[0].is, "XX0000X1", 8);
	assert_memory_not_equal(b.tags.secret[0].is, b.tags.secret[1].is, 8);
	recording_blanker_free(&b);
	free(text);
	rig_free(r);
}

static void answers_come_in_their_order(void **state)
{
	static const char text[] = HEAD
		READY "sense 70 00 06 00 00 00 00 0a 00 00 00 00 29 00\nstatus 02 1 us\n"
		"cdb 12 00 00 00 24 00 in 36\ndata 05 80\ngood 1 us\n"
		READY "sense 70 00 02 00 00 00 00 0a 00 00 00 00 04 01\nstatus 02 1 us\n"
		READY "good 1 us\n"
		"part x\n" READY "status 08 1 us\n" READY "lost timeout 1 us\n";
	struct sim_device *dev = replay(text, false), *loop = replay(text, true);
	uint8_t data[36];

	(void)state;
	assert_int_equal(dev->type, 5);
	/* Its INQUIRY takes nothing of it away, whatever the control byte */
	assert_int_equal(ASK(dev, data, 36, NULL, 0x12, 0, 0, 0, 0x24, 0x04), 0);
	assert_int_equal(TUR(dev), SENSE(6, 0x29, 0));
	assert_int_equal(TUR(dev), SENSE(2, 4, 1));
	assert_int_equal(TUR(dev), 0);
	assert_int_equal(TUR(dev), SIM_BUSY);
	assert_int_equal(TUR(dev), SIM_TASK_ABORTED);
	assert_int_equal(TUR(dev), SIM_TASK_ABORTED);
	assert_int_equal(sim_replay_rewind(dev, 2), 0);
	assert_int_equal(TUR(dev), SIM_BUSY);
	assert_int_equal(ASK(dev, data, 36, NULL, 0x12, 0, 0, 0, 0x24, 0), 0);
	assert_int_equal(sim_replay_rewind(dev, 1), 0);
	assert_int_equal(TUR(dev), SENSE(6, 0x29, 0));
	assert_int_equal(sim_replay_rewind(dev, 3), -22);
	assert_int_equal(sim_replay_rewind(dev, 0), -22);
	for (int i = 0; i < 5; i++)
		TUR(loop);
	assert_int_equal(TUR(loop), SENSE(6, 0x29, 0));
	dev->ops->destroy(dev);
	loop->ops->destroy(loop);
}

static void other_lengths_are_cut_from_longer_answers(void **state)
{
	struct sim_device *dev = replay(HEAD
		"cdb 12 00 00 00 24 00 in 36\ndata 05 80 05 32 1f\ngood 1 us\n"
		"cdb 12 00 00 00 08 00 in 8\ndata 01 02 03 04 05 06 07 08\ngood 1 us\n", false);
	json_t *state_json;
	uint8_t data[64];
	size_t got;

	(void)state;
	/* The smallest answer that is long enough, and else the longest there is */
	assert_int_equal(ASK(dev, data, 4, &got, 0x12, 0, 0, 0, 4, 0), 0);
	assert_int_equal(got, 4);
	assert_int_equal(data[0], 1);
	assert_int_equal(ASK(dev, data, 12, &got, 0x12, 0, 0, 0, 12, 0), 0);
	assert_int_equal(got, 5);
	assert_int_equal(data[0], 5);
	assert_int_equal(ASK(dev, data, 64, &got, 0x12, 0, 0, 0, 64, 0), 0);
	assert_int_equal(got, 5);
	/* Another page is another question */
	assert_int_equal(ASK(dev, data, 64, &got, 0x12, 1, 0x80, 0, 36, 0), SENSE(5, 0x20, 0));
	state_json = sim_replay_describe(dev);
	assert_int_equal(json_array_size(json_object_get(state_json, "invented")), 3);
	assert_string_equal(json_string_value(json_object_get(json_array_get(
		json_object_get(state_json, "misses"), 0), "cdb")), "12 01 80 00 24 00");
	json_decref(state_json);
	dev->ops->destroy(dev);
}

static void blocks_that_were_not_read_are_zeros(void **state)
{
	struct sim_device *dev = replay(HEAD
		"cdb 25 00 00 00 00 00 00 00 00 00 in 8\ndata 00 00 00 0f 00 00 02 00\ngood 1 us\n"
		"cdb 28 00 00 00 00 02 00 00 01 00 in 512\ndata 61 62\nzeros 510\ngood 1 us\n"
		"cdb 28 00 00 00 00 08 00 00 02 00 in 1024\n"
		"sense f0 00 03 00 00 00 08 0a 00 00 00 00 11 05\nstatus 02 1 us\n", false);
	uint8_t data[2048];
	size_t got;

	(void)state;
	memset(data, 0xee, sizeof(data));
	assert_int_equal(ASK(dev, data, 2048, &got, 0x28, 0, 0, 0, 0, 1, 0, 0, 4, 0), 0);
	assert_int_equal(got, 2048);
	assert_int_equal(data[0], 0);
	assert_memory_equal(data + 512, "ab\0", 3);
	assert_int_equal(data[2047], 0);
	assert_int_equal(ASK(dev, data, 512, &got, 0xa8, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0),
			 SENSE(3, 0x11, 5));
	assert_int_equal(ASK(dev, data, 512, &got, 0x28, 0, 0, 0, 0, 15, 0, 0, 1, 0), 0);
	assert_int_equal(ASK(dev, data, 512, &got, 0x28, 0, 0, 0, 0, 16, 0, 0, 1, 0),
			 SENSE(5, 0x21, 0));
	assert_int_equal(ASK(dev, data, 512, &got, 0x28, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 2, 0),
			 SENSE(5, 0x21, 0));
	dev->ops->destroy(dev);
}

static void nothing_moves(void **state)
{
	struct sim_device *dev = replay(HEAD READY "good 1 us\n", false);
	uint8_t data[32];
	size_t got;

	(void)state;
	assert_int_equal(ASK(dev, NULL, 0, NULL, 0x1b, 0, 0, 0, 2, 0), 0);
	assert_int_equal(ASK(dev, NULL, 0, NULL, 0x1e, 0, 0, 0, 1, 0), 0);
	assert_int_equal(TUR(dev), 0);
	assert_int_equal(ASK(dev, data, 18, &got, 3, 0, 0, 0, 18, 0), 0);
	assert_int_equal(got, 18);
	assert_int_equal(data[2], 0);
	assert_int_equal(ASK(dev, NULL, 0, NULL, 0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0),
			 SENSE(5, 0x20, 0));
	dev->ops->destroy(dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recording_is_read),
		cmocka_unit_test(what_was_being_written_is_left_out),
		cmocka_unit_test(what_is_none_is_refused),
		cmocka_unit_test(zero_bytes_are_refused),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(what_is_printed_is_read_again),
		cmocka_unit_test(data_are_left_out),
		cmocka_unit_test(serials_are_disguised),
		cmocka_unit_test(titles_are_left_out),
		cmocka_unit_test(a_library_is_played),
		cmocka_unit_test(a_newer_library_is_played),
		cmocka_unit_test(answers_come_in_their_order),
		cmocka_unit_test(other_lengths_are_cut_from_longer_answers),
		cmocka_unit_test(blocks_that_were_not_read_are_zeros),
		cmocka_unit_test(nothing_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
