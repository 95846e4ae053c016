/* SPDX-License-Identifier: MIT */
#ifndef IPM_MODEL_H
#define IPM_MODEL_H

/*
 * The description of a crash that every room shares: JavaScript values and objects, frames,
 * scopes, scripts, pauses. The writer takes these structs, the reader hands them out, and
 * nobody else knows how they lie in the file (spec/inspmort.md).
 *
 * All text is WTF-8 (ipm_str); all lengths of JavaScript strings are UTF-16 code units, as
 * JavaScript counts them. Lines and columns count from 0, as in the Chrome DevTools Protocol.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipm_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of the library: "0.1.0". */
IPM_API const char *ipm_version(void);

/* Why something that existed in the process is not in the file. Stored: never renumber. */
enum ipm_reason {
	IPM_REASON_NONE = 0,
	IPM_REASON_DEPTH = 1,
	IPM_REASON_OBJECTS = 2, /* object budget */
	IPM_REASON_BYTES = 3,	/* file size budget */
	IPM_REASON_TIME = 4,	/* deadline */
	IPM_REASON_STRING = 5,	/* string cut at its limit */
	IPM_REASON_DENIED = 6,	/* on the deny-list: reading it might run code */
	IPM_REASON_REDACTED = 7,
	IPM_REASON_GONE = 8, /* V8 had let go of it already */
	IPM_REASON_OPTIMIZED_OUT = 9,
	IPM_REASON_UNINITIALIZED = 10, /* temporal dead zone */
	IPM_REASON_FAILED = 11,	       /* the target answered with an error */
	IPM_REASON_UNSUPPORTED = 12,   /* this runtime does not show it */
	IPM_REASON_LENGTH = 13,	       /* too many elements, entries or properties */
	IPM_REASON_COUNT
};

/* "depth", "objects", …, as `info --json` prints them; "unknown" for other numbers. */
IPM_API const char *ipm_reason_name(enum ipm_reason reason);

/* A sequence stored in pieces of equal length, each its own record. count 0: none. */
struct ipm_slices {
	uint64_t first;	    /* id of the first slice; the others follow */
	uint64_t count;	    /* elements, bytes, properties or UTF-16 code units in all slices */
	uint32_t per_slice; /* how many of them each slice but the last holds */
};

/*
 * A JavaScript string. Whole when `length` is the length of `str` and there are no slices.
 * `str` then holds everything. Otherwise `str` is the beginning, and the rest is either in
 * `slices` (which repeat the beginning) or lost (cut at a limit).
 * `script_id` != 0: the text is `length` units of that script's source from `start`; `str`
 * is then empty.
 */
struct ipm_text {
	struct ipm_str str;
	uint64_t length;
	struct ipm_slices slices;
	uint64_t script_id;
	uint64_t start;
};

enum ipm_value_type {
	IPM_VALUE_UNDEFINED = 0,
	IPM_VALUE_NULL,
	IPM_VALUE_BOOLEAN,
	IPM_VALUE_INTEGER, /* a number without fraction in ±(2^53 - 1), not -0 */
	IPM_VALUE_NUMBER,  /* any other number, NaN, infinities and -0 included */
	IPM_VALUE_STRING,
	IPM_VALUE_BIGINT,   /* `string` holds the decimal digits, with '-', without 'n' */
	IPM_VALUE_OBJECT,   /* objects, functions and symbols: all that has identity */
	IPM_VALUE_ACCESSOR, /* a property with getter and/or setter; never run */
	IPM_VALUE_HOLES,    /* in elements only: so many absent indexes in a row */
	IPM_VALUE_OMITTED,  /* existed and is not here */
};

struct ipm_value {
	enum ipm_value_type type;
	union {
		bool boolean;
		int64_t integer;
		double number;
		struct ipm_text string;
		uint64_t object_id; /* > 0; the object may itself be missing from the file */
		struct {
			uint64_t get; /* object ids of the functions, 0: undefined */
			uint64_t set;
		} accessor;
		uint64_t holes;
		struct {
			enum ipm_reason reason;
			uint64_t size;		  /* length or bytes where known, else 0 */
			struct ipm_str type_name; /* typeof where known, else empty */
		} omitted;
	};
};

