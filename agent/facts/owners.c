/* SPDX-License-Identifier: Apache-2.0 */
/* Controllers: one step up, to the top, and down again. */
#include <stdint.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"

/* Deeper than any controller of controllers; also ends a ring of owners. */
enum { LEVELS = 8 };

/* So many pods of an owner that is well tell what the others would. */
enum { CHILDREN_MAX = 20 };

static const json_t *controller_of(const json_t *object)
{
	json_t *ref;
	size_t i;

	json_array_foreach (json_at(object, "metadata.ownerReferences"), i, ref)
		if (json_bool_at(ref, "controller", false))
			return ref;
	return NULL;
}

json_t *facts_owner(struct facts *f, const json_t *object)
{
	const json_t *ref = controller_of(object);
	const char *uid = json_key_str(ref, "uid"), *found;
	enum read_state state;
	json_t *owner;

	if (!ref)
		return NULL;
	owner = str_empty(uid) ? NULL : facts_by_uid(f, uid);
	if (owner)
		return owner;
	owner = facts_find_kind(f, json_key_str(ref, "apiVersion"), json_key_str(ref, "kind"),
				json_str_at(object, "metadata.namespace"), json_key_str(ref, "name"), &state);
	/* The same name again is another object. */
	found = json_str_at(owner, "metadata.uid");
	return owner && !str_empty(uid) && found && !str_eq(uid, found) ? NULL : owner;
}

json_t *facts_top_owner(struct facts *f, json_t *object)
{
	for (int i = 0; i < LEVELS; i++) {
		json_t *owner = facts_owner(f, object);

		if (!owner || owner == object)
			break;
		object = owner;
	}
	return object;
}

/* By uid; by kind and name where there is none (manifests that no server saw). */
static char *owner_key(const char *uid, const char *kind, const char *name)
{
	return str_empty(uid) ? mem_printf("%s/%s", str_or(kind, ""), str_or(name, "")) : mem_str(uid);
}

/* With the lock held. */
static void index_children(struct list *l)
{
	json_t *o;
	size_t i;

	if (l->children_done)
		return;
	l->children_done = true;
	json_array_foreach (l->items, i, o) {
		const json_t *ref = controller_of(o);
		auto_free char *key = NULL;
		json_t *list;

		if (!ref)
			continue;
		key = owner_key(json_key_str(ref, "uid"), json_key_str(ref, "kind"), json_key_str(ref, "name"));
		list = map_get(l->children, key);
		if (!list) {
			list = json_array();
			map_set(l->children, key, list);
		}
		json_array_append(list, o);
	}
}

/* Do pods of this kind of owner belong to it without anything in between? */
static bool makes_pods(const json_t *object)
{
	static const char *const kinds[] = {"ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(json_key_str(object, "kind"), kinds[i]))
			return true;
	return false;
}

/* Of a selection none is this owner's, because they are all well: some of them. */
static void add_selected(struct facts *f, const struct list *l, const json_t *object, json_t *out)
{
	const json_t *selector = json_at(object, "spec.selector");
	bool plain = str_eq(json_key_str(object, "kind"), "ReplicationController");
	auto_free char *query = makes_pods(object) ? facts_label_query(selector, plain) : NULL;
	const char *uid = json_str_at(object, "metadata.uid");
	auto_json json_t *more = NULL;
	json_t *pod;
	size_t i;

	/* an old ReplicaSet, a suspended Job */
	if (!query || (json_at(object, "spec.replicas") && json_int_at(object, "spec.replicas", 1) == 0 &&
		       json_int_at(object, "status.replicas", 0) == 0))
		return;
	more = facts_more_pods(f, l, json_str_at(object, "metadata.namespace"), query, CHILDREN_MAX);
	json_array_foreach (more, i, pod)
		if (uid && str_eq(json_key_str(controller_of(pod), "uid"), uid))
			json_array_append(out, pod);
}

json_t *facts_children(struct facts *f, const json_t *object, const char *resource)
{
	const struct kind *k = kinds_find(f->kinds, resource);
	const char *ns = json_str_at(object, "metadata.namespace");
	auto_free char *key = NULL;
	struct list *l;
	json_t *found;

	if (!k)
		return json_array();
	l = list_of(f, k, list_namespace(f, k, ns));
	list_note(f, l);
	key = owner_key(json_str_at(object, "metadata.uid"), json_key_str(object, "kind"),
			json_str_at(object, "metadata.name"));
	pthread_mutex_lock(&f->lock);
	index_children(l);
	found = map_get(l->children, key);
	found = found ? json_copy(found) : json_array();
	pthread_mutex_unlock(&f->lock);
	if (l->selected && json_array_size(found) == 0)
		add_selected(f, l, object, found);
	return found;
}

/* What may stand between a workload and its pods. */
static const char *const *between(const char *kind)
{
	static const char *const deployment[] = {"replicasets.apps", NULL};
	static const char *const cron_job[] = {"jobs.batch", NULL};
	static const char *const none[] = {NULL};
	/* An operator's own kind may make any of them. */
	static const char *const any[] = {"replicasets.apps", "statefulsets.apps", "jobs.batch",
					  "deployments.apps", "daemonsets.apps",   NULL};
	static const char *const direct[] = {
		"ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController", NULL,
	};

	if (str_eq(kind, "Deployment"))
		return deployment;
	if (str_eq(kind, "CronJob"))
		return cron_job;
	for (size_t i = 0; direct[i]; i++)
		if (str_eq(kind, direct[i]))
			return none;
	return any;
}

static void add_pods(struct facts *f, const json_t *workload, json_t *out, int level)
{
	const char *const *parts = between(json_key_str(workload, "kind"));
	auto_json json_t *pods = facts_children(f, workload, "pods");

	json_array_extend(out, pods);
	for (size_t i = 0; level < LEVELS / 2 && parts[i]; i++) {
		auto_json json_t *list = facts_children(f, workload, parts[i]);
		json_t *part;
		size_t n;

		json_array_foreach (list, n, part)
			add_pods(f, part, out, level + 1);
	}
}

json_t *facts_pods_of(struct facts *f, const json_t *workload)
{
	json_t *out = json_array();

	if (str_eq(json_key_str(workload, "kind"), "Pod"))
		json_array_append(out, (json_t *)(uintptr_t)workload);
	else
		add_pods(f, workload, out, 0);
	return out;
}
