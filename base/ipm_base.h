/* SPDX-License-Identifier: MIT */
#ifndef IPM_BASE_H
#define IPM_BASE_H

/*
 * What every room shares: error codes, borrowed views, and the attributes that make
 * the compiler watch over them. Nothing here allocates.
 */

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define IPM_MUST_USE	      __attribute__((warn_unused_result))
#define IPM_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define IPM_API		      __attribute__((visibility("default")))
#else
#define IPM_MUST_USE
#define IPM_PRINTF(fmt, args)
#define IPM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum ipm_errc {
	IPM_OK = 0,
	IPM_ERR_NO_MEMORY,
	IPM_ERR_INVALID_ARGUMENT,
	IPM_ERR_OS,	   /* os_errno says which */
	IPM_ERR_TRUNCATED, /* the bytes end before the structure does */
	IPM_ERR_BAD_DATA,  /* the bytes are there and make no sense */
	IPM_ERR_CHECKSUM,
	IPM_ERR_UNSUPPORTED, /* a newer major version or an unknown must-understand feature */
	IPM_ERR_LIMIT,	     /* a limit of the caller's was reached */
	IPM_ERR_NOT_FOUND,
	IPM_ERR_PROTOCOL, /* the peer broke the Chrome DevTools Protocol */
	IPM_ERR_TIMEOUT,
};

#define IPM_NO_OFFSET UINT64_MAX

/* Filled by the function that fails; lives with the caller and never allocates. */
struct ipm_error {
	enum ipm_errc code;
	int os_errno;	      /* 0 when the operating system had no part in it */
	uint64_t file_offset; /* where in the file, or IPM_NO_OFFSET */
	char message[256];    /* one line, no newline, NUL-terminated */
};

/* Borrowed bytes. `data` may be NULL only when `len` is 0. */
struct ipm_bytes {
	const uint8_t *data;
	size_t len;
};

/*
 * Borrowed text in WTF-8: UTF-8 that may also hold lone surrogates as three bytes, as
 * JavaScript strings can (https://simonsapin.github.io/wtf-8/). Not NUL-terminated; may
 * contain NUL.
 */
struct ipm_str {
	const char *data;
	size_t len;
};

#define IPM_STR(literal) ((struct ipm_str){(literal), sizeof(literal) - 1})

/*
 * Records a failure and returns `code`, so that `return ipm_fail(...)` reads as one step.
 * `err` may be NULL. The offset is IPM_NO_OFFSET.
 */
IPM_API enum ipm_errc ipm_fail(struct ipm_error *err, enum ipm_errc code, const char *format, ...)
	IPM_PRINTF(3, 4);

/* As ipm_fail, for a place in a file. */
IPM_API enum ipm_errc ipm_fail_at(struct ipm_error *err, enum ipm_errc code, uint64_t file_offset,
				  const char *format, ...) IPM_PRINTF(4, 5);

/* As ipm_fail with IPM_ERR_OS; appends ": <strerror>". Pass errno as `os_errno`. */
IPM_API enum ipm_errc ipm_fail_os(struct ipm_error *err, int os_errno, const char *format, ...)
	IPM_PRINTF(3, 4);

/* Puts "context: " before the message of a failure that passes through. Returns err->code. */
IPM_API enum ipm_errc ipm_error_context(struct ipm_error *err, enum ipm_errc code,
					const char *format, ...) IPM_PRINTF(3, 4);

/* A short name such as "checksum mismatch"; never NULL. */
IPM_API const char *ipm_errc_name(enum ipm_errc code);

#ifdef __cplusplus
}
#endif

#endif
