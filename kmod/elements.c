// SPDX-License-Identifier: GPL-2.0
/*
 * READ ELEMENT STATUS data, as SMC-3 6.11 and the MC-8100/8200/8600 manual
 * 3.11 lay it out.  A reply is whatever a device cares to send: every length
 * and count in it is checked before it is used.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "compat/unaligned.h"
#include "elements.h"

#define DMX_HEADER		8	/* of the reply, and of each page */
#define DMX_DESCRIPTOR_MIN	12	/* up to the source element address */
#define DMX_TAG			36	/* a volume tag */
#define DMX_TAG_ID		32	/* its identification field */

/*
 * The MC-8x00 put tray, mail slot and printer bits where others have volume
 * tags; its 18-byte descriptors carry no tags.
 */
#define DMX_LIBRARY_DESCRIPTOR	18
#define DMX_LIBRARY_BITS	16	/* byte of the descriptor */

/*
 * Where the pages of a reply are.  @own is 8 where its byte counts include their own
 * headers, as those of some changers do.
 */
struct dmx_pages {
	const u8 *at;
	const u8 *said;		/* the end that it announces */
	const u8 *came;		/* the end of what came */
	unsigned int own;
};

struct dmx_page {
	const u8 *at;
	unsigned int type;
	unsigned int descriptor;	/* length of one */
	unsigned int last;		/* what came of the last one */
	unsigned int nr;
	bool primary_tag;
	bool alternate_tag;
	bool cut;			/* nothing came behind it */
};

/* Bytes of the whole reply, from its first 8. */
u32 dmx_elements_bytes(const u8 *header)
{
	return DMX_HEADER + get_unaligned_be24(header + 5);
}

/* Copies text without trailing blanks; what does not fit is cut. */
static void dmx_copy_text(u8 *to, unsigned int room, const u8 *from,
			  unsigned int len)
{
	len = min(len, room - 1);
	while (len && (from[len - 1] == ' ' || !from[len - 1]))
		len--;
	memcpy(to, from, len);
}

static void dmx_decode_tags(const struct dmx_page *page, const u8 *d,
			    unsigned int bytes, struct discmux_element *e)
{
	unsigned int at = DMX_DESCRIPTOR_MIN, len;

	if (page->descriptor == DMX_LIBRARY_DESCRIPTOR) {
		e->flags |= (u32)d[DMX_LIBRARY_BITS] << 16;
		return;
	}
	if (page->primary_tag) {
		if (at + DMX_TAG > bytes)
			return;
		dmx_copy_text(e->volume_tag, sizeof(e->volume_tag), d + at, DMX_TAG_ID);
		at += DMX_TAG;
	}
	if (page->alternate_tag)
		at += DMX_TAG;
	/* Code set, identifier type, reserved, length, identifier */
	if (e->type != DISCMUX_ELEMENT_DATA_TRANSFER || at + 4 > bytes)
		return;
	len = min_t(unsigned int, d[at + 3], bytes - at - 4);
	dmx_copy_text(e->identifier, sizeof(e->identifier), d + at + 4, len);
}

static void dmx_decode_descriptor(const struct dmx_page *page, const u8 *d,
				  unsigned int bytes, struct discmux_element *e)
{
	memset(e, 0, sizeof(*e));
	e->type = page->type;
	e->member = DISCMUX_NONE;
	e->address = get_unaligned_be16(d);
	e->flags = d[2] & 0x3f;
	if (e->flags & DISCMUX_ELEMENT_EXCEPT)
		e->sense = get_unaligned_be16(d + 4);
	if (page->type == DISCMUX_ELEMENT_DATA_TRANSFER ||
	    page->type == DISCMUX_ELEMENT_LABEL_PRINT) {
		if (d[6] & 0x10) {
			e->flags |= DISCMUX_ELEMENT_LU_VALID;
			e->lun = d[6] & 7;
		}
		if (d[6] & 0x20) {
			e->flags |= DISCMUX_ELEMENT_ID_VALID;
			e->scsi_id = d[7];
		}
		if (d[6] & 0x80)
			e->flags |= DISCMUX_ELEMENT_NOT_BUS;
	}
	if (d[9] & 0x80) {
		e->flags |= DISCMUX_ELEMENT_SOURCE_VALID;
		e->source = get_unaligned_be16(d + 10);
		if (d[9] & 0x40)
			e->flags |= DISCMUX_ELEMENT_INVERT;
	}
	dmx_decode_tags(page, d, bytes, e);
}

