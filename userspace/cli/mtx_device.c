// SPDX-License-Identifier: GPL-2.0
/* discmux mtx: the changer, and what it says of itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mtx.h"

#define DEFAULT_DEVICE	"/dev/changer"
#define MUX_DEVICE	"/dev/discmux"
#define MUXES		64	/* as many are looked through for a changer's sg device */
#define SETTLE_MS	10000
#define STATUS_TIMEOUT_MS 300000
#define ELEMENTS_MAX	10000	/* in one reply */
#define DESCRIPTOR_MAX	96	/* mtx has room for so much */

/* ---- Opening ------------------------------------------------------------ */

static int find_changer(struct discmux *dm, struct discmux_member *changer)
{
	return discmux_member_by_unit(dm, DISCMUX_ROLE_CHANGER, 0, changer);
}

/* Whether this mux has the changer whose generic device is called name. */
static bool has_changer(struct discmux *dm, const char *name)
{
	struct discmux_member changer;
	char generic[32];

	return find_changer(dm, &changer) >= 0 &&
	       !strcmp(name, discmux_text(changer.generic_name, sizeof(changer.generic_name),
					  generic, sizeof(generic)));
}

/* By the sg device of its changer, through symbolic links. */
static int open_generic(const char *device, struct discmux **dm)
{
	char *path = realpath(device, NULL);
	const char *name;
	int ret = path ? -ENODEV : -errno;
	int n;

	*dm = NULL;
	if (!path)
		return ret;
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	for (n = 0; n < MUXES; n++) {
		if (discmux_open(n, DISCMUX_OPEN_WRITE, dm) >= 0) {
			discmux_settle(*dm, SETTLE_MS);
			if (has_changer(*dm, name)) {
				free(path);
				return 0;
			}
		}
		discmux_close(*dm);
		*dm = NULL;
	}
	free(path);
	return ret;
}

int mtx_open(struct mtx *mtx, const char *device)
{
	struct discmux_member changer;
	int ret;

	mtx_close(mtx);
	mtx->device = device;
	if (!strncmp(device, MUX_DEVICE, strlen(MUX_DEVICE)))
		ret = discmux_open_path(device, DISCMUX_OPEN_WRITE, &mtx->dm);
	else
		ret = open_generic(device, &mtx->dm);
	if (ret < 0)
		return mtx_fatal("cannot open SCSI device '%s' - %s\n", device, strerror(-ret));
	discmux_settle(mtx->dm, SETTLE_MS);
	if (find_changer(mtx->dm, &changer) < 0)
		return mtx_fatal("cannot open SCSI device '%s' - it has no changer\n", device);
	mtx->changer = changer.member;
	return 0;
}

int mtx_open_default(struct mtx *mtx)
{
	static char own[sizeof(MUX_DEVICE) + 16];
	const char *device = getenv("CHANGER");

	if (!device)
		device = getenv("TAPE");
	if (!device && access(DEFAULT_DEVICE, F_OK)) {
		snprintf(own, sizeof(own), MUX_DEVICE "%d", mtx->mux);
		device = own;
	}
	return mtx_open(mtx, device ? device : DEFAULT_DEVICE);
}

void mtx_close(struct mtx *mtx)
{
	discmux_close(mtx->dm);
	mtx->dm = NULL;
	mtx_library_free(&mtx->library);
	mtx->has_status = false;
}

/* ---- Commands ----------------------------------------------------------- */

/* A library that takes stock, after its door was open, does so for minutes. */
int mtx_command(struct mtx *mtx, const uint8_t *cdb, size_t cdb_len, void *data, size_t len,
		struct discmux_result *result)
{
	int ret = discmux_ask(mtx->dm, mtx->changer, DISCMUX_FOR_PROBE, STATUS_TIMEOUT_MS, cdb,
			      cdb_len, data ? DISCMUX_DIR_IN : DISCMUX_DIR_NONE, data, len,
			      STATUS_TIMEOUT_MS, result);

	return ret < 0 ? -1 : ret;
}

static const char *yes(unsigned int bit)
{
	return bit ? "yes" : "no";
}

static void print_sense_key_specific(const uint8_t *s)
{
	if (s[15] & 0x80)
		fprintf(stderr, "mtx: Request Sense: Field in Error = %02X\n", s[15] & 7);
	fprintf(stderr, "mtx: Request Sense: BPV=%s\n", yes(s[15] & 0x08));
	fprintf(stderr, "mtx: Request Sense: Error in CDB=%s\n", yes(s[15] & 0x40));
	fprintf(stderr, "mtx: Request Sense: SKSV=%s\n", yes(s[15] & 0x80));
	if (s[15] & 0x88)
		fprintf(stderr, "mtx: Request Sense: Field Pointer = %02X %02X\n", s[16], s[17]);
}

