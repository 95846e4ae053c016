/* SPDX-License-Identifier: MIT */
/* The walker's text as records: what it means, and what is refused. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "walker_text.h"

struct fixture {
	struct names names;
	struct pool pool;
	struct redaction redaction;
	uint64_t omitted[IPM_REASON_COUNT];
	struct walker_text text;
};

static void open_text(struct fixture *f, const char *bytes, size_t len)
{
	struct ipm_error err;

	f->text = (struct walker_text){.names = &f->names,
				       .pool = &f->pool,
				       .redaction = &f->redaction,
				       .omitted = f->omitted};
	ck_assert_msg(!walker_text_open(&f->text, (struct ipm_str){bytes, len}, &err), "%s",
		      err.message);
}

static void deinit(struct fixture *f)
{
	names_deinit(&f->names);
	pool_deinit(&f->pool);
	redaction_deinit(&f->redaction);
}

static struct walker_record record(struct fixture *f, uint64_t id)
{
	struct walker_record rec;
	struct ipm_error err;

	ck_assert_msg(!walker_text_record(&f->text, id, &rec, &err), "%s", err.message);
	return rec;
}

static void check_str(struct ipm_str str, const char *expected)
{
	ck_assert_uint_eq(str.len, strlen(expected));
	ck_assert_mem_eq(str.data, expected, str.len);
}

/* Five names, then an object with a value of every type, an array with holes, a Map. */
static const char good[] = "6;6:Object1:a1:by9;9:Symbol(x)5:Array3:Map"
			   "0,0,1;o2;p7;1=n-12;2#3=s5:h\xC3\xA9llo3=t1=n-0;2=nNaN;"
			   "1=S100,3:abc2=g7,0;.\n"
			   "1,4,0;o3;5;5;n1;h2;z!9;]p0;.\n"
			   "4,5,0;o4;1;2;2;s1:kb123;]p1;\"3:new=u.\n"
			   "13,0,2;o5;300000;300000;0:p0;.\n"
			   "+b5;4:AAEC\n";

START_TEST(records_mean_what_they_say)
{
	struct fixture f = {0};
	struct walker_record rec;
	const struct ipm_property *p;

	open_text(&f, good, sizeof(good) - 1);
	rec = record(&f, 1);
	ck_assert_int_eq(rec.object.kind, IPM_KIND_OBJECT);
	check_str(rec.object.class_name, "Object");
	ck_assert_uint_eq(rec.flags, RECORD_NEEDS_CDP);
	ck_assert_uint_eq(rec.object.proto.object_id, 2);
	ck_assert_uint_eq(rec.property_count, 7);
	p = rec.properties;
	ck_assert_int_eq(p[0].value.type, IPM_VALUE_INTEGER);
	ck_assert_int_eq(p[0].value.integer, -12);
	ck_assert_uint_eq(p[0].flags, IPM_PROPERTY_DEFAULT);
	check_str(p[1].value.string.str, "h\xC3\xA9llo");
	ck_assert_uint_eq(p[1].value.string.length, 5);
	ck_assert_uint_eq(p[1].flags, 3);
	ck_assert_uint_eq(p[2].symbol_id, 9);
	check_str(p[2].name, "Symbol(x)");
	ck_assert(p[3].value.type == IPM_VALUE_NUMBER && signbit(p[3].value.number));
	ck_assert(isnan(p[4].value.number));
	ck_assert_uint_eq(p[5].value.string.length, 100);
	ck_assert_uint_eq(p[6].value.accessor.get, 7);
	rec = record(&f, 2);
	ck_assert_int_eq(rec.object.kind, IPM_KIND_ARRAY);
	ck_assert_uint_eq(rec.object.length, 5);
	ck_assert_uint_eq(rec.value_count, 4);
	ck_assert_uint_eq(rec.covered, 5);
	ck_assert_int_eq(rec.values[1].type, IPM_VALUE_HOLES);
	ck_assert_int_eq(rec.values[3].omitted.reason, IPM_REASON_OPTIMIZED_OUT);
	rec = record(&f, 3);
	ck_assert_uint_eq(rec.object.length, 1);
	check_str(rec.values[1].string.str, "123");
	check_str(rec.properties[0].name, "new");
	rec = record(&f, 4);
	ck_assert_uint_eq(rec.all_elements, 300000);
	rec = record(&f, 4);
	ck_assert(rec.is_piece && rec.piece_type == 'b');
	ck_assert_uint_eq(rec.bytes.len, 3);
	ck_assert_mem_eq(rec.bytes.data, "\0\1\2", 3);
	ck_assert(!walker_text_more(&f.text));
	ck_assert_uint_eq(f.omitted[IPM_REASON_STRING], 1);
	deinit(&f);
}
END_TEST

