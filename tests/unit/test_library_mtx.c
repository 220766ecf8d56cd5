// SPDX-License-Identifier: GPL-2.0
/* What mtx makes of element status, also of such that no changer should send. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mtx_elements.h"

struct reply {
	uint8_t bytes[2048];
	size_t len, page;
	unsigned int elements;
};

static void put(uint8_t *at, size_t value, unsigned int bytes)
{
	while (bytes--) {
		at[bytes] = (uint8_t)value;
		value >>= 8;
	}
}

static void add_page(struct reply *r, uint8_t type, uint8_t flags, size_t descriptor)
{
	if (!r->len)
		r->len = 8;
	r->page = r->len;
	r->bytes[r->page] = type;
	r->bytes[r->page + 1] = flags;
	put(r->bytes + r->page + 2, descriptor, 2);
	r->len += 8;
}

static uint8_t *add(struct reply *r, unsigned int address, bool full)
{
	uint8_t *d = r->bytes + r->len;

	put(d, address, 2);
	d[2] = full;
	r->len += (size_t)(r->bytes[r->page + 2] << 8 | r->bytes[r->page + 3]);
	put(r->bytes + r->page + 5, r->len - r->page - 8, 3);
	put(r->bytes + 2, ++r->elements, 2);
	put(r->bytes + 5, r->len - 8, 3);
	return d;
}

/* In memory of exactly its size */
static int parse(struct mtx_library *library, const struct reply *r, size_t len, char *err)
{
	uint8_t *copy = malloc(len + !len);
	int ret;

	assert_non_null(copy);
	memcpy(copy, r->bytes, len);
	ret = mtx_parse_status(library, copy, len, err, 128);
	free(copy);
	return ret;
}

static void make(struct mtx_library *library, uint16_t slots, uint16_t mail, uint16_t drives)
{
	const struct mtx_assignment assignment = {
		.arm = { 0x2000, 1 },
		.storage = { 1, slots },
		.import_export = { 0x4000, mail },
		.drives = { 0x3001, drives },
	};

	assert_int_equal(mtx_library_init(library, &assignment), 0);
}

static void assignment(void **state)
{
	uint8_t data[4 + 8 + 20] = { [3] = 8, [12] = 0x1d, [13] = 18, [14] = 0x20, [17] = 1,
				     [19] = 5,	  [21] = 60, [22] = 0x40, [25] = 2, [26] = 0x30,
				     [27] = 1,	  [29] = 4 };
	struct mtx_assignment a;

	(void)state;
	assert_int_equal(mtx_parse_assignment(data, sizeof(data), &a), 0);
	assert_int_equal(a.arm.first, 0x2000);
	assert_int_equal(a.storage.first, 5);
	assert_int_equal(a.storage.count, 60);
	assert_int_equal(a.import_export.count, 2);
	assert_int_equal(a.drives.first, 0x3001);
	assert_int_equal(a.drives.count, 4);
	assert_int_equal(mtx_parse_assignment(data, 29, &a), -EPROTO);
	assert_int_equal(mtx_parse_assignment(data, 3, &a), -EPROTO);
	data[3] = 250;
	assert_int_equal(mtx_parse_assignment(data, sizeof(data), &a), -EPROTO);
}

static void elements(void **state)
{
	struct mtx_library library;
	struct reply slots = { 0 }, drives = { 0 };
	char err[128];
	uint8_t *d;

	(void)state;
	make(&library, 2, 1, 2);
	add_page(&slots, 2, 0x80, 52);
	d = add(&slots, 1, true);
	memcpy(d + 12, "VOL001  ", 8);
	add(&slots, 2, false);
	add_page(&slots, 3, 0, 16);
	add(&slots, 0x4000, true);
	add_page(&slots, 1, 0, 16);
	add(&slots, 0x2000, false);
	assert_int_equal(parse(&library, &slots, slots.len, err), 0);
	add_page(&drives, 4, 0xc0, 84);
	d = add(&drives, 0x3001, true);
	put(d + 10, 2, 2);
	memcpy(d + 48, "ALT", 3);
	add(&drives, 0x3002, false);
	assert_int_equal(parse(&library, &drives, drives.len, err), 0);
	mtx_find_sources(&library);
	assert_int_equal(library.nr_storage, 3);
	assert_int_equal(library.nr_import_export, 1);
	assert_string_equal(library.storage[0].primary, "VOL001  ");
	assert_true(library.storage[2].import_export && library.storage[2].full);
	assert_int_equal(library.nr_drives, 2);
	assert_int_equal(library.drives[0].source, 1);
	assert_string_equal(library.drives[0].alternate, "ALT");
	assert_int_equal(library.arm, 0x2000);
	mtx_library_free(&library);
}

