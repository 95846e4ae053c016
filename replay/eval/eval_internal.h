/* SPDX-License-Identifier: MIT */
#ifndef IPM_EVAL_INTERNAL_H
#define IPM_EVAL_INTERNAL_H

/*
 * What the files of the evaluator share: values, strings, objects made by an expression, and the
 * state of one evaluation.
 *
 * Memory: one arena per evaluation, freed at its end. What the result reaches is then copied
 * into the evaluator's own heap (eval_heap.c).
 *
 * Failure: a function that can fail returns bool. False means that the evaluation is unwinding:
 * either `e->throwing` (a JavaScript exception, catchable by the expression) or `e->stop` /
 * `e->errc` (a limit or a failure of the file, not catchable).
 */

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "eval.h"

enum {
	EV_MAX_SOURCE = 1 << 20,
	EV_MAX_NESTING = 200,	 /* of the source: parser */
	EV_MAX_HEIGHT = 400,	 /* of the tree: long chains such as a+b+c… */
	EV_MAX_DEPTH = 10000,	 /* of calls and nodes at run time */
	EV_MAX_STACK = 2 << 20,	 /* bytes of the C stack, whichever is reached first */
	EV_MAX_CHAIN = 1000,	 /* of prototypes */
	EV_MAX_STRING = 1 << 28, /* UTF-16 units; V8's is 2^29 - 24 */
	EV_CACHE_SLOTS = 2048,
};

enum ev_type {
	EV_UNDEFINED,
	EV_NULL,
	EV_BOOLEAN,
	EV_NUMBER,
	EV_STRING,
	EV_BIGINT,
	EV_HEAP,   /* an object, function or symbol of the file or of an earlier expression */
	EV_TEMP,   /* the same, made by this expression */
	EV_NATIVE, /* a builtin function or namespace that was not looked up in the file */
	EV_OMITTED,
	EV_HOLE, /* an absent array element; never leaves an array */
};

/*
 * A string. `data` holds `held` of its `units` UTF-16 units; fewer when the capture cut it.
 * `lazy` is set while the text is still in the file.
 */
struct ev_str {
	const char *data;
	size_t len;
	uint64_t held;
	uint64_t units;
	const struct ipm_text *lazy;
	const uint16_t *utf16;	     /* made when somebody indexes text that is not ASCII */
	const struct ipm_text *text; /* as it came from the file, while unchanged */
};

struct ev_big {
	bool negative;
	size_t count; /* no leading zeros; 0: zero */
	uint32_t digits[];
};

struct ev_obj;
struct ev_native;

struct ev_val {
	enum ev_type type;
	union {
		bool boolean;
		double number;
		struct ev_str *str;
		const struct ev_big *big;
		uint64_t id;
		struct ev_obj *obj;
		const struct ev_native *native;
		const struct ipm_value *omitted;
	};
};

enum ev_key_kind { EV_KEY_STRING, EV_KEY_INDEX, EV_KEY_SYMBOL };

/* A property key. `name` is the text of all three (a symbol's in the form "Symbol(x)"). */
struct ev_key {
	enum ev_key_kind kind;
	uint32_t index;
	struct ipm_str name;
	struct ev_val symbol;
	char digits[12];
};

struct ev_slot {
	struct ipm_str name;
	struct ev_val symbol; /* UNDEFINED for a string key */
	uint8_t flags;
	struct ev_val value;
	struct ev_val get, set; /* accessors of object literals */
	bool accessor;
};

struct ev_closure;
struct ev_regex;

