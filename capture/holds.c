/* SPDX-License-Identifier: MIT */
#include "ipm_holds.h"

#include <inttypes.h>
#include <string.h>

#include "json.h"

/* Objects of one pause; those of frames further down are not kept. */
#define MAX_KEPT 400

#define GROUP "inspmort-hold-"

static void clear(struct ipm_hold *hold)
{
	ipm_buf_deinit(&hold->paused);
	ipm_buf_deinit(&hold->kept);
	ipm_buf_deinit(&hold->value);
	*hold = (struct ipm_hold){0};
}

void ipm_holds_deinit(struct ipm_holds *h)
{
	size_t i;

	for (i = 0; i < IPM_HOLDS; i++)
		clear(&h->at[i]);
}

/* The next objectId of a message; inside a string its quotes would be escaped. */
static bool next_id(struct ipm_str text, size_t *at, struct ipm_str *ret)
{
	static const char key[] = "\"objectId\":\"";
	const char *from, *end;

	from = memmem(text.data + *at, text.len - *at, key, sizeof(key) - 1);
	if (!from)
		return false;
	from += sizeof(key) - 1;
	end = memchr(from, '"', (size_t)(text.data + text.len - from));
	if (!end)
		return false;
	*ret = (struct ipm_str){from, (size_t)(end - from)};
	*at = (size_t)(end - text.data);
	return true;
}

static bool call(struct ipm_channel *ch, const char *method, struct ipm_buf *params,
		 uint64_t deadline_ns, struct ipm_buf *reply, struct ipm_json *json,
		 struct ipm_json_ref *ret)
{
	struct ipm_error err;

	if (!ipm_buf_ok(params) ||
	    ch->ops->call(ch, method, ipm_buf_as_str(params), deadline_ns, reply, &err) ||
	    ipm_json_parse(json, ipm_buf_as_str(reply), 0, &err))
		return false;
	*ret = ipm_json_get(ipm_json_root(json), "result");
	return ipm_json_type(*ret) == IPM_JSON_OBJECT;
}

/* The raw text of what a primitive RemoteObject is; empty for objects. */
static struct ipm_str primitive(struct ipm_json_ref remote)
{
	struct ipm_json_ref value = ipm_json_get(remote, "unserializableValue");

	if (ipm_json_type(ipm_json_get(remote, "objectId")) == IPM_JSON_STRING)
		return (struct ipm_str){0};
	if (ipm_json_type(value) == IPM_JSON_NONE)
		value = ipm_json_get(remote, "value");
	if (ipm_json_type(value) == IPM_JSON_NONE)
		value = ipm_json_get(remote, "type");
	return ipm_json_raw(value);
}

/* Which of the message's ids is the exception's; false: it names none. */
static bool find_exception(struct ipm_hold *hold, struct ipm_str paused)
{
	struct ipm_json json = {0};
	struct ipm_json_ref data;
	struct ipm_str id, wanted;
	struct ipm_error err;
	size_t at = 0, i;
	bool found = false;

	hold->data = SIZE_MAX;
	if (!ipm_json_parse(&json, paused, 0, &err)) {
		data = ipm_json_get(ipm_json_get(ipm_json_root(&json), "params"), "data");
		ipm_buf_str(&hold->value, primitive(data));
		wanted = ipm_json_raw(ipm_json_get(data, "objectId"));
		for (i = 0; wanted.len > 2 && i < MAX_KEPT && next_id(paused, &at, &id); i++)
			if (id.len == wanted.len - 2 && !memcmp(id.data, wanted.data + 1, id.len)) {
				hold->data = i;
				break;
			}
		found = hold->data != SIZE_MAX || hold->value.len;
	}
	ipm_json_deinit(&json);
	return found;
}

