/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/inquiry.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/investigate/document.h"
#include "agent/investigate/early.h"
#include "agent/investigate/guard.h"
#include "agent/investigate/loop.h"
#include "agent/triage/readable.h"

void inquiry_event(struct inquiry *q, const char *kind, json_t *data)
{
	if (!data)
		data = json_object();
	store_event(q->setup->store, q->id, kind, data);
	if (q->setup->on_event)
		q->setup->on_event(q->setup->ctx, kind, data);
	json_decref(data);
}

static void begin(struct inquiry *q)
{
	struct world *w = q->setup->world;
	auto_json json_t *clusters = json_array();
	auto_json json_t *setup = json_object();
	struct store_begin b = {.question = q->setup->question,
				.mode = q->setup->offline ? "offline" : "model",
				.model = q->setup->offline ? NULL : q->setup->config->model.name,
				.version = DUPIN_VERSION,
				.clusters = clusters,
				.setup = setup,
				.now_ms = world_now_ms(w)};

	for (size_t i = 0; i < w->count; i++)
		json_array_append_new(clusters, json_pack("{s:o,s:s,s:o,s:o}", "name", json_text0(w->clusters[i].name),
							  "kind", source_kind(w->clusters[i].source), "place",
							  json_text0(source_place(w->clusters[i].source)), "scope",
							  json_text0(facts_scope_ns(w->clusters[i].facts))));
	if (store_begin(q->setup->store, &b, q->id, &q->store_error) < 0)
		snprintf(q->id, sizeof(q->id), "unrecorded");
	inquiry_event(q, "start", json_pack("{s:s,s:o}", "id", q->id, "question", json_text0(q->setup->question)));
}

/* What the checks found goes into the record and to the face, whenever it comes. */
static void record_triage(struct inquiry *q)
{
	auto_json json_t *findings = json_array();
	json_t *titles = json_array();

	for (size_t i = 0; i < q->triage->count; i++)
		json_array_append_new(findings, triage_finding_json(q->triage, &q->triage->findings[i]));
	store_findings(q->setup->store, q->id, findings, &q->store_error);
	for (const int *r = q->triage->root_causes; *r; r++) {
		auto_free char *title = triage_title(q->triage, triage_find(q->triage, *r));

		json_array_append_new(titles, json_text0(title));
	}
	inquiry_event(q, "triage",
		      json_pack("{s:o,s:I,s:I}", "root_causes", titles, "findings", (json_int_t)q->triage->count,
				"duration_ms", (json_int_t)q->triage->duration_ms));
}

bool inquiry_take_triage(struct inquiry *q, int64_t deadline)
{
	struct err e = {0};

	if (q->triage || !q->early)
		return false;
	q->triage = early_take(q->early, deadline, &e);
	if (q->triage)
		record_triage(q);
	else if (e.code)
		log_warn("triage", "%s", e.msg);
	return q->triage != NULL;
}

/* With a model its first request waits only so long; without one the checks are the answer. */
static void run_triage(struct inquiry *q)
{
	int64_t wait_ms = q->setup->config->cluster.triage_ms;

	q->early = early_start(q->setup);
	if (inquiry_take_triage(q, q->setup->offline ? q->spent.deadline : clock_deadline(wait_ms > 0 ? wait_ms : 1)))
		return;
	if (!cancel_fired(q->setup->cancel))
		inquiry_event(
			q, "note",
			json_pack("{s:s}", "text", "The checks are still running; the model starts without them."));
}

/* The end of the investigation is the end of the checks as well. */
static void end_triage(struct inquiry *q, struct inquiry_result *out)
{
	inquiry_take_triage(q, clock_deadline(1));
	if (!q->triage && q->setup->world->count)
		source_blind(q->setup->world->clusters[0].source, READ_TIMEOUT, "the checks",
			     "they were not done in time");
	out->left_running = !early_end(q->early) || batch_left(q->batch);
	q->early = NULL;
}

