// SPDX-License-Identifier: LGPL-2.1
/* One unit: which sense bytes it tells of, the sense data kept, messages to it. */
#include <errno.h>
#include <string.h>

#include "internal.h"

int discmux_unit_options(struct discmux *dm, struct discmux_unit_options *options)
{
	char name[32];
	int ret;

	options->size = sizeof(*options);
	ret = dm_call(dm, DISCMUX_IOC_OPTIONS, options);
	if (ret < 0)
		return dm_fail(dm, ret, "unit options of %s: %s",
			       dm_member_name(dm, options->member, name, sizeof(name)),
			       dm_errno_text(ret));
	return 0;
}

int discmux_request_sense(struct discmux *dm, uint32_t member, bool keep,
			  uint8_t sense[DISCMUX_SENSE_SIZE])
{
	struct discmux_request_sense request = {
		.size = sizeof(request),
		.flags = keep ? DISCMUX_SENSE_PEEK : 0,
		.member = member,
	};
	char name[32];
	int ret = dm_call(dm, DISCMUX_IOC_SENSE, &request);

	if (ret < 0)
		return dm_fail(dm, ret, "sense data of %s: %s",
			       dm_member_name(dm, member, name, sizeof(name)),
			       dm_errno_text(ret));
	memcpy(sense, request.sense, sizeof(request.sense));
	return (int)(request.sense_len < sizeof(request.sense) ? request.sense_len :
								 sizeof(request.sense));
}

int discmux_send_message(struct discmux *dm, uint32_t member, uint8_t code)
{
	struct discmux_send_message message = {
		.size = sizeof(message),
		.member = member,
		.code = code,
	};
	const struct discmux_message *known = discmux_message(code);
	const char *what = known ? known->name : "message";
	char name[32];
	int ret = dm_call(dm, DISCMUX_IOC_MESSAGE, &message);

	if (ret >= 0)
		return (int)message.commands;
	dm_member_name(dm, member, name, sizeof(name));
	switch (ret) {
	case -EPROTONOSUPPORT:
		return dm_fail(dm, ret, "%s: only a bus adapter sends it", what);
	case -EINVAL:
		return dm_fail(dm, ret, "%02Xh is no message that an initiator sends", code);
	case -EPERM:
		return dm_fail(dm, ret, "%s to %s: not permitted: resets are for root", what, name);
	case -EIO:
		return dm_fail(dm, ret, "%s to %s: its host adapter could not do it", what, name);
	default:
		return dm_fail(dm, ret, "%s to %s: %s", what, name, dm_errno_text(ret));
	}
}
