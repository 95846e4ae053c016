/* SPDX-License-Identifier: MIT */
#include "ipm_worker_channel.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "ipm_websocket.h"
#include "json.h"
#include "message.h"

struct worker_channel {
	struct ipm_channel channel;
	struct ipm_channel *parent;
	struct ipm_buf session_id;
	struct ipm_buf request; /* for the worker */
	struct ipm_buf params;	/* of the message that carries it */
	struct ipm_buf receipt; /* what the parent says to that */
	uint64_t next_id;
	uint64_t awaited_id;   /* 0: no request is under way */
	struct ipm_buf *reply; /* where its answer goes */
	bool answered, gone;
	bool wake; /* either of these: there is no need to wait */
};

void ipm_worker_channel_receive(struct ipm_channel *ch, struct ipm_str message)
{
	struct worker_channel *w = (struct worker_channel *)ch;
	uint64_t id = message_id(message);

	if (!id) {
		if (ch->on_event)
			ch->on_event(ch->on_event_self, message);
		return;
	}
	if (id != w->awaited_id || w->answered)
		return;
	if (w->reply)
		ipm_buf_str(w->reply, message);
	w->answered = w->wake = true;
}

void ipm_worker_channel_gone(struct ipm_channel *ch)
{
	struct worker_channel *w = (struct worker_channel *)ch;

	w->gone = w->wake = true;
}

static enum ipm_errc send(struct worker_channel *w, const char *method, struct ipm_str params,
			  uint64_t deadline_ns, struct ipm_error *err)
{
	struct ipm_json json = {0};
	struct ipm_error ignored;
	enum ipm_errc rc;

	ipm_buf_reset(&w->request);
	message_put_request(&w->request, ++w->next_id, method, params);
	ipm_buf_reset(&w->params);
	ipm_buf_cstr(&w->params, "{\"sessionId\":");
	ipm_json_put_string(&w->params, ipm_buf_as_str(&w->session_id));
	ipm_buf_cstr(&w->params, ",\"message\":");
	ipm_json_put_string(&w->params, ipm_buf_as_str(&w->request));
	ipm_buf_byte(&w->params, '}');
	rc = ipm_buf_status(&w->request, err);
	if (!rc)
		rc = ipm_buf_status(&w->params, err);
	if (rc)
		return rc;
	w->awaited_id = w->next_id;
	w->answered = w->wake = false; /* it may be there before the receipt */
	rc = w->parent->ops->call(w->parent, "NodeWorker.sendMessageToWorker",
				  ipm_buf_as_str(&w->params), deadline_ns, &w->receipt, err);
	if (!rc && !ipm_json_parse(&json, ipm_buf_as_str(&w->receipt), 0, &ignored) &&
	    ipm_json_type(ipm_json_get(ipm_json_root(&json), "error")) == IPM_JSON_OBJECT)
		w->gone = true;
	ipm_json_deinit(&json);
	return rc;
}

static enum ipm_errc worker_call(struct ipm_channel *ch, const char *method, struct ipm_str params,
				 uint64_t deadline_ns, struct ipm_buf *reply, struct ipm_error *err)
{
	struct worker_channel *w = (struct worker_channel *)ch;
	bool connected = true;
	enum ipm_errc rc;

	ipm_buf_reset(reply);
	if (w->gone)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "the worker has ended");
	w->reply = reply;
	rc = send(w, method, params, deadline_ns, err);
	if (!rc && !w->answered && !w->gone)
		connected = ipm_websocket_wait(w->parent, &w->wake, deadline_ns);
	w->awaited_id = 0;
	w->reply = NULL;
	if (rc)
		return rc;
	if (w->answered)
		return ipm_buf_status(reply, err);
	if (w->gone)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "the worker has ended");
	if (!connected)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "the target closed the connection");
	return ipm_fail(err, IPM_ERR_TIMEOUT, "no answer in time");
}

bool ipm_worker_channel_post(struct ipm_channel *ch, const char *method, struct ipm_str params,
			     uint64_t deadline_ns)
{
	struct worker_channel *w = (struct worker_channel *)ch;
	struct ipm_error err;
	bool sent = !w->gone && !send(w, method, params, deadline_ns, &err);

	w->awaited_id = 0;
	return sent && !w->gone;
}

static void worker_destroy(struct ipm_channel *ch)
{
	struct worker_channel *w = (struct worker_channel *)ch;

	ipm_buf_deinit(&w->session_id);
	ipm_buf_deinit(&w->request);
	ipm_buf_deinit(&w->params);
	ipm_buf_deinit(&w->receipt);
	free(w);
}

static const struct ipm_channel_ops worker_ops = {
	.call = worker_call,
	.destroy = worker_destroy,
};

enum ipm_errc ipm_worker_channel_open(struct ipm_channel *parent, struct ipm_str session_id,
				      struct ipm_channel **ret, struct ipm_error *err)
{
	struct worker_channel *w = calloc(1, sizeof(*w));
	enum ipm_errc rc;

	if (!w)
		return ipm_fail(err, IPM_ERR_NO_MEMORY, "out of memory");
	w->channel.ops = &worker_ops;
	w->parent = parent;
	ipm_buf_str(&w->session_id, session_id);
	rc = ipm_buf_status(&w->session_id, err);
	if (rc) {
		worker_destroy(&w->channel);
		return rc;
	}
	*ret = &w->channel;
	return IPM_OK;
}
