/* SPDX-License-Identifier: Apache-2.0 */
/* What lies about: ConfigMaps that nobody uses, volumes that are left over, paused work, selectors that select nothing. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/pile.h"
#include "toolsets/kubernetes/refs.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/workload.h"

#define BIG_BYTES (900u * 1024) /* a ConfigMap may hold 1 MiB */
#define USERS_MAX 20000u	/* references that are looked at */

static const char *const makers[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps", "cronjobs.batch",
				     "jobs.batch",	 "pods"};
#define MAKERS (sizeof(makers) / sizeof(makers[0]))

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* --- ConfigMaps --- */

struct users {
	json_t *names; /* "ns/name" */
	const char *ns;
	size_t count;
};

static void on_use(void *ctx, const struct spec_ref *r)
{
	struct users *u = ctx;
	char key[340];

	if (!is(r->resource, "configmaps") || u->count++ > USERS_MAX)
		return;
	snprintf(key, sizeof(key), "%s/%s", u->ns, r->name);
	json_object_set_new(u->names, key, json_true());
}

/* False: what uses them could not be read whole, so that nothing can be said. */
static bool read_users(const struct view *v, struct users *u)
{
	const char *pointer;
	json_t *list, *o;
	size_t i, count;

	for (size_t k = 0; k < MAKERS; k++) {
		list = pile_list(v, makers[k]);
		if (!list || v->h->selected(v->w, makers[k], NULL, &count))
			return false;
		json_array_foreach (list, i, o) {
			u->ns = fld_ns(o);
			if (workload_template(o, &pointer))
				kubernetes_spec_refs(workload_template(o, &pointer), on_use, u);
		}
	}
	return u->count < USERS_MAX;
}

/* Made or read by something that does not name them in a template: sidecars that watch labels, releases, elections. */
static bool kept(const json_t *o)
{
	static const char *const spaces[] = {"kube-system", "kube-public", "kube-node-lease", NULL};
	json_t *labels = fld_at(o, "metadata.labels"), *notes = fld_at(o, "metadata.annotations"), *value;
	const char *name = fld_name(o), *key;

	for (size_t i = 0; spaces[i]; i++)
		if (is(fld_ns(o), spaces[i]))
			return true;
	if (fld_count(o, "metadata.ownerReferences") || strstr(name, "-ca.crt") || strstr(name, "root-ca") ||
	    strstr(name, "root-cert") || strstr(name, "leader") || strstr(name, "lock"))
		return true;
	json_object_foreach (labels, key, value)
		if (strstr(key, "grafana") || strstr(key, "prometheus") || strstr(key, "fluentd") ||
		    strstr(key, "dashboard") || strstr(key, "helm") || strstr(key, "dynamically-loaded"))
			return true;
	json_object_foreach (notes, key, value)
		if (strstr(key, "leader") || strstr(key, "skip-usage-check"))
			return true;
	return false;
}

static size_t bytes_of(const json_t *o)
{
	json_t *value;
	const char *key;
	size_t n = 0;

	json_object_foreach (fld_at(o, "data"), key, value)
		n += json_string_length(value);
	json_object_foreach (fld_at(o, "binaryData"), key, value)
		n += json_string_length(value) / 4 * 3;
	return n;
}

static void run_config(const struct host *h, struct work *w)
{
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);
	struct pile unused = {.set = &set,
			      .what = "ConfigMaps that no pod refers to",
			      .fix = "Delete what is no longer needed: kubectl delete configmap NAME"},
		    big = {.set = &set,
			   .what = "ConfigMaps near the limit of 1 MiB",
			   .fix = "Split them, or keep large files in a volume or image"};
	struct users users = {.names = json_object()};
	json_t *list = pile_list(&v, "configmaps"), *o;
	bool known = json_array_size(list) && read_users(&v, &users);
	char key[340];
	size_t i;

	json_array_foreach (list, i, o) {
		snprintf(key, sizeof(key), "%s/%s", fld_ns(o), fld_name(o));
		if (known && !kept(o) && !json_object_get(users.names, key))
			pile_add(&unused, o, "/metadata/name");
	}
	pile_end(&unused);
	json_array_foreach (list, i, o)
		if (bytes_of(o) > BIG_BYTES)
			pile_add(&big, o, "/metadata/name");
	pile_end(&big);
	json_decref(users.names);
	diag_send(&set);
}

/* --- storage --- */

static bool old_plugin(const char *provisioner)
{
	return strncmp(provisioner, "kubernetes.io/", 14) == 0 && !is(provisioner, "kubernetes.io/no-provisioner");
}

static bool is_default(const json_t *class)
{
	const json_t *note = json_object_get(fld_at(class, "metadata.annotations"),
					     "storageclass.kubernetes.io/is-default-class");

	return json_is_string(note) && is(json_string_value(note), "true");
}

