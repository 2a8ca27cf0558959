/* SPDX-License-Identifier: Apache-2.0 */
/* Pods for which no node has enough of something left. */
#include "toolsets/kubernetes/schedule_words.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/settings.h"
#include "toolsets/lib/field.h"

#define NODES_SHOWN 5

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* "node-a 0.3 of 4 free". */
static void each_free(struct schedule_run *r, struct diagnosis *d, const struct pending *p, const char *resource)
{
	char left[QUANTITY_SIZE], total[QUANTITY_SIZE], escaped[300], pointer[330];
	size_t shown = 0;

	for (size_t i = 0; i < p->verdict.count; i++) {
		const struct fit *f = &p->verdict.fits[i];
		struct quantity all = fit_allocatable(f->node, resource);
		int inputs[2] = {0};

		if (!schedule_meant(f))
			continue;
		if (shown >= NODES_SHOWN) {
			diag_cause_more(d, ", ...");
			break;
		}
		if (!fleet_counted(&r->fleet, fld_name(f->node))) {
			diag_cause_more(d, "%s%s", shown++ ? ", " : "", fld_name(f->node));
			continue;
		}
		quantity_text(quantity_less(all, fit_used(&r->fleet, fld_name(f->node), resource)), resource, left);
		quantity_text(all, resource, total);
		diag_cause_more(d, "%s%s ", shown++ ? ", " : "", fld_name(f->node));
		if (quantity_zero(all)) {
			diag_cause_more(d, "has none");
			continue;
		}
		diag_cause_more(d, "%s of %s free", left, total);
		snprintf(pointer, sizeof(pointer), "/status/allocatable/%s", settings_key(resource, escaped));
		inputs[0] = diag_cite(d, f->node, NULL, "%s", pointer);
		if (shown <= 3)
			diag_cite_derived(d, f->node, pointer, inputs,
					  "%s: %s allocatable %s, free %s after the requests of %zu pods",
					  fld_name(f->node), resource, total, left,
					  json_array_size(fleet_pods(&r->fleet, fld_name(f->node))));
	}
}

static struct quantity largest(const struct verdict *v, const char *resource)
{
	struct quantity max = {0};

	for (size_t i = 0; i < v->count; i++) {
		struct quantity one = fit_allocatable(v->fits[i].node, resource);

		if (schedule_meant(&v->fits[i]) && quantity_compare(one, max) > 0)
			max = one;
	}
	return max;
}

static void cite_request(struct diagnosis *d, const struct pending *p, const char *resource)
{
	char escaped[300], place[128];
	json_t *c;
	size_t i;

	settings_key(resource, escaped);
	json_array_foreach (fld_at(p->wl.spec, "containers"), i, c) {
		workload_container(&p->wl, fld_str(c, "name"), place);
		if (!diag_cite(d, p->wl.spec_object, NULL, "%s/resources/requests/%s", place, escaped))
			diag_cite(d, p->wl.spec_object, NULL, "%s/resources/limits/%s", place, escaped);
	}
}

static void blame_plugin(struct schedule_run *r, struct diagnosis *d, const char *resource)
{
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "daemonsets.apps", NULL, &seen), *o;
	size_t i, n = strcspn(resource, "./");

	json_array_foreach (list, i, o)
		if (strstr(fld_name(o), "device-plugin") || (n > 2 && strncmp(fld_name(o), resource, n) == 0))
			diag_blames(d, "apps/v1", "DaemonSet", fld_ns(o), fld_name(o));
}

/* "3 CPUs", "6Gi of memory", "1 nvidia.com/gpu". */
static const char *amount(const char *value, const char *resource, char out[static 200])
{
	if (is(resource, "cpu"))
		snprintf(out, 200, "%.40s CPU%s", value, is(value, "1") || strchr(value, 'm') ? "" : "s");
	else
		snprintf(out, 200, "%.40s%s %.120s", value, strchr(resource, '/') ? "" : " of", resource);
	return out;
}

/* Who has what is scarce and counted ("nvidia.com/gpu"): the pods that hold it on the nodes in question. */
static const char *holders(struct schedule_run *r, const struct pending *p, const char *resource, char out[static 300])
{
	size_t n = 0;

	out[0] = '\0';
	/* on a large cluster that would be a question for each node */
	for (size_t i = 0; strchr(resource, '/') && !r->fleet.part && i < p->verdict.count; i++) {
		json_t *pods = fleet_pods(&r->fleet, fld_name(p->verdict.fits[i].node)), *pod;
		size_t k;

		json_array_foreach (pods, k, pod)
			if (n < 200 && !quantity_zero(fit_request(pod, resource)))
				n += (size_t)snprintf(out + n, 300 - n, "%s%.60s/%.100s", n ? ", " : ": ", fld_ns(pod),
						      fld_name(pod));
	}
	return out;
}

