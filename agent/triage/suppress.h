/* SPDX-License-Identifier: Apache-2.0 */
/* Findings that the config accepts until a day leave the triage, with the symptoms that they explain. Private to agent/triage. */
#ifndef AGENT_TRIAGE_SUPPRESS_H
#define AGENT_TRIAGE_SUPPRESS_H

#include "agent/triage/triage.h"

/*
 * After chain_link, before evidence gets its numbers: what is suppressed at wall time now_ms moves to t->suppressed, the
 * others keep their order and are numbered anew.
 */
void suppress_findings(struct triage *t, const struct suppressions *rules, int64_t now_ms);

#endif
