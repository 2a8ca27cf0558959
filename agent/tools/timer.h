/* SPDX-License-Identifier: Apache-2.0 */
/* Fires a latch after a time, unless stopped before: the deadline of a tool call. One thread serves all timers. */
#ifndef AGENT_TOOLS_TIMER_H
#define AGENT_TOOLS_TIMER_H

#include "agent/base/cancel.h"
#include <stdbool.h>
#include <stdint.h>

struct timer;

struct timer *timer_start(int64_t ms, struct cancel *latch);
/* Frees it; true when it fired. After the return the latch is not touched any more. */
bool timer_stop(struct timer *t);

#endif
