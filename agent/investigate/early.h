/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Triage beside the investigation: the first model request waits for it only so long; what it finds later is
 * told at the next
 * step. Until it is done it is a blind spot.
 */
#ifndef AGENT_INVESTIGATE_EARLY_H
#define AGENT_INVESTIGATE_EARLY_H

#include "agent/investigate/inquiry_state.h"

struct early;

/* Starts it on a thread of its own. */
struct early *early_start(const struct inquiry_setup *s);
/*
 * Waits until the monotonic deadline (0: until it is done) or cancel. The triage, the caller's, once; NULL: not
 * done (or failed: then
 * e is set). When it is not done its evidence keeps the numbers it gets, since others take numbers too from now on.
 */
struct triage *early_take(struct early *e, int64_t deadline, struct err *err);
/* Stops it when it still runs. false: it is deaf; its thread and all it uses must stay. NULL allowed: true. */
bool early_end(struct early *e);

#endif