/* Reads all it can; what is wrong must be an error, never a crash. */
static bool read_all(const char *bytes, size_t len)
{
	struct fixture f = {.redaction.on = true};
	struct walker_record rec;
	struct ipm_error err;
	enum ipm_errc rc;
	uint64_t id = 0;
	char *copy = malloc(len ? len : 1);

	/* In memory of its own, so that the sanitizer sees every step past the end. */
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	f.text = (struct walker_text){.names = &f.names,
				      .pool = &f.pool,
				      .redaction = &f.redaction,
				      .omitted = f.omitted};
	rc = walker_text_open(&f.text, (struct ipm_str){copy, len}, &err);
	while (!rc && walker_text_more(&f.text)) {
		pool_reset(&f.pool);
		rc = walker_text_record(&f.text, ++id, &rec, &err);
	}
	ck_assert(!rc || rc == IPM_ERR_PROTOCOL);
	deinit(&f);
	free(copy);
	return !rc;
}

START_TEST(every_prefix_is_refused)
{
	size_t len;
	unsigned whole = 0;

	for (len = 0; len < sizeof(good) - 1; len++)
		whole += read_all(good, len);
	/* Ends of definitions and of records are good ends. */
	ck_assert_uint_le(whole, 5);
	ck_assert(read_all(good, sizeof(good) - 1));
}
END_TEST

START_TEST(every_changed_byte_is_survived)
{
	static const char letters[] = "0;:,.]+-=#!\"zoSghp\n\xC3\xF0\xFF";
	char text[sizeof(good)];
	size_t at, i;

	for (at = 0; at < sizeof(good) - 1; at++)
		for (i = 0; i < sizeof(letters); i++) {
			memcpy(text, good, sizeof(good));
			text[at] = letters[i];
			read_all(text, sizeof(good) - 1);
		}
}
END_TEST

START_TEST(doubles_come_as_their_bits)
{
	static const char text[] =
		"1;1:a0,0,0;zp7;0=d1069128089,2576980378;0=d2146435072,0;"
		"0=d4293918720,0;0=d2146959360,0;0=d1114636288,0;0=d2147483648,0;"
		"0=d1128267775,4294967295;.\n";
	struct fixture f = {0};
	const struct ipm_property *p;
	struct walker_record rec;

	open_text(&f, text, sizeof(text) - 1);
	rec = record(&f, 1);
	p = rec.properties;
	ck_assert_uint_eq(rec.property_count, 7);
	ck_assert(p[0].value.type == IPM_VALUE_NUMBER && p[0].value.number == 0.1);
	ck_assert(p[1].value.type == IPM_VALUE_NUMBER && p[1].value.number == (double)INFINITY);
	ck_assert(p[2].value.type == IPM_VALUE_NUMBER && p[2].value.number == (double)-INFINITY);
	ck_assert(p[3].value.type == IPM_VALUE_NUMBER && isnan(p[3].value.number));
	ck_assert_int_eq(p[4].value.type, IPM_VALUE_INTEGER);
	ck_assert_int_eq(p[4].value.integer, INT64_C(1) << 40);
	ck_assert(p[5].value.type == IPM_VALUE_NUMBER && signbit(p[5].value.number));
	ck_assert_int_eq(p[6].value.integer, (INT64_C(1) << 53) - 1);
	deinit(&f);
}
END_TEST

START_TEST(numbers_that_lie_are_refused)
{
	static const char *const bad[] = {
		"99999999999999999999;",
		"18446744073709551615;",
		"1;18446744073709551615:a",
		"1;4:abc",
		"0;0,0,0;zp0;.\n",		      /* no such name */
		"1;1:a27,0,0;zp0;.\n",		      /* no such kind */
		"1;1:a0,0,0;o0;p0;.\n",		      /* no such object */
		"1;1:a0,0,0;zp0;0=!99;.\n",	      /* no such reason */
		"1;1:a0,0,0;zp0;0=S5,9:ab.\n",	      /* shorter than told */
		"1;1:a13,0,0;z3;3;4:A$AA\np0;.\n",    /* no base64 */
		"1;1:a12,0,0;z1;0;99;zp0;.\n",	      /* no such element type */
		"1;1:a20,0,0;z10;s0:p0;.\n",	      /* no such scope */
		"1;1:a0,0,0;zp0;0=d4294967296,0;.\n", /* no half of anything */
		"1;1:a0,0,0;zp0;0=d1;.\n",
		"0;+x\n",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!read_all(bad[i], strlen(bad[i])), "%s", bad[i]);
}
END_TEST

