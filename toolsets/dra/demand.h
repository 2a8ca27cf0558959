/* SPDX-License-Identifier: Apache-2.0 */
/* What pods ask of devices: pod, claim, request, class. */
#ifndef TOOLSETS_DRA_DEMAND_H
#define TOOLSETS_DRA_DEMAND_H

#include "toolsets/lib/workload.h"

/* One entry of a pod's spec.resourceClaims. */
struct demand {
	json_t *pod;
	size_t index;		   /* in spec.resourceClaims */
	const char *entry;	   /* its name */
	const char *claim_name;	   /* "" when it was not made yet */
	const char *template_name; /* "" for claims by name */
	json_t *claim, *template;  /* NULL when not there, see the states */
	enum seen claim_seen, template_seen;
	json_t *edit;	  /* what has to be edited when the demand is wrong: the template, else the claim */
	const char *base; /* where its devices stand in edit: "/spec/devices" or "/spec/spec/devices" */
	json_t *requests; /* of it */
};

/* fn for each entry of the pod. */
void demands_each(const struct host *h, struct work *w, json_t *pod, void (*fn)(void *ctx, const struct demand *d),
		  void *ctx);

/* One way to satisfy a request: itself, or one of firstAvailable. */
struct ask {
	const char *request; /* "main" or "main/sub" */
	const json_t *body;  /* deviceClassName, selectors, count, tolerations, ... */
	char pointer[120];   /* of body, below the base of the demand */
	bool alternative;    /* one of several that would do */
	long long count;     /* 0: all that match */
};

#define ASKS_MAX 8u
/* The ways of one request; returns how many. */
size_t ask_read(const json_t *request, size_t index, struct ask out[static ASKS_MAX]);

/* Pods that use a claim by name or template; the pods in question. */
bool demand_pending(const json_t *pod);

#endif