/* An object that this expression made. Changing it harms nobody. */
struct ev_obj {
	enum ipm_kind kind;
	const char *class_name;
	struct ev_val proto; /* UNDEFINED: the builtin prototype of its kind */
	struct ev_slot *slots;
	size_t slot_count, slot_capacity;
	uint32_t *slot_index; /* hash table of slots, 0: free; NULL while there are few */
	size_t slot_buckets;
	struct ev_val *elements; /* arrays; sets; maps as key, value; iterators */
	size_t element_count, element_capacity;
	uint32_t *entry_index; /* hash table of map and set entries */
	size_t entry_buckets;
	size_t live_entries; /* of map and set: deleted ones stay as EV_HOLE */
	size_t position;     /* of an iterator */
	struct ev_str *text;
	struct ev_val first;
	double number;
	struct ev_closure *closure;
	struct ev_regex *regex;
	enum ipm_element_type
		element_type;	/* of typed arrays; their elements are values here too */
	struct ipm_bytes bytes; /* of ArrayBuffers */
	bool frozen;
	uint64_t kept_id; /* in the evaluator's heap, once it is part of the result */
};

struct ev_node;
struct ev_env;

struct ev_closure {
	const struct ev_node *function;
	struct ev_env *env;
	struct ev_val this_value; /* of arrows */
};

struct ev_cached_object {
	uint64_t id;
	const struct ipm_object *object;
	unsigned pins;
	bool dense; /* no runs of holes among its elements: value i is element i */
};

struct ev_cached_slice {
	uint64_t id;
	const struct ipm_slice *slice;
	bool dense;
};

struct ev_chunk;

/* One evaluation. */
struct ev {
	struct ipm_evaluator *owner;
	struct ipm_heap *heap;
	struct ipm_reader *reader;
	const struct ipm_eval_request *req;
	const struct ipm_pause *pause;
	const struct ipm_frame *frame; /* NULL: global */

	struct ev_chunk *chunks;
	uint8_t *arena_at;
	size_t arena_left;
	uint64_t bytes, max_bytes;

	uint64_t steps, max_steps;
	uint64_t deadline_ns;
	unsigned depth;
	const char *stack_base;

	bool throwing;
	struct ev_val exception;
	uint32_t exception_at;		/* offset in the source */
	uint32_t at;			/* of the node being evaluated */
	const struct ev_node *iterated; /* what the next ev_iterate takes, for its message */
	enum ipm_eval_stop stop;
	enum ipm_errc errc;
	struct ipm_error *err;

	struct ipm_str source;
	struct ev_obj *generator; /* where `yield` puts its values */
	enum ipm_eval_ask ask;	  /* what the command line wants, and of what */
	struct ev_val asked;
	struct ipm_str label;  /* of a loop that is about to begin */
	struct ipm_str target; /* of the break or continue on its way; empty: the next loop */
	struct ev_env *free_envs;
	struct ev_cached_object cache[EV_CACHE_SLOTS];
	struct ev_cached_slice slices[16];
	unsigned next_slice;
	void *regex_stack;
	size_t regex_stack_capacity;
	struct ev_regex *regexes[16]; /* compiled ones; the same literal runs often */
	unsigned next_regex;
};

#define EV_UNDEF ((struct ev_val){.type = EV_UNDEFINED})

static inline struct ev_val ev_null(void)
{
	return (struct ev_val){.type = EV_NULL};
}
static inline struct ev_val ev_bool(bool b)
{
	return (struct ev_val){.type = EV_BOOLEAN, .boolean = b};
}
static inline struct ev_val ev_num(double n)
{
	return (struct ev_val){.type = EV_NUMBER, .number = n};
}
static inline struct ev_val ev_string(struct ev_str *s)
{
	return (struct ev_val){.type = EV_STRING, .str = s};
}
static inline struct ev_val ev_temp(struct ev_obj *o)
{
	return (struct ev_val){.type = EV_TEMP, .obj = o};
}
static inline bool ev_is_nullish(struct ev_val v)
{
	return v.type == EV_UNDEFINED || v.type == EV_NULL;
}

/* eval_mem.c: the arena. NULL: unwinding. Memory is zeroed. */
void *ev_alloc(struct ev *e, size_t size);
/* Grows (never shrinks) an allocation; the new part is zeroed. */
void *ev_grow(struct ev *e, void *old, size_t old_size, size_t new_size);
/* Makes room for one more of `size` bytes in a counted array. */
void *ev_more(struct ev *e, void *array, size_t count, size_t *capacity, size_t size);
void ev_free_all(struct ev *e);
/* Counts work; false when a limit is reached. */
bool ev_steps(struct ev *e, uint64_t count);
static inline bool ev_step(struct ev *e)
{
	return ev_steps(e, 1);
}
bool ev_enter(struct ev *e); /* deeper on the C stack; pairs with ev_leave if true */
static inline void ev_leave(struct ev *e)
{
	e->depth--;
}

