/* SPDX-License-Identifier: MIT */
/* inspmort diff: two crashes side by side. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "diff.h"
#include "io.h"
#include "open_crash.h"

static const char help[] =
	"inspmort diff - what differs between two crashes: versions, frames, variables\n"
	"\n"
	"  inspmort diff yesterday.inspmort today.inspmort\n"
	"  inspmort diff --depth 5 A B                       look deeper into the variables\n"
	"  inspmort diff --exit-code A B || echo not the same\n"
	"\n"
	"Usage: inspmort diff [OPTIONS] A B\n"
	"\n"
	"Options:\n"
	"  --depth N     references followed from a variable (3, at most 16)\n"
	"  --limit N     differences shown in a frame (50); 0: all\n"
	"  --full        variables of Node's own frames, too\n"
	"  --exit-code   exit with 1 if there are differences\n"
	"\n"
	"Lines with - are of A, with + of B. Time and process id are no difference. Best of two\n"
	"crashes with one signature: 'inspmort list' shows it.\n";

/* Lines in the colours of a diff. */
struct painter {
	int fd;
	bool colour;
	struct ipm_buf line;
};

static enum ipm_errc paint(void *self, const void *data, size_t len, struct ipm_error *err)
{
	struct painter *p = self;
	struct ipm_buf *line = &p->line;
	const char *text = data;
	size_t i, start = 0;
	enum ipm_errc rc = IPM_OK;

	if (!p->colour)
		return ipm_write_all(p->fd, data, len, err);
	for (i = 0; i < len && !rc; i++) {
		if (text[i] != '\n')
			continue;
		ipm_buf_reset(line);
		ipm_buf_cstr(line, text[start] == '-'	? "\033[31m"
				   : text[start] == '+' ? "\033[32m"
							: "\033[1m");
		ipm_buf_append(line, text + start, i - start);
		ipm_buf_cstr(line, "\033[0m\n");
		rc = ipm_buf_status(line, err);
		if (!rc)
			rc = ipm_write_all(p->fd, line->data, line->len, err);
		start = i + 1;
	}
	return rc;
}

static int compare(struct ipm_reader *a, struct ipm_reader *b, const struct ipm_diff_options *opts,
		   bool exit_code)
{
	struct painter painter = {.fd = STDOUT_FILENO, .colour = cli_colour()};
	struct ipm_error err;
	uint64_t count = 0;
	enum ipm_errc rc;

	rc = ipm_diff(a, b, opts, (struct ipm_convert_sink){paint, &painter}, &count, &err);
	ipm_buf_deinit(&painter.line);
	if (rc)
		return cli_fail("%s", err.message);
	return exit_code && count ? IPM_EXIT_FAILED : IPM_EXIT_OK;
}

int cmd_diff(int argc, char **argv)
{
	struct ipm_diff_options opts = {.limit = 50};
	const char *depth = NULL, *limit = NULL;
	bool exit_code = false;
	const struct cli_option options[] = {
		{"depth", 0, NULL, &depth},    {"limit", 0, NULL, &limit},
		{"full", 0, &opts.full, NULL}, {"exit-code", 0, &exit_code, NULL},
		{NULL, 0, NULL, NULL},
	};
	struct ipm_reader *a, *b;
	uint64_t number;
	int count, code;

	code = cli_parse(argc, argv, options, help, &count);
	if (code >= 0)
		return code;
	if (count != 2)
		return cli_usage("diff", "expected two crash files");
	if (limit && !cli_number(limit, UINT64_MAX, &opts.limit))
		return cli_usage("diff", "not a number: %s", limit);
	if (depth) {
		if (!cli_number(depth, 16, &number) || !number)
			return cli_usage("diff", "not a number from 1 to 16: %s", depth);
		opts.depth = (unsigned)number;
	}
	code = open_crash(argv[1], &a, NULL);
	if (code >= 0)
		return code;
	code = open_crash(argv[2], &b, NULL);
	if (code >= 0) {
		ipm_reader_close(a);
		return code;
	}
	code = compare(a, b, &opts, exit_code);
	ipm_reader_close(a);
	ipm_reader_close(b);
	return code;
}
