/* SPDX-License-Identifier: MIT */
#include "hold.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "ipm_model.h"

/* The text of the id at `at`, quotes stripped. */
static bool read_id(struct ipm_str message, size_t at, struct ipm_str *ret)
{
	size_t end = message_value_end(message, at);

	if (end == SIZE_MAX || end - at < 3 || end - at - 2 >= HOLD_ID_BYTES)
		return false;
	*ret = (struct ipm_str){message.data + at + 1, end - at - 2};
	return true;
}

/* Object ids are "<isolate>.<context>.<number>": what comes before the number names the realm. */
static struct hold_realm *realm_of(struct hold *hold, struct ipm_str id)
{
	struct hold_realm *realm;
	size_t prefix_len = id.len;
	unsigned i;

	while (prefix_len && id.data[prefix_len - 1] != '.')
		prefix_len--;
	for (i = 0; i < hold->realm_count; i++) {
		realm = &hold->realms[i];
		if (realm->prefix_len == prefix_len && !memcmp(realm->prefix, id.data, prefix_len))
			return realm;
	}
	if (hold->realm_count == HOLD_MAX_REALMS)
		return NULL;
	realm = &hold->realms[hold->realm_count++];
	*realm = (struct hold_realm){.prefix_len = prefix_len};
	memcpy(realm->prefix, id.data, prefix_len);
	return realm;
}

/* Notes all ids in `frames` from `from` on; false when there is no room for all of them. */
static bool note_places(struct hold *hold, size_t from)
{
	struct ipm_str text = ipm_buf_as_str(&hold->frames);
	size_t before = hold->place_count, at = from;
	struct hold_realm *realm;
	struct ipm_str id;

	while ((at = message_find(text, "objectId", at)) != SIZE_MAX) {
		if (hold->place_count == HOLD_MAX_OBJECTS || !read_id(text, at, &id) ||
		    !(realm = realm_of(hold, id))) {
			hold->place_count = before;
			return false;
		}
		hold->places[hold->place_count++] = (struct hold_place){
			(size_t)(id.data - text.data), id.len, (unsigned)(realm - hold->realms), 0};
	}
	for (; before < hold->place_count; before++)
		hold->places[before].index = hold->realms[hold->places[before].realm].count++;
	return true;
}

/* A frame whose objects are not kept says why, in the place of their ids. */
static void append_without_objects(struct ipm_buf *out, struct ipm_str frame, enum ipm_reason why)
{
	size_t at = 0;

	for (;;) {
		size_t id = message_find(frame, "objectId", at), end;

		end = id == SIZE_MAX ? id : message_value_end(frame, id);
		if (end == SIZE_MAX)
			break;
		ipm_buf_append(out, frame.data + at, id - at - strlen("\"objectId\":"));
		ipm_buf_printf(out, "\"inspmortReason\":%d", (int)why);
		at = end;
	}
	ipm_buf_append(out, frame.data + at, frame.len - at);
}

static bool function_is(struct ipm_str frame, const char *name)
{
	size_t at = message_find(frame, "functionName", 0), len = strlen(name);

	return at != SIZE_MAX && frame.len - at > len + 1 &&
	       !memcmp(frame.data + at + 1, name, len) && frame.data[at + 1 + len] == '"';
}

/*
 * While a class initializes itself, Node 24 mistakes the context of the function that holds the
 * class, and hands out V8's own objects as values of its variables: any use aborts the process.
 */
static bool is_treacherous(struct hold *hold, struct ipm_str frame)
{
	bool below_initializer = hold->class_initializer;

	hold->class_initializer = function_is(frame, "<static_initializer>");
	return below_initializer;
}

static void keep_frame(struct hold *hold, struct ipm_str frame, bool deaf)
{
	size_t start;

	if (hold->frame_count == HOLD_MAX_FRAMES) {
		hold->omitted_frames++;
		return;
	}
	if (hold->frame_count)
		ipm_buf_byte(&hold->frames, ',');
	start = hold->frames.len;
	if (deaf) {
		append_without_objects(&hold->frames, frame, IPM_REASON_UNINITIALIZED);
	} else if (is_treacherous(hold, frame)) {
		append_without_objects(&hold->frames, frame, IPM_REASON_UNSUPPORTED);
	} else {
		ipm_buf_append(&hold->frames, frame.data, frame.len);
		if (ipm_buf_ok(&hold->frames) &&
		    (hold->frame_count >= HOLD_MAX_SCOPED || !note_places(hold, start))) {
			bool foreign = hold->frame_count < HOLD_MAX_SCOPED &&
				       hold->place_count < HOLD_MAX_OBJECTS;

			hold->frames.len = start;
			append_without_objects(&hold->frames, frame,
					       foreign ? IPM_REASON_UNSUPPORTED : IPM_REASON_DEPTH);
		}
	}
	hold->frame_count++;
}

