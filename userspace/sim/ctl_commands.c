// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "changer.h"
#include "ctl_commands.h"
#include "drive.h"

#define WORDS_MAX	32

/* One request on its way. */
struct call {
	struct sim_rig *rig;
	const json_t *request;
	json_t *reply;		/* what goes beside "ok" */
	char err[320];
};

__attribute__((format(printf, 2, 3)))
static int refuse(struct call *call, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(call->err, sizeof(call->err), format, ap);
	va_end(ap);
	return -EINVAL;
}

/* A string argument, or NULL. */
static const char *text(const struct call *call, const char *key)
{
	return json_string_value(json_object_get(call->request, key));
}

static struct sim_rig_device *named(struct call *call, const char *name)
{
	if (!name) {
		refuse(call, "which device?  Give its name");
		return NULL;
	}
	return sim_rig_find(call->rig, name, call->err, sizeof(call->err));
}

static struct sim_rig_device *find(struct call *call, const char *key)
{
	return named(call, text(call, key));
}

static struct sim_rig_device *drive_named(struct call *call, const char *name)
{
	struct sim_rig_device *device = named(call, name);

	if (device && device->plan->kind == SIM_CHANGER) {
		refuse(call, "%s is a changer: give a drive", device->plan->name);
		return NULL;
	}
	return device;
}

static struct sim_rig_device *find_drive(struct call *call)
{
	return drive_named(call, text(call, "device"));
}

/* The changer that is named, or the only one. */
static struct sim_rig_device *find_changer(struct call *call)
{
	struct sim_rig_device *only = NULL;

	if (text(call, "changer")) {
		only = find(call, "changer");
		if (only && only->plan->kind != SIM_CHANGER) {
			refuse(call, "%s is no changer", only->plan->name);
			return NULL;
		}
		return only;
	}
	for (size_t i = 0; i < call->rig->count; i++) {
		if (call->rig->device[i].plan->kind != SIM_CHANGER)
			continue;
		if (only) {
			refuse(call, "there are several changers: give the name of one");
			return NULL;
		}
		only = &call->rig->device[i];
	}
	if (!only)
		refuse(call, "there is no changer: start with a profile that has one");
	return only;
}

/* The disc of the media folder that argument "disc" means; an image becomes one. */
static int find_disc(struct call *call, char *name, size_t len)
{
	const char *disc = text(call, "disc");
	json_t *known;

	if (!disc || !*disc)
		return refuse(call, "which disc?  Give its name, or an .iso file");
	if (*disc == '/')
		return sim_media_import(call->rig->media, disc, NULL, name, len, call->err,
					sizeof(call->err));
	known = sim_media_describe(call->rig->media, disc);
	if (!known || strlen(disc) >= len) {
		json_decref(known);
		return refuse(call, "no disc '%s' in %s: 'discmux-sim ctl list' shows them", disc,
			      call->rig->config.media_dir);
	}
	json_decref(known);
	strcpy(name, disc);
	return 0;
}

static int do_list(struct call *call)
{
	json_t *devices = json_array();
	json_t *discs = sim_media_list(call->rig->media);

	for (size_t i = 0; i < call->rig->count; i++)
		json_array_append_new(devices, sim_rig_describe(&call->rig->device[i]));
	json_object_set_new(call->reply, "devices", devices);
	json_object_set_new(call->reply, "discs", discs);
	return 0;
}

static int do_insert(struct call *call)
{
	struct sim_rig_device *drive = find_drive(call);
	char disc[SIM_MEDIA_NAME_MAX];
	int ret;

	if (!drive)
		return -EINVAL;
	ret = find_disc(call, disc, sizeof(disc));
	if (!ret)
		ret = sim_drive_insert(drive->dev, disc, call->err, sizeof(call->err));
	if (!ret)
		json_object_set_new(call->reply, "disc", json_string(disc));
	return ret;
}

