/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/verdict.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define DEPTH_MAX 7
#define ITEMS_MAX 64
#define MINUTE_MS (60 * 1000LL)
#define ERROR_GRACE (2 * MINUTE_MS)
#define PROGRESS_GRACE (10 * MINUTE_MS)
#define UNKNOWN_GRACE (30 * MINUTE_MS)
#define SILENT_GRACE (10 * MINUTE_MS)
#define RUN_MS (60 * MINUTE_MS)

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool any_in(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcasestr(text, *words))
			return true;
	return false;
}

static bool ends(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && is(text + n - k, end);
}

enum polarity verdict_polarity(const char *type)
{
	static const char *const bad[] = {"Degraded", "Stalled", "Fallback",   "Failed",   "Failure",  "Failing",	  "Error",
					  "Unhealthy", "Invalid",   "Denied",	"Conflicted", "Unavailable", "Rejected",
					  "Misconfigured", NULL};
	static const char *const good[] = {
		"Ready",     "Available", "Synced",   "Synchronized", "Healthy",    "Reconciled", "Accepted",
		"Programmed", "ResolvedRefs", "Valid", "Established",  "Succeeded",  "Installed",  "Joined",
		"Applied",   "Scheduled", "Initialized", "Bound",      "Provisioned", "Registered", "Launched",
		"Deployed",  "Serving",	  "Validated", "Selected",     "Compatible", "Connected",  "Success",
		"Released",  "Configured", NULL};
	const char *slash = strrchr(type, '/');

	if (slash)
		type = slash + 1;
	if (strncmp(type, "Not", 3) == 0 && isupper((unsigned char)type[3]))
		return verdict_polarity(type + 3) == POLARITY_GOOD ? POLARITY_BAD : POLARITY_NONE;
	if (strncmp(type, "No", 2) == 0 && isupper((unsigned char)type[2]))
		return POLARITY_NONE;
	for (size_t i = 0; bad[i]; i++)
		if (strstr(type, bad[i]))
			return POLARITY_BAD;
	for (size_t i = 0; good[i]; i++)
		if (ends(type, good[i]))
			return POLARITY_GOOD;
	return POLARITY_NONE;
}

struct walk {
	const struct view *v;
	json_t *object;
	struct verdict *best;
	int64_t age_ms;
	size_t seen; /* conditions */
};

/* Somebody wants it so. */
static bool wanted(const char *reason)
{
	static const char *const words[] = {"suspend", "paused", "disabled",  "notrequired", "notapplicable",
					    "notraffic", "scaledtozero", "hibernat", "shutdown",  "stopped",
					    "deleting",	 "notused", NULL};

	return any_in(reason, words);
}

static bool progress(const struct verdict *c)
{
	static const char *const words[] = {"progress", "pending",	"creating",	"reconciling", "waiting",
					    "provisioning", "initializ", "starting", "upgrading",   "issuing",
					    "notready",	    "doesnotexist", NULL};

	return !*c->reason || any_in(c->reason, words);
}

/* Which of two tells more: what fails before what is not known, the deeper, the one that says something. */
static int weight(const struct verdict *c)
{
	return (c->kind == VERDICT_BAD) * 1000 + c->depth * 20 + (*c->message != '\0') * 4 + !is(c->type, "Ready") * 2 +
	       (*c->reason != '\0');
}

static void offer(struct walk *w, struct verdict *c)
{
	int64_t since = c->since_ms ? w->v->now_ms - c->since_ms : w->age_ms;
	int64_t grace = c->kind == VERDICT_UNKNOWN ? UNKNOWN_GRACE : progress(c) ? PROGRESS_GRACE : ERROR_GRACE;

	if (wanted(c->reason) || wanted(c->state) || since < grace || (c->run && since > RUN_MS))
		return;
	if (w->best->kind == VERDICT_FINE || weight(c) > weight(w->best))
		*w->best = *c;
}

static void point(struct verdict *c, const char *pointer, const json_t *o, const char *key)
{
	snprintf(c->pointer, sizeof(c->pointer), "%s", pointer);
	c->message = fld_str(o, key);
	if (*c->message)
		snprintf(c->text_pointer, sizeof(c->text_pointer), "%s/%s", pointer, key);
}

static void condition(struct walk *w, const json_t *c, const char *pointer, int depth)
{
	const char *status = fld_str(c, "status"), *type = fld_str(c, "type");
	int64_t observed = fld_int(c, "observedGeneration", 0), generation = fld_int(w->object, "metadata.generation", 0);
	struct verdict one = {.type = type, .state = status, .reason = fld_str(c, "reason"), .depth = depth};
	enum polarity p = verdict_polarity(type);

	w->seen++;
	if (observed && observed < generation)
		return; /* of an earlier wish */
	if (is(status, "Unknown") && p != POLARITY_NONE)
		one.kind = VERDICT_UNKNOWN;
	else if ((is(status, "False") && p == POLARITY_GOOD) || (is(status, "True") && p == POLARITY_BAD) ||
		 (!*status && p == POLARITY_BAD && *fld_str(c, "message")))
		one.kind = VERDICT_BAD;
	else
		return;
	if (one.kind == VERDICT_UNKNOWN && p == POLARITY_BAD)
		return;
	one.run = is(type, "Succeeded");
	when_parse(fld_str(c, "lastTransitionTime"), &one.since_ms);
	point(&one, pointer, c, "message");
	offer(w, &one);
}

