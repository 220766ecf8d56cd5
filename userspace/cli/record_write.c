// SPDX-License-Identifier: GPL-2.0
/* What goes into a recording: commands as they end, and what else the driver was called for. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "record.h"

#define NOTHING_YET	UINT32_MAX

static void fail(struct record *record, int error)
{
	if (!record->error)
		record->error = error;
}

/* Whether there is room for n bytes more, and one command */
static bool has_room(struct record *record, size_t n)
{
	/* Hexadecimal takes three characters a byte, a command without data some 300 */
	record->bytes += 300 + 3 * n;
	if (record->bytes < RECORDING_FILE_MAX && record->commands < RECORDING_EXCHANGES_MAX)
		return true;
	if (!record->full)
		recording_print_comment(record->file, "Here the recording ends: it is full.");
	record->full = true;
	return false;
}

static void write_exchange(struct record *record, struct recording_exchange *x)
{
	int ret = recording_blank(&record->blank, x);

	if (ret) {
		fail(record, -ret);
		return;
	}
	if (!has_room(record, x->data_len))
		return;
	recording_print_exchange(record->file, record->blank.type, x);
	/* So that there is something to send when the drive, or the machine, stands still */
	if (fflush(record->file))
		fail(record, errno);
	record->commands++;
	record->refused += !x->loss && x->status;
	record->lost += x->loss != RECORDING_ANSWERED;
}

void record_exchange(struct record *record, const struct recording_exchange *x)
{
	struct recording_exchange copy = *x;

	if (!x->data)
		copy.data_len = 0;
	copy.data = malloc(copy.data_len + 1u);
	if (!copy.data) {
		fail(record, ENOMEM);
		return;
	}
	if (x->data)
		memcpy(copy.data, x->data, copy.data_len);
	pthread_mutex_lock(&record->lock);
	write_exchange(record, &copy);
	pthread_mutex_unlock(&record->lock);
	free(copy.data);
}

void record_result(const struct discmux_result *result, struct recording_exchange *x)
{
	switch (result->error) {
	case 0:
		x->loss = RECORDING_ANSWERED;
		break;
	case ETIMEDOUT: case ETIME:
		x->loss = RECORDING_TIMEOUT;
		break;
	case ENODEV:
		x->loss = RECORDING_GONE;
		break;
	case ECANCELED:
		x->loss = RECORDING_ABORTED;
		break;
	default:
		x->loss = RECORDING_FAILED;
	}
	x->status = (uint8_t)result->status;
	x->micros = result->duration_us < RECORDING_MICROS_MAX ? result->duration_us :
								 RECORDING_MICROS_MAX;
	x->sense = (uint8_t *)result->sense;
	x->sense_len = (uint8_t)(result->sense_len < sizeof(result->sense) ?
				 result->sense_len : sizeof(result->sense));
}

/* ---- What the driver was called for ----------------------------------------- */

static const void *pointer(uint64_t value)
{
	return (const void *)(uintptr_t)value; /* NOLINT(performance-no-int-to-ptr) */
}

static void observe_exec(struct record *record, const struct discmux_exec *exec)
{
	const uint32_t *targets = pointer(exec->targets);

	for (uint32_t i = 0; i < exec->nr_targets; i++) {
		const uint8_t *results = pointer(exec->results), *data = pointer(exec->data);
		const struct discmux_result *result;
		struct recording_exchange x = { .length = exec->data_len };

		if (targets[i] != record->member->member)
			continue;
		result = (const struct discmux_result *)(results + (size_t)i * exec->result_stride);
		x.cdb_len = (uint8_t)exec->cdb_len;
		memcpy(x.cdb, exec->cdb, exec->cdb_len);
		x.dir = (enum recording_dir)exec->direction;
		if (x.dir && result->resid < exec->data_len)
			x.data_len = exec->data_len - result->resid;
		if (data)
			x.data = (uint8_t *)data +
				 (x.dir == RECORDING_IN ? (size_t)i * exec->data_len : 0);
		record_result(result, &x);
		record_exchange(record, &x);
	}
}

