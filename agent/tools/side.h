/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads side by side. The caller takes part, and helpers of the pool take what is left: nobody waits for a worker that
 * is itself waiting, so it cannot come to a stop when every worker does this.
 */
#ifndef AGENT_TOOLS_SIDE_H
#define AGENT_TOOLS_SIDE_H

#include "agent/base/cancel.h"
#include "agent/base/pool.h"

/*
 * Calls fn(ctx, i) once for each i below n, from several threads, in no order, and returns when no call is under way;
 * after a cancel those not yet begun are left out. ctx is not touched after it returned.
 */
void side_run(struct pool *pool, struct cancel *cancel, size_t n, void (*fn)(void *ctx, size_t i), void *ctx);

#endif
