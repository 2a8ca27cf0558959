/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_now.h"

#include <stddef.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/str.h"

#define MAX_DEPTH 16

static void newest(int64_t *at, const json_t *text)
{
	const char *s = json_string_value(text);
	int64_t ms;

	/* Cheap look first: statuses are mostly other text. */
	if (s && json_string_length(text) >= 20 && s[4] == '-' && s[10] == 'T' && clock_parse(s, &ms) && ms > *at)
		*at = ms;
}

/* Times that a status announces instead of reporting: they lie ahead. */
static bool is_ahead(const char *key)
{
	static const char *const words[] = {"notAfter", "expir", "renewal", "next", "until", "deadline", "planned"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_find_nocase(key, words[i]))
			return true;
	return false;
}

static void walk(int64_t *at, const json_t *j, size_t depth)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_string(j)) {
		newest(at, j);
	} else if (depth < MAX_DEPTH && json_is_array(j)) {
		json_array_foreach (j, i, value)
			walk(at, value, depth + 1);
	} else if (depth < MAX_DEPTH && json_is_object(j)) {
		/* The iterator macro takes no const, and does not change anything. */
		for (void *it = json_object_iter((json_t *)(uintptr_t)j); it;
		     it = json_object_iter_next((json_t *)(uintptr_t)j, it)) {
			key = json_object_iter_key(it);
			if (!is_ahead(key))
				walk(at, json_object_iter_value(it), depth + 1);
		}
	}
}

void snap_now_see(struct snap_now *n, const json_t *object, bool event)
{
	static const char *const times[] = {"lastTimestamp", "eventTime", "firstTimestamp", "deprecatedLastTimestamp",
					    "deprecatedFirstTimestamp"};
	const json_t *meta = json_object_get(object, "metadata"), *fields = json_object_get(meta, "managedFields");
	json_t *field;
	size_t i;

	if (event) {
		for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
			newest(&n->seen, json_object_get(object, times[i]));
		newest(&n->seen, json_object_get(json_object_get(object, "series"), "lastObservedTime"));
		newest(&n->seen, json_object_get(meta, "creationTimestamp"));
	} else {
		walk(&n->seen, json_object_get(object, "status"), 0);
	}
	newest(&n->created, json_object_get(meta, "creationTimestamp"));
	json_array_foreach (fields, i, field)
		newest(&n->created, json_object_get(field, "time"));
}

int64_t snap_now_ms(const struct snap_now *n)
{
	return n->seen ? n->seen : n->created;
}
