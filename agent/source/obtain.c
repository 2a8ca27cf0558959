/* SPDX-License-Identifier: Apache-2.0 */
/* Whole answers: from the cache, from a request under way, or from the origin, with values of Secrets hidden. */
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/kinds.h"
#include "agent/source/managed.h"
#include "agent/source/secrets.h"
#include "agent/source/source_private.h"

/* A decoded document replaces its text beyond this: it holds the same, and both would be a waste. */
enum { TEXT_BESIDE_JSON = 256 << 10 };

static int collect(void *ctx, const char *data, size_t len)
{
	struct buf *b = ctx;

	buf_add(b, data, len);
	return b->over;
}

static void collect_again(void *ctx)
{
	buf_clear(ctx);
}

/* What cannot be looked through is not passed on; nor is the parser's message, which quotes it. */
static void withhold(struct answer *a)
{
	struct origin_reply was = a->reply;

	answer_fini(a);
	a->reply.status = was.status;
	a->reply.retry_after_ms = -1;
	a->reply.state = was.state == READ_CUT ? READ_CUT : READ_FAILED;
	snprintf(a->reply.why, sizeof(a->reply.why), "withheld, because values of Secrets may stand in it: %.150s",
		 was.state == READ_CUT ? was.why : "the answer is not the JSON it should be");
}

static void set_text(struct answer *a, char *text)
{
	free(a->body);
	a->body = text;
	a->len = strlen(text);
	a->reply.bytes = a->len;
}

/* Kinds of which there are many and whose writers are the machinery of the cluster itself: who wrote them tells nothing. */
static bool is_numerous(const struct route *r)
{
	static const char *const plurals[] = {"pods", "events", "endpointslices", "endpoints", "leases", "replicasets"};

	for (size_t i = 0; r->resource && i < ARRAY_LEN(plurals); i++)
		if (str_eq(r->resource, plurals[i]))
			return true;
	return false;
}

json_t *reading_decode(const struct reading *g, const char *s, size_t n, struct err *e)
{
	auto_free char *rest = NULL;
	size_t len;
	json_t *j;

	if (g->q->decode && g->q->once)
		return g->q->decode(g->q->decode_ctx, s, n, e);
	rest = g->q->whole ? NULL : mem_alloc(n + 1);
	len = g->q->whole ? n : is_numerous(&g->route) ? managed_cut(s, n, rest) : managed_keep(s, n, rest);
	j = len < n ? json_parse(rest, len, g->origin.path, NULL) : NULL;

	return j ? j : json_parse(s, n, g->origin.path, e);
}

/* Hides values of Secrets in a->body; leaves the decoded form in a->json when it had to decode. */
static void hide_in_text(const struct reading *g, struct answer *a)
{
	json_t *shown;

	if (!a->body || a->len == 0 || !(g->route.secrets || secrets_suspected(a->body, a->len)))
		return;
	a->json = reading_decode(g, a->body, a->len, NULL);
	if (!a->json) {
		withhold(a);
		return;
	}
	shown = secrets_hide(a->json, g->route.secrets);
	if (shown != a->json)
		set_text(a, json_dump(shown, false));
	json_decref(a->json);
	a->json = shown;
}

/* Do the standard kinds have one of this name that is no Secret? Such answers hold a Secret at their top or not at all.
 */
static bool standard_kind(const struct route *r)
{
	for (size_t i = 0; r->resource && !r->sub && i < kinds_standard_count; i++)
		if (str_eq(kinds_standard[i].group, r->group) && str_eq(kinds_standard[i].plural, r->resource))
			return true;
	return false;
}

static int feed(const char *data, size_t len, void *ctx)
{
	tee_add(ctx, data, len);
	return 0;
}

/* The decoded answer of an origin that has it so. true: *a is filled. */
static bool from_json(struct reading *g, struct answer *a)
{
	json_t *j = reading_fetch_json(g, &a->reply);
	struct tee *t;

	if (!j)
		return a->reply.state != READ_OK;
	if (!g->route.secrets && standard_kind(&g->route) && !secrets_listed(j)) {
		a->json = j;
	} else {
		a->json = secrets_hide(j, g->route.secrets);
		json_decref(j);
	}
	if (!g->s->record)
		return true;
	t = tee_new(SOURCE_RECORD_MAX, true);
	json_dump_callback(a->json, feed, t, JSON_COMPACT | JSON_ENCODE_ANY);
	a->body = tee_finish(t, &a->len, a->sha256);
	tee_free(t);
	return true;
}

static int from_text(struct reading *g, struct answer *a, struct err *e)
{
	struct buf body = BUF_INIT(g->origin.max_bytes);
	bool stopped;

	if (reading_fetch(g, collect, collect_again, &body, &a->reply, &stopped, e) < 0) {
		buf_fini(&body);
		return -1;
	}
	a->len = body.len;
	a->body = buf_steal(&body);
	hide_in_text(g, a);
	if (g->s->record) {
		struct tee *t = tee_new(0, true);
		size_t none;

		tee_add(t, a->body ? a->body : "", a->len);
		free(tee_finish(t, &none, a->sha256));
		tee_free(t);
	}
	return 0;
}

static int ask_origin(struct reading *g, bool want_json, struct answer *a, struct err *e)
{
	if (want_json && !g->origin.body && g->s->origin->ops->get_json && from_json(g, a))
		return 0;
	memset(a, 0, sizeof(*a));
	if (from_text(g, a, e) < 0)
		return -1;
	if (want_json && a->reply.state == READ_OK && !a->json)
		a->json = reading_decode(g, a->body, a->len, NULL);
	if (a->json && a->len > TEXT_BESIDE_JSON && !(g->s->record && a->len <= SOURCE_RECORD_MAX)) {
		free(a->body);
		a->body = NULL;
	}
	return 0;
}

/* What is worth an answer to the next who asks: not what another deadline or another limit would change. */
static bool lasting(const struct origin_reply *r)
{
	return r->state != READ_TIMEOUT && r->state != READ_CUT;
}

static struct entry *lead(struct reading *g, struct entry *entry, bool want_json, struct err *e)
{
	struct cache *c = g->s->cache;
	struct answer a = {0};

	if (ask_origin(g, want_json, &a, e) < 0) {
		answer_fini(&a);
		cache_drop(c, entry);
		cache_give(c, entry);
		return NULL;
	}
	if (lasting(&a.reply) && !g->q->once) {
		cache_settle(c, entry, &a);
		return entry;
	}
	/* For this caller alone: an entry that nobody else can find. */
	cache_drop(c, entry);
	cache_give(c, entry);
	return cache_lone(&a);
}

struct entry *reading_obtain(struct reading *g, bool want_json, bool *cached, struct err *e)
{
	struct cache *c = g->s->cache;
	bool fresh = g->q->fresh;

	*cached = false;
	for (;;) {
		bool first;
		struct entry *entry = cache_take(c, g->key, fresh, &first);

		if (first)
			return lead(g, entry, want_json, e);
		switch (cache_wait(c, entry, g->origin.deadline, g->s->cancel, g->q->cancel)) {
		case CACHE_THERE:
			*cached = true;
			meter_cached(g->s->meter);
			return entry;
		case CACHE_GONE:
			cache_give(c, entry);
			break;
		case CACHE_LATE: {
			struct answer a = {0};

			cache_give(c, entry);
			reading_late(&a.reply);
			return cache_lone(&a);
		}
		case CACHE_CANCELED:
			cache_give(c, entry);
			err_set(e, ERR_CANCELED, "interrupted before the answer was there");
			return NULL;
		}
	}
}
