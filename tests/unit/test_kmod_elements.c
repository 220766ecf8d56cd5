// SPDX-License-Identifier: GPL-2.0
/* The driver's decoder of READ ELEMENT STATUS data, and replies that it refuses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kmod/elements.h"

#define MAX	16

/* A reply of pages, as it grows. */
struct reply {
	u8 bytes[1024];
	unsigned int len;
	unsigned int page;	/* where the last one begins */
	unsigned int elements;
};

static void put(u8 *at, unsigned int value, unsigned int bytes)
{
	while (bytes--) {
		at[bytes] = (u8)value;
		value >>= 8;
	}
}

static void add_page(struct reply *r, u8 type, u8 flags, unsigned int descriptor)
{
	if (!r->len)
		r->len = 8;
	r->page = r->len;
	r->bytes[r->page] = type;
	r->bytes[r->page + 1] = flags;
	put(r->bytes + r->page + 2, descriptor, 2);
	r->len += 8;
}

/* Returns the new descriptor. */
static u8 *add_element(struct reply *r, unsigned int address)
{
	unsigned int descriptor = r->bytes[r->page + 2] << 8 | r->bytes[r->page + 3];
	u8 *d = r->bytes + r->len;

	put(d, address, 2);
	r->len += descriptor;
	r->elements++;
	put(r->bytes + r->page + 5, r->len - r->page - 8, 3);
	put(r->bytes + 2, r->elements, 2);
	put(r->bytes + 5, r->len - 8, 3);
	return d;
}

/* An arm, two slots, a drive: 8 + 3 * 8 + 4 * 18 bytes. */
static void make_library(struct reply *r)
{
	memset(r, 0, sizeof(*r));
	add_page(r, DISCMUX_ELEMENT_TRANSPORT, 0, 18);
	add_element(r, 0x2000);
	add_page(r, DISCMUX_ELEMENT_STORAGE, 0, 18);
	add_element(r, 1);
	add_element(r, 2);
	add_page(r, DISCMUX_ELEMENT_DATA_TRANSFER, 0, 18);
	add_element(r, 0x3001);
}

/* In memory of exactly its size, so that reading on is seen. */
static int decode_cut(const struct reply *r, unsigned int len, struct discmux_element *out,
		      unsigned int max, bool *cut, const char **why)
{
	u8 *copy = malloc(len + !len);
	int ret;

	assert_non_null(copy);
	memcpy(copy, r->bytes, len);
	ret = dmx_elements_decode(copy, len, out, max, cut, why);
	free(copy);
	return ret;
}

static int decode(const struct reply *r, unsigned int len, struct discmux_element *out,
		  unsigned int max, const char **why)
{
	bool cut = false;
	int ret = decode_cut(r, len, out, max, &cut, why);

	assert_true(ret < 0 || !cut);
	return ret;
}

static void assert_refused(const struct reply *r, unsigned int len, unsigned int max,
			   const char *words)
{
	struct discmux_element out[MAX];
	const char *why;

	assert_int_equal(decode(r, len, out, max, &why), -EPROTO);
	assert_string_equal(why, words);
}

static void test_library(void **state)
{
	struct discmux_element out[MAX];
	const char *why = "";
	struct reply r;

	(void)state;
	make_library(&r);
	assert_int_equal(decode(&r, r.len, out, 4, &why), 4);
	assert_null(why);
	assert_int_equal(out[0].address, 0x2000);
	assert_int_equal(out[1].address, 1);
	assert_int_equal(out[2].address, 2);
	assert_int_equal(out[3].type, DISCMUX_ELEMENT_DATA_TRANSFER);
}

static void test_bits_of_the_library(void **state)
{
	struct discmux_element out[MAX];
	const char *why;
	struct reply r = { 0 };
	u8 *d;

	(void)state;
	add_page(&r, DISCMUX_ELEMENT_LABEL_PRINT, 0, 18);
	d = add_element(&r, 0x5000);
	d[2] = 0x05;	/* Except, Full */
	put(d + 4, 0x8122, 2);
	d[6] = 0x80;	/* Not bus */
	d[9] = 0xc0;	/* SValid, Invert */
	put(d + 10, 77, 2);
	d[16] = 0x8d;	/* Empty (B), Finish, Busy, Tray */
	assert_int_equal(decode(&r, r.len, out, 1, &why), 1);
	assert_int_equal(out[0].flags,
			 DISCMUX_ELEMENT_FULL | DISCMUX_ELEMENT_EXCEPT | DISCMUX_ELEMENT_NOT_BUS |
			 DISCMUX_ELEMENT_SOURCE_VALID | DISCMUX_ELEMENT_INVERT |
			 DISCMUX_ELEMENT_TRAY | DISCMUX_ELEMENT_BUSY | DISCMUX_ELEMENT_FINISH |
			 DISCMUX_ELEMENT_EMPTY_B);
	assert_int_equal(out[0].sense, 0x8122);
	assert_int_equal(out[0].source, 77);
}

