/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker threads taking jobs. Lock order of the whole program: pool, queue, store, log; a holder of a later one never
 * takes an earlier one.
 */
#ifndef AGENT_BASE_POOL_H
#define AGENT_BASE_POOL_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct pool;

/* Threads start lazily, on demand, up to max_threads. Signals are blocked in workers. */
struct pool *pool_new(size_t max_threads, size_t max_waiting_jobs);
/* fn(arg) runs on a worker. -1 ERR_LIMIT when max_waiting_jobs wait already, ERR_STATE after pool_stop. */
int pool_run(struct pool *p, void (*fn)(void *), void *arg, struct err *e) MUST_CHECK;
/* No new jobs; jobs not yet started are handed to fn too (they see their own cancel latch). Does not wait. */
void pool_stop(struct pool *p);
/* Waits until every worker ended. After pool_stop. */
void pool_join(struct pool *p);
void pool_free(struct pool *p);

#endif
