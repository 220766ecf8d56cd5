// SPDX-License-Identifier: GPL-2.0
/* discmux mtx: its words, and those that only look. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "mtx.h"

#define INQUIRY_LEN	56	/* mtx asks for so much */

int mtx_fatal(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	return 1;
}

static int usage(void)
{
	fputs("Usage:\n"
	      "\tmtx --version\n"
	      "\tmtx [ -f <loader-dev> ] noattach <more commands>\n"
	      "\tmtx [ -f <loader-dev> ] inquiry | inventory \n"
	      "\tmtx [ -f <loader-dev> ] [altres] [nobarcode] status\n"
	      "\tmtx [ -f <loader-dev> ] [altres] first [<drive#>]\n"
	      "\tmtx [ -f <loader-dev> ] [altres] last [<drive#>]\n"
	      "\tmtx [ -f <loader-dev> ] [altres] previous [<drive#>]\n"
	      "\tmtx [ -f <loader-dev> ] [altres] next [<drive#>]\n"
	      "\tmtx [ -f <loader-dev> ] [altres] [invert] load <storage-element-number> "
	      "[<drive#>]\n"
	      "\tmtx [ -f <loader-dev> ] [altres] [invert] unload "
	      "[<storage-element-number>][<drive#>]\n"
	      "\tmtx [ -f <loader-dev> ] [altres] [eepos eepos-number] transfer "
	      "<storage-element-number> <storage-element-number>\n"
	      "\tmtx [ -f <loader-dev> ] [altres] [eepos eepos-number][invert][invert2] exchange "
	      "<storage-element-number> <storage-element-number>\n"
	      "\tmtx [ -f <loader-dev> ] [altres] position <storage-element-number>\n"
	      "\tmtx [ -f <loader-dev> ] eject\n", stderr);
	return 1;
}

static int version(struct mtx *mtx)
{
	(void)mtx;
	fputs("mtx version 1.3.12\n\n", stderr);
	return usage();
}

static int invert(struct mtx *mtx)
{
	mtx->invert = true;
	return 0;
}

static int invert2(struct mtx *mtx)
{
	mtx->invert2 = true;
	return 0;
}

static int no_barcodes(struct mtx *mtx)
{
	mtx->no_barcodes = true;
	return 0;
}

/* noattach and altres choose other ways to ask changers that we do not need. */
static int nothing(struct mtx *mtx)
{
	(void)mtx;
	return 0;
}

/* Where an import/export element stops is for changers to know. */
static int eepos(struct mtx *mtx)
{
	if (mtx->arg[0] < 0 || mtx->arg[0] > 3)
		return mtx_fatal("eepos equires argument between 0 and 3.\n");
	return 0;
}

static int inquiry(struct mtx *mtx)
{
	static const char *const types[32] = {
		"Disk Drive", "Tape Drive", "Printer", "Processor", "Write-once", "CD-ROM",
		"Scanner", "Optical", "Medium Changer", "Communications", "ASC IT8", "ASC IT8",
		"RAID Array", "Enclosure Services", "RBC Simplified Disk", "OCR/W",
		"Bridging Expander", [31] = "Unknown",
	};
	static const uint8_t cdb[6] = { 0x12, 0, 0, 0, INQUIRY_LEN };
	uint8_t data[INQUIRY_LEN] = { 0 };
	struct discmux_result result;
	const char *type;

	if (mtx_command(mtx, cdb, sizeof(cdb), data, sizeof(data), &result) < 0) {
		mtx_print_sense(mtx, &result);
		return mtx_fatal("INQUIRY Command Failed\n");
	}
	type = types[data[0] & 0x1f];
	printf("Product Type: %s\n", type ? type : "Reserved");
	printf("Vendor ID: '%.8s'\n", (const char *)data + 8);
	printf("Product ID: '%.16s'\n", (const char *)data + 16);
	printf("Revision: '%.4s'\n", (const char *)data + 32);
	printf("Attached Changer API: %s\n", data[6] & 0x08 ? "Yes" : "No");
	return 0;
}

static void print_drive(const struct mtx_element *drive, size_t number)
{
	printf("Data Transfer Element %zu:", number);
	if (!drive->full) {
		puts("Empty");
		return;
	}
	if (drive->source >= 0)
		printf("Full (Storage Element %d Loaded)", drive->source + 1);
	else
		printf("Full (Unknown Storage Element Loaded)");
	if (*drive->primary)
		printf(":VolumeTag = %s", drive->primary);
	if (*drive->alternate)
		printf(":AlternateVolumeTag = %s", drive->alternate);
	putchar('\n');
}

