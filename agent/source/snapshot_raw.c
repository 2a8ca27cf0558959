/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are no JSON: a pod's log (snapshot_log.c), what its metrics port said, other files. */
#include "agent/source/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/snapshot_path.h"
#include "agent/source/snapshot_stream.h"

static void send_file(struct snapshot *s, const struct snap_request *q, const char *rel, origin_sink *sink, void *ctx,
		      struct origin_reply *r)
{
	const struct snap_file *file = snap_files_find(&s->files, rel);
	struct snap_range all = {.tail = -1, .since_ms = INT64_MIN, .limit = UINT64_MAX};
	struct snap_reader reader;
	struct err e = {0};

	if (!file) {
		snap_reply(r, READ_NOT_CAPTURED, 404, "not in the snapshot: %s", rel);
		return;
	}
	if (snap_reader_open(&reader, &s->files, file, &e)) {
		snap_reply(r, READ_FAILED, 500, "%s", e.msg);
		return;
	}
	all.to = reader.size;
	snap_stream(&reader, &all, q, sink, ctx, r);
	snap_reader_close(&reader);
}

/* "https:POD:9400" to "POD". */
static char *proxied_pod(const char *name)
{
	const char *colon;

	if (str_starts(name, "https:"))
		name += 6;
	else if (str_starts(name, "http:"))
		name += 5;
	colon = strchr(name, ':');
	return mem_strn(name, colon ? (size_t)(colon - name) : strlen(name));
}

static void get_metrics(struct snapshot *s, const struct snap_request *q, origin_sink *sink, void *ctx,
			struct origin_reply *r)
{
	char *pod auto_free = proxied_pod(q->name);
	char at_ns[SNAP_NAME_MAX], at_pod[SNAP_NAME_MAX];
	bool metrics = q->rest + 2 == q->count && str_eq(q->segs[q->rest + 1], "metrics");

	for (size_t i = 0; metrics && i < s->files.count; i++)
		if (snap_metrics_of(s->files.all[i].rel, at_ns, at_pod) && str_eq(at_ns, q->ns) &&
		    str_eq(at_pod, pod)) {
			send_file(s, q, s->files.all[i].rel, sink, ctx, r);
			return;
		}
	snap_reply(r, READ_NOT_CAPTURED, 404, "not in the snapshot: what pod %s answers at its port", pod);
}

/* /dupin/files/REL: looked up among the names that were read, so that no path can lead elsewhere. */
static void get_file(struct snapshot *s, const struct snap_request *q, origin_sink *sink, void *ctx,
		     struct origin_reply *r)
{
	char *parts[ARRAY_LEN(q->segs)] = {0};
	char *joined auto_free = NULL, *rel auto_free = NULL;

	memcpy(parts, &q->segs[2], (q->count - 2) * sizeof(char *));
	joined = str_join(parts, "/");
	rel = mem_printf("%sfiles/%s", s->files.top, joined);
	send_file(s, q, rel, sink, ctx, r);
}

bool snap_get_raw(struct snapshot *s, const struct snap_request *q, origin_sink *sink, void *ctx,
		  struct origin_reply *r)
{
	const char *sub = q->name && q->rest < q->count ? q->segs[q->rest] : "";
	bool pod = q->ns && !q->group[0] && str_eq(q->plural, "pods");

	snprintf(r->type, sizeof(r->type), "text/plain");
	if (q->count > 2 && str_eq(q->segs[0], "dupin") && str_eq(q->segs[1], "files"))
		get_file(s, q, sink, ctx, r);
	else if (pod && str_eq(sub, "log") && q->rest + 1 == q->count)
		snap_get_log(s, q, sink, ctx, r);
	else if (pod && str_eq(sub, "proxy"))
		get_metrics(s, q, sink, ctx, r);
	else
		return false;
	return true;
}
