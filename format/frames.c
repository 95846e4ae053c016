/* SPDX-License-Identifier: MIT */
#include "frames.h"

#include <string.h>

#include "bytes.h"

enum { WINDOW = 1 << 18 };

/* What stands at `at`. DAMAGE and CUT have no length yet. */
static enum ipm_errc look(struct ipm_file *file, uint64_t at, struct ipm_frame_event *ret,
			  struct ipm_error *err)
{
	struct ipm_bytes view;
	struct ipm_header header;
	struct ipm_index_header index;
	struct ipm_root_header root;
	struct ipm_footer footer;
	struct ipm_error why;
	uint32_t frame_bytes, magic = 0;
	enum ipm_errc rc = ipm_file_view(file, at, 12, &view, err);

	if (rc)
		return rc;
	memset(ret, 0, sizeof(*ret));
	ret->offset = at;
	ret->type = IPM_REGION_DAMAGE;
	ret->why = "no frame begins here";
	if (!view.len) {
		ret->type = IPM_REGION_END;
		return IPM_OK;
	}
	if (view.len < 12) {
		/* Too short for anything: the start of a frame, if it looks like one. */
		if (view.len < 4 || (ipm_get_le32(view.data) & 0xFFFFFFF0u) == 0x184D2A50u)
			ret->type = IPM_REGION_CUT;
		return IPM_OK;
	}
	frame_bytes = ipm_layout_frame_bytes(view.data, view.len, &magic);
	if (!frame_bytes)
		return IPM_OK;
	if (frame_bytes > file->bytes - at) {
		ret->type = IPM_REGION_CUT;
		return IPM_OK;
	}
	rc = ipm_file_view(file, at, frame_bytes, &view, err);
	if (rc)
		return rc;
	ret->bytes = frame_bytes;
	switch (magic) {
	case IPM_MAGIC_HEADER:
		rc = ipm_layout_get_header(view, &header, &why);
		ret->type = IPM_REGION_HEADER;
		ret->why = "the header does not match its checksum";
		break;
	case IPM_MAGIC_BLOCK:
		rc = ipm_layout_get_block(view, at, &ret->block, &why);
		ret->type = IPM_REGION_BLOCK;
		ret->why = "a block's header does not match its checksum";
		if (!rc && ret->block.packed_bytes > file->bytes - at - frame_bytes) {
			ret->type = IPM_REGION_CUT;
			return IPM_OK;
		}
		ret->bytes += rc ? 0 : ret->block.packed_bytes;
		ret->block.directory = NULL;
		break;
	case IPM_MAGIC_INDEX:
		rc = ipm_layout_get_index(view, at, &index, &why);
		ret->type = IPM_REGION_INDEX;
		ret->why = "an index does not match its checksum";
		break;
	case IPM_MAGIC_ROOT:
		rc = ipm_layout_get_root(view, at, &root, &why);
		ret->type = IPM_REGION_ROOT;
		ret->why = "the root does not match its checksum";
		break;
	case IPM_MAGIC_FOOTER:
		rc = ipm_layout_get_footer(view, at + frame_bytes, &footer, &why);
		ret->type = IPM_REGION_FOOTER;
		ret->why = "the footer does not match its checksum";
		break;
	default:
		/* Our own tags under a foreign magic are ours with a broken magic. */
		rc = frame_bytes >= 12 && (!memcmp(view.data + 8, "BLK1", 4) ||
					   !memcmp(view.data + 8, "IDX1", 4) ||
					   !memcmp(view.data + 8, "ROT1", 4) ||
					   !memcmp(view.data + 8, "FTR1", 4) ||
					   !memcmp(view.data + 8, "INSP", 4))
			     ? IPM_ERR_BAD_DATA
			     : IPM_OK;
		ret->type = IPM_REGION_OTHER;
		break;
	}
	if (rc) {
		ret->type = IPM_REGION_DAMAGE;
		ret->bytes = 0;
	}
	return IPM_OK;
}

static bool is_tag(const uint8_t *p)
{
	return (p[3] == '1' && (!memcmp(p, "BLK1", 4) || !memcmp(p, "IDX1", 4) ||
				!memcmp(p, "ROT1", 4) || !memcmp(p, "FTR1", 4)));
}

/*
 * Looking closer at a candidate costs as much as the frame it pretends to be. A file made of
 * pretenders gets so many looks per byte, and is damage from there on. *spent counts.
 */
