/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/volumes.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"
#include "toolsets/lib/quantity.h"

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool volumes_uses(const json_t *pod, const char *claim)
{
	json_t *vol;
	char name[300];
	size_t i;

	json_array_foreach (fld_at(pod, "spec.volumes"), i, vol) {
		if (is(fld_str(vol, "persistentVolumeClaim.claimName"), claim))
			return true;
		if (!fld_at(vol, "ephemeral"))
			continue;
		snprintf(name, sizeof(name), "%s-%s", fld_name(pod), fld_str(vol, "name"));
		if (is(name, claim))
			return true;
	}
	return false;
}

json_t *volumes_default_class(json_t *classes)
{
	static const char *const marks[] = {"storageclass.kubernetes.io/is-default-class",
					    "storageclass.beta.kubernetes.io/is-default-class"};
	json_t *c;
	size_t i;

	json_array_foreach (classes, i, c)
		for (size_t k = 0; k < 2; k++) {
			const char *value =
				json_string_value(json_object_get(fld_at(c, "metadata.annotations"), marks[k]));

			if (value && is(value, "true"))
				return c;
		}
	return NULL;
}

bool volumes_by_hand(const json_t *class)
{
	return is(fld_str(class, "provisioner"), "kubernetes.io/no-provisioner");
}

bool volumes_of_class(const struct view *v, const char *class)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "persistentvolumes", NULL, &seen), *pv;
	size_t i;

	json_array_foreach (list, i, pv)
		if (is(fld_str(pv, "spec.storageClassName"), class))
			return true;
	return false;
}

static bool has_mode(const json_t *volume, const json_t *claim, const char **missing)
{
	json_t *want, *have;
	size_t i, k;

	json_array_foreach (fld_at(claim, "spec.accessModes"), i, want) {
		bool found = false;

		json_array_foreach (fld_at(volume, "spec.accessModes"), k, have)
			found = found || json_equal(want, have);
		if (!found) {
			*missing = json_string_value(want) ? json_string_value(want) : "?";
			return false;
		}
	}
	return true;
}

static bool has_labels(const json_t *volume, const json_t *claim)
{
	json_t *want, *labels = fld_at(volume, "metadata.labels"),
		      *selector = fld_at(claim, "spec.selector.matchLabels");
	const char *key;

	json_object_foreach (selector, key, want)
		if (!json_equal(want, json_object_get(labels, key)))
			return false;
	return true;
}

/* " (tier=gold)". */
static void add_selector(const json_t *claim, char *why, size_t size)
{
	json_t *labels = fld_at(claim, "spec.selector.matchLabels"), *value;
	const char *key;
	size_t n = strlen(why), first = n;

	json_object_foreach (labels, key, value)
		if (n + 8 < size)
			n += (size_t)snprintf(why + n, size - n, "%s%.60s=%.60s", n == first ? " (" : ", ", key,
					      json_string_value(value) ? json_string_value(value) : "");
	if (n > first && n + 1 < size)
		snprintf(why + n, size - n, ")");
}

/* How near a volume comes: 0 fits, else the number of the first thing that is wrong, later ones being nearer. */
static int distance(const json_t *pv, const json_t *claim, const char *class, char *why, size_t size)
{
	struct quantity need = quantity_of(fld_at(claim, "spec.resources.requests.storage"));
	struct quantity have = quantity_of(fld_at(pv, "spec.capacity.storage"));
	const char *mode = "", *holder = fld_str(pv, "spec.claimRef.name"), *want = fld_str(claim, "spec.volumeMode");
	const char *got = fld_str(pv, "spec.volumeMode");

	if (!is(fld_str(pv, "spec.storageClassName"), class)) {
		snprintf(why, size, "%s is of class \"%s\", the claim asks for \"%s\"", fld_name(pv),
			 fld_str(pv, "spec.storageClassName"), class);
		return 6;
	}
	if (!has_labels(pv, claim)) {
		snprintf(why, size, "%s does not have the labels of the claim's selector", fld_name(pv));
		add_selector(claim, why, size);
		return 5;
	}
	if (!is(*want ? want : "Filesystem", *got ? got : "Filesystem")) {
		snprintf(why, size, "%s is of volume mode %s, the claim asks for %s", fld_name(pv),
			 *got ? got : "Filesystem", *want ? want : "Filesystem");
		return 4;
	}
	if (!has_mode(pv, claim, &mode)) {
		snprintf(why, size, "%s does not offer the access mode %s (it has %s)", fld_name(pv), mode,
			 fld_str(pv, "spec.accessModes.0"));
		return 3;
	}
	if (quantity_compare(have, need) < 0) {
		snprintf(why, size, "%s holds %s, the claim asks for %s", fld_name(pv),
			 fld_str(pv, "spec.capacity.storage"), fld_str(claim, "spec.resources.requests.storage"));
		return 2;
	}
	if (*holder && !(is(holder, fld_name(claim)) && is(fld_str(pv, "spec.claimRef.namespace"), fld_ns(claim)))) {
		snprintf(why, size, "%s %s by claim %s/%s", fld_name(pv),
			 is(fld_str(pv, "status.phase"), "Released") ? "would fit, but is still held (Released)"
								     : "is taken",
			 fld_str(pv, "spec.claimRef.namespace"), holder);
		return 1;
	}
	snprintf(why, size, "%s is in phase %s", fld_name(pv), fld_str(pv, "status.phase"));
	return 0;
}

