/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/loop.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/investigate/citations.h"
#include "agent/investigate/context.h"
#include "agent/investigate/guard.h"
#include "agent/investigate/opening.h"
#include "agent/investigate/report.h"
#include "agent/investigate/toolbox.h"
#include "agent/investigate/turn.h"

#define MAX_CUT 2   /* turns that broke off, in a row */
#define MAX_EMPTY 2 /* answers without text and calls, in a row */
#define MAX_TOO_LONG 3
#define MAX_STALE 3   /* turns that asked only for what was answered before, in a row */
#define MEND_MS 30000 /* for mending quotes: there is an answer already, so nobody waits long for a better one */

struct loop {
	struct inquiry *q;
	struct model *model;
	bool on_fallback;
	json_t *probed, *tools, *only_report;
	int cut, empty, stale;
	bool last, complained;
	int too_long; /* times that the server refused the conversation for its length */
	int64_t room; /* tokens that may fit after such a refusal; 0: what is known of the model */
	char *why;
	size_t why_size;
};

static void on_text(void *ctx, const char *text, size_t len)
{
	inquiry_event(ctx, "delta", json_pack("{s:o}", "text", json_text(text, len)));
}

static void on_retry(void *ctx, int attempt, int64_t wait_ms, const char *why)
{
	inquiry_event(
		ctx, "retry",
		json_pack("{s:i,s:I,s:o}", "attempt", attempt, "wait_ms", (json_int_t)wait_ms, "why", json_text0(why)));
}

static struct model *open_model(const struct config_model *c, struct err *e)
{
	struct model_settings s = {.name = c->name,
				   .base_url = c->base_url,
				   .api_key = c->api_key,
				   .azure_version = c->azure_version,
				   .stream = c->stream,
				   .temperature = c->temperature,
				   .max_output_tokens = c->max_output_tokens,
				   .first_byte_ms = c->first_byte_ms,
				   .idle_ms = c->idle_ms,
				   .attempts = (int)c->attempts,
				   .ca_file = c->ca_file,
				   .insecure = c->insecure,
				   .extra = c->extra};

	return model_new(&s, e);
}

static bool use_fallback(struct loop *l, const struct err *because)
{
	const struct config_model *c = &l->q->setup->config->fallback;
	struct err e = {0};
	struct model *m;

	if (l->on_fallback || str_empty(c->name) || str_empty(c->base_url))
		return false;
	m = open_model(c, &e);
	if (!m)
		return false;
	model_free(l->model);
	l->model = m;
	l->on_fallback = true;
	l->room = 0;
	l->q->model = model_name(m);
	inquiry_event(l->q, "fallback",
		      json_pack("{s:o,s:o}", "model", json_text0(c->name), "why", json_text0(because->msg)));
	return true;
}

static enum loop_end end_with(struct loop *l, enum loop_end end, const char *why)
{
	snprintf(l->why, l->why_size, "%s", why);
	return end;
}

/* Takes the report; false: the model is asked to mend its quotes, once. */
static bool take_report(struct loop *l, json_t *report, bool may_complain)
{
	struct inquiry *q = l->q;
	size_t missing = citations_verify(q, report);

	json_decref(q->answer);
	q->answer = report;
	return !(missing && may_complain && !l->complained && !l->last);
}

static size_t find_report(const struct model_reply *r)
{
	for (size_t i = 0; i < r->call_count; i++)
		if (str_eq(r->calls[i].name, "report"))
			return i;
	return r->call_count;
}

/* The report call of a turn. 1: it ends the investigation, 0: go on. */
static int handle_report(struct loop *l, const struct model_reply *r, size_t index)
{
	const char *text = str_or(r->calls[index].arguments, "");
	auto_free char *complaint = NULL;
	struct err e = {0};
	json_t *report = report_from_arguments(text, strlen(text), &e);

	if (!report) {
		complaint = mem_printf("Error: %s", e.msg);
		turn_append_result(l->q, r->calls[index].id, complaint);
		return 0;
	}
	if (take_report(l, report, true)) {
		turn_append_result(l->q, r->calls[index].id, "Taken.");
		return 1;
	}
	complaint = citations_complaint(report);
	turn_append_result(l->q, r->calls[index].id, complaint);
	l->complained = true;
	return 0;
}

/* A turn without calls. 1: it is the answer, 0: go on, -1: the model says nothing. */
static int handle_text(struct loop *l, const struct model_reply *r)
{
	if (!str_empty(r->text)) {
		take_report(l, report_from_text(r->text), false);
		return 1;
	}
	if (++l->empty >= MAX_EMPTY)
		return -1;
	turn_append_user(l->q, "Your answer was empty. Call report with what you have found, or go on with tools.");
	return 0;
}

/* The stream broke after the first token: what came is kept, the model is asked to go on. */
static int handle_cut(struct loop *l, struct model_reply *r)
{
	if (++l->cut > MAX_CUT)
		return -1;
	inquiry_event(l->q, "note", json_pack("{s:s}", "text", "The model's answer broke off; it is asked to go on."));
	if (!str_empty(r->text)) {
		r->call_count = 0; /* half a call cannot be run, nor may it stand unanswered */
		turn_append_reply(l->q, r);
	}
	turn_append_user(l->q, "Your last message broke off on the way. Go on from there.");
	return 0;
}

