/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/reference.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"

static bool quoted(const char *text, const char *before, char *out, size_t size)
{
	const char *at = strstr(text, before);
	size_t n;

	if (!at)
		return false;
	at += strlen(before);
	n = strcspn(at, "\"");
	if (!n || at[n] != '"' || n >= size)
		return false;
	snprintf(out, size, "%.*s", (int)n, at);
	return true;
}

static bool word(const char *text, const char *before, char *out, size_t size)
{
	const char *at = strstr(text, before);
	size_t n;

	if (!at)
		return false;
	at += strlen(before);
	n = strcspn(at, " ,;\n\"");
	while (n && (at[n - 1] == '.' || at[n - 1] == ':'))
		n--;
	if (!n || n >= size)
		return false;
	snprintf(out, size, "%.*s", (int)n, at);
	return true;
}

/* "ns/name" to "name". */
static void drop_ns(char *name)
{
	const char *slash = strchr(name, '/');

	if (slash)
		memmove(name, slash + 1, strlen(slash + 1) + 1);
}

bool reference_said(const char *text, struct reference *out)
{
	*out = (struct reference){.said = true};
	if (word(text, "couldn't find key ", out->key, sizeof(out->key))) {
		out->secret = strstr(text, " in Secret ") != NULL;
		if (!word(text, out->secret ? " in Secret " : " in ConfigMap ", out->name, sizeof(out->name)))
			return false;
		drop_ns(out->name);
		return true;
	}
	if (strstr(text, "not found") && quoted(text, "configmap \"", out->name, sizeof(out->name)))
		return true;
	if (strstr(text, "not found") && quoted(text, "secret \"", out->name, sizeof(out->name))) {
		out->secret = true;
		return true;
	}
	return false;
}

bool reference_has_key(const json_t *object, const char *key)
{
	static const char *const parts[] = {"data", "binaryData", "stringData"};

	for (size_t i = 0; i < 3; i++)
		if (json_object_get(fld_at(object, parts[i]), key))
			return true;
	return false;
}

struct scan {
	const struct view *v;
	json_t *pod;
	void (*fn)(void *ctx, json_t *pod, const struct reference *ref);
	void *ctx;
};

static void give(struct scan *s, bool secret, const json_t *source, const char *name, const char *key,
		 const char *pointer)
{
	struct reference ref = {.secret = secret};

	if (!*name || fld_true(source, "optional"))
		return;
	snprintf(ref.name, sizeof(ref.name), "%.253s", name);
	snprintf(ref.key, sizeof(ref.key), "%.253s", key);
	snprintf(ref.pointer, sizeof(ref.pointer), "%s", pointer);
	s->fn(s->ctx, s->pod, &ref);
}

static void items(struct scan *s, bool secret, const json_t *source, const char *name, const char *pointer)
{
	char at[128];
	json_t *item;
	size_t i;

	json_array_foreach (fld_at(source, "items"), i, item) {
		snprintf(at, sizeof(at), "%s/items/%zu/key", pointer, i);
		give(s, secret, source, name, fld_str(item, "key"), at);
	}
}

static void volume(struct scan *s, const json_t *vol, size_t i)
{
	char at[100], base[64];
	json_t *part;
	size_t k;

	snprintf(at, sizeof(at), "/spec/volumes/%zu/configMap/name", i);
	snprintf(base, sizeof(base), "/spec/volumes/%zu/configMap", i);
	give(s, false, fld_at(vol, "configMap"), fld_str(vol, "configMap.name"), "", at);
	items(s, false, fld_at(vol, "configMap"), fld_str(vol, "configMap.name"), base);
	snprintf(at, sizeof(at), "/spec/volumes/%zu/secret/secretName", i);
	snprintf(base, sizeof(base), "/spec/volumes/%zu/secret", i);
	give(s, true, fld_at(vol, "secret"), fld_str(vol, "secret.secretName"), "", at);
	items(s, true, fld_at(vol, "secret"), fld_str(vol, "secret.secretName"), base);
	json_array_foreach (fld_at(vol, "projected.sources"), k, part) {
		snprintf(at, sizeof(at), "/spec/volumes/%zu/projected/sources/%zu/configMap/name", i, k);
		give(s, false, fld_at(part, "configMap"), fld_str(part, "configMap.name"), "", at);
		snprintf(at, sizeof(at), "/spec/volumes/%zu/projected/sources/%zu/secret/name", i, k);
		give(s, true, fld_at(part, "secret"), fld_str(part, "secret.name"), "", at);
	}
}

