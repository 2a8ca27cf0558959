/* SPDX-License-Identifier: Apache-2.0 */
/* Revisions of workloads with what differs between them, and tags that were moved under running pods. */
#include "agent/facts/changes_private.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/difference.h"

/* REVISIONS_MAX: the newest that are compared. SHOWN: differences that are told. PODS_MAX: pods whose images are. */
enum { REVISIONS_MAX = 6, SHOWN = 4, PODS_MAX = 500 };

struct revision {
	int64_t number, created;
	json_t *object;	    /* ReplicaSet or ControllerRevision */
	const char *base;   /* pointer of the template in it */
	const json_t *template;
};

struct revisions {
	struct revision items[REVISIONS_MAX]; /* newest first */
	size_t count;
};

static void insert(struct revisions *r, const struct revision *one)
{
	size_t i = r->count;

	while (i > 0 && r->items[i - 1].number < one->number)
		i--;
	if (i == REVISIONS_MAX)
		return;
	if (r->count < REVISIONS_MAX)
		r->count++;
	memmove(&r->items[i + 1], &r->items[i], (r->count - i - 1) * sizeof(*one));
	r->items[i] = *one;
}

static void take(struct revisions *r, json_t *object, int64_t number, const char *base)
{
	struct revision one = {.number = number, .object = object, .base = base};

	one.template = json_pointer(object, base);
	if (number > 0 && one.template && change_time(object, "metadata.creationTimestamp", &one.created))
		insert(r, &one);
}

static void replica_sets(struct changes *c, json_t *deployment, struct revisions *r)
{
	auto_json json_t *sets = NULL;
	json_t *rs;
	size_t i;

	if (!changes_list(c, "replicasets.apps", json_str_at(deployment, "metadata.namespace")))
		return;
	sets = facts_children(c->facts, deployment, "replicasets.apps");
	json_array_foreach (sets, i, rs) {
		const json_t *notes = json_at(rs, "metadata.annotations");
		struct err e = {0};
		int64_t n;

		if (str_to_i64(str_or(json_key_str(notes, "deployment.kubernetes.io/revision"), ""), &n, &e) == 0)
			take(r, rs, n, "/spec/template");
	}
}

static bool is_owner(const json_t *object, const json_t *owner)
{
	const char *uid = json_str_at(owner, "metadata.uid");
	json_t *ref;
	size_t i;

	json_array_foreach (json_at(object, "metadata.ownerReferences"), i, ref) {
		if (!str_empty(uid) && json_key_str(ref, "uid"))
			return str_eq(json_key_str(ref, "uid"), uid);
		return str_eq(json_key_str(ref, "kind"), json_key_str(owner, "kind")) &&
		       str_eq(json_key_str(ref, "name"), json_str_at(owner, "metadata.name"));
	}
	return false;
}

/* One list of a namespace that nobody else asks for; few workloads that fail have any. */
static void controller_revisions(struct changes *c, json_t *workload, struct revisions *r)
{
	bool read = c->read;
	json_t *list, *o;
	size_t i;

	if (!read && c->extra < 4) {
		c->extra++;
		c->read = true;
	}
	list = changes_list(c, "controllerrevisions.apps", json_str_at(workload, "metadata.namespace"));
	c->read = read;
	json_array_foreach (list, i, o)
		if (is_owner(o, workload))
			take(r, o, json_int_at(o, "revision", 0), "/data/spec/template");
}

/* The places of a difference: what stands there now, and what stood there before when the phrase names it. */
static void place_values(struct change *change, const struct revision *new, const struct revision *old,
			 const struct difference *d)
{
	auto_free char *after = mem_printf("%s%s", new->base, d->pointer);
	auto_free char *before = mem_printf("%s%s", old->base, d->pointer);
	const char *was = json_string_value(json_pointer(old->object, before));

	if (d->after && !json_is_object(json_pointer(new->object, after)) &&
	    !json_is_array(json_pointer(new->object, after)))
		change_place(change, new->object, after);
	if (d->before && was && *was && strstr(d->what, was))
		change_place(change, old->object, before);
}

/*
 * When the newer template came into use. A rollback takes an old ReplicaSet up again: then the last edit of the Deployment
 * is the nearest that is known.
 */
static bool time_of(json_t *workload, const struct revision *new, const struct revision *old, bool newest, int64_t *at)
{
	struct writer w;
	bool found = false;

	*at = new->created;
	if (new->created >= old->created)
		return true;
	for (size_t n = 0; newest && writers_at(workload, n, &w); n++) {
		if (!*w.subresource && w.at > *at) {
			*at = w.at;
			found = true;
		}
	}
	return found;
}

