// SPDX-License-Identifier: LGPL-2.1
/* The changer: what is where, and moving it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MAX_ELEMENTS	65536	/* addresses have 16 bits */
#define TRIES		8	/* when the library grows between two calls */

/* One ELEMENT_STATUS into room for inv->count; *total is how many there are. */
static int ask(struct discmux *dm, uint32_t type, uint32_t flags, struct discmux_inventory *inv,
	       size_t *total)
{
	struct discmux_element_status status = {
		.size = sizeof(status),
		.flags = flags,
		.type = type,
		.nr_elements = (uint32_t)inv->count,
		.element_stride = sizeof(struct discmux_element),
		.elements = inv->count ? dm_ptr(inv->elements) : 0,
	};
	int ret = dm_ioctl(dm, DISCMUX_IOC_ELEMENT_STATUS, &status, "asking the changer");

	if (ret == -ENOENT)
		return dm_fail(dm, ret, "this mux has no changer: discmux status lists its members");
	if (ret < 0)
		return ret;
	if (status.nr_elements > MAX_ELEMENTS)
		return dm_fail(dm, -EPROTO, "the changer claims to have %u elements",
			       status.nr_elements);
	*total = status.nr_elements;
	inv->changer = status.changer;
	inv->state = status.state;
	inv->age_ms = status.age_ms;
	inv->generation = status.generation;
	return 0;
}

int discmux_elements(struct discmux *dm, uint32_t type, bool refresh,
		     struct discmux_inventory *inv)
{
	size_t total = 0;
	int tries;
	int ret;

	memset(inv, 0, sizeof(*inv));
	ret = ask(dm, type, refresh ? DISCMUX_STATUS_REFRESH : 0, inv, &total);
	for (tries = 0; !ret && total > inv->count && tries < TRIES; tries++) {
		struct discmux_element *elements = realloc(inv->elements,
							   total * sizeof(*elements));

		if (!elements) {
			ret = dm_fail(dm, -ENOMEM, "out of memory");
			break;
		}
		inv->elements = elements;
		inv->count = total;
		ret = ask(dm, type, 0, inv, &total);
	}
	if (!ret && total > inv->count)
		ret = dm_fail(dm, -EPROTO, "the changer does not stop growing");
	if (ret)
		discmux_inventory_free(inv);
	else
		inv->count = total;
	return ret;
}

void discmux_inventory_free(struct discmux_inventory *inv)
{
	free(inv->elements);
	memset(inv, 0, sizeof(*inv));
}

const struct discmux_element *discmux_inventory_find(const struct discmux_inventory *inv,
						     uint32_t address)
{
	size_t i;

	for (i = 0; i < inv->count; i++)
		if (inv->elements[i].address == address)
			return &inv->elements[i];
	return NULL;
}

const struct discmux_element *discmux_inventory_nth(const struct discmux_inventory *inv,
						    uint32_t type, size_t nth)
{
	size_t i;

	for (i = 0; i < inv->count; i++)
		if (inv->elements[i].type == type && !nth--)
			return &inv->elements[i];
	return NULL;
}

const char *discmux_element_type_name(uint32_t type)
{
	static const char *const names[] = {
		[DISCMUX_ELEMENT_TRANSPORT] = "arm",
		[DISCMUX_ELEMENT_STORAGE] = "slot",
		[DISCMUX_ELEMENT_IMPORT_EXPORT] = "mail",
		[DISCMUX_ELEMENT_DATA_TRANSFER] = "drive",
		[DISCMUX_ELEMENT_LABEL_PRINT] = "printer",
	};

	return type < sizeof(names) / sizeof(*names) && names[type] ? names[type] : "element";
}

static int move_failed(struct discmux *dm, int err, uint32_t source, uint32_t destination)
{
	switch (err) {
	case -ENOENT:
		return dm_fail(dm, err, "the changer has no element %04Xh or %04Xh", source,
			       destination);
	case -EBUSY:
		return dm_fail(dm, err,
			       "a drive that this concerns is in use by another program, or its disc "
			       "is mounted; end that first");
	case -EINTR:
		return dm_fail(dm, err, "interrupted; a move that has begun goes on in the changer");
	default:
		return dm_fail(dm, err, "moving: %s", dm_errno_text(err));
	}
}

int discmux_move(struct discmux *dm, uint32_t source, uint32_t destination, uint32_t flags,
		 unsigned int timeout_ms, struct discmux_result *result)
{
	struct discmux_result own;
	struct discmux_move move = {
		.size = sizeof(move),
		.flags = flags,
		.source = source,
		.destination = destination,
		.timeout_ms = timeout_ms,
		.result_stride = sizeof(own),
	};
	char text[192];
	int ret;

	if (!result)
		result = &own;
	memset(result, 0, sizeof(*result));
	move.result = dm_ptr(result);
	ret = dm_call(dm, DISCMUX_IOC_MOVE, &move);
	if (ret < 0)
		return move_failed(dm, ret, source, destination);
	ret = discmux_result_errno(result);
	if (ret < 0)
		return dm_fail(dm, ret, "the changer did not move %04Xh to %04Xh: %s", source,
			       destination,
			       dm_failure_text(DISCMUX_DEVICE_LIBRARY, result, text, sizeof(text)));
	return 0;
}
