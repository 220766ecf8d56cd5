// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "changer.h"
#include "ctl_call.h"
#include "ctl_commands.h"
#include "ctl_faults.h"
#include "ctl_library.h"
#include "ctl_replay.h"
#include "drive.h"

#define WORDS_MAX	32

/* The disc of the media folder that argument "disc" means; an image becomes one. */
static int find_disc(struct ctl_call *call, char *name, size_t len)
{
	const char *disc = ctl_text(call, "disc");
	json_t *known;

	if (!disc || !*disc)
		return ctl_refuse(call, "which disc?  Give its name, or an .iso file");
	if (*disc == '/')
		return sim_media_import(call->rig->media, disc, NULL, name, len, call->err,
					sizeof(call->err));
	known = sim_media_describe(call->rig->media, disc);
	if (!known || strlen(disc) >= len) {
		json_decref(known);
		return ctl_refuse(call, "no disc '%s' in %s: 'discmux-sim ctl list' shows them", disc,
				  call->rig->config.media_dir);
	}
	json_decref(known);
	strcpy(name, disc);
	return 0;
}

static int do_list(struct ctl_call *call)
{
	json_t *devices = json_array();
	json_t *discs = sim_media_list(call->rig->media);

	for (size_t i = 0; i < call->rig->count; i++)
		json_array_append_new(devices, sim_rig_describe(&call->rig->device[i]));
	json_object_set_new(call->reply, "devices", devices);
	json_object_set_new(call->reply, "discs", discs);
	return 0;
}

/* What a pressed DVD is to be beyond its data; most are nothing more */
static int press(struct ctl_call *call, const char *disc)
{
	json_int_t layer_0 = json_integer_value(json_object_get(call->request, "layer_break"));
	const char *protect = ctl_text(call, "protect");

	if (layer_0 < 0 || layer_0 > UINT32_MAX)
		return ctl_refuse(call, "bad layer break: give a number of blocks");
	if (!layer_0 && !protect)
		return 0;
	return sim_media_press(call->rig->media, disc, (uint32_t)layer_0, protect, call->err,
			       sizeof(call->err));
}

static int do_insert(struct ctl_call *call)
{
	struct sim_rig_device *drive = ctl_find_drive(call);
	char disc[SIM_MEDIA_NAME_MAX];
	int ret;

	if (!drive)
		return -EINVAL;
	ret = find_disc(call, disc, sizeof(disc));
	if (!ret)
		ret = press(call, disc);
	if (!ret)
		ret = sim_drive_insert(drive->dev, disc, call->err, sizeof(call->err));
	if (!ret)
		json_object_set_new(call->reply, "disc", json_string(disc));
	return ret;
}

static int do_eject(struct ctl_call *call)
{
	struct sim_rig_device *drive = ctl_find_drive(call);
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
static int make_blank(struct ctl_call *call, const char *name, char *disc)
{
	json_int_t blocks = json_integer_value(json_object_get(call->request, "blocks"));

	if (!ctl_text(call, "type"))
		return ctl_refuse(call, "which type?  " SIM_BLANK_TYPES);
	if (blocks < 0 || blocks > UINT32_MAX)
		return ctl_refuse(call, "bad capacity: give a number of blocks");
	return sim_media_blank(call->rig->media, ctl_text(call, "type"), name, (uint32_t)blocks, disc,
			       SIM_MEDIA_NAME_MAX, call->err, sizeof(call->err));
}

static void tell_blank(struct ctl_call *call, const char *disc, const char *device, int slot)
{
	json_t *blank = json_pack("{s:s}", "disc", disc);

	if (device)
		json_object_set_new(blank, "device", json_string(device));
	if (slot)
		json_object_set_new(blank, "slot", json_integer(slot));
	json_array_append_new(json_object_get(call->reply, "blanks"), blank);
}

static int blank_into(struct ctl_call *call, const char *name, struct sim_rig_device *drive)
{
	char disc[SIM_MEDIA_NAME_MAX];
	int ret;

	/* Not a disc that nobody asked for if the drive is not free */
	if (sim_drive_has_disc(drive->dev))
		return ctl_refuse(call, "%s has a disc: eject it first", drive->plan->name);
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
static int blank_all(struct ctl_call *call)
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
		return ctl_refuse(call, "no empty recorder (those of a library don't count: "
				  "its discs go into slots)");
	return 0;
}

/* A blank into every empty slot, or into so many. */
static int blank_slots(struct ctl_call *call)
{
	json_int_t count = json_integer_value(json_object_get(call->request, "count"));
	struct sim_rig_device *changer = ctl_find_changer(call);
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
		return ctl_refuse(call, "no empty slot in %s", changer->plan->name);
	return ret;
}

static int do_blank(struct ctl_call *call)
{
	const char *place = ctl_text(call, "device"), *name = ctl_text(call, "name");
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
			return ctl_refuse(call, "several blanks can't have one name");
		return !strcmp(place, "all") ? blank_all(call) : blank_slots(call);
	}
	if (place) {
		drive = ctl_drive_named(call, place);
		return drive ? blank_into(call, name, drive) : -EINVAL;
	}
	ret = make_blank(call, name, disc);
	if (!ret)
		tell_blank(call, disc, NULL, 0);
	return ret;
}

