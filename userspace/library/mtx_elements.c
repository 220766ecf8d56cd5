// SPDX-License-Identifier: GPL-2.0
/* A library as mtx sees it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "mtx_elements.h"

#define HEADER		8	/* of the reply, and of each page */
#define DESCRIPTOR_MIN	4
#define DESCRIPTOR_DRIVE 12	/* up to the source element address */
#define TAG_BYTES	36
#define PRIMARY_AT	12
#define ALTERNATE_AT	(PRIMARY_AT + TAG_BYTES)

#define PVOLTAG		0x80
#define AVOLTAG		0x40

#define PAGE_ASSIGNMENT	0x1d
#define PAGE_BYTES	18

enum {
	TYPE_ARM = 1,
	TYPE_STORAGE = 2,
	TYPE_IMPORT_EXPORT = 3,
	TYPE_DRIVE = 4,
};

struct page {
	const uint8_t *at;
	unsigned int type, flags;
	size_t descriptor, bytes;
};

static struct mtx_range parse_range(const uint8_t *p)
{
	const struct mtx_range range = { .first = get_be16(p), .count = get_be16(p + 2) };

	return range;
}

int mtx_parse_assignment(const uint8_t *data, size_t len, struct mtx_assignment *assignment)
{
	size_t at;

	if (len < 4)
		return -EPROTO;
	at = 4u + data[3];
	if (at + PAGE_BYTES > len || (data[at] & 0x3f) != PAGE_ASSIGNMENT)
		return -EPROTO;
	assignment->arm = parse_range(data + at + 2);
	assignment->storage = parse_range(data + at + 6);
	assignment->import_export = parse_range(data + at + 10);
	assignment->drives = parse_range(data + at + 14);
	return 0;
}

int mtx_library_init(struct mtx_library *library, const struct mtx_assignment *assignment)
{
	size_t storage = (size_t)assignment->storage.count + assignment->import_export.count;
	size_t i;

	memset(library, 0, sizeof(*library));
	library->assignment = *assignment;
	library->drives = calloc(assignment->drives.count + 1u, sizeof(*library->drives));
	library->storage = calloc(storage + 1, sizeof(*library->storage));
	if (!library->drives || !library->storage) {
		mtx_library_free(library);
		return -ENOMEM;
	}
	for (i = 0; i < assignment->drives.count; i++)
		library->drives[i].source = -1;
	return 0;
}

void mtx_library_free(struct mtx_library *library)
{
	free(library->drives);
	free(library->storage);
	memset(library, 0, sizeof(*library));
}

/* What cannot be printed ends the tag. */
static void copy_tag(const struct page *page, const uint8_t *d, unsigned int flag, size_t at,
		     char *tag)
{
	size_t i;

	memset(tag, 0, MTX_TAG);
	if (!(page->flags & flag) || page->descriptor <= PRIMARY_AT - 1)
		return;
	for (i = 0; i < TAG_BYTES && at + i < page->descriptor; i++) {
		if (d[at + i] < 32 || d[at + i] > 127)
			break;
		tag[i] = (char)d[at + i];
	}
}

static void fill(const struct page *page, const uint8_t *d, struct mtx_element *element)
{
	element->address = get_be16(d);
	element->full = d[2] & 1;
	copy_tag(page, d, PVOLTAG, PRIMARY_AT, element->primary);
	copy_tag(page, d, AVOLTAG, ALTERNATE_AT, element->alternate);
}

/* An element that is not built in, in the words of certain makers */
static bool is_missing(const struct page *page, const uint8_t *d, unsigned int ascq)
{
	return page->descriptor >= 6 && d[4] == 0x83 && d[5] == ascq;
}

/* The number of warnings, or -EPROTO. */
static int add_import_export(struct mtx_library *library, const struct page *page, const uint8_t *d)
{
	const struct mtx_assignment *a = &library->assignment;
	struct mtx_element *element;

	if (library->nr_import_export >= a->import_export.count) {
		snprintf(library->warning, sizeof(library->warning),
			 "Warning:Too Many Import/Export Elements Reported (expected %d, now have "
			 "%zu\n", a->import_export.count, library->nr_import_export + 1);
		return 1;
	}
	element = &library->storage[a->storage.count + library->nr_import_export++];
	fill(page, d, element);
	element->import_export = true;
	return 0;
}

