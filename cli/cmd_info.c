/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "crash_dir.h"
#include "open_crash.h"
#include "safe_text.h"

static const char help[] =
	"inspmort info - one crash in a few lines: what, where, when, what was left out\n"
	"\n"
	"  inspmort info crash.inspmort                          what is in the file\n"
	"  inspmort info --json crash.inspmort | jq .signature   the same for programs\n"
	"\n"
	"Usage: inspmort info [--json] FILE\n"
	"\n"
	"Options:\n"
	"  --json   one object on one line\n"
	"\n" OPEN_CRASH_HELP;

static void line(struct ipm_buf *out, const char *name, struct ipm_str value)
{
	if (!value.len)
		return;
	ipm_buf_printf(out, "%-12s", name);
	ipm_put_safe(out, value, false);
	ipm_buf_byte(out, '\n');
}

static void put_arguments(const struct ipm_meta *meta, struct ipm_buf *out)
{
	size_t i;

	if (!meta->argc)
		return;
	ipm_buf_printf(out, "%-12s", "command");
	for (i = 0; i < meta->argc; i++) {
		if (i)
			ipm_buf_byte(out, ' ');
		ipm_put_safe(out, meta->argv[i], false);
	}
	ipm_buf_byte(out, '\n');
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void put_omitted(const struct ipm_crash_summary *s, struct ipm_buf *out)
{
	bool some = false;
	int i;

	for (i = IPM_REASON_NONE + 1; i < IPM_REASON_COUNT; i++) {
		if (!s->omitted[i])
			continue;
		ipm_buf_printf(out, "%s%s %" PRIu64, some ? ", " : "omitted     ",
			       ipm_reason_name((enum ipm_reason)i), s->omitted[i]);
		some = true;
	}
	ipm_buf_cstr(out, some ? "\n" : "omitted     nothing\n");
	if (s->stopped_by)
		ipm_buf_printf(out, "stopped by  %s\n", ipm_reason_name(s->stopped_by));
	ipm_buf_printf(out, "redacted    %" PRIu64 "\n", s->redacted);
}

static void put_text(struct ipm_reader *reader, struct ipm_str path,
		     const struct ipm_crash_summary *s, struct ipm_buf *out)
{
	const struct ipm_file_info *info = ipm_reader_info(reader);
	const struct ipm_meta *meta = ipm_reader_meta(reader);

	line(out, "error", s->error);
	line(out, "at", s->top_frame);
	line(out, "reason", s->reason);
	line(out, "thread", s->thread);
	line(out, "signature", (struct ipm_str){s->signature, strlen(s->signature)});
	ipm_buf_printf(out, "time        %s\n", s->time);
	line(out, "program", s->program);
	put_arguments(meta, out);
	line(out, "directory", meta->cwd);
	if (s->pid)
		ipm_buf_printf(out, "pid         %" PRIu64 "\n", s->pid);
	line(out, "host", meta->hostname);
	line(out, "node", s->node);
	line(out, "v8", meta->v8_version);
	line(out, "platform", meta->platform);
	line(out, "arch", meta->arch);
	line(out, "written by", meta->tool);
	line(out, "channel", meta->channel);
	line(out, "file", path);
	ipm_buf_printf(out, "status      %s\n", s->status);
	ipm_buf_printf(out,
		       "contents    %" PRIu64 " object%s, %" PRIu64 " frame%s, %" PRIu64
		       " script%s, %" PRIu64 " pause%s\n",
		       s->objects, plural(s->objects), s->frames, plural(s->frames), s->scripts,
		       plural(s->scripts), s->pauses, plural(s->pauses));
	ipm_buf_cstr(out, "size        ");
	put_size(out, s->bytes);
	ipm_buf_printf(out, " (%" PRIu64 " bytes), %" PRIu64 " block%s, format %u.%u\n", s->bytes,
		       info->blocks, plural(info->blocks), info->major, info->minor);
	if (s->capture_ns)
		ipm_buf_printf(out, "captured in %" PRIu64 " ms\n", s->capture_ns / 1000000);
	put_omitted(s, out);
}

int cmd_info(int argc, char **argv)
{
	bool json = false;
	const struct cli_option options[] = {{"json", 0, &json, NULL}, {0}};
	struct ipm_buf out = IPM_BUF_INIT, path = IPM_BUF_INIT;
	struct ipm_crash_summary summary;
	struct ipm_reader *reader;
	struct ipm_error err;
	enum ipm_errc rc;
	int code = cli_parse_one(argc, argv, options, help, "FILE");

	if (code >= 0)
		return code;
	code = open_crash(argv[1], &reader, &path);
	if (code >= 0)
		return code;
	rc = ipm_crash_summary_read(reader, &summary, &err);
	if (!rc) {
		if (json) {
			ipm_crash_summary_json(&summary, ipm_reader_meta(reader), &out);
			ipm_buf_byte(&out, '\n');
		} else {
			put_text(reader, ipm_buf_as_str(&path), &summary, &out);
		}
		ipm_crash_summary_deinit(&summary);
		rc = cli_print(&out, &err);
	}
	ipm_buf_deinit(&out);
	ipm_buf_deinit(&path);
	ipm_reader_close(reader);
	return rc ? cli_fail_file(argv[1], &err) : IPM_EXIT_OK;
}