/*
 * How many descriptors came of @bytes.  The last may lack its end, but not its source
 * element address, nor the bits that the MC-8x00 have there.
 */
static void dmx_page_came(struct dmx_page *page, unsigned int bytes, unsigned int came)
{
	page->last = page->descriptor;
	page->nr = min(bytes, came) / page->descriptor;
	page->cut = bytes > came;
	if (page->cut && came % page->descriptor >= DMX_DESCRIPTOR_MIN &&
	    page->descriptor != DMX_LIBRARY_DESCRIPTOR) {
		page->last = came % page->descriptor;
		page->nr++;
	}
}

/* Returns NULL, or what is wrong with the page at @p. */
static const char *dmx_decode_page(const struct dmx_pages *pages, const u8 *p,
				   struct dmx_page *page)
{
	unsigned int bytes;

	if (pages->said - p < DMX_HEADER)
		return "ends within the header of a page";
	if (pages->came - p < DMX_HEADER) {
		*page = (struct dmx_page){ .at = p, .cut = true };
		return NULL;
	}
	page->at = p + DMX_HEADER;
	page->type = p[0] & 0x0f;
	page->primary_tag = p[1] & 0x80;
	page->alternate_tag = p[1] & 0x40;
	page->descriptor = get_unaligned_be16(p + 2);
	bytes = get_unaligned_be24(p + 5);
	if (bytes < pages->own || bytes - pages->own > pages->said - page->at)
		return "has a page that is longer than the reply";
	bytes -= pages->own;
	if (page->descriptor < DMX_DESCRIPTOR_MIN)
		return "has element descriptors that are too short";
	if (bytes % page->descriptor)
		return "has a page that ends within an element descriptor";
	if (!page->type || page->type > DISCMUX_ELEMENT_LABEL_PRINT)
		return "has elements of an unknown type";
	dmx_page_came(page, bytes, pages->came - page->at);
	return NULL;
}

/* All elements of a page, in the order of the reply. */
static void dmx_decode_elements(const struct dmx_page *page, struct discmux_element *out)
{
	const u8 *d = page->at;
	unsigned int i;

	for (i = 1; i <= page->nr; i++, d += page->descriptor)
		dmx_decode_descriptor(page, d, i < page->nr ? page->descriptor : page->last,
				      out++);
}

/* All pages; @n counts.  Returns NULL, or what is wrong. */
static const char *dmx_decode_pages(const struct dmx_pages *pages,
				    struct discmux_element *out, unsigned int max,
				    unsigned int *n, bool *cut)
{
	const u8 *p = pages->at;
	struct dmx_page page;
	const char *why;

	*n = 0;
	*cut = false;
	while (p < pages->said && !*cut) {
		why = dmx_decode_page(pages, p, &page);
		if (why)
			return why;
		if (page.nr > max - *n)
			return "has more elements than it had a moment ago";
		dmx_decode_elements(&page, out + *n);
		*n += page.nr;
		*cut = page.cut;
		p = page.at + page.nr * page.descriptor;
	}
	return NULL;
}

