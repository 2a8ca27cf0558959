/* SPDX-License-Identifier: Apache-2.0 */
/* Hard budgets: steps, tokens, money, wall time. Asked before each request and after each turn. */
#ifndef AGENT_INVESTIGATE_GUARD_H
#define AGENT_INVESTIGATE_GUARD_H

#include "agent/investigate/inquiry_state.h"

/* May one more request of about prompt_tokens go out? true: why says which budget ended it, in words. */
bool guard_over(const struct inquiry *q, int64_t prompt_tokens, char *why, size_t why_size);
/* Is the next step the last one there is (steps, or what is left of tokens or money is about one answer)? */
bool guard_last_step(const struct inquiry *q, int64_t prompt_tokens);
/* Adds a turn and tells store and face. price NULL or unknown: cost stays unknown. */
void guard_spend(struct inquiry *q, const char *model, const struct model_reply *r);

#endif
