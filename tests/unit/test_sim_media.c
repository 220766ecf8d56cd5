// SPDX-License-Identifier: GPL-2.0
/* The media folder: making discs, what a crash leaves, and hostile sidecars. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim_harness.h"
#include "media_disc.h"

static int blank(struct harness *h, const char *type, const char *name, uint32_t blocks, char *out)
{
	return sim_media_blank(h->media, type, name, blocks, out, SIM_MEDIA_NAME_MAX, h->err,
			       sizeof(h->err));
}

static int insert(struct harness *h, const char *name)
{
	h->err[0] = 0;
	return sim_drive_insert(h->dev, name, h->err, sizeof(h->err));
}

static void blanks(void **state)
{
	struct harness *h = *state;
	char name[SIM_MEDIA_NAME_MAX];
	json_t *list;

	assert_int_equal(blank(h, "dvd+r", NULL, 0, name), 0);
	assert_string_equal(name, "dvd+r-001");
	assert_int_equal(blank(h, "dvd+r", NULL, 0, name), 0);
	assert_string_equal(name, "dvd+r-002");
	assert_int_equal(blank(h, "cd-r", "Mine.1", 1000, name), 0);
	assert_int_equal(blank(h, "cd-r", "Mine.1", 1000, name), -EEXIST);
	assert_int_equal(blank(h, "dvd-rom", "x", 0, name), -EINVAL);
	assert_int_equal(blank(h, "floppy", "x", 0, name), -EINVAL);
	assert_int_equal(blank(h, "cd-r", "x", 4000000000u, name), -EINVAL);
	assert_int_equal(blank(h, "cd-r", "../x", 0, name), -EINVAL);
	assert_int_equal(blank(h, "cd-r", ".x", 0, name), -EINVAL);
	assert_int_equal(blank(h, "cd-r", "", 0, name), -EINVAL);
	assert_int_equal(harness_size(h, "Mine.1.iso"), 0);
	/* A name that somebody's file took is left alone */
	harness_file(h, "dvd-r-001.iso", h->buf, 2048);
	assert_int_equal(blank(h, "dvd-r", NULL, 0, name), 0);
	assert_string_equal(name, "dvd-r-002");

	list = sim_media_list(h->media);
	assert_int_equal(json_array_size(list), 5);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "name")),
			    "Mine.1");
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "state")),
			    "blank");
	assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "capacity")),
			 1000);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 3), "medium")),
			    "cd-rom");	/* dvd-r-001, the file */
	json_decref(list);
}

static void import(void **state)
{
	struct harness *h = *state;
	char path[256], name[SIM_MEDIA_NAME_MAX];
	json_t *disc;

	snprintf(path, sizeof(path), "%s/.My master (1).iso", h->dir);
	memset(h->buf, 7, sizeof(h->buf));
	harness_file(h, ".My master (1).iso", h->buf, 20480);
	assert_int_equal(sim_media_import(h->media, path, NULL, name, sizeof(name), h->err,
					  sizeof(h->err)), 0);
	assert_string_equal(name, "My_master__1_");
	/* Again: the same disc */
	assert_int_equal(sim_media_import(h->media, path, NULL, name, sizeof(name), h->err,
					  sizeof(h->err)), 0);
	assert_string_equal(name, "My_master__1_");
	assert_int_equal(sim_media_import(h->media, path, "other", name, sizeof(name), h->err,
					  sizeof(h->err)), 0);
	disc = sim_media_describe(h->media, "other");
	assert_string_equal(json_string_value(json_object_get(disc, "medium")), "cd-rom");
	assert_int_equal(json_integer_value(json_object_get(disc, "blocks")), 10);
	json_decref(disc);
	harness_insert(h, "other");
	assert_int_equal(harness_read(h, 9, 1), 0);
	assert_int_equal(h->buf[0], 7);
	assert_int_equal(harness_write(h, 10, 1, 1), SENSE(5, 0x30, 5));
	/* The image shrinks: what is gone is a medium error */
	assert_int_equal(truncate(path, 4096), 0);
	assert_int_equal(harness_read(h, 1, 1), 0);
	assert_int_equal(harness_read(h, 3, 1), SENSE(3, 0x11, 0));

	harness_file(h, ".odd", h->buf, 2049);
	snprintf(path, sizeof(path), "%s/.odd", h->dir);
	assert_int_equal(sim_media_import(h->media, path, NULL, name, sizeof(name), h->err,
					  sizeof(h->err)), -EINVAL);
	assert_non_null(strstr(h->err, "2048"));
	harness_file(h, ".empty", h->buf, 0);
	snprintf(path, sizeof(path), "%s/.empty", h->dir);
	assert_int_equal(sim_media_import(h->media, path, NULL, name, sizeof(name), h->err,
					  sizeof(h->err)), -EINVAL);
	assert_int_equal(sim_media_import(h->media, "/nonexistent", NULL, name, sizeof(name),
					  h->err, sizeof(h->err)), -ENOENT);
	assert_int_equal(sim_media_import(h->media, h->dir, NULL, name, sizeof(name), h->err,
					  sizeof(h->err)), -EINVAL);
}

