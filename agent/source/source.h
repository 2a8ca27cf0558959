/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way in for facts. A source is one cluster as one question sees it: around its origin it enforces read-only,
 * deadlines, size caps, cancel and retries, caches for the question, hides values of Secrets, records what was
 * read, and
 * remembers every read that did not work (a blind spot). Thread-safe.
 *
 * An answer lasts for the question: (path, accept) is asked once, threads that ask at the same time share it, failures
 * last too (but not timeouts and cut answers). Tried again within the deadline: 429 (Retry-After up to 10 s), 5xx and
 * lost connections, never after a byte reached the sink. API objects are read as JSON and whole, so that values of
 * Secrets can be hidden; logs and what a proxy answers pass in pieces. A passing failure is a blind spot until the path
 * was read after all.
 */
#ifndef AGENT_SOURCE_SOURCE_H
#define AGENT_SOURCE_SOURCE_H

#include "agent/source/origin.h"

struct source;

/*
 * What was read, for the record. body is what tools saw (Secret values hidden); NULL when it was over 1 MiB
 * (sha256 and bytes stand).
 */
struct source_read {
	const char *cluster, *path, *accept;
	const struct origin_reply *reply;
	const char *body;
	size_t body_len;
	char sha256[65];
	int64_t duration_ms;
	bool cached;
};

struct source_options {
	struct origin *origin;					/* owned by the source from here on */
	struct cancel *cancel;					/* borrowed; NULL: none */
	int64_t request_ms;					/* each request; 0: 30,000 */
	uint64_t max_bytes;					/* each body; 0: 256 MiB */
	uint64_t cache_bytes;					/* 0: 64 MiB */
	void (*record)(void *ctx, const struct source_read *r); /* NULL: none; called from any thread, one at a time */
	void *record_ctx;
};

struct source *source_new(const struct source_options *o);
void source_free(struct source *s);
const char *source_name(const struct source *s); /* cluster name */
/* When another cluster is called the same. Before the first read. */
void source_rename(struct source *s, const char *name);
const char *source_place(const struct source *s);
const char *source_kind(const struct source *s); /* "live", "snapshot", "recording" */
const char *source_default_namespace(const struct source *s);
int64_t source_now_ms(const struct source *s); /* what ages are computed from */

struct source_request {
	const char *path;
	const char *accept; /* NULL: application/json */
	int64_t deadline;   /* monotonic; 0: the source's own */
	uint64_t max_bytes; /* 0: the source's own, which only a log may exceed */
	bool fresh;	    /* bypass the cache */
	bool optional;	    /* a failure is no blind spot (probes, guesses) */
	bool whole;	    /* source_json: with all of metadata.managedFields */
	bool once;	    /* nobody will ask again (a page of a long list): not kept in the cache */
	/*
	 * source_json and source_pages: decodes a text in place of the usual decoder, where the origin gives texts. It may
	 * leave out what the caller does not want. Returns a new reference, or NULL with e set. Needs once.
	 */
	json_t *(*decode)(void *ctx, const char *text, size_t len, struct err *e);
	void *decode_ctx;
	const char *what;   /* how the blind spot calls it: "pods/log in ns x"; NULL: made from the path */
	struct cancel
		*cancel; /* takes the place of the source's own; make it a child of that. NULL: the source's own */
};

/*
 * Body in pieces. 0 when reply is filled (look at reply->state); -1: ERR_CANCELED, ERR_ARG (not a GET path, ".."
 * in it).
 */
int source_get(struct source *s, const struct source_request *q, origin_sink *sink, void *ctx, struct origin_reply *r,
	       struct err *e) MUST_CHECK;
/*
 * Body as JSON: a new reference, shared with the cache, never to be changed. Of metadata.managedFields that an API
 * server sent only who and when is left, of pods and the like nothing (managed.h); what a snapshot holds is as it is.
 * NULL: look at r->state and r->why.
 */
json_t *source_json(struct source *s, const struct source_request *q, struct origin_reply *r);
/* Whole body as text, the caller's, NUL-terminated; NULL as above. READ_CUT still gives what came. */
char *source_text(struct source *s, const struct source_request *q, size_t *len, struct origin_reply *r);
/*
 * All pages of a list: fn gets each page (borrowed) and returns non-zero to stop. Adds limit and continue; an
 * expired token
 * starts over once, then the rest is READ_CUT. max_items 0: 200,000. The state is that of the whole.
 */
int source_pages(struct source *s, const struct source_request *q, size_t max_items, int (*fn)(void *ctx, json_t *page),
		 void *ctx, struct origin_reply *r, struct err *e) MUST_CHECK;
/* May we? by SelfSubjectAccessReview: 1 yes, 0 no, -1 unknown (snapshot, failure). */
int source_allowed(struct source *s, const char *verb, const char *group, const char *resource, const char *ns);

/* Blind spots in the order in which they were found, each (what, why) once. */
struct blind_spot {
	char *what, *why;
	enum read_state state;
};
void source_blind(struct source *s, enum read_state state, const char *what, const char *why); /* copies */
size_t source_blind_count(struct source *s);
bool source_blind_at(struct source *s, size_t i, struct blind_spot *out); /* borrowed until source_free */

struct source_stats {
	uint64_t requests, cached, bytes; /* requests: those that reached the origin */
	int64_t wait_ms;		  /* wall time during which at least one request was under way */
};
void source_stats(struct source *s, struct source_stats *out);

#endif
