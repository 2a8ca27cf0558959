/* SPDX-License-Identifier: Apache-2.0 */
/* What pods and claims refer to and what is not there: templates, claims, classes. */
#include "toolsets/dra/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/dra/fault.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

#define DOCS "https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* "; nearest: x" or that another namespace has it. */
static void add_near(struct faults *all, struct diagnosis *d, const char *resource, const char *ns, const char *name)
{
	struct nearest near = {.wanted = name};
	enum seen seen;
	json_t *list = stock_list(all->h, all->w, resource, &seen), *o;
	size_t i;

	json_array_foreach (list, i, o) {
		if (ns && is(fld_name(o), name) && !is(fld_ns(o), ns)) {
			diag_cause_more(d, "; namespace %s has one of that name, but it must be in the pod's own",
					fld_ns(o));
			diag_cite(d, o, NULL, "/metadata/namespace");
			return;
		}
		if (!ns || is(fld_ns(o), ns))
			nearest_add(&near, fld_name(o));
	}
	for (i = 0; i < near.count && i < 3; i++)
		diag_cause_more(d, "%s%s", i ? ", " : "; nearest: ", near.name[i]);
}

static void referrer(struct faults *all, struct diagnosis *d, const struct fault *f, struct workload *wl,
		     const char *field)
{
	workload_of(all->h, all->w, f->demand.pod, wl);
	workload_about(d, wl);
	diag_rate(d, SEVERITY_CRITICAL, 0.96);
	diag_docs(d, DOCS);
	if (!diag_cite(d, wl->spec_object, NULL, "%s/resourceClaims/%zu/%s", wl->pointer, f->demand.index, field))
		diag_cite(d, f->demand.pod, NULL, "/spec/resourceClaims/%zu/%s", f->demand.index, field);
}

static void cite_creation(struct faults *all, struct diagnosis *d, const json_t *pod)
{
	json_t *e = fault_event(all->h, all->w, pod, "FailedResourceClaimCreation", NULL);
	const char *pointer;

	if (!e)
		return;
	fault_event_text(e, &pointer);
	diag_cite(d, e, NULL, "%s", pointer);
}

static void fill_template(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	const char *ns = fld_ns(f->demand.pod), *name = f->demand.template_name;
	struct workload wl;
	char arg[400];

	referrer(all, d, f, &wl, "resourceClaimTemplateName");
	diag_cause(d, "%s %s makes its claim from the ResourceClaimTemplate %s, which does not exist in namespace %s",
		   wl.kind, wl.name, name, ns);
	add_near(all, d, "resourceclaimtemplates.resource.k8s.io", ns, name);
	cite_creation(all, d, f->demand.pod);
	diag_cite_absence(d, "resourceclaimtemplates.resource.k8s.io", ns, name);
	diag_fix(d,
		 "Create the template %s in namespace %s, or name one that exists: kubectl get resourceclaimtemplates "
		 "-n %s; kubectl edit %s",
		 name, ns, ns, workload_arg(&wl, arg));
}

static void fill_claim(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	const char *ns = fld_ns(f->demand.pod), *name = f->demand.claim_name;
	struct workload wl;
	char arg[400];

	referrer(all, d, f, &wl, "resourceClaimName");
	diag_cause(d,
		   "%s %s uses the ResourceClaim %s, which does not exist in namespace %s (claims by name are never "
		   "made automatically)",
		   wl.kind, wl.name, name, ns);
	add_near(all, d, "resourceclaims.resource.k8s.io", ns, name);
	fault_cite_said(d, f);
	diag_cite_absence(d, "resourceclaims.resource.k8s.io", ns, name);
	diag_fix(d, "Create the claim %s in namespace %s, or use a template: kubectl edit %s", name, ns,
		 workload_arg(&wl, arg));
}

/* "exceeded quota: NAME, ..." of the claim controller. */
static bool by_quota(struct faults *all, struct diagnosis *d, const struct fault *f, const char *text)
{
	const char *at = strstr(text, "exceeded quota: ");
	char name[254];
	enum seen seen;

	if (!at)
		return false;
	at += strlen("exceeded quota: ");
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, ","), at);
	diag_about_words(d, "v1", "ResourceQuota", fld_ns(f->demand.pod), name);
	diag_rate(d, SEVERITY_CRITICAL, 0.95);
	diag_cause(d, "ResourceQuota %s of namespace %s is used up, so no claim can be made for the pod: %.250s", name,
		   fld_ns(f->demand.pod), at + strcspn(at, ",") + (at[strcspn(at, ",")] ? 2 : 0));
	diag_cite(d, all->h->find(all->w, "resourcequotas", fld_ns(f->demand.pod), name, &seen), NULL,
		  "/metadata/name");
	diag_fix(d, "Raise the quota, or free claims: kubectl describe quota %s -n %s", name, fld_ns(f->demand.pod));
	return true;
}