static void large_import_is_dvd(void **state)
{
	struct harness *h = *state;
	char path[256];
	json_t *disc;

	harness_file(h, "big.bin", "", 0);
	snprintf(path, sizeof(path), "%s/big.bin", h->dir);
	assert_int_equal(truncate(path, 400000ll * 2048), 0);
	disc = sim_media_describe(h->media, "big");
	assert_string_equal(json_string_value(json_object_get(disc, "medium")), "dvd-rom");
	assert_string_equal(json_string_value(json_object_get(disc, "file")), "big.bin");
	json_decref(disc);
	assert_int_equal(truncate(path, 5000000ll * 2048), 0);
	disc = sim_media_describe(h->media, "big");
	assert_non_null(json_object_get(disc, "error"));
	json_decref(disc);
	assert_int_equal(insert(h, "big"), -EINVAL);
	assert_null(sim_media_describe(h->media, "nothing"));
	assert_null(sim_media_describe(h->media, "../etc/passwd"));
}

static void one_drive_at_a_time(void **state)
{
	struct harness *h = *state;
	struct sim_drive_config config = { .name = "second", .media = h->media };
	struct sim_device *second = sim_drive_create(&config, h->err, sizeof(h->err));
	struct sim_media *other;
	char name[SIM_MEDIA_NAME_MAX];

	harness_blank(h, "dvd+r");
	assert_int_equal(sim_drive_insert(second, "disc", h->err, sizeof(h->err)), -EBUSY);
	assert_int_equal(insert(h, "disc"), -EEXIST);
	assert_int_equal(sim_drive_insert(second, "none", h->err, sizeof(h->err)), -ENOENT);
	assert_int_equal(sim_drive_insert(second, "no/ne", h->err, sizeof(h->err)), -EINVAL);
	/* Another program with the same folder */
	config.name[0] = 'S';
	assert_int_equal(sim_media_open(h->dir, &other, h->err, sizeof(h->err)), 0);
	second->ops->destroy(second);
	config.media = other;
	second = sim_drive_create(&config, h->err, sizeof(h->err));
	assert_int_equal(sim_drive_insert(second, "disc", h->err, sizeof(h->err)), -EBUSY);
	assert_int_equal(sim_drive_take(h->dev, name, sizeof(name), false, h->err,
					sizeof(h->err)), 0);
	assert_string_equal(name, "disc");
	assert_int_equal(sim_drive_insert(second, "disc", h->err, sizeof(h->err)), 0);
	second->ops->destroy(second);
	sim_media_close(other);
}

#define HEAD	"\"format\":1,\"medium\":\"dvd+r\",\"capacity\":1000,"
#define TRACK	"\"number\":1,\"method\":\"sequential\",\"mode\":\"data\","
#define ONE(session, track)	"{" HEAD "\"state\":\"appendable\",\"sessions\":[{\"number\":1," \
	"\"state\":\"" session "\",\"tracks\":[{" TRACK track "}]}]}"

