/* SPDX-License-Identifier: Apache-2.0 */
/* From a verdict on an unschedulable pod to a finding. Private to check_schedule.c. */
#ifndef TOOLSETS_KUBERNETES_SCHEDULE_WORDS_H
#define TOOLSETS_KUBERNETES_SCHEDULE_WORDS_H

#include "toolsets/kubernetes/schedule_verdict.h"
#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"
#include "toolsets/lib/workload.h"

struct schedule_run {
	struct view v;
	struct diagnoses set;
	struct fleet fleet;
};

struct pending {
	json_t *pod;
	struct workload wl;
	char pods[400];	  /* "the pods of Deployment web", or the pod alone when nobody owns it */
	char each[400];	  /* "each pod of ..." */
	char start[400];  /* the same at the start of a sentence */
	const char *text; /* the scheduler's */
	json_t *object;	  /* where it stands */
	char pointer[80];
	struct schedule_message message;
	struct verdict verdict;
};

/* A node that the pod's own wishes allow. */
bool schedule_meant(const struct fit *f);
void schedule_say_resources(struct schedule_run *r, struct diagnosis *d, const struct pending *p);
void schedule_say(struct schedule_run *r, struct diagnosis *d, const struct pending *p);
/* A PersistentVolumeClaim that does not exist. */
void schedule_say_claim(struct schedule_run *r, struct diagnosis *d, const struct pending *p);

/* The spread over zones or nodes is what keeps it away. */
bool schedule_is_spread(const struct pending *p);
void schedule_say_spread(struct schedule_run *r, struct diagnosis *d, const struct pending *p);
/* spec.nodeName names no node. */
void schedule_say_node(struct schedule_run *r, struct diagnosis *d, json_t *pod, const struct workload *wl);
/* A volume that the pod's nodes do not reach. */
void schedule_say_volume(struct schedule_run *r, struct diagnosis *d, const struct pending *p);

#endif
