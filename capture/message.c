/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

/* Most messages tell what they are at their beginning. */
uint64_t message_id(struct ipm_str message)
{
	static const char head[] = "{\"id\":";
	struct ipm_json json = {0};
	struct ipm_error err;
	uint64_t id = 0;
	size_t at;

	if (message.len > sizeof(head) && !memcmp(message.data, head, sizeof(head) - 1)) {
		for (at = sizeof(head) - 1; at < message.len && at < sizeof(head) + 18 &&
					    message.data[at] >= '0' && message.data[at] <= '9';
		     at++)
			id = id * 10 + (uint64_t)(message.data[at] - '0');
		return id;
	}
	if (message.len > 10 && !memcmp(message.data, "{\"method\":", 10))
		return 0;
	if (!ipm_json_parse(&json, message, 0, &err)) {
		int64_t said = ipm_json_int(ipm_json_get(ipm_json_root(&json), "id"), 0);

		id = said > 0 ? (uint64_t)said : 0;
	}
	ipm_json_deinit(&json);
	return id;
}

void message_put_request(struct ipm_buf *out, uint64_t id, const char *method,
			 struct ipm_str params)
{
	ipm_buf_printf(out, "{\"id\":%" PRIu64 ",\"method\":\"%s\",\"params\":", id, method);
	ipm_buf_str(out, params.len ? params : IPM_STR("{}"));
	ipm_buf_byte(out, '}');
}