static void fill_creation(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	json_t *e = fault_event(all->h, all->w, f->demand.pod, "FailedResourceClaimCreation", NULL);
	const char *text = e ? fault_event_text(e, NULL) : "", *why = strstr(text, "create ResourceClaim");
	const char *colon = why ? strchr(why, ':') : NULL;
	struct workload wl;

	diag_docs(d, DOCS);
	cite_creation(all, d, f->demand.pod);
	diag_cite(d, f->demand.pod, NULL, "/spec/resourceClaims/%zu/resourceClaimTemplateName", f->demand.index);
	diag_cite(d, f->demand.pod, NULL, "/metadata/creationTimestamp");
	if (by_quota(all, d, f, text))
		return;
	if (f->demand.edit)
		diag_about(d, f->demand.edit);
	else
		diag_about(d, f->demand.pod);
	if (e) {
		diag_rate(d, SEVERITY_CRITICAL, 0.9);
		diag_cause(d, "The claim of pod %s cannot be made from ResourceClaimTemplate %s: %.280s",
			   fld_name(f->demand.pod), f->demand.template_name,
			   colon ? colon + 1 + strspn(colon + 1, " ") : text);
		diag_fix(d, "Correct the template: kubectl get resourceclaimtemplate %s -n %s -o yaml",
			 f->demand.template_name, fld_ns(f->demand.pod));
		return;
	}
	diag_rate(d, SEVERITY_CRITICAL, 0.75);
	workload_of(all->h, all->w, f->demand.pod, &wl);
	workload_about(d, &wl);
	diag_cause(
		d,
		"Nobody has made the claim of pod %s from ResourceClaimTemplate %s, which exists: the claim controller "
		"(kube-controller-manager) does not work or lags behind",
		fld_name(f->demand.pod), f->demand.template_name);
	diag_fix(d, "Look at it: kubectl get pods -n kube-system -l component=kube-controller-manager");
}

static void fill_class(struct faults *all, struct diagnosis *d, const struct fault *f)
{
	const char *name = fld_str(f->ask.body, "deviceClassName");
	bool from_template = is(fld_kind(f->demand.edit), "ResourceClaimTemplate");
	enum seen seen;
	json_t *list = stock_list(all->h, all->w, "deviceclasses.resource.k8s.io", &seen), *o;
	struct nearest near = {.wanted = name};
	struct workload wl;
	char arg[400];
	size_t i, n = 0;

	workload_of(all->h, all->w, f->demand.pod, &wl);
	diag_about(d, f->demand.edit);
	diag_rate(d, SEVERITY_CRITICAL, 0.97);
	diag_docs(d, DOCS);
	diag_cause(d,
		   "%s %s asks for the DeviceClass %s, which does not exist, so the pods of %s %s cannot be scheduled",
		   fld_kind(f->demand.edit), fld_name(f->demand.edit), name, wl.kind, wl.name);
	json_array_foreach (list, i, o) {
		nearest_add(&near, fld_name(o));
		if (n < 5)
			diag_cause_more(d, "%s%s", n++ ? ", " : "; the classes are ", fld_name(o));
	}
	if (!n && seen == SEEN_OK)
		diag_cause_more(d, "; there is no DeviceClass at all: no driver is installed");
	diag_cite(d, f->demand.edit, NULL, "%s%s/deviceClassName", f->demand.base, f->ask.pointer);
	diag_cite_absence(d, "deviceclasses.resource.k8s.io", NULL, name);
	fault_cite_said(d, f);
	if (from_template && f->demand.claim)
		diag_cite(d, f->demand.claim, NULL, "/spec/devices%s/deviceClassName", f->ask.pointer);
	if (n)
		diag_fix(d,
			 "Ask for a class that exists%s%s; the spec cannot be changed, so make it anew: "
			 "kubectl delete %s %s -n %s, then create it with the right class",
			 near.count ? ", for instance " : "", near.count ? near.name[0] : "",
			 from_template ? "resourceclaimtemplate" : "resourceclaim", fld_name(f->demand.edit),
			 fld_ns(f->demand.edit));
	else
		diag_fix(d, "Install the driver that brings the class, or create the class %s", name);
	diag_fix(d, "Then let the pods be made anew: kubectl delete pod %s -n %s (owner: %s)", fld_name(f->demand.pod),
		 fld_ns(f->demand.pod), workload_arg(&wl, arg));
	diag_fix(d, "See the classes: kubectl get deviceclasses");
}

static void run_template(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_TEMPLATE, fill_template);
}

static void run_claim(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_CLAIM, fill_claim);
}

static void run_creation(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_CREATION, fill_creation);
}

static void run_class(const struct host *h, struct work *w)
{
	faults_run(h, w, FAULT_CLASS, fill_class);
}

const struct check dra_template_check = {
	.size = sizeof(struct check),
	.name = "dra-claim-template-missing",
	.help = "Pods whose ResourceClaimTemplate does not exist in their namespace",
	.run = run_template,
	.reads = "pods resourceclaims.resource.k8s.io resourceclaimtemplates.resource.k8s.io "
		 "deviceclasses.resource.k8s.io resourceslices.resource.k8s.io events nodes",
};

const struct check dra_claim_check = {
	.size = sizeof(struct check),
	.name = "dra-claim-missing",
	.help = "Pods whose ResourceClaim does not exist in their namespace",
	.run = run_claim,
	.reads = "pods resourceclaims.resource.k8s.io resourceclaimtemplates.resource.k8s.io "
		 "deviceclasses.resource.k8s.io resourceslices.resource.k8s.io events nodes",
};

const struct check dra_creation_check = {
	.size = sizeof(struct check),
	.name = "dra-claim-not-created",
	.help = "Claims that are not made from their template: quota, admission, controller",
	.run = run_creation,
	.reads = "pods resourceclaims.resource.k8s.io resourceclaimtemplates.resource.k8s.io "
		 "deviceclasses.resource.k8s.io resourceslices.resource.k8s.io resourcequotas events nodes",
};

const struct check dra_class_check = {
	.size = sizeof(struct check),
	.name = "dra-device-class-missing",
	.help = "Claims and templates that ask for a DeviceClass that does not exist",
	.run = run_class,
	.reads = "pods resourceclaims.resource.k8s.io resourceclaimtemplates.resource.k8s.io "
		 "deviceclasses.resource.k8s.io resourceslices.resource.k8s.io events nodes",
};
