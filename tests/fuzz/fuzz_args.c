/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tool arguments as a model sends them: any bytes give arguments of the right types or a message, and what was
 * understood is understood again.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/data/json.h"
#include "agent/investigate/report.h"
#include "agent/tools/args.h"

static const char *const views[] = {"describe", "yaml", NULL};
static const struct param params[] = {
	{.name = "kind", .type = PARAM_STRING, .help = "a kind"},
	{.name = "limit", .type = PARAM_INT, .min = 1, .max = 100},
	{.name = "previous", .type = PARAM_BOOL},
	{.name = "columns", .type = PARAM_STRINGS},
	{.name = "view", .type = PARAM_STRING, .choices = views},
	{0},
};
static const struct tool tool = {.size = sizeof(tool), .name = "look", .help = "Looks.", .params = params};

static void check(json_t *args)
{
	const char *name;
	json_t *v;

	json_object_foreach(args, name, v) {
		if (strcmp(name, "limit") == 0 && (!json_is_integer(v) || json_integer_value(v) < 1 || json_integer_value(v) > 100))
			abort();
		if (strcmp(name, "previous") == 0 && !json_is_boolean(v))
			abort();
		if (strcmp(name, "columns") == 0 && !json_is_array(v))
			abort();
		if ((strcmp(name, "kind") == 0 || strcmp(name, "view") == 0) && !json_is_string(v))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *text = (const char *)data;
	char *cluster = NULL, *again, *other = NULL;
	struct err e = {0};
	json_t *args, *report;

	args = args_parse(&tool, text, size, &cluster, &e);
	if (!args && !e.msg[0])
		abort(); /* a model must be told what to mend */
	if (args) {
		json_t *second;

		check(args);
		again = json_dump(args, false);
		second = args_parse(&tool, again, strlen(again), &other, NULL);
		if (!second || !json_equal(args, second))
			abort();
		json_decref(second);
		free(again);
		free(other);
	}
	json_decref(args);
	free(cluster);
	report = report_from_arguments(text, size, NULL);
	json_decref(report);
	return 0;
}
