/* SPDX-License-Identifier: MIT */
/* The object graph: batch after batch from the walker into records. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "engine.h"
#include "subtypes.h"

#define FIRST_BATCH	500
#define LARGEST_BATCH	8000
#define BATCH_CHARS	100000 /* more would live long enough for V8 to copy it about */
#define TOLD_AT_ONCE	500
#define FAST_NS		UINT64_C(15000000)
#define SLOW_NS		UINT64_C(60000000)
#define PER_SLICE	4096
#define BYTES_PER_SLICE 262144

/* A sequence that goes on in pieces. */
struct pieces {
	uint64_t of;	    /* object id */
	uint64_t next, end; /* ids of the slices to come */
};

struct walk {
	struct run *run;
	struct walker_text text;
	struct extra *extras; /* of this batch, by ascending id */
	size_t extra_count, extra_at;
	uint64_t next_id;    /* of the next object to be written */
	uint64_t discovered; /* ids given out so far */
	uint64_t layer_end;  /* last id of the depth that is being written */
	uint64_t depth;
	struct pieces *open; /* those that are not complete */
	size_t open_count, open_capacity, open_at;
	unsigned batch;
	bool draining; /* no new objects, only the rest of those that are there */
};

static uint64_t left_of(uint64_t all, uint64_t here)
{
	return all > here ? all - here : 0;
}

/* Announces the pieces of what did not fit into the record. */
static enum ipm_errc open_pieces(struct walk *walk, struct walker_record *rec,
				 struct ipm_error *err)
{
	struct ipm_writer *w = walk->run->writer;
	struct ipm_object *o = &rec->object;
	struct ipm_slices slices;
	struct pieces *grown;
	size_t capacity;
	uint64_t more;

	if (o->kind == IPM_KIND_ARRAYBUFFER && rec->all_elements > rec->covered) {
		slices = ipm_writer_reserve_slices(w, rec->all_elements, BYTES_PER_SLICE);
		o->byte_slices = slices;
	} else if (rec->all_elements > rec->covered) {
		more = rec->all_elements - rec->covered;
		slices = ipm_writer_reserve_slices(w, more, PER_SLICE);
		o->more_elements = slices;
	} else {
		more = left_of(rec->all_properties, rec->property_count);
		if (!more)
			return IPM_OK;
		slices = ipm_writer_reserve_slices(w, more, PER_SLICE);
		o->more_properties = slices;
	}
	if (walk->open_count == walk->open_capacity) {
		capacity = walk->open_capacity ? walk->open_capacity * 2 : 16;
		grown = realloc(walk->open, capacity * sizeof(*grown));
		if (!grown)
			return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
		walk->open = grown;
		walk->open_capacity = capacity;
	}
	walk->open[walk->open_count++] = (struct pieces){
		o->id, slices.first, slices.first + (slices.count - 1) / slices.per_slice + 1};
	return IPM_OK;
}

/* They take turns, so that the one that is meant is mostly the same or the next. */
static struct pieces *find_pieces(struct walk *walk, uint64_t of)
{
	size_t i;

	for (i = 0; i < walk->open_count; i++, walk->open_at++) {
		if (walk->open_at >= walk->open_count)
			walk->open_at = 0;
		if (walk->open[walk->open_at].of == of)
			return &walk->open[walk->open_at];
	}
	return NULL;
}

/* What the walker leaves out of long things. */
static void count_left_out(struct walk *walk, struct walker_record *rec)
{
	struct ipm_object *o = &rec->object;
	uint64_t length = o->length;

	if (o->kind == IPM_KIND_MAP || o->kind == IPM_KIND_WEAKMAP)
		length *= 2;
	if (o->kind != IPM_KIND_ARRAY && o->kind != IPM_KIND_ARGUMENTS && o->kind != IPM_KIND_MAP &&
	    o->kind != IPM_KIND_SET && o->kind != IPM_KIND_ARRAYBUFFER)
		return;
	if (length <= rec->all_elements)
		return;
	o->omitted_reason = IPM_REASON_LENGTH;
	o->omitted_elements = length - rec->all_elements;
	walk->run->omitted[IPM_REASON_LENGTH] += o->omitted_elements;
}

static void add_extras(struct walk *walk, struct walker_record *rec)
{
	struct extra *extra;

	while (walk->extra_at < walk->extra_count &&
	       walk->extras[walk->extra_at].id < rec->object.id)
		walk->extra_at++;
	if (walk->extra_at == walk->extra_count)
		return;
	extra = &walk->extras[walk->extra_at];
	if (extra->id != rec->object.id)
		return;
	if (extra->known) {
		extra_apply(extra, &rec->object);
	} else if (rec->object.omitted_reason == IPM_REASON_NONE) {
		rec->object.omitted_reason = IPM_REASON_TIME;
		walk->run->omitted[IPM_REASON_TIME]++;
	}
}

