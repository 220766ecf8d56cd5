// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of members in and lists of results out: what every call that names
 * several targets shares.
 */
#include <linux/uaccess.h>

#include "dmx.h"

void dmx_put_members(struct dmx_member **m, unsigned int n)
{
	while (n--)
		dmx_member_put(m[n]);
}

static int dmx_check_count(u32 n)
{
	if (!n)
		return -EINVAL;
	return n > DISCMUX_MAX_TARGETS ? -EMSGSIZE : 0;
}

/* Adds member @id, with a reference, to the @n that are there; each once only. */
static int dmx_add_member(struct dmx_mux *mux, u32 id, struct dmx_member **m,
			  unsigned int n)
{
	struct dmx_member *found = dmx_member_find(mux, id);
	unsigned int i;

	if (!found)
		return -ENOENT;
	for (i = 0; i < n; i++) {
		if (m[i] == found)
			return -EINVAL;
	}
	kref_get(&found->ref);
	m[n] = found;
	return 0;
}

/**
 * dmx_get_members() - references to the members of a user's list of numbers
 * @mux: whose members
 * @uptr: user's array of __u32
 * @n: entries of it
 * @m: room for DISCMUX_MAX_TARGETS
 * @failed: set to the number that was not found, may be NULL
 *
 * Return: 0, -EINVAL, -EMSGSIZE, -EFAULT, -ENOENT.
 */
int dmx_get_members(struct dmx_mux *mux, u64 uptr, u32 n, struct dmx_member **m,
		    u32 *failed)
{
	u32 ids[DISCMUX_MAX_TARGETS];
	int ret = dmx_check_count(n);
	unsigned int i;

	if (ret)
		return ret;
	if (copy_from_user(ids, u64_to_user_ptr(uptr), n * sizeof(*ids)))
		return -EFAULT;
	mutex_lock(&mux->lock);
	for (i = 0; i < n && !ret; i++) {
		ret = dmx_add_member(mux, ids[i], m, i);
		if (failed && ret == -ENOENT)
			*failed = ids[i];
	}
	mutex_unlock(&mux->lock);
	if (ret)
		dmx_put_members(m, i - 1);
	return ret;
}

static int dmx_check_target(const struct discmux_target *t, u32 blocks)
{
	if (t->flags || t->__reserved)
		return -EOPNOTSUPP;
	if (t->lba >= DISCMUX_LBA_NEGATIVE)
		return 0;
	return blocks > DISCMUX_LBA_NEGATIVE - t->lba ? -EOVERFLOW : 0;
}

/**
 * dmx_get_targets() - the same for a list of recorders with addresses
 * @mux: whose members
 * @uptr: user's array of struct discmux_target
 * @n: entries of it
 * @blocks: blocks that will be written at each address, 0 when not known
 * @t: room for DISCMUX_MAX_TARGETS, filled
 * @m: room for DISCMUX_MAX_TARGETS, filled with references
 *
 * Return: as dmx_get_members(), and -EOPNOTSUPP, -EOVERFLOW.
 */
int dmx_get_targets(struct dmx_mux *mux, u64 uptr, u32 n, u32 blocks,
		    struct discmux_target *t, struct dmx_member **m)
{
	int ret = dmx_check_count(n);
	unsigned int i;

	if (ret)
		return ret;
	if (copy_from_user(t, u64_to_user_ptr(uptr), n * sizeof(*t)))
		return -EFAULT;
	mutex_lock(&mux->lock);
	for (i = 0; i < n; i++) {
		ret = dmx_check_target(&t[i], blocks) ?:
		      dmx_add_member(mux, t[i].member, m, i);
		if (ret)
			break;
		if (m[i]->role != DISCMUX_ROLE_RECORDER) {
			ret = -EINVAL;
			i++;
			break;
		}
	}
	mutex_unlock(&mux->lock);
	if (ret)
		dmx_put_members(m, i);
	return ret;
}

/**
 * dmx_clear_results() - zero a user's array of results
 * @uptr: the array
 * @n: its entries
 * @stride: bytes of one
 *
 * Before anything is sent to a device: a command whose result cannot be told
 * must not be carried out.
 *
 * Return: 0, -EFAULT.
 */
int dmx_clear_results(u64 uptr, u32 n, u32 stride)
{
	return clear_user(u64_to_user_ptr(uptr), (u64)n * stride) ? -EFAULT : 0;
}

/**
 * dmx_put_array() - fill one entry of a user's array
 * @uptr: the array
 * @index: which entry
 * @stride: bytes of the user's entry
 * @entry: what to put there
 * @size: bytes of @entry; what the user's has more is zeroed
 *
 * Return: 0, -EFAULT.
 */
int dmx_put_array(u64 uptr, u32 index, u32 stride, const void *entry, u32 size)
{
	void __user *to = u64_to_user_ptr(uptr + (u64)index * stride);
	u32 known = min(stride, size);

	if (copy_to_user(to, entry, known))
		return -EFAULT;
	return clear_user(to + known, stride - known) ? -EFAULT : 0;
}

/**
 * dmx_out_result() - fill one entry of an array that dmx_clear_results() zeroed
 * @uptr: the array
 * @index: which entry
 * @stride: bytes of the user's entry
 * @res: what to put there, up to the end of its sense data
 *
 * Return: 0, -EFAULT.
 */
int dmx_out_result(u64 uptr, u32 index, u32 stride, const struct discmux_result *res)
{
	void __user *to = u64_to_user_ptr(uptr + (u64)index * stride);
	u32 used = min_t(u32, stride, DMX_RESULT_MIN + res->sense_len);

	return copy_to_user(to, res, used) ? -EFAULT : 0;
}
