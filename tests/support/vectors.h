/* SPDX-License-Identifier: MIT */
#ifndef IPM_VECTORS_H
#define IPM_VECTORS_H

/*
 * The files in spec/vectors. Made once, with INSPMORT_WRITE_VECTORS=1 in the environment of
 * golden/format_vectors; since then they stay as they are, because what was written once must be
 * readable for ever. New ones may be added.
 */

#include <sys/stat.h>
#include <zstd.h>

#include "bytes.h"
#include "layout.h"
#include "memory_file.h"
#include "pack.h"
#include "sample.h"

static inline void save_vector(const char *name, struct ipm_bytes bytes)
{
	char path[512];
	struct stat st;
	FILE *f;

	snprintf(path, sizeof(path), IPM_SOURCE_DIR "/spec/vectors/%s.inspmort", name);
	if (!stat(path, &st))
		return;
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes.data, 1, bytes.len, f), bytes.len);
	fclose(f);
}

/* A header and nothing else, to put blocks behind. */
static inline void raw_header(struct ipm_buf *file, uint16_t major, uint16_t minor,
			      uint32_t incompat)
{
	struct ipm_header h = {.major = major,
			       .minor = minor,
			       .feat_incompat = incompat,
			       .feat_compat = minor ? 0xFF : 0,
			       .block_raw_max = 65535,
			       .created_ns = UINT64_C(1700000000000000000)};
	uint8_t frame[IPM_HEADER_BYTES];

	ipm_layout_put_header(frame, &h);
	ipm_buf_append(file, frame, sizeof(frame));
}

/* One group of records as given; `lie` is added to what the header says of its length. */
static inline void raw_block(struct ipm_buf *file, uint8_t kind, uint64_t first_id,
			     uint32_t records, const void *data, size_t len, uint32_t lie)
{
	struct ipm_buf content = IPM_BUF_INIT;
	uint8_t frame[IPM_BLOCK_HEADER_BYTES + 2];
	uint16_t group;
	struct ipm_block_header h = {.kind = kind,
				     .groups = 1,
				     .records = records,
				     .first_id = first_id,
				     .offset = file->len};
	size_t capacity;
	uint8_t *packed;
	ZSTD_CCtx *zstd = ZSTD_createCCtx();

	ipm_pack_map(&content, 1);
	ipm_pack_str(&content, (struct ipm_str)IPM_STR("block"));
	ipm_pack_str(&content, (struct ipm_str)IPM_STR("made by hand"));
	group = (uint16_t)content.len;
	ipm_pack_map(&content, 1);
	ipm_pack_uint(&content, first_id);
	if (kind == IPM_BLOCK_OBJECTS || kind == IPM_BLOCK_SLICES)
		ipm_pack_uint(&content, first_id + 1);
	else
		ipm_pack_nil(&content);
	ipm_buf_append(&content, data, len);
	capacity = ZSTD_compressBound(content.len);
	packed = malloc(capacity);
	ck_assert(packed && zstd);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
	h.raw_bytes = (uint32_t)content.len + lie;
	h.packed_bytes =
		(uint32_t)ZSTD_compress2(zstd, packed, capacity, content.data, content.len);
	ipm_buf_append(file, frame, ipm_layout_put_block(frame, &h, &group));
	ipm_buf_append(file, packed, h.packed_bytes);
	free(packed);
	ZSTD_freeCCtx(zstd);
	ipm_buf_deinit(&content);
}

#define RAW(file, kind, first, records, bytes)                                                     \
	raw_block(file, kind, first, records, bytes, sizeof(bytes) - 1, 0)

/* Strings "x", "Object" and a shape of kind 0 with the one key "x", prototype null. */
static inline void raw_definitions(struct ipm_buf *file)
{
	RAW(file, IPM_BLOCK_META, 0, 1,
	    "\x81\xa4tool\xa7"
	    "by hand");
	RAW(file, IPM_BLOCK_STRINGS, 0, 2, "\xa1x\xa6Object");
	RAW(file, IPM_BLOCK_SHAPES, 0, 2, "\x94\x00\x01\xc0\x00\x93\x01\x01\xc0");
}

