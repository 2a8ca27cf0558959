/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a source, for the files that make it up. */
#ifndef AGENT_SOURCE_SOURCE_PRIVATE_H
#define AGENT_SOURCE_SOURCE_PRIVATE_H

#include "agent/source/blind.h"
#include "agent/source/cache.h"
#include "agent/source/meter.h"
#include "agent/source/route.h"
#include "agent/source/source.h"
#include <pthread.h>
#include <stdatomic.h>

/* A body of Secrets is never passed on in pieces, so it has to fit. */
#define SOURCE_SECRETS_MAX ((uint64_t)32 << 20)
/* Of bodies that pass through in pieces (logs) so much is kept for those who ask again, which keeps memory flat. */
#define SOURCE_STREAM_KEEP ((size_t)2 << 20)
/* Larger bodies are recorded by their digest alone. */
#define SOURCE_RECORD_MAX ((size_t)1 << 20)

struct source {
	struct origin *origin;
	struct cancel *cancel;
	int64_t request_ms;
	uint64_t max_bytes;
	struct cache *cache;
	struct blinds *blinds;
	struct meter *meter;
	void (*record)(void *ctx, const struct source_read *r);
	void *record_ctx;
	pthread_mutex_t record_lock;
	atomic_bool answered; /* the server spoke HTTP to us at least once */
	atomic_bool silent;   /* it did not for all of a request's attempts: the next ones get one attempt each */
};

/* One read: what was asked, made whole from the source's defaults. */
struct reading {
	struct source *s;
	const struct source_request *q;
	struct route route;
	struct origin_request origin; /* path, accept, deadline, max_bytes, cancel */
	char *key;		      /* of the cache */
	int64_t started;
};

/* post: NULL, or the body of a SelfSubject...Review. */
int reading_init(struct reading *g, struct source *s, const struct source_request *q, const char *post,
		 struct err *e) MUST_CHECK;
void reading_fini(struct reading *g);
/*
 * Asks the origin, with retries. restart is called before another attempt and forgets what came so far; NULL: what
 * reached the sink cannot be taken back, so nothing is tried again after the first byte. *stopped: the sink ended it.
 */
int reading_fetch(struct reading *g, origin_sink *sink, void (*restart)(void *ctx), void *ctx, struct origin_reply *r,
		  bool *stopped, struct err *e) MUST_CHECK;
/* The decoded answer from an origin that has it decoded. NULL: it has not (r->state is OK) or the read failed. */
json_t *reading_fetch_json(struct reading *g, struct origin_reply *r);
/*
 * The whole answer, without values of Secrets, from the cache, from a request under way, or from the origin. NULL: e is
 * ERR_CANCELED or ERR_ARG; any other failure is in the answer's reply. Give it back with cache_give.
 */
struct entry *reading_obtain(struct reading *g, bool want_json, bool *cached, struct err *e);
/* A body as JSON, with metadata.managedFields made short where that can be done; a new reference. NULL: it is none. */
json_t *reading_decode(const struct reading *g, const char *s, size_t n, struct err *e);
/* Remembers what this read could not see, or that it could. */
void reading_note(struct reading *g, const struct origin_reply *r);
void reading_note_canceled(struct reading *g);
bool reading_canceled(const struct reading *g);
/* A timeout while waiting for a request of somebody else. */
void reading_late(struct origin_reply *r);

/* source_json with a body: see reading_init. */
json_t *source_json_post(struct source *s, const struct source_request *q, const char *post, struct origin_reply *r);

/* Calls the recorder. body NULL: sha256 alone. */
void record_read(struct reading *g, const struct origin_reply *r, const char *body, size_t len, const char *sha256,
		 bool cached);

/* What passes is digested, and kept as long as it is small. */
struct tee;
struct tee *tee_new(size_t keep, bool digest);
void tee_free(struct tee *t);
void tee_add(struct tee *t, const char *data, size_t len);
void tee_clear(struct tee *t);
/* What was kept, the caller's, or NULL when it grew too large. Only once. sha256: "" without digest. */
char *tee_finish(struct tee *t, size_t *len, char sha256[static 65]);
bool tee_over(const struct tee *t);

#endif
