/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that no node takes because of a volume: the claim does not exist, or the volume is where the pod cannot go. */
#include "toolsets/kubernetes/schedule_words.h"

#include <string.h>

#include "toolsets/kubernetes/refusal.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

void schedule_say_claim(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	char name[254] = "", arg[400];
	struct nearest near = {.wanted = name};
	enum seen seen;
	json_t *list, *o;
	size_t i;

	refusal_word(p->text, "persistentvolumeclaim \"", "\"", name, sizeof(name));
	list = r->v.h->list(r->v.w, "persistentvolumeclaims", p->wl.ns, &seen);
	json_array_foreach (list, i, o)
		nearest_add(&near, fld_name(o));
	diag_rate(d, SEVERITY_CRITICAL, 0.95);
	diag_cause(d, "%s %s mounts the PersistentVolumeClaim %s, which does not exist in namespace %s", p->wl.kind,
		   p->wl.name, name, p->wl.ns);
	for (i = 0; i < near.count && i < 3; i++)
		diag_cause_more(d, "%s%s", i ? ", " : "; nearest: ", near.name[i]);
	json_array_foreach (fld_at(p->wl.spec, "volumes"), i, o)
		if (is(fld_str(o, "persistentVolumeClaim.claimName"), name))
			diag_cite(d, p->wl.spec_object, NULL, "%s/volumes/%zu/persistentVolumeClaim/claimName",
				  p->wl.pointer, i);
	diag_cite_absence(d, "persistentvolumeclaims", p->wl.ns, name);
	diag_fix(d, "Create the claim %s in namespace %s, or name one that exists: kubectl edit %s", name, p->wl.ns,
		 workload_arg(&p->wl, arg));
}

/* Does any node carry this value of a label? */
static bool exists(const struct schedule_run *r, const char *key, const char *value)
{
	json_t *node;
	size_t i;

	json_array_foreach (r->fleet.nodes, i, node) {
		const char *have = json_string_value(json_object_get(fld_at(node, "metadata.labels"), key));

		if (have && is(have, value))
			return true;
	}
	return false;
}

void schedule_say_volume(struct schedule_run *r, struct diagnosis *d, const struct pending *p)
{
	json_t *volume = p->verdict.best ? p->verdict.best->volume : NULL;
	const json_t *demand = fld_at(volume, "spec.nodeAffinity.required.nodeSelectorTerms.0.matchExpressions.0");
	const char *key = fld_str(demand, "key"), *value = fld_str(demand, "values.0");

	diag_rate(d, SEVERITY_CRITICAL, 0.92);
	if (!volume) {
		diag_rate(d, SEVERITY_CRITICAL, 0.7);
		diag_cause(d, "A volume of %s %s can be reached from no node that may take its pods", p->wl.kind,
			   p->wl.name);
		return;
	}
	diag_about(d, volume);
	diag_cause(d,
		   "PersistentVolume %s, which %s %s uses (claim %s), can be reached from nodes with %s=%s only, and ",
		   fld_name(volume), p->wl.kind, p->wl.name, fld_str(volume, "spec.claimRef.name"), key, value);
	if (exists(r, key, value))
		diag_cause_more(d, "these may not take its pods");
	else
		diag_cause_more(d, "there is no such node any more");
	diag_cite(d, volume, NULL, "/spec/nodeAffinity/required/nodeSelectorTerms/0/matchExpressions/0/values/0");
	diag_cite(d, volume, NULL, "/spec/claimRef/name");
	diag_fix(d, "Bring back a node with %s=%s", key, value);
	diag_fix(d,
		 "Or, if the data can be lost or restored, delete the claim and let a new volume be made: kubectl "
		 "delete pvc %s -n %s",
		 fld_str(volume, "spec.claimRef.name"), p->wl.ns);
}
