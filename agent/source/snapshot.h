/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot origin from inside: its parts, and the request that they answer. */
#ifndef AGENT_SOURCE_SNAPSHOT_H
#define AGENT_SOURCE_SNAPSHOT_H

#include "agent/source/origin.h"
#include "agent/source/snapshot_files.h"
#include "agent/source/snapshot_rules.h"
#include "agent/source/snapshot_store.h"

struct snap_logs;

struct snapshot {
	struct origin origin;
	struct snap_files files;
	struct snap_store store;
	struct snap_rules rules;
	struct snap_problems problems;
	struct snap_logs *logs;
	char *version;	     /* of Kubernetes, never NULL */
	uint64_t mean_bytes; /* of an object in its file: what decoded answers are counted with */
};

/* A path of the API server, taken apart; texts are decoded. */
struct snap_request {
	const char *raw;    /* path and query as asked */
	const char *accept; /* never NULL */
	struct cancel *cancel;
	int64_t deadline;
	uint64_t max_bytes;
	char *segs[16]; /* of the path */
	size_t count;
	char group[128], version[64];
	const char *plural, *ns, *name; /* NULL: not in the path */
	size_t rest;			/* index of the first segment behind the name; count when none */
};

/* False: not a path that an API server has (too deep, not absolute). */
bool snap_request_parse(struct snap_request *q, const struct origin_request *o);
void snap_request_fini(struct snap_request *q);
/* A query parameter, the caller's; NULL when absent or empty. */
char *snap_request_param(const struct snap_request *q, const char *name);

/* Fills a reply without a body; always returns NULL, so that answers can return it. */
json_t *snap_reply(struct origin_reply *r, enum read_state state, int status, const char *fmt, ...) PRINTF(4, 5);

/* What a read of a kind in a namespace (NULL: all) may say, objects or not. */
struct snap_standing {
	enum read_state state; /* OK, CUT: objects count, absence too when OK; else nothing can be said */
	int status;
	char why[240];
};
void snap_standing(const struct snapshot *s, const struct snap_kind *k, const char *ns, const char *subresource,
		   struct snap_standing *out);

/* Does discovery show it? What every server has, and what the snapshot tells of. */
bool snap_kind_served(const struct snapshot *s, const struct snap_kind *k);

/* snapshot_objects.c: lists and single objects. New reference. */
json_t *snap_get_objects(const struct snapshot *s, const struct snap_request *q, struct origin_reply *r);
/* snapshot_discovery.c: /version, /api, /apis and below. NULL with r->status 0: not a path of discovery. */
json_t *snap_get_discovery(const struct snapshot *s, const struct snap_request *q, struct origin_reply *r);
/* snapshot_table.c: a page of objects as the server would print them. New reference. */
json_t *snap_table(const struct snapshot *s, const struct snap_kind *k, json_t *list, const char *accept,
		   const char *include);
/* snapshot_log.c: a pod's log, as asked. */
void snap_get_log(struct snapshot *s, const struct snap_request *q, origin_sink *sink, void *ctx,
		  struct origin_reply *r);
/* snapshot_raw.c: what is not JSON: logs, metrics of a pod, files. False: not such a path. */
bool snap_get_raw(struct snapshot *s, const struct snap_request *q, origin_sink *sink, void *ctx,
		  struct origin_reply *r);

#endif
