/* SPDX-License-Identifier: MIT */
/* /json/protocol, written from the tables that requests are checked against. */
#include <string.h>

#include "session.h"

static bool is_base(struct ipm_str type)
{
	static const char *const base[] = {"string", "boolean", "integer",
					   "number", "any",	"object"};
	size_t i;

	for (i = 0; i < sizeof(base) / sizeof(base[0]); i++)
		if (strlen(base[i]) == type.len && !memcmp(base[i], type.data, type.len))
			return true;
	return false;
}

static void put_type(struct ipm_buf *out, struct ipm_str type)
{
	ipm_buf_cstr(out, is_base(type) ? "\"type\":\"" : "\"$ref\":\"");
	ipm_buf_str(out, type);
	ipm_buf_byte(out, '"');
}

static void put_params(struct ipm_buf *out, const char *label, const char *spec)
{
	struct param_spec param;
	bool first = true;

	if (!spec)
		return;
	ipm_buf_printf(out, ",\"%s\":[", label);
	while (next_param(&spec, &param)) {
		ipm_buf_cstr(out, first ? "{\"name\":\"" : ",{\"name\":\"");
		ipm_buf_str(out, param.name);
		ipm_buf_cstr(out, param.optional ? "\",\"optional\":true," : "\",");
		if (param.array) {
			ipm_buf_cstr(out, "\"type\":\"array\",\"items\":{");
			put_type(out, param.type);
			ipm_buf_byte(out, '}');
		} else {
			put_type(out, param.type);
		}
		ipm_buf_byte(out, '}');
		first = false;
	}
	ipm_buf_byte(out, ']');
}

static void put_types(struct ipm_buf *out, const char *domain)
{
	const struct param_type *type;
	size_t length = strlen(domain);
	bool first = true;

	for (type = param_types; type->name; type++) {
		if (strncmp(type->name, domain, length) || type->name[length] != '.')
			continue;
		ipm_buf_cstr(out, first ? ",\"types\":[" : ",");
		ipm_buf_printf(out, "{\"id\":\"%s\",\"type\":\"%s\"", type->name + length + 1,
			       type->fields ? "object" : "string");
		put_params(out, "properties", type->fields);
		ipm_buf_byte(out, '}');
		first = false;
	}
	if (!first)
		ipm_buf_byte(out, ']');
}

static void put_domain(struct ipm_buf *out, const struct domain *domain)
{
	const struct method *method;
	const struct event *event;

	ipm_buf_printf(out, "{\"domain\":\"%s\"", domain->name);
	put_types(out, domain->name);
	ipm_buf_cstr(out, ",\"commands\":[");
	for (method = domain->methods; method->name; method++) {
		ipm_buf_printf(out, "%s{\"name\":\"%s\"", method == domain->methods ? "" : ",",
			       method->name);
		put_params(out, "parameters", method->params);
		put_params(out, "returns", method->returns);
		ipm_buf_byte(out, '}');
	}
	ipm_buf_byte(out, ']');
	for (event = domain->events; event && event->name; event++) {
		ipm_buf_printf(out, "%s{\"name\":\"%s\"",
			       event == domain->events ? ",\"events\":[" : ",", event->name);
		put_params(out, "parameters", event->params);
		ipm_buf_byte(out, '}');
	}
	if (domain->events)
		ipm_buf_byte(out, ']');
	ipm_buf_byte(out, '}');
}

enum ipm_errc ipm_replay_protocol(struct ipm_buf *out, struct ipm_error *err)
{
	const struct domain *const *domain;

	ipm_buf_cstr(out, "{\"version\":{\"major\":\"1\",\"minor\":\"3\"},\"domains\":[");
	for (domain = all_domains; *domain; domain++) {
		if (domain != all_domains)
			ipm_buf_byte(out, ',');
		put_domain(out, *domain);
	}
	ipm_buf_cstr(out, "]}");
	return ipm_buf_status(out, err);
}
