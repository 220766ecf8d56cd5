// SPDX-License-Identifier: GPL-2.0
/* Notes about an image, which the user reads before a disc is made of it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_priv.h"

struct disc_image *image_new(void)
{
	struct disc_image *image = calloc(1, sizeof(*image));

	if (image)
		image->refused = -1;
	return image;
}

/* Its number; -1 when there is no room for it. */
__attribute__((format(printf, 2, 0)))
static int add(struct disc_image *image, const char *fmt, va_list ap)
{
	char text[IMAGE_NOTE_SIZE], *p;
	unsigned int i;

	vsnprintf(text, sizeof(text), fmt, ap);
	/* One line, whatever stands in the sheet */
	for (p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	for (i = 0; i < image->nr_notes; i++)
		if (!strcmp(image->notes[i], text))
			return (int)i;
	if (image->nr_notes == IMAGE_NOTES_MAX)
		return -1;
	if (image->nr_notes == IMAGE_NOTES_MAX - 1)
		snprintf(text, sizeof(text), "there is more to say of the image than fits here");
	memcpy(image->notes[image->nr_notes], text, sizeof(text));
	return (int)image->nr_notes++;
}

void image_note(struct disc_image *image, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(image, fmt, ap);
	va_end(ap);
}

void image_refuse(struct disc_image *image, const char *fmt, ...)
{
	va_list ap;
	int i;

	va_start(ap, fmt);
	i = add(image, fmt, ap);
	va_end(ap);
	if (image->refused < 0)
		image->refused = i < 0 ? (int)IMAGE_NOTES_MAX - 1 : i;
}
