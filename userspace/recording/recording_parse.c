// SPDX-License-Identifier: GPL-2.0
/* Text as a recording.  Its author is not trusted. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"

struct parser {
	const char *at, *end;		/* of the text that is left */
	char line[RECORDING_LINE_MAX + 1];
	unsigned int number;		/* of the line, from 1 */
	char *word, *rest;		/* of the line */
	struct recording *rec;
	bool has_type, has_blanked;
	struct recording_exchange open;	/* one whose end has not come; cdb_len 0: none */
	size_t room;			/* of open.data */
	size_t total;			/* bytes of data so far */
	char *err;
	size_t errlen;
};

void recording_exchange_clear(struct recording_exchange *x)
{
	free(x->data);
	free(x->sense);
	memset(x, 0, sizeof(*x));
}

void recording_free(struct recording *recording)
{
	if (!recording)
		return;
	for (size_t i = 0; i < recording->count; i++)
		recording_exchange_clear(&recording->exchange[i]);
	free(recording->exchange);
	free(recording);
}

__attribute__((format(printf, 2, 3)))
static int bad(struct parser *p, const char *format, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	snprintf(p->err, p->errlen, "line %u: %s", p->number, text);
	return -EINVAL;
}

static int no_memory(struct parser *p)
{
	snprintf(p->err, p->errlen, "out of memory");
	return -ENOMEM;
}

/* ---- Words ------------------------------------------------------------- */

/* The next word of the line, NULL when there is none; a comment is none. */
static char *next_word(struct parser *p)
{
	char *word = p->rest + strspn(p->rest, " \t");
	size_t len = strcspn(word, " \t");

	if (!*word || *word == '#')
		return NULL;
	p->rest = word + len + (word[len] != '\0');
	word[len] = '\0';
	return word;
}

