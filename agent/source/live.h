/* SPDX-License-Identifier: Apache-2.0 */
/* What an API server's answer means to us. Private to live*.c. */
#ifndef AGENT_SOURCE_LIVE_H
#define AGENT_SOURCE_LIVE_H

#include "agent/base/err.h"
#include "agent/io/http.h"
#include "agent/source/origin.h"
#include <stddef.h>

#define LIVE_MAX_ERROR_BYTES (64u << 10) /* of the body of an error, for its message */

/*
 * Fills state and why from r->status and the body that came with it (of errors only; len 0: none). path tells a missing
 * object from a kind that is not served, and an answer of the API from one that it passes on (proxy).
 */
void live_explain_status(struct origin_reply *r, const char *path, const char *body, size_t len);
/* The transfer broke: h is what came before. */
void live_explain_failure(struct origin_reply *r, const struct err *why, const struct http_reply *h);
/* r->why, cut at a character when it does not fit. */
void live_why(struct origin_reply *r, const char *fmt, ...) PRINTF(2, 3);

#endif
