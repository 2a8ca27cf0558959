/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/confined.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"

static bool line_has(const struct trouble *t, const char *word)
{
	char lower[400];
	size_t n = t->len < sizeof(lower) - 1 ? t->len : sizeof(lower) - 1;

	for (size_t i = 0; i < n; i++)
		lower[i] = t->line[i] >= 'A' && t->line[i] <= 'Z' ? (char)(t->line[i] + 32) : t->line[i];
	return memmem(lower, n, word, strlen(word)) != NULL;
}

/* The volume mount under which a path of the line lies; NULL. */
static json_t *mount_in_line(const struct trouble *t, size_t *index)
{
	json_t *m;
	size_t i;

	json_array_foreach (fld_at(t->container, "volumeMounts"), i, m) {
		const char *path = fld_str(m, "mountPath"), *at;
		size_t n = strlen(path);

		*index = i;
		at = n > 1 ? memmem(t->line, t->len, path, n) : NULL;
		if (at && (at + n == t->line + t->len || strchr("/ '\":,)", at[n])))
			return m;
	}
	return NULL;
}

/* The user it runs as, -1: the image's; *place: where that is written. */
static int64_t user_of(const struct trouble *t, char place[static 200], const char *spec_place)
{
	int64_t user = fld_int(t->container, "securityContext.runAsUser", -1);

	snprintf(place, 200, "%s/securityContext/runAsUser", spec_place);
	if (user >= 0)
		return user;
	snprintf(place, 200, "%s/securityContext/runAsUser", t->workload.pointer);
	return fld_int(t->pod, "spec.securityContext.runAsUser", -1);
}

static bool no_group(struct diagnosis *d, const struct trouble *t, const char *base)
{
	size_t index = 0;
	json_t *m = mount_in_line(t, &index), *v;
	char place[200], arg[400];
	int64_t user = user_of(t, place, base);

	v = m ? fld_item(fld_at(t->pod, "spec.volumes"), "name", fld_str(m, "name")) : NULL;
	if (!m || user <= 0 || fld_at(t->pod, "spec.securityContext.fsGroup") ||
	    !(fld_at(v, "persistentVolumeClaim") || fld_at(v, "emptyDir") || fld_at(v, "hostPath") ||
	      fld_at(v, "nfs") || fld_at(v, "csi")))
		return false;
	diag_rate(d, SEVERITY_CRITICAL, 0.85);
	diag_cause_more(
		d,
		"; it runs as user %lld without an fsGroup, and volume %s at %s belongs to root, so it may not write "
		"there",
		(long long)user, fld_str(m, "name"), fld_str(m, "mountPath"));
	diag_cite(d, t->workload.spec_object, NULL, "%s", place);
	diag_cite(d, t->workload.spec_object, NULL, "%s/volumeMounts/%zu/mountPath", base, index);
	diag_fix(d, "Set securityContext.fsGroup (for instance %lld) in the pod template: kubectl edit %s",
		 (long long)user, workload_arg(&t->workload, arg));
	return true;
}

static bool read_only(struct diagnosis *d, const struct trouble *t, const char *base)
{
	size_t index = 0;
	json_t *m = mount_in_line(t, &index);
	char arg[400];

	workload_arg(&t->workload, arg);
	if (m && fld_true(m, "readOnly")) {
		diag_rate(d, SEVERITY_CRITICAL, 0.85);
		diag_cause_more(d, "; volume %s is mounted read-only at %s (readOnly: true)", fld_str(m, "name"),
				fld_str(m, "mountPath"));
		diag_cite(d, t->workload.spec_object, NULL, "%s/volumeMounts/%zu/mountPath", base, index);
		diag_fix(d, "Mount it writable, or write elsewhere: kubectl edit %s", arg);
		return true;
	}
	if (m || !fld_true(t->container, "securityContext.readOnlyRootFilesystem"))
		return false;
	diag_rate(d, SEVERITY_CRITICAL, 0.85);
	diag_cause_more(
		d, "; its root file system is read-only (readOnlyRootFilesystem: true), and no volume is mounted where "
		   "it writes");
	diag_cite(d, t->workload.spec_object, NULL, "%s/securityContext/readOnlyRootFilesystem", base);
	diag_fix(d, "Mount an emptyDir where it writes, or set readOnlyRootFilesystem: false: kubectl edit %s", arg);
	return true;
}

bool confined_explain(struct diagnosis *d, const struct trouble *t)
{
	char base[128];

	if (!t->number || !t->container)
		return false;
	workload_container(&t->workload, t->name, base);
	if (line_has(t, "read-only file system") || line_has(t, "erofs"))
		return read_only(d, t, base);
	return line_has(t, "permission denied") && no_group(d, t, base);
}