enum {
	IPM_PROPERTY_ENUMERABLE = 1,
	IPM_PROPERTY_CONFIGURABLE = 2,
	IPM_PROPERTY_WRITABLE = 4,
	IPM_PROPERTY_DEFAULT = 7,
};

struct ipm_property {
	struct ipm_str name; /* for a symbol key: its description in CDP's form, "Symbol(x)" */
	uint64_t symbol_id;  /* object id of the symbol; 0 for a string key */
	uint8_t flags;
	struct ipm_value value;
};

/*
 * What kind of thing an object is; decides which of the fields of struct ipm_object count.
 * Stored: never renumber. A kind that a reader does not know is to be shown as IPM_KIND_OBJECT.
 */
enum ipm_kind {
	IPM_KIND_OBJECT = 0,
	IPM_KIND_ARRAY = 1,	  /* length, elements */
	IPM_KIND_FUNCTION = 2,	  /* text: source; location; scopes */
	IPM_KIND_ERROR = 3,	  /* text: stack as shown, CDP's description */
	IPM_KIND_MAP = 4,	  /* length: size; elements: key, value, key, value, … */
	IPM_KIND_SET = 5,	  /* length: size; elements */
	IPM_KIND_WEAKMAP = 6,	  /* as MAP */
	IPM_KIND_WEAKSET = 7,	  /* as SET */
	IPM_KIND_DATE = 8,	  /* number: ms since 1970, NaN: invalid; text: CDP's description */
	IPM_KIND_REGEXP = 9,	  /* text: "/source/flags" */
	IPM_KIND_PROMISE = 10,	  /* state: enum ipm_promise_state; first: result */
	IPM_KIND_PROXY = 11,	  /* first: target; second: handler; both null when revoked */
	IPM_KIND_TYPEDARRAY = 12, /* length; byte_offset; element_type; first: its ArrayBuffer */
	IPM_KIND_ARRAYBUFFER = 13, /* length: bytes; bytes or byte_slices */
	IPM_KIND_DATAVIEW = 14,	   /* length: bytes; byte_offset; first: its ArrayBuffer */
	IPM_KIND_GENERATOR =
		15, /* state: enum ipm_generator_state; first: function; second: receiver; location; scopes */
	IPM_KIND_ITERATOR =
		16, /* of Map, Set, …; elements: what is left, keys and values if state is 1 */
	IPM_KIND_WEAKREF = 17,	 /* first: target, undefined when collected */
	IPM_KIND_SYMBOL = 18,	 /* text: description in CDP's form, "Symbol(x)"; no properties */
	IPM_KIND_PRIMITIVE = 19, /* boxed; first: the primitive */
	IPM_KIND_SCOPE = 20,	 /* scope_type; text: name; properties: its variables */
	IPM_KIND_MODULE = 21,	 /* module namespace */
	IPM_KIND_ARGUMENTS = 22, /* as ARRAY */
	IPM_KIND_WASM_MEMORY = 23,
	IPM_KIND_WASM_VALUE = 24,
	IPM_KIND_NODE = 25,  /* DOM node of a browser page */
	IPM_KIND_OTHER = 26, /* CDP subtype without a kind of its own, in `subtype` */
	IPM_KIND_COUNT
};

enum ipm_promise_state {
	IPM_PROMISE_PENDING = 0,
	IPM_PROMISE_FULFILLED = 1,
	IPM_PROMISE_REJECTED = 2
};
enum ipm_generator_state {
	IPM_GENERATOR_SUSPENDED = 0,
	IPM_GENERATOR_RUNNING = 1,
	IPM_GENERATOR_CLOSED = 2
};

/* CDP's Debugger.Scope.type. Stored: never renumber. */
enum ipm_scope_type {
	IPM_SCOPE_GLOBAL = 0,
	IPM_SCOPE_LOCAL = 1,
	IPM_SCOPE_WITH = 2,
	IPM_SCOPE_CLOSURE = 3,
	IPM_SCOPE_CATCH = 4,
	IPM_SCOPE_BLOCK = 5,
	IPM_SCOPE_SCRIPT = 6,
	IPM_SCOPE_EVAL = 7,
	IPM_SCOPE_MODULE = 8,
	IPM_SCOPE_WASM = 9,
	IPM_SCOPE_COUNT
};