/* eval_throw.c: all return false, so that `return ev_throw(…)` reads as one step. */
bool ev_throw(struct ev *e, const char *class_name, const char *format, ...) IPM_PRINTF(3, 4);
bool ev_throw_value(struct ev *e, struct ev_val v);
/* "EvalError": something of the dead process would have to run, or would change. */
bool ev_throw_side_effect(struct ev *e, const char *format, ...) IPM_PRINTF(2, 3);
bool ev_throw_omitted(struct ev *e, const struct ipm_value *omitted);
bool ev_throw_not_captured(struct ev *e, uint64_t id);
bool ev_fail(struct ev *e, enum ipm_errc code);
struct ev_obj *ev_new_error(struct ev *e, const char *class_name, struct ev_str *message);
/* For use with "%.*s" in messages: a long or odd text made short. */
const char *ev_excerpt(struct ev *e, struct ipm_str s);

/* eval_str.c */
struct ev_str *ev_str_new(struct ev *e, struct ipm_str s);    /* copies */
struct ev_str *ev_str_borrow(struct ev *e, struct ipm_str s); /* lives as long as the evaluation */
struct ev_str *ev_str_c(struct ev *e, const char *s);	      /* a literal */
struct ev_str *ev_str_utf16(struct ev *e, const uint16_t *units, size_t count);
struct ev_str *ev_str_from_buf(struct ev *e, struct ipm_buf *buf); /* frees `buf` */
struct ev_str *ev_str_text(struct ev *e, const struct ipm_text *text);
/* What is held is in memory afterwards. */
bool ev_str_load(struct ev *e, struct ev_str *s);
/* As ev_str_load; throws when the capture cut the string. */
bool ev_str_whole(struct ev *e, struct ev_str *s);
bool ev_str_is_cut(const struct ev_str *s);
/* Loaded, and indexable: *ret is NULL for ASCII (then use data). */
bool ev_str_units(struct ev *e, struct ev_str *s, const uint16_t **ret);
uint16_t ev_str_unit(const struct ev_str *s, size_t i); /* after ev_str_units */
struct ev_str *ev_str_slice(struct ev *e, struct ev_str *s, size_t from, size_t to);
struct ev_str *ev_str_concat(struct ev *e, struct ev_str *a, struct ev_str *b);
/* First occurrence at or after `from`, in units; SIZE_MAX: none. Both loaded and indexable. */
size_t ev_str_find(const struct ev_str *s, const struct ev_str *what, size_t from);
bool ev_str_equal_c(const struct ev_str *s, const char *c);
static inline struct ipm_str ev_str_view(const struct ev_str *s)
{
	return (struct ipm_str){s->data, s->len};
}
static inline bool ev_view_is(struct ipm_str s, const char *c)
{
	size_t n = __builtin_strlen(c);

	return s.len == n && !__builtin_memcmp(s.data, c, n);
}
static inline bool ev_view_equal(struct ipm_str a, struct ipm_str b)
{
	return a.len == b.len && (!a.len || !__builtin_memcmp(a.data, b.data, a.len));
}
/* Appends text, joining surrogate halves that meet. */
void ev_append(struct ipm_buf *buf, struct ipm_str s);
bool ev_is_space(uint32_t cp);
uint32_t ev_hash(const void *data, size_t len);

/* eval_num.c */
double ev_parse_number(const char *data, size_t len); /* as Number(text) */
double ev_parse_float(const char *data, size_t len);
struct ev_str *ev_number_string(struct ev *e, double n);
struct ev_str *ev_number_radix(struct ev *e, double n, int radix);
int32_t ev_int32(double n);
double ev_integer(double n); /* ToIntegerOrInfinity */

