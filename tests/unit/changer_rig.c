// SPDX-License-Identifier: GPL-2.0
/* See changer_rig.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changer_rig.h"

static int straw_load(struct sim_device *dev, const char *disc, bool inverted)
{
	struct straw_drive *d = (struct straw_drive *)dev;

	if (d->load_error)
		return d->load_error;
	if (d->disc[0])
		return -EBUSY;
	snprintf(d->disc, sizeof(d->disc), "%s%s", disc,
		 inverted && d->two_sided ? SIM_CHANGER_SIDE_B : "");
	d->inverted = inverted;
	d->loads++;
	return 0;
}

static int straw_unload(struct sim_device *dev, char *disc, size_t size)
{
	struct straw_drive *d = (struct straw_drive *)dev;

	if (d->unload_error)
		return d->unload_error;
	snprintf(disc, size, "%s", d->disc);
	d->disc[0] = '\0';
	return 0;
}

static int straw_look(struct sim_device *dev, char *disc, size_t size)
{
	snprintf(disc, size, "%s", ((struct straw_drive *)dev)->disc);
	return 0;
}

static const struct sim_changer_drive_ops straw_ops = {
	.load = straw_load,
	.unload = straw_unload,
	.look = straw_look,
};

void rig_init(struct rig *r, enum sim_changer_model model, unsigned int drives,
	      unsigned int slots)
{
	unsigned int i;

	memset(r, 0, sizeof(*r));
	r->config.model = model;
	r->config.drives = drives;
	r->config.slots = slots;
	r->config.drive_ops = &straw_ops;
	for (i = 0; i < SIM_CHANGER_MAX_DRIVES; i++) {
		snprintf(r->drive[i].dev.name, sizeof(r->drive[i].dev.name), "recorder%u", i);
		r->config.drive[i] = &r->drive[i].dev;
		r->config.drive_id[i] = (uint8_t)(i + 1);
	}
	r->data_len = sizeof(r->data);
}

void rig_create(struct rig *r)
{
	r->dev = sim_changer_create(&r->config, r->err, sizeof(r->err));
	if (!r->dev)
		fail_msg("no library: %s", r->err);
}

void rig_destroy(struct rig *r)
{
	if (r->dev)
		r->dev->ops->destroy(r->dev);
	r->dev = NULL;
}

struct rig *rig_make(void)
{
	static const char *const discs[] = { "d1", "d2", "d3" };
	struct rig *r = malloc(sizeof(*r));

	assert_non_null(r);
	rig_init(r, SIM_MC8600, 2, 8);
	r->config.printer = true;
	rig_create(r);
	assert_int_equal(sim_changer_fill(r->dev, discs, 3, r->err, sizeof(r->err)), 0);
	while (rig_ready(r))
		;
	return r;
}

void rig_free(struct rig *r)
{
	rig_destroy(r);
	free(r);
}

int rig_setup(void **state)
{
	*state = rig_make();
	return 0;
}

int rig_teardown(void **state)
{
	rig_free(*state);
	return 0;
}

uint32_t rig_run_from(struct rig *r, unsigned int initiator, const uint8_t *cdb, size_t len)
{
	uint8_t padded[16] = { 0 };
	struct iovec iov = { .iov_base = r->data, .iov_len = r->data_len };

	memcpy(padded, cdb, len);
	memset(&r->cmd, 0, sizeof(r->cmd));
	r->cmd.cdb = padded;
	r->cmd.iov = &iov;
	r->cmd.iov_count = 1;
	r->cmd.data_len = r->data_len;
	if (initiator == SIM_CHANGER_HOST_ID)
		r->dev->ops->execute(r->dev, &r->cmd);
	else
		sim_changer_execute_from(r->dev, initiator, &r->cmd);
	r->cmd.cdb = NULL;
	r->cmd.iov = NULL;
	if (r->cmd.status == SIM_GOOD)
		return 0;
	if (r->cmd.status == SIM_RESERVATION_CONFLICT)
		return CONFLICT;
	if (r->cmd.status == SIM_TASK_ABORTED)
		return ABORTED;
	if (r->cmd.status == SIM_INTERMEDIATE)
		return LINKED;
	if (r->cmd.status == SIM_BUSY)
		return WORKING;
	assert_int_equal(r->cmd.status, SIM_CHECK_CONDITION);
	return SENSE(r->cmd.sense[2] & 0x0f, r->cmd.sense[12], r->cmd.sense[13]);
}

uint32_t rig_ready(struct rig *r)
{
	return RUN(r, 0x00, 0, 0, 0, 0, 0);
}

uint32_t rig_move_with(struct rig *r, uint16_t from, uint16_t to, bool invert, bool eject)
{
	return RUN(r, 0xa5, 0, ARM >> 8, 0, (uint8_t)(from >> 8), (uint8_t)from,
		   (uint8_t)(to >> 8), (uint8_t)to, 0, 0, invert, eject ? 0x40 : 0);
}

uint32_t rig_move(struct rig *r, uint16_t from, uint16_t to)
{
	return rig_move_with(r, from, to, false, false);
}

uint32_t rig_status(struct rig *r, uint8_t type, uint16_t start, uint16_t count,
		    uint32_t allocation)
{
	return RUN(r, 0xb8, type, (uint8_t)(start >> 8), (uint8_t)start, (uint8_t)(count >> 8),
		   (uint8_t)count, 0, (uint8_t)(allocation >> 16), (uint8_t)(allocation >> 8),
		   (uint8_t)allocation, 0, 0);
}

const uint8_t *rig_element(struct rig *r, uint16_t address)
{
	assert_int_equal(rig_status(r, 0, address, 1, sizeof(r->data)), 0);
	assert_int_equal(sim_be16(r->data + 2), 1);
	assert_int_equal(sim_be16(r->data + 16), address);
	return r->data + 16;
}

static const char *disc_in(const json_t *o, uint16_t address, bool *tray)
{
	if (json_integer_value(json_object_get(o, "element")) != address)
		return NULL;
	*tray = json_is_true(json_object_get(o, "tray"));
	return json_is_null(json_object_get(o, "disc")) ? "" :
		json_string_value(json_object_get(o, "disc"));
}

static const char *disc_among(const json_t *a, uint16_t address, bool *tray)
{
	const char *disc;
	const json_t *o;
	size_t i;

	json_array_foreach(a, i, o) {
		disc = disc_in(o, address, tray);
		if (disc)
			return disc;
	}
	return NULL;
}

void rig_holds(struct rig *r, uint16_t address, const char *disc, bool tray)
{
	json_t *all = sim_changer_describe(r->dev);
	const char *found;
	bool has_tray = !tray;

	assert_non_null(all);
	found = disc_among(json_object_get(all, "slots"), address, &has_tray);
	if (!found)
		found = disc_among(json_object_get(all, "drives"), address, &has_tray);
	if (!found)
		found = disc_in(json_object_get(all, "arm"), address, &has_tray);
	if (!found)
		found = disc_in(json_object_get(all, "mail"), address, &has_tray);
	if (!found)
		found = disc_in(json_object_get(all, "printer"), address, &has_tray);
	assert_non_null(found);
	assert_string_equal(found, disc ? disc : "");
	assert_int_equal(has_tray, tray);
	json_decref(all);
}