/* CDP's spelling ("local", "wasm-expression-stack"); "closure" for other numbers. */
IPM_API const char *ipm_scope_type_name(enum ipm_scope_type type);
/* CDP's RemoteObject.subtype of a kind ("array", "map", …), or NULL where there is none. */
IPM_API const char *ipm_kind_subtype(enum ipm_kind kind);

/* Element types of typed arrays. Stored: never renumber. */
enum ipm_element_type {
	IPM_ELEMENT_INT8 = 0,
	IPM_ELEMENT_UINT8 = 1,
	IPM_ELEMENT_UINT8_CLAMPED = 2,
	IPM_ELEMENT_INT16 = 3,
	IPM_ELEMENT_UINT16 = 4,
	IPM_ELEMENT_INT32 = 5,
	IPM_ELEMENT_UINT32 = 6,
	IPM_ELEMENT_FLOAT16 = 7,
	IPM_ELEMENT_FLOAT32 = 8,
	IPM_ELEMENT_FLOAT64 = 9,
	IPM_ELEMENT_BIGINT64 = 10,
	IPM_ELEMENT_BIGUINT64 = 11,
};

struct ipm_location {
	uint64_t script_id; /* V8's script id; 0: unknown */
	int64_t line;
	int64_t column; /* -1: unknown */
};

/*
 * One object, function or symbol with everything known about it. Fields that its kind does
 * not name are zero. Arrays are borrowed: from the caller when writing, from the reader when
 * reading (until ipm_object_release).
 */
struct ipm_object {
	uint64_t id; /* > 0, dense, in order of discovery */
	/*
	 * From a reader: objects with the same number have kind, class, prototype and the keys of
	 * `properties` in common. 0: none. Writers find shapes themselves and ignore it.
	 */
	uint64_t shape;
	enum ipm_kind kind;
	struct ipm_str class_name; /* CDP's className */
	struct ipm_str
		description; /* CDP's description where it does not follow from the rest; else empty */
	struct ipm_str subtype; /* IPM_KIND_OTHER only */
	struct ipm_value proto; /* [[Prototype]]: OBJECT, NULL, or OMITTED */

	/* Own properties in the engine's order, without elements of arrays and typed arrays. */
	const struct ipm_property *properties;
	size_t property_count;
	struct ipm_slices more_properties;   /* what comes after `properties` */
	const struct ipm_property *privates; /* #fields, methods and accessors */
	size_t private_count;
	const struct ipm_property
		*internals; /* further [[internal]] properties, names with brackets */
	size_t internal_count;

	uint64_t length;
	const struct ipm_value *elements;
	size_t element_count;		 /* values here, a run of holes being one */
	struct ipm_slices more_elements; /* index after index what comes after `elements` */

	struct ipm_text text;
	struct ipm_location location;
	const uint64_t *scopes; /* object ids of IPM_KIND_SCOPE, innermost first */
	size_t scope_count;
	struct ipm_value first;
	struct ipm_value second;
	double number;
	uint32_t state;
	enum ipm_scope_type scope_type;
	enum ipm_element_type element_type;
	uint64_t byte_offset;
	struct ipm_bytes bytes;
	struct ipm_slices byte_slices;

	/* Holes of this object: what a limit kept out. */
	enum ipm_reason omitted_reason; /* IPM_REASON_NONE: nothing is missing */
	uint64_t omitted_properties;
	uint64_t omitted_elements;
};

/* A piece of a longer sequence. Exactly one of the arrays is set. */
struct ipm_slice {
	uint64_t id;
	const struct ipm_value *values; /* of elements */
	size_t value_count;
	const struct ipm_property *properties;
	size_t property_count;
	struct ipm_bytes bytes; /* of binary data */
	struct ipm_str str;	/* of a long string or a script's source */
};

