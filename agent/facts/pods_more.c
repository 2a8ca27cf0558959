/* SPDX-License-Identifier: Apache-2.0 */
/* On a large cluster the list of pods is a selection: what a check needs beyond it is asked for in small pieces. */
#include <stdint.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"
#include "agent/facts/list_decode.h"
#include "agent/facts/prune.h"
#include "agent/io/url.h"

/* LOOKUPS_MAX: more workloads than that are not looked into one by one. NODE_PODS: more than a node can run. */
enum { LOOKUPS_MAX = 300, NODES_MAX = 24, NODE_PODS = 1000, QUERY_MAX = 8 << 10 };

static void add_values(struct buf *b, const json_t *requirement, const char *word)
{
	json_t *v;
	size_t i;

	buf_printf(b, "%s %s (", str_or(json_key_str(requirement, "key"), ""), word);
	json_array_foreach (json_object_get(requirement, "values"), i, v)
		buf_printf(b, "%s%s", i ? "," : "", str_or(json_string_value(v), ""));
	buf_char(b, ')');
}

static void add_requirement(struct buf *b, const json_t *r)
{
	const char *op = str_or(json_key_str(r, "operator"), ""), *key = str_or(json_key_str(r, "key"), "");

	buf_str(b, b->len ? "," : "");
	if (str_eq(op, "In"))
		add_values(b, r, "in");
	else if (str_eq(op, "NotIn"))
		add_values(b, r, "notin");
	else
		buf_printf(b, "%s%s", str_eq(op, "DoesNotExist") ? "!" : "", key);
}

char *facts_label_query(const json_t *selector, bool plain)
{
	json_t *labels = plain ? json_incref((json_t *)(uintptr_t)selector)
			       : json_incref(json_object_get(selector, "matchLabels"));
	struct buf b = BUF_INIT(QUERY_MAX), out = BUF_INIT(QUERY_MAX * 4);
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach (labels, key, value)
		buf_printf(&b, "%s%s=%s", b.len ? "," : "", key, str_or(json_string_value(value), ""));
	json_array_foreach (plain ? NULL : json_object_get(selector, "matchExpressions"), i, value)
		add_requirement(&b, value);
	json_decref(labels);
	if (b.len && !b.over) {
		buf_str(&out, "labelSelector=");
		url_encode_to(&out, buf_cstr(&b));
	}
	buf_fini(&b);
	if (out.len)
		return buf_steal(&out);
	buf_fini(&out);
	return NULL;
}

struct taking {
	struct facts *f;
	const struct list *l;
	json_t *pods;
	bool more;
};

/* The one that is at hand already, if it is: there is one of each. */
static int take(void *ctx, json_t *page)
{
	struct taking *t = ctx;
	json_t *pod, *known;
	size_t i;

	json_array_foreach (json_object_get(page, "items"), i, pod) {
		known = list_search(t->l->items, json_str_at(pod, "metadata.namespace"),
				    json_str_at(pod, "metadata.name"));
		json_array_append(t->pods, known ? known : pod);
	}
	t->more = !str_empty(json_str_at(page, "metadata.continue"));
	return 1;
}

static json_t *read_pods(struct facts *f, const struct list *l, const char *path, bool *whole, enum read_state *state)
{
	struct list_decoder d = {.kind = l->kind, .drop = prune_of(l->kind->resource), .share = f->share};
	struct source_request q = {
		.path = path, .once = true, .optional = true, .decode = list_decode_page, .decode_ctx = &d};
	struct taking t = {.f = f, .l = l, .pods = json_array()};
	struct origin_reply r;
	json_t *page = source_json(f->source, &q, &r);

	*state = r.state;
	if (page)
		take(&t, page);
	else
		source_blind(f->source, r.state, "pods beyond the suspicious ones", r.why);
	*whole = page && !t.more;
	json_decref(page);
	return t.pods;
}

/* Reads what a query gives, once. *whole: nothing is missing. Borrowed; NULL: too many queries. */
static json_t *query_pods(struct facts *f, const struct list *l, const char *ns, const char *query, int limit,
			  size_t max, bool *whole, enum read_state *state)
{
	auto_free char *base = kind_path(l->kind, ns, NULL), *path = mem_printf("%s?%s&limit=%d", base, query, limit);
	json_t *pods, *pod, *before;
	bool many;
	size_t i;

	*whole = true;
	*state = READ_OK;
	pthread_mutex_lock(&f->lock);
	before = map_get(f->more, path);
	many = !before && f->looked_up >= max;
	f->looked_up += !before && !many;
	pthread_mutex_unlock(&f->lock);
	if (before || many) {
		*whole = before && json_array_size(before) < (size_t)limit;
		return before;
	}
	pods = read_pods(f, l, path, whole, state);
	pthread_mutex_lock(&f->lock);
	before = map_get(f->more, path);
	if (before) { /* somebody else was sooner */
		json_decref(pods);
		pods = before;
	} else {
		map_set(f->more, path, pods);
		json_array_foreach (pods, i, pod)
			facts_remember(f, pod);
		f->objects += json_array_size(pods);
	}
	pthread_mutex_unlock(&f->lock);
	return pods;
}

json_t *facts_more_pods(struct facts *f, const struct list *l, const char *ns, const char *query, int limit)
{
	enum read_state state;
	bool whole;
	json_t *pods = query_pods(f, l, ns, query, limit, LOOKUPS_MAX, &whole, &state);

	if (!pods) {
		auto_free char *why = mem_printf("the cluster is large (%zu pods): only %d workloads and Services without a "
						 "suspicious pod were looked into",
						 l->rows, LOOKUPS_MAX);

		source_blind(f->source, READ_CUT, "healthy pods of further workloads", why);
	}
	return pods ? json_copy(pods) : json_array();
}

/* Out of a whole list. */
static json_t *filter(struct facts *f, const struct list *l, const char *node)
{
	auto_free char *key = mem_printf("on %s", node);
	json_t *pods, *pod;
	size_t i;

	pthread_mutex_lock(&f->lock);
	pods = map_get(f->more, key);
	if (!pods) {
		pods = json_array();
		json_array_foreach (l->items, i, pod)
			if (str_eq(json_str_at(pod, "spec.nodeName"), node))
				json_array_append(pods, pod);
		map_set(f->more, key, pods);
	}
	pthread_mutex_unlock(&f->lock);
	return pods;
}

json_t *facts_pods_on(struct facts *f, const char *node, enum read_state *state)
{
	const struct kind *k = kinds_find(f->kinds, "pods");
	auto_free char *query = mem_printf("fieldSelector=spec.nodeName%%3D%s", node);
	const char *ns = k ? list_namespace(f, k, NULL) : NULL;
	struct list *l = k ? list_of(f, k, ns) : NULL;
	json_t *pods;
	bool whole;

	*state = l ? l->state : READ_NOT_SERVED;
	if (!l || !l->selected)
		return l ? filter(f, l, node) : f->none;
	pods = query_pods(f, l, ns, query, NODE_PODS, LOOKUPS_MAX + NODES_MAX, &whole, state);
	if (*state == READ_OK && (!pods || !whole))
		*state = READ_CUT;
	return pods ? pods : f->none;
}
