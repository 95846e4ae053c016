/* SPDX-License-Identifier: MIT */
/* Long strings from pieces to slices: what comes in comes out, but for secrets. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../support/memory_file.h"
#include "long_text.h"
#include "wtf8.h"

enum { PIECE = 8192 * 3 };

struct fixture {
	struct ipm_buf file;
	struct long_texts longs;
	struct redaction redaction;
	struct ipm_error err;
};

static void open_writer(struct fixture *f)
{
	const struct ipm_meta meta = {.tool = IPM_STR("test")};

	ck_assert(!ipm_writer_create(memory_sink(&f->file), NULL, &f->longs.writer, &f->err));
	ck_assert(!ipm_writer_meta(f->longs.writer, &meta, &f->err));
}

/* As the walker sends it. */
static void send(struct fixture *f, struct ipm_str text)
{
	uint64_t units = ipm_wtf8_units(text), at, n;
	struct ipm_buf piece = IPM_BUF_INIT;

	for (at = 0; at < units; at += n) {
		n = units - at < PIECE ? units - at : PIECE;
		ipm_buf_reset(&piece);
		ipm_wtf8_slice(&piece, text, at, at + n);
		ck_assert_msg(!long_texts_piece(&f->longs, ipm_buf_as_str(&piece), n, &f->redaction,
						&f->err),
			      "%s", f->err.message);
	}
	ipm_buf_deinit(&piece);
}

static bool append(void *self, struct ipm_str piece)
{
	ipm_buf_str(self, piece);
	return true;
}

/* Closes the file and reads the texts back. */
static void read_back(struct fixture *f, const struct ipm_text *texts, struct ipm_buf *ret,
		      size_t count)
{
	const struct ipm_summary summary = {.status = IPM_STATUS_COMPLETE};
	struct ipm_reader *r;
	size_t i;

	ck_assert(!ipm_writer_finish(f->longs.writer, &summary, &f->err));
	ipm_writer_destroy(f->longs.writer);
	long_texts_deinit(&f->longs);
	ck_assert(!open_bytes(ipm_buf_bytes(&f->file), NULL, &r, &f->err));
	for (i = 0; i < count; i++)
		ck_assert_msg(
			!ipm_reader_text(r, &texts[i], 0, UINT64_MAX, append, &ret[i], &f->err),
			"%s", f->err.message);
	ipm_reader_close(r);
	ipm_buf_deinit(&f->file);
	redaction_deinit(&f->redaction);
}

static struct ipm_text announce(struct fixture *f, struct ipm_str text)
{
	struct ipm_text ret = {.length = ipm_wtf8_units(text)};

	ck_assert(!long_texts_announce(&f->longs, ret.length, &ret, &f->err));
	return ret;
}

static void repeat(struct ipm_buf *out, const char *text, size_t times)
{
	while (times--)
		ipm_buf_cstr(out, text);
}

START_TEST(what_comes_in_comes_out)
{
	struct fixture f = {.redaction.on = _i};
	struct ipm_buf in[5] = {0}, out[5] = {0};
	struct ipm_text texts[5];
	size_t i;

	open_writer(&f);
	repeat(&in[0], "ascii ", 20000);
	repeat(&in[1], "a\xF0\x9F\x98\x80", 30001); /* pairs that borders split */
	repeat(&in[2], "\xF0\x9F\x98\x80\xED\xA0\x80z", 20000);
	repeat(&in[3], "x", 8192);
	repeat(&in[4], "\xE2\x82\xAC", 8193);
	for (i = 0; i < 5; i++)
		texts[i] = announce(&f, ipm_buf_as_str(&in[i]));
	for (i = 0; i < 5; i++)
		send(&f, ipm_buf_as_str(&in[i]));
	read_back(&f, texts, out, 5);
	for (i = 0; i < 5; i++) {
		ck_assert_uint_eq(in[i].len, out[i].len);
		ck_assert_mem_eq(in[i].data, out[i].data, in[i].len);
		ipm_buf_deinit(&in[i]);
		ipm_buf_deinit(&out[i]);
	}
}
END_TEST

/* Wherever it lies, on a border of slices or of pieces, at the very end. */
START_TEST(secrets_are_masked)
{
	static const char secret[] = "AKIAIOSFODNN7EXAMPLE";
	static const size_t places[] = {0, 100, 8180, 8191, 8192, PIECE - 10, 2 * PIECE - 1, 99990};
	struct fixture f = {.redaction.on = true};
	struct ipm_buf in = IPM_BUF_INIT, out = IPM_BUF_INIT;
	struct ipm_text text;

	open_writer(&f);
	repeat(&in, " ", places[_i]);
	ipm_buf_cstr(&in, secret);
	while (in.len < 100010)
		ipm_buf_byte(&in, '.');
	text = announce(&f, ipm_buf_as_str(&in));
	send(&f, ipm_buf_as_str(&in));
	ck_assert_uint_ge(f.redaction.count, 1);
	read_back(&f, &text, &out, 1);
	ck_assert_uint_eq(out.len, in.len);
	ck_assert_ptr_null(memmem(out.data, out.len, secret, 8));
	ck_assert_ptr_null(memmem(out.data, out.len, secret + 8, 8));
	ck_assert(memchr(out.data, ' ', out.len) || memchr(out.data, '.', out.len));
	ipm_buf_deinit(&in);
	ipm_buf_deinit(&out);
}
END_TEST

START_TEST(dropped_ones_leave_the_others)
{
	struct fixture f = {0};
	struct ipm_buf in = IPM_BUF_INIT, out[2] = {0};
	struct ipm_text texts[2];

	open_writer(&f);
	repeat(&in, "0123456789", 10000);
	texts[0] = announce(&f, ipm_buf_as_str(&in));
	texts[1] = announce(&f, ipm_buf_as_str(&in));
	long_texts_drop(&f.longs, &texts[0]);
	send(&f, ipm_buf_as_str(&in));
	send(&f, ipm_buf_as_str(&in));
	/* More than was announced. */
	ck_assert_int_eq(long_texts_piece(&f.longs, IPM_STR("x"), 1, &f.redaction, &f.err),
			 IPM_ERR_PROTOCOL);
	read_back(&f, texts + 1, out, 1);
	ck_assert_uint_eq(out[0].len, in.len);
	ck_assert_mem_eq(out[0].data, in.data, in.len);
	ipm_buf_deinit(&in);
	ipm_buf_deinit(&out[0]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("capture_long_text");
	TCase *tc = tcase_create("all");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(tc, what_comes_in_comes_out, 0, 2);
	tcase_add_loop_test(tc, secrets_are_masked, 0, 8);
	tcase_add_test(tc, dropped_ones_leave_the_others);
	suite_add_tcase(suite, tc);
	sr = srunner_create(suite);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
