/* SPDX-License-Identifier: Apache-2.0 */
/* What the kubelet's own words prove about a probe: it asks in a way that the container cannot answer. */
#ifndef TOOLSETS_KUBERNETES_PROBE_SAID_H
#define TOOLSETS_KUBERNETES_PROBE_SAID_H

#include <stddef.h>

#include "toolsets/kubernetes/probe.h"

struct probe_fault {
	char what[300]; /* "speaks HTTPS on port 8080, where the program speaks plain HTTP" */
	char fix[160];	/* "Set scheme: HTTP" */
	char place[40]; /* of the field to mend within the probe: "httpGet/scheme" */
	double score;
};

/* said: the text of the Unhealthy event; container: of the pod. False: the words prove nothing of that kind. */
bool probe_said_fault(const struct probe *p, const json_t *container, const char *said, struct probe_fault *out);

#endif
