/* SPDX-License-Identifier: MIT */
#include "find_source_map.h"

#include <string.h>

#include "base64.h"
#include "io.h"

#define MAX_MAP_BYTES ((size_t)16 << 20)
#define MAX_PATH_LEN  4096

static bool starts_with(struct ipm_str str, const char *text)
{
	size_t n = strlen(text);

	return str.len >= n && !memcmp(str.data, text, n);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put_percent_decoded(struct ipm_buf *out, struct ipm_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		int high = -1, low = -1;

		if (text.data[i] == '%' && text.len - i > 2) {
			high = hex_digit(text.data[i + 1]);
			low = hex_digit(text.data[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			ipm_buf_byte(out, (uint8_t)(high << 4 | low));
			i += 2;
		} else {
			ipm_buf_byte(out, (uint8_t)text.data[i]);
		}
	}
}

/* "data:application/json;charset=utf-8;base64,eyJ2ZXJ…" */
static bool from_data_url(struct ipm_str url, struct ipm_buf *ret)
{
	const char *comma = memchr(url.data, ',', url.len);
	struct ipm_str head, body;
	uint8_t *room;
	size_t n;

	if (!comma || url.len > MAX_MAP_BYTES)
		return false;
	head = (struct ipm_str){url.data, (size_t)(comma - url.data)};
	body = (struct ipm_str){comma + 1, url.len - head.len - 1};
	if (head.len < 7 || memcmp(comma - 7, ";base64", 7)) {
		put_percent_decoded(ret, body);
		return ipm_buf_ok(ret);
	}
	if (!ipm_buf_reserve(ret, body.len))
		return false;
	room = ret->data + ret->len;
	if (!base64_decode(body, room, &n))
		return false;
	ret->len += n;
	return true;
}

/* The file that a relative URL means, seen from the script. Nothing but files. */
static bool put_path(struct ipm_str map_url, struct ipm_str script_url, struct ipm_buf *out)
{
	size_t dir;

	if (starts_with(map_url, "file:///")) {
		put_percent_decoded(out, (struct ipm_str){map_url.data + 7, map_url.len - 7});
		return true;
	}
	if (memmem(map_url.data, map_url.len, "://", 3))
		return false;
	if (starts_with(script_url, "file:///"))
		script_url = (struct ipm_str){script_url.data + 7, script_url.len - 7};
	if (!starts_with(script_url, "/"))
		return false;
	for (dir = script_url.len; dir && script_url.data[dir - 1] != '/'; dir--)
		;
	if (!starts_with(map_url, "/"))
		put_percent_decoded(out, (struct ipm_str){script_url.data, dir});
	put_percent_decoded(out, map_url);
	return true;
}

bool source_map_find(struct ipm_str map_url, struct ipm_str script_url, bool local_files,
		     struct ipm_buf *ret)
{
	struct ipm_buf path = IPM_BUF_INIT;
	bool found = false;

	if (starts_with(map_url, "data:"))
		return from_data_url(map_url, ret);
	if (!local_files || !map_url.len || map_url.len > MAX_PATH_LEN)
		return false;
	if (put_path(map_url, script_url, &path) && path.len > 4 && path.len < MAX_PATH_LEN &&
	    !memcmp(path.data + path.len - 4, ".map", 4) && !memchr(path.data, '\0', path.len)) {
		ipm_buf_byte(&path, '\0');
		found = ipm_buf_ok(&path) &&
			!ipm_read_file((const char *)path.data, MAX_MAP_BYTES, ret, NULL);
	}
	ipm_buf_deinit(&path);
	return found;
}
