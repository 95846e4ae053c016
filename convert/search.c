/* SPDX-License-Identifier: MIT */
#include "search.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "match.h"
#include "paths.h"
#include "plain.h"

#define MAX_SCANS	 16
#define VALUE_UNITS	 120
#define AROUND_MAX	 ((size_t)16 << 20) /* longer texts are shown from their beginning */
#define WINDOW_BYTES	 ((size_t)1 << 20)
#define OVERLAP_BYTES	 4096
#define PROGRESS_OBJECTS 65536
#define SHAPES		 65536 /* whose names are looked at once only */

/* Found in an edge of an object, or, without an edge, the object itself. */
struct hit {
	uint64_t holder;
	uint64_t index;
	enum ipm_edge_kind kind; /* IPM_EDGE_KIND_COUNT: itself */
};

struct search {
	struct ipm_edge_visitor visitor;
	const struct ipm_search_options *opts;
	struct ipm_heap heap;
	struct ipm_cdp cdp;
	struct ipm_paths *paths;
	struct ipm_match match;
	const struct ipm_object *at;
	bool names, values;
	bool looking;  /* off: only the way is of interest */
	bool no_names; /* the names of the inline properties are of no interest */
	uint8_t *by_shape;
	double number; /* what the pattern is, if it is a number */
	bool is_number;
	struct hit *hits;
	size_t hit_count, hit_capacity;
	struct ipm_search_result result;
	uint64_t scanned;
	struct ipm_buf window; /* of a text in slices */
	enum ipm_errc failed;
	struct ipm_error *err;
};

static enum ipm_errc add_hit(struct search *s, enum ipm_edge_kind kind, uint64_t index)
{
	if (s->hit_count == s->hit_capacity) {
		size_t capacity = s->hit_capacity ? s->hit_capacity * 2 : 256;
		struct hit *hits = realloc(s->hits, capacity * sizeof(*hits));

		if (!hits)
			return ipm_fail(s->err, IPM_ERR_NO_MEMORY, "out of memory");
		s->hits = hits;
		s->hit_capacity = capacity;
	}
	s->hits[s->hit_count++] = (struct hit){s->at->id, index, kind};
	if (s->opts->limit && s->hit_count >= s->opts->limit) {
		s->result.more = true;
		s->visitor.stop = true;
	}
	return IPM_OK;
}

struct window {
	struct search *search;
	bool found;
};

/* Matches a long text in windows that overlap, so that memory does not grow with it. */
static bool look_through(void *self, struct ipm_str piece)
{
	struct window *w = self;
	struct ipm_buf *buf = &w->search->window;

	ipm_buf_str(buf, piece);
	if (!ipm_buf_ok(buf))
		return false;
	if (buf->len < WINDOW_BYTES)
		return true;
	w->found = ipm_match_text(&w->search->match, ipm_buf_as_str(buf));
	if (w->found)
		return false;
	memmove(buf->data, buf->data + buf->len - OVERLAP_BYTES, OVERLAP_BYTES);
	buf->len = OVERLAP_BYTES;
	return true;
}

static bool text_matches(struct search *s, const struct ipm_text *text)
{
	struct window w = {.search = s};

	if (!text->script_id && !text->slices.count)
		return text->str.len && ipm_match_text(&s->match, text->str);
	ipm_buf_reset(&s->window);
	/* What cannot be read cannot match. */
	if (ipm_reader_text(s->heap.reader, text, 0, UINT64_MAX, look_through, &w, NULL) ==
		    IPM_OK &&
	    !w.found)
		w.found = ipm_match_text(&s->match, ipm_buf_as_str(&s->window));
	return w.found;
}

static bool word_matches(struct search *s, const char *word)
{
	return ipm_match_word(&s->match, (struct ipm_str){word, strlen(word)});
}

static bool number_matches(struct search *s, double number)
{
	char digits[64];
	struct ipm_buf text = ipm_buf_over(digits, sizeof(digits));

	if (!s->match.is_regex)
		return s->is_number && (number == s->number || (isnan(number) && isnan(s->number)));
	ipm_put_js_number(&text, number);
	return ipm_match_word(&s->match, ipm_buf_as_str(&text));
}

static bool value_matches(struct search *s, const struct ipm_value *value)
{
	char digits[32];

	switch (value->type) {
	case IPM_VALUE_STRING:
		return text_matches(s, &value->string);
	case IPM_VALUE_INTEGER:
		if (!s->match.is_regex)
			return s->is_number && (double)value->integer == s->number;
		snprintf(digits, sizeof(digits), "%" PRId64, value->integer);
		return word_matches(s, digits);
	case IPM_VALUE_NUMBER:
		return number_matches(s, value->number);
	case IPM_VALUE_BOOLEAN:
		return word_matches(s, value->boolean ? "true" : "false");
	case IPM_VALUE_BIGINT:
		return ipm_match_word(&s->match, value->string.str);
	case IPM_VALUE_UNDEFINED:
	case IPM_VALUE_NULL:
	case IPM_VALUE_OBJECT:
	case IPM_VALUE_ACCESSOR:
	case IPM_VALUE_HOLES:
	case IPM_VALUE_OMITTED:
	default:
		return false;
	}
}

