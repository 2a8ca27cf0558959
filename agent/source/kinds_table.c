/* SPDX-License-Identifier: Apache-2.0 */
/* Filling the table of kinds, and putting it in order. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/source/kinds_private.h"
#include "agent/source/kinds_words.h"

void kind_table_init(struct kind_table *t)
{
	*t = (struct kind_table){
		.arena = arena_new(0), .by_resource = map_new(NULL), .groups = map_new(NULL), .words = map_new(NULL)};
}

void kind_table_fini(struct kind_table *t)
{
	map_free(t->by_resource);
	map_free(t->groups);
	map_free(t->words);
	free(t->seen);
	free(t->sorted);
	arena_free(t->arena);
}

void kind_table_group(struct kind_table *t, const char *group)
{
	if (map_len(t->groups) < KINDS_GROUPS_MAX)
		map_set(t->groups, group, NULL);
}

/* A number that grows with how much a version is to be preferred: v2 > v1 > v1beta2 > v1beta1 > v1alpha1 > anything
 * else. */
static long stability(const char *version)
{
	static const struct {
		const char *word;
		long worth;
	} stages[] = {{"", 3}, {"beta", 2}, {"alpha", 1}};
	char *end;
	long major, minor = 0;

	if (version[0] != 'v' || !isdigit((unsigned char)version[1]))
		return 0;
	major = strtol(version + 1, &end, 10);
	for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
		size_t n = strlen(stages[i].word);

		if (n ? strncmp(end, stages[i].word, n) != 0 : *end != '\0')
			continue;
		if (n)
			minor = strtol(end + n, NULL, 10);
		return stages[i].worth * 1000000 + (major % 1000) * 1000 + minor % 1000;
	}
	return 0;
}

static bool better(const struct kind_seen *have, const char *version, bool preferred)
{
	if (have->preferred || preferred)
		return preferred && !have->preferred;
	return stability(version) > stability(have->kind.version);
}

static const char *const *copy_names(struct arena *a, const char *const *names)
{
	size_t n = 0;
	const char **out;

	while (names && names[n] && n < 64)
		n++;
	out = arena_alloc(a, (n + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = arena_str(a, names[i]);
	return out;
}

void kind_table_add(struct kind_table *t, const struct kind *k, bool preferred)
{
	struct arena *a = t->arena;
	const char *resource = *k->group ? arena_printf(a, "%s.%s", k->plural, k->group) : arena_str(a, k->plural);
	size_t at = (size_t)(uintptr_t)map_get(t->by_resource, resource);
	struct kind_seen *s;

	if ((at && !better(&t->seen[at - 1], k->version, preferred)) || (!at && t->count == KINDS_MAX))
		return;
	if (!at) {
		MEM_GROW(t->seen, t->count, t->cap);
		at = ++t->count;
		map_set(t->by_resource, resource, (void *)(uintptr_t)at);
	}
	kind_table_group(t, k->group);
	s = &t->seen[at - 1];
	s->preferred = preferred;
	s->kind = (struct kind){
		.group = arena_str(a, k->group),
		.version = arena_str(a, k->version),
		.plural = arena_str(a, k->plural),
		.singular = str_empty(k->singular) ? str_lower(arena_str(a, k->kind)) : arena_str(a, k->singular),
		.kind = arena_str(a, k->kind),
		.short_names = copy_names(a, k->short_names),
		.resource = resource,
		.api_version = *k->group ? arena_printf(a, "%s/%s", k->group, k->version) : arena_str(a, k->version),
		.namespaced = k->namespaced,
		.listable = k->listable,
	};
}

static int by_rank(const void *x, const void *y)
{
	const struct kind *a = *(const struct kind *const *)x, *b = *(const struct kind *const *)y;
	int d = kind_tier(a) - kind_tier(b);

	if (d == 0)
		d = strcmp(a->group, b->group);
	return d ? d : strcmp(a->plural, b->plural);
}

void kind_table_finish(struct kind_table *t)
{
	t->sorted = mem_resize_array(NULL, t->count + 1, sizeof(*t->sorted));
	for (size_t i = 0; i < t->count; i++)
		t->sorted[i] = &t->seen[i].kind;
	t->sorted[t->count] = NULL;
	qsort(t->sorted, t->count, sizeof(*t->sorted), by_rank);
	kind_table_index(t);
}
