/* SPDX-License-Identifier: Apache-2.0 */
/* ConfigMaps, Secrets and keys that pods refer to and that do not exist. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/provider.h"
#include "toolsets/kubernetes/reference.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

#define WAIT_MS (45 * 1000LL) /* what is created a moment later than its pod is no fault */

struct run {
	struct view v;
	struct diagnoses set;
};

static const char *resource_of(const struct reference *ref)
{
	return ref->secret ? "secrets" : "configmaps";
}

static const char *kind_of(const struct reference *ref)
{
	return ref->secret ? "Secret" : "ConfigMap";
}

/* " (there is x, y)" of the names in the namespace, or that another namespace has it. */
static void add_near(struct run *r, struct diagnosis *d, const struct reference *ref, const char *ns)
{
	struct nearest near = {.wanted = ref->name};
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, resource_of(ref), ns, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o)
		nearest_add(&near, fld_name(o));
	for (i = 0; i < near.count && i < 3; i++)
		diag_cause_more(d, "%s%s", i ? ", " : "; nearest: ", near.name[i]);
	if (near.count)
		return;
	list = r->v.h->list(r->v.w, resource_of(ref), NULL, &seen);
	json_array_foreach (list, i, o)
		if (strcmp(fld_name(o), ref->name) == 0 && strcmp(fld_ns(o), ns) != 0) {
			diag_cause_more(d, "; namespace %s has one of that name, but pods see only their own namespace",
					fld_ns(o));
			return;
		}
}

static void say_key(struct diagnosis *d, const struct reference *ref, const json_t *object)
{
	struct nearest near = {.wanted = ref->key};
	const char *k;
	json_t *value, *data = fld_at(object, "data");

	json_object_foreach (data, k, value)
		nearest_add(&near, k);
	for (size_t i = 0; i < near.count && i < 3; i++)
		diag_cause_more(d, "%s%s", i ? ", " : "; nearest: ", near.name[i]);
}

static void fix(struct diagnosis *d, const struct reference *ref, const struct workload *wl, bool key)
{
	char arg[400];

	workload_arg(wl, arg);
	if (key)
		diag_fix(d, "Add the key %s to %s %s: kubectl edit %s %s -n %s", ref->key, kind_of(ref), ref->name,
			 ref->secret ? "secret" : "configmap", ref->name, wl->ns);
	else if (ref->secret)
		diag_fix(d,
			 "Create the Secret %s with the keys that %s expects: kubectl create secret generic %s -n %s "
			 "--from-literal=%s=VALUE",
			 ref->name, wl->name, ref->name, wl->ns, *ref->key ? ref->key : "KEY");
	else
		diag_fix(d,
			 "Create the ConfigMap %s with the keys that %s expects: kubectl create configmap %s -n %s "
			 "--from-literal=%s=VALUE",
			 ref->name, wl->name, ref->name, wl->ns, *ref->key ? ref->key : "KEY");
	diag_fix(d, "Or refer to one that exists: kubectl edit %s", arg);
}

/* Where the kubelet says it: waiting.message or the event of a mount. */
static void cite_words(struct run *r, struct diagnosis *d, json_t *pod, const struct reference *ref)
{
	static const char *const lists[] = {"containerStatuses", "initContainerStatuses"};
	json_t *e = patient_event(&r->v, pod, "FailedMount", ref->name), *s;
	size_t i;

	for (size_t k = 0; k < 2; k++) {
		json_t *list = fld_at(fld_at(pod, "status"), lists[k]);

		json_array_foreach (list, i, s)
			if (strstr(fld_str(s, "state.waiting.message"), *ref->key ? ref->key : ref->name))
				diag_cite(d, pod, NULL, "/status/%s/%zu/state/waiting/message", lists[k], i);
	}
	if (!e)
		e = patient_event(&r->v, pod, "Failed", ref->name);
	if (e)
		diag_cite(d, e, NULL, "%s", event_pointer(e));
}

