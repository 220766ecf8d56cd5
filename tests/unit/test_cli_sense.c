// SPDX-License-Identifier: GPL-2.0
/* discmux sense, discmux message: what they print, and bad input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "cli.h"
#include "codes.h"
#include "csv.h"

#define MAX_ARGS 8

static char out[65536], err[4096];

static void read_back(FILE *file, char *buf, size_t size)
{
	size_t n;

	rewind(file);
	n = fread(buf, 1, size - 1, file);
	assert_true(n < size - 1);
	buf[n] = '\0';
	fclose(file);
}

static int redirected(int fd, FILE *file)
{
	int saved = dup(fd);

	assert_true(saved >= 0 && dup2(fileno(file), fd) >= 0);
	return saved;
}

/* Runs a command line; what it prints is in out and err. */
static int run(const char *const *args)
{
	FILE *files[2] = { tmpfile(), tmpfile() };
	char *argv[MAX_ARGS + 1] = { 0 };
	struct cli cli = { .reads = true };
	int saved[2], argc, ret;

	for (argc = 0; args[argc]; argc++) {
		assert_true(argc < MAX_ARGS);
		argv[argc] = strdup(args[argc]);
	}
	assert_true(files[0] && files[1]);
	fflush(NULL);
	saved[0] = redirected(1, files[0]);
	saved[1] = redirected(2, files[1]);
	optind = 0;
	ret = cli_find(argv[0])->run(&cli, argc, argv);
	fflush(NULL);
	dup2(saved[0], 1);
	dup2(saved[1], 2);
	close(saved[0]);
	close(saved[1]);
	read_back(files[0], out, sizeof(out));
	read_back(files[1], err, sizeof(err));
	while (argc--)
		free(argv[argc]);
	return ret;
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static void prints(const char *words)
{
	assert_string_equal(err, "");
	if (!strstr(out, words))
		fail_msg("\"%s\" is not in\n%s", words, out);
}

static void code(void **state)
{
	(void)state;
	assert_int_equal(RUN("sense", "02/04/08"), 0);
	assert_string_equal(out, "02/04/08  Logical unit not ready, long write in progress\n"
				 "  key       2h, not ready\n"
				 "  action    wait and poll: the drive has to burn what is in its "
				 "buffer; send the same command again then\n"
				 "  display   02/04/08 NOT READY,\n"
				 "            LONG WRITE RUNS\n");
	assert_int_equal(RUN("sense", "0x2/4h/8"), 0);
	prints("02/04/08  Logical unit not ready, long write in progress\n");
	assert_int_equal(RUN("sense", "4/80/60", "--device", "library"), 0);
	prints("Stray disk remains in drive\n  device    library\n");
	assert_int_equal(RUN("sense", "--device", "recorder", "4/80/60"), 0);
	prints("04/80/60  Vendor specific code 80/60\n");
	prints("  action    change drive: ");
	assert_int_equal(RUN("sense", "--device", "changer-log", "52"), 0);
	prints("80/52  Strayed disk remains in mail slot\n");
	assert_int_equal(RUN("sense", "2c/05", "--device", "reader"), 0);
	prints("2C/05  Persistent prevent conflict\n");
	prints("  standard  Illegal power condition request\n");
}

static void raw(void **state)
{
	json_t *object, *value;

	(void)state;
	assert_int_equal(RUN("sense", "--raw",
			     "f0 00 05 00:00:12,34 0a 00000000 0x24 00 00 cf 0004"), 0);
	prints("05/24/00  ");
	prints("  format    fixed, 70h\n");
	prints("  info      4660 (1234h)\n");
	prints("  field     byte 4 of the CDB\n");
	prints("  bit       7\n");
	assert_int_equal(RUN("sense", "--json", "--raw", "73020404000000080206000080400000"), 0);
	object = json_loads(out, 0, NULL);
	assert_non_null(object);
	assert_string_equal(json_string_value(json_object_get(object, "code")), "02/04/04");
	assert_string_equal(json_string_value(json_object_get(object, "action")), "wait and poll");
	assert_true(json_is_true(json_object_get(object, "deferred")));
	assert_true(json_is_null(json_object_get(object, "device")));
	assert_true(json_real_value(json_object_get(object, "progress")) == 0.25);
	value = json_object_get(object, "display");
	assert_int_equal(json_array_size(value), 2);
	json_decref(object);
	/* What cannot be read is said, and is no error. */
	assert_int_equal(RUN("sense", "--raw", "70 00"), 0);
	prints("sense data of 2 bytes end before the sense key\n");
	assert_int_equal(RUN("sense", "--raw", "00"), 0);
	prints("response code 00h is none of sense data, 70h to 73h\n");
}

static void raw_lengths(void **state)
{
	char hex[2 * 253 + 1] = "";
	size_t len;

	(void)state;
	for (len = 1; len <= 253; len++) {
		strcat(hex, len == 1 ? "72" : "0a");
		assert_int_equal(RUN("sense", "--raw", hex), len <= 252 ? 0 : 2);
	}
	assert_non_null(strstr(err, "at most 252 bytes"));
}

/* The CSV is the manual's table with one column more. */
static void table(const char *name, bool log)
{
	struct csv_row *rows;
	char *line, *next;
	size_t count, i;

	rows = csv_read(name, &count);
	assert_int_equal(RUN("sense", "--table", name, "--csv"), 0);
	line = strtok_r(out, "\n", &next);
	assert_string_equal(line, "asc,ascq,description,action");
	for (i = 0; (line = strtok_r(NULL, "\n", &next)); i++) {
		char prefix[16], quoted[512] = "";
		FILE *file = fmemopen(quoted, sizeof(quoted), "w");
		size_t row;

		for (row = 0; row < count; row++) {	/* the order may differ */
			snprintf(prefix, sizeof(prefix), "%s,%s,", log ? "80" : rows[row].field[0],
				 rows[row].field[!log]);
			if (!strncmp(line, prefix, strlen(prefix)))
				break;
		}
		assert_true(row < count && file);
		codes_csv(rows[row].field[log ? 1 : 2], file);
		fclose(file);
		assert_memory_equal(line + strlen(prefix), quoted, strlen(quoted));
		line += strlen(prefix) + strlen(quoted);
		assert_true(line[0] == ',' && strlen(line) > 4 && !strpbrk(line + 1, ",\""));
	}
	assert_int_equal(i, count);
	free(rows);
}

static void tables(void **state)
{
	static const char *const names[] = { "reader", "recorder", "library", "changer-log" };
	json_t *array;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		table(names[i], i == 3);
		assert_int_equal(RUN("sense", "--json", "--table", names[i]), 0);
		array = json_loads(out, 0, NULL);
		assert_true(json_array_size(array) >= 32);
		assert_string_equal(json_string_value(json_object_get(json_array_get(array, 1),
								      "ascq")),
				    i == 3 ? "02" : "06");
		json_decref(array);
		assert_int_equal(RUN("sense", "--table", names[i]), 0);
		prints("CODE   DESCRIPTION");
	}
}