/* A file by hand: header, definitions, one block of objects. */
static inline void save_by_hand(const char *name, uint32_t records, const void *data, size_t len,
				uint32_t lie)
{
	struct ipm_buf file = IPM_BUF_INIT;

	raw_header(&file, 1, 0, 0);
	raw_definitions(&file);
	raw_block(&file, IPM_BLOCK_OBJECTS, 1, records, data, len, lie);
	save_vector(name, ipm_buf_bytes(&file));
	ipm_buf_deinit(&file);
}

#define BY_HAND(name, records, bytes) save_by_hand(name, records, bytes, sizeof(bytes) - 1, 0)

/* The n-th block of a kind in a file made by the writer. */
static inline size_t find_block(const struct ipm_buf *file, uint8_t kind, unsigned n,
				size_t *ret_end)
{
	size_t at = 0;

	while (at < file->len) {
		struct ipm_bytes rest = {file->data + at, file->len - at};
		struct ipm_block_header h;
		uint32_t magic;

		if (ipm_layout_get_block(rest, at, &h, NULL)) {
			at += ipm_layout_frame_bytes(rest.data, rest.len, &magic);
			continue;
		}
		*ret_end = at + h.frame_bytes + h.packed_bytes;
		if (h.kind == kind && !n--)
			return at;
		at = *ret_end;
	}
	ck_abort_msg("no such block");
	return 0;
}

static inline void save_broken(const char *name, const struct ipm_buf *whole, size_t at,
			       size_t count)
{
	struct ipm_buf file = IPM_BUF_INIT;
	size_t i;

	ipm_buf_append(&file, whole->data, whole->len);
	for (i = 0; i < count; i++)
		file.data[at + i] ^= 0x55;
	save_vector(name, ipm_buf_bytes(&file));
	ipm_buf_deinit(&file);
}

