/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks to findings to a ranked chain of causes, without a model. A finding is folded under the deepest finding
 * that explains it along
 * real relations (owners, claims, volumes, nodes, services, references, what it blames); causes rank by what
 * they explain now. Deterministic:
 * the same facts give the same bytes.
 */
#ifndef AGENT_TRIAGE_TRIAGE_H
#define AGENT_TRIAGE_TRIAGE_H

#include "agent/base/pool.h"
#include "agent/config/suppress.h"
#include "agent/tools/registry.h"
#include "agent/tools/work.h"

struct triage_options {
	/* check names, NULL-terminated, or NULL. Unknown names: ERR_ARG with the nearest */
	char *const *only, *const *skip;
	struct pool *pool;               /* for reading ahead on live clusters; NULL: one read after the other */
	struct cancel *cancel;           /* checks that were not run by then are a blind spot; NULL: the world's */
	/* Nobody else may take numbers of evidence: asked (enter) before they are made anew, and told after. NULL: it is so. */
	bool (*alone)(void *ctx, bool enter);
	void *alone_ctx;
	const struct suppressions *suppress; /* NULL: none */
};

struct triage_finding {
	struct work_finding f;
	int id;                          /* 1 for F1, in the order of findings */
	int caused_by;                   /* id, 0: none */
	int *symptoms;                   /* ids of what it explains, all levels, ascending; 0 ends */
	size_t explains;                 /* failing objects of now that it explains, itself included */
	bool now;                        /* part of a failure of now, not history */
	double recent;                   /* 0..1: how much a change just before its onset speaks for it */
};

/* A finding that the config accepts until a day, or a symptom of one: it counts for nothing, but is told. */
struct triage_suppressed {
	struct work_finding f;           /* without evidence */
	char *why;                       /* "suppressed until DAY by FILE:LINE: REASON" */
	char *reason;
};

struct triage {
	struct triage_finding *findings; /* ordered: severity, score, object */
	size_t count;
	int *root_causes;                /* ids, most likely first; 0 ends */
	struct triage_suppressed *suppressed;
	size_t suppressed_count;
	struct world *world;             /* borrowed */
	int64_t duration_ms;
	size_t checks_run;
};

/*
 * Runs every enabled check of every cluster and links what they found. Evidence ids of world are renumbered to
 * the order of findings.
 */
struct triage *triage_run(struct world *w, struct registry *r, const struct triage_options *o, struct err *e);
void triage_free(struct triage *t);
const struct triage_finding *triage_find(const struct triage *t, int id);
/* Is there a finding at least as severe as "critical", "warning" or "info"? NULL: no. */
bool triage_reaches(const struct triage *t, const char *severity);

/* dupin.triage/v1 of the contract. New reference. */
json_t *triage_json(const struct triage *t);
json_t *triage_finding_json(const struct triage *t, const struct triage_finding *f);
/* What the config suppressed, as blind spots of the contract: [{"what","why","cluster"}]. New reference. */
json_t *triage_suppressed_spots(const struct triage *t);
/* One line for prompts and titles: "ResourceClaim ml/train-gpu: cause". The caller's. */
char *triage_title_of(const struct triage *t, const struct work_finding *f);
char *triage_title(const struct triage *t, const struct triage_finding *f);

#endif