/* function(){return arguments}(object, object, …): a list that holds them all. */
static void put_keeper(struct ipm_buf *params, struct ipm_str paused, uint64_t number)
{
	struct ipm_str id;
	size_t at = 0, i;

	ipm_buf_printf(params,
		       "{\"functionDeclaration\":\"function(){return arguments}\",\"silent\":true,"
		       "\"objectGroup\":\"" GROUP "%" PRIu64 "\"",
		       number);
	for (i = 0; i < MAX_KEPT && next_id(paused, &at, &id); i++) {
		if (!i) {
			ipm_buf_cstr(params, ",\"objectId\":\"");
			ipm_buf_str(params, id);
			ipm_buf_cstr(params, "\",\"arguments\":[");
		}
		ipm_buf_cstr(params, i ? ",{\"objectId\":\"" : "{\"objectId\":\"");
		ipm_buf_str(params, id);
		ipm_buf_cstr(params, "\"}");
	}
	ipm_buf_cstr(params, i ? "]}" : "}");
}

static void release(struct ipm_hold *hold, struct ipm_channel *ch, uint64_t deadline_ns)
{
	struct ipm_buf params = IPM_BUF_INIT, reply = IPM_BUF_INIT;
	struct ipm_error err;

	ipm_buf_printf(&params, "{\"objectGroup\":\"" GROUP "%" PRIu64 "\"}", hold->number);
	if (hold->number && ch->ops->call(ch, "Runtime.releaseObjectGroup", ipm_buf_as_str(&params),
					  deadline_ns, &reply, &err))
		ipm_buf_reset(&reply); /* it will go with the session */
	ipm_buf_deinit(&params);
	ipm_buf_deinit(&reply);
	clear(hold);
}

void ipm_holds_add(struct ipm_holds *h, struct ipm_channel *ch, struct ipm_str paused,
		   uint64_t deadline_ns)
{
	struct ipm_hold *hold = &h->at[h->count % IPM_HOLDS];
	struct ipm_buf params = IPM_BUF_INIT, reply = IPM_BUF_INIT;
	struct ipm_json json = {0};
	struct ipm_json_ref result;

	release(hold, ch, deadline_ns);
	if (find_exception(hold, paused)) {
		put_keeper(&params, paused, h->count + 1);
		if (call(ch, "Runtime.callFunctionOn", &params, deadline_ns, &reply, &json,
			 &result) &&
		    ipm_json_string(ipm_json_get(ipm_json_get(result, "result"), "objectId"),
				    &hold->kept)) {
			ipm_buf_str(&hold->paused, paused);
			hold->number = ++h->count;
		}
	}
	if (!hold->number || !ipm_buf_ok(&hold->paused) || !ipm_buf_ok(&hold->kept) ||
	    !ipm_buf_ok(&hold->value))
		clear(hold);
	ipm_json_deinit(&json);
	ipm_buf_deinit(&params);
	ipm_buf_deinit(&reply);
}

static bool is_same(const struct ipm_hold *hold, struct ipm_channel *ch,
		    struct ipm_json_ref exception, uint64_t deadline_ns)
{
	struct ipm_str id = ipm_json_raw(ipm_json_get(exception, "objectId"));
	struct ipm_str value = primitive(exception);
	struct ipm_buf params = IPM_BUF_INIT, reply = IPM_BUF_INIT;
	struct ipm_json json = {0};
	struct ipm_json_ref result;
	bool same = false;

	if (hold->data == SIZE_MAX || id.len <= 2)
		return value.len && value.len == hold->value.len &&
		       !memcmp(value.data, hold->value.data, value.len);
	ipm_buf_cstr(&params, "{\"functionDeclaration\":\"function(i,e){return this[i]===e}\","
			      "\"silent\":true,\"returnByValue\":true,\"objectId\":");
	ipm_json_put_string(&params, ipm_buf_as_str(&hold->kept));
	ipm_buf_printf(&params, ",\"arguments\":[{\"value\":%zu},{\"objectId\":", hold->data);
	ipm_buf_str(&params, id);
	ipm_buf_cstr(&params, "}]}");
	if (call(ch, "Runtime.callFunctionOn", &params, deadline_ns, &reply, &json, &result))
		same = ipm_json_bool(ipm_json_get(ipm_json_get(result, "result"), "value"), false);
	ipm_json_deinit(&json);
	ipm_buf_deinit(&params);
	ipm_buf_deinit(&reply);
	return same;
}

