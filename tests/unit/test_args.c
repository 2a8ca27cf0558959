/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

#include "agent/data/json.h"
#include "agent/tools/args.h"

static const char *const views[] = {"describe", "yaml", NULL};
static const struct param params[] = {
	{.name = "kind", .type = PARAM_STRING, .required = true, .help = "a kind"},
	{.name = "namespace", .type = PARAM_STRING},
	{.name = "limit", .type = PARAM_INT, .min = 1, .max = 100},
	{.name = "previous", .type = PARAM_BOOL},
	{.name = "columns", .type = PARAM_STRINGS},
	{.name = "view", .type = PARAM_STRING, .choices = views},
	{0},
};
static const struct tool tool = {.size = sizeof(tool), .name = "look", .help = "Looks.", .params = params};

/* Canonical text of what was understood, or the message. */
static const char *parsed(const char *text)
{
	static char out[1024];
	struct err e = {0};
	char *cluster = NULL, *dump;
	json_t *j = args_parse(&tool, text, strlen(text), &cluster, &e);

	if (!j) {
		snprintf(out, sizeof(out), "%s", e.msg);
		return out;
	}
	dump = json_dump(j, true);
	snprintf(out, sizeof(out), "%s%s%s", dump, cluster ? " @" : "", cluster ? cluster : "");
	free(dump);
	free(cluster);
	json_decref(j);
	return out;
}

static void test_good(void)
{
	is_str(parsed("{\"kind\":\"pod\"}"), "{\"kind\":\"pod\"}", "plain");
	is_str(parsed("{\"kind\":\"pod\",\"limit\":\"7\"}"), "{\"kind\":\"pod\",\"limit\":7}", "number in a string");
	is_str(parsed("{\"kind\":\"pod\",\"limit\":5.0}"), "{\"kind\":\"pod\",\"limit\":5}", "real that is whole");
	is_str(parsed("{\"kind\":\"pod\",\"limit\":100000}"), "{\"kind\":\"pod\",\"limit\":100}", "more than the most is the most");
	is_str(parsed("{\"kind\":\"pod\",\"limit\":-3}"), "{\"kind\":\"pod\",\"limit\":1}", "less than the least is the least");
	is_str(parsed("{\"kind\":\"pod\",\"previous\":\"true\"}"), "{\"kind\":\"pod\",\"previous\":true}", "bool in a string");
	is_str(parsed("{\"kind\":\"pod\",\"columns\":\"A\"}"), "{\"columns\":[\"A\"],\"kind\":\"pod\"}", "one value for a list");
	is_str(parsed("{\"kind\":\"pod\",\"columns\":[\"A\",\"B\"]}"), "{\"columns\":[\"A\",\"B\"],\"kind\":\"pod\"}", "list");
	is_str(parsed("{\"kind\":\"pod\",\"namespace\":null,\"view\":\"\"}"), "{\"kind\":\"pod\"}", "null and empty are absent");
	is_str(parsed("{\"kind\":\"pod\",\"view\":\"YAML\"}"), "{\"kind\":\"pod\",\"view\":\"yaml\"}", "choice in any case");
	is_str(parsed("\"{\\\"kind\\\":\\\"pod\\\"}\""), "{\"kind\":\"pod\"}", "encoded twice");
	is_str(parsed("{\"kind\":\"pod\",\"cluster\":\"b\"}"), "{\"kind\":\"pod\"} @b", "cluster is taken out");
	is_str(parsed(" {\"kind\":5} \n"), "{\"kind\":\"5\"}", "number for a string");
}

static void test_bad(void)
{
	like(parsed("{}"), "\"kind\" is missing", "required");
	like(parsed(""), "\"kind\" is missing", "empty text is an empty object");
	like(parsed("null"), "\"kind\" is missing", "null is an empty object");
	like(parsed("{\"kind\":\"pod\",\"lmit\":3}"), "did you mean \"limit\"", "nearest parameter");
	like(parsed("{\"kind\":\"pod\",\"zzzzzzzz\":3}"), "it takes: kind, namespace", "no near parameter: all are named");
	like(parsed("{\"kind\":\"pod\",\"limit\":\"many\"}"), "\"limit\" must be a whole number", "type");
	like(parsed("{\"kind\":\"pod\",\"previous\":3}"), "must be true or false", "bool");
	like(parsed("{\"kind\":[1],\"limit\":3}"), "\"kind\" must be a string", "list for a string");
	like(parsed("{\"kind\":\"pod\",\"view\":\"ymal\"}"), "did you mean \"yaml\"", "nearest choice");
	like(parsed("{\"kind\":\"pod\""), "broken JSON", "cut off");
	like(parsed("[1,2]"), "must be a JSON object", "list");
	like(parsed("{\"kind\":\"a\\u0000b\"}"), "{\"kind\":", "a NUL is mended, not taken for the end");
}

static void test_truncation(void)
{
	static const char whole[] = "{\"kind\":\"pod\",\"limit\":5,\"columns\":[\"A\"],\"previous\":true}";
	size_t good = 0;

	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char *cluster = NULL;
		json_t *j = args_parse(&tool, whole, n, &cluster, NULL);

		good += j != NULL;
		json_decref(j);
		free(cluster);
	}
	is_int(good, 0, "no beginning of a call is a call");
}

static void test_schema(void)
{
	static const char *const clusters[] = {"a", "b", NULL};
	json_t *j = args_schema(&tool, NULL), *k = args_schema(&tool, clusters);

	is_str(json_str_at(j, "function.name"), "look", "name");
	is_str(json_str_at(j, "function.parameters.properties.columns.items.type"), "string", "items of a list");
	is_str(json_str_at(j, "function.parameters.required.0"), "kind", "required");
	is_int(json_int_at(j, "function.parameters.properties.limit.maximum", 0), 100, "bounds");
	is_str(json_str_at(j, "function.parameters.properties.view.enum.1"), "yaml", "choices");
	ok(!json_at(j, "function.parameters.properties.cluster"), "one cluster: no parameter for it");
	is_str(json_str_at(k, "function.parameters.properties.cluster.enum.1"), "b", "several clusters");
	json_decref(j);
	json_decref(k);
}

int main(void)
{
	test_good();
	test_bad();
	test_truncation();
	test_schema();
	return done();
}
