/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/opening.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/investigate/context.h"
#include "agent/text/clip.h"
#include "agent/text/mask.h"
#include "agent/tools/blind.h"

#define FINDINGS_MAX 12 /* causes told at the start; the model can list the rest */
#define SYMPTOMS_MAX 5
#define BLIND_MAX 15

static json_t *masked(const char *s)
{
	auto_buf struct buf b = BUF_INIT(4u << 20);

	mask_text(&b, s, strlen(s));
	return json_text(buf_cstr(&b), b.len);
}

/* What others wrote stands on one line: no text of theirs can begin a heading or a question of ours. */
static json_t *one_line(const char *s)
{
	auto_buf struct buf b = BUF_INIT(4u << 20);
	size_t n = 0;

	mask_text(&b, s, strlen(s));
	for (size_t i = 0; i < b.len; i++) {
		bool blank = (unsigned char)b.data[i] <= ' ' || b.data[i] == 0x7f;

		if (!blank || (n && b.data[n - 1] != ' '))
			b.data[n++] = blank ? ' ' : b.data[i];
	}
	return json_text(buf_cstr(&b), n);
}

static json_t *system_data(const struct inquiry *q, const json_t *probed)
{
	json_t *data = json_deep_copy(probed), *books = json_array();

	for (size_t i = 0; q->setup->runbooks && i < runbooks_count(q->setup->runbooks); i++) {
		const struct runbook *r = runbooks_at(q->setup->runbooks, i);

		json_array_append_new(
			books, json_pack("{s:o,s:o}", "name", json_text0(r->name), "title", json_text0(r->title)));
	}
	if (json_array_size(books))
		json_object_set_new(data, "has_runbooks", json_pack("{s:O}", "runbooks", books));
	json_decref(books);
	return data;
}

static json_t *evidence_lines(const struct inquiry *q, const struct work_finding *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(f->evidence) && f->evidence[i]; i++) {
		const char *quote = evidence_quote(q->setup->world->evidence, f->evidence[i]);
		char id[16];

		if (!quote)
			continue;
		snprintf(id, sizeof(id), "E%d", f->evidence[i]);
		json_array_append_new(list, json_pack("{s:s,s:o}", "id", id, "quote", one_line(quote)));
	}
	return list;
}

static json_t *finding_data(const struct inquiry *q, const struct triage_finding *f)
{
	auto_free char *title = triage_title(q->triage, f);
	json_t *o = json_object(), *symptoms = json_array();
	size_t shown = 0;
	char id[16];

	snprintf(id, sizeof(id), "F%d", f->id);
	json_object_set_new(o, "id", json_string(id));
	json_object_set_new(o, "title", one_line(title));
	json_object_set_new(o, "score", json_sprintf("%.2f", f->f.score));
	json_object_set_new(o, "evidence", evidence_lines(q, &f->f));
	if (f->f.fix[0])
		json_object_set_new(o, "fix", one_line(f->f.fix[0]));
	for (const int *s = f->symptoms; s && *s && shown < SYMPTOMS_MAX; s++, shown++) {
		const struct triage_finding *sf = triage_find(q->triage, *s);
		auto_free char *line = sf ? triage_title(q->triage, sf) : NULL;

		if (line)
			json_array_append_new(symptoms, one_line(line));
	}
	json_object_set_new(o, "symptoms", symptoms);
	return o;
}

/* What the team knows of and accepts: the model is told, so that it neither reports it as news nor wonders. */
static void add_suppressed(const struct inquiry *q, json_t *data)
{
	json_t *list = json_array();

	for (size_t i = 0; q->triage && i < q->triage->suppressed_count && i < FINDINGS_MAX; i++) {
		const struct triage_suppressed *s = &q->triage->suppressed[i];
		auto_free char *title = triage_title_of(q->triage, &s->f);

		json_array_append_new(list, json_pack("{s:o,s:o}", "title", one_line(title), "why", one_line(s->why)));
	}
	if (json_array_size(list))
		json_object_set_new(data, "has_suppressed", json_pack("{s:O}", "suppressed", list));
	json_decref(list);
}

static void add_findings(const struct inquiry *q, json_t *data)
{
	json_t *list = json_array();

	for (const int *r = q->triage ? q->triage->root_causes : NULL; r && *r && json_array_size(list) < FINDINGS_MAX;
	     r++)
		json_array_append_new(list, finding_data(q, triage_find(q->triage, *r)));
	if (json_array_size(list))
		json_object_set_new(data, "has_findings", json_pack("{s:O}", "findings", list));
	json_decref(list);
	add_suppressed(q, data);
}

