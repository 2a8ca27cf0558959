/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a model sends as the arguments of a call: either refused with words, or an object of known parameters of the
 * right types that says the same when it is read again. Then the same bytes as a report, as arguments and as a text.
 */
#include "agent/tools/args.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/investigate/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const views[] = {"describe", "yaml", NULL};
static const struct param params[] = {
	{.name = "kind", .type = PARAM_STRING, .required = true, .help = "a kind"},
	{.name = "namespace", .type = PARAM_STRING},
	{.name = "limit", .type = PARAM_INT, .min = 1, .max = 100},
	{.name = "offset", .type = PARAM_INT},
	{.name = "previous", .type = PARAM_BOOL},
	{.name = "columns", .type = PARAM_STRINGS},
	{.name = "view", .type = PARAM_STRING, .choices = views},
	{0},
};
static const struct tool tool = {.size = sizeof(tool), .name = "look", .help = "Looks.", .params = params};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_value(const char *name, const json_t *v)
{
	const struct param *p = params;

	while (p->name && !str_eq(p->name, name))
		p++;
	must(p->name != NULL);
	switch (p->type) {
	case PARAM_STRING:
		must(json_is_string(v) && json_string_length(v) > 0 && json_string_length(v) <= 4096);
		must(!p->choices || str_eq(json_string_value(v), "describe") || str_eq(json_string_value(v), "yaml"));
		break;
	case PARAM_INT:
		must(json_is_integer(v));
		must(p->min == p->max || (json_integer_value(v) >= p->min && json_integer_value(v) <= p->max));
		break;
	case PARAM_BOOL:
		must(json_is_boolean(v));
		break;
	case PARAM_STRINGS:
		must(json_array_size(v) > 0 && json_array_size(v) <= 64);
		break;
	}
}

static void check_args(const char *text, size_t size)
{
	auto_free char *cluster = NULL, *other = NULL, *dump = NULL;
	struct err e = {0};
	auto_json json_t *args = args_parse(&tool, text, size, &cluster, &e);
	auto_json json_t *again = NULL;
	const char *name;
	json_t *v;

	if (!args) {
		must(e.msg[0] && !cluster);
		return;
	}
	must(json_object_get(args, "kind") != NULL);
	json_object_foreach (args, name, v)
		check_value(name, v);
	dump = json_dump(args, true);
	again = args_parse(&tool, dump, strlen(dump), &other, &e);
	must(again && !other && json_equal(args, again));
}

static void check_report(const json_t *report)
{
	const json_t *causes = json_object_get(report, "root_causes"), *c;
	size_t i;

	must(json_is_string(json_object_get(report, "summary")) && json_is_array(causes));
	must(json_is_array(json_object_get(report, "fix")) && json_is_array(json_object_get(report, "not_seen")));
	json_array_foreach (causes, i, c) {
		must(json_is_string(json_object_get(c, "cause")) && json_is_array(json_object_get(c, "citations")));
		must(json_is_string(json_object_get(c, "confidence")));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = mem_strn((const char *)data, size);
	struct err e = {0};
	auto_json json_t *called = NULL, *said = NULL;

	check_args((const char *)data, size);
	called = report_from_arguments((const char *)data, size, &e);
	if (called)
		check_report(called);
	else
		must(e.msg[0] != '\0');
	said = report_from_text(text);
	must(said != NULL);
	check_report(said);
	return 0;
}
