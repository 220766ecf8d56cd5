// SPDX-License-Identifier: GPL-2.0
/* discmux mtx: words that set the arm in motion. */
#include <errno.h>
#include <stdio.h>

#include "library.h"
#include "mtx.h"

/* What the changer refused, in mtx's words. */
static int refused(struct mtx *mtx, const struct discmux_result *result, const char *command,
		   uint16_t source, uint16_t destination)
{
	switch (discmux_result_cause(DISCMUX_DEVICE_LIBRARY, result)) {
	case DISCMUX_CAUSE_CLEANING:
		return mtx_fatal("Cleaning Cartridge Installed and Ejected\n");
	case DISCMUX_CAUSE_NO_DISC:
		return mtx_fatal("Drive needs offline before move\n");
	case DISCMUX_CAUSE_OCCUPIED:
		return mtx_fatal("Destination Element Address %d is Already Full\n", destination);
	case DISCMUX_CAUSE_NO_SOURCE:
		return mtx_fatal("Source Element Address %d is Empty\n", source);
	default:
		mtx_print_sense(mtx, result);
		return mtx_fatal("%s from Element Address %d to %d Failed\n", command, source,
				 destination);
	}
}

/* Through the driver's queue, so that the drives at both ends are held and others of
 * this machine see it. */
static int move(struct mtx *mtx, uint16_t source, uint16_t destination)
{
	struct discmux_result result = { 0 };
	struct library library;
	char err[256];
	int ret;

	ret = library_open(&library, mtx->dm, err, sizeof(err));
	if (!ret)
		ret = library_carry(&library, "move", source, destination,
				    mtx->invert ? DISCMUX_MOVE_INVERT : 0, DISCMUX_NONE, &result,
				    err, sizeof(err));
	library_close(&library);
	return ret ? refused(mtx, &result, "MOVE MEDIUM", source, destination) : 0;
}

int mtx_load(struct mtx *mtx)
{
	struct mtx_library *library = &mtx->library;
	struct mtx_element *slot, *drive;
	int number = mtx->arg[1] < 0 ? 0 : mtx->arg[1];
	int ret;

	if (mtx->arg[0] < 1)
		return mtx_fatal("No source specified\n");
	if ((size_t)mtx->arg[0] > library->nr_storage)
		return mtx_fatal("Invalid <storage-element-number> argument '%d' to 'load' "
				 "command\n", mtx->arg[0]);
	if ((size_t)number >= library->nr_drives)
		return mtx_fatal("illegal <drive-number> argument '%d' to 'load' command\n",
				 number);
	slot = &library->storage[mtx->arg[0] - 1];
	drive = &library->drives[number];
	if (drive->full)
		return mtx_fatal("Drive %d Full (Storage Element %d loaded)\n", number,
				 drive->source + 1);
	printf("Loading media from Storage Element %d into drive %d...", mtx->arg[0], number);
	fflush(stdout);
	ret = move(mtx, slot->address, drive->address);
	if (ret)
		return ret;
	puts("done");
	fflush(stdout);
	slot->full = false;
	drive->full = true;
	return 0;
}

static int check_unload(const struct mtx_library *library, int slot, int drive)
{
	if (slot >= (int)library->nr_storage)
		return mtx_fatal("illegal <storage-element-number> argument '%d' to 'unload' "
				 "command\n", slot + 1);
	if ((size_t)drive >= library->nr_drives)
		return mtx_fatal("illegal <drive-number> argument '%d' to 'unload' command\n",
				 drive);
	if (!library->drives[drive].full)
		return mtx_fatal("Data Transfer Element %d is Empty\n", drive);
	if (slot < 0)
		return mtx_fatal("Do not know which slot to unload tape into!\n");
	if (library->storage[slot].full)
		return mtx_fatal("Storage Element %d is Already Full\n", slot + 1);
	return 0;
}

int mtx_unload(struct mtx *mtx)
{
	struct mtx_library *library = &mtx->library;
	int drive = mtx->arg[1] < 0 ? 0 : mtx->arg[1];
	int slot = mtx->arg[0] - 1;
	int ret;

	if (mtx->arg[0] < 0) {
		slot = (size_t)drive < library->nr_drives ? library->drives[drive].source : 0;
		if (slot < 0)
			return mtx_fatal("No Source for tape in drive %d!\n", drive);
	}
	ret = check_unload(library, slot, drive);
	if (ret)
		return ret;
	printf("Unloading drive %d into Storage Element %d...", drive, slot + 1);
	fflush(stdout);
	ret = move(mtx, library->drives[drive].address, library->storage[slot].address);
	if (ret)
		return ret;
	puts("done");
	fflush(stdout);
	library->storage[slot].full = true;
	library->drives[drive].full = false;
	return 0;
}

/* ---- Magazines ---------------------------------------------------------- */

/* The drive that first, last, next and previous mean */
static int drive_number(const struct mtx *mtx)
{
	return mtx->arg[0] >= 0 && (size_t)mtx->arg[0] < mtx->library.nr_drives ? mtx->arg[0] : 0;
}

/* Slots of the magazine, without those for import and export */
static int magazine(const struct mtx *mtx)
{
	return (int)(mtx->library.nr_storage - mtx->library.nr_import_export);
}

