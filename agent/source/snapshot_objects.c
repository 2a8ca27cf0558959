/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/snapshot_select.h"

#define TOKEN "dupin-" /* a continue token of ours is this and the index of the next object */

/* A path whose kind the snapshot tells nothing of: is that known to be absent? */
static void unknown_kind(const struct snapshot *s, const struct snap_kind *k, const struct snap_request *q,
			 struct origin_reply *r)
{
	const struct snap_kind *crds =
		snap_store_plural(&s->store, "apiextensions.k8s.io", "customresourcedefinitions");
	struct snap_standing all = {.state = READ_NOT_CAPTURED};

	/* Every server has it, but for what captured[] says. */
	if (k && k->standard) {
		snap_reply(r, READ_NOT_SERVED, 404, "404 Not Found: the API group %s was not served", q->group);
		return;
	}
	/* Metrics APIs are served by an aggregated server and have no definitions. */
	if (crds && !str_ends(q->group, "metrics.k8s.io"))
		snap_standing(s, crds, NULL, NULL, &all);
	if (all.state == READ_OK)
		snap_reply(r, READ_NOT_SERVED, 404, "404 Not Found: no CustomResourceDefinition %s.%s", q->plural,
			   q->group);
	else
		snap_reply(r, READ_NOT_CAPTURED, 404,
			   "not in the snapshot: it holds nothing of %s%s%s and no CustomResourceDefinitions",
			   q->plural, q->group[0] ? "." : "", q->group);
}

/* The kind that a path is about; NULL with r filled when the snapshot does not serve it. */
static struct snap_kind *find_kind(const struct snapshot *s, const struct snap_request *q, struct origin_reply *r)
{
	struct snap_kind *k = snap_store_plural(&s->store, q->group, q->plural);
	struct snap_standing st = {.state = READ_OK};
	bool served = k && snap_kind_served(s, k);

	if (served && snap_kind_has_version(&s->store, k, q->version))
		return k;
	if (k && !served)
		snap_standing(s, k, q->ns, NULL, &st);
	if (served)
		snap_reply(r, READ_NOT_SERVED, 404, "404 Not Found: %s is served as %s%s%s here", k->plural, k->group,
			   k->group[0] ? "/" : "", snap_kind_version(&s->store, k));
	else if (st.state == READ_NOT_SERVED)
		snap_reply(r, st.state, st.status, "%s", st.why);
	else
		unknown_kind(s, k, q, r);
	return NULL;
}

static void take_standing(struct origin_reply *r, const struct snap_standing *st)
{
	r->state = st->state;
	r->status = st->status;
	snprintf(r->why, sizeof(r->why), "%s", st->why);
}

static json_t *get_one(const struct snapshot *s, const struct snap_kind *k, const struct snap_request *q,
		       const char *ns, struct origin_reply *r)
{
	const struct snap_object *o = snap_kind_find(k, ns, q->name);
	struct snap_standing st;

	if (q->rest < q->count && !str_eq(q->segs[q->rest], "status"))
		return snap_reply(r, READ_NOT_CAPTURED, 404, "not in the snapshot: %s/%s", k->plural, q->segs[q->rest]);
	if (o) {
		snap_reply(r, READ_OK, 200, "%s", "");
		return json_incref(o->doc);
	}
	snap_standing(s, k, k->namespaced ? ns : NULL, NULL, &st);
	if (st.state == READ_CUT)
		return snap_reply(r, READ_NOT_CAPTURED, 404, "not in the snapshot, but not all was captured: %s",
				  st.why);
	if (st.state != READ_OK) {
		take_standing(r, &st);
		return NULL;
	}
	return snap_reply(r, READ_NOT_FOUND, 404, "404 Not Found: %s%s%s \"%s\" not found", k->plural,
			  k->group[0] ? "." : "", k->group, q->name);
}

/* The objects of one namespace are one run: they are sorted by it. */
static void bounds(const struct snap_kind *k, const char *ns, size_t *from, size_t *to)
{
	*from = 0;
	*to = k->count;
	if (!ns || !k->namespaced)
		return;
	while (*from < *to && !str_eq(k->objects[*from].ns, ns))
		(*from)++;
	*to = *from;
	while (*to < k->count && str_eq(k->objects[*to].ns, ns))
		(*to)++;
}