/* The agent's own frame is in the main context, whatever contexts the program's are in. */
static void main_realm(struct hold *hold, struct ipm_str own_frame)
{
	size_t at = message_find(own_frame, "callFrameId", 0);
	struct ipm_str id;

	if (at != SIZE_MAX && read_id(own_frame, at, &id))
		(void)realm_of(hold, id);
}

/* "scriptId":"83" of a frame; its location comes before any other. */
static struct ipm_str frame_script(struct ipm_str frame)
{
	size_t at = message_find(frame, "location", 0), end;

	at = at == SIZE_MAX ? at : message_find(frame, "scriptId", at);
	end = at == SIZE_MAX ? at : message_value_end(frame, at);
	return end == SIZE_MAX ? (struct ipm_str){0} : (struct ipm_str){frame.data + at, end - at};
}

static enum ipm_errc keep_frames(struct hold *hold, struct ipm_str paused, enum hold_top top,
				 bool deaf_top, struct ipm_error *err)
{
	size_t at = message_find(paused, "callFrames", 0);
	struct ipm_str own = {0};
	bool on_top = top == HOLD_BELOW_AGENT;
	bool first = true;

	if (at == SIZE_MAX || paused.data[at] != '[')
		return ipm_fail(err, IPM_ERR_PROTOCOL, "Debugger.paused without call frames");
	at++;
	while (at < paused.len && paused.data[at] == '{') {
		size_t end = message_value_end(paused, at);
		struct ipm_str frame = {paused.data + at, end - at}, script;

		if (end == SIZE_MAX)
			return ipm_fail(err, IPM_ERR_PROTOCOL, "Debugger.paused is cut");
		at = end + (end < paused.len && paused.data[end] == ',');
		/*
		 * The first frame is the agent's, and so are those of the same script right
		 * below.
		 */
		script = frame_script(frame);
		if (!own.len) {
			own = script;
			if (on_top)
				main_realm(hold, frame);
		}
		if (on_top && script.len == own.len && !memcmp(script.data, own.data, own.len))
			continue;
		keep_frame(hold, frame, deaf_top && first);
		on_top = first = false;
	}
	return ipm_buf_status(&hold->frames, err);
}

/* One call per realm makes a list of its objects; the list lives until its group is released. */
static enum ipm_errc keep_objects(struct hold *hold, struct session *session, struct ipm_error *err)
{
	struct ipm_buf params = IPM_BUF_INIT, reply = IPM_BUF_INIT;
	enum ipm_errc rc = IPM_OK;
	unsigned r;

	for (r = 0; r < hold->realm_count && !rc; r++) {
		struct hold_realm *realm = &hold->realms[r];
		struct ipm_str message, id;
		const char *separator = "";
		size_t i, at;

		ipm_buf_reset(&params);
		ipm_buf_printf(
			&params,
			"{\"functionDeclaration\":\"function(){return arguments}\",\"silent\":"
			"true,\"objectGroup\":\"%s\",\"arguments\":[",
			hold->group);
		for (i = 0; i < hold->place_count; i++) {
			const struct hold_place *p = &hold->places[i];

			if (p->realm != r)
				continue;
			ipm_buf_printf(&params, "%s{\"objectId\":\"%.*s\"}", separator, (int)p->len,
				       (const char *)hold->frames.data + p->at);
			separator = ",";
			/* Any object of the realm tells the inspector where to run the function. */
			if (!realm->holder[0])
				snprintf(realm->holder, sizeof(realm->holder), "%.*s", (int)p->len,
					 (const char *)hold->frames.data + p->at);
		}
		ipm_buf_printf(&params, "],\"objectId\":\"%s\"}", realm->holder);
		realm->holder[0] = 0;
		rc = ipm_buf_status(&params, err);
		if (!rc)
			rc = session->channel.ops->call(&session->channel, "Runtime.callFunctionOn",
							ipm_buf_as_str(&params), UINT64_MAX, &reply,
							err);
		if (rc)
			break;
		message = ipm_buf_as_str(&reply);
		at = message_find(message, "objectId", 0);
		if (at != SIZE_MAX && read_id(message, at, &id))
			snprintf(realm->holder, sizeof(realm->holder), "%.*s", (int)id.len,
				 id.data);
	}
	ipm_buf_deinit(&params);
	ipm_buf_deinit(&reply);
	return rc;
}

