// SPDX-License-Identifier: GPL-2.0
/*
 * Asking a changer for its elements, in a way that it takes.
 *
 * READ ELEMENT STATUS of all types at once is tried first.  There are changers
 * that refuse that, or more than so many elements, or volume tags and
 * identifiers together; that tell of 1000 elements at most, or whose reply
 * ends too early.  These are asked type by type, and for the rest.  What mode
 * page 1Dh says of the elements is the measure of whether all came.
 */
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "changer.h"

#define DMX_STATUS_TIMEOUT	60000		/* ms */
#define DMX_STATUS_MAX		SZ_1M		/* bytes of a reply */

#define DMX_VOLTAG		BIT(0)		/* SMC-3 6.11: volume tags */
#define DMX_DVCID		BIT(1)		/* identifiers of drives */

/* Elements of one request; 0: all types in one. */
static const u16 dmx_status_steps[] = { 0, 0xffff, 1000, 100, 10, 1 };

static DEFINE_RATELIMIT_STATE(dmx_status_limit, 60 * HZ, 5);

/* What one request is about. */
struct dmx_status_part {
	u8 type;	/* 0: all */
	u16 first;	/* address */
	u16 count;	/* at most */
	u8 options;
};

/**
 * struct dmx_status_read - one reading of all elements
 * @m: the changer
 * @map: what came so far
 * @room: elements that there is room for in @map
 * @came: elements of the last reply
 * @cut: the last reply ended too early
 */
struct dmx_status_read {
	struct dmx_member *m;
	struct dmx_map *map;
	unsigned int room;
	unsigned int came;
	bool cut;
};

void dmx_status_begin(struct dmx_changer *ch)
{
	ch->ask = (struct dmx_status_way){ .options = DMX_VOLTAG | DMX_DVCID };
}

/* The log names the fault of the changer, so that its owner can look for it. */
static int dmx_status_refused(struct dmx_member *m, const char *why)
{
	spin_lock(&m->changer->lock);
	m->changer->garbled = true;
	spin_unlock(&m->changer->lock);
	if (__ratelimit(&dmx_status_limit))
		sdev_printk(KERN_WARNING, m->sdev,
			    "discmux: READ ELEMENT STATUS data %s: not used\n", why);
	return -EPROTO;
}

static int dmx_status_ask(struct dmx_member *m, const struct dmx_status_part *part,
			  void *buf, u32 len)
{
	u8 cdb[12] = { READ_ELEMENT_STATUS, part->type };

	if (part->options & DMX_VOLTAG)
		cdb[1] |= 0x10;
	put_unaligned_be16(part->first, cdb + 2);
	put_unaligned_be16(part->count, cdb + 4);
	if (part->options & DMX_DVCID)
		cdb[6] = 0x01;
	put_unaligned_be24(len, cdb + 7);
	return dmx_ask(m, cdb, sizeof(cdb), buf, len, DMX_STATUS_TIMEOUT);
}

/* Makes room for @nr more elements. */
static int dmx_status_room(struct dmx_status_read *r, unsigned int nr)
{
	unsigned int have = r->map ? r->map->nr : 0;
	struct dmx_map *map;

	if (r->map && nr <= r->room - have)
		return 0;
	if (nr > U16_MAX + 1 - have)
		return dmx_status_refused(r->m, "has more elements than there are addresses");
	map = dmx_map_alloc(have + nr);
	if (!map)
		return -ENOMEM;
	if (r->map) {
		map->nr = have;
		memcpy(map->e, r->map->e, have * sizeof(map->e[0]));
		dmx_map_put(r->map);
	}
	r->map = map;
	r->room = have + nr;
	return 0;
}

/* A changer that answers another question does not know this one. */
static bool dmx_status_foreign(const struct dmx_status_part *part,
			       const struct discmux_element *e, unsigned int n)
{
	for (; n--; e++) {
		if ((part->type && e->type != part->type) || e->address < part->first)
			return true;
	}
	return false;
}

/* The reply to @part, of @len bytes, behind the elements that are there. */
static int dmx_status_reply(struct dmx_status_read *r, const struct dmx_status_part *part,
			    u32 len)
{
	u8 *buf = kvmalloc(len, GFP_KERNEL);
	struct discmux_element *e;
	const char *why;
	int ret;

	if (!buf)
		return -ENOMEM;
	ret = dmx_status_ask(r->m, part, buf, len);
	if (ret < 0)
		goto out;
	e = r->map->e + r->map->nr;
	ret = dmx_elements_decode(buf, ret, e, r->room - r->map->nr, &r->cut, &why);
	if (ret < 0) {
		dmx_status_refused(r->m, why);
	} else if (dmx_status_foreign(part, e, ret)) {
		ret = -EOPNOTSUPP;
	} else {
		r->came = ret;
		r->map->nr += ret;
		ret = 0;
	}
out:
	kvfree(buf);
	return ret;
}