static bool points_at(const struct ipm_edge *edge, uint64_t id)
{
	uint64_t ids[2];
	int n = ipm_value_ids(edge->value, ids);

	return (n > 0 && ids[0] == id) || (n > 1 && ids[1] == id);
}

static bool edge_matches(struct search *s, const struct ipm_edge *edge)
{
	if (s->opts->what == IPM_SEARCH_REFERENCES)
		return points_at(edge, s->opts->id);
	if (s->names && (edge->kind == IPM_EDGE_PROPERTY || edge->kind == IPM_EDGE_PRIVATE) &&
	    !(s->no_names && edge->kind == IPM_EDGE_PROPERTY &&
	      edge->index < s->at->property_count) &&
	    ipm_match_text(&s->match, edge->property->name))
		return true;
	return s->values && value_matches(s, edge->value);
}

static enum ipm_errc see_edge(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
			      struct ipm_error *err)
{
	struct search *s = (struct search *)self;

	(void)err; /* the same as s->err */
	if (edge->value->type == IPM_VALUE_OBJECT || edge->value->type == IPM_VALUE_ACCESSOR)
		ipm_paths_note(s->paths, s->at, edge);
	if (s->looking && edge_matches(s, edge))
		return add_hit(s, edge->kind, edge->index);
	return IPM_OK;
}

/* What an object says of itself: its class; the text of a Date, a RegExp, a symbol. */
static bool object_matches(struct search *s, const struct ipm_object *object)
{
	if (s->opts->what == IPM_SEARCH_CLASSES)
		return ipm_match_word(&s->match, object->class_name);
	if (!s->values)
		return false;
	switch (object->kind) {
	case IPM_KIND_DATE:
	case IPM_KIND_REGEXP:
	case IPM_KIND_SYMBOL:
		return text_matches(s, &object->text);
	default:
		return false;
	}
}

/* Does no name match? Objects of one shape share the answer. */
static bool no_names(struct search *s, const struct ipm_object *object)
{
	enum { UNKNOWN, NONE, SOME };
	uint8_t *known = object->shape < SHAPES ? &s->by_shape[object->shape] : NULL;
	size_t i;

	if (!object->shape || !known)
		return false;
	if (*known == UNKNOWN) {
		*known = NONE;
		for (i = 0; i < object->property_count && *known == NONE; i++)
			if (ipm_match_text(&s->match, object->properties[i].name))
				*known = SOME;
	}
	return *known == NONE;
}

/*
 * Properties whose names are of no interest, without an edge for each: what a search does most.
 * Returns how many it has seen to; the next one needs a closer look.
 */
static uint64_t see_plain(struct search *s, const struct ipm_object *object)
{
	struct ipm_edge edge = {.kind = IPM_EDGE_PROPERTY};
	bool values = s->looking && s->values;

	for (; edge.index < object->property_count; edge.index++) {
		edge.property = &object->properties[edge.index];
		edge.value = &edge.property->value;
		if (edge.property->symbol_id)
			break;
		if (edge.value->type == IPM_VALUE_OBJECT || edge.value->type == IPM_VALUE_ACCESSOR)
			ipm_paths_note(s->paths, object, &edge);
		else if (values && value_matches(s, edge.value))
			break;
	}
	return edge.index;
}

static bool see_object(void *self, const struct ipm_object *object)
{
	struct search *s = self;
	uint64_t plain = 0;

	s->at = object;
	s->scanned++;
	if (s->opts->progress && s->scanned % PROGRESS_OBJECTS == 0)
		s->opts->progress(s->opts->progress_self, object->id,
				  ipm_reader_info(s->heap.reader)->objects);
	s->visitor.stop = false;
	s->no_names = !s->looking || !s->names || no_names(s, object);
	if (s->looking && object_matches(s, object))
		s->failed = add_hit(s, IPM_EDGE_KIND_COUNT, 0);
	if (s->no_names && !s->failed && !s->visitor.stop &&
	    (!s->looking || s->opts->what != IPM_SEARCH_REFERENCES))
		plain = see_plain(s, object);
	if (!s->failed && !s->visitor.stop)
		s->failed = ipm_visit_edges_from(&s->heap, object, plain, &s->visitor, s->err);
	return !s->failed && !s->visitor.stop;
}

