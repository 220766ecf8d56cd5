// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "configfs.h"

#define MOUNT		"/sys/kernel/config"
#define TARGET		MOUNT "/target"
#define BACKENDS	TARGET "/core/" SIM_HBA
#define LOOPBACK	TARGET "/loopback"
#define CONFIGFS_MAGIC	0x62656570

/* How long drivers may take to bind; ch reads each element of a library */
#define BIND_MS		30000

extern char **environ;

__attribute__((format(printf, 3, 4)))
static int fail(char *err, size_t errlen, const char *format, ...)
{
	int ret = errno ? -errno : -EIO;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(err, errlen, format, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < errlen)
		snprintf(err + n, errlen - (size_t)n, ": %s", strerror(-ret));
	return ret;
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n < 0) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	close(fd);
	return 0;
}

/* Writes text to DIR/FILE. */
static int set(const char *dir, const char *file, const char *text, char *err, size_t errlen)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	ret = put(path, text);
	if (!ret)
		return 0;
	errno = -ret;
	return fail(err, errlen, "can't write %s", path);
}

static int make(const char *path, char *err, size_t errlen)
{
	if (!mkdir(path, 0755) || errno == EEXIST)
		return 0;
	return fail(err, errlen, "can't make %s", path);
}

static int load_module(const char *name, char *err, size_t errlen)
{
	char *const argv[] = { "modprobe", "-q", (char *)name, NULL };
	int status, ret;
	pid_t pid;

	ret = posix_spawnp(&pid, "modprobe", NULL, NULL, argv, environ);
	if (ret) {
		snprintf(err, errlen, "can't run modprobe: %s: install kmod", strerror(ret));
		return -ret;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	snprintf(err, errlen, "kernel module %s is missing: boot a kernel that has it "
		 "(Debian's linux-image-amd64 does)", name);
	return -ENOENT;
}

static int mount_configfs(char *err, size_t errlen)
{
	struct statfs fs;

	if (!statfs(MOUNT, &fs) && fs.f_type == CONFIGFS_MAGIC)
		return 0;
	if (mount("configfs", MOUNT, "configfs", 0, NULL))
		return fail(err, errlen, "can't mount configfs on " MOUNT);
	return 0;
}

int sim_configfs_prepare(bool changer, char *err, size_t errlen)
{
	static const char *const modules[] = {
		"target_core_user", "tcm_loop", "sr_mod", "sg",
	};
	int ret;

	if (geteuid()) {
		snprintf(err, errlen, "virtual hardware needs root: run it with sudo");
		return -EPERM;
	}
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		ret = load_module(modules[i], err, errlen);
		if (ret)
			return ret;
	}
	if (changer) {
		ret = load_module("ch", err, errlen);
		if (ret)
			return ret;
	}
	return mount_configfs(err, errlen);
}

static void backend_path(const struct sim_unit *unit, char *path, size_t size)
{
	snprintf(path, size, BACKENDS "/%s", unit->name);
}

static void target_path(const struct sim_unit *unit, char *path, size_t size)
{
	snprintf(path, size, LOOPBACK "/" SIM_WWN "%04x/tpgt_%u", unit->host, unit->id);
}

/* The uio device whose name is this. */
static int find_uio(const char *name, unsigned int *uio)
{
	DIR *dir = opendir("/sys/class/uio");
	int ret = -ENODEV;
	struct dirent *d;

	while (dir && ret && (d = readdir(dir))) {
		char path[300], text[300] = "";
		FILE *f;

		if (sscanf(d->d_name, "uio%u", uio) != 1)
			continue;
		snprintf(path, sizeof(path), "/sys/class/uio/%.255s/name", d->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(text, sizeof(text), f)) {
			text[strcspn(text, "\n")] = 0;
			if (!strcmp(text, name))
				ret = 0;
		}
		fclose(f);
	}
	if (dir)
		closedir(dir);
	return ret;
}

