/* SPDX-License-Identifier: MIT */
#include "ipm_model.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const char *ipm_reason_name(enum ipm_reason reason)
{
	static const char *const names[] = {
		[IPM_REASON_NONE] = "none",
		[IPM_REASON_DEPTH] = "depth",
		[IPM_REASON_OBJECTS] = "objects",
		[IPM_REASON_BYTES] = "bytes",
		[IPM_REASON_TIME] = "time",
		[IPM_REASON_STRING] = "string",
		[IPM_REASON_DENIED] = "denied",
		[IPM_REASON_REDACTED] = "redacted",
		[IPM_REASON_GONE] = "gone",
		[IPM_REASON_OPTIMIZED_OUT] = "optimizedOut",
		[IPM_REASON_UNINITIALIZED] = "uninitialized",
		[IPM_REASON_FAILED] = "failed",
		[IPM_REASON_UNSUPPORTED] = "unsupported",
		[IPM_REASON_LENGTH] = "length",
	};

	_Static_assert(COUNT_OF(names) == IPM_REASON_COUNT, "every reason has a name");
	return (size_t)reason < COUNT_OF(names) ? names[reason] : "unknown";
}

const char *ipm_scope_type_name(enum ipm_scope_type type)
{
	static const char *const names[] = {
		[IPM_SCOPE_GLOBAL] = "global", [IPM_SCOPE_LOCAL] = "local",
		[IPM_SCOPE_WITH] = "with",     [IPM_SCOPE_CLOSURE] = "closure",
		[IPM_SCOPE_CATCH] = "catch",   [IPM_SCOPE_BLOCK] = "block",
		[IPM_SCOPE_SCRIPT] = "script", [IPM_SCOPE_EVAL] = "eval",
		[IPM_SCOPE_MODULE] = "module", [IPM_SCOPE_WASM] = "wasm-expression-stack",
	};

	_Static_assert(COUNT_OF(names) == IPM_SCOPE_COUNT, "every scope type has a name");
	return (size_t)type < COUNT_OF(names) ? names[type] : "closure";
}

const char *ipm_kind_subtype(enum ipm_kind kind)
{
	/* RemoteObject.subtype in V8's js_protocol.pdl; kinds without one stay NULL. */
	static const char *const names[IPM_KIND_COUNT] = {
		[IPM_KIND_ARRAY] = "array",
		[IPM_KIND_ERROR] = "error",
		[IPM_KIND_MAP] = "map",
		[IPM_KIND_SET] = "set",
		[IPM_KIND_WEAKMAP] = "weakmap",
		[IPM_KIND_WEAKSET] = "weakset",
		[IPM_KIND_DATE] = "date",
		[IPM_KIND_REGEXP] = "regexp",
		[IPM_KIND_PROMISE] = "promise",
		[IPM_KIND_PROXY] = "proxy",
		[IPM_KIND_TYPEDARRAY] = "typedarray",
		[IPM_KIND_ARRAYBUFFER] = "arraybuffer",
		[IPM_KIND_DATAVIEW] = "dataview",
		[IPM_KIND_GENERATOR] = "generator",
		[IPM_KIND_ITERATOR] = "iterator",
		[IPM_KIND_SCOPE] = "internal#scope",
		[IPM_KIND_ARGUMENTS] = "array",
		[IPM_KIND_WASM_MEMORY] = "webassemblymemory",
		[IPM_KIND_WASM_VALUE] = "wasmvalue",
		[IPM_KIND_NODE] = "node",
	};

	return (size_t)kind < IPM_KIND_COUNT ? names[kind] : NULL;
}
