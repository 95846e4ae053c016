/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <inttypes.h>

#include "commands.h"

enum { FINDINGS_SHOWN = 100 };

void cli_put_finding(void *self, const struct ipm_finding *finding)
{
	static unsigned shown;
	FILE *out = self;

	if (shown == FINDINGS_SHOWN)
		fputs("more findings follow; the last line counts them\n", out);
	if (shown++ >= FINDINGS_SHOWN)
		return;
	if (finding->bytes)
		fprintf(out, "at byte %" PRIu64 " (%" PRIu64 " bytes): %s\n", finding->offset,
			finding->bytes, finding->what);
	else
		fprintf(out, "at byte %" PRIu64 ": %s\n", finding->offset, finding->what);
}

void cli_put_verdict(FILE *out, const char *path, const struct ipm_verify_result *result)
{
	static const char *const words[] = {
		[IPM_VERDICT_WHOLE] = "whole",
		[IPM_VERDICT_CUT] = "cut short",
		[IPM_VERDICT_DAMAGED] = "damaged",
		[IPM_VERDICT_UNREADABLE] = "not readable",
	};

	fprintf(out,
		"%s: %s: %" PRIu64 " blocks with %" PRIu64 " records, %" PRIu64 " of them objects",
		path, words[result->verdict], result->blocks, result->records, result->objects);
	if (result->damaged_blocks)
		fprintf(out, "; %" PRIu64 " blocks lost", result->damaged_blocks);
	if (result->lost_objects)
		fprintf(out, "; %" PRIu64 " objects lost", result->lost_objects);
	if (result->unusable)
		fprintf(out, "; %" PRIu64 " records need what is lost", result->unusable);
	if (result->findings)
		fprintf(out, "; %" PRIu64 " findings", result->findings);
	fputc('\n', out);
}

int cli_verdict_exit(const char *path, const struct ipm_verify_result *result)
{
	switch (result->verdict) {
	case IPM_VERDICT_WHOLE:
		return IPM_EXIT_OK;
	case IPM_VERDICT_CUT:
	case IPM_VERDICT_DAMAGED:
		return IPM_EXIT_DAMAGED;
	case IPM_VERDICT_UNREADABLE:
		break;
	}
	cli_fail("%s: not a crash file, or nothing of it can be read", path);
	return IPM_EXIT_UNREADABLE;
}