static const char *const hostile[] = {
	"", "{", "[]", "3", "null", "{}", "\"x\"", "{\"format\":1}", "\xff\xfe\x00",
	"{\"format\":2,\"medium\":\"dvd+r\"}",
	"{" HEAD "\"state\":\"blank\"}",
	"{" HEAD "\"state\":\"blank\",\"sessions\":{}}",
	"{" HEAD "\"state\":\"blank\",\"sessions\":[{}]}",
	"{" HEAD "\"state\":\"appendable\",\"sessions\":[]}",
	"{" HEAD "\"state\":\"strange\",\"sessions\":[]}",
	"{" HEAD "\"state\":7,\"sessions\":[]}",
	"{" HEAD "\"state\":\"blank\",\"state\":\"blank\",\"sessions\":[]}",
	"{\"format\":1,\"medium\":\"dvd+r\",\"capacity\":99999999999999999999,\"state\":\"blank\","
		"\"sessions\":[]}",
	"{\"format\":1,\"medium\":\"dvd+r\",\"capacity\":-1,\"state\":\"blank\",\"sessions\":[]}",
	"{\"format\":1,\"medium\":\"dvd+r\",\"capacity\":0,\"state\":\"blank\",\"sessions\":[]}",
	"{\"format\":1,\"medium\":\"dvd+r\",\"capacity\":1e3,\"state\":\"blank\",\"sessions\":[]}",
	"{\"format\":1,\"medium\":\"dvd+r\",\"capacity\":4294967296,\"state\":\"blank\","
		"\"sessions\":[]}",
	"{\"format\":1,\"medium\":[],\"capacity\":1000,\"state\":\"blank\",\"sessions\":[]}",
	"{\"format\":1,\"medium\":\"dvd-rom\",\"capacity\":9,\"state\":\"blank\",\"sessions\":[]}",
	ONE("closed", "\"state\":\"open\",\"start\":0,\"length\":0,\"nwa\":0"),
	ONE("odd", "\"state\":\"open\",\"start\":0,\"length\":0,\"nwa\":0"),
	ONE("open", "\"state\":\"open\",\"start\":1001,\"length\":0,\"nwa\":1001"),
	ONE("open", "\"state\":\"open\",\"start\":0,\"length\":5,\"nwa\":0"),
	ONE("open", "\"state\":\"open\",\"start\":16,\"length\":0,\"nwa\":0"),
	ONE("open", "\"state\":\"open\",\"start\":0,\"length\":0,\"nwa\":1001"),
	ONE("open", "\"state\":\"reserved\",\"start\":0,\"length\":0,\"nwa\":0"),
	ONE("open", "\"state\":\"reserved\",\"start\":10,\"length\":991,\"nwa\":10"),
	ONE("open", "\"state\":\"reserved\",\"start\":0,\"length\":32,\"nwa\":33"),
	ONE("closed", "\"state\":\"closed\",\"start\":0,\"length\":4294967295,\"nwa\":0"),
	ONE("closed", "\"state\":\"closed\",\"start\":0,\"length\":16,\"nwa\":16,\"run_out\":17"),
	ONE("open", "\"state\":\"open\",\"start\":null,\"length\":0,\"nwa\":0"),
	"{" HEAD "\"state\":\"appendable\",\"sessions\":[{\"number\":2,"
		"\"state\":\"open\",\"tracks\":["
		"{" TRACK "\"state\":\"open\",\"start\":0,\"length\":0,\"nwa\":0}]}]}",
	"{" HEAD "\"state\":\"complete\",\"sessions\":[{\"number\":1,"
		"\"state\":\"open\",\"tracks\":["
		"{" TRACK "\"state\":\"open\",\"start\":0,\"length\":0,\"nwa\":0}]}]}",
	"{" HEAD "\"state\":\"appendable\",\"sessions\":[{\"number\":1,"
		"\"state\":\"open\",\"tracks\":["
		"{" TRACK "\"state\":\"open\",\"start\":0,\"length\":0,\"nwa\":0},"
		"{" TRACK "\"state\":\"open\",\"start\":0,\"length\":0,\"nwa\":0}]}]}",
	"{" HEAD "\"state\":\"appendable\",\"sessions\":[{\"number\":1,"
		"\"state\":\"open\",\"tracks\":["
		"{\"number\":1,\"method\":\"tao\",\"state\":\"open\",\"start\":0,\"length\":0,"
		"\"nwa\":0}]}]}",
};

static void hostile_sidecars(void **state)
{
	struct harness *h = *state;
	json_t *disc;

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		harness_file(h, "bad.json", hostile[i], strlen(hostile[i]));
		assert_int_equal(insert(h, "bad"), -EINVAL);
		assert_non_null(strstr(h->err, "bad"));
		assert_null(strchr(h->err, '\n'));
		disc = sim_media_describe(h->media, "bad");
		assert_non_null(json_object_get(disc, "error"));
		json_decref(disc);
		assert_false(sim_drive_has_disc(h->dev));
	}
}