static void on_missing(void *ctx, json_t *pod, const struct reference *ref)
{
	struct run *r = ctx;
	struct diagnosis *d;
	struct workload wl;
	enum seen seen;
	json_t *object;
	bool fresh;

	workload_of(r->v.h, r->v.w, pod, &wl);
	object = r->v.h->find(r->v.w, resource_of(ref), wl.ns, ref->name, &seen);
	if (object ? !*ref->key : seen != SEEN_NOT_FOUND && !ref->said)
		return;
	/* values are often left out of what was captured: then only the kubelet knows the keys */
	if (object && (reference_has_key(object, ref->key) || (!ref->said && !fld_count(object, "data"))))
		return;
	d = diag_get(&r->set, &fresh, "%s/%s/%s/%d/%s/%s", wl.kind, wl.ns, wl.name, ref->secret, ref->name,
		     object ? ref->key : "");
	diag_shows(d, pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_rate(d, SEVERITY_CRITICAL, object || seen == SEEN_NOT_FOUND ? 0.96 : 0.9);
	if (object) {
		diag_cause(d, "%s %s needs the key %s of %s %s, which has no such key", wl.kind, wl.name, ref->key,
			   kind_of(ref), ref->name);
		say_key(d, ref, object);
	} else {
		diag_cause(d, "%s %s needs the %s %s, which does not exist in namespace %s", wl.kind, wl.name,
			   kind_of(ref), ref->name, wl.ns);
		add_near(r, d, ref, wl.ns);
		provider_blame(&r->v, d, wl.ns, ref->name, ref->secret);
	}
	cite_words(r, d, pod, ref);
	if (*ref->pointer)
		diag_cite(d, pod, NULL, "%s", ref->pointer);
	if (!object)
		diag_cite_absence(d, resource_of(ref), wl.ns, ref->name);
	fix(d, ref, &wl, object != NULL);
}

/* CreateContainerConfigError for other reasons: runAsNonRoot, a bad subPath. */
static void on_patient(void *ctx, const struct patient *p)
{
	struct run *r = ctx;
	const char *text = patient_waiting(p, NULL);
	struct reference ref;
	struct diagnosis *d;
	struct workload wl;
	char arg[400], place[128];
	bool fresh;

	if (p->ailment != AILMENT_CONFIG || reference_said(text, &ref) || strstr(text, "unable to get claim info"))
		return;
	workload_of(r->v.h, r->v.w, p->pod, &wl);
	d = diag_get(&r->set, &fresh, "other/%s/%s/%s/%s", wl.kind, wl.ns, wl.name, p->name);
	diag_shows(d, p->pod);
	if (!fresh)
		return;
	workload_about(d, &wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.85);
	diag_cause(d, "Container %s of %s %s cannot be created from its settings: %.300s", p->name, wl.kind, wl.name,
		   text);
	diag_cite(d, p->pod, NULL, "%s/state/waiting/message", p->pointer);
	diag_cite(d, p->pod, NULL, "%s/image", p->spec_pointer);
	workload_container(&wl, p->name, place);
	if (strstr(text, "runAsNonRoot")) {
		if (*place)
			diag_cite(d, wl.spec_object, NULL, "%s/securityContext/runAsNonRoot", place);
		diag_cite(d, wl.spec_object, NULL, "%s/securityContext/runAsNonRoot", wl.pointer);
		diag_fix(d,
			 "Set securityContext.runAsUser to a user other than 0, or use an image that does not run as "
			 "root: kubectl edit %s",
			 workload_arg(&wl, arg));
	} else {
		diag_fix(d, "Correct what the message names: kubectl edit %s", workload_arg(&wl, arg));
	}
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *pods = h->list(w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (patient_age_ms(&r.v, pod) > WAIT_MS)
			references_missing(&r.v, pod, on_missing, &r);
	patients_each(&r.v, on_patient, &r);
	diag_send(&r.set);
}

const struct check kubernetes_config_check = {
	.size = sizeof(struct check),
	.name = "config-missing",
	.help = "ConfigMaps, Secrets and keys that waiting pods refer to and that do not exist",
	.run = run,
	.reads = "pods configmaps secrets events",
};
