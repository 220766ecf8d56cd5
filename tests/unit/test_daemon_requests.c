// SPDX-License-Identifier: GPL-2.0
/* Requests that are refused before anything is asked or changed: one answer each, with
 * what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "outside.h"
#include "server_priv.h"

/* There is no core: a request that came to it would end the test. */
static json_t *ask(const char *line)
{
	struct server server = { .core = NULL };
	struct client client = { .fd = -1 };
	json_t *answer = server_request(&server, &client, line, strlen(line));

	assert_non_null(answer);
	assert_int_equal(json_integer_value(json_object_get(answer, "v")), 1);
	return answer;
}

static const char *error_of(const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));

	assert_true(json_is_false(json_object_get(answer, "ok")));
	assert_non_null(error);
	assert_null(strchr(error, '\n'));
	return error;
}

static void test_refused(void **state)
{
	static const char *const lines[][2] = {
		{ "", "one JSON object" },
		{ "yes", "one JSON object" },
		{ "{\"do\":\"status\"", "one JSON object" },
		{ "[\"status\"]", "one JSON object" },
		{ "{\"do\":\"status\",\"do\":\"jobs\"}", "one JSON object" },
		{ "{\"do\":\"status\",\"v\":2}", "speaks version 1" },
		{ "{\"do\":\"status\",\"v\":\"1\"}", "speaks version 1" },
		{ "{\"v\":1}", "no request without a name" },
		{ "{\"do\":7}", "no request without a name" },
		{ "{\"do\":\"dance\"}", "no request dance" },
		{ "{\"do\":\"start\"}", "\"job\"" },
		{ "{\"do\":\"start\",\"job\":1}", "\"job\"" },
		{ "{\"do\":\"start\",\"job\":{\"work\":\"dance\"}}", "\"work\"" },
		{ "{\"do\":\"start\",\"job\":{\"work\":\"copy\",\"source\":\"/etc/shadow\"}}", "only root" },
		{ "{\"do\":\"start\",\"job\":{\"work\":\"register\",\"source\":\"/swapfile\","
		  "\"image\":\"HDD1\"}}", "only root" },
		{ "{\"do\":\"begin\"}", "\"job\"" },
		{ "{\"do\":\"begin\",\"job\":{\"work\":\"dance\"}}", "\"work\"" },
		{ "{\"do\":\"begin\",\"job\":{\"work\":\"copy\"},\"recorders\":1}", "\"recorders\"" },
		{ "{\"do\":\"begin\",\"job\":{\"work\":\"copy\"},\"recorders\":[0]}", "\"recorders\"" },
		{ "{\"do\":\"begin\",\"job\":{\"work\":\"copy\"},\"recorders\":[{}]}", "\"recorders\"" },
		{ "{\"do\":\"begin\",\"job\":{\"work\":\"copy\"},\"recorders\":[{\"recorder\":32}]}",
		  "\"recorders\"" },
		{ "{\"do\":\"begin\",\"job\":{\"work\":\"copy\"},\"recorders\":[{\"recorder\":1},"
		  "{\"recorder\":1}]}", "\"recorders\"" },
		{ "{\"do\":\"begin\",\"job\":{\"work\":\"copy\"},\"recorders\":[{\"recorder\":1,"
		  "\"serial\":\"0123456789012345678901234567890123\"}]}", "\"recorders\"" },
		{ "{\"do\":\"resume\"}", "job 0 that was interrupted" },
		{ "{\"do\":\"resume\",\"job\":-1}", "job -1 that was interrupted" },
		{ "{\"do\":\"resume\",\"job\":1,\"recorders\":{}}", "\"recorders\"" },
		{ "{\"do\":\"disc\"}", "\"recorder\"" },
		{ "{\"do\":\"disc\",\"recorder\":-1}", "\"recorder\"" },
		{ "{\"do\":\"disc\",\"recorder\":0}", "\"state\"" },
		{ "{\"do\":\"disc\",\"recorder\":0,\"state\":\"writing\",\"disc\":\"shiny\"}", "\"disc\"" },
		{ "{\"do\":\"disc\",\"recorder\":0,\"state\":\"writing\",\"disc\":\"ruined\","
		  "\"sense\":\"3\"}", "\"sense\"" },
		{ "{\"do\":\"disc\",\"recorder\":0,\"state\":\"writing\",\"disc\":\"ruined\","
		  "\"lba\":4294967296}", "\"lba\"" },
		{ "{\"do\":\"disc\",\"recorder\":0,\"state\":\"writing\",\"disc\":\"ruined\"}",
		  "begun no job" },
		{ "{\"do\":\"progress\"}", "\"discs\"" },
		{ "{\"do\":\"progress\",\"discs\":[7]}", "number 0" },
		{ "{\"do\":\"progress\",\"discs\":[]}", "begun no job" },
		{ "{\"do\":\"end\"}", "\"state\"" },
		{ "{\"do\":\"end\",\"state\":\"running\"}", "\"state\"" },
		{ "{\"do\":\"end\",\"state\":\"done\"}", "begun no job" },
		{ "{\"do\":\"cancel\"}", "\"job\"" },
		{ "{\"do\":\"continue\",\"job\":\"1\"}", "\"job\"" },
		{ "{\"do\":\"key\",\"key\":\"maybe\"}", "yes or no" },
		{ "{\"do\":\"set\",\"item\":\"colour\",\"value\":1}", "\"item\"" },
		{ "{\"do\":\"set\",\"item\":\"quantity\",\"value\":-1}", "\"value\"" },
		{ "{\"do\":\"set\",\"item\":\"quantity\",\"value\":4294967297}", "\"value\"" },
		{ "{\"do\":\"set\",\"item\":\"quantity\",\"value\":true}", "\"value\"" },
		{ "{\"do\":\"auto-set\",\"on\":true}", "\"reader\"" },
		{ "{\"do\":\"auto-set\",\"on\":true,\"reader\":16}", "from 0 to 15" },
		{ "{\"do\":\"auto-set\",\"on\":true,\"library\":true}", "\"slots\"" },
		{ "{\"do\":\"auto-set\",\"on\":true,\"library\":true,\"slots\":\"5-2\"}", "\"slots\"" },
		{ "{\"do\":\"auto-set\",\"on\":false,\"reader\":0,\"quantity\":10000}", "from 0 to 9999" },
		{ "{\"do\":\"auto-set\",\"on\":false,\"reader\":0,\"again\":\"never\"}", "\"again\"" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		json_t *answer = ask(lines[i][0]);

		if (!strstr(error_of(answer), lines[i][1]))
			fail_msg("%s: %s", lines[i][0], error_of(answer));
		json_decref(answer);
	}
}

/* The id comes back whatever it is, and with a refusal, too. */
static void test_id(void **state)
{
	json_t *answer = ask("{\"do\":\"dance\",\"id\":[1,{\"a\":null}]}");
	const json_t *id = json_object_get(answer, "id");

	(void)state;
	error_of(answer);
	assert_int_equal(json_array_size(id), 2);
	assert_true(json_is_null(json_object_get(json_array_get(id, 1), "a")));
	json_decref(answer);
	answer = ask("{\"do\":\"dance\"}");
	assert_null(json_object_get(answer, "id"));
	json_decref(answer);
}

/* ---- On a socket ------------------------------------------------------ */

struct rig {
	char dir[32], path[64];
	struct server *server;
};

static void rig_open(struct rig *rig)
{
	char err[256];

	strcpy(rig->dir, "/tmp/discmux.XXXXXX");
	assert_non_null(mkdtemp(rig->dir));
	snprintf(rig->path, sizeof(rig->path), "%s/sock", rig->dir);
	if (server_open(NULL, NULL, NULL, rig->path, -1, getgid(), &rig->server, err, sizeof(err)))
		fail_msg("%s", err);
}

static void rig_close(struct rig *rig)
{
	server_close(rig->server);
	rmdir(rig->dir);
}

static int rig_connect(const struct rig *rig)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(addr.sun_path, rig->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

/* One round of the daemon's loop, as far as it is about the socket. */
static void rig_turn(struct rig *rig)
{
	struct pollfd fds[SERVER_CLIENTS + 1];
	size_t n = server_poll_fds(rig->server, fds);

	poll(fds, n, 0);
	server_handle(rig->server, fds, n, 0);
}

/* What has come, as a string. */
static char *rig_read(int fd)
{
	static char text[4096];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void test_overlong(void **state)
{
	static char line[CLIENT_IN];
	struct rig rig;
	size_t sent = 0;
	int fd;

	(void)state;
	rig_open(&rig);
	fd = rig_connect(&rig);
	rig_turn(&rig);
	memset(line, ' ', sizeof(line));
	while (sent < sizeof(line)) {
		ssize_t n = send(fd, line + sent, sizeof(line) - sent, MSG_DONTWAIT);

		if (n > 0)
			sent += (size_t)n;
		rig_turn(&rig);
	}
	assert_non_null(strstr(rig_read(fd), "at most 65536 bytes"));
	assert_int_equal(recv(fd, line, 1, 0), 0);	/* and it is closed */
	close(fd);
	rig_close(&rig);
}

static void test_too_many(void **state)
{
	int fd[SERVER_CLIENTS + 1];
	struct rig rig;
	size_t i;

	(void)state;
	rig_open(&rig);
	for (i = 0; i <= SERVER_CLIENTS; i++) {
		fd[i] = rig_connect(&rig);
		rig_turn(&rig);
	}
	assert_non_null(strstr(rig_read(fd[SERVER_CLIENTS]), "too many programs"));
	assert_int_equal(send(fd[0], "{}\n", 3, 0), 3);
	rig_turn(&rig);
	assert_non_null(strstr(rig_read(fd[0]), "no request without a name"));
	/* One that goes makes room */
	close(fd[1]);
	rig_turn(&rig);
	fd[1] = rig_connect(&rig);
	rig_turn(&rig);
	assert_int_equal(send(fd[1], "{}\n", 3, 0), 3);
	rig_turn(&rig);
	assert_non_null(strstr(rig_read(fd[1]), "no request without a name"));
	for (i = 0; i <= SERVER_CLIENTS; i++)
		close(fd[i]);
	rig_close(&rig);
}

/* Somebody who asks and never reads is let go before he costs memory. */
static void test_reads_nothing(void **state)
{
	static const char request[] = "{\"id\":\"0123456789012345678901234567890123456789\"}\n";
	struct rig rig;
	int fd, turns;

	(void)state;
	rig_open(&rig);
	fd = rig_connect(&rig);
	for (turns = 0; turns < 200000; turns++) {
		if (send(fd, request, sizeof(request) - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
		rig_turn(&rig);
	}
	assert_true(turns < 200000);
	close(fd);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_overlong),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_reads_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
