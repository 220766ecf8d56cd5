// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "changer.h"
#include "drive.h"
#include "habit.h"
#include "rig.h"

/* --- what a changer's arm does to a drive ------------------------------------------------ */

static int arm_load(struct sim_device *drive, const char *disc, bool inverted)
{
	char err[160], side[SIM_CHANGER_NAME_SIZE + 4];
	int ret = -ENOENT;

	/* A disc with one side is the same from both */
	snprintf(side, sizeof(side), "%s%s", disc, SIM_CHANGER_SIDE_B);
	if (inverted)
		ret = sim_drive_insert(drive, side, err, sizeof(err));
	if (ret == -ENOENT || ret == -EINVAL)	/* none, or a name too long for one */
		ret = sim_drive_insert(drive, disc, err, sizeof(err));
	if (ret == -EEXIST)
		return -EBUSY;
	return ret == -EBUSY ? -EPERM : ret;
}

static int arm_unload(struct sim_device *drive, char *disc, size_t size)
{
	char err[160];
	int ret;

	*disc = 0;
	ret = sim_drive_take(drive, disc, size, false, err, sizeof(err));
	return ret == -ENOENT ? 0 : ret;
}

static int arm_look(struct sim_device *drive, char *disc, size_t size)
{
	json_t *state = sim_drive_describe(drive);
	const char *name = json_string_value(json_object_get(state, "disc"));
	int ret = 0;

	if (!state)
		ret = -ENOMEM;
	else if (name && strlen(name) >= size)
		ret = -ENAMETOOLONG;
	else
		strcpy(disc, name ? name : "");
	json_decref(state);
	return ret;
}

static const struct sim_changer_drive_ops arm_ops = {
	.load = arm_load,
	.unload = arm_unload,
	.look = arm_look,
};

/* --- models ------------------------------------------------------------------------------ */

static int make_drive(struct sim_rig *rig, struct sim_rig_device *device, char *err, size_t errlen)
{
	struct sim_drive_config config = {
		.identity = device->plan->identity,
		.recorder = device->plan->kind == SIM_RECORDER,
		.bd = device->plan->bd,
		.media = rig->media,
	};

	memcpy(config.name, device->plan->name, sizeof(config.name));
	device->dev = sim_drive_create(&config, err, errlen);
	if (!device->dev)
		return -EINVAL;
	return sim_drive_set_speed(device->dev, rig->config.speed);
}

static enum sim_changer_model changer_model(unsigned int number)
{
	switch (number) {
	case 8100:
		return SIM_MC8100;
	case 8200:
		return SIM_MC8200;
	case 8600:
		return SIM_MC8600;
	default:
		return SIM_SMC3;
	}
}

static int make_changer(struct sim_rig *rig, struct sim_rig_device *device, char *err,
			size_t errlen)
{
	struct sim_changer_config config = {
		.identity = device->plan->identity,
		.model = changer_model(device->plan->model),
		.slots = device->plan->slots,
		.mails = device->plan->mails,
		.arms = device->plan->arms,
		.printer = device->plan->printer,
		.no_flip = device->plan->no_flip,
		.no_tags = device->plan->no_tags,
		.no_dvcid = device->plan->no_dvcid,
		.drive_ops = &arm_ops,
		.time_scale = rig->config.robot,
	};
	char state[4096];

	/* Beside the discs, so that the same folder is the same library next time */
	snprintf(state, sizeof(state), "%s/.%s-%s.state", rig->config.media_dir,
		 device->plan->name, device->plan->profile);
	config.state_path = state;
	memcpy(config.name, device->plan->name, sizeof(config.name));
	for (size_t i = 0; i < rig->count; i++) {
		const struct sim_rig_device *drive = &rig->device[i];

		if (drive->plan->group != device->plan->group || drive->plan->kind == SIM_CHANGER ||
		    config.drives == SIM_CHANGER_MAX_DRIVES)
			continue;
		config.drive[config.drives] = drive->dev;
		config.drive_id[config.drives++] = (uint8_t)drive->plan->id;
	}
	device->dev = sim_changer_create(&config, err, errlen);
	if (!device->dev)
		return -EINVAL;
	if (!config.printer)
		return 0;
	snprintf(state, sizeof(state), "%s/%s.port", rig->config.media_dir, device->plan->name);
	return printer_port_open(state, rig->config.media_dir, device->dev, &device->printer, err,
				 errlen);
}

static int make_model(struct sim_rig *rig, struct sim_rig_device *device, char *err, size_t errlen)
{
	const struct sim_plan_device *plan = device->plan;
	int ret = plan->kind == SIM_CHANGER ? make_changer(rig, device, err, errlen)
					    : make_drive(rig, device, err, errlen);

	if (ret || !plan->habits[0])
		return ret;
	return sim_habits_give(device->dev, device->faults, sim_kind_bit(plan->kind),
			       plan->habits, "", false, NULL, err, errlen);
}

