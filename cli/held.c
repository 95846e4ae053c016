/* SPDX-License-Identifier: MIT */
#include "held.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "commands.h"
#include "ipm_capture.h"
#include "run.h"

#define SETTLE_NS UINT64_C(5000000000) /* exit(1) this soon after counts as dying of it */

static void drop(struct held *h)
{
	ipm_new_file_discard(&h->file);
	ipm_buf_deinit(&h->what);
	*h = (struct held){.file.fd = -1};
}

struct held *held_add(struct held_list *list)
{
	size_t i;

	if (list->count == MAX_HELD) {
		for (i = 0; i + 1 < MAX_HELD && list->at[i].fatal; i++)
			;
		drop(&list->at[i]);
		memmove(&list->at[i], &list->at[i + 1], (MAX_HELD - 1 - i) * sizeof(*list->at));
		list->count--;
	}
	list->at[list->count] = (struct held){.file.fd = -1};
	return &list->at[list->count++];
}

void held_drop_last(struct held_list *list)
{
	drop(&list->at[--list->count]);
}

void held_clear(struct held_list *list)
{
	while (list->count)
		held_drop_last(list);
}

void held_mark_fatal(struct held_list *list, struct ipm_str what)
{
	size_t i;

	for (i = list->count; i-- > 0;)
		if (list->at[i].what.len == what.len &&
		    (!what.len || !memcmp(list->at[i].what.data, what.data, what.len)))
			break;
	/* Nothing alike: the exception was changed on its way, and the latest is the best guess. */
	list->at[i == SIZE_MAX ? list->count - 1 : i].fatal = true;
}

struct held *held_of_death(struct held_list *list, int wait_status, bool only_known)
{
	bool known = wait_status != -1;
	struct held *last;
	size_t i;

	for (i = list->count; i-- > 0;)
		if (list->at[i].fatal || list->at[i].cut)
			return &list->at[i];
	if (!list->count || only_known)
		return NULL;
	last = &list->at[list->count - 1];
	if ((!known || WIFSIGNALED(wait_status)) && last->oom)
		return last;
	/* The program's own handler ends it: process.exit(1). */
	if ((!known || (WIFEXITED(wait_status) && WEXITSTATUS(wait_status))) &&
	    ipm_monotonic_ns() - last->at_ns < SETTLE_NS)
		return last;
	return NULL;
}

bool held_publish(struct held *h, uint64_t pid, const char *suffix)
{
	struct ipm_buf path = IPM_BUF_INIT;
	struct ipm_error err = {0};
	enum ipm_errc rc = IPM_OK;
	int i;

	for (i = 0; i < 3; i++) {
		rc = ipm_capture_path(NULL, pid, suffix, &path, &err);
		if (!rc)
			rc = ipm_new_file_publish(&h->file, (const char *)path.data, 0, &err);
		if (rc != IPM_ERR_OS || err.os_errno != EEXIST)
			break;
	}
	if (rc)
		cli_fail("%s", err.message);
	else
		run_say_wrote((const char *)path.data);
	ipm_buf_deinit(&path);
	return !rc;
}
