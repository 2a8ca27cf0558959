/* SPDX-License-Identifier: Apache-2.0 */
/* What only some kinds have: nodes, Helm releases, certificates; and events that tell of a change. */
#include "agent/facts/changes_private.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

/* EVENTS_MAX: of one object. RELEASES_MAX: of one Helm release; Helm itself keeps ten. */
enum { EVENTS_MAX = 8, RELEASES_MAX = 20 };

static void node_conditions(struct changes *c, json_t *node)
{
	json_t *condition;
	int64_t created = 0, at;
	size_t i;

	change_time(node, "metadata.creationTimestamp", &created);
	json_array_foreach (json_at(node, "status.conditions"), i, condition) {
		const char *type = json_str_or(condition, "type", ""), *status = json_str_or(condition, "status", "");
		auto_free char *pointer = mem_printf("/status/conditions/%zu/lastTransitionTime", i);
		struct change *change;

		/* Within minutes of joining it is part of that. */
		if (!change_time(condition, "lastTransitionTime", &at) || at - created < 300000)
			continue;
		change = changes_add(c, node, at, CHANGE_NODE, 1.0, "", "%s became %s%s%s", type, status,
				     str_eq(status, "False") && str_eq(type, "Ready") ? ": " : "",
				     str_eq(status, "False") && str_eq(type, "Ready")
					     ? json_str_or(condition, "reason", "")
					     : "");
		change_place(change, node, pointer);
	}
}

void changes_of_node(struct changes *c, json_t *node)
{
	json_t *taint;
	size_t i;

	node_conditions(c, node);
	json_array_foreach (json_at(node, "spec.taints"), i, taint) {
		auto_free char *pointer = mem_printf("/spec/taints/%zu/timeAdded", i);
		auto_free char *key = mem_printf("/spec/taints/%zu/key", i);
		const char *value = json_str_or(taint, "value", "");
		bool cordon = str_eq(json_str_at(taint, "key"), "node.kubernetes.io/unschedulable");
		struct change *change;
		int64_t at;

		/* Kubernetes' own taints repeat the conditions. */
		if (!change_time(taint, "timeAdded", &at) ||
		    (!cordon && str_starts(json_str_or(taint, "key", ""), "node.kubernetes.io/")))
			continue;
		if (cordon)
			change = changes_add(c, node, at, CHANGE_NODE, 1.0, "", "cordoned");
		else
			change = changes_add(c, node, at, CHANGE_NODE, 1.0, "", "taint %s%s%s:%s added",
					     json_str_or(taint, "key", ""), *value ? "=" : "", value,
					     json_str_or(taint, "effect", ""));
		change_place(change, node, pointer);
		change_place(change, node, key);
	}
}

/* Helm keeps each revision of a release in a Secret (or ConfigMap), whose labels say all that may be told. */
static bool release_time(const json_t *o, int64_t *at, const char **pointer)
{
	static const char *const keys[] = {"modifiedAt", "createdAt"};
	static const char *const pointers[] = {"/metadata/labels/modifiedAt", "/metadata/labels/createdAt"};
	const json_t *labels = json_at(o, "metadata.labels");
	struct err e = {0};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *text = json_key_str(labels, keys[i]);

		/* seconds since 1970, of this age */
		if (!text || str_to_i64(text, at, &e) < 0 || *at < 1000000000 || *at > 99999999999)
			continue;
		*at *= 1000;
		*pointer = pointers[i];
		return true;
	}
	*pointer = "/metadata/creationTimestamp";
	return change_time(o, "metadata.creationTimestamp", at);
}

/* "sh.helm.release.v1.NAME.vN" with Helm's labels. NULL: it is no release. */
static const char *release_name(const json_t *o, int64_t *version)
{
	const json_t *labels = json_at(o, "metadata.labels");
	const char *name = json_key_str(labels, "name"), *v = json_key_str(labels, "version");
	auto_free char *want = NULL;
	struct err e = {0};

	if (!str_eq(json_key_str(labels, "owner"), "helm") || str_empty(name) || !v || str_to_i64(v, version, &e) < 0)
		return NULL;
	want = mem_printf("sh.helm.release.v1.%s.v%lld", name, (long long)*version);
	return str_eq(json_str_at(o, "metadata.name"), want) ? name : NULL;
}

static void add_release(struct changes *c, json_t *o, const char *name, int64_t version)
{
	const char *status = json_str_or(json_at(o, "metadata.labels"), "status", ""), *pointer;
	struct change *change;
	int64_t at;

	if (!release_time(o, &at, &pointer))
		return;
	/* what was superseded or is pending was written again since: only its creation tells when it was deployed */
	if (str_eq(status, "superseded") && change_time(o, "metadata.creationTimestamp", &at))
		pointer = "/metadata/creationTimestamp";
	change = changes_add(c, o, at, CHANGE_RELEASE, 1.0, "helm", "Helm release %s: revision %lld %s%s%s", name,
			     (long long)version, version > 1 ? "(upgrade)" : "(install)", *status ? ", " : "", status);
	change_place(change, o, pointer);
	change_place(change, o, "/metadata/labels/version");
	change_place(change, o, "/metadata/labels/status");
}

