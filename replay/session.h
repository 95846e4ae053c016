/* SPDX-License-Identifier: MIT */
#ifndef IPM_SESSION_H
#define IPM_SESSION_H

/* What the files of the protocol side share: the session, a call in progress, the tables. */

#include "eval.h"
#include "ipm_replay.h"
#include "json.h"
#include "params.h"
#include "remote_object.h"

#define MAX_REQUEST_TOKENS 262144
/* What an expression gets at first, while others wait. */
#define QUICK_MS 20

struct ipm_replay {
	struct ipm_reader *reader;
	const struct ipm_pause *pause; /* NULL: the file holds none */
	uint64_t pause_index;
	struct ipm_evaluator *evaluator;
	struct ipm_heap *heap; /* the evaluator's */
	struct ipm_cdp cdp;
	char prefix[48]; /* of object and call frame ids: "<isolate>.1." */
	char isolate[24];
	char unique_id[48];
	size_t max_reply_bytes;
	size_t piece_bytes;
	size_t reply_limit; /* of the present request: less for one that may not take long */
	bool quick;	    /* the present request may not take long */
	bool gave_up;	    /* it would have */
	bool debugger_enabled;
	bool runtime_enabled;
	uint64_t exceptions; /* exceptionIds handed out */
	uint64_t breakpoints;
	struct ipm_value last; /* what $_ is */
	struct ipm_buf last_text;
	struct ipm_json request; /* memory kept between requests */
	struct ipm_buf text;	 /* scratch for decoded strings */
};

/* One request. A method appends its result object to `result`, or calls call_error(). */
struct call {
	struct ipm_replay *r;
	int64_t id;
	struct ipm_json_ref params;
	struct ipm_outbox *out;
	struct ipm_outbox after; /* events that follow the reply */
	struct ipm_buf result;	 /* holds the reply so far, its head included */
	size_t result_start;
	bool flushed;	    /* a part of the reply is on its way: it can be no error any more */
	size_t whole_until; /* `result` up to here ends where a property of the list does */
	enum ipm_errc flush_code; /* what went wrong on the way */
	struct ipm_error flush_error;
	bool failed; /* the reply is an error */
	int error_code;
	char error_message[512];
	char error_data[256];
};

typedef enum ipm_errc (*method_fn)(struct call *c, struct ipm_error *err);

struct method {
	const char *name;
	method_fn run;	    /* NULL: `{}` is the answer */
	const char *params; /* see params.h */
	const char *returns;
};

struct event {
	const char *name;
	const char *params;
};

struct domain {
	const char *name;
	const struct method *methods;
	const struct event *events; /* NULL: none */
};

extern const struct domain debugger_domain;
extern const struct domain runtime_domain;
extern const struct domain *const all_domains[]; /* ends with NULL */

/* Makes the reply an error. Always returns IPM_OK, so that methods can end with it. */
enum ipm_errc call_error(struct call *c, int code, const char *format, ...) IPM_PRINTF(3, 4);
/* The reply for what a reader or converter could not do: the client's error, unless fatal. */
enum ipm_errc call_failed(struct call *c, enum ipm_errc code, struct ipm_error *err);

/* An event: event_begin, append the params object to *text, event_send. */
void event_begin(struct call *c, struct ipm_buf *text, const char *method);
IPM_MUST_USE enum ipm_errc event_send(struct call *c, struct ipm_outbox *box, struct ipm_buf *text,
				      struct ipm_error *err);

/*
 * Lets a long reply go out as far as it is made, when the outbox is drained. After the first time
 * `result` is shorter than it was, and call_error() would come too late.
 */
void call_breathe(struct call *c);
/* True when the present request may not take long, and is then given up. */
bool out_of_patience(struct call *c);

/* A string parameter, decoded; empty when absent. Borrowed from r->text until the next one. */
struct ipm_str string_param(struct call *c, const char *name);
/* As string_param, into a buffer of the caller's. */
void string_param_into(struct call *c, const char *name, struct ipm_buf *out);

enum id_kind {
	ID_OK,
	ID_INVALID,	  /* not of the form "n.n.n" */
	ID_OTHER_CONTEXT, /* of a process that this is not */
};

/* Checks an object id; *ret_number is what follows the prefix ("42:entries": 42). */
enum id_kind check_id(const struct ipm_replay *r, struct ipm_str id, uint64_t *ret_number);
/* Reads the parameter `objectId` into *ret; false, and the reply is Node's error. */
bool object_id_param(struct call *c, uint64_t *ret);
/* After object_id_param: what follows "<prefix>42:" in the id; empty for a plain one. */
const char *part_of_id(struct call *c);
/* Reads the parameter `callFrameId`; false, and the reply is Node's error. */
bool call_frame_param(struct call *c, size_t *ret);

/* The script of a parameter `scriptId`; NULL, and the reply is Node's error. */
const struct ipm_script *script_param(struct call *c, struct ipm_json_ref id, int error_code);

enum ipm_errc runtime_send_console(struct call *c, struct ipm_error *err);
enum ipm_errc debugger_pause_again(struct call *c, struct ipm_error *err);
enum ipm_errc debugger_evaluate_on_call_frame(struct call *c, struct ipm_error *err);
enum ipm_errc debugger_search_in_content(struct call *c, struct ipm_error *err);
enum ipm_errc runtime_evaluate(struct call *c, struct ipm_error *err);
enum ipm_errc runtime_query_objects(struct call *c, struct ipm_error *err);
/* Is this the object group of what people type? */
bool is_console(struct ipm_str group);
enum ipm_errc runtime_compile_script(struct call *c, struct ipm_error *err);
enum ipm_errc runtime_call_function_on(struct call *c, struct ipm_error *err);
enum ipm_errc runtime_global_names(struct call *c, struct ipm_error *err);

#endif
