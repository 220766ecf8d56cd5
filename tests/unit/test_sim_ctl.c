// SPDX-License-Identifier: GPL-2.0
/* What "discmux-sim ctl" makes of its words, and of replies. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl_client.h"

static char err[512];
static bool json;

static int request(const char *text, json_t **out)
{
	char copy[256], *save = NULL;
	const char *words[80];
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	*err = 0;
	return ctl_client_request(words, n, out, &json, err, sizeof(err));
}

static void becomes(const char *text, const char *want)
{
	json_t *wanted = json_loads(want, 0, NULL);
	json_t *got = NULL;

	assert_non_null(wanted);
	assert_int_equal(request(text, &got), 0);
	if (!json_equal(got, wanted)) {
		char *dump = json_dumps(got, JSON_COMPACT);

		fail_msg("'%s' became %s", text, dump);
	}
	json_decref(wanted);
	json_decref(got);
}

static void requests(void **state)
{
	(void)state;
	becomes("list", "{\"command\": \"list\"}");
	assert_false(json);
	becomes("list --json", "{\"command\": \"list\"}");
	assert_true(json);
	becomes("insert reader0 m", "{\"command\":\"insert\",\"device\":\"reader0\",\"disc\":\"m\"}");
	becomes("insert reader0 m --layer-break 1024 --protect 100-199,500",
		"{\"command\":\"insert\",\"device\":\"reader0\",\"disc\":\"m\",\"layer_break\":1024,"
		"\"protect\":\"100-199,500\"}");
	becomes("eject drive0 --force",
		"{\"command\":\"eject\",\"device\":\"drive0\",\"force\":true}");
	becomes("swap drive0 m --quiet",
		"{\"command\":\"swap\",\"device\":\"drive0\",\"disc\":\"m\",\"quiet\":true}");
	becomes("copyright m css region 2",
		"{\"command\":\"copyright\",\"words\":[\"m\",\"css\",\"region\",\"2\"]}");
	becomes("door 30", "{\"command\":\"door\",\"words\":[\"30\"]}");
	becomes("habit drive0 no-opc+late=3 op 12",
		"{\"command\":\"habit\",\"device\":\"drive0\",\"habits\":\"no-opc+late=3\","
		"\"words\":[\"op\",\"12\"]}");
	becomes("blank dvd+r", "{\"command\":\"blank\",\"type\":\"dvd+r\",\"blocks\":0,"
		"\"count\":0}");
	becomes("blank cd-r slots --count 5",
		"{\"command\":\"blank\",\"type\":\"cd-r\",\"name\":\"slots\",\"blocks\":0,"
		"\"count\":5}");
	becomes("blank dvd+r a recorder0 --blocks 1000",
		"{\"command\":\"blank\",\"type\":\"dvd+r\",\"name\":\"a\",\"device\":\"recorder0\","
		"\"blocks\":1000,\"count\":0}");
	becomes("tray reader0 open",
		"{\"command\":\"tray\",\"device\":\"reader0\",\"open\":true}");
	becomes("tray reader0 close",
		"{\"command\":\"tray\",\"device\":\"reader0\",\"open\":false}");
	becomes("mail open", "{\"command\":\"mail\",\"action\":\"open\"}");
	becomes("mail changer1 insert m",
		"{\"command\":\"mail\",\"changer\":\"changer1\",\"action\":\"insert\",\"disc\":\"m\"}");
	becomes("slot 7 m", "{\"command\":\"slot\",\"slot\":7,\"disc\":\"m\"}");
	becomes("slot changer 7 empty", "{\"command\":\"slot\",\"changer\":\"changer\",\"slot\":7}");
	becomes("speed drive0 unlimited",
		"{\"command\":\"speed\",\"device\":\"drive0\",\"factor\":0.0}");
	becomes("speed drive0 2.5",
		"{\"command\":\"speed\",\"device\":\"drive0\",\"factor\":2.5}");
	becomes("fault drive0 hang op 2a",
		"{\"command\":\"fault\",\"device\":\"drive0\",\"words\":[\"hang\",\"op\",\"2a\"]}");
	becomes("message changer bus-device-reset at move op a5",
		"{\"command\":\"fault\",\"device\":\"changer\",\"words\":[\"message\","
		"\"bus-device-reset\",\"at\",\"move\",\"op\",\"a5\"]}");
	becomes("raise changer1 80/61",
		"{\"command\":\"raise\",\"words\":[\"changer1\",\"80/61\"]}");
	becomes("printer out black", "{\"command\":\"printer\",\"words\":[\"out\",\"black\"]}");
	becomes("codes", "{\"command\":\"codes\"}");
	becomes("clear drive0", "{\"command\":\"clear\",\"device\":\"drive0\"}");
	becomes("clear drive0 3", "{\"command\":\"clear\",\"device\":\"drive0\",\"number\":3}");
	becomes("count", "{\"command\":\"count\",\"reset\":false}");
	becomes("count reader0 --reset",
		"{\"command\":\"count\",\"device\":\"reader0\",\"reset\":true}");
	becomes("vanish drive0", "{\"command\":\"vanish\",\"device\":\"drive0\"}");
	becomes("appear drive0", "{\"command\":\"appear\",\"device\":\"drive0\"}");
	becomes("set drive0 vendor=A serial=B",
		"{\"command\":\"set\",\"device\":\"drive0\",\"fields\":\"vendor=A,serial=B\"}");
}

static void image_files_become_absolute(void **state)
{
	char name[] = "/tmp/discmux-ctl-XXXXXX.iso", text[64];
	int fd = mkstemps(name, 4);
	json_t *got;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	snprintf(text, sizeof(text), "insert reader0 /tmp/../tmp/./%s", name + 5);
	assert_int_equal(request(text, &got), 0);
	assert_string_equal(json_string_value(json_object_get(got, "disc")), name);
	json_decref(got);
	unlink(name);
	assert_int_equal(request(text, &got), -ENOENT);
	assert_string_not_equal(err, "");
}

static void wrong_words(void **state)
{
	static const char *const bad[] = {
		"", "dance", "list all", "insert reader0", "insert", "insert a b c", "eject",
		"insert a b --layer-break", "insert a b --layer-break x", "insert a b --protect",
		"blank", "blank dvd+r a b c", "blank dvd+r --blocks", "blank dvd+r --blocks x",
		"tray reader0", "tray reader0 ajar", "mail", "mail insert", "mail open m",
		"mail changer1", "slot", "slot 1", "slot x 1", "slot 1 a b", "speed drive0",
		"speed drive0 fast", "speed drive0 -1", "speed drive0 0", "speed drive0 nan",
		"fault drive0", "message drive0", "codes 80/61", "clear", "clear drive0 x", "clear drive0 0", "vanish",
		"appear a b", "set drive0", "list --frobnicate",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *got;

		assert_int_equal(request(bad[i], &got), -EINVAL);
		assert_string_not_equal(err, "");
		assert_null(strchr(err, '\n'));
	}
}

static void nobody_listens(void **state)
{
	json_t *reply, *ask = json_pack("{s:s}", "command", "list");

	(void)state;
	assert_int_equal(ctl_client_call("/nonexistent/socket", ask, &reply, err, sizeof(err)),
			 -ENOENT);
	assert_string_not_equal(err, "");
	json_decref(ask);
}

static void print(const char *command, const char *reply, const char *want)
{
	json_t *parsed = json_loads(reply, 0, NULL);
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(parsed);
	ctl_client_print(command, parsed, f);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
	json_decref(parsed);
}

static void replies_in_words(void **state)
{
	(void)state;
	print("vanish", "{}", "");
	print("insert", "{\"disc\": \"m\"}", "m\n");
	print("fault", "{\"number\": 3}", "fault 3\n");
	print("clear", "{\"cleared\": 2}", "2 cleared\n");
	print("blank", "{\"blanks\": [{\"disc\": \"a\", \"device\": \"drive0\"}, {\"disc\": \"b\"},"
	      "{\"disc\": \"c\", \"device\": \"changer\", \"slot\": 4}]}",
	      "a in drive0\nb\nc in changer slot 4\n");
	print("count",
	      "{\"devices\": {\"reader0\": {\"commands\": 5, \"sense\": 1, \"bytes_read\": 4096,"
	      "\"blocks_read\": 2, \"blocks_read_distinct\": 1, \"bytes_written\": 0,"
	      "\"blocks_written\": 0,"
	      "\"opcodes\": [{\"opcode\": \"28h\", \"name\": \"Read(10)\", \"count\": 5}]}}}",
	      "reader0: 5 commands, 1 with sense; read 4096 bytes, 2 blocks (1 different); "
	      "wrote 0 bytes, 0 blocks\n  28h          5 Read(10)\n");
	print("codes", "{\"codes\": [{\"code\": \"80/04\", \"name\": \"n\", \"effect\": \"e\"}]}",
	      "80/04  n                                                               e\n");
	print("raise", "{\"raised\": {\"code\": \"80/04\", \"name\": \"n\"}}", "80/04 n\n");
	print("initiator", "{\"status\": 2, \"sense\": \"5/24/00\"}", "status 02, sense 5/24/00\n");
	print("initiator", "{\"status\": 0, \"data\": \"08 80\"}", "status 00\n08 80\n");
	/* What is missing is no reason to crash */
	print("list", "{}", "DEVICE      KIND      NODE      SG         ADDRESS   STATE\n");
	print("count", "{}", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(image_files_become_absolute),
		cmocka_unit_test(wrong_words),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(replies_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
