// SPDX-License-Identifier: GPL-2.0
/*
 * DISCMUX_IOC_OPERATE: what a changer does besides moves.  CDBs are those of
 * SMC-3 and of the MC-8100/8200/8600 manual, chapter 3.
 */
#include <linux/capability.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "changer.h"

#define DMX_OPERATE_TIMEOUT	300000		/* ms */
#define DMX_INIT_TIMEOUT	3600000		/* ms, 600 discs are looked at */
#define DMX_MAX_RANGES		64
#define DMX_RANGE_BYTES		6		/* element list descriptor, SCSI-2 17.2.8 */

#define DMX_REZERO_IMMED	0x01		/* byte 1, manual 3.15 */
#define DMX_REZERO_RETURN	0x02
#define DMX_REZERO_RESET	0x04
#define DMX_INIT_LIBRARY	0xe7		/* manual 3.19 */
#define DMX_INIT_RANGE		0x37		/* SMC-3 6.4 */

/* Which fields an operation has; all others must be 0. */
#define DMX_HAS_TRANSPORT	BIT(0)
#define DMX_HAS_SOURCE		BIT(1)
#define DMX_HAS_DESTINATION	BIT(2)
#define DMX_HAS_SECOND		BIT(3)

/**
 * struct dmx_op - one operation
 * @cdb_len: bytes of its command
 * @fields: DMX_HAS_*, without DISCMUX_OPERATE_RANGE
 * @flags: DISCMUX_OPERATE_* that it has
 * @mechanical: something moves
 * @build: fills the job's command
 */
struct dmx_op {
	u8 cdb_len;
	u8 fields;
	u32 flags;
	bool mechanical;
	int (*build)(struct dmx_member *m, const struct discmux_operate *arg,
		     struct dmx_job *job);
};

static int dmx_build_initialize(struct dmx_member *m,
				const struct discmux_operate *arg, struct dmx_job *job)
{
	u8 *cdb = job->cdb;

	if (!(arg->flags & DISCMUX_OPERATE_RANGE)) {
		cdb[0] = INITIALIZE_ELEMENT_STATUS;
		return 0;
	}
	job->request.cdb_len = 10;
	put_unaligned_be16(arg->source, cdb + 2);
	if (dmx_is_library(m)) {
		cdb[0] = DMX_INIT_LIBRARY;
		cdb[1] = 2;	/* form: from the first to the last element */
		put_unaligned_be16(arg->destination, cdb + 4);
	} else {
		cdb[0] = DMX_INIT_RANGE;
		cdb[1] = 1;
		put_unaligned_be16(arg->destination - arg->source + 1, cdb + 6);
	}
	return 0;
}

static int dmx_build_position(struct dmx_member *m,
			      const struct discmux_operate *arg, struct dmx_job *job)
{
	u8 *cdb = job->cdb;

	cdb[0] = POSITION_TO_ELEMENT;
	put_unaligned_be16(arg->transport, cdb + 2);
	put_unaligned_be16(arg->destination, cdb + 4);
	cdb[8] = !!(arg->flags & DISCMUX_OPERATE_INVERT);
	return 0;
}

static int dmx_build_exchange(struct dmx_member *m,
			      const struct discmux_operate *arg, struct dmx_job *job)
{
	u8 *cdb = job->cdb;

	cdb[0] = EXCHANGE_MEDIUM;
	put_unaligned_be16(arg->transport, cdb + 2);
	put_unaligned_be16(arg->source, cdb + 4);
	put_unaligned_be16(arg->destination, cdb + 6);
	put_unaligned_be16(arg->second, cdb + 8);
	cdb[10] = (arg->flags & DISCMUX_OPERATE_INVERT ? 1 : 0) |
		  (arg->flags & DISCMUX_OPERATE_INVERT2 ? 2 : 0);
	return 0;
}

static int dmx_build_rezero(struct dmx_member *m,
			    const struct discmux_operate *arg, struct dmx_job *job)
{
	u8 *cdb = job->cdb;

	cdb[0] = REZERO_UNIT;
	if (arg->flags & DISCMUX_OPERATE_RETURN)
		cdb[1] |= DMX_REZERO_RETURN;
	if (arg->flags & DISCMUX_OPERATE_IMMED)
		cdb[1] |= DMX_REZERO_IMMED;
	if (arg->flags & DISCMUX_OPERATE_RESET)
		cdb[1] |= DMX_REZERO_RESET | DMX_REZERO_IMMED;
	job->immed = cdb[1] & DMX_REZERO_IMMED;
	return 0;
}

static int dmx_build_selftest(struct dmx_member *m,
			      const struct discmux_operate *arg, struct dmx_job *job)
{
	job->cdb[0] = SEND_DIAGNOSTIC;
	job->cdb[1] = 0x04;	/* SelfTest */
	return 0;
}

static int dmx_build_removal(struct dmx_member *m,
			     const struct discmux_operate *arg, struct dmx_job *job)
{
	job->cdb[0] = ALLOW_MEDIUM_REMOVAL;
	job->cdb[4] = arg->operation == DISCMUX_OP_PREVENT;
	return 0;
}