/* The next line that is not empty, cut into its first word and the rest.  1, 0 at the end. */
static int next_line(struct parser *p)
{
	while (p->at < p->end) {
		const char *stop = memchr(p->at, '\n', (size_t)(p->end - p->at));
		size_t len = (size_t)((stop ? stop : p->end) - p->at);

		p->number++;
		if (len && p->at[len - 1] == '\r')
			len--;
		if (len > RECORDING_LINE_MAX)
			return bad(p, "it is longer than %u characters", RECORDING_LINE_MAX);
		memcpy(p->line, p->at, len);
		p->line[len] = '\0';
		if (strlen(p->line) != len)
			return bad(p, "there is a zero byte in it: the file is not text");
		p->at = stop ? stop + 1 : p->end;
		p->rest = p->line;
		p->word = next_word(p);
		if (p->word)
			return 1;
	}
	return 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool byte_of(const char *word, uint8_t *out)
{
	int high = digit(word[0]), low = high < 0 ? -1 : digit(word[1]);

	if (low < 0 || word[2])
		return false;
	*out = (uint8_t)(high * 16 + low);
	return true;
}

static int number_of(struct parser *p, const char *what, uint32_t max, uint32_t *out)
{
	const char *word = next_word(p);
	uint64_t n = 0;

	if (!word)
		return bad(p, "%s is missing", what);
	for (const char *c = word; *c; c++) {
		if (*c < '0' || *c > '9')
			return bad(p, "bad %s '%.32s': write a decimal number", what, word);
		n = n * 10 + (uint64_t)(*c - '0');
		if (n > max)
			return bad(p, "bad %s '%.32s': at most %u", what, word, max);
	}
	*out = (uint32_t)n;
	return 0;
}

static int no_more(struct parser *p)
{
	const char *word = next_word(p);

	return word ? bad(p, "'%.32s' is too much", word) : 0;
}

/* Bytes in hex up to the end of the line, or to a word that is none (*after). */
static int bytes_of(struct parser *p, uint8_t *out, size_t max, size_t *len, char **after)
{
	char *word;

	*len = 0;
	*after = NULL;
	while ((word = next_word(p)) != NULL) {
		uint8_t byte;

		if (!byte_of(word, &byte)) {
			*after = word;
			return 0;
		}
		if (*len == max)
			return bad(p, "more than %zu bytes", max);
		out[(*len)++] = byte;
	}
	return 0;
}

static int only_bytes(struct parser *p, uint8_t *out, size_t max, size_t *len)
{
	char *after;
	int ret = bytes_of(p, out, max, len, &after);

	if (!ret && after)
		ret = bad(p, "'%.32s' is no byte: write two hexadecimal digits", after);
	if (!ret && !*len)
		ret = bad(p, "no bytes");
	return ret;
}

/* ---- Head ------------------------------------------------------------- */

static int parse_version(struct parser *p)
{
	uint32_t version = 0;
	int ret = next_line(p);

	if (ret < 0)
		return ret;
	if (!ret || strcmp(p->word, "discmux-recording")) {
		p->number = p->number ? p->number : 1;
		return bad(p, "this is no recording: it begins with 'discmux-recording %d'",
			   RECORDING_VERSION);
	}
	ret = number_of(p, "version", UINT32_MAX, &version);
	if (ret)
		return ret;
	if (version != RECORDING_VERSION)
		return bad(p, "version %u is not known, only %d: use a newer discmux", version,
			   RECORDING_VERSION);
	return no_more(p);
}

static int parse_type(struct parser *p)
{
	uint32_t type = 0;
	int ret;

	if (p->has_type)
		return bad(p, "type is there already");
	ret = number_of(p, "type", 31, &type);
	if (ret)
		return ret;
	if (type != 5 && type != 8)
		return bad(p, "bad type %u: 5 is a drive, 8 a changer", type);
	p->rec->type = (uint8_t)type;
	p->has_type = true;
	return no_more(p);
}

static int parse_blanked(struct parser *p)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} kinds[] = {
		{ "data", RECORDING_BLANKED_DATA },
		{ "titles", RECORDING_BLANKED_TITLES },
		{ "serials", RECORDING_BLANKED_SERIALS },
		{ "nothing", 0 },
	};
	const char *word;

	if (p->has_blanked)
		return bad(p, "blanked is there already");
	p->has_blanked = true;
	while ((word = next_word(p)) != NULL) {
		size_t i = 0;

		while (i < 4 && strcmp(kinds[i].name, word))
			i++;
		if (i == 4)
			return bad(p, "bad '%.32s': write data, titles, serials or nothing", word);
		p->rec->blanked |= kinds[i].bit;
	}
	return 0;
}

/* ---- Exchanges ----------------------------------------------------------- */

static int parse_part(struct parser *p)
{
	if (p->open.cdb_len)
		return bad(p, "the command before has no end: write good, status or lost");
	/* The lines before the first title are a part only if there are some */
	if (!p->rec->count && p->rec->parts == 1)
		return 0;
	if (p->rec->parts == RECORDING_PARTS_MAX)
		return bad(p, "more than %u parts", RECORDING_PARTS_MAX);
	p->rec->parts++;
	return 0;
}

static int parse_cdb(struct parser *p)
{
	struct recording_exchange *x = &p->open;
	size_t len;
	char *word;
	int ret;

	if (x->cdb_len)
		return bad(p, "the command before has no end: write good, status or lost");
	if (!p->has_type)
		return bad(p, "type must come first");
	ret = bytes_of(p, x->cdb, sizeof(x->cdb), &len, &word);
	if (ret)
		return ret;
	if (len < 6)
		return bad(p, "a CDB has 6 to %u bytes", RECORDING_CDB_MAX);
	if (word) {
		if (!strcmp(word, "in"))
			x->dir = RECORDING_IN;
		else if (!strcmp(word, "out"))
			x->dir = RECORDING_OUT;
		else
			return bad(p, "bad '%.32s': write in or out, and how many bytes", word);
		ret = number_of(p, "length", RECORDING_DATA_MAX, &x->length);
		if (!ret && !x->length)
			ret = bad(p, "no bytes: leave in and out away");
	}
	if (!ret)
		ret = no_more(p);
	x->cdb_len = (uint8_t)len;
	x->part = (uint8_t)(p->rec->parts - 1);
	return ret;
}