static bool all_reached(const struct search *s)
{
	size_t i;

	for (i = 0; i < s->hit_count; i++)
		if (!ipm_paths_reached(s->paths, s->hits[i].holder))
			return false;
	return true;
}

/* The first scan looks; more follow only while a hit has no way to it and a way may be found. */
static enum ipm_errc scan(struct search *s)
{
	enum ipm_errc rc = IPM_OK;
	int n;

	s->looking = true;
	for (n = 0; !rc && n < MAX_SCANS; n++) {
		if (n && (all_reached(s) || !ipm_paths_again(s->paths)))
			break;
		rc = ipm_reader_scan(s->heap.reader, 1, see_object, s, &s->result.damaged, s->err);
		if (!rc)
			rc = s->failed;
		if (!n)
			s->result.objects = s->scanned;
		s->looking = false;
	}
	return rc;
}

/* Turns a hit into text. */
struct teller {
	struct ipm_edge_visitor visitor;
	struct search *search;
	const struct hit *hit;
	const struct ipm_object *holder;
	struct ipm_buf path, value;
	uint64_t object_id;
};

/* A long text is shown around its match, if that is far inside. */
static enum ipm_errc put_around(struct search *s, const struct ipm_text *text, struct ipm_buf *out,
				bool *ret_done)
{
	struct ipm_buf whole = {.max = AROUND_MAX};
	struct ipm_str shown;
	enum ipm_errc rc;
	size_t at;

	*ret_done = false;
	if (text->length <= VALUE_UNITS || s->opts->what == IPM_SEARCH_REFERENCES)
		return IPM_OK;
	rc = ipm_text_append(&s->heap, text, 0, AROUND_MAX / 4, &whole, s->err);
	shown = ipm_buf_as_str(&whole);
	at = rc ? SIZE_MAX : ipm_match_find(&s->match, shown);
	if (at != SIZE_MAX && at > VALUE_UNITS / 2) {
		at -= VALUE_UNITS / 4;
		while (((uint8_t)shown.data[at] & 0xC0) == 0x80)
			at--;
		shown.data += at;
		shown.len -= at;
		ipm_buf_cstr(out, "\xE2\x80\xA6");
		ipm_put_quoted_text(out, shown, VALUE_UNITS);
		*ret_done = true;
	}
	ipm_buf_deinit(&whole);
	return rc;
}

static enum ipm_errc tell_edge(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
			       struct ipm_error *err)
{
	struct teller *t = (struct teller *)self;
	bool done = false;
	enum ipm_errc rc;

	if (edge->kind != t->hit->kind)
		return IPM_OK;
	self->stop = true;
	if (edge->value->type == IPM_VALUE_OBJECT)
		t->object_id = edge->value->object_id;
	rc = ipm_put_step(&t->search->heap, t->holder, edge, &t->path, err);
	if (!rc && edge->value->type == IPM_VALUE_STRING)
		rc = put_around(t->search, &edge->value->string, &t->value, &done);
	if (!rc && !done)
		rc = ipm_put_value_line(&t->search->cdp, edge->value, VALUE_UNITS, &t->value, err);
	return rc;
}

static enum ipm_errc tell(struct teller *t, const struct hit *hit)
{
	struct search *s = t->search;
	struct ipm_value self = {.type = IPM_VALUE_OBJECT, .object_id = hit->holder};
	enum ipm_errc rc;

	t->hit = hit;
	t->object_id = 0;
	ipm_buf_reset(&t->path);
	ipm_buf_reset(&t->value);
	rc = ipm_paths_text(s->paths, hit->holder, &t->path, s->err);
	if (rc)
		return rc;
	if (hit->kind == IPM_EDGE_KIND_COUNT) {
		t->object_id = hit->holder;
		return ipm_put_value_line(&s->cdp, &self, VALUE_UNITS, &t->value, s->err);
	}
	rc = s->heap.object(&s->heap, hit->holder, &t->holder, s->err);
	if (rc)
		return rc;
	rc = ipm_visit_edge_at(&s->heap, t->holder, hit->kind, hit->index, &t->visitor, s->err);
	s->heap.release(&s->heap, t->holder);
	return rc;
}