static int do_eject(struct call *call)
{
	struct sim_rig_device *drive = find_drive(call);
	bool force = json_is_true(json_object_get(call->request, "force"));
	char disc[SIM_MEDIA_NAME_MAX];
	int ret;

	if (!drive)
		return -EINVAL;
	ret = sim_drive_take(drive->dev, disc, sizeof(disc), force, call->err, sizeof(call->err));
	if (!ret)
		json_object_set_new(call->reply, "disc", json_string(disc));
	return ret;
}

/* One blank: its name goes to disc (SIM_MEDIA_NAME_MAX bytes). */
static int make_blank(struct call *call, const char *name, char *disc)
{
	json_int_t blocks = json_integer_value(json_object_get(call->request, "blocks"));

	if (!text(call, "type"))
		return refuse(call, "which type?  dvd+r, dvd-r or cd-r");
	if (blocks < 0 || blocks > UINT32_MAX)
		return refuse(call, "bad capacity: give a number of blocks");
	return sim_media_blank(call->rig->media, text(call, "type"), name, (uint32_t)blocks, disc,
			       SIM_MEDIA_NAME_MAX, call->err, sizeof(call->err));
}

static void tell_blank(struct call *call, const char *disc, const char *device, int slot)
{
	json_t *blank = json_pack("{s:s}", "disc", disc);

	if (device)
		json_object_set_new(blank, "device", json_string(device));
	if (slot)
		json_object_set_new(blank, "slot", json_integer(slot));
	json_array_append_new(json_object_get(call->reply, "blanks"), blank);
}

static int blank_into(struct call *call, const char *name, struct sim_rig_device *drive)
{
	char disc[SIM_MEDIA_NAME_MAX];
	int ret;

	/* Not a disc that nobody asked for if the drive is not free */
	if (sim_drive_has_disc(drive->dev))
		return refuse(call, "%s has a disc: eject it first", drive->plan->name);
	ret = make_blank(call, name, disc);
	if (!ret)
		ret = sim_drive_insert(drive->dev, disc, call->err, sizeof(call->err));
	if (!ret)
		tell_blank(call, disc, drive->plan->name, 0);
	return ret;
}

static bool is_in_library(const struct sim_rig *rig, const struct sim_rig_device *drive)
{
	for (size_t i = 0; i < rig->count; i++)
		if (rig->device[i].plan->kind == SIM_CHANGER &&
		    rig->device[i].plan->group == drive->plan->group)
			return true;
	return false;
}

/* A blank into every empty recorder that a hand can reach. */
static int blank_all(struct call *call)
{
	for (size_t i = 0; i < call->rig->count; i++) {
		struct sim_rig_device *drive = &call->rig->device[i];
		int ret = 0;

		if (drive->plan->kind == SIM_RECORDER && !is_in_library(call->rig, drive) &&
		    !sim_drive_has_disc(drive->dev))
			ret = blank_into(call, NULL, drive);
		if (ret)
			return ret;
	}
	if (!json_array_size(json_object_get(call->reply, "blanks")))
		return refuse(call, "no empty recorder (those of a library don't count: "
			      "its discs go into slots)");
	return 0;
}

/* A blank into every empty slot, or into so many. */
static int blank_slots(struct call *call)
{
	json_int_t count = json_integer_value(json_object_get(call->request, "count"));
	struct sim_rig_device *changer = find_changer(call);
	json_t *state, *slot;
	size_t i;
	int ret = 0;

	if (!changer)
		return -EINVAL;
	state = sim_changer_describe(changer->dev);
	json_array_foreach(json_object_get(state, "slots"), i, slot) {
		json_int_t n = json_integer_value(json_object_get(slot, "n"));
		char disc[SIM_MEDIA_NAME_MAX];

		if (json_is_string(json_object_get(slot, "disc")) ||
		    !json_is_true(json_object_get(slot, "tray")))
			continue;
		ret = make_blank(call, NULL, disc);
		if (!ret)
			ret = sim_changer_slot_put(changer->dev, (unsigned int)n, disc, call->err,
						   sizeof(call->err));
		if (ret)
			break;
		tell_blank(call, disc, changer->plan->name, (int)n);
		if (!--count)
			break;
	}
	json_decref(state);
	if (!ret && !json_array_size(json_object_get(call->reply, "blanks")))
		return refuse(call, "no empty slot in %s", changer->plan->name);
	return ret;
}

