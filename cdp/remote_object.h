/* SPDX-License-Identifier: MIT */
#ifndef IPM_REMOTE_OBJECT_H
#define IPM_REMOTE_OBJECT_H

/*
 * Records to Chrome DevTools Protocol text: RemoteObjects, previews, property descriptors, frames,
 * scripts, as the live V8 of Node 20 to 26 words them (js_protocol.pdl; recorded conversations
 * decide where the protocol is silent).
 */

#include "buf.h"
#include "heap.h"

struct ipm_remote_cache;

struct ipm_cdp {
	struct ipm_heap *heap;
	/*
	 * Object ids are spelled "<prefix><id>", for example "1.1.42"; script ids are plain numbers.
	 * Things that exist only in the protocol add a suffix to the id of what they belong to:
	 * "1.1.42:scopes", "1.1.42:entries", "1.1.42:entry:3", "1.1.42:int8" and so on. The prefix
	 * needs no escaping in JSON.
	 */
	const char *object_id_prefix;
	/* Objects that are mentioned and were not captured get no id: nobody could be asked. */
	bool no_missing_ids;
	/*
	 * Called between the properties of a list, for those who write on as they go: it may take
	 * what is in `out` and empty it. May be NULL.
	 */
	void (*between)(void *self, struct ipm_buf *out);
	void *between_self;
	struct ipm_remote_cache *cache; /* NULL: none. For one heap whose objects never change */
};

enum {
	IPM_CDP_PREVIEW = 1, /* generatePreview */
	IPM_CDP_TABLE = 2,   /* a preview as console.table() has it: each row with its own */
};

/* One RemoteObject of a value, as JSON. OMITTED values show their reason as description. */
IPM_MUST_USE enum ipm_errc ipm_cdp_remote_object(struct ipm_cdp *cdp, const struct ipm_value *value,
						 unsigned flags, struct ipm_buf *out,
						 struct ipm_error *err);

/* CDP's description of a value ("Array(3)", "Map(2)", "f (a) {…}", "Error: x\n    at …"), WTF-8. */
IPM_MUST_USE enum ipm_errc ipm_cdp_description(struct ipm_cdp *cdp, const struct ipm_value *value,
					       struct ipm_buf *out, struct ipm_error *err);

struct ipm_cdp_properties_query {
	bool own_properties;
	bool accessor_properties_only;
	bool generate_preview;
	bool non_indexed_properties_only;
	/* Of a list of Map or Set entries ("<prefix>42:entries") only these; end 0: all. */
	uint64_t first_entry, end_entry;
};

/*
 * The result of Runtime.getProperties: {"result": […], "internalProperties": […],
 * "privateProperties": […]}. An object that was not captured gives an empty result with the
 * internal property [[NotCaptured]] that says why.
 */
IPM_MUST_USE enum ipm_errc ipm_cdp_get_properties(struct ipm_cdp *cdp, uint64_t object_id,
						  const struct ipm_cdp_properties_query *query,
						  struct ipm_buf *out, struct ipm_error *err);

/* The same for an object at hand. */
IPM_MUST_USE enum ipm_errc ipm_cdp_object_properties(struct ipm_cdp *cdp,
						     const struct ipm_object *object,
						     const struct ipm_cdp_properties_query *query,
						     struct ipm_buf *out, struct ipm_error *err);

/*
 * The same for an id as a client sends it, those with a suffix included. IPM_ERR_INVALID_ARGUMENT
 * with V8's words when it is no id of this prefix.
 */
IPM_MUST_USE enum ipm_errc
ipm_cdp_get_properties_by_id(struct ipm_cdp *cdp, struct ipm_str object_id,
			     const struct ipm_cdp_properties_query *query, struct ipm_buf *out,
			     struct ipm_error *err);

/* Which ids with a suffix an object has, for those who list them all. */
struct ipm_cdp_parts {
	bool scopes;
	bool entries;
	bool methods;
	bool views8, views16, views32;
};

struct ipm_cdp_parts ipm_cdp_parts_of(const struct ipm_object *object);
/* How many ":method:N" there are. */
uint64_t ipm_cdp_method_count(struct ipm_cdp *cdp, const struct ipm_object *object);

/* The params of Debugger.paused. Call frame ids are "<prefix><index>" of the frame. */
IPM_MUST_USE enum ipm_errc ipm_cdp_paused(struct ipm_cdp *cdp, const struct ipm_pause *pause,
					  struct ipm_buf *out, struct ipm_error *err);
/* The params of Debugger.scriptParsed. */
IPM_MUST_USE enum ipm_errc ipm_cdp_script_parsed(struct ipm_cdp *cdp,
						 const struct ipm_script *script,
						 struct ipm_buf *out, struct ipm_error *err);

/* Why something is not in the file, for people: "time budget reached". */
const char *ipm_reason_text(enum ipm_reason reason);

/* "<prefix>42" to 42; 0 when it is not of that form. */
uint64_t ipm_cdp_parse_object_id(const struct ipm_cdp *cdp, struct ipm_str text);

#endif
