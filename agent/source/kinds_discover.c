/* SPDX-License-Identifier: Apache-2.0 */
/* Discovery documents: the aggregated one of apidiscovery.k8s.io, else a list of groups and one document each version.
 */
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/pool.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/kinds_private.h"

#define AGGREGATED(v) "application/json;g=apidiscovery.k8s.io;v=" v ";as=APIGroupDiscoveryList"
#define ACCEPT AGGREGATED("v2") "," AGGREGATED("v2beta1") ",application/json"

enum { THREADS = 8, SHORT_NAMES_MAX = 32 };

static bool can_list(const json_t *verbs)
{
	json_t *verb;
	size_t i;

	json_array_foreach (verbs, i, verb)
		if (str_eq(json_string_value(verb), "list"))
			return true;
	return false;
}

/* names has room for SHORT_NAMES_MAX + 1. */
static const char *const *short_names(const json_t *list, const char **names)
{
	size_t n = 0, i;
	json_t *name;

	json_array_foreach (list, i, name)
		if (json_is_string(name) && n < SHORT_NAMES_MAX)
			names[n++] = json_string_value(name);
	names[n] = NULL;
	return names;
}

static void add(struct kind_table *t, struct kind *k, const json_t *resource, bool preferred)
{
	const char *names[SHORT_NAMES_MAX + 1];

	if (str_empty(k->plural) || str_empty(k->kind) || str_empty(k->version) || strchr(k->plural, '/'))
		return;
	k->short_names = short_names(json_object_get(resource, "shortNames"), names);
	k->listable = can_list(json_object_get(resource, "verbs"));
	kind_table_add(t, k, preferred);
}

static void add_aggregated_version(struct kind_table *t, const char *group, const json_t *version, bool preferred)
{
	json_t *r;
	size_t i;

	json_array_foreach (json_object_get(version, "resources"), i, r) {
		struct kind k = {
			.group = group,
			.version = json_key_str(version, "version"),
			.plural = json_key_str(r, "resource"),
			.singular = json_key_str(r, "singularResource"),
			.kind = json_str_at(r, "responseKind.kind"),
			.namespaced = str_eq(json_key_str(r, "scope"), "Namespaced"),
		};

		add(t, &k, r, preferred);
	}
}

static void add_aggregated(struct kind_table *t, struct source *s, const json_t *doc)
{
	json_t *group, *version;
	size_t i, n;

	json_array_foreach (json_object_get(doc, "items"), i, group) {
		const char *name = json_str_or(group, "metadata.name", "");

		kind_table_group(t, name);
		json_array_foreach (json_object_get(group, "versions"), n, version) {
			auto_free char *what = NULL;

			add_aggregated_version(t, name, version, n == 0);
			if (!str_eq(json_key_str(version, "freshness"), "Stale"))
				continue;
			what = mem_printf("resources of API %s/%s", name,
					  str_or(json_key_str(version, "version"), "?"));
			source_blind(s, READ_FAILED, what,
				     "its API server does not answer discovery (freshness: Stale)");
		}
	}
}

/* One document of the old form: a group version, read by a worker. */
struct version_read {
	struct source *s;
	const char *group, *version;
	bool preferred;
	char *path;
	json_t *doc;
};

static void read_version(void *arg)
{
	struct version_read *v = arg;
	struct source_request q = {.path = v->path};
	struct origin_reply r;

	v->doc = source_json(v->s, &q, &r);
}

static void add_version(struct kind_table *t, const struct version_read *v)
{
	json_t *r;
	size_t i;

	json_array_foreach (json_object_get(v->doc, "resources"), i, r) {
		struct kind k = {
			.group = v->group,
			.version = v->version,
			.plural = json_key_str(r, "name"),
			.singular = json_key_str(r, "singularName"),
			.kind = json_key_str(r, "kind"),
			.namespaced = json_bool_at(r, "namespaced", false),
		};

		add(t, &k, r, v->preferred);
	}
}

static void read_all(struct version_read *list, size_t count)
{
	struct pool *pool = pool_new(THREADS, count);

	for (size_t i = 0; i < count; i++)
		if (pool_run(pool, read_version, &list[i], NULL) < 0)
			read_version(&list[i]);
	pool_stop(pool);
	pool_join(pool);
	pool_free(pool);
}

static size_t want_versions(struct version_read *list, size_t room, struct source *s, const json_t *doc)
{
	json_t *group, *version;
	size_t i, k, n = 0;

	json_array_foreach (json_object_get(doc, "versions"), i, version)
		if (json_is_string(version) && n < room)
			list[n++] = (struct version_read){.s = s,
							  .group = "",
							  .version = json_string_value(version),
							  .preferred = i == 0,
							  .path = mem_printf("/api/%s", json_string_value(version))};
	json_array_foreach (json_object_get(doc, "groups"), i, group) {
		const char *name = json_key_str(group, "name"), *best = json_str_at(group, "preferredVersion.version");

		json_array_foreach (json_object_get(group, "versions"), k, version) {
			const char *v = json_key_str(version, "version");

			if (str_empty(name) || str_empty(v) || n == room)
				continue;
			list[n++] = (struct version_read){.s = s,
							  .group = name,
							  .version = v,
							  .preferred = str_eq(v, best),
							  .path = mem_printf("/apis/%s/%s", name, v)};
		}
	}
	return n;
}

static void add_legacy(struct kind_table *t, struct source *s, const json_t *doc)
{
	struct version_read *list = mem_zero(KINDS_GROUPS_MAX * sizeof(*list));
	size_t count = want_versions(list, KINDS_GROUPS_MAX, s, doc);

	read_all(list, count);
	for (size_t i = 0; i < count; i++) {
		kind_table_group(t, list[i].group);
		add_version(t, &list[i]);
		json_decref(list[i].doc);
		free(list[i].path);
	}
	free(list);
}

/* /api or /apis. */
struct root_read {
	struct source *s;
	const char *path;
	json_t *doc;
	struct origin_reply reply;
};

static void read_root(void *arg)
{
	struct root_read *root = arg;
	struct source_request q = {
		.path = root->path, .accept = ACCEPT, .optional = !str_eq(source_kind(root->s), "live")};

	root->doc = source_json(root->s, &q, &root->reply);
}

enum read_state kinds_discover(struct kind_table *t, struct source *s)
{
	struct root_read roots[] = {{.s = s, .path = "/api"}, {.s = s, .path = "/apis"}};
	struct pool *pool = pool_new(1, 1);
	enum read_state state = READ_OK;

	/* Both at once: this stands before everything else. */
	if (pool_run(pool, read_root, &roots[1], NULL) < 0)
		read_root(&roots[1]);
	read_root(&roots[0]);
	pool_stop(pool);
	pool_join(pool);
	pool_free(pool);
	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		if (!roots[i].doc)
			state = roots[i].reply.state;
		else if (str_eq(json_key_str(roots[i].doc, "kind"), "APIGroupDiscoveryList"))
			add_aggregated(t, s, roots[i].doc);
		else
			add_legacy(t, s, roots[i].doc);
		json_decref(roots[i].doc);
	}
	/* Something answered, but not with discovery. */
	return state == READ_OK && t->count == 0 ? READ_NOT_SERVED : state;
}
