/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../support/graph.h"
#include "../support/memory_file.h"
#include "edges.h"
#include "search.h"

/*
 * Search takes short ways through what objects have in common; here every name and every value of
 * random graphs is looked at one by one, and both must find the same. INSPMORT_SEED repeats a run.
 */

static void write_graph(struct ipm_buf *file, uint64_t objects)
{
	const struct ipm_writer_options opts = {.block_raw_bytes = 4096};
	const struct ipm_meta meta = {.tool = IPM_STR("property")};
	const struct ipm_summary summary = {.status = IPM_STATUS_COMPLETE};
	struct ipm_writer *w;
	struct ipm_error err;
	uint64_t id, again = 0, left = 0, before = 0;

	walk_next = 1;
	ck_assert_int_eq(ipm_writer_create(memory_sink(file), &opts, &w, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_meta(w, &meta, &err), IPM_OK);
	for (id = 1; id <= objects; id++) {
		struct ipm_object o;

		/* Now and then a shape comes again. */
		if (!left && rnd(3) == 0) {
			again = state;
			left = 1 + rnd(5);
		} else if (left) {
			before = state;
			state = again;
			left--;
		}
		o = random_object(id);
		if (before)
			state = before + 1;
		before = 0;
		ck_assert_msg(!ipm_writer_object(w, &o, &err), "%s", err.message);
	}
	ck_assert_int_eq(ipm_writer_finish(w, &summary, &err), IPM_OK);
	ipm_writer_destroy(w);
}

static const struct {
	const char *text;
	enum ipm_search_what what;
	bool regex, ignore_case;
	double number;
} patterns[] = {
	{"common 7", IPM_SEARCH_TEXT, false, false, 1e99},
	{"property", IPM_SEARCH_NAMES, false, false, 1e99},
	{"SOME WORDS ", IPM_SEARCH_VALUES, false, true, 1e99},
	{"common 1[0-9]", IPM_SEARCH_TEXT, true, false, 1e99},
	{"0.5", IPM_SEARCH_TEXT, false, false, 0.5},
	{"1", IPM_SEARCH_VALUES, false, false, 1},
	{"true", IPM_SEARCH_VALUES, false, false, 1e99},
	{"12345678901234567890", IPM_SEARCH_TEXT, false, false, 1e99},
	{"\xC3\xA9", IPM_SEARCH_TEXT, false, false, 1e99},
	{"common 11", IPM_SEARCH_CLASSES, false, false, 1e99},
};

/* As a person would look: folding, "1[0-9]" spelled out. */
static bool contains(struct ipm_str text, int pattern)
{
	const char *p = patterns[pattern].text;
	size_t len = strlen(p), i, k;

	if (patterns[pattern].regex) {
		for (i = 0; i + 9 <= text.len; i++)
			if (!memcmp(text.data + i, "common 1", 8) && text.data[i + 8] >= '0' &&
			    text.data[i + 8] <= '9')
				return true;
		return false;
	}
	for (i = 0; i + len <= text.len; i++) {
		for (k = 0; k < len; k++) {
			char c = text.data[i + k];

			if (patterns[pattern].ignore_case && c >= 'a' && c <= 'z')
				c = (char)(c - 32);
			if (c != p[k])
				break;
		}
		if (k == len)
			return true;
	}
	return false;
}

static bool value_is(const struct ipm_value *v, int pattern)
{
	const char *word = patterns[pattern].text;
	char digits[32];

	switch (v->type) {
	case IPM_VALUE_STRING:
		return !v->string.script_id && contains(v->string.str, pattern);
	case IPM_VALUE_INTEGER:
		snprintf(digits, sizeof(digits), "%" PRId64, v->integer);
		return !strcmp(digits, word);
	case IPM_VALUE_NUMBER: /* but for NaN, which none of the patterns is */
		return v->number >= patterns[pattern].number &&
		       v->number <= patterns[pattern].number;
	case IPM_VALUE_BOOLEAN:
		return !strcmp(v->boolean ? "true" : "false", word);
	case IPM_VALUE_BIGINT:
		return v->string.str.len == strlen(word) && contains(v->string.str, pattern);
	default:
		return false;
	}
}

struct slow {
	struct ipm_edge_visitor visitor;
	int pattern;
	uint64_t found;
};

static enum ipm_errc look(struct ipm_edge_visitor *self, const struct ipm_edge *edge,
			  struct ipm_error *err)
{
	struct slow *s = (struct slow *)self;
	enum ipm_search_what what = patterns[s->pattern].what;
	bool named = edge->kind == IPM_EDGE_PROPERTY || edge->kind == IPM_EDGE_PRIVATE;

	(void)err;
	if (what != IPM_SEARCH_CLASSES)
		s->found += (what != IPM_SEARCH_VALUES && named &&
			     contains(edge->property->name, s->pattern)) ||
			    (what != IPM_SEARCH_NAMES && value_is(edge->value, s->pattern));
	return IPM_OK;
}

static uint64_t look_at(struct ipm_heap *heap, const struct ipm_object *o, int pattern)
{
	struct slow slow = {.visitor = {look, false}, .pattern = pattern};
	enum ipm_search_what what = patterns[pattern].what;
	struct ipm_error err;

	if (what == IPM_SEARCH_CLASSES)
		return o->class_name.len == strlen(patterns[pattern].text) &&
		       contains(o->class_name, pattern);
	ck_assert_int_eq(ipm_visit_edges(heap, o, &slow.visitor, &err), IPM_OK);
	if (what != IPM_SEARCH_NAMES &&
	    (o->kind == IPM_KIND_DATE || o->kind == IPM_KIND_REGEXP || o->kind == IPM_KIND_SYMBOL))
		slow.found += !o->text.script_id && contains(o->text.str, pattern);
	return slow.found;
}

struct counts {
	uint64_t *by_holder, all;
};

static bool count_hit(void *self, const struct ipm_search_hit *hit)
{
	struct counts *c = self;

	c->by_holder[hit->holder]++;
	c->all++;
	return true;
}

START_TEST(as_the_slow_way)
{
	const char *seed = getenv("INSPMORT_SEED");
	struct ipm_buf file = IPM_BUF_INIT;
	uint64_t objects, id, found = 0;
	struct ipm_reader *r;
	struct ipm_error err;
	struct ipm_heap heap;
	size_t p;

	state = (seed ? strtoull(seed, NULL, 10) : 20261123) + (uint64_t)_i * 1000003;
	printf("search: seed %" PRIu64 "\n", state);
	objects = 500 + rnd(1500);
	write_graph(&file, objects);
	ck_assert_int_eq(open_bytes(ipm_buf_bytes(&file), NULL, &r, &err), IPM_OK);
	heap = ipm_file_heap(r);
	for (p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++) {
		const struct ipm_search_options opts = {
			.what = patterns[p].what,
			.pattern = {patterns[p].text, strlen(patterns[p].text)},
			.regex = patterns[p].regex,
			.ignore_case = patterns[p].ignore_case};
		struct ipm_search_result result;
		struct counts counts = {calloc(objects + 1, sizeof(uint64_t)), 0};

		ck_assert_msg(!ipm_search(r, &opts, count_hit, &counts, &result, &err), "%s",
			      err.message);
		ck_assert_uint_eq(result.objects, objects);
		ck_assert_uint_eq(result.hits, counts.all);
		for (id = 1; id <= objects; id++) {
			const struct ipm_object *o;
			uint64_t expected;

			ck_assert_int_eq(ipm_reader_object(r, id, &o, &err), IPM_OK);
			expected = look_at(&heap, o, (int)p);
			ck_assert_msg(counts.by_holder[id] == expected,
				      "%s: object %" PRIu64 ": %" PRIu64 " found of %" PRIu64,
				      patterns[p].text, id, counts.by_holder[id], expected);
			ipm_object_release(r, o);
		}
		found += counts.all;
		free(counts.by_holder);
	}
	ck_assert_uint_gt(found, 100);
	ipm_reader_close(r);
	ipm_buf_deinit(&file);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("property/search");
	TCase *t = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, as_the_slow_way, 0, 4);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
