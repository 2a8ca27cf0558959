/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that are not ready, or under pressure. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/refusal.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/quantity.h"
#include "toolsets/lib/when.h"
#include "toolsets/lib/workload.h"

#define PODS_NAMED 200u
#define UNINITIALIZED_MS (5 * 60 * 1000LL)
#define EVICTED_MS (2 * 60 * 60 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static size_t condition_index(const json_t *node, const char *type)
{
	json_t *list = fld_at(node, "status.conditions"), *c;
	size_t i;

	json_array_foreach (list, i, c)
		if (is(fld_str(c, "type"), type))
			return i;
	return 0;
}

/* Pods of the node that suffer: all on a node that is gone. */
static size_t pods_on(struct run *r, struct diagnosis *d, const json_t *node, bool all)
{
	enum seen seen;
	json_t *pods = r->v.h->pods_on(r->v.w, fld_name(node), &seen), *pod;
	size_t i, n = 0;

	json_array_foreach (pods, i, pod) {
		const char *phase = fld_str(pod, "status.phase");

		if (!is(fld_str(pod, "spec.nodeName"), fld_name(node)) || is(phase, "Succeeded") || is(phase, "Failed"))
			continue;
		n++;
		if (n <= PODS_NAMED && (all || !pod_ready(pod)))
			diag_shows(d, pod);
	}
	return seen == SEEN_OK ? n : 0; /* a part of them is no number to tell */
}

/* A network plug-in that does not come up on the node keeps it from being ready. */
static void blame_network(struct run *r, struct diagnosis *d, const json_t *node)
{
	static const char *const plugins[] = {"calico",	     "cilium",	 "flannel",   "weave",	   "kindnet",
					      "antrea",	     "aws-node", "azure-cni", "azure-npm", "canal",
					      "kube-router", "ovn",	 "multus",    NULL};
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "daemonsets.apps", NULL, &seen), *o, *pods, *pod;
	size_t i, k;

	json_array_foreach (list, i, o)
		for (size_t p = 0; plugins[p]; p++)
			if (strstr(fld_name(o), plugins[p]))
				diag_blames(d, "apps/v1", "DaemonSet", fld_ns(o), fld_name(o));
	pods = r->v.h->pods_on(r->v.w, fld_name(node), &seen);
	json_array_foreach (pods, k, pod)
		for (size_t p = 0; plugins[p]; p++)
			if (is(fld_str(pod, "spec.nodeName"), fld_name(node)) && strstr(fld_name(pod), plugins[p]))
				diag_blames(d, "v1", "Pod", fld_ns(pod), fld_name(pod));
}

/* Its kubelet may be locked out for want of a certificate: the request's own finding says so. */
static void blame_request(struct run *r, struct diagnosis *d, const json_t *node)
{
	enum seen seen;
	json_t *list, *o;
	char user[300];
	size_t i;

	if (!is(fld_str(fld_condition(node, "Ready"), "status"), "Unknown"))
		return;
	list = r->v.h->list(r->v.w, "certificatesigningrequests.certificates.k8s.io", NULL, &seen);
	snprintf(user, sizeof(user), "system:node:%.253s", fld_name(node));
	json_array_foreach (list, i, o)
		if (is(fld_str(o, "spec.username"), user))
			diag_blames(d, "certificates.k8s.io/v1", "CertificateSigningRequest", NULL, fld_name(o));
}

static void say_reason(struct diagnosis *d, const json_t *node, const json_t *ready)
{
	const char *text = fld_str(ready, "message");

	if (is(fld_str(ready, "status"), "Unknown") || strstr(text, "stopped posting"))
		diag_cause_more(d, ": its kubelet stopped reporting (kubelet or machine down, or the network to the "
				   "control plane cut)");
	else if (strstr(text, "container runtime is down") || strstr(text, "container runtime") || strstr(text, "PLEG"))
		diag_cause_more(d, ": its container runtime does not work");
	else if (strstr(text, "cni") || strstr(text, "network plugin") || strstr(text, "NetworkPluginNotReady"))
		diag_cause_more(d, ": its network plug-in is not set up");
	else
		diag_cause_more(d, " (%s)", fld_str(ready, "reason"));
	if (*text)
		diag_cause_more(d, ": \"%.200s\"", text);
	(void)node;
}

