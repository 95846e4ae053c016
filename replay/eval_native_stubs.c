/* SPDX-License-Identifier: MIT */
#include "eval_native.h"
#define T(x) const struct ev_native ev_natives_##x[] = {{0}};
T(global)
T(object) T(array) T(array_callback) T(string) T(number) T(math) T(collection) T(date) T(regexp)
	T(typed) T(function)
		T(iterator) bool ev_new_regexp(struct ev *e, struct ipm_str pattern,
					       struct ipm_str flags, struct ev_val *ret)
{
	(void)pattern;
	(void)flags;
	(void)ret;
	return ev_throw(e, "SyntaxError", "x");
}
