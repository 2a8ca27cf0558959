/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that have a node but whose volumes cannot be mounted or whose sandbox (network) cannot be made. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/reference.h"
#include "toolsets/kubernetes/refusal.h"
#include "toolsets/lib/field.h"

#define WAIT_MS (60 * 1000LL)
#define LONG_MS (10 * WAIT_MS)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* On a node, and none of its containers has been made. */
static bool waits(struct run *r, const json_t *pod)
{
	static const char *const lists[] = {"status.initContainerStatuses", "status.containerStatuses"};
	json_t *s;
	size_t i;

	if (!is(fld_str(pod, "status.phase"), "Pending") || !*fld_str(pod, "spec.nodeName") ||
	    *fld_str(pod, "metadata.deletionTimestamp") || patient_age_ms(&r->v, pod) < WAIT_MS)
		return false;
	for (size_t k = 0; k < 2; k++)
		json_array_foreach (fld_at(pod, lists[k]), i, s)
			if (fld_at(s, "state.running") || fld_at(s, "state.terminated") ||
			    fld_at(s, "lastState.terminated"))
				return false;
	return true;
}

/* The claim or volume name that the kubelet speaks of, as a claim of the pod: "volume "data"" or "volume "pvc-123"". */
static json_t *claim_of(struct run *r, json_t *pod, const char *text)
{
	char volume[254] = "";
	enum seen seen;
	json_t *v, *claims, *c;
	size_t i;

	refusal_word(text, "volume \"", "\"", volume, sizeof(volume));
	v = fld_item(fld_at(pod, "spec.volumes"), "name", volume);
	if (v && *fld_str(v, "persistentVolumeClaim.claimName"))
		return r->v.h->find(r->v.w, "persistentvolumeclaims", fld_ns(pod),
				    fld_str(v, "persistentVolumeClaim.claimName"), &seen);
	claims = r->v.h->list(r->v.w, "persistentvolumeclaims", fld_ns(pod), &seen);
	json_array_foreach (claims, i, c)
		if (*volume && is(fld_str(c, "spec.volumeName"), volume))
			return c;
	return NULL;
}

/* Only one node may have it at a time. */
static bool for_one_node(const json_t *claim)
{
	const char *mode = fld_str(claim, "spec.accessModes.0");

	return fld_count(claim, "spec.accessModes") == 1 && (is(mode, "ReadWriteOnce") || is(mode, "ReadWriteOncePod"));
}

/* Without an event: the pod of another node that runs with a volume of this one, which only one node may have. */
static json_t *held_elsewhere(struct run *r, const json_t *pod, json_t **claim)
{
	const char *node = fld_str(pod, "spec.nodeName");
	enum seen seen;
	json_t *pods = r->v.h->list(r->v.w, "pods", fld_ns(pod), &seen), *volume, *other, *v;
	size_t i, j, k;

	json_array_foreach (fld_at(pod, "spec.volumes"), i, volume) {
		const char *name = fld_str(volume, "persistentVolumeClaim.claimName");

		*claim = *name ? r->v.h->find(r->v.w, "persistentvolumeclaims", fld_ns(pod), name, &seen) : NULL;
		if (!*claim || !for_one_node(*claim))
			continue;
		json_array_foreach (pods, j, other) {
			if (!is(fld_str(other, "status.phase"), "Running") || is(fld_str(other, "spec.nodeName"), node) ||
			    !is(fld_ns(other), fld_ns(pod)))
				continue;
			json_array_foreach (fld_at(other, "spec.volumes"), k, v)
				if (is(fld_str(v, "persistentVolumeClaim.claimName"), name))
					return other;
		}
	}
	return NULL;
}

static void multi_attach(struct diagnosis *d, const struct workload *wl, const json_t *claim, const char *holder)
{
	char arg[400];

	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	diag_cause(d,
		   "Pods of %s %s on different nodes want the volume of claim %s, which only one node may have at a "
		   "time (%s): it is held by "
		   "%s",
		   wl->kind, wl->name, claim ? fld_name(claim) : "?",
		   claim ? fld_str(claim, "spec.accessModes.0") : "ReadWriteOnce", holder);
	diag_cite(d, claim, NULL, "/spec/accessModes/0");
	diag_cite(d, wl->object, NULL, "/spec/strategy/type");
	diag_cite(d, wl->object, NULL, "/spec/replicas");
	workload_arg(wl, arg);
	diag_fix(d,
		 "Run one replica and replace instead of roll: kubectl patch %s -p "
		 "'{\"spec\":{\"strategy\":{\"type\":\"Recreate\","
		 "\"rollingUpdate\":null}}}'",
		 arg);
	diag_fix(d, "Or use a volume that many nodes may write (ReadWriteMany), or a StatefulSet with a claim for each "
		    "pod");
}