/* Which status, mode and exit go with how the loop ended. */
static void conclude(struct inquiry *q, enum loop_end end, char *why, struct inquiry_result *out)
{
	const char *status = "answered";
	bool from_model = q->answer != NULL;

	out->end = INQUIRY_ANSWERED;
	switch (end) {
	case LOOP_ANSWERED:
		why[0] = '\0';
		break;
	case LOOP_BUDGET:
		status = "partial";
		out->end = INQUIRY_BUDGET;
		break;
	case LOOP_CANCELED:
		status = "cancelled";
		out->end = INQUIRY_CANCELED;
		snprintf(why, sizeof(out->why),
			 "Interrupted: what was found so far stands below and in `dupin history show %s`.", q->id);
		break;
	case LOOP_FAILED:
		if (!q->triage) {
			status = "failed";
			out->end = INQUIRY_FAILED;
		}
		break;
	}
	snprintf(out->why, sizeof(out->why), "%s", why);
	if (end == LOOP_FAILED && q->triage)
		snprintf(out->why, sizeof(out->why),
			 "The model could not be used (%.300s): this answer comes from the checks alone.", why);
	if (end == LOOP_FAILED && !q->triage && !q->setup->offline)
		snprintf(
			out->why, sizeof(out->why),
			"The model could not be used (%.300s), and the checks did not end in time: there is no answer.",
			why);
	if (end == LOOP_BUDGET)
		snprintf(out->why, sizeof(out->why), "Stopped: %.300s. %s", why,
			 from_model  ? "This is the best answer so far."
			 : q->triage ? "This is the best answer so far, from the checks alone."
				     : "The checks had not ended by then either, so there is no answer yet.");
	out->document = document_build(q, status, from_model, out->why);
	store_end(q->setup->store, q->id, status, out->document, &q->store_error);
	inquiry_event(q, "end", json_pack("{s:s}", "status", status));
}

static void release(struct inquiry *q)
{
	for (size_t i = 0; i < q->result_count; i++)
		call_result_fini(&q->results[i]);
	free(q->results);
	batch_free(q->batch);
	triage_free(q->triage);
	json_decref(q->tool_calls);
	json_decref(q->messages);
	json_decref(q->answer);
}

/* When the model brings no answer, the checks are the answer: then they are waited for, however long the budget lets
 * them. */
static enum loop_end with_model(struct inquiry *q, char *why, size_t size)
{
	enum loop_end end = loop_run(q, why, size);

	if (!q->answer && (end == LOOP_FAILED || end == LOOP_BUDGET))
		inquiry_take_triage(q, q->spent.deadline);
	return !q->answer && !q->triage && cancel_fired(q->setup->cancel) ? LOOP_CANCELED : end;
}

/* No model and no checks: either the time is up, or they could not be run. */
static enum loop_end without_checks(struct inquiry *q, char *why, size_t size)
{
	if (guard_over(q, 0, why, size))
		return LOOP_BUDGET;
	snprintf(why, size, "The checks could not be run, and there is no model to ask.");
	return LOOP_FAILED;
}

static bool anything_to_do(struct inquiry *q, struct inquiry_result *out)
{
	struct world *w = q->setup->world;

	if (!readable_any(w, out->why, sizeof(out->why)))
		out->end = INQUIRY_UNREADABLE;
	else if (!readable_scope(w, out->why, sizeof(out->why)))
		out->end = INQUIRY_USAGE;
	else
		return true;
	return cancel_fired(q->setup->cancel);
}

void inquiry_run(const struct inquiry_setup *s, struct inquiry_result *out)
{
	struct inquiry q = {.setup = s, .tool_calls = json_array(), .spent.started = clock_mono_ms()};
	enum loop_end end = LOOP_ANSWERED;
	char why[sizeof(out->why)] = "";

	*out = (struct inquiry_result){0};
	q.spent.deadline = clock_deadline(s->config->budget.time_ms);
	begin(&q);
	if (!anything_to_do(&q, out)) {
		out->document = document_build(&q, "failed", false, out->why);
		store_end(s->store, q.id, "failed", out->document, &q.store_error);
		release(&q);
		return;
	}
	run_triage(&q);
	if (cancel_fired(s->cancel))
		end = LOOP_CANCELED;
	else if (!s->offline)
		end = with_model(&q, why, sizeof(why));
	else if (!q.triage)
		end = without_checks(&q, why, sizeof(why));
	else if (!str_empty(s->offline_why))
		snprintf(why, sizeof(why), "%s", s->offline_why);
	end_triage(&q, out);
	conclude(&q, end, why, out);
	if (s->offline && end == LOOP_ANSWERED)
		snprintf(out->why, sizeof(out->why), "%s", str_or(s->offline_why, ""));
	if (q.store_error.code && !store_broken(s->store)) /* the face tells of a broken store */
		log_warn("store", "not everything could be recorded: %s", q.store_error.msg);
	release(&q);
}
