/* SPDX-License-Identifier: Apache-2.0 */
/* What the rooms of an investigation share while it runs. Private to agent/investigate. */
#ifndef AGENT_INVESTIGATE_INQUIRY_STATE_H
#define AGENT_INVESTIGATE_INQUIRY_STATE_H

#include "agent/investigate/inquiry.h"
#include "agent/model/price.h"
#include "agent/tools/batch.h"
#include "agent/triage/triage.h"

/* Money and patience: what was used, and what may be. */
struct spent {
	int64_t steps, requests;
	struct model_usage usage;
	double cost_usd;            /* < 0: unknown */
	int64_t started;            /* monotonic */
	int64_t deadline;           /* monotonic; 0: none */
};

struct inquiry {
	const struct inquiry_setup *setup;
	char id[STORE_ID];
	struct early *early;        /* triage under way, until it was taken */
	struct triage *triage;      /* NULL: not done yet, or failed */
	json_t *tool_calls;         /* as in the contract */
	json_t *messages;           /* Chat Completions */
	struct batch *batch;
	struct call_result *results; /* of all turns, for finding the place of quotes */
	size_t result_count, result_cap;
	struct spent spent;
	json_t *answer;             /* what the model reported, verified; see report.h. NULL: none yet */
	const char *model;          /* name of the model in use; NULL: offline */
	struct err store_error;     /* first one: told once */
};

/* To the store and the face. data is stolen (NULL: {}). */
void inquiry_event(struct inquiry *q, const char *kind, json_t *data);

/* Takes the triage when it is done by the deadline and was not taken yet: true, then it is recorded and told. */
bool inquiry_take_triage(struct inquiry *q, int64_t deadline);

#endif
