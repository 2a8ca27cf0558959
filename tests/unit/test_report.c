/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

#include "agent/data/json.h"
#include "agent/investigate/report.h"

static void test_arguments(void)
{
	static const char text[] =
		"{\"summary\":\"s\",\"root_causes\":[{\"cause\":\"The class is gone\",\"object\":\"ResourceClaim/ml/train\","
		"\"confidence\":\"HIGH\",\"citations\":[{\"evidence\":\"E3\",\"quote\":\"device class gpu-h100 does not exist\"},"
		"{\"evidence\":\"E3\",\"quote\":\"\"}]},{\"cause\":\"\"}],\"fix\":\"do it\"}";
	struct err e = {0};
	json_t *r = report_from_arguments(text, sizeof(text) - 1, &e);

	is_int(json_array_size(json_object_get(r, "root_causes")), 1, "a cause without words is none");
	is_str(json_str_at(r, "root_causes.0.object.kind"), "ResourceClaim", "kind");
	is_str(json_str_at(r, "root_causes.0.object.namespace"), "ml", "namespace");
	is_str(json_str_at(r, "root_causes.0.object.name"), "train", "name");
	is_str(json_str_at(r, "root_causes.0.confidence"), "high", "confidence");
	is_int(json_array_size(json_at(r, "root_causes.0.citations")), 1, "an empty quote is none");
	is_str(json_str_at(r, "fix.0"), "do it", "one string is a list of one");
	json_decref(r);
	ok(!report_from_arguments("{}", 2, &e), "an empty report is refused");
	like(e.msg, "both empty", "with a reason");
	ok(!report_from_arguments("[]", 2, &e), "a list is refused");
	ok(!report_from_arguments(text, sizeof(text) - 5, &e), "broken JSON is refused");
	like(e.msg, "broken JSON", "with a reason");
}

static void test_json_in_text(void)
{
	json_t *r = report_from_text("Here it is:\n```json\n{\"summary\":\"x\",\"root_causes\":[{\"cause\":\"C is broken\","
				     "\"object\":\"Node/n1\",\"citations\":[]}]}\n```\n");

	is_str(json_str_at(r, "root_causes.0.object.name"), "n1", "JSON in a fence is a report");
	ok(!json_object_get(r, "prose"), "it is no prose");
	json_decref(r);
}

static void test_prose(void)
{
	json_t *r = report_from_text("## Root causes\n1. **The image tag does not exist** [E3: \"manifest unknown\"]\n"
				     "2. The node is full, E4 \"disk pressure\"\n## Fix\n- use 1.2\n");

	is_int(json_array_size(json_object_get(r, "root_causes")), 2, "items under the heading");
	is_str(json_str_at(r, "root_causes.0.citations.0.evidence"), "E3", "id in brackets");
	is_str(json_str_at(r, "root_causes.0.citations.0.quote"), "manifest unknown", "quote in brackets");
	is_str(json_str_at(r, "root_causes.1.citations.0.quote"), "disk pressure", "quote after a bare id");
	json_decref(r);
	r = report_from_text("The pod web-1 fails since its ConfigMap is missing (E2: `configmap \"app\" not found`).\n\nMore text.");
	is_int(json_array_size(json_object_get(r, "root_causes")), 1, "without headings the first paragraph is the cause");
	is_str(json_str_at(r, "root_causes.0.citations.0.evidence"), "E2", "its citation");
	json_decref(r);
	r = report_from_text("ok");
	is_int(json_array_size(json_object_get(r, "root_causes")), 0, "a word is no cause");
	is_str(json_str_at(r, "summary"), "ok", "but it is the answer");
	json_decref(r);
}

static void test_any_bytes(void)
{
	static const char text[] = "## Root causes\n- E1 \"aaaaaaaaa\" E2: \"\xff\xfe\" [E3\n\n1.E4\"x";
	char copy[sizeof(text)];

	for (size_t n = 0; n < sizeof(text); n++) {
		json_t *r;

		memcpy(copy, text, n);
		copy[n ? n - 1 : 0] = '\0';
		r = report_from_text(copy);
		if (!json_is_array(json_object_get(r, "root_causes")))
			ok(0, "prefix of %zu bytes", n);
		json_decref(r);
	}
	ok(1, "every prefix gives a report");
}

static void test_quoted_json(void)
{
	json_t *r = report_from_text("The log says {\"summary\":\"fine\",\"root_causes\":[]} but it lies.");

	ok(json_is_true(json_object_get(r, "prose")), "JSON inside of prose is a quotation");
	json_decref(r);
	r = report_from_text("```\n{\"summary\":\"fine\",\"root_causes\":[]}\n```\nThat stood in the log.");
	ok(json_is_true(json_object_get(r, "prose")), "and so is a block that is not the end");
	json_decref(r);
	r = report_from_text(" \n{\"summary\":\"fine\",\"root_causes\":[]}\n");
	is_str(json_str_at(r, "summary"), "fine", "JSON alone is a report");
	json_decref(r);
	r = report_from_text("{\"root_causes\":[{\"cause\":\"c\",\"object\":{\"kind\":3,\"name\":[]}}],\"summary\":\"s\"}");
	ok(json_is_null(json_at(r, "root_causes.0.object.kind")), "an object's words are strings or none");
	json_decref(r);
}

int main(void)
{
	json_t *schema = report_schema();

	is_str(json_str_at(schema, "function.name"), "report", "the schema is JSON");
	json_decref(schema);
	test_arguments();
	test_json_in_text();
	test_prose();
	test_any_bytes();
	test_quoted_json();
	return done();
}