static void mount(struct run *r, struct diagnosis *d, json_t *pod, const struct workload *wl, const char *text)
{
	json_t *claim = claim_of(r, pod, text);
	char volume[254] = "", arg[400], driver[200] = "";

	refusal_word(text, "volume \"", "\"", volume, sizeof(volume));
	diag_rate(d, SEVERITY_CRITICAL, 0.85);
	if (strstr(text, "hostPath type check failed")) {
		diag_rate(d, SEVERITY_CRITICAL, 0.93);
		diag_cause(
			d,
			"Volume %s of %s %s wants a path of the node %s that is not there or of another type: %.200s",
			volume, wl->kind, wl->name, fld_str(pod, "spec.nodeName"),
			strstr(text, "hostPath type check failed"));
		diag_fix(d, "Correct path or type of the hostPath volume: kubectl edit %s", workload_arg(wl, arg));
		return;
	}
	if (refusal_word(text, "driver name ", " ", driver, sizeof(driver)) &&
	    strstr(text, "not found in the list of registered CSI drivers")) {
		diag_cause(d,
			   "The CSI driver %s is not registered on node %s, so volume %s of %s %s cannot be mounted: "
			   "its node plug-in does not run "
			   "there",
			   driver, fld_str(pod, "spec.nodeName"), volume, wl->kind, wl->name);
		diag_fix(d,
			 "Check the driver's DaemonSet on that node: kubectl get pods -A -o wide --field-selector "
			 "spec.nodeName=%s",
			 fld_str(pod, "spec.nodeName"));
		return;
	}
	diag_cause(d, "Volume %s of %s %s cannot be mounted on node %s: %.260s", volume, wl->kind, wl->name,
		   fld_str(pod, "spec.nodeName"), text);
	if (claim) {
		diag_cite(d, claim, NULL, "/spec/volumeName");
		diag_blames(d, "v1", "PersistentVolumeClaim", fld_ns(claim), fld_name(claim));
	}
	diag_blames(d, "v1", "Node", NULL, fld_str(pod, "spec.nodeName"));
	diag_fix(d, "See all of it: kubectl describe pod %s -n %s", fld_name(pod), fld_ns(pod));
}

static void blame_network(struct run *r, struct diagnosis *d, const char *text)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "daemonsets.apps", NULL, &seen), *o;
	char plugin[60] = "";
	size_t i, n;

	if (!refusal_word(text, "plugin type=\"", "\"", plugin, sizeof(plugin)))
		return;
	n = strcspn(plugin, "-");
	json_array_foreach (list, i, o)
		if (n > 2 && memmem(fld_name(o), strlen(fld_name(o)), plugin, n))
			diag_blames(d, "apps/v1", "DaemonSet", fld_ns(o), fld_name(o));
}

/* "no runtime for "runsc" is configured": what the pod's RuntimeClass asks for is not set up on the node. */
static bool no_handler(struct run *r, struct diagnosis *d, json_t *pod, const struct workload *wl, const char *text)
{
	const char *name = fld_str(pod, "spec.runtimeClassName"), *node = fld_str(pod, "spec.nodeName");
	json_t *class;
	enum seen seen;

	if (!*name || !(strstr(text, "no runtime for") || strstr(text, "runtime handler")))
		return false;
	class = r->v.h->find(r->v.w, "runtimeclasses.node.k8s.io", NULL, name, &seen);
	if (class)
		diag_about(d, class);
	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	diag_cause(d, "The container runtime of node %s has no handler %s, which RuntimeClass %s of %s %s asks for",
		   node, class ? fld_str(class, "handler") : "of that name", name, wl->kind, wl->name);
	diag_cite(d, class, NULL, "/handler");
	diag_cite(d, pod, NULL, "/spec/runtimeClassName");
	diag_cite(d, pod, NULL, "/spec/nodeName");
	diag_shows_words(d, wl->api_version, wl->kind, wl->ns, wl->name);
	diag_fix(d,
		 "Configure the handler in the runtime of node %s, or let the class pick nodes that have it "
		 "(scheduling.nodeSelector): kubectl edit runtimeclass %s",
		 node, name);
	return true;
}

/* Calico's pool of addresses, if there is one that is used: it is too small, whatever the node. */
static bool small_pool(struct run *r, struct diagnosis *d, const char *text)
{
	char named[60] = ""; /* "No IPs available in pools: [10.99.9.0/29]" */
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "ippools.crd.projectcalico.org", NULL, &seen), *o, *pool = NULL;
	size_t i;

	refusal_word(text, "available in pools: [", "] ", named, sizeof(named));
	json_array_foreach (list, i, o) {
		if (fld_true(o, "spec.disabled") || strchr(fld_str(o, "spec.cidr"), ':') ||
		    (*named && !is(named, fld_str(o, "spec.cidr"))))
			continue;
		if (pool)
			return false; /* which of them is not said */
		pool = o;
	}
	if (!pool)
		return false;
	diag_about(d, pool);
	diag_rate(d, SEVERITY_CRITICAL, 0.88);
	diag_cause(d, "IPPool %s (%s) has no addresses left for pods: %.220s", fld_name(pool),
		   fld_str(pool, "spec.cidr"), text);
	diag_cite(d, pool, NULL, "/spec/cidr");
	diag_fix(d, "Add a larger IPPool, or release addresses that nobody has: calicoctl ipam check");
	return true;
}

