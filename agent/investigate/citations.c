/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/citations.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/investigate/locate.h"
#include "agent/text/clip.h"
#include "agent/text/quote.h"

#define PROSE_COLUMNS 300

static bool holds(struct inquiry *q, int id, const char *quote)
{
	const char *text = id ? evidence_quote(q->setup->world->evidence, id) : NULL;

	return text && quote_find(text, strlen(text), quote, NULL, NULL);
}

static bool is_tool_result(const struct inquiry *q, int id)
{
	for (size_t i = 0; i < q->result_count; i++)
		if (q->results[i].evidence == id)
			return true;
	return false;
}

/* Was it read of an object that the claim names? */
static bool is_meant(struct inquiry *q, int id, const char *claim)
{
	const char *source = evidence_source(q->setup->world->evidence, id),
		   *name = source ? strrchr(source, '/') : NULL;

	return name && locate_names(claim, strlen(claim), name + 1, NULL);
}

/*
 * A wrong id with a true quote is a slip, not a lie: the evidence that holds it is named instead. Of several that of
 * the object that the claim names, then a tool's result, in which the place is looked for.
 */
static int find_holder(struct inquiry *q, int named, const char *quote, const char *claim)
{
	int count = evidence_count(q->setup->world->evidence), first = 0, result = 0;

	if (holds(q, named, quote))
		return named;
	for (int id = 1; id <= count; id++) {
		if (!holds(q, id, quote))
			continue;
		if (is_meant(q, id, claim))
			return id;
		if (!first)
			first = id;
		if (!result && is_tool_result(q, id))
			result = id;
	}
	return result ? result : first;
}

static bool verify_one(struct inquiry *q, json_t *citation, const char *cause)
{
	const char *quote = json_str_or(citation, "quote", "");
	int holder = find_holder(q, evidence_id(json_str_at(citation, "evidence")), quote, cause);
	char name[16];

	json_object_set_new(citation, "verified", json_boolean(holder != 0));
	if (!holder)
		return false;
	if (is_tool_result(q, holder)) {
		auto_free char *part = NULL;
		int place = locate_quote(q, holder, quote, cause, &part);

		if (place)
			holder = place;
		if (part)
			json_object_set_new(citation, "quote", json_text0(part));
	}
	snprintf(name, sizeof(name), "E%d", holder);
	json_object_set_new(citation, "evidence", json_string(name));
	return true;
}

/* What the model named, looked up: real is set to what the cluster calls it. */
struct named {
	const char *kind, *ns, *name; /* as the model wrote it */
	json_t *real;		      /* new reference; NULL: not found */
	size_t absent;		      /* clusters that are known not to have it */
};

static json_t *object_of(const struct cluster *c, const struct kind *k, const char *ns, const char *name)
{
	return json_pack("{s:o,s:s,s:s,s:o,s:o}", "cluster", json_text0(c->name), "apiVersion", k->api_version, "kind",
			 k->kind, "namespace", json_text0(k->namespaced ? str_or(ns, "") : ""), "name",
			 json_text0(name));
}

/* Named without its namespace: it is meant when only one of that kind is called so. */
static void find_anywhere(struct named *n, struct cluster *c, const struct kind *k)
{
	const char *found = NULL, *ns;
	enum read_state state;
	size_t i, count = 0;
	json_t *object;

	if (str_eq(k->plural, "secrets")) /* lists of them are large and often denied */
		return;
	json_array_foreach (facts_list(c->facts, k->resource, NULL, &state), i, object) {
		ns = json_str_at(object, "metadata.namespace");
		if (!str_eq(json_str_at(object, "metadata.name"), n->name))
			continue;
		found = ns;
		count++;
	}
	n->absent += state == READ_OK && count == 0;
	if (count == 1)
		n->real = object_of(c, k, found, n->name);
}

static void find_object(struct named *n, struct cluster *c, const struct kind *k)
{
	enum read_state state = READ_FAILED;

	if (k->namespaced && str_empty(n->ns))
		find_anywhere(n, c, k);
	else if (facts_find(c->facts, k->resource, k->namespaced ? n->ns : NULL, n->name, &state))
		n->real = object_of(c, k, n->ns, n->name);
	else
		n->absent += state == READ_NOT_FOUND;
}

