/* SPDX-License-Identifier: Apache-2.0 */
/* Which one thing keeps a pod from being scheduled: what the scheduler said, joined with what the objects show. */
#ifndef TOOLSETS_KUBERNETES_SCHEDULE_VERDICT_H
#define TOOLSETS_KUBERNETES_SCHEDULE_VERDICT_H

#include "toolsets/kubernetes/schedule_message.h"
#include "toolsets/lib/nodefit.h"

struct verdict {
	unsigned block;	  /* the FIT_ bit that is the cause; 0: the objects do not tell */
	struct fit *fits; /* one for each node; NULL when nodes were not read */
	size_t count;
	struct fit *best;  /* the node that would take the pod without that block (or comes nearest) */
	size_t single;	   /* nodes that only this keeps away */
	size_t candidates; /* nodes that are meant for the pod at all */
};

void verdict_reach(const struct fleet *f, const json_t *pod, const struct schedule_message *m, struct verdict *out);
void verdict_free(struct verdict *v);

#endif
