// SPDX-License-Identifier: GPL-2.0
/* The LCDproc client, against a server that says what LCDd says. */
#define _GNU_SOURCE	/* RTLD_NEXT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lcd.h"

/* The folder of Debian's libraries */
#ifdef __aarch64__
#define MACHINE "aarch64"
#else
#define MACHINE "x86_64"
#endif

static int listener;
static char where[32];

/* The resolver: the address of "slow.test" comes when the test lets it, or never. */
static sem_t resolver;

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
		struct addrinfo **list)
{
	static int (*real)(const char *, const char *, const struct addrinfo *,
			   struct addrinfo **);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (strcmp(host, "slow.test") != 0)
		return real(host, port, hints, list);
	sem_wait(&resolver);
	return real("127.0.0.1", port, hints, list);
}

static int set_up(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	(void)state;
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&a, len) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&a, &len))
		return -1;
	snprintf(where, sizeof(where), "127.0.0.1:%u", ntohs(a.sin_port));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return close(listener);
}

/* LCDd is called, at this time. */
static int take_call(struct lcd *lcd, uint64_t ms)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	bool more;
	int i;

	for (i = 0; i < 200 && poll(&p, 1, 20) <= 0; i++)
		lcd_handle(lcd, ms, &more);
	assert_true(i < 200);
	return accept(listener, NULL, NULL);
}

/* What the client says until there is nothing more for a while. */
static void hear(int fd, char *buf, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;

	while (poll(&p, 1, 300) > 0 && len < size - 1) {
		ssize_t n = read(fd, buf + len, size - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	buf[len] = '\0';
}

static void say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	usleep(100000);	/* as long as TCP may hold it back */
}

/* Keys that are pressed, as "YN". */
static void keys(struct lcd *lcd, char *out)
{
	bool more = true;

	while (more) {
		enum panel_key key = lcd_handle(lcd, 100, &more);

		if (key != PANEL_NO_KEY)
			*out++ = key == PANEL_KEY_YES ? 'Y' : 'N';
	}
	*out = '\0';
}

static void test_session(void **state)
{
	struct panel_lines lines = { { "COPY START?         ", "a \"quoted\" \\ line   " } };
	char text[4096], pressed[32];
	struct lcd *lcd;
	int fd;

	(void)state;
	assert_int_equal(lcd_open(where, &lcd), 0);
	fd = take_call(lcd, 100);
	assert_true(fd >= 0);
	hear(fd, text, sizeof(text));
	assert_string_equal(text, "hello\n");
	lcd_show(lcd, &lines);	/* too early: nothing is sent */
	say(fd, "connect LCDproc 0.5.9 protocol 0.3 lcd wid 20 hgt 2 cellwid 5 cellhgt 8\n");
	keys(lcd, pressed);
	lcd_show(lcd, &lines);
	hear(fd, text, sizeof(text));
	assert_non_null(strstr(text, "screen_add discmux\n"));
	assert_non_null(strstr(text, "widget_set discmux line1 1 1 \"COPY START?         \"\n"));
	assert_non_null(strstr(text, "line2 1 2 \"a \\\"quoted\\\" \\\\ line   \"\n"));
	say(fd, "success\nlisten discmux\nkey Enter\nkey Down\nkey Foo\nke");
	say(fd, "y Escape\nhuh? what\nkey Up\n");
	keys(lcd, pressed);
	assert_string_equal(pressed, "YNNY");
	lcd_show(lcd, &lines);	/* nothing new */
	hear(fd, text, sizeof(text));
	assert_string_equal(text, "");
	memcpy(lines.line[1], "(HDD1", 5);
	lcd_show(lcd, &lines);
	hear(fd, text, sizeof(text));
	assert_int_equal(strncmp(text, "widget_set discmux line2", 24), 0);
	close(fd);
	keys(lcd, pressed);
	lcd_close(lcd);
}

/* Lines without end, then LCDd goes: it is called again after a while. */
static void test_noise(void **state)
{
	char text[4096], pressed[32];
	struct lcd *lcd;
	bool more;
	int fd;

	(void)state;
	assert_int_equal(lcd_open(where, &lcd), 0);
	fd = take_call(lcd, 100);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	say(fd, text);
	for (int i = 0; i < 20; i++)
		keys(lcd, pressed);
	say(fd, "\nkey Enter\n");
	keys(lcd, pressed);
	assert_string_equal(pressed, "Y");
	close(fd);
	usleep(20000);
	keys(lcd, pressed);
	lcd_handle(lcd, 200, &more);
	fd = take_call(lcd, 10000);
	hear(fd, text, sizeof(text));
	assert_string_equal(text, "hello\n");
	close(fd);
	lcd_close(lcd);
}

/* A name that takes long to be found, or never is, keeps nobody waiting. */
static void test_slow_resolver(void **state)
{
	char to[32], pressed[32];
	struct lcd *lcd, *other;

	(void)state;
	assert_int_equal(sem_init(&resolver, 0, 0), 0);
	snprintf(to, sizeof(to), "slow.test%s", strchr(where, ':'));
	assert_int_equal(lcd_open(to, &lcd), 0);
	assert_int_equal(lcd_open(to, &other), 0);
	alarm(10);
	keys(lcd, pressed);
	keys(other, pressed);
	lcd_close(other);
	keys(lcd, pressed);
	alarm(0);
	sem_post(&resolver);
	sem_post(&resolver);
	close(take_call(lcd, 100));
	lcd_close(lcd);
}

static int call_listener(void)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd >= 0 && !getsockname(listener, (struct sockaddr *)&a, &len))
		connect(fd, (struct sockaddr *)&a, len);
	return fd;
}

