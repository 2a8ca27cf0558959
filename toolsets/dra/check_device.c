/* SPDX-License-Identifier: Apache-2.0 */
/* Claims that exist and ask for classes that exist, but that no node's devices satisfy: the step of allocation at which
 * they fail. */
#include "toolsets/dra/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/dra/fault.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nodefit.h"

#define DOCS "https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/"
#define SHOWN 4u

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void begin(struct diagnosis *d, json_t *about, double score)
{
	diag_about(d, about);
	diag_rate(d, SEVERITY_CRITICAL, score);
	diag_docs(d, DOCS);
}

/* "2 devices of class gpu.nvidia.com". */
static void say_need(struct diagnosis *d, const struct fault *f)
{
	if (f->ask.count)
		diag_cause_more(d, "%lld device%s", f->trial.need, f->trial.need == 1 ? "" : "s");
	else
		diag_cause_more(d, "all devices");
	diag_cause_more(d, " of class %s", fld_str(f->ask.body, "deviceClassName"));
}

static const char *own_name(const struct fault *f)
{
	return f->demand.claim ? fld_name(f->demand.claim) : f->demand.claim_name;
}

static void cite_ask(struct diagnosis *d, const struct fault *f)
{
	fault_cite_said(d, f);
	diag_cite(d, f->demand.edit, NULL, "%s%s/deviceClassName", f->demand.base, f->ask.pointer);
}

/* The driver that a class's selectors name: device.driver == "x". */
static const char *driver_of(const json_t *class, char out[static 128])
{
	json_t *list = fld_at(class, "spec.selectors"), *one;
	size_t i;

	out[0] = '\0';
	json_array_foreach (list, i, one) {
		const char *at = strstr(fld_str(one, "cel.expression"), "device.driver");

		at = at ? strpbrk(at, "\"'") : NULL;
		if (at)
			snprintf(out, 128, "%.*s", (int)strcspn(at + 1, "\"'"), at + 1);
	}
	return out;
}

static size_t devices_of(const struct stock *s, const char *driver)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		n += is(s->devices[i].pool->driver, driver);
	return n;
}

static bool is_driver_fault(struct faults *all, const struct fault *f, char driver[static 128])
{
	driver_of(f->trial.class, driver);
	if (f->kind == FAULT_DRIVER)
		return true;
	return f->kind == FAULT_SELECTOR && f->trial.failed == STEP_CLASS && *driver &&
	       !devices_of(&all->stock, driver);
}

/* A DaemonSet that runs nowhere: the labels that it wants of a node. */
static void say_labels(struct diagnosis *d, const json_t *set)
{
	json_t *labels = fld_at(set, "spec.template.spec.nodeSelector"), *value;
	const char *key;
	char arg[400];
	size_t n = 0;

	diag_cause_more(d, ": no node has the labels that it selects");
	arg[0] = '\0';
	json_object_foreach (labels, key, value) {
		diag_cause_more(d, "%s%.120s=%.80s", n ? ", " : " (", key, json_string_value(value));
		if (!n++)
			snprintf(arg, sizeof(arg), "%.200s=%.100s", key, json_string_value(value));
	}
	if (!n)
		return;
	diag_cause_more(d, ")");
	diag_fix(d, "Label the nodes that have the devices: kubectl label node NODE %s", arg);
}

static void say_set(struct faults *all, struct diagnosis *d, const char *driver)
{
	json_t *set = fault_driver_set(all->h, all->w, driver);
	enum seen seen;
	json_t *pods, *pod;
	size_t i;

	if (!set) {
		diag_cause_more(d, "; no DaemonSet looks like its driver: it is not installed");
		diag_fix(d, "Install the driver%s%s", *driver ? " " : "", driver);
		return;
	}
	diag_about(d, set);
	diag_blames(d, "apps/v1", "DaemonSet", fld_ns(set), fld_name(set));
	diag_cause_more(d, "; its DaemonSet %s/%s has %d of %d pods ready", fld_ns(set), fld_name(set),
			(int)fld_int(set, "status.numberReady", 0),
			(int)fld_int(set, "status.desiredNumberScheduled", 0));
	if (fld_int(set, "status.desiredNumberScheduled", 0) == 0)
		say_labels(d, set);
	diag_cite(d, set, NULL, "/status/numberReady");
	diag_cite(d, set, NULL, "/status/desiredNumberScheduled");
	pods = all->h->list(all->w, "pods", fld_ns(set), &seen);
	json_array_foreach (pods, i, pod)
		if (all->h->labels_match(fld_at(set, "spec.selector"), fld_at(pod, "metadata.labels"), false))
			diag_blames(d, "v1", "Pod", fld_ns(pod), fld_name(pod));
	diag_fix(d,
		 "Look at the driver's pods: kubectl get pods -n %s -o wide; kubectl logs -n %s daemonset/%s "
		 "--all-containers",
		 fld_ns(set), fld_ns(set), fld_name(set));
}

