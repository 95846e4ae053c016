/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "../support/memory_file.h"
#include "diff.h"
#include "import.h"
#include "ipm_convert.h"
#include "redact_file.h"
#include "search.h"
#include "wtf8.h"

/*
 * Random crashes: to JSON, imported, and to JSON again, nothing is lost; a copy through `redact` finds
 * nothing to take out of them; and damaged JSON is refused or read, never more. INSPMORT_SEED=N
 * repeats a run.
 */

/* A writer takes its memory at once, which the sanitizer looks after byte by byte. */
#if defined(__SANITIZE_ADDRESS__)
#define ROUNDS	  8
#define MUTATIONS 10
#else
#define ROUNDS	  60
#define MUTATIONS 30
#endif
#define OBJECTS 40

static uint64_t state;

static uint64_t rnd(uint64_t below)
{
	uint64_t z = (state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return below ? (z ^ z >> 31) % below : 0;
}

static uint8_t pool[1 << 22];
static size_t used;

static void *take(size_t size)
{
	void *p = pool + used;

	used += (size + 15) & ~(size_t)15;
	ck_assert_uint_le(used, sizeof(pool));
	memset(p, 0, size);
	return p;
}

static struct ipm_str random_str(void)
{
	static const char *const pieces[] = {
		"a",  "name", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\xA0\x80",
		"\"", "\\",   "\n",	  "\x01",	  "objectId",	      "{[:,",
		"0"};
	uint64_t n = rnd(rnd(20) ? 6 : 3000), i;
	char *s = take(8 * n + 1);
	size_t len = 0;

	for (i = 0; i < n; i++) {
		const char *piece = pieces[rnd(sizeof(pieces) / sizeof(pieces[0]))];

		memcpy(s + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return (struct ipm_str){s, len};
}

static struct ipm_text text_of(struct ipm_str str)
{
	return (struct ipm_text){.str = str, .length = ipm_wtf8_units(str)};
}

static struct ipm_value object_value(uint64_t id)
{
	return (struct ipm_value){.type = IPM_VALUE_OBJECT, .object_id = id};
}

static struct ipm_value random_value(void)
{
	static const double numbers[] = {-0.0, 0.5, -1e300, 5e-324, 1e21, 0.1};
	struct ipm_value v = {.type = (enum ipm_value_type)rnd(IPM_VALUE_ACCESSOR)};
	char *digits;

	switch (v.type) {
	case IPM_VALUE_BOOLEAN:
		v.boolean = rnd(2);
		break;
	case IPM_VALUE_INTEGER:
		v.integer = (int64_t)rnd(UINT64_C(1) << 53) * (rnd(2) ? 1 : -1);
		break;
	case IPM_VALUE_NUMBER:
		v.number = numbers[rnd(6)];
		if (!rnd(6))
			v.number = (double)__builtin_nan("");
		else if (!rnd(6))
			v.number = rnd(2) ? (double)__builtin_inf() : -(double)__builtin_inf();
		break;
	case IPM_VALUE_STRING:
		v.string = text_of(random_str());
		if (!rnd(10))
			v.string.length += 1 + rnd(100000);
		break;
	case IPM_VALUE_BIGINT:
		digits = take(24);
		v.string = text_of((struct ipm_str){
			digits, (size_t)snprintf(digits, 24, "%s%" PRIu64, rnd(2) ? "-" : "",
						 1 + rnd(UINT64_MAX - 1))});
		break;
	case IPM_VALUE_OBJECT:
		v = object_value(1 + rnd(OBJECTS));
		break;
	default:
		break;
	}
	if (!rnd(12)) {
		v = (struct ipm_value){.type = IPM_VALUE_OMITTED};
		v.omitted.reason = (enum ipm_reason)(1 + rnd(IPM_REASON_COUNT - 1));
		if (v.omitted.reason == IPM_REASON_OPTIMIZED_OUT)
			v.omitted.reason = IPM_REASON_UNINITIALIZED; /* look alike in CDP */
		if (v.omitted.reason == IPM_REASON_REDACTED)
			v.omitted.type_name = IPM_STR("string");
		if (v.omitted.reason != IPM_REASON_UNINITIALIZED)
			v.omitted.size = rnd(100);
	}
	return v;
}

static void random_properties(const struct ipm_property **ret, size_t *ret_count, bool is_private)
{
	size_t n = rnd(6), i;
	struct ipm_property *list = take((n + 1) * sizeof(*list));

	for (i = 0; i < n; i++) {
		char *name = take(32);
		struct ipm_str tail = random_str();
		struct ipm_buf buf = IPM_BUF_INIT;

		/* No array index, no name twice, no name that the engine has. */
		snprintf(name, 32, "%s%zu ", is_private ? "#p" : "p", i);
		ipm_buf_cstr(&buf, name);
		ipm_buf_append(&buf, tail.data, tail.len < 2000 ? tail.len : 0);
		list[i].name.data = memcpy(take(buf.len), buf.data, buf.len);
		list[i].name.len = buf.len;
		ipm_buf_deinit(&buf);
		list[i].flags = is_private ? IPM_PROPERTY_DEFAULT : (uint8_t)rnd(8);
		list[i].value = random_value();
		if (!rnd(6)) {
			list[i].flags &= (uint8_t)~IPM_PROPERTY_WRITABLE;
			list[i].value = (struct ipm_value){.type = IPM_VALUE_ACCESSOR};
			list[i].value.accessor.get = 1 + rnd(OBJECTS);
			list[i].value.accessor.set = is_private ? 0 : rnd(OBJECTS);
		} else if (list[i].value.type == IPM_VALUE_OMITTED &&
			   list[i].value.omitted.reason == IPM_REASON_UNINITIALIZED) {
			list[i].flags |= IPM_PROPERTY_WRITABLE; /* CDP leaves it out */
		}
		if (is_private && list[i].value.type == IPM_VALUE_OBJECT)
			list[i].flags |= IPM_PROPERTY_WRITABLE;
	}
	*ret = list;
	*ret_count = n;
}

static void random_elements(struct ipm_object *o, bool holes)
{
	size_t n = 2 * rnd(5), i;
	struct ipm_value *list = take((n + 1) * sizeof(*list));

	for (i = 0; i < n; i++) {
		list[i] = random_value();
		if (list[i].type == IPM_VALUE_OMITTED &&
		    list[i].omitted.reason == IPM_REASON_UNINITIALIZED)
			list[i].omitted.reason = IPM_REASON_TIME;
		if (holes && !rnd(4)) {
			list[i] = (struct ipm_value){.type = IPM_VALUE_HOLES, .holes = 1 + rnd(9)};
			o->length += list[i].holes;
		} else {
			o->length++;
		}
	}
	o->elements = list;
	o->element_count = n;
}

static enum ipm_kind kinds[OBJECTS + 1];

/* An object of that kind, or nothing. */
static struct ipm_value one_of(enum ipm_kind kind, enum ipm_value_type otherwise)
{
	uint64_t start = rnd(OBJECTS), i;

	for (i = 0; i < OBJECTS; i++)
		if (kinds[1 + (start + i) % OBJECTS] == kind)
			return object_value(1 + (start + i) % OBJECTS);
	return (struct ipm_value){.type = otherwise};
}

static void random_detail(struct ipm_object *o)
{
	static const char *const classes[] = {"Object", "Order", "K\xC3\xA4se"};
	uint8_t *bytes;
	size_t i;

	switch (o->kind) {
	case IPM_KIND_OBJECT:
		o->class_name = (struct ipm_str){classes[rnd(3)], 0};
		o->class_name.len = strlen(o->class_name.data);
		break;
	case IPM_KIND_ARRAY:
		random_elements(o, true);
		break;
	case IPM_KIND_MAP:
		random_elements(o, false);
		o->length /= 2;
		break;
	case IPM_KIND_SET:
		random_elements(o, false);
		break;
	case IPM_KIND_FUNCTION:
		o->text = text_of(IPM_STR("function f() { return 1; }"));
		o->location = (struct ipm_location){1, (int64_t)rnd(9), (int64_t)rnd(9)};
		break;
	case IPM_KIND_ERROR:
		o->text = text_of(IPM_STR("Error: no stock\n    at place (shop.js:1:2)"));
		break;
	case IPM_KIND_DATE:
		o->number = (double)rnd(UINT64_C(2000000000000));
		o->text = text_of(IPM_STR("Thu Jan 15 2026 09:30:00 GMT+0000"));
		break;
	case IPM_KIND_REGEXP:
		o->text = text_of(IPM_STR("/x\\/[^\"]+/gi"));
		break;
	case IPM_KIND_PROMISE:
		o->state = (uint32_t)rnd(3);
		o->first = random_value();
		break;
	case IPM_KIND_WEAKREF:
	case IPM_KIND_PRIMITIVE:
		o->first = random_value();
		break;
	case IPM_KIND_ARRAYBUFFER:
		o->length = rnd(rnd(8) ? 40 : 70000);
		bytes = take((size_t)o->length + 1);
		for (i = 0; i < o->length; i++)
			bytes[i] = (uint8_t)rnd(256);
		o->bytes = (struct ipm_bytes){bytes, (size_t)o->length};
		break;
	case IPM_KIND_TYPEDARRAY:
		o->element_type = (enum ipm_element_type)rnd(IPM_ELEMENT_BIGUINT64 + 1);
		o->first = one_of(IPM_KIND_ARRAYBUFFER, IPM_VALUE_NULL);
		o->byte_offset = 8 * rnd(3);
		o->length = rnd(3);
		break;
	case IPM_KIND_PROXY:
		o->first = object_value(1 + rnd(OBJECTS));
		o->second = object_value(1 + rnd(OBJECTS));
		break;
	case IPM_KIND_SYMBOL:
		o->text = text_of(IPM_STR("Symbol(x \"y\")"));
		break;
	default:
		break;
	}
	if (o->first.type == IPM_VALUE_OMITTED)
		o->first = (struct ipm_value){.type = IPM_VALUE_NULL};
}

static void random_object(struct ipm_object *o, uint64_t id)
{
	*o = (struct ipm_object){.id = id, .kind = kinds[id]};
	o->proto = rnd(3) ? one_of(IPM_KIND_OBJECT, IPM_VALUE_NULL)
			  : (struct ipm_value){.type = IPM_VALUE_NULL};
	random_detail(o);
	if (o->kind == IPM_KIND_PROXY || o->kind == IPM_KIND_SYMBOL) {
		o->proto.type = IPM_VALUE_NULL;
		return;
	}
	random_properties(&o->properties, &o->property_count, false);
	if (o->kind == IPM_KIND_OBJECT)
		random_properties(&o->privates, &o->private_count, true);
	if (!rnd(8)) {
		o->omitted_reason = (enum ipm_reason)(1 + rnd(IPM_REASON_COUNT - 1));
		o->omitted_properties = rnd(100);
		o->omitted_elements = rnd(100);
	}
}

static void write_crash(struct ipm_buf *file)
{
	static const enum ipm_kind choice[] = {
		IPM_KIND_OBJECT,    IPM_KIND_OBJECT, IPM_KIND_ARRAY,	  IPM_KIND_MAP,
		IPM_KIND_SET,	    IPM_KIND_ERROR,  IPM_KIND_FUNCTION,	  IPM_KIND_DATE,
		IPM_KIND_REGEXP,    IPM_KIND_PROXY,  IPM_KIND_PROMISE,	  IPM_KIND_WEAKREF,
		IPM_KIND_PRIMITIVE, IPM_KIND_SYMBOL, IPM_KIND_TYPEDARRAY, IPM_KIND_ARRAYBUFFER,
	};
	struct ipm_value all[OBJECTS];
	struct ipm_frame frame = {.function_name = IPM_STR("place"), .location = {1, 2, 3}};
	struct ipm_pause pause = {.reason = IPM_STR("exception"),
				  .uncaught = true,
				  .time_ns = UINT64_C(1700000000000000000),
				  .thread = IPM_STR("main"),
				  .has_data = true,
				  .frames = &frame,
				  .frame_count = 1};
	struct ipm_scope_ref scopes[2] = {{.type = IPM_SCOPE_LOCAL, .name = IPM_STR("place")},
					  {.type = IPM_SCOPE_CLOSURE}};
	struct ipm_meta meta = {.node_version = IPM_STR("v20.1.2"),
				.program = IPM_STR("/srv/app.js"),
				.tool = IPM_STR("inspmort 0.0.9"),
				.channel = IPM_STR("websocket"),
				.pid = 4711,
				.time_ns = UINT64_C(1700000000000000000)};
	struct ipm_note console = {.name = IPM_STR("console")};
	struct ipm_str argv[3];
	struct ipm_script script = {.id = 1, .url = IPM_STR("file:///srv/app.js")};
	struct ipm_summary summary = {.redacted = 2, .capture_ns = 5000000};
	struct ipm_writer *w;
	struct ipm_object o;
	struct ipm_error err;
	uint64_t id;

	/* 1 mentions everything; the last ones are scopes. */
	kinds[1] = IPM_KIND_ARRAY;
	for (id = 2; id <= OBJECTS; id++)
		kinds[id] = choice[rnd(sizeof(choice) / sizeof(choice[0]))];
	ck_assert_int_eq(ipm_writer_create(memory_sink(file), NULL, &w, &err), IPM_OK);
	used = 0;
	meta.v8_version = random_str();
	meta.platform = random_str();
	meta.arch = random_str();
	meta.hostname = random_str();
	meta.cwd = random_str();
	meta.exec_path = random_str();
	meta.context_name = random_str();
	for (meta.argc = 0; meta.argc < 3 && rnd(5); meta.argc++)
		argv[meta.argc] = random_str();
	meta.argv = argv;
	ck_assert_int_eq(ipm_writer_meta(w, &meta, &err), IPM_OK);
	if (rnd(2)) {
		ck_assert_int_eq(ipm_writer_text(w, IPM_STR("\"a\"\n{\"type\":\"log\"}\n"),
						 &console.text, &err),
				 IPM_OK);
		ck_assert_int_eq(ipm_writer_note(w, &console, &err), IPM_OK);
	}
	pause.omitted_frames = rnd(3);
	pause.data = object_value(1 + rnd(OBJECTS));
	frame.this_value = object_value(1);
	frame.scopes = scopes;
	frame.scope_count = 2;
	scopes[0].object = object_value(OBJECTS + 1);
	scopes[1].object = object_value(OBJECTS + 2);
	ck_assert_int_eq(ipm_writer_pause(w, &pause, &err), IPM_OK);
	script.source = text_of(IPM_STR("function place() {}\nplace();\n"));
	script.length = script.source.length;
	script.has_source = true;
	ck_assert_int_eq(ipm_writer_script(w, &script, &err), IPM_OK);
	summary.omitted[IPM_REASON_DEPTH] = 3;
	for (id = 1; id <= OBJECTS + 2; id++) {
		used = 0;
		if (id <= OBJECTS) {
			random_object(&o, id);
		} else {
			o = (struct ipm_object){.id = id, .kind = IPM_KIND_SCOPE};
			o.class_name = IPM_STR("Object");
			o.scope_type = scopes[id - OBJECTS - 1].type;
			o.text = text_of(scopes[id - OBJECTS - 1].name);
			o.proto.type = IPM_VALUE_NULL;
			random_properties(&o.properties, &o.property_count, false);
		}
		if (id == 1) {
			for (id = 1; id <= OBJECTS; id++)
				all[id - 1] = object_value(id);
			id = 1;
			o.elements = all;
			o.element_count = o.length = OBJECTS;
		}
		ck_assert_int_eq(ipm_writer_object(w, &o, &err), IPM_OK);
	}
	ck_assert_int_eq(ipm_writer_finish(w, &summary, &err), IPM_OK);
	ipm_writer_destroy(w);
}

static enum ipm_errc append(void *self, const void *data, size_t len, struct ipm_error *err)
{
	ipm_buf_append(self, data, len);
	return ipm_buf_status(self, err);
}

static void to_json(const struct ipm_buf *file, struct ipm_buf *json)
{
	struct ipm_convert_sink sink = {append, json};
	struct ipm_reader *reader;
	struct ipm_error err;
	uint8_t *bytes;

	ck_assert_int_eq(open_bytes(ipm_buf_bytes(file), NULL, &reader, &err), IPM_OK);
	ck_assert_int_eq(ipm_convert(reader, ipm_convert_find("json"), NULL, sink, &err), IPM_OK);
	ipm_reader_close(reader);
	/* The file's size is another one. */
	ipm_buf_byte(json, 0);
	json->len--;
	bytes = memmem(json->data, json->len, "\"Summary\"", 9);
	ck_assert_ptr_nonnull(bytes);
	bytes = (uint8_t *)strstr((char *)bytes, "\"bytes\":");
	ck_assert_ptr_nonnull(bytes);
	bytes += 8;
	for (*bytes++ = '0'; *bytes >= '0' && *bytes <= '9'; bytes++)
		*bytes = ' ';
}

static void drop_spaces(struct ipm_buf *json)
{
	size_t i, at = 0;

	for (i = 0; i < json->len; i++)
		if (json->data[i] != ' ')
			json->data[at++] = json->data[i];
	json->len = at;
}

static enum ipm_errc import_bytes_of(struct ipm_bytes json, struct ipm_buf *file,
				     struct ipm_error *err)
{
	struct ipm_import_result result;
	const char *path = temp_file(json);
	enum ipm_errc rc = ipm_import(path, NULL, memory_sink(file), &result, err);

	unlink(path);
	return rc;
}

/* Where they first differ, in words. */
static void same(const struct ipm_buf *a, const struct ipm_buf *b)
{
	size_t i, from;

	for (i = 0; i < a->len && i < b->len && a->data[i] == b->data[i]; i++)
		;
	if (i == a->len && i == b->len)
		return;
	from = i < 200 ? 0 : i - 200;
	ck_abort_msg("differ at %zu:\n%.*s\n---\n%.*s", i,
		     (int)(a->len - from < 400 ? a->len - from : 400), (const char *)a->data + from,
		     (int)(b->len - from < 400 ? b->len - from : 400),
		     (const char *)b->data + from);
}

static bool count_hit(void *self, const struct ipm_search_hit *hit)
{
	(void)hit;
	++*(uint64_t *)self;
	return true;
}

/* The other readers of the whole graph, over the same file. */
static void use(const struct ipm_buf *file)
{
	struct ipm_search_options search = {.what = IPM_SEARCH_TEXT, .pattern = IPM_STR("name")};
	struct ipm_diff_options diff = {.depth = 16, .full = true};
	struct ipm_buf out = IPM_BUF_INIT, copy = IPM_BUF_INIT, before = IPM_BUF_INIT,
		       after = IPM_BUF_INIT;
	struct ipm_redact_result redacted;
	struct ipm_search_result found;
	struct ipm_reader *a, *b;
	struct ipm_error err;
	uint64_t hits = 0, differences;

	ck_assert_int_eq(open_bytes(ipm_buf_bytes(file), NULL, &a, &err), IPM_OK);
	ck_assert_int_eq(open_bytes(ipm_buf_bytes(file), NULL, &b, &err), IPM_OK);
	ck_assert_int_eq(ipm_search(a, &search, count_hit, &hits, &found, &err), IPM_OK);
	ck_assert_uint_eq(hits, found.hits);
	ck_assert_uint_eq(found.objects, OBJECTS + 2);
	ck_assert_int_eq(
		ipm_diff(a, b, &diff, (struct ipm_convert_sink){append, &out}, &differences, &err),
		IPM_OK);
	ck_assert_uint_eq(differences, 0);
	ck_assert_int_eq(ipm_redact_file(a, NULL, memory_sink(&copy), &redacted, &err), IPM_OK);
	ck_assert_uint_eq(redacted.redacted, 0);
	to_json(file, &before);
	to_json(&copy, &after);
	drop_spaces(&before);
	drop_spaces(&after);
	same(&before, &after);
	ipm_reader_close(a);
	ipm_reader_close(b);
	ipm_buf_deinit(&out);
	ipm_buf_deinit(&copy);
	ipm_buf_deinit(&before);
	ipm_buf_deinit(&after);
}

static uint64_t first_seed(void)
{
	const char *text = getenv("INSPMORT_SEED");

	return text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL) * 1000;
}

START_TEST(nothing_is_lost)
{
	uint64_t seed = first_seed(), round;
	struct ipm_error err;

	fprintf(stderr, "INSPMORT_SEED=%" PRIu64 "\n", seed);
	for (round = 0; round < ROUNDS; round++) {
		struct ipm_buf file = IPM_BUF_INIT, first = IPM_BUF_INIT, copy = IPM_BUF_INIT,
			       second = IPM_BUF_INIT;

		state = (seed + round) * UINT64_C(0x9E3779B97F4A7C15);
		write_crash(&file);
		to_json(&file, &first);
		if (import_bytes_of(ipm_buf_bytes(&first), &copy, &err) != IPM_OK) {
			const char *path = temp_file(ipm_buf_bytes(&first));

			ck_abort_msg("seed %" PRIu64 ": %s: %s", seed + round, path, err.message);
		}
		to_json(&copy, &second);
		drop_spaces(&first);
		drop_spaces(&second);
		same(&first, &second);
		use(&file);
		ipm_buf_deinit(&file);
		ipm_buf_deinit(&first);
		ipm_buf_deinit(&copy);
		ipm_buf_deinit(&second);
	}
}
END_TEST

/* Cuts the file in the middle of the import. */
static void cut(void *self, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	ck_assert_int_eq(truncate(self, 5000), 0);
}

START_TEST(cut_while_read)
{
	static const char start[] = "{\"much\":\"", end[] = "\",\"RemoteObjects\":{}}";
	struct ipm_import_options opts = {.progress = cut};
	struct ipm_buf json = IPM_BUF_INIT, file = IPM_BUF_INIT;
	struct ipm_import_result result;
	struct ipm_error err;
	size_t n = (size_t)20 << 20;
	const char *path;

	ipm_buf_cstr(&json, start);
	ck_assert(ipm_buf_reserve(&json, n));
	memset(json.data + json.len, 'x', n);
	json.len += n;
	ipm_buf_cstr(&json, end);
	path = temp_file(ipm_buf_bytes(&json));
	opts.progress_self = (void *)(uintptr_t)path;
	ck_assert_int_eq(ipm_import(path, &opts, memory_sink(&file), &result, &err),
			 IPM_ERR_TRUNCATED);
	ck_assert_str_eq(err.message, "the file was cut while it was read");
	unlink(path);
	ipm_buf_deinit(&json);
	ipm_buf_deinit(&file);
}
END_TEST

static void mutate(struct ipm_buf *json)
{
	static const char odd[] = "{}[]\",:\\0n-e.\xFF ";
	uint64_t n = 1 + rnd(4), i, at;

	for (i = 0; i < n && json->len; i++) {
		at = rnd(json->len);
		switch (rnd(4)) {
		case 0:
			json->data[at] = (uint8_t)odd[rnd(sizeof(odd) - 1)];
			break;
		case 1:
			json->data[at] ^= (uint8_t)(1u << rnd(8));
			break;
		case 2:
			json->len = at;
			break;
		default: /* another place's bytes */
			memmove(json->data + at, json->data + rnd(json->len - (json->len - at)),
				json->len - at < 60 ? json->len - at : 60);
			break;
		}
	}
}

START_TEST(damaged_json)
{
	uint64_t seed = first_seed(), round, i;
	struct ipm_reader *reader;
	struct ipm_error err;

	for (round = 0; round < ROUNDS / 8; round++) {
		struct ipm_buf file = IPM_BUF_INIT, json = IPM_BUF_INIT;

		state = (seed + round) * UINT64_C(0x9E3779B97F4A7C15);
		write_crash(&file);
		to_json(&file, &json);
		for (i = 0; i < MUTATIONS; i++) {
			struct ipm_buf broken = IPM_BUF_INIT, copy = IPM_BUF_INIT,
				       again = IPM_BUF_INIT;

			ipm_buf_append(&broken, json.data, json.len);
			mutate(&broken);
			if (import_bytes_of(ipm_buf_bytes(&broken), &copy, &err) == IPM_OK) {
				/* Then it is a whole crash file. */
				to_json(&copy, &again);
				ck_assert_int_eq(
					open_bytes(ipm_buf_bytes(&copy), NULL, &reader, &err),
					IPM_OK);
				ck_assert_int_eq(ipm_reader_info(reader)->integrity, IPM_WHOLE);
				ipm_reader_close(reader);
			} else {
				ck_assert_ptr_null(strchr(err.message, '\n'));
				ck_assert_uint_gt(strlen(err.message), 0);
			}
			ipm_buf_deinit(&broken);
			ipm_buf_deinit(&copy);
			ipm_buf_deinit(&again);
		}
		ipm_buf_deinit(&file);
		ipm_buf_deinit(&json);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import");
	TCase *tc = tcase_create("import");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 280);
	tcase_add_test(tc, nothing_is_lost);
	tcase_add_test(tc, cut_while_read);
	tcase_add_test(tc, damaged_json);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
