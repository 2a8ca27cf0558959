/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of one cluster as one question has read them: lists are fetched on first use (paged), kept, indexed by name,
 * and joined by owners. "Not read" is never "none exist": every look-up says in `state` what became of the read.
 * Resources are named as in kinds.h ("pods", "deployments.apps"). Thread-safe; objects are borrowed until
 * facts_free and
 * never to be changed.
 */
#ifndef AGENT_FACTS_FACTS_H
#define AGENT_FACTS_FACTS_H

#include "agent/source/kinds.h"

struct facts;

enum { FACTS_WHOLE_PODS = 2000 };

struct facts_scope {
	const char *ns; /* only this namespace is judged; NULL: all that may be read. Cluster kinds are always read */
	/* More pods than these are scanned by their rows instead of read whole. 0: FACTS_WHOLE_PODS; < 0: always */
	int64_t whole_pods;
};

struct facts *facts_new(struct source *s, const struct facts_scope *scope);
void facts_free(struct facts *f);
struct source *facts_source(struct facts *f);
struct kinds *facts_kinds(struct facts *f);
const char *facts_scope_ns(struct facts *f); /* NULL: all */
int64_t facts_now_ms(struct facts *f);

/*
 * The list of a resource: an array of objects in (namespace, name) order, each with apiVersion and kind, of managedFields
 * only who and when. ns NULL: the scope (all namespaces; where that is denied, each namespace that may be read, and the
 * others are blind spots). Never NULL: empty when state is not OK, but READ_CUT: the array holds the beginning.
 * NOT_SERVED is no blind spot: what the API does not know does not exist. Events that only the newer API has are in the
 * list of "events", in their own form (regarding, note).
 */
json_t *facts_list(struct facts *f, const char *resource, const char *ns, enum read_state *state);
/* Reads the list of the scope, quietly: nothing becomes a blind spot before facts_list asks for it. */
enum read_state facts_ahead(struct facts *f, const char *resource);
/*
 * Is this list a selection? On a large cluster "pods" holds those that look suspicious in the server's table, and a
 * healthy sibling of each; what is not in it may still exist: facts_find, facts_select_pods, facts_children and
 * facts_pods_on ask the server for more. *count: how many there really are. False: it is whole, or was not read.
 */
bool facts_selected(struct facts *f, const char *resource, const char *ns, size_t *count);
/* Pods that are bound to a node, whole. CUT: not all of them, or too many nodes were asked for. Borrowed. */
json_t *facts_pods_on(struct facts *f, const char *node, enum read_state *state);
/*
 * One object out of the list when that was read, else by its own GET. NULL: state says NOT_FOUND (absent for
 * sure) or why not known.
 */
json_t *facts_find(struct facts *f, const char *resource, const char *ns, const char *name, enum read_state *state);
/* By kind as it stands in references ("Deployment", apiVersion or NULL). */
json_t *facts_find_kind(struct facts *f, const char *api_version, const char *kind, const char *ns, const char *name,
			enum read_state *state);
json_t *facts_by_uid(struct facts *f, const char *uid); /* among what was read */
/* What was read already, without reading. Borrowed; NULL: it was not. */
json_t *facts_peek(struct facts *f, const char *kind, const char *ns, const char *name);
/* Was a list read that holds this namespace (NULL: all, or a kind of the cluster)? A snapshot is looked into. */
bool facts_at_hand(struct facts *f, const char *resource, const char *ns);

/* The controller (ownerReferences with controller:true), one step up; NULL when none or not readable. */
json_t *facts_owner(struct facts *f, const json_t *object);
/* The last controller on the way up; the object itself when it has none. Never NULL. */
json_t *facts_top_owner(struct facts *f, json_t *object);
/* Objects of `resource` whose controller is `object` (array, new reference). */
json_t *facts_children(struct facts *f, const json_t *object, const char *resource);
/* Pods of a workload through all levels (Deployment: its ReplicaSets' pods). New reference. */
json_t *facts_pods_of(struct facts *f, const json_t *workload);
/*
 * Pods in ns whose labels match a LabelSelector ({matchLabels, matchExpressions}) or a plain map (Service). New
 * reference.
 */
json_t *facts_select_pods(struct facts *f, const char *ns, const json_t *selector);

/*
 * Events about an object, both API forms, newest last, each event once. New reference, an array. kind NULL: any. Events
 * of an earlier object of the same name are left out when the object was read before, so that its uid is known.
 */
json_t *facts_events_of(struct facts *f, const char *kind, const char *ns, const char *name, enum read_state *state);
int64_t facts_event_time(const json_t *event); /* wall ms of the last occurrence; 0: unknown */

/* The object's own API path "/api/v1/namespaces/ns/pods/x", the caller's. */
char *facts_path(struct facts *f, const json_t *object);

/*
 * Does a LabelSelector (NULL or {}: all) match these labels? plain: selector is a bare map, as a Service has; an empty
 * one matches nothing.
 */
bool facts_labels_match(const json_t *selector, const json_t *labels, bool plain);

/* How many objects were read. */
size_t facts_objects(struct facts *f);

#endif
