/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from anywhere: no crash, errors have a message, what was read reads back, paths lead somewhere or nowhere. */
#include "agent/data/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check_leaf(void *ctx, const char *pointer, const char *text)
{
	const json_t *j = json_pointer(ctx, pointer);

	if (!utf8_valid(text, strlen(text)))
		abort();
	if (!json_is_string(j) && !json_is_number(j))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = {0};
	json_t *doc = json_parse((const char *)data, size, "fuzz", &e), *text = json_text((const char *)data, size),
	       *back;
	char *dumped, *path = mem_strn((const char *)data, size);

	if (!doc && (e.code != ERR_PARSE || !e.msg[0]))
		abort();
	if (doc) {
		json_each_leaf(doc, check_leaf, doc);
		dumped = json_dump(doc, size & 1);
		back = json_parse(dumped, strlen(dumped), "dump", &e);
		if (!back || !json_equal(doc, back))
			abort();
		json_decref(back);
		free(dumped);
		(void)json_at(doc, path);
		(void)json_pointer(doc, path);
		(void)json_int_at(doc, path, 0);
	}
	dumped = json_dump(text, false);
	back = json_parse(dumped, strlen(dumped), "dump", &e);
	if (!back || !json_equal(text, back))
		abort();
	json_decref(back);
	free(dumped);
	free(path);
	json_decref(text);
	json_decref(doc);
	return 0;
}