/* The element list of a reservation. */
static int dmx_build_list(const struct discmux_operate *arg, struct dmx_job *job)
{
	u32 i, len = arg->nr_ranges * DMX_RANGE_BYTES;
	struct discmux_range range;
	u8 *list;

	list = kvzalloc(len, GFP_KERNEL_ACCOUNT);
	if (!list)
		return -ENOMEM;
	job->buf = list;
	job->request.len = len;
	job->request.out = true;
	for (i = 0; i < arg->nr_ranges; i++, list += DMX_RANGE_BYTES) {
		if (copy_from_user(&range, u64_to_user_ptr(arg->ranges + i * sizeof(range)),
				   sizeof(range)))
			return -EFAULT;
		if (range.first > U16_MAX || range.count > U16_MAX)
			return -EINVAL;
		put_unaligned_be16(range.count, list + 2);
		put_unaligned_be16(range.first, list + 4);
	}
	put_unaligned_be16(len, job->cdb + 3);
	return 0;
}

static int dmx_build_reservation(struct dmx_member *m,
				 const struct discmux_operate *arg, struct dmx_job *job)
{
	bool reserve = arg->operation == DISCMUX_OP_RESERVE;
	u8 *cdb = job->cdb;

	cdb[0] = reserve ? RESERVE : RELEASE;
	if (arg->flags & DISCMUX_OPERATE_THIRD_PARTY)
		cdb[1] |= 0x10 | arg->third_party << 1;
	if (!(arg->flags & DISCMUX_OPERATE_ELEMENTS))
		return 0;
	cdb[1] |= 0x01;
	cdb[2] = arg->identification;
	return reserve ? dmx_build_list(arg, job) : 0;
}

static const struct dmx_op dmx_ops[] = {
	[DISCMUX_OP_INITIALIZE] = {
		.cdb_len = 6, .mechanical = true, .build = dmx_build_initialize,
		.flags = DISCMUX_OPERATE_RANGE,
	},
	[DISCMUX_OP_POSITION] = {
		.cdb_len = 10, .mechanical = true, .build = dmx_build_position,
		.flags = DISCMUX_OPERATE_INVERT,
		.fields = DMX_HAS_TRANSPORT | DMX_HAS_DESTINATION,
	},
	[DISCMUX_OP_EXCHANGE] = {
		.cdb_len = 12, .mechanical = true, .build = dmx_build_exchange,
		.flags = DISCMUX_OPERATE_INVERT | DISCMUX_OPERATE_INVERT2,
		.fields = DMX_HAS_TRANSPORT | DMX_HAS_SOURCE | DMX_HAS_DESTINATION |
			  DMX_HAS_SECOND,
	},
	[DISCMUX_OP_REZERO] = {
		.cdb_len = 6, .mechanical = true, .build = dmx_build_rezero,
		.flags = DISCMUX_OPERATE_RESET | DISCMUX_OPERATE_RETURN |
			 DISCMUX_OPERATE_IMMED,
	},
	[DISCMUX_OP_SELFTEST] = {
		.cdb_len = 6, .mechanical = true, .build = dmx_build_selftest,
	},
	[DISCMUX_OP_PREVENT] = { .cdb_len = 6, .build = dmx_build_removal },
	[DISCMUX_OP_ALLOW] = { .cdb_len = 6, .build = dmx_build_removal },
	[DISCMUX_OP_RESERVE] = {
		.cdb_len = 6, .build = dmx_build_reservation,
		.flags = DISCMUX_OPERATE_ELEMENTS | DISCMUX_OPERATE_THIRD_PARTY,
	},
	[DISCMUX_OP_RELEASE] = {
		.cdb_len = 6, .build = dmx_build_reservation,
		.flags = DISCMUX_OPERATE_ELEMENTS | DISCMUX_OPERATE_THIRD_PARTY,
	},
};

#define DMX_OPERATE_FLAGS						\
	(DISCMUX_OPERATE_RANGE | DISCMUX_OPERATE_INVERT | DISCMUX_OPERATE_INVERT2 | \
	 DISCMUX_OPERATE_RESET | DISCMUX_OPERATE_RETURN | DISCMUX_OPERATE_IMMED | \
	 DISCMUX_OPERATE_ELEMENTS | DISCMUX_OPERATE_THIRD_PARTY | DISCMUX_OPERATE_NOWAIT)

static u8 dmx_operate_fields(const struct discmux_operate *arg, const struct dmx_op *op)
{
	if (arg->flags & DISCMUX_OPERATE_RANGE)
		return DMX_HAS_SOURCE | DMX_HAS_DESTINATION;
	return op->fields;
}

/* Elements are named where the operation has them, and nowhere else. */
static int dmx_operate_check_elements(const struct discmux_operate *arg, u8 fields)
{
	if ((!(fields & DMX_HAS_TRANSPORT) && arg->transport) ||
	    (!(fields & DMX_HAS_SOURCE) && arg->source) ||
	    (!(fields & DMX_HAS_DESTINATION) && arg->destination) ||
	    (!(fields & DMX_HAS_SECOND) && arg->second))
		return -EINVAL;
	if (arg->flags & DISCMUX_OPERATE_RANGE && arg->source > arg->destination)
		return -EINVAL;
	return 0;
}

