/* SPDX-License-Identifier: MIT */
#ifndef IPM_PARAMS_H
#define IPM_PARAMS_H

/*
 * What a method takes and gives, in one line of text that serves both for checking requests, in
 * Node's words, and for /json/protocol: "objectId:string ownProperties?:boolean".
 * Types: string boolean integer number any object, a name from the list of types in params.c,
 * and any of these in brackets for arrays.
 */

#include "json.h"

/* Cuts the next "name?:type" off *spec; false at the end. */
struct param_spec {
	struct ipm_str name;
	struct ipm_str type; /* without brackets */
	bool optional;
	bool array;
};
bool next_param(const char **spec, struct param_spec *ret);

struct param_type {
	const char *name;   /* "Runtime.CallArgument" */
	const char *fields; /* NULL: a string with a name of its own */
};
extern const struct param_type param_types[]; /* ends with a NULL name */

/*
 * True when the params fit. Else fills `data` with V8's "Failed to deserialize params.x -
 * BINDINGS: mandatory field missing at position 8"; the position is that in V8's CBOR form.
 */
bool check_params(const char *spec, struct ipm_json_ref params, char *data, size_t capacity);

#endif