static bool page(const struct snap_request *q, size_t *from, size_t to, size_t *limit, struct origin_reply *r)
{
	char *limit_text auto_free = snap_request_param(q, "limit");
	char *token auto_free = snap_request_param(q, "continue");
	int64_t n = 0, at = 0;

	if (limit_text && (str_to_i64(limit_text, &n, NULL) || n < 0)) {
		snap_reply(r, READ_FAILED, 400, "400 Bad Request: limit \"%.40s\" is no number", limit_text);
		return false;
	}
	*limit = n > 0 ? (size_t)n : SIZE_MAX;
	if (!token)
		return true;
	if (!str_starts(token, TOKEN) || str_to_i64(token + strlen(TOKEN), &at, NULL) || at < (int64_t)*from ||
	    at > (int64_t)to) {
		snap_reply(r, READ_FAILED, 400, "400 Bad Request: the continue token is not of this list");
		return false;
	}
	*from = (size_t)at;
	return true;
}

static json_t *list_page(const struct snap_kind *k, const struct snap_request *q, size_t from, size_t to, size_t limit,
			 const struct snap_select *select)
{
	json_t *items = json_array(), *meta = json_object(), *list = json_object();
	char *kind auto_free = mem_printf("%sList", k->kind);
	size_t left = 0;

	for (; from < to && json_array_size(items) < limit; from++)
		if (snap_select_match(select, k->objects[from].doc))
			json_array_append(items, k->objects[from].doc);
	json_object_set_new(list, "kind", json_text0(kind));
	json_object_set_new(list, "apiVersion", json_sprintf("%s%s%s", q->group, q->group[0] ? "/" : "", q->version));
	json_object_set_new(meta, "resourceVersion", json_text0("0"));
	for (size_t i = from; i < to; i++)
		left += snap_select_match(select, k->objects[i].doc);
	if (left) {
		json_object_set_new(meta, "continue", json_sprintf(TOKEN "%zu", from));
		json_object_set_new(meta, "remainingItemCount", json_integer((json_int_t)left));
	}
	json_object_set_new(list, "metadata", meta);
	json_object_set_new(list, "items", items);
	return list;
}

static json_t *get_list(const struct snapshot *s, const struct snap_kind *k, const struct snap_request *q,
			const char *ns, struct origin_reply *r)
{
	char *labels auto_free = snap_request_param(q, "labelSelector");
	char *fields auto_free = snap_request_param(q, "fieldSelector");
	struct snap_select *select;
	struct snap_standing st;
	struct err e = {0};
	size_t from, to, limit;
	json_t *list;

	snap_standing(s, k, ns, NULL, &st);
	take_standing(r, &st);
	if (st.state != READ_OK && st.state != READ_CUT)
		return NULL;
	select = snap_select_new(labels, fields, &e);
	if (!select)
		return snap_reply(r, READ_FAILED, 400, "%s", e.msg);
	bounds(k, ns, &from, &to);
	list = page(q, &from, to, &limit, r) ? list_page(k, q, from, to, limit, select) : NULL;
	snap_select_free(select);
	return list;
}

json_t *snap_get_objects(const struct snapshot *s, const struct snap_request *q, struct origin_reply *r)
{
	struct snap_kind *k = find_kind(s, q, r);
	char *include auto_free = NULL;
	json_t *list, *table;

	if (!k)
		return NULL;
	if (!k->namespaced && q->ns && k->sure)
		return snap_reply(r, READ_NOT_SERVED, 404, "404 Not Found: %s belong to no namespace", k->plural);
	if (q->name && k->namespaced && !q->ns)
		return snap_reply(r, READ_NOT_SERVED, 404, "404 Not Found: %s are within a namespace", k->plural);
	if (!q->name)
		list = get_list(s, k, q, q->ns, r);
	else
		list = get_one(s, k, q, q->ns ? q->ns : "", r);
	if (!list || !strstr(q->accept, "as=Table"))
		return list;
	include = snap_request_param(q, "includeObject");
	table = snap_table(s, k, list, q->accept, include);
	json_decref(list);
	return table;
}