static void run_storage(const struct host *h, struct work *w)
{
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);
	struct pile defaults = {.set = &set,
				.what = "default StorageClasses, of which the newest is taken",
				.fix = "Keep one: set the annotation storageclass.kubernetes.io/is-default-class of the others "
				       "to false"},
		    plugins = {.set = &set,
			       .what = "StorageClasses with a provisioner that newer versions of Kubernetes do not have",
			       .fix = "Move to the CSI driver of the storage"},
		    left = {.set = &set,
			    .what = "PersistentVolumes whose claim is gone",
			    .fix = "Save what is on them, then delete them: kubectl get pv"};
	json_t *classes = pile_list(&v, "storageclasses.storage.k8s.io"), *o;
	size_t i, n = 0;

	json_array_foreach (classes, i, o)
		n += is_default(o);
	json_array_foreach (classes, i, o) {
		if (n > 1 && is_default(o))
			pile_add(&defaults, o, "/metadata/name");
	}
	pile_end(&defaults);
	json_array_foreach (classes, i, o)
		if (old_plugin(fld_str(o, "provisioner")))
			pile_add(&plugins, o, "/provisioner");
	pile_end(&plugins);
	json_array_foreach (pile_list(&v, "persistentvolumes"), i, o)
		if (is(fld_str(o, "status.phase"), "Released") || is(fld_str(o, "status.phase"), "Failed"))
			pile_add(&left, o, "/status/phase");
	pile_end(&left);
	diag_send(&set);
}

/* --- paused work --- */

static void run_paused(const struct host *h, struct work *w)
{
	static const char *const kinds[][3] = {
		{"cronjobs.batch", "spec.suspend", "suspended CronJobs"},
		{"jobs.batch", "spec.suspend", "suspended Jobs"},
		{"deployments.apps", "spec.paused", "Deployments whose rollout is paused"}};
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);
	json_t *o;
	size_t i;

	for (size_t k = 0; k < 3; k++) {
		struct pile p = {.set = &set,
				 .what = kinds[k][2],
				 .fix = "If they should run: set suspend or paused to false"};

		json_array_foreach (pile_list(&v, kinds[k][0]), i, o)
			if (fld_true(o, kinds[k][1]))
				pile_add(&p, o, "/metadata/name");
		pile_end(&p);
	}
	diag_send(&set);
}

/* --- selectors --- */

/* Does anything that is there, or could be made, carry the labels? */
static bool selects(const struct view *v, const json_t *o, const char *path)
{
	const json_t *selector = fld_at(o, path);
	json_t *maker;
	enum seen seen;
	size_t i, count;

	if (!selector || !(fld_count(selector, "matchLabels") + fld_count(selector, "matchExpressions")))
		return true; /* all of the namespace */
	for (size_t k = 0; k < MAKERS - 1; k++)
		json_array_foreach (v->h->list(v->w, makers[k], fld_ns(o), &seen), i, maker)
			if (v->h->labels_match(selector, workload_labels(maker), false))
				return true;
	/* advice is not worth a request for each of them */
	return v->h->selected(v->w, "pods", NULL, &count) || json_array_size(v->h->select_pods(v->w, fld_ns(o), selector));
}

static void run_selectors(const struct host *h, struct work *w)
{
	static const char *const kinds[][3] = {
		{"networkpolicies.networking.k8s.io", "spec.podSelector", "NetworkPolicies that select no pod"},
		{"poddisruptionbudgets.policy", "spec.selector", "PodDisruptionBudgets that select no pod"}};
	struct view v = VIEW_INIT(h, w);
	struct diagnoses set = DIAG_INIT(h, w);
	struct pile homeless = {.set = &set,
				.what = "StatefulSets whose Service (serviceName) does not exist, so that their pods have no "
					"names of their own",
				.fix = "Create the headless Service that spec.serviceName names"};
	enum seen seen;
	json_t *o;
	size_t i;

	for (size_t k = 0; k < 2; k++) {
		struct pile p = {.set = &set, .what = kinds[k][2], .fix = "Correct the selector, or delete what is left over"};

		json_array_foreach (pile_list(&v, kinds[k][0]), i, o)
			if (!selects(&v, o, kinds[k][1]))
				pile_add(&p, o, "/metadata/name");
		pile_end(&p);
	}
	json_array_foreach (pile_list(&v, "statefulsets.apps"), i, o)
		if (*fld_str(o, "spec.serviceName") &&
		    !h->find(w, "services", fld_ns(o), fld_str(o, "spec.serviceName"), &seen) && seen == SEEN_NOT_FOUND)
			pile_add(&homeless, o, "/spec/serviceName");
	pile_end(&homeless);
	diag_send(&set);
}

const struct check kubernetes_unused_check = {
	.size = sizeof(struct check),
	.name = "hygiene-config",
	.help = "Advice: ConfigMaps that no pod refers to, or that are near their limit of size",
	.run = run_config,
	.reads = "configmaps deployments.apps statefulsets.apps daemonsets.apps cronjobs.batch jobs.batch pods",
};

const struct check kubernetes_storage_check = {
	.size = sizeof(struct check),
	.name = "hygiene-storage",
	.help = "Advice: several default StorageClasses, provisioners of the past, volumes whose claim is gone",
	.run = run_storage,
	.reads = "storageclasses.storage.k8s.io persistentvolumes",
};

const struct check kubernetes_paused_check = {
	.size = sizeof(struct check),
	.name = "hygiene-paused",
	.help = "Advice: CronJobs, Jobs and rollouts that somebody has paused",
	.run = run_paused,
	.reads = "cronjobs.batch jobs.batch deployments.apps",
};

const struct check kubernetes_selects_check = {
	.size = sizeof(struct check),
	.name = "hygiene-selector",
	.help = "Advice: NetworkPolicies and PodDisruptionBudgets that select nothing, StatefulSets without their Service",
	.run = run_selectors,
	.reads = "networkpolicies.networking.k8s.io poddisruptionbudgets.policy statefulsets.apps deployments.apps "
		 "daemonsets.apps cronjobs.batch jobs.batch pods services",
};
