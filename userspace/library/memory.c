// SPDX-License-Identifier: GPL-2.0
/* What was where in a library: a file that is there whole or not at all. */
#define _GNU_SOURCE	/* asprintf() */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_lock.h"
#include "memory.h"

#define VERSION		1
#define FILE_MODE	0644

__attribute__((format(printf, 4, 5)))
static int fail(char *err, size_t errlen, int ret, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err, errlen, fmt, args);
	va_end(args);
	return ret;
}

/* ---- Processes ---------------------------------------------------------- */

#define PF_EXITING	0x4	/* linux/sched.h: it is on its way out, and may take its time
				 * when files that it closes wait for the robot */

#define KILLED		(1u << (SIGKILL - 1))	/* proc(5), field 31 */

/* When a process began, in the kernel's ticks since boot (proc(5), field 22), or 0 for
 * one that has ended, though nobody has heard of it. */
static uint64_t process_started(pid_t pid)
{
	unsigned long long started, pending;
	char path[32], line[1024];
	unsigned int flags;
	const char *p;
	size_t len;
	char state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	len = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[len] = '\0';
	p = strrchr(line, ')');	/* behind the name, which may hold anything */
	if (!p || sscanf(p + 1, " %c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
			 "%*d %*d %*d %llu %*u %*d %*u %*u %*u %*u %*u %*u %llu", &state, &flags,
			 &started, &pending) != 4)
		return 0;
	if (state == 'Z' || state == 'X' || flags & PF_EXITING || pending & KILLED)
		return 0;
	return started;
}

/* Ticks since boot mean nothing after the next boot. */
static void boot_id(char *buf, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	*buf = '\0';
	if (!file)
		return;
	if (fgets(buf, (int)size, file))
		buf[strcspn(buf, "\n")] = '\0';
	fclose(file);
}

/* ---- Reading ------------------------------------------------------------ */

static uint32_t address_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);

	return json_is_integer(value) && number >= 0 && number <= 0xffff ? (uint32_t)number :
									   DISCMUX_NONE;
}

static void text_of(const json_t *object, const char *key, char *buf, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	snprintf(buf, size, "%s", text ? text : "");
}