/* Two commands: the reply's header says how long it is. */
static int dmx_status_part(struct dmx_status_read *r, const struct dmx_status_part *part)
{
	u8 header[8];
	u32 len;
	int ret = dmx_status_ask(r->m, part, header, sizeof(header));

	if (ret < 0)
		return ret;
	if (ret < sizeof(header))
		return dmx_status_refused(r->m, "is shorter than a header");
	len = dmx_elements_bytes(header);
	if (len > DMX_STATUS_MAX)
		return dmx_status_refused(r->m, "is said to be longer than 1 MiB");
	ret = dmx_status_room(r, get_unaligned_be16(header + 2));
	return ret ?: dmx_status_reply(r, part, len);
}

/* The same with fewer options, as long as they are refused. */
static int dmx_status_try(struct dmx_status_read *r, struct dmx_status_part *part)
{
	static const u8 fewer[] = {
		[DMX_VOLTAG | DMX_DVCID] = DMX_VOLTAG, [DMX_VOLTAG] = DMX_DVCID,
		[DMX_DVCID] = 0,
	};
	struct dmx_status_way *way = &r->m->changer->ask;
	int ret;

	for (;;) {
		part->options = way->options;
		ret = dmx_status_part(r, part);
		if (ret != -EOPNOTSUPP || !way->options)
			return ret;
		way->options = fewer[way->options];
	}
}

/* The elements of one type from @first to before @end, in pieces. */
static int dmx_status_type(struct dmx_status_read *r, unsigned int type, u32 first, u32 end)
{
	struct dmx_status_way *way = &r->m->changer->ask;
	u32 most = dmx_status_steps[max(way->step, 1U)];
	int ret;

	while (first < end) {
		struct dmx_status_part part = {
			.type = type, .first = first, .count = min(end - first, most),
		};

		ret = dmx_status_try(r, &part);
		if (ret)
			return ret;
		if (!r->came)
			return r->cut ? dmx_status_refused(r->m, "ends too early") : 0;
		first = r->map->e[r->map->nr - 1].address + 1;
	}
	return 0;
}

static unsigned int dmx_status_count(const struct dmx_map *map, unsigned int type, u32 *last)
{
	unsigned int i, n = 0;

	for (i = 0; i < map->nr; i++) {
		if (map->e[i].type != type)
			continue;
		*last = map->e[i].address;
		n++;
	}
	return n;
}

/* The same where they need not be: a refusal means that there are none. */
static int dmx_status_optional(struct dmx_status_read *r, unsigned int type, u32 first,
			       u32 end)
{
	struct dmx_status_way *way = &r->m->changer->ask;
	unsigned int options = way->options;
	int ret = dmx_status_type(r, type, first, end);

	if (ret == -EOPNOTSUPP) {
		way->options = options;
		ret = 0;
	}
	return ret;
}

static u32 dmx_status_end(const struct dmx_range *range)
{
	return min(range->first + range->told, U16_MAX + 1);
}

/* The mode page does not tell of a library's printer (MC-8600 manual 3.7). */
static int dmx_status_printer(struct dmx_status_read *r)
{
	u32 last;

	if (!dmx_is_library(r->m) ||
	    (r->map && dmx_status_count(r->map, DISCMUX_ELEMENT_LABEL_PRINT, &last)))
		return 0;
	return dmx_status_optional(r, DISCMUX_ELEMENT_LABEL_PRINT, 0, U16_MAX + 1);
}

/*
 * Asks for the elements that a reply of all types left out.  A changer that refuses,
 * or answers nonsense, has fewer elements than its mode page says; but after a reply
 * that was cut the rest must come, and one that is not ready has not answered.
 */
static int dmx_status_rest(struct dmx_status_read *r)
{
	struct dmx_changer *ch = r->m->changer;
	bool cut = r->cut, missing = cut;
	unsigned int type;
	int ret = 0;

	for (type = 1; type < DMX_RANGES && !ret; type++) {
		const struct dmx_range *range = &ch->range[type];
		u32 last = range->first - 1;

		if (dmx_status_count(r->map, type, &last) >= range->told)
			continue;
		missing = true;
		ret = cut ? dmx_status_type(r, type, last + 1, dmx_status_end(range))
			  : dmx_status_optional(r, type, last + 1, dmx_status_end(range));
	}
	if (!ret && missing)
		ret = dmx_status_printer(r);
	return ret == -EPROTO && !cut ? 0 : ret;
}

static int dmx_status_all(struct dmx_status_read *r)
{
	struct dmx_status_part all = { .count = U16_MAX };
	int ret = dmx_status_try(r, &all);

	if (ret)
		return ret;
	if (r->cut && !r->m->changer->range[DISCMUX_ELEMENT_TRANSPORT].told)
		return dmx_status_refused(r->m, "ends too early");
	return dmx_status_rest(r);
}

