/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/data/yaml.h"

#define MAX_SETTINGS (4u << 20)

static const char *const known[] = {"name", "capturedAt", "kubernetesVersion", "prometheus", "captured", NULL};
static const char *const entry_known[] = {"resource", "namespaces", "status", "why", NULL};
static const char *const statuses[] = {"ok", "denied", "notServed", "cut", NULL};
static const enum read_state states[] = {READ_OK, READ_DENIED, READ_NOT_SERVED, READ_CUT};
static const char *const names[] = {"snapshot.yaml", "snapshot.yml"};

struct reading {
	struct snap_settings *s;
	struct snap_rules *rules;
	struct snap_problems *p;
	const struct yaml_lines *lines;
	const char *rel;
};

static void complain(struct reading *r, const char *pointer, const char *what)
{
	snap_problem(r->p, r->rel, "%s:%d: %s", r->rel, yaml_line_of(r->lines, pointer), what);
}

/* Settings with a key that we do not know are read all the same: a newer version may have written it. */
static void check_keys(struct reading *r, json_t *map, const char *at, const char *const *keys)
{
	const char *key;
	json_t *value;

	json_object_foreach (map, key, value) {
		char pointer[600], what[400];
		const char *near = str_nearest(key, keys);
		size_t i = 0;

		while (keys[i] && !str_eq(keys[i], key))
			i++;
		if (keys[i])
			continue;
		snprintf(pointer, sizeof(pointer), "%s/%.200s", at, key);
		snprintf(what, sizeof(what), "unknown key \"%.100s\"%s%s%s is ignored", key,
			 near ? ": did you mean \"" : "", near ? near : "", near ? "\"? It" : ": it");
		complain(r, pointer, what);
	}
}

static void add_rule(struct reading *r, const char *resource, json_t *spaces, enum read_state state, const char *why)
{
	json_t *ns;
	size_t i;
	bool any = false;

	if (json_is_string(spaces)) {
		snap_rules_add(r->rules, resource,
			       str_eq(json_string_value(spaces), "*") ? NULL : json_string_value(spaces), state, why);
		return;
	}
	json_array_foreach (spaces, i, ns) {
		if (!json_is_string(ns))
			continue;
		any = true;
		snap_rules_add(r->rules, resource, str_eq(json_string_value(ns), "*") ? NULL : json_string_value(ns),
			       state, why);
	}
	if (!any)
		snap_rules_add(r->rules, resource, NULL, state, why);
}

static void read_entry(struct reading *r, json_t *entry, size_t index)
{
	const char *resource = json_key_str(entry, "resource"), *status = json_key_str(entry, "status");
	char at[64];
	size_t i = 0;

	snprintf(at, sizeof(at), "/captured/%zu", index);
	if (!json_is_object(entry) || str_empty(resource)) {
		complain(r, at,
			 "an entry of captured without \"resource\" (\"pods\", \"deployments.apps\") is ignored");
		return;
	}
	check_keys(r, entry, at, entry_known);
	while (statuses[i] && !str_eq_nocase(statuses[i], str_or(status, "ok")))
		i++;
	if (!statuses[i]) {
		complain(r, at,
			 "the status of an entry of captured is none of ok, denied, notServed, cut: it is ignored");
		return;
	}
	add_rule(r, resource, json_object_get(entry, "namespaces"), states[i], json_key_str(entry, "why"));
}

static void read_doc(struct reading *r, json_t *doc)
{
	const char *at = json_key_str(doc, "capturedAt");
	json_t *captured = json_object_get(doc, "captured"), *entry;
	size_t i;

	check_keys(r, doc, "", known);
	r->s->name = mem_str(json_key_str(doc, "name"));
	r->s->version = mem_str(json_key_str(doc, "kubernetesVersion"));
	if (json_object_get(doc, "capturedAt") && (!at || !clock_parse(at, &r->s->now_ms)))
		complain(r, "/capturedAt",
			 "capturedAt is no RFC 3339 time (\"2026-05-01T10:00:00Z\"): the newest time in the "
			 "snapshot is taken instead");
	if (captured && !json_is_array(captured) && !json_is_null(captured))
		complain(r, "/captured", "captured is no list: it is ignored");
	json_array_foreach (captured, i, entry)
		read_entry(r, entry, i);
}

static const struct snap_file *find(const struct snap_files *f)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *rel auto_free = mem_printf("%s%s", f->top, names[i]);
		const struct snap_file *file = snap_files_find(f, rel);

		if (file)
			return file;
	}
	return NULL;
}

void snap_settings_read(struct snap_settings *s, struct snap_rules *rules, const struct snap_files *f,
			struct snap_problems *p)
{
	const struct snap_file *file = find(f);
	struct yaml_lines *lines = NULL;
	struct err e = {0};
	size_t len;
	char *text auto_free = NULL;
	json_t *doc auto_json = NULL;

	if (!file || file->why)
		return;
	text = snap_file_text(f, file, MAX_SETTINGS, &len, &e);
	doc = text ? yaml_parse(text, len, file->rel, &lines, &e) : NULL;
	if (!doc)
		snap_problem(p, file->rel, "%s; the settings in it are not used", e.msg);
	else if (!json_is_object(doc) && !json_is_null(doc))
		snap_problem(p, file->rel,
			     "%s:1: the settings are no mapping (name: ..., capturedAt: ...): they are not used",
			     file->rel);
	else
		read_doc(&(struct reading){s, rules, p, lines, file->rel}, doc);
	yaml_lines_free(lines);
}

void snap_settings_fini(struct snap_settings *s)
{
	free(s->name);
	free(s->version);
	memset(s, 0, sizeof(*s));
}

bool snap_settings_file(const struct snap_files *f, const char *rel)
{
	const struct snap_file *file = find(f);

	return file && str_eq(file->rel, rel);
}