static void not_ready(struct run *r, json_t *node, const json_t *ready)
{
	struct diagnosis *d = diag_new(&r->set);
	size_t i = condition_index(node, "Ready"), n;
	const char *text = fld_str(ready, "message");
	bool network = strstr(text, "cni") || strstr(text, "network");
	char age[AGE_SIZE];

	diag_about(d, node);
	diag_rate(d, SEVERITY_CRITICAL, network ? 0.85 : 0.95);
	diag_cause(d, "Node %s has not been ready for %s", fld_name(node),
		   age_since(fld_str(ready, "lastTransitionTime"), r->v.now_ms, age));
	say_reason(d, node, ready);
	n = pods_on(r, d, node, true);
	if (n)
		diag_cause_more(d, "; %zu pod%s on it", n, n == 1 ? " is" : "s are");
	diag_cite(d, node, NULL, "/status/conditions/%zu/status", i);
	diag_cite(d, node, NULL, "/status/conditions/%zu/message", i);
	diag_cite(d, node, NULL, "/status/conditions/%zu/reason", i);
	diag_cite(d, node, NULL, "/status/conditions/%zu/lastTransitionTime", i);
	if (network)
		blame_network(r, d, node);
	blame_request(r, d, node);
	diag_fix(d, "Look at the node: kubectl describe node %s", fld_name(node));
	if (is(fld_str(ready, "status"), "Unknown"))
		diag_fix(d, "Log in and restart what is down: systemctl status kubelet; journalctl -u kubelet -n 100");
	else
		diag_fix(d, "On the node: systemctl status kubelet containerd; journalctl -u kubelet -n 100");
	diag_docs(d, "https://kubernetes.io/docs/concepts/architecture/nodes/#condition");
}

/* "Container crawler was using 41Gi, request is 0": who uses most of it, by what the kubelet said when it evicted. */
static void say_user(struct run *r, struct diagnosis *d, const json_t *node)
{
	enum seen seen;
	json_t *pods = r->v.h->list(r->v.w, "pods", NULL, &seen), *pod, *found = NULL;
	struct quantity most = {0}, q;
	char used[40] = "", one[40];
	struct workload wl;
	int64_t at;
	size_t i;

	json_array_foreach (pods, i, pod) {
		const char *text = fld_str(pod, "status.message");

		if (!is(fld_str(pod, "spec.nodeName"), fld_name(node)) ||
		    !is(fld_str(pod, "status.reason"), "Evicted") ||
		    !refusal_word(text, " was using ", ", ", one, sizeof(one)) || !quantity_parse(one, &q) ||
		    quantity_compare(q, most) <= 0 ||
		    (when_parse(fld_str(pod, "status.startTime"), &at) && r->v.now_ms - at > EVICTED_MS))
			continue;
		most = q;
		found = pod;
		memcpy(used, one, sizeof(used));
	}
	if (!found)
		return;
	workload_of(r->v.h, r->v.w, found, &wl);
	diag_cause_more(d, "; a pod of %s %s that was evicted used %s of it", wl.kind, wl.name, used);
	diag_cite(d, found, NULL, "/status/message");
	diag_fix(d, "See why %s %s uses so much: kubectl describe pod %s -n %s", wl.kind, wl.name, fld_name(found),
		 fld_ns(found));
}

/* "Threshold quantity: 76393024917, available: 58Gi": a threshold that is met while most is free is set wrong. */
static void say_threshold(struct run *r, struct diagnosis *d, const json_t *node, const char *type)
{
	const char *resource = is(type, "DiskPressure") ? "ephemeral-storage" : "memory";
	struct quantity all = quantity_of(json_object_get(fld_at(node, "status.capacity"), resource)), limit, left;
	enum seen seen;
	json_t *pods = r->v.h->list(r->v.w, "pods", NULL, &seen), *pod;
	char one[40], two[40], text[QUANTITY_SIZE];
	size_t i;

	json_array_foreach (pods, i, pod) {
		const char *said = fld_str(pod, "status.message");

		if (!is(fld_str(pod, "spec.nodeName"), fld_name(node)) || !strstr(said, resource) ||
		    !refusal_word(said, "Threshold quantity: ", ", ", one, sizeof(one)) ||
		    !refusal_word(said, "available: ", ". ", two, sizeof(two)) || !quantity_parse(one, &limit) ||
		    !quantity_parse(two, &left) || quantity_zero(all) || quantity_percent(limit, all) < 40)
			continue;
		diag_cause_more(d,
				"; its eviction threshold is set wrong: pods are evicted below %s free, %d%% of what "
				"the node has, "
				"and %s was still free (evictionHard or evictionSoft of its kubelet)",
				quantity_text(limit, resource, text), quantity_percent(limit, all), two);
		diag_cite(d, pod, NULL, "/status/message");
		diag_cite(d, node, NULL, "/status/capacity/%s", resource);
		diag_fix(
			d,
			"On node %s set evictionHard in /var/lib/kubelet/config.yaml to its default (nodefs.available: "
			"10%%, memory.available: 100Mi), then: systemctl restart kubelet",
			fld_name(node));
		return;
	}
}

