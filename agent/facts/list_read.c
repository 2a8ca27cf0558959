/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"

/* As many as the largest clusters have; beyond, the list is cut and says so. */
enum { LIST_MAX = 200000 };

static int take_page(void *ctx, json_t *page)
{
	struct list *l = ctx;
	const char *api_version = json_str_or(page, "apiVersion", l->kind->api_version);
	json_t *item;
	size_t i;

	/* A "List" without a type has items that say for themselves what they are. */
	if (str_eq(json_key_str(page, "kind"), "List"))
		api_version = l->kind->api_version;
	json_array_foreach (json_object_get(page, "items"), i, item)
		if (json_is_object(item))
			json_array_append_new(l->items, facts_complete(item, api_version, l->kind->kind));
	return 0;
}

static void read_plain(struct facts *f, struct list *l)
{
	auto_free char *path = kind_path(l->kind, l->ns, NULL);
	struct source_request q = {.path = path, .optional = true};
	struct origin_reply r;
	struct err e = {0};

	l->items = json_array();
	if (source_pages(f->source, &q, LIST_MAX, take_page, l, &r, &e) < 0) {
		r.state = json_array_size(l->items) ? READ_CUT : READ_FAILED;
		snprintf(r.why, sizeof(r.why), "%.200s", e.msg);
	}
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
	read_plain(f, l);
	if (str_eq(l->kind->resource, "events"))
		add_newer_events(f, l);
	if (l->state == READ_DENIED && l->kind->namespaced && !l->ns)
		list_read_pieces(f, l);
	l->items = list_order(l->items);
}
