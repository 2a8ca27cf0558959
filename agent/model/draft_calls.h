/* SPDX-License-Identifier: Apache-2.0 */
/* The tool calls of a draft. */
#ifndef AGENT_MODEL_DRAFT_CALLS_H
#define AGENT_MODEL_DRAFT_CALLS_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "agent/model/draft.h"

/* One element of "tool_calls", of a delta or of a message. */
int draft_call(struct draft *d, const json_t *call, bool mended, struct err *e) MUST_CHECK;
/* Its "function" object. id may be NULL; index -1: not said. */
int draft_function(struct draft *d, const char *id, int64_t index, const json_t *function, bool mended,
		   struct err *e) MUST_CHECK;
void draft_take_calls(struct draft *d, struct model_reply *reply, bool cut, unsigned *next_id);

#endif
