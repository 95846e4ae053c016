/* SPDX-License-Identifier: MIT */
#include "layout.h"

#include <string.h>

#include "bytes.h"

static const char header_tag[8] = {'I', 'N', 'S', 'P', 'M', 'O', 'R', 'T'};

void ipm_layout_seal(uint8_t *frame, uint32_t bytes, uint32_t magic, const char tag[4])
{
	ipm_put_le32(frame, magic);
	ipm_put_le32(frame + 4, bytes - 8);
	memcpy(frame + 8, tag, 4);
	ipm_put_le32(frame + bytes - 4, ipm_crc32c(0, frame, bytes - 4));
}

void ipm_layout_put_header(uint8_t out[IPM_HEADER_BYTES], const struct ipm_header *h)
{
	memset(out, 0, IPM_HEADER_BYTES);
	memcpy(out + 8, header_tag, 8);
	ipm_put_le16(out + 16, h->major);
	ipm_put_le16(out + 18, h->minor);
	ipm_put_le32(out + 20, h->feat_incompat);
	ipm_put_le32(out + 24, h->feat_compat);
	ipm_put_le32(out + 28, h->block_raw_max);
	ipm_put_le64(out + 32, h->created_ns);
	memcpy(out + 40, h->uuid, 16);
	ipm_layout_seal(out, IPM_HEADER_BYTES, IPM_MAGIC_HEADER, header_tag);
}

uint32_t ipm_layout_put_block(uint8_t *out, const struct ipm_block_header *h,
			      const uint16_t *directory)
{
	uint32_t bytes = IPM_BLOCK_HEADER_BYTES + 2u * h->groups;
	uint16_t i;

	memset(out, 0, IPM_BLOCK_HEADER_BYTES);
	out[12] = h->kind;
	out[13] = h->flags;
	ipm_put_le16(out + 14, h->groups);
	ipm_put_le32(out + 16, h->packed_bytes);
	ipm_put_le32(out + 20, h->raw_bytes);
	ipm_put_le32(out + 24, h->records);
	ipm_put_le64(out + 32, h->first_id);
	ipm_put_le64(out + 40, h->offset);
	ipm_put_le64(out + 48, h->index_offset);
	for (i = 0; i < h->groups; i++)
		ipm_put_le16(out + 56 + 2u * i, directory[i]);
	ipm_layout_seal(out, bytes, IPM_MAGIC_BLOCK, "BLK1");
	return bytes;
}

void ipm_layout_put_footer(uint8_t out[IPM_FOOTER_BYTES], const struct ipm_footer *f)
{
	memset(out, 0, IPM_FOOTER_BYTES);
	ipm_put_le32(out, IPM_MAGIC_FOOTER);
	ipm_put_le32(out + 4, IPM_FOOTER_BYTES - 8);
	memcpy(out + 8, "FTR1", 4);
	out[12] = f->status;
	out[13] = f->stopped_by;
	ipm_put_le64(out + 16, f->root_offset);
	ipm_put_le64(out + 24, f->file_bytes);
	ipm_put_le64(out + 32, f->blocks);
	ipm_put_le64(out + 40, f->objects);
	ipm_put_le64(out + 48, f->raw_bytes);
	ipm_put_le32(out + 60, IPM_FOOTER_BYTES);
	ipm_put_le32(out + 64, ipm_crc32c(0, out, 64));
	memcpy(out + 68, "IPME", 4);
}

uint32_t ipm_layout_frame_bytes(const uint8_t *start, size_t len, uint32_t *ret_magic)
{
	uint32_t magic, size;

	if (len < 8)
		return 0;
	magic = ipm_get_le32(start);
	size = ipm_get_le32(start + 4);
	if ((magic & 0xFFFFFFF0u) != 0x184D2A50u || size > IPM_FRAME_BYTES_MAX - 8)
		return 0;
	*ret_magic = magic;
	return size + 8;
}

