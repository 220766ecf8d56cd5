// SPDX-License-Identifier: GPL-2.0
/* discmux counters: what the driver has counted. */
#define _GNU_SOURCE	/* versionsort() */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "counters.h"
#include "output.h"

#define CLASS_FOLDER "/sys/class/discmux"

/* First line of folder/name.  Returns 0 or a negative errno. */
static int read_line(const char *folder, const char *name, char *buf, size_t size)
{
	char path[PATH_MAX];
	FILE *file;
	int ret = 0;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
		return -ENAMETOOLONG;
	file = fopen(path, "re");
	if (!file)
		return -errno;
	if (!fgets(buf, (int)size, file))
		ret = -EIO;
	fclose(file);
	if (!ret)
		buf[strcspn(buf, "\n")] = '\0';
	return ret;
}

/* A number where it is one. */
static json_t *value_json(const char *text)
{
	unsigned long value;

	if (!cli_number(text, 0, LONG_MAX, &value))
		return json_integer((json_int_t)value);
	return json_text((const uint8_t *)text, strlen(text));
}

static json_t *read_counters(const char *folder)
{
	json_t *counters = json_object();
	struct dirent **names;
	char path[PATH_MAX], line[128];
	int i, n;

	if ((size_t)snprintf(path, sizeof(path), "%s/counters", folder) >= sizeof(path))
		return counters;
	n = scandir(path, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.' &&
		    !read_line(path, names[i]->d_name, line, sizeof(line)))
			json_object_set_new(counters, names[i]->d_name, value_json(line));
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return counters;
}

/* What sysfs says of a member beside its counters, where it does. */
static void add_identity(json_t *object, const char *folder)
{
	static const char *const files[] = { "role", "unit" };
	char line[128];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (!read_line(folder, files[i], line, sizeof(line)))
			json_object_set_new(object, files[i], value_json(line));
}

static int add_members(json_t *members, const char *folder, int mux)
{
	char prefix[32], path[PATH_MAX];
	struct dirent **names;
	unsigned long number;
	int i, n, ret = 0;

	snprintf(prefix, sizeof(prefix), "discmux%d-", mux);
	n = scandir(folder, &names, NULL, versionsort);
	if (n < 0)
		return -errno;
	for (i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		json_t *member;

		if (ret || strncmp(name, prefix, strlen(prefix)) ||
		    cli_number(name + strlen(prefix), 0, INT_MAX, &number) ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
			continue;
		member = json_pack("{s:I, s:o}", "member", (json_int_t)number, "counters",
				   read_counters(path));
		if (member)
			add_identity(member, path);
		ret = json_array_append_new(members, member) ? -ENOMEM : 0;
	}
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return ret;
}

int counters_read(const char *class_folder, int mux, json_t **object)
{
	char folder[PATH_MAX];
	json_t *members;
	int ret;

	snprintf(folder, sizeof(folder), "%s/discmux%d", class_folder, mux);
	if (access(folder, F_OK))
		return -ENOENT;
	members = json_array();
	ret = add_members(members, folder, mux);
	if (ret) {
		json_decref(members);
		return ret;
	}
	*object = json_pack("{s:i, s:o, s:o}", "mux", mux, "counters", read_counters(folder),
			    "members", members);
	return *object ? 0 : -ENOMEM;
}

static int add_rows(struct table *table, const char *who, const json_t *counters)
{
	const char *key;
	json_t *value;
	int ret = 0;

	/* jansson's iterators do not change what they walk over */
	json_object_foreach((json_t *)counters, key, value) {
		char number[24] = "";
		const char *cells[] = { who, key, number };

		if (json_is_integer(value))
			snprintf(number, sizeof(number), "%lld",
				 (long long)json_integer_value(value));
		else
			cells[2] = json_string_value(value) ? json_string_value(value) : "";
		ret = ret ? ret : table_add(table, cells);
	}
	return ret;
}

static void member_name(const json_t *member, char *buf, size_t size)
{
	const char *role = json_string_value(json_object_get(member, "role"));
	const json_t *unit = json_object_get(member, "unit");

	if (role && json_is_integer(unit))
		snprintf(buf, size, "%s %lld", role, (long long)json_integer_value(unit));
	else
		snprintf(buf, size, "member %lld",
			 (long long)json_integer_value(json_object_get(member, "member")));
}

int counters_print(const json_t *object, FILE *out)
{
	static const char *const headers[] = { "OF", "COUNTER", "VALUE", NULL };
	const json_t *members = json_object_get(object, "members");
	struct table *table = table_new(headers);
	char name[64];
	size_t i;
	int ret = table ? 0 : -ENOMEM;

	snprintf(name, sizeof(name), "mux %lld",
		 (long long)json_integer_value(json_object_get(object, "mux")));
	if (!ret)
		ret = add_rows(table, name, json_object_get(object, "counters"));
	for (i = 0; !ret && i < json_array_size(members); i++) {
		const json_t *member = json_array_get(members, i);

		member_name(member, name, sizeof(name));
		ret = add_rows(table, name, json_object_get(member, "counters"));
	}
	if (!ret)
		table_print(table, out, "");
	table_free(table);
	return ret ? cli_error("out of memory") : CLI_OK;
}

int cmd_counters(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS, { 0 } };
	json_t *object = NULL;
	int ret, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1)
		if (!cli_option(cli, argv, c, &ret))
			return ret;
	if (optind < argc)
		return cli_usage_error(argv[0], "%s: counters takes no operands", argv[optind]);
	ret = counters_read(CLASS_FOLDER, cli->mux, &object);
	if (ret == -ENOENT) {	/* the same words as everywhere */
		ret = cli_open(cli, 0);
		return ret ? ret : cli_error("%s/discmux%d is missing: mount sysfs", CLASS_FOLDER,
					     cli->mux);
	}
	if (ret < 0)
		return cli_error("reading %s: %s", CLASS_FOLDER, strerror(-ret));
	if (cli->json)
		return json_print(object, false, stdout);
	ret = counters_print(object, stdout);
	json_decref(object);
	return ret;
}