/* A custom resource asks for so many: "StatefulSet x wants 100000 replicas", and where it is written. */
struct wanted {
	int64_t number;
	char pointer[200];
};

static bool find_number(json_t *o, const char *at, int depth, struct wanted *out)
{
	const char *key;
	char pointer[200];
	json_t *value;

	if (depth > 5)
		return false;
	json_object_foreach (o, key, value) {
		char escaped[300];

		if (snprintf(pointer, sizeof(pointer), "%s/%s", at, settings_key(key, escaped)) >= (int)sizeof(pointer))
			continue;
		if (json_is_integer(value) && json_integer_value(value) == out->number) {
			memcpy(out->pointer, pointer, sizeof(pointer));
			return true;
		}
		if (json_is_object(value) && find_number(value, pointer, depth + 1, out))
			return true;
	}
	return false;
}

static void add_origin(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	json_t *owner = r->v.h->owner(r->v.w, p->pod);
	struct wanted wanted = {.number = fld_int(owner, "spec.replicas", 0)};

	if (!owner || !p->wl.object || owner == p->wl.object || is(fld_kind(owner), "ReplicaSet") ||
	    wanted.number < 2 || !find_number(fld_at(p->wl.object, "spec"), "/spec", 0, &wanted))
		return;
	diag_cite(d, p->wl.object, NULL, "%s", wanted.pointer);
	diag_cite(d, owner, NULL, "/spec/replicas");
	diag_shows(d, owner);
}

static void replicas_words(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	json_t *owner = r->v.h->owner(r->v.w, p->pod);
	int64_t n = fld_int(owner, "spec.replicas", 0);

	if (owner && owner != p->wl.object && !is(fld_kind(owner), "ReplicaSet") && n > 1)
		diag_cause_more(d, " (it asks for %lld pods in %s %s)", (long long)n, fld_kind(owner), fld_name(owner));
	else if (n > 1 && n > (int64_t)p->verdict.candidates * 20)
		diag_cause_more(d, " (%lld replicas)", (long long)n);
}

void schedule_say_resources(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	char text[200], held[300];
	const char *resource = p->verdict.best && *p->verdict.best->resource ? p->verdict.best->resource : NULL;
	char need[QUANTITY_SIZE], most[QUANTITY_SIZE], arg[400];
	struct quantity want, max;

	for (size_t i = 0; !resource && i < p->message.count; i++)
		resource = schedule_message_resource(&p->message.counts[i]);
	if (!resource)
		resource = "cpu";
	want = fit_request(p->pod, resource);
	quantity_text(want, resource, need);
	cite_request(d, p, resource);
	workload_arg(&p->wl, arg);
	if (!p->verdict.fits) {
		diag_rate(d, SEVERITY_CRITICAL, 0.72);
		diag_cause(d, "No node has the %s of %s that %s requests", need, resource, p->each);
		return;
	}
	add_origin(r, d, p);
	max = largest(&p->verdict, resource);
	quantity_text(max, resource, most);
	if (quantity_zero(max)) {
		diag_rate(d, SEVERITY_CRITICAL, 0.85);
		diag_cause(d, "No node offers %s, of which %s requests %s", resource, p->each, need);
		blame_plugin(r, d, resource);
		diag_fix(d, "Bring up what offers it (device plugin, driver): kubectl get nodes -o "
			    "custom-columns=NAME:.metadata.name,HAS:.status.allocatable");
	} else if (quantity_compare(want, max) > 0) {
		diag_rate(d, SEVERITY_CRITICAL, 0.95);
		diag_cause(d, "%s requests %s, more than any node has (the largest: %s): ", p->start,
			   amount(need, resource, text), most);
		each_free(r, d, p, resource);
		diag_fix(d, "Request less than %s: kubectl edit %s", amount(most, resource, text), arg);
	} else {
		diag_rate(d, SEVERITY_CRITICAL, p->verdict.single ? 0.9 : 0.8);
		diag_cause(d, "%s requests %s", p->start, amount(need, resource, text));
		replicas_words(r, d, p);
		diag_cause_more(d, ", and no node has that much left: ");
		each_free(r, d, p, resource);
		diag_fix(d, "Lower the request or the number of replicas: kubectl edit %s", arg);
		diag_fix(d, "Or make room: add a node, or scale down what uses %s%s", resource,
			 holders(r, p, resource, held));
	}
}
