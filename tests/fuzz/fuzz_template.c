/* SPDX-License-Identifier: Apache-2.0 */
/* A template before the first NUL, JSON data behind it: checking and rendering agree, and both end. */
#include "agent/data/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/data/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *partial(void *ctx, const char *name)
{
	return strcmp(name, "self") == 0 ? ctx : strcmp(name, "p") == 0 ? "{{#a}}{{b}}{{/a}}" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char fallback[] = "{\"a\":[{\"b\":1},{\"b\":[]}],\"s\":\"x\",\"n\":0,\"o\":{\"p\":{\"q\":true}}}";
	char *text = mem_strn((const char *)data, size);
	size_t n = strlen(text);
	const char *doc = n + 1 < size ? text + n + 1 : fallback;
	json_t *values = json_parse(doc, strlen(doc), "data", NULL);
	struct buf out = BUF_INIT(1u << 16);
	struct err e = {0};
	int good = template_check(text, "t", &e), rc;

	if (good != 0 && !e.msg[0])
		abort();
	err_clear(&e);
	rc = template_render(&out, text, "t", values, partial, text, &e);
	if (rc != 0 && !e.msg[0])
		abort();
	if (rc == 0 && (good != 0 || out.over))
		abort();
	buf_fini(&out);
	json_decref(values);
	free(text);
	return 0;
}