/* Checks what all frames but the footer share. *ret_bytes is the frame's length. */
static enum ipm_errc open_frame(struct ipm_bytes bytes, uint64_t at, uint32_t magic,
				const char *tag, size_t tag_len, uint32_t min_bytes,
				uint32_t *ret_bytes, struct ipm_error *err)
{
	uint32_t found, frame_bytes;

	if (bytes.len < 8)
		return ipm_fail_at(err, IPM_ERR_TRUNCATED, at, "the file ends inside a frame");
	frame_bytes = ipm_layout_frame_bytes(bytes.data, bytes.len, &found);
	if (!frame_bytes || found != magic || frame_bytes < min_bytes)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, at, "no %.*s frame here", (int)tag_len,
				   tag);
	if (frame_bytes > bytes.len)
		return ipm_fail_at(err, IPM_ERR_TRUNCATED, at, "the file ends inside a %.*s frame",
				   (int)tag_len, tag);
	if (memcmp(bytes.data + 8, tag, tag_len) != 0)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, at, "no %.*s frame here", (int)tag_len,
				   tag);
	if (ipm_get_le32(bytes.data + frame_bytes - 4) !=
	    ipm_crc32c(0, bytes.data, frame_bytes - 4))
		return ipm_fail_at(err, IPM_ERR_CHECKSUM, at, "checksum of a %.*s frame",
				   (int)tag_len, tag);
	*ret_bytes = frame_bytes;
	return IPM_OK;
}

enum ipm_errc ipm_layout_get_header(struct ipm_bytes bytes, struct ipm_header *ret,
				    struct ipm_error *err)
{
	uint32_t frame_bytes;
	const uint8_t *p = bytes.data;
	enum ipm_errc rc = open_frame(bytes, 0, IPM_MAGIC_HEADER, header_tag, sizeof(header_tag),
				      IPM_HEADER_BYTES, &frame_bytes, err);

	if (rc)
		return rc;
	ret->major = ipm_get_le16(p + 16);
	ret->minor = ipm_get_le16(p + 18);
	ret->feat_incompat = ipm_get_le32(p + 20);
	ret->feat_compat = ipm_get_le32(p + 24);
	ret->block_raw_max = ipm_get_le32(p + 28);
	ret->created_ns = ipm_get_le64(p + 32);
	memcpy(ret->uuid, p + 40, 16);
	return IPM_OK;
}

enum ipm_errc ipm_layout_get_block(struct ipm_bytes bytes, uint64_t at,
				   struct ipm_block_header *ret, struct ipm_error *err)
{
	struct ipm_block_header h;
	uint32_t frame_bytes = 0;
	const uint8_t *p = bytes.data;
	enum ipm_errc rc = open_frame(bytes, at, IPM_MAGIC_BLOCK, "BLK1", 4, IPM_BLOCK_HEADER_BYTES,
				      &frame_bytes, err);

	if (rc)
		return rc;
	h.kind = p[12];
	h.flags = p[13];
	h.groups = ipm_get_le16(p + 14);
	h.packed_bytes = ipm_get_le32(p + 16);
	h.raw_bytes = ipm_get_le32(p + 20);
	h.records = ipm_get_le32(p + 24);
	h.first_id = ipm_get_le64(p + 32);
	h.offset = ipm_get_le64(p + 40);
	h.index_offset = ipm_get_le64(p + 48);
	h.directory = p + 56;
	h.frame_bytes = frame_bytes;
	if (h.offset != at)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, at, "a block that belongs at byte %llu",
				   (unsigned long long)h.offset);
	/* Every record is at least a byte, so counts stay within what is there. */
	if (2u * h.groups > frame_bytes - IPM_BLOCK_HEADER_BYTES || !h.groups || !h.records ||
	    h.records < h.groups || h.records > h.raw_bytes || h.kind > IPM_KIND_MAX ||
	    h.first_id > UINT64_MAX - h.records)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, at, "a block header that makes no sense");
	*ret = h;
	return IPM_OK;
}

enum ipm_errc ipm_layout_get_index(struct ipm_bytes bytes, uint64_t at,
				   struct ipm_index_header *ret, struct ipm_error *err)
{
	struct ipm_index_header h;
	uint32_t frame_bytes = 0, room;
	const uint8_t *p = bytes.data;
	enum ipm_errc rc = open_frame(bytes, at, IPM_MAGIC_INDEX, "IDX1", 4,
				      IPM_INDEX_HEADER_BYTES + 4, &frame_bytes, err);

