/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/snapshot_docs.h"
#include "agent/source/snapshot_lists.h"
#include "agent/source/snapshot_path.h"
#include "agent/source/snapshot_settings.h"

#define MAX_NESTED 4  /* lists in lists */
#define LIST_KINDS 64 /* different kinds in one list that are told apart */
#define DOUBT_KINDS 64

struct load {
	struct snap_store *s;
	const struct snap_files *f;
	struct snap_rules *rules;
	struct snap_problems *p;
	struct snap_loaded *out;
	struct snap_lists lists;
	const char *rel; /* of the file being read */
	struct snap_place place;
};

struct inherit {
	const char *api_version, *kind; /* what items without their own get; NULL: none */
	size_t depth;
};

static void take_doc(struct load *l, json_t *doc, const struct inherit *in, struct snap_list *kinds, size_t *count);

/* "PodList" to "Pod"; NULL when kind is no typed list. */
static char *item_kind(const char *kind)
{
	size_t n = kind ? strlen(kind) : 0;

	return n > 4 && str_ends(kind, "List") ? mem_strn(kind, n - 4) : NULL;
}

/* Keeps, for each kind in a list, in which namespaces its items are. */
static void count_item(struct snap_list *kinds, size_t *count, struct snap_kind *k, const char *ns)
{
	size_t i = 0;

	while (i < *count && kinds[i].kind != k)
		i++;
	if (i == *count) {
		if (*count == LIST_KINDS)
			return;
		kinds[(*count)++] = (struct snap_list){.kind = k};
	}
	kinds[i].items++;
	if (!ns[0])
		return;
	if (!kinds[i].ns)
		kinds[i].ns = ns;
	else if (!str_eq(kinds[i].ns, ns))
		kinds[i].many = true;
}

static void take_list(struct load *l, json_t *items, const char *api_version, const char *kind, bool typed, bool cut,
		      size_t depth)
{
	struct snap_list kinds[LIST_KINDS];
	struct inherit in = {api_version, kind, depth + 1};
	size_t count = 0, i;
	json_t *item;

	l->out->lists++;
	json_array_foreach (items, i, item)
		take_doc(l, json_incref(item), &in, kinds, &count);
	if (count == 0 && typed) {
		char group[128], version[64];

		if (!snap_split_version(api_version, group, version))
			return;
		kinds[count++] = (struct snap_list){.kind = snap_store_kind(l->s, group, kind, true)};
		if (!kinds[0].kind->fallback)
			kinds[0].kind->fallback = mem_str(version);
	} else if (count == 0 && json_array_size(items) == 0) {
		kinds[count++] = (struct snap_list){0};
	}
	for (i = 0; i < count; i++) {
		kinds[i].typed = typed;
		snap_lists_add(&l->lists, &kinds[i], l->rel);
		if (cut && kinds[i].kind) {
			char *why auto_free = mem_printf("the list in %s is only its first page", l->rel);

			snap_kind_doubt(kinds[i].kind, why);
		}
	}
}

static void take_object(struct load *l, json_t *doc, const char *api_version, const char *kind, struct snap_list *kinds,
			size_t *count)
{
	const char *ns = snap_place_ns(&l->place, l->rel, l->s, l->f);
	char group[128], version[64];
	struct snap_kind *k;

	snap_now_see(&l->out->now, doc, str_eq(kind, "Event"));
	if (!l->out->version && str_eq(kind, "Node"))
		l->out->version = mem_str(json_str_at(doc, "status.nodeInfo.kubeletVersion"));
	json_incref(doc);
	if (!snap_store_add(l->s, api_version, kind, ns, doc)) {
		json_decref(doc);
		return;
	}
	l->out->objects++;
	if (count && snap_split_version(api_version, group, version)) {
		k = snap_store_kind(l->s, group, kind, true);
		count_item(kinds, count, k, str_or(json_str_at(doc, "metadata.namespace"), ""));
	}
	json_decref(doc);
}

/* Documents without a kind: support bundles hold bare arrays of what their folder is named after. */
static bool infer(struct load *l, const json_t *doc, const char **api_version, const char **kind, char text[static 200])
{
	struct snap_kind *k;

	if (!json_str_at(doc, "metadata.name") || !(k = snap_store_word(l->s, l->place.word)))
		return false;
	if (!k->sure && !k->versions)
		return false;
	*kind = k->kind;
	snprintf(text, 200, "%s%s%s", k->group, k->group[0] ? "/" : "", snap_kind_version(l->s, k));
	*api_version = text;
	return true;
}

