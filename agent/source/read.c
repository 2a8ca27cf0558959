/* SPDX-License-Identifier: Apache-2.0 */
/* The ways to read: a body in pieces, as text, as JSON. */
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "agent/source/source_private.h"

enum { PIECE = 256 << 10 };

/* Hands a whole body over in pieces, so that a cancel is seen in between. */
static int deliver(struct reading *g, const char *body, size_t len, origin_sink *sink, void *ctx,
		   struct origin_reply *r, struct err *e)
{
	size_t done = 0;

	while (done < len) {
		size_t n = len - done > PIECE ? PIECE : len - done;

		if (reading_canceled(g))
			return err_set(e, ERR_CANCELED, "interrupted while reading the answer");
		done += n;
		if (sink(ctx, body + done - n, n) != 0 && done < len) {
			r->state = READ_CUT;
			snprintf(r->why, sizeof(r->why), "stopped by the reader");
			break;
		}
	}
	r->bytes = done;
	return 0;
}

static int get_whole(struct reading *g, origin_sink *sink, void *ctx, struct origin_reply *r, struct err *e)
{
	bool cached;
	struct entry *entry = reading_obtain(g, false, &cached, e);
	const struct answer *a;
	char *dumped = NULL;
	int rc;

	if (!entry)
		return -1;
	a = entry_answer(entry);
	*r = a->reply;
	if (!a->body) {
		json_t *j = entry_json(g->s->cache, entry);

		dumped = j ? json_dump(j, false) : NULL;
		json_decref(j);
	}
	record_read(g, r, dumped ? dumped : a->body, dumped ? strlen(dumped) : a->len, a->sha256, cached);
	reading_note(g, r);
	rc = deliver(g, dumped ? dumped : a->body, dumped ? strlen(dumped) : a->len, sink, ctx, r, e);
	free(dumped);
	cache_give(g->s->cache, entry);
	return rc;
}

/* A body that passes in pieces, with a copy of its beginning. */
struct flow {
	origin_sink *sink;
	void *ctx;
	struct tee *tee;
};

static int flow_piece(void *ctx, const char *data, size_t len)
{
	struct flow *f = ctx;

	tee_add(f->tee, data, len);
	return f->sink(f->ctx, data, len);
}

/* The caller leads: asks the origin, and leaves a small answer in the cache. */
static int flow_from_origin(struct reading *g, struct entry *entry, origin_sink *sink, void *ctx,
			    struct origin_reply *r, struct err *e)
{
	struct flow f = {.sink = sink, .ctx = ctx, .tee = tee_new(SOURCE_STREAM_KEEP, g->s->record != NULL)};
	struct cache *c = g->s->cache;
	struct answer a = {0};
	bool stopped;
	int rc = reading_fetch(g, flow_piece, NULL, &f, r, &stopped, e);

	if (rc < 0) {
		cache_drop(c, entry);
	} else {
		a.body = tee_finish(f.tee, &a.len, a.sha256);
		a.reply = *r;
		record_read(g, r, a.body, a.len, a.sha256, false);
		if (!stopped)
			reading_note(g, r);
		if (a.body && !stopped && r->state != READ_CUT && r->state != READ_TIMEOUT)
			cache_settle(c, entry, &a);
		else
			cache_drop(c, entry);
	}
	answer_fini(&a);
	tee_free(f.tee);
	cache_give(c, entry);
	return rc;
}

static int get_flow(struct reading *g, origin_sink *sink, void *ctx, struct origin_reply *r, struct err *e)
{
	struct cache *c = g->s->cache;

	for (;;) {
		bool first;
		struct entry *entry = cache_take(c, g->key, g->q->fresh, &first);
		enum cache_wait w;
		int rc = 0;

		if (first)
			return flow_from_origin(g, entry, sink, ctx, r, e);
		w = cache_wait(c, entry, g->origin.deadline, g->s->cancel, g->q->cancel);
		if (w == CACHE_THERE) {
			const struct answer *a = entry_answer(entry);

			*r = a->reply;
			meter_cached(g->s->meter);
			record_read(g, r, a->body, a->len, a->sha256, true);
			reading_note(g, r);
			rc = deliver(g, a->body, a->len, sink, ctx, r, e);
		} else if (w == CACHE_LATE) {
			reading_late(r);
			reading_note(g, r);
		} else if (w == CACHE_CANCELED) {
			rc = err_set(e, ERR_CANCELED, "interrupted before the answer was there");
		}
		cache_give(c, entry);
		if (w != CACHE_GONE)
			return rc;
	}
}

