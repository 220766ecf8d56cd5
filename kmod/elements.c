// SPDX-License-Identifier: GPL-2.0
/*
 * READ ELEMENT STATUS data, as SMC-3 6.11 and the MC-8100/8200/8600 manual
 * 3.11 lay it out.  A reply is whatever a device cares to send: every length
 * and count in it is checked before it is used.
 */
#include <linux/kernel.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "changer.h"

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

static int dmx_decode_page_header(const u8 *p, unsigned int room,
				  struct dmx_page *page)
{
	unsigned int bytes;

	if (room < DMX_HEADER)
		return -EPROTO;
	page->at = p + DMX_HEADER;
	page->type = p[0] & 0x0f;
	page->primary_tag = p[1] & 0x80;
	page->alternate_tag = p[1] & 0x40;
	page->descriptor = get_unaligned_be16(p + 2);
	bytes = get_unaligned_be24(p + 5);
	if (bytes > room - DMX_HEADER || page->descriptor < DMX_DESCRIPTOR_MIN ||
	    bytes % page->descriptor)
		return -EPROTO;
	if (!page->type || page->type > DISCMUX_ELEMENT_LABEL_PRINT)
		return -EPROTO;
	page->nr = bytes / page->descriptor;
	return 0;
}

static int dmx_element_compare(const void *a, const void *b)
{
	const struct discmux_element *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

/* Sorts by type and address; two elements at one address are a lie. */
static int dmx_elements_order(struct discmux_element *e, unsigned int n)
{
	unsigned int i;

	sort(e, n, sizeof(*e), dmx_element_compare, NULL);
	for (i = 1; i < n; i++) {
		if (e[i].type == e[i - 1].type && e[i].address == e[i - 1].address)
			return -EPROTO;
	}
	return 0;
}

/**
 * dmx_elements_decode() - a whole READ ELEMENT STATUS reply
 * @buf: the reply
 * @len: bytes that came
 * @out: filled, sorted by type and address
 * @max: room in @out, in elements
 *
 * Return: number of elements, -EPROTO for a reply that contradicts itself or
 * is not all there.
 */
int dmx_elements_decode(const u8 *buf, unsigned int len,
			struct discmux_element *out, unsigned int max)
{
	unsigned int at = DMX_HEADER, n = 0, i;
	struct dmx_page page;
	int ret;

	if (len < DMX_HEADER || dmx_elements_bytes(buf) > len)
		return -EPROTO;
	len = dmx_elements_bytes(buf);
	while (at < len) {
		ret = dmx_decode_page_header(buf + at, len - at, &page);
		if (ret)
			return ret;
		if (page.nr > max - n)
			return -EPROTO;
		for (i = 0; i < page.nr; i++)
			dmx_decode_descriptor(&page, page.at + i * page.descriptor,
					      &out[n++]);
		at += DMX_HEADER + page.nr * page.descriptor;
	}
	if (n != get_unaligned_be16(buf + 2))
		return -EPROTO;
	return dmx_elements_order(out, n) ?: n;
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
