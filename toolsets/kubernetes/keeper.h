/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who looks after a kind: the workload whose ServiceAccount may write the kind's status. Where roles do not tell, one
 * that is named like the kind's group.
 */
#ifndef TOOLSETS_KUBERNETES_KEEPER_H
#define TOOLSETS_KUBERNETES_KEEPER_H

#include "toolsets/kubernetes/view.h"

enum keeper_state {
	KEEPER_UNKNOWN, /* cannot be told */
	KEEPER_RUNS,
	KEEPER_DOWN,   /* none of its pods is ready */
	KEEPER_ZERO,   /* it is scaled to zero */
	KEEPER_ABSENT, /* roles were read, and nothing that runs may write the kind */
};

struct keeper {
	enum keeper_state state;
	json_t *workload; /* RUNS, DOWN, ZERO */
};

/* resource: as in lists ("certificates.cert-manager.io"). */
void keeper_of(const struct view *v, const char *resource, struct keeper *out);
/* By a domain name, as finalizers and provisioners carry it ("foregroundDeletion" has none): UNKNOWN, or found by name. */
void keeper_of_domain(const struct view *v, const char *domain, struct keeper *out);
/* "Deployment ops/kafka-operator is scaled to zero", "no pod of ... is ready", "" for those that run. */
const char *keeper_words(const struct keeper *k, char out[static 500]);

#endif
