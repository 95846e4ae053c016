/* SPDX-License-Identifier: MIT */
#include "ipm_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "record_writer.h"
#include "wtf8.h"

static enum ipm_errc fd_write(void *self, const struct iovec *iov, int count, struct ipm_error *err)
{
	return ipm_writev_all((int)(intptr_t)self, iov, count, err);
}

static enum ipm_errc fd_truncate(void *self, uint64_t bytes, struct ipm_error *err)
{
	int fd = (int)(intptr_t)self;

	if (ftruncate(fd, (off_t)bytes) < 0 || lseek(fd, (off_t)bytes, SEEK_SET) < 0)
		return ipm_fail_os(err, errno, "truncate");
	return IPM_OK;
}

struct ipm_sink ipm_fd_sink(int fd)
{
	return (struct ipm_sink){
		.write = fd_write, .truncate = fd_truncate, .self = (void *)(intptr_t)fd};
}

/* Memory that nothing has touched costs nothing; all of it is taken now. */
static enum ipm_errc allocate(struct ipm_writer *w, struct ipm_error *err)
{
	static const size_t sizes[3] = {
		IPM_WRITER_RECORD_MAX,
		IPM_TEXT_SLICE_UNITS * 3 + IPM_BYTES_SLICE + 256,
		IPM_NAME_MAX * 4 + 4096,
	};
	struct ipm_buf *bufs[3] = {&w->record, &w->piece, &w->shape};
	enum ipm_errc rc;
	size_t i;

	for (i = 0; i < 3; i++) {
		w->memory[i] = malloc(sizes[i] + IPM_RECORD_HEADROOM);
		if (!w->memory[i])
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a writer");
		*bufs[i] = ipm_buf_over(w->memory[i] + IPM_RECORD_HEADROOM, sizes[i]);
	}
	w->seen = calloc(IPM_SEEN, sizeof(*w->seen));
	if (!w->seen)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a writer");
	rc = ipm_intern_init(&w->strings, IPM_STRINGS_MAX, IPM_STRINGS_BYTES, err);
	if (!rc)
		rc = ipm_intern_init(&w->shapes, IPM_SHAPES_MAX, IPM_SHAPES_BYTES, err);
	if (!rc)
		rc = ipm_shape_cache_init(&w->recent_shapes, err);
	return rc;
}

enum ipm_errc ipm_writer_create(struct ipm_sink sink, const struct ipm_writer_options *opts,
				struct ipm_writer **ret, struct ipm_error *err)
{
	struct ipm_writer *w = calloc(1, sizeof(*w));
	enum ipm_errc rc;

	if (!w)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a writer");
	w->counter = 1;
	w->next_id[IPM_BLOCK_OBJECTS] = 1;
	w->next_id[IPM_BLOCK_SLICES] = 1;
	rc = allocate(w, err);
	if (!rc)
		rc = ipm_block_writer_init(&w->blocks, sink, opts, NULL, err);
	if (rc) {
		ipm_writer_destroy(w);
		return rc;
	}
	*ret = w;
	return IPM_OK;
}

void ipm_writer_destroy(struct ipm_writer *w)
{
	size_t i;

	if (!w)
		return;
	ipm_block_writer_deinit(&w->blocks);
	ipm_intern_deinit(&w->strings);
	ipm_intern_deinit(&w->shapes);
	ipm_shape_cache_deinit(&w->recent_shapes);
	for (i = 0; i < 3; i++)
		free(w->memory[i]);
	free(w->seen);
	free(w);
}

static enum ipm_errc begin(struct ipm_writer *w, struct ipm_error *err)
{
	if (w->blocks.failed) {
		if (err)
			*err = w->blocks.failure;
		return w->blocks.failed;
	}
	if (w->finished)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "the file is finished");
	w->rc = IPM_OK;
	ipm_buf_reset(&w->record);
	return IPM_OK;
}

/* Hands the record to its block. `before` is the counter before it, 0 for kinds without. */
static enum ipm_errc end(struct ipm_writer *w, enum ipm_block_kind kind, uint64_t id,
			 uint64_t before, struct ipm_error *err)
{
	enum ipm_errc rc = w->rc;

	if (rc) {
		if (err)
			*err = w->error;
	} else {
		rc = ipm_buf_status(&w->record, err);
	}
	if (!rc && kind != IPM_BLOCK_SUMMARY)
		rc = ipm_block_writer_room(&w->blocks, w->record.len, err);
	if (!rc)
		rc = ipm_block_writer_add(&w->blocks, kind, id, ipm_buf_bytes(&w->record), before,
					  before ? w->counter : 0, err);
	if (rc && before)
		w->counter = before;
	return rc;
}

enum ipm_errc ipm_writer_meta(struct ipm_writer *w, const struct ipm_meta *meta,
			      struct ipm_error *err)
{
	enum ipm_errc rc = begin(w, err);

	if (rc)
		return rc;
	if (w->next_id[IPM_BLOCK_META])
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "meta was written before");
	ipm_put_meta(&w->record, meta);
	rc = end(w, IPM_BLOCK_META, 0, 0, err);
	if (!rc)
		rc = ipm_block_writer_flush(&w->blocks, err);
	if (!rc)
		w->next_id[IPM_BLOCK_META]++;
	return rc;
}

static bool too_many(const struct ipm_object *o)
{
	return o->property_count > IPM_INLINE_ITEMS_MAX ||
	       o->element_count > IPM_INLINE_ITEMS_MAX || o->private_count > IPM_INLINE_ITEMS_MAX ||
	       o->internal_count > IPM_INLINE_ITEMS_MAX || o->scope_count > IPM_INLINE_ITEMS_MAX;
}