static void test_volume_tag_and_identifier(void **state)
{
	static const char id[] = "VENDOR  PRODUCT         SERIAL07";
	struct discmux_element out[MAX];
	const char *why;
	struct reply r = { 0 };
	u8 serial[32] = "SERIAL07";
	u8 *d;

	(void)state;
	add_page(&r, DISCMUX_ELEMENT_DATA_TRANSFER, 0x80, 12 + 36 + 4 + sizeof(id) - 1);
	d = add_element(&r, 0x100);
	memset(d + 12, ' ', 32);
	memcpy(d + 12, "VOL001L1", 8);
	d[12 + 36 + 3] = sizeof(id) - 1;
	memcpy(d + 12 + 36 + 4, id, sizeof(id) - 1);
	assert_int_equal(decode(&r, r.len, out, 1, &why), 1);
	assert_string_equal((char *)out[0].volume_tag, "VOL001L1");
	assert_string_equal((char *)out[0].identifier, id);
	assert_true(dmx_element_identifies(&out[0], serial));
	serial[7] = '8';
	assert_false(dmx_element_identifies(&out[0], serial));

	/* An identifier that is said to reach past its descriptor ends with it. */
	d[12 + 36 + 3] = 255;
	assert_int_equal(decode(&r, r.len, out, 1, &why), 1);
	assert_string_equal((char *)out[0].identifier, id);
}

static void test_any_order_of_pages(void **state)
{
	struct discmux_element out[MAX];
	const char *why;
	struct reply r = { 0 };

	(void)state;
	add_page(&r, DISCMUX_ELEMENT_STORAGE, 0, 12);
	add_element(&r, 9);
	add_element(&r, 7);
	add_page(&r, DISCMUX_ELEMENT_TRANSPORT, 0, 16);
	add_element(&r, 8);
	add_page(&r, DISCMUX_ELEMENT_STORAGE, 0, 20);
	add_element(&r, 1);
	assert_int_equal(decode(&r, r.len, out, MAX, &why), 4);
	assert_int_equal(out[0].address, 8);
	assert_int_equal(out[1].address, 1);
	assert_int_equal(out[2].address, 7);
	assert_int_equal(out[3].address, 9);
}

/* The elements that came are there; cut is set while more were announced. */
static void test_cut_off_anywhere(void **state)
{
	static const unsigned int ends[] = { 8 + 8 + 18, 42 + 18, 60 + 18, 86 + 18 };
	struct discmux_element out[MAX];
	unsigned int len, whole;
	struct reply r;
	const char *why;
	bool cut;
	int n;

	(void)state;
	make_library(&r);
	assert_int_equal(r.len, ends[3]);
	for (len = 0; len < 8; len++)
		assert_refused(&r, len, MAX, "is shorter than a header");
	for (; len <= r.len; len++) {
		for (whole = 0; whole < 4 && ends[whole] <= len; whole++)
			;
		n = decode_cut(&r, len, out, MAX, &cut, &why);
		assert_int_equal(n, whole);
		assert_int_equal(cut, whole < 4);
		assert_null(why);
	}
}

/* The last descriptor may lack its volume tag; the source is in it all the same. */
static void test_last_descriptor_cut(void **state)
{
	struct discmux_element out[MAX];
	struct reply r = { 0 };
	const char *why;
	unsigned int i;
	bool cut;
	u8 *d;

	(void)state;
	add_page(&r, DISCMUX_ELEMENT_STORAGE, 0x80, 52);
	for (i = 1; i <= 2; i++) {
		d = add_element(&r, i);
		d[2] = 0x01;	/* Full */
		d[9] = 0x80;	/* SValid */
		put(d + 10, 70 + i, 2);
		memset(d + 12, ' ', 32);
		memcpy(d + 12, "VOL", 3);
	}
	assert_int_equal(decode(&r, r.len - 6, out, MAX, &why), 2);
	assert_string_equal((char *)out[0].volume_tag, "VOL");
	assert_int_equal(out[1].source, 72);
	assert_string_equal((char *)out[1].volume_tag, "");
	assert_int_equal(decode(&r, r.len - 40, out, MAX, &why), 2);
	assert_int_equal(decode_cut(&r, r.len - 41, out, MAX, &cut, &why), 1);
	assert_true(cut);
}

