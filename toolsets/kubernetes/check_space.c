/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes that are full, told by the logs of those who write to them. */
#include "toolsets/kubernetes/checks.h"

#include <ctype.h>
#include <string.h>

#include "toolsets/kubernetes/lines.h"
#include "toolsets/kubernetes/trouble.h"
#include "toolsets/lib/field.h"

struct run {
	struct view v;
	struct diagnoses set;
};

static bool has(const struct trouble *t, const char *word)
{
	return memmem(t->line, t->len, word, strlen(word)) != NULL;
}

/* Is a path in or below a directory named in the line? */
static bool names_path(const struct trouble *t, const char *directory)
{
	size_t n = strlen(directory);
	const char *at = n > 1 ? memmem(t->line, t->len, directory, n) : NULL;
	size_t end = at ? (size_t)(at - t->line) + n : 0;

	return at && (at == t->line || !isalnum((unsigned char)at[-1])) &&
	       (end == t->len || !(isalnum((unsigned char)t->line[end]) || strchr("-_.", t->line[end])));
}

static bool names_any_path(const struct trouble *t)
{
	for (size_t i = 0; i + 1 < t->len; i++)
		if (t->line[i] == '/' && isalnum((unsigned char)t->line[i + 1]) &&
		    (!i || strchr(" '\"(=:", t->line[i - 1])))
			return true;
	return false;
}

/* The claim behind the mount that the line names; a relative path may mean the only claim that there is. */
static const char *claim_of(const struct trouble *t)
{
	const char *named = NULL, *only = NULL;
	size_t claims = 0, longest = 0, i;
	json_t *mount;

	json_array_foreach (fld_at(t->container, "volumeMounts"), i, mount) {
		const json_t *volume = fld_item(fld_at(t->pod, "spec.volumes"), "name", fld_str(mount, "name"));
		const char *path = fld_str(mount, "mountPath"),
			   *claim = fld_str(volume, "persistentVolumeClaim.claimName");
		bool writable = *claim && !fld_true(mount, "readOnly");

		if (writable) {
			claims++;
			only = claim;
		}
		if (names_path(t, path) && strlen(path) > longest) {
			longest = strlen(path);
			named = writable ? claim : NULL;
		}
	}
	return longest ? named : claims == 1 && !names_any_path(t) ? only : NULL;
}

static void say_claim(struct diagnosis *d, const struct trouble *t, json_t *claim)
{
	const char *size = fld_str(claim, "status.capacity.storage");

	diag_about(d, claim);
	diag_cause(d, "The volume of PersistentVolumeClaim %s%s%s%s is full", fld_name(claim), *size ? " (" : "", size,
		   *size ? ")" : "");
	diag_cite(d, claim, NULL, "/status/capacity/storage");
	diag_fix(d, "See what fills it: kubectl exec %s -n %s -c %s -- df -h", fld_name(t->pod), fld_ns(t->pod),
		 t->name);
	diag_fix(d,
		 "Free space, or enlarge the claim if its StorageClass allows it: kubectl edit pvc %s -n %s "
		 "(spec.resources.requests.storage)",
		 fld_name(claim), fld_ns(claim));
}

static void say_shared_memory(struct diagnosis *d, const struct trouble *t)
{
	char arg[400];

	workload_about(d, &t->workload);
	diag_cause(d, "Container %s of %s %s needs more shared memory than the 64 MiB that /dev/shm has by default",
		   t->name, t->workload.kind, t->workload.name);
	diag_fix(d, "Mount an emptyDir with medium: Memory at /dev/shm: kubectl edit %s",
		 workload_arg(&t->workload, arg));
}

static bool own_shared_memory(const struct trouble *t)
{
	return fld_item(fld_at(t->container, "volumeMounts"), "mountPath", "/dev/shm") != NULL;
}

/* Of a run that ended any line may be the reason, not the last words alone. */
static bool out_of_space(struct trouble *t)
{
	const char *line;
	size_t len, number;

	if (strcmp(t->word, "disk-full") == 0)
		return t->number > 0;
	number = t->why == TROUBLE_CRASH ? trouble_last_line(t, "no space left on device", &line, &len) : 0;
	if (!number)
		return false;
	t->line = line;
	t->len = len;
	t->number = number;
	return true;
}

static void judge(struct run *r, const struct trouble *t)
{
	bool memory = has(t, "shared memory") || has(t, "/dev/shm"), fresh;
	const char *name = memory ? NULL : claim_of(t);
	enum seen seen;
	json_t *claim = name ? r->v.h->find(r->v.w, "persistentvolumeclaims", fld_ns(t->pod), name, &seen) : NULL;
	struct diagnosis *d;
	char words[260];

	if (!claim && (!memory || own_shared_memory(t)))
		return;
	d = diag_get(&r->set, &fresh, "%s/%s/%s", fld_ns(t->pod), claim ? "claim" : t->workload.kind,
		     claim ? name : t->workload.name);
	diag_shows(d, t->pod);
	diag_shows_words(d, t->workload.api_version, t->workload.kind, t->workload.ns, t->workload.name);
	if (!fresh)
		return;
	diag_rate(d, t->why == TROUBLE_ERRORS ? SEVERITY_WARNING : SEVERITY_CRITICAL, 0.88);
	if (claim)
		say_claim(d, t, claim);
	else
		say_shared_memory(d, t);
	diag_cause_more(d, "; %s %s says \"%s\"", t->workload.kind, t->workload.name, trouble_words(t, words));
	trouble_cite(d, t);
}

static void on_trouble(void *ctx, const struct trouble *t)
{
	struct trouble full = *t;

	if (out_of_space(&full))
		judge(ctx, &full);
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};

	troubles_each(&r.v, TROUBLE_ANY, on_trouble, &r);
	diag_send(&r.set);
}

const struct check kubernetes_space_check = {
	.size = sizeof(struct check),
	.name = "volume-full",
	.help = "Volumes without space left, as the logs of those who write to them say",
	.run = run,
	.reads = "pods pods/log events persistentvolumeclaims nodes",
};
