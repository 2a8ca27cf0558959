/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/brief.h"

#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/jsonpath.h"

#define DEPTH_MAX 16u

static void put(struct reply *r, json_t *value, size_t depth)
{
	const char *key;
	json_t *item;
	size_t i, n = 0;

	if (depth > DEPTH_MAX) {
		rep_put(r, "…");
	} else if (json_is_array(value)) {
		rep_put(r, "[");
		json_array_foreach (value, i, item) {
			rep_put(r, i ? ", " : "");
			put(r, item, depth + 1);
		}
		rep_put(r, "]");
	} else if (json_is_object(value)) {
		json_object_foreach (value, key, item) {
			rep_add(r, "%s%s%s", n++ ? (depth ? " " : ", ") : "", key, json_is_object(item) ? "{" : "=");
			put(r, item, depth + 1);
			rep_put(r, json_is_object(item) ? "}" : "");
		}
	} else {
		drop_text char *s = jsonpath_value_text(value);

		rep_put(r, s);
	}
}

void brief_put(struct reply *r, json_t *value, size_t max)
{
	struct reply text = {.max = max + 4096};

	put(&text, value, 0);
	rep_clip(r, rep_text(&text), text.len, max);
	rep_free(&text);
}
