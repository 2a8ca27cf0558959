/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/world.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

struct world *world_new(struct cancel *cancel)
{
	struct world *w = MEM_NEW(struct world);

	w->evidence = evidence_new();
	w->cancel = cancel;
	return w;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->count; i++) {
		facts_free(w->clusters[i].facts);
		source_free(w->clusters[i].source);
		free(w->clusters[i].name);
		free(w->clusters[i].broken);
		memo_free(w->clusters[i].memo);
	}
	free(w->clusters);
	evidence_free(w->evidence);
	free(w);
}

static bool name_taken(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->clusters[i].name, name))
			return true;
	return false;
}

void world_add(struct world *w, struct source *source, const struct facts_scope *scope)
{
	char *name = mem_str(source_name(source));

	for (int n = 2; name_taken(w, name); n++) {
		free(name);
		name = mem_printf("%s#%d", source_name(source), n);
	}
	source_rename(source, name); /* what it reads is recorded under the name that is told */
	w->clusters = mem_resize_array(w->clusters, w->count + 1, sizeof(*w->clusters));
	w->clusters[w->count++] = (struct cluster){
		.name = name, .source = source, .facts = facts_new(source, scope), .memo = memo_new()};
}

void world_break(struct cluster *c, const char *why)
{
	free(c->broken);
	c->broken = mem_str(why);
	source_blind(c->source, READ_FAILED, "the whole cluster", why);
}

struct cluster *world_cluster(struct world *w, const char *name)
{
	if (!w->count)
		return NULL;
	if (str_empty(name))
		return &w->clusters[0];
	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->clusters[i].name, name))
			return &w->clusters[i];
	for (size_t i = 0; i < w->count; i++)
		if (str_starts(w->clusters[i].name, name))
			return &w->clusters[i];
	return NULL;
}

static int by_what(const void *a, const void *b)
{
	const struct blind_spot *x = a, *y = b;
	int d = strcmp(x->what, y->what);

	return d ? d : strcmp(x->why, y->why);
}

/* Sorted: reads run side by side, so the order in which they failed says nothing. */
static struct blind_spot *spots_of(struct source *s, size_t *count)
{
	size_t n = source_blind_count(s);
	struct blind_spot *list = mem_zero((n + 1) * sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < n && source_blind_at(s, i, &list[*count]); i++)
		(*count)++;
	qsort(list, *count, sizeof(*list), by_what);
	return list;
}

json_t *world_blind_spots(struct world *w)
{
	json_t *list = json_array();

	for (size_t c = 0; c < w->count; c++) {
		size_t n;
		auto_free struct blind_spot *spots = spots_of(w->clusters[c].source, &n);

		for (size_t i = 0; i < n; i++) {
			json_t *o = json_object();

			json_object_set_new(o, "what", json_text0(spots[i].what));
			json_object_set_new(o, "why", json_text0(spots[i].why));
			json_object_set_new(o, "cluster", json_text0(w->clusters[c].name));
			json_array_append_new(list, o);
		}
	}
	return list;
}

int64_t world_now_ms(struct world *w)
{
	int64_t now = 0;

	for (size_t i = 0; i < w->count; i++) {
		int64_t t = w->clusters[i].broken ? 0 : source_now_ms(w->clusters[i].source);

		if (t > now)
			now = t;
	}
	return now ? now : clock_wall_ms();
}
