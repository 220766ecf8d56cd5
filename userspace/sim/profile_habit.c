// SPDX-License-Identifier: GPL-2.0
/* Which device of a plan has which habits. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "profile_priv.h"

uint8_t sim_kind_bit(enum sim_kind kind)
{
	switch (kind) {
	case SIM_READER:
		return SIM_OF_READER;
	case SIM_RECORDER:
		return SIM_OF_RECORDER;
	case SIM_CHANGER:
		break;
	}
	return SIM_OF_CHANGER;
}

static int add_habits(struct sim_plan_device *dev, const char *list, char *err, size_t errlen)
{
	size_t len = strlen(dev->habits);

	if (len + strlen(list) + 2 > sizeof(dev->habits)) {
		snprintf(err, errlen, "too many habits for %s: give %zu characters at most",
			 dev->name, sizeof(dev->habits) - 1);
		return -EINVAL;
	}
	snprintf(dev->habits + len, sizeof(dev->habits) - len, "%s%s", len ? "+" : "", list);
	return 0;
}

int sim_plan_spread(struct sim_plan *plan, size_t from, uint8_t kinds, const char *list, char *err,
		    size_t errlen)
{
	uint8_t of;
	int ret = sim_habits_check(list, &of, err, errlen);
	bool any = false;

	for (size_t i = from; i < plan->count && !ret; i++) {
		struct sim_plan_device *dev = &plan->device[i];

		if (!(sim_kind_bit(dev->kind) & of & kinds))
			continue;
		any = true;
		ret = add_habits(dev, list, err, errlen);
	}
	if (ret || any)
		return ret;
	snprintf(err, errlen, "no device for habit %s: 'discmux-sim habits' tells whose it is",
		 list);
	return -EINVAL;
}

void sim_plan_take_habits(char *text, char *list)
{
	static const char word[] = "+habit=";
	char *at, *end;

	*list = 0;
	while ((at = strstr(text, word))) {
		end = at + strcspn(at + 1, "+") + 1;
		if (*list)
			strcat(list, "+");
		strncat(list, at + sizeof(word) - 1, (size_t)(end - at) - (sizeof(word) - 1));
		memmove(at, end, strlen(end) + 1);
	}
}

/* The list for one device: each habit must be for it. */
static int habit_of(struct sim_plan_device *dev, bool changers, const char *list, char *err,
		    size_t errlen)
{
	char one[SIM_PLAN_HABITS];
	uint8_t of;

	if ((dev->kind == SIM_CHANGER) != changers) {
		snprintf(err, errlen, "%s is %s changer", dev->name, changers ? "no" : "a");
		return -EINVAL;
	}
	for (size_t len; ; list += len + 1) {
		len = strcspn(list, "+");
		if (len >= sizeof(one)) {
			snprintf(err, errlen, "the name of a habit is too long");
			return -EINVAL;
		}
		memcpy(one, list, len);
		one[len] = 0;
		if (sim_habits_check(one, &of, err, errlen))
			return -EINVAL;
		if (!(of & sim_kind_bit(dev->kind))) {
			snprintf(err, errlen, "habit %s is not for %s", one, dev->name);
			return -EINVAL;
		}
		if (add_habits(dev, one, err, errlen))
			return -EINVAL;
		if (!list[len])
			return 0;
	}
}

int sim_plan_habit(struct sim_plan *plan, bool changers, const char *text, char *err,
		   size_t errlen)
{
	static const char word[] = "habit=";
	char name[sizeof(plan->device[0].name)] = "";
	size_t len = strcspn(text, ".=");
	struct sim_plan_device *dev;

	if (text[len] == '.') {
		snprintf(name, sizeof(name), "%.*s", (int)len, len ? text : "?");
		text += len + 1;
	}
	if (strncmp(text, word, sizeof(word) - 1) || !text[sizeof(word) - 1]) {
		snprintf(err, errlen, "bad '%.60s': give [DEVICE.]habit=NAME[=VALUE][+NAME...]",
			 text);
		return -EINVAL;
	}
	text += sizeof(word) - 1;
	if (!*name)
		return sim_plan_spread(plan, 0, changers ? SIM_OF_CHANGER : SIM_OF_DRIVE, text,
				       err, errlen);
	dev = sim_plan_find(plan, name);
	if (dev)
		return habit_of(dev, changers, text, err, errlen);
	snprintf(err, errlen, "no device '%s' in profile %s", name, plan->text);
	return -ENOENT;
}
