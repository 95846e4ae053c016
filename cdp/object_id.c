/* SPDX-License-Identifier: MIT */
#include "object_id.h"

#include <string.h>

#include "json.h"

static const char *const parts[IPM_ID_PART_COUNT] = {
	[IPM_ID_SCOPES] = ":scopes",   [IPM_ID_ENTRIES] = ":entries", [IPM_ID_ENTRY] = ":entry:",
	[IPM_ID_METHODS] = ":methods", [IPM_ID_METHOD] = ":method:",  [IPM_ID_INT8] = ":int8",
	[IPM_ID_UINT8] = ":uint8",     [IPM_ID_INT16] = ":int16",     [IPM_ID_INT32] = ":int32",
};

static bool has_number(enum ipm_id_part part)
{
	return part == IPM_ID_ENTRY || part == IPM_ID_METHOD;
}

static bool take(struct ipm_str *text, const char *word)
{
	size_t n = strlen(word);

	if (text->len < n || memcmp(text->data, word, n) != 0)
		return false;
	text->data += n;
	text->len -= n;
	return true;
}

/* Plain decimal digits, no sign, no leading zero. */
static bool take_number(struct ipm_str *text, uint64_t *ret)
{
	uint64_t value = 0;
	size_t n = 0;

	while (n < text->len && n < 19 && text->data[n] >= '0' && text->data[n] <= '9')
		value = value * 10 + (uint64_t)(text->data[n++] - '0');
	if (!n || (n > 1 && text->data[0] == '0'))
		return false;
	text->data += n;
	text->len -= n;
	*ret = value;
	return true;
}

bool ipm_parse_object_id(const char *prefix, struct ipm_str text, struct ipm_object_id *ret)
{
	struct ipm_object_id id = {0};
	struct ipm_str rest;
	int part;

	if (!take(&text, prefix) || !take_number(&text, &id.id) || !id.id)
		return false;
	if (!text.len) {
		*ret = id;
		return true;
	}
	for (part = IPM_ID_OBJECT + 1; part < IPM_ID_PART_COUNT; part++) {
		id.part = (enum ipm_id_part)part;
		rest = text;
		if (take(&rest, parts[part]) &&
		    (!has_number(id.part) || take_number(&rest, &id.number)) && !rest.len) {
			*ret = id;
			return true;
		}
	}
	return false;
}

void ipm_put_object_id(struct ipm_buf *out, const char *prefix, struct ipm_object_id id)
{
	ipm_buf_cstr(out, prefix);
	ipm_put_uint(out, id.id);
	if (id.part == IPM_ID_OBJECT)
		return;
	ipm_buf_cstr(out, parts[id.part]);
	if (has_number(id.part))
		ipm_put_uint(out, id.number);
}

uint64_t ipm_cdp_parse_object_id(const struct ipm_cdp *cdp, struct ipm_str text)
{
	struct ipm_object_id id;

	if (!ipm_parse_object_id(cdp->object_id_prefix, text, &id) || id.part != IPM_ID_OBJECT)
		return 0;
	return id.id;
}
