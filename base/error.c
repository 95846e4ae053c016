/* SPDX-License-Identifier: MIT */
#include "ipm_base.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The message is the caller's and bounded; strerror itself is thread-safe in glibc 2.32 and musl. */
static void append_strerror(char *message, size_t capacity, int os_errno)
{
	size_t used = strlen(message);
	const char *text = strerror(os_errno);

	if (used < capacity)
		snprintf(message + used, capacity - used, ": %s", text ? text : "unknown error");
}

static void set(struct ipm_error *err, enum ipm_errc code, int os_errno, uint64_t offset,
		const char *format, va_list args)
{
	if (!err)
		return;
	err->code = code;
	err->os_errno = os_errno;
	err->file_offset = offset;
	vsnprintf(err->message, sizeof(err->message), format, args);
}

enum ipm_errc ipm_fail(struct ipm_error *err, enum ipm_errc code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set(err, code, 0, IPM_NO_OFFSET, format, args);
	va_end(args);
	return code;
}

enum ipm_errc ipm_fail_at(struct ipm_error *err, enum ipm_errc code, uint64_t file_offset,
			  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set(err, code, 0, file_offset, format, args);
	va_end(args);
	return code;
}

enum ipm_errc ipm_fail_os(struct ipm_error *err, int os_errno, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set(err, IPM_ERR_OS, os_errno, IPM_NO_OFFSET, format, args);
	va_end(args);
	if (err)
		append_strerror(err->message, sizeof(err->message), os_errno);
	return IPM_ERR_OS;
}

enum ipm_errc ipm_error_context(struct ipm_error *err, enum ipm_errc code, const char *format, ...)
{
	char inner[sizeof(err->message)];
	va_list args;
	size_t used;

	if (!err)
		return code;
	memcpy(inner, err->message, sizeof(inner));
	va_start(args, format);
	vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	used = strlen(err->message);
	snprintf(err->message + used, sizeof(err->message) - used, ": %s", inner);
	return code;
}

const char *ipm_errc_name(enum ipm_errc code)
{
	static const char *const names[] = {
		[IPM_OK] = "ok",
		[IPM_ERR_NO_MEMORY] = "out of memory",
		[IPM_ERR_INVALID_ARGUMENT] = "invalid argument",
		[IPM_ERR_OS] = "operating system error",
		[IPM_ERR_TRUNCATED] = "truncated",
		[IPM_ERR_BAD_DATA] = "bad data",
		[IPM_ERR_CHECKSUM] = "checksum mismatch",
		[IPM_ERR_UNSUPPORTED] = "unsupported",
		[IPM_ERR_LIMIT] = "limit reached",
		[IPM_ERR_NOT_FOUND] = "not found",
		[IPM_ERR_PROTOCOL] = "protocol error",
		[IPM_ERR_TIMEOUT] = "timed out",
	};

	if ((size_t)code >= sizeof(names) / sizeof(names[0]) || !names[code])
		return "unknown error";
	return names[code];
}
