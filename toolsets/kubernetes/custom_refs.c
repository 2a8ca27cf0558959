/* SPDX-License-Identifier: Apache-2.0 */
/* References between objects of kinds that nobody here knows: by the names of fields alone. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/custom.h"
#include "toolsets/lib/field.h"

#define DEPTH_MAX 8
#define ITEMS_MAX 200u

struct walk {
	bool (*fn)(void *ctx, const struct custom_ref *r);
	void *ctx;
	bool stop;
};

static void visit(struct walk *w, const json_t *value, const char *field, const char *pointer, int depth);

static bool names_something(const json_t *o, const char *field)
{
	size_t n = strlen(field);

	if (!*fld_str(o, "name"))
		return false;
	return *fld_str(o, "kind") || (n > 3 && (strcasecmp(field + n - 3, "Ref") == 0)) ||
	       (n > 4 && strcasecmp(field + n - 4, "Refs") == 0) || strcmp(field, "dependsOn") == 0;
}

static void object(struct walk *w, const json_t *o, const char *field, const char *pointer, int depth)
{
	struct custom_ref r = {fld_str(o, "kind"), fld_str(o, "namespace"), fld_str(o, "name"), field, ""};
	char path[200];
	const char *key;
	json_t *item;

	if (names_something(o, field)) {
		snprintf(r.pointer, sizeof(r.pointer), "%s/name", pointer);
		if (!w->fn(w->ctx, &r)) {
			w->stop = true;
			return;
		}
	}
	json_object_foreach ((json_t *)(uintptr_t)o, key, item) {
		if (w->stop || strpbrk(key, "/~"))
			continue;
		snprintf(path, sizeof(path), "%.150s/%.40s", pointer, key);
		visit(w, item, key, path, depth + 1);
	}
}

static void visit(struct walk *w, const json_t *value, const char *field, const char *pointer, int depth)
{
	char path[200];
	json_t *item;
	size_t i;

	if (depth > DEPTH_MAX || w->stop)
		return;
	if (json_is_object(value)) {
		object(w, value, field, pointer, depth);
		return;
	}
	json_array_foreach (value, i, item) {
		if (i >= ITEMS_MAX)
			break;
		snprintf(path, sizeof(path), "%.170s/%zu", pointer, i);
		visit(w, item, field, path, depth + 1);
	}
}

void custom_refs(const json_t *value, const char *pointer, bool (*fn)(void *ctx, const struct custom_ref *r), void *ctx)
{
	struct walk w = {fn, ctx, false};

	visit(&w, value, "", pointer, 0);
}

/* "secretStoreRef" and "storeRef" mean a SecretStore; "dependsOn" one of its own kind. */
static bool field_means(const char *field, const json_t *from, const char *kind)
{
	size_t n = strlen(field), k = strlen(kind);

	if (strcmp(field, "dependsOn") == 0)
		return strcmp(fld_kind(from), kind) == 0;
	n -= n > 4 && strcasecmp(field + n - 4, "Refs") == 0 ? 4 : n > 3 ? 3 : n;
	return n >= 4 && n <= k && strncasecmp(field, kind + k - n, n) == 0;
}

bool custom_ref_is(const struct custom_ref *r, const json_t *from, const json_t *to)
{
	if (strcmp(r->name, fld_name(to)) != 0)
		return false;
	if (*r->kind ? strcmp(r->kind, fld_kind(to)) != 0 : !field_means(r->field, from, fld_kind(to)))
		return false;
	return !*fld_ns(to) || strcmp(*r->ns ? r->ns : fld_ns(from), fld_ns(to)) == 0;
}
