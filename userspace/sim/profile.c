// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"

struct library_model {
	unsigned int model;
	unsigned int drives;	/* at most, and by default */
	unsigned int slots;
};

/* MC-8x00 SCSI Command Manual, section 1.3 */
static const struct library_model library_models[] = {
	{ 8100, 4, 100 },
	{ 8200, 9, 200 },
	{ 8600, 12, 600 },
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
		strcpy(id->product, "DVD-ROM DR-16X");
		snprintf(id->revision, sizeof(id->revision), "1.%02u", n % 100);
		snprintf(id->serial, sizeof(id->serial), "DR16X%05u", 30001 + n);
		return;
	}
	strcpy(id->product, recorders[n % kinds]);
	snprintf(id->revision, sizeof(id->revision), "%c.%02u", 'A' + (int)(n % kinds), n % 100);
	snprintf(id->serial, sizeof(id->serial), "D%u%03u%05u", n % kinds + 1, 160 + n, 70001 + n);
}

static void identify_library(struct sim_plan_device *dev, unsigned int n)
{
	struct sim_identity *id = &dev->identity;

	strcpy(id->vendor, "JVC");
	snprintf(id->product, sizeof(id->product), "JVC-CHG MC-%u", dev->model);
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
		      char *err, size_t errlen)
{
	struct sim_plan_device *dev;
	unsigned int recorders;
	int ret;

	ret = number(&args, 0, 16, "recorders in tower:N", &recorders, err, errlen);
	if (ret)
		return ret;
	if (!recorders || *args) {
		snprintf(err, errlen, "bad tower profile: give tower:N, N recorders, 1 to 16");
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
		dev->id = shared ? i : 0;
		dev->host = shared ? names->hosts : names->hosts++;
	}
	names->hosts += shared;
	return 0;
}

static int plan_library(struct sim_plan *plan, const struct library_model *model, const char *args,
			struct names *names, bool shared, char *err, size_t errlen)
{
	struct sim_plan_device *dev;
	unsigned int drives, slots;
	int ret;

	ret = number(&args, model->drives, model->drives, "drives", &drives, err, errlen);
	if (!ret)
		ret = number(&args, model->slots, model->slots, "slots", &slots, err, errlen);
	if (ret)
		return ret;
	if (*args) {
		snprintf(err, errlen, "bad library profile: give mc%u[:DRIVES[:SLOTS]]",
			 model->model);
		return -EINVAL;
	}
	dev = add(plan, SIM_CHANGER);
	if (!dev)
		return -ENOSPC;
	if (names->changers)
		snprintf(dev->name, sizeof(dev->name), "changer%u", names->changers % 100);
	else
		strcpy(dev->name, "changer");
	names->changers++;
	dev->model = model->model;
	dev->drives = drives;
	dev->slots = slots;
	dev->host = shared ? names->hosts : names->hosts++;

	for (unsigned int i = 0; i < drives; i++) {
		dev = add(plan, SIM_RECORDER);
		if (!dev)
			return -ENOSPC;
		snprintf(dev->name, sizeof(dev->name), "drive%u", names->drives++ % 100);
		dev->id = i + 1;
		dev->host = shared ? names->hosts : names->hosts++;
	}
	names->hosts += shared;
	return 0;
}

static int plan_one(struct sim_plan *plan, const char *text, struct names *names, bool shared,
		    char *err, size_t errlen)
{
	size_t len = strcspn(text, ":");

	if (plan->groups == SIM_PLAN_GROUPS)
		return -ENOSPC;
	if (len == 5 && !strncmp(text, "tower", len))
		return plan_tower(plan, text + len, names, shared, err, errlen);

	for (size_t i = 0; i < sizeof(library_models) / sizeof(library_models[0]); i++) {
		char name[16];

		snprintf(name, sizeof(name), "mc%u", library_models[i].model);
		if (len == strlen(name) && !strncmp(text, name, len))
			return plan_library(plan, &library_models[i], text + len, names, shared,
					    err, errlen);
	}
	snprintf(err, errlen, "unknown profile '%.*s': give tower:N, mc8100, mc8200 or mc8600",
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
		char one[sizeof(plan->text)];

		memcpy(one, p, len);
		one[len] = 0;
		ret = plan_one(plan, one, &names, shared_host, err, errlen);
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
