/* SPDX-License-Identifier: Apache-2.0 */
/* What a source costs: requests, bytes, and the wall time during which at least one request was under way. Thread-safe.
 */
#ifndef AGENT_SOURCE_METER_H
#define AGENT_SOURCE_METER_H

#include "agent/source/source.h"

struct meter;

struct meter *meter_new(void);
void meter_free(struct meter *m);
void meter_enter(struct meter *m);		   /* a request leaves */
void meter_leave(struct meter *m, uint64_t bytes); /* it is over, with so many body bytes */
void meter_cached(struct meter *m);		   /* answered without a request */
void meter_read(struct meter *m, struct source_stats *out);

#endif
