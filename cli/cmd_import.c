/* SPDX-License-Identifier: MIT */
/* inspmort import: a JSON crash file becomes a crash file. */
#include <inttypes.h>
#include <stdio.h>

#include "args.h"
#include "commands.h"
#include "import.h"
#include "output.h"
#include "progress.h"

static const char help[] =
	"inspmort import - a JSON crash becomes a crash file: small, indexed, ready for show and "
	"serve\n"
	"\n"
	"  inspmort import -o crash.inspmort crash.1700000000.4711.json\n"
	"  inspmort convert FILE > crash.json && inspmort import -o copy.inspmort crash.json\n"
	"\n"
	"Usage: inspmort import -o OUT FILE.json\n"
	"\n"
	"Options:\n"
	"  -o, --output OUT   write there; it appears only when it is complete. '-' is stdout\n"
	"\n"
	"FILE.json is a crash of inspector-postmortem, or what 'inspmort convert' writes, of any\n"
	"size. Objects that inspector-postmortem saved many times become one where it is certain\n"
	"that they are.\n";

static enum ipm_errc import_into(const char *path, const char *out,
				 struct ipm_import_result *result, struct ipm_error *err)
{
	struct ipm_import_options opts = {.progress = progress_on_terminal()};
	struct cli_output output;
	enum ipm_errc rc;

	rc = cli_output_begin(out, true, &output, err);
	if (rc)
		return rc;
	rc = ipm_import(path, &opts, ipm_fd_sink(output.fd), result, err);
	progress_clear();
	return cli_output_end(&output, rc, err);
}

int cmd_import(int argc, char **argv)
{
	const char *out = NULL;
	const struct cli_option options[] = {
		{"output", 'o', NULL, &out},
		{NULL, 0, NULL, NULL},
	};
	struct ipm_import_result result;
	struct ipm_error err;
	int code;

	code = cli_parse_one(argc, argv, options, help, "FILE.json");
	if (code >= 0)
		return code;
	if (!out)
		return cli_usage("import", "-o OUT is missing");
	if (import_into(argv[1], out, &result, &err))
		return cli_fail_file(argv[1], &err);
	fprintf(stderr,
		"inspmort: wrote %s: %" PRIu64 " objects from %" PRIu64 " ids, %" PRIu64
		" scripts\n",
		cli_output_name(out), result.objects, result.ids, result.scripts);
	return IPM_EXIT_OK;
}
