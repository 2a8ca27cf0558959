/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/turn.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/investigate/toolbox.h"

#define ARGUMENTS_KEPT (32u << 10) /* of one call: a long report fits */
#define ARGUMENTS_SHOWN 1000

static void append(struct inquiry *q, json_t *message)
{
	json_array_append_new(q->messages, message);
	store_message(q->setup->store, q->id, message, &q->store_error);
}

void turn_append_user(struct inquiry *q, const char *text)
{
	append(q, json_pack("{s:s,s:o}", "role", "user", "content", json_text0(text)));
}

static json_t *result_message(const char *call_id, const char *text)
{
	return json_pack("{s:s,s:o,s:o}", "role", "tool", "tool_call_id", json_text0(call_id), "content",
			 json_text0(text));
}

void turn_append_result(struct inquiry *q, const char *call_id, const char *text)
{
	append(q, result_message(call_id, text));
}

/*
 * Arguments as they go back to the server with the next request. Some refuse a conversation that holds broken JSON,
 * even when they sent it themselves; and nobody pays for a megabyte again at each turn. The caller's.
 */
static json_t *arguments_again(const char *text)
{
	size_t n = strlen(text);
	auto_json json_t *parsed = n <= ARGUMENTS_KEPT ? json_parse(text, n, "arguments", NULL) : NULL;
	auto_json json_t *cut = NULL;
	auto_free char *dumped = NULL;

	if (json_is_object(parsed))
		return json_text(text, n);
	cut = json_pack("{s:o}", n > ARGUMENTS_KEPT ? "too_long" : "no_json_object",
			json_text(text, utf8_cut(text, n, n < ARGUMENTS_SHOWN ? n : ARGUMENTS_SHOWN)));
	dumped = json_dump(cut, false);
	return json_text0(dumped);
}

void turn_append_reply(struct inquiry *q, const struct model_reply *r)
{
	json_t *m = json_object(), *calls = json_array();

	json_object_set_new(m, "role", json_string("assistant"));
	json_object_set_new(m, "content", str_empty(r->text) ? json_null() : json_text0(r->text));
	for (size_t i = 0; i < r->call_count; i++) {
		json_t *fn = json_pack("{s:o,s:o}", "name", json_text0(r->calls[i].name), "arguments",
				       arguments_again(str_or(r->calls[i].arguments, "{}")));

		json_array_append_new(calls, json_pack("{s:o,s:s,s:o}", "id", json_text0(r->calls[i].id), "type",
						       "function", "function", fn));
	}
	if (r->call_count)
		json_object_set(m, "tool_calls", calls);
	else if (str_empty(r->text))
		json_object_set_new(m, "content", json_string(""));
	json_decref(calls);
	append(q, m);
}

static json_t *evidence_names(int id)
{
	json_t *list = json_array();
	char name[16];

	if (id) {
		snprintf(name, sizeof(name), "E%d", id);
		json_array_append_new(list, json_string(name));
	}
	return list;
}

/* A call in the shape of the contract. New reference. */
static json_t *call_json(const struct call_result *r)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_text0(r->id));
	json_object_set_new(o, "tool", json_text0(r->tool));
	json_object_set_new(o, "arguments", json_deep_copy(r->arguments));
	json_object_set_new(o, "status", json_string(tool_status_name(r->status)));
	json_object_set_new(o, "duration_ms", json_integer(r->duration_ms));
	json_object_set_new(o, "bytes", json_integer((json_int_t)r->bytes));
	json_object_set_new(o, "evidence", evidence_names(r->evidence));
	if (r->repeated)
		json_object_set_new(o, "repeated", json_true());
	if (r->suspect)
		json_object_set_new(o, "suspect", json_true());
	return o;
}