/* A comment shows commands that the driver sent by itself */
__attribute__((format(printf, 3, 4)))
static void tell(struct record *record, const struct discmux_result *result, const char *format,
		 ...)
{
	enum discmux_device device = discmux_role_device(record->member->role);
	char what[160], how[192], line[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	discmux_device_result_text(device, result, how, sizeof(how));
	snprintf(line, sizeof(line), "the driver: %s: %s", what,
		 discmux_result_ok(result) ? "good" : how);
	pthread_mutex_lock(&record->lock);
	if (has_room(record, 0)) {
		fputc('\n', record->file);
		recording_print_comment(record->file, line);
		if (fflush(record->file))
			fail(record, errno);
	}
	pthread_mutex_unlock(&record->lock);
}

static void observe_fanout(struct record *record, const struct discmux_fanout_write *write)
{
	const struct discmux_target *targets = pointer(write->targets);
	const uint8_t *results = pointer(write->results);

	for (uint32_t i = 0; i < write->nr_targets; i++)
		if (targets[i].member == record->member->member)
			tell(record, (const void *)(results + (size_t)i * write->result_stride),
			     "WRITE of %u bytes at block %u", write->data_len, targets[i].lba);
}

static void observe_move(struct record *record, const struct discmux_move *move)
{
	if (record->member->role == DISCMUX_ROLE_CHANGER)
		tell(record, pointer(move->result), "MOVE MEDIUM %04Xh to %04Xh", move->source,
		     move->destination);
}

static void observe_operate(struct record *record, const struct discmux_operate *op)
{
	if (op->member == record->member->member ||
	    (op->member == DISCMUX_NONE && record->member->role == DISCMUX_ROLE_CHANGER))
		tell(record, pointer(op->result), "%s %04Xh to %04Xh, then %04Xh",
		     discmux_operation_name(op->operation), op->source, op->destination,
		     op->second);
}

static void observe_page(struct record *record, const struct discmux_page *page)
{
	static const char *const names[] = {
		[DISCMUX_PAGE_LOG_SENSE] = "LOG SENSE", [DISCMUX_PAGE_LOG_SELECT] = "LOG SELECT",
		[DISCMUX_PAGE_MODE_SENSE] = "MODE SENSE",
		[DISCMUX_PAGE_MODE_SELECT] = "MODE SELECT",
	};

	if (page->operation >= sizeof(names) / sizeof(*names) || !names[page->operation])
		return;
	if (page->member == record->member->member ||
	    (page->member == DISCMUX_NONE && record->member->role == DISCMUX_ROLE_CHANGER))
		tell(record, pointer(page->result), "%s, page %02Xh", names[page->operation],
		     page->page);
}

/* A stream is asked many times: only a change of the recorder's state is written */
static void observe_stream(struct record *record, const struct discmux_stream_status *status)
{
	const uint8_t *targets = pointer(status->targets);

	for (uint32_t i = 0; targets && i < status->nr_targets; i++) {
		const struct discmux_target_status *target =
			(const void *)(targets + (size_t)i * status->target_stride);

		if (target->result.member != record->member->member ||
		    target->state == record->stream_state)
			continue;
		record->stream_state = target->state;
		tell(record, &target->result, "stream %s, %llu bytes taken up to block %u, longest "
		     "WRITE %u us", discmux_target_state_name(target->state),
		     (unsigned long long)target->bytes, target->next_lba, target->max_us);
	}
}

/* A stream has a descriptor of its own, which is not a device's */
static bool is_our_mux(const struct record *record, int fd)
{
	struct stat st;

	return !fstat(fd, &st) && (!S_ISCHR(st.st_mode) || st.st_rdev == record->device);
}

void record_observe(void *context, int fd, unsigned long request, const void *arg, int ret)
{
	struct record *record = context;

	if (ret < 0 || !is_our_mux(record, fd))
		return;
	switch (request) {
	case DISCMUX_IOC_EXEC:
		observe_exec(record, arg);
		break;
	case DISCMUX_IOC_FANOUT_WRITE:
		observe_fanout(record, arg);
		break;
	case DISCMUX_IOC_MOVE:
		observe_move(record, arg);
		break;
	case DISCMUX_IOC_OPERATE:
		observe_operate(record, arg);
		break;
	case DISCMUX_IOC_PAGE:
		observe_page(record, arg);
		break;
	case DISCMUX_IOC_STREAM:
		record->stream_state = NOTHING_YET;
		break;
	case DISCMUX_IOC_STREAM_STATUS:
		observe_stream(record, arg);
		break;
	}
}