START_TEST(secrets_are_taken_out)
{
	static const char text[] = "4;6:Object8:passWord4:name5:Array"
				   "0,0,0;zp3;1=s9:hunter2222=s3:bob1=o2;.\n"
				   "1,3,0;z2;2;s4:tok1n5;]p0;.\n"
				   "1,3,0;z3;3;s13:AuthorizationS99,4:abcds9:hunter222]p0;.\n";
	struct fixture f = {.redaction.on = true};
	struct walker_record rec;

	open_text(&f, text, sizeof(text) - 1);
	rec = record(&f, 1);
	ck_assert_int_eq(rec.properties[0].value.type, IPM_VALUE_OMITTED);
	ck_assert_int_eq(rec.properties[0].value.omitted.reason, IPM_REASON_REDACTED);
	ck_assert_uint_eq(rec.properties[0].value.omitted.size, 9);
	check_str(rec.properties[1].value.string.str, "bob");
	/* What a secret name points to is secret, down to its numbers. */
	rec = record(&f, 2);
	ck_assert_int_eq(rec.values[0].type, IPM_VALUE_OMITTED);
	ck_assert_int_eq(rec.values[1].type, IPM_VALUE_OMITTED);
	/* A header's value follows its name; a secret that was seen elsewhere is known. */
	rec = record(&f, 3);
	check_str(rec.values[0].string.str, "Authorization");
	ck_assert_int_eq(rec.values[1].type, IPM_VALUE_OMITTED);
	ck_assert_int_eq(rec.values[2].type, IPM_VALUE_OMITTED);
	ck_assert_uint_eq(f.redaction.count, 5);
	deinit(&f);
}
END_TEST

START_TEST(names_and_texts_that_are_secret)
{
	static const char *const names[] = {"password",	   "PASSWD",	  "x-api-key",
					    "connect.sid", "githubToken", "AWS_SECRET_ACCESS_KEY",
					    "set-cookie",  "dbPassword2", "client_secret",
					    "#token"};
	static const char *const harmless[] = {
		"name",	  "passenger", "author",	  "tokens2",   "keyboard", "compass",
		"pinned", "sidebar",   "cookies_enabled", "secretary", ""};
	static const char *const texts[] = {
		"AKIAIOSFODNN7EXAMPLE",
		"see ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"Bearer abcdefgh12345",
		"https://bob:hunter2@example.org/",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
		"card 4111 1111 1111 1111 thanks",
		"xoxb-1234567890-abc",
	};
	static const char *const plain[] = {
		"https://example.org:8080/path@2x.png",
		"1234567890123456",
		"eyJust a sentence. With dots.",
		"bearer of bad news",
		"4111 1111 1111 1112",
		"a-very-long-but-ordinary-identifier",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		ck_assert_msg(redact_name((struct ipm_str){names[i], strlen(names[i])}), "%s",
			      names[i]);
	for (i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		ck_assert_msg(!redact_name((struct ipm_str){harmless[i], strlen(harmless[i])}),
			      "%s", harmless[i]);
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		ck_assert_msg(redact_text((struct ipm_str){texts[i], strlen(texts[i])}), "%s",
			      texts[i]);
	for (i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		ck_assert_msg(!redact_text((struct ipm_str){plain[i], strlen(plain[i])}), "%s",
			      plain[i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("capture_text");
	TCase *tc = tcase_create("all");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, records_mean_what_they_say);
	tcase_add_test(tc, every_prefix_is_refused);
	tcase_add_test(tc, every_changed_byte_is_survived);
	tcase_add_test(tc, doubles_come_as_their_bits);
	tcase_add_test(tc, numbers_that_lie_are_refused);
	tcase_add_test(tc, secrets_are_taken_out);
	tcase_add_test(tc, names_and_texts_that_are_secret);
	suite_add_tcase(suite, tc);
	sr = srunner_create(suite);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
