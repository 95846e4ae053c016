/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "session.h"

struct ipm_str ipm_message_text(const struct ipm_message *message)
{
	return (struct ipm_str){(const char *)message->buf.data + IPM_MESSAGE_ROOM,
				message->buf.len - IPM_MESSAGE_ROOM};
}

struct ipm_message *ipm_outbox_take(struct ipm_outbox *box)
{
	struct ipm_message *message = box->first;

	if (!message)
		return NULL;
	box->first = message->next;
	if (!box->first)
		box->last = NULL;
	box->count--;
	box->bytes -= ipm_message_text(message).len;
	message->next = NULL;
	return message;
}

void ipm_message_free(struct ipm_message *message)
{
	if (!message)
		return;
	ipm_buf_deinit(&message->buf);
	free(message);
}

void ipm_outbox_deinit(struct ipm_outbox *box)
{
	struct ipm_message *message;

	while ((message = ipm_outbox_take(box)))
		ipm_message_free(message);
}

void ipm_outbox_move(struct ipm_outbox *from, struct ipm_outbox *to)
{
	if (!from->first)
		return;
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->count += from->count;
	to->bytes += from->bytes;
	from->first = from->last = NULL;
	from->count = from->bytes = 0;
}

void ipm_message_begin(struct ipm_buf *buf, size_t max)
{
	static const uint8_t room[IPM_MESSAGE_ROOM];

	*buf = IPM_BUF_INIT;
	buf->max = max;
	ipm_buf_append(buf, room, sizeof(room));
}

enum ipm_errc ipm_outbox_add(struct ipm_outbox *box, struct ipm_buf *text, bool more,
			     struct ipm_error *err)
{
	struct ipm_message *message;
	enum ipm_errc code = ipm_buf_status(text, err);

	if (code) {
		ipm_buf_deinit(text);
		return code;
	}
	message = calloc(1, sizeof(*message));
	if (!message) {
		ipm_buf_deinit(text);
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory for a message");
	}
	message->buf = *text;
	message->more = more;
	*text = IPM_BUF_INIT;
	if (box->last)
		box->last->next = message;
	else
		box->first = message;
	box->last = message;
	box->count++;
	box->bytes += ipm_message_text(message).len;
	return box->drain ? box->drain(box, box->drain_self, err) : IPM_OK;
}