static int add_storage(struct mtx_library *library, const struct page *page, const uint8_t *d)
{
	size_t max = (size_t)library->assignment.storage.count +
		     library->assignment.import_export.count;

	if (is_missing(page, d, 0x02))
		return 0;
	fill(page, d, &library->storage[library->nr_storage++]);
	if (library->nr_storage <= max)
		return 0;
	snprintf(library->warning, sizeof(library->warning),
		 "Warning:Too Many Storage Elements Reported (expected %zu, now have %zu\n", max,
		 library->nr_storage);
	library->nr_storage--;	/* there is room for one too many, and no more */
	return 1;
}

static int add_drive(struct mtx_library *library, const struct page *page, const uint8_t *d,
		     char *err, size_t errlen)
{
	struct mtx_element *element;

	if (is_missing(page, d, 0x04))
		return 0;
	if (library->nr_drives >= library->assignment.drives.count) {
		snprintf(err, errlen, "Too many Data Transfer Elements Reported\n");
		return -EPROTO;
	}
	element = &library->drives[library->nr_drives++];
	fill(page, d, element);
	element->source = get_be16(d + 10);	/* an address, until mtx_find_sources() */
	return 0;
}

static int add_element(struct mtx_library *library, const struct page *page, const uint8_t *d,
		       char *err, size_t errlen)
{
	switch (page->type) {
	case TYPE_ARM:
		library->arm = get_be16(d);
		return 0;
	case TYPE_STORAGE:
		return add_storage(library, page, d);
	case TYPE_IMPORT_EXPORT:
		return add_import_export(library, page, d);
	case TYPE_DRIVE:
		return add_drive(library, page, d, err, errlen);
	default:
		snprintf(err, errlen, "illegal Element Type Code %u reported\n", page->type);
		return -EPROTO;
	}
}

static int parse_page(const uint8_t *p, size_t room, struct page *page, char *err, size_t errlen)
{
	size_t least;

	snprintf(err, errlen, "the element status is not all there\n");
	if (room < HEADER)
		return -EPROTO;
	page->at = p + HEADER;
	page->type = p[0];
	page->flags = p[1];
	page->descriptor = get_be16(p + 2);
	page->bytes = (size_t)p[5] << 16 | get_be16(p + 6);
	if (page->bytes > room - HEADER)
		return -EPROTO;
	least = page->type >= TYPE_DRIVE ? DESCRIPTOR_DRIVE : DESCRIPTOR_MIN;
	if (page->descriptor < least) {
		snprintf(err, errlen, "Transport Element Descriptor Length too short: %zu\n",
			 page->descriptor);
		return -EPROTO;
	}
	return 0;
}

int mtx_parse_status(struct mtx_library *library, const uint8_t *data, size_t len, char *err,
		     size_t errlen)
{
	size_t at = HEADER, left;
	struct page page;
	int ret;

	library->warning[0] = '\0';
	if (len < HEADER) {
		snprintf(err, errlen, "the element status is not all there\n");
		return -EPROTO;
	}
	for (left = get_be16(data + 2); left; at += HEADER + page.bytes) {
		size_t offset;

		ret = parse_page(data + at, len - at, &page, err, errlen);
		if (ret)
			return ret;
		if (page.bytes < page.descriptor)
			left--;	/* a page of nothing stands for an element */
		for (offset = 0; left && offset + page.descriptor <= page.bytes;
		     offset += page.descriptor, left--) {
			ret = add_element(library, &page, page.at + offset, err, errlen);
			if (ret)
				return ret < 0 ? ret : 0;
		}
	}
	return 0;
}

/* The storage element that a drive's disc came from, when it is free. */
static int source_of(const struct mtx_library *library, int address)
{
	int found = -1;
	size_t i;

	for (i = 0; i < library->nr_storage; i++)
		if (library->storage[i].address == address && !library->storage[i].full)
			found = (int)i;
	return found;
}

void mtx_find_sources(struct mtx_library *library)
{
	size_t max = (size_t)library->assignment.storage.count +
		     library->assignment.import_export.count;
	size_t slots = library->nr_storage, next = 0, i;

	/* Where slots were reported for mail slots, these have lost their places. */
	library->nr_storage += library->nr_import_export;
	if (library->nr_storage > max)
		library->nr_storage = max;
	for (i = 0; i < library->nr_drives; i++)
		if (library->drives[i].full)
			library->drives[i].source = source_of(library, library->drives[i].source);
	/* A disc of which nobody knows goes where there is room. */
	for (i = 0; i < library->nr_drives; i++) {
		if (!library->drives[i].full || library->drives[i].source >= 0)
			continue;
		while (next < slots && library->storage[next].full)
			next++;
		if (next < slots)
			library->drives[i].source = (int)next++;
	}
}