int sim_backend_create(struct sim_unit *unit, unsigned int timeout, char *err, size_t errlen)
{
	/* Reservations and REPORT TARGET PORT GROUPS are the model's business */
	static const char *const off[] = { "attrib/pgr_support", "attrib/alua_support" };
	char path[128], text[128];
	int ret;

	ret = make(BACKENDS, err, errlen);
	if (ret)
		return ret;
	backend_path(unit, path, sizeof(path));
	if (mkdir(path, 0755))
		return fail(err, errlen, "can't make %s", path);
	/* The size says nothing for a device without a fixed medium.  2 MiB commands. */
	snprintf(text, sizeof(text), "dev_config=discmux/%s,dev_size=4700372992,"
		 "hw_block_size=2048,hw_max_sectors=1024", unit->name);
	ret = set(path, "control", text, err, errlen);
	if (!ret)
		ret = set(path, "control", "max_data_area_mb=32,cmd_ring_size_mb=1", err, errlen);
	if (!ret)	/* nobody listens for netlink messages */
		ret = set(path, "control", "nl_reply_supported=-1", err, errlen);
	if (!ret)
		ret = set(path, "enable", "1", err, errlen);
	if (ret)
		return ret;
	snprintf(text, sizeof(text), "%u", timeout);
	ret = set(path, "attrib/cmd_time_out", text, err, errlen);
	if (!ret)
		ret = set(path, "attrib/tmr_notification", "1", err, errlen);
	for (size_t i = 0; i < 2 && !ret; i++)
		ret = set(path, off[i], "0", err, errlen);
	if (ret)
		return ret;
	snprintf(text, sizeof(text), "tcm-user/%u/%s/discmux/%s", SIM_HBA_NUMBER, unit->name,
		 unit->name);
	ret = find_uio(text, &unit->uio);
	if (ret)
		snprintf(err, errlen, "no uio device for %s", unit->name);
	return ret;
}

int sim_target_create(struct sim_unit *unit, char *err, size_t errlen)
{
	char path[128], text[160];
	FILE *f;
	int ret;

	ret = make(LOOPBACK, err, errlen);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), LOOPBACK "/" SIM_WWN "%04x", unit->host);
	ret = make(path, err, errlen);
	if (ret)
		return ret;
	target_path(unit, path, sizeof(path));
	if (mkdir(path, 0755))
		return fail(err, errlen, "can't make %s", path);
	/* The initiator's address: any that no target has */
	snprintf(text, sizeof(text), "naa.5001405d15cf%02x%02x", unit->host & 0xff, unit->id);
	ret = set(path, "nexus", text, err, errlen);
	if (ret)
		return ret;

	snprintf(text, sizeof(text), "%s/address", path);
	f = fopen(text, "re");
	ret = f && fscanf(f, "%u:", &unit->scsi_host) == 1 ? 0 : -EIO;
	if (f)
		fclose(f);
	if (ret) {
		snprintf(err, errlen, "%s does not tell its SCSI host", path);
		return ret;
	}
	strcat(path, "/lun/lun_0");
	if (mkdir(path, 0755))
		return fail(err, errlen, "can't make %s", path);
	return 0;
}