static void add_blind_spots(const struct inquiry *q, json_t *data)
{
	auto_json json_t *all = world_blind_spots(q->setup->world);
	auto_json json_t *grouped = blind_grouped(all);
	json_t *spots = json_array(), *spot;
	size_t n = json_array_size(grouped), i;

	json_array_foreach (grouped, i, spot) {
		if (i < BLIND_MAX)
			json_array_append_new(spots,
					      json_pack("{s:o,s:o}", "what", one_line(json_str_or(spot, "what", "")),
							"why", one_line(json_str_or(spot, "why", ""))));
	}
	if (n > BLIND_MAX)
		json_array_append_new(spots, json_pack("{s:s,s:o}", "what", "more", "why",
						       json_sprintf("%zu others", n - BLIND_MAX)));
	if (n)
		json_object_set_new(data, "has_blind_spots", json_pack("{s:O}", "blind_spots", spots));
	json_decref(spots);
}

static void add_clusters(const struct inquiry *q, json_t *data)
{
	const struct world *w = q->setup->world;
	json_t *list = json_array();

	for (size_t i = 0; i < w->count; i++) {
		const char *ns = facts_scope_ns(w->clusters[i].facts);

		json_array_append_new(list,
				      json_pack("{s:o,s:s,s:o}", "name", json_text0(w->clusters[i].name), "kind",
						source_kind(w->clusters[i].source), "scope",
						ns ? json_sprintf("namespace %s", ns) : json_string("all namespaces")));
	}
	json_object_set_new(data, "clusters", list);
}

/* Attachments get a quarter of the window, each the same share. */
static void add_attachments(const struct inquiry *q, json_t *data)
{
	size_t n = json_array_size(q->setup->attachments), i;
	json_t *list = json_array(), *a;

	if (!n) {
		json_decref(list);
		return;
	}
	json_array_foreach (q->setup->attachments, i, a) {
		auto_buf struct buf b = BUF_INIT(4u << 20);
		auto_buf struct buf clipped = BUF_INIT(4u << 20);
		const char *text = json_str_or(a, "text", "");

		clip_text(&clipped, text, strlen(text), (size_t)context_room(q) * 3 / 4 / n, 60);
		prompt_defuse(&b, buf_cstr(&clipped), "</attachment");
		json_array_append_new(list, json_pack("{s:o,s:o}", "name", one_line(json_str_or(a, "name", "")), "text",
						      masked(buf_cstr(&b))));
	}
	json_object_set_new(data, "has_attachments", json_pack("{s:o}", "attachments", list));
}

/* The runbook for the first cause, else for the words of the question. */
static void add_runbook(const struct inquiry *q, json_t *data)
{
	const struct triage_finding *f =
		q->triage && q->triage->root_causes[0] ? triage_find(q->triage, q->triage->root_causes[0]) : NULL;
	const struct runbook *r;

	if (!q->setup->runbooks)
		return;
	r = runbooks_match(q->setup->runbooks, NULL, f ? f->f.check : NULL, f ? f->f.object.kind : NULL,
			   q->setup->question);
	if (r)
		json_object_set_new(data, "runbook",
				    json_pack("{s:o,s:o}", "name", json_text0(r->name), "title", json_text0(r->title)));
}

json_t *opening_messages(struct inquiry *q, const json_t *probed, struct err *e)
{
	auto_json json_t *system = system_data(q, probed);
	auto_json json_t *data = json_object();
	auto_free char *system_text = NULL;
	auto_free char *question_text = NULL;
	char now[CLOCK_TEXT];
	json_t *messages, *m;
	size_t i;

	add_clusters(q, data);
	add_findings(q, data);
	add_blind_spots(q, data);
	add_runbook(q, data);
	add_attachments(q, data);
	clock_format(world_now_ms(q->setup->world), now);
	json_object_set_new(data, "now", json_string(now));
	json_object_set_new(data, "question", masked(q->setup->question));
	system_text = prompt_render(q->setup->prompts, "system", system, e);
	if (!system_text)
		return NULL;
	question_text = prompt_render(q->setup->prompts, "question", data, e);
	if (!question_text)
		return NULL;
	messages = json_array();
	json_array_append_new(messages, json_pack("{s:s,s:o}", "role", "system", "content", json_text0(system_text)));
	json_array_append_new(messages, json_pack("{s:s,s:o}", "role", "user", "content", json_text0(question_text)));
	json_array_foreach (messages, i, m) {
		store_message(q->setup->store, q->id, m, &q->store_error);
	}
	return messages;
}

char *opening_late_findings(struct inquiry *q)
{
	auto_json json_t *data = json_object();

	add_findings(q, data);
	add_blind_spots(q, data);
	return prompt_render(q->setup->prompts, "late_findings", data, NULL);
}
