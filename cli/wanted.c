/* SPDX-License-Identifier: MIT */
#include "wanted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES 5
#define MAX_TEXT  65536

static enum ipm_errc set_pattern(struct wanted *w, const char *text, struct ipm_error *err)
{
	struct ipm_str pattern = {text, strlen(text)};
	bool regex = pattern.len > 2 && text[0] == '/' && text[pattern.len - 1] == '/';
	enum ipm_errc rc;

	if (regex)
		pattern = (struct ipm_str){text + 1, pattern.len - 2};
	rc = ipm_match_init(&w->match, pattern, regex, false, err);
	w->has_pattern = !rc;
	return rc ? ipm_error_context(err, rc, "--on caught=%.100s", text) : IPM_OK;
}

/* One word of the list; the pattern takes all that follows. */
static enum ipm_errc take_word(struct wanted *w, const char *word, size_t len,
			       struct ipm_error *err)
{
	static const char caught[] = "caught=";

	if (!strncmp(word, caught, sizeof(caught) - 1)) {
		w->caught = true;
		return set_pattern(w, word + sizeof(caught) - 1, err);
	}
	if ((len == 3 && !memcmp(word, "all", 3)) ||
	    (len == 12 && !memcmp(word, "all-debugger", 12)))
		w->uncaught = w->rejection = w->oom = true;
	else if (len == 8 && !memcmp(word, "uncaught", 8))
		w->uncaught = true;
	else if (len == 9 && !memcmp(word, "rejection", 9))
		w->rejection = true;
	else if (len == 3 && !memcmp(word, "oom", 3))
		w->oom = true;
	else if (len == 6 && !memcmp(word, "caught", 6))
		w->caught = true;
	else if (len && !(len == 7 && !memcmp(word, "startup", 7)))
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT, "--on: no such kind: %.*s",
				(int)(len < 100 ? len : 100), word);
	return IPM_OK;
}

static enum ipm_errc take_max_files(struct wanted *w, struct ipm_error *err)
{
	const char *text = getenv("INSPMORT_MAX_FILES");
	char *end;

	w->max_files = MAX_FILES;
	if (!text || !*text)
		return IPM_OK;
	errno = 0;
	w->max_files = strtoull(text, &end, 10);
	if (*end || errno || *text < '0' || *text > '9')
		return ipm_fail(err, IPM_ERR_INVALID_ARGUMENT,
				"INSPMORT_MAX_FILES wants a number, not '%.100s'", text);
	if (!w->max_files)
		w->max_files = UINT64_MAX;
	return IPM_OK;
}

enum ipm_errc wanted_from_env(struct wanted *ret, struct ipm_error *err)
{
	const char *at = getenv("INSPMORT_ON");
	enum ipm_errc rc;

	*ret = (struct wanted){0};
	rc = take_max_files(ret, err);
	if (!at || !*at)
		at = "all";
	while (!rc && *at) {
		size_t len = strcspn(at, ",");

		rc = take_word(ret, at, len, err);
		at += ret->has_pattern ? strlen(at) : len + (at[len] == ',');
	}
	if (rc)
		wanted_deinit(ret);
	return rc;
}

void wanted_deinit(struct wanted *w)
{
	if (w->has_pattern)
		ipm_match_deinit(&w->match);
	w->has_pattern = false;
}

const char *wanted_state(const struct wanted *w, bool resting)
{
	bool deaths = w->uncaught || w->rejection;

	/* Where a death was thrown is not known to be one before it happens (ipm_holds.h). */
	if ((w->caught || deaths) && !resting)
		return "{\"state\":\"all\"}";
	if (deaths)
		return "{\"state\":\"uncaught\"}";
	return "{\"state\":\"none\"}";
}

static bool text_matches(struct wanted *w, struct ipm_json_ref member)
{
	struct ipm_buf text = IPM_BUF_INIT;
	struct ipm_str head;
	const char *stack;
	bool found;

	if (!ipm_json_string(member, &text) || !text.len) {
		ipm_buf_deinit(&text);
		return false;
	}
	head = ipm_buf_as_str(&text);
	stack = memmem(head.data, head.len, "\n    at ", 8);
	if (stack)
		head.len = (size_t)(stack - head.data);
	if (head.len > MAX_TEXT)
		head.len = MAX_TEXT;
	found = ipm_match_text(&w->match, head);
	ipm_buf_deinit(&text);
	return found;
}

bool wanted_matches(struct wanted *w, struct ipm_json_ref exception)
{
	return !w->has_pattern || text_matches(w, ipm_json_get(exception, "className")) ||
	       text_matches(w, ipm_json_get(exception, "description")) ||
	       text_matches(w, ipm_json_get(exception, "value"));
}
