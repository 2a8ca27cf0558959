/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/target.h"

#include <string.h>
#include <strings.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

/* What a bare name most likely is, in this order. */
static const char *const usual[] = {
	"pods",
	"deployments.apps",
	"statefulsets.apps",
	"daemonsets.apps",
	"jobs.batch",
	"cronjobs.batch",
	"services",
	"nodes",
	"persistentvolumeclaims",
	"namespaces",
	"replicasets.apps",
	"ingresses.networking.k8s.io",
	"resourceclaims.resource.k8s.io",
	"configmaps",
	"secrets",
	NULL,
};

static bool has(const char *s)
{
	return s && *s;
}

void target_words(const struct kind_info *k, const char *ns, struct reply *r)
{
	rep_put(r, k->plural);
	if (k->namespaced)
		rep_add(r, " in %s%s", has(ns) ? "namespace " : "all namespaces", has(ns) ? ns : "");
}

enum tool_status target_status(enum seen seen)
{
	switch (seen) {
	case SEEN_OK:
	case SEEN_CUT:
		return TOOL_OK;
	case SEEN_DENIED:
		return TOOL_DENIED;
	case SEEN_TIMEOUT:
		return TOOL_TIMEOUT;
	case SEEN_FAILED:
		return TOOL_ERROR;
	case SEEN_NOT_FOUND:
	case SEEN_NOT_SERVED:
	case SEEN_NOT_CAPTURED:
	case SEEN_EMPTY:
		return TOOL_NO_DATA;
	}
	return TOOL_ERROR;
}

