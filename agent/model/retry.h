/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures are worth another attempt, and how long to wait before it. */
#ifndef AGENT_MODEL_RETRY_H
#define AGENT_MODEL_RETRY_H

#include "agent/base/attr.h"
#include "agent/base/cancel.h"
#include "agent/base/err.h"
#include <stdbool.h>
#include <stdint.h>

#define RETRY_BASE_MS 500
#define RETRY_MAX_MS 30000	 /* of our own back-off */
#define RETRY_AFTER_MAX_MS 60000 /* a server that asks for more is not waited for */

/* An HTTP status that may be another one soon: 408, 409, 425, 429 and 5xx but 501 and 505. */
bool retry_status(int status);
/* No connection, or one that broke; not what stays wrong, such as a certificate. */
bool retry_failure(const struct err *e);
/*
 * Milliseconds before attempt number `failed` + 1 (failed counts from 1), or -1: not worth waiting for. retry_after_ms:
 * what the server asked for, -1 nothing. random: any number, spreads the waits of many clients. left_ms: until the
 * deadline.
 */
int64_t retry_wait(int failed, int64_t retry_after_ms, uint32_t random, int64_t left_ms);
/* Waits; ends at once when cancelled (ERR_CANCELED). */
int retry_sleep(int64_t ms, struct cancel *cancel, struct err *e) MUST_CHECK;
uint32_t retry_random(void);

#endif