/* Room for so many bytes more of the open exchange */
static int more_data(struct parser *p, size_t len)
{
	struct recording_exchange *x = &p->open;
	size_t want = p->room ? p->room : 256;
	uint8_t *more;

	if (x->blank_len)
		return bad(p, "blank is the last of a command's data");
	if (len > x->length - x->data_len)
		return bad(p, "more data than the %u bytes of the command", x->length);
	if (len > RECORDING_KEPT_MAX - x->data_len)
		return bad(p, "more than %u bytes of data: write blank", RECORDING_KEPT_MAX);
	if (len > RECORDING_TOTAL_MAX - p->total)
		return bad(p, "more than %u MiB of data in all", RECORDING_TOTAL_MAX >> 20);
	p->total += len;
	while (want < x->data_len + len)
		want *= 2;
	if (want == p->room)
		return 0;
	more = realloc(x->data, want);
	if (!more)
		return no_memory(p);
	x->data = more;
	p->room = want;
	return 0;
}

static int parse_data(struct parser *p)
{
	struct recording_exchange *x = &p->open;
	uint8_t bytes[RECORDING_LINE_MAX / 3 + 1];
	size_t len;
	int ret = only_bytes(p, bytes, sizeof(bytes), &len);

	if (!ret)
		ret = more_data(p, len);
	if (ret)
		return ret;
	memcpy(x->data + x->data_len, bytes, len);
	x->data_len += (uint32_t)len;
	return 0;
}

static int parse_zeros(struct parser *p)
{
	struct recording_exchange *x = &p->open;
	uint32_t len;
	int ret = number_of(p, "number of bytes", RECORDING_KEPT_MAX, &len);

	if (!ret && !len)
		ret = bad(p, "no bytes");
	if (!ret)
		ret = no_more(p);
	if (!ret)
		ret = more_data(p, len);
	if (ret)
		return ret;
	memset(x->data + x->data_len, 0, len);
	x->data_len += len;
	return 0;
}

static int parse_blank(struct parser *p)
{
	struct recording_exchange *x = &p->open;
	const char *word;
	int ret;

	if (x->data_len || x->blank_len)
		return bad(p, "blank stands for all data of a command: it goes with no other");
	ret = number_of(p, "number of bytes", RECORDING_DATA_MAX, &x->blank_len);
	if (ret)
		return ret;
	if (!x->blank_len || x->blank_len > x->length)
		return bad(p, "blank is 1 to %u bytes here", x->length);
	word = next_word(p);
	if (!word || strlen(word) != 16)
		return bad(p, "the sum is missing: 16 hexadecimal digits");
	for (; *word; word++) {
		if (digit(*word) < 0)
			return bad(p, "bad sum: write 16 hexadecimal digits");
		x->blank_sum = x->blank_sum << 4 | (uint64_t)digit(*word);
	}
	return no_more(p);
}

static int parse_sense(struct parser *p)
{
	struct recording_exchange *x = &p->open;
	uint8_t bytes[RECORDING_SENSE_MAX];
	size_t len;
	int ret;

	if (x->sense_len)
		return bad(p, "sense is there already");
	ret = only_bytes(p, bytes, sizeof(bytes), &len);
	if (ret)
		return ret;
	x->sense = malloc(len);
	if (!x->sense)
		return no_memory(p);
	memcpy(x->sense, bytes, len);
	x->sense_len = (uint8_t)len;
	return 0;
}

