/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/describe.h"

#include <string.h>

#include "toolsets/kubernetes/columns.h"
#include "toolsets/kubernetes/conditions.h"
#include "toolsets/kubernetes/podstatus.h"
#include "toolsets/kubernetes/prune.h"
#include "toolsets/kubernetes/timeline.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"

#define EVENTS_SHOWN 15u
#define BELOW_MAX 5u /* objects below it whose events are shown too */
#define OWNERS_MAX 6u
#define TEXT_MAX 400u /* of one value of the rest of an object */
#define ITEMS_MAX 20u
#define REST_BYTES 7000u

static void head(const struct view *v, const struct target *t, struct reply *out)
{
	json_t *o = t->object;
	char age[AGE_SIZE];
	struct reply words = {.max = 300};

	rep_add(out, "%s %s%s%s (%s), age %s", t->kind->kind, t->ns, *t->ns ? "/" : "", t->name, t->kind->api_version,
		age_of(o, v->now_ms, age));
	kubernetes_status_words(v, o, &words);
	if (words.len)
		rep_add(out, ": %s", rep_text(&words));
	rep_put(out, "\n");
	rep_free(&words);
	if (*fld_str(o, "metadata.deletionTimestamp")) {
		json_t *f;
		size_t i;

		rep_add(out, "DELETING since %s", age_since(fld_str(o, "metadata.deletionTimestamp"), v->now_ms, age));
		json_array_foreach (fld_at(o, "metadata.finalizers"), i, f)
			rep_add(out, "%s%s",
				i ? ", " : "; waits for finalizers: ", json_is_string(f) ? json_string_value(f) : "?");
		rep_put(out, "\n");
	}
}

static void owners(const struct view *v, json_t *o, struct reply *out)
{
	size_t n;
	json_t *ref;

	for (n = 0; n < OWNERS_MAX; n++) {
		json_t *up = v->h->owner(v->w, o);

		ref = json_array_get(fld_at(o, "metadata.ownerReferences"), 0);
		if (!up && !ref)
			break;
		rep_add(out, "%s%s/%s", n ? " <- " : "owned by: ", up ? fld_kind(up) : fld_str(ref, "kind"),
			up ? fld_name(up) : fld_str(ref, "name"));
		if (!up) {
			rep_put(out, " (not there or not readable)");
			n++;
			break;
		}
		o = up;
	}
	rep_put(out, n ? "\n" : "");
}

static void pairs(json_t *map, const char *word, size_t value_max, struct reply *out)
{
	json_t *value;
	const char *key;
	size_t n = 0;

	json_object_foreach (map, key, value) {
		const char *s = json_is_string(value) ? json_string_value(value) : "";

		if (strstr(key, "last-applied-configuration") || n > 16)
			continue;
		rep_add(out, "%s%s=", n++ ? ", " : word, key);
		rep_clip(out, s, strlen(s), value_max);
	}
	rep_put(out, n ? "\n" : "");
}

/* All that is not metadata, conditions or told already, as YAML. */
static void rest(const struct view *v, json_t *o, struct reply *out)
{
	json_t *copy = json_object(), *value, *pruned, *status;
	const char *key;
	char *yaml;

	json_object_foreach (o, key, value)
		if (strcmp(key, "metadata") != 0 && strcmp(key, "apiVersion") != 0 && strcmp(key, "kind") != 0)
			json_object_set(copy, key, value);
	pruned = kubernetes_prune(copy, TEXT_MAX, ITEMS_MAX);
	status = json_object_get(pruned, "status");
	json_object_del(status, "conditions");
	if (status && json_object_size(status) == 0)
		json_object_del(pruned, "status");
	if (json_object_size(pruned)) {
		yaml = v->h->yaml(pruned, REST_BYTES);
		rep_put(out, yaml ? yaml : "");
		if (out->len && out->text[out->len - 1] != '\n')
			rep_put(out, "\n");
		free(yaml);
	}
	json_decref(pruned);
	json_decref(copy);
}

static void add_events(const struct view *v, json_t *o, json_t *all)
{
	enum seen seen;

	json_array_extend(all, v->h->events_of(v->w, fld_kind(o), *fld_ns(o) ? fld_ns(o) : NULL, fld_name(o), &seen));
}

/* A workload's trouble is told of what it makes: quota refusals of its ReplicaSet or Job, failures of its pods. */
static void events_below(const struct view *v, json_t *o, json_t *all)
{
	static const char *const makers[] = {"replicasets.apps", "jobs.batch"};
	json_t *child;
	size_t i, n = 0;

	if (!kubernetes_pod_spec(o) || strcmp(fld_kind(o), "Pod") == 0)
		return;
	for (size_t k = 0; k < 2; k++)
		json_array_foreach (v->h->children(v->w, o, makers[k]), i, child)
			if (fld_int(child, "spec.replicas", 1) > 0 && n++ < BELOW_MAX)
				add_events(v, child, all);
	n = 0;
	json_array_foreach (v->h->pods_of(v->w, o), i, child)
		if (!kubernetes_pod_healthy(child) && n++ < BELOW_MAX)
			add_events(v, child, all);
}

static void events(const struct view *v, const struct target *t, struct reply *out)
{
	struct timeline_options o = {.limit = EVENTS_SHOWN};
	struct timeline_result result;
	struct reply table = REP_INIT;
	enum seen seen = SEEN_OK;
	json_t *all = json_array();
	size_t own;

	json_array_extend(all, v->h->events_of(v->w, t->kind->kind, *t->ns ? t->ns : NULL, t->name, &seen));
	own = json_array_size(all);
	events_below(v, t->object, all);
	o.hide_object = json_array_size(all) == own;
	result = kubernetes_timeline(v, all, &o, &table);
	if (result.events)
		rep_add(out, "events%s (%zu, %zu warnings; oldest first%s):\n%s",
			o.hide_object ? "" : " of it and what it makes", result.events, result.warnings,
			result.left_out ? "; older ones: kubernetes_events" : "", rep_text(&table));
	else if (seen == SEEN_OK || seen == SEEN_EMPTY)
		rep_put(out, "events: none\n");
	else
		rep_put(out, "events: could not be read\n");
	rep_free(&table);
	json_decref(all);
}

void kubernetes_describe(const struct view *v, const struct target *t, struct reply *out)
{
	head(v, t, out);
	owners(v, t->object, out);
	pairs(fld_at(t->object, "metadata.labels"), "labels: ", 80, out);
	pairs(fld_at(t->object, "metadata.annotations"), "annotations: ", 100, out);
	kubernetes_conditions(v, t->object, out);
	if (!kubernetes_describe_kind(v, t->object, out))
		rest(v, t->object, out);
	events(v, t, out);
}