static int unload_to(struct mtx *mtx, int drive, int slot)
{
	mtx->arg[0] = slot + 1;
	mtx->arg[1] = drive;
	return mtx_unload(mtx);
}

static int load_from(struct mtx *mtx, int drive, int slot)
{
	mtx->arg[0] = slot + 1;
	mtx->arg[1] = drive;
	return mtx_load(mtx);
}

int mtx_first(struct mtx *mtx)
{
	int drive = drive_number(mtx), ret = 0;
	const struct mtx_element *element = &mtx->library.drives[drive];

	if (element->full && !element->source) {
		puts("loading...done.");
		return 0;
	}
	if (element->full)
		ret = unload_to(mtx, drive, element->source);
	return ret ? ret : load_from(mtx, drive, 0);
}

int mtx_last(struct mtx *mtx)
{
	int drive = drive_number(mtx), ret = 0;
	const struct mtx_element *element = &mtx->library.drives[drive];

	if (element->full && element->source + 1 >= magazine(mtx)) {
		puts("loading...done.");
		return 0;
	}
	if (element->full)
		ret = unload_to(mtx, drive, element->source);
	return ret ? ret : load_from(mtx, drive, magazine(mtx) - 1);
}

int mtx_next(struct mtx *mtx)
{
	int drive = drive_number(mtx), current = -1, ret = 0;

	if (mtx->library.drives[drive].full) {
		current = mtx->library.drives[drive].source;
		ret = unload_to(mtx, drive, current);
	}
	for (current++; !ret && current < magazine(mtx); current++)
		if (mtx->library.storage[current].full)
			return load_from(mtx, drive, current);
	return ret ? ret : mtx_fatal("No More Media\n");
}

int mtx_previous(struct mtx *mtx)
{
	int drive = drive_number(mtx), current = magazine(mtx) + 1, ret = 0;

	if (mtx->library.drives[drive].full) {
		current = mtx->library.drives[drive].source;
		if (!current)
			return mtx_fatal("No More Media\n");
		ret = unload_to(mtx, drive, current);
	}
	for (current--; !ret && current >= 0; current--)
		if ((size_t)current < mtx->library.nr_storage && mtx->library.storage[current].full)
			return load_from(mtx, drive, current);
	return ret ? ret : mtx_fatal("No More Media\n");
}

/* ---- Others -------------------------------------------------------------- */

static int check_slots(const struct mtx *mtx)
{
	if (mtx->arg[0] < 1)
		return mtx_fatal("No source specified\n");
	if (mtx->arg[1] < 1)
		return mtx_fatal("No destination specified\n");
	if ((size_t)mtx->arg[0] > mtx->library.nr_storage)
		return mtx_fatal("Invalid source\n");
	if ((size_t)mtx->arg[1] > mtx->library.nr_storage)
		return mtx_fatal("Invalid destination\n");
	return 0;
}

int mtx_transfer(struct mtx *mtx)
{
	const struct mtx_element *storage = mtx->library.storage;
	int ret = check_slots(mtx);

	return ret ? ret : move(mtx, storage[mtx->arg[0] - 1].address,
				storage[mtx->arg[1] - 1].address);
}

/* Remembered as a move is */
static int exchange(struct mtx *mtx, uint16_t source, uint16_t first, uint16_t second,
		    struct discmux_result *result)
{
	const uint32_t flags = (mtx->invert ? DISCMUX_OPERATE_INVERT : 0) |
			       (mtx->invert2 ? DISCMUX_OPERATE_INVERT2 : 0);
	struct library library;
	char err[256];
	int ret;

	ret = library_open(&library, mtx->dm, err, sizeof(err));
	if (!ret) {
		library_begin(&library, "exchange", source, first, DISCMUX_NONE);
		ret = discmux_exchange(mtx->dm, source, first, second, flags, 0, result);
		library_end(&library, err, sizeof(err));
	}
	library_close(&library);
	return ret;
}

int mtx_exchange(struct mtx *mtx)
{
	const struct mtx_element *storage = mtx->library.storage;
	struct discmux_result result = { 0 };
	uint16_t source, first, second;
	int ret = check_slots(mtx);

	if (ret)
		return ret;
	if (mtx->arg[2] == -1)
		mtx->arg[2] = mtx->arg[0];
	if (mtx->arg[2] < 1 || (size_t)mtx->arg[2] > mtx->library.nr_storage)
		return mtx_fatal("Invalid destination\n");
	source = storage[mtx->arg[0] - 1].address;
	first = storage[mtx->arg[1] - 1].address;
	second = storage[mtx->arg[2] - 1].address;
	if (exchange(mtx, source, first, second, &result))
		return refused(mtx, &result, "EXCHANGE MEDIUM", source, first);
	return 0;
}

int mtx_position(struct mtx *mtx)
{
	int number = mtx->arg[0] >= 0 && (size_t)mtx->arg[0] <= mtx->library.nr_storage ?
			     mtx->arg[0] - 1 : 0;
	struct discmux_result result;

	if (number < 0 || discmux_position(mtx->dm, mtx->library.storage[number].address, 0, &result))
		return mtx_fatal("Could not position transport\n");
	return 0;
}

int mtx_inventory(struct mtx *mtx)
{
	struct discmux_result result;

	if (!discmux_initialize(mtx->dm, 0, 0, 0, &result))
		return 0;
	return mtx_fatal("mtx:inventory failed\n");
}