static enum ipm_errc write_long_text(struct walk *walk, struct ipm_text *text,
				     struct ipm_error *err)
{
	uint64_t length = text->length;
	enum ipm_errc rc;

	if (!text->str.len || text->slices.count)
		return IPM_OK;
	rc = ipm_writer_text(walk->run->writer, text->str, text, err);
	text->length = length;
	return rc;
}

static enum ipm_errc write_piece(struct walk *walk, const struct walker_record *rec,
				 struct ipm_error *err)
{
	struct ipm_slice slice = {0};
	struct pieces *pieces;

	if (rec->piece_type == 's')
		return long_texts_piece(&walk->run->longs, rec->text, rec->units,
					&walk->run->redaction, err);
	pieces = find_pieces(walk, rec->piece_of);
	if (!pieces)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "the walker's answer: a piece of nothing");
	slice.id = pieces->next++;
	if (pieces->next == pieces->end)
		*pieces = walk->open[--walk->open_count];
	slice.values = rec->values;
	slice.value_count = rec->value_count;
	slice.properties = rec->properties;
	slice.property_count = rec->property_count;
	slice.bytes = rec->bytes;
	return ipm_writer_slice(walk->run->writer, &slice, err);
}

static enum ipm_errc write_next(struct walk *walk, struct ipm_error *err)
{
	struct walker_record rec;
	enum ipm_errc rc;

	pool_reset(&walk->run->record_pool);
	rc = walker_text_record(&walk->text, walk->next_id, &rec, err);
	if (rc)
		return rc;
	if (rec.is_piece)
		return write_piece(walk, &rec, err);
	count_left_out(walk, &rec);
	if (rec.flags & RECORD_SLICED)
		rc = open_pieces(walk, &rec, err);
	if (rc)
		return rc;
	if (rec.flags & RECORD_NEEDS_CDP)
		add_extras(walk, &rec);
	else if (rec.flags & RECORD_CLOSED && rec.object.omitted_reason == IPM_REASON_NONE)
		rec.object.omitted_reason = IPM_REASON_DEPTH;
	if (rec.object.kind == IPM_KIND_FUNCTION)
		rc = run_place_text(walk->run, &rec.object, err);
	if (!rc)
		rc = write_long_text(walk, &rec.object.text, err);
	if (!rc)
		rc = ipm_writer_object(walk->run->writer, &rec.object, err);
	if (!rc)
		walk->next_id++;
	return rc;
}

/* "id,id,…;" */
static enum ipm_errc read_wanted(struct walk *walk, struct ipm_error *err)
{
	const char *at = walk->text.at;
	size_t count = 0, i;
	enum ipm_errc rc;

	for (; at < walk->text.end && *at != ';'; at++)
		count += *at == ',';
	walk->extras = pool_alloc(&walk->run->batch_pool, count, sizeof(*walk->extras));
	if (!walk->extras)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	for (i = 0; i < count; i++) {
		rc = walker_text_number(&walk->text, ',', &walk->extras[i].id, err);
		if (rc)
			return rc;
		walk->extras[i].is_wasm = walker_text_take(&walk->text, '!');
	}
	walk->extra_count = count;
	walk->extra_at = 0;
	return walker_text_take(&walk->text, ';')
		       ? IPM_OK
		       : ipm_fail(err, IPM_ERR_PROTOCOL,
				  "the walker's answer: a list was expected");
}

static enum ipm_errc fetch_extras(struct walk *walk, struct ipm_error *err)
{
	struct run *run = walk->run;
	struct walker_text text = walk->text;
	uint64_t before = ipm_monotonic_ns();
	struct extras_options opts = {
		.scripts = &run->capture->scripts,
		.follow_libraries = run_follows_libraries(run),
	};
	enum ipm_errc rc;

	if (!walk->extra_count || run->extras_ns >= run->extras_max_ns || before >= run->stop_ns)
		return IPM_OK;
	opts.until_ns = run->stop_ns;
	if (run->extras_max_ns - run->extras_ns < run->stop_ns - before)
		opts.until_ns = before + (run->extras_max_ns - run->extras_ns);
	text.pool = &run->batch_pool;
	text.longs = NULL;
	rc = extras_fetch(&run->walker, &text, &run->batch_pool, walk->extras, walk->extra_count,
			  &opts, err);
	run->extras_ns += ipm_monotonic_ns() - before;
	return rc;
}

