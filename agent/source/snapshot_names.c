/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

static const char *two(char *out, size_t n, const char *group, const char *name)
{
	snprintf(out, n, "%s/%s", group, name);
	return out;
}

/* What the API server would most likely call it; CRDs and the standard table say better where they are there. */
static char *guess_plural(const char *group, const char *kind)
{
	char *low = str_lower(mem_str(kind));
	size_t n = strlen(low);
	char *out;

	if (str_eq(group, "metrics.k8s.io") && str_ends(low, "metrics"))
		n -= strlen("metrics");
	if (n > 1 && low[n - 1] == 'y' && !strchr("aeiou", low[n - 2]))
		out = mem_printf("%.*sies", (int)n - 1, low);
	else if (n && (strchr("sxz", low[n - 1]) || (n > 1 && low[n - 1] == 'h' && strchr("cs", low[n - 2]))))
		out = mem_printf("%.*ses", (int)n, low);
	else
		out = mem_printf("%.*ss", (int)n, low);
	free(low);
	return out;
}

void snap_kind_rename(struct snap_store *s, struct snap_kind *k, const char *plural)
{
	char key[400];

	if (k->plural && map_get(s->by_plural, two(key, sizeof(key), k->group, k->plural)) == k)
		map_remove(s->by_plural, key);
	free(k->plural);
	k->plural = mem_str(plural);
	map_set(s->by_plural, two(key, sizeof(key), k->group, k->plural), k);
}

struct snap_kind *snap_store_kind(struct snap_store *s, const char *group, const char *kind, bool make)
{
	char key[400];
	char *plural auto_free = NULL;
	struct snap_kind *k;

	/* The API server keeps one set of events and shows it under both groups. */
	if (str_eq(kind, "Event") && str_eq(group, "events.k8s.io"))
		group = "";
	k = map_get(s->by_kind, two(key, sizeof(key), group, kind));
	if (k || !make)
		return k;
	k = MEM_NEW(struct snap_kind);
	k->group = mem_str(group);
	k->kind = mem_str(kind);
	k->singular = str_lower(mem_str(kind));
	k->short_names = json_array();
	k->spaces = map_new(NULL);
	map_set(s->by_kind, key, k);
	MEM_GROW(s->kinds, s->count, s->cap);
	s->kinds[s->count++] = k;
	plural = guess_plural(group, kind);
	snap_kind_rename(s, k, plural);
	return k;
}

struct snap_kind *snap_store_plural(const struct snap_store *s, const char *group, const char *plural)
{
	char key[400];

	if (str_eq(plural, "events") && str_eq(group, "events.k8s.io"))
		group = "";
	return map_get(s->by_plural, two(key, sizeof(key), group, plural));
}

/* Lower case without '-' and '_'. */
static void squeeze(const char *word, size_t n, char out[static 256])
{
	size_t at = 0;

	for (size_t i = 0; i < n && at < 255; i++)
		if (word[i] != '-' && word[i] != '_')
			out[at++] = (char)tolower((unsigned char)word[i]);
	out[at] = '\0';
}

static bool called(const struct snap_kind *k, const char *word)
{
	size_t i, n = strlen(word);
	json_t *name;

	if (str_eq(k->plural, word) || str_eq(k->singular, word) || str_eq_nocase(k->kind, word))
		return true;
	json_array_foreach (k->short_names, i, name) {
		const char *s = json_string_value(name);

		if (s && (str_eq(s, word) || (n == strlen(s) + 1 && word[n - 1] == 's' && str_starts(word, s))))
			return true;
	}
	return false;
}

struct snap_kind *snap_store_word(const struct snap_store *s, const char *word)
{
	const char *dot = strchr(word, '.');
	char plain[256];
	struct snap_kind *best = NULL;

	squeeze(word, dot ? (size_t)(dot - word) : strlen(word), plain);
	if (!plain[0])
		return NULL;
	for (size_t i = 0; i < s->count; i++) {
		struct snap_kind *k = s->kinds[i];

		if (!called(k, plain) || (dot && !str_eq_nocase(dot + 1, k->group)))
			continue;
		/* Core first, then what Kubernetes itself serves, then the rest, as kubectl resolves short words. */
		if (!best || (best->group[0] && (!k->group[0] || (!best->sure && k->sure))))
			best = k;
	}
	return best;
}

struct snap_kind *snap_store_invent(struct snap_store *s, const char *resource)
{
	const char *dot = strchr(resource, '.');
	size_t n = dot ? (size_t)(dot - resource) : strlen(resource);
	char *kind auto_free = mem_strn(resource, n);
	char *plural auto_free = mem_strn(resource, n);
	struct snap_kind *k;

	if (n > 3 && str_ends(kind, "ies"))
		memcpy(kind + n - 3, "y", 2);
	else if (n > 1 && kind[n - 1] == 's')
		kind[n - 1] = '\0';
	kind[0] = (char)toupper((unsigned char)kind[0]);
	k = snap_store_kind(s, dot ? dot + 1 : "", kind, true);
	k->told = true;
	if (!k->fallback)
		k->fallback = mem_str("v1");
	snap_kind_rename(s, k, plural);
	return k;
}

