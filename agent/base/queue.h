/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded, closable queue of pointers: many producers, many consumers. The queue does not own what it holds. */
#ifndef AGENT_BASE_QUEUE_H
#define AGENT_BASE_QUEUE_H

#include "agent/base/attr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

struct queue *queue_new(size_t max);
void queue_free(struct queue *q);
/* Waits for room until the monotonic deadline (0: for ever). false: closed or timed out; item stays the caller's. */
bool queue_put(struct queue *q, void *item, int64_t deadline) MUST_CHECK;
/* 1 an item, 0 closed and drained, -1 timed out. */
int queue_take(struct queue *q, void **item, int64_t deadline) MUST_CHECK;
void queue_close(struct queue *q); /* wakes all waiters; what is inside can still be taken */
size_t queue_len(struct queue *q);

#endif
