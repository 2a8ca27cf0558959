/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first two messages: a system prompt that is the same bytes for the same tools and runbooks, and the
 * question with the findings
 * of triage before it; time and question come last.
 */
#ifndef AGENT_INVESTIGATE_OPENING_H
#define AGENT_INVESTIGATE_OPENING_H

#include "agent/investigate/inquiry_state.h"

/* New reference, already recorded. NULL: a prompt file is wrong. */
json_t *opening_messages(struct inquiry *q, const json_t *probed, struct err *e);

/* What triage found after the opening was written, as a message: NULL when there is nothing to tell. The caller's. */
char *opening_late_findings(struct inquiry *q);

#endif
