// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "habit.h"
#include "profile_priv.h"

struct library_model {
	const char *profile;
	const char *vendor, *product;
	unsigned int model;
	unsigned int max_drives, max_slots;
	unsigned int drives, slots;	/* by default */
	unsigned int mails, arms;	/* at most */
	bool printer;			/* can be fitted */
};

/* MC-8x00 SCSI Command Manual, section 1.3 */
static const struct library_model library_models[] = {
	{ "mc8100", "JVC", "JVC-CHG MC-8100", 8100, 4, 100, 4, 100, 1, 1, true },
	{ "mc8200", "JVC", "JVC-CHG MC-8200", 8200, 9, 200, 9, 200, 1, 1, true },
	{ "mc8600", "JVC", "JVC-CHG MC-8600", 8600, 12, 600, 12, 600, 1, 1, true },
	{ "smc3", "DISCMUX", "SMC-3 LIBRARY", 3, 12, 600, 2, 40, 8, 2, false },
};

/* How many of each name there are so far, over all profiles */
struct names {
	unsigned int readers;
	unsigned int recorders;
	unsigned int drives;
	unsigned int changers;
	unsigned int hosts;
};

const char *sim_kind_name(enum sim_kind kind)
{
	switch (kind) {
	case SIM_READER:
		return "reader";
	case SIM_RECORDER:
		return "recorder";
	case SIM_CHANGER:
		return "changer";
	}
	return "unknown";
}

/*
 * Serial numbers have ten characters, so that the identifier a changer gives
 * for a drive (vendor, product, ten bytes of serial number) is unique too.
 */
static void identify_drive(struct sim_plan_device *dev, unsigned int n)
{
	static const char *const recorders[] = {
		"DVDRW DX-16A", "DVDRW DX-18S", "DVD-R DW-1620", "DVDRAM DM-22N",
	};
	struct sim_identity *id = &dev->identity;
	unsigned int kinds = sizeof(recorders) / sizeof(recorders[0]);

	strcpy(id->vendor, "DISCMUX");
	if (dev->kind == SIM_READER) {
		strcpy(id->product, dev->bd ? "BD-ROM BR-12X" : "DVD-ROM DR-16X");
		snprintf(id->revision, sizeof(id->revision), "1.%02u", n % 100);
		snprintf(id->serial, sizeof(id->serial), "DR16X%05u", 30001 + n);
		return;
	}
	strcpy(id->product, dev->bd ? "BD-RE BW-16D" : recorders[n % kinds]);
	snprintf(id->revision, sizeof(id->revision), "%c.%02u", 'A' + (int)(n % kinds), n % 100);
	snprintf(id->serial, sizeof(id->serial), "D%u%03u%05u", n % kinds + 1, 160 + n, 70001 + n);
}

static void identify_library(struct sim_plan_device *dev, unsigned int n)
{
	struct sim_identity *id = &dev->identity;

	for (size_t i = 0; i < sizeof(library_models) / sizeof(library_models[0]); i++) {
		if (library_models[i].model != dev->model)
			continue;
		strcpy(id->vendor, library_models[i].vendor);
		strcpy(id->product, library_models[i].product);
	}
	strcpy(id->revision, "1.00");
	snprintf(id->serial, sizeof(id->serial), "MC%04u%04u", dev->model, 1 + n);
}

static struct sim_plan_device *add(struct sim_plan *plan, enum sim_kind kind)
{
	struct sim_plan_device *dev;

	if (plan->count == SIM_PLAN_DEVICES)
		return NULL;
	dev = &plan->device[plan->count++];
	dev->kind = kind;
	dev->group = plan->groups;
	return dev;
}

/* ":N" at *p: the number, or fallback when there is none. */
static int number(const char **p, unsigned int fallback, unsigned int max, const char *what,
		  unsigned int *out, char *err, size_t errlen)
{
	unsigned long n = fallback;
	char *end;

	if (**p == ':') {
		errno = 0;
		n = isdigit((unsigned char)(*p)[1]) ? strtoul(*p + 1, &end, 10) : 0;
		if (!n || n > max || errno) {
			snprintf(err, errlen, "bad number of %s: give 1 to %u", what, max);
			return -EINVAL;
		}
		*p = end;
	}
	*out = (unsigned int)n;
	return 0;
}

static int plan_tower(struct sim_plan *plan, const char *args, struct names *names, bool shared,
		      bool bd, char *err, size_t errlen)
{
	struct sim_plan_device *dev;
	unsigned int recorders;
	int ret;

	ret = number(&args, 0, 16, "recorders in tower:N", &recorders, err, errlen);
	if (ret)
		return ret;
	if (!recorders || *args) {
		snprintf(err, errlen, "bad tower profile: give %s:N, N recorders, 1 to 16",
			 bd ? "bdtower" : "tower");
		return -EINVAL;
	}
	for (unsigned int i = 0; i <= recorders; i++) {
		dev = add(plan, i ? SIM_RECORDER : SIM_READER);
		if (!dev)
			return -ENOSPC;
		if (i)
			snprintf(dev->name, sizeof(dev->name), "recorder%u", names->recorders++ % 100);
		else
			snprintf(dev->name, sizeof(dev->name), "reader%u", names->readers++ % 100);
		dev->bd = bd;
		dev->id = shared ? i : 0;
		dev->host = shared ? names->hosts : names->hosts++;
	}
	names->hosts += shared;
	return 0;
}

