/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

static bool flag(const char *name, bool fallback)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return fallback;
	return strcmp(value, "0") != 0 && strcmp(value, "off") != 0 && strcmp(value, "false") != 0;
}

static unsigned read_kinds(void)
{
	static const struct {
		const char *name;
		unsigned kinds;
	} table[] = {
		{"uncaught", ON_UNCAUGHT}, {"rejection", ON_REJECTION},
		{"oom", ON_OOM},	   {"startup", ON_STARTUP},
		{"all", ON_ALL},	   {"all-debugger", ON_ALL | ON_DEBUGGER},
	};
	const char *at = getenv("INSPMORT_ON");
	unsigned kinds = 0;

	if (!at || !*at)
		return ON_ALL;
	while (*at) {
		size_t len = strcspn(at, ","), i;

		for (i = 0; i < sizeof(table) / sizeof(*table); i++)
			if (strlen(table[i].name) == len && !memcmp(table[i].name, at, len))
				break;
		if (i == sizeof(table) / sizeof(*table)) {
			say(false, "INSPMORT_ON: no such death: %.*s; all are captured",
			    len < 64 ? (int)len : 64, at);
			return ON_ALL;
		}
		kinds |= table[i].kinds;
		at += len + (at[len] == ',');
	}
	return kinds;
}

/* The program may change its directory before it dies. */
static void read_dir(struct ipm_buf *ret)
{
	const char *dir = getenv("INSPMORT_DIR");
	char path[PATH_MAX];

	if (!dir || !*dir)
		dir = ".";
	ipm_buf_cstr(ret, realpath(dir, path) ? path : dir);
	ipm_buf_byte(ret, 0);
}

void settings_read(struct settings *ret)
{
	struct settings s = {0};
	struct ipm_error err;

	s.on = read_kinds();
	s.redact = flag("INSPMORT_REDACT", true);
	s.quiet = flag("INSPMORT_QUIET", false);
	if (ipm_capture_limits_from_env(&s.limits, &err)) {
		s.limits = (struct ipm_capture_limits){0};
		say(false, "%s; the default limits apply", err.message);
	}
	read_dir(&s.dir);
	*ret = s;
}

void settings_deinit(struct settings *s)
{
	ipm_buf_deinit(&s->dir);
}