/* eval_big.c. NULL: unwinding. */
const struct ev_big *ev_big_from_int64(struct ev *e, int64_t n);
const struct ev_big *ev_big_from_uint64(struct ev *e, uint64_t n);
/* `*bad` is set when the text is no integer in that base (0: JavaScript's prefixes). */
const struct ev_big *ev_big_parse(struct ev *e, const char *data, size_t len, unsigned base,
				  bool *bad);
const struct ev_big *ev_big_from_double(struct ev *e, double n); /* an integer */
struct ev_str *ev_big_string(struct ev *e, const struct ev_big *a, unsigned base);
int ev_big_compare(const struct ev_big *a, const struct ev_big *b);
double ev_big_double(const struct ev_big *a);
const struct ev_big *ev_big_arith(struct ev *e, int op, const struct ev_big *a,
				  const struct ev_big *b);
const struct ev_big *ev_big_negate(struct ev *e, const struct ev_big *a);

/* eval_ops.c: conversions and operators, as the language defines them. */
bool ev_truthy(struct ev *e, struct ev_val v, bool *ret);
bool ev_to_primitive(struct ev *e, struct ev_val v, char hint, struct ev_val *ret);
bool ev_to_number(struct ev *e, struct ev_val v, double *ret);
bool ev_to_numeric(struct ev *e, struct ev_val v, struct ev_val *ret);
bool ev_to_integer(struct ev *e, struct ev_val v, double *ret);
struct ev_str *ev_to_string(struct ev *e, struct ev_val v);
bool ev_to_key(struct ev *e, struct ev_val v, struct ev_key *ret);
struct ev_key ev_key_of(struct ipm_str name); /* borrows */
struct ev_key ev_key_index(uint32_t index);
bool ev_key_value(struct ev *e, const struct ev_key *key, struct ev_val *ret);
struct ipm_str ev_key_name(struct ev_key *key);
bool ev_strict_equal(struct ev *e, struct ev_val a, struct ev_val b, bool *ret);
bool ev_loose_equal(struct ev *e, struct ev_val a, struct ev_val b, bool *ret);
bool ev_same_value(struct ev *e, struct ev_val a, struct ev_val b, bool zero, bool *ret);
/* a < b: 1, 0, or -1 for undefined (NaN). */
bool ev_less(struct ev *e, struct ev_val a, struct ev_val b, bool left_first, int *ret);
bool ev_binary(struct ev *e, int op, struct ev_val a, struct ev_val b, struct ev_val *ret);
bool ev_instanceof(struct ev *e, struct ev_val v, struct ev_val constructor, bool *ret);
const char *ev_typeof(struct ev *e, struct ev_val v); /* NULL: unwinding */

/* eval_object.c: properties of anything, wherever it lives. */
struct ev_found {
	bool found;
	bool accessor;
	bool is_private;
	uint8_t flags;
	struct ev_val value;
	struct ev_val get, set;
};

/* The object, pinned until ev_drop. NULL: unwinding. */
const struct ipm_object *ev_hold(struct ev *e, uint64_t id);
/* As ev_hold; *ret is NULL, without throwing, when the object was not captured. */
bool ev_hold_if_there(struct ev *e, uint64_t id, const struct ipm_object **ret);
void ev_drop(struct ev *e, const struct ipm_object *object);
bool ev_is_dense(struct ev *e, const struct ipm_object *object); /* while held */
/* Until the next call. `ret_dense` may be NULL. */
const struct ipm_slice *ev_slice(struct ev *e, uint64_t id, bool *ret_dense);
void ev_drop_all(struct ev *e);

bool ev_import(struct ev *e, const struct ipm_value *v, struct ev_val *ret);
/* The kind of an object; false and *ret untouched for primitives. */
bool ev_is_object(struct ev_val v); /* functions and symbols included */
bool ev_kind(struct ev *e, struct ev_val v, enum ipm_kind *ret);
bool ev_is_callable(struct ev *e, struct ev_val v, bool *ret);
bool ev_is_symbol(struct ev *e, struct ev_val v, bool *ret);
bool ev_class_name(struct ev *e, struct ev_val v, struct ipm_str *ret);