static int do_blank(struct call *call)
{
	const char *place = text(call, "device"), *name = text(call, "name");
	struct sim_rig_device *drive;
	char disc[SIM_MEDIA_NAME_MAX], ignored[160];
	int ret;

	json_object_set_new(call->reply, "blanks", json_array());
	/* One word may be either */
	if (name && !place && (!strcmp(name, "all") || !strcmp(name, "slots") ||
			       sim_rig_find(call->rig, name, ignored, sizeof(ignored)))) {
		place = name;
		name = NULL;
	}
	if (place && (!strcmp(place, "all") || !strcmp(place, "slots"))) {
		if (name)
			return refuse(call, "several blanks can't have one name");
		return !strcmp(place, "all") ? blank_all(call) : blank_slots(call);
	}
	if (place) {
		drive = drive_named(call, place);
		return drive ? blank_into(call, name, drive) : -EINVAL;
	}
	ret = make_blank(call, name, disc);
	if (!ret)
		tell_blank(call, disc, NULL, 0);
	return ret;
}

static int do_tray(struct call *call)
{
	const json_t *open = json_object_get(call->request, "open");
	struct sim_rig_device *drive = find_drive(call);

	if (!drive)
		return -EINVAL;
	if (!json_is_boolean(open))
		return refuse(call, "give open or close");
	return sim_drive_tray(drive->dev, json_is_true(open), call->err, sizeof(call->err));
}

static int do_mail(struct call *call)
{
	struct sim_rig_device *changer = find_changer(call);
	const char *action = text(call, "action");
	char disc[SIM_CHANGER_NAME_SIZE];
	int ret;

	if (!changer)
		return -EINVAL;
	if (!action)
		action = "";
	if (!strcmp(action, "open"))
		return sim_changer_mail_open(changer->dev, call->err, sizeof(call->err));
	if (!strcmp(action, "close"))
		return sim_changer_mail_close(changer->dev, call->err, sizeof(call->err));
	if (!strcmp(action, "insert")) {
		ret = find_disc(call, disc, SIM_MEDIA_NAME_MAX);
		return ret ? ret : sim_changer_mail_put(changer->dev, disc, call->err,
							sizeof(call->err));
	}
	if (strcmp(action, "remove"))
		return refuse(call, "give mail open, close, insert DISC or remove");
	ret = sim_changer_mail_take(changer->dev, disc, sizeof(disc), call->err,
				    sizeof(call->err));
	if (!ret)
		json_object_set_new(call->reply, "disc", json_string(disc));
	return ret;
}

static int do_slot(struct call *call)
{
	json_int_t slot = json_integer_value(json_object_get(call->request, "slot"));
	struct sim_rig_device *changer = find_changer(call);
	char disc[SIM_MEDIA_NAME_MAX];
	int ret = 0;

	if (!changer)
		return -EINVAL;
	if (slot < 1 || slot > changer->plan->slots)
		return refuse(call, "no such slot: %s has slots 1 to %u", changer->plan->name,
			      changer->plan->slots);
	if (text(call, "disc"))
		ret = find_disc(call, disc, sizeof(disc));
	if (ret)
		return ret;
	return sim_changer_slot_put(changer->dev, (unsigned int)slot,
				    text(call, "disc") ? disc : NULL, call->err,
				    sizeof(call->err));
}

static int do_speed(struct call *call)
{
	const json_t *factor = json_object_get(call->request, "factor");
	struct sim_rig_device *drive = find_drive(call);

	if (!drive)
		return -EINVAL;
	if (!json_is_number(factor) ||
	    sim_drive_set_speed(drive->dev, json_number_value(factor)))
		return refuse(call, "bad speed: give unlimited, or a factor of real time above 0");
	return 0;
}