static bool spend(struct ipm_file *file, uint64_t *spent, const uint8_t *frame, size_t len)
{
	uint32_t magic, bytes = ipm_layout_frame_bytes(frame, len, &magic);

	if (bytes > file->bytes)
		bytes = 0; /* refused at a glance */
	*spent += 64 + bytes;
	return *spent <= 4 * file->bytes + (256 << 20);
}

/* The next place from `at` on where a frame of ours is whole; the file's end when none is. */
static enum ipm_errc resync(struct ipm_frame_walk *walk, uint64_t at, uint64_t *ret,
			    struct ipm_error *err)
{
	struct ipm_file *file = walk->file;
	uint8_t window[4096 + 12];

	while (at < file->bytes) {
		struct ipm_bytes view;
		size_t i, steps, len;
		enum ipm_errc rc = ipm_file_view(file, at, sizeof(window), &view, err);

		if (rc)
			return rc;
		/* A copy: looking closer at a candidate moves the view. */
		len = view.len;
		memcpy(window, view.data, len);
		steps = len < 12 ? 0 : len - 11;
		for (i = 0; i < steps; i++) {
			struct ipm_frame_event event;

			if (window[i] < 0x50 || window[i] > 0x5f || !is_tag(window + i + 8))
				continue;
			if (!spend(file, &walk->spent, window + i, len - i)) {
				*ret = file->bytes;
				return IPM_OK;
			}
			rc = look(file, at + i, &event, err);
			if (rc)
				return rc;
			if (event.type != IPM_REGION_DAMAGE && event.type != IPM_REGION_CUT) {
				*ret = at + i;
				return IPM_OK;
			}
		}
		if (len < sizeof(window))
			break;
		at += steps;
	}
	*ret = file->bytes;
	return IPM_OK;
}

enum ipm_errc ipm_frame_walk_next(struct ipm_frame_walk *walk, struct ipm_frame_event *ret,
				  struct ipm_error *err)
{
	struct ipm_frame_event event;
	uint64_t next;
	enum ipm_errc rc = look(walk->file, walk->at, &event, err);

	if (rc)
		return rc;
	if (event.type == IPM_REGION_DAMAGE || event.type == IPM_REGION_CUT) {
		rc = resync(walk, walk->at + 1, &next, err);
		if (rc)
			return rc;
		/* A length that reaches past the end, but there is more of ours: a wrong length. */
		if (event.type == IPM_REGION_CUT && next < walk->file->bytes) {
			event.type = IPM_REGION_DAMAGE;
			event.why = "a frame's length is wrong";
		}
		event.bytes = next - walk->at;
	}
	walk->at += event.bytes;
	*ret = event;
	return IPM_OK;
}

enum ipm_errc ipm_frames_last_index(struct ipm_file *file, uint64_t end, uint64_t *ret_index,
				    struct ipm_error *err)
{
	uint64_t high = end, spent = 0;

	/* Windows overlap by a tag's reach, so that none is missed at a border. */
	while (high > IPM_HEADER_BYTES) {
		uint64_t low = high > WINDOW ? high - WINDOW : 0;
		size_t len = (size_t)(high - low), i;
		struct ipm_bytes view;
		enum ipm_errc rc = ipm_file_view(file, low, len, &view, err);

		if (rc)
			return rc;
		for (i = view.len >= 12 ? view.len - 12 + 1 : 0; i-- > 0;) {
			struct ipm_frame_event event;

			if (view.data[i] != 0x51 && view.data[i] != 0x52)
				continue;
			if (!is_tag(view.data + i + 8))
				continue;
			if (!spend(file, &spent, view.data + i, view.len - i))
				return ipm_fail(err, IPM_ERR_NOT_FOUND, "no whole block");
			rc = look(file, low + i, &event, err);
			if (rc)
				return rc;
			if (event.type == IPM_REGION_BLOCK) {
				*ret_index = event.block.index_offset;
				return IPM_OK;
			}
			if (event.type == IPM_REGION_INDEX) {
				*ret_index = low + i;
				return IPM_OK;
			}
			rc = ipm_file_view(file, low, len, &view, err);
			if (rc)
				return rc;
		}
		if (!low)
			break;
		high = low + 11;
	}
	return ipm_fail(err, IPM_ERR_NOT_FOUND, "no whole block");
}
