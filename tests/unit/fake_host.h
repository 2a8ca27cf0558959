/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services of struct host over a JSON array of objects and a few logs, for unit tests of toolsets. What a test
 * wants denied it names in `denied`. A read of a kind that no object has is an empty list, as of a live server.
 */
#ifndef TESTS_UNIT_FAKE_HOST_H
#define TESTS_UNIT_FAKE_HOST_H

#include "tests/tap.h"
#include "toolsets/toolset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/data/regex.h"
#include "agent/data/yaml.h"
#include "agent/text/decisive.h"

#define FAKE_NOW "2026-11-02T12:00:00Z"
#define FAKE_NOW_MS 1793620800000LL

struct fake_log {
	const char *ns, *pod, *container, *text;
	bool previous;
};

struct work {
	json_t *objects;
	const char *scope;
	const char *denied;	     /* resource whose reads are denied */
	const struct fake_log *logs; /* ends with pod NULL */
	size_t big_lines;	     /* the log is "line N ..." so many times instead */
	json_t *keep;
	char *text;
	enum tool_status status;
	size_t reads;
};

#define FAKE_ONE(res, grp, ver, api, k, pl, sg, sh, ns)                                                                \
	{                                                                                                              \
		.resource = res, .group = grp, .version = ver, .api_version = api, .kind = k, .plural = pl,            \
		.singular = sg, .short_names = (const char *const[]){sh, NULL}, .namespaced = ns, .listable = true     \
	}
#define FAKE_CORE(k, pl, sg, sh, ns) FAKE_ONE(pl, "", "v1", "v1", k, pl, sg, sh, ns)
#define FAKE_KIND(grp, ver, k, pl, sg, sh, ns) FAKE_ONE(pl "." grp, grp, ver, grp "/" ver, k, pl, sg, sh, ns)

