/* SPDX-License-Identifier: Apache-2.0 */
/* Linking findings to what explains them, and ranking what is left as root causes. Private to agent/triage. */
#ifndef AGENT_TRIAGE_CHAIN_H
#define AGENT_TRIAGE_CHAIN_H

#include "agent/triage/triage.h"

/* Fills caused_by, symptoms, explains, now of t->findings (already ordered and numbered) and t->root_causes. */
void chain_link(struct triage *t);
/* Orders t->root_causes again, when `recent` is known. */
void chain_rank(struct triage *t);

#endif
