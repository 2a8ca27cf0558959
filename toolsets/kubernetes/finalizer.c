/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/finalizer.h"

#include <string.h>

#include "toolsets/kubernetes/custom.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"
#include "toolsets/lib/workload.h"

#define TERMINATING_MS (5 * 60 * 1000LL)

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

int64_t finalizer_overdue(const struct view *v, const json_t *o)
{
	int64_t at;

	/* the API server sets deletionTimestamp to when the grace ends */
	if (!when_parse(fld_str(o, "metadata.deletionTimestamp"), &at) || v->now_ms - at < TERMINATING_MS)
		return 0;
	return v->now_ms - at;
}

bool finalizer_in_use(const struct view *v, const json_t *o)
{
	const char *first = fld_str(o, "metadata.finalizers.0");
	enum seen seen;

	if (is(first, "kubernetes.io/pvc-protection"))
		return fld_count(o, "metadata.finalizers") == 1;
	return is(first, "kubernetes.io/pv-protection") &&
	       v->h->find(v->w, "persistentvolumeclaims", fld_str(o, "spec.claimRef.namespace"),
			  fld_str(o, "spec.claimRef.name"), &seen);
}

/* What Kubernetes' own finalizers wait for; NULL: somebody else's. */
static const char *own_words(const char *finalizer)
{
	static const char *const words[][2] = {
		{"foregroundDeletion", "it waits until all that it owns is gone"},
		{"orphan", "the garbage collector should release what it owns"},
		{"customresourcecleanup.apiextensions.k8s.io", "it waits until all objects of its kind are gone"},
		{"service.kubernetes.io/load-balancer-cleanup",
		 "the cloud controller should delete the load balancer first"},
		{"batch.kubernetes.io/job-tracking", "the job controller should count the pod first"},
		{"kubernetes.io/pvc-protection", "a pod still uses it"},
		{"kubernetes.io/pv-protection", "a claim is still bound to it"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is(finalizer, words[i][0]))
			return words[i][1];
	return NULL;
}

static void keeper_fix(struct diagnosis *d, const struct keeper *k)
{
	char arg[400];

	if (k->state == KEEPER_ZERO)
		diag_fix(d, "Start its controller, which removes it: kubectl scale %s --replicas=1",
			 workload_arg_of(k->workload, arg));
	else if (k->workload)
		diag_fix(d, "See why its controller does not: kubectl logs %s --tail=100",
			 workload_arg_of(k->workload, arg));
}

void finalizer_explain(const struct view *v, struct diagnosis *d, json_t *o, const char *resource)
{
	const char *finalizer = fld_str(o, "metadata.finalizers.0"), *own = own_words(finalizer);
	struct keeper k = {0};
	char arg[400], words[500];

	diag_cause_more(d, "; the finalizer %s holds it: %s", finalizer,
			own ? own : "whoever should remove that does not");
	if (!own && resource)
		keeper_of(v, resource, &k);
	else if (!own)
		keeper_of_domain(v, finalizer, &k);
	if (*keeper_words(&k, words))
		diag_cause_more(d, "; %s", words);
	if (k.state == KEEPER_DOWN || k.state == KEEPER_ZERO) {
		diag_cite(d, k.workload, NULL, k.state == KEEPER_ZERO ? "/spec/replicas" : "/status/conditions/0/message");
		diag_blames(d, fld_str(k.workload, "apiVersion"), fld_kind(k.workload), fld_ns(k.workload),
			    fld_name(k.workload));
	}
	keeper_fix(d, &k);
	diag_fix(d,
		 "%s if the controller of %s is gone for good: kubectl patch %s --type merge -p "
		 "'{\"metadata\":{\"finalizers\":null}}'",
		 k.workload ? "Or," : "Bring it back, or,", finalizer, workload_arg_of(o, arg));
}

struct each {
	const struct view *v;
	struct diagnoses *set;
	struct diagnosis *d;
	const char *ns;
};

static void custom(struct each *e, json_t *o, const struct kind_info *k)
{
	struct diagnosis *d;
	char age[AGE_SIZE];

	if (e->d) {
		if (is(fld_ns(o), e->ns))
			diag_blames(e->d, fld_str(o, "apiVersion"), fld_kind(o), fld_ns(o), fld_name(o));
		return;
	}
	d = diag_new(e->set);
	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.88);
	diag_cause(d, "%s %s should have been gone for %s", fld_kind(o), fld_name(o),
		   age_text(finalizer_overdue(e->v, o), age));
	diag_cite(d, o, NULL, "/metadata/deletionTimestamp");
	diag_cite(d, o, NULL, "/metadata/finalizers/0");
	finalizer_explain(e->v, d, o, k->resource);
}

static void each_custom(struct each *e)
{
	const struct kind_info *kinds[CUSTOM_KINDS_MAX];
	size_t n = custom_ahead(e->v, kinds, custom_kinds(e->v, kinds, CUSTOM_KINDS_MAX)), i;
	enum seen seen;
	json_t *o;

	for (size_t k = 0; k < n; k++)
		json_array_foreach (e->v->h->list(e->v->w, kinds[k]->resource, NULL, &seen), i, o)
			if (finalizer_overdue(e->v, o) && *fld_str(o, "metadata.finalizers.0"))
				custom(e, o, kinds[k]);
}

void finalizer_customs(const struct view *v, struct diagnoses *set)
{
	struct each e = {.v = v, .set = set};

	each_custom(&e);
}

void finalizer_blame_in(const struct view *v, struct diagnosis *d, const char *ns)
{
	struct each e = {.v = v, .d = d, .ns = ns};

	each_custom(&e);
}