enum ipm_errc ipm_writer_object(struct ipm_writer *w, const struct ipm_object *object,
				struct ipm_error *err)
{
	uint64_t before, id = w->next_id[IPM_BLOCK_OBJECTS];
	enum ipm_errc rc = begin(w, err);

	if (rc)
		return rc;
	if (object->id != id)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "object %llu where %llu is next",
				(unsigned long long)object->id, (unsigned long long)id);
	if (too_many(object))
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT,
				"object %llu: more than %d items in one list",
				(unsigned long long)id, IPM_INLINE_ITEMS_MAX);
	before = w->counter;
	if (w->counter <= id)
		w->counter = id + 1;
	w->own_id = id;
	ipm_put_object(w, &w->record, object);
	rc = end(w, IPM_BLOCK_OBJECTS, id, before, err);
	if (!rc)
		w->next_id[IPM_BLOCK_OBJECTS]++;
	return rc;
}

struct ipm_slices ipm_writer_reserve_slices(struct ipm_writer *w, uint64_t count,
					    uint32_t per_slice)
{
	struct ipm_slices slices = {0};

	if (!count || !per_slice)
		return slices;
	slices.first = w->next_id[IPM_BLOCK_SLICES];
	slices.count = count;
	slices.per_slice = per_slice;
	w->next_id[IPM_BLOCK_SLICES] += count / per_slice + (count % per_slice != 0);
	return slices;
}

enum ipm_errc ipm_writer_slice(struct ipm_writer *w, const struct ipm_slice *slice,
			       struct ipm_error *err)
{
	uint64_t before;
	enum ipm_errc rc = begin(w, err);

	if (rc)
		return rc;
	if (!slice->id || slice->id >= w->next_id[IPM_BLOCK_SLICES])
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "slice %llu was not reserved",
				(unsigned long long)slice->id);
	if (slice->value_count > IPM_INLINE_ITEMS_MAX ||
	    slice->property_count > IPM_INLINE_ITEMS_MAX)
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "slice %llu: more than %d items",
				(unsigned long long)slice->id, IPM_INLINE_ITEMS_MAX);
	before = w->counter;
	ipm_put_slice(w, &w->record, slice);
	return end(w, IPM_BLOCK_SLICES, slice->id, before, err);
}

enum ipm_errc ipm_writer_text(struct ipm_writer *w, struct ipm_str str, struct ipm_text *ret,
			      struct ipm_error *err)
{
	struct ipm_text text = {.str = str, .length = ipm_wtf8_units(str)};
	enum ipm_errc rc = begin(w, err);

	if (rc)
		return rc;
	if (str.len > IPM_TEXT_INLINE_MAX) {
		text.slices = ipm_put_text_slices(w, str, text.length);
		text.str = ipm_text_beginning(str, IPM_TEXT_PREFIX);
	}
	if (w->rc) {
		if (err)
			*err = w->error;
		return w->rc;
	}
	*ret = text;
	return IPM_OK;
}

enum ipm_errc ipm_writer_script(struct ipm_writer *w, const struct ipm_script *script,
				struct ipm_error *err)
{
	enum ipm_errc rc = begin(w, err);

	if (rc)
		return rc;
	ipm_put_script(w, &w->record, script);
	rc = end(w, IPM_BLOCK_SCRIPTS, w->next_id[IPM_BLOCK_SCRIPTS], 0, err);
	if (!rc)
		w->next_id[IPM_BLOCK_SCRIPTS]++;
	return rc;
}

enum ipm_errc ipm_writer_pause(struct ipm_writer *w, const struct ipm_pause *pause,
			       struct ipm_error *err)
{
	enum ipm_errc rc = begin(w, err);

	if (rc)
		return rc;
	ipm_put_pause(w, &w->record, pause);
	rc = end(w, IPM_BLOCK_PAUSES, w->next_id[IPM_BLOCK_PAUSES], 0, err);
	if (!rc)
		w->next_id[IPM_BLOCK_PAUSES]++;
	return rc;
}

enum ipm_errc ipm_writer_note(struct ipm_writer *w, const struct ipm_note *note,
			      struct ipm_error *err)
{
	enum ipm_errc rc = begin(w, err);

	if (rc)
		return rc;
	ipm_put_note(w, &w->record, note);
	rc = end(w, IPM_BLOCK_NOTES, w->next_id[IPM_BLOCK_NOTES], 0, err);
	if (!rc)
		w->next_id[IPM_BLOCK_NOTES]++;
	return rc;
}

enum ipm_errc ipm_writer_flush(struct ipm_writer *w, struct ipm_error *err)
{
	enum ipm_errc rc = begin(w, err);

	return rc ? rc : ipm_block_writer_flush(&w->blocks, err);
}

enum ipm_errc ipm_writer_finish(struct ipm_writer *w, const struct ipm_summary *summary,
				struct ipm_error *err)
{
	enum ipm_errc rc = begin(w, err);

	if (rc)
		return rc;
	ipm_put_summary(&w->record, summary);
	rc = end(w, IPM_BLOCK_SUMMARY, 0, 0, err);
	if (!rc)
		rc = ipm_block_writer_finish(&w->blocks, summary, err);
	if (!rc)
		w->finished = true;
	return rc;
}

uint64_t ipm_writer_bytes(const struct ipm_writer *w)
{
	return w->blocks.bytes;
}

uint64_t ipm_writer_objects(const struct ipm_writer *w)
{
	return w->next_id[IPM_BLOCK_OBJECTS] - 1;
}