static void container(struct scan *s, const json_t *c, const char *base)
{
	char at[128];
	json_t *e;
	size_t i;

	json_array_foreach (fld_at(c, "env"), i, e) {
		const json_t *map = fld_at(e, "valueFrom.configMapKeyRef"),
			     *secret = fld_at(e, "valueFrom.secretKeyRef");

		snprintf(at, sizeof(at), "%s/env/%zu/valueFrom/%s/%s", base, i,
			 map ? "configMapKeyRef" : "secretKeyRef", "name");
		give(s, map == NULL, map ? map : secret, fld_str(map ? map : secret, "name"),
		     fld_str(map ? map : secret, "key"), at);
	}
	json_array_foreach (fld_at(c, "envFrom"), i, e) {
		snprintf(at, sizeof(at), "%s/envFrom/%zu/configMapRef/name", base, i);
		give(s, false, fld_at(e, "configMapRef"), fld_str(e, "configMapRef.name"), "", at);
		snprintf(at, sizeof(at), "%s/envFrom/%zu/secretRef/name", base, i);
		give(s, true, fld_at(e, "secretRef"), fld_str(e, "secretRef.name"), "", at);
	}
}

/* Waits for its containers to be made, longer than pulling and mounting take to begin. */
static bool waits(const json_t *pod)
{
	static const char *const lists[] = {"status.containerStatuses", "status.initContainerStatuses"};
	json_t *s;
	size_t i;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach (fld_at(pod, lists[k]), i, s) {
			const char *reason = fld_str(s, "state.waiting.reason");

			if (strcmp(reason, "ContainerCreating") == 0 ||
			    strcmp(reason, "CreateContainerConfigError") == 0 || strcmp(reason, "PodInitializing") == 0)
				return true;
		}
	return false;
}

static void said_in_events(struct scan *s)
{
	enum seen seen;
	json_t *events = s->v->h->events_of(s->v->w, "Pod", fld_ns(s->pod), fld_name(s->pod), &seen), *e;
	struct reference ref;
	size_t i;

	json_array_foreach (events, i, e)
		if (strcmp(fld_str(e, "reason"), "FailedMount") == 0 && reference_said(event_message(e), &ref))
			s->fn(s->ctx, s->pod, &ref);
}

static void said_in_status(struct scan *s)
{
	static const char *const lists[] = {"status.containerStatuses", "status.initContainerStatuses"};
	struct reference ref;
	json_t *status;
	size_t i;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach (fld_at(s->pod, lists[k]), i, status)
			if (reference_said(fld_str(status, "state.waiting.message"), &ref))
				s->fn(s->ctx, s->pod, &ref);
}

void references_missing(const struct view *v, json_t *pod,
			void (*fn)(void *ctx, json_t *pod, const struct reference *ref), void *ctx)
{
	static const char *const lists[] = {"containers", "initContainers"};
	struct scan s = {.v = v, .pod = pod, .fn = fn, .ctx = ctx};
	char base[64];
	json_t *part;
	size_t i;

	if (*fld_str(pod, "metadata.deletionTimestamp") || !*fld_str(pod, "spec.nodeName") || !waits(pod))
		return;
	json_array_foreach (fld_at(pod, "spec.volumes"), i, part)
		volume(&s, part, i);
	for (size_t k = 0; k < 2; k++)
		json_array_foreach (fld_at(fld_at(pod, "spec"), lists[k]), i, part) {
			snprintf(base, sizeof(base), "/spec/%s/%zu", lists[k], i);
			container(&s, part, base);
		}
	said_in_status(&s);
	said_in_events(&s);
}