void volumes_misfit(json_t *volumes, const json_t *claim, const char *class, struct volume_misfit *out)
{
	const char *named = fld_str(claim, "spec.volumeName");
	struct quantity largest = {0}, size;
	char why[300];
	int best = 100;
	json_t *pv;
	size_t i;

	*out = (struct volume_misfit){0};
	snprintf(out->text, sizeof(out->text), "there are %zu volumes", json_array_size(volumes));
	json_array_foreach (volumes, i, pv) {
		int n = distance(pv, claim, class, why, sizeof(why));

		size = quantity_of(fld_at(pv, "spec.capacity.storage"));
		if (*named ? !is(named, fld_name(pv)) : n > best || (n == best && quantity_compare(size, largest) <= 0))
			continue;
		best = n;
		largest = size;
		out->volume = pv;
		out->released = n == 1 && is(fld_str(pv, "status.phase"), "Released");
		snprintf(out->text, sizeof(out->text), "%s", why);
	}
	if (*named && !out->volume)
		snprintf(out->text, sizeof(out->text), "it names the volume %.200s, which does not exist", named);
	else if (json_array_size(volumes) == 0)
		snprintf(out->text, sizeof(out->text), "there is none");
}

/* "csi.example-disk.io" against "registry.example-disk.io/csi-controller:2.3" or args that name the driver. */
static bool is_csi_controller(const json_t *o, const json_t *container, const char *provisioner)
{
	const char *dot = strchr(provisioner, '.');
	json_t *arg;
	size_t i;

	json_array_foreach (fld_at(container, "args"), i, arg)
		if (json_string_value(arg) && strstr(json_string_value(arg), provisioner))
			return true;
	return dot && strstr(fld_name(o), "csi") && strstr(fld_str(container, "image"), dot + 1);
}

void volumes_blame_provisioner(const struct view *v, struct diagnosis *d, const char *provisioner)
{
	static const char *const kinds[][2] = {{"deployments.apps", "Deployment"},
					       {"statefulsets.apps", "StatefulSet"},
					       {"daemonsets.apps", "DaemonSet"}};
	enum seen seen;
	json_t *o, *c;
	size_t i, k, n;

	for (size_t kind = 0; kind < 3; kind++) {
		json_t *list = v->h->list(v->w, kinds[kind][0], NULL, &seen);

		json_array_foreach (list, i, o)
			json_array_foreach (fld_at(o, "spec.template.spec.containers"), k, c) {
				const char *image = fld_str(c, "image"), *slash = strrchr(image, '/');
				size_t len = strcspn(slash ? slash + 1 : image, ":@");

				n = strcspn(provisioner, ".");
				if ((n > 2 && !(n == 3 && strncmp(provisioner, "csi", 3) == 0) &&
				     strncmp(fld_name(o), provisioner, n) == 0) ||
				    is_csi_controller(o, c, provisioner) || strstr(fld_name(o), "provisioner") ||
				    (len > 12 && memmem(slash ? slash + 1 : image, len, "provisioner", 11)))
					diag_blames(d, "apps/v1", kinds[kind][1], fld_ns(o), fld_name(o));
			}
	}
}