static void adapt_batch(struct walk *walk, uint64_t took_ns)
{
	if (took_ns < FAST_NS && walk->batch < LARGEST_BATCH)
		walk->batch *= 2;
	else if (took_ns > SLOW_NS && walk->batch > 50)
		walk->batch /= 2;
}

/* Objects come layer by layer: a limit of depth ends the walk at the end of a layer. */
static bool depth_allows(struct walk *walk)
{
	if (walk->next_id <= walk->layer_end)
		return true;
	walk->layer_end = walk->discovered;
	walk->depth++;
	return walk->depth <= walk->run->capture->limits.max_depth;
}

static enum ipm_errc next_batch(struct walk *walk, bool *ret_done, struct ipm_error *err)
{
	struct run *run = walk->run;
	uint64_t max_objects = run->capture->limits.max_objects, before = ipm_monotonic_ns();
	uint64_t count = walk->draining ? 0 : walk->batch;
	enum ipm_errc rc;

	if (count > max_objects - (walk->next_id - 1))
		count = max_objects - (walk->next_id - 1);
	if (run->capture->limits.max_depth != UINT64_MAX && walk->discovered &&
	    count > walk->layer_end - (walk->next_id - 1) && walk->layer_end >= walk->next_id)
		count = walk->layer_end - (walk->next_id - 1);
	pool_reset(&run->batch_pool);
	ipm_buf_reset(&run->answer);
	if (!run->walker.pristine && count) {
		if (count > TOLD_AT_ONCE)
			count = TOLD_AT_ONCE;
		rc = subtypes_tell(&run->walker, count, err);
		if (rc)
			return rc;
	}
	rc = walker_step(&run->walker, count, BATCH_CHARS, &run->answer, err);
	if (!rc)
		rc = run_open_text(run, &run->answer, &run->record_pool, &walk->text, err);
	walk->text.longs = &run->longs;
	if (!rc)
		rc = walker_text_number(&walk->text, ';', &walk->discovered, err);
	if (!rc)
		rc = read_wanted(walk, err);
	if (rc)
		return rc;
	adapt_batch(walk, ipm_monotonic_ns() - before);
	*ret_done = !walker_text_more(&walk->text);
	rc = fetch_extras(walk, err);
	while (!rc && walker_text_more(&walk->text))
		rc = write_next(walk, err);
	return rc;
}

static void tell_progress(const struct walk *walk)
{
	const struct run *run = walk->run;
	const struct ipm_capture_options *opts = &run->capture->opts;
	uint64_t now = ipm_monotonic_ns();
	struct ipm_capture_progress p = {
		.objects = walk->next_id - 1,
		.queued = left_of(walk->discovered, walk->next_id - 1),
		.bytes = ipm_writer_bytes(run->writer),
		.left_ms = run->stop_ns == UINT64_MAX ? UINT64_MAX
						      : left_of(run->stop_ns, now) / 1000000,
	};

	if (opts->progress)
		opts->progress(opts->progress_self, &p);
}

enum ipm_errc run_walk(struct run *run, struct ipm_error *err)
{
	struct walk walk = {.run = run, .next_id = 1, .batch = FIRST_BATCH};
	uint64_t missing;
	bool done = false;
	enum ipm_reason reason;
	enum ipm_errc rc = IPM_OK;

	if (run->capture->limits.max_depth != UINT64_MAX) {
		walk.batch = 0; /* just asks how many roots there are */
		rc = next_batch(&walk, &done, err);
		walk.batch = FIRST_BATCH;
		done = !walk.discovered;
	}
	while (!rc && !done) {
		reason = run->stopped_by;
		if (!run_has_time(run)) {
			if (reason != IPM_REASON_NONE)
				run->stopped_by = reason;
			break;
		}
		if (!walk.draining && walk.next_id > run->capture->limits.max_objects) {
			run->stopped_by = IPM_REASON_OBJECTS;
			walk.draining = true;
		} else if (!walk.draining && run->capture->limits.max_depth != UINT64_MAX &&
			   !depth_allows(&walk)) {
			run->stopped_by = IPM_REASON_DEPTH;
			walk.draining = true;
		}
		rc = next_batch(&walk, &done, err);
		tell_progress(&walk);
	}
	if (rc == IPM_ERR_LIMIT) {
		run->stopped_by = IPM_REASON_BYTES;
		rc = IPM_OK;
	}
	free(walk.open);
	if (rc == IPM_ERR_TIMEOUT && run->stopped_by == IPM_REASON_NONE)
		run->stopped_by = IPM_REASON_TIME;
	missing = left_of(walk.discovered, walk.next_id - 1);
	if (missing && run->stopped_by != IPM_REASON_NONE)
		run->omitted[run->stopped_by] += missing;
	else if (missing)
		run->omitted[IPM_REASON_FAILED] += missing;
	return rc;
}