/* Drives first: a changer takes hold of them. */
static int make_models(struct sim_rig *rig, bool changers, char *err, size_t errlen)
{
	int ret = 0;

	for (size_t i = 0; i < rig->count && !ret; i++) {
		struct sim_rig_device *device = &rig->device[i];

		if ((device->plan->kind == SIM_CHANGER) != changers)
			continue;
		device->faults = sim_faults_new();
		if (!device->faults) {
			snprintf(err, errlen, "out of memory or of file descriptors");
			return -ENOMEM;
		}
		ret = make_model(rig, device, err, errlen);
	}
	return ret;
}

static void destroy_models(struct sim_rig *rig, bool changers)
{
	for (size_t i = 0; i < rig->count; i++) {
		struct sim_rig_device *device = &rig->device[i];

		if ((device->plan->kind == SIM_CHANGER) != changers)
			continue;
		printer_port_close(device->printer);
		if (device->dev)
			device->dev->ops->destroy(device->dev);
		sim_faults_free(device->faults);
		pthread_mutex_destroy(&device->plug_lock);
	}
}

/* --- SCSI devices ------------------------------------------------------------------------ */

/* In the thread of the device's port */
static void change_link(void *context, bool up)
{
	const struct sim_rig_device *device = context;
	char err[256];

	if (sim_unit_link(&device->unit, up, err, sizeof(err)))
		syslog(LOG_ERR, "%s", err);
}

static int make_unit(struct sim_rig *rig, struct sim_rig_device *device, char *err, size_t errlen)
{
	struct sim_unit *unit = &device->unit;
	int ret;

	memcpy(unit->name, device->plan->name, sizeof(unit->name));
	unit->type = device->plan->kind == SIM_CHANGER ? 8 : 5;
	unit->host = device->plan->host;
	unit->id = device->plan->id;
	ret = sim_backend_create(unit, rig->config.timeout, err, errlen);
	if (!ret)
		ret = tcmu_port_open(unit->uio, device->dev, device->faults, &device->port, err,
				     errlen);
	if (!ret) {
		tcmu_port_on_link(device->port, change_link, device);
		ret = sim_target_create(unit, err, errlen);
	}
	device->made = !ret;
	return ret;
}

static int make_units(struct sim_rig *rig, char *err, size_t errlen)
{
	int ret = 0;

	for (size_t i = 0; i < rig->count && !ret; i++)
		ret = make_unit(rig, &rig->device[i], err, errlen);
	/* One after the other, so that their numbers (sr0, sr1...) are in order */
	for (size_t i = 0; i < rig->count && !ret; i++) {
		ret = sim_unit_plug(&rig->device[i].unit, err, errlen);
		rig->device[i].present = !ret;
	}
	return ret;
}

void sim_rig_quiet(struct sim_rig *rig)
{
	for (size_t i = 0; i < rig->count; i++)
		if (rig->device[i].faults)
			sim_faults_set_gone(rig->device[i].faults, true);
}

static int remove_units(struct sim_rig *rig, char *err, size_t errlen)
{
	int ret;

	sim_rig_quiet(rig);
	ret = sim_targets_remove(err, errlen);
	/* From here on no command can come */
	for (size_t i = 0; i < rig->count; i++)
		tcmu_port_close(rig->device[i].port);
	if (ret >= 0)
		ret = sim_backends_remove(err, errlen);
	return ret < 0 ? ret : 0;
}

static void free_rig(struct sim_rig *rig)
{
	destroy_models(rig, true);
	destroy_models(rig, false);
	sim_media_close(rig->media);
	free(rig);
}

/* The models write to the folder all the time; say now if it can't be. */
static int try_to_write(const char *dir, char *err, size_t errlen)
{
	char path[4096];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/.discmux-sim.tmp", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		ret = -errno;
		snprintf(err, errlen, "can't write to media folder %s: %s", dir, strerror(errno));
		return ret;
	}
	close(fd);
	unlink(path);
	return 0;
}

int sim_rig_start(const struct sim_rig_config *config, struct sim_rig **out, char *err,
		  size_t errlen)
{
	struct sim_rig *rig = calloc(1, sizeof(*rig));
	char ignored[256];
	int ret;

	if (!rig) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	rig->config = *config;
	rig->count = config->plan.count;
	for (size_t i = 0; i < rig->count; i++) {
		rig->device[i].plan = &rig->config.plan.device[i];
		pthread_mutex_init(&rig->device[i].plug_lock, NULL);
	}
	ret = sim_media_open(config->media_dir, &rig->media, err, errlen);
	if (!ret)
		ret = try_to_write(config->media_dir, err, errlen);
	if (!ret)
		ret = make_models(rig, false, err, errlen);
	if (!ret)
		ret = make_models(rig, true, err, errlen);
	if (ret) {
		free_rig(rig);
		return ret;
	}
	ret = make_units(rig, err, errlen);
	if (ret) {
		remove_units(rig, ignored, sizeof(ignored));
		free_rig(rig);
		return ret;
	}
	*out = rig;
	return 0;
}