/* "N us", and the exchange is whole */
static int parse_end(struct parser *p)
{
	struct recording *rec = p->rec;
	const char *word;
	int ret = number_of(p, "time", RECORDING_MICROS_MAX, &p->open.micros);

	if (ret)
		return ret;
	word = next_word(p);
	if (!word || strcmp(word, "us"))
		return bad(p, "a time is in microseconds: write us behind it");
	ret = no_more(p);
	if (ret)
		return ret;
	if (rec->count == RECORDING_EXCHANGES_MAX)
		return bad(p, "more than %u commands", RECORDING_EXCHANGES_MAX);
	if (rec->count == rec->room) {
		size_t room = rec->room ? rec->room * 2 : 64;
		struct recording_exchange *more;

		more = realloc(rec->exchange, room * sizeof(*more));
		if (!more)
			return no_memory(p);
		rec->exchange = more;
		rec->room = room;
	}
	rec->exchange[rec->count++] = p->open;
	memset(&p->open, 0, sizeof(p->open));
	p->room = 0;
	return 0;
}

static int parse_status(struct parser *p)
{
	const char *word = next_word(p);

	if (!word || !byte_of(word, &p->open.status) || !p->open.status)
		return bad(p, "a status is two hexadecimal digits other than 00: 02 is CHECK CONDITION");
	return parse_end(p);
}

static int parse_lost(struct parser *p)
{
	static const char *const names[] = {
		[RECORDING_TIMEOUT] = "timeout", [RECORDING_GONE] = "gone",
		[RECORDING_ABORTED] = "aborted", [RECORDING_FAILED] = "failed",
	};
	const char *word = next_word(p);

	for (int i = RECORDING_TIMEOUT; word && i <= RECORDING_FAILED; i++) {
		if (strcmp(names[i], word))
			continue;
		p->open.loss = (enum recording_loss)i;
		return parse_end(p);
	}
	return bad(p, "lost how?  Write timeout, gone, aborted or failed");
}

static int parse_line(struct parser *p)
{
	static const struct {
		const char *name;
		bool inside;		/* of an exchange */
		int (*parse)(struct parser *p);
	} words[] = {
		{ "data", true, parse_data },
		{ "cdb", false, parse_cdb },
		{ "good", true, parse_end },
		{ "zeros", true, parse_zeros },
		{ "blank", true, parse_blank },
		{ "sense", true, parse_sense },
		{ "status", true, parse_status },
		{ "lost", true, parse_lost },
		{ "part", false, parse_part },
		{ "type", false, parse_type },
		{ "blanked", false, parse_blanked },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].name, p->word))
			continue;
		if (words[i].inside && !p->open.cdb_len)
			return bad(p, "'%s' belongs to a command: write cdb first", p->word);
		return words[i].parse(p);
	}
	return bad(p, "'%.32s' is not known", p->word);
}

static int parse_all(struct parser *p)
{
	int ret = parse_version(p);

	while (!ret) {
		ret = next_line(p);
		if (ret <= 0)
			break;
		ret = parse_line(p);
	}
	if (ret)
		return ret;
	if (!p->has_type)
		return bad(p, "type is missing: 5 is a drive, 8 a changer");
	/* An open one is what was being written when the recorder was killed */
	return p->rec->count ? 0 : bad(p, "there is no command in it");
}

int recording_parse(const char *text, size_t len, struct recording **out, char *err,
		    size_t errlen)
{
	struct parser p = { .at = text, .end = text + len, .err = err, .errlen = errlen };
	int ret;

	*out = NULL;
	if (len > RECORDING_FILE_MAX) {
		snprintf(err, errlen, "larger than %u MiB", RECORDING_FILE_MAX >> 20);
		return -EINVAL;
	}
	p.rec = calloc(1, sizeof(*p.rec));
	if (!p.rec)
		return no_memory(&p);
	p.rec->parts = 1;
	ret = parse_all(&p);
	recording_exchange_clear(&p.open);
	if (ret)
		recording_free(p.rec);
	else
		*out = p.rec;
	return ret;
}
