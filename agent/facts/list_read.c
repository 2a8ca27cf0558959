/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/list_decode.h"
#include "agent/facts/prune.h"
#include "agent/facts/wide.h"

/* As many as the largest clusters have; beyond, the list is cut and says so. */
enum { LIST_MAX = 200000 };

/* Namespace by namespace (list_pieces.c), all of them together are read whole up to the limit. */
static size_t whole_wanted(struct facts *f)
{
	size_t left;

	pthread_mutex_lock(&f->lock);
	left = f->whole_pods > f->whole_read ? f->whole_pods - f->whole_read : 0;
	pthread_mutex_unlock(&f->lock);
	return left;
}

static void whole_taken(struct facts *f, size_t count)
{
	pthread_mutex_lock(&f->lock);
	f->whole_read += count;
	pthread_mutex_unlock(&f->lock);
}

/* A list while it is read. */
struct taking {
	struct list *list;
	struct list_decoder decoder;
	size_t wanted; /* pods: with more than these, their rows are read instead; 0: all are wanted */
	bool wide;     /* that is so */
};

static int take_page(void *ctx, json_t *page)
{
	struct taking *t = ctx;
	struct list *l = t->list;
	const char *api_version = json_str_or(page, "apiVersion", l->kind->api_version);
	json_t *item;
	size_t i;

	/* A "List" without a type has items that say for themselves what they are. */
	if (str_eq(json_key_str(page, "kind"), "List"))
		api_version = l->kind->api_version;
	json_array_foreach (json_object_get(page, "items"), i, item)
		if (json_is_object(item))
			json_array_append_new(l->items, facts_complete(item, api_version, l->kind->kind));
	t->wide = t->wanted && (t->decoder.unwanted || json_array_size(l->items) > t->wanted) &&
		  !str_empty(json_str_at(page, "metadata.continue"));
	return t->wide;
}

/* Only the rows of pods hold what a scan goes by, and a snapshot has everything at hand. */
static bool scannable(const struct facts *f, const struct list *l)
{
	return !facts_held(f) && str_eq(l->kind->resource, "pods");
}

/* Values of Secrets are hidden in what is decoded as usual; a snapshot has it decoded. */
static void decode_well(struct facts *f, struct taking *t, struct source_request *q)
{
	if (facts_held(f) || str_eq(t->list->kind->plural, "secrets"))
		return;
	t->decoder = (struct list_decoder){.kind = t->list->kind,
					   .drop = prune_of(t->list->kind->resource),
					   .share = share_new(),
					   .now = source_now_ms(f->source),
					   .wanted = t->wanted};
	q->once = true;
	q->decode = list_decode_page;
	q->decode_ctx = &t->decoder;
}

static char *list_path(const struct list *l)
{
	auto_free char *path = kind_path(l->kind, l->ns, NULL);

	/* A node may be heavier than a dozen pods: it lists all images that it holds. */
	return mem_printf("%s%s", path, str_eq(l->kind->resource, "nodes") ? "?limit=200" : "");
}

static void read_plain(struct facts *f, struct list *l)
{
	auto_free char *path = list_path(l);
	struct source_request q = {.path = path, .optional = true};
	struct taking t = {.list = l, .wanted = scannable(f, l) ? whole_wanted(f) : 0};
	struct origin_reply r;
	struct err e = {0};

	l->items = json_array();
	decode_well(f, &t, &q);
	if (source_pages(f->source, &q, LIST_MAX, take_page, &t, &r, &e) < 0) {
		r.state = json_array_size(l->items) ? READ_CUT : READ_FAILED;
		snprintf(r.why, sizeof(r.why), "%.200s", e.msg);
	}
	share_free(t.decoder.share);
	if (t.wide) {
		json_array_clear(l->items);
		wide_read(f, l);
		return;
	}
	if (t.wanted)
		whole_taken(f, json_array_size(l->items));
	/* A list of nothing is an answer. */
	if (r.state == READ_NOT_FOUND)
		r.state = READ_NOT_SERVED;
	l->state = r.state;
	snprintf(l->why, sizeof(l->why), "%s", r.why);
	if (l->state != READ_OK && l->state != READ_CUT)
		json_array_clear(l->items);
}

/* Events of the newer API. NULL: it is not served here. */
static struct list *newer_events(struct facts *f, const struct list *l)
{
	const struct kind *k = facts_kind(f, "events.k8s.io/v1", "Event");
	struct list *other;

	if (!k)
		return NULL;
	other = MEM_NEW(struct list);
	other->kind = k;
	other->ns = mem_str(l->ns);
	read_plain(f, other);
	return other;
}

static void append_unseen(json_t *items, const json_t *more)
{
	struct map *seen = map_new(NULL);
	const char *uid;
	json_t *o;
	size_t i;

	json_array_foreach (items, i, o) {
		uid = json_str_at(o, "metadata.uid");
		if (uid)
			map_set(seen, uid, NULL);
	}
	/* Without a uid the name decides, when the list is ordered. */
	json_array_foreach (more, i, o) {
		uid = json_str_at(o, "metadata.uid");
		if (!uid || !map_has(seen, uid))
			json_array_append(items, o);
	}
	map_free(seen);
}

/*
 * A server has every event in both APIs, so the newer one is asked only when the older one does not answer. A snapshot
 * holds what somebody saved: both.
 */
static void add_newer_events(struct facts *f, struct list *l)
{
	struct list *other;

	if (!facts_held(f) && (l->state == READ_OK || l->state == READ_CUT))
		return;
	other = newer_events(f, l);
	if (!other)
		return;
	if (other->state == READ_OK || other->state == READ_CUT) {
		append_unseen(l->items, other->items);
		if (l->state != READ_CUT)
			l->state = other->state;
		snprintf(l->why, sizeof(l->why), "%s", l->state == READ_OK ? "" : other->why);
	}
	list_free(other);
}

void list_read(struct facts *f, struct list *l)
{
	if (scannable(f, l) && !whole_wanted(f)) {
		l->items = json_array();
		wide_read(f, l);
	} else {
		read_plain(f, l);
	}
	if (str_eq(l->kind->resource, "events"))
		add_newer_events(f, l);
	if (l->state == READ_DENIED && l->kind->namespaced && !l->ns)
		list_read_pieces(f, l);
	l->items = list_order(l->items);
}