/* "=N" of an option, 1 to most; whole: the option ends there */
static bool option_number(const char *text, size_t len, unsigned int most, unsigned int *out)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	n = strtoul(text, &end, 10);
	*out = (unsigned int)n;
	return end == text + len && n >= 1 && n <= most;
}

static bool library_option(const struct library_model *model, const char *text, size_t len,
			   struct sim_plan_device *dev)
{
	bool smc3 = model->mails > 1;
	const struct {
		const char *name;
		bool *flag;
		bool fits;
	} flags[] = {
		{ "printer", &dev->printer, model->printer },
		{ "no-flip", &dev->no_flip, true },
		{ "no-tags", &dev->no_tags, smc3 },
		{ "no-dvcid", &dev->no_dvcid, smc3 },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (len == strlen(flags[i].name) && !strncmp(text, flags[i].name, len))
			return *flags[i].flag = flags[i].fits;
	if (len > 5 && !strncmp(text, "mail=", 5))
		return option_number(text + 5, len - 5, model->mails, &dev->mails);
	if (len > 5 && !strncmp(text, "arms=", 5))
		return option_number(text + 5, len - 5, model->arms, &dev->arms);
	return false;
}

static int library_options(const struct library_model *model, const char *args,
			   struct sim_plan_device *dev, char *err, size_t errlen)
{
	dev->mails = dev->arms = 1;
	while (*args == '+') {
		size_t len = strcspn(++args, "+");

		if (!library_option(model, args, len, dev)) {
			snprintf(err, errlen, "%s has no option '%.*s': give %s", model->profile,
				 (int)len, args, model->printer ? "+printer, +no-flip" :
				 "+mail=N, +arms=N, +no-tags, +no-dvcid, +no-flip");
			return -EINVAL;
		}
		args += len;
	}
	if (!*args)
		return 0;
	snprintf(err, errlen, "bad library profile: give %s[:DRIVES[:SLOTS]][+OPTION...]",
		 model->profile);
	return -EINVAL;
}

static int plan_changer(struct sim_plan *plan, const struct library_model *model, const char *args,
			struct names *names, bool shared, struct sim_plan_device **out, char *err,
			size_t errlen)
{
	struct sim_plan_device *dev = add(plan, SIM_CHANGER);
	int ret;

	if (!dev)
		return -ENOSPC;
	ret = number(&args, model->drives, model->max_drives, "drives", &dev->drives, err, errlen);
	if (!ret)
		ret = number(&args, model->slots, model->max_slots, "slots", &dev->slots, err,
			     errlen);
	if (!ret)
		ret = library_options(model, args, dev, err, errlen);
	if (names->changers)
		snprintf(dev->name, sizeof(dev->name), "changer%u", names->changers % 100);
	else
		strcpy(dev->name, "changer");
	names->changers++;
	dev->profile = model->profile;
	dev->model = model->model;
	dev->host = shared ? names->hosts : names->hosts++;
	*out = dev;
	return ret;
}

static int plan_library(struct sim_plan *plan, const struct library_model *model, const char *args,
			struct names *names, bool shared, char *err, size_t errlen)
{
	struct sim_plan_device *changer, *dev;
	int ret = plan_changer(plan, model, args, names, shared, &changer, err, errlen);

