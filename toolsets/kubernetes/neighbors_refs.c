/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/neighbors.h"

#include <string.h>

#include "toolsets/kubernetes/columns.h"
#include "toolsets/kubernetes/podstatus.h"
#include "toolsets/kubernetes/refs.h"
#include "toolsets/lib/field.h"

#define SEEN_MAX 64u /* different objects one pod refers to */
#define USERS_MAX 12u

bool kubernetes_mention(const struct view *v, const char *resource, const char *ns, const char *name, struct reply *out)
{
	const struct kind_info *k = v->h->kind(v->w, resource, NULL, 0);
	struct reply words = {.max = 200};
	enum seen seen = SEEN_NOT_SERVED;
	json_t *o = k ? v->h->find(v->w, k->resource, k->namespaced ? ns : NULL, name, &seen) : NULL;

	rep_add(out, "%s", name);
	if (o) {
		/* Of what only holds data the status says nothing. */
		if (strcmp(resource, "configmaps") && strcmp(resource, "secrets") &&
		    strcmp(resource, "serviceaccounts"))
			kubernetes_status_words(v, o, &words);
		if (words.len)
			rep_add(out, " (%s)", rep_text(&words));
	} else if (seen == SEEN_NOT_FOUND || seen == SEEN_OK) {
		rep_put(out, " MISSING");
	} else if (seen == SEEN_NOT_SERVED) {
		rep_put(out, " (kind not served)");
	} else {
		rep_put(out, seen == SEEN_DENIED	 ? " (may not be read)"
			     : seen == SEEN_NOT_CAPTURED ? " (not captured: unknown)"
							 : " (could not be read)");
	}
	rep_free(&words);
	return o != NULL;
}

struct collect {
	const struct view *v;
	const char *ns;
	struct spec_ref list[SEEN_MAX];
	size_t count;
};

static void collect(void *ctx, const struct spec_ref *r)
{
	struct collect *c = ctx;

	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->list[i].resource, r->resource) == 0 && strcmp(c->list[i].name, r->name) == 0) {
			c->list[i].optional &= r->optional;
			return;
		}
	if (c->count < SEEN_MAX)
		c->list[c->count++] = *r;
}

/* Keys that a config map or secret lacks although env asks for them. */
struct keys {
	const struct spec_ref *of;
	json_t *object;
	struct reply *out;
};

static void missing_key(void *ctx, const struct spec_ref *r)
{
	struct keys *k = ctx;

	if (strcmp(r->resource, k->of->resource) != 0 || strcmp(r->name, k->of->name) != 0 || !*r->key || r->optional)
		return;
	if (!json_object_get(json_object_get(k->object, "data"), r->key) &&
	    !json_object_get(json_object_get(k->object, "binaryData"), r->key))
		rep_add(k->out, " LACKS KEY %s", r->key);
}

void kubernetes_neighbors_refs(const struct view *v, json_t *spec, const char *ns, struct reply *out)
{
	static const char *const order[][2] = {
		{"serviceaccounts", "service account"},
		{"configmaps", "config maps"},
		{"secrets", "secrets"},
		{"persistentvolumeclaims", "volume claims"},
		{"resourceclaims.resource.k8s.io", "device claims"},
		{"resourceclaimtemplates.resource.k8s.io", "device claim templates"},
		{"priorityclasses.scheduling.k8s.io", "priority class"},
		{"runtimeclasses.node.k8s.io", "runtime class"},
	};
	struct collect c = {.v = v, .ns = ns};

	kubernetes_spec_refs(spec, collect, &c);
	for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++) {
		size_t n = 0;

		for (size_t i = 0; i < c.count; i++) {
			struct keys keys = {.of = &c.list[i], .out = out};
			enum seen seen;

			if (strcmp(c.list[i].resource, order[o][0]) != 0)
				continue;
			if (n++)
				rep_put(out, ", ");
			else
				rep_add(out, "%s: ", order[o][1]);
			if (kubernetes_mention(v, order[o][0], ns, c.list[i].name, out) && (o == 1 || o == 2)) {
				keys.object = v->h->find(v->w, order[o][0], ns, c.list[i].name, &seen);
				kubernetes_spec_refs(spec, missing_key, &keys);
			}
			if (o)
				rep_add(out, " [%s%s]", c.list[i].how, c.list[i].optional ? ", optional" : "");
		}
		rep_put(out, n ? "\n" : "");
	}
}

struct user {
	const char *resource, *name;
	bool found;
	const char *how;
};

static void is_user(void *ctx, const struct spec_ref *r)
{
	struct user *u = ctx;

	if (!u->found && strcmp(r->resource, u->resource) == 0 && strcmp(r->name, u->name) == 0) {
		u->found = true;
		u->how = r->how;
	}
}

void kubernetes_neighbors_users(const struct view *v, const char *resource, const char *ns, const char *name,
				struct reply *out)
{
	enum seen seen;
	json_t *pods = v->h->list(v->w, "pods", ns, &seen), *pod, *told[USERS_MAX] = {NULL};
	size_t i, n = 0, total = 0;

	json_array_foreach (pods, i, pod) {
		struct user u = {.resource = resource, .name = name};
		json_t *top;
		size_t k;

		kubernetes_spec_refs(json_object_get(pod, "spec"), is_user, &u);
		if (!u.found)
			continue;
		total++;
		top = v->h->top_owner(v->w, pod);
		for (k = 0; k < n && told[k] != top; k++)
			;
		if (k < n || n == USERS_MAX)
			continue;
		told[n++] = top;
		rep_add(out, "%s%s/%s [%s]", n > 1 ? ", " : "used by: ", fld_kind(top), fld_name(top), u.how);
	}
	if (n)
		rep_add(out, " (%zu pods)\n", total);
	else
		rep_add(out, "used by: no pod in namespace %s (read: %zu pods)\n", ns, json_array_size(pods));
}
