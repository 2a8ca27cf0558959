/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Custom resources whose status says that they fail, or that no controller looks at: the deepest one of each chain is
 * the cause, the ones above it are where it shows.
 */
#include "toolsets/kubernetes/checks.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/custom.h"
#include "toolsets/kubernetes/dependency.h"
#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/workload.h"

#define YOUNG_MS (2 * 60 * 1000LL)
#define LEVELS 6
#define NAMED_MAX 8 /* objects that one message names */

struct run {
	struct view v;
	struct diagnoses set;
	struct customs all;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* --- what it made is unwell: then it is a symptom --- */

static bool unready(const struct view *v, const json_t *pod)
{
	const char *phase = fld_str(pod, "status.phase");

	return !is(phase, "Succeeded") && !pod_ready(pod) && patient_age_ms(v, pod) > YOUNG_MS;
}

/* Is the object among the owners of the pod? below: the last one under it. */
static bool made_by(const struct view *v, json_t *pod, const json_t *object, json_t **below)
{
	*below = pod;
	for (int i = 0; i < LEVELS; i++) {
		json_t *owner = v->h->owner(v->w, *below);

		if (!owner)
			return false;
		if (owner == object || (*fld_str(owner, "metadata.uid") &&
					is(fld_str(owner, "metadata.uid"), fld_str(object, "metadata.uid"))))
			return true;
		*below = owner;
	}
	return false;
}

static void blame(struct diagnosis *d, const json_t *o)
{
	diag_blames(d, fld_str(o, "apiVersion"), fld_kind(o), fld_ns(o), fld_name(o));
}

static bool short_of_pods(const struct view *v, json_t *o)
{
	bool daemon = is(fld_kind(o), "DaemonSet");
	int64_t want = daemon ? fld_int(o, "status.desiredNumberScheduled", 0) : fld_int(o, "spec.replicas", 1);

	return fld_int(o, daemon ? "status.numberReady" : "status.readyReplicas", 0) < want &&
	       patient_age_ms(v, o) > YOUNG_MS;
}

static bool blame_makers(struct run *r, struct diagnosis *d, json_t *object)
{
	static const char *const kinds[] = {"deployments.apps", "statefulsets.apps", "daemonsets.apps"};
	bool found = false;
	json_t *o;
	size_t i;

	for (size_t k = 0; k < 3; k++)
		json_array_foreach (r->v.h->children(r->v.w, object, kinds[k]), i, o)
			if (short_of_pods(&r->v, o)) {
				blame(d, o);
				diag_shows(d, o);
				found = true;
			}
	return found;
}

/* Pods or workloads of its own that are not ready. */
static bool blame_own(struct run *r, struct diagnosis *d, json_t *object)
{
	enum seen seen;
	json_t *pods = r->v.h->list(r->v.w, "pods", *fld_ns(object) ? fld_ns(object) : NULL, &seen), *pod, *below;
	bool found = blame_makers(r, d, object);
	size_t i;

	json_array_foreach (pods, i, pod)
		if (fld_count(pod, "metadata.ownerReferences") && unready(&r->v, pod) &&
		    made_by(&r->v, pod, object, &below)) {
			blame(d, below);
			blame(d, pod);
			diag_shows(d, pod);
			found = true;
		}
	return found;
}

/* "[Deployment/shop/web status: 'InProgress']", "Job/migrate": objects that the message names. */
static bool blame_named(struct run *r, struct diagnosis *d, const struct custom *c)
{
	const char *at = c->verdict.message;
	bool found = false;

	for (int n = 0; *at && n < NAMED_MAX;) {
		char word[400], *one, *two;
		size_t len;
		enum seen seen;
		json_t *o;

		at += strcspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		len = strcspn(at, " \t'\"[](),;:");
		snprintf(word, sizeof(word), "%.*s", (int)(len < 390 ? len : 390), at);
		at += len;
		one = strchr(word, '/');
		if (!one || !one[1])
			continue;
		*one++ = '\0';
		two = strchr(one, '/');
		if (two)
			*two++ = '\0';
		n++;
		if (strchr(word, '.') || !r->v.h->kind(r->v.w, word, NULL, 0))
			continue;
		o = r->v.h->find_kind(r->v.w, NULL, word, two ? one : fld_ns(c->object), two ? two : one, &seen);
		if (!o || o == c->object)
			continue;
		blame(d, o);
		diag_shows(d, o);
		found = true;
	}
	return found;
}

/* The part of the status that fails names an object: the resources of an Argo CD Application. */
static bool blame_part(struct run *r, struct diagnosis *d, const struct custom *c)
{
	char path[200], *cut;
	const json_t *part;

	snprintf(path, sizeof(path), "%s", c->verdict.pointer + (*c->verdict.pointer == '/'));
	for (char *p = path; *p; p++)
		if (*p == '/')
			*p = '.';
	while ((cut = strrchr(path, '.'))) {
		*cut = '\0';
		part = fld_at(c->object, path);
		if (!*fld_str(part, "kind") || !*fld_str(part, "name"))
			continue;
		diag_blames(d, NULL, fld_str(part, "kind"),
			    *fld_str(part, "namespace") ? fld_str(part, "namespace") : fld_ns(c->object),
			    fld_str(part, "name"));
		diag_cause_more(d, " (%s %s)", fld_str(part, "kind"), fld_str(part, "name"));
		diag_shows_words(d, NULL, fld_str(part, "kind"), fld_str(part, "namespace"), fld_str(part, "name"));
		return r != NULL;
	}
	return false;
}

/* --- what it refers to is not there --- */

struct missing {
	struct run *r;
	const struct custom *c;
	struct diagnosis *d;
	bool found;
};

/* The resource that a reference means: by its kind, or "secretRef", "configMapRef". */
static const struct kind_info *meant(struct run *r, const struct custom_ref *ref)
{
	static const char *const fields[][2] = {{"secretref", "secrets"},
						{"configmapref", "configmaps"},
						{"serviceaccountref", "serviceaccounts"}};
	size_t n = strlen(ref->field);

	if (*ref->kind)
		return r->v.h->kind(r->v.w, ref->kind, NULL, 0);
	for (size_t i = 0; i < 3; i++)
		if (n >= strlen(fields[i][0]) && strcasecmp(ref->field + n - strlen(fields[i][0]), fields[i][0]) == 0)
			return r->v.h->kind(r->v.w, fields[i][1], NULL, 0);
	return NULL;
}

static bool on_ref(void *ctx, const struct custom_ref *ref)
{
	struct missing *m = ctx;
	const struct kind_info *k;
	const char *ns = *ref->ns ? ref->ns : fld_ns(m->c->object);
	enum seen seen;

	/* the controller says itself that this is what it lacks; others may be made later */
	if (!strstr(m->c->verdict.message, ref->name) && strncmp(ref->pointer, "/spec", 5) == 0)
		return true;
	k = meant(m->r, ref);
	if (!k || m->r->v.h->find(m->r->v.w, k->resource, k->namespaced ? ns : NULL, ref->name, &seen) ||
	    seen != SEEN_NOT_FOUND)
		return true;
	diag_cause(m->d, "%s %s refers to the %s %s, which does not exist%s%s", fld_kind(m->c->object),
		   fld_name(m->c->object), k->kind, ref->name, k->namespaced ? " in namespace " : "",
		   k->namespaced ? ns : "");
	diag_rate(m->d, SEVERITY_WARNING, 0.93);
	diag_cite(m->d, m->c->object, NULL, "%s", ref->pointer);
	diag_cite_absence(m->d, k->resource, k->namespaced ? ns : NULL, ref->name);
	diag_fix(m->d, "Create the %s %s, or name one that exists", k->kind, ref->name);
	m->found = true;
	return false;
}

static bool refers_to_nothing(struct run *r, const struct custom *c, struct diagnosis *d)
{
	struct missing m = {r, c, d, false};

	custom_refs(fld_at(c->object, "spec"), "/spec", on_ref, &m);
	return m.found;
}

/* --- the findings --- */

static void shown_by_parents(struct run *r, struct diagnosis *d, size_t at)
{
	for (size_t i = 0; i < r->all.count; i++)
		if (i != at && customs_leads(&r->all, i, at))
			diag_shows(d, r->all.items[i].object);
}

/* What somebody wrote by hand, when the failing object was made for it from the same reference. */
static json_t *author(struct run *r, json_t *o)
{
	json_t *top = r->v.h->top_owner(r->v.w, o);

	return top ? top : o;
}

static void say(struct run *r, struct diagnosis *d, const struct custom *c)
{
	const struct verdict *f = &c->verdict;
	char age[AGE_SIZE];

	if (strstr(f->pointer, "onditions/"))
		diag_cause(d, "%s %s is %s=%s", fld_kind(c->object), fld_name(c->object), f->type, f->state);
	else
		diag_cause(d, "%s %s is %s", fld_kind(c->object), fld_name(c->object), f->state);
	if (*f->reason && !is(f->reason, f->state))
		diag_cause_more(d, " (%s)", f->reason);
	if (f->since_ms)
		diag_cause_more(d, " for %s", age_text(r->v.now_ms - f->since_ms, age));
	if (*f->message)
		diag_cause_more(d, ": %.300s", f->message);
}

static void cite(struct diagnosis *d, const struct custom *c)
{
	const struct verdict *f = &c->verdict;

	if (*f->text_pointer)
		diag_cite(d, c->object, NULL, "%s", f->text_pointer);
	if (strstr(f->pointer, "onditions/")) {
		diag_cite(d, c->object, NULL, "%s/type", f->pointer);
		diag_cite(d, c->object, NULL, "%s/status", f->pointer);
		diag_cite(d, c->object, NULL, "%s/reason", f->pointer);
	} else if (*f->pointer) {
		diag_cite(d, c->object, NULL, "%s", f->pointer);
	}
}

static void failing(struct run *r, size_t at)
{
	struct custom *c = &r->all.items[at];
	struct diagnosis *d;
	bool fresh, own;
	char arg[400];

	d = diag_get(&r->set, &fresh, "bad/%s/%s/%s/%.300s", c->kind->resource, c->verdict.type, c->verdict.reason,
		     *c->verdict.message ? c->verdict.message : fld_name(c->object));
	shown_by_parents(r, d, at);
	diag_shows(d, c->object);
	if (!fresh)
		return;
	diag_about(d, c->object);
	if (refers_to_nothing(r, c, d)) {
		diag_about(d, author(r, c->object));
		cite(d, c);
		diag_fix(d, "See what refers to it: kubectl edit %s", workload_arg_of(author(r, c->object), arg));
		return;
	}
	say(r, d, c);
	own = blame_own(r, d, c->object);
	own |= blame_named(r, d, c);
	own |= blame_part(r, d, c);
	dependency_blame_text(&r->v, d, c->object, c->verdict.message, strlen(c->verdict.message));
	diag_rate(d, SEVERITY_WARNING,
		  own || c->verdict.kind == VERDICT_UNKNOWN ? 0.55 : *c->verdict.message ? 0.82 : 0.7);
	if (own)
		diag_symptom(d);
	cite(d, c);
	diag_fix(d, "Mend what its controller names: kubectl describe %s", workload_arg_of(c->object, arg));
}

/* The status is not of now, or there is none: whoever should write it does not. */
static void neglected(struct run *r, size_t at)
{
	struct custom *c = &r->all.items[at];
	struct keeper *k = &c->keeper;
	bool stale = c->verdict.kind == VERDICT_STALE, down = k->workload && k->state != KEEPER_RUNS, fresh;
	struct diagnosis *d = diag_get(&r->set, &fresh, "silent/%s/%s/%s", down ? fld_ns(k->workload) : "",
				       down ? fld_name(k->workload) : c->kind->resource, down ? "" : stale ? "s" : "");
	char words[500], arg[400];

	shown_by_parents(r, d, at);
	diag_shows(d, c->object);
	if (!fresh)
		return;
	diag_about(d, down ? k->workload : c->object);
	if (stale)
		diag_cause(d, "%s %s is in generation %d, but only generation %d has been looked at", fld_kind(c->object),
			   fld_name(c->object), (int)c->verdict.generation, (int)c->verdict.observed);
	else
		diag_cause(d, "%s %s has no status: no controller has looked at it", fld_kind(c->object),
			   fld_name(c->object));
	if (*keeper_words(k, words))
		diag_cause_more(d, "; %s", words);
	diag_rate(d, SEVERITY_WARNING, down || k->state == KEEPER_ABSENT ? 0.88 : 0.6);
	diag_cite(d, c->object, NULL, "/metadata/generation");
	diag_cite(d, c->object, NULL, "/status/observedGeneration");
	diag_cite(d, c->object, NULL, "/metadata/creationTimestamp");
	if (k->state == KEEPER_ZERO)
		diag_cite(d, k->workload, NULL, "/spec/replicas");
	if (k->state == KEEPER_DOWN) {
		diag_symptom(d);
		blame(d, k->workload);
	}
	if (k->state == KEEPER_ABSENT)
		diag_fix(d, "Install the controller of %s, or delete what it is to look after: kubectl get %s -A",
			 c->kind->kind, c->kind->resource);
	else if (k->state == KEEPER_ZERO)
		diag_fix(d, "Start it again: kubectl scale %s --replicas=1", workload_arg_of(k->workload, arg));
	else if (k->workload)
		diag_fix(d, "See why it does nothing: kubectl logs %s --tail=100", workload_arg_of(k->workload, arg));
	else
		diag_fix(d, "Look for the controller of %s and its log: kubectl describe %s", c->kind->kind,
			 workload_arg_of(c->object, arg));
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	customs_read(&r.v, &r.all);
	for (size_t i = 0; i < r.all.count; i++) {
		enum verdict_kind kind = r.all.items[i].verdict.kind;

		if (kind == VERDICT_STALE || kind == VERDICT_SILENT)
			neglected(&r, i);
		else if (!r.all.items[i].explained)
			failing(&r, i);
	}
	diag_send(&r.set);
	customs_free(&r.all);
}

const struct check kubernetes_operator_check = {
	.size = sizeof(struct check),
	.name = "operator-condition",
	.help = "Custom resources whose deepest condition is not as it should be, or that no controller looks at",
	.run = run,
	.reads = "pods deployments.apps statefulsets.apps daemonsets.apps services secrets configmaps "
		 "customresourcedefinitions.apiextensions.k8s.io clusterroles.rbac.authorization.k8s.io "
		 "clusterrolebindings.rbac.authorization.k8s.io roles.rbac.authorization.k8s.io "
		 "rolebindings.rbac.authorization.k8s.io custom-resources",
};
