/* SPDX-License-Identifier: Apache-2.0 */
/* PersistentVolumeClaims that get no volume. */
#include "toolsets/kubernetes/checks.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/volumes.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/nearest.h"

#define WAIT_MS (45 * 1000LL)

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void shows(struct run *r, struct diagnosis *d, json_t *claim)
{
	enum seen seen;
	json_t *pods = r->v.h->list(r->v.w, "pods", fld_ns(claim), &seen), *pod;
	size_t i;

	diag_shows(d, claim);
	json_array_foreach (pods, i, pod)
		if (volumes_uses(pod, fld_name(claim)) && is(fld_str(pod, "status.phase"), "Pending"))
			diag_shows(d, pod);
}

static bool used(struct run *r, const json_t *claim)
{
	enum seen seen;
	json_t *pods = r->v.h->list(r->v.w, "pods", fld_ns(claim), &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (volumes_uses(pod, fld_name(claim)) && !is(fld_str(pod, "status.phase"), "Succeeded") &&
		    !is(fld_str(pod, "status.phase"), "Failed"))
			return true;
	return false;
}

static void no_class(struct run *r, struct diagnosis *d, json_t *claim, const char *name)
{
	struct nearest near = {.wanted = name};
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "storageclasses.storage.k8s.io", NULL, &seen), *o;
	size_t i;

	diag_rate(d, SEVERITY_CRITICAL, 0.96);
	diag_cause(d, "PersistentVolumeClaim %s asks for the StorageClass %s, which does not exist", fld_name(claim),
		   name);
	json_array_foreach (list, i, o)
		nearest_add(&near, fld_name(o));
	if (near.count)
		diag_cause_more(d, "; nearest: %s", near.name[0]);
	else
		json_array_foreach (list, i, o)
			if (i < 4)
				diag_cause_more(d, "%s%s", i ? ", " : "; there is ", fld_name(o));
	diag_cite(d, claim, NULL, "/spec/storageClassName");
	diag_cite_absence(d, "storageclasses.storage.k8s.io", NULL, name);
	diag_fix(d,
		 "The class of a claim cannot be changed: delete it and create it again with a class that exists "
		 "(kubectl get storageclass): "
		 "kubectl delete pvc %s -n %s",
		 fld_name(claim), fld_ns(claim));
	diag_fix(d, "Or create the StorageClass %s", name);
}

static void no_default(struct diagnosis *d, json_t *claim, json_t *classes)
{
	diag_rate(d, SEVERITY_CRITICAL, 0.93);
	diag_cause(d, "PersistentVolumeClaim %s names no StorageClass and the cluster has no default one",
		   fld_name(claim));
	diag_cite(d, claim, NULL, "/status/phase");
	if (json_array_size(classes)) {
		json_t *first = json_array_get(classes, 0);

		diag_cause_more(d, " (there is %s)", fld_name(first));
		diag_cite(d, first, NULL, "/metadata/name");
		diag_fix(d,
			 "Make one the default: kubectl annotate storageclass %s "
			 "storageclass.kubernetes.io/is-default-class=true",
			 fld_name(first));
	}
	diag_fix(d, "Or create the claim again with a class: kubectl delete pvc %s -n %s", fld_name(claim),
		 fld_ns(claim));
}

/* Volumes are made by hand here: why none of them fits. */
static void no_volume(struct run *r, struct diagnosis *d, json_t *claim, const char *class)
{
	struct volume_misfit misfit;
	enum seen seen;
	json_t *list = r->v.h->list(r->v.w, "persistentvolumes", NULL, &seen);

	volumes_misfit(list, claim, class, &misfit);
	diag_rate(d, SEVERITY_CRITICAL, 0.92);
	diag_cause(d, "No PersistentVolume fits PersistentVolumeClaim %s: %s", fld_name(claim), misfit.text);
	diag_cite(d, claim, NULL, "/spec/resources/requests/storage");
	diag_cite(d, claim, NULL, "/spec/accessModes/0");
	diag_cite(d, misfit.volume, NULL, "/spec/capacity/storage");
	diag_cite(d, misfit.volume, NULL, "/spec/accessModes/0");
	diag_cite(d, misfit.volume, NULL, "/spec/storageClassName");
	diag_cite(d, misfit.volume, NULL, "/status/phase");
	if (!misfit.volume && seen == SEEN_OK)
		diag_cite_absence(d, "persistentvolumes", NULL, *class ? class : fld_name(claim));
	if (misfit.released)
		diag_fix(d,
			 "Let the volume be claimed again: kubectl patch pv %s --type json -p "
			 "'[{\"op\":\"remove\",\"path\":\"/spec/claimRef\"}]'",
			 fld_name(misfit.volume));
	diag_fix(d, "Create a volume that fits, or a claim that asks for what there is: kubectl get pv");
}

/* The driver cannot do what the claim asks for: the claim is what has to change. */
static void no_mode(struct diagnosis *d, json_t *claim, const json_t *class, const char *text)
{
	const char *mode = fld_str(claim, "spec.accessModes.0");

	diag_cause(
		d,
		"PersistentVolumeClaim %s asks for the access mode %s, which the driver %s of StorageClass %s does not "
		"offer: %.250s",
		fld_name(claim), mode, fld_str(class, "provisioner"), fld_name(class), text);
	diag_cite(d, claim, NULL, "/spec/accessModes/0");
	diag_fix(d,
		 "The access mode of a claim cannot be changed: delete it and create it again with one that the driver "
		 "offers, or with a class whose driver offers %s: kubectl delete pvc %s -n %s",
		 mode, fld_name(claim), fld_ns(claim));
}

static bool about_mode(const char *text)
{
	return strcasestr(text, "access mode") || strcasestr(text, "accessmode") || strstr(text, "MULTI_NODE") ||
	       strstr(text, "SINGLE_NODE") || strcasestr(text, "volume capabilit");
}