static const struct kind_info fake_kinds[] = {
	FAKE_CORE("Pod", "pods", "pod", "po", true),
	FAKE_CORE("Service", "services", "service", "svc", true),
	FAKE_CORE("Node", "nodes", "node", "no", false),
	FAKE_CORE("Namespace", "namespaces", "namespace", "ns", false),
	FAKE_CORE("Event", "events", "event", "ev", true),
	FAKE_CORE("ConfigMap", "configmaps", "configmap", "cm", true),
	FAKE_CORE("Secret", "secrets", "secret", NULL, true),
	FAKE_CORE("ServiceAccount", "serviceaccounts", "serviceaccount", "sa", true),
	FAKE_CORE("PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim", "pvc", true),
	FAKE_CORE("PersistentVolume", "persistentvolumes", "persistentvolume", "pv", false),
	FAKE_CORE("ResourceQuota", "resourcequotas", "resourcequota", "quota", true),
	FAKE_CORE("LimitRange", "limitranges", "limitrange", "limits", true),
	FAKE_KIND("apps", "v1", "Deployment", "deployments", "deployment", "deploy", true),
	FAKE_KIND("apps", "v1", "ReplicaSet", "replicasets", "replicaset", "rs", true),
	FAKE_KIND("apps", "v1", "StatefulSet", "statefulsets", "statefulset", "sts", true),
	FAKE_KIND("apps", "v1", "DaemonSet", "daemonsets", "daemonset", "ds", true),
	FAKE_KIND("batch", "v1", "Job", "jobs", "job", NULL, true),
	FAKE_KIND("batch", "v1", "CronJob", "cronjobs", "cronjob", "cj", true),
	FAKE_KIND("networking.k8s.io", "v1", "Ingress", "ingresses", "ingress", "ing", true),
	FAKE_KIND("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "networkpolicy", "netpol", true),
	FAKE_KIND("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice", NULL, true),
	FAKE_KIND("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "horizontalpodautoscaler",
		  "hpa", true),
	FAKE_KIND("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget", "pdb", true),
	FAKE_KIND("storage.k8s.io", "v1", "StorageClass", "storageclasses", "storageclass", "sc", false),
	FAKE_KIND("resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", "resourceclaim", NULL, true),
	FAKE_KIND("resource.k8s.io", "v1", "ResourceClaimTemplate", "resourceclaimtemplates", "resourceclaimtemplate",
		  NULL, true),
	FAKE_KIND("resource.k8s.io", "v1", "DeviceClass", "deviceclasses", "deviceclass", NULL, false),
	FAKE_KIND("resource.k8s.io", "v1", "ResourceSlice", "resourceslices", "resourceslice", NULL, false),
	FAKE_KIND("rbac.authorization.k8s.io", "v1", "Role", "roles", "role", NULL, true),
	FAKE_KIND("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "clusterrole", NULL, false),
	FAKE_KIND("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rolebinding", NULL, true),
	FAKE_KIND("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", "clusterrolebinding",
		  NULL, false),
	FAKE_KIND("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions",
		  "customresourcedefinition", "crd", false),
	FAKE_KIND("example.com", "v1", "Widget", "widgets", "widget", "wd", true),
};
#define FAKE_KINDS (sizeof(fake_kinds) / sizeof(fake_kinds[0]))

static json_t *fake_get(const json_t *o, const char *a, const char *b)
{
	return json_object_get(json_object_get(o, a), b);
}

static const char *fake_str(const json_t *v)
{
	return json_is_string(v) ? json_string_value(v) : "";
}

static json_t *fake_keep(struct work *w, json_t *owned)
{
	json_array_append_new(w->keep, owned);
	return owned;
}

static int64_t fake_now_ms(struct work *w)
{
	(void)w;
	return FAKE_NOW_MS;
}

static const char *fake_scope(struct work *w)
{
	return w->scope;
}

static const char *fake_cluster(struct work *w)
{
	(void)w;
	return "fake";
}

static const struct kind_info *fake_kind(struct work *w, const char *word, const char **near, size_t max)
{
	size_t n = 0;

	(void)w;
	for (size_t i = 0; i < FAKE_KINDS; i++) {
		const struct kind_info *k = &fake_kinds[i];
		char full[160];

		snprintf(full, sizeof(full), "%s.%s", k->kind, k->group);
		if (!strcasecmp(word, k->resource) || !strcasecmp(word, k->kind) || !strcasecmp(word, k->plural) ||
		    !strcasecmp(word, k->singular) || !strcasecmp(word, full) ||
		    (k->short_names[0] && !strcasecmp(word, k->short_names[0])))
			return k;
	}
	for (size_t i = 0; near && i < FAKE_KINDS && n < max; i++)
		if (strncasecmp(fake_kinds[i].plural, word, 3) == 0)
			near[n++] = fake_kinds[i].plural;
	if (near && n < max)
		near[n] = NULL;
	return NULL;
}

static size_t fake_kind_count(struct work *w)
{
	(void)w;
	return FAKE_KINDS;
}

static const struct kind_info *fake_kind_at(struct work *w, size_t i)
{
	(void)w;
	return i < FAKE_KINDS ? &fake_kinds[i] : NULL;
}

static bool fake_group_served(struct work *w, const char *group)
{
	(void)w;
	for (size_t i = 0; i < FAKE_KINDS; i++)
		if (strcmp(fake_kinds[i].group, group) == 0)
			return true;
	return false;
}

static json_t *fake_list(struct work *w, const char *resource, const char *ns, enum seen *seen)
{
	const struct kind_info *k = fake_kind(w, resource, NULL, 0);
	json_t *out = fake_keep(w, json_array()), *o;
	size_t i;

	w->reads++;
	if (seen)
		*seen = !k ? SEEN_NOT_SERVED : w->denied && strcmp(w->denied, resource) == 0 ? SEEN_DENIED : SEEN_OK;
	if (!k || (w->denied && strcmp(w->denied, resource) == 0))
		return out;
	if (!ns)
		ns = w->scope;
	json_array_foreach (w->objects, i, o)
		if (strcmp(fake_str(json_object_get(o, "kind")), k->kind) == 0 &&
		    (!ns || !k->namespaced || strcmp(fake_str(fake_get(o, "metadata", "namespace")), ns) == 0))
			json_array_append(out, o);
	return out;
}

static json_t *fake_find(struct work *w, const char *resource, const char *ns, const char *name, enum seen *seen)
{
	json_t *list = fake_list(w, resource, ns, seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		if (strcmp(fake_str(fake_get(o, "metadata", "name")), name) == 0)
			return o;
	if (seen && *seen == SEEN_OK)
		*seen = SEEN_NOT_FOUND;
	return NULL;
}

static json_t *fake_find_kind(struct work *w, const char *api, const char *kind, const char *ns, const char *name,
			      enum seen *seen)
{
	const struct kind_info *k = fake_kind(w, kind, NULL, 0);

	(void)api;
	if (k)
		return fake_find(w, k->resource, k->namespaced ? ns : NULL, name, seen);
	if (seen)
		*seen = SEEN_NOT_SERVED;
	return NULL;
}

static json_t *fake_owner(struct work *w, const json_t *o)
{
	json_t *refs = fake_get(o, "metadata", "ownerReferences"), *ref;
	enum seen seen;
	size_t i;

	json_array_foreach (refs, i, ref)
		if (json_is_true(json_object_get(ref, "controller")))
			return fake_find_kind(w, NULL, fake_str(json_object_get(ref, "kind")),
					      fake_str(fake_get(o, "metadata", "namespace")),
					      fake_str(json_object_get(ref, "name")), &seen);
	return NULL;
}

static json_t *fake_top_owner(struct work *w, json_t *o)
{
	json_t *up;

	while ((up = fake_owner(w, o)))
		o = up;
	return o;
}

static json_t *fake_children(struct work *w, const json_t *o, const char *resource)
{
	enum seen seen;
	json_t *list = fake_list(w, resource, NULL, &seen), *out = fake_keep(w, json_array()), *c;
	size_t i;

	json_array_foreach (list, i, c)
		if (fake_owner(w, c) == o)
			json_array_append(out, c);
	return out;
}

static json_t *fake_pods_of(struct work *w, const json_t *o)
{
	enum seen seen;
	json_t *list = fake_list(w, "pods", NULL, &seen), *out = fake_keep(w, json_array()), *pod;
	size_t i;

	json_array_foreach (list, i, pod) {
		for (json_t *up = pod; up; up = fake_owner(w, up))
			if (up == o) {
				json_array_append(out, pod);
				break;
			}
	}
	return out;
}

static bool fake_labels_match(const json_t *selector, const json_t *labels, bool plain)
{
	json_t *map = plain ? json_incref((json_t *)(uintptr_t)selector)
			    : json_incref(json_object_get(selector, "matchLabels")),
	       *value;
	const char *key;
	bool good = true;

	json_object_foreach (map, key, value)
		good = good && strcmp(fake_str(json_object_get(labels, key)), fake_str(value)) == 0;
	json_decref(map);
	return good;
}

static bool fake_selected(struct work *w, const char *resource, const char *ns, size_t *count)
{
	enum seen seen;
	json_t *list = fake_list(w, resource, ns, &seen);

	if (count)
		*count = json_array_size(list);
	return false;
}

static json_t *fake_pods_on(struct work *w, const char *node, enum seen *seen)
{
	json_t *list = fake_list(w, "pods", NULL, seen), *out = fake_keep(w, json_array()), *pod;
	size_t i;

	json_array_foreach (list, i, pod)
		if (strcmp(fake_str(fake_get(pod, "spec", "nodeName")), node) == 0)
			json_array_append(out, pod);
	return out;
}

static json_t *fake_select_pods(struct work *w, const char *ns, const json_t *selector)
{
	enum seen seen;
	json_t *list = fake_list(w, "pods", ns, &seen), *out = fake_keep(w, json_array()), *pod;
	bool plain = !json_object_get(selector, "matchLabels") && !json_object_get(selector, "matchExpressions");
	size_t i;

	json_array_foreach (list, i, pod)
		if (fake_labels_match(selector, fake_get(pod, "metadata", "labels"), plain))
			json_array_append(out, pod);
	return out;
}

static json_t *fake_events_of(struct work *w, const char *kind, const char *ns, const char *name, enum seen *seen)
{
	json_t *list = fake_list(w, "events", ns, seen), *out = fake_keep(w, json_array()), *e;
	size_t i;

	json_array_foreach (list, i, e)
		if (strcmp(fake_str(fake_get(e, "involvedObject", "name")), name) == 0 &&
		    (!kind || strcmp(fake_str(fake_get(e, "involvedObject", "kind")), kind) == 0))
			json_array_append(out, e);
	return out;
}

/* Only times of FAKE_NOW's day: enough for a test. */
static int64_t fake_event_time(const json_t *e)
{
	const char *s = fake_str(json_object_get(e, "lastTimestamp"));
	int h, m, sec;

	return sscanf(s, "2026-11-02T%d:%d:%dZ", &h, &m, &sec) == 3
		       ? FAKE_NOW_MS + ((h - 12) * 3600LL + m * 60LL + sec) * 1000
		       : 0;
}

static char *fake_path(struct work *w, const json_t *o)
{
	(void)w;
	return strdup(fake_str(fake_get(o, "metadata", "name")));
}

static json_t *fake_get_json(struct work *w, const char *path, const char *accept, enum seen *seen, char *why,
			     size_t why_size)
{
	const char *last = strrchr(path, '/') + 1, *scope = w->scope;
	json_t *out = fake_keep(w, json_object());

	(void)accept;
	for (size_t i = 0; i < FAKE_KINDS; i++)
		if (strcmp(fake_kinds[i].plural, last) == 0) {
			w->scope = NULL;
			json_object_set(out, "items", fake_list(w, fake_kinds[i].resource, NULL, seen));
			w->scope = scope;
		}
	snprintf(why, why_size, "%s", *seen == SEEN_DENIED ? "403 Forbidden" : "");
	return *seen == SEEN_OK ? out : NULL;
}

static int fake_big(size_t n, int (*line)(void *, const char *, size_t), void *ctx)
{
	char piece[64 * 80];
	size_t len = 0;

	for (size_t i = 1; i <= n; i++) {
		len += (size_t)snprintf(piece + len, 80, "line %zu of a long log%s\n", i,
					i % 1000 == 7 ? " ERROR: seven" : "");
		if (len < sizeof(piece) - 80 && i < n)
			continue;
		if (line(ctx, piece, len))
			return 1;
		len = 0;
	}
	return 0;
}

static const struct fake_log *fake_find_log(struct work *w, const struct log_request *q)
{
	for (const struct fake_log *l = w->logs; l && l->pod; l++)
		if (strcmp(l->ns, q->ns) == 0 && strcmp(l->pod, q->pod) == 0 &&
		    (!q->container || strcmp(l->container, q->container) == 0) && l->previous == q->previous)
			return l;
	return NULL;
}

static const char *fake_tail(const char *text, int64_t lines)
{
	const char *at = text + strlen(text);

	if (lines <= 0)
		return text;
	if (at > text && at[-1] == '\n')
		at--;
	for (; at > text; at--)
		if (at[-1] == '\n' && --lines == 0)
			return at;
	return text;
}

static void fake_log(struct work *w, const struct log_request *q, struct log_text *out)
{
	const struct fake_log *l = fake_find_log(w, q);

	memset(out, 0, sizeof(*out));
	out->state = l ? SEEN_OK : SEEN_NOT_FOUND;
	out->text = l ? fake_tail(l->text, q->tail_lines) : "";
	out->len = strlen(out->text);
	out->source = "GET /log";
	if (!l)
		snprintf(out->why, sizeof(out->why), "previous terminated container not found");
}

static enum seen fake_log_each(struct work *w, const struct log_request *q, int (*line)(void *, const char *, size_t),
			       void *ctx, char *why, size_t why_size)
{
	struct log_text t;

	if (w->big_lines) {
		fake_big(w->big_lines, line, ctx);
		return SEEN_OK;
	}
	fake_log(w, q, &t);
	snprintf(why, why_size, "%s", t.why);
	if (t.len)
		line(ctx, t.text, t.len);
	return t.state;
}

static bool fake_canceled(struct work *w)
{
	(void)w;
	return false;
}

static void fake_text(struct work *w, enum tool_status status, const char *text, size_t len)
{
	free(w->text);
	w->text = strndup(text, len);
	w->status = status;
}

static size_t fake_decisive(const char *text, size_t len, const char **line, size_t *line_len, const char **kind)
{
	struct decisive d = {0};

	decisive_find(text, len, &d);
	*line = d.line;
	*line_len = d.len;
	*kind = d.kind ? d.kind : "";
	return d.number;
}

static int fake_match(struct work *w, const char *pattern, bool nocase, const char *text, size_t len, char *why,
		      size_t why_size)
{
	struct err e = {0};
	struct regex *r = regex_new(pattern, nocase ? REGEX_NOCASE : 0, &e);
	int found;

	(void)w;
	if (!r) {
		snprintf(why, why_size, "%s", e.msg);
		return -1;
	}
	found = regex_match(r, text, len, NULL, 0);
	regex_free(r);
	return found;
}

static void fake_note(int level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

__attribute__((unused)) static const struct host fake_host = {
	.size = sizeof(struct host),
	.now_ms = fake_now_ms,
	.scope_ns = fake_scope,
	.cluster = fake_cluster,
	.kind = fake_kind,
	.kind_count = fake_kind_count,
	.kind_at = fake_kind_at,
	.group_served = fake_group_served,
	.list = fake_list,
	.selected = fake_selected,
	.pods_on = fake_pods_on,
	.find = fake_find,
	.find_kind = fake_find_kind,
	.owner = fake_owner,
	.top_owner = fake_top_owner,
	.children = fake_children,
	.pods_of = fake_pods_of,
	.select_pods = fake_select_pods,
	.events_of = fake_events_of,
	.event_time = fake_event_time,
	.labels_match = fake_labels_match,
	.path = fake_path,
	.get_json = fake_get_json,
	.log = fake_log,
	.log_each = fake_log_each,
	.canceled = fake_canceled,
	.text = fake_text,
	.decisive_line = fake_decisive,
	.yaml = yaml_dump,
	.match = fake_match,
	.log_note = fake_note,
};

/* objects: YAML documents. */
static int fake_add(void *ctx, size_t index, json_t *doc)
{
	(void)index;
	json_array_append_new(ctx, doc);
	return 0;
}

__attribute__((unused)) static void fake_init(struct work *w, const char *yaml)
{
	struct err e = {0};

	memset(w, 0, sizeof(*w));
	w->objects = json_array();
	w->keep = json_array();
	if (yaml_each(yaml, strlen(yaml), "fake", 100000, fake_add, w->objects, &e) < 0) {
		printf("Bail out! %s\n", e.msg);
		exit(1);
	}
}

__attribute__((unused)) static void fake_fini(struct work *w)
{
	json_decref(w->objects);
	json_decref(w->keep);
	free(w->text);
}

/* Runs a tool with arguments as flow YAML ("{kind: po}"); the answer is in w->text and returned. */
__attribute__((unused)) static const char *fake_run(struct work *w, const struct tool *t, const char *args)
{
	struct err e = {0};
	json_t *json = yaml_parse(args, strlen(args), "args", NULL, &e);

	free(w->text);
	w->text = NULL;
	if (!json) {
		printf("Bail out! %s\n", e.msg);
		exit(1);
	}
	if (t->run(&fake_host, w, json) < 0)
		fake_text(w, TOOL_ERROR, "-1", 2);
	json_decref(json);
	return w->text ? w->text : "";
}

/* The whole answer, or a part of it. */
__attribute__((unused)) static void fake_says(struct work *w, const struct tool *t, const char *args,
					      enum tool_status status, const char *want)
{
	const char *got = fake_run(w, t, args);

	is_str(got, want, args);
	is_int(w->status, status, "status");
}

__attribute__((unused)) static void fake_has(struct work *w, const struct tool *t, const char *args,
					     enum tool_status status, const char *part)
{
	const char *got = fake_run(w, t, args);
	bool good = strstr(got, part) != NULL;

	ok(good, "%s", args);
	if (!good)
		printf("# \"%s\" is not in:\n%s\n", part, got);
	is_int(w->status, status, "status");
}

#endif