static void print_sense(const uint8_t *s)
{
	static const char *const keys[16] = {
		"No Sense", "Recovered Error", "Not Ready", "Medium Error", "Hardware Error",
		"Illegal Request", "Unit Attention", "Data Protect", "Blank Check", "0x09",
		"0x0a", "Aborted Command", "0x0c", "Volume Overflow", "Miscompare", "0x0f",
	};
	unsigned int code = s[0] & 0x7f;

	fputs("mtx: Request Sense: Long Report=yes\n", stderr);
	fprintf(stderr, "mtx: Request Sense: Valid Residual=%s\n", yes(s[0] & 0x80));
	fprintf(stderr, "mtx: Request Sense: Error Code=%0x (%s)\n", code,
		code == 0x70 ? "Current" : code == 0x71 ? "Deferred" : "Unknown?!");
	fprintf(stderr, "mtx: Request Sense: Sense Key=%s\n", keys[s[2] & 0xf]);
	fprintf(stderr, "mtx: Request Sense: FileMark=%s\n", yes(s[2] & 0x80));
	fprintf(stderr, "mtx: Request Sense: EOM=%s\n", yes(s[2] & 0x40));
	fprintf(stderr, "mtx: Request Sense: ILI=%s\n", yes(s[2] & 0x20));
	if (s[0] & 0x80)
		fprintf(stderr, "mtx: Request Sense: Residual = %02X %02X %02X %02X\n", s[3], s[4],
			s[5], s[6]);
	fprintf(stderr, "mtx: Request Sense: Additional Sense Code = %02X\n", s[12]);
	fprintf(stderr, "mtx: Request Sense: Additional Sense Qualifier = %02X\n", s[13]);
	print_sense_key_specific(s);
}

void mtx_print_sense(struct mtx *mtx, const struct discmux_result *result)
{
	uint8_t sense[18] = { 0 };
	size_t len = result->sense_len < sizeof(sense) ? result->sense_len : sizeof(sense);

	if (!len) {
		fprintf(stderr, "mtx: %s\n", discmux_error(mtx->dm));
		return;
	}
	memcpy(sense, result->sense, len);
	print_sense(sense);
}

/* ---- Element status ----------------------------------------------------- */

static int read_assignment(struct mtx *mtx, struct mtx_assignment *assignment)
{
	static const uint8_t cdb[6] = { 0x1a, 0x08, 0x1d, 0, 136 };
	struct discmux_result result;
	uint8_t data[136];
	int len = mtx_command(mtx, cdb, sizeof(cdb), data, sizeof(data), &result);

	if (len >= 0 && !mtx_parse_assignment(data, (size_t)len, assignment))
		return 0;
	if (len < 0)
		mtx_print_sense(mtx, &result);
	fputs("Mode sense (0x1A) for Page 0x1D failed\n", stderr);
	return 1;
}

/* Not all changers know volume tags.  Returns the bytes that came, or -1. */
static int ask_status(struct mtx *mtx, uint8_t type, const struct mtx_range *range, uint8_t *data,
		      size_t size, struct discmux_result *result)
{
	uint8_t cdb[12] = {
		0xb8, (uint8_t)(type | 0x10), (uint8_t)(range->first >> 8), (uint8_t)range->first,
		(uint8_t)(range->count >> 8), (uint8_t)range->count, 0, (uint8_t)(size >> 16),
		(uint8_t)(size >> 8), (uint8_t)size,
	};
	int ret;

	if (!mtx->no_barcodes) {
		ret = mtx_command(mtx, cdb, sizeof(cdb), data, size, result);
		if (ret >= 0)
			return ret;
	}
	cdb[1] = type;
	return mtx_command(mtx, cdb, sizeof(cdb), data, size, result);
}

static int read_type(struct mtx *mtx, uint8_t type, struct mtx_range range)
{
	const struct mtx_assignment *a = &mtx->library.assignment;
	size_t elements = (size_t)a->arm.count + a->storage.count + a->import_export.count +
			  a->drives.count;
	size_t size = 8 + 4 * 8 + (elements < ELEMENTS_MAX ? elements : ELEMENTS_MAX) *
				  DESCRIPTOR_MAX;
	uint8_t *data = calloc(1, size);
	struct discmux_result result;
	char err[128];
	int ret, len;

	if (!data)
		return mtx_fatal("cannot allocate %zu bytes of memory\n", size);
	len = ask_status(mtx, type, &range, data, size, &result);
	ret = len < 0 ? 1 : 0;
	if (ret) {
		mtx_print_sense(mtx, &result);
		mtx_fatal("READ ELEMENT STATUS Command Failed\n");
	} else if (mtx_parse_status(&mtx->library, data, (size_t)len, err, sizeof(err))) {
		ret = mtx_fatal("%s", err);
	} else {
		fputs(mtx->library.warning, stderr);
	}
	free(data);
	return ret;
}

static int read_all(struct mtx *mtx)
{
	const struct mtx_assignment *a = &mtx->library.assignment;
	const struct mtx_range arm = { a->arm.first, 1 };
	int ret = read_type(mtx, DISCMUX_ELEMENT_STORAGE, a->storage);

	if (!ret && a->import_export.count)
		ret = read_type(mtx, DISCMUX_ELEMENT_IMPORT_EXPORT, a->import_export);
	if (!ret)
		ret = read_type(mtx, DISCMUX_ELEMENT_DATA_TRANSFER, a->drives);
	if (!ret && a->arm.count)
		ret = read_type(mtx, DISCMUX_ELEMENT_TRANSPORT, arm);
	return ret;
}

int mtx_read_status(struct mtx *mtx)
{
	struct mtx_assignment assignment;
	int ret;

	if (mtx->has_status)
		return 0;
	ret = read_assignment(mtx, &assignment);
	if (ret)
		return ret;
	if (mtx_library_init(&mtx->library, &assignment))
		return mtx_fatal("cannot allocate memory for the elements\n");
	ret = read_all(mtx);
	if (ret)
		return ret;
	mtx_find_sources(&mtx->library);
	if (!mtx->library.nr_drives)
		return mtx_fatal("no Data Transfer Element reported\n");
	if (!mtx->library.nr_storage)
		return mtx_fatal("no Storage Elements reported\n");
	mtx->has_status = true;
	return 0;
}
