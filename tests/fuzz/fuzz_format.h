/* SPDX-License-Identifier: MIT */
#ifndef IPM_FUZZ_FORMAT_H
#define IPM_FUZZ_FORMAT_H

/* Reads all that a reader can give of some bytes. */

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bytes.h"
#include "ipm_reader.h"
#include "ipm_repair.h"
#include "layout.h"

static inline bool fuzz_ignore_text(void *self, struct ipm_str piece)
{
	*(uint64_t *)self += piece.len;
	return true;
}

/* Found from the record before it or through the directory: the same object. */
static inline void fuzz_compare(const struct ipm_object *a, const struct ipm_object *b)
{
	size_t i;

	assert(a->id == b->id && a->kind == b->kind && a->shape == b->shape);
	assert(a->property_count == b->property_count && a->element_count == b->element_count);
	for (i = 0; i < a->property_count; i++) {
		const struct ipm_value *x = &a->properties[i].value, *y = &b->properties[i].value;

		assert(x->type == y->type);
		assert(x->type != IPM_VALUE_OBJECT || x->object_id == y->object_id);
	}
}

static inline bool fuzz_visit(void *self, const struct ipm_object *o)
{
	struct ipm_reader *r = *(struct ipm_reader **)self;
	struct ipm_error err;
	const struct ipm_object *again;
	uint64_t sum = 0;
	size_t i;

	if (!ipm_reader_object(r, o->id, &again, &err)) {
		fuzz_compare(o, again);
		ipm_object_release(r, again);
	}
	for (i = 0; i < o->property_count; i++)
		if (o->properties[i].value.type == IPM_VALUE_STRING)
			(void)!ipm_reader_text(r, &o->properties[i].value.string, 1, 100000,
					       fuzz_ignore_text, &sum, &err);
	return true;
}

static inline void fuzz_read_file(const uint8_t *data, size_t size)
{
	static int fd = -1;
	const struct ipm_reader_options opts = {.no_mmap = size & 1, .cache_bytes = 1 << 16};
	struct ipm_verify_result v;
	struct ipm_reader *r;
	struct ipm_error err;
	char path[64];
	uint64_t i, damaged;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(fd >= 0);
	assert(!ftruncate(fd, 0));
	assert(pwrite(fd, data, size, 0) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)!ipm_verify(path, NULL, NULL, &v, &err);
	if (ipm_reader_open(path, &opts, &r, &err))
		return;
	for (i = 0; i < ipm_reader_info(r)->objects + 2 && i < 300; i++) {
		const struct ipm_object *o;

		if (!ipm_reader_object(r, i, &o, &err)) {
			assert(o->id == i);
			ipm_object_release(r, o);
		}
	}
	for (i = 0; i < ipm_reader_info(r)->slices + 2 && i < 100; i++) {
		const struct ipm_slice *s;

		if (!ipm_reader_slice(r, i, &s, &err))
			ipm_slice_release(r, s);
	}
	for (i = 0; i < ipm_reader_info(r)->pauses && i < 10; i++) {
		const struct ipm_pause *p;

		(void)!ipm_reader_pause(r, i, &p, &err);
	}
	for (i = 0; i < ipm_reader_info(r)->scripts && i < 10; i++) {
		const struct ipm_script *s;
		uint64_t sum = 0;

		if (!ipm_reader_script_at(r, i, &s, &err))
			(void)!ipm_reader_text(r, &s->source, 0, UINT64_MAX, fuzz_ignore_text, &sum,
					       &err);
	}
	{
		const struct ipm_note *n;

		(void)!ipm_reader_note(r, (struct ipm_str)IPM_STR("report"), &n, &err);
	}
	(void)!ipm_reader_scan(r, 1, fuzz_visit, &r, &damaged, &err);
	ipm_reader_close(r);
}

#endif
