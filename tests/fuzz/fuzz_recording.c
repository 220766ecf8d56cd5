// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: recordings from strangers.  One that is accepted is within the limits of the format,
 * and reads back the same after printing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "recording.h"

static void check_exchange(const struct recording *rec, const struct recording_exchange *x)
{
	static const uint8_t zero[RECORDING_CDB_MAX];
	uint8_t key[RECORDING_CDB_MAX];
	struct recording_field field;

	require(x->cdb_len >= 6 && x->cdb_len <= RECORDING_CDB_MAX, "CDB");
	require(!memcmp(x->cdb + x->cdb_len, zero, sizeof(zero) - x->cdb_len), "zeros behind it");
	require(x->length <= RECORDING_DATA_MAX && !x->length == !x->dir, "length");
	require(x->data_len <= x->length && x->data_len <= RECORDING_KEPT_MAX, "data");
	require(x->blank_len <= x->length && (!x->blank_len || !x->data_len), "blank");
	require(x->sense_len <= RECORDING_SENSE_MAX, "sense");
	require(x->micros <= RECORDING_MICROS_MAX, "time");
	require(!x->loss || !x->status, "an answer or none");
	require(x->part < rec->parts && rec->parts <= RECORDING_PARTS_MAX, "part");
	recording_cdb_key(x->cdb, x->cdb_len, key);
	field = recording_cdb_allocation(x->cdb, rec->type);
	require(field.at + field.width <= RECORDING_CDB_MAX, "an allocation length in the CDB");
}

static char *print(const struct recording *rec, size_t *size)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, size);
	unsigned int part = 0;

	require(f != NULL, "memory");
	recording_print_head(f, rec->type, rec->blanked, NULL);
	for (size_t i = 0; i < rec->count; i++) {
		for (; part < rec->exchange[i].part; part++)
			recording_print_part(f, "x");
		recording_print_exchange(f, rec->type, &rec->exchange[i]);
	}
	require(!fclose(f), "memory");
	return text;
}

static void same(const struct recording_exchange *a, const struct recording_exchange *b)
{
	require(!memcmp(a->cdb, b->cdb, sizeof(a->cdb)) && a->cdb_len == b->cdb_len &&
		a->dir == b->dir && a->length == b->length, "the command again");
	require(a->data_len == b->data_len && (!a->data_len ||
		!memcmp(a->data, b->data, a->data_len)), "the data again");
	require(a->blank_len == b->blank_len && a->blank_sum == b->blank_sum, "blank again");
	require(a->sense_len == b->sense_len && (!a->sense_len ||
		!memcmp(a->sense, b->sense, a->sense_len)), "the sense data again");
	require(a->loss == b->loss && a->status == b->status && a->micros == b->micros,
		"the end again");
}

/* A part that is left out keeps its length; nothing else is longer than before. */
static void check_blank(struct recording *rec)
{
	struct recording_blanker b = { .type = rec->type, .what = 7 };

	for (size_t i = 0; i < rec->count; i++) {
		struct recording_exchange *x = &rec->exchange[i];
		uint32_t len = x->data_len + x->blank_len;

		require(!recording_blank(&b, x), "memory");
		require(x->data_len + x->blank_len == len, "lengths stay");
	}
	recording_blanker_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recording *rec, *again;
	char err[256] = "", *copy = malloc(size + !size), *text;
	size_t len = 0;

	require(copy != NULL, "memory");
	if (size)
		memcpy(copy, data, size);
	if (recording_parse(copy, size, &rec, err, sizeof(err))) {
		require(*err && !rec, "it says what is wrong");
		free(copy);
		return 0;
	}
	free(copy);
	require(rec->count > 0 && (rec->type == 5 || rec->type == 8), "a recording");
	for (size_t i = 0; i < rec->count; i++)
		check_exchange(rec, &rec->exchange[i]);
	text = print(rec, &len);
	require(!recording_parse(text, len, &again, err, sizeof(err)), err);
	free(text);
	require(again->count == rec->count && again->type == rec->type &&
		again->blanked == rec->blanked, "the same again");
	for (size_t i = 0; i < rec->count; i++)
		same(&rec->exchange[i], &again->exchange[i]);
	recording_free(again);
	check_blank(rec);
	recording_free(rec);
	return 0;
}
