// SPDX-License-Identifier: GPL-2.0
/*
 * discmux record: what a device is asked and what it answers, in a file.  First a fixed set of
 * questions that change nothing, then what a command of discmux sends to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "drive_name.h"
#include "observe.h"
#include "output.h"
#include "record.h"

enum {
	OPT_DATA = CLI_OPT_OWN,
	OPT_TITLES,
	OPT_SERIALS,
};

#define SILENCE_MAX	3	/* commands in a row that get no answer: it hangs */
#define MEMBERS_MAX	256

/* ---- Questions ------------------------------------------------------------- */

struct asking {
	struct cli *cli;
	struct record *record;
	unsigned int silent;		/* commands in a row without an answer */
};

static int send_question(void *context, struct recording_exchange *x)
{
	struct asking *a = context;
	uint32_t member = a->record->member->member;
	struct discmux_result result = { 0 };
	int ret;

	ret = discmux_exec(a->cli->dm, &member, 1, x->cdb, x->cdb_len, (enum discmux_dir)x->dir,
			   x->length ? x->data : NULL, x->length, 0, &result);
	/* The driver refused to send it: the device has not answered */
	if (ret == -EPERM) {
		x->loss = RECORDING_FAILED;
		return 0;
	}
	if (ret < 0)
		return ret;
	record_result(&result, x);
	if (x->dir && result.resid < x->length)
		x->data_len = x->length - result.resid;
	record_exchange(a->record, x);
	a->silent = x->loss == RECORDING_TIMEOUT ? a->silent + 1 : 0;
	if (x->loss == RECORDING_GONE)
		return -ENODEV;
	return a->silent == SILENCE_MAX ? -ETIMEDOUT : 0;
}

/* The member is ours meanwhile: another program would take its unit attentions. */
static int ask(struct cli *cli, struct record *record, uint32_t max_data, const char *name)
{
	struct asking asking = { .cli = cli, .record = record };
	const struct recording_asker asker = {
		.send = send_question, .context = &asking, .max_data = max_data,
	};
	uint32_t member = record->member->member;
	int ret;

	if (discmux_claim(cli->dm, &member, 1, NULL) < 0)
		return cli_error("%s", discmux_error(cli->dm));
	ret = recording_ask(&asker, record->blank.type);
	discmux_release(cli->dm, &member, 1);
	switch (ret) {
	case 0:
		return CLI_OK;
	case -ETIMEDOUT:
		return cli_error("%s does not answer any more: %s holds what it said before", name,
				 record->path);
	case -ENODEV:
		return cli_error("%s has gone: %s holds what it said before", name, record->path);
	case -ENOMEM:
		return cli_error("out of memory");
	default:
		return cli_error("%s", discmux_error(cli->dm));
	}
}

/* ---- A command of discmux ------------------------------------------------------ */

static int check_command(char **argv)
{
	const struct cli_subcommand *command = argv[0] ? cli_find(argv[0]) : NULL;

	if (!argv[0])
		return CLI_OK;
	if (!command)
		return cli_usage_error("record", "there is no command %s", argv[0]);
	return command->run == cmd_record ?
		cli_usage_error("record", "record can't be recorded") : CLI_OK;
}

static int run_command(const struct cli *cli, struct record *record, char **argv)
{
	const struct cli_subcommand *command = cli_find(argv[0]);
	struct cli own = { .mux = cli->mux, .mux_given = cli->mux_given, .reads = command->reads };
	char title[256] = "discmux";
	int argc, status;

	for (argc = 0; argv[argc]; argc++) {
		size_t len = strlen(title);

		snprintf(title + len, sizeof(title) - len, " %s", argv[argc]);
	}
	recording_print_part(record->file, title);
	dm_observe(record_observe, record);
	optind = 0;
	status = command->run(&own, argc, argv);
	dm_observe(NULL, NULL);
	discmux_close(own.dm);
	return status;
}

/* ---- The file -------------------------------------------------------------------- */

static int find_member(struct cli *cli, const char *text, struct discmux_member *member,
		       char *name)
{
	int status;

	if (strcmp(text, "changer"))
		return drive_name_find(cli, text, member, name);
	status = cli_open(cli, DISCMUX_OPEN_WRITE);
	if (status)
		return status;
	snprintf(name, 32, "changer");
	switch (discmux_member_by_unit(cli->dm, DISCMUX_ROLE_CHANGER, 0, member)) {
	case 0:
		return CLI_OK;
	case -ENOENT:
		return cli_error("this mux has no changer: discmux status lists its members");
	default:
		return cli_error("%s", discmux_error(cli->dm));
	}
}

/* Serial numbers of all members, in their order: a library names its drives, and recordings of
 * several members are to agree. */
static int know_serials(struct cli *cli, struct recording_blanker *blank)
{
	struct discmux_member *members = calloc(MEMBERS_MAX, sizeof(*members));
	int count = members ? discmux_members(cli->dm, members, MEMBERS_MAX) : -ENOMEM;
	int ret = count < 0 ? count : 0;

	for (int i = 0; !ret && i < count && i < MEMBERS_MAX; i++)
		ret = recording_blanker_serial(blank, members[i].serial,
					       sizeof(members[i].serial));
	free(members);
	return ret == -ENOMEM ? cli_error("out of memory") :
	       ret ? cli_error("%s", discmux_error(cli->dm)) : CLI_OK;
}

