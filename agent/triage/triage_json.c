/* SPDX-License-Identifier: Apache-2.0 */
/* dupin.triage/v1 and the shapes that other documents share with it. */
#include "agent/triage/triage.h"

#include <inttypes.h>
#include <stdio.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

static const char *const severities[] = {"info", "warning", "critical"};

static json_t *name_of(char letter, int id)
{
	return id ? json_sprintf("%c%d", letter, id) : json_null();
}

static json_t *object_json(const struct work_finding *f)
{
	json_t *o = json_object();

	json_object_set_new(o, "cluster", json_text0(f->cluster->name));
	json_object_set_new(o, "apiVersion", json_text0(str_or(f->object.api_version, "")));
	json_object_set_new(o, "kind", json_text0(str_or(f->object.kind, "")));
	json_object_set_new(o, "namespace", json_text0(str_or(f->object.ns, "")));
	json_object_set_new(o, "name", json_text0(str_or(f->object.name, "")));
	return o;
}

json_t *triage_finding_json(const struct triage *t, const struct triage_finding *f)
{
	json_t *o = json_object(), *list;

	(void)t;
	json_object_set_new(o, "id", name_of('F', f->id));
	json_object_set_new(o, "check", json_string(f->f.check));
	json_object_set_new(o, "severity", json_string(severities[f->f.severity]));
	json_object_set_new(o, "score", json_real((double)(int)(f->f.score * 100 + 0.5) / 100.0));
	json_object_set_new(o, "object", object_json(&f->f));
	json_object_set_new(o, "cause", json_text0(f->f.cause));
	json_object_set_new(o, "caused_by", name_of('F', f->caused_by));
	list = json_array();
	for (const int *s = f->symptoms; s && *s; s++)
		json_array_append_new(list, name_of('F', *s));
	json_object_set_new(o, "symptoms", list);
	list = json_array();
	for (size_t i = 0; i < ARRAY_LEN(f->f.evidence) && f->f.evidence[i]; i++)
		json_array_append_new(list, name_of('E', f->f.evidence[i]));
	json_object_set_new(o, "evidence", list);
	list = json_array();
	for (size_t i = 0; i < ARRAY_LEN(f->f.fix) && f->f.fix[i]; i++)
		json_array_append_new(list, json_text0(f->f.fix[i]));
	json_object_set_new(o, "fix", list);
	json_object_set_new(o, "docs", json_text0(f->f.docs));
	return o;
}

char *triage_title(const struct triage *t, const struct triage_finding *f)
{
	return triage_title_of(t, &f->f);
}

char *triage_title_of(const struct triage *t, const struct work_finding *f)
{
	const struct work_ref *r = &f->object;
	auto_free char *object = mem_printf("%s %s%s%s", str_or(r->kind, "object"), str_or(r->ns, ""),
					    str_empty(r->ns) ? "" : "/", str_or(r->name, ""));

	if (t->world->count > 1)
		return mem_printf("[%s] %s: %s", f->cluster->name, object, f->cause);
	return mem_printf("%s: %s", object, f->cause);
}

json_t *triage_suppressed_spots(const struct triage *t)
{
	json_t *list = json_array();

	for (size_t i = 0; t && i < t->suppressed_count; i++) {
		const struct work_finding *f = &t->suppressed[i].f;
		json_t *o = json_object();
		auto_free char *what = mem_printf("%s on %s %s%s%s: %s", f->check, str_or(f->object.kind, "object"),
						  str_or(f->object.ns, ""), str_empty(f->object.ns) ? "" : "/",
						  str_or(f->object.name, ""), f->cause);

		json_object_set_new(o, "what", json_text0(what));
		json_object_set_new(o, "why", json_text0(t->suppressed[i].why));
		json_object_set_new(o, "cluster", json_text0(f->cluster->name));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *blind_spots(const struct triage *t)
{
	auto_json json_t *suppressed = triage_suppressed_spots(t);
	json_t *all = world_blind_spots(t->world);

	json_array_extend(all, suppressed);
	return all;
}

static json_t *scanned(const struct triage *t)
{
	struct source_stats sum = {0};
	size_t objects = 0;

	for (size_t i = 0; i < t->world->count; i++) {
		struct source_stats s;

		source_stats(t->world->clusters[i].source, &s);
		sum.requests += s.requests;
		sum.bytes += s.bytes;
		objects += facts_objects(t->world->clusters[i].facts);
	}
	return json_pack("{s:I,s:I,s:I,s:I}", "objects", (json_int_t)objects, "requests", (json_int_t)sum.requests,
			 "bytes", (json_int_t)sum.bytes, "duration_ms", (json_int_t)t->duration_ms);
}

json_t *triage_json(const struct triage *t)
{
	json_t *doc = json_object(), *list = json_array();
	char now[CLOCK_TEXT];

	json_object_set_new(doc, "schema", json_string("dupin.triage/v1"));
	for (size_t i = 0; i < t->world->count; i++)
		json_array_append_new(list, json_text0(t->world->clusters[i].name));
	json_object_set_new(doc, "clusters", list);
	clock_format(world_now_ms(t->world), now);
	json_object_set_new(doc, "now", json_string(now));
	json_object_set_new(doc, "scanned", scanned(t));
	list = json_array();
	for (const int *r = t->root_causes; *r; r++)
		json_array_append_new(list, name_of('F', *r));
	json_object_set_new(doc, "root_causes", list);
	list = json_array();
	for (size_t i = 0; i < t->count; i++)
		json_array_append_new(list, triage_finding_json(t, &t->findings[i]));
	json_object_set_new(doc, "findings", list);
	json_object_set_new(doc, "blind_spots", blind_spots(t));
	list = json_array();
	for (int id = 1; id <= evidence_count(t->world->evidence); id++)
		json_array_append_new(list, evidence_json(t->world->evidence, id));
	json_object_set_new(doc, "evidence", list);
	return doc;
}
