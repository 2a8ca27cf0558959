/* SPDX-License-Identifier: Apache-2.0 */
/* What changed shortly before a failure began. Private to agent/triage. */
#ifndef AGENT_TRIAGE_RECENT_H
#define AGENT_TRIAGE_RECENT_H

#include "agent/triage/triage.h"

/* A change counts this long before onset, and a little after it, since clocks differ. */
#define RECENT_WINDOW_MS ((int64_t)3600000)
#define RECENT_SLACK_MS ((int64_t)60000)

/*
 * For each root cause: the changes of its object, of what it shows in and of what that depends on, cited as evidence
 * ("Changed 4 min before onset: ..."), and how much they speak for it in `recent`. Before the evidence is numbered.
 */
void recent_changes(struct triage *t);

/* 0..1: how near to the onset; 0 outside of the window. */
double recent_nearness(int64_t at, int64_t onset);

#endif