/* The message with the ids that its objects have now; an object that was not kept has none. */
static bool renew(const struct ipm_hold *hold, struct ipm_json_ref properties, struct ipm_buf *ret)
{
	struct ipm_str text = ipm_buf_as_str(&hold->paused), id, now[MAX_KEPT] = {{0}};
	struct ipm_json_ref p = ipm_json_first(properties);
	size_t count = ipm_json_size(properties), at = 0, from = 0, i, n;
	struct ipm_buf name = IPM_BUF_INIT;

	for (i = 0; i < count; i++, p = ipm_json_next(p)) {
		ipm_buf_reset(&name);
		if (!ipm_json_string(ipm_json_get(p, "name"), &name) || !name.len || name.len > 4)
			continue;
		ipm_buf_byte(&name, '\0');
		for (n = 0, at = 0;
		     ipm_buf_ok(&name) && name.data[at] >= '0' && name.data[at] <= '9'; at++)
			n = n * 10 + (size_t)(name.data[at] - '0');
		if (at && at + 1 == name.len && n < MAX_KEPT)
			now[n] = ipm_json_raw(ipm_json_get(ipm_json_get(p, "value"), "objectId"));
	}
	ipm_buf_deinit(&name);
	ipm_buf_reset(ret);
	for (i = 0, at = 0; next_id(text, &at, &id); i++) {
		size_t start = (size_t)(id.data - text.data);

		if (i < MAX_KEPT && now[i].len > 2) {
			ipm_buf_append(ret, text.data + from, start - 1 - from);
			ipm_buf_str(ret, now[i]);
		} else {
			/* ,"objectId":"…" */
			start -= sizeof("\"objectId\":\"") - 1;
			start -= start > from && text.data[start - 1] == ',';
			ipm_buf_append(ret, text.data + from, start - from);
		}
		from = at + 1;
	}
	ipm_buf_append(ret, text.data + from, text.len - from);
	return ipm_buf_ok(ret);
}

bool ipm_holds_find(struct ipm_holds *h, struct ipm_channel *ch, struct ipm_str exception,
		    uint64_t *before, uint64_t deadline_ns, struct ipm_buf *ret)
{
	struct ipm_buf params = IPM_BUF_INIT, reply = IPM_BUF_INIT;
	struct ipm_json what = {0}, json = {0};
	const struct ipm_hold *hold = NULL;
	struct ipm_json_ref result;
	struct ipm_error err;
	uint64_t i;
	bool found = false;

	if (!ipm_json_parse(&what, exception, 0, &err))
		for (i = h->count; !hold && i > 0 && h->count - i < IPM_HOLDS; i--) {
			hold = &h->at[(i - 1) % IPM_HOLDS];
			if (!hold->number || hold->number >= *before ||
			    !is_same(hold, ch, ipm_json_root(&what), deadline_ns))
				hold = NULL;
		}
	if (hold) {
		*before = hold->number;
		ipm_buf_cstr(&params, "{\"ownProperties\":true,\"objectId\":");
		ipm_json_put_string(&params, ipm_buf_as_str(&hold->kept));
		ipm_buf_byte(&params, '}');
		found = call(ch, "Runtime.getProperties", &params, deadline_ns, &reply, &json,
			     &result) &&
			renew(hold, ipm_json_get(result, "result"), ret);
	}
	ipm_json_deinit(&what);
	ipm_json_deinit(&json);
	ipm_buf_deinit(&params);
	ipm_buf_deinit(&reply);
	return found;
}
