/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with the claims of waiting pods: one fault for each demand, in the order in which the control plane
 * meets them. */
#ifndef TOOLSETS_DRA_FAULT_H
#define TOOLSETS_DRA_FAULT_H

#include "toolsets/dra/trial.h"
#include "toolsets/lib/diagnosis.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_TEMPLATE, /* the ResourceClaimTemplate does not exist */
	FAULT_CLAIM,	/* the ResourceClaim does not exist */
	FAULT_CREATION, /* the claim was not made from its template */
	FAULT_CLASS,	/* the DeviceClass does not exist */
	FAULT_ERROR,	/* a selector raises an error */
	FAULT_DRIVER,	/* nothing is published by the driver, or not where the pod may run */
	FAULT_POOL,	/* the pool is incomplete or invalid */
	FAULT_SELECTOR, /* class or request select no device */
	FAULT_TAINT,
	FAULT_HELD,
	FAULT_FIT, /* capacity, counters or constraints */
};

struct fault {
	enum fault_kind kind;
	struct demand demand;
	struct ask ask;	    /* FAULT_CLASS and later */
	struct trial trial; /* FAULT_DRIVER and later */
	const char *said;   /* the scheduler's words, "" */
	json_t *said_in;
	char said_at[80];
};

struct faults {
	const struct host *h;
	struct work *w;
	int64_t now_ms;
	struct stock stock;
	json_t *nodes; /* of the cluster */
	struct diagnoses set;
};

/* Runs over all waiting pods; fill is called once for each object to repair and fault of this kind, shows are added for
 * all. */
void faults_run(const struct host *h, struct work *w, enum fault_kind kind,
		void (*fill)(struct faults *all, struct diagnosis *d, const struct fault *f));

/* The newest event of an object with a reason and a part of its text (NULL: any) within an hour; NULL. */
json_t *fault_event(const struct host *h, struct work *w, const json_t *object, const char *reason, const char *part);
const char *fault_event_text(const json_t *event, const char **pointer);
/* Cites what the scheduler said. */
void fault_cite_said(struct diagnosis *d, const struct fault *f);
/* The DaemonSet that most likely is the driver, or the one of its vendor; NULL. */
json_t *fault_driver_set(const struct host *h, struct work *w, const char *driver);

#endif
