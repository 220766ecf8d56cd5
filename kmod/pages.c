// SPDX-License-Identifier: GPL-2.0
/*
 * DISCMUX_IOC_PAGE: log and mode pages (SPC-4 6.7 to 6.12; MC-8x00 3.3 to 3.6).
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "changer.h"

#define DMX_PAGE_TIMEOUT	30000		/* ms */
#define DMX_PAGE_TRIES		4

#define DMX_PAGE_FLAGS							\
	(DISCMUX_PAGE_SAVE | DISCMUX_PAGE_RESET | DISCMUX_PAGE_BLOCKS |	\
	 DISCMUX_PAGE_WAIT)

static bool dmx_page_select(const struct discmux_page *arg)
{
	return arg->operation == DISCMUX_PAGE_LOG_SELECT ||
	       arg->operation == DISCMUX_PAGE_MODE_SELECT;
}

static u32 dmx_page_known_flags(u32 operation)
{
	switch (operation) {
	case DISCMUX_PAGE_LOG_SENSE:
		return DISCMUX_PAGE_SAVE;
	case DISCMUX_PAGE_LOG_SELECT:
		return DISCMUX_PAGE_SAVE | DISCMUX_PAGE_RESET;
	case DISCMUX_PAGE_MODE_SENSE:
		return DISCMUX_PAGE_BLOCKS;
	}
	return DISCMUX_PAGE_SAVE;
}

static int dmx_page_check_fields(const struct discmux_page *arg)
{
	bool log = arg->operation == DISCMUX_PAGE_LOG_SENSE;

	if (arg->flags & ~(dmx_page_known_flags(arg->operation) | DISCMUX_PAGE_WAIT))
		return -EINVAL;
	if (dmx_page_select(arg) && (arg->page || arg->subpage))
		return -EINVAL;
	if (arg->operation == DISCMUX_PAGE_MODE_SELECT && arg->control)
		return -EINVAL;
	if (arg->page > 0x3f || arg->subpage > 0xff || arg->control > 3 ||
	    arg->parameter > (log ? U16_MAX : 0))
		return -EINVAL;
	return 0;
}

static int dmx_page_check(const struct discmux_page *arg)
{
	if (arg->flags & ~DMX_PAGE_FLAGS || arg->__reserved)
		return -EOPNOTSUPP;
	if (!arg->operation || arg->operation > DISCMUX_PAGE_MODE_SELECT)
		return -EINVAL;
	if (arg->result_stride < DMX_RESULT_MIN || arg->result_stride > DMX_STRIDE_MAX ||
	    arg->timeout_ms > DMX_TIMEOUT_MAX)
		return -EINVAL;
	if (arg->data_len > U16_MAX)
		return -EMSGSIZE;
	return dmx_page_check_fields(arg);
}

static u8 dmx_build_log(const struct discmux_page *arg, u8 *cdb)
{
	bool sense = arg->operation == DISCMUX_PAGE_LOG_SENSE;

	cdb[0] = sense ? LOG_SENSE : LOG_SELECT;
	cdb[1] = (arg->flags & DISCMUX_PAGE_SAVE ? 1 : 0) |
		 (arg->flags & DISCMUX_PAGE_RESET ? 2 : 0);
	cdb[2] = arg->control << 6 | arg->page;
	cdb[3] = arg->subpage;
	put_unaligned_be16(arg->parameter, cdb + 5);
	put_unaligned_be16(arg->data_len, cdb + 7);
	return 10;
}

static u8 dmx_build_mode(const struct discmux_page *arg, bool six, u8 *cdb)
{
	bool sense = arg->operation == DISCMUX_PAGE_MODE_SENSE;

	if (sense) {
		cdb[0] = six ? MODE_SENSE : MODE_SENSE_10;
		cdb[1] = arg->flags & DISCMUX_PAGE_BLOCKS ? 0 : 0x08;
		cdb[2] = arg->control << 6 | arg->page;
		cdb[3] = arg->subpage;
	} else {
		cdb[0] = six ? MODE_SELECT : MODE_SELECT_10;
		cdb[1] = 0x10 | (arg->flags & DISCMUX_PAGE_SAVE ? 1 : 0);	/* PF */
	}
	if (six) {
		cdb[4] = arg->data_len;
		return 6;
	}
	put_unaligned_be16(arg->data_len, cdb + 7);
	return 10;
}

