// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: the words of habits, faults and profiles, and replies of any content under
 * what changes replies.  The first byte says which.  A refusal is one line; a fault that
 * is accepted prints as words, which make the same fault again; a reply that was changed
 * is no longer than its room and no more comes than was asked.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "fuzz_require.h"
#include "habit.h"
#include "profile.h"

static void refused(int ret, const char *err)
{
	require(ret < 0, "an error is below 0");
	require(*err, "an error has words");
	require(!strchr(err, '\n'), "an error is one line");
}

static int fault_line(const char *line, struct sim_fault *fault)
{
	char err[768] = "";
	int ret = sim_fault_parse_line(line, fault, err, sizeof(err));

	if (ret)
		refused(ret, err);
	return ret;
}

static void faults(const char *line)
{
	struct sim_fault a, b;
	char text[256];

	if (fault_line(line, &a))
		return;
	sim_fault_text(&a, text, sizeof(text));
	require(!fault_line(text, &b), "a fault in its own words is one");
	require(!memcmp(&a, &b, sizeof(a)), "and the same one");
}

static void habits(const char *list, const char *where)
{
	struct sim_device dev = { .ops = &(struct sim_device_ops){ .execute = NULL } };
	static struct sim_faults *held;
	char err[768] = "";
	uint8_t of = 0;
	int ret = sim_habits_check(list, &of, err, sizeof(err));

	if (ret)
		refused(ret, err);
	*err = 0;
	if (!held)
		held = sim_faults_new();
	for (uint8_t kind = SIM_OF_READER; kind <= SIM_OF_CHANGER; kind <<= 1) {
		int given = sim_habits_give(&dev, held, kind, list, where, false, NULL, err,
					    sizeof(err));

		if (given)
			refused(given, err);
		require(!ret || given, "what can't be checked is not given");
		sim_habits_take(&dev, held);
	}
}

static void profiles(const char *text, const char *more)
{
	static struct sim_plan plan;
	char err[768] = "";
	int ret = sim_plan_parse(&plan, text, false, err, sizeof(err));

	if (!ret) {
		for (size_t i = 0; i < plan.count; i++)
			require(!plan.device[i].habits[0] ||
				!sim_habits_check(plan.device[i].habits, NULL, err, sizeof(err)),
				"a plan has habits that there are");
		ret = sim_plan_habit(&plan, *more & 1, more, err, sizeof(err));
	}
	if (ret)
		refused(ret, err);
}

/* --- replies ----------------------------------------------------------------------------- */

struct reply {
	const uint8_t *data;
	size_t size;
};

static void answer(void *context, struct sim_cmd *cmd)
{
	const struct reply *r = context;

	sim_cmd_put(cmd, r->data, r->size);
}

static void one_reply(const uint8_t *cdb, struct sim_edit_job *job, size_t jobs,
		      struct reply *reply)
{
	size_t len = cdb[15] * 16u;
	uint8_t *buf = malloc(len + 1);
	struct iovec iov[2] = { { buf, len / 3 }, { buf + len / 3, len - len / 3 } };
	struct sim_cmd cmd = { .cdb = cdb, .iov = iov, .iov_count = 2, .data_len = len };
	struct sim_device dev = { .type = 8 };

	if (buf)
		sim_reply_execute(&dev, &cmd, job, jobs, answer, reply);
	require(cmd.done <= len, "no more comes than there is room for");
	free(buf);
}

static void replies(const uint8_t *data, size_t size)
{
	static const char *const values[] = {
		NULL, "none", "0", "1", "12", "16", "255", "+8", "-150", "65535", "cut", "naa", "same",
		"noise", "nul", "zero", "nowhere", "too-many", "no-speeds", "3:00ff00ff", "65535:00",
	};
	struct sim_edit_job job[2];
	struct reply reply;
	uint8_t cdb[16];
	size_t jobs = 0;

	if (size < 20)
		return;
	memcpy(cdb, data, 16);
	for (size_t i = 16; i < 20; i += 2) {
		const struct sim_edit *edit;
		char text[64];
		size_t n = 0;

		while (sim_edit_at(n))
			n++;
		edit = sim_edit_at(data[i] % n);
		n = data[i + 1] % (sizeof(values) / sizeof(values[0]));
		snprintf(text, sizeof(text), "%s%s%s", edit->name, values[n] ? "=" : "",
			 values[n] ? values[n] : "");
		job[jobs].state = 0;
		job[jobs].edit = sim_edit_parse(text, &job[jobs].value);
		jobs += job[jobs].edit != NULL;
	}
	reply = (struct reply){ data + 20, size - 20 };
	one_reply(cdb, job, jobs, &reply);
	/* Again, for those that remember */
	one_reply(cdb, job, jobs, &reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *rest;

	if (!size)
		return 0;
	if (data[0] % 4 == 3) {
		replies(data + 1, size - 1);
		return 0;
	}
	text = strndup((const char *)data + 1, size - 1);
	if (!text)
		return 0;
	rest = strchr(text, '\n');
	if (rest)
		*rest++ = 0;
	if (data[0] % 4 == 0)
		faults(text);
	else if (data[0] % 4 == 1)
		habits(text, rest ? rest : "");
	else
		profiles(text, rest ? rest : "");
	free(text);
	return 0;
}
