/* SPDX-License-Identifier: Apache-2.0 */
/* Is there a cluster to look at? One that cannot be read is a blind spot, all of them are the end. */
#ifndef AGENT_TRIAGE_READABLE_H
#define AGENT_TRIAGE_READABLE_H

#include "agent/tools/world.h"

/* false: none can be read; why names the last one, where it is, and what went wrong. */
bool readable_any(struct world *w, char *why, size_t why_size);
/*
 * Is the namespace that is to be judged in any of the clusters? A name that is in none would look like a healthy one.
 * false: why names the nearest. What cannot be told (not allowed to look, not captured) counts as there.
 */
bool readable_scope(struct world *w, char *why, size_t why_size);

#endif
