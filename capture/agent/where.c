/* SPDX-License-Identifier: MIT */
#include "agent.h"

enum {
	FRAMES = 3, /* one would lump together all that goes through a helper like assert() */
	DETAILS = 0xff,
};

uint64_t where_are_we(struct agent *a)
{
	const struct v8_symbols *v8 = v8_symbols();
	struct v8_stack_trace *trace = v8->current_stack(a->isolate, FRAMES, DETAILS);
	uint64_t hash = 14695981039346656037u;
	int count = trace ? v8->frame_count(trace) : 0, i;

	for (i = 0; i < count; i++) {
		struct v8_stack_frame *frame = v8->get_frame(trace, a->isolate, (uint32_t)i);
		struct v8_location at;

		if (!frame)
			break;
		at = v8->frame_location(frame);
		hash = (hash ^ (uint32_t)v8->frame_script_id(frame)) * 1099511628211u;
		hash = (hash ^ (uint32_t)at.line) * 1099511628211u;
		hash = (hash ^ (uint32_t)at.column) * 1099511628211u;
	}
	return i ? hash | 1 : 0;
}
