/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers that cannot start or do not stay up, each with the one thing that ails it, so that every check takes its
 * own and no failure is reported twice.
 */
#ifndef TOOLSETS_KUBERNETES_PATIENT_H
#define TOOLSETS_KUBERNETES_PATIENT_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"
#include "toolsets/lib/workload.h"

enum ailment {
	AILMENT_NONE,
	AILMENT_IMAGE,	/* the image cannot be had */
	AILMENT_CONFIG, /* CreateContainerConfigError */
	AILMENT_START,	/* the runtime could not start the command */
	AILMENT_OOM,
	AILMENT_PROBE, /* killed by its liveness or startup probe */
	AILMENT_CRASH, /* ended by itself */
};

struct patient {
	json_t *pod, *container, *status; /* container: of the pod's spec */
	const char *name;		  /* of the container */
	bool init, now;			  /* now: failing still; else it recovered */
	enum ailment ailment;
	json_t *ended; /* the termination that counts, or NULL */
	int64_t ended_ms, restarts;
	char pointer[96]; /* "/status/containerStatuses/0" */
	char ended_pointer[128];
	char spec_pointer[64]; /* "/spec/containers/0" */
};

void patients_each(const struct view *v, void (*fn)(void *ctx, const struct patient *p), void *ctx);

/* waiting.message, or "". */
const char *patient_waiting(const struct patient *p, const char **reason);
/* The newest event of the pod whose reason and message hold these parts (NULL: any), not older than an hour; NULL. */
json_t *patient_event(const struct view *v, json_t *pod, const char *reason, const char *part);
/* Where an event's text stands: "/message" or "/note". */
const char *event_pointer(const json_t *event);
const char *event_message(const json_t *event);
int64_t patient_age_ms(const struct view *v, const json_t *object); /* since creation; -1 unknown */
bool pod_ready(const json_t *pod);
/* What an exit code means in words, "" when nothing general is known. */
const char *exit_meaning(int64_t code);

/* The log of the run that ended (the previous one), else of this one; state says what came. At most a few hundred
 * lines. */
void patient_log(const struct view *v, const struct patient *p, struct log_text *out);

#endif