/* Only what can be a namespace's name becomes part of a path. */
static bool is_label(const char *ns)
{
	return !ns || ns[strspn(ns, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static char *list_path(const struct kind_info *k, const char *ns)
{
	bool in = k->namespaced && has(ns);

	return alloc_printf("/%s/%s%s%s/%s", *k->group ? "apis" : "api", k->api_version, in ? "/namespaces/" : "",
			    in ? ns : "", k->plural);
}

void target_explain(const struct host *h, struct work *w, const struct kind_info *k, const char *ns, enum seen seen,
		    struct reply *r)
{
	static const char *const words[] = {
		[SEEN_OK] = "were read",
		[SEEN_NOT_FOUND] = "were not found",
		[SEEN_DENIED] = "may not be read: access denied",
		[SEEN_NOT_SERVED] = "are not served by this API server",
		[SEEN_NOT_CAPTURED] = "were not captured in this snapshot, so whether any exist is unknown",
		[SEEN_CUT] = "were read only in part (cut)",
		[SEEN_EMPTY] = "came back empty",
		[SEEN_TIMEOUT] = "could not be read in time",
		[SEEN_FAILED] = "could not be read",
	};
	char why[300] = "";
	enum seen again;

	target_words(k, ns, r);
	rep_add(r, " %s", words[seen]);
	if ((seen == SEEN_DENIED || seen == SEEN_FAILED) && is_label(ns)) {
		drop_text char *path = list_path(k, ns);

		h->get_json(w, path, NULL, &again, why, sizeof(why));
		if (*why)
			rep_add(r, " (%s)", why);
	}
	if (seen == SEEN_DENIED)
		rep_add(r, ". It is not known whether any exist; RBAC must allow list on %s", k->resource);
	rep_put(r, ".\n");
}

const struct kind_info *target_kind(const struct host *h, struct work *w, const char *word)
{
	const char *near[5] = {NULL};
	const struct kind_info *k = h->kind(w, word, near, 5);
	struct reply r = REP_INIT;

	if (k)
		return k;
	rep_add(&r, "the API serves no kind \"%s\"", word);
	for (size_t i = 0; i < 5 && near[i]; i++)
		rep_add(&r, "%s%s", i ? ", " : "; nearest: ", near[i]);
	rep_put(&r, ". kubernetes_api_resources lists what is served.\n");
	rep_send(h, w, TOOL_NO_DATA, &r);
	return NULL;
}

/* ", namespaces x, y have one": where an exact name exists elsewhere. */
static void other_places(json_t *list, const char *name, const char *not_ns, struct reply *r)
{
	size_t i, n = 0;
	json_t *o;

	json_array_foreach (list, i, o) {
		if (strcasecmp(fld_name(o), name) != 0 || strcmp(fld_ns(o), not_ns) == 0)
			continue;
		if (n < 5)
			rep_add(r, "%s%s", n ? ", " : " It exists in namespace ", fld_ns(o));
		n++;
	}
	if (n)
		rep_put(r, ".");
}

static void no_namespace(const struct host *h, struct work *w, const char *ns, struct reply *r)
{
	struct nearest near = {.wanted = ns};
	enum seen seen;
	json_t *all = h->list(w, "namespaces", NULL, &seen), *o;
	size_t i;

	if (seen != SEEN_OK || json_array_size(all) == 0)
		return;
	json_array_foreach (all, i, o) {
		if (strcmp(fld_name(o), ns) == 0)
			return;
		nearest_add(&near, fld_name(o));
	}
	rep_add(r, " There is no namespace \"%s\"", ns);
	for (i = 0; i < near.count; i++)
		rep_add(r, "%s%s", i ? ", " : "; nearest: ", near.name[i]);
	rep_put(r, ".");
}

static void answer_absent(const struct host *h, struct work *w, const struct kind_info *k, const struct ref *ref,
			  json_t *list)
{
	struct nearest near = {.wanted = ref->name};
	struct reply r = REP_INIT;
	size_t i;
	json_t *o;

	json_array_foreach (list, i, o)
		nearest_add(&near, fld_name(o));
	rep_add(&r, "no %s \"%s\"", *k->singular ? k->singular : k->plural, ref->name);
	if (k->namespaced && *ref->ns)
		rep_add(&r, " in namespace %s", ref->ns);
	rep_add(&r, " (read: %zu %s)", json_array_size(list), k->plural);
	for (i = 0; i < near.count; i++)
		rep_add(&r, "%s%s", i ? ", " : "; nearest: ", near.name[i]);
	rep_put(&r, ".");
	if (k->namespaced && *ref->ns) {
		enum seen seen;

		no_namespace(h, w, ref->ns, &r);
		other_places(h->list(w, k->resource, NULL, &seen), ref->name, ref->ns, &r);
	}
	rep_put(&r, "\n");
	rep_send(h, w, TOOL_NO_DATA, &r);
}

/* How many objects carry exactly this name; the first one. Case counts only if no other is equal. */
static json_t *by_name(json_t *list, const char *name, size_t *count)
{
	json_t *exact = NULL, *loose = NULL, *o;
	size_t i, n = 0, m = 0;

	json_array_foreach (list, i, o) {
		if (strcmp(fld_name(o), name) == 0 && n++ == 0)
			exact = o;
		else if (strcasecmp(fld_name(o), name) == 0 && m++ == 0)
			loose = o;
	}
	*count = exact ? n : m;
	return exact ? exact : loose;
}

static bool found(const struct kind_info *k, json_t *o, struct target *t)
{
	*t = (struct target){.kind = k, .object = o, .ns = fld_ns(o), .name = fld_name(o)};
	return true;
}

static bool answer_several(const struct host *h, struct work *w, const struct kind_info *k, const char *name, size_t n,
			   json_t *list)
{
	struct reply r = REP_INIT;

	rep_add(&r, "%zu %s are named \"%s\"; give the namespace.", n, k->plural, name);
	other_places(list, name, "", &r);
	rep_put(&r, "\n");
	rep_send(h, w, TOOL_NO_DATA, &r);
	return false;
}

static bool find_of_kind(const struct host *h, struct work *w, const struct kind_info *k, const struct ref *ref,
			 struct target *t)
{
	const char *ns = k->namespaced && *ref->ns ? ref->ns : NULL;
	enum seen seen = SEEN_OK;
	json_t *o = NULL, *list;
	struct reply r = REP_INIT;
	size_t n;

	if (ns || !k->namespaced)
		o = h->find(w, k->resource, ns, ref->name, &seen);
	if (o)
		return found(k, o, t);
	list = h->list(w, k->resource, ns, &seen);
	o = by_name(list, ref->name, &n);
	if (o && (n == 1 || ns))
		return found(k, o, t);
	if (o)
		return answer_several(h, w, k, ref->name, n, list);
	if (seen != SEEN_OK && seen != SEEN_EMPTY) {
		rep_add(&r, "%s \"%s\" is not known: ", *k->singular ? k->singular : k->plural, ref->name);
		target_explain(h, w, k, ns, seen, &r);
		rep_send(h, w, seen == SEEN_CUT ? TOOL_NO_DATA : target_status(seen), &r);
		return false;
	}
	answer_absent(h, w, k, ref, list);
	return false;
}

static bool find_of_any(const struct host *h, struct work *w, const struct ref *ref, struct target *t)
{
	struct reply r = REP_INIT;
	struct nearest near = {.wanted = ref->name};
	const char *ns = *ref->ns ? ref->ns : NULL;
	size_t i, n, unread = 0;
	enum seen seen;

	for (size_t u = 0; usual[u]; u++) {
		const struct kind_info *k = h->kind(w, usual[u], NULL, 0);
		json_t *list, *o;

		if (!k)
			continue;
		list = h->list(w, k->resource, k->namespaced ? ns : NULL, &seen);
		unread += seen != SEEN_OK && seen != SEEN_EMPTY;
		o = by_name(list, ref->name, &n);
		if (o && n == 1)
			return found(k, o, t);
		if (o)
			return answer_several(h, w, k, ref->name, n, list);
		json_array_foreach (list, i, o)
			nearest_add(&near, fld_name(o));
	}
	rep_add(&r,
		"nothing is named \"%s\"%s%s among pods, workloads, services, nodes, claims, config maps and secrets",
		ref->name, ns ? " in namespace " : "", ns ? ns : "");
	for (i = 0; i < near.count; i++)
		rep_add(&r, "%s%s", i ? ", " : "; nearest: ", near.name[i]);
	if (unread)
		rep_add(&r, ". %zu kinds could not be read", unread);
	rep_put(&r, ". Give kind/name for other kinds.\n");
	rep_send(h, w, TOOL_NO_DATA, &r);
	return false;
}

bool target_find(const struct host *h, struct work *w, const char *name, const char *kind, const char *ns,
		 struct target *t)
{
	const struct kind_info *k;
	struct reply r = REP_INIT;
	struct ref ref;

	if (!ref_parse(h, w, name, kind, ns, &ref)) {
		rep_put(&r, "no object is named: give name as \"NAME\" or \"KIND/NAME\".\n");
		rep_send(h, w, TOOL_ERROR, &r);
		return false;
	}
	if (!*ref.kind)
		return find_of_any(h, w, &ref, t);
	k = target_kind(h, w, ref.kind);
	return k && find_of_kind(h, w, k, &ref, t);
}

json_t *target_list_all(const struct host *h, struct work *w, const struct kind_info *k, enum seen *seen)
{
	char why[200];
	json_t *items;

	if (!k->namespaced || !h->scope_ns(w))
		return h->list(w, k->resource, NULL, seen);
	drop_text char *path = list_path(k, NULL);
	items = fld_at(h->get_json(w, path, NULL, seen, why, sizeof(why)), "items");
	if (items)
		return items;
	items = h->list(w, k->resource, NULL, seen);
	if (*seen == SEEN_OK)
		*seen = SEEN_CUT; /* only the question's namespace was seen */
	return items;
}