static bool out_of_addresses(const char *text)
{
	return strstr(text, "no IP addresses") || strstr(text, "no available IP") ||
	       strstr(text, "failed to assign an IP") || strcasestr(text, "no more") || strstr(text, "IPAM") ||
	       strstr(text, "Assigned 0 out of");
}

static void sandbox(struct run *r, struct diagnosis *d, json_t *pod, const struct workload *wl, const char *text)
{
	const char *node = fld_str(pod, "spec.nodeName");
	enum seen seen;
	json_t *object = r->v.h->find(r->v.w, "nodes", NULL, node, &seen);

	if (no_handler(r, d, pod, wl, text))
		return;
	diag_rate(d, SEVERITY_CRITICAL, 0.82);
	if (object)
		diag_about(d, object);
	if (out_of_addresses(text) && small_pool(r, d, text))
		;
	else if (out_of_addresses(text))
		diag_cause(d, "There are no IP addresses left for pods on node %s: %.220s", node, text);
	else if (strstr(text, "containerd.sock") || strstr(text, "crio.sock") || strstr(text, "dockershim"))
		diag_cause(d, "The container runtime of node %s does not answer: %.220s", node, text);
	else
		diag_cause(d, "Node %s cannot make the sandbox (network) of pods: %.220s", node, text);
	blame_network(r, d, text);
	diag_blames(d, "v1", "Node", NULL, node); /* if it is not ready, that says more */
	diag_shows_words(d, wl->api_version, wl->kind, wl->ns, wl->name);
	diag_cite(d, pod, NULL, "/spec/nodeName");
	diag_fix(d,
		 "Look at the network plug-in and runtime of the node: kubectl get pods -n kube-system -o wide "
		 "--field-selector "
		 "spec.nodeName=%s",
		 node);
}

/* Nothing was told (events live for an hour), but the pod waits for long and what it waits for is plain to see. */
static void judge_untold(struct run *r, json_t *pod)
{
	json_t *claim = NULL, *holder = patient_age_ms(&r->v, pod) > LONG_MS ? held_elsewhere(r, pod, &claim) : NULL;
	struct workload wl;
	struct diagnosis *d;
	bool fresh;

	if (!holder)
		return;
	workload_of(r->v.h, r->v.w, pod, &wl);
	d = diag_get(&r->set, &fresh, "%s/%s/%s", wl.kind, wl.ns, wl.name);
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	multi_attach(d, &wl, claim, fld_name(holder));
	diag_rate(d, SEVERITY_CRITICAL, 0.8);
	diag_cite(d, holder, NULL, "/spec/nodeName");
	diag_cite(d, pod, NULL, "/spec/nodeName");
	diag_cite(d, pod, NULL, "/status/phase");
}

/* The newest of these events that counts still; which: the place of its reason. */
static json_t *told(struct run *r, json_t *pod, size_t *which)
{
	static const char *const reasons[] = {"FailedAttachVolume", "FailedMount", "FailedCreatePodSandBox"};
	json_t *e;

	for (*which = 0; *which < 3; (*which)++)
		if ((e = patient_event(&r->v, pod, reasons[*which], NULL)) != NULL)
			return e;
	return NULL;
}

static void judge(struct run *r, json_t *pod)
{
	struct reference ref;
	struct workload wl;
	struct diagnosis *d;
	size_t k;
	json_t *e = told(r, pod, &k);
	const char *text;
	char holder[254] = "another node";
	bool fresh;

	if (!e) {
		judge_untold(r, pod);
		return;
	}
	text = event_message(e);
	if (k < 2 && (reference_said(text, &ref) || strstr(text, "references non-existent")))
		return; /* the configuration's matter */
	workload_of(r->v.h, r->v.w, pod, &wl);
	if (k == 2)
		d = diag_get(&r->set, &fresh, "node/%s", fld_str(pod, "spec.nodeName"));
	else
		d = diag_get(&r->set, &fresh, "%s/%s/%s", wl.kind, wl.ns, wl.name);
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_cite(d, e, NULL, "%s", event_pointer(e));
	if (k == 2) {
		sandbox(r, d, pod, &wl, text);
	} else if (strstr(text, "Multi-Attach error")) {
		if (!refusal_word(text, "used by pod(s) ", "\n", holder, sizeof(holder)))
			snprintf(holder, sizeof(holder), "another node");
		multi_attach(d, &wl, claim_of(r, pod, text), holder);
	} else {
		mount(r, d, pod, &wl, text);
	}
	diag_cite(d, pod, NULL, "/status/phase");
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *list = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (list, i, pod)
		if (waits(&r, pod))
			judge(&r, pod);
	diag_send(&r.set);
}

const struct check kubernetes_mount_check = {
	.size = sizeof(struct check),
	.name = "pod-setup",
	.help = "Pods on a node whose volumes cannot be attached or mounted, or whose network cannot be made",
	.run = run,
	.reads = "pods events configmaps secrets persistentvolumeclaims nodes runtimeclasses.node.k8s.io "
		 "ippools.crd.projectcalico.org "
		 "daemonsets.apps",
};