/* LCDd on another machine: a while goes by until the connection stands. */
static void test_far(void **state)
{
	int first = call_listener(), second = call_listener(), fd;
	char text[64], pressed[32];
	struct lcd *lcd;

	(void)state;
	/* With no room for more the next one has to call again, after a second */
	assert_int_equal(lcd_open(where, &lcd), 0);
	for (int i = 0; i < 20; i++) {
		keys(lcd, pressed);
		usleep(10000);
	}
	close(accept(listener, NULL, NULL));
	close(accept(listener, NULL, NULL));
	fd = take_call(lcd, 100);
	keys(lcd, pressed);
	hear(fd, text, sizeof(text));
	assert_string_equal(text, "hello\n");
	lcd_close(lcd);
	close(fd);
	close(first);
	close(second);
}

#define LCDD "/usr/sbin/LCDd"

/* Debian's LCDd with its text driver, which prints what it shows. */
static pid_t start_lcdd(const char *dir, unsigned int port)
{
	char conf[96], out[96];
	FILE *f;
	pid_t pid;

	snprintf(conf, sizeof(conf), "%s/conf", dir);
	snprintf(out, sizeof(out), "%s/out", dir);
	f = fopen(conf, "w");
	assert_non_null(f);
	fprintf(f, "[server]\nDriverPath=/usr/lib/%s-linux-gnu/lcdproc/\nDriver=text\n"
		"Bind=127.0.0.1\nPort=%u\nReportToSyslog=no\nUser=root\nForeground=yes\n"
		"ServerScreen=no\n[text]\nSize=20x2\n", MACHINE, port);
	assert_int_equal(fclose(f), 0);
	pid = fork();
	if (!pid) {
		if (!freopen(out, "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(1);
		execl(LCDD, LCDD, "-f", "-c", conf, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static bool displayed(const char *dir, const char *line)
{
	static char text[1 << 18];
	char out[96];
	size_t n;
	FILE *f;

	snprintf(out, sizeof(out), "%s/out", dir);
	f = fopen(out, "r");
	if (!f)
		return false;
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return strstr(text, line);
}

static void test_lcdd(void **state)
{
	struct panel_lines lines = { { "COPY START?         ", "(DISC to DISC)      " } };
	char dir[] = "/tmp/discmux-lcd.XXXXXX", to[32], pressed[32], command[64];
	unsigned int port;
	struct lcd *lcd;
	uint64_t ms = 1;
	pid_t pid;
	bool more;
	int i;

	(void)state;
	if (access(LCDD, X_OK) || geteuid())
		skip();		/* lcdproc is not installed; it wants to be root */
	assert_non_null(mkdtemp(dir));
	port = (unsigned int)atoi(strchr(where, ':') + 1) ^ 1;
	pid = start_lcdd(dir, port);
	snprintf(to, sizeof(to), "127.0.0.1:%u", port);
	assert_int_equal(lcd_open(to, &lcd), 0);
	for (i = 0; i < 300 && !displayed(dir, "|(DISC to DISC)      |"); i++) {
		more = true;
		while (more)
			lcd_handle(lcd, ms, &more);
		lcd_show(lcd, &lines);
		usleep(50000);
		ms += 500;
	}
	assert_true(displayed(dir, "|COPY START?         |"));
	assert_true(displayed(dir, "|(DISC to DISC)      |"));
	keys(lcd, pressed);
	assert_string_equal(pressed, "");
	lcd_close(lcd);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_session, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_noise, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_slow_resolver, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_far, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lcdd, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