struct ipm_scope_ref {
	enum ipm_scope_type type;
	struct ipm_str name;
	struct ipm_value
		object; /* OBJECT (kind SCOPE, or the real object of a global or with scope) or OMITTED */
	struct ipm_location start; /* script_id 0: not known */
	struct ipm_location end;
};

struct ipm_frame {
	struct ipm_str function_name;
	struct ipm_str url;
	struct ipm_location location;
	struct ipm_location function_location; /* script_id 0: not known */
	struct ipm_value this_value;
	struct ipm_value return_value;
	bool has_return_value;
	bool can_be_restarted;
	enum ipm_reason locals_missing; /* why this frame has no scopes, if it has none */
	const struct ipm_scope_ref *scopes;
	size_t scope_count;
};

/* A call site without variables: async parents, and frames that V8 had unwound. */
struct ipm_call_site {
	struct ipm_str function_name;
	struct ipm_str url;
	struct ipm_location location;
};

struct ipm_async_stack {
	struct ipm_str description; /* "await", "Promise.then", "setTimeout", … */
	const struct ipm_call_site *call_sites;
	size_t call_site_count;
};

struct ipm_pause {
	struct ipm_str reason; /* CDP's: exception, promiseRejection, OOM, other */
	bool uncaught;
	uint64_t time_ns;      /* real time */
	struct ipm_str thread; /* "main", or "worker N" */
	struct ipm_value data; /* the thing thrown; UNDEFINED with has_data false: none */
	bool has_data;
	const struct ipm_frame *frames; /* top first */
	size_t frame_count;
	uint64_t omitted_frames;
	const struct ipm_async_stack *async_stacks; /* nearest first */
	size_t async_stack_count;
};

struct ipm_script {
	uint64_t id; /* V8's */
	struct ipm_str url;
	struct ipm_str hash;
	struct ipm_str source_map_url;
	struct ipm_str embedder_name;
	struct ipm_str language; /* "JavaScript", "WebAssembly"; empty: not told */
	int64_t start_line, start_column, end_line, end_column;
	int64_t execution_context_id;
	uint64_t length; /* UTF-16 code units */
	bool is_module;
	bool has_source_url;
	bool is_live_edit;
	bool has_source;
	enum ipm_reason source_missing; /* why, if has_source is false */
	struct ipm_text source;
	bool has_source_map;
	struct ipm_text source_map; /* the map itself, JSON */
};

/* Written first. Empty strings and zeros: not known. */
struct ipm_meta {
	struct ipm_str tool;	     /* "inspmort 0.1.0" */
	struct ipm_str channel;	     /* "agent", "websocket" */
	struct ipm_str runtime;	     /* "node" */
	struct ipm_str node_version; /* "v20.20.2" */
	struct ipm_str v8_version;
	struct ipm_str arch;
	struct ipm_str platform;
	struct ipm_str program; /* the script, as in argv[1] */
	struct ipm_str cwd;
	struct ipm_str exec_path;
	struct ipm_str context_name; /* of the execution context: "/usr/bin/node[123]" */
	struct ipm_str hostname;
	uint64_t pid;
	uint64_t time_ns; /* real time of the capture's start */
	const struct ipm_str *argv;
	size_t argc;
};

/* A named document that goes with the crash: "report" (JSON), "console" (JSON lines), … */
struct ipm_note {
	struct ipm_str name;
	struct ipm_text text;
};

enum ipm_file_status {
	IPM_STATUS_COMPLETE = 0, /* everything that was to be captured is here */
	IPM_STATUS_BUDGET = 1,	 /* a budget ended the capture; the file is whole */
	IPM_STATUS_ERROR = 2,	 /* the capture failed midway; the file holds what came before */
};

/* Written last. */
struct ipm_summary {
	enum ipm_file_status status;
	enum ipm_reason stopped_by;
	uint64_t omitted[IPM_REASON_COUNT]; /* values left out, by reason */
	uint64_t redacted;
	uint64_t capture_ns; /* monotonic time from pause to here */
};

#ifdef __cplusplus
}
#endif

#endif
