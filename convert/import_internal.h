/* SPDX-License-Identifier: MIT */
#ifndef IPM_IMPORT_INTERNAL_H
#define IPM_IMPORT_INTERNAL_H

/* What the files of the import share. */

#include "import.h"
#include "import_ids.h"
#include "import_pool.h"
#include "import_scan.h"
#include "json.h"

struct import {
	const struct ipm_import_options *opts;
	struct ipm_str text; /* the whole file, mapped */
	const char *dropped; /* pages before this have been given back */
	struct ipm_str paused, objects, scripts, report, console, summary;
	struct import_ids ids;
	struct ipm_str own_prefix;
	uint32_t own_count;
	bool own; /* ids are "<prefix>1", "<prefix>2", … in order: they stay what they are */
	uint32_t *
		queue; /* by number - 1: handle, or with QUEUE_BUFFER the handle of a typed array */
	uint8_t *queue_kind;
	uint32_t queued, queue_capacity;
	uint32_t written;      /* objects 1 … written are in the file */
	uint32_t global;       /* handle of the global object; ID_NONE: none yet */
	uint32_t script_scope; /* the same of the one script scope */
	struct import_module {
		uint64_t script_id;
		uint32_t handle;
	} modules[256]; /* module scopes, one a script */
	size_t module_count;
	struct import_scope {
		uint32_t handle;
		uint32_t order;
		enum ipm_scope_type type;
		struct ipm_str name; /* raw */
	} * scopes;		     /* of frames, which alone tell what they are */
	size_t scope_count, scope_capacity;
	struct ipm_writer *writer;
	struct import_pool pool;
	struct ipm_json item; /* the piece at hand */
	struct ipm_json mention;
	struct ipm_buf scratch;
	struct ipm_summary totals;
	struct ipm_import_result result;
	struct ipm_error *err;
};

enum { QUEUE_OBJECT, QUEUE_BUFFER };

/* IPM_ERR_BAD_DATA at a place in the file. */
enum ipm_errc import_bad(struct import *im, const char *at, const char *what);
/* Parses a piece of the file; errors name the place. */
IPM_MUST_USE enum ipm_errc import_parse(struct import *im, struct ipm_json *json,
					struct ipm_str piece);
/* Gives pages back that lie behind. */
void import_drop(struct import *im, const char *at);

/* import_identity.c */
/* The number of the object that a RemoteObject speaks of; 0: it has no id. */
IPM_MUST_USE enum ipm_errc import_number(struct import *im, struct ipm_json_ref remote,
					 uint32_t *ret);
/* The number behind an id alone; 0: it is not known. */
IPM_MUST_USE enum ipm_errc import_id_number(struct import *im, struct ipm_json_ref id,
					    uint32_t *ret);
/* The same for a scope; `script_id` of the code that sees it, 0: unknown. */
IPM_MUST_USE enum ipm_errc import_scope_number(struct import *im, struct ipm_json_ref remote,
					       enum ipm_scope_type type, uint64_t script_id,
					       uint32_t *ret);
/* Marks an id as one of the protocol's own; its listing, if there is one, goes to *ret. */
bool import_virtual(struct import *im, struct ipm_json_ref remote, struct ipm_str *ret_listing);
/* Is it known to be no object of the process: a list of scopes, an entry, a private method? */
bool import_only_protocol(struct import *im, uint32_t handle);
/* A new number, to be written as `kind` of `handle`. */
IPM_MUST_USE enum ipm_errc import_enqueue(struct import *im, uint32_t handle, uint8_t kind,
					  uint32_t *ret);
/* The extent of what a handle's offset points to. False: nowhere. */
bool import_listing(struct import *im, uint32_t handle, struct ipm_str *ret);
bool import_mention(struct import *im, uint32_t handle, struct ipm_str *ret);
void import_identity_deinit(struct import *im);

/* import_value.c */
IPM_MUST_USE enum ipm_errc import_value(struct import *im, struct ipm_json_ref remote,
					struct ipm_value *ret);
/* Decoded, in the pool. */
struct ipm_str import_str(struct import *im, struct ipm_json_ref ref);
struct ipm_text import_text(struct import *im, struct ipm_json_ref ref);
struct ipm_location import_location(struct ipm_json_ref ref);
/* One of getProperties' descriptors; *ret_own is false for what a prototype has. */
IPM_MUST_USE enum ipm_errc import_property(struct import *im, struct ipm_json_ref descriptor,
					   struct ipm_property *ret, bool *ret_own);
enum ipm_reason import_reason(struct ipm_str *text);
enum ipm_scope_type import_scope_type(struct ipm_str name);
enum ipm_kind import_kind(struct ipm_json_ref mention);
/* A typed array's element as bytes. */
unsigned import_element(enum ipm_element_type type, struct ipm_json_ref remote, uint8_t ret[8]);
enum ipm_element_type import_element_type(struct ipm_str class_name);
/* "0", "1", …: an array index. */
bool import_index(struct ipm_str raw_name, uint64_t *ret);

/* import_object.c: writes object number `number`. */
IPM_MUST_USE enum ipm_errc import_object(struct import *im, uint32_t number, uint32_t handle);
/* import_elements.c: the ArrayBuffer that a typed array needs and the JSON does not have. */
IPM_MUST_USE enum ipm_errc import_buffer(struct import *im, uint32_t number, uint32_t handle);

/* import_around.c */
/* "2026-11-23T05:12:28.120Z"; 0: no such thing. */
uint64_t import_time(struct ipm_str text);
/* "Summary", which stands beside the predecessor's keys in our own JSON; else nothing. */
IPM_MUST_USE enum ipm_errc import_summary(struct import *im, struct ipm_json *json);
IPM_MUST_USE enum ipm_errc import_meta(struct import *im);
IPM_MUST_USE enum ipm_errc import_scripts(struct import *im);
IPM_MUST_USE enum ipm_errc import_notes(struct import *im);

/* import_pause.c */
IPM_MUST_USE enum ipm_errc import_pauses(struct import *im);
/* Before anything else: which scopes frames have. */
IPM_MUST_USE enum ipm_errc import_frame_scopes(struct import *im);

#endif
