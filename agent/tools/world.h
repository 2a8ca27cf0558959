/* SPDX-License-Identifier: Apache-2.0 */
/* What one question looks at: its clusters with their facts, and the evidence taken from them. */
#ifndef AGENT_TOOLS_WORLD_H
#define AGENT_TOOLS_WORLD_H

#include "agent/base/cancel.h"
#include "agent/base/pool.h"
#include "agent/facts/facts.h"
#include "agent/tools/evidence.h"
#include "agent/tools/memo.h"

struct cluster {
	char *name;              /* unique: equal names get "#2" */
	struct source *source;   /* owned */
	struct facts *facts;     /* owned */
	struct memo *memo;       /* owned: what toolsets keep for the question */
	char *broken;            /* why nothing in it can be read; NULL: something can, as far as is known */
};

struct world {
	struct cluster *clusters;
	size_t count;
	struct evidence *evidence; /* owned */
	struct cancel *cancel;     /* borrowed */
	struct pool *pool;         /* borrowed; NULL: nothing is read side by side */
};

struct world *world_new(struct cancel *cancel);
void world_free(struct world *w);
/* Takes the source. scope: see facts.h. */
void world_add(struct world *w, struct source *source, const struct facts_scope *scope);
/* Nothing in it can be read: said as a blind spot, and no check is run on it. */
void world_break(struct cluster *c, const char *why);
/* By name (exact, then the nearest beginning); NULL when there is none. name NULL or "": the first. */
struct cluster *world_cluster(struct world *w, const char *name);
/* Blind spots of all clusters: [{"what","why","cluster"}]. New reference. */
json_t *world_blind_spots(struct world *w);
/* What "now" is: the latest of the clusters'. */
int64_t world_now_ms(struct world *w);

#endif
