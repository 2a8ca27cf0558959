/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation tried on paper: of the devices of each node, how many are left after each of the scheduler's steps. The
 * first step at which no node has enough is the cause.
 */
#ifndef TOOLSETS_DRA_TRIAL_H
#define TOOLSETS_DRA_TRIAL_H

#include "toolsets/dra/demand.h"
#include "toolsets/dra/stock.h"

enum step {
	STEP_PUBLISHED, /* there are devices at all */
	STEP_POOL,	/* in complete and valid pools */
	STEP_CLASS,	/* the class's selectors match */
	STEP_SELECTOR,	/* those of the request match */
	STEP_TAINT,
	STEP_FREE,
	STEP_CAPACITY,	 /* counters and shared capacity left */
	STEP_CONSTRAINT, /* matchAttribute */
	STEPS,
	STEP_FITS = STEPS,
};

struct trial {
	enum step failed; /* STEP_FITS: it fits */
	bool unknown;	  /* a selector cannot be evaluated here: nothing is claimed */
	struct ask ask;	  /* of which request */
	json_t *class;
	size_t left[STEPS];   /* devices after each step, on the node that got furthest */
	size_t total[STEPS];  /* over the whole cluster */
	const json_t *node;   /* that got furthest; NULL: none has any */
	long long need;	      /* devices, of all requests for the same class together */
	struct device **lost; /* devices that fell at the failed step; owned */
	size_t lost_count, lost_cap;
	char part[300];	 /* the condition of a selector that is false for all */
	size_t selector; /* which selector it is in */
	char error[200]; /* CEL run-time error */
};

/* The first request of the demand that cannot be satisfied; else failed is STEP_FITS. nodes: of the cluster. */
void trial_run(const struct stock *s, const json_t *nodes, const struct demand *d, struct trial *out);
void trial_free(struct trial *t);

/* What the devices that fell have instead, for an equality or a comparison of part: "NVIDIA A100 (4), ..." or "" when
 * it cannot be told. */
const char *trial_values(const struct trial *t, const char *part, char out[static 300]);

#endif