static void certificate_time(struct changes *c, json_t *secret, const char *key, const char *text, const char *word,
			     const char *said)
{
	const char *line = strstr(text, word), *subject = strstr(text, "subject: ");
	struct buf pointer = BUF_INIT(1024);
	struct change *change;
	char time[CLOCK_TEXT];
	size_t n;
	int64_t at;

	if (!line)
		return;
	line += strlen(word);
	n = strcspn(line, "\n");
	if (n >= sizeof(time))
		return;
	memcpy(time, line, n);
	time[n] = '\0';
	/* what lies ahead has not changed anything yet */
	if (!clock_parse(time, &at) || at > facts_now_ms(c->facts))
		return;
	subject = subject ? subject + strlen("subject: ") : "";
	change = changes_add(c, secret, at, CHANGE_CERTIFICATE, 1.0, "", "certificate %.*s %s", (int)strcspn(subject, "\n"),
			     subject, said);
	buf_str(&pointer, "/data");
	json_pointer_add(&pointer, key);
	change_place(change, secret, buf_cstr(&pointer));
	buf_fini(&pointer);
}

void changes_of_secret(struct changes *c, json_t *secret)
{
	int64_t version;
	const char *key, *name = release_name(secret, &version);
	json_t *value;

	if (name) {
		add_release(c, secret, name, version);
		return;
	}
	changes_of_writers(c, secret);
	json_object_foreach (json_object_get(secret, "data"), key, value) {
		const char *text = json_string_value(value);

		if (!text || !str_starts(text, "subject: "))
			continue;
		certificate_time(c, secret, key, text, "notBefore: ", "issued");
		certificate_time(c, secret, key, text, "notAfter: ", "expired");
	}
}

void changes_of_release(struct changes *c, json_t *object)
{
	const json_t *notes = json_at(object, "metadata.annotations");
	const char *release = json_key_str(notes, "meta.helm.sh/release-name");
	const char *ns = json_key_str(notes, "meta.helm.sh/release-namespace");
	auto_free char *prefix = NULL;
	json_t *list, *o;
	size_t i, n = 0;

	if (str_empty(release))
		return;
	prefix = mem_printf("sh.helm.release.v1.%s.v", release);
	list = changes_list(c, "secrets", ns ? ns : json_str_at(object, "metadata.namespace"));
	json_array_foreach (list, i, o)
		if (str_starts(json_str_or(o, "metadata.name", ""), prefix) && n++ < RELEASES_MAX)
			changes_of(c, o);
}

/* Of pods only what was done to one for the sake of another: the rest follows from what befell its node or workload. */
static bool is_telling(const char *kind, const char *reason)
{
	static const char *const of_pods[] = {"Preempted", "EvictedByVPA", NULL};
	static const char *const of_others[] = {"ScalingReplicaSet", "SuccessfulRescale", "NodeNotReady",
						"Rebooted",	     "NodeNotSchedulable", "NodeSchedulable",
						"DeletingNode",	     "RemovingNode",	   NULL};

	for (const char *const *r = str_eq(kind, "Pod") ? of_pods : of_others; *r; r++)
		if (str_eq(*r, reason))
			return true;
	return false;
}

void changes_of_events(struct changes *c, json_t *object)
{
	const char *ns = json_str_at(object, "metadata.namespace"), *kind = json_str_or(object, "kind", "");
	enum read_state state;
	auto_json json_t *events = NULL;
	size_t i, n = 0;
	json_t *event;

	if (!changes_list(c, "events", ns ? ns : "default"))
		return;
	events = facts_events_of(c->facts, kind, ns, json_str_at(object, "metadata.name"), &state);
	json_array_foreach (events, i, event) {
		const char *reason = json_str_or(event, "reason", "");
		const char *note = json_str_or(event, "message", json_str_or(event, "note", ""));
		const char *path = json_str_at(event, "lastTimestamp") ? "lastTimestamp" : "eventTime";
		auto_free char *pointer = mem_printf("/%s", path);
		struct change *change;
		int64_t at;

		if (!is_telling(kind, reason) || !change_time(event, path, &at) || n++ >= EVENTS_MAX)
			continue;
		change = changes_add(c, object, at, CHANGE_EVENT, 0.9, "", "%s: %s", reason, note);
		change_place(change, event, pointer);
		change_place(change, event, json_str_at(event, "message") ? "/message" : "/note");
	}
}