/* Owns doc. kinds, count: of the list it is an item of; NULL at the top. */
static void take_doc(struct load *l, json_t *doc, const struct inherit *in, struct snap_list *kinds, size_t *count)
{
	const char *api_version = json_key_str(doc, "apiVersion"), *kind = json_key_str(doc, "kind");
	json_t *items = json_object_get(doc, "items");
	char text[200];

	if (!api_version)
		api_version = in->api_version;
	if (!kind)
		kind = in->kind;
	if (json_is_array(doc)) {
		if (in->depth < MAX_NESTED)
			take_list(l, doc, NULL, NULL, false, false, in->depth);
	} else if (!json_is_object(doc) || str_eq(kind, "Table") ||
		   (api_version && str_starts(api_version, "apidiscovery."))) {
		/* Nothing of ours. */
	} else if (kind && api_version && str_ends(kind, "List") && (json_is_array(items) || json_is_null(items))) {
		char *of auto_free = item_kind(kind);
		bool cut = !str_empty(json_str_at(doc, "metadata.continue"));

		if (in->depth < MAX_NESTED)
			take_list(l, items, of ? api_version : NULL, of, of != NULL, cut, in->depth);
	} else if ((kind && api_version) ||
		   ((in->depth || l->place.layout) && infer(l, doc, &api_version, &kind, text))) {
		take_object(l, json_incref(doc), api_version, kind, kinds, count);
	}
	json_decref(doc);
}

static void on_doc(void *ctx, json_t *doc)
{
	struct load *l = ctx;
	const struct inherit none = {0};
	const char *version;

	/* kubectl version -o json, as support bundles keep it. */
	if (!l->out->version && str_ends(l->rel, "cluster_version.json") &&
	    (version = json_str_at(doc, "info.gitVersion")))
		l->out->version = mem_str(version);
	take_doc(l, doc, &none, NULL, NULL);
}

/* Kinds that a broken file seems to hold: what is not found of them may well exist. */
static void doubt_kinds(struct load *l, const char *text, size_t len, const char *why)
{
	char *kinds[DOUBT_KINDS];
	size_t count = snap_docs_kinds(text, len, kinds, DOUBT_KINDS);
	struct snap_kind *named = snap_store_word(l->s, l->place.word);

	if (count == 0 && named)
		snap_kind_doubt(named, why);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < l->s->count; k++)
			if (str_eq(l->s->kinds[k]->kind, kinds[i]))
				snap_kind_doubt(l->s->kinds[k], why);
		free(kinds[i]);
	}
}

static void read_doc_file(struct load *l, const struct snap_file *file)
{
	struct err e = {0};
	size_t len = 0;
	char *text auto_free = snap_file_text(l->f, file, SNAP_MAX_DOC, &len, &e);

	l->out->files++;
	l->out->bytes += len;
	if (text && snap_docs_each(text, len, file->rel, str_ends(file->rel, ".json"), on_doc, l, &e) == 0)
		return;
	l->out->broken++;
	snap_problem(l->p, file->rel, "%s", e.msg);
	doubt_kinds(l, text ? text : "", len, e.msg);
}

/* pods-errors.json of a support bundle: {"ns": "pods is forbidden: …"} or ["…"]; null when all went well. */
static bool read_error_file(struct load *l, const struct snap_file *file)
{
	size_t n = strlen(l->place.word), len;
	char *text auto_free = NULL;
	json_t *doc auto_json = NULL;
	const char *key;
	json_t *value;

	if (!l->place.layout || n <= 7 || !str_ends(file->rel, "-errors.json"))
		return false;
	l->place.word[n - 7] = '\0';
	text = snap_file_text(l->f, file, SNAP_MAX_DOC, &len, NULL);
	doc = text ? json_parse(text, len, file->rel, NULL) : NULL;
	if (json_is_array(doc) && json_is_string(value = json_array_get(doc, 0))) {
		const char *why = json_string_value(value);

		snap_rules_add(l->rules, l->place.word, NULL, strstr(why, "forbidden") ? READ_DENIED : READ_FAILED,
			       why);
	}
	json_object_foreach (doc, key, value) {
		const char *why = json_string_value(value);
		bool custom = str_eq(l->place.word, "custom-resources");

		if (!why)
			continue;
		snap_rules_add(l->rules, custom ? key : l->place.word, custom || !key[0] ? NULL : key,
			       strstr(why, "forbidden") ? READ_DENIED : READ_FAILED, why);
	}
	return true;
}

static bool is_recorded(const struct snap_files *f, const char *rel)
{
	return str_starts(rel, f->top) && str_starts(rel + strlen(f->top), "http/");
}

int snap_load(struct snap_store *s, const struct snap_files *f, struct snap_rules *rules, struct snap_problems *p,
	      struct snap_loaded *out, struct cancel *cancel, struct err *e)
{
	struct load l = {.s = s, .f = f, .rules = rules, .p = p, .out = out};

	for (size_t i = 0; i < f->count; i++) {
		const struct snap_file *file = &f->all[i];

		if (cancel_fired(cancel)) {
			snap_lists_fini(&l.lists);
			return err_set(e, ERR_CANCELED, "reading the snapshot was interrupted");
		}
		if (!snap_file_is_doc(file->rel) || snap_settings_file(f, file->rel) || is_recorded(f, file->rel))
			continue;
		l.rel = file->rel;
		snap_place_of(file->rel, &l.place);
		if (file->why)
			doubt_kinds(&l, "", 0, "a file of them cannot be read");
		else if (!read_error_file(&l, file))
			read_doc_file(&l, file);
	}
	snap_store_seal(s);
	snap_lists_resolve(&l.lists, s, f);
	snap_lists_fini(&l.lists);
	return 0;
}