/* A changer that does not say where its elements are is asked for any. */
static int dmx_status_types(struct dmx_status_read *r)
{
	struct dmx_changer *ch = r->m->changer;
	bool known = ch->range[DISCMUX_ELEMENT_TRANSPORT].told;
	unsigned int type;
	int ret = 0;

	for (type = 1; type < DMX_RANGES && !ret; type++) {
		const struct dmx_range *range = &ch->range[type];

		ret = known ? dmx_status_type(r, type, range->first, dmx_status_end(range))
			    : dmx_status_optional(r, type, 0, U16_MAX + 1);
	}
	if (!ret)
		ret = dmx_status_printer(r);
	return ret ?: r->map && r->map->nr ? 0 : -EOPNOTSUPP;
}

/* Gives the drives the identifiers of @from, which has the same order. */
static void dmx_status_identify(struct dmx_map *map, const struct dmx_map *from)
{
	const struct discmux_element *id = from->e, *end = from->e + from->nr;
	unsigned int i;

	for (i = 0; i < map->nr; i++) {
		struct discmux_element *e = &map->e[i];

		if (e->type != DISCMUX_ELEMENT_DATA_TRANSFER)
			continue;
		while (id < end && id->address < e->address)
			id++;
		if (id < end && id->address == e->address)
			memcpy(e->identifier, id->identifier, sizeof(e->identifier));
	}
}

/* Identifiers of the drives by themselves; without them SCSI ids are left. */
static int dmx_status_ids(struct dmx_status_read *r)
{
	struct dmx_status_way *way = &r->m->changer->ask;
	struct dmx_status_part part = {
		.type = DISCMUX_ELEMENT_DATA_TRANSFER, .options = DMX_DVCID,
	};
	struct dmx_status_read ids = { .m = r->m };
	u32 last;
	int ret;

	part.count = dmx_status_count(r->map, part.type, &last);
	if (way->options != DMX_VOLTAG || way->no_ids || !part.count)
		return 0;
	ret = dmx_status_part(&ids, &part);
	way->no_ids = ret == -EOPNOTSUPP;
	if (!ret)
		dmx_status_identify(r->map, ids.map);
	if (ids.map)
		dmx_map_put(ids.map);
	return way->no_ids ? 0 : ret;
}

/* Reads all in the way that the changer took before, or in smaller pieces. */
static int dmx_status_read(struct dmx_status_read *r)
{
	struct dmx_changer *ch = r->m->changer;
	const char *why;
	int ret;

	for (;;) {
		ret = ch->ask.step ? dmx_status_types(r) : dmx_status_all(r);
		if (ret != -EOPNOTSUPP)
			break;
		if (ch->ask.step == ARRAY_SIZE(dmx_status_steps) - 1) {
			dmx_status_begin(ch);
			return ret;
		}
		if (r->map)
			r->map->nr = 0;
		ch->ask = (struct dmx_status_way){
			.step = ch->ask.step + 1, .options = DMX_VOLTAG | DMX_DVCID,
		};
	}
	if (ret)
		return ret;
	why = r->map->nr ? dmx_elements_arrange(r->map->e, r->map->nr) : "has no elements";
	return why ? dmx_status_refused(r->m, why) : dmx_status_ids(r);
}

/*
 * Where its elements are.  Tried until it is known: a changer may be reserved or
 * at work when it is first seen.
 */
static void dmx_changer_ranges(struct dmx_member *m)
{
	static const u8 cdb[6] = { MODE_SENSE, 0x08, 0x1d, 0, 255 };
	struct dmx_range ranges[DMX_RANGES] = {};
	u8 buf[255];
	unsigned int i;
	int got = dmx_ask(m, cdb, sizeof(cdb), buf, sizeof(buf), DMX_STATUS_TIMEOUT);

	if (!dmx_reply_ranges(buf, got, ranges))
		return;
	/* Their mail slot has a second address, which no page tells of (3.7). */
	if (dmx_is_library(m))
		ranges[DISCMUX_ELEMENT_IMPORT_EXPORT].count = 2;
	for (i = DISCMUX_ELEMENT_TRANSPORT; i < DMX_RANGES; i++) {
		m->changer->range[i].first = ranges[i].first;
		m->changer->range[i].told = ranges[i].told;
		/* Pairs with dmx_range_has(). */
		smp_store_release(&m->changer->range[i].count, ranges[i].count);
	}
}

/**
 * dmx_status_map() - read all elements
 * @m: a changer
 * @map: set to a new one, the caller's
 *
 * The caller has set mech to asked or moving, or is the only one to know the
 * changer.
 * Return: 0; -EPROTO, and garbled is set; another negative errno.
 */
int dmx_status_map(struct dmx_member *m, struct dmx_map **map)
{
	struct dmx_status_read r = { .m = m };
	int ret;

	if (!m->changer->range[DISCMUX_ELEMENT_TRANSPORT].count)
		dmx_changer_ranges(m);
	ret = dmx_status_read(&r);
	if (!ret)
		*map = r.map;
	else if (r.map)
		dmx_map_put(r.map);
	return ret;
}