static void message(void **state)
{
	json_t *array;

	(void)state;
	assert_int_equal(RUN("message", "0x0c"), 0);
	prints("0Ch  BUS DEVICE RESET\n  direction  out, from initiator to target\n"
	       "  source     drive and autoloader\n  effect     reset condition; ");
	assert_int_equal(RUN("message", "C1h"), 0);
	prints("IDENTIFY\n  direction  both\n");
	prints("may disconnect, LUNTAR 0, LUN 1\n");
	assert_int_equal(RUN("message", "15"), 0);
	assert_string_equal(out, "15h  in none of the manuals: a message of one byte in SCSI-2\n");
	assert_int_equal(RUN("message", "--table"), 0);
	prints("23h   IGNORE WIDE RESIDUE ");
	assert_int_equal(RUN("message", "--table", "--csv"), 0);
	prints("code,message,direction,source,effect\n00,COMMAND COMPLETE,in,library,");
	prints("80+,IDENTIFY,both,both,");
	assert_int_equal(RUN("message", "--table", "--json"), 0);
	array = json_loads(out, 0, NULL);
	assert_int_equal(json_array_size(array), 14);
	json_decref(array);
}

/* One line on stderr, nothing on stdout, status 2 */
static void refused(const char *words)
{
	assert_string_equal(out, "");
	assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1);
	if (!strstr(err, words))
		fail_msg("\"%s\" is not in %s", words, err);
}

static void bad_input(void **state)
{
	static const char *const codes[] = { "", " ", "zz", "g/1/2", "1/2/3/4", "10/04/08", "ff/0/0",
					     "002/04/08", "2//8", "/", "2/", "/2", "04", "4/8 ",
					     "2/4/8/", "0x/1/2", "-2/4/8x", "4/\n8", "2/4/0x1ff",
					     "2-4-8", "2/4h8/1" };
	static const char *const bytes[] = { "", " ", ",,", "7", "70 0", "700", "gg", "70 0x",
					     "70 00 ...", "70-00", "0x", "70h" };
	static const char *const messages[] = { "", "zz", "100", "0x", "0x0x1", "0c ", "c h" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		assert_int_equal(RUN("sense", "--", codes[i]), 2);
		refused("is no code: ");
	}
	for (i = 0; i < sizeof(bytes) / sizeof(*bytes); i++) {
		assert_int_equal(RUN("sense", "--raw", bytes[i]), 2);
		refused("--raw");
	}
	for (i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		assert_int_equal(RUN("message", messages[i]), 2);
		refused("is no code: ");
	}
	assert_int_equal(RUN("sense"), 2);
	refused("one of a code, --raw and --table is wanted");
	assert_int_equal(RUN("sense", "4/8", "--raw", "70"), 2);
	refused("one of a code, --raw and --table is wanted");
	assert_int_equal(RUN("sense", "4/8", "4/7"), 2);
	refused("one code at a time");
	assert_int_equal(RUN("sense", "4/8", "--device", "x"), 2);
	refused("--device x: reader, recorder or library is wanted");
	assert_int_equal(RUN("sense", "--table", ""), 2);
	refused("reader, recorder, library or changer-log is wanted");
	assert_int_equal(RUN("sense", "--table", "reader", "--csv", "--json"), 2);
	refused("--csv goes with --table");
	assert_int_equal(RUN("sense", "4/8", "--csv"), 2);
	refused("--csv goes with --table");
	assert_int_equal(RUN("sense", "--table", "reader", "--device", "reader"), 2);
	refused("leave --device out");
	assert_int_equal(RUN("sense", "--raw"), 2);
	refused("--raw needs a value");
	assert_int_equal(RUN("message"), 2);
	refused("one code is wanted");
	assert_int_equal(RUN("message", "1", "2"), 2);
	refused("one code is wanted");
	assert_int_equal(RUN("message", "1", "--csv"), 2);
	refused("--csv goes with --table");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code),	   cmocka_unit_test(raw),     cmocka_unit_test(raw_lengths),
		cmocka_unit_test(tables),  cmocka_unit_test(message), cmocka_unit_test(bad_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
