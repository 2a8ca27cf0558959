/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/refusal.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"

#define RECENT_MS (60 * 60 * 1000LL)

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

enum refusal_reason refusal_classify(const char *text)
{
	static const struct {
		const char *part;
		enum refusal_reason reason;
	} rules[] = {
		{"exceeded quota", REFUSAL_QUOTA},
		{"failed quota", REFUSAL_QUOTA_DEMANDS},
		{"error looking up service account", REFUSAL_ACCOUNT},
		{"violates PodSecurity", REFUSAL_SECURITY},
		{"failed calling webhook", REFUSAL_WEBHOOK_FAILED},
		{"failed to call webhook", REFUSAL_WEBHOOK_FAILED},
		{"denied the request", REFUSAL_WEBHOOK_DENIED},
		{"no PriorityClass with name", REFUSAL_PRIORITY},
		{" usage per Container is ", REFUSAL_LIMITS},
		{" usage per Pod is ", REFUSAL_LIMITS},
		{" to request ratio per ", REFUSAL_LIMITS},
		{" usage per PersistentVolumeClaim is ", REFUSAL_LIMITS},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strstr(text, rules[i].part))
			return rules[i].reason;
	return REFUSAL_OTHER;
}

bool refusal_word(const char *text, const char *before, const char *ends, char *out, size_t size)
{
	const char *at = strstr(text, before);
	size_t n;

	if (!at || !size)
		return false;
	at += strlen(before);
	n = strcspn(at, ends);
	if (n >= size)
		n = size - 1;
	memcpy(out, at, n);
	out[n] = '\0';
	return n > 0;
}

/* Pods it has against pods it wants; true: it is short. */
static bool is_short(const json_t *o)
{
	const char *kind = fld_kind(o);

	if (is(kind, "ReplicaSet") || is(kind, "StatefulSet") || is(kind, "ReplicationController"))
		return fld_int(o, "status.replicas", 0) < fld_int(o, "spec.replicas", 1);
	if (is(kind, "DaemonSet"))
		return fld_int(o, "status.currentNumberScheduled", 0) < fld_int(o, "status.desiredNumberScheduled", 0);
	if (is(kind, "Job"))
		return !fld_int(o, "status.active", 0) &&
		       !is(fld_str(fld_condition(o, "Complete"), "status"), "True") && !fld_true(o, "spec.suspend");
	return fld_int(o, "status.unavailableReplicas", 0) > 0 ||
	       fld_int(o, "status.replicas", 0) < fld_int(o, "spec.replicas", 1);
}

static bool from_event(const struct view *v, json_t *o, struct refusal *r)
{
	enum seen seen;
	json_t *events = v->h->events_of(v->w, fld_kind(o), fld_ns(o), fld_name(o), &seen);

	for (size_t i = json_array_size(events); i-- > 0;) {
		json_t *e = json_array_get(events, i);
		int64_t at = v->h->event_time(e);

		if (is(fld_str(e, "reason"), "SuccessfulCreate"))
			return false; /* it works again */
		if (!is(fld_str(e, "reason"), "FailedCreate") || (at && v->now_ms - at > RECENT_MS))
			continue;
		r->text = event_message(e);
		r->object = e;
		snprintf(r->pointer, sizeof(r->pointer), "%s", event_pointer(e));
		return true;
	}
	return false;
}

static bool from_condition(json_t *o, struct refusal *r)
{
	json_t *list = fld_at(o, "status.conditions"), *c;
	size_t i;

	json_array_foreach (list, i, c) {
		if (!is(fld_str(c, "type"), "ReplicaFailure") || !is(fld_str(c, "status"), "True"))
			continue;
		r->text = fld_str(c, "message");
		r->object = o;
		snprintf(r->pointer, sizeof(r->pointer), "/status/conditions/%zu/message", i);
		return *r->text != '\0';
	}
	return false;
}

bool refusal_said(const struct view *v, json_t *creator)
{
	struct refusal r = {.creator = creator};

	return from_condition(creator, &r) || from_event(v, creator, &r);
}

void refusals_each(const struct view *v, void (*fn)(void *ctx, const struct refusal *r), void *ctx)
{
	static const char *const creators[] = {"replicasets.apps", "deployments.apps", "statefulsets.apps",
					       "daemonsets.apps", "jobs.batch"};
	enum seen seen;
	json_t *o;
	size_t i;

	for (size_t k = 0; k < sizeof(creators) / sizeof(creators[0]); k++) {
		json_t *list = v->h->list(v->w, creators[k], NULL, &seen);

		json_array_foreach (list, i, o) {
			struct refusal r = {.creator = o};

			if (!is_short(o) || *fld_str(o, "metadata.deletionTimestamp") ||
			    (!from_condition(o, &r) && !from_event(v, o, &r)))
				continue;
			workload_of(v->h, v->w, o, &r.workload);
			r.reason = refusal_classify(r.text);
			fn(ctx, &r);
		}
	}
}

void refusal_cite(struct diagnosis *d, const struct refusal *r)
{
	diag_cite(d, r->object, NULL, "%s", r->pointer);
	diag_shows(d, r->creator);
	diag_shows_words(d, r->workload.api_version, r->workload.kind, r->workload.ns, r->workload.name);
}
