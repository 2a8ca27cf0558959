/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: who asks first reads, the others wait. */
#include <stdint.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"

static char *list_key(const struct kind *k, const char *ns)
{
	return mem_printf("%s\n%s", k->resource, str_or(ns, ""));
}

static struct list *new_list(const struct kind *k, const char *ns)
{
	struct list *l = MEM_NEW(struct list);

	l->kind = k;
	l->ns = mem_str(ns);
	return l;
}

static void free_array(void *array)
{
	json_decref(array);
}

static void ready(struct list *l)
{
	l->children = map_new(free_array);
	l->about = map_new(free_array);
	l->ready = true;
}

void list_free(void *list)
{
	struct list *l = list;

	json_decref(l->items);
	map_free(l->children);
	map_free(l->about);
	map_free(l->rows_of);
	free(l->ns);
	free(l);
}

const char *list_namespace(struct facts *f, const struct kind *k, const char *ns)
{
	if (!k->namespaced)
		return NULL;
	return str_empty(ns) ? f->ns : ns;
}

/* Of the n-th object: less, equal or greater than (ns, name); name NULL: the namespace alone counts. */
static int compare(const json_t *items, size_t n, const char *ns, const char *name)
{
	const json_t *o = json_array_get(items, n);
	int d = strcmp(json_str_or(o, "metadata.namespace", ""), ns);

	return d || !name ? d : strcmp(json_str_or(o, "metadata.name", ""), name);
}

