/* SPDX-License-Identifier: MIT */
#include "import.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import_internal.h"
#include "mapping.h"

#define DROP_BYTES	 ((ptrdiff_t)8 << 20)
#define MAX_PIECE_TOKENS ((size_t)4 << 20)

enum ipm_errc import_bad(struct import *im, const char *at, const char *what)
{
	return ipm_fail_at(im->err, IPM_ERR_BAD_DATA, (uint64_t)(at - im->text.data),
			   "byte %" PRIu64 ": %s", (uint64_t)(at - im->text.data), what);
}

enum ipm_errc import_parse(struct import *im, struct ipm_json *json, struct ipm_str piece)
{
	enum ipm_errc rc = ipm_json_parse(json, piece, MAX_PIECE_TOKENS, im->err);

	return rc ? ipm_error_context(im->err, rc, "the value at byte %" PRIu64,
				      (uint64_t)(piece.data - im->text.data))
		  : IPM_OK;
}

void import_drop(struct import *im, const char *at)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (at - im->dropped < DROP_BYTES && im->dropped - at < DROP_BYTES)
		return;
	/* Also what was looked up elsewhere meanwhile: it comes back when it is needed. */
	madvise((void *)(uintptr_t)im->text.data, (im->text.len + page - 1) / page * page,
		MADV_DONTNEED);
	im->dropped = at;
	if (im->opts && im->opts->progress)
		im->opts->progress(im->opts->progress_self, im->written,
				   im->queued ? im->queued : 1);
}

static bool is(struct ipm_str str, const char *text)
{
	return strlen(text) == str.len && !memcmp(str.data, text, str.len);
}

static bool note_mention(void *self, const char *object, struct ipm_str id, bool is_scope)
{
	struct import *im = self;
	uint32_t handle;

	import_drop(im, object);
	if (import_ids_add(&im->ids, id, &handle, im->err))
		return false;
	/* Of all mentions the one in a list of scopes says most. */
	if (is_scope || import_ids_mention(&im->ids, handle) == UINT64_MAX)
		import_ids_set_mention(&im->ids, handle, (uint64_t)(object - im->text.data));
	return true;
}

/* Our own: "<prefix>1", "<prefix>2", … without a gap; ids with ":" belong to the one before. */
static void check_own(struct import *im, struct ipm_str id)
{
	uint64_t number = 0;
	size_t at = id.len, i;

	if (memchr(id.data, ':', id.len)) {
		im->own &= im->own_count > 0;
		return;
	}
	while (at && id.data[at - 1] >= '0' && id.data[at - 1] <= '9')
		at--;
	if (!im->own_count)
		im->own_prefix = (struct ipm_str){id.data, at};
	for (i = at; i < id.len && number < UINT32_MAX; i++)
		number = number * 10 + (uint64_t)(id.data[i] - '0');
	im->own = im->own && at && number == ++im->own_count && im->own_prefix.len == at &&
		  !memcmp(im->own_prefix.data, id.data, at) && at < 64;
}

/* All ids of RemoteObjects, in one pass. */
static enum ipm_errc gather_ids(struct import *im, struct json_cursor *c)
{
	struct ipm_str id, value;
	enum json_step step;
	uint32_t handle;

	if (!json_enter(c, '{'))
		return import_bad(im, c->at, "RemoteObjects is no object");
	im->objects.data = c->at - 1;
	while ((step = json_next_name(c, &id)) == JSON_ITEM) {
		const char *at = c->at;

		if (!json_walk_mentions(c, note_mention, im, &value))
			return import_bad(im, at, "an object that cannot be read");
		if (import_ids_add(&im->ids, id, &handle, im->err))
			return im->err->code;
		import_ids_set_listing(&im->ids, handle, (uint64_t)(value.data - im->text.data));
		check_own(im, id);
		import_drop(im, value.data);
	}
	im->objects.len = (size_t)(c->at - im->objects.data);
	return step == JSON_BAD ? import_bad(im, c->at, "the JSON ends in the middle") : IPM_OK;
}

static enum ipm_errc take_section(struct import *im, struct json_cursor *c, struct ipm_str name)
{
	const char *at = c->at;
	struct ipm_str value, *section = is(name, "Scripts")   ? &im->scripts
					 : is(name, "Report")  ? &im->report
					 : is(name, "Console") ? &im->console
					 : is(name, "Summary") ? &im->summary
							       : &value;

	if (is(name, "RemoteObjects") && !im->objects.len)
		return gather_ids(im, c);
	if (is(name, "Paused") && !im->paused.len) {
		if (!json_walk_mentions(c, note_mention, im, &im->paused))
			return import_bad(im, at, "Paused cannot be read");
		if (im->paused.data[0] != '[')
			return import_bad(im, at, "Paused is no array");
		return IPM_OK;
	}
	if (!json_skip_value(c, section))
		return import_bad(im, at, "the JSON ends in the middle");
	import_drop(im, c->at);
	return IPM_OK;
}

static enum ipm_errc find_sections(struct import *im)
{
	struct json_cursor c = json_over(im->text);
	struct ipm_str name;
	enum json_step step;
	enum ipm_errc rc = IPM_OK;

	if (!json_enter(&c, '{'))
		return import_bad(im, im->text.data, "not a JSON object");
	im->own = true;
	while (!rc && (step = json_next_name(&c, &name)) == JSON_ITEM)
		rc = take_section(im, &c, name);
	if (rc)
		return rc;
	if (step == JSON_BAD)
		return import_bad(im, c.at, "the JSON ends in the middle");
	if (!im->paused.len && !im->objects.len)
		return import_bad(im, im->text.data,
				  "no crash in it: neither Paused nor RemoteObjects");
	return IPM_OK;
}