static void fill_driver(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	char driver[128];
	size_t n;

	if (!is_driver_fault(all, f, driver))
		return;
	begin(d, f->demand.claim ? f->demand.claim : f->demand.edit, 0.9);
	n = *driver ? devices_of(&all->stock, driver) : all->stock.count;
	diag_cause(d, "ResourceClaim %s needs ", own_name(f));
	say_need(d, f);
	if (n)
		diag_cause_more(d, ", but no node that the pod may run on has any (%zu exist elsewhere)", n);
	else if (*driver)
		diag_cause_more(d,
				", but the driver %s has published no device on any node (%zu ResourceSlices in all)",
				driver, json_array_size(all->stock.slices));
	else
		diag_cause_more(d, ", but no driver has published any device (%zu ResourceSlices)",
				json_array_size(all->stock.slices));
	cite_ask(d, f);
	diag_cite(d, f->trial.class, NULL, "/spec/selectors/0/cel/expression");
	if (!n)
		diag_cite_absence(d, "resourceslices.resource.k8s.io", NULL, *driver ? driver : "any driver");
	if (n)
		diag_cite(d, all->stock.count ? all->stock.devices[0].slice : NULL, NULL, "/spec/nodeName");
	if (!n)
		say_set(all, d, driver);
	diag_fix(d, "See what is published: kubectl get resourceslices");
}

static void fill_pool(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	const struct pool *p = f->trial.lost_count ? f->trial.lost[0]->pool : NULL;
	json_t *set;

	if (!p)
		return;
	set = fault_driver_set(all->h, all->w, p->driver);
	begin(d, p->first, 0.88);
	diag_cause(d, "The pool %s of driver %s ", p->name, p->driver);
	if (p->invalid)
		diag_cause_more(d, "is invalid: a device name stands in it twice");
	else
		diag_cause_more(d, "is incomplete: %zu of %zu ResourceSlices of its generation %lld are there",
				p->slices, p->wanted, p->generation);
	diag_cause_more(d, ", so its devices are not given to ResourceClaim %s", own_name(f));
	cite_ask(d, f);
	diag_cite(d, p->first, NULL, "/spec/pool/resourceSliceCount");
	diag_cite(d, p->first, NULL, "/spec/pool/generation");
	if (set)
		diag_blames(d, "apps/v1", "DaemonSet", fld_ns(set), fld_name(set));
	diag_fix(d,
		 "See why the driver cannot publish the rest: kubectl logs -n %s daemonset/%s --all-containers | grep "
		 "-i slice",
		 set ? fld_ns(set) : "kube-system", set ? fld_name(set) : p->driver);
}