	for (unsigned int i = 0; !ret && i < changer->drives; i++) {
		dev = add(plan, SIM_RECORDER);
		if (!dev)
			return -ENOSPC;
		snprintf(dev->name, sizeof(dev->name), "drive%u", names->drives++ % 100);
		dev->id = i + 1;
		dev->host = shared ? names->hosts : names->hosts++;
	}
	names->hosts += shared;
	return ret;
}

static int plan_one(struct sim_plan *plan, const char *text, struct names *names, bool shared,
		    char *err, size_t errlen)
{
	size_t len = strcspn(text, ":+");

	if (plan->groups == SIM_PLAN_GROUPS)
		return -ENOSPC;
	if (len == 5 && !strncmp(text, "tower", len))
		return plan_tower(plan, text + len, names, shared, false, err, errlen);
	if (len == 7 && !strncmp(text, "bdtower", len))
		return plan_tower(plan, text + len, names, shared, true, err, errlen);

	for (size_t i = 0; i < sizeof(library_models) / sizeof(library_models[0]); i++) {
		const char *name = library_models[i].profile;

		if (len == strlen(name) && !strncmp(text, name, len))
			return plan_library(plan, &library_models[i], text + len, names, shared,
					    err, errlen);
	}
	snprintf(err, errlen, "unknown profile '%.*s': give tower:N, bdtower:N, mc8100, mc8200, "
		 "mc8600 or smc3",
		 (int)len, text);
	return -EINVAL;
}

static void identify(struct sim_plan *plan)
{
	unsigned int readers = 0, recorders = 0, changers = 0;

	for (size_t i = 0; i < plan->count; i++) {
		struct sim_plan_device *dev = &plan->device[i];

		switch (dev->kind) {
		case SIM_READER:
			identify_drive(dev, readers++);
			break;
		case SIM_RECORDER:
			identify_drive(dev, recorders++);
			break;
		case SIM_CHANGER:
			identify_library(dev, changers++);
			break;
		}
	}
}

int sim_plan_parse(struct sim_plan *plan, const char *profiles, bool shared_host,
		   char *err, size_t errlen)
{
	struct names names = { 0 };
	const char *p = profiles;
	int ret;

	memset(plan, 0, sizeof(*plan));
	if (strlen(profiles) >= sizeof(plan->text)) {
		snprintf(err, errlen, "the list of profiles is too long");
		return -EINVAL;
	}
	strcpy(plan->text, profiles);
	for (;;) {
		size_t len = strcspn(p, ",");
		char one[sizeof(plan->text)], habits[sizeof(plan->text)];
		size_t first = plan->count;

		memcpy(one, p, len);
		one[len] = 0;
		sim_plan_take_habits(one, habits);
		ret = plan_one(plan, one, &names, shared_host, err, errlen);
		if (!ret && *habits)
			ret = sim_plan_spread(plan, first, SIM_OF_ANY, habits, err, errlen);
		if (ret == -ENOSPC) {
			snprintf(err, errlen, "too many devices: at most %u in %u profiles",
				 SIM_PLAN_DEVICES, SIM_PLAN_GROUPS);
			ret = -EINVAL;
		}
		if (ret)
			return ret;
		plan->groups++;
		p += len;
		if (!*p)
			break;
		p++;
	}
	identify(plan);
	return 0;
}

struct sim_plan_device *sim_plan_find(struct sim_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (!strcmp(plan->device[i].name, name))
			return &plan->device[i];
	return NULL;
}

static int set_field(struct sim_identity *id, const char *text, size_t len, char *err,
		     size_t errlen)
{
	const struct {
		const char *name;
		char *value;
		size_t size;
	} fields[] = {
		{ "vendor=", id->vendor, sizeof(id->vendor) },
		{ "product=", id->product, sizeof(id->product) },
		{ "revision=", id->revision, sizeof(id->revision) },
		{ "serial=", id->serial, sizeof(id->serial) },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t skip = strlen(fields[i].name);

		if (len < skip || strncmp(text, fields[i].name, skip))
			continue;
		text += skip;
		len -= skip;
		if (!len || len >= fields[i].size) {
			snprintf(err, errlen, "bad %.*s: give 1 to %zu characters",
				 (int)skip - 1, fields[i].name, fields[i].size - 1);
			return -EINVAL;
		}
		for (size_t j = 0; j < len; j++) {
			if (text[j] >= ' ' && text[j] <= '~')
				continue;
			snprintf(err, errlen, "bad %.*s: printable ASCII only", (int)skip - 1,
				 fields[i].name);
			return -EINVAL;
		}
		memset(fields[i].value, 0, fields[i].size);
		memcpy(fields[i].value, text, len);
		return 0;
	}
	snprintf(err, errlen,
		 "unknown field '%.*s': give vendor=, product=, revision= or serial=",
		 (int)len, text);
	return -EINVAL;
}

int sim_identity_set(struct sim_identity *identity, const char *text, char *err, size_t errlen)
{
	struct sim_identity new = *identity;

	for (;;) {
		size_t len = strcspn(text, ",");
		int ret = set_field(&new, text, len, err, errlen);

		if (ret)
			return ret;
		text += len;
		if (!*text)
			break;
		text++;
	}
	*identity = new;
	return 0;
}

int sim_plan_set(struct sim_plan *plan, const char *text, char *err, size_t errlen)
{
	size_t len = strcspn(text, ".");
	struct sim_plan_device *dev = NULL;
	char name[sizeof(plan->device[0].name)];

	if (!text[len]) {
		snprintf(err, errlen, "bad '%s': give DEVICE.FIELD=VALUE[,FIELD=VALUE]", text);
		return -EINVAL;
	}
	if (len < sizeof(name)) {
		memcpy(name, text, len);
		name[len] = 0;
		dev = sim_plan_find(plan, name);
	}
	if (!dev) {
		snprintf(err, errlen, "no device '%.*s' in profile %s", (int)len, text,
			 plan->text);
		return -ENOENT;
	}
	return sim_identity_set(&dev->identity, text + len + 1, err, errlen);
}