/* The name of the first entry of a folder that begins so. */
static bool first_entry(const char *path, const char *prefix, char *name, size_t len)
{
	DIR *dir = opendir(path);
	bool found = false;
	struct dirent *d;

	*name = 0;
	while (dir && !found && (d = readdir(dir))) {
		found = !strncmp(d->d_name, prefix, strlen(prefix)) && strlen(d->d_name) < len;
		if (found)
			strcpy(name, d->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void scsi_path(const struct sim_unit *unit, const char *rest, char *path, size_t size)
{
	snprintf(path, size, "/sys/class/scsi_device/%u:0:%u:0/device%s", unit->scsi_host,
		 unit->id, rest);
}

void sim_unit_nodes(const struct sim_unit *unit, char *main_node, char *sg_node, size_t len)
{
	char path[128];

	scsi_path(unit, unit->type == 8 ? "/scsi_changer" : "/block", path, sizeof(path));
	first_entry(path, unit->type == 8 ? "sch" : "sr", main_node, len);
	scsi_path(unit, "/scsi_generic", path, sizeof(path));
	first_entry(path, "sg", sg_node, len);
}

/* Of a unit's link in its target: while it is there, the device is. */
static void link_path(const struct sim_unit *unit, char *path, size_t size)
{
	size_t len;

	target_path(unit, path, size);
	len = strlen(path);
	snprintf(path + len, size - len, "/lun/lun_0/%s", unit->name);
}

int sim_unit_plug(const struct sim_unit *unit, char *err, size_t errlen)
{
	char path[128], backend[128], node[16], sg[16];

	link_path(unit, path, sizeof(path));
	backend_path(unit, backend, sizeof(backend));
	/* The kernel looks for the device before this returns */
	if (symlink(backend, path))
		return fail(err, errlen, "can't plug %s in", unit->name);
	scsi_path(unit, "", path, sizeof(path));
	if (access(path, F_OK)) {
		snprintf(err, errlen, "the kernel did not find %s: see its log", unit->name);
		sim_unit_unplug(unit, backend, sizeof(backend));
		return -ENODEV;
	}

	for (int ms = 0; ms < BIND_MS; ms += 10) {
		sim_unit_nodes(unit, node, sg, sizeof(node));
		if (*node && *sg) {
			/* As a real one does: the next command waits in the host */
			scsi_path(unit, "/queue_depth", path, sizeof(path));
			put(path, "1");
			return 0;
		}
		usleep(10000);
	}
	snprintf(err, errlen, "no driver took %s (SCSI %u:0:%u:0): see the kernel log", unit->name,
		 unit->scsi_host, unit->id);
	return -ETIMEDOUT;
}

int sim_unit_link(const struct sim_unit *unit, bool up, char *err, size_t errlen)
{
	char path[128];

	target_path(unit, path, sizeof(path));
	return set(path, "transport_status", up ? "online" : "offline", err, errlen);
}

int sim_unit_unplug(const struct sim_unit *unit, char *err, size_t errlen)
{
	char path[128];

	link_path(unit, path, sizeof(path));
	if (unlink(path) && errno != ENOENT)
		return fail(err, errlen, "can't pull %s out", unit->name);
	return 0;
}

/*
 * Calls fn for each entry of a folder that begins with prefix, with its path;
 * a folder that is not there has none.  The sum of what fn returns, or the
 * first error.
 */
static int for_each(const char *path, const char *prefix,
		    int (*fn)(const char *path, char *err, size_t errlen), char *err,
		    size_t errlen)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, alphasort);
	int sum = 0;

	for (int i = 0; i < n; i++) {
		char entry[PATH_MAX];

		if (sum >= 0 && list[i]->d_name[0] != '.' &&
		    !strncmp(list[i]->d_name, prefix, strlen(prefix))) {
			int ret;

			snprintf(entry, sizeof(entry), "%s/%s", path, list[i]->d_name);
			ret = fn(entry, err, errlen);
			sum = ret < 0 ? ret : sum + ret;
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return sum;
}

static int remove_link(const char *path, char *err, size_t errlen)
{
	struct stat st;

	if (lstat(path, &st) || !S_ISLNK(st.st_mode))
		return 0;
	return unlink(path) ? fail(err, errlen, "can't remove %s", path) : 0;
}

static int remove_folder(const char *path, char *err, size_t errlen)
{
	return rmdir(path) ? fail(err, errlen, "can't remove %s", path) : 0;
}

static int remove_lun(const char *path, char *err, size_t errlen)
{
	int ret = for_each(path, "", remove_link, err, errlen);

	return ret < 0 ? ret : remove_folder(path, err, errlen);
}

static int remove_tpgt(const char *path, char *err, size_t errlen)
{
	char luns[PATH_MAX];
	int ret;

	snprintf(luns, sizeof(luns), "%.*s/lun", PATH_MAX - 8, path);
	ret = for_each(luns, "lun_", remove_lun, err, errlen);
	return ret < 0 ? ret : remove_folder(path, err, errlen);
}

static int remove_wwn(const char *path, char *err, size_t errlen)
{
	int ret = for_each(path, "tpgt_", remove_tpgt, err, errlen);

	if (ret >= 0)
		ret = remove_folder(path, err, errlen);
	return ret < 0 ? ret : 1;
}

int sim_targets_remove(char *err, size_t errlen)
{
	return for_each(LOOPBACK, SIM_WWN, remove_wwn, err, errlen);
}

static int is_backend(const char *path)
{
	char enable[PATH_MAX];

	/* Not the folders the kernel puts there (none today) or files */
	snprintf(enable, sizeof(enable), "%.*s/enable", PATH_MAX - 8, path);
	return !access(enable, F_OK);
}

static int remove_backend(const char *path, char *err, size_t errlen)
{
	int ret;

	if (!is_backend(path))
		return 0;
	ret = remove_folder(path, err, errlen);
	return ret < 0 ? ret : 1;
}

int sim_backends_remove(char *err, size_t errlen)
{
	int ret = for_each(BACKENDS, "", remove_backend, err, errlen);

	if (ret > 0 && rmdir(BACKENDS) && errno != ENOENT)
		return fail(err, errlen, "can't remove " BACKENDS);
	if (!ret)
		rmdir(BACKENDS);
	return ret;
}

/* Nobody serves this ring any more: what is in it fails, what comes too. */
static int abandon(const char *path, char *err, size_t errlen)
{
	int ret;

	if (!is_backend(path))
		return 0;
	ret = set(path, "action/block_dev", "1", err, errlen);
	/* A backend that was not enabled yet has no ring */
	if (ret == -EINVAL)
		return 0;
	return ret ? ret : set(path, "action/reset_ring", "2", err, errlen);
}

int sim_configfs_clean(char *err, size_t errlen)
{
	int targets, backends, ret;

	ret = for_each(BACKENDS, "", abandon, err, errlen);
	if (ret < 0)
		return ret;
	targets = sim_targets_remove(err, errlen);
	if (targets < 0)
		return targets;
	backends = sim_backends_remove(err, errlen);
	return backends < 0 ? backends : targets + backends;
}