static int dmx_element_compare(const void *a, const void *b)
{
	const struct discmux_element *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

/* Sorts by type and address, what seldom is to be done; false: two are the same. */
static bool dmx_elements_order(struct discmux_element *e, unsigned int n)
{
	unsigned int i;

	for (i = 1; i < n; i++) {
		if (dmx_element_compare(&e[i - 1], &e[i]) >= 0)
			break;
	}
	if (i >= n)
		return true;
	sort(e, n, sizeof(*e), dmx_element_compare, NULL);
	for (i = 1; i < n; i++) {
		if (!dmx_element_compare(&e[i - 1], &e[i]))
			return false;
	}
	return true;
}

/* Whether no address is in both of two sorted runs. */
static bool dmx_elements_apart(const struct discmux_element *a, unsigned int nr_a,
			       const struct discmux_element *b, unsigned int nr_b)
{
	if (!nr_a || !nr_b || a[nr_a - 1].address < b[0].address ||
	    b[nr_b - 1].address < a[0].address)
		return true;
	while (nr_a && nr_b) {
		if (a->address == b->address)
			return false;
		if (a->address < b->address) {
			a++;
			nr_a--;
		} else {
			b++;
			nr_b--;
		}
	}
	return true;
}

/**
 * dmx_elements_arrange() - sort elements by type and address
 * @e: of one reply, or of several
 * @n: how many
 *
 * Return: NULL, or what is wrong: elements have one address each (SMC-3 4.3).
 */
const char *dmx_elements_arrange(struct discmux_element *e, unsigned int n)
{
	unsigned int first[DISCMUX_ELEMENT_LABEL_PRINT + 2] = {};
	unsigned int type, other, at = 0;

	if (!dmx_elements_order(e, n))
		return "has two elements at one address";
	for (type = 1; type <= DISCMUX_ELEMENT_LABEL_PRINT; type++) {
		while (at < n && e[at].type == type)
			at++;
		first[type + 1] = at;
		for (other = 1; other < type; other++) {
			if (!dmx_elements_apart(e + first[type], at - first[type],
						e + first[other],
						first[other + 1] - first[other]))
				return "has elements of two types at one address";
		}
	}
	return NULL;
}

/* With byte counts that include @own bytes of their headers. */
static const char *dmx_decode_reply(const u8 *buf, unsigned int len, unsigned int own,
				    struct discmux_element *out, unsigned int max,
				    unsigned int *n, bool *cut)
{
	unsigned int bytes = dmx_elements_bytes(buf), told = get_unaligned_be16(buf + 2);
	struct dmx_pages pages = {
		.at = buf + DMX_HEADER, .own = own,
		.said = buf + bytes - own, .came = buf + min(len, bytes - own),
	};
	const char *why;

	if (bytes < DMX_HEADER + own)
		return "is shorter than a header";
	why = dmx_decode_pages(&pages, out, max, n, cut);
	if (!why && (*cut ? *n > told : *n != told))
		why = "has another number of elements than it says";
	*cut = *n < told;
	return why ?: dmx_elements_arrange(out, *n);
}

/**
 * dmx_elements_decode() - a READ ELEMENT STATUS reply
 * @buf: the reply
 * @len: bytes that came
 * @out: filled, sorted by type and address
 * @max: room in @out, in elements
 * @cut: set to whether fewer elements came than the reply announces
 * @why: what is wrong with the reply, the end of a sentence; a constant
 *
 * Return: number of elements that came, -EPROTO for a reply that contradicts
 * itself.
 */
int dmx_elements_decode(const u8 *buf, unsigned int len,
			struct discmux_element *out, unsigned int max,
			bool *cut, const char **why)
{
	unsigned int n;

	*why = "is shorter than a header";
	if (len < DMX_HEADER)
		return -EPROTO;
	*why = dmx_decode_reply(buf, len, 0, out, max, &n, cut);
	if (*why && !dmx_decode_reply(buf, len, DMX_HEADER, out, max, &n, cut))
		*why = NULL;
	return *why ? -EPROTO : (int)n;
}

/*
 * The identifier of a drive is vendor, product and serial number, or the
 * serial number alone (SMC-3 6.11.5, T10 vendor identification).
 */
bool dmx_element_identifies(const struct discmux_element *e, const u8 *serial)
{
	size_t id = strnlen(e->identifier, sizeof(e->identifier));
	size_t len = strnlen(serial, 32);

	return len && id >= len && !memcmp(e->identifier + id - len, serial, len);
}
