// SPDX-License-Identifier: GPL-2.0
/* Recordings as text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <scsi/sg_lib.h>

#include "libdiscmux.h"
#include "recording.h"

#define PER_LINE	32u	/* bytes of data */

void recording_print_comment(FILE *f, const char *comment)
{
	while (*comment) {
		size_t len = strcspn(comment, "\n"), shown = len;

		if (shown > RECORDING_LINE_MAX - 2)
			shown = RECORDING_LINE_MAX - 2;
		fprintf(f, "#%s%.*s\n", len ? " " : "", (int)shown, comment);
		comment += len;
		comment += *comment == '\n';
	}
}

void recording_print_head(FILE *f, uint8_t type, unsigned int blanked, const char *comment)
{
	fprintf(f, "discmux-recording %d\n", RECORDING_VERSION);
	if (comment)
		recording_print_comment(f, comment);
	fprintf(f, "type %u\nblanked%s%s%s%s\n", type,
		blanked & RECORDING_BLANKED_DATA ? " data" : "",
		blanked & RECORDING_BLANKED_TITLES ? " titles" : "",
		blanked & RECORDING_BLANKED_SERIALS ? " serials" : "",
		blanked ? "" : " nothing");
}

void recording_print_part(FILE *f, const char *title)
{
	fputs("\npart ", f);
	for (int n = 0; *title && n < 200; title++, n++)
		fputc(isprint((unsigned char)*title) ? *title : '?', f);
	fputc('\n', f);
}

static void print_hex(FILE *f, const char *word, const uint8_t *data, size_t len)
{
	fputs(word, f);
	for (size_t i = 0; i < len; i++)
		fprintf(f, " %02x", data[i]);
}

static size_t zeros(const uint8_t *data, size_t len)
{
	size_t n = 0;

	while (n < len && !data[n])
		n++;
	return n;
}

/* Bytes of a line: up to a run of zeros that one word stands for */
static size_t line_of(const uint8_t *data, size_t len)
{
	size_t n = 0;

	while (n < len && n < PER_LINE) {
		size_t run = zeros(data + n, len - n < PER_LINE ? len - n : PER_LINE);

		if (run == PER_LINE)
			break;
		n += run + !run;
	}
	return n < PER_LINE ? n : PER_LINE;
}

/* Lines of hex; one word stands for a line or more of zeros */
static void print_data(FILE *f, const uint8_t *data, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t n = zeros(data + at, len - at);

		if (n >= PER_LINE || (n && n == len - at && n > 2)) {
			fprintf(f, "zeros %zu\n", n);
			at += n;
			continue;
		}
		n = line_of(data + at, len - at);
		print_hex(f, "data", data + at, n);
		fputc('\n', f);
		at += n;
	}
}

static void print_sense(FILE *f, uint8_t type, const struct recording_exchange *x)
{
	char text[160];

	if (!x->sense_len)
		return;
	print_hex(f, "sense", x->sense, x->sense_len);
	fprintf(f, "  # %s\n",
		discmux_device_sense_text(type == 8 ? DISCMUX_DEVICE_LIBRARY : DISCMUX_DEVICE_ANY,
					  x->sense, x->sense_len, text, sizeof(text)));
}

static const char *loss_name(enum recording_loss loss)
{
	switch (loss) {
	case RECORDING_TIMEOUT:
		return "timeout";
	case RECORDING_GONE:
		return "gone";
	case RECORDING_ABORTED:
		return "aborted";
	default:
		return "failed";
	}
}

void recording_print_exchange(FILE *f, uint8_t type, const struct recording_exchange *x)
{
	char name[64];

	sg_get_command_name(x->cdb, type, sizeof(name), name);
	fprintf(f, "\n# %s\n", name);
	print_hex(f, "cdb", x->cdb, x->cdb_len);
	if (x->dir)
		fprintf(f, " %s %u", x->dir == RECORDING_IN ? "in" : "out", x->length);
	fputc('\n', f);
	print_data(f, x->data, x->data_len);
	if (x->blank_len)
		fprintf(f, "blank %u %016llx\n", x->blank_len, (unsigned long long)x->blank_sum);
	print_sense(f, type, x);
	if (x->loss)
		fprintf(f, "lost %s %u us\n", loss_name(x->loss), x->micros);
	else if (x->status)
		fprintf(f, "status %02x %u us\n", x->status, x->micros);
	else
		fprintf(f, "good %u us\n", x->micros);
}
