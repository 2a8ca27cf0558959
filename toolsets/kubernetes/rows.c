/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/rows.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/jsonpath.h"
#include "toolsets/lib/nearest.h"
#include "toolsets/lib/selector.h"
#include "toolsets/lib/table.h"
#include "toolsets/lib/target.h"

static bool answer_wrong(const struct view *v, const char *why)
{
	v->h->text(v->w, TOOL_ERROR, why, strlen(why));
	return false;
}

static void keep(struct rows *out, json_t *list, const struct selector *labels, const struct selector *fields)
{
	size_t i, cap = 0;
	json_t *o;

	json_array_foreach (list, i, o) {
		if (!selector_match(labels, o) || !selector_match(fields, o))
			continue;
		ALLOC_GROW(out->items, out->count, cap);
		out->items[out->count++] = o;
	}
	out->read = json_array_size(list);
}

static bool answer_unread(const struct view *v, const struct kind_info *k, const struct rows *out)
{
	struct reply r = REP_INIT;

	target_explain(v->h, v->w, k, out->ns, out->seen, &r);
	rep_send(v->h, v->w, target_status(out->seen), &r);
	return false;
}

bool kubernetes_rows_read(const struct view *v, const struct kind_info *k, const json_t *args, struct rows *out)
{
	struct selector *labels = NULL, *fields = NULL;
	const char *ns = fld_str(args, "namespace");
	char why[400];
	json_t *list;

	*out = (struct rows){0};
	if (!k->listable) {
		snprintf(why, sizeof(why), "%s cannot be listed: the API serves no list of it", k->plural);
		return answer_wrong(v, why);
	}
	if (k->namespaced && !fld_true(args, "all_namespaces"))
		out->ns = *ns ? ns : v->h->scope_ns(v->w);
	labels = selector_labels(fld_str(args, "selector"), why, sizeof(why));
	if (labels)
		fields = selector_fields(fld_str(args, "field_selector"), why, sizeof(why));
	if (!fields) {
		selector_free(labels);
		return answer_wrong(v, why);
	}
	list = out->ns ? v->h->list(v->w, k->resource, out->ns, &out->seen)
		       : target_list_all(v->h, v->w, k, &out->seen);
	keep(out, list, labels, fields);
	selector_free(labels);
	selector_free(fields);
	if (out->read == 0 && out->seen != SEEN_OK && out->seen != SEEN_EMPTY)
		return answer_unread(v, k, out);
	return true;
}

void kubernetes_rows_free(struct rows *r)
{
	free(r->items);
	r->items = NULL;
}

static void near_namespaces(const struct view *v, const char *ns, struct reply *r)
{
	struct nearest near = {.wanted = ns};
	enum seen seen;
	json_t *all = v->h->list(v->w, "namespaces", NULL, &seen), *o;
	size_t i;

	json_array_foreach (all, i, o) {
		if (strcmp(fld_name(o), ns) == 0)
			return;
		nearest_add(&near, fld_name(o));
	}
	if (seen != SEEN_OK || json_array_size(all) == 0)
		return;
	rep_add(r, " There is no namespace \"%s\"", ns);
	for (i = 0; i < near.count; i++)
		rep_add(r, "%s%s", i ? ", " : "; nearest: ", near.name[i]);
	rep_put(r, ".");
}

void kubernetes_rows_none(const struct view *v, const struct kind_info *k, const json_t *args, const struct rows *rows)
{
	static const char *const filters[] = {"selector", "field_selector"};
	struct reply r = REP_INIT;

	rep_add(&r, "no %s", *k->singular ? k->singular : k->plural);
	if (k->namespaced)
		rep_add(&r, " in %s%s", rows->ns ? "namespace " : "any namespace that was read",
			rows->ns ? rows->ns : "");
	for (size_t i = 0; i < 2; i++)
		if (*fld_str(args, filters[i]))
			rep_add(&r, "%s %s %s", i ? "," : " that matches", filters[i], fld_str(args, filters[i]));
	rep_add(&r, " (read: %zu %s%s).", rows->read, k->plural, rows->seen == SEEN_CUT ? ", cut" : "");
	if (rows->read == 0 && rows->ns)
		near_namespaces(v, rows->ns, &r);
	rep_put(&r, "\n");
	rep_send(v->h, v->w, TOOL_NO_DATA, &r);
}

bool kubernetes_rows_path_sorted(const char *sort)
{
	sort += *sort == '-';
	return *sort == '.' || *sort == '{';
}

struct keyed {
	char *key;
	json_t *object;
	size_t at; /* keeps equal ones in order */
};

static int ascending(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int c = tbl_compare(x->key, y->key);

	return c ? c : x->at < y->at ? -1 : 1;
}

static int descending(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int c = tbl_compare(y->key, x->key);

	return c ? c : x->at < y->at ? -1 : 1;
}

void kubernetes_rows_sort(struct rows *r, const char *sort)
{
	bool down = *sort == '-';
	char why[200];
	struct jsonpath *p = jsonpath_parse(sort + down, why, sizeof(why));
	struct keyed *keys;

	if (!p)
		return;
	keys = alloc_zero(r->count, sizeof(*keys));
	for (size_t i = 0; i < r->count; i++)
		keys[i] = (struct keyed){jsonpath_text(p, r->items[i]), r->items[i], i};
	qsort(keys, r->count, sizeof(*keys), down ? descending : ascending);
	for (size_t i = 0; i < r->count; i++) {
		r->items[i] = keys[i].object;
		free(keys[i].key);
	}
	free(keys);
	jsonpath_free(p);
}