bool ev_own(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_found *ret);
/* Own or inherited. Accessors are not run. */
bool ev_lookup(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_found *ret);
/* object.key: throws for undefined and null and for getters of the dead process. */
bool ev_get(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_val *ret);
bool ev_get_c(struct ev *e, struct ev_val object, const char *name, struct ev_val *ret);
bool ev_get_private(struct ev *e, struct ev_val object, struct ipm_str name, struct ev_found *ret);
bool ev_proto(struct ev *e, struct ev_val object, struct ev_val *ret);

/* Walks own keys: indexes first, then strings, then symbols, as the language orders them. */
enum { EV_KEYS_STRINGS = 1, EV_KEYS_SYMBOLS = 2, EV_KEYS_HIDDEN = 4 };
bool ev_own_keys(struct ev *e, struct ev_val object, unsigned which,
		 bool (*visit)(struct ev *e, void *self, struct ev_key *key,
			       const struct ev_found *property),
		 void *self);

/* The places of an object's slots in the order of its keys. */
const uint32_t *ev_slot_order(struct ev *e, const struct ev_obj *o);

/* Indexed contents: of arrays, typed arrays, arguments, strings, and array-likes. */
bool ev_length(struct ev *e, struct ev_val object, uint64_t *ret);
/* *ret is EV_HOLE where there is nothing. */
bool ev_element(struct ev *e, struct ev_val object, uint64_t index, struct ev_val *ret);
/* Walks the stored elements in order: array indexes, set values, map keys and values. */
struct ev_walk {
	struct ev_val object;
	const struct ipm_object *held;
	uint64_t index;	   /* of what comes next */
	uint64_t end;	   /* elements in all; entries count twice in maps */
	size_t at;	   /* in the values at hand */
	uint64_t holes;	   /* left of a run */
	uint64_t slice_id; /* 0: still in the object's own elements */
	uint64_t slices_left;
};
bool ev_walk_start(struct ev *e, struct ev_val object, struct ev_walk *ret);
/* False in *more at the end. *ret is EV_HOLE for holes, and OMITTED for what was not captured. */
bool ev_walk_next(struct ev *e, struct ev_walk *walk, struct ev_val *ret, bool *more);
void ev_walk_end(struct ev *e, struct ev_walk *walk);

/* Everything that `for … of` and spread take; `visit` false: unwinding, or *stop. */
bool ev_iterate(struct ev *e, struct ev_val iterable,
		bool (*visit)(struct ev *e, void *self, struct ev_val v, bool *stop), void *self);

bool ev_is_iterable(struct ev *e, struct ev_val v, bool *ret);

/* eval_typed.c: elements of typed arrays and bytes of buffers. */
bool ev_typed_element(struct ev *e, const struct ipm_object *object, uint64_t index,
		      struct ev_val *ret);
unsigned ev_element_size(enum ipm_element_type type);
struct ev_obj *ev_new_typed(struct ev *e, enum ipm_element_type type, const char *class_name);
/* Appends a value as the element type holds it. */
bool ev_push_typed(struct ev *e, struct ev_obj *array, struct ev_val v);
/* An empty typed array of the same class as another. */
struct ev_obj *ev_new_typed_like(struct ev *e, struct ev_val other);
/* The ArrayBuffer of a new typed array. */
struct ev_obj *ev_typed_buffer(struct ev *e, struct ev_obj *array);