int sim_rig_stop(struct sim_rig *rig, char *err, size_t errlen)
{
	int ret = remove_units(rig, err, errlen);

	free_rig(rig);
	return ret;
}

struct sim_rig_device *sim_rig_find(struct sim_rig *rig, const char *name, char *err,
				    size_t errlen)
{
	for (size_t i = 0; i < rig->count; i++)
		if (!strcmp(rig->device[i].plan->name, name))
			return &rig->device[i];
	snprintf(err, errlen, "no device '%s': 'discmux-sim ctl list' shows them", name);
	return NULL;
}

static int vanish(struct sim_rig_device *device, char *err, size_t errlen)
{
	int ret;

	if (!device->present) {
		snprintf(err, errlen, "%s has vanished already", device->plan->name);
		return -EALREADY;
	}
	/* What is in flight must end, or the kernel would wait for it */
	sim_faults_set_gone(device->faults, true);
	ret = sim_unit_unplug(&device->unit, err, errlen);
	if (ret)
		sim_faults_set_gone(device->faults, false);
	else
		device->present = false;
	return ret;
}

static int appear(struct sim_rig_device *device, char *err, size_t errlen)
{
	int ret;

	if (device->present) {
		snprintf(err, errlen, "%s is there already", device->plan->name);
		return -EALREADY;
	}
	/* The kernel would wait for it until it gives up, and so would we */
	if (sim_faults_dead(device->faults)) {
		snprintf(err, errlen, "%s hangs: clear its faults first", device->plan->name);
		return -EBUSY;
	}
	sim_faults_set_gone(device->faults, false);
	ret = sim_unit_plug(&device->unit, err, errlen);
	/* Without its drivers it is plugged in all the same */
	device->present = !ret || ret == -ETIMEDOUT;
	return ret;
}

int sim_rig_vanish(struct sim_rig_device *device, char *err, size_t errlen)
{
	int ret;

	pthread_mutex_lock(&device->plug_lock);
	ret = vanish(device, err, errlen);
	pthread_mutex_unlock(&device->plug_lock);
	return ret;
}

int sim_rig_appear(struct sim_rig_device *device, char *err, size_t errlen)
{
	int ret;

	pthread_mutex_lock(&device->plug_lock);
	ret = appear(device, err, errlen);
	pthread_mutex_unlock(&device->plug_lock);
	return ret;
}

int sim_rig_identify(struct sim_rig_device *device, const char *fields, char *err,
		     size_t errlen)
{
	struct sim_identity identity = device->dev->identity;
	bool present;
	int ret;

	ret = sim_identity_set(&identity, fields, err, errlen);
	if (ret)
		return ret;
	pthread_mutex_lock(&device->plug_lock);
	present = device->present;
	if (present)
		ret = vanish(device, err, errlen);
	if (!ret) {
		/* No command reaches the model now, so it does not look */
		device->dev->identity = identity;
		if (present)
			ret = appear(device, err, errlen);
	}
	pthread_mutex_unlock(&device->plug_lock);
	return ret;
}

/* With plug_lock held */
static int replug(struct sim_rig_device *device, char *err, size_t errlen)
{
	int ret = vanish(device, err, errlen);

	return ret ? ret : appear(device, err, errlen);
}

int sim_rig_habit(struct sim_rig_device *device, const char *list, const char *where, char *err,
		  size_t errlen)
{
	bool identity = false;
	int ret = 0;

	pthread_mutex_lock(&device->plug_lock);
	if (list)
		ret = sim_habits_give(device->dev, device->faults,
				      sim_kind_bit(device->plan->kind), list, where, true,
				      &identity, err, errlen);
	else
		identity = sim_habits_take(device->dev, device->faults);
	if (!ret && identity && device->present)
		ret = replug(device, err, errlen);
	pthread_mutex_unlock(&device->plug_lock);
	return ret;
}

static json_t *node_path(const char *name)
{
	return *name ? json_sprintf("/dev/%s", name) : json_null();
}

static json_t *state_of(struct sim_rig_device *device)
{
	json_t *state, *printer;

	if (device->plan->kind != SIM_CHANGER)
		return sim_drive_describe(device->dev);
	state = sim_changer_describe(device->dev);
	printer = json_object_get(state, "printer");
	if (device->printer && json_is_object(printer))
		json_object_set_new(printer, "port",
				    json_string(printer_port_path(device->printer)));
	return state;
}

json_t *sim_rig_describe(struct sim_rig_device *device)
{
	const struct sim_unit *unit = &device->unit;
	char node[16], sg[16];

	sim_unit_nodes(unit, node, sg, sizeof(node));
	return json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o}",
			 "name", device->plan->name,
			 "kind", sim_kind_name(device->plan->kind),
			 "present", device->present,
			 "address", json_sprintf("%u:0:%u:0", unit->scsi_host, unit->id),
			 "node", node_path(node),
			 "sg", node_path(sg),
			 "faults", sim_faults_describe(device->faults),
			 "state", state_of(device));
}
