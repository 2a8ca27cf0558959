/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where answers come from: a live API, a snapshot, a recording. An origin answers one GET at a time, from any
 * thread; it
 * neither caches, counts nor retries: source.h does that around it, in one place.
 */
#ifndef AGENT_SOURCE_ORIGIN_H
#define AGENT_SOURCE_ORIGIN_H

#include "agent/base/attr.h"
#include "agent/base/cancel.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became of a read. Everything but OK and NOT_FOUND is a blind spot. */
enum read_state {
	READ_OK = 0,
	READ_NOT_FOUND,    /* the server knows the kind and has no such object */
	READ_DENIED,       /* 401, 403 */
	READ_NOT_SERVED,   /* the server does not know this group, version or resource */
	READ_NOT_CAPTURED, /* a snapshot or recording that does not hold this kind and namespace */
	READ_CUT,          /* only the beginning: size cap, stopped stream, expired continue token */
	READ_EMPTY,        /* answered with nothing where something was expected (a log of 0 bytes) */
	READ_TIMEOUT,
	READ_FAILED,       /* no connection, 5xx, broken body */
};

const char *read_state_name(enum read_state s); /* "ok", "not_found", ..., stable */

struct origin_request {
	/* "/api/v1/namespaces/x/pods?limit=500", as the API server reads it; or a URL for http origins */
	const char *path;
	const char *accept;   /* NULL: application/json */
	/* NULL: GET. JSON for POST of SelfSubjectAccessReview and SelfSubjectRulesReview, nothing else */
	const char *body;
	int64_t deadline;     /* monotonic */
	uint64_t max_bytes;
	struct cancel *cancel;
};

struct origin_reply {
	enum read_state state;
	int status;              /* HTTP status as answered or as a server would have; 0: none */
	char type[96];
	int64_t retry_after_ms;  /* -1: not given */
	uint64_t bytes;          /* body bytes delivered */
	char why[240];           /* for every state but OK: one phrase, "403 Forbidden: pods is forbidden: ..." */
};

/* non-zero stops: state READ_CUT unless the caller knows better */
typedef int origin_sink(void *ctx, const char *data, size_t len);

struct origin;

struct origin_ops {
	const char *kind; /* "live", "snapshot", "recording", "http", "unreadable" */
	/* 0 whenever reply is filled (any state); -1 only for ERR_CANCELED and ERR_ARG. Thread-safe. */
	int (*get)(struct origin *o, const struct origin_request *q, origin_sink *sink, void *ctx, struct origin_reply *r,
		   struct err *e);
	/*
	 * Optional: the decoded body as a new reference (shared, never to be changed), the same as get would
	 * have sent. NULL: use get.
	 */
	json_t *(*get_json)(struct origin *o, const struct origin_request *q, struct origin_reply *r);
	/*
	 * Releases the implementation's struct. name, place and default_namespace are origin_free's: gone (NULL)
	 * by then.
	 */
	void (*free)(struct origin *o);
	/* Optional: what origin_each_problem lists. */
	void (*each_problem)(struct origin *o, void (*fn)(void *ctx, const char *what, const char *why), void *ctx);
};

/* First member of each implementation's struct. */
struct origin {
	const struct origin_ops *ops;
	char *name;              /* the cluster's name as people know it: context or snapshot name */
	char *place;             /* where it is: API server URL, folder or archive */
	int64_t now_ms;          /* what "now" is (snapshots, recordings); 0: the wall clock */
	char *default_namespace; /* of the context; NULL: "default" */
};

void origin_free(struct origin *o); /* NULL allowed */

/*
 * live.c: kubeconfig files (NULL: $KUBECONFIG list, ~/.kube/config, then in-cluster), context NULL: current. No
 * request is sent.
 */
struct origin *origin_live(const char *kubeconfig, const char *context, struct err *e);
/* snapshot.c: a folder or .tar/.tar.gz/.tgz. ERR_NOT_FOUND, ERR_IO, ERR_PARSE when nothing in it can be used. */
struct origin *origin_snapshot(const char *path, struct cancel *cancel, struct err *e);

/* Stands for a cluster that cannot be opened: each read fails with the reason. */
struct origin *origin_unreadable(const char *name, const char *place, const char *why);

/* Things about an origin as such that every answer must list (unreadable files of a snapshot). fn(ctx, what, why). */
void origin_each_problem(struct origin *o, void (*fn)(void *ctx, const char *what, const char *why), void *ctx);

#endif
