// SPDX-License-Identifier: GPL-2.0
/* discmuxd: command line, main loop, what systemd wants to hear. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "core.h"
#include "driver_watch.h"
#include "lcd.h"
#include "monotonic.h"
#include "near.h"
#include "panel_host.h"
#include "server.h"

#define TICK_MS		100	/* with somebody who watches the panel */
#define IDLE_MS		1000
#define STUCK_MS	180000	/* a drive takes less than this for any answer */

struct options {
	int mux;
	const char *dir, *images, *socket, *group, *lcd;
};

struct daemon {
	struct core core;
	struct panel_host *host;
	struct automat *automat;
	struct lcd *lcd;	/* NULL: none wanted */
	struct server *server;
	struct discmux_events *events;	/* of the driver, NULL while it is not loaded */
	uint64_t empty;		/* recorders that were seen without a disc, bit n for n */
	struct driver_watch driver;
	char waits[256];	/* why the driver is waited for; "" while it is there */
	int signals;
	uint64_t watchdog_ms;	/* between pings, 0: none wanted */
	uint64_t pinged_ms;
	bool stop;
};

/* ---- systemd ---------------------------------------------------------- */

/* Alive is who goes round, also the thread that looks at the drives. */
static void ping(struct daemon *d, uint64_t now)
{
	if (!d->watchdog_ms || now - d->pinged_ms < d->watchdog_ms)
		return;
	if (now > drives_watch_alive_ms(d->core.watch) + STUCK_MS)
		return;
	d->pinged_ms = now;
	sd_notify(0, "WATCHDOG=1");
}

static int given_socket(void)
{
	return sd_listen_fds(1) > 0 ? SD_LISTEN_FDS_START : -1;
}

/* ---- The loop --------------------------------------------------------- */