static void print_head(const struct record *record, const char *name)
{
	const struct discmux_member *m = record->member;
	char vendor[9], product[17], revision[9], made[32] = "", text[512];
	struct utsname system = { 0 };
	time_t now = time(NULL);
	struct tm utc;

	if (gmtime_r(&now, &utc))
		strftime(made, sizeof(made), "%Y-%m-%dT%H:%M:%SZ", &utc);
	uname(&system);
	snprintf(text, sizeof(text), "%s: %s %s, firmware %s\n"
		 "Made %s by discmux %s on %s %s.  See discmux-recording(5).", name,
		 discmux_text(m->vendor, sizeof(m->vendor), vendor, sizeof(vendor)),
		 discmux_text(m->product, sizeof(m->product), product, sizeof(product)),
		 discmux_text(m->revision, sizeof(m->revision), revision, sizeof(revision)), made,
		 discmux_version(), system.sysname, system.release);
	recording_print_head(record->file, record->blank.type, record->blank.what, text);
}

/* Never over a file that is there: it may be the only one of a drive's fault */
static int open_file(struct record *record)
{
	int fd;

	if (!strcmp(record->path, "-")) {
		record->file = stdout;
		return CLI_OK;
	}
	fd = open(record->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	record->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (record->file)
		return CLI_OK;
	if (errno == EEXIST)
		return cli_error("%s is there already: give another name", record->path);
	return cli_error("%s: %s", record->path, strerror(errno));
}

static int close_file(struct record *record)
{
	if (ferror(record->file) && !record->error)
		record->error = EIO;
	if (record->file != stdout && fclose(record->file) && !record->error)
		record->error = errno;
	return record->error ?
		cli_error("%s: %s: the recording is not whole", record->path,
			  strerror(record->error)) : CLI_OK;
}

static json_t *blanked_json(unsigned int what)
{
	json_t *list = json_array();

	if (what & RECORDING_BLANKED_DATA)
		json_array_append_new(list, json_string("data"));
	if (what & RECORDING_BLANKED_TITLES)
		json_array_append_new(list, json_string("titles"));
	if (what & RECORDING_BLANKED_SERIALS)
		json_array_append_new(list, json_string("serials"));
	return list;
}

/* Not on standard output where the recording is, or a command has written */
static int summary(const struct cli *cli, const struct record *record, const char *name,
		   bool stdout_used)
{
	unsigned int what = record->blank.what;

	if (cli->json && !stdout_used)
		return json_print(json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:b}", "member", name,
					    "file", record->path, "commands",
					    (json_int_t)record->commands, "refused",
					    (json_int_t)record->refused, "unanswered",
					    (json_int_t)record->lost, "blanked", blanked_json(what),
					    "full", record->full), false, stdout);
	fprintf(stdout_used ? stderr : stdout,
		"%s: %llu commands in %s, %llu refused, %llu without an answer; left out:%s%s%s%s%s\n",
		name, (unsigned long long)record->commands, record->path,
		(unsigned long long)record->refused, (unsigned long long)record->lost,
		what & RECORDING_BLANKED_DATA ? " data" : "",
		what & RECORDING_BLANKED_TITLES ? " titles" : "",
		what & RECORDING_BLANKED_SERIALS ? " serials" : "", what ? "" : " nothing",
		record->full ? "; the file is full" : "");
	return CLI_OK;
}

static int make_recording(struct cli *cli, struct record *record, const char *name, char **command)
{
	uint32_t max_data;
	struct stat st;
	int status, closed;

	if (fstat(discmux_fd(cli->dm), &st))
		return cli_error("/dev/discmux%d: %s", cli->mux, strerror(errno));
	record->device = st.st_rdev;
	status = drive_max_data(cli, record->member, &max_data);
	if (!status)
		status = know_serials(cli, &record->blank);
	if (!status)
		status = open_file(record);
	if (!record->file)
		return status;
	print_head(record, name);
	status = ask(cli, record, max_data, name);
	if (!status && command[0])
		status = run_command(cli, record, command);
	closed = close_file(record);
	if (!closed)
		summary(cli, record, name, command[0] || record->file == stdout);
	return status ? status : closed;
}

int cmd_record(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", no_argument, NULL, OPT_DATA },
		{ "titles", no_argument, NULL, OPT_TITLES },
		{ "serials", no_argument, NULL, OPT_SERIALS },
		CLI_OPTIONS,
		{ 0 },
	};
	struct record record = {
		.blank.what = RECORDING_BLANKED_DATA | RECORDING_BLANKED_TITLES |
			      RECORDING_BLANKED_SERIALS,
	};
	struct discmux_member member;
	char name[32];
	int status, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_DATA)
			record.blank.what &= ~RECORDING_BLANKED_DATA;
		else if (c == OPT_TITLES)
			record.blank.what &= ~RECORDING_BLANKED_TITLES;
		else if (c == OPT_SERIALS)
			record.blank.what &= ~RECORDING_BLANKED_SERIALS;
		else if (!cli_option(cli, argv, c, &status))
			return status;
	}
	if (argc - optind < 2)
		return cli_usage_error("record", "a member and a file are wanted: "
				       "discmux record recorder:0 drive.rec");
	argv += optind;
	status = check_command(argv + 2);
	if (!status)
		status = find_member(cli, argv[0], &member, name);
	if (status)
		return status;
	record.path = argv[1];
	record.member = &member;
	record.blank.type = member.role == DISCMUX_ROLE_CHANGER ? 8 : 5;
	pthread_mutex_init(&record.lock, NULL);
	status = make_recording(cli, &record, name, argv + 2);
	pthread_mutex_destroy(&record.lock);
	recording_blanker_free(&record.blank);
	return status;
}
