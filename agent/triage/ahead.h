/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading ahead: on a live cluster the lists that most checks want are fetched side by side while the first
 * checks run. The
 * facts join identical reads, so nothing is fetched twice.
 */
#ifndef AGENT_TRIAGE_AHEAD_H
#define AGENT_TRIAGE_AHEAD_H

#include "agent/base/pool.h"
#include "agent/tools/world.h"

struct ahead;

struct ahead *ahead_start(struct cluster *c, struct pool *pool); /* NULL when there is nothing to gain */
/* Waits until none of its reads is under way. NULL allowed. */
void ahead_finish(struct ahead *a);

#endif