static void take_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	if (read(d->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		d->stop = true;
}

/* What systemctl status shows. */
static void show_status(const struct daemon *d, const char *first)
{
	if (*d->waits)
		sd_notifyf(0, "%sSTATUS=waiting for the driver: %s", first, d->waits);
	else
		sd_notifyf(0, "%sSTATUS=ready", first);
}

/* Another driver than the one before may be there: what was subscribed to is void. */
static void take_up_driver(struct daemon *d)
{
	discmux_events_close(d->events);
	if (discmux_events_open(&d->events)) {
		core_log(4, "%s", discmux_events_error(d->events));
		discmux_events_close(d->events);
		d->events = NULL;
	}
	drives_watch_kick(d->core.watch);
}

static void driver_went(struct daemon *d)
{
	discmux_events_close(d->events);
	d->events = NULL;
}

/* The library would say whether the module is loaded, too; but as a module goes, its
 * devices go first. */
static void why_not(const struct daemon *d, const struct discmux *dm, int rc, char *why, size_t size)
{
	if (rc != -ENOENT)
		snprintf(why, size, "%s", discmux_error(dm));
	else if (!d->core.mux)
		snprintf(why, size, "no /dev/discmux0: run modprobe discmux");
	else
		snprintf(why, size, "no /dev/discmux%d: run modprobe discmux muxes=%d",
			 d->core.mux, d->core.mux + 1);
}

/* True when the reason differs from the last one: each is reported once. */
static bool check_driver(struct daemon *d)
{
	char why[sizeof(d->waits)] = "";
	struct discmux *dm;
	int rc = discmux_open(d->core.mux, 0, &dm);

	if (rc)
		why_not(d, dm, rc, why, sizeof(why));
	discmux_close(dm);
	if (!strcmp(why, d->waits))
		return false;
	snprintf(d->waits, sizeof(d->waits), "%s", why);
	atomic_store(&d->core.driver, !*why);
	if (*why)
		core_log(4, "waiting for the driver: %s", why);
	else
		core_log(6, "the driver is there");
	return true;
}

/* Module loaded, unloaded, or both. */
static void take_driver(struct daemon *d)
{
	bool was_there = !*d->waits, gone;

	if (!driver_watch_changed(&d->driver, &gone))
		return;
	if (gone)
		driver_went(d);
	if (check_driver(d))
		show_status(d, "");
	if (!*d->waits && (gone || !was_there))
		take_up_driver(d);
}

/* Drives that come and go, claims and moves: look at the drives at once.  What was
 * lost on the way does not matter, the next look sees it. */
static void take_events(struct daemon *d)
{
	struct discmux_event_info info;
	bool heard = false;

	while (d->events && discmux_events_read(d->events, 0, &info) > 0)
		heard = true;
	if (heard)
		drives_watch_kick(d->core.watch);
}

/* A recorder that somebody has emptied holds no disc any more that was written to. */
static void note_empty(struct daemon *d)
{
	struct drive drives[DRIVES_MAX];
	size_t n = drives_watch_get(d->core.watch, drives, DRIVES_MAX), i;

	for (i = 0; i < n; i++) {
		const struct drive *r = &drives[i];
		uint64_t bit = 1ull << (r->unit % 64);

		if (r->role != DISCMUX_ROLE_RECORDER || r->state != DISCMUX_MEMBER_IDLE ||
		    r->disc == DRIVE_NOT_KNOWN)
			continue;
		if (r->disc == DRIVE_NO_DISC && !(d->empty & bit))
			store_recorder_empty(d->core.store, r->serial, r->unit);
		d->empty = r->disc == DRIVE_NO_DISC ? d->empty | bit : d->empty & ~bit;
	}
}

static void drain(int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		core_log(3, "eventfd: %s", strerror(errno));
}

static void lcd_keys(struct daemon *d)
{
	enum panel_key key;
	bool more = d->lcd;

	while (more) {
		key = lcd_handle(d->lcd, monotonic_ms(), &more);
		if (key != PANEL_NO_KEY && panel_host_step(d->host, key, monotonic_ms()))
			server_panel_changed(d->server);
	}
}

static void loop(struct daemon *d)
{
	struct pollfd fds[SERVER_CLIENTS + 7];

	while (!d->stop) {
		size_t n = server_poll_fds(d->server, fds);
		int wait = server_watched(d->server) || d->lcd ? TICK_MS : IDLE_MS;

		fds[n] = (struct pollfd){ .fd = d->signals, .events = POLLIN };
		fds[n + 1] = (struct pollfd){ .fd = d->core.wake_fd, .events = POLLIN };
		fds[n + 2] = (struct pollfd){ .fd = auto_fd(d->automat), .events = POLLIN };
		lcd_poll(d->lcd, &fds[n + 3]);
		fds[n + 4] = (struct pollfd){
			.fd = d->events ? discmux_events_fd(d->events) : -1, .events = POLLIN };
		fds[n + 5] = (struct pollfd){ .fd = d->driver.fd, .events = POLLIN };
		if (poll(fds, n + 6, wait) < 0 && errno != EINTR) {
			core_log(3, "poll: %s", strerror(errno));
			return;
		}
		if (fds[n].revents)
			take_signal(d);
		if (fds[n + 1].revents)
			drain(d->core.wake_fd);
		take_driver(d);
		take_events(d);
		note_empty(d);
		auto_handle(d->automat);
		server_handle(d->server, fds, n, monotonic_ms());
		lcd_keys(d);
		if (panel_host_step(d->host, PANEL_NO_KEY, monotonic_ms()))
			server_panel_changed(d->server);
		if (d->lcd)
			lcd_show(d->lcd, &panel_host_view(d->host)->lines);
		ping(d, monotonic_ms());
	}
}

static int hold_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static gid_t group_of(const char *name)
{
	const struct group *gr = getgrnam(name);

	return gr ? gr->gr_gid : (gid_t)-1;
}

static int fail(const char *err)
{
	core_log(3, "%s", err);
	sd_notifyf(0, "STATUS=%s\nERRNO=1", err);
	return 1;
}

static int serve(const struct options *o)
{
	struct daemon d = { .signals = hold_signals() };
	gid_t group = group_of(o->group);
	uint64_t watchdog_us = 0;
	char err[512];

	if (group == (gid_t)-1) {
		snprintf(err, sizeof(err), "there is no group %s: name another with --group",
			 o->group);
		return fail(err);
	}
	if (core_open(&d.core, o->mux, o->dir, o->images, err, sizeof(err)))
		return fail(err);
	d.host = panel_host_new(&d.core);
	if (!d.host)
		return fail("out of memory");
	if (auto_open(&d.core, &d.automat))
		return fail("out of memory");
	if (server_open(&d.core, d.host, d.automat, o->socket, given_socket(),
			group, &d.server, err, sizeof(err)))
		return fail(err);
	if (o->lcd && lcd_open(o->lcd, &d.lcd))
		return fail("out of memory");
	/* Before the first look at it, so that nothing happens in between */
	driver_watch_open(&d.driver, "/dev", o->mux);
	snprintf(d.waits, sizeof(d.waits), "not looked for");
	check_driver(&d);
	if (!*d.waits)
		take_up_driver(&d);
	core_resume(&d.core);
	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		d.watchdog_ms = watchdog_us / 2000;
	core_log(6, "discmuxd %s: mux %d, %s, socket %s", discmux_version(), o->mux, o->dir,
		 o->socket);
	show_status(&d, "READY=1\n");
	loop(&d);
	sd_notify(0, "STOPPING=1\nSTATUS=stopping: discs that are being closed come to their end");
	core_log(6, "stopping");
	server_close(d.server);
	lcd_close(d.lcd);
	discmux_events_close(d.events);
	driver_watch_close(&d.driver);
	auto_close(d.automat);
	core_close(&d.core);
	panel_host_free(d.host);
	close(d.signals);
	return 0;
}

/* ---- The command line ------------------------------------------------- */

static void help(void)
{
	puts("usage: discmuxd [OPTION]...: jobs, masters and the panel of a duplicator\n\n"
	     "  -m, --mux N       the mux, /dev/discmuxN; 0 unless given\n"
	     "      --dir DIR     its database; /var/lib/discmux unless given\n"
	     "      --images DIR  the masters on the hard disk; DIR/images unless given\n"
	     "      --socket PATH /run/discmux/discmuxd.sock unless given\n"
	     "      --group NAME  who may use the socket; cdrom unless given\n"
	     "      --lcd HOST[:PORT]  the panel on a display of LCDd, too\n"
	     "      --version, --help");
}

static int usage(const char *what, const char *word)
{
	fprintf(stderr, "discmuxd: %s %s (see discmuxd --help)\n", what, word);
	return 2;
}

static int unknown_option(const struct option *o, const char *word)
{
	char offers[16][32], hint[NEAR_HINT_SIZE];
	struct near near;
	size_t i;

	near_begin(&near, word);
	for (i = 0; i < sizeof(offers) / sizeof(*offers) && o[i].name; i++) {
		snprintf(offers[i], sizeof(offers[i]), "--%s", o[i].name);
		near_offer(&near, offers[i]);
	}
	fprintf(stderr, "discmuxd: unknown option %s%s (see discmuxd --help)\n", word,
		near_hint(&near, hint, sizeof(hint)));
	return 2;
}

enum { OPT_DIR = 0x100, OPT_IMAGES, OPT_SOCKET, OPT_GROUP, OPT_LCD };

/* -1: run; else the exit status. */
static int take_options(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "mux", required_argument, NULL, 'm' },
		{ "dir", required_argument, NULL, OPT_DIR },
		{ "images", required_argument, NULL, OPT_IMAGES },
		{ "socket", required_argument, NULL, OPT_SOCKET },
		{ "group", required_argument, NULL, OPT_GROUP },
		{ "lcd", required_argument, NULL, OPT_LCD },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, ":m:h", options, NULL)) != -1) {
		switch (c) {
		case 'm':
			o->mux = (int)strtol(optarg, &end, 10);
			if (!*optarg || *end || o->mux < 0 || o->mux > 9999)
				return usage("-m wants the number of a mux, not", optarg);
			break;
		case OPT_DIR:
			o->dir = optarg;
			break;
		case OPT_IMAGES:
			o->images = optarg;
			break;
		case OPT_SOCKET:
			o->socket = optarg;
			break;
		case OPT_GROUP:
			o->group = optarg;
			break;
		case OPT_LCD:
			o->lcd = optarg;
			break;
		case 'V':
			printf("discmuxd %s\n", discmux_version());
			return 0;
		case 'h':
			help();
			return 0;
		case ':':
			return usage("a value is missing after", argv[optind - 1]);
		default:
			return unknown_option(options, argv[optind - 1]);
		}
	}
	return optind < argc ? usage("one word too many:", argv[optind]) : -1;
}

int main(int argc, char **argv)
{
	struct options o = {
		.dir = "/var/lib/discmux",
		.socket = "/run/discmux/discmuxd.sock",
		.group = "cdrom",
	};
	char images[4096];
	int status = take_options(&o, argc, argv);

	if (status >= 0)
		return status;
	if (!o.images) {
		snprintf(images, sizeof(images), "%s/images", o.dir);
		o.images = images;
	}
	return serve(&o);
}
