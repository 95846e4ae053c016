/* SPDX-License-Identifier: MIT */
#include "v8_symbols.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static struct v8_symbols symbols;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* POSIX lets a data pointer hold a function's address; C wants it copied. */
static void find(void *function, const char *name)
{
	void *address = dlsym(RTLD_DEFAULT, name);

	memcpy(function, &address, sizeof(address));
}

static void find_all(void)
{
	struct v8_symbols *s = &symbols;

	find(&s->isolate_current, "_ZN2v87Isolate10GetCurrentEv");
	find(&s->set_flags, "_ZN2v82V818SetFlagsFromStringEPKcm");
	find(&s->set_throw_callback,
	     "_ZN2v87Isolate35SetAbortOnUncaughtExceptionCallbackEPFbPS0_E");
	find(&s->node_should_abort, "_ZN4node30ShouldAbortOnUncaughtExceptionEPN2v87IsolateE");
	find(&s->set_reject_callback,
	     "_ZN2v87Isolate24SetPromiseRejectCallbackEPFvNS_20PromiseRejectMessageEE");
	find(&s->node_on_reject, "_ZN4node21PromiseRejectCallbackEN2v820PromiseRejectMessageE");
	find(&s->set_stack_limit, "_ZN2v87Isolate13SetStackLimitEm");
	find(&s->allow_js_enter, "_ZN2v87Isolate29AllowJavascriptExecutionScopeC1EPS0_");
	find(&s->allow_js_leave, "_ZN2v87Isolate29AllowJavascriptExecutionScopeD1Ev");
	find(&s->no_microtasks_enter,
	     "_ZN2v87Isolate31SuppressMicrotaskExecutionScopeC1EPS0_PNS_14MicrotaskQueueE");
	find(&s->no_microtasks_leave, "_ZN2v87Isolate31SuppressMicrotaskExecutionScopeD1Ev");
	find(&s->current_stack,
	     "_ZN2v810StackTrace17CurrentStackTraceEPNS_7IsolateEiNS0_17StackTraceOptionsE");
	find(&s->frame_count, "_ZNK2v810StackTrace13GetFrameCountEv");
	find(&s->get_frame, "_ZNK2v810StackTrace8GetFrameEPNS_7IsolateEj");
	find(&s->frame_script_id, "_ZNK2v810StackFrame11GetScriptIdEv");
	find(&s->frame_location, "_ZNK2v810StackFrame11GetLocationEv");
	find(&s->promise_has_handler, "_ZNK2v87Promise10HasHandlerEv");
	find(&s->has_pending_exception, "_ZN2v87Isolate19HasPendingExceptionEv");
	find(&s->add_near_heap_limit, "_ZN2v87Isolate24AddNearHeapLimitCallbackEPFmPvmmES1_");
	find(&s->remove_near_heap_limit, "_ZN2v87Isolate27RemoveNearHeapLimitCallbackEPFmPvmmEm");
	find(&s->set_oom_handler, "_ZN2v87Isolate18SetOOMErrorHandlerEPFvPKcRKNS_10OOMDetailsEE");
	find(&s->node_on_oom, "_ZN4node15OOMErrorHandlerEPKcRKN2v810OOMDetailsE");
	find(&s->function_script_id, "_ZNK2v88Function8ScriptIdEv");
	find(&s->function_line, "_ZNK2v88Function19GetScriptLineNumberEv");
	find(&s->function_column, "_ZNK2v88Function21GetScriptColumnNumberEv");
	find(&s->request_interrupt, "_ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_");
}

const struct v8_symbols *v8_symbols(void)
{
	pthread_once(&once, find_all);
	return &symbols;
}

static bool can_run_js(const struct v8_symbols *v8)
{
	return v8->isolate_current && v8->allow_js_enter && v8->allow_js_leave &&
	       v8->no_microtasks_enter && v8->no_microtasks_leave && v8->set_stack_limit &&
	       v8->current_stack && v8->frame_count && v8->get_frame && v8->frame_script_id &&
	       v8->frame_location;
}

bool v8_can_hook_throws(const struct v8_symbols *v8)
{
	return can_run_js(v8) && v8->set_flags && v8->set_throw_callback;
}

bool v8_can_hook_rejections(const struct v8_symbols *v8)
{
	return can_run_js(v8) && v8->set_reject_callback && v8->node_on_reject &&
	       v8->promise_has_handler;
}

bool v8_can_hook_heap_limit(const struct v8_symbols *v8)
{
	return can_run_js(v8) && v8->add_near_heap_limit && v8->remove_near_heap_limit &&
	       v8->request_interrupt && v8->set_oom_handler && v8->node_on_oom;
}

bool v8_can_locate(const struct v8_symbols *v8)
{
	return v8->function_script_id && v8->function_line && v8->function_column;
}