/* Byte counts that include their own headers, as one: not some of them. */
static void test_headers_counted(void **state)
{
	static const unsigned int pages[] = { 8, 8 + 8 + 18, 8 + 8 + 18 + 8 + 36 };
	struct discmux_element out[MAX];
	struct reply r;
	const char *why;
	unsigned int i;

	(void)state;
	make_library(&r);
	put(r.bytes + 5, r.len, 3);
	for (i = 0; i < 3; i++)
		put(r.bytes + pages[i] + 5, (i == 1 ? 36 : 18) + 8, 3);
	assert_int_equal(decode(&r, r.len, out, MAX, &why), 4);
	assert_int_equal(out[3].address, 0x3001);
	put(r.bytes + pages[1] + 5, 36, 3);
	assert_refused(&r, r.len, MAX, "has a page that ends within an element descriptor");
}

static void test_too_much(void **state)
{
	struct discmux_element out[MAX];
	struct reply r;
	const char *why;
	bool cut;

	(void)state;
	make_library(&r);
	assert_refused(&r, r.len, 3, "has more elements than it had a moment ago");
	make_library(&r);
	put(r.bytes + r.page + 5, 36, 3);
	assert_refused(&r, r.len, MAX, "has a page that is longer than the reply");
	make_library(&r);
	put(r.bytes + 2, 5, 2);
	put(r.bytes + 5, 0xffffff, 3);
	assert_int_equal(decode_cut(&r, r.len, out, MAX, &cut, &why), 4);
	assert_true(cut);
}

static void test_wrong_counts(void **state)
{
	struct reply r;

	(void)state;
	make_library(&r);
	put(r.bytes + 2, 5, 2);
	assert_refused(&r, r.len, MAX, "has another number of elements than it says");
	put(r.bytes + 2, 3, 2);
	assert_refused(&r, r.len, MAX, "has another number of elements than it says");
	make_library(&r);
	put(r.bytes + 5, r.len - 8 - 18 - 3, 3);
	assert_refused(&r, r.len, MAX, "ends within the header of a page");
}

static void test_wrong_descriptors(void **state)
{
	struct reply r;

	(void)state;
	make_library(&r);
	put(r.bytes + r.page + 2, 11, 2);
	assert_refused(&r, r.len, MAX, "has element descriptors that are too short");
	put(r.bytes + r.page + 2, 0, 2);
	assert_refused(&r, r.len, MAX, "has element descriptors that are too short");
	put(r.bytes + r.page + 2, 17, 2);
	assert_refused(&r, r.len, MAX, "has a page that ends within an element descriptor");
	make_library(&r);
	r.bytes[r.page] = 6;
	assert_refused(&r, r.len, MAX, "has elements of an unknown type");
	r.bytes[r.page] = 0;
	assert_refused(&r, r.len, MAX, "has elements of an unknown type");
}

static void test_overlap(void **state)
{
	struct reply r;

	(void)state;
	make_library(&r);
	add_element(&r, 0x3001);
	assert_refused(&r, r.len, MAX, "has two elements at one address");
	make_library(&r);
	add_page(&r, DISCMUX_ELEMENT_STORAGE, 0, 18);
	add_element(&r, 1);
	assert_refused(&r, r.len, MAX, "has two elements at one address");
	make_library(&r);
	add_element(&r, 2);
	assert_refused(&r, r.len, MAX, "has elements of two types at one address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_bits_of_the_library),
		cmocka_unit_test(test_volume_tag_and_identifier),
		cmocka_unit_test(test_any_order_of_pages),
		cmocka_unit_test(test_cut_off_anywhere),
		cmocka_unit_test(test_last_descriptor_cut),
		cmocka_unit_test(test_headers_counted),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_wrong_counts),
		cmocka_unit_test(test_wrong_descriptors),
		cmocka_unit_test(test_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
