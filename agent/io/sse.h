/* SPDX-License-Identifier: Apache-2.0 */
/* Event-stream framing (WHATWG HTML, section 9.2): any fragmentation, CR, LF and CRLF, BOM, caps on line and event. */
#ifndef AGENT_IO_SSE_H
#define AGENT_IO_SSE_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <stddef.h>

struct sse;

struct sse_event {
	const char *name; /* "message" by default */
	const char *data; /* joined by \n, NUL-terminated */
	size_t len;
	const char *id;   /* last event id, "" when none */
};

/* fn returns non-zero to stop: sse_feed then returns 1. */
struct sse *sse_new(size_t max_event_bytes, int (*fn)(void *ctx, const struct sse_event *ev), void *ctx);
void sse_free(struct sse *s);
/* 0 go on, 1 fn stopped, -1 ERR_LIMIT. */
int sse_feed(struct sse *s, const char *p, size_t n, struct err *e) MUST_CHECK;
/* End of input: an unfinished event is dropped, as the standard says. true when one was. */
int sse_end(struct sse *s);

#endif
