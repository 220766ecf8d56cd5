// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "configfs.h"
#include "ctl_client.h"
#include "ctl_server.h"
#include "daemon.h"

#define LOCK_FILE	"/run/discmux-sim.lock"
/* Stopping waits for the kernel, which may be in the middle of error recovery */
#define STOP_MS		45000
#define KILL_MS		10000

/* --- the lock ---------------------------------------------------------------------------- */

/* Who holds the lock; 0 nobody. */
static int lock_holder(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &lock))
		return -errno;
	return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

/*
 * Takes the lock for this process, until it ends.  Returns its descriptor.  A user that
 * can open the file can keep it locked: it is root's alone, as the control socket is.
 */
static int take_lock(const char *control, char *err, size_t errlen)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int ret;

	if (fd < 0) {
		ret = -errno;
		snprintf(err, errlen, "can't open " LOCK_FILE ": %s", strerror(errno));
		return ret;
	}
	if (fchmod(fd, 0600)) {
		ret = -errno;
		snprintf(err, errlen, "can't change the mode of " LOCK_FILE ": %s", strerror(errno));
		close(fd);
		return ret;
	}
	if (fcntl(fd, F_SETLK, &lock)) {
		snprintf(err, errlen, "already running (process %d): 'discmux-sim stop' first",
			 lock_holder(fd));
		close(fd);
		return -EBUSY;
	}
	if (ftruncate(fd, 0) || dprintf(fd, "%s\n", control) < 0) {
		ret = -errno;
		snprintf(err, errlen, "can't write " LOCK_FILE ": %s", strerror(errno));
		close(fd);
		return ret;
	}
	return fd;
}

int daemon_find(char *control, size_t len)
{
	FILE *f = fopen(LOCK_FILE, "re");
	int pid = 0;

	snprintf(control, len, "%s", SIM_CONTROL);
	if (!f)
		return 0;
	pid = lock_holder(fileno(f));
	if (pid > 0 && fgets(control, (int)len, f))
		control[strcspn(control, "\n")] = 0;
	fclose(f);
	return pid > 0 ? pid : 0;
}

/* --- start ------------------------------------------------------------------------------- */

/* A recording may be one of a changer */
static bool has_changer(const struct sim_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->device[i].kind == SIM_CHANGER || plan->device[i].kind == SIM_REPLAY)
			return true;
	return false;
}

/* SIGTERM and the like come out of this descriptor, in all threads made later. */
static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Tells the waiting parent (or the terminal) how it went, in one line. */
static bool report(int fd, const char *text)
{
	return dprintf(fd, "%s\n", text) > 0;
}

static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	if (chdir("/"))
		syslog(LOG_WARNING, "chdir: %m");
}

/* What the caller had open (a lock, a pipe) must not stay open as long as we
 * live.  Returns the one that is kept. */
static int keep_only(int fd)
{
	if (fd != 3 && dup2(fd, 3) < 0)
		return fd;
	close_range(4, ~0U, 0);
	return fcntl(3, F_SETFD, FD_CLOEXEC) ? -1 : 3;
}

static int bring_up(const struct daemon_config *config, struct sim_rig **rig,
		    struct ctl_server **server, char *err, size_t errlen)
{
	int ret;

	ret = sim_configfs_prepare(has_changer(&config->rig.plan), err, errlen);
	if (!ret)
		ret = sim_configfs_clean(err, errlen);
	if (ret < 0)
		return ret;
	ret = ctl_server_open(config->control, server, err, errlen);
	if (ret)
		return ret;
	ret = sim_rig_start(&config->rig, rig, err, errlen);
	if (ret)
		ctl_server_close(*server);
	return ret;
}

/* The whole life.  It says "ready" there. */
static int live(const struct daemon_config *config, int report_fd, char *err, size_t errlen)
{
	struct ctl_server *server;
	struct sim_rig *rig;
	int signals, lock, ret;

	lock = take_lock(config->control, err, errlen);
	if (lock < 0)
		return lock;
	signals = catch_signals();
	ret = bring_up(config, &rig, &server, err, errlen);
	if (ret) {
		close(lock);
		return ret;
	}
	if (report(report_fd, "ready")) {
		if (!config->foreground) {
			close(report_fd);
			leave_terminal();
		}
		ctl_server_run(server, rig, signals);
	}
	/* What hangs in a device must not keep a client, nor a client us */
	sim_rig_quiet(rig);
	ctl_server_close(server);
	ret = sim_rig_stop(rig, err, errlen);
	if (ret)
		syslog(LOG_ERR, "%s", err);
	close(signals);
	close(lock);
	return ret;
}

/* What the child reported.  0 when it is ready. */
static int await(int fd, pid_t child, char *err, size_t errlen)
{
	FILE *f = fdopen(fd, "r");
	char line[512] = "";

	if (f && fgets(line, sizeof(line), f))
		line[strcspn(line, "\n")] = 0;
	if (f)
		fclose(f);
	if (!strcmp(line, "ready"))
		return 0;
	waitpid(child, NULL, 0);
	snprintf(err, errlen, "%s", *line ? line : "it died while it started");
	return -ECHILD;
}

int daemon_start(const struct daemon_config *config, char *err, size_t errlen)
{
	int fds[2], ret;
	pid_t child;

	if (geteuid()) {
		snprintf(err, errlen, "virtual hardware needs root: run it with sudo");
		return -EPERM;
	}
	if (config->foreground)
		return live(config, STDOUT_FILENO, err, errlen);
	if (pipe2(fds, O_CLOEXEC)) {
		ret = -errno;
		snprintf(err, errlen, "pipe: %s", strerror(errno));
		return ret;
	}
	fflush(NULL);
	child = fork();
	if (child < 0) {
		ret = -errno;
		snprintf(err, errlen, "fork: %s", strerror(errno));
		return ret;
	}
	if (child) {
		close(fds[1]);
		return await(fds[0], child, err, errlen);
	}
	fds[1] = keep_only(fds[1]);
	setsid();
	openlog("discmux-sim", LOG_PID, LOG_DAEMON);
	ret = live(config, fds[1], err, errlen);
	if (ret)
		report(fds[1], err);
	_exit(ret ? 1 : 0);
}

/* --- stop -------------------------------------------------------------------------------- */

static bool wait_for_end(int pid, int ms)
{
	char control[256];

	for (; ms > 0; ms -= 20) {
		if (daemon_find(control, sizeof(control)) != pid)
			return true;
		usleep(20000);
	}
	return false;
}

static int stop_process(int pid, const char *control, char *err, size_t errlen)
{
	json_t *request = json_pack("{s:s}", "command", "stop");
	json_t *reply = NULL;

	if (ctl_client_call(control, request, &reply, err, errlen))
		kill(pid, SIGTERM);
	json_decref(reply);
	json_decref(request);
	if (wait_for_end(pid, STOP_MS))
		return 0;
	kill(pid, SIGKILL);
	if (wait_for_end(pid, KILL_MS))
		return 0;
	snprintf(err, errlen, "process %d does not end: see the kernel log", pid);
	return -ETIMEDOUT;
}

int daemon_stop(char *err, size_t errlen)
{
	char control[256];
	int pid, ret;

	if (geteuid()) {
		snprintf(err, errlen, "virtual hardware needs root: run it with sudo");
		return -EPERM;
	}
	pid = daemon_find(control, sizeof(control));
	if (pid) {
		ret = stop_process(pid, control, err, errlen);
		if (ret)
			return ret;
	}
	/* The lock file stays: somebody may be taking the lock this moment */
	ret = sim_configfs_clean(err, errlen);
	return ret < 0 ? ret : pid || ret;
}