/* The cloud's controller has to take the taint away before the scheduler uses the node. */
static void uninitialized(struct run *r, json_t *node, size_t i)
{
	struct diagnosis *d = diag_new(&r->set);
	char age[AGE_SIZE];

	diag_about(d, node);
	diag_rate(d, SEVERITY_WARNING, 0.88);
	diag_cause(d,
		   "Node %s joined %s ago and is still not initialized by the cloud's controller (taint "
		   "node.cloudprovider.kubernetes.io/uninitialized), so no pod may go there",
		   fld_name(node), age_of(node, r->v.now_ms, age));
	diag_cite(d, node, NULL, "/spec/taints/%zu/key", i);
	diag_cite(d, node, NULL, "/metadata/creationTimestamp");
	diag_fix(d, "Look at the cloud controller manager: kubectl get pods -n kube-system | grep -i cloud");
	diag_docs(d, "https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/");
}

static void taints(struct run *r, json_t *node)
{
	json_t *t;
	size_t i;

	json_array_foreach (fld_at(node, "spec.taints"), i, t)
		if (is(fld_str(t, "key"), "node.cloudprovider.kubernetes.io/uninitialized") &&
		    patient_age_ms(&r->v, node) > UNINITIALIZED_MS)
			uninitialized(r, node, i);
}

static void pressure(struct run *r, json_t *node, const json_t *c, size_t i)
{
	struct diagnosis *d = diag_new(&r->set);
	const char *type = fld_str(c, "type");

	diag_about(d, node);
	diag_rate(d, is(type, "NetworkUnavailable") ? SEVERITY_CRITICAL : SEVERITY_WARNING, 0.88);
	diag_cause(d, "Node %s is short of %s (%s)", fld_name(node),
		   is(type, "DiskPressure")	? "disk space"
		   : is(type, "MemoryPressure") ? "memory"
		   : is(type, "PIDPressure")	? "process ids"
						: "network routes",
		   type);
	if (is(type, "DiskPressure") || is(type, "MemoryPressure"))
		diag_cause_more(d, ": it evicts pods and takes no new ones");
	if (is(type, "DiskPressure") || is(type, "MemoryPressure")) {
		say_user(r, d, node);
		say_threshold(r, d, node, type);
	}
	diag_cite(d, node, NULL, "/status/conditions/%zu/status", i);
	diag_cite(d, node, NULL, "/status/conditions/%zu/message", i);
	diag_cite(d, node, NULL, "/status/conditions/%zu/reason", i);
	if (is(type, "NetworkUnavailable"))
		blame_network(r, d, node);
	pods_on(r, d, node, false);
	diag_fix(d, "See what uses it up: kubectl describe node %s", fld_name(node));
	if (is(type, "DiskPressure"))
		diag_fix(d, "On the node: df -h; remove unused images with crictl rmi --prune");
}

static void run(const struct host *h, struct work *w)
{
	static const char *const bad[] = {"MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"};
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *nodes = h->list(w, "nodes", NULL, &seen), *node, *c;
	size_t i, k;

	json_array_foreach (nodes, i, node) {
		const json_t *ready = fld_condition(node, "Ready");

		if (ready && !is(fld_str(ready, "status"), "True") && patient_age_ms(&r.v, node) > 120000) {
			not_ready(&r, node, ready);
			continue;
		}
		taints(&r, node);
		json_array_foreach (fld_at(node, "status.conditions"), k, c)
			for (size_t b = 0; b < sizeof(bad) / sizeof(bad[0]); b++)
				if (is(fld_str(c, "type"), bad[b]) && is(fld_str(c, "status"), "True"))
					pressure(&r, node, c, k);
	}
	diag_send(&r.set);
}

const struct check kubernetes_node_check = {
	.size = sizeof(struct check),
	.name = "node-not-ready",
	.help = "Nodes that are not ready or short of disk, memory, process ids or network, with the pods on them",
	.run = run,
	.reads = "nodes pods events daemonsets.apps certificatesigningrequests.certificates.k8s.io",
};