static int compare_discs(const void *a, const void *b)
{
	const struct memory_disc *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static int load_discs(struct memory *memory, const json_t *array)
{
	size_t i;

	memory->discs = calloc(json_array_size(array) + 1, sizeof(*memory->discs));
	if (!memory->discs)
		return -ENOMEM;
	for (i = 0; i < json_array_size(array); i++) {
		const json_t *object = json_array_get(array, i);
		struct memory_disc *disc = &memory->discs[memory->nr_discs];

		disc->address = address_of(object, "address");
		disc->home = address_of(object, "home");
		text_of(object, "tag", disc->tag, sizeof(disc->tag));
		memory->nr_discs += disc->address != DISCMUX_NONE;
	}
	qsort(memory->discs, memory->nr_discs, sizeof(*memory->discs), compare_discs);
	return 0;
}

static int load_tasks(struct memory *memory, const json_t *array, bool same_boot)
{
	size_t i;

	memory->tasks = calloc(json_array_size(array) + 1, sizeof(*memory->tasks));
	if (!memory->tasks)
		return -ENOMEM;
	for (i = 0; i < json_array_size(array); i++) {
		const json_t *object = json_array_get(array, i);
		struct memory_task *task = &memory->tasks[memory->nr_tasks];

		text_of(object, "what", task->what, sizeof(task->what));
		task->source = address_of(object, "source");
		task->destination = address_of(object, "destination");
		task->home = address_of(object, "home");
		task->pid = (pid_t)json_integer_value(json_object_get(object, "pid"));
		task->started = (uint64_t)json_integer_value(json_object_get(object, "started"));
		task->alive = same_boot && task->pid > 0 && task->started &&
			      process_started(task->pid) == task->started;
		memory->nr_tasks += task->source != DISCMUX_NONE;
	}
	return 0;
}

static void forget(struct memory *memory)
{
	free(memory->discs);
	free(memory->tasks);
	memory->discs = NULL;
	memory->tasks = NULL;
	memory->nr_discs = memory->nr_tasks = 0;
	memory->known = false;
}

/* A file that makes no sense is as good as none: it is written anew. */
static int load(struct memory *memory, char *err, size_t errlen)
{
	char boot[64], then[64];
	json_error_t why;
	json_t *root;
	int ret = 0;
	int fd;

	forget(memory);
	fd = open(memory->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(err, errlen, -errno, "%s: %s", memory->path,
						  strerror(errno));
	root = json_loadfd(fd, JSON_REJECT_DUPLICATES, &why);
	close(fd);
	if (root && json_integer_value(json_object_get(root, "version")) == VERSION) {
		boot_id(boot, sizeof(boot));
		text_of(root, "boot", then, sizeof(then));
		memory->known = true;
		ret = load_discs(memory, json_object_get(root, "discs"));
		if (!ret)
			ret = load_tasks(memory, json_object_get(root, "tasks"),
					 *boot && !strcmp(boot, then));
	}
	json_decref(root);
	return ret ? fail(err, errlen, ret, "out of memory") : 0;
}

/* "JVC-CHG_MC-8600_0001": letters, digits, - and what else does no harm in a name.
 * Libraries without a serial number differ in their SCSI id. */
static void name_file(const char *dir, const struct discmux_member *changer, char *path,
		      size_t size)
{
	char vendor[16], product[24], serial[40], name[96];
	char *p;

	discmux_text(changer->serial, sizeof(changer->serial), serial, sizeof(serial));
	if (!*serial)
		snprintf(serial, sizeof(serial), "id%u", changer->target);
	snprintf(name, sizeof(name), "%s_%s_%s",
		 discmux_text(changer->vendor, sizeof(changer->vendor), vendor, sizeof(vendor)),
		 discmux_text(changer->product, sizeof(changer->product), product,
			      sizeof(product)), serial);
	for (p = name; *p; p++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.",
			    *p))
			*p = '_';
	snprintf(path, size, "%s/library-%s.json", dir, name);
}

int memory_read(const char *dir, const struct discmux_member *changer, struct memory *memory,
		char *err, size_t errlen)
{
	memset(memory, 0, sizeof(*memory));
	name_file(dir, changer, memory->path, sizeof(memory->path));
	return load(memory, err, errlen);
}

void memory_free(struct memory *memory)
{
	forget(memory);
}

const struct memory_disc *memory_at(const struct memory *memory, uint32_t address)
{
	const struct memory_disc key = { .address = address };

	return memory->nr_discs ? bsearch(&key, memory->discs, memory->nr_discs,
					  sizeof(key), compare_discs) : NULL;
}

/* ---- Writing ------------------------------------------------------------ */

static json_t *address_json(uint32_t address)
{
	return address == DISCMUX_NONE ? json_null() : json_integer(address);
}

static json_t *to_json(const struct memory *memory)
{
	json_t *discs = json_array(), *tasks = json_array();
	char boot[64];
	size_t i;

	for (i = 0; i < memory->nr_discs; i++) {
		const struct memory_disc *disc = &memory->discs[i];

		json_array_append_new(discs, json_pack("{s:i, s:o, s:s}", "address",
						       (int)disc->address, "home",
						       address_json(disc->home), "tag", disc->tag));
	}
	for (i = 0; i < memory->nr_tasks; i++) {
		const struct memory_task *task = &memory->tasks[i];

		json_array_append_new(tasks, json_pack("{s:s, s:o, s:o, s:o, s:i, s:I}", "what",
						       task->what, "source",
						       address_json(task->source), "destination",
						       address_json(task->destination), "home",
						       address_json(task->home), "pid",
						       (int)task->pid, "started",
						       (json_int_t)task->started));
	}
	boot_id(boot, sizeof(boot));
	return json_pack("{s:i, s:s, s:o, s:o}", "version", VERSION, "boot", boot, "discs", discs,
			 "tasks", tasks);
}

/* A rename is on the disk when its folder is. */
static int sync_folder(const char *path)
{
	char folder[256];
	char *slash;
	int ret = 0;
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd))
		ret = -errno;
	close(fd);
	return ret;
}

static int write_file(const char *path, const json_t *root)
{
	char temporary[sizeof(((struct memory *)0)->path) + 8];
	int ret = 0;
	int fd;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return -errno;
	if (!root || json_dumpfd(root, fd, JSON_INDENT(1)) || write(fd, "\n", 1) != 1)
		ret = root && errno ? -errno : -ENOMEM;
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret)
		unlink(temporary);
	return ret ? ret : sync_folder(path);
}

/* The folder is made when it is not there; its lock orders all who write. */
static int lock(const struct memory *memory, char *err, size_t errlen)
{
	char path[sizeof(memory->path) + 8];
	char *slash, why[320];
	int fd;

	snprintf(path, sizeof(path), "%s.lock", memory->path);
	slash = strrchr(path, '/');
	*slash = '\0';
	fd = mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
	*slash = '/';
	if (fd < 0)
		snprintf(why, sizeof(why), "%s: %s", memory->path, strerror(-fd));
	else
		fd = file_lock(AT_FDCWD, path, FILE_LOCK_MS, why, sizeof(why));
	return fd < 0 ? fail(err, errlen, fd, "cannot remember where the discs are: %s", why) : fd;
}