static void print_slot(const struct mtx_element *slot, size_t number)
{
	printf("      Storage Element %zu%s:%s", number,
	       slot->import_export ? " IMPORT/EXPORT" : "", slot->full ? "Full " : "Empty");
	if (*slot->primary)
		printf(":VolumeTag=%s", slot->primary);
	if (*slot->alternate)
		printf(":AlternateVolumeTag=%s", slot->alternate);
	putchar('\n');
}

static int status(struct mtx *mtx)
{
	const struct mtx_library *library = &mtx->library;
	size_t i;

	printf("  Storage Changer %s:%zu Drives, %zu Slots ( %zu Import/Export )\n", mtx->device,
	       library->nr_drives, library->nr_storage, library->nr_import_export);
	for (i = 0; i < library->nr_drives; i++)
		print_drive(&library->drives[i], i);
	for (i = 0; i < library->nr_storage; i++)
		print_slot(&library->storage[i], i + 1);
	return 0;
}

/* START STOP UNIT, as it is sent to loaders that give out their magazine; mtx ends
 * well whether they do so or not. */
static int eject(struct mtx *mtx)
{
	static const uint8_t cdb[6] = { 0x1b, 0, 0, 0, 2 };
	struct discmux_result result;

	if (mtx_command(mtx, cdb, sizeof(cdb), NULL, 0, &result) < 0)
		fputs("mtx:eject failed\n", stderr);
	return 0;
}

/* A short ERASE, as it is sent to tape drives. */
static int erase(struct mtx *mtx)
{
	static const uint8_t cdb[6] = { 0x19 };
	struct discmux_result result;

	if (mtx_command(mtx, cdb, sizeof(cdb), NULL, 0, &result) >= 0)
		return 0;
	mtx_print_sense(mtx, &result);
	return 1;
}

static const struct word {
	const char *name;
	int args;
	int (*run)(struct mtx *mtx);
	bool device, status;	/* needs them */
} words[] = {
	{ "inquiry", 0, inquiry, true, false },
	{ "status", 0, status, true, true },
	{ "invert", 0, invert, false, false },
	{ "noattach", 0, nothing, false, false },
	{ "eepos", 1, eepos, false, false },
	{ "load", 2, mtx_load, true, true },
	{ "unload", 2, mtx_unload, true, true },
	{ "transfer", 2, mtx_transfer, true, true },
	{ "first", 1, mtx_first, true, true },
	{ "last", 1, mtx_last, true, true },
	{ "previous", 1, mtx_previous, true, true },
	{ "next", 1, mtx_next, true, true },
	{ "--version", 0, version, false, false },
	{ "inventory", 0, mtx_inventory, true, false },
	{ "eject", 0, eject, true, false },
	{ "erase", 0, erase, true, false },
	{ "nobarcode", 0, no_barcodes, false, false },
	{ "position", 1, mtx_position, true, true },
	{ "invert2", 0, invert2, false, false },
	{ "exchange", 3, mtx_exchange, true, true },
	{ "altres", 0, nothing, false, false },
};

#define NR_WORDS (sizeof(words) / sizeof(*words))

static const struct word *find_word(const char *name)
{
	size_t i;

	for (i = 0; i < NR_WORDS; i++)
		if (!strcmp(words[i].name, name))
			return &words[i];
	return NULL;
}

/* The numbers behind a word, as many as it takes; returns how many there are. */
static int take_args(struct mtx *mtx, const struct word *word, char **argv)
{
	int n = 0;

	mtx->arg[0] = mtx->arg[1] = mtx->arg[2] = -1;
	while (n < word->args && argv[n] && *argv[n] >= '0' && *argv[n] <= '9') {
		mtx->arg[n] = (int)strtol(argv[n], NULL, 10);
		n++;
	}
	return n;
}

static int execute(struct mtx *mtx, const struct word *word)
{
	int ret = 0;

	if (word->device && !mtx->device)
		ret = mtx_open_default(mtx);
	if (!ret && word->status)
		ret = mtx_read_status(mtx);
	return ret ? ret : word->run(mtx);
}

static int run_words(struct mtx *mtx, char **argv)
{
	const struct word *word;
	int ret = 0;

	while (!ret && *argv) {
		if (!strcmp(*argv, "-f")) {
			if (!argv[1])
				return usage();
			ret = mtx_open(mtx, argv[1]);
			argv += 2;
			continue;
		}
		word = find_word(*argv);
		if (!word)
			return usage();
		argv++;
		argv += take_args(mtx, word, argv);
		ret = execute(mtx, word);
	}
	return ret;
}

int cmd_mtx(struct cli *cli, int argc, char **argv)
{
	struct mtx mtx = { .mux = cli->mux };
	int ret;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return cli_help("mtx");
	ret = run_words(&mtx, argv + 1);
	mtx_close(&mtx);
	return ret;
}
