/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One assistant turn with tool calls: run them, record them, append their results to the conversation in request
 * order.
 */
#ifndef AGENT_INVESTIGATE_TURN_H
#define AGENT_INVESTIGATE_TURN_H

#include "agent/investigate/inquiry_state.h"

/* Appends the assistant's message as it came. */
void turn_append_reply(struct inquiry *q, const struct model_reply *r);
/* Appends a user message of ours (a nudge, a complaint). */
void turn_append_user(struct inquiry *q, const char *text);
/* Appends the answer to one call. */
void turn_append_result(struct inquiry *q, const char *call_id, const char *text);
/*
 * Runs all calls but report (index skip, or call_count for none). Returns how many were new, that is not
 * answered from the record.
 * -1 ERR_CANCELED: every call still has its answer in the conversation.
 */
int turn_run_calls(struct inquiry *q, const struct model_reply *r, size_t skip, struct err *e);

#endif