static void fill_selector(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	bool class = f->trial.failed == STEP_CLASS;
	char values[300], driver[128];

	if (is_driver_fault(all, f, driver))
		return;
	begin(d, class ? f->trial.class : f->demand.edit, 0.94);
	if (class)
		diag_cause(d, "The selectors of DeviceClass %s match no device", fld_name(f->trial.class));
	else
		diag_cause(d, "The selector of %s %s matches no device", fld_kind(f->demand.edit),
			   fld_name(f->demand.edit));
	if (f->trial.left[f->trial.failed])
		diag_cause_more(d, " on enough devices of one node (%zu of %lld)", f->trial.left[f->trial.failed],
				f->trial.need);
	if (*f->trial.part)
		diag_cause_more(d, ": none has %s", f->trial.part);
	if (*trial_values(&f->trial, f->trial.part, values))
		diag_cause_more(d, "; there is %s", values);
	fault_cite_said(d, f);
	if (class)
		diag_cite(d, f->trial.class, NULL, "/spec/selectors/%zu/cel/expression", f->trial.selector);
	else
		diag_cite(d, f->demand.edit, NULL, "%s%s/selectors/%zu/cel/expression", f->demand.base, f->ask.pointer,
			  f->trial.selector);
	for (size_t i = 0; i < f->trial.lost_count && i < 2; i++)
		diag_cite(d, f->trial.lost[i]->slice, NULL, "/spec/devices/%zu/name", f->trial.lost[i]->index);
	if (*values && f->trial.lost_count)
		diag_cite_derived(d, f->trial.lost[0]->slice, "/spec/devices", NULL, "%zu devices looked at: %s",
				  f->trial.lost_count, values);
	diag_fix(d,
		 "Ask for what the devices have; the spec cannot be changed, so make it anew: kubectl delete %s %s%s%s, "
		 "then create it with what fits",
		 fld_kind(class ? f->trial.class : f->demand.edit), fld_name(class ? f->trial.class : f->demand.edit),
		 class ? "" : " -n ", class ? "" : fld_ns(f->demand.edit));
	diag_fix(d, "See the devices: kubectl get resourceslices -o yaml");
}

static void fill_taint(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	const struct device *first = f->trial.lost_count ? f->trial.lost[0] : NULL;
	char text[200];

	if (!first)
		return;
	begin(d, first->taint_rule ? first->taint_rule : first->slice, 0.92);
	diag_cause(d, "ResourceClaim %s needs ", own_name(f));
	say_need(d, f);
	diag_cause_more(d, ", but the devices that match are tainted: ");
	for (size_t i = 0; i < f->trial.lost_count && i < SHOWN; i++) {
		const struct device *x = f->trial.lost[i];

		diag_cause_more(d, "%s%s (%s%s%s:%s)", i ? ", " : "", device_text(x, text), fld_str(x->taint, "key"),
				*fld_str(x->taint, "value") ? "=" : "", fld_str(x->taint, "value"),
				fld_str(x->taint, "effect"));
		if (x->taint_rule)
			diag_cite(d, x->taint_rule, NULL, "/spec/taint/key");
		else
			diag_cite(d, x->slice, NULL, "/spec/devices/%zu/%staints/%zu/key", x->index,
				  x->body == x->object ? "" : "basic/", x->taint_index);
	}
	cite_ask(d, f);
	diag_fix(d, "Repair the devices; the taint goes when the driver sees them healthy (or remove the rule that "
		    "sets it)");
	diag_fix(d, "If the pod may use them all the same, add a toleration to the request of %s %s",
		 fld_kind(f->demand.edit), fld_name(f->demand.edit));
	(void)all;
}

/* A holder none of whose pods lives any more. */
static bool abandoned(struct faults *all, const json_t *claim)
{
	json_t *list = fld_at(claim, "status.reservedFor"), *r;
	enum seen seen;
	size_t i;

	json_array_foreach (list, i, r) {
		json_t *pod;

		if (*fld_str(r, "resource") && !is(fld_str(r, "resource"), "pods"))
			return false;
		pod = all->h->find(all->w, "pods", fld_ns(claim), fld_str(r, "name"), &seen);
		if (!pod && seen != SEEN_NOT_FOUND)
			return false;
		if (pod && is(fld_str(pod, "metadata.uid"), fld_str(r, "uid")) &&
		    !is(fld_str(pod, "status.phase"), "Succeeded") && !is(fld_str(pod, "status.phase"), "Failed"))
			return false;
	}
	return json_array_size(list) > 0 || fld_at(claim, "metadata.deletionTimestamp");
}