static void events(struct run *r, struct diagnosis *d, json_t *claim, json_t *class)
{
	json_t *e = patient_event(&r->v, claim, "ProvisioningFailed", NULL), *waiting;
	const char *text = e ? event_message(e) : "";

	if (e) {
		diag_rate(d, SEVERITY_CRITICAL, 0.88);
		diag_cause(d, "The provisioner cannot make a volume for PersistentVolumeClaim %s: %.300s",
			   fld_name(claim), text);
		diag_cite(d, e, NULL, "%s", event_pointer(e));
		diag_cite(d, class, NULL, "/provisioner");
		if (class && about_mode(text)) {
			no_mode(d, claim, class, text);
			return;
		}
		if (class && (strstr(text, "parameter") || strstr(text, "InvalidArgument"))) {
			diag_about(d, class);
			diag_cite(d, class, NULL, "/parameters");
			diag_fix(d, "Correct the parameters: kubectl get storageclass %s -o yaml", fld_name(class));
		}
		diag_fix(d, "See what the provisioner says: kubectl describe pvc %s -n %s", fld_name(claim),
			 fld_ns(claim));
		return;
	}
	diag_rate(d, SEVERITY_CRITICAL, 0.7);
	waiting = patient_event(&r->v, claim, "ExternalProvisioning", NULL);
	diag_cause(d, "PersistentVolumeClaim %s waits for the provisioner %s, which makes no volume for it",
		   fld_name(claim), class ? fld_str(class, "provisioner") : "of its class");
	if (waiting)
		diag_cite(d, waiting, NULL, "%s", event_pointer(waiting));
	diag_cite(d, claim, NULL, "/status/phase");
	diag_cite(d, class, NULL, "/provisioner");
	volumes_blame_provisioner(&r->v, d, fld_str(class, "provisioner"));
	diag_fix(d, "Check that the provisioner runs: kubectl get pods -A | grep -i csi");
}

/* The scheduler has chosen a node and asks for the volume: now it is the provisioner's turn. */
static bool asked_for(struct run *r, json_t *claim)
{
	return patient_event(&r->v, claim, "ProvisioningFailed", NULL) ||
	       patient_event(&r->v, claim, "ExternalProvisioning", NULL) ||
	       json_object_get(fld_at(claim, "metadata.annotations"), "volume.kubernetes.io/selected-node");
}

static void pending(struct run *r, json_t *claim)
{
	const char *name = fld_str(claim, "spec.storageClassName");
	bool named = fld_at(claim, "spec.storageClassName") != NULL;
	enum seen listed, found = SEEN_OK;
	json_t *classes = r->v.h->list(r->v.w, "storageclasses.storage.k8s.io", NULL, &listed), *class;
	struct diagnosis *d;

	class = *name ? r->v.h->find(r->v.w, "storageclasses.storage.k8s.io", NULL, name, &found) : NULL;
	if (!named)
		class = volumes_default_class(classes);
	if (class && is(fld_str(class, "volumeBindingMode"), "WaitForFirstConsumer") &&
	    (!used(r, claim) || !asked_for(r, claim)) && !volumes_by_hand(class))
		return; /* it waits for its pod, not the pod for it */
	if (class && is(fld_str(class, "volumeBindingMode"), "WaitForFirstConsumer") && !used(r, claim))
		return;
	d = diag_new(&r->set);
	diag_about(d, claim);
	diag_docs(d, "https://kubernetes.io/docs/concepts/storage/persistent-volumes/");
	if (*name && !class && found == SEEN_NOT_FOUND && !volumes_of_class(&r->v, name))
		no_class(r, d, claim, name);
	else if (!named && !class && listed == SEEN_OK)
		no_default(d, claim, classes);
	else if (volumes_by_hand(class) || (named && !*name) || (*name && !class && found == SEEN_NOT_FOUND))
		no_volume(r, d, claim, name);
	else
		events(r, d, claim, class);
	shows(r, d, claim);
}

static void lost(struct run *r, json_t *claim)
{
	struct diagnosis *d = diag_new(&r->set);

	diag_about(d, claim);
	diag_rate(d, SEVERITY_CRITICAL, 0.92);
	diag_cause(d, "PersistentVolumeClaim %s has lost its PersistentVolume %s, which no longer exists",
		   fld_name(claim), fld_str(claim, "spec.volumeName"));
	diag_cite(d, claim, NULL, "/status/phase");
	diag_cite(d, claim, NULL, "/spec/volumeName");
	diag_cite_absence(d, "persistentvolumes", NULL, fld_str(claim, "spec.volumeName"));
	diag_fix(d,
		 "Restore the volume from a backup and bind it, or create the claim again: kubectl delete pvc %s -n %s",
		 fld_name(claim), fld_ns(claim));
	shows(r, d, claim);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *claims = h->list(w, "persistentvolumeclaims", NULL, &seen), *c;
	size_t i;

	json_array_foreach (claims, i, c) {
		if (*fld_str(c, "metadata.deletionTimestamp"))
			continue;
		if (is(fld_str(c, "status.phase"), "Pending") && patient_age_ms(&r.v, c) > WAIT_MS)
			pending(&r, c);
		else if (is(fld_str(c, "status.phase"), "Lost"))
			lost(&r, c);
	}
	diag_send(&r.set);
}

const struct check kubernetes_claim_check = {
	.size = sizeof(struct check),
	.name = "volume-claim-pending",
	.help = "PersistentVolumeClaims without a volume: class missing, no volume that fits, a provisioner that fails",
	.run = run,
	.reads = "persistentvolumeclaims persistentvolumes storageclasses.storage.k8s.io pods events",
};
