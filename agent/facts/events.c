/* SPDX-License-Identifier: Apache-2.0 */
/* Events: core/v1 calls what they are about involvedObject, events.k8s.io/v1 calls it regarding. */
#include <stdlib.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"

int64_t facts_event_time(const json_t *event)
{
	static const char *const places[] = {"series.lastObservedTime", "lastTimestamp", "eventTime",
					     "deprecatedLastTimestamp", "metadata.creationTimestamp"};
	int64_t t;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const char *text = json_str_at(event, places[i]);

		if (text && clock_parse(text, &t))
			return t;
	}
	return 0;
}

static const json_t *about(const json_t *event)
{
	const json_t *o = json_object_get(event, "involvedObject");

	return o ? o : json_object_get(event, "regarding");
}

struct timed {
	int64_t time;
	const char *name;
	json_t *event; /* borrowed */
};

static int by_time(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* With the lock held. */
static void index_events(struct list *l)
{
	size_t n = json_array_size(l->items), i;
	struct timed *order;
	json_t *o;

	if (l->about_done)
		return;
	l->about_done = true;
	order = mem_resize_array(NULL, n + 1, sizeof(*order));
	json_array_foreach (l->items, i, o)
		order[i] = (struct timed){facts_event_time(o), json_str_or(o, "metadata.name", ""), o};
	qsort(order, n, sizeof(*order), by_time);
	for (i = 0; i < n; i++) {
		const char *name = str_or(json_key_str(about(order[i].event), "name"), "");
		json_t *list = map_get(l->about, name);

		if (!list) {
			list = json_array();
			map_set(l->about, name, list);
		}
		json_array_append(list, order[i].event);
	}
	free(order);
}

/*
 * Is the uid in an event that of the object, as far as both are known? The kubelet gives a node's name for its uid, and
 * a static pod's own uid for that of its mirror in the API.
 */
static bool same_uid(const json_t *ref, const json_t *object)
{
	const char *uid = json_key_str(ref, "uid"), *own = json_str_at(object, "metadata.uid");

	if (str_empty(uid) || str_empty(own) || str_eq(uid, own) || str_eq(uid, json_str_at(object, "metadata.name")))
		return true;
	return json_key_str(json_at(object, "metadata.annotations"), "kubernetes.io/config.mirror") != NULL;
}

static bool is_about(const json_t *event, const char *kind, const char *ns, const json_t *object)
{
	const json_t *ref = about(event);
	const char *in = json_key_str(ref, "namespace");

	if (kind && !str_eq(kind, json_key_str(ref, "kind")))
		return false;
	if (ns && !str_empty(in) && !str_eq(ns, in))
		return false;
	return same_uid(ref, object);
}

json_t *facts_events_of(struct facts *f, const char *kind, const char *ns, const char *name, enum read_state *state)
{
	const struct kind *k = kinds_find(f->kinds, "events"), *of = facts_kind(f, NULL, kind);
	const json_t *object;
	json_t *out = json_array(), *event;
	struct list *l;
	size_t i;

	*state = READ_NOT_SERVED;
	if (!k || str_empty(name))
		return out;
	/* Events about what has no namespace are kept in this one. */
	if (of && !of->namespaced)
		ns = NULL;
	else if (str_empty(ns))
		ns = f->ns;
	l = list_of(f, k, of && !of->namespaced ? "default" : ns);
	list_note(f, l);
	*state = l->state;
	object = kind ? facts_peek(f, kind, ns, name) : NULL;
	pthread_mutex_lock(&f->lock);
	index_events(l);
	json_array_foreach (map_get(l->about, name), i, event)
		if (is_about(event, kind, ns, object))
			json_array_append(out, event);
	pthread_mutex_unlock(&f->lock);
	return out;
}
