// SPDX-License-Identifier: GPL-2.0
/* The cable to the virtual library's label printer (MC-8x00, 1.4). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "changer_rig.h"
#include "printer_port.h"

#define BUSY	0x04
#define FINISH	0x08

struct place {
	struct rig *r;
	struct printer_port *port;
	char dir[64], path[128], label[128];
	char err[256];
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	strcpy(p->dir, "/tmp/port-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/changer.port", p->dir);
	snprintf(p->label, sizeof(p->label), "%s/d1.label", p->dir);
	p->r = rig_make();
	assert_int_equal(printer_port_open(p->path, p->dir, p->r->dev, &p->port, p->err,
					   sizeof(p->err)), 0);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	printer_port_close(p->port);
	assert_int_not_equal(access(p->path, F_OK), 0);
	unlink(p->label);
	assert_int_equal(rmdir(p->dir), 0);
	rig_free(p->r);
	free(p);
	return 0;
}

/* Sends len bytes of a pattern through the port. */
static int send_label(struct place *p, size_t len)
{
	char name[] = "/tmp/port-data-XXXXXX";
	int fd = mkstemp(name), ret;
	size_t i;

	assert_true(fd >= 0);
	unlink(name);
	for (i = 0; i < len; i++) {
		const char byte = (char)(i * 31 >> 3);

		assert_int_equal(write(fd, &byte, 1), 1);
	}
	lseek(fd, 0, SEEK_SET);
	ret = printer_port_send(p->path, fd, p->err, sizeof(p->err));
	close(fd);
	return ret;
}

static void label_is(struct place *p, size_t len)
{
	char *data = malloc(len + 1);
	FILE *f = fopen(p->label, "r");
	size_t i;

	assert_non_null(data);
	assert_non_null(f);
	assert_int_equal(fread(data, 1, len + 1, f), len);
	for (i = 0; i < len; i++)
		assert_int_equal(data[i], (char)(i * 31 >> 3));
	fclose(f);
	free(data);
}

static uint8_t flags(struct place *p)
{
	return rig_element(p->r, PRINTER)[16];
}

/* The four steps of 1.4 */
static void s1_4_a_label_is_printed(void **state)
{
	struct place *p = *state;

	assert_int_equal(rig_move(p->r, 1, PRINTER), 0);
	assert_int_equal(send_label(p, 100000), 0);
	while (flags(p) & BUSY)
		usleep(1000);
	assert_int_equal(flags(p) & FINISH, FINISH);
	label_is(p, 100000);
	assert_int_equal(rig_move(p->r, PRINTER, 1), 0);
	assert_int_equal(flags(p) & FINISH, 0);
	rig_holds(p->r, 1, "d1", true);
}

static void s1_4_busy_while_data_come(void **state)
{
	struct place *p = *state;
	int fds[2];
	pid_t child;

	assert_int_equal(rig_move(p->r, 1, PRINTER), 0);
	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		close(fds[1]);
		_exit(printer_port_send(p->path, fds[0], p->err, sizeof(p->err)) ? 1 : 0);
	}
	close(fds[0]);
	usleep(20000);
	assert_int_equal(flags(p) & BUSY, 0);	/* a cable alone prints nothing */
	assert_int_equal(write(fds[1], "x", 1), 1);
	while (!(flags(p) & BUSY))
		usleep(1000);
	/* the arm leaves it alone */
	assert_int_equal(rig_element(p->r, PRINTER)[2] & 0x08, 0);
	assert_int_equal(rig_move(p->r, PRINTER, 1), SENSE(2, 0x81, 0xc0));
	close(fds[1]);
	while (flags(p) & BUSY)
		usleep(1000);
	assert_int_equal(flags(p) & FINISH, FINISH);
}

static void s3_13_data_without_a_disc(void **state)
{
	struct place *p = *state;

	assert_int_equal(send_label(p, 1000), -EPIPE);
	assert_non_null(strstr(p->err, "takes no data"));
	assert_int_equal(rig_element(p->r, PRINTER)[4], 0x81);
	assert_int_equal(rig_element(p->r, PRINTER)[5], 0xff);
	assert_int_not_equal(access(p->label, F_OK), 0);
}

static void s3_11_7_ink_that_runs_out_does_not_stop_a_label(void **state)
{
	struct place *p = *state;

	assert_int_equal(rig_move(p->r, 1, PRINTER), 0);
	assert_int_equal(sim_changer_ink(p->r->dev, SIM_INK_MAGENTA, 0, p->err, sizeof(p->err)), 0);
	assert_int_equal(send_label(p, 5000), 0);
	while (flags(p) & BUSY)
		usleep(1000);
	assert_int_equal(flags(p), 0x20 | FINISH | 0x01);
	assert_int_equal(rig_element(p->r, PRINTER)[5], 0x22);
	assert_int_equal(rig_ready(p->r), 0);
	label_is(p, 5000);
	assert_int_equal(rig_move(p->r, PRINTER, 1), 0);
	/* no ink, no label: until there is a new cartridge, which the bits don't notice */
	assert_int_equal(rig_move(p->r, 1, PRINTER), SENSE(4, 0x81, 0x22));
	assert_int_equal(sim_changer_ink(p->r->dev, 0, SIM_INK_MAGENTA, p->err, sizeof(p->err)), 0);
	assert_int_equal(flags(p), 0x20);
	assert_int_equal(rig_move(p->r, 1, PRINTER), 0);
}

static void the_port_is_not_there(void **state)
{
	char err[256], path[200];
	struct printer_port *port;

	(void)state;
	assert_int_equal(printer_port_send("/nonexistent/port", 0, err, sizeof(err)), -ENOENT);
	assert_non_null(strstr(err, "/nonexistent/port"));
	assert_int_equal(printer_port_open("/nonexistent/port", "/", NULL, &port, err,
					   sizeof(err)), -ENOENT);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	assert_int_equal(printer_port_open(path, "/", NULL, &port, err, sizeof(err)),
			 -ENAMETOOLONG);
	assert_non_null(strstr(err, "shorter"));
}

#define WITH_PORT(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PORT(s1_4_a_label_is_printed),
		WITH_PORT(s1_4_busy_while_data_come),
		WITH_PORT(s3_13_data_without_a_disc),
		WITH_PORT(s3_11_7_ink_that_runs_out_does_not_stop_a_label),
		cmocka_unit_test(the_port_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
