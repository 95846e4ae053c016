/* SPDX-License-Identifier: MIT */
#include "agent.h"
#include "headroom.h"

struct taking {
	struct agent *agent;
	struct hold *hold;
	bool deep;
	enum ipm_errc rc;
	struct ipm_error *err;
};

static void on_paused(void *self, struct ipm_str message)
{
	struct taking *t = self;
	struct session *s = &t->agent->session;

	s->on_paused = NULL;
	t->rc = hold_take(t->hold, s, message, HOLD_BELOW_AGENT, t->deep, t->err);
	/* A pause that is never resumed leaks (nodejs/node#51397). */
	if (session_post(s, "Debugger.resume", IPM_STR(""), NULL))
		t->rc = IPM_ERR_PROTOCOL;
}

enum ipm_errc agent_session(struct agent *a, struct ipm_error *err)
{
	napi_value connect;

	if (debugger_is_attached(a))
		return ipm_fail(err, IPM_ERR_PROTOCOL, "a debugger is attached");
	if (session_is_open(&a->session))
		return IPM_OK;
	if (napi_get_reference_value(a->env, a->connect, &connect) != napi_ok)
		return ipm_fail(err, IPM_ERR_PROTOCOL, "no inspector");
	return session_open(&a->session, a->env, connect, err);
}

enum ipm_errc agent_pause(struct agent *a, napi_value argument,
			  void (*paused)(void *self, struct ipm_str message),
			  void (*resumed)(void *self), void *self, struct ipm_error *err)
{
	struct session *s = &a->session;
	enum debugger debugger = a->debugger;
	enum ipm_errc rc = agent_session(a, err);

	if (rc)
		return rc;
	debugger_stop(a);
	rc = session_post(s, "Debugger.enable", IPM_STR(""), err);
	if (rc)
		return rc;
	s->on_paused = paused;
	s->on_paused_self = self;
	if (!js_call(a->env, a->pause, argument))
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "cannot pause");
	s->on_paused = NULL;
	if (!rc && resumed)
		resumed(self);
	if (session_post(s, "Debugger.disable", IPM_STR(""), rc ? NULL : err) && !rc)
		rc = IPM_ERR_PROTOCOL;
	if (debugger != DEBUGGER_OFF && !debugger_start(a, debugger) && !rc)
		rc = ipm_fail(err, IPM_ERR_PROTOCOL, "the debugger does not come back");
	return rc;
}

enum ipm_errc agent_hold(struct agent *a, struct hold *hold, bool deep, struct ipm_error *err)
{
	struct taking t = {
		.agent = a, .hold = hold, .deep = deep, .rc = IPM_ERR_PROTOCOL, .err = err};
	enum ipm_errc rc = headroom_for_hold(err);

	if (!rc)
		rc = agent_pause(a, NULL, on_paused, NULL, &t, err);

	return rc ? rc : t.rc;
}
