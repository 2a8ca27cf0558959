/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/triage/readable.h"

#include <stdio.h>

#include "agent/base/mem.h"
#include "agent/data/json.h"

/* The version is the cheapest thing there is; a refused login is no cluster either. */
static bool readable(struct cluster *c, char *why, size_t why_size)
{
	struct source_request q = {.path = "/version", .optional = true};
	struct origin_reply r = {0};
	json_t *version = source_json(c->source, &q, &r);

	json_decref(version);
	if (r.state == READ_FAILED || r.state == READ_TIMEOUT || r.status == 401) {
		snprintf(why, why_size, "%s", r.why);
		return false;
	}
	return true;
}

bool readable_any(struct world *w, char *why, size_t why_size)
{
	size_t good = 0;
	char one[240] = "";

	for (size_t i = 0; i < w->count; i++) {
		if (readable(&w->clusters[i], one, sizeof(one))) {
			good++;
			continue;
		}
		source_blind(w->clusters[i].source, READ_FAILED, "the whole cluster", one);
		snprintf(why, why_size, "cluster %s (%s) cannot be read: %s", w->clusters[i].name,
			 source_place(w->clusters[i].source), one);
	}
	return good > 0;
}