/* The least a sidecar needs, keys of others, and files that don't go with it */
static void sidecars(void **state)
{
	static const char plain[] = "{\"label\":\"Ours\"," HEAD
		"\"state\":\"blank\",\"sessions\":[]}";
	struct harness *h = *state;
	char text[4096], path[256];
	size_t len;
	FILE *f;

	harness_file(h, "plain.json", plain, strlen(plain));
	harness_insert(h, "plain");
	assert_int_equal(harness_write(h, 0, 16, 1), 0);
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	snprintf(path, sizeof(path), "%s/plain.json", h->dir);
	f = fopen(path, "r");
	assert_non_null(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = 0;
	assert_non_null(strstr(text, "\"Ours\""));
	assert_non_null(strstr(text, "VIRTUAL DVD RECORDER 1.00 SN0001"));
	assert_int_equal(harness_size(h, "plain.iso"), 16 * 2048);

	/* Blank says the sidecar, but there is data */
	harness_file(h, "plain.json", plain, strlen(plain));
	assert_int_equal(insert(h, "plain"), -EINVAL);
	/* The data is a link to somebody's file: never written through */
	harness_file(h, "evil.json", plain, strlen(plain));
	snprintf(path, sizeof(path), "%s/evil.iso", h->dir);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(insert(h, "evil"), -ELOOP);
	/* A sidecar too large to be one */
	snprintf(path, sizeof(path), "%s/large.json", h->dir);
	harness_file(h, "large.json", plain, strlen(plain));
	assert_int_equal(truncate(path, 2 << 20), 0);
	assert_int_equal(insert(h, "large"), -EINVAL);
}

/* A sidecar that claims more than the data file has */
static void truncated_data(void **state)
{
	static const char text[] = ONE("open",
		"\"state\":\"open\",\"start\":0,\"length\":0,\"nwa\":500");
	struct harness *h = *state;

	harness_file(h, "cut.json", text, strlen(text));
	harness_file(h, "cut.iso", h->buf, 20 * 2048);
	harness_insert(h, "cut");
	assert_int_equal(harness_nwa(h, 0xff), 32);
	assert_int_equal(harness_read(h, 0, 32), 0);
	assert_int_equal(harness_read(h, 32, 1), SENSE(8, 0, 0));
}

static void truncated_closed(void **state)
{
	static const char text[] = ONE("closed",
		"\"state\":\"closed\",\"start\":0,\"length\":64,\"nwa\":64");
	struct harness *h = *state;

	harness_file(h, "cut.json", text, strlen(text));
	harness_file(h, "cut.iso", h->buf, 20 * 2048);
	harness_insert(h, "cut");
	assert_int_equal(harness_read(h, 0, 20), 0);
	assert_int_equal(harness_read(h, 20, 16), 0);
	assert_int_equal(harness_read(h, 36, 1), SENSE(3, 0x11, 0));
	assert_int_equal(harness_read(h, 30, 10), SENSE(3, 0x11, 0));
}

/* Random bytes into a good sidecar: an error or a disc, never a crash */
static void scrambled(void **state)
{
	static const char good[] = ONE("closed",
		"\"state\":\"closed\",\"start\":0,\"length\":64,\"nwa\":64");
	struct harness *h = *state;
	char text[sizeof(good)];
	int opened = 0;

	srandom(1);
	harness_file(h, "rnd.iso", h->buf, 64 * 2048);
	for (int i = 0; i < 3000; i++) {
		memcpy(text, good, sizeof(good));
		for (int n = random() % 3; n >= 0; n--)
			text[random() % (sizeof(good) - 1)] = "0123456789{}[],:\"a"[random() % 18];
		harness_file(h, "rnd.json", text, sizeof(good) - 1);
		if (insert(h, "rnd") == 0) {
			opened++;
			GO(h, 0, 0, 0, 0, 0, 0);
			harness_read(h, 0, 64);
			harness_track(h, 1);
			harness_track(h, 0xff);
			IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0);
			IN(h, 804, 0x43, 0, 0, 0, 0, 0, 0, 3, 36, 0);
			assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err,
							sizeof(h->err)), 0);
		}
	}
	assert_true(opened > 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		T(blanks), T(import), T(large_import_is_dvd), T(one_drive_at_a_time),
		T(hostile_sidecars), T(sidecars), T(truncated_data), T(truncated_closed),
		T(scrambled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
