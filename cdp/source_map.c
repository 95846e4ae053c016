/* SPDX-License-Identifier: MIT */
#include "source_map.h"

#include <stdlib.h>
#include <string.h>

#include "cdp_internal.h"

#define MAP_MAX_BYTES  ((size_t)64 << 20)
#define MAP_MAX_TOKENS ((size_t)1 << 20)

struct ipm_source_map {
	struct ipm_buf text;
	struct ipm_json json;
	struct ipm_buf mappings;
	struct ipm_buf root; /* sourceRoot */
	struct ipm_buf base; /* URL of the map, or of the script */
	struct ipm_buf url;
	struct ipm_buf content;
	struct ipm_json_ref sources;
	struct ipm_json_ref contents;
};

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

static bool decode_base64(struct ipm_str text, struct ipm_buf *out)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t i;
	int digit;

	for (i = 0; i < text.len && text.data[i] != '='; i++) {
		digit = base64_digit(text.data[i]);
		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			ipm_buf_byte(out, (uint8_t)(bits >> count));
		}
	}
	return true;
}

static bool is_data_url(struct ipm_str url)
{
	return url.len >= 5 && !memcmp(url.data, "data:", 5);
}

/* "data:application/json;charset=utf-8;base64,…" */
static bool decode_data_url(struct ipm_str url, struct ipm_buf *out)
{
	const char *comma;
	size_t head;

	if (!is_data_url(url))
		return false;
	comma = memchr(url.data, ',', url.len);
	if (!comma)
		return false;
	head = (size_t)(comma - url.data);
	url.data += head + 1;
	url.len -= head + 1;
	if (head >= 7 && !memcmp(comma - 7, ";base64", 7))
		return decode_base64(url, out);
	ipm_put_percent_decoded(out, url);
	return true;
}

static bool gather(void *self, struct ipm_str piece)
{
	ipm_buf_str(self, piece);
	return ipm_buf_ok(self);
}

static enum ipm_errc read_text(struct ipm_reader *reader, const struct ipm_script *script,
			       struct ipm_buf *out, struct ipm_error *err)
{
	enum ipm_errc rc;

	if (script->has_source_map) {
		rc = ipm_reader_text(reader, &script->source_map, 0, UINT64_MAX, gather, out, err);
		if (!rc)
			rc = ipm_buf_status(out, err);
		if (!rc && out->len)
			return IPM_OK;
		ipm_buf_reset(out);
	}
	if (!decode_data_url(script->source_map_url, out))
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "no source map in the file");
	return ipm_buf_status(out, err);
}

/* Servers may put ")]}'" and a line end before JSON, against its inclusion as a script. */
static struct ipm_str without_guard(struct ipm_str text)
{
	const char *end;

	if (text.len > 3 && !memcmp(text.data, ")]}", 3)) {
		end = memchr(text.data, '\n', text.len);
		if (end) {
			text.len -= (size_t)(end + 1 - text.data);
			text.data = end + 1;
		}
	}
	return text;
}

enum ipm_errc ipm_source_map_load(struct ipm_reader *reader, const struct ipm_script *script,
				  struct ipm_source_map **ret, struct ipm_error *err)
{
	struct ipm_source_map *map;
	struct ipm_json_ref root;
	enum ipm_errc rc;