static inline void save_long(const char *name)
{
	struct ipm_buf file = IPM_BUF_INIT, text = IPM_BUF_INIT;
	const struct ipm_meta meta = {.tool = IPM_STR("vectors")};
	const struct ipm_summary summary = {.status = IPM_STATUS_COMPLETE};
	static struct ipm_value many[1200];
	static char strings[1200][64];
	static uint8_t bytes[40000];
	struct ipm_property p = {.name = IPM_STR("long"), .flags = 7};
	struct ipm_object o = {.id = 1, .class_name = IPM_STR("Object"), .properties = &p};
	struct ipm_writer *w;
	struct ipm_error err;
	size_t i;

	/* Pairs on every border of slices. */
	ipm_buf_cstr(&text, "x");
	for (i = 0; i < 9000; i++)
		ipm_buf_cstr(&text, "\xF0\x9F\x98\x80");
	ck_assert_int_eq(ipm_writer_create(memory_sink(&file), NULL, &w, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_meta(w, &meta, &err), IPM_OK);
	p.value.type = IPM_VALUE_STRING;
	p.value.string.str = ipm_buf_as_str(&text);
	o.property_count = 1;
	ck_assert_int_eq(ipm_writer_object(w, &o, &err), IPM_OK);
	/* A record with a block of its own. */
	for (i = 0; i < 1200; i++) {
		snprintf(strings[i], sizeof(strings[i]), "a string with the number %zu in it", i);
		many[i].type = IPM_VALUE_STRING;
		many[i].string.str = (struct ipm_str){strings[i], strlen(strings[i])};
	}
	o = (struct ipm_object){.id = 2,
				.kind = IPM_KIND_ARRAY,
				.class_name = IPM_STR("Array"),
				.elements = many,
				.element_count = 1200,
				.length = 1200};
	ck_assert_int_eq(ipm_writer_object(w, &o, &err), IPM_OK);
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i / 100);
	o = (struct ipm_object){.id = 3,
				.kind = IPM_KIND_ARRAYBUFFER,
				.class_name = IPM_STR("ArrayBuffer"),
				.bytes = {bytes, sizeof(bytes)},
				.length = sizeof(bytes)};
	ck_assert_int_eq(ipm_writer_object(w, &o, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_finish(w, &summary, &err), IPM_OK);
	ipm_writer_destroy(w);
	save_vector(name, ipm_buf_bytes(&file));
	ipm_buf_deinit(&file);
	ipm_buf_deinit(&text);
}

static inline void save_hostile(void)
{
	struct ipm_buf file = IPM_BUF_INIT;
	static uint8_t deep[60000];
	static uint8_t zeros[1 << 20];
	size_t i;

	BY_HAND("hand-object", 2, "\x92\x00\x05\x92\x00\x90");
	/* [0, value] with what a later minor version may have: tags, extras, items. */
	BY_HAND("later-tag", 1, "\x92\x00\x93\x2a\x01\x02");
	BY_HAND("later-extra", 1,
		"\x94\x00\x05\xc0\x82\x00\xa3"
		"abc\x63\x92\x01\x02");
	BY_HAND("later-items", 1,
		"\x96\x00\x94\x01\xa3"
		"123\xc0\xc0\xc0\x81\x00\xa1x\xc0\xc0");
	/* Longer encodings than need be. */
	BY_HAND("long-encodings", 1, "\xdc\x00\x02\xcd\x00\x00\xdb\x00\x00\x00\x02hi");
	BY_HAND("references", 3,
		"\x92\x01\x97\x90\x90\xd4\x02\x09\x90\x91\x02\x93\x02\x90\x80\x90\x92\x00\x90\x92"
		"\x00\x91\x01");
	BY_HAND("numbers", 1,
		"\x92\x01\x9b\xd3\x80\x00\x00\x00\x00\x00\x00\x00\xca\x80\x00\x00\x00\xca\x7f\xc0"
		"\x00\x00\xcb\x7f\xf0"
		"\x00\x00\x00\x00\x00\x00\xca\xff\x80\x00\x00\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"
		"\xe0\x7f\xd0\x80\xcd\xff\xff"
		"\xce\xff\xff\xff\xff");
	/* 12.34, -0.001, 5 / 10^0, 2^53 / 10^22, one with an item of a later version. */
	BY_HAND("decimals", 1,
		"\x92\x01\x95\x93\x08\x02\xcd\x04\xd2\x93\x08\x03\xff\x93\x08\x00\x05\x93\x08\x16"
		"\xcf\x00\x20\x00\x00\x00\x00\x00\x00\x94\x08\x01\x19\xc0");
	BY_HAND("hostile-decimal", 1, "\x92\x01\x91\x93\x08\x17\x05");
	BY_HAND("hostile-count", 1, "\xdd\xff\xff\xff\xff\x00\x05");
	BY_HAND("hostile-elements", 1, "\x92\x01\xdd\xff\xff\xff\xfe\xc0\xc0\xc0");
	BY_HAND("hostile-shape", 1, "\x92\xcd\x30\x39\x05");
	BY_HAND("hostile-never", 1, "\x92\x00\xc1");
	BY_HAND("hostile-map", 1, "\x92\x00\xdf\xff\xff\xff\xff");
	memset(deep, 0x91, sizeof(deep));
	deep[0] = 0x92;
	deep[1] = 0x00;
	deep[sizeof(deep) - 1] = 0xc0;
	save_by_hand("hostile-depth", 1, deep, sizeof(deep), 0);
	save_by_hand("hostile-bomb", 1, zeros, sizeof(zeros), 0u - 1000000u);
	save_by_hand("hostile-length", 1, "\x92\x00\x05", 3, 1);
	save_by_hand("hostile-huge", 1, "\x92\x00\x05", 3, 0xF0000000u);

	raw_header(&file, 2, 0, 0);
	raw_definitions(&file);
	save_vector("refused-major", ipm_buf_bytes(&file));
	ipm_buf_reset(&file);
	raw_header(&file, 1, 0, 4);
	raw_definitions(&file);
	save_vector("refused-feature", ipm_buf_bytes(&file));
	ipm_buf_reset(&file);
	raw_header(&file, 1, 7, 0);
	raw_definitions(&file);
	RAW(&file, 42, 0, 1, "\xa3new");
	RAW(&file, IPM_BLOCK_OBJECTS, 1, 1, "\x92\x00\x05");
	save_vector("later-minor", ipm_buf_bytes(&file));
	ipm_buf_reset(&file);
	raw_header(&file, 1, 0, 0);
	raw_definitions(&file);
	RAW(&file, IPM_BLOCK_OBJECTS, 1, 1, "\x92\x00\x05");
	RAW(&file, IPM_BLOCK_OBJECTS, 1, 1, "\x92\x00\x06");
	save_vector("hostile-twice", ipm_buf_bytes(&file));
	ipm_buf_reset(&file);
	/* Something between the blocks that looks like the start of one. */
	raw_header(&file, 1, 0, 0);
	raw_definitions(&file);
	for (i = 0; i < 200; i++)
		RAW(&file, IPM_BLOCK_OBJECTS, 1 + i, 1, "\x92\x00\x05");
	ipm_buf_append(&file, "BLK1BLK1BLK1", 12);
	for (i = 0; i < 20; i++)
		RAW(&file, IPM_BLOCK_OBJECTS, 201 + i, 1, "\x92\x00\x05");
	save_vector("garbage-between", ipm_buf_bytes(&file));
	ipm_buf_deinit(&file);
}

/* Whole, and with no room between its references. */
static inline void save_references(void)
{
	const struct ipm_meta meta = {.tool = IPM_STR("vectors")};
	const struct ipm_summary summary = {.status = IPM_STATUS_COMPLETE};
	struct ipm_buf file = IPM_BUF_INIT;
	struct ipm_writer *w;
	struct ipm_error err;
	uint64_t i;

	ck_assert_int_eq(ipm_writer_create(memory_sink(&file), NULL, &w, &err), IPM_OK);
	ck_assert_int_eq(ipm_writer_meta(w, &meta, &err), IPM_OK);
	for (i = 1; i <= 100; i++) {
		struct ipm_value v[4];
		struct ipm_object o = {.id = i,
				       .kind = IPM_KIND_ARRAY,
				       .class_name = IPM_STR("Array"),
				       .elements = v,
				       .element_count = 4,
				       .length = 4};
		int k;

		for (k = 0; k < 4; k++)
			v[k] = (struct ipm_value){.type = IPM_VALUE_OBJECT,
						  .object_id = i % 9 ? 4 * i + (uint64_t)k
								     : 3000 - i * (uint64_t)k};
		ck_assert_int_eq(ipm_writer_object(w, &o, &err), IPM_OK);
	}
	ck_assert_int_eq(ipm_writer_finish(w, &summary, &err), IPM_OK);
	ipm_writer_destroy(w);
	save_vector("references-whole", ipm_buf_bytes(&file));
	ipm_buf_deinit(&file);
}

static inline void save_vectors(void)
{
	struct ipm_buf whole = IPM_BUF_INIT, other = IPM_BUF_INIT;
	struct ipm_bytes bytes;
	size_t at, end;

	make_sample(&whole, 60, 700);
	save_vector("sample", ipm_buf_bytes(&whole));
	make_sample(&other, 40, 32768);
	save_vector("sample-large-blocks", ipm_buf_bytes(&other));
	save_long("long");
	save_references();
	bytes = ipm_buf_bytes(&whole);
	at = find_block(&whole, IPM_BLOCK_SUMMARY, 0, &end);
	bytes.len = at;
	save_vector("cut-between-blocks", bytes);
	bytes.len = at - 20;
	save_vector("cut-inside-a-block", bytes);
	bytes.len = 64;
	save_vector("cut-after-the-header", bytes);
	bytes.len = 30;
	save_vector("cut-inside-the-header", bytes);
	bytes.len = 0;
	save_vector("empty", bytes);
	bytes.len = whole.len - 10;
	save_vector("cut-inside-the-footer", bytes);
	at = find_block(&whole, IPM_BLOCK_OBJECTS, 2, &end);
	save_broken("damaged-objects", &whole, end - 40, 3);
	save_broken("damaged-block-header", &whole, at + 20, 1);
	at = find_block(&whole, IPM_BLOCK_STRINGS, 0, &end);
	save_broken("damaged-strings", &whole, end - 20, 1);
	at = find_block(&whole, IPM_BLOCK_SHAPES, 0, &end);
	save_broken("damaged-shapes", &whole, end - 10, 1);
	save_broken("damaged-header", &whole, 40, 1);
	save_broken("damaged-tag", &whole, 8, 1);
	find_block(&whole, IPM_BLOCK_SUMMARY, 0, &end);
	save_broken("damaged-index", &whole, end + 50, 1);
	save_broken("damaged-footer", &whole, whole.len - 40, 1);
	save_broken("damaged-root", &whole, whole.len - 100, 1);
	save_hostile();
	ipm_buf_deinit(&whole);
	ipm_buf_deinit(&other);
}

#endif