/* Reads what others have written in the meantime, changes it, and writes it. */
static int change(struct memory *memory, int (*edit)(struct memory *memory, const void *arg),
		  const void *arg, char *err, size_t errlen)
{
	json_t *root;
	int fd = lock(memory, err, errlen);
	int ret;

	if (fd < 0)
		return fd;
	ret = load(memory, err, errlen);
	if (!ret) {
		ret = edit(memory, arg);
		root = ret ? NULL : to_json(memory);
		if (!ret)
			ret = write_file(memory->path, root);
		json_decref(root);
		if (ret)
			fail(err, errlen, ret, "cannot remember where the discs are: %s: %s",
			     memory->path, strerror(-ret));
	}
	close(fd);
	return ret;
}

/* Of this process there is one task at most. */
static void drop_own_task(struct memory *memory, bool and_dead)
{
	size_t i, n = 0;

	for (i = 0; i < memory->nr_tasks; i++) {
		const struct memory_task *task = &memory->tasks[i];

		if ((task->alive && task->pid == getpid()) || (and_dead && !task->alive))
			continue;
		memory->tasks[n++] = *task;
	}
	memory->nr_tasks = n;
}

static int add_task(struct memory *memory, const void *arg)
{
	struct memory_task *tasks;

	drop_own_task(memory, false);
	tasks = realloc(memory->tasks, (memory->nr_tasks + 1) * sizeof(*tasks));
	if (!tasks)
		return -ENOMEM;
	memory->tasks = tasks;
	tasks[memory->nr_tasks++] = *(const struct memory_task *)arg;
	return 0;
}

int memory_begin(struct memory *memory, const char *what, uint32_t source, uint32_t destination,
		 uint32_t home, char *err, size_t errlen)
{
	struct memory_task task = {
		.source = source,
		.destination = destination,
		.home = home,
		.pid = getpid(),
		.started = process_started(getpid()),
		.alive = true,
	};

	snprintf(task.what, sizeof(task.what), "%s", what);
	return change(memory, add_task, &task, err, errlen);
}

/* Who has carried something there, and may have ended over it; on the arm it is on its
 * way for the first of all. */
static const struct memory_task *task_to(const struct memory *memory,
					 const struct discmux_element *element)
{
	size_t i;

	for (i = 0; i < memory->nr_tasks; i++)
		if (memory->tasks[i].destination == element->address ||
		    element->type == DISCMUX_ELEMENT_TRANSPORT)
			return &memory->tasks[i];
	return NULL;
}

/* The library knows best where a disc came from; else we do, if we have carried it
 * or it has not moved. */
static uint32_t home_of(const struct memory *memory, const struct discmux_element *element)
{
	const struct memory_disc *before = memory_at(memory, element->address);
	const struct memory_task *task = task_to(memory, element);

	if (element->type == DISCMUX_ELEMENT_STORAGE)
		return element->address;
	if (element->flags & DISCMUX_ELEMENT_SOURCE_VALID)
		return element->source;
	/* What the arm holds already nobody has put there since. */
	if (element->type == DISCMUX_ELEMENT_TRANSPORT && before && before->home != DISCMUX_NONE)
		return before->home;
	if (task && task->home != DISCMUX_NONE)
		return task->home;
	return before ? before->home : DISCMUX_NONE;
}

static int set_discs(struct memory *memory, const void *arg)
{
	const struct discmux_inventory *inv = arg;
	struct memory_disc *discs = calloc(inv->count + 1, sizeof(*discs));
	size_t i, n = 0;

	if (!discs)
		return -ENOMEM;
	for (i = 0; i < inv->count; i++) {
		const struct discmux_element *element = &inv->elements[i];

		if (!(element->flags & DISCMUX_ELEMENT_FULL))
			continue;
		discs[n].address = element->address;
		discs[n].home = home_of(memory, element);
		discmux_text(element->volume_tag, sizeof(element->volume_tag), discs[n].tag,
			     sizeof(discs[n].tag));
		n++;
	}
	qsort(discs, n, sizeof(*discs), compare_discs);
	free(memory->discs);
	memory->discs = discs;
	memory->nr_discs = n;
	memory->known = true;
	drop_own_task(memory, true);
	return 0;
}

int memory_settle(struct memory *memory, const struct discmux_inventory *inv, char *err,
		  size_t errlen)
{
	return change(memory, set_discs, inv, err, errlen);
}
