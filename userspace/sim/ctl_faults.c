// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl_faults.h"

#define WORDS_MAX	32

int ctl_fault(struct ctl_call *call)
{
	const json_t *list = json_object_get(call->request, "words");
	struct sim_rig_device *device = ctl_find(call, "device");
	const char *words[WORDS_MAX];
	size_t n = json_array_size(list);
	struct sim_fault fault;
	int ret;

	if (!device)
		return -EINVAL;
	if (n > WORDS_MAX)
		return ctl_refuse(call, "too many words for a fault");
	for (size_t i = 0; i < n; i++) {
		words[i] = json_string_value(json_array_get(list, i));
		if (!words[i])
			return ctl_refuse(call, "bad fault: words are strings");
	}
	ret = sim_fault_parse(words, n, &fault, call->err, sizeof(call->err));
	if (ret)
		return ret;
	ret = sim_faults_add(device->faults, &fault);
	if (ret < 0)
		return ctl_refuse(call, "%s has %d faults already: clear some", device->plan->name,
				  SIM_FAULTS_MAX);
	json_object_set_new(call->reply, "number", json_integer(ret));
	return 0;
}

int ctl_clear(struct ctl_call *call)
{
	json_int_t number = json_integer_value(json_object_get(call->request, "number"));
	struct sim_rig_device *device = ctl_find(call, "device");
	int ret;

	if (!device)
		return -EINVAL;
	if (number < 0 || number > UINT32_MAX)
		return ctl_refuse(call, "bad number of a fault");
	ret = sim_faults_clear(device->faults, (unsigned int)number);
	if (ret < 0)
		return ctl_refuse(call, "%s has no fault %lld: 'discmux-sim ctl list' shows them",
				  device->plan->name, (long long)number);
	json_object_set_new(call->reply, "cleared", json_integer(ret));
	return 0;
}

/* Words behind the habits: where they strike */
static int join_words(struct ctl_call *call, char *where, size_t size)
{
	const json_t *list = json_object_get(call->request, "words"), *word;
	size_t i, len = 0;

	*where = 0;
	json_array_foreach(list, i, word) {
		const char *text = json_string_value(word);
		size_t room = text ? strlen(text) + 2 : size;

		if (len + room > size)
			return ctl_refuse(call, "bad words behind the habits: give where they are "
					  "to strike, as behind a fault");
		len += (size_t)snprintf(where + len, size - len, "%s%s", len ? " " : "", text);
	}
	return 0;
}

int ctl_habit(struct ctl_call *call)
{
	struct sim_rig_device *device = ctl_find(call, "device");
	const char *habits = ctl_text(call, "habits");
	char where[128];

	if (!device)
		return -EINVAL;
	if (!habits || !*habits)
		return ctl_refuse(call, "which habits?  'discmux-sim habits' shows them");
	if (join_words(call, where, sizeof(where)))
		return -EINVAL;
	if (!strcmp(habits, "none") && *where)
		return ctl_refuse(call, "'%s' is too much for none", where);
	return sim_rig_habit(device, strcmp(habits, "none") ? habits : NULL, where, call->err,
			     sizeof(call->err));
}
