/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/prune.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "toolsets/lib/field.h"

#define DEPTH_MAX 64u /* schemas of CRDs nest about 30 deep */

static bool noise(const char *key, const json_t *parent)
{
	static const char *const always[] = {"managedFields", "kubectl.kubernetes.io/last-applied-configuration",
					     "selfLink"};
	static const char *const of_metadata[] = {"uid", "resourceVersion", "generation"};

	for (size_t i = 0; i < 3; i++)
		if (strcmp(key, always[i]) == 0)
			return true;
	/* Only in metadata and references: elsewhere these words carry meaning. */
	if (json_object_get(parent, "name"))
		for (size_t i = 0; i < 3; i++)
			if (strcmp(key, of_metadata[i]) == 0)
				return true;
	return false;
}

static bool empty(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0) ||
	       (json_is_array(v) && json_array_size(v) == 0) || (json_is_object(v) && json_object_size(v) == 0);
}

static json_t *clipped(json_t *text, size_t max)
{
	const char *s = json_string_value(text);
	size_t n = json_string_length(text), end = max;
	char note[48];
	json_t *out;

	if (n <= max)
		return json_incref(text);
	while (end > 0 && ((unsigned char)s[end] & 0xC0) == 0x80)
		end--;
	snprintf(note, sizeof(note), "… (+%zu chars)", n - end);
	out = json_sprintf("%.*s%s", (int)end, s, note);
	return out ? out : json_string("");
}

static json_t *prune(json_t *value, size_t text_max, size_t items_max, size_t depth);

static json_t *prune_array(json_t *value, size_t text_max, size_t items_max, size_t depth)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach (value, i, item) {
		if (i == items_max) {
			json_array_append_new(out, json_sprintf("… (+%zu items)", json_array_size(value) - i));
			break;
		}
		json_array_append_new(out, prune(item, text_max, items_max, depth + 1));
	}
	return out;
}

static json_t *prune(json_t *value, size_t text_max, size_t items_max, size_t depth)
{
	json_t *out, *item;
	const char *key;

	if (depth > DEPTH_MAX)
		return json_string("… (deeper)");
	if (json_is_string(value))
		return clipped(value, text_max);
	if (json_is_array(value))
		return prune_array(value, text_max, items_max, depth);
	if (!json_is_object(value))
		return json_incref(value);
	out = json_object();
	json_object_foreach (value, key, item) {
		json_t *kept;

		if (noise(key, value))
			continue;
		kept = prune(item, text_max, items_max, depth + 1);
		/* An empty object that was there before pruning means something: emptyDir: {}, podSelector: {}. */
		if (empty(kept) &&
		    !(json_is_object(item) && json_object_size(item) == 0 && depth > 0 && strcmp(key, "status") != 0 &&
		      strcmp(key, "resources") != 0 && strcmp(key, "securityContext") != 0))
			json_decref(kept);
		else
			json_object_set_new(out, key, kept);
	}
	return out;
}

json_t *kubernetes_prune(json_t *value, size_t text_max, size_t items_max)
{
	return prune(value, text_max, items_max, 0);
}
