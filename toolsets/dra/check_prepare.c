/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that have their devices and a node, where the kubelet or the driver cannot prepare them. */
#include "toolsets/dra/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/dra/fault.h"
#include "toolsets/lib/field.h"

struct run {
	const struct host *h;
	struct work *w;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool word_after(const char *text, const char *before, const char *ends, char *out, size_t size)
{
	const char *at = strstr(text, before);

	if (!at)
		return false;
	at += strlen(before);
	snprintf(out, size, "%.*s", (int)strcspn(at, ends), at);
	return *out != '\0';
}

/* The kubelet's words: its event, or what the container waits for. */
static const char *find_words(struct run *r, json_t *pod, json_t **object, char pointer[static 100])
{
	json_t *e = fault_event(r->h, r->w, pod, "FailedPrepareDynamicResources", NULL), *list, *s;
	const char *at;
	size_t i;

	if (e) {
		const char *text = fault_event_text(e, &at);

		snprintf(pointer, 100, "%s", at);
		*object = e;
		return text;
	}
	list = fld_at(pod, "status.containerStatuses");
	json_array_foreach (list, i, s) {
		const char *text = fld_str(s, "state.waiting.message");

		if (!strstr(text, "CDI device") && !strstr(text, "unable to get claim info"))
			continue;
		snprintf(pointer, 100, "/status/containerStatuses/%zu/state/waiting/message", i);
		*object = pod;
		return text;
	}
	return NULL;
}

static void not_registered(struct run *r, struct diagnosis *d, json_t *pod, const char *driver)
{
	const char *node = fld_str(pod, "spec.nodeName");
	json_t *set = fault_driver_set(r->h, r->w, driver), *pods, *p, *on = NULL;
	enum seen seen;
	size_t i;

	diag_rate(d, SEVERITY_CRITICAL, 0.9);
	diag_cause(d,
		   "The driver %s is not registered with the kubelet of node %s, so the devices of pod %s cannot be "
		   "prepared",
		   driver, node, fld_name(pod));
	if (!set) {
		diag_cause_more(d, "; no DaemonSet looks like it");
		diag_fix(d, "Install the driver %s", driver);
		return;
	}
	diag_about(d, set);
	diag_blames(d, "apps/v1", "DaemonSet", fld_ns(set), fld_name(set));
	pods = r->h->list(r->w, "pods", fld_ns(set), &seen);
	json_array_foreach (pods, i, p)
		if (is(fld_str(p, "spec.nodeName"), node) &&
		    r->h->labels_match(fld_at(set, "spec.selector"), fld_at(p, "metadata.labels"), false))
			on = p;
	if (on) {
		diag_blames(d, "v1", "Pod", fld_ns(on), fld_name(on));
		diag_cause_more(d, "; its pod there is %s", fld_name(on));
		diag_cite(d, on, NULL, "/status/containerStatuses/0/state/waiting/reason");
		diag_cite(d, on, NULL, "/status/phase");
	} else {
		diag_cause_more(d, "; its DaemonSet %s/%s has no pod there", fld_ns(set), fld_name(set));
	}
	diag_fix(d, "Look at the driver on that node: kubectl get pods -n %s -o wide --field-selector spec.nodeName=%s",
		 fld_ns(set), node);
}

/* What the driver said, without what the kubelet puts before it. */
static const char *driver_words(const char *text)
{
	const char *at, *claim = strstr(text, "NodePrepareResources failed for ResourceClaim ");

	if (claim && (at = strstr(claim, ": ")))
		return at + 2;
	while ((at = strstr(text, "prepare dynamic resources: ")))
		text = at + strlen("prepare dynamic resources: ");
	return text;
}

struct written {
	const json_t *claim;
	json_t *edit;
};

static void on_demand(void *ctx, const struct demand *demand)
{
	struct written *o = ctx;

	if (demand->claim == o->claim)
		o->edit = demand->edit;
}

/* A claim that was made from a template is corrected there. */
static void about_written(struct run *r, struct diagnosis *d, json_t *pod, json_t *claim)
{
	struct written o = {claim, NULL};

	if (claim)
		demands_each(r->h, r->w, pod, on_demand, &o);
	if (!o.edit)
		return;
	diag_about(d, o.edit);
	diag_fix(d,
		 "Correct the parameters of its configuration; the spec cannot be changed, so delete it and create it again: "
		 "kubectl delete %s %s -n %s",
		 is(fld_kind(o.edit), "ResourceClaimTemplate") ? "resourceclaimtemplate" : "resourceclaim",
		 fld_name(o.edit), fld_ns(o.edit));
}

static void say(struct run *r, struct diagnosis *d, json_t *pod, const char *text)
{
	char word[254] = "", driver[128] = "";
	const char *node = fld_str(pod, "spec.nodeName");
	enum seen seen;
	json_t *claim = NULL;

	if (word_after(text, "DRA driver ", " ", driver, sizeof(driver)) && strstr(text, "is not registered")) {
		not_registered(r, d, pod, driver);
		return;
	}
	if (word_after(text, "plugin name ", " ", driver, sizeof(driver)) &&
	    strstr(text, "not found in the list of registered DRA plugins")) {
		not_registered(r, d, pod, driver);
		return;
	}
	diag_rate(d, SEVERITY_CRITICAL, 0.85);
	if (word_after(text, "unresolvable CDI devices ", " :", word, sizeof(word))) {
		claim = r->h->find(r->w, "nodes", NULL, node, &seen);
		if (claim)
			diag_about(d, claim);
		diag_cause(d,
			   "The container runtime of node %s does not find the CDI device %s that the driver prepared: "
			   "CDI is off, or looks in another "
			   "folder",
			   node, word);
		diag_cite(d, claim, NULL, "/status/nodeInfo/containerRuntimeVersion");
		diag_fix(d, "Switch CDI on in the runtime of %s (containerd 1.7: enable_cdi = true) and restart it",
			 node);
		return;
	}
	if (word_after(text, "ResourceClaim ", ": ", word, sizeof(word))) {
		claim = r->h->find(r->w, "resourceclaims.resource.k8s.io", fld_ns(pod),
				   strchr(word, '/') ? strchr(word, '/') + 1 : word, &seen);
		if (claim) {
			diag_about(d, claim);
			diag_cite(d, claim, NULL, "/status/allocation/devices/results/0/device");
			diag_cite(d, claim, NULL, "/status/allocation/devices/results/0/driver");
		}
	}
	if (strstr(text, "is not allowed to use ResourceClaim"))
		diag_cause(d,
			   "Pod %s uses a ResourceClaim that is not reserved for it: it was put on node %s past the "
			   "scheduler",
			   fld_name(pod), node);
	else if (strstr(text, "unknown field") || strstr(text, "decoding")) {
		diag_cause(d, "The configuration in the claim of pod %s is not what its driver understands: %.250s",
			   fld_name(pod), driver_words(text));
		about_written(r, d, pod, claim);
	} else if (strstr(text, "DeadlineExceeded") || strstr(text, "Unavailable"))
		diag_cause(d, "The driver on node %s does not answer the kubelet: %.250s", node, driver_words(text));
	else
		diag_cause(d, "The devices of pod %s cannot be prepared on node %s: %.280s", fld_name(pod), node,
			   driver_words(text));
	diag_fix(d,
		 "See what the driver says on node %s: kubectl get pods -A -o wide --field-selector spec.nodeName=%s",
		 node, node);
}

static void judge(struct run *r, json_t *pod)
{
	struct diagnosis *d;
	struct workload wl;
	json_t *object = NULL;
	char pointer[100];
	const char *text = find_words(r, pod, &object, pointer);
	bool fresh;

	if (!text)
		return;
	workload_of(r->h, r->w, pod, &wl);
	d = diag_get(&r->set, &fresh, "%s/%s/%s", wl.kind, wl.ns, wl.name);
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_cite(d, object, NULL, "%s", pointer);
	diag_docs(d, "https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/");
	say(r, d, pod, text);
	diag_cite(d, pod, NULL, "/spec/nodeName");
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.h = h, .w = w, .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (demand_pending(pod) && *fld_str(pod, "spec.nodeName"))
			judge(&r, pod);
	diag_send(&r.set);
}

const struct check dra_prepare_check = {
	.size = sizeof(struct check),
	.name = "dra-prepare-failed",
	.help = "Pods on a node whose devices the kubelet or the driver cannot prepare",
	.run = run,
	.reads = "pods events nodes resourceclaims.resource.k8s.io resourceclaimtemplates.resource.k8s.io",
};