/* The first object that is not less. */
static size_t lower_bound(const json_t *items, const char *ns, const char *name)
{
	size_t lo = 0, hi = json_array_size(items);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare(items, mid, ns, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

json_t *list_search(const json_t *items, const char *ns, const char *name)
{
	size_t at = lower_bound(items, str_or(ns, ""), name);

	return at < json_array_size(items) && compare(items, at, str_or(ns, ""), name) == 0 ? json_array_get(items, at)
											    : NULL;
}

struct place {
	const char *ns, *name;
	json_t *object; /* borrowed from the array that is ordered */
	size_t at;	/* in it: of doubles the first stays */
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int d = strcmp(x->ns, y->ns);

	if (d == 0)
		d = strcmp(x->name, y->name);
	return d ? d : (x->at > y->at) - (x->at < y->at);
}

static bool same_place(const struct place *a, const struct place *b)
{
	return str_eq(a->ns, b->ns) && str_eq(a->name, b->name);
}

json_t *list_order(json_t *items)
{
	size_t n = json_array_size(items), i;
	struct place *places = mem_resize_array(NULL, n + 1, sizeof(*places));
	bool ordered = true;
	json_t *o, *out = items;

	json_array_foreach (items, i, o) {
		places[i] = (struct place){json_str_or(o, "metadata.namespace", ""),
					   json_str_or(o, "metadata.name", ""), o, i};
		ordered = ordered && (i == 0 || (by_place(&places[i - 1], &places[i]) < 0 &&
						 !same_place(&places[i - 1], &places[i])));
	}
	if (!ordered) {
		out = json_array();
		qsort(places, n, sizeof(*places), by_place);
		for (i = 0; i < n; i++)
			if (i == 0 || !same_place(&places[i - 1], &places[i]))
				json_array_append(out, places[i].object);
		json_decref(items);
	}
	free(places);
	return out;
}

/* The part of a list of all namespaces. */
static void cut_out(struct list *l, const struct list *all)
{
	l->state = READ_OK;
	l->selected = all->selected;
	l->rows = all->rows_of ? (size_t)(uintptr_t)map_get(all->rows_of, l->ns) : 0;
	l->items = json_array();
	for (size_t i = lower_bound(all->items, l->ns, NULL); i < json_array_size(all->items); i++) {
		if (compare(all->items, i, l->ns, NULL) != 0)
			break;
		json_array_append(l->items, json_array_get(all->items, i));
	}
}

static struct list *find_list(struct facts *f, const struct kind *k, const char *ns)
{
	auto_free char *key = list_key(k, ns);

	return map_get(f->lists, key);
}

static void await(struct facts *f, const struct list *l)
{
	/* Whoever reads it obeys the source's deadline and cancel, so this ends. */
	while (l && !l->ready)
		pthread_cond_wait(&f->read, &f->lock);
}

/* Only a whole list tells what a namespace holds; of a pieced one the pieces stand beside it. */
static bool holds_all(const struct list *l)
{
	return l && l->state == READ_OK && !l->pieced;
}

struct list *list_present(struct facts *f, const struct kind *k, const char *ns)
{
	struct list *l = find_list(f, k, ns), *all;

	if (l || !ns) {
		await(f, l);
		return l;
	}
	all = find_list(f, k, NULL);
	await(f, all);
	l = find_list(f, k, ns);
	if (l || !all)
		return l;
	if (facts_held(f) && (all->state == READ_NOT_CAPTURED || all->state == READ_NOT_SERVED))
		return all;
	if (!holds_all(all))
		return NULL;
	l = new_list(k, ns);
	cut_out(l, all);
	/* A snapshot that has others of the kind need not have looked into this namespace: it has to be asked. */
	if (facts_held(f) && json_array_size(l->items) == 0) {
		list_free(l);
		return NULL;
	}
	ready(l);
	{
		auto_free char *key = list_key(k, ns);

		map_set(f->lists, key, l);
	}
	return l;
}

/* Reads a list that nobody reads yet. Takes the lock for a while and leaves it held. */
static struct list *read_now(struct facts *f, const struct kind *k, const char *ns)
{
	struct list *l = new_list(k, ns);
	auto_free char *key = list_key(k, ns);
	json_t *o;
	size_t i;

	map_set(f->lists, key, l);
	pthread_mutex_unlock(&f->lock);
	list_read(f, l);
	pthread_mutex_lock(&f->lock);
	json_array_foreach (l->items, i, o)
		facts_remember(f, o);
	if (!l->pieced)
		f->objects += json_array_size(l->items);
	ready(l);
	pthread_cond_broadcast(&f->read);
	return l;
}

bool facts_selected(struct facts *f, const char *resource, const char *ns, size_t *count)
{
	const struct kind *k = kinds_find(f->kinds, resource);
	struct list *l = k ? list_of(f, k, list_namespace(f, k, ns)) : NULL;

	*count = 0;
	if (!l)
		return false;
	*count = l->selected ? l->rows : json_array_size(l->items);
	return l->selected;
}

struct list *list_of(struct facts *f, const struct kind *k, const char *ns)
{
	struct list *l;

	/* Where everything is at hand, what is missing as a whole is told as a whole. */
	if (ns && !f->ns && facts_held(f))
		list_of(f, k, NULL);
	pthread_mutex_lock(&f->lock);
	l = list_present(f, k, ns);
	if (!l)
		l = read_now(f, k, ns);
	pthread_mutex_unlock(&f->lock);
	return l;
}

struct list *list_of_namespace(struct facts *f, const struct kind *k, const char *ns)
{
	struct list *l;

	pthread_mutex_lock(&f->lock);
	l = find_list(f, k, ns);
	await(f, l);
	if (!l)
		l = read_now(f, k, ns);
	pthread_mutex_unlock(&f->lock);
	return l;
}

void list_note(struct facts *f, const struct list *l)
{
	auto_free char *what = NULL;

	if (l->state == READ_OK || l->state == READ_NOT_FOUND || l->state == READ_NOT_SERVED)
		return;
	if (l->ns)
		what = mem_printf("%s in namespace %s", l->kind->resource, l->ns);
	else
		what = mem_printf("%s%s", l->kind->resource, l->kind->namespaced ? " in all namespaces" : "");
	source_blind(f->source, l->state, what, l->why);
}
