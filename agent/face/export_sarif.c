/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0 (OASIS): checks are the rules, findings the results. Objects of a cluster are logical locations: they stand
 * in no file that somebody could open. Evidence stands in relatedLocations, each with its quote as the message; what could
 * not be seen are notifications of the tool. Blanks and numbers are such that two runs on one cluster give the same bytes.
 */
#include "agent/face/export.h"

#include <string.h>

#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/tools/blind.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

struct sarif {
	const struct export_setup *s;
	struct map *rules;   /* check to its index + 1 */
	struct map *nth;     /* check and object to how many of them there were */
	struct map *evidence; /* "E1" to its object in the document */
};

static json_t *message(const char *text)
{
	json_t *o = json_object();

	json_object_set_new(o, "text", json_text0(text));
	return o;
}

static bool is_url(const char *s)
{
	return str_starts(s ? s : "", "https://") || str_starts(s ? s : "", "http://");
}

/* The page that findings of the check point at, when there are any. */
static const char *docs_of(const struct triage *t, const char *check)
{
	for (size_t i = 0; i < t->count; i++)
		if (str_eq(t->findings[i].f.check, check) && is_url(t->findings[i].f.docs))
			return t->findings[i].f.docs;
	return NULL;
}

/* " It reads pods, events.", or "". The caller's. */
static char *reads_of(const struct check *c)
{
	auto_free char *list = NULL;
	char **words;

	if (c->size < offsetof(struct check, reads) + sizeof(c->reads) || str_empty(c->reads))
		return mem_str("");
	words = str_split_words(c->reads, ' ');
	list = str_join(words, ", ");
	str_list_free(words);
	return mem_printf(" It reads %s.", list);
}

static json_t *rule(const struct sarif *r, const struct check *c, const char *toolset)
{
	const char *docs = docs_of(r->s->triage, c->name);
	auto_free char *reads = reads_of(c);
	auto_free char *help = mem_printf("%s.%s Run it alone: dupin triage --only %s", c->help, reads, c->name);
	json_t *o = json_object(), *properties = json_object();

	json_object_set_new(o, "id", json_text0(c->name));
	json_object_set_new(o, "shortDescription", message(c->help));
	json_object_set_new(o, "fullDescription", message(c->help));
	json_object_set_new(o, "help", message(help));
	if (docs)
		json_object_set_new(o, "helpUri", json_text0(docs));
	json_object_set_new(o, "defaultConfiguration", json_pack("{s:s}", "level", "warning"));
	json_object_set_new(properties, "tags", json_pack("[s]", toolset));
	json_object_set_new(o, "properties", properties);
	return o;
}

static json_t *rules(struct sarif *r)
{
	json_t *list = json_array();
	const struct check *c;
	const char *toolset;

	for (size_t i = 0; (c = export_check(r->s, i, &toolset)); i++) {
		json_array_append_new(list, rule(r, c, toolset));
		map_set(r->rules, c->name, (void *)(uintptr_t)(i + 1));
	}
	return list;
}

/* "CLUSTER/NAMESPACE/KIND/NAME", the namespace left out where there is none. */
static json_t *logical(const struct work_finding *f)
{
	const char *ns = str_or(f->object.ns, "");
	auto_free char *full = mem_printf("%s/%s%s%s/%s", f->cluster->name, ns, *ns ? "/" : "", str_or(f->object.kind, ""),
					  str_or(f->object.name, ""));
	json_t *o = json_object();

	json_object_set_new(o, "name", json_text0(str_or(f->object.name, "")));
	json_object_set_new(o, "fullyQualifiedName", json_text0(full));
	json_object_set_new(o, "kind", json_string("resource"));
	return json_pack("{s:[o]}", "logicalLocations", o);
}

static json_t *related(const struct sarif *r, const struct work_finding *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(f->evidence) && f->evidence[i]; i++) {
		auto_free char *id = mem_printf("E%d", f->evidence[i]);
		const json_t *e = map_get(r->evidence, id);
		const char *pointer = json_str_or(e, "pointer", "");
		auto_free char *full = mem_printf("%s%s%s", json_str_or(e, "source", ""), *pointer ? " " : "", pointer);
		json_t *place;

		if (!e)
			continue;
		place = json_object();
		json_object_set_new(place, "name", json_text0(*pointer ? pointer : json_str_or(e, "source", "")));
		json_object_set_new(place, "fullyQualifiedName", json_text0(full));
		json_object_set_new(place, "kind", json_string(str_starts(pointer, "line ") ? "text" : "value"));
		json_array_append_new(list, json_pack("{s:i,s:o,s:[o]}", "id", f->evidence[i], "message",
						      message(json_str_or(e, "quote", "")), "logicalLocations", place));
	}
	return list;
}

static const char *level(enum severity s)
{
	return s == SEVERITY_CRITICAL ? "error" : s == SEVERITY_WARNING ? "warning" : "note";
}

/* The cause, then what to do. */
static char *said(const struct work_finding *f)
{
	auto_buf struct buf b = BUF_INIT(1u << 20);

	buf_str(&b, f->cause);
	for (size_t i = 0; i < ARRAY_LEN(f->fix) && f->fix[i]; i++)
		buf_printf(&b, "%s%s", i ? "\n" : "\nFix: ", f->fix[i]);
	return buf_steal(&b);
}

