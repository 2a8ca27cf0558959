/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/document.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

static json_t *usage_json(const struct inquiry *q)
{
	const struct spent *s = &q->spent;
	json_t *u = json_object();

	json_object_set_new(u, "requests", json_integer(s->requests));
	json_object_set_new(u, "prompt_tokens", json_integer(s->usage.prompt_tokens));
	json_object_set_new(u, "completion_tokens", json_integer(s->usage.completion_tokens));
	json_object_set_new(u, "cached_tokens", json_integer(s->usage.cached_tokens));
	json_object_set_new(u, "cost_usd", s->cost_usd < 0 || !s->requests ? json_null() : json_real(s->cost_usd));
	return u;
}

/* What the clusters did not show, then what the model says it missed, then what the config suppresses. */
static json_t *blind_spots(const struct inquiry *q, const json_t *report)
{
	auto_json json_t *suppressed = triage_suppressed_spots(q->triage);
	const struct world *w = q->setup->world;
	json_t *list = world_blind_spots(q->setup->world), *text;
	const char *cluster = w->count == 1 ? w->clusters[0].name : ""; /* of several the model does not say which */
	size_t i;

	json_array_foreach (json_object_get(report, "not_seen"), i, text) {
		json_array_append_new(list, json_pack("{s:O,s:s,s:o}", "what", text, "why", "named by the model",
						      "cluster", json_text0(cluster)));
	}
	json_array_extend(list, suppressed);
	return list;
}

static void want(bool *wanted, int count, int id)
{
	if (id >= 1 && id <= count)
		wanted[id] = true;
}

static void want_citations(const json_t *causes, bool *wanted, int count)
{
	json_t *cause, *c;
	size_t i, k;

	json_array_foreach (causes, i, cause) {
		json_array_foreach (json_object_get(cause, "citations"), k, c) {
			want(wanted, count, evidence_id(json_str_at(c, "evidence")));
		}
	}
}

static void want_findings(const struct inquiry *q, bool *wanted, int count)
{
	for (size_t i = 0; q->triage && i < q->triage->count; i++) {
		const struct work_finding *f = &q->triage->findings[i].f;

		for (size_t k = 0; k < ARRAY_LEN(f->evidence) && f->evidence[k]; k++)
			want(wanted, count, f->evidence[k]);
	}
}

/* Every id that anything in the document names, in order. */
static json_t *evidence_list(struct inquiry *q, const json_t *report)
{
	struct evidence *e = q->setup->world->evidence;
	int count = evidence_count(e);
	bool *wanted = mem_zero((size_t)count + 1);
	json_t *list = json_array(), *call, *id;
	size_t i, k;

	want_citations(json_object_get(report, "root_causes"), wanted, count);
	want_findings(q, wanted, count);
	json_array_foreach (q->tool_calls, i, call) {
		json_array_foreach (json_object_get(call, "evidence"), k, id) {
			want(wanted, count, evidence_id(json_string_value(id)));
		}
	}
	for (bool more = true; more;) { /* and what those were computed from */
		more = false;
		for (int n = 1; n <= count; n++) {
			for (const int *in = wanted[n] ? evidence_inputs(e, n) : NULL; in && *in; in++) {
				more |= *in >= 1 && *in <= count && !wanted[*in];
				want(wanted, count, *in);
			}
		}
	}
	for (int n = 1; n <= count; n++) {
		json_t *item = wanted[n] ? evidence_json(e, n) : NULL;

		if (item)
			json_array_append_new(list, item);
	}
	store_evidences(q->setup->store, q->id, list, &q->store_error);
	free(wanted);
	return list;
}

static json_t *findings_list(const struct inquiry *q)
{
	json_t *list = json_array();

	for (size_t i = 0; q->triage && i < q->triage->count; i++)
		json_array_append_new(list, triage_finding_json(q->triage, &q->triage->findings[i]));
	return list;
}

const char *document_no_causes(const json_t *document)
{
	if (!str_eq(json_str_at(document, "status"), "answered"))
		return "none was found until the investigation ended";
	if (str_eq(json_str_at(document, "mode"), "offline"))
		return "none: nothing that was read is failing now";
	if (json_array_size(json_object_get(document, "unverified")))
		return "none was named in a form that can be looked up";
	return "none: the model found nothing that is failing now";
}

const char *document_no_fix(const json_t *document)
{
	if (json_array_size(json_object_get(document, "root_causes")))
		return "none was named";
	return str_eq(json_str_at(document, "status"), "answered") ? "nothing to do" : "none is known yet";
}

static json_t *cluster_names(const struct world *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < w->count; i++)
		json_array_append_new(list, json_text0(w->clusters[i].name));
	return list;
}

json_t *document_build(struct inquiry *q, const char *status, bool from_model, const char *note)
{
	auto_json json_t *report = from_model ? json_incref(q->answer) : offline_report(q);
	json_t *d = json_object();
	auto_free char *markdown = NULL;

	json_object_set_new(d, "schema", json_string("dupin.investigation/v1"));
	json_object_set_new(d, "id", json_string(q->id));
	json_object_set_new(d, "question", json_text0(q->setup->question));
	json_object_set_new(d, "mode", json_string(from_model ? "model" : "offline"));
	json_object_set_new(d, "model", from_model ? json_text0(q->model) : json_null());
	json_object_set_new(d, "status", json_string(status));
	json_object_set_new(d, "answer", json_string(""));
	json_object_set(d, "root_causes", json_object_get(report, "root_causes"));
	json_object_set(d, "unverified", json_object_get(report, "unverified"));
	json_object_set_new(d, "blind_spots", blind_spots(q, report));
	json_object_set(d, "tool_calls", q->tool_calls);
	json_object_set_new(d, "evidence", evidence_list(q, report));
	json_object_set_new(d, "usage", usage_json(q));
	json_object_set_new(d, "duration_ms", json_integer(clock_mono_ms() - q->spent.started));
	/* beyond the contract: what the faces show besides */
	json_object_set_new(d, "clusters", cluster_names(q->setup->world));
	json_object_set(d, "summary", json_object_get(report, "summary"));
	json_object_set(d, "fix", json_object_get(report, "fix"));
	if (json_is_true(json_object_get(report, "prose")))
		json_object_set_new(d, "prose", json_true());
	json_object_set_new(d, "findings", findings_list(q));
	if (!str_empty(note))
		json_object_set_new(d, "note", json_text0(note));
	markdown = inquiry_markdown(d);
	json_object_set_new(d, "answer", json_text0(markdown));
	return d;
}