/* One row in the store, one event for the face, as soon as a call ends: others still run meanwhile. */
static void record(struct inquiry *q, const struct call_result *r)
{
	auto_json json_t *evidence = evidence_names(r->evidence);
	auto_json json_t *stored = evidence_json(q->setup->world->evidence, r->evidence);
	struct store_call c = {.call_id = r->id,
			       .tool = r->tool,
			       .status = tool_status_name(r->status),
			       .arguments = r->arguments,
			       .result = r->text,
			       .result_len = r->text_len,
			       .started_ms = r->started_ms,
			       .duration_ms = r->duration_ms,
			       .bytes = r->bytes,
			       .evidence = evidence};
	json_t *o = call_json(r);

	store_call(q->setup->store, q->id, &c, &q->store_error);
	if (stored && !r->repeated)
		store_evidence(q->setup->store, q->id, stored, &q->store_error);
	json_object_set_new(
		o, "text",
		json_text(r->text, utf8_cut(r->text, r->text_len, r->text_len < 65536 ? r->text_len : 65536)));
	inquiry_event(q, "tool_end", o);
}

static void progress(void *ctx, size_t index, const struct call_request *c, const struct call_result *r)
{
	struct inquiry *q = ctx;

	(void)index;
	if (r)
		record(q, r);
	else
		inquiry_event(q, "tool_start",
			      json_pack("{s:o,s:o,s:o}", "id", json_text0(c->id), "tool", json_text0(c->name),
					"arguments", json_text0(c->arguments)));
}

static void ensure_batch(struct inquiry *q)
{
	const struct config_toolsets *t = &q->setup->config->toolsets;
	struct batch_options o = {.world = q->setup->world,
				  .registry = q->setup->registry,
				  .pool = q->setup->pool,
				  .cancel = q->setup->cancel,
				  .call_ms = t->call_ms,
				  .deadline = q->spent.deadline,
				  .parallel = (size_t)t->parallel,
				  .text_max = (size_t)t->result_bytes,
				  .progress = progress,
				  .ctx = q};

	if (!q->batch)
		q->batch = batch_new(&o);
}

/* What `more` and `runbook` answered: in the record like any call, without evidence of its own. */
static void record_own(struct inquiry *q, const struct model_call *call, const char *text)
{
	struct call_result r = {.id = call->id,
				.tool = call->name,
				.text = mem_str(text),
				.text_len = strlen(text),
				.started_ms = clock_wall_ms(),
				.status = str_starts(text, "Error:") ? TOOL_ERROR : TOOL_OK};

	r.arguments = json_parse(call->arguments, strlen(call->arguments), "arguments", NULL);
	if (!json_is_object(r.arguments)) {
		json_decref(r.arguments);
		r.arguments = json_object();
	}
	record(q, &r);
	json_array_append_new(q->tool_calls, call_json(&r));
	json_decref(r.arguments);
	free(r.text);
}

static void keep(struct inquiry *q, struct call_result *r)
{
	MEM_GROW(q->results, q->result_count, q->result_cap);
	q->results[q->result_count++] = *r;
}

int turn_run_calls(struct inquiry *q, const struct model_reply *r, size_t skip, struct err *e)
{
	struct call_request *requests = mem_zero((r->call_count + 1) * sizeof(*requests));
	struct call_result *results = mem_zero((r->call_count + 1) * sizeof(*results));
	char **own = mem_zero((r->call_count + 1) * sizeof(*own));
	auto_json json_t *messages = json_array(); /* recorded together: there may be hundreds */
	size_t n = 0, k = 0;
	int fresh = 0, rc;

	ensure_batch(q);
	for (size_t i = 0; i < r->call_count; i++) {
		const struct model_call *c = &r->calls[i];

		if (i != skip && !toolbox_own(q, c->name, str_or(c->arguments, "{}"), &own[i]))
			requests[n++] = (struct call_request){c->id, c->name, str_or(c->arguments, "{}")};
	}
	rc = batch_run(q->batch, requests, n, results, e);
	for (size_t i = 0; i < r->call_count; i++) {
		if (i == skip)
			continue;
		if (own[i]) {
			record_own(q, &r->calls[i], own[i]);
			json_array_append_new(messages, result_message(r->calls[i].id, own[i]));
			fresh++;
			continue;
		}
		json_array_append_new(q->tool_calls, call_json(&results[k]));
		json_array_append_new(messages, result_message(r->calls[i].id, results[k].text));
		fresh += !results[k].repeated;
		keep(q, &results[k++]);
	}
	json_array_extend(q->messages, messages);
	store_messages(q->setup->store, q->id, messages, &q->store_error);
	for (size_t i = 0; i < r->call_count; i++)
		free(own[i]);
	free(own);
	free(requests);
	free(results);
	return rc < 0 ? -1 : fresh;
}