/* Reservations of elements and for others */
static int dmx_operate_check_reservation(const struct discmux_operate *arg)
{
	bool elements = arg->flags & DISCMUX_OPERATE_ELEMENTS;
	bool list = elements && arg->operation == DISCMUX_OP_RESERVE;

	if (list ? !arg->nr_ranges || arg->nr_ranges > DMX_MAX_RANGES :
		   arg->nr_ranges || arg->ranges)
		return -EINVAL;
	if (arg->identification > (elements ? 255 : 0))
		return -EINVAL;
	if (arg->third_party > (arg->flags & DISCMUX_OPERATE_THIRD_PARTY ? 7 : 0))
		return -EINVAL;
	return 0;
}

/* NULL: no such operation, in speculation neither. */
static const struct dmx_op *dmx_op_find(u32 operation)
{
	const struct dmx_op *op;

	if (operation >= ARRAY_SIZE(dmx_ops))
		return NULL;
	op = &dmx_ops[array_index_nospec(operation, ARRAY_SIZE(dmx_ops))];
	return op->build ? op : NULL;
}

static int dmx_operate_check(const struct discmux_operate *arg)
{
	const struct dmx_op *op = dmx_op_find(arg->operation);
	int ret;

	if (arg->flags & ~DMX_OPERATE_FLAGS || arg->__reserved)
		return -EOPNOTSUPP;
	if (!op || arg->flags & ~(op->flags | DISCMUX_OPERATE_NOWAIT))
		return -EINVAL;
	if (arg->flags & DISCMUX_OPERATE_RESET && arg->flags & DISCMUX_OPERATE_RETURN)
		return -EINVAL;
	if (arg->result_stride < DMX_RESULT_MIN || arg->result_stride > DMX_STRIDE_MAX ||
	    arg->timeout_ms > DMX_TIMEOUT_MAX)
		return -EINVAL;
	ret = dmx_operate_check_elements(arg, dmx_operate_fields(arg, op));
	if (ret)
		return ret;
	ret = dmx_operate_check_reservation(arg);
	if (ret)
		return ret;
	if (arg->flags & DISCMUX_OPERATE_RESET && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return 0;
}

static int dmx_operate_check_member(struct dmx_file *file, struct dmx_member *m,
				    struct discmux_operate *arg)
{
	u8 fields = dmx_operate_fields(arg, dmx_op_find(arg->operation));
	struct dmx_changer *ch = m->changer;
	int ret = dmx_member_mine(file, m);

	if (ret)
		return ret;
	if (fields & DMX_HAS_TRANSPORT && !arg->transport)
		arg->transport = dmx_transport(ch);
	if ((fields & DMX_HAS_TRANSPORT && !dmx_has_element(ch, arg->transport)) ||
	    (fields & DMX_HAS_SOURCE && !dmx_has_element(ch, arg->source)) ||
	    (fields & DMX_HAS_DESTINATION && !dmx_has_element(ch, arg->destination)) ||
	    (fields & DMX_HAS_SECOND && !dmx_has_element(ch, arg->second)))
		return -ENOENT;
	return 0;
}

static int dmx_operate(struct dmx_file *file, struct dmx_member *m,
		       const struct discmux_operate *arg)
{
	const struct dmx_op *op = dmx_op_find(arg->operation);
	struct dmx_job *job = dmx_job_alloc(file, arg->operation, op->cdb_len);
	int ret;

	if (!job)
		return -ENOMEM;
	job->source = arg->source;
	job->destination = arg->destination;
	job->second = arg->second;
	job->mechanical = op->mechanical;
	job->request.timeout_ms = arg->timeout_ms ?:
		arg->operation == DISCMUX_OP_INITIALIZE ? DMX_INIT_TIMEOUT :
							  DMX_OPERATE_TIMEOUT;
	ret = op->build(m, arg, job);
	if (!ret)
		ret = dmx_job_may(m, job);
	if (!ret)
		ret = dmx_clear_results(arg->result, 1, arg->result_stride);
	if (!ret)
		ret = dmx_job_do(m, job, arg->flags & DISCMUX_OPERATE_NOWAIT);
	if (!ret)
		ret = dmx_put_array(arg->result, 0, arg->result_stride, &job->res,
				    sizeof(job->res));
	dmx_job_put(job);
	return ret;
}

int dmx_ioctl_operate(struct dmx_call *call)
{
	struct discmux_operate *arg = call->arg;
	int ret = dmx_operate_check(arg);
	struct dmx_member *m;

	if (ret)
		return ret;
	m = dmx_changer_get(call->file->mux, arg->member, &ret);
	if (!m)
		return ret;
	ret = dmx_operate_check_member(call->file, m, arg);
	if (!ret)
		ret = dmx_operate(call->file, m, arg);
	dmx_member_put(m);
	return ret;
}
