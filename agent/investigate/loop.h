/* SPDX-License-Identifier: Apache-2.0 */
/* The model's turns: ask, run what it calls, append, until it reports, a budget ends or it fails. */
#ifndef AGENT_INVESTIGATE_LOOP_H
#define AGENT_INVESTIGATE_LOOP_H

#include "agent/investigate/inquiry_state.h"

enum loop_end {
	LOOP_ANSWERED,
	LOOP_BUDGET,   /* q->answer may be NULL */
	LOOP_CANCELED,
	LOOP_FAILED,   /* the model (and its fall-back) could not be used */
};

/* Fills q->answer and what led to it. why: for people, when the end is not ANSWERED. */
enum loop_end loop_run(struct inquiry *q, char *why, size_t why_size);

#endif
