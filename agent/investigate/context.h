/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping the conversation inside of the model's window: old tool results shrink to handles first (their text
 * stays readable through
 * the `more` tool), and only when that is not enough the old turns become a summary. The system message and the
 * question never go.
 */
#ifndef AGENT_INVESTIGATE_CONTEXT_H
#define AGENT_INVESTIGATE_CONTEXT_H

#include "agent/investigate/inquiry_state.h"

/* Tokens that fit: config, then the table of models, then 32,000; less what an answer takes. */
int64_t context_room(const struct inquiry *q);
/* Estimated prompt tokens of the next request. */
int64_t context_size(const struct inquiry *q, const json_t *tools);
/* Shrinks q->messages until they fit into room (0: context_room). false: what must stay is too large by itself. */
bool context_fit(struct inquiry *q, struct model *m, const json_t *tools, int64_t room);

#endif