/* All keys, and exact spelling from the cluster; false when the named object is known not to exist. */
static bool complete_object(struct inquiry *q, json_t *cause)
{
	const json_t *object = json_object_get(cause, "object");
	struct named n = {.kind = json_str_at(object, "kind"),
			  .ns = json_str_at(object, "namespace"),
			  .name = json_str_at(object, "name")};
	struct world *w = q->setup->world;
	const struct kind *k = NULL;

	if (str_empty(n.name)) {
		json_object_set_new(cause, "object", json_null());
		return true;
	}
	for (size_t c = 0; c < w->count && !n.real; c++) {
		k = str_empty(n.kind) ? NULL : kinds_find(facts_kinds(w->clusters[c].facts), n.kind);
		if (k)
			find_object(&n, &w->clusters[c], k);
	}
	if (!n.real && k)
		n.real = object_of(&w->clusters[w->count - 1], k, n.ns, n.name);
	else if (!n.real)
		n.real = json_pack("{s:o,s:s,s:o,s:o,s:o}", "cluster", json_text0(w->count ? w->clusters[0].name : ""),
				   "apiVersion", "", "kind", json_text0(str_or(n.kind, "")), "namespace",
				   json_text0(str_or(n.ns, "")), "name", json_text0(n.name));
	json_object_set_new(cause, "object", n.real);
	return n.absent < w->count || !w->count;
}

/* "CLAIM (WHY)": what the reader must know about a claim that stands without proof. */
static void complain(json_t *unverified, const char *claim, const char *why, const char *detail)
{
	auto_free char *text = mem_printf("%s (%s%s)", claim, why, detail);

	json_array_append_new(unverified, json_text0(text));
}

/* An answer in prose that cites nothing: its first paragraph is a claim without proof. */
static void complain_of_prose(json_t *unverified, const json_t *report)
{
	const char *text = json_str_or(report, "summary", ""), *end = strstr(text, "\n\n");
	auto_buf struct buf line = BUF_INIT(8192);

	if (!json_bool_at(report, "prose", false) || json_array_size(json_object_get(report, "root_causes")))
		return;
	clip_line(&line, text, end ? (size_t)(end - text) : strlen(text), PROSE_COLUMNS);
	complain(unverified, buf_cstr(&line), "no quote was given", "");
}

size_t citations_verify(struct inquiry *q, json_t *report)
{
	json_t *causes = json_object_get(report, "root_causes"), *cause, *citation;
	json_t *unverified = json_array();
	size_t i, k, missing = 0;

	json_array_foreach (causes, i, cause) {
		const char *text = json_str_or(cause, "cause", "");
		auto_free char *claim = mem_printf("%s %s", text, json_str_or(cause, "object.name", ""));
		size_t good = 0;

		json_array_foreach (json_object_get(cause, "citations"), k, citation) {
			if (verify_one(q, citation, claim)) {
				good++;
				continue;
			}
			missing++;
			complain(unverified, text, "quote not found: ", json_str_or(citation, "quote", ""));
		}
		if (!json_array_size(json_object_get(cause, "citations")))
			complain(unverified, text, "no quote was given", "");
		if (!complete_object(q, cause))
			complain(unverified, text, "there is no object named ",
				 json_str_or(cause, "object.name", "so"));
		if (!good) /* without proof nobody may be sure */
			json_object_set_new(cause, "confidence", json_string("low"));
	}
	complain_of_prose(unverified, report);
	json_object_set_new(report, "unverified", unverified);
	return missing;
}

char *citations_complaint(const json_t *report)
{
	auto_buf struct buf b = BUF_INIT(16384);
	json_t *cause, *citation;
	size_t i, k;

	buf_str(&b, "These quotes do not stand in the evidence you named, nor in any other:\n");
	json_array_foreach (json_object_get(report, "root_causes"), i, cause) {
		json_array_foreach (json_object_get(cause, "citations"), k, citation) {
			if (!json_bool_at(citation, "verified", false))
				buf_printf(&b, "- %s \"%s\"\n", json_str_or(citation, "evidence", "?"),
					   json_str_or(citation, "quote", ""));
		}
	}
	buf_str(&b, "Call report again: copy quotes verbatim from tool results (at least 8 characters, one place "
		    "each), or drop "
		    "what you cannot prove.");
	return buf_steal(&b);
}