enum ipm_errc hold_take(struct hold *hold, struct session *session, struct ipm_str paused,
			enum hold_top top, bool deaf_top, struct ipm_error *err)
{
	static atomic_uint serial;
	enum ipm_errc rc;

	hold_release(hold, session);
	hold->taken = true;
	hold->taken_ns = ipm_monotonic_ns();
	hold->time_ns = ipm_realtime_ns();
	snprintf(hold->group, sizeof(hold->group), "inspmort.hold.%u",
		 atomic_fetch_add(&serial, 1));
	hold->places = malloc(HOLD_MAX_OBJECTS * sizeof(*hold->places));
	if (!hold->places)
		rc = ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a stack");
	else
		rc = keep_frames(hold, paused, top, deaf_top, err);
	if (!rc)
		rc = keep_objects(hold, session, err);
	if (rc)
		hold_release(hold, session);
	return rc;
}

/* Fills `ids` with the ids of a realm's objects; they stand in the reply in order. */
static enum ipm_errc list_realm(struct session *session, const struct hold_realm *realm,
				struct ipm_buf *reply, struct ipm_str *ids, struct ipm_error *err)
{
	char params[HOLD_ID_BYTES + 64];
	struct ipm_str message;
	enum ipm_errc rc;
	size_t at = 0;
	unsigned i;
	int n = snprintf(params, sizeof(params), "{\"objectId\":\"%s\",\"ownProperties\":true}",
			 realm->holder);

	rc = session->channel.ops->call(&session->channel, "Runtime.getProperties",
					(struct ipm_str){params, (size_t)n}, UINT64_MAX, reply,
					err);
	if (rc)
		return rc;
	message = ipm_buf_as_str(reply);
	for (i = 0; i < realm->count; i++) {
		at = message_find(message, "objectId", at);
		if (at == SIZE_MAX || !read_id(message, at, &ids[i]))
			return ipm_fail(err, IPM_ERR_PROTOCOL, "the held scopes are gone");
	}
	return IPM_OK;
}

enum ipm_errc hold_frames(struct hold *hold, struct session *session, struct ipm_buf *ret,
			  struct ipm_error *err)
{
	struct ipm_buf replies[HOLD_MAX_REALMS] = {0};
	struct ipm_str *ids = calloc(hold->place_count + 1, sizeof(*ids));
	struct ipm_str text = ipm_buf_as_str(&hold->frames);
	size_t first[HOLD_MAX_REALMS] = {0}, i, at = 0, next = 0;
	enum ipm_errc rc = IPM_OK;
	unsigned r;

	if (!ids)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "no memory for a stack");
	for (r = 0; r < hold->realm_count && !rc; r++) {
		first[r] = next;
		next += hold->realms[r].count;
		/* A realm that cannot be listed keeps dead ids: the engine reports them as such. */
		if (hold->realms[r].holder[0])
			rc = list_realm(session, &hold->realms[r], &replies[r], ids + first[r],
					err);
	}
	for (i = 0; i < hold->place_count && !rc; i++) {
		const struct hold_place *p = &hold->places[i];
		struct ipm_str id = ids[first[p->realm] + p->index];

		if (!id.len)
			continue;
		ipm_buf_append(ret, text.data + at, p->at - at);
		ipm_buf_str(ret, id);
		at = p->at + p->len;
	}
	if (!rc) {
		ipm_buf_append(ret, text.data + at, text.len - at);
		rc = ipm_buf_status(ret, err);
	}
	for (r = 0; r < HOLD_MAX_REALMS; r++)
		ipm_buf_deinit(&replies[r]);
	free(ids);
	return rc;
}

void hold_release(struct hold *hold, struct session *session)
{
	char params[64];
	int n;

	if (hold->taken && hold->realm_count && session_is_open(session)) {
		n = snprintf(params, sizeof(params), "{\"objectGroup\":\"%s\"}", hold->group);
		/*
		 * Nothing to do about a failure: the session takes its objects along when it
		 * goes.
		 */
		if (session_post(session, "Runtime.releaseObjectGroup",
				 (struct ipm_str){params, (size_t)n}, NULL))
			hold->realm_count = 0;
	}
	ipm_buf_deinit(&hold->frames);
	free(hold->places);
	*hold = (struct hold){0};
}
