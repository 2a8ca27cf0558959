/* SPDX-License-Identifier: Apache-2.0 */
/* What a line of a log says about other parts of the cluster: the Service it could not reach, and where its address is
 * configured. */
#ifndef TOOLSETS_KUBERNETES_DEPENDENCY_H
#define TOOLSETS_KUBERNETES_DEPENDENCY_H

#include "toolsets/kubernetes/address.h"
#include "toolsets/kubernetes/trouble.h"

/* Blames the Services that the line names, and cluster DNS when names do not resolve that have a Service. */
void dependency_blame(const struct view *v, struct diagnosis *d, const struct trouble *t);
/* The same for any text of a pod. */
void dependency_blame_text(const struct view *v, struct diagnosis *d, json_t *pod, const char *text, size_t len);

enum dangling {
	DANGLING_NONE,
	DANGLING_SERVICE, /* no Service of that name */
	DANGLING_PORT,	  /* the Service has no such port */
};

/* An address that leads nowhere. */
struct dangling_address {
	enum dangling what;
	struct address address;
	char name[64], ns[64]; /* of the Service that is meant */
	json_t *service;       /* DANGLING_PORT */
	json_t *object;	       /* where it is written: a workload, a pod or a ConfigMap; NULL: not found in any */
	char pointer[200];     /* the place in object */
	const char *value;     /* the text there */
	char variable[128];    /* of the environment or key of the ConfigMap, "" */
};

/* Does the host or host and port that a failing line names lead nowhere? Fills where it is configured. */
bool dangling_in_line(const struct view *v, const struct trouble *t, struct dangling_address *out);
/* Without a line: the first address in the container's configuration that leads nowhere. */
bool dangling_in_config(const struct view *v, const struct trouble *t, struct dangling_address *out);

#endif
