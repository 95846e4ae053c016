/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "ipm_convert.h"
#include "new_file.h"

static const char help[] =
	"inspmort convert crash.inspmort > crash.json        everything as JSON\n"
	"inspmort convert --to markdown -o crash.md FILE     the report, for a ticket\n"
	"inspmort convert --to sentry FILE | jq .exception   an event as Sentry has them\n"
	"\n"
	"Usage: inspmort convert [--to FORMAT] [-o OUT] FILE\n"
	"\n"
	"  --to FORMAT      the format, json if not given (the list is below)\n"
	"  -o, --output OUT write there; it appears only when it is complete. '-' is stdout\n"
	"\n"
	"Formats:\n";

static void print_help(void)
{
	const struct ipm_convert_format *f;

	fputs(help, stdout);
	for (f = ipm_convert_formats; f->name; f++)
		printf("  %-15s%s\n", f->name, f->summary);
}

static void report_progress(void *self, uint64_t done, uint64_t total)
{
	(void)self;
	fprintf(stderr, "\rinspmort: %u %%", (unsigned)(total ? done * 100 / total : 0));
}

static enum ipm_errc to_fd(struct ipm_reader *reader, const struct ipm_convert_format *format,
			   int fd, struct ipm_error *err)
{
	struct ipm_convert_options opts = {.frame = -1};
	enum ipm_errc rc;

	if (isatty(STDERR_FILENO) && !isatty(fd))
		opts.progress = report_progress;
	rc = ipm_convert(reader, format, &opts, ipm_convert_fd_sink(fd), err);
	if (opts.progress)
		fputs("\r\033[K", stderr);
	return rc;
}

/* Beside its place first, so that a failure leaves what was there. */
static enum ipm_errc to_path(struct ipm_reader *reader, const struct ipm_convert_format *format,
			     const char *path, struct ipm_error *err)
{
	struct ipm_new_file file;
	enum ipm_errc rc = cli_new_file(path, &file, err);

	if (rc)
		return rc;
	rc = to_fd(reader, format, file.fd, err);
	if (!rc)
		rc = ipm_new_file_publish(&file, path, 1, err);
	cli_end_file(&file);
	return rc;
}

int cmd_convert(int argc, char **argv)
{
	const char *to = ipm_convert_formats[0].name, *output = "-";
	const struct cli_option options[] = {
		{"to", 't', NULL, &to}, {"output", 'o', NULL, &output}, {0}};
	const struct ipm_convert_format *format;
	struct ipm_reader *reader;
	struct ipm_error err;
	bool to_stdout;
	enum ipm_errc rc;
	int code;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help();
		return IPM_EXIT_OK;
	}
	code = cli_parse_one(argc, argv, options, help, "FILE");
	if (code >= 0)
		return code;
	format = ipm_convert_find(to);
	if (!format)
		return cli_usage(argv[0], "no such format: %s", to);
	if (ipm_reader_open(argv[1], NULL, &reader, &err) != IPM_OK)
		return cli_fail_file(argv[1], &err);
	to_stdout = !strcmp(output, "-");
	rc = to_stdout ? to_fd(reader, format, STDOUT_FILENO, &err)
		       : to_path(reader, format, output, &err);
	ipm_reader_close(reader);
	return rc ? cli_fail_file(to_stdout ? argv[1] : output, &err) : IPM_EXIT_OK;
}