static int do_fault(struct call *call)
{
	const json_t *list = json_object_get(call->request, "words");
	struct sim_rig_device *device = find(call, "device");
	const char *words[WORDS_MAX];
	size_t n = json_array_size(list);
	struct sim_fault fault;
	int ret;

	if (!device)
		return -EINVAL;
	if (n > WORDS_MAX)
		return refuse(call, "too many words for a fault");
	for (size_t i = 0; i < n; i++) {
		words[i] = json_string_value(json_array_get(list, i));
		if (!words[i])
			return refuse(call, "bad fault: words are strings");
	}
	ret = sim_fault_parse(words, n, &fault, call->err, sizeof(call->err));
	if (ret)
		return ret;
	ret = sim_faults_add(device->faults, &fault);
	if (ret < 0)
		return refuse(call, "%s has %d faults already: clear some", device->plan->name,
			      SIM_FAULTS_MAX);
	json_object_set_new(call->reply, "number", json_integer(ret));
	return 0;
}

static int do_clear(struct call *call)
{
	json_int_t number = json_integer_value(json_object_get(call->request, "number"));
	struct sim_rig_device *device = find(call, "device");
	int ret;

	if (!device)
		return -EINVAL;
	if (number < 0 || number > UINT32_MAX)
		return refuse(call, "bad number of a fault");
	ret = sim_faults_clear(device->faults, (unsigned int)number);
	if (ret < 0)
		return refuse(call, "%s has no fault %lld: 'discmux-sim ctl list' shows them",
			      device->plan->name, (long long)number);
	json_object_set_new(call->reply, "cleared", json_integer(ret));
	return 0;
}

static int do_count(struct call *call)
{
	bool reset = json_is_true(json_object_get(call->request, "reset"));
	struct sim_rig_device *only = NULL;
	json_t *devices = json_object();

	json_object_set_new(call->reply, "devices", devices);
	if (text(call, "device")) {
		only = find(call, "device");
		if (!only)
			return -EINVAL;
	}
	for (size_t i = 0; i < call->rig->count; i++) {
		struct sim_rig_device *device = &call->rig->device[i];

		if (only && device != only)
			continue;
		json_object_set_new(devices, device->plan->name,
				    sim_faults_count(device->faults, device->unit.type));
		if (reset)
			sim_faults_count_reset(device->faults);
	}
	return 0;
}

static int do_vanish(struct call *call)
{
	struct sim_rig_device *device = find(call, "device");

	return device ? sim_rig_vanish(device, call->err, sizeof(call->err)) : -EINVAL;
}

static int do_appear(struct call *call)
{
	struct sim_rig_device *device = find(call, "device");

	return device ? sim_rig_appear(device, call->err, sizeof(call->err)) : -EINVAL;
}

static int do_set(struct call *call)
{
	struct sim_rig_device *device = find(call, "device");

	if (!device)
		return -EINVAL;
	if (!text(call, "fields"))
		return refuse(call, "set what?  Give vendor=, product=, revision= or serial=");
	return sim_rig_identify(device, text(call, "fields"), call->err, sizeof(call->err));
}

static const struct {
	const char *name;
	int (*execute)(struct call *call);
} commands[] = {
	{ "list", do_list },
	{ "insert", do_insert },
	{ "eject", do_eject },
	{ "blank", do_blank },
	{ "tray", do_tray },
	{ "mail", do_mail },
	{ "slot", do_slot },
	{ "speed", do_speed },
	{ "fault", do_fault },
	{ "clear", do_clear },
	{ "count", do_count },
	{ "vanish", do_vanish },
	{ "appear", do_appear },
	{ "set", do_set },
};

json_t *ctl_execute(struct sim_rig *rig, const json_t *request)
{
	struct call call = { .rig = rig, .request = request, .reply = json_object() };
	const char *name = text(&call, "command");
	int ret = refuse(&call, "unknown command '%s'", name ? name : "");

	for (size_t i = 0; name && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name))
			continue;
		call.err[0] = 0;
		ret = commands[i].execute(&call);
	}
	if (ret < 0 && !call.err[0])
		snprintf(call.err, sizeof(call.err), "%s", strerror(-ret));
	json_object_set_new(call.reply, "ok", json_boolean(ret >= 0));
	if (ret < 0)
		json_object_set_new(call.reply, "error", json_string(call.err));
	return call.reply;
}
