/* SPDX-License-Identifier: MIT */
#include "ipm_model.h"

const char *ipm_version(void)
{
	return IPM_VERSION;
}