/* Discs whose slot is taken or unknown get free ones; then there are none. */
static void sources(void **state)
{
	struct mtx_library library;
	struct reply r = { 0 };
	char err[128];

	(void)state;
	make(&library, 3, 0, 4);
	add_page(&r, 2, 0, 16);
	add(&r, 1, true);
	add(&r, 2, false);
	add(&r, 3, false);
	add_page(&r, 4, 0, 16);
	put(add(&r, 0x3001, true) + 10, 1, 2);		/* slot 1 is full */
	put(add(&r, 0x3002, true) + 10, 0, 2);
	put(add(&r, 0x3003, true) + 10, 99, 2);
	add(&r, 0x3004, false);
	assert_int_equal(parse(&library, &r, r.len, err), 0);
	mtx_find_sources(&library);
	assert_int_equal(library.drives[0].source, 1);
	assert_int_equal(library.drives[1].source, 2);
	assert_int_equal(library.drives[2].source, -1);
	mtx_library_free(&library);
}

static void too_many(void **state)
{
	struct mtx_library library;
	struct reply slots = { 0 }, mail = { 0 }, drives = { 0 }, both = { 0 };
	char err[128];
	unsigned int i;

	(void)state;
	make(&library, 2, 1, 1);
	add_page(&slots, 2, 0, 16);
	for (i = 0; i < 9; i++)
		add(&slots, i, true);
	assert_int_equal(parse(&library, &slots, slots.len, err), 0);
	assert_string_equal(library.warning, "Warning:Too Many Storage Elements Reported "
					     "(expected 3, now have 4\n");
	assert_int_equal(library.nr_storage, 3);
	add_page(&both, 3, 0, 16);
	add(&both, 0x4000, true);
	assert_int_equal(parse(&library, &both, both.len, err), 0);
	mtx_find_sources(&library);
	assert_int_equal(library.nr_storage, 3);
	mtx_library_free(&library);
	make(&library, 2, 1, 1);
	add_page(&mail, 3, 0, 16);
	for (i = 0; i < 9; i++)
		add(&mail, i, true);
	assert_int_equal(parse(&library, &mail, mail.len, err), 0);
	assert_string_equal(library.warning, "Warning:Too Many Import/Export Elements Reported "
					     "(expected 1, now have 2\n");
	add_page(&drives, 4, 0, 16);
	add(&drives, 1, true);
	add(&drives, 2, true);
	assert_int_equal(parse(&library, &drives, drives.len, err), -EPROTO);
	assert_string_equal(err, "Too many Data Transfer Elements Reported\n");
	mtx_library_free(&library);
}

static void malformed(void **state)
{
	struct mtx_library library;
	struct reply r = { 0 };
	char err[128];
	size_t len;

	(void)state;
	add_page(&r, 2, 0x80, 52);
	add(&r, 1, true);
	add(&r, 2, true);
	for (len = 0; len < r.len; len++) {
		make(&library, 2, 0, 1);
		assert_int_equal(parse(&library, &r, len, err), -EPROTO);
		mtx_library_free(&library);
	}
	make(&library, 2, 0, 1);
	put(r.bytes + 2, 3, 2);
	assert_int_equal(parse(&library, &r, r.len, err), -EPROTO);
	put(r.bytes + 2, 2, 2);
	put(r.bytes + 10, 3, 2);
	assert_int_equal(parse(&library, &r, r.len, err), -EPROTO);
	assert_string_equal(err, "Transport Element Descriptor Length too short: 3\n");
	put(r.bytes + 10, 52, 2);
	r.bytes[8] = 5;
	assert_int_equal(parse(&library, &r, r.len, err), -EPROTO);
	assert_string_equal(err, "illegal Element Type Code 5 reported\n");
	mtx_library_free(&library);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assignment), cmocka_unit_test(elements),
		cmocka_unit_test(sources),    cmocka_unit_test(too_many),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
