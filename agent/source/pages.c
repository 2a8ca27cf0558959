/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists page by page. A continue token that expired (410) starts over once: what the reader has had already, by uid, is
 * then left out of the pages.
 */
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/io/url.h"
#include "agent/source/source_private.h"

enum { PAGE = 500, ITEMS_MAX = 200000, PAGES_MAX = 20000 };

struct pages {
	struct source *s;
	const struct source_request *q;
	struct map *seen; /* uids that the reader had */
	bool unknown;	  /* something without a uid was among them */
	bool restarted;
	size_t items, pages, max_items;
	int64_t remaining; /* as the last page says; -1: it does not */
	char *next;	   /* continue token, NULL: from the start */
	enum { GOING, DONE, STOPPED } end;
};

static char *page_path(const struct pages *p)
{
	struct buf b = BUF_INIT(ROUTE_PATH_MAX * 2);
	auto_free char *limit = url_query(p->q->path, "limit");

	buf_str(&b, p->q->path);
	if (!limit)
		buf_printf(&b, "%climit=%d", strchr(p->q->path, '?') ? '&' : '?', PAGE);
	if (p->next) {
		buf_str(&b, "&continue=");
		url_encode_to(&b, p->next);
	}
	return buf_steal(&b);
}

/* Items of a list, rows of a table; NULL when the page is neither. */
static json_t *page_items(json_t *page, const char **key)
{
	json_t *items = json_object_get(page, *key = "items");

	if (!json_is_array(items))
		items = json_object_get(page, *key = "rows");
	return json_is_array(items) ? items : NULL;
}

static const char *item_uid(const json_t *item)
{
	const char *uid = json_str_at(item, "metadata.uid");

	return uid ? uid : json_str_at(item, "object.metadata.uid");
}

static void remember(struct pages *p, json_t *items)
{
	json_t *item;
	size_t i;

	json_array_foreach (items, i, item) {
		const char *uid = item_uid(item);

		if (uid)
			map_set(p->seen, uid, NULL);
		else
			p->unknown = true;
	}
}

/* The page without what the reader had: a new reference. */
static json_t *unseen(const struct pages *p, json_t *page, json_t *items, const char *key)
{
	json_t *rest, *out, *item;
	size_t i;

	if (!p->restarted || !items)
		return json_incref(page);
	rest = json_array();
	json_array_foreach (items, i, item) {
		const char *uid = item_uid(item);

		if (!uid || !map_has(p->seen, uid))
			json_array_append(rest, item);
	}
	out = json_copy(page);
	json_object_set_new(out, key, rest);
	return out;
}

/* Hands a page to the reader and finds out whether another one follows. */
static void take_page(struct pages *p, json_t *page, int (*fn)(void *ctx, json_t *page), void *ctx)
{
	const char *key, *next = json_str_at(page, "metadata.continue");
	json_t *items = page_items(page, &key), *shown = unseen(p, page, items, key);

	/* Without a next page nothing can expire any more. */
	if (!str_empty(next))
		remember(p, items);
	p->items += json_array_size(json_object_get(shown, key));
	p->remaining = json_int_at(page, "metadata.remainingItemCount", -1);
	p->pages++;
	p->end = fn(ctx, shown) != 0 ? STOPPED : str_empty(next) ? DONE : GOING;
	free(p->next);
	p->next = p->end == GOING ? mem_str(next) : NULL;
	json_decref(shown);
}

/* What came before stays; the rest is missing, and says why. */
static void cut(const struct pages *p, struct origin_reply *r, const char *why)
{
	char rest[64] = "";
	char text[sizeof(r->why)];

	if (p->remaining > 0)
		snprintf(rest, sizeof(rest), " of about %zu", p->items + (size_t)p->remaining);
	snprintf(text, sizeof(text), "only the first %zu%s were read: %.150s", p->items, rest, why);
	memcpy(r->why, text, sizeof(text));
	r->state = READ_CUT;
}

/* 0 goes on (another page, or from the start again), 1 ends. */
static int failed_page(struct pages *p, struct origin_reply *r)
{
	if (p->pages == 0)
		return 1;
	if (r->status == 410 && !p->restarted && !p->unknown) {
		p->restarted = true;
		free(p->next);
		p->next = NULL;
		return 0;
	}
	cut(p, r, r->why);
	return 1;
}

static void read_pages(struct pages *p, int (*fn)(void *ctx, json_t *page), void *ctx, struct origin_reply *r)
{
	uint64_t bytes = 0;

	while (p->end == GOING) {
		auto_free char *path = page_path(p);
		struct source_request q = *p->q;
		auto_json json_t *page = NULL;

		q.path = path;
		q.optional = true;
		q.fresh = p->q->fresh || p->restarted;
		page = source_json(p->s, &q, r);
		bytes += r->bytes;
		if (page)
			take_page(p, page, fn, ctx);
		else if (failed_page(p, r))
			break;
		if (p->end == GOING && page && (p->items >= p->max_items || p->pages >= PAGES_MAX)) {
			cut(p, r, "that is the limit for one list");
			break;
		}
	}
	r->bytes = bytes;
	if (p->end == STOPPED) {
		r->state = READ_CUT;
		snprintf(r->why, sizeof(r->why), "stopped by the reader");
	}
}

int source_pages(struct source *s, const struct source_request *q, size_t max_items, int (*fn)(void *ctx, json_t *page),
		 void *ctx, struct origin_reply *r, struct err *e)
{
	struct pages p = {.s = s, .q = q, .max_items = max_items ? max_items : ITEMS_MAX, .remaining = -1};
	struct reading g;
	int rc = 0;

	*r = (struct origin_reply){.state = READ_FAILED, .retry_after_ms = -1};
	if (reading_init(&g, s, q, NULL, e) < 0)
		return -1;
	p.seen = map_new(NULL);
	read_pages(&p, fn, ctx, r);
	if (p.end != STOPPED)
		reading_note(&g, r);
	if (r->state != READ_OK && p.end == GOING && reading_canceled(&g))
		rc = err_set(e, ERR_CANCELED, "interrupted after %zu items of %s", p.items, q->path);
	map_free(p.seen);
	free(p.next);
	reading_fini(&g);
	return rc;
}