/* What tells that a holder's pods have ended. */
static void cite_ended(struct faults *all, struct diagnosis *d, const json_t *claim)
{
	json_t *r;
	enum seen seen;
	size_t i;

	json_array_foreach (fld_at(claim, "status.reservedFor"), i, r) {
		json_t *pod = all->h->find(all->w, "pods", fld_ns(claim), fld_str(r, "name"), &seen);

		if (pod && is(fld_str(pod, "metadata.uid"), fld_str(r, "uid")))
			diag_cite(d, pod, NULL, "/status/phase");
		else if (seen == SEEN_NOT_FOUND)
			diag_cite_absence(d, "pods", fld_ns(claim), fld_str(r, "name"));
	}
}

/* The first device that the holder of this one has. */
static size_t first_of(const struct fault *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (f->trial.lost[i]->holder == f->trial.lost[n]->holder)
			return i;
	return n;
}

/* "3 by Deployment sweep in namespace research (gpu-1 of gpu-1, ...)". */
static void say_holder(struct faults *all, struct diagnosis *d, const struct fault *f, size_t first, bool more)
{
	json_t *claim = f->trial.lost[first]->holder, *pod;
	struct workload wl;
	size_t count = 0, listed = 0;
	enum seen seen;
	char text[200];

	for (size_t i = first; i < f->trial.lost_count; i++)
		count += f->trial.lost[i]->holder == claim;
	pod = all->h->find(all->w, "pods", fld_ns(claim), fld_str(claim, "status.reservedFor.0.name"), &seen);
	diag_cause_more(d, "%s%zu by ", more ? ", " : ": ", count);
	if (pod) {
		workload_of(all->h, all->w, pod, &wl);
		diag_cause_more(d, "%s %s in namespace %s (", wl.kind, wl.name, wl.ns);
	} else {
		diag_cause_more(d, "claim %s in namespace %s (", fld_name(claim), fld_ns(claim));
	}
	for (size_t i = first; i < f->trial.lost_count && listed < SHOWN; i++)
		if (f->trial.lost[i]->holder == claim)
			diag_cause_more(d, "%s%s", listed++ ? ", " : "", device_text(f->trial.lost[i], text));
	diag_cause_more(d, "%s)", count > listed ? ", ..." : "");
	diag_cite(d, claim, NULL, "/status/allocation/devices/results/0/device");
	diag_cite(d, claim, NULL, "/status/reservedFor/0/name");
}

static void fill_held(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	json_t *dead = NULL;
	struct workload wl;
	size_t shown = 0;

	for (size_t i = 0; i < f->trial.lost_count && !dead; i++)
		if (abandoned(all, f->trial.lost[i]->holder))
			dead = f->trial.lost[i]->holder;
	workload_of(all->h, all->w, f->demand.pod, &wl);
	begin(d, dead ? dead : f->demand.claim, dead ? 0.92 : 0.9);
	if (!dead) /* nothing is wrong with the claim: who asks has to wait or ask for less */
		workload_about(d, &wl);
	diag_cause(d, "ResourceClaim %s needs ", own_name(f));
	say_need(d, f);
	if (f->trial.left[STEP_FREE])
		diag_cause_more(d, ", but no node has more than %zu free ones (%zu match in all); taken",
				f->trial.left[STEP_FREE], f->trial.total[STEP_TAINT]);
	else
		diag_cause_more(d, ", but all %zu that match are taken", f->trial.total[STEP_TAINT]);
	cite_ask(d, f);
	for (size_t i = 0; i < f->trial.lost_count; i++)
		if (i == first_of(f, i) && shown++ < SHOWN)
			say_holder(all, d, f, i, shown > 1);
	if (shown > SHOWN)
		diag_cause_more(d, " and %zu more", shown - SHOWN);
	if (dead) {
		diag_cause_more(d, "; every pod of claim %s has ended or is gone, so it holds its devices for nothing",
				fld_name(dead));
		cite_ended(all, d, dead);
		diag_fix(d, "Free them: kubectl delete resourceclaim %s -n %s", fld_name(dead), fld_ns(dead));
		return;
	}
	diag_fix(d, "Wait for a holder to end, stop one, or add devices: kubectl get resourceclaims -A");
}

