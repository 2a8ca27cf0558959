/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/lib/field.h"

#include <stdlib.h>
#include <string.h>

json_t *fld_at(const json_t *o, const char *path)
{
	const json_t *at = o;
	json_t *hit = NULL;

	while (at && *path) {
		size_t n = strcspn(path, ".");

		hit = json_is_array(at) ? json_array_get(at, strtoul(path, NULL, 10)) : json_object_getn(at, path, n);
		at = hit;
		path += n + (path[n] == '.');
	}
	return at ? hit : NULL;
}

const char *fld_str(const json_t *o, const char *path)
{
	const char *s = json_string_value(fld_at(o, path));

	return s ? s : "";
}

int64_t fld_int(const json_t *o, const char *path, int64_t other)
{
	const json_t *v = fld_at(o, path);

	return json_is_integer(v) ? (int64_t)json_integer_value(v) : other;
}

bool fld_true(const json_t *o, const char *path)
{
	return json_is_true(fld_at(o, path));
}

size_t fld_count(const json_t *o, const char *path)
{
	const json_t *v = fld_at(o, path);

	return json_is_array(v) ? json_array_size(v) : json_object_size(v);
}

json_t *fld_item(const json_t *array, const char *key, const char *value)
{
	json_t *item;
	size_t i;

	json_array_foreach (array, i, item)
		if (strcmp(fld_str(item, key), value) == 0)
			return item;
	return NULL;
}

const char *fld_name(const json_t *o)
{
	return fld_str(o, "metadata.name");
}

const char *fld_ns(const json_t *o)
{
	return fld_str(o, "metadata.namespace");
}

const char *fld_kind(const json_t *o)
{
	return fld_str(o, "kind");
}

json_t *fld_condition(const json_t *o, const char *type)
{
	return fld_item(fld_at(o, "status.conditions"), "type", type);
}
