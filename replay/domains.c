/* SPDX-License-Identifier: MIT */
/* The small domains: what clients switch on by habit and never need from a dead process. */
#include "session.h"

enum { SERVER_ERROR = -32000 };

static enum ipm_errc profiler_start(struct call *c, struct ipm_error *err)
{
	(void)err;
	return call_error(c, SERVER_ERROR, "The process is dead: nothing in it runs any more");
}

static enum ipm_errc not_available(struct call *c, struct ipm_error *err)
{
	(void)err;
	return call_error(c, SERVER_ERROR, "Object is not available");
}

static enum ipm_errc get_domains(struct call *c, struct ipm_error *err)
{
	const struct domain *const *domain;

	(void)err;
	ipm_buf_cstr(&c->result, "{\"domains\":[");
	for (domain = all_domains; *domain; domain++)
		ipm_buf_printf(&c->result, "%s{\"name\":\"%s\",\"version\":\"1.3\"}",
			       domain == all_domains ? "" : ",", (*domain)->name);
	ipm_buf_cstr(&c->result, "]}");
	return IPM_OK;
}

static enum ipm_errc get_categories(struct call *c, struct ipm_error *err)
{
	(void)err;
	ipm_buf_cstr(&c->result, "{\"categories\":[]}");
	return IPM_OK;
}

static const struct method console_methods[] = {
	{"clearMessages", NULL, NULL, NULL},
	{"disable", NULL, NULL, NULL},
	{"enable", NULL, NULL, NULL},
	{NULL, NULL, NULL, NULL},
};

static const struct method profiler_methods[] = {
	{"disable", NULL, NULL, NULL},
	{"enable", NULL, NULL, NULL},
	{"setSamplingInterval", NULL, "interval:integer", NULL},
	{"start", profiler_start, NULL, NULL},
	{"stop", profiler_start, NULL, "profile:object"},
	{NULL, NULL, NULL, NULL},
};

static const struct method heap_profiler_methods[] = {
	{"collectGarbage", NULL, NULL, NULL},
	{"disable", NULL, NULL, NULL},
	{"enable", NULL, NULL, NULL},
	{"getObjectByHeapObjectId", not_available, "objectId:string objectGroup?:string",
	 "result:object"},
	{NULL, NULL, NULL, NULL},
};

static const struct method schema_methods[] = {
	{"getDomains", get_domains, NULL, "domains:[object]"},
	{NULL, NULL, NULL, NULL},
};

static const struct method node_worker_methods[] = {
	{"detach", NULL, "sessionId:string", NULL},
	{"disable", NULL, NULL, NULL},
	{"enable", NULL, "waitForDebuggerOnStart:boolean", NULL},
	{NULL, NULL, NULL, NULL},
};

static const struct method node_runtime_methods[] = {
	{"disable", NULL, NULL, NULL},
	{"enable", NULL, NULL, NULL},
	{"notifyWhenWaitingForDisconnect", NULL, "enabled:boolean", NULL},
	{NULL, NULL, NULL, NULL},
};

static const struct method node_tracing_methods[] = {
	{"getCategories", get_categories, NULL, "categories:[string]"},
	{NULL, NULL, NULL, NULL},
};

static const struct method network_methods[] = {
	{"disable", NULL, NULL, NULL},
	{"enable", NULL, NULL, NULL},
	{NULL, NULL, NULL, NULL},
};

static const struct domain console_domain = {"Console", console_methods, NULL};
static const struct domain profiler_domain = {"Profiler", profiler_methods, NULL};
static const struct domain heap_profiler_domain = {"HeapProfiler", heap_profiler_methods, NULL};
static const struct domain schema_domain = {"Schema", schema_methods, NULL};
static const struct domain node_worker_domain = {"NodeWorker", node_worker_methods, NULL};
static const struct domain node_runtime_domain = {"NodeRuntime", node_runtime_methods, NULL};
static const struct domain node_tracing_domain = {"NodeTracing", node_tracing_methods, NULL};
static const struct domain network_domain = {"Network", network_methods, NULL};

const struct domain *const all_domains[] = {
	&runtime_domain,
	&debugger_domain,
	&profiler_domain,
	&heap_profiler_domain,
	&schema_domain,
	&console_domain,
	&node_worker_domain,
	&node_runtime_domain,
	&node_tracing_domain,
	&network_domain,
	NULL,
};