static int do_tray(struct ctl_call *call)
{
	const json_t *open = json_object_get(call->request, "open");
	struct sim_rig_device *drive = ctl_find_drive(call);

	if (!drive)
		return -EINVAL;
	if (!json_is_boolean(open))
		return ctl_refuse(call, "give open or close");
	return sim_drive_tray(drive->dev, json_is_true(open), call->err, sizeof(call->err));
}

static int do_mail(struct ctl_call *call)
{
	struct sim_rig_device *changer = ctl_find_changer(call);
	const char *action = ctl_text(call, "action");
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
		return ctl_refuse(call, "give mail open, close, insert DISC or remove");
	ret = sim_changer_mail_take(changer->dev, disc, sizeof(disc), call->err,
				    sizeof(call->err));
	if (!ret)
		json_object_set_new(call->reply, "disc", json_string(disc));
	return ret;
}

static int do_slot(struct ctl_call *call)
{
	json_int_t slot = json_integer_value(json_object_get(call->request, "slot"));
	struct sim_rig_device *changer = ctl_find_changer(call);
	char disc[SIM_MEDIA_NAME_MAX];
	int ret = 0;

	if (!changer)
		return -EINVAL;
	if (slot < 1 || slot > changer->plan->slots)
		return ctl_refuse(call, "no such slot: %s has slots 1 to %u", changer->plan->name,
				  changer->plan->slots);
	if (ctl_text(call, "disc"))
		ret = find_disc(call, disc, sizeof(disc));
	if (ret)
		return ret;
	return sim_changer_slot_put(changer->dev, (unsigned int)slot,
				    ctl_text(call, "disc") ? disc : NULL, call->err,
				    sizeof(call->err));
}

static int do_speed(struct ctl_call *call)
{
	const json_t *factor = json_object_get(call->request, "factor");
	struct sim_rig_device *drive = ctl_find_drive(call);

	if (!drive)
		return -EINVAL;
	if (!json_is_number(factor) ||
	    sim_drive_set_speed(drive->dev, json_number_value(factor)))
		return ctl_refuse(call, "bad speed: give unlimited, or a factor of real time above 0");
	return 0;
}