static enum ipm_errc tell_all(struct search *s, bool (*hit)(void *, const struct ipm_search_hit *),
			      void *self)
{
	struct teller t = {.visitor = {tell_edge, false}, .search = s};
	enum ipm_errc rc = IPM_OK;
	bool more = true;
	size_t i;

	for (i = 0; !rc && more && i < s->hit_count; i++) {
		rc = tell(&t, &s->hits[i]);
		if (!rc)
			rc = ipm_buf_status(&t.path, s->err);
		if (!rc)
			rc = ipm_buf_status(&t.value, s->err);
		if (rc)
			break;
		more = hit(self, &(struct ipm_search_hit){.path = ipm_buf_as_str(&t.path),
							  .value = ipm_buf_as_str(&t.value),
							  .object_id = t.object_id,
							  .holder = s->hits[i].holder});
		s->result.hits++;
	}
	ipm_buf_deinit(&t.path);
	ipm_buf_deinit(&t.value);
	return rc;
}

/* Is the pattern a number, as JavaScript would print it? Then numbers compare as numbers. */
static void note_number(struct search *s)
{
	char digits[64], again[64];
	struct ipm_buf text = ipm_buf_over(again, sizeof(again));
	struct ipm_str p = s->opts->pattern;
	char *end;

	if (p.len >= sizeof(digits))
		return;
	memcpy(digits, p.data, p.len);
	digits[p.len] = '\0';
	s->number = strtod(digits, &end);
	if (end == digits || *end)
		return;
	ipm_put_js_number(&text, s->number);
	s->is_number = ipm_buf_ok(&text) && text.len == p.len && !memcmp(again, digits, p.len);
}

/* Who points at an object from outside the graph: the exception, `this`, a frame's scopes. */
static bool tell_roots(struct search *s, bool (*hit)(void *, const struct ipm_search_hit *),
		       void *self)
{
	struct ipm_value value = {.type = IPM_VALUE_OBJECT, .object_id = s->opts->id};
	const struct ipm_pause *pause;
	struct ipm_buf path = IPM_BUF_INIT, text = IPM_BUF_INIT;
	struct ipm_search_hit h = {.object_id = s->opts->id};
	uint64_t i, count = ipm_reader_info(s->heap.reader)->pauses;
	bool more = true;
	size_t f;

	if (ipm_put_value_line(&s->cdp, &value, VALUE_UNITS, &text, NULL) != IPM_OK)
		count = 0;
	h.value = ipm_buf_as_str(&text);
	for (i = 0; i < count && more; i++) {
		if (ipm_reader_pause(s->heap.reader, i, &pause, NULL) != IPM_OK)
			continue;
		for (f = 0; more && f <= pause->frame_count; f++) {
			bool exception = f == pause->frame_count;
			const struct ipm_value *v =
				exception ? &pause->data : &pause->frames[f].this_value;

			if ((exception && !pause->has_data) || v->type != IPM_VALUE_OBJECT ||
			    v->object_id != s->opts->id)
				continue;
			ipm_buf_reset(&path);
			if (i)
				ipm_buf_printf(&path, "pause %" PRIu64 " ", i);
			if (exception)
				ipm_buf_cstr(&path, "exception");
			else
				ipm_buf_printf(&path, "frame %zu \xE2\x80\xBA this", f);
			h.path = ipm_buf_as_str(&path);
			more = hit(self, &h);
			s->result.hits++;
		}
	}
	ipm_buf_deinit(&path);
	ipm_buf_deinit(&text);
	return more;
}

enum ipm_errc ipm_search(struct ipm_reader *reader, const struct ipm_search_options *opts,
			 bool (*hit)(void *self, const struct ipm_search_hit *hit), void *self,
			 struct ipm_search_result *ret, struct ipm_error *err)
{
	struct search s = {.visitor = {see_edge, false}, .opts = opts, .err = err};
	bool references = opts->what == IPM_SEARCH_REFERENCES;
	enum ipm_errc rc = IPM_OK;

	s.heap = ipm_file_heap(reader);
	s.cdp = (struct ipm_cdp){.heap = &s.heap, .object_id_prefix = ""};
	s.names = opts->what == IPM_SEARCH_TEXT || opts->what == IPM_SEARCH_NAMES;
	s.values = opts->what == IPM_SEARCH_TEXT || opts->what == IPM_SEARCH_VALUES;
	if (!references) {
		rc = ipm_match_init(&s.match, opts->pattern, opts->regex, opts->ignore_case, err);
		if (rc)
			return rc;
		note_number(&s);
	}
	s.by_shape = calloc(SHAPES, 1);
	if (!s.by_shape) {
		ipm_match_deinit(&s.match);
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	}
	rc = ipm_paths_create(&s.heap, &s.paths, err);
	if (!rc)
		rc = scan(&s);
	if (!rc && (!references || tell_roots(&s, hit, self)))
		rc = tell_all(&s, hit, self);
	ipm_paths_destroy(s.paths);
	ipm_match_deinit(&s.match);
	ipm_buf_deinit(&s.window);
	free(s.by_shape);
	free(s.hits);
	if (!rc)
		*ret = s.result;
	return rc;
}