/* Objects that came before their CRD was known: now the scope is. */
static void place_again(struct snap_kind *k)
{
	for (size_t i = 0; i < k->count; i++) {
		struct snap_object *o = &k->objects[i];

		if (!k->namespaced) {
			o->ns = "";
		} else if (!o->ns[0]) {
			json_object_set_new(json_object_get(o->doc, "metadata"), "namespace", json_text0("default"));
			o->ns = json_str_at(o->doc, "metadata.namespace");
		}
		snap_kind_saw(k, o->ns);
	}
}

static void learn_names(struct snap_store *s, const json_t *crd)
{
	const char *group = json_str_at(crd, "spec.group"), *kind = json_str_at(crd, "spec.names.kind");
	const char *plural = json_str_at(crd, "spec.names.plural"), *singular = json_str_at(crd, "spec.names.singular");
	const char *version = json_str_at(crd, "spec.version"), *best = version;
	struct snap_kind *k;
	json_t *item;
	size_t i;

	if (str_empty(group) || str_empty(kind) || str_empty(plural))
		return;
	k = snap_store_kind(s, group, kind, true);
	snap_kind_rename(s, k, plural);
	k->namespaced = !str_eq(json_str_at(crd, "spec.scope"), "Cluster");
	k->sure = k->told = true;
	if (singular) {
		free(k->singular);
		k->singular = mem_str(singular);
	}
	json_array_clear(k->short_names);
	json_array_foreach (json_at(crd, "spec.names.shortNames"), i, item)
		if (json_is_string(item))
			json_array_append(k->short_names, item);
	json_array_foreach (json_at(crd, "spec.versions"), i, item) {
		const char *v = json_key_str(item, "name");

		if (v && json_bool_at(item, "served", true) && (!best || snap_version_order(v, best) < 0))
			best = v;
	}
	free(k->fallback);
	k->fallback = mem_str(str_or(best, "v1"));
	place_again(k);
}

void snap_store_learn(struct snap_store *s)
{
	const struct snap_kind *crds = snap_store_kind(s, "apiextensions.k8s.io", "CustomResourceDefinition", false);

	for (size_t i = 0; crds && i < crds->count; i++)
		learn_names(s, crds->objects[i].doc);
}

/* v2 is major 2, stage 3; v1beta2 major 1, stage 2, minor 2; v1alpha1 stage 1; what is no version stage 0. */
static void weigh(const char *v, long out[static 3])
{
	char *end;

	memset(out, 0, 3 * sizeof(*out));
	if (v[0] != 'v' || !isdigit((unsigned char)v[1]))
		return;
	out[1] = strtol(v + 1, &end, 10);
	if (*end == '\0')
		out[0] = 3;
	else if (str_starts(end, "beta"))
		out[0] = 2, out[2] = strtol(end + 4, NULL, 10);
	else if (str_starts(end, "alpha"))
		out[0] = 1, out[2] = strtol(end + 5, NULL, 10);
}

int snap_version_order(const char *a, const char *b)
{
	long x[3], y[3];

	weigh(a, x);
	weigh(b, y);
	for (size_t i = 0; i < 3; i++)
		if (x[i] != y[i])
			return x[i] > y[i] ? -1 : 1;
	return strcmp(a, b);
}

static int order_entry(const void *a, const void *b)
{
	return snap_version_order(*(char *const *)a, *(char *const *)b);
}

void snap_kind_sort_versions(struct snap_kind *k)
{
	if (k->versions)
		qsort(k->versions, str_list_len(k->versions), sizeof(char *), order_entry);
}

/*
 * For a kind that no object was found of. The kinds of dynamic resource allocation went from version to version
 * together, so one tells of the others; elsewhere they did not (CronJobs of batch/v1beta1 lived beside Jobs of
 * batch/v1).
 */
static const char *likely_version(const struct snap_store *s, const struct snap_kind *k)
{
	const char *best = NULL;

	for (size_t i = 0; k->standard && str_eq(k->group, "resource.k8s.io") && i < s->count; i++) {
		const struct snap_kind *other = s->kinds[i];

		if (!other->versions || !other->standard || !str_eq(other->group, k->group))
			continue;
		if (!best || snap_version_order(other->versions[0], best) < 0)
			best = other->versions[0];
	}
	return str_or(best, str_or(k->fallback, "v1"));
}

const char *snap_kind_version(const struct snap_store *s, const struct snap_kind *k)
{
	if (k->versions)
		return k->versions[0];
	return k->likely ? k->likely : likely_version(s, k);
}

void snap_store_settle(struct snap_store *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->kinds[i]->likely = likely_version(s, s->kinds[i]);
}

bool snap_kind_has_version(const struct snap_store *s, const struct snap_kind *k, const char *version)
{
	for (char **v = k->versions; v && *v; v++)
		if (str_eq(*v, version))
			return true;
	return !k->versions && str_eq(snap_kind_version(s, k), version);
}
