/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/writers.h"

#include "agent/base/clock.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

static bool in_list(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (str_eq(*list, word))
			return true;
	return false;
}

bool writers_wanted(const char *kind)
{
	static const char *const numerous[] = {"Pod",	   "Event",	 "EndpointSlice", "Endpoints", "Lease",
					       "ReplicaSet", "ControllerRevision", NULL};

	return !in_list(numerous, kind);
}

/* They carry out what somebody else wrote. Small distributions run all of them in one program. */
static bool is_machinery(const char *manager)
{
	static const char *const names[] = {"kube-controller-manager",
					    "kubelet",
					    "kube-scheduler",
					    "kube-apiserver",
					    "cloud-controller-manager",
					    "k3s",
					    "k0s",
					    "rke2",
					    "before-first-apply",
					    NULL};

	return in_list(names, manager);
}

static bool tells(const json_t *entry, int64_t *at)
{
	const char *manager = json_key_str(entry, "manager"), *time = json_key_str(entry, "time");

	return !str_empty(manager) && !is_machinery(manager) &&
	       !str_eq(json_key_str(entry, "subresource"), "status") && time && clock_parse(time, at);
}

static json_t *short_entry(const json_t *entry)
{
	static const char *const keys[] = {"manager", "operation", "time", "subresource"};
	json_t *out = json_object(), *value;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		value = json_object_get(entry, keys[i]);
		if (json_is_string(value))
			json_object_set(out, keys[i], value);
	}
	return out;
}

json_t *writers_short(const json_t *managed)
{
	json_t *out = json_array(), *entry;
	size_t i, kept = 0;
	int64_t at;

	json_array_foreach (managed, i, entry) {
		if (!tells(entry, &at)) {
			json_array_append_new(out, json_null());
			continue;
		}
		json_array_append_new(out, short_entry(entry));
		kept++;
	}
	if (!kept) {
		json_decref(out);
		return NULL;
	}
	return out;
}

bool writers_at(const json_t *object, size_t n, struct writer *out)
{
	json_t *entry;
	size_t i;

	json_array_foreach (json_at(object, "metadata.managedFields"), i, entry) {
		int64_t at;

		if (!tells(entry, &at) || n-- > 0)
			continue;
		*out = (struct writer){json_key_str(entry, "manager"), str_or(json_key_str(entry, "subresource"), ""), at, i};
		return true;
	}
	return false;
}

bool writers_by_hand(const char *manager)
{
	static const char *const starts[] = {"kubectl", "helm",	     "Helm",	  "argocd", "argo-cd", "flux",
					     "kustomize", "terraform", "Terraform", "pulumi", "Mozilla", "oc",
					     "OpenAPI-Generator", "Go-http-client", "node-fetch", "ansible", "k9s", "dashboard",
					     "gitops", "skaffold", "tilt", "spinnaker", "jenkins", "lens", NULL};

	for (const char *const *s = starts; *s; s++)
		if (str_starts(manager, *s))
			return true;
	return false;
}
