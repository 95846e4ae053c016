/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "ipm_convert.h"
#include "open_crash.h"
#include "output.h"
#include "progress.h"

static const char help[] =
	"inspmort convert - a crash in other tools' formats\n"
	"\n"
	"  inspmort convert crash.inspmort > crash.json        everything as JSON\n"
	"  inspmort convert --to markdown -o crash.md FILE     the report, for a ticket\n"
	"  inspmort convert --to sentry FILE | jq .exception   an event as Sentry has them\n"
	"\n"
	"Usage: inspmort convert [--to FORMAT] [-o OUT] FILE\n"
	"\n"
	"Options:\n"
	"  -t, --to FORMAT    the format, json if not given (the list is below)\n"
	"  -o, --output OUT   write there; it appears only when it is complete. '-' is stdout\n"
	"\n" OPEN_CRASH_HELP "Formats:\n";

static void print_help(void)
{
	const struct ipm_convert_format *f;

	fputs(help, stdout);
	for (f = ipm_convert_formats; f->name; f++)
		printf("  %-15s%s\n", f->name, f->summary);
}

static enum ipm_errc to_fd(struct ipm_reader *reader, const struct ipm_convert_format *format,
			   int fd, struct ipm_error *err)
{
	struct ipm_convert_options opts = {.frame = -1};
	enum ipm_errc rc;

	if (!isatty(fd))
		opts.progress = progress_on_terminal();
	rc = ipm_convert(reader, format, &opts, ipm_convert_fd_sink(fd), err);
	progress_clear();
	return rc;
}

static const char *format_name(const void *table, size_t i)
{
	return ((const struct ipm_convert_format *)table)[i].name;
}

static int no_format(const char *verb, const char *typed)
{
	const char *meant = suggest(typed, format_name, ipm_convert_formats);

	if (meant)
		return cli_usage(verb, "no such format: %s; did you mean '%s'?", typed, meant);
	return cli_usage(verb, "no such format: %s", typed);
}

int cmd_convert(int argc, char **argv)
{
	const char *to = ipm_convert_formats[0].name, *path = "-";
	const struct cli_option options[] = {
		{"to", 't', NULL, &to}, {"output", 'o', NULL, &path}, {0}};
	const struct ipm_convert_format *format;
	struct cli_output output;
	struct ipm_reader *reader;
	struct ipm_error err;
	bool to_stdout;
	enum ipm_errc rc;
	int code;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help();
		return cli_flush();
	}
	code = cli_parse_one(argc, argv, options, help, "FILE");
	if (code >= 0)
		return code;
	format = ipm_convert_find(to);
	if (!format)
		return no_format(argv[0], to);
	code = open_crash(argv[1], &reader, NULL);
	if (code >= 0)
		return code;
	to_stdout = !strcmp(path, "-");
	rc = cli_output_begin(path, false, &output, &err);
	if (!rc)
		rc = cli_output_end(&output, to_fd(reader, format, output.fd, &err), &err);
	ipm_reader_close(reader);
	return rc ? cli_fail_file(to_stdout ? argv[1] : path, &err) : IPM_EXIT_OK;
}
