/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/io/url.h"

static bool split(struct snap_request *q, const char *path)
{
	size_t len = strcspn(path, "?#");

	for (size_t at = 0; at < len;) {
		size_t n = 0;

		while (at + n < len && path[at + n] != '/')
			n++;
		if (n) {
			if (q->count == ARRAY_LEN(q->segs))
				return false;
			q->segs[q->count] = url_decode(path + at, n, false);
			if (!q->segs[q->count++])
				return false;
		}
		at += n + 1;
	}
	return true;
}

static void place(struct snap_request *q)
{
	size_t at;

	if (q->count >= 2 && str_eq(q->segs[0], "api")) {
		snprintf(q->version, sizeof(q->version), "%s", q->segs[1]);
		at = 2;
	} else if (q->count >= 3 && str_eq(q->segs[0], "apis")) {
		snprintf(q->group, sizeof(q->group), "%s", q->segs[1]);
		snprintf(q->version, sizeof(q->version), "%s", q->segs[2]);
		at = 3;
	} else {
		return;
	}
	/* namespaces/NS/RES is within NS; namespaces/NS alone is the Namespace itself, as are its status and finalize.
	 */
	if (at + 2 < q->count && str_eq(q->segs[at], "namespaces") && !str_eq(q->segs[at + 2], "status") &&
	    !str_eq(q->segs[at + 2], "finalize")) {
		q->ns = q->segs[at + 1];
		at += 2;
	}
	if (at < q->count)
		q->plural = q->segs[at++];
	if (at < q->count)
		q->name = q->segs[at++];
	q->rest = at;
}

bool snap_request_parse(struct snap_request *q, const struct origin_request *o)
{
	memset(q, 0, sizeof(*q));
	q->raw = o->path;
	q->accept = str_or(o->accept, "application/json");
	q->cancel = o->cancel;
	q->deadline = o->deadline;
	q->max_bytes = o->max_bytes ? o->max_bytes : UINT64_MAX;
	if (!o->path || o->path[0] != '/' || !split(q, o->path)) {
		snap_request_fini(q);
		return false;
	}
	q->rest = q->count;
	place(q);
	return true;
}

void snap_request_fini(struct snap_request *q)
{
	for (size_t i = 0; i < q->count; i++)
		free(q->segs[i]);
	memset(q, 0, sizeof(*q));
}

char *snap_request_param(const struct snap_request *q, const char *name)
{
	char *value = url_query(q->raw, name);

	if (value && !value[0]) {
		free(value);
		return NULL;
	}
	return value;
}

json_t *snap_reply(struct origin_reply *r, enum read_state state, int status, const char *fmt, ...)
{
	va_list ap;

	r->state = state;
	r->status = status;
	va_start(ap, fmt);
	vsnprintf(r->why, sizeof(r->why), fmt, ap);
	va_end(ap);
	return NULL;
}
