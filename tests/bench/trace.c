// SPDX-License-Identifier: GPL-2.0
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACING	"/sys/kernel/debug/tracing/"

void trace_start(unsigned int kib)
{
	char text[32];

	snprintf(text, sizeof(text), "%u", kib);
	put_file(TRACING "tracing_on", "0");
	put_file(TRACING "buffer_size_kb", text);
	put_file(TRACING "trace_clock", "mono");
	put_file(TRACING "events/scsi/scsi_dispatch_cmd_start/enable", "1");
	put_file(TRACING "events/scsi/scsi_dispatch_cmd_done/enable", "1");
	put_file(TRACING "trace", "");
	put_file(TRACING "tracing_on", "1");
}

void trace_stop(void)
{
	put_file(TRACING "tracing_on", "0");
	put_file(TRACING "events/scsi/enable", "0");
}

/* "  name-pid  [000] .... 12.345678: scsi_dispatch_cmd_done: host_no=3 ... cmnd=(WRITE_10 ..." */
static bool parse(const char *line, uint32_t *host, bool *done, uint64_t *ns)
{
	const char *event = strstr(line, ": scsi_dispatch_cmd_"), *at = event, *no;
	unsigned long long sec, usec;

	if (!event || !strstr(event, "WRITE_10"))
		return false;
	while (at > line && at[-1] != ' ')
		at--;
	no = strstr(event, "host_no=");
	if (!no || sscanf(at, "%llu.%llu", &sec, &usec) != 2)
		return false;
	*host = (uint32_t)strtoul(no + 8, NULL, 10);
	*done = !strncmp(event + 20, "done", 4);
	*ns = sec * 1000000000u + usec * 1000u;
	return true;
}

void trace_each(const struct rig *rig,
		void (*fn)(void *ctx, unsigned int recorder, bool done, uint64_t ns), void *ctx)
{
	FILE *f = fopen(TRACING "trace", "re");
	uint32_t host = 0;
	uint64_t ns = 0;
	char line[512];
	unsigned int i;
	bool done;

	if (!f)
		die(TRACING "trace");
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '#' || !parse(line, &host, &done, &ns))
			continue;
		for (i = 0; i < rig->nr && rig->host[i] != host; i++)
			;
		if (i < rig->nr)
			fn(ctx, i, done, ns);
	}
	fclose(f);
}