static void fill_fit(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	begin(d, f->demand.edit, 0.88);
	diag_cause(d, "ResourceClaim %s needs ", own_name(f));
	say_need(d, f);
	if (f->trial.failed == STEP_CONSTRAINT) {
		diag_cause_more(d, " with the same %s, but at most %zu free ones share a value", f->trial.part,
				f->trial.left[STEP_CONSTRAINT]);
		diag_cite(d, f->demand.edit, NULL, "%s/constraints/0/matchAttribute", f->demand.base);
		diag_fix(d, "Ask for fewer devices, or drop the constraint: kubectl get %s %s -n %s -o yaml",
			 fld_kind(f->demand.edit), fld_name(f->demand.edit), fld_ns(f->demand.edit));
	} else {
		diag_cause_more(d, ", but what the free ones share (counters or capacity) is used up by others");
		diag_fix(d, "Ask for a smaller part of a device, or free one: kubectl get resourceclaims -A");
	}
	cite_ask(d, f);
	for (size_t i = 0; i < f->trial.lost_count && i < 2; i++)
		diag_cite(d, f->trial.lost[i]->slice, NULL, "/spec/devices/%zu/name", f->trial.lost[i]->index);
	(void)all;
}

static void fill_error(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	const char *at = strstr(f->said, "CEL ");
	bool class = strstr(f->said, "class ") && at && strstr(f->said, "class ") < at && !strstr(f->said, "claim ");
	char name[254] = "";
	enum seen seen;
	json_t *object = f->demand.edit;

	if (class) {
		const char *word = strstr(f->said, "class ") + 6;

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, ": "), word);
		object = all->h->find(all->w, "deviceclasses.resource.k8s.io", NULL, name, &seen);
	}
	begin(d, object ? object : f->demand.edit, 0.95);
	diag_cause(d, "A selector of %s %s cannot be evaluated, which stops the pod on every node: %.200s",
		   fld_kind(object ? object : f->demand.edit), fld_name(object ? object : f->demand.edit),
		   at ? at : f->said);
	fault_cite_said(d, f);
	diag_cite(d, object, NULL,
		  class ? "/spec/selectors/0/cel/expression"
		  : is(f->demand.base, "/spec/devices")
			  ? "/spec/devices/requests/0/exactly/selectors/0/cel/expression"
			  : "/spec/spec/devices/requests/0/exactly/selectors/0/cel/expression");
	diag_fix(d, "Guard what not every device has: test device.driver first (device.driver == \"...\" && ...), or "
		    "use has() or .?name.orValue()");
}

static void run_driver(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_DRIVER, fill_driver);
	faults_run(h, w, FAULT_SELECTOR, fill_driver);
}

static void run_pool(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_POOL, fill_pool);
}

static void run_selector(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_SELECTOR, fill_selector);
}

static void run_taint(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_TAINT, fill_taint);
}

static void run_held(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_HELD, fill_held);
}

static void run_fit(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_FIT, fill_fit);
}

static void run_error(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_ERROR, fill_error);
}

#define READS                                                                                                          \
	"pods resourceclaims.resource.k8s.io resourceclaimtemplates.resource.k8s.io deviceclasses.resource.k8s.io "    \
	"resourceslices.resource.k8s.io devicetaintrules.resource.k8s.io nodes daemonsets.apps events"
#define CHECK(id, check_name, words, fn)                                                                               \
	const struct check id = {                                                                                      \
		.size = sizeof(struct check), .name = check_name, .help = words, .run = fn, .reads = READS}

CHECK(dra_driver_check, "dra-driver-absent", "Claims of devices that no driver publishes, or not where the pod may run",
      run_driver);
CHECK(dra_pool_check, "dra-pool-incomplete", "Claims of devices in pools whose slices are incomplete or invalid",
      run_pool);
CHECK(dra_selector_check, "dra-no-matching-device",
      "Selectors of classes and requests that match no device, with what the devices have", run_selector);
CHECK(dra_taint_check, "dra-device-tainted", "Claims whose matching devices are all tainted", run_taint);
CHECK(dra_held_check, "dra-devices-in-use", "Claims whose matching devices are all taken, and by whom", run_held);
CHECK(dra_fit_check, "dra-devices-short",
      "Claims that free devices satisfy only in part: constraints, counters, shared capacity", run_fit);
CHECK(dra_error_check, "dra-selector-error", "Selectors that raise an error when they are evaluated", run_error);
