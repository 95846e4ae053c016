/* SPDX-License-Identifier: MIT */
/* Requests of a client, one by line, to a session with a small crash file. */
#include <check.h>
#include <stdlib.h>

/* The sample's checks, where no Check runs. */
#undef ck_assert_int_eq
#undef ck_assert_int_ge
#undef ck_assert
#define ck_assert(what)	       ((what) ? (void)0 : abort())
#define ck_assert_int_eq(a, b) ck_assert((a) == (b))
#define ck_assert_int_ge(a, b) ck_assert((a) >= (b))

#include "ipm_replay.h"
#include "json.h"
#include "sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ipm_reader *shared_reader(void)
{
	static struct ipm_reader *reader;
	static struct ipm_buf bytes;
	struct ipm_error err;

	if (!reader) {
		make_sample(&bytes, 60, 0);
		if (open_bytes(ipm_buf_bytes(&bytes), NULL, &reader, &err))
			abort();
	}
	return reader;
}

/* Whatever was asked, what is said is JSON, its pieces joined. `self` is what came before. */
static enum ipm_errc check_messages(struct ipm_outbox *out, void *self, struct ipm_error *err)
{
	struct ipm_buf *text = self;
	struct ipm_message *message;
	struct ipm_json json = {0};

	while ((message = ipm_outbox_take(out))) {
		bool more = message->more;

		ipm_buf_str(text, ipm_message_text(message));
		ipm_message_free(message);
		if (more)
			continue;
		if (ipm_json_parse(&json, ipm_buf_as_str(text), 0, err) ||
		    ipm_json_type(ipm_json_root(&json)) != IPM_JSON_OBJECT)
			abort();
		ipm_buf_reset(text);
	}
	ipm_json_deinit(&json);
	return IPM_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipm_replay_options opts = {
		.reader = shared_reader(), .isolate = "1", .piece_bytes = 500};
	const uint8_t *end = data + size;
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_outbox out = {0}, drained = {.drain = check_messages, .drain_self = &text};
	struct ipm_replay *replay;
	struct ipm_error err;
	int requests = 0;
	bool slow;

	if (ipm_replay_create(&opts, &replay, &err))
		abort();
	while (data < end && requests++ < 64) {
		const uint8_t *stop = memchr(data, '\n', (size_t)(end - data));
		size_t len = (size_t)((stop ? stop : end) - data);

		if (requests % 2) {
			if (ipm_replay_try(replay, (struct ipm_str){(const char *)data, len}, &out,
					   &slow, &err) ||
			    (slow && out.first) || check_messages(&out, &text, &err))
				abort();
		} else {
			slow = true;
		}
		if (slow && ipm_replay_handle(replay, (struct ipm_str){(const char *)data, len},
					      &drained, &err))
			abort();
		if (text.len || drained.first)
			abort();
		data += len + (stop ? 1 : 0);
	}
	ipm_replay_destroy(replay);
	ipm_buf_deinit(&text);
	return 0;
}