/* Still waiting, and it says what went wrong meanwhile: a pending challenge, a volume that is being made. */
static bool complains(const char *value, const char *text)
{
	static const char *const waits[] = {"pending",	"waiting",    "processing", "creating", "provisioning",
					    "retrying", "installing", NULL};
	static const char *const words[] = {"fail",    "error",	 "not found", "denied",	   "forbidden", "refused",
					    "timeout", "no such", "cannot",   "could not", "unable",	"invalid",
					    NULL};

	return any_in(value, waits) && any_in(text, words);
}

/* "Failed", "Degraded" in a field for that. */
static void phase(struct walk *w, const json_t *o, const char *pointer, int depth)
{
	static const char *const keys[] = {"phase", "state", "status", "health", NULL};
	static const char *const texts[] = {"message", "reason", "failureMessage", "errorMessage", "phaseReason", NULL};
	static const char *const bad[] = {"Failed", "Error", "Degraded", "Unhealthy", "Broken", "red", "Missing",
					  "InstallFailed", "UpgradeFailed", NULL};

	for (size_t i = 0; keys[i]; i++) {
		const char *value = fld_str(o, keys[i]);
		struct verdict one = {.kind = VERDICT_BAD, .type = keys[i], .state = value, .reason = "", .depth = depth};
		bool fails = false;

		if (!*value)
			continue;
		for (size_t k = 0; bad[k]; k++)
			fails = fails || strcasecmp(value, bad[k]) == 0;
		for (size_t k = 0; texts[k] && !fails; k++)
			if (complains(value, fld_str(o, texts[k]))) {
				one.reason = value; /* it goes on trying: more patience */
				fails = true;
			}
		if (!fails)
			continue;
		snprintf(one.pointer, sizeof(one.pointer), "%.150s/%s", pointer, keys[i]);
		one.message = "";
		for (size_t k = 0; texts[k] && !*one.message; k++) {
			one.message = fld_str(o, texts[k]);
			if (*one.message)
				snprintf(one.text_pointer, sizeof(one.text_pointer), "%.150s/%s", pointer, texts[k]);
		}
		one.run = when_parse(fld_str(o, "completionTimestamp"), &one.since_ms) ||
			  when_parse(fld_str(o, "completionTime"), &one.since_ms) ||
			  when_parse(fld_str(o, "finishedAt"), &one.since_ms);
		offer(w, &one);
		return;
	}
}

static void visit(struct walk *w, json_t *value, const char *pointer, int depth);

static void list(struct walk *w, json_t *items, const char *key, const char *pointer, int depth)
{
	char path[200];
	json_t *item;
	size_t i;

	json_array_foreach (items, i, item) {
		if (!json_is_object(item) || i >= ITEMS_MAX)
			break;
		snprintf(path, sizeof(path), "%.170s/%zu", pointer, i);
		if (ends(key, "onditions") && *fld_str(item, "type"))
			condition(w, item, path, depth);
		else
			visit(w, item, path, depth);
	}
}

static void visit(struct walk *w, json_t *value, const char *pointer, int depth)
{
	const char *key;
	char path[200];
	json_t *item;

	if (depth > DEPTH_MAX)
		return;
	phase(w, value, pointer, depth);
	json_object_foreach (value, key, item) {
		if (strpbrk(key, "/~") || is(key, "history") || is(key, "lastOperation"))
			continue;
		snprintf(path, sizeof(path), "%.150s/%.40s", pointer, key);
		if (json_is_array(item))
			list(w, item, key, path, depth + 1);
		else if (json_is_object(item))
			visit(w, item, path, depth + 1);
	}
}

/* The newest generation that any part of the status was made for. */
static int64_t observed_of(json_t *value, int depth)
{
	int64_t most = 0, one;
	const char *key;
	json_t *item;
	size_t i;

	if (depth > DEPTH_MAX)
		return 0;
	json_object_foreach (value, key, item) {
		one = is(key, "observedGeneration") && json_is_integer(item) ? (int64_t)json_integer_value(item)
									      : observed_of(item, depth + 1);
		most = one > most ? one : most;
	}
	json_array_foreach (value, i, item) {
		one = i < ITEMS_MAX ? observed_of(item, depth + 1) : 0;
		most = one > most ? one : most;
	}
	return most;
}

static bool put_off(const json_t *o)
{
	json_t *notes = fld_at(o, "metadata.annotations"), *note;
	const char *key;

	if (fld_true(o, "spec.suspend") || fld_true(o, "spec.paused") || *fld_str(o, "metadata.deletionTimestamp"))
		return true;
	if (json_is_integer(fld_at(o, "spec.replicas")) && fld_int(o, "spec.replicas", 1) == 0)
		return true;
	json_object_foreach (notes, key, note)
		if ((strcasestr(key, "pause") || strcasestr(key, "hibernat")) && json_is_string(note) &&
		    !is(json_string_value(note), "false"))
			return true;
	return false;
}

void verdict_of(const struct view *v, json_t *o, struct verdict *out)
{
	json_t *status = json_object_get(o, "status");
	struct walk w = {.v = v, .object = o, .best = out, .age_ms = patient_age_ms(v, o)};
	int64_t generation = fld_int(o, "metadata.generation", 0), observed;

	*out = (struct verdict){.type = "", .state = "", .reason = "", .message = ""};
	if (put_off(o))
		return;
	if (!json_object_size(status)) {
		if (w.age_ms > SILENT_GRACE && json_is_object(json_object_get(o, "spec")))
			out->kind = VERDICT_SILENT;
		return;
	}
	observed = observed_of(status, 0);
	if (observed && observed < generation) {
		if (w.age_ms > SILENT_GRACE)
			*out = (struct verdict){.kind = VERDICT_STALE, .type = "", .state = "", .reason = "", .message = ""};
	} else {
		visit(&w, status, "/status", 0);
	}
	out->observed = observed;
	out->generation = generation;
}