static int dmx_page_fill(struct dmx_member *m, const struct discmux_page *arg,
			 struct dmx_job *job)
{
	bool mode = arg->operation >= DISCMUX_PAGE_MODE_SENSE;
	bool select = dmx_page_select(arg);

	if (mode && m->changer && arg->data_len > 255)
		return -EMSGSIZE;
	if (arg->data_len > dmx_member_max_data(m))
		return -EMSGSIZE;
	job->request.cdb_len = mode ? dmx_build_mode(arg, m->changer, job->cdb) :
				      dmx_build_log(arg, job->cdb);
	job->request.timeout_ms = arg->timeout_ms ?: DMX_PAGE_TIMEOUT;
	job->request.len = arg->data_len;
	job->request.out = select;
	if (!arg->data_len)
		return 0;
	job->buf = kvzalloc(arg->data_len, GFP_KERNEL_ACCOUNT);
	if (!job->buf)
		return -ENOMEM;
	if (select && copy_from_user(job->buf, u64_to_user_ptr(arg->data), arg->data_len))
		return -EFAULT;
	return 0;
}

/* A drive answers at once: nothing of it moves that others wait for. */
static int dmx_page_ask_drive(struct dmx_member *m, struct dmx_job *job)
{
	int tries = DMX_PAGE_TRIES, ret;

	job->request.buf = job->buf;
	do {
		ret = dmx_request_run(m, &job->request, &job->res);
	} while (!ret && dmx_result_unit_attention(&job->res) && --tries);
	return ret;
}

static int dmx_page_out(struct discmux_page *arg, const struct dmx_job *job)
{
	if (!dmx_page_select(arg)) {
		arg->data_len -= dmx_result_good(&job->res) ?
			min(arg->data_len, job->res.resid) : arg->data_len;
		if (copy_to_user(u64_to_user_ptr(arg->data), job->buf, arg->data_len))
			return -EFAULT;
	}
	return dmx_put_array(arg->result, 0, arg->result_stride, &job->res,
			     sizeof(job->res));
}

static int dmx_page(struct dmx_file *file, struct dmx_member *m, struct discmux_page *arg)
{
	struct dmx_job *job = dmx_job_alloc(file, DMX_JOB_PAGE, 0);
	int ret;

	if (!job)
		return -ENOMEM;
	ret = dmx_page_fill(m, arg, job);
	if (!ret)
		ret = dmx_clear_results(arg->result, 1, arg->result_stride);
	if (!ret)
		ret = m->changer ? dmx_job_do(m, job, !(arg->flags & DISCMUX_PAGE_WAIT)) :
				   dmx_page_ask_drive(m, job);
	if (!ret)
		ret = dmx_page_out(arg, job);
	dmx_job_put(job);
	return ret;
}

int dmx_ioctl_page(struct dmx_call *call)
{
	struct discmux_page *arg = call->arg;
	struct dmx_file *file = call->file;
	int ret = dmx_page_check(arg);
	struct dmx_member *m;

	if (ret)
		return ret;
	if (dmx_page_select(arg) && !file->writable)
		return -EPERM;
	m = arg->member == DISCMUX_NONE ? dmx_changer_get(file->mux, DISCMUX_NONE, &ret) :
					  dmx_member_get(file->mux, arg->member);
	if (!m)
		return -ENOENT;
	if (dmx_page_select(arg))
		ret = dmx_member_mine(file, m);
	if (!ret)
		ret = dmx_page(file, m, arg);
	dmx_member_put(m);
	return ret;
}
