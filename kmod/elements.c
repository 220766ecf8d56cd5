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

struct dmx_page {
	const u8 *at;
	unsigned int type;
	unsigned int descriptor;	/* length of one */
	unsigned int nr;
	bool primary_tag;
	bool alternate_tag;
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
			    struct discmux_element *e)
{
	unsigned int at = DMX_DESCRIPTOR_MIN, len;

	if (page->descriptor == DMX_LIBRARY_DESCRIPTOR) {
		e->flags |= (u32)d[DMX_LIBRARY_BITS] << 16;
		return;
	}
	if (page->primary_tag) {
		if (at + DMX_TAG > page->descriptor)
			return;
		dmx_copy_text(e->volume_tag, sizeof(e->volume_tag), d + at, DMX_TAG_ID);
		at += DMX_TAG;
	}
	if (page->alternate_tag)
		at += DMX_TAG;
	/* Code set, identifier type, reserved, length, identifier */
	if (e->type != DISCMUX_ELEMENT_DATA_TRANSFER || at + 4 > page->descriptor)
		return;
	len = min_t(unsigned int, d[at + 3], page->descriptor - at - 4);
	dmx_copy_text(e->identifier, sizeof(e->identifier), d + at + 4, len);
}

static void dmx_decode_descriptor(const struct dmx_page *page, const u8 *d,
				  struct discmux_element *e)
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
	dmx_decode_tags(page, d, e);
}

/* Returns NULL, or what is wrong with the page at @p. */
static const char *dmx_decode_page(const u8 *p, unsigned int room,
				   struct dmx_page *page)
{
	unsigned int bytes;

	if (room < DMX_HEADER)
		return "ends within the header of a page";
	page->at = p + DMX_HEADER;
	page->type = p[0] & 0x0f;
	page->primary_tag = p[1] & 0x80;
	page->alternate_tag = p[1] & 0x40;
	page->descriptor = get_unaligned_be16(p + 2);
	bytes = get_unaligned_be24(p + 5);
	if (bytes > room - DMX_HEADER)
		return "has a page that is longer than the reply";
	if (page->descriptor < DMX_DESCRIPTOR_MIN)
		return "has element descriptors that are too short";
	if (bytes % page->descriptor)
		return "has a page that ends within an element descriptor";
	if (!page->type || page->type > DISCMUX_ELEMENT_LABEL_PRINT)
		return "has elements of an unknown type";
	page->nr = bytes / page->descriptor;
	return NULL;
}

/* The page behind @page, whose header has been looked at. */
static const u8 *dmx_page_end(const struct dmx_page *page)
{
	return page->at + page->nr * page->descriptor;
}

/* Looks at every page and counts; nothing is decoded of a reply with a flaw. */
static const char *dmx_check_pages(const u8 *p, const u8 *end, unsigned int max,
				   unsigned int *total)
{
	struct dmx_page page;
	const char *why;

	for (*total = 0; p < end; p = dmx_page_end(&page)) {
		why = dmx_decode_page(p, end - p, &page);
		if (why)
			return why;
		if (page.nr > max - *total)
			return "has more elements than it had a moment ago";
		*total += page.nr;
	}
	return NULL;
}

/* The elements of one type, in the order of the reply. */
static unsigned int dmx_decode_type(const u8 *p, const u8 *end, unsigned int type,
				    struct discmux_element *out)
{
	struct dmx_page page;
	unsigned int n = 0, i;

	for (; p < end; p = dmx_page_end(&page)) {
		if (dmx_decode_page(p, end - p, &page))
			break;
		if (page.type != type)
			continue;
		for (i = 0; i < page.nr; i++)
			dmx_decode_descriptor(&page, page.at + i * page.descriptor,
					      &out[n++]);
	}
	return n;
}

static int dmx_element_compare(const void *a, const void *b)
{
	const struct discmux_element *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* Sorts by address, what seldom is to be done; false: two are at one address. */
static bool dmx_elements_order(struct discmux_element *e, unsigned int n)
{
	unsigned int i;

	for (i = 1; i < n; i++) {
		if (e[i - 1].address >= e[i].address)
			break;
	}
	if (i >= n)
		return true;
	sort(e, n, sizeof(*e), dmx_element_compare, NULL);
	for (i = 1; i < n; i++) {
		if (e[i - 1].address == e[i].address)
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

/* All types, one after the other.  Elements have one address each (SMC-3 4.3). */
static const char *dmx_decode_types(const u8 *p, const u8 *end,
				    struct discmux_element *out)
{
	unsigned int first[DISCMUX_ELEMENT_LABEL_PRINT + 2] = {};
	unsigned int type, other;

	for (type = 1; type <= DISCMUX_ELEMENT_LABEL_PRINT; type++) {
		unsigned int n = dmx_decode_type(p, end, type, out + first[type]);

		first[type + 1] = first[type] + n;
		if (!dmx_elements_order(out + first[type], n))
			return "has two elements at one address";
		for (other = 1; other < type; other++) {
			if (!dmx_elements_apart(out + first[type], n, out + first[other],
						first[other + 1] - first[other]))
				return "has elements of two types at one address";
		}
	}
	return NULL;
}

/**
 * dmx_elements_decode() - a whole READ ELEMENT STATUS reply
 * @buf: the reply
 * @len: bytes that came
 * @out: filled, sorted by type and address
 * @max: room in @out, in elements
 * @why: what is wrong with the reply, the end of a sentence; a constant
 *
 * Return: number of elements, -EPROTO for a reply that contradicts itself or
 * is not all there.
 */
int dmx_elements_decode(const u8 *buf, unsigned int len,
			struct discmux_element *out, unsigned int max,
			const char **why)
{
	const u8 *end;
	unsigned int n;

	*why = "is shorter than a header";
	if (len < DMX_HEADER)
		return -EPROTO;
	*why = "is shorter than it says";
	if (dmx_elements_bytes(buf) > len)
		return -EPROTO;
	end = buf + dmx_elements_bytes(buf);
	*why = dmx_check_pages(buf + DMX_HEADER, end, max, &n);
	if (!*why && n != get_unaligned_be16(buf + 2))
		*why = "has another number of elements than it says";
	if (!*why)
		*why = dmx_decode_types(buf + DMX_HEADER, end, out);
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
