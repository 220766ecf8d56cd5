// SPDX-License-Identifier: GPL-2.0
/* What is asked of the daemon: JSON in, JSON out, and what is wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "daemon_job.h"

static int parse(const char *text, struct job_spec *spec, char *err, size_t errlen)
{
	json_t *o = json_loads(text, 0, NULL);
	int rc;

	assert_non_null(o);
	rc = job_spec_parse(o, spec, err, errlen);
	json_decref(o);
	return rc;
}

static void test_there_and_back(void **state)
{
	static const char *const texts[] = {
		"{\"work\":\"copy\"}",
		"{\"work\":\"copy+verify\",\"quantity\":9999,\"recorders\":[0,31,5],\"keep\":true}",
		"{\"work\":\"register\",\"image\":\"HDD10\",\"also-burn\":true,\"source\":\"/a b\"}",
		"{\"work\":\"extract\",\"image\":\"HDD1\",\"tracks\":[1,99],\"append\":true,"
		"\"master\":\"disc:0123\"}",
		"{\"work\":\"erase\",\"full\":true,\"unattended\":true,\"wait\":86400}",
		"{\"work\":\"simulate\",\"dvd-speed\":2.4,\"cd-speed\":48,\"session\":\"open\","
		"\"isrc\":false,\"again\":2}",
		"{\"work\":\"copy\",\"source\":\"/a.iso\",\"force-image\":true}",
		"{\"work\":\"copy+verify\",\"source\":\"mail\",\"quantity\":3,\"slots\":\"1-20,33\"}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct job_spec a, b;
		char err[256];
		json_t *o;

		assert_int_equal(parse(texts[i], &a, err, sizeof(err)), 0);
		o = job_spec_json(&a);
		assert_non_null(o);
		assert_int_equal(job_spec_parse(o, &b, err, sizeof(err)), 0);
		json_decref(o);
		assert_memory_equal(&a, &b, sizeof(a));
	}
}

static void test_refused(void **state)
{
	static const char *const texts[][2] = {
		{ "{}", "\"work\"" },
		{ "{\"work\":7}", "\"work\"" },
		{ "{\"work\":\"dance\"}", "\"work\"" },
		{ "{\"work\":\"copy\",\"quantity\":10000}", "\"quantity\": a number from 0 to 9999" },
		{ "{\"work\":\"copy\",\"quantity\":-1}", "\"quantity\"" },
		{ "{\"work\":\"copy\",\"quantity\":\"3\"}", "\"quantity\"" },
		{ "{\"work\":\"copy\",\"recorders\":[]}", "\"recorders\"" },
		{ "{\"work\":\"copy\",\"recorders\":[32]}", "\"recorders\"" },
		{ "{\"work\":\"copy\",\"recorders\":\"some\"}", "\"recorders\"" },
		{ "{\"work\":\"copy\",\"keep\":1}", "\"keep\": true or false" },
		{ "{\"work\":\"copy\",\"session\":\"ajar\"}", "\"session\"" },
		{ "{\"work\":\"copy\",\"dvd-speed\":73}", "\"dvd-speed\"" },
		{ "{\"work\":\"copy\",\"colour\":1}", "\"colour\" is not known" },
		{ "{\"work\":\"clear\"}", "\"image\"" },
		{ "{\"work\":\"clear\",\"image\":\"../etc\"}", "\"image\"" },
		{ "{\"work\":\"register\",\"image\":\"a/b\"}", "\"image\"" },
		{ "{\"work\":\"register\",\"image\":\"HDD2\",\"source\":\"HDD1\"}", "\"source\"" },
		{ "{\"work\":\"extract\",\"image\":\"HDD1\"}", "\"tracks\"" },
		{ "{\"work\":\"extract\",\"image\":\"HDD1\",\"tracks\":[0]}", "\"tracks\"" },
		{ "{\"work\":\"extract\",\"image\":\"HDD1\",\"tracks\":[100]}", "\"tracks\"" },
		{ "{\"work\":\"copy\",\"source\":\"mail\"}", "\"slots\"" },
		{ "{\"work\":\"copy\",\"slots\":\"1-3\"}", "\"source\"" },
		{ "{\"work\":\"copy\",\"source\":\"mail\",\"slots\":\"3-1\"}", "slots from 1" },
		{ "{\"work\":\"copy\",\"source\":\"mail\",\"slots\":[1]}", "\"slots\"" },
		{ "{\"work\":\"copy\",\"source\":\"mail\",\"slots\":\"1\"}", "\"quantity\"" },
		{ "{\"work\":\"verify\",\"source\":\"mail\",\"slots\":\"1\"}", "\"work\"" },
	};
	struct job_spec spec;
	char err[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (!parse(texts[i][0], &spec, err, sizeof(err)))
			fail_msg("%s is taken", texts[i][0]);
		if (!strstr(err, texts[i][1]))
			fail_msg("%s: %s", texts[i][0], err);
	}
}

static void test_names(void **state)
{
	int i;

	(void)state;
	for (i = 0; i <= PANEL_EXTRACT; i++)
		assert_int_equal(job_work_find(job_work_name((enum panel_work)i)), i);
	assert_int_equal(job_work_find(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
