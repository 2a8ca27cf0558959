/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/blind.h"

#include <string.h>

#include "agent/base/buf.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define JOIN_FROM 3
#define NAMES_MAX 6

static size_t reason_length(const json_t *spot)
{
	return strcspn(json_str_or(spot, "why", ""), ":");
}

static bool same_reason(const json_t *a, const json_t *b)
{
	size_t n = reason_length(a);

	return n == reason_length(b) && strncmp(json_str_or(a, "why", ""), json_str_or(b, "why", ""), n) == 0 &&
	       str_eq(json_str_at(a, "cluster"), json_str_at(b, "cluster"));
}

static size_t count_same(const json_t *spots, const json_t *one)
{
	const json_t *s;
	size_t i, n = 0;

	json_array_foreach (spots, i, s) {
		n += same_reason(s, one);
	}
	return n;
}

/* "a, b, c and 4 more"; what all share at the end ("in all namespaces") is said once. */
static json_t *join(const json_t *spots, const json_t *first)
{
	static const char everywhere[] = " in all namespaces";
	auto_buf struct buf b = BUF_INIT(16384);
	size_t i, n = 0, total = count_same(spots, first), wide = 0;
	const json_t *s;
	json_t *o = json_object();

	json_array_foreach (spots, i, s) {
		const char *what = json_str_or(s, "what", "");
		bool tail = str_ends(what, everywhere);

		if (!same_reason(s, first))
			continue;
		wide += tail;
		if (n++ < NAMES_MAX)
			buf_printf(&b, "%s%.*s", n > 1 ? ", " : "",
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

static bool told(const json_t *groups, const json_t *spot)
{
	const json_t *g;
	size_t i;

	json_array_foreach (groups, i, g) {
		if (same_reason(g, spot))
			return true;
	}
	return false;
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
	size_t i;

	json_array_foreach (spots, i, s) {
		if (count_same(spots, s) < JOIN_FROM)
			json_array_append(out, s);
		else if (!told(joined, s))
			json_array_append_new(joined, join(spots, s));
	}
	json_array_extend(out, joined);
	json_decref(joined);
	return out;
}