/* eval_temp.c: objects of the expression. NULL or false: unwinding. */
struct ev_obj *ev_new(struct ev *e, enum ipm_kind kind, const char *class_name);
struct ev_obj *ev_new_array(struct ev *e);
bool ev_push(struct ev *e, struct ev_obj *array, struct ev_val v);
bool ev_define(struct ev *e, struct ev_obj *o, struct ev_key *key, struct ev_val v, uint8_t flags);
bool ev_define_c(struct ev *e, struct ev_obj *o, const char *name, struct ev_val v, uint8_t flags);
/* Half of an accessor; the other half, if there is one, stays. */
bool ev_define_getter(struct ev *e, struct ev_obj *o, struct ev_key *key, struct ev_val getter);
bool ev_define_setter(struct ev *e, struct ev_obj *o, struct ev_key *key, struct ev_val setter);
struct ev_slot *ev_find_slot(struct ev_obj *o, struct ev_key *key);
bool ev_delete_slot(struct ev *e, struct ev_obj *o, struct ev_key *key);
/* Of a temporary Map or Set: place of the entry in `elements`, SIZE_MAX: none. */
bool ev_find_entry(struct ev *e, struct ev_obj *o, struct ev_val key, size_t *ret);
bool ev_put_entry(struct ev *e, struct ev_obj *o, struct ev_val key, struct ev_val value);
bool ev_delete_entry(struct ev *e, struct ev_obj *o, struct ev_val key, bool *ret);
struct ev_obj *ev_pair(struct ev *e, struct ev_val a, struct ev_val b); /* [a, b] */

/* eval_env.c: names. */
struct ev_env *ev_env_new(struct ev *e, struct ev_env *parent);
void ev_env_free(struct ev *e, struct ev_env *env); /* recycled unless a closure kept it */
void ev_env_capture(struct ev_env *env);
void ev_env_mark_function(struct ev_env *env);
struct ev_env *ev_env_function(struct ev_env *env); /* where `var` goes */
bool ev_declare(struct ev *e, struct ev_env *env, struct ipm_str name, struct ev_val v, bool ready,
		bool constant);
/* The name's value: the expression's own, then the frame's, then the builtins. */
bool ev_resolve(struct ev *e, struct ev_env *env, struct ipm_str name, bool for_typeof,
		struct ev_val *ret);
bool ev_assign_name(struct ev *e, struct ev_env *env, struct ipm_str name, struct ev_val v);
bool ev_this(struct ev *e, struct ev_env *env, struct ev_val *ret);
void ev_env_set_this(struct ev_env *env, struct ev_val v);
bool ev_global_member(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_val *ret,
		      bool *found);
bool ev_global_object(struct ev *e, struct ev_val *ret, bool *found);
bool ev_visit_scope_names(struct ev *e, bool (*visit)(void *self, struct ipm_str name), void *self);

/* eval_source.c: the text of a node as V8 writes it into messages. */
const char *ev_source_of(struct ev *e, const struct ev_node *n);

/* eval_run.c */
bool ev_run(struct ev *e, const struct ev_node *n, struct ev_env *env, struct ev_val *ret);
bool ev_run_program(struct ev *e, const struct ev_node *program, struct ev_env *env,
		    struct ev_val *ret);
bool ev_call(struct ev *e, struct ev_val callee, struct ev_val this_value, struct ev_val *args,
	     size_t count, struct ev_val *ret);
bool ev_construct(struct ev *e, struct ev_val callee, struct ev_val *args, size_t count,
		  struct ev_val *ret);
bool ev_bind(struct ev *e, const struct ev_node *pattern, struct ev_val v, struct ev_env *env,
	     int mode);
bool ev_make_closure(struct ev *e, const struct ev_node *function, struct ev_env *env,
		     struct ev_val *ret);
bool ev_set(struct ev *e, struct ev_val object, struct ev_key *key, struct ev_val v);
bool ev_delete(struct ev *e, struct ev_val object, struct ev_key *key);
enum ev_completion { EV_NORMAL, EV_RETURN, EV_BREAK, EV_CONTINUE };
/* eval_stmt.c */
bool ev_run_body(struct ev *e, const struct ev_node *block, struct ev_env *env, struct ev_val *ret,
		 enum ev_completion *how);

/* eval_json.c */
bool ev_json_stringify(struct ev *e, struct ev_val v, struct ev_val replacer, struct ev_str *gap,
		       struct ev_val *ret);
bool ev_json_parse(struct ev *e, struct ev_str *text, struct ev_val *ret);
/* As Runtime.RemoteObject.value. False: not possible, or unwinding. */
bool ev_json_by_value(struct ev *e, struct ev_val v, struct ipm_buf *out, bool *ret_unserializable);

#endif
