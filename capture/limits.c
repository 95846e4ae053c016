/* SPDX-License-Identifier: MIT */
/* How much a capture may take, and where its file goes. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "ipm_capture.h"

static enum ipm_errc read_number(const char *name, uint64_t *ret, struct ipm_error *err)
{
	const char *text = getenv(name);
	char *end;
	unsigned long long n;

	if (!text || !*text)
		return IPM_OK;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9')
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "%s: not a number: %.64s", name,
				text);
	*ret = n ? n : UINT64_MAX;
	return IPM_OK;
}

enum ipm_errc ipm_capture_limits_from_env(struct ipm_capture_limits *ret, struct ipm_error *err)
{
	struct ipm_capture_limits l = {0};
	enum ipm_errc rc;

	rc = read_number("INSPMORT_MAX_OBJECTS", &l.max_objects, err);
	if (!rc)
		rc = read_number("INSPMORT_MAX_BYTES", &l.max_bytes, err);
	if (!rc)
		rc = read_number("INSPMORT_MAX_TIME_MS", &l.max_time_ms, err);
	if (!rc)
		rc = read_number("INSPMORT_MAX_STRING", &l.max_string, err);
	if (!rc)
		rc = read_number("INSPMORT_MAX_DEPTH", &l.max_depth, err);
	if (!rc)
		*ret = l;
	return rc;
}

static uint64_t or_default(uint64_t value, uint64_t fallback)
{
	return value ? value : fallback;
}

struct ipm_capture_limits limits_with_defaults(const struct ipm_capture_limits *given)
{
	uint64_t time = or_default(given->max_time_ms, 2000);

	return (struct ipm_capture_limits){
		.max_objects = or_default(given->max_objects, 500000),
		.max_bytes = or_default(given->max_bytes, UINT64_C(64) << 20),
		.max_time_ms = time,
		.max_string = or_default(given->max_string, 16384),
		.max_depth = or_default(given->max_depth, UINT64_MAX),
		.call_timeout_ms = or_default(given->call_timeout_ms, time > 5000 ? time : 5000),
	};
}

/* A name that no other crash has: the time alone would not do for many workers at once. */
enum ipm_errc ipm_capture_path(const char *dir, uint64_t pid, const char *suffix,
			       struct ipm_buf *ret, struct ipm_error *err)
{
	char time[32];
	uint32_t random = 0;
	unsigned i;
	char *c;

	if (!dir)
		dir = getenv("INSPMORT_DIR");
	if (!dir || !*dir)
		dir = ".";
	ipm_format_time(ipm_realtime_ns(), time, sizeof(time));
	for (c = time; *c; c++)
		if (*c == ':')
			*c = '-';
	for (i = 0; i < 100; i++) {
		if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
			random = (uint32_t)ipm_monotonic_ns() + i;
		ipm_buf_reset(ret);
		ipm_buf_printf(ret, "%s/crash.%s.%" PRIu64 ".%s%06x.inspmort", dir, time, pid,
			       suffix ? suffix : "", (unsigned)(random & 0xFFFFFF));
		ipm_buf_byte(ret, '\0');
		if (!ipm_buf_ok(ret))
			return ipm_buf_status(ret, err);
		ret->len--;
		if (access((const char *)ret->data, F_OK))
			return IPM_OK;
	}
	return ipm_fail(err, IPM_ERR_OS, "%.128s: no free name for a crash file", dir);
}
