/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/world.h"

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

void world_add(struct world *w, struct source *source, const char *scope_ns)
{
	struct facts_scope scope = {.ns = scope_ns};
	char *name = mem_str(source_name(source));

	for (int n = 2; name_taken(w, name); n++) {
		free(name);
		name = mem_printf("%s#%d", source_name(source), n);
	}
	w->clusters = mem_resize_array(w->clusters, w->count + 1, sizeof(*w->clusters));
	w->clusters[w->count++] =
		(struct cluster){.name = name, .source = source, .facts = facts_new(source, &scope)};
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

json_t *world_blind_spots(struct world *w)
{
	json_t *list = json_array();

	for (size_t c = 0; c < w->count; c++) {
		struct blind_spot b;

		for (size_t i = 0; source_blind_at(w->clusters[c].source, i, &b); i++) {
			json_t *o = json_object();

			json_object_set_new(o, "what", json_text0(b.what));
			json_object_set_new(o, "why", json_text0(b.why));
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
		int64_t t = source_now_ms(w->clusters[i].source);

		if (t > now)
			now = t;
	}
	return now;
}
