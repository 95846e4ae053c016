/* SPDX-License-Identifier: MIT */
#include <stdbool.h>

#include "eval_case.h"

/* In these ranges upper and lower case alternate; `first` is the parity of upper case. */
static bool alternates(uint32_t cp, uint32_t *parity)
{
	if ((cp >= 0x100 && cp <= 0x137) || (cp >= 0x14A && cp <= 0x177) ||
	    (cp >= 0x1DE && cp <= 0x1EF) || (cp >= 0x1F8 && cp <= 0x21F) ||
	    (cp >= 0x222 && cp <= 0x233) || (cp >= 0x460 && cp <= 0x481) ||
	    (cp >= 0x48A && cp <= 0x4BF) || (cp >= 0x4D0 && cp <= 0x52F) ||
	    (cp >= 0x1E00 && cp <= 0x1E95) || (cp >= 0x1EA0 && cp <= 0x1EFF)) {
		*parity = 0;
		return cp != 0x130 && cp != 0x131;
	}
	if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E) ||
	    (cp >= 0x1CD && cp <= 0x1DC) || (cp >= 0x4C1 && cp <= 0x4CE)) {
		*parity = 1;
		return true;
	}
	return false;
}

uint32_t ev_to_upper(uint32_t cp)
{
	uint32_t parity;

	if (cp < 0x80)
		return cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
	if (cp == 0xB5)
		return 0x39C;
	if (cp == 0xFF)
		return 0x178;
	if (cp == 0x17F)
		return 'S';
	if (cp == 0x131)
		return 'I';
	if ((cp >= 0xE0 && cp <= 0xFE && cp != 0xF7) ||
	    (cp >= 0x3B1 && cp <= 0x3C9 && cp != 0x3C2) || (cp >= 0x430 && cp <= 0x44F))
		return cp - 32;
	if (cp == 0x3C2)
		return 0x3A3;
	if (cp == 0x3AC)
		return 0x386;
	if (cp >= 0x3AD && cp <= 0x3AF)
		return cp - 37;
	if (cp == 0x3CC)
		return 0x38C;
	if (cp == 0x3CD || cp == 0x3CE)
		return cp - 63;
	if (cp >= 0x450 && cp <= 0x45F)
		return cp - 80;
	if (cp >= 0x561 && cp <= 0x586)
		return cp - 48;
	if (alternates(cp, &parity) && (cp & 1) != parity)
		return cp - 1;
	return cp;
}

uint32_t ev_to_lower(uint32_t cp)
{
	uint32_t parity;

	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
	if (cp == 0x178)
		return 0xFF;
	if ((cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) ||
	    (cp >= 0x391 && cp <= 0x3A9 && cp != 0x3A2) || (cp >= 0x410 && cp <= 0x42F))
		return cp + 32;
	if (cp == 0x386)
		return 0x3AC;
	if (cp >= 0x388 && cp <= 0x38A)
		return cp + 37;
	if (cp == 0x38C)
		return 0x3CC;
	if (cp == 0x38E || cp == 0x38F)
		return cp + 63;
	if (cp >= 0x400 && cp <= 0x40F)
		return cp + 80;
	if (cp >= 0x531 && cp <= 0x556)
		return cp + 48;
	if (alternates(cp, &parity) && (cp & 1) == parity)
		return cp + 1;
	return cp;
}
