/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/preemption.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/kubernetes/refusal.h"
#include "toolsets/lib/field.h"

#define LATE_MS (60 * 60 * 1000LL)

/* Is the event about a pod of the same maker (the name up to its last part), or about this very pod? */
static bool same_maker(const json_t *event, const json_t *pod)
{
	const char *name = fld_str(event, "involvedObject.name"), *mine = fld_name(pod), *dash = strrchr(mine, '-');
	size_t n = dash ? (size_t)(dash - mine) + 1 : strlen(mine);

	if (!*name)
		name = fld_str(event, "regarding.name");
	return strcmp(name, mine) == 0 || (dash && fld_count(pod, "metadata.ownerReferences") &&
					   strncmp(name, mine, n) == 0 && !strchr(name + n, '-'));
}

static json_t *by_uid(const struct view *v, const char *uid)
{
	enum seen seen;
	json_t *pods = v->h->list(v->w, "pods", NULL, &seen), *pod;
	size_t i;

	json_array_foreach (pods, i, pod)
		if (strcmp(fld_str(pod, "metadata.uid"), uid) == 0)
			return pod;
	return NULL;
}

bool preemption_of(const struct view *v, const json_t *pod, struct preemption *out)
{
	enum seen seen;
	json_t *list = v->h->list(v->w, "events", fld_ns(pod), &seen), *e;
	char uid[80];
	int64_t at;
	size_t i;

	json_array_foreach (list, i, e) {
		at = v->h->event_time(e);
		if (strcmp(fld_str(e, "reason"), "Preempted") != 0 || (at && v->now_ms - at > LATE_MS) ||
		    !same_maker(e, pod) || !refusal_word(event_message(e), "Preempted by pod ", " ", uid, sizeof(uid)))
			continue;
		out->event = e;
		out->preemptor = by_uid(v, uid);
		if (out->preemptor && fld_int(out->preemptor, "spec.priority", 0) > fld_int(pod, "spec.priority", 0))
			return true;
	}
	return false;
}
