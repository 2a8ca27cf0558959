/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/advice.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/quantity.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

const char *advice_edit(const struct workload *wl, char out[static 500])
{
	char arg[400];

	if (is(wl->kind, "Pod") &&
	    json_object_get(fld_at(wl->object, "metadata.annotations"), "kubernetes.io/config.mirror"))
		snprintf(out, 500, "the manifest of %.200s on node %.200s (/etc/kubernetes/manifests)", wl->name,
			 fld_str(wl->object, "spec.nodeName"));
	else
		snprintf(out, 500, "kubectl edit %s", workload_arg(wl, arg));
	return out;
}

static json_t *container_of(const struct trouble *t)
{
	json_t *c = fld_item(fld_at(t->workload.spec, "containers"), "name", t->name);

	return c ? c : fld_item(fld_at(t->workload.spec, "initContainers"), "name", t->name);
}

static bool sounds_secret(const char *name)
{
	static const char *const words[] = {"pass", "pwd",  "secret", "token", "key", "auth",
					    "cred", "user", "dsn",    "url",   NULL};

	for (size_t i = 0; words[i]; i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}

/* "Secret db (key password)" of the variables that are credentials by their names; passwords before users. */
static json_t *credential(const struct trouble *t)
{
	json_t *env, *best = NULL;
	size_t i;

	json_array_foreach (fld_at(container_of(t), "env"), i, env) {
		const char *name = fld_str(env, "name");

		if (!*fld_str(env, "valueFrom.secretKeyRef.name") || !sounds_secret(name))
			continue;
		if (!best || strcasestr(name, "pass") || strcasestr(name, "token"))
			best = env;
	}
	return best;
}

static void compare_credentials(struct diagnosis *d, const struct trouble *t)
{
	json_t *env = credential(t), *from = fld_at(container_of(t), "envFrom"), *e;
	char arg[400];
	size_t i;

	workload_arg(&t->workload, arg);
	if (env) {
		diag_fix(d,
			 "Compare %s, which %s takes from Secret %s (key %s), with what the other side expects; then "
			 "restart it: kubectl rollout restart %s",
			 fld_str(env, "name"), t->name, fld_str(env, "valueFrom.secretKeyRef.name"),
			 fld_str(env, "valueFrom.secretKeyRef.key"), arg);
		return;
	}
	json_array_foreach (from, i, e) {
		if (!*fld_str(e, "secretRef.name"))
			continue;
		diag_fix(d,
			 "Compare the credentials of Secret %s, which %s takes its environment from, with what the "
			 "other "
			 "side expects; then restart it: kubectl rollout restart %s",
			 fld_str(e, "secretRef.name"), t->name, arg);
		return;
	}
	diag_fix(
		d,
		"Compare the credentials and rights %s uses with what the other side expects; then restart it: kubectl "
		"rollout restart %s",
		t->name, arg);
}

/* The claim of a volume that the container mounts; the one whose mount the line names comes first. */
static json_t *claim_of(const struct view *v, const struct trouble *t)
{
	json_t *mount, *volume, *claim, *found = NULL;
	enum seen seen;
	size_t i;

	json_array_foreach (fld_at(t->pod, "spec.volumes"), i, volume) {
		const char *name = fld_str(volume, "persistentVolumeClaim.claimName"), *path;

		claim = *name ? v->h->find(v->w, "persistentvolumeclaims", fld_ns(t->pod), name, &seen) : NULL;
		if (!claim)
			continue;
		mount = fld_item(fld_at(t->container, "volumeMounts"), "name", fld_str(volume, "name"));
		path = fld_str(mount, "mountPath");
		if (!found || (*path && memmem(t->line, t->len, path, strlen(path))))
			found = claim;
	}
	return found;
}

static void make_room(const struct view *v, struct diagnosis *d, const struct trouble *t)
{
	json_t *claim = claim_of(v, t);
	struct quantity size = quantity_of(fld_at(claim, "spec.resources.requests.storage"));
	char twice[QUANTITY_SIZE];

	if (!claim) {
		diag_fix(d, "Make room on the disk that %s writes to: kubectl exec %s -n %s -c %s -- df -h", t->name,
			 fld_name(t->pod), fld_ns(t->pod), t->name);
		return;
	}
	quantity_text(quantity_sum(size, size), "storage", twice);
	diag_cite(d, claim, NULL, "/spec/resources/requests/storage");
	diag_fix(d,
		 "Enlarge the volume, if its class can (allowVolumeExpansion), for instance to twice its %s: kubectl "
		 "patch "
		 "pvc %s -n %s -p '{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"%s\"}}}}'",
		 fld_str(claim, "spec.resources.requests.storage"), fld_name(claim), fld_ns(claim), twice);
	diag_fix(d, "Or remove what need not be on it");
}

bool advice_of_line(const struct view *v, struct diagnosis *d, const struct trouble *t)
{
	char edit[500];

	if (is(t->word, "config") || is(t->word, "not-found"))
		diag_fix(d, "Give %s what the line asks for, in its environment, its files or its arguments: %s",
			 t->name, advice_edit(&t->workload, edit));
	else if (is(t->word, "auth") || is(t->word, "denied"))
		compare_credentials(d, t);
	else if (is(t->word, "disk-full"))
		make_room(v, d, t);
	else
		return false;
	return true;
}
