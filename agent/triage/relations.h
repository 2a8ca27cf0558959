/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an object depends on: the edges along which a failure travels. Pods depend on their node, claims,
 * volumes, configuration and service
 * account; workloads on their pods; Services on the pods they select; routes on Services; claims on classes.
 * References are edges even
 * when the object they name is missing: that is often the cause.
 */
#ifndef AGENT_TRIAGE_RELATIONS_H
#define AGENT_TRIAGE_RELATIONS_H

#include "agent/tools/world.h"

struct relation_ref {
	const char *kind, *ns, *name; /* ns NULL or "" for cluster kinds; borrowed for the call */
};

/* "Kind/ns/name": how objects are told apart within one cluster. The caller's. */
char *relation_key(const char *kind, const char *ns, const char *name);
/* Calls fn for each object that (kind, ns, name) depends on directly. Kinds without edges: nothing. */
void relations_each(struct cluster *c, const struct relation_ref *from, void (*fn)(void *ctx, const struct relation_ref *to),
		    void *ctx);

#endif