static int handle_reply(struct loop *l, struct model_reply *r, struct err *e)
{
	size_t report, calls = r->call_count;
	int fresh;

	if (str_eq(r->finish, "cut")) {
		int rc = handle_cut(l, r);

		r->call_count = calls; /* for freeing */
		return rc;
	}
	l->cut = 0;
	turn_append_reply(l->q, r);
	if (!r->call_count)
		return handle_text(l, r);
	l->empty = 0;
	report = find_report(r);
	fresh = turn_run_calls(l->q, r, report, e);
	if (report < r->call_count && handle_report(l, r, report))
		return 1;
	if (fresh < 0)
		return -2;
	l->stale = fresh || report < r->call_count ? 0 : l->stale + 1;
	return 0;
}

static const json_t *tools_now(struct loop *l, int64_t size)
{
	auto_free char *text = NULL;

	if (l->last || !(guard_last_step(l->q, size) || l->stale >= MAX_STALE))
		return l->last ? l->only_report : l->tools;
	l->last = true;
	text = prompt_render(l->q->setup->prompts, "last_step", json_null(), NULL);
	turn_append_user(l->q, str_or(text, "This is the last step. Call report now with what you have found."));
	return l->only_report;
}

static enum loop_end failed_turn(struct loop *l, const struct err *e, bool *again)
{
	*again = false;
	if (e->code == ERR_CANCELED || cancel_fired(l->q->setup->cancel))
		return end_with(l, LOOP_CANCELED, "interrupted");
	if (l->q->spent.deadline && !clock_left(l->q->spent.deadline)) {
		guard_over(l->q, 0, l->why, l->why_size);
		return LOOP_BUDGET;
	}
	if (l->q->answer) /* only the mending of its quotes failed: they stay marked */
		return LOOP_ANSWERED;
	if (model_context_error(e) && l->too_long++ < MAX_TOO_LONG) { /* its window is smaller than we thought */
		int64_t size = context_size(l->q, l->tools);

		l->room = size * 3 / 4;
		context_fit(l->q, l->model, l->tools, l->room);
		*again = context_size(l->q, l->tools) < size;
	}
	if (!*again)
		*again = use_fallback(l, e);
	return end_with(l, LOOP_FAILED, e->msg);
}

/* Checks that were still running when the question went out. */
static void tell_late_findings(struct inquiry *q)
{
	auto_free char *text = NULL;

	if (!inquiry_take_triage(q, clock_deadline(1)))
		return;
	text = opening_late_findings(q);
	if (text)
		turn_append_user(q, text);
}

static enum loop_end run(struct loop *l)
{
	struct inquiry *q = l->q;

	for (;;) {
		struct model_turn turn = {.messages = q->messages,
					  .deadline = q->spent.deadline,
					  .cancel = q->setup->cancel,
					  .on_text = on_text,
					  .on_retry = on_retry,
					  .ctx = q};
		struct model_reply reply = {0};
		struct err e = {0};
		bool again;
		int rc;

		if (cancel_fired(q->setup->cancel))
			return end_with(l, LOOP_CANCELED, "interrupted");
		tell_late_findings(q);
		turn.tools = tools_now(l, context_size(q, l->tools));
		if (l->complained)
			turn.deadline = clock_sooner(turn.deadline, clock_deadline(MEND_MS));
		if (!context_fit(q, l->model, turn.tools, l->room) && !l->room &&
		    !use_fallback(l, &(struct err){.msg = "the question does not fit"}))
			return end_with(l, LOOP_FAILED,
					"the question with its attachments does not fit into the model's window "
					"(model.context_tokens): attach less");
		if (guard_over(q, context_size(q, turn.tools), l->why, l->why_size))
			return LOOP_BUDGET;
		q->spent.steps++;
		inquiry_event(q, "step", json_pack("{s:I}", "n", (json_int_t)q->spent.steps));
		rc = model_turn(l->model, &turn, &reply, &e);
		guard_spend(q, model_name(l->model), &reply);
		if (rc < 0) {
			enum loop_end end = failed_turn(l, &e, &again);

			model_reply_fini(&reply);
			if (again)
				continue;
			return end;
		}
		rc = handle_reply(l, &reply, &e);
		model_reply_fini(&reply);
		if (rc == 1)
			return LOOP_ANSWERED;
		if (rc == -2)
			return end_with(l, LOOP_CANCELED, "interrupted");
		if (rc == -1) {
			err_set(&e, ERR_MODEL, "model %s gave no usable answer (%s)", model_name(l->model),
				l->cut > MAX_CUT ? "its stream broke off again and again" : "empty messages");
			if (q->answer)
				return LOOP_ANSWERED;
			if (!use_fallback(l, &e))
				return end_with(l, LOOP_FAILED, e.msg);
			l->cut = l->empty = 0;
		}
	}
}

enum loop_end loop_run(struct inquiry *q, char *why, size_t why_size)
{
	struct loop l = {.q = q, .why = why, .why_size = why_size};
	struct err e = {0};
	enum loop_end end;

	l.model = open_model(&q->setup->config->model, &e);
	if (!l.model)
		return end_with(&l, LOOP_FAILED, e.msg);
	q->model = model_name(l.model);
	l.probed = toolbox_probe(q);
	l.tools = toolbox_schemas(q, l.probed, false);
	l.only_report = toolbox_schemas(q, l.probed, true);
	q->messages = opening_messages(q, l.probed, &e);
	if (!q->messages)
		end = end_with(&l, LOOP_FAILED, e.msg);
	else
		end = run(&l);
	q->model = l.on_fallback ? q->setup->config->fallback.name : q->setup->config->model.name;
	model_free(l.model);
	json_decref(l.probed);
	json_decref(l.tools);
	json_decref(l.only_report);
	return end;
}