static int do_count(struct ctl_call *call)
{
	bool reset = json_is_true(json_object_get(call->request, "reset"));
	struct sim_rig_device *only = NULL;
	json_t *devices = json_object();

	json_object_set_new(call->reply, "devices", devices);
	if (ctl_text(call, "device")) {
		only = ctl_find(call, "device");
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

static int do_vanish(struct ctl_call *call)
{
	struct sim_rig_device *device = ctl_find(call, "device");

	return device ? sim_rig_vanish(device, call->err, sizeof(call->err)) : -EINVAL;
}

static int do_appear(struct ctl_call *call)
{
	struct sim_rig_device *device = ctl_find(call, "device");

	return device ? sim_rig_appear(device, call->err, sizeof(call->err)) : -EINVAL;
}

static int do_set(struct ctl_call *call)
{
	struct sim_rig_device *device = ctl_find(call, "device");

	if (!device)
		return -EINVAL;
	if (!ctl_text(call, "fields"))
		return ctl_refuse(call, "set what?  Give vendor=, product=, revision= or serial=");
	return sim_rig_identify(device, ctl_text(call, "fields"), call->err, sizeof(call->err));
}

/* All words of a request, two at least; 0: call->err says why not. */
static size_t all_words(struct ctl_call *call, const char *words[WORDS_MAX], const char *usage)
{
	const json_t *list = json_object_get(call->request, "words");
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && n <= WORDS_MAX; i++) {
		words[i] = json_string_value(json_array_get(list, i));
		if (!words[i])
			n = 0;
	}
	if (n >= 2 && n <= WORDS_MAX)
		return n;
	ctl_refuse(call, "%s", usage);
	return 0;
}

static int do_copyright(struct ctl_call *call)
{
	const char *words[WORDS_MAX];
	size_t n = all_words(call, words, "give copyright DISC css|cppm|cprm|aacs|none [region N]");

	if (!n)
		return -EINVAL;
	return sim_media_copyright(call->rig->media, words[0], words + 1, n - 1, call->err,
				   sizeof(call->err));
}

/* Another program swapped it: the drive does not say so when it is to be quiet */
static int do_swap(struct ctl_call *call)
{
	bool quiet = json_is_true(json_object_get(call->request, "quiet"));
	struct sim_rig_device *drive = ctl_find_drive(call);
	char disc[SIM_MEDIA_NAME_MAX], old[SIM_MEDIA_NAME_MAX];
	int ret;

	if (!drive)
		return -EINVAL;
	ret = find_disc(call, disc, sizeof(disc));
	if (!ret)
		ret = sim_drive_take(drive->dev, old, sizeof(old), true, call->err,
				     sizeof(call->err));
	if (!ret)
		ret = sim_drive_insert(drive->dev, disc, call->err, sizeof(call->err));
	if (!ret && quiet)
		sim_drive_hush(drive->dev);
	if (!ret)
		json_object_set_new(call->reply, "disc", json_string(old));
	return ret;
}

static int do_damage(struct ctl_call *call)
{
	const char *words[WORDS_MAX];
	size_t n = all_words(call, words, "give damage DISC read|c2|isrc|jitter N[-M] [times N] "
			     "[above SPEED] [samples N] [every N], or damage DISC none");

	if (!n)
		return -EINVAL;
	return sim_media_damage(call->rig->media, words[0], words + 1, n - 1, call->err,
				sizeof(call->err));
}

static const struct {
	const char *name;
	int (*execute)(struct ctl_call *call);
} commands[] = {
	{ "damage", do_damage },
	{ "copyright", do_copyright },
	{ "list", do_list },
	{ "insert", do_insert },
	{ "eject", do_eject },
	{ "swap", do_swap },
	{ "blank", do_blank },
	{ "tray", do_tray },
	{ "mail", do_mail },
	{ "slot", do_slot },
	{ "speed", do_speed },
	{ "fault", ctl_fault },
	{ "habit", ctl_habit },
	{ "clear", ctl_clear },
	{ "count", do_count },
	{ "rewind", ctl_rewind },
	{ "vanish", do_vanish },
	{ "appear", do_appear },
	{ "set", do_set },
	{ "door", ctl_door },
	{ "raise", ctl_raise },
	{ "codes", ctl_codes },
	{ "robot", ctl_robot },
	{ "attend", ctl_attend },
	{ "magazine", ctl_magazine },
	{ "printer", ctl_printer },
	{ "initiator", ctl_initiator },
};

json_t *ctl_execute(struct sim_rig *rig, const json_t *request)
{
	struct ctl_call call = { .rig = rig, .request = request, .reply = json_object() };
	const char *name = ctl_text(&call, "command");
	int ret = ctl_refuse(&call, "unknown command '%s'", name ? name : "");

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