/* Our own ids keep their numbers. */
static enum ipm_errc number_own(struct import *im)
{
	char text[96];
	uint32_t i, handle;
	enum ipm_errc rc = IPM_OK;

	for (i = 1; i <= im->own_count && !rc; i++) {
		int n = snprintf(text, sizeof(text), "%.*s%" PRIu32, (int)im->own_prefix.len,
				 im->own_prefix.data, i);

		handle = import_ids_find(&im->ids, (struct ipm_str){text, (size_t)n});
		if (handle == ID_NONE)
			return import_bad(im, im->objects.data, "ids that come twice");
		rc = import_enqueue(im, handle, QUEUE_OBJECT, import_ids_number(&im->ids, handle));
	}
	return rc;
}

/* Every listed id that has no number yet. */
static enum ipm_errc number_listed(struct import *im)
{
	struct json_cursor c = json_over(im->objects);
	struct ipm_str id, value;
	uint32_t handle, *number;
	enum ipm_errc rc = IPM_OK;

	if (!im->objects.len || !json_enter(&c, '{'))
		return IPM_OK;
	while (!rc && json_next_member(&c, &id, &value) == JSON_ITEM) {
		import_drop(im, value.data);
		handle = import_ids_find(&im->ids, id);
		if (handle == ID_NONE)
			continue;
		number = import_ids_number(&im->ids, handle);
		if (!*number && import_only_protocol(im, handle))
			*number = ID_VIRTUAL;
		if (!*number)
			rc = import_enqueue(im, handle, QUEUE_OBJECT, number);
	}
	return rc;
}

static enum ipm_errc write_objects(struct import *im)
{
	enum ipm_errc rc = IPM_OK;
	bool all = im->own;

	for (;;) {
		while (!rc && im->written < im->queued) {
			uint32_t handle = im->queue[im->written];

			rc = im->queue_kind[im->written] == QUEUE_BUFFER
				     ? import_buffer(im, im->written + 1, handle)
				     : import_object(im, im->written + 1, handle);
			im->written++;
		}
		if (rc || all)
			return rc;
		/* What no frame leads to is still in the file. */
		all = true;
		rc = number_listed(im);
	}
}

static enum ipm_errc run(struct import *im, struct ipm_sink sink)
{
	enum ipm_errc rc;

	im->global = im->script_scope = ID_NONE;
	im->dropped = im->text.data;
	rc = find_sections(im);
	if (!rc)
		rc = import_frame_scopes(im);
	if (!rc && im->own)
		rc = number_own(im);
	if (!rc)
		rc = ipm_writer_create(sink, NULL, &im->writer, im->err);
	if (!rc)
		rc = import_meta(im);
	if (!rc)
		rc = import_pauses(im);
	if (!rc)
		rc = import_scripts(im);
	if (!rc)
		rc = import_notes(im);
	if (!rc)
		rc = write_objects(im);
	if (!rc)
		rc = ipm_writer_finish(im->writer, &im->totals, im->err);
	return rc;
}

static enum ipm_errc map(struct import *im, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return ipm_fail_os(im->err, errno, "cannot look at it");
	if (!S_ISREG(st.st_mode))
		return ipm_fail(im->err, IPM_ERR_BAD_DATA, "not a regular file");
	if (!st.st_size)
		return ipm_fail(im->err, IPM_ERR_BAD_DATA, "the file is empty");
	if ((uint64_t)st.st_size >= UINT64_C(1) << 40)
		return ipm_fail(im->err, IPM_ERR_LIMIT, "larger than 1 TiB");
	im->text.data = (const char *)ipm_mapping_create(fd, (size_t)st.st_size);
	if (!im->text.data)
		return ipm_fail(im->err, IPM_ERR_OS, "cannot map it");
	im->text.len = (size_t)st.st_size;
	/* Most of it is read from front to back. */
	madvise((void *)(uintptr_t)im->text.data, im->text.len, MADV_NORMAL);
	return IPM_OK;
}

/* Cut while it was read, it was zeros from some point on: that says more than what came of them. */
static enum ipm_errc check_cut(struct import *im, int fd, enum ipm_errc rc)
{
	struct stat st;

	if (im->text.len && !fstat(fd, &st) && (uint64_t)st.st_size < im->text.len)
		return ipm_fail(im->err, IPM_ERR_TRUNCATED, "the file was cut while it was read");
	return rc;
}

static void import_deinit(struct import *im)
{
	ipm_writer_destroy(im->writer);
	import_identity_deinit(im);
	import_pool_deinit(&im->pool);
	ipm_json_deinit(&im->item);
	ipm_json_deinit(&im->mention);
	ipm_buf_deinit(&im->scratch);
	if (im->text.data)
		ipm_mapping_destroy((const uint8_t *)im->text.data, im->text.len);
	free(im);
}

enum ipm_errc ipm_import(const char *path, const struct ipm_import_options *opts,
			 struct ipm_sink sink, struct ipm_import_result *ret, struct ipm_error *err)
{
	/* O_NONBLOCK: a pipe is refused, not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct ipm_error unused;
	struct import *im;
	enum ipm_errc rc;

	if (fd < 0)
		return ipm_fail_os(err, errno, "cannot open");
	im = calloc(1, sizeof(*im));
	if (!im) {
		close(fd);
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	}
	im->opts = opts;
	im->err = err ? err : &unused;
	rc = map(im, fd);
	if (!rc)
		rc = run(im, sink);
	rc = check_cut(im, fd, rc);
	close(fd);
	im->result.ids = im->ids.count;
	im->result.objects = im->written;
	if (!rc)
		*ret = im->result;
	import_deinit(im);
	return rc;
}