	if (rc)
		return rc;
	h.entries = ipm_get_le32(p + 12);
	h.offset = ipm_get_le64(p + 16);
	h.previous = ipm_get_le64(p + 24) & 0x00FFFFFFFFFFFFFFu;
	h.kinds = p[31];
	h.frame_bytes = frame_bytes;
	room = frame_bytes - IPM_INDEX_HEADER_BYTES - 4;
	if (h.offset != at)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, at, "an index that belongs at byte %llu",
				   (unsigned long long)h.offset);
	if (room / 16 < h.kinds || (room - 16u * h.kinds) / 16 < h.entries || h.previous >= at)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, at, "an index that makes no sense");
	h.ranges = p + IPM_INDEX_HEADER_BYTES;
	h.table = h.ranges + 16u * h.kinds;
	*ret = h;
	return IPM_OK;
}

enum ipm_errc ipm_layout_get_root(struct ipm_bytes bytes, uint64_t at, struct ipm_root_header *ret,
				  struct ipm_error *err)
{
	struct ipm_root_header h;
	uint32_t frame_bytes = 0, room;
	const uint8_t *p = bytes.data;
	enum ipm_errc rc = open_frame(bytes, at, IPM_MAGIC_ROOT, "ROT1", 4,
				      IPM_ROOT_HEADER_BYTES + 4, &frame_bytes, err);

	if (rc)
		return rc;
	h.pages = ipm_get_le32(p + 12);
	h.offset = ipm_get_le64(p + 16) & 0x00FFFFFFFFFFFFFFu;
	h.kinds = p[23];
	h.frame_bytes = frame_bytes;
	room = frame_bytes - IPM_ROOT_HEADER_BYTES - 4;
	if (h.offset != at || room / 8 < h.kinds ||
	    (room - 8u * h.kinds) / (8u + 16u * h.kinds) < h.pages)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, at, "a root that makes no sense");
	h.totals = p + IPM_ROOT_HEADER_BYTES;
	h.table = h.totals + 8u * h.kinds;
	*ret = h;
	return IPM_OK;
}

enum ipm_errc ipm_layout_get_footer(struct ipm_bytes bytes, uint64_t file_bytes,
				    struct ipm_footer *ret, struct ipm_error *err)
{
	uint64_t at = file_bytes - IPM_FOOTER_BYTES;
	const uint8_t *p;

	if (bytes.len < IPM_FOOTER_BYTES || file_bytes < IPM_FOOTER_BYTES)
		return ipm_fail_at(err, IPM_ERR_TRUNCATED, 0, "too short for a footer");
	p = bytes.data + bytes.len - IPM_FOOTER_BYTES;
	if (memcmp(p + 68, "IPME", 4) != 0 || ipm_get_le32(p + 60) != IPM_FOOTER_BYTES ||
	    ipm_get_le32(p) != IPM_MAGIC_FOOTER || memcmp(p + 8, "FTR1", 4) != 0)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, at, "no footer");
	if (ipm_get_le32(p + 64) != ipm_crc32c(0, p, 64))
		return ipm_fail_at(err, IPM_ERR_CHECKSUM, at, "checksum of the footer");
	ret->status = p[12];
	ret->stopped_by = p[13];
	ret->root_offset = ipm_get_le64(p + 16);
	ret->file_bytes = ipm_get_le64(p + 24);
	ret->blocks = ipm_get_le64(p + 32);
	ret->objects = ipm_get_le64(p + 40);
	ret->raw_bytes = ipm_get_le64(p + 48);
	if (ret->file_bytes != file_bytes || ret->root_offset > at)
		return ipm_fail_at(err, IPM_ERR_BAD_DATA, at, "the footer is of another file");
	return IPM_OK;
}

struct ipm_index_entry ipm_layout_entry(const uint8_t *table, size_t i)
{
	uint64_t packed = ipm_get_le64(table + 16 * i + 8);

	return (struct ipm_index_entry){
		.first_id = ipm_get_le64(table + 16 * i),
		.offset = packed & 0x00FFFFFFFFFFFFFFu,
		.kind = (uint8_t)(packed >> 56),
	};
}

struct ipm_id_range ipm_layout_range(const uint8_t *ranges, size_t kind)
{
	return (struct ipm_id_range){
		.first = ipm_get_le64(ranges + 16 * (kind - 1)),
		.end = ipm_get_le64(ranges + 16 * (kind - 1) + 8),
	};
}
