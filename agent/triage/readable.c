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
