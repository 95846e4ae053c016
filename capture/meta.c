/* SPDX-License-Identifier: MIT */
/* Who died: the first record of a file. */
#include "clock.h"
#include "engine.h"

#include <string.h>
#include <unistd.h>

#define MAX_ARGUMENTS 256

static void fill_text(struct ipm_str *field, const struct ipm_value *v)
{
	if (!field->len && v->type == IPM_VALUE_STRING)
		*field = v->string.str;
}

/* "--password=x" hides x; "--token" hides what comes next. */
static struct ipm_str clean_argument(struct run *run, struct ipm_str arg, struct ipm_str before)
{
	struct ipm_str name = arg;
	bool secret;
	size_t i;

	if (!run->redaction.on)
		return arg;
	secret = redact_text(arg);
	if (!secret && arg.len > 2 && arg.data[0] == '-') {
		for (i = 0; i < arg.len && arg.data[i] != '='; i++)
			name.len = i + 1;
		secret = i < arg.len && redact_name(name);
	} else if (!secret && before.len > 1 && before.data[0] == '-') {
		secret = redact_name(before);
	}
	if (!secret)
		return arg;
	redaction_learn(&run->redaction, arg);
	run->redaction.count++;
	run->omitted[IPM_REASON_REDACTED]++;
	return IPM_STR("[redacted]");
}

static enum ipm_errc fill_argv(struct run *run, struct walker_text *text, struct ipm_meta *meta,
			       struct ipm_error *err)
{
	struct ipm_str *argv = pool_alloc(&run->paused_pool, MAX_ARGUMENTS, sizeof(*argv));
	struct ipm_str before = {0};
	size_t n = 0;
	struct ipm_value v;
	enum ipm_errc rc;

	if (!argv)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	while (n < MAX_ARGUMENTS && !walker_text_take(text, ']')) {
		rc = walker_text_value(text, &v, err);
		if (rc)
			return rc;
		if (v.type != IPM_VALUE_STRING)
			continue;
		argv[n++] = clean_argument(run, v.string.str, before);
		before = v.string.str;
	}
	if (!meta->argc) {
		meta->argv = argv;
		meta->argc = n;
	}
	if (!meta->program.len && n > 1)
		meta->program = argv[1];
	return IPM_OK;
}

/* Asks the process about itself; what it does not tell stays empty. */
static enum ipm_errc ask(struct run *run, struct ipm_buf *answer, struct ipm_meta *meta,
			 struct ipm_error *err)
{
	struct ipm_str *const fields[] = {&meta->node_version, &meta->v8_version, &meta->arch,
					  &meta->platform};
	struct walker_text text;
	struct ipm_value v;
	enum ipm_errc rc;
	size_t i;

	walker_begin(&run->walker, "function(p){return this.about(p)}");
	target_argument_object(&run->target, ipm_buf_as_str(&run->walker.process));
	rc = walker_end(&run->walker, answer, err);
	if (!rc)
		rc = run_open_text(run, answer, &run->paused_pool, &text, err);
	for (i = 0; !rc && i < sizeof(fields) / sizeof(*fields); i++) {
		rc = walker_text_value(&text, &v, err);
		if (!rc)
			fill_text(fields[i], &v);
	}
	if (!rc)
		rc = walker_text_value(&text, &v, err);
	if (!rc && v.type == IPM_VALUE_INTEGER && v.integer > 0)
		meta->pid = (uint64_t)v.integer;
	if (!rc)
		rc = walker_text_value(&text, &v, err);
	if (!rc)
		fill_text(&meta->exec_path, &v);
	if (!rc)
		rc = walker_text_value(&text, &v, err);
	if (!rc)
		fill_text(&meta->cwd, &v);
	return rc ? rc : fill_argv(run, &text, meta, err);
}

enum ipm_errc run_write_meta(struct run *run, struct ipm_error *err)
{
	struct ipm_meta meta = run->capture->opts.meta;
	struct ipm_buf answer = IPM_BUF_INIT;
	struct ipm_error ignored;
	char hostname[256] = "";
	enum ipm_errc rc;

	if (run->walker.handle.len && run->walker.process.len &&
	    !ask(run, &answer, &meta, &ignored) && !meta.runtime.len && run->walker.pristine)
		meta.runtime = IPM_STR("node");
	meta.tool = IPM_STR("inspmort " IPM_VERSION);
	if (!meta.time_ns)
		meta.time_ns = ipm_realtime_ns();
	if (!meta.context_name.len)
		meta.context_name = run->capture->context_name;
	if (!meta.hostname.len && !gethostname(hostname, sizeof(hostname) - 1))
		meta.hostname = (struct ipm_str){hostname, strlen(hostname)};
	rc = ipm_writer_meta(run->writer, &meta, err);
	ipm_buf_deinit(&answer);
	return rc;
}