static void compare(struct changes *c, json_t *workload, const struct revision *new, const struct revision *old,
		    bool newest)
{
	struct differences d;
	auto_free char *text = NULL;
	struct writer w = {0};
	struct change *change;
	bool back = new->created < old->created, restart;
	int64_t at;

	if (!time_of(workload, new, old, newest, &at))
		return;
	differences_find(&d, old->template, new->template);
	text = differences_text(&d, SHOWN);
	restart = d.total == 1 && d.items[0].restart;
	change_writer(workload, at, &w);
	if (d.total) {
		change = changes_add(c, workload, at, restart ? CHANGE_RESTARTED : CHANGE_ROLLOUT, back ? 0.8 : 1.0,
				     w.manager, "%s%s", back ? "rolled back: " : "", text);
		change_place(change, new->object, "/metadata/creationTimestamp");
		place_values(change, new, old, &d.items[0]);
	}
	differences_fini(&d);
}

/* Where the pods of a workload run different images under one name. */
struct tag {
	const char *container, *image, *digest;
	int64_t since;
	json_t *pod;
	char pointer[64];
};

static const char *digest_of(const json_t *status)
{
	const char *id = json_key_str(status, "imageID");
	const char *at = id ? strstr(id, "@sha256:") : NULL;

	return at ? at + 1 : NULL;
}

static const char *image_of(const json_t *pod, const char *container)
{
	const json_t *spec;
	size_t i;

	json_array_foreach (json_at(pod, "spec.containers"), i, spec)
		if (str_eq(json_key_str(spec, "name"), container))
			return json_key_str(spec, "image");
	return NULL;
}

static bool read_tag(json_t *pod, size_t i, struct tag *t)
{
	const json_t *status = json_array_get(json_at(pod, "status.containerStatuses"), i);

	*t = (struct tag){.container = json_key_str(status, "name"), .digest = digest_of(status), .pod = pod};
	t->image = t->container ? image_of(pod, t->container) : NULL;
	snprintf(t->pointer, sizeof(t->pointer), "/status/containerStatuses/%zu/imageID", i);
	return t->digest && t->image && !strchr(t->image, '@') && change_time(pod, "metadata.creationTimestamp", &t->since);
}

static void add_moved(struct changes *c, json_t *workload, const struct tag *old, const struct tag *new)
{
	struct change *change = changes_add(c, workload, new->since, CHANGE_TAG, 0.9, "",
					    "tag moved: %s is %.19s on pods since then and %.19s on older ones", new->image,
					    new->digest, old->digest);

	change_place(change, new->pod, "/metadata/creationTimestamp");
	change_place(change, new->pod, new->pointer);
	change_place(change, old->pod, old->pointer);
}

/* Compares the oldest pod's image with each other's: the first pod that runs another one tells when the tag was moved. */
static void moved_tag(struct changes *c, json_t *workload, json_t *pods, size_t container)
{
	struct tag oldest = {0}, first = {0}, t;
	json_t *pod;
	size_t i;

	json_array_foreach (pods, i, pod) {
		if (i >= PODS_MAX)
			break;
		if (read_tag(pod, container, &t) && (!oldest.pod || t.since < oldest.since))
			oldest = t;
	}
	json_array_foreach (pods, i, pod) {
		if (i >= PODS_MAX)
			break;
		if (!oldest.pod || !read_tag(pod, container, &t) || !str_eq(t.image, oldest.image) ||
		    !str_eq(t.container, oldest.container) || str_eq(t.digest, oldest.digest))
			continue;
		if (!first.pod || t.since < first.since)
			first = t;
	}
	if (first.pod && first.since > oldest.since)
		add_moved(c, workload, &oldest, &first);
}

static void moved_tags(struct changes *c, json_t *workload)
{
	const char *ns = json_str_at(workload, "metadata.namespace");
	auto_json json_t *pods = NULL;
	size_t n;

	/* of a selection the server would be asked workload by workload */
	if (!changes_list(c, "pods", ns) || facts_selected(c->facts, "pods", ns, &n) ||
	    (str_eq(json_key_str(workload, "kind"), "Deployment") && !changes_list(c, "replicasets.apps", ns)))
		return;
	pods = facts_pods_of(c->facts, workload);
	n = json_array_size(json_at(json_array_get(pods, 0), "status.containerStatuses"));
	for (size_t i = 0; i < n && i < 8; i++)
		moved_tag(c, workload, pods, i);
}

void changes_of_workload(struct changes *c, json_t *workload)
{
	const char *kind = json_str_or(workload, "kind", "");
	struct revisions r = {0};

	if (str_eq(kind, "Deployment"))
		replica_sets(c, workload, &r);
	else if (str_eq(kind, "StatefulSet") || str_eq(kind, "DaemonSet"))
		controller_revisions(c, workload, &r);
	else
		return;
	for (size_t i = 0; i + 1 < r.count; i++)
		compare(c, workload, &r.items[i], &r.items[i + 1], i == 0);
	moved_tags(c, workload);
}
