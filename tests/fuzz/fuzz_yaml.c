/* SPDX-License-Identifier: Apache-2.0 */
/* YAML from anywhere: no crash, errors have a message, and what was read reads back the same after a dump. */
#include "agent/data/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/data/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int drop(void *ctx, size_t index, json_t *doc)
{
	(void)ctx;
	(void)index;
	json_decref(doc);
	return 0;
}

static int find_line(void *ctx, const char *pointer, const char *text)
{
	(void)text;
	(void)yaml_line_of(ctx, pointer);
	return 0;
}

/* Every leaf's pointer must lead to a leaf. */
static int check_pointer(void *ctx, const char *pointer, const char *text)
{
	const json_t *j = json_pointer(ctx, pointer);

	(void)text;
	if (!json_is_string(j) && !json_is_number(j))
		abort();
	return 0;
}

static void round_trip(const json_t *doc)
{
	char *text = yaml_dump(doc, 4u << 20);
	struct err e = {0};
	json_t *back;

	if (strlen(text) < (4u << 20) - 100) {
		back = yaml_parse(text, strlen(text), "dump", NULL, &e);
		if (e.code != ERR_LIMIT && (!back || !json_equal(doc, back)))
			abort();
		json_decref(back);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_lines *lines = NULL;
	struct err e = {0};
	json_t *doc = yaml_parse((const char *)data, size, "fuzz", &lines, &e);
	int rc;

	if (!doc && (!e.msg[0] || lines))
		abort();
	if (doc) {
		json_each_leaf(doc, check_pointer, doc);
		json_each_leaf(doc, find_line, lines);
		round_trip(doc);
	}
	json_decref(doc);
	yaml_lines_free(lines);
	err_clear(&e);
	rc = yaml_each((const char *)data, size, "fuzz", 100000, drop, NULL, &e);
	if (rc != 0 && !e.msg[0])
		abort();
	return 0;
}