	if (!script->has_source_map && !script->source_map_url.len)
		return ipm_fail(err, IPM_ERR_NOT_FOUND, "the script has no source map");
	map = calloc(1, sizeof(*map));
	if (!map)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	map->text.max = MAP_MAX_BYTES;
	rc = read_text(reader, script, &map->text, err);
	if (!rc)
		rc = ipm_json_parse(&map->json, without_guard(ipm_buf_as_str(&map->text)),
				    MAP_MAX_TOKENS, err);
	if (rc)
		goto fail;
	root = ipm_json_root(&map->json);
	map->sources = ipm_json_get(root, "sources");
	map->contents = ipm_json_get(root, "sourcesContent");
	(void)ipm_json_string(ipm_json_get(root, "sourceRoot"), &map->root);
	if (!is_data_url(script->source_map_url) && script->source_map_url.len &&
	    memmem(script->source_map_url.data, script->source_map_url.len, "://", 3))
		ipm_buf_str(&map->base, script->source_map_url);
	else
		ipm_buf_str(&map->base, script->url);
	if (!ipm_json_string(ipm_json_get(root, "mappings"), &map->mappings) ||
	    ipm_json_type(map->sources) != IPM_JSON_ARRAY) {
		rc = ipm_fail(err, IPM_ERR_BAD_DATA, "the source map has no mappings or sources");
		goto fail;
	}
	rc = ipm_buf_status(&map->mappings, err);
	if (!rc)
		rc = ipm_buf_status(&map->base, err);
	if (rc)
		goto fail;
	*ret = map;
	return IPM_OK;
fail:
	ipm_source_map_destroy(map);
	return rc;
}

void ipm_source_map_destroy(struct ipm_source_map *map)
{
	if (!map)
		return;
	ipm_json_deinit(&map->json);
	ipm_buf_deinit(&map->text);
	ipm_buf_deinit(&map->mappings);
	ipm_buf_deinit(&map->root);
	ipm_buf_deinit(&map->base);
	ipm_buf_deinit(&map->url);
	ipm_buf_deinit(&map->content);
	free(map);
}

/* One base64 VLQ number; false when there is none or it is too large. */
static bool take_vlq(struct ipm_str *text, int64_t *ret)
{
	uint64_t value = 0;
	unsigned shift = 0;
	int digit;

	do {
		digit = text->len ? base64_digit(*text->data) : -1;
		if (digit < 0 || shift > 35)
			return false;
		text->data++;
		text->len--;
		value |= (uint64_t)(digit & 31) << shift;
		shift += 5;
	} while (digit & 32);
	*ret = value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
	return true;
}

struct segment {
	int64_t column;
	int64_t source;
	int64_t line;
	int64_t original_column;
	bool mapped; /* has a source at all */
};

/* Adds the fields of one segment; what is broken counts as unmapped. */
static void take_segment(struct ipm_str *text, struct segment *s)
{
	int64_t delta, unused;

	s->mapped = false;
	if (!take_vlq(text, &delta))
		return;
	s->column += delta;
	if (!take_vlq(text, &delta))
		return;
	s->source += delta;
	if (!take_vlq(text, &delta))
		return;
	s->line += delta;
	if (!take_vlq(text, &delta))
		return;
	s->original_column += delta;
	s->mapped = true;
	(void)take_vlq(text, &unused); /* the name */
}

/* The last segment of the line that starts at or before the column. */
static bool find_segment(const struct ipm_source_map *map, int64_t line, int64_t column,
			 struct segment *ret)
{
	struct ipm_str text = ipm_buf_as_str(&map->mappings);
	struct segment s = {0};
	int64_t at = 0;
	bool found = false;

	while (text.len && at <= line) {
		if (*text.data == ';') {
			at++;
			s.column = 0;
			text.data++;
			text.len--;
		} else if (*text.data == ',') {
			text.data++;
			text.len--;
		} else {
			take_segment(&text, &s);
			if (at == line && s.column > column)
				break;
			if (at == line) {
				*ret = s;
				found = true;
			}
			/* Past what cannot be read: the next separator. */
			while (text.len && *text.data != ',' && *text.data != ';') {
				text.data++;
				text.len--;
			}
		}
	}
	return found && ret->mapped;
}

static bool is_absolute(struct ipm_str url)
{
	size_t i;

	if (url.len && url.data[0] == '/')
		return true;
	for (i = 0; i + 2 < url.len && url.data[i] != '/'; i++)
		if (!memcmp(url.data + i, "://", 3) || url.data[i] == ':')
			return true;
	return false;
}