int source_get(struct source *s, const struct source_request *q, origin_sink *sink, void *ctx, struct origin_reply *r,
	       struct err *e)
{
	struct err own = {0};
	struct reading g;
	int rc;

	*r = (struct origin_reply){.state = READ_FAILED, .retry_after_ms = -1};
	if (reading_init(&g, s, q, NULL, e) < 0)
		return -1;
	rc = g.route.whole ? get_whole(&g, sink, ctx, r, &own) : get_flow(&g, sink, ctx, r, &own);
	if (rc < 0) {
		if (own.code == ERR_CANCELED)
			reading_note_canceled(&g);
		r->state = READ_FAILED;
		snprintf(r->why, sizeof(r->why), "%s", own.msg);
		if (e)
			*e = own;
	}
	reading_fini(&g);
	return rc;
}

/* Decodes an answer that was read as text before. */
static json_t *decoded(struct reading *g, struct entry *entry, struct origin_reply *r)
{
	const struct answer *a = entry_answer(entry);
	struct err why = {0};
	json_t *j = entry_json(g->s->cache, entry), *kept;

	if (j || r->state != READ_OK)
		return j;
	j = reading_decode(g, a->body ? a->body : "", a->len, &why);
	if (!j) {
		r->state = READ_FAILED;
		snprintf(r->why, sizeof(r->why), "the answer is no JSON: %.200s", why.msg);
		return NULL;
	}
	kept = entry_keep_json(g->s->cache, entry, j);
	json_decref(j);
	return kept;
}

json_t *source_json(struct source *s, const struct source_request *q, struct origin_reply *r)
{
	return source_json_post(s, q, NULL, r);
}

json_t *source_json_post(struct source *s, const struct source_request *q, const char *post, struct origin_reply *r)
{
	struct err own = {0};
	struct reading g;
	struct entry *entry;
	json_t *j = NULL;
	bool cached;

	*r = (struct origin_reply){.state = READ_FAILED, .retry_after_ms = -1};
	if (reading_init(&g, s, q, post, &own) < 0) {
		snprintf(r->why, sizeof(r->why), "%s", own.msg);
		return NULL;
	}
	entry = reading_obtain(&g, true, &cached, &own);
	if (entry) {
		const struct answer *a = entry_answer(entry);

		*r = a->reply;
		j = decoded(&g, entry, r);
		record_read(&g, r, a->body, a->len, a->sha256, cached);
		reading_note(&g, r);
		cache_give(s->cache, entry);
	} else {
		snprintf(r->why, sizeof(r->why), "%s", own.msg);
		if (own.code == ERR_CANCELED)
			reading_note_canceled(&g);
	}
	reading_fini(&g);
	return j;
}

static int gather(void *ctx, const char *data, size_t len)
{
	struct buf *b = ctx;

	buf_add(b, data, len);
	return b->over;
}

char *source_text(struct source *s, const struct source_request *q, size_t *len, struct origin_reply *r)
{
	uint64_t cap = q->max_bytes && q->max_bytes < s->max_bytes ? q->max_bytes : s->max_bytes;
	struct buf b = BUF_INIT(cap);
	struct err e = {0};

	if (source_get(s, q, gather, &b, r, &e) < 0) {
		r->state = READ_FAILED;
		snprintf(r->why, sizeof(r->why), "%s", e.msg);
	}
	if (r->state != READ_OK && !(r->state == READ_CUT && b.len > 0)) {
		buf_fini(&b);
		return NULL;
	}
	if (len)
		*len = b.len;
	return buf_steal(&b);
}
