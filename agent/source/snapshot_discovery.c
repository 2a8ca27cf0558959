/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery: standard kinds are served whether they were captured or not (asking for them then says "not captured"), in
 * the versions found; other kinds when an object, a CRD or captured[] tells of them; none that captured[] calls
 * notServed.
 */
#include "agent/source/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/snapshot_names.h"

/* Versions of a group in which some kind of it is served, best first. NULL: none. */
static char **group_versions(const struct snapshot *s, const char *group)
{
	struct snap_kind all = {0};

	for (size_t i = 0; i < s->store.count; i++) {
		const struct snap_kind *k = s->store.kinds[i];

		if (!str_eq(k->group, group) || !snap_kind_served(s, k))
			continue;
		snap_kind_add_version(&all, snap_kind_version(&s->store, k));
		for (char **v = k->versions; v && *v; v++)
			snap_kind_add_version(&all, *v);
	}
	/* Events are kept under the core group, and the server shows them under both. */
	if (str_eq(group, "events.k8s.io"))
		snap_kind_add_version(&all, "v1");
	snap_kind_sort_versions(&all);
	return all.versions;
}

static json_t *verbs(void)
{
	return json_pack("[s, s]", "get", "list");
}

static void add_resource(json_t *list, const struct snap_kind *k, const char *group, const char *version,
			 bool aggregated)
{
	json_t *r = json_object();

	if (aggregated) {
		json_object_set_new(r, "resource", json_text0(k->plural));
		json_object_set_new(r, "responseKind",
				    json_pack("{s:s, s:s, s:s}", "group", group, "version", version, "kind", k->kind));
		json_object_set_new(r, "scope", json_text0(k->namespaced ? "Namespaced" : "Cluster"));
		json_object_set_new(r, "singularResource", json_text0(k->singular));
	} else {
		json_object_set_new(r, "name", json_text0(k->plural));
		json_object_set_new(r, "singularName", json_text0(k->singular));
		json_object_set_new(r, "namespaced", json_boolean(k->namespaced));
		json_object_set_new(r, "kind", json_text0(k->kind));
	}
	json_object_set_new(r, "verbs", verbs());
	if (json_array_size(k->short_names))
		json_object_set(r, "shortNames", k->short_names);
	json_array_append_new(list, r);
}

static json_t *resources(const struct snapshot *s, const char *group, const char *version, bool aggregated)
{
	const struct snap_kind *events = snap_store_plural(&s->store, "events.k8s.io", "events");
	json_t *list = json_array();

	for (size_t i = 0; i < s->store.count; i++) {
		const struct snap_kind *k = s->store.kinds[i];

		if (str_eq(k->group, group) && snap_kind_served(s, k) && snap_kind_has_version(&s->store, k, version))
			add_resource(list, k, group, version, aggregated);
	}
	if (events && str_eq(group, "events.k8s.io") && str_eq(version, "v1"))
		add_resource(list, events, group, version, aggregated);
	return list;
}

/* Every group but the core one, in the order in which they came to be known. */
static struct map *groups(const struct snapshot *s)
{
	struct map *m = map_new(NULL);

	for (size_t i = 0; i < s->store.count; i++)
		if (s->store.kinds[i]->group[0] && snap_kind_served(s, s->store.kinds[i]))
			map_set(m, s->store.kinds[i]->group, NULL);
	map_set(m, "events.k8s.io", NULL);
	return m;
}

static json_t *aggregated_group(const struct snapshot *s, const char *group)
{
	char **all = group_versions(s, group);
	json_t *versions = json_array();

	for (char **v = all; v && *v; v++)
		json_array_append_new(versions, json_pack("{s:s, s:o, s:s}", "version", *v, "resources",
							  resources(s, group, *v, true), "freshness", "Current"));
	str_list_free(all);
	return json_pack("{s:{s:s}, s:o}", "metadata", "name", group, "versions", versions);
}

