// SPDX-License-Identifier: GPL-2.0
/* Requests that are refused before anything is asked or changed: one answer each, with
 * what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "server_priv.h"

/* There is no core: a request that came to it would end the test. */
static json_t *ask(const char *line)
{
	struct server server = { .core = NULL };
	struct client client = { .fd = -1 };
	json_t *answer = server_request(&server, &client, line, strlen(line));

	assert_non_null(answer);
	assert_int_equal(json_integer_value(json_object_get(answer, "v")), 1);
	return answer;
}

static const char *error_of(const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));

	assert_true(json_is_false(json_object_get(answer, "ok")));
	assert_non_null(error);
	assert_null(strchr(error, '\n'));
	return error;
}

static void test_refused(void **state)
{
	static const char *const lines[][2] = {
		{ "", "one JSON object" },
		{ "yes", "one JSON object" },
		{ "{\"do\":\"status\"", "one JSON object" },
		{ "[\"status\"]", "one JSON object" },
		{ "{\"do\":\"status\",\"do\":\"jobs\"}", "one JSON object" },
		{ "{\"do\":\"status\",\"v\":2}", "speaks version 1" },
		{ "{\"do\":\"status\",\"v\":\"1\"}", "speaks version 1" },
		{ "{\"v\":1}", "no request without a name" },
		{ "{\"do\":7}", "no request without a name" },
		{ "{\"do\":\"dance\"}", "no request dance" },
		{ "{\"do\":\"start\"}", "\"job\"" },
		{ "{\"do\":\"start\",\"job\":1}", "\"job\"" },
		{ "{\"do\":\"start\",\"job\":{\"work\":\"dance\"}}", "\"work\"" },
		{ "{\"do\":\"cancel\"}", "\"job\"" },
		{ "{\"do\":\"continue\",\"job\":\"1\"}", "\"job\"" },
		{ "{\"do\":\"key\",\"key\":\"maybe\"}", "yes or no" },
		{ "{\"do\":\"set\",\"item\":\"colour\",\"value\":1}", "\"item\"" },
		{ "{\"do\":\"set\",\"item\":\"quantity\",\"value\":-1}", "\"value\"" },
		{ "{\"do\":\"set\",\"item\":\"quantity\",\"value\":true}", "\"value\"" },
		{ "{\"do\":\"auto-set\",\"on\":true}", "\"reader\"" },
		{ "{\"do\":\"auto-set\",\"on\":true,\"reader\":16}", "from 0 to 15" },
		{ "{\"do\":\"auto-set\",\"on\":true,\"library\":true}", "\"slots\"" },
		{ "{\"do\":\"auto-set\",\"on\":true,\"library\":true,\"slots\":\"5-2\"}", "\"slots\"" },
		{ "{\"do\":\"auto-set\",\"on\":false,\"reader\":0,\"quantity\":10000}", "from 0 to 9999" },
		{ "{\"do\":\"auto-set\",\"on\":false,\"reader\":0,\"again\":\"never\"}", "\"again\"" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		json_t *answer = ask(lines[i][0]);

		if (!strstr(error_of(answer), lines[i][1]))
			fail_msg("%s: %s", lines[i][0], error_of(answer));
		json_decref(answer);
	}
}

/* The id comes back whatever it is, and with a refusal, too. */
static void test_id(void **state)
{
	json_t *answer = ask("{\"do\":\"dance\",\"id\":[1,{\"a\":null}]}");
	const json_t *id = json_object_get(answer, "id");

	(void)state;
	error_of(answer);
	assert_int_equal(json_array_size(id), 2);
	assert_true(json_is_null(json_object_get(json_array_get(id, 1), "a")));
	json_decref(answer);
	answer = ask("{\"do\":\"dance\"}");
	assert_null(json_object_get(answer, "id"));
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
