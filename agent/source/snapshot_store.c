/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/snapshot_names.h"

bool snap_split_version(const char *api_version, char group[static 128], char version[static 64])
{
	const char *slash = strchr(api_version, '/');
	size_t n = slash ? (size_t)(slash - api_version) : 0;
	const char *v = slash ? slash + 1 : api_version;

	if (n >= 128 || !*v || strlen(v) >= 64 || strchr(v, '/'))
		return false;
	memcpy(group, api_version, n);
	group[n] = '\0';
	memcpy(version, v, strlen(v) + 1);
	return true;
}

void snap_kind_saw(struct snap_kind *k, const char *ns)
{
	map_set(k->spaces, ns, NULL);
}

void snap_kind_doubt(struct snap_kind *k, const char *why)
{
	if (!k->doubt)
		k->doubt = mem_str(why);
}

static void free_kind(struct snap_kind *k)
{
	for (size_t i = 0; i < k->count; i++)
		json_decref(k->objects[i].doc);
	free(k->objects);
	free(k->group);
	free(k->kind);
	free(k->plural);
	free(k->singular);
	free(k->fallback);
	free(k->doubt);
	str_list_free(k->versions);
	json_decref(k->short_names);
	map_free(k->spaces);
	free(k);
}

/*
 * Does every API server serve it, whatever the snapshot holds? Not what comes as an add-on, and not what is alpha or
 * beta: that is off unless somebody turned it on.
 */
static bool always_served(const struct kind *k)
{
	return strspn(k->version + 1, "0123456789") == strlen(k->version) - 1 &&
	       !str_ends(k->group, "metrics.k8s.io") && !str_eq(k->group, "gateway.networking.k8s.io");
}

void snap_store_init(struct snap_store *s)
{
	*s = (struct snap_store){
		.by_kind = map_new(NULL), .by_plural = map_new(NULL), .by_id = map_new(NULL), .spaces = map_new(NULL)};
	for (size_t i = 0; i < kinds_standard_count; i++) {
		const struct kind *std = &kinds_standard[i];
		struct snap_kind *k;

		if (!std->listable)
			continue;
		k = snap_store_kind(s, std->group, std->kind, true);
		if (k->sure)
			continue;
		k->sure = true;
		k->standard = always_served(std);
		k->namespaced = std->namespaced;
		k->fallback = mem_str(std->version);
		free(k->singular);
		k->singular = mem_str(std->singular);
		snap_kind_rename(s, k, std->plural);
		for (const char *const *n = std->short_names; n && *n; n++)
			json_array_append_new(k->short_names, json_text0(*n));
	}
}

void snap_store_fini(struct snap_store *s)
{
	for (size_t i = 0; i < s->count; i++)
		free_kind(s->kinds[i]);
	free(s->kinds);
	map_free(s->by_kind);
	map_free(s->by_plural);
	map_free(s->by_id);
	map_free(s->spaces);
	memset(s, 0, sizeof(*s));
}

static int64_t resource_version(const json_t *meta)
{
	const json_t *rv = json_object_get(meta, "resourceVersion");
	int64_t n;

	if (json_is_integer(rv))
		return json_integer_value(rv);
	return json_is_string(rv) && str_to_i64(json_string_value(rv), &n, NULL) == 0 ? n : -1;
}

void snap_kind_add_version(struct snap_kind *k, const char *version)
{
	size_t n = k->versions ? str_list_len(k->versions) : 0;

	for (size_t i = 0; i < n; i++)
		if (str_eq(k->versions[i], version))
			return;
	k->versions = mem_resize_array(k->versions, n + 2, sizeof(char *));
	k->versions[n] = mem_str(version);
	k->versions[n + 1] = NULL;
}

/* Names as the API server would have them: keys of standard objects come before ours. */
static void complete(json_t *doc, const char *api_version, const char *kind)
{
	if (!json_is_string(json_object_get(doc, "kind")))
		json_object_set_new(doc, "kind", json_text0(kind));
	if (!json_is_string(json_object_get(doc, "apiVersion")))
		json_object_set_new(doc, "apiVersion", json_text0(api_version));
}

static const char *namespace_of(const struct snap_kind *k, json_t *meta, const char *fallback)
{
	const char *ns = json_key_str(meta, "namespace");

	if (k->sure && !k->namespaced)
		return "";
	if (!str_empty(ns))
		return ns;
	if (!k->sure)
		return "";
	/* A manifest may leave it out: the server would fill it in. */
	json_object_set_new(meta, "namespace", json_text0(str_or(fallback, "default")));
	return json_key_str(meta, "namespace");
}

static void put(struct snap_store *s, struct snap_kind *k, const struct snap_object *o)
{
	char *id auto_free = mem_printf("%s/%s/%s/%s", k->group, k->kind, o->ns, o->name);
	size_t at = (size_t)(uintptr_t)map_get(s->by_id, id);

	if (at == 0) {
		MEM_GROW(k->objects, k->count, k->cap);
		k->objects[k->count++] = *o;
		map_set(s->by_id, id, (void *)(uintptr_t)k->count);
		return;
	}
	if (o->version < k->objects[at - 1].version) {
		json_decref(o->doc);
		return;
	}
	json_decref(k->objects[at - 1].doc);
	k->objects[at - 1] = *o;
}

bool snap_store_add(struct snap_store *s, const char *api_version, const char *kind, const char *ns, json_t *doc)
{
	json_t *meta = json_object_get(doc, "metadata");
	const char *name = json_key_str(meta, "name");
	char group[128], version[64];
	struct snap_kind *k;
	struct snap_object o;

	if (str_empty(name) || !snap_split_version(api_version, group, version)) {
		json_decref(doc);
		return false;
	}
	k = snap_store_kind(s, group, kind, true);
	complete(doc, api_version, kind);
	o = (struct snap_object){
		.doc = doc, .ns = namespace_of(k, meta, ns), .name = name, .version = resource_version(meta)};
	if (!k->sure && o.ns[0])
		k->namespaced = true;
	snap_kind_add_version(k, str_eq(kind, "Event") && !k->group[0] ? "v1" : version);
	snap_kind_saw(k, o.ns);
	if (o.ns[0])
		map_set(s->spaces, o.ns, NULL);
	if (str_eq(k->kind, "Namespace") && k->group[0] == '\0')
		map_set(s->spaces, o.name, NULL);
	put(s, k, &o);
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct snap_object *x = a, *y = b;
	int order = strcmp(x->ns, y->ns);

	return order ? order : strcmp(x->name, y->name);
}

const struct snap_object *snap_kind_find(const struct snap_kind *k, const char *ns, const char *name)
{
	const struct snap_object key = {.ns = ns, .name = name};

	return k->count ? bsearch(&key, k->objects, k->count, sizeof(key), by_place) : NULL;
}

void snap_store_seal(struct snap_store *s)
{
	snap_store_learn(s);
	for (size_t i = 0; i < s->count; i++) {
		struct snap_kind *k = s->kinds[i];

		if (k->count)
			qsort(k->objects, k->count, sizeof(k->objects[0]), by_place);
		snap_kind_sort_versions(k);
	}
}

bool snap_kind_captured(const struct snap_kind *k, const char *ns)
{
	if (k->whole)
		return true;
	if (!ns || !k->namespaced)
		return map_len(k->spaces) > 0;
	return map_has(k->spaces, ns);
}
