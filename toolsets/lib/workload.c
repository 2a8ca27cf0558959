/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/workload.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"

json_t *workload_template(const json_t *object, const char **pointer)
{
	static const struct {
		const char *path, *pointer;
	} places[] = {
		{"spec.jobTemplate.spec.template.spec", "/spec/jobTemplate/spec/template/spec"},
		{"spec.template.spec", "/spec/template/spec"},
	};

	if (strcmp(fld_kind(object), "Pod") == 0) {
		*pointer = "/spec";
		return fld_at(object, "spec");
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		json_t *spec = fld_at(object, places[i].path);

		if (!fld_at(spec, "containers"))
			continue;
		*pointer = places[i].pointer;
		return spec;
	}
	return NULL;
}

json_t *workload_labels(const json_t *object)
{
	if (strcmp(fld_kind(object), "Pod") == 0)
		return fld_at(object, "metadata.labels");
	if (strcmp(fld_kind(object), "CronJob") == 0)
		return fld_at(object, "spec.jobTemplate.spec.template.metadata.labels");
	return fld_at(object, "spec.template.metadata.labels");
}

/* Asked for each pod by many checks: no format is looked through. */
static void put(char *to, size_t size, const char *from)
{
	size_t n = strnlen(from, size - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}

static void set_names(struct workload *out, const char *api_version, const char *kind, const char *ns, const char *name)
{
	put(out->api_version, sizeof(out->api_version), api_version);
	put(out->kind, sizeof(out->kind), kind);
	put(out->ns, sizeof(out->ns), ns);
	put(out->name, sizeof(out->name), name);
}

void workload_is(json_t *object, struct workload *out)
{
	*out = (struct workload){.object = object, .spec_object = object, .pointer = ""};
	set_names(out, fld_str(object, "apiVersion"), fld_kind(object), fld_ns(object), fld_name(object));
	out->spec = workload_template(object, &out->pointer);
}

/* The owner that was not read: a ReplicaSet named by a Deployment ends in the hash that the pod carries as a label. */
static void name_unread(json_t *pod, const json_t *ref, struct workload *out)
{
	const char *kind = fld_str(ref, "kind"), *name = fld_str(ref, "name");
	const char *hash = json_string_value(json_object_get(fld_at(pod, "metadata.labels"), "pod-template-hash"));
	size_t n = strlen(name), k = hash ? strlen(hash) : 0;

	set_names(out, fld_str(ref, "apiVersion"), kind, fld_ns(pod), name);
	if (strcmp(kind, "ReplicaSet") == 0 && k && n > k + 1 && name[n - k - 1] == '-' &&
	    strcmp(name + n - k, hash) == 0) {
		snprintf(out->kind, sizeof(out->kind), "Deployment");
		out->name[n - k - 1] = '\0';
	}
}

static const json_t *controller_ref(const json_t *object)
{
	json_t *refs = fld_at(object, "metadata.ownerReferences"), *ref;
	size_t i;

	json_array_foreach (refs, i, ref)
		if (fld_true(ref, "controller"))
			return ref;
	return NULL;
}

void workload_of(const struct host *h, struct work *w, json_t *pod, struct workload *out)
{
	json_t *top = h->top_owner(w, pod);
	const json_t *ref = controller_ref(pod);

	workload_is(pod, out);
	if (!ref || strcmp(fld_str(ref, "kind"), "Node") == 0)
		return;
	if (!top || top == pod) {
		name_unread(pod, ref, out);
		out->object = NULL;
		return;
	}
	/* a ReplicaSet whose Deployment was not read */
	if (controller_ref(top) && strcmp(fld_kind(top), "ReplicaSet") == 0) {
		json_t *labels = fld_at(top, "metadata.labels");

		if (json_object_get(labels, "pod-template-hash")) {
			set_names(out, "apps/v1", "Deployment", fld_ns(top), fld_str(controller_ref(top), "name"));
			out->object = NULL;
			return;
		}
	}
	set_names(out, fld_str(top, "apiVersion"), fld_kind(top), fld_ns(top), fld_name(top));
	out->object = top;
	if (workload_template(top, &out->pointer)) {
		out->spec_object = top;
		out->spec = workload_template(top, &out->pointer);
	} else {
		out->pointer = "/spec";
	}
}

void workload_about(struct diagnosis *d, const struct workload *wl)
{
	diag_about_words(d, wl->api_version, wl->kind, wl->ns, wl->name);
}

const char *workload_text(const struct workload *wl, char out[static 400])
{
	snprintf(out, 400, "%s %s%s%s", wl->kind, wl->ns, *wl->ns ? "/" : "", wl->name);
	return out;
}

static const char *arg(const char *kind, const char *ns, const char *name, char out[static 400])
{
	size_t n = 0;

	for (; kind[n] && n < 100; n++)
		out[n] = (char)tolower((unsigned char)kind[n]);
	snprintf(out + n, 400 - n, "/%s%s%s", name, *ns ? " -n " : "", ns);
	return out;
}

const char *workload_arg(const struct workload *wl, char out[static 400])
{
	return arg(wl->kind, wl->ns, wl->name, out);
}

const char *workload_arg_of(const json_t *object, char out[static 400])
{
	return arg(fld_kind(object), fld_ns(object), fld_name(object), out);
}

const char *workload_container(const struct workload *wl, const char *container, char out[static 128])
{
	static const char *const lists[] = {"containers", "initContainers"};
	json_t *c;
	size_t i;

	for (size_t k = 0; k < 2; k++) {
		json_t *list = fld_at(wl->spec, lists[k]);

		json_array_foreach (list, i, c) {
			if (strcmp(fld_str(c, "name"), container) != 0)
				continue;
			snprintf(out, 128, "%s/%s/%zu", wl->pointer, lists[k], i);
			return out;
		}
	}
	out[0] = '\0';
	return out;
}
