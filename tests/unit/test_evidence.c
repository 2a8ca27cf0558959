/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

#include <string.h>

#include "agent/data/json.h"
#include "agent/tools/evidence.h"

static int add(struct evidence *e, const char *quote, const int *inputs)
{
	return evidence_add(e, &(struct evidence_item){.cluster = "c",
						       .source = "GET /api/v1/namespaces/x/pods/y",
						       .pointer = "/status/phase",
						       .quote = quote,
						       .derived = inputs != NULL,
						       .inputs = inputs});
}

static void test_ids(void)
{
	struct evidence *e = evidence_new();
	json_t *j;

	is_int(add(e, "Pending", NULL), 1, "first id");
	is_int(add(e, "Running", NULL), 2, "second id");
	is_int(add(e, "Pending", NULL), 1, "the same text at the same place has one id");
	is_str(evidence_quote(e, 2), "Running", "quote of an id");
	ok(!evidence_quote(e, 3) && !evidence_quote(e, 0) && !evidence_quote(e, -1), "no such id");
	j = evidence_json(e, 1);
	is_str(json_str_at(j, "id"), "E1", "id in json");
	is_str(json_str_at(j, "pointer"), "/status/phase", "pointer in json");
	ok(!json_object_get(j, "derived"), "what was read is not derived");
	json_decref(j);
	evidence_free(e);
}

static void test_renumber(void)
{
	struct evidence *e = evidence_new();
	int map[5], order[] = {4, 2}, inputs[] = {2, 3, 0};
	const char *kept;
	json_t *j;

	add(e, "one", NULL);
	add(e, "two", NULL);
	add(e, "three", NULL);
	add(e, "four", inputs);
	kept = evidence_quote(e, 1);
	evidence_renumber(e, order, 2, map);
	is_int(evidence_count(e), 2, "two are left");
	is_str(evidence_quote(e, 1), "four", "the first of the order is E1");
	is_int(map[4], 1, "old 4 is 1");
	is_int(map[2], 2, "old 2 is 2");
	is_int(map[1] + map[3], 0, "the others are dropped");
	is_str(kept, "one", "a dropped text can still be read");
	j = evidence_json(e, 1);
	is_int(json_array_size(json_object_get(j, "inputs")), 1, "dropped inputs go");
	is_str(json_str_at(j, "inputs.0"), "E2", "inputs carry new numbers");
	json_decref(j);
	is_int(add(e, "one", NULL), 3, "a dropped text that comes again gets the next number");
	is_int(add(e, "two", NULL), 2, "a kept one keeps its new number");
	evidence_free(e);
}

static void test_secrets(void)
{
	struct evidence *e = evidence_new();
	int id = add(e, "dial: password=hunter2-Zx9 refused", NULL);

	ok(!strstr(evidence_quote(e, id), "hunter2"), "secrets are masked: %s", evidence_quote(e, id));
	is_int(add(e, evidence_quote(e, id), NULL), id, "and masking twice changes nothing");
	ok(!evidence_inputs(e, id) && !evidence_inputs(e, 9), "nothing was computed from");
	evidence_free(e);
}

int main(void)
{
	test_ids();
	test_secrets();
	test_renumber();
	is_int(evidence_id("E12"), 12, "E12");
	is_int(evidence_id("e7"), 7, "e7");
	is_int(evidence_id("E0"), 0, "E0 is no id");
	is_int(evidence_id("E"), 0, "E is no id");
	is_int(evidence_id("E1x"), 0, "E1x is no id");
	is_int(evidence_id("E99999999999999999999"), 0, "too large");
	is_int(evidence_id(NULL), 0, "none");
	return done();
}