static void fingerprints(struct sarif *r, const struct work_finding *f, json_t *o)
{
	auto_free char *key = mem_printf("%s\n%s\n%s\n%s\n%s\n%s", f->check, f->cluster->name,
					 str_or(f->object.api_version, ""), str_or(f->object.kind, ""),
					 str_or(f->object.ns, ""), str_or(f->object.name, ""));
	size_t nth = (size_t)(uintptr_t)map_get(r->nth, key);
	char hex[65];

	map_set(r->nth, key, (void *)(uintptr_t)(nth + 1));
	export_fingerprint(f, nth, hex);
	json_object_set_new(o, "fingerprints", json_pack("{s:s}", "dupin/v1", hex));
	json_object_set_new(o, "partialFingerprints", json_pack("{s:s}", "dupin/v1", hex));
}

static json_t *result(struct sarif *r, const struct work_finding *f)
{
	size_t index = (size_t)(uintptr_t)map_get(r->rules, f->check);
	json_t *o = json_object(), *more = related(r, f);
	auto_free char *text = said(f);

	json_object_set_new(o, "ruleId", json_text0(f->check));
	if (index)
		json_object_set_new(o, "ruleIndex", json_integer((json_int_t)index - 1));
	json_object_set_new(o, "level", json_string(level(f->severity)));
	json_object_set_new(o, "message", message(text));
	json_object_set_new(o, "locations", json_pack("[o]", logical(f)));
	if (json_array_size(more))
		json_object_set(o, "relatedLocations", more);
	json_decref(more);
	fingerprints(r, f, o);
	json_object_set_new(o, "rank", json_real((double)(int)(f->score * 100 + 0.5)));
	return o;
}

static json_t *properties(const struct triage *t, const struct triage_finding *f)
{
	json_t *p = json_object();
	size_t rank = 0;

	for (size_t i = 0; t->root_causes[i]; i++)
		if (t->root_causes[i] == f->id)
			rank = i + 1;
	json_object_set_new(p, "id", json_sprintf("F%d", f->id));
	json_object_set_new(p, "rootCause", json_boolean(rank));
	if (rank)
		json_object_set_new(p, "rootCauseRank", json_integer((json_int_t)rank));
	if (f->caused_by)
		json_object_set_new(p, "causedBy", json_sprintf("F%d", f->caused_by));
	return p;
}

static json_t *results(struct sarif *r)
{
	const struct triage *t = r->s->triage;
	json_t *list = json_array();

	for (size_t i = 0; i < t->count; i++) {
		json_t *o = result(r, &t->findings[i].f);

		if (t->suppressed_count) /* said of all or of none: else it is unknown */
			json_object_set_new(o, "suppressions", json_array());
		json_object_set_new(o, "properties", properties(t, &t->findings[i]));
		json_array_append_new(list, o);
	}
	for (size_t i = 0; i < t->suppressed_count; i++) {
		json_t *o = result(r, &t->suppressed[i].f), *s = json_object();

		json_object_set_new(s, "kind", json_string("external"));
		json_object_set_new(s, "status", json_string("accepted"));
		json_object_set_new(s, "justification", json_text0(t->suppressed[i].why));
		json_object_set_new(o, "suppressions", json_pack("[o]", s));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *notifications(const struct sarif *r)
{
	auto_json json_t *spots = blind_suppressed(json_object_get(r->s->document, "blind_spots"), false);
	json_t *list = json_array(), *s;
	size_t i;

	json_array_foreach (spots, i, s) {
		auto_free char *text =
			mem_printf("Could not see %s: %s", json_str_or(s, "what", ""), json_str_or(s, "why", ""));
		json_t *place = json_object();

		json_object_set_new(place, "name", json_text0(json_str_or(s, "cluster", "")));
		json_object_set_new(place, "kind", json_string("namespace"));
		json_array_append_new(list, json_pack("{s:s,s:o,s:{s:s},s:[{s:[o]}]}", "level", "warning", "message",
						      message(text), "descriptor", "id", "blind-spot", "locations",
						      "logicalLocations", place));
	}
	return list;
}

static json_t *driver(struct sarif *r)
{
	json_t *o = json_object();

	json_object_set_new(o, "name", json_string("dupin"));
	json_object_set_new(o, "version", json_string(DUPIN_VERSION));
	json_object_set_new(o, "notifications",
			    json_pack("[{s:s,s:o}]", "id", "blind-spot", "shortDescription",
				      message("Something that could not be read, so nothing is known of it")));
	json_object_set_new(o, "rules", rules(r));
	return o;
}

json_t *export_sarif(const struct export_setup *s)
{
	struct sarif r = {.s = s, .rules = map_new(NULL), .nth = map_new(NULL), .evidence = map_new(NULL)};
	json_t *run = json_object(), *doc = json_object(), *e;
	size_t i;

	json_array_foreach (json_object_get(s->document, "evidence"), i, e) {
		map_set(r.evidence, json_str_or(e, "id", ""), e);
	}
	json_object_set_new(run, "tool", json_pack("{s:o}", "driver", driver(&r)));
	json_object_set_new(run, "invocations",
			    json_pack("[{s:b,s:o}]", "executionSuccessful", (int)s->complete,
				      "toolExecutionNotifications", notifications(&r)));
	json_object_set_new(run, "results", results(&r));
	json_object_set_new(run, "columnKind", json_string("utf16CodeUnits"));
	json_object_set_new(run, "properties",
			    json_pack("{s:O,s:O}", "clusters", json_object_get(s->document, "clusters"), "now",
				      json_object_get(s->document, "now")));
	json_object_set_new(doc, "$schema", json_string(SCHEMA));
	json_object_set_new(doc, "version", json_string("2.1.0"));
	json_object_set_new(doc, "runs", json_pack("[o]", run));
	map_free(r.rules);
	map_free(r.nth);
	map_free(r.evidence);
	return doc;
}
