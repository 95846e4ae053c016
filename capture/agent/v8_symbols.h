/* SPDX-License-Identifier: MIT */
#ifndef IPM_V8_SYMBOLS_H
#define IPM_V8_SYMBOLS_H

/*
 * The few functions of V8 and Node that Node-API does not offer. They are public C++ API and
 * exported by the node executable; looking them up by name keeps one binary good for Node 20 to 26.
 * A pointer is NULL where this Node lacks the function.
 */

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct v8_isolate;
struct v8_stack_trace;
struct v8_stack_frame;

/* v8::Location */
struct v8_location {
	int line, column;
};

/* v8::PromiseRejectMessage: it is passed by value, in memory. The fields are handles. */
struct v8_promise_reject {
	void *promise;
	long event; /* the low int is v8::PromiseRejectEvent */
	void *value;
};

/* Room for any of V8's scope objects (a handful of pointers); V8 constructs them in place. */
struct v8_scope {
	void *space[16];
};

struct v8_symbols {
	struct v8_isolate *(*isolate_current)(void);
	void (*set_flags)(const char *flags, size_t len);
	void (*set_throw_callback)(struct v8_isolate *, bool (*)(struct v8_isolate *));
	bool (*node_should_abort)(struct v8_isolate *);
	void (*set_reject_callback)(struct v8_isolate *, void (*)(struct v8_promise_reject));
	void (*node_on_reject)(struct v8_promise_reject);
	void (*set_stack_limit)(struct v8_isolate *, uintptr_t);
	void (*allow_js_enter)(struct v8_scope *, struct v8_isolate *);
	void (*allow_js_leave)(struct v8_scope *);
	/* Neither microtasks nor the tick queue may run while we capture. */
	void (*no_microtasks_enter)(struct v8_scope *, struct v8_isolate *, void *queue);
	void (*no_microtasks_leave)(struct v8_scope *);
	struct v8_stack_trace *(*current_stack)(struct v8_isolate *, int limit, int options);
	int (*frame_count)(const struct v8_stack_trace *);
	struct v8_stack_frame *(*get_frame)(const struct v8_stack_trace *, struct v8_isolate *,
					    uint32_t index);
	int (*frame_script_id)(const struct v8_stack_frame *);
	struct v8_location (*frame_location)(const struct v8_stack_frame *);
	bool (*promise_has_handler)(const void *promise);
	bool (*has_pending_exception)(struct v8_isolate *);
	void (*add_near_heap_limit)(struct v8_isolate *,
				    size_t (*)(void *self, size_t current, size_t initial),
				    void *self);
	void (*remove_near_heap_limit)(struct v8_isolate *,
				       size_t (*)(void *self, size_t current, size_t initial),
				       size_t limit);
	void (*set_oom_handler)(struct v8_isolate *,
				void (*)(const char *location, const void *details));
	void (*node_on_oom)(const char *location, const void *details);
	int (*function_script_id)(const void *function);
	int (*function_line)(const void *function);
	int (*function_column)(const void *function);
	void (*request_interrupt)(struct v8_isolate *, void (*)(struct v8_isolate *, void *self),
				  void *self);
};

/* A handle of V8's and a napi_value are the same thing: where the collector finds the object. */
static inline napi_value v8_handle(void *handle)
{
	return (napi_value)handle;
}

/* Looked up once; never NULL. */
const struct v8_symbols *v8_symbols(void);

/* What a hook needs is there. */
bool v8_can_hook_throws(const struct v8_symbols *v8);
bool v8_can_hook_rejections(const struct v8_symbols *v8);
bool v8_can_hook_heap_limit(const struct v8_symbols *v8);
/* Where functions are can be told without the protocol. */
bool v8_can_locate(const struct v8_symbols *v8);

#endif
