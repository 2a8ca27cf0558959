/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline of a whole question: what changed in its clusters since a time. */
#ifndef AGENT_TRIAGE_SINCE_H
#define AGENT_TRIAGE_SINCE_H

#include "agent/base/err.h"
#include "agent/tools/world.h"

/* "30m", "2d", RFC 3339: wall ms. -1: e says what is understood. */
int since_parse(const char *text, int64_t now_ms, int64_t *since_ms, struct err *e) MUST_CHECK;
/*
 * Of all its clusters, newest first (tools/timeline.h). Reads the standard kinds that nobody has read so far. New
 * reference.
 */
json_t *since_changes(struct world *w, int64_t since_ms);

#endif