/* Appends `path` segment by segment, "." and ".." resolved; never above `floor`. */
static void append_path(struct ipm_buf *url, size_t floor, struct ipm_str path)
{
	size_t n;
	const char *end;

	while (path.len) {
		end = memchr(path.data, '/', path.len);
		n = end ? (size_t)(end - path.data) : path.len;
		if (n == 2 && !memcmp(path.data, "..", 2)) {
			if (url->len > floor)
				url->len--; /* the slash */
			while (url->len > floor && url->data[url->len - 1] != '/')
				url->len--;
		} else if (n && !(n == 1 && *path.data == '.')) {
			ipm_buf_append(url, path.data, n);
			if (end)
				ipm_buf_byte(url, '/');
		}
		n += end != NULL;
		path.data += n;
		path.len -= n;
	}
}

static size_t host_end(struct ipm_str url)
{
	const char *scheme = url.len ? memmem(url.data, url.len, "://", 3) : NULL, *slash;

	if (!scheme)
		return url.len && url.data[0] == '/' ? 1 : 0;
	scheme += 3;
	slash = memchr(scheme, '/', url.len - (size_t)(scheme - url.data));
	return slash ? (size_t)(slash + 1 - url.data) : url.len;
}

static void resolve(struct ipm_source_map *map, struct ipm_str source)
{
	struct ipm_str base = ipm_buf_as_str(&map->base), root = ipm_buf_as_str(&map->root);
	size_t floor, end = base.len;

	ipm_buf_reset(&map->url);
	if (is_absolute(source)) {
		ipm_buf_str(&map->url, source);
		return;
	}
	if (is_absolute(root)) {
		ipm_buf_str(&map->url, root);
		floor = host_end(root);
		root.len = 0;
		if (map->url.len && map->url.data[map->url.len - 1] != '/')
			ipm_buf_byte(&map->url, '/');
	} else {
		floor = host_end(base);
		while (end > floor && base.data[end - 1] != '/')
			end--;
		ipm_buf_append(&map->url, base.data, end);
	}
	if (root.len) {
		append_path(&map->url, floor, root);
		if (map->url.len && map->url.data[map->url.len - 1] != '/')
			ipm_buf_byte(&map->url, '/');
	}
	append_path(&map->url, floor, source);
}

static struct ipm_json_ref element(struct ipm_json_ref array, size_t index)
{
	struct ipm_json_ref at = ipm_json_first(array);

	while (index-- && ipm_json_type(at) != IPM_JSON_NONE)
		at = ipm_json_next(at);
	return at;
}

bool ipm_source_map_lookup(struct ipm_source_map *map, int64_t line, int64_t column,
			   struct ipm_original *ret)
{
	struct ipm_buf source = IPM_BUF_INIT;
	struct segment s = {0};
	bool found;

	if (line < 0 || column < 0 || !find_segment(map, line, column, &s) || s.source < 0 ||
	    (uint64_t)s.source >= ipm_json_size(map->sources) || s.line < 0 ||
	    s.original_column < 0)
		return false;
	found = ipm_json_string(element(map->sources, (size_t)s.source), &source);
	if (found)
		resolve(map, ipm_buf_as_str(&source));
	found = found && ipm_buf_ok(&source) && ipm_buf_ok(&map->url);
	ipm_buf_deinit(&source);
	if (!found)
		return false;
	*ret = (struct ipm_original){ipm_buf_as_str(&map->url), s.line, s.original_column,
				     (size_t)s.source};
	return true;
}

bool ipm_source_map_content(struct ipm_source_map *map, size_t source, struct ipm_str *ret)
{
	if (source >= ipm_json_size(map->contents))
		return false;
	ipm_buf_reset(&map->content);
	if (!ipm_json_string(element(map->contents, source), &map->content) ||
	    !ipm_buf_ok(&map->content))
		return false;
	*ret = ipm_buf_as_str(&map->content);
	return true;
}