static json_t *aggregated(const struct snapshot *s, bool core)
{
	json_t *items = json_array();
	struct map *m = core ? NULL : groups(s);

	if (core)
		json_array_append_new(items, aggregated_group(s, ""));
	for (size_t i = 0; m && i < map_len(m); i++)
		json_array_append_new(items, aggregated_group(s, map_at(m, i, &(void *){NULL})));
	map_free(m);
	return json_pack("{s:s, s:s, s:{}, s:o}", "kind", "APIGroupDiscoveryList", "apiVersion",
			 "apidiscovery.k8s.io/v2", "metadata", "items", items);
}

static json_t *plain_group(const struct snapshot *s, const char *group)
{
	char **all = group_versions(s, group);
	json_t *versions = json_array(), *g;

	for (char **v = all; v && *v; v++)
		json_array_append_new(versions, json_pack("{s:o, s:s}", "groupVersion",
							  json_sprintf("%s/%s", group, *v), "version", *v));
	g = json_pack("{s:s, s:O}", "name", group, "versions", versions);
	if (json_array_size(versions))
		json_object_set(g, "preferredVersion", json_array_get(versions, 0));
	json_decref(versions);
	str_list_free(all);
	return g;
}

static json_t *plain_groups(const struct snapshot *s)
{
	struct map *m = groups(s);
	json_t *list = json_array();

	for (size_t i = 0; i < map_len(m); i++)
		json_array_append_new(list, plain_group(s, map_at(m, i, &(void *){NULL})));
	map_free(m);
	return json_pack("{s:s, s:s, s:o}", "kind", "APIGroupList", "apiVersion", "v1", "groups", list);
}

static json_t *group_answer(const struct snapshot *s, const char *group, struct origin_reply *r)
{
	json_t *g = plain_group(s, group);

	if (json_array_size(json_object_get(g, "versions")) == 0) {
		json_decref(g);
		return snap_reply(r, READ_NOT_SERVED, 404, "404 Not Found: the snapshot knows no API group %s", group);
	}
	json_object_set_new(g, "kind", json_text0("APIGroup"));
	json_object_set_new(g, "apiVersion", json_text0("v1"));
	return g;
}

static json_t *version_answer(const struct snapshot *s, const struct snap_request *q, struct origin_reply *r)
{
	json_t *list = resources(s, q->group, q->version, false);

	if (json_array_size(list) == 0) {
		json_decref(list);
		return snap_reply(r, READ_NOT_SERVED, 404, "404 Not Found: the snapshot knows no API version %s%s%s",
				  q->group, q->group[0] ? "/" : "", q->version);
	}
	return json_pack("{s:s, s:s, s:o, s:o}", "kind", "APIResourceList", "apiVersion", "v1", "groupVersion",
			 json_sprintf("%s%s%s", q->group, q->group[0] ? "/" : "", q->version), "resources", list);
}

/* "v1.33.2+k3s1": the parts that clients look at. */
static json_t *version_info(const char *version)
{
	const char *major = version + (version[0] == 'v'), *minor = strchr(major, '.');
	size_t n = strspn(major, "0123456789"), m = minor ? strspn(minor + 1, "0123456789") : 0;

	return json_pack("{s:o, s:o, s:s}", "major", json_text(major, n), "minor", json_text(minor ? minor + 1 : "", m),
			 "gitVersion", version);
}

json_t *snap_get_discovery(const struct snapshot *s, const struct snap_request *q, struct origin_reply *r)
{
	const char *first = q->count ? q->segs[0] : "";
	bool agg = strstr(q->accept, "as=APIGroupDiscoveryList") != NULL;

	snap_reply(r, READ_OK, 200, "%s", "");
	if (q->count == 1 && str_eq(first, "version")) {
		if (s->version[0])
			return version_info(s->version);
		return snap_reply(r, READ_NOT_CAPTURED, 404, "not in the snapshot: the version of Kubernetes");
	}
	if (q->count == 1 && str_eq(first, "api"))
		return agg ? aggregated(s, true) : json_pack("{s:s, s:[s]}", "kind", "APIVersions", "versions", "v1");
	if (q->count == 1 && str_eq(first, "apis"))
		return agg ? aggregated(s, false) : plain_groups(s);
	if (q->count == 2 && str_eq(first, "apis"))
		return group_answer(s, q->segs[1], r);
	if (q->version[0] && !q->plural)
		return version_answer(s, q, r);
	r->status = 0;
	return NULL;
}
