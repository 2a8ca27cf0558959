/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/triage/onset.h"

#include "agent/base/clock.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

/* SHOWN_MAX: objects of a finding that are asked. ALONG_MS: a warning so long before a condition turned goes with it. */
enum { SHOWN_MAX = 16, ALONG_MS = 600000 };

static int64_t time_at(const json_t *o, const char *path)
{
	const char *text = json_str_at(o, path);
	int64_t at;

	return text && clock_parse(text, &at) ? at : 0;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Conditions that are bad when they hold; of others it is bad when they do not. */
static bool is_complaint(const char *type)
{
	static const char *const words[] = {"Pressure", "Failure", "Failed", "Degraded", "Stalled", "Unavailable", NULL};

	for (const char *const *w = words; *w; w++)
		if (str_ends(type, *w))
			return true;
	return false;
}

/* Conditions of a pod or node that are False without harm. */
static bool is_neutral(const char *type)
{
	static const char *const words[] = {"PodReadyToStartContainers", "Initialized", "ContainersReady", "ScalingLimited",
					    "Suspended", "Complete", NULL};

	for (const char *const *w = words; *w; w++)
		if (str_eq(type, *w))
			return true;
	return false;
}

static int64_t from_conditions(const json_t *object)
{
	int64_t first = 0;
	json_t *condition;
	size_t i;

	json_array_foreach (json_at(object, "status.conditions"), i, condition) {
		const char *type = json_str_or(condition, "type", ""), *status = json_str_or(condition, "status", "");
		bool bad = is_complaint(type) ? str_eq(status, "True")
					      : str_eq(status, "False") || (str_eq(status, "Unknown") && str_eq(type, "Ready"));

		if (bad && !is_neutral(type))
			first = sooner(first, time_at(condition, "lastTransitionTime"));
	}
	return first;
}

static int64_t event_first(const json_t *event)
{
	int64_t at = time_at(event, "firstTimestamp");

	at = at ? at : time_at(event, "deprecatedFirstTimestamp");
	return at ? at : time_at(event, "eventTime");
}

/* The first warning that was still given when the failure was there. since 0: any. */
static int64_t from_events(struct cluster *c, const json_t *object, int64_t since)
{
	enum read_state state;
	int64_t first = 0;
	auto_json json_t *events = NULL;
	json_t *event;
	size_t i;

	/* Where events were not read, asking for them would be a read more and a blind spot. */
	if (!facts_at_hand(c->facts, "events", json_str_at(object, "metadata.namespace")))
		return 0;
	events = facts_events_of(c->facts, json_str_at(object, "kind"), json_str_at(object, "metadata.namespace"),
				 json_str_at(object, "metadata.name"), &state);
	json_array_foreach (events, i, event)
		if (str_eq(json_str_at(event, "type"), "Warning") && facts_event_time(event) >= since - ALONG_MS)
			first = sooner(first, event_first(event));
	return first;
}

static bool is_ready(const json_t *pod)
{
	json_t *condition;
	size_t i;

	json_array_foreach (json_at(pod, "status.conditions"), i, condition)
		if (str_eq(json_str_at(condition, "type"), "Ready"))
			return str_eq(json_str_at(condition, "status"), "True");
	return false;
}

int64_t onset_of_object(struct cluster *c, const json_t *object)
{
	const char *kind = json_str_or(object, "kind", "");
	int64_t created = time_at(object, "metadata.creationTimestamp"), turned, warned;

	if (!object || (str_eq(kind, "Pod") && is_ready(object)))
		return 0;
	turned = from_conditions(object);
	/* What never came up fails since it is there. */
	if (!turned && (str_eq(kind, "Pod") || str_eq(json_str_at(object, "status.phase"), "Pending")))
		turned = created;
	warned = from_events(c, object, turned);
	return later(sooner(turned, warned), turned || warned ? created : 0);
}

static int64_t of_ref(struct cluster *c, const struct work_ref *r)
{
	return onset_of_object(c, facts_peek(c->facts, r->kind, r->ns, r->name));
}

int64_t onset_of(struct cluster *c, const struct work_finding *f)
{
	int64_t first = of_ref(c, &f->object);

	for (size_t i = 0; i < f->affects_count && i < SHOWN_MAX; i++)
		first = sooner(first, of_ref(c, &f->affects[i]));
	return first;
}
