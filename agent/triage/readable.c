/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/triage/readable.h"

#include <stdio.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

/* A refused login, a dead or a hung server: no other question will fare better. */
static bool is_over(const struct origin_reply *r)
{
	return r->state == READ_FAILED || r->state == READ_TIMEOUT || r->status == 401;
}

/*
 * The version is the cheapest thing there is. Who may not see it, or is told that there is none, may still see more:
 * only a server that answers nothing at all (no right to anything, or no API server) is no cluster.
 */
static bool readable(struct cluster *c, char *why, size_t why_size)
{
	auto_free char *pods = mem_printf("/api/v1/namespaces/%s/pods?limit=1", source_default_namespace(c->source));
	const char *paths[] = {"/version", "/api", pods};
	bool live = str_eq(source_kind(c->source), "live");

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct source_request q = {.path = paths[i], .optional = true};
		struct origin_reply r = {0};
		json_t *answer = source_json(c->source, &q, &r);

		json_decref(answer);
		if (r.state == READ_OK || (!live && !is_over(&r)))
			return true;
		if (i == 0 || is_over(&r))
			snprintf(why, why_size, "%s", r.why);
		if (is_over(&r))
			return false;
	}
	return false;
}

/* Absent for sure: there is no such namespace, nor any pod in it (folders of manifests hold few namespaces). */
static bool lacks(struct cluster *c, const char *ns)
{
	auto_free char *path = mem_printf("/api/v1/namespaces/%s", ns);
	/* Optional: who may read only what is in a namespace may not read the namespace itself. */
	struct source_request q = {.path = path, .optional = true};
	struct origin_reply r = {0};
	json_t *found = source_json(c->source, &q, &r);
	enum read_state pods;

	json_decref(found);
	if (found || r.state != READ_NOT_FOUND)
		return false;
	return !json_array_size(facts_list(c->facts, "pods", ns, &pods));
}

static void name_nearest(struct cluster *c, const char *ns, char *why, size_t why_size)
{
	enum read_state state;
	json_t *list = facts_list(c->facts, "namespaces", NULL, &state), *item;
	const char **names = mem_zero((json_array_size(list) + 1) * sizeof(*names)), *near;
	size_t i;

	json_array_foreach (list, i, item)
		names[i] = json_str_or(item, "metadata.name", "");
	near = str_nearest(ns, names);
	snprintf(why, why_size, "there is no namespace \"%.80s\" in cluster %.80s (%zu namespaces were read)%s%.80s%s",
		 ns, c->name, i, near ? "; did you mean \"" : "", str_or(near, ""), near ? "\"?" : "");
	free(names);
}

bool readable_scope(struct world *w, char *why, size_t why_size)
{
	size_t looked = 0, missing = 0;

	for (size_t i = 0; i < w->count; i++) {
		struct cluster *c = &w->clusters[i];
		const char *ns = facts_scope_ns(c->facts);
		auto_free char *what = NULL;

		if (str_empty(ns))
			return true;
		if (c->broken)
			continue;
		looked++;
		if (!lacks(c, ns))
			continue;
		missing++;
		name_nearest(c, ns, why, why_size);
		what = mem_printf("namespace %s", ns);
		source_blind(c->source, READ_NOT_FOUND, what, why); /* the others may have it */
	}
	return !looked || missing < looked;
}

bool readable_any(struct world *w, char *why, size_t why_size)
{
	size_t good = 0, told = 0;

	why[0] = '\0';
	for (size_t i = 0; i < w->count; i++) {
		struct cluster *c = &w->clusters[i];
		char one[240] = "";

		if (!c->broken && readable(c, one, sizeof(one))) {
			good++;
			continue;
		}
		if (told)
			told += (size_t)snprintf(why + told, why_size - told, "; ");
		if (c->broken && told < why_size) {
			told += (size_t)snprintf(why + told, why_size - told, "%s", c->broken);
		} else if (told < why_size) {
			world_break(c, one);
			told += (size_t)snprintf(why + told, why_size - told, "cluster %s (%s) cannot be read: %s",
						 c->name, source_place(c->source), one);
		}
		told = told < why_size ? told : why_size - 1;
	}
	return good > 0;
}
