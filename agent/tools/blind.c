/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/blind.h"

#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define JOIN_FROM 3
#define NAMES_MAX 6

static size_t reason_length(const json_t *spot)
{
	return strcspn(json_str_or(spot, "why", ""), ":");
}

/* What spots that are told together have in common: the reason up to its colon, and the cluster. The caller's. */
static char *reason_key(const json_t *spot)
{
	return mem_printf("%.*s\x1f%s", (int)reason_length(spot), json_str_or(spot, "why", ""),
			  json_str_or(spot, "cluster", ""));
}

static void free_array(void *list)
{
	json_decref(list);
}

/* The spots of each reason, as arrays, in the order of the first. */
static struct map *by_reason(const json_t *spots)
{
	struct map *groups = map_new(free_array);
	json_t *s;
	size_t i;

	json_array_foreach (spots, i, s) {
		auto_free char *key = reason_key(s);
		json_t *list = map_get(groups, key);

		if (!list) {
			list = json_array();
			map_set(groups, key, list);
		}
		json_array_append(list, s);
	}
	return groups;
}

/* "a, b, c and 4 more"; what all share at the end ("in all namespaces") is said once. */
static json_t *join(const json_t *alike)
{
	static const char everywhere[] = " in all namespaces";
	auto_buf struct buf b = BUF_INIT(16384);
	size_t i, total = json_array_size(alike), wide = 0;
	const json_t *s, *first = json_array_get(alike, 0);
	json_t *o = json_object();

	json_array_foreach (alike, i, s) {
		const char *what = json_str_or(s, "what", "");
		bool tail = str_ends(what, everywhere);

		wide += tail;
		if (i < NAMES_MAX)
			buf_printf(&b, "%s%.*s", i ? ", " : "",
				   (int)(strlen(what) - (tail ? strlen(everywhere) : 0)), what);
	}
	if (total > NAMES_MAX)
		buf_printf(&b, " and %zu more", total - NAMES_MAX);
	if (wide == total)
		buf_str(&b, everywhere);
	json_object_set_new(o, "what", json_text(buf_cstr(&b), b.len));
	json_object_set_new(o, "why", json_text(json_str_or(first, "why", ""), reason_length(first)));
	json_object_set(o, "cluster", json_object_get(first, "cluster"));
	return o;
}

json_t *blind_suppressed(const json_t *spots, bool suppressed)
{
	json_t *out = json_array(), *s;
	size_t i;

	json_array_foreach (spots, i, s) {
		if (str_starts(json_str_or(s, "why", ""), BLIND_SUPPRESSED) == suppressed)
			json_array_append(out, s);
	}
	return out;
}

json_t *blind_grouped(const json_t *spots)
{
	json_t *out = json_array(), *joined = json_array(), *s;
	struct map *groups = by_reason(spots);
	size_t i;

	json_array_foreach (spots, i, s) {
		auto_free char *key = reason_key(s);
		const json_t *alike = map_get(groups, key);

		if (json_array_size(alike) < JOIN_FROM)
			json_array_append(out, s);
		else if (s == json_array_get(alike, 0))
			json_array_append_new(joined, join(alike));
	}
	json_array_extend(out, joined);
	json_decref(joined);
	map_free(groups);
	return out;
}
