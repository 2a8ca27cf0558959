/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/node_network.h"

#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"

/* A DaemonSet's pod in the node's own network: what carries the others' traffic. */
static bool carries_traffic(const json_t *pod)
{
	static const char *const words[] = {"kube-proxy", "calico", "cilium",	"flannel", "kindnet",	  "weave",
					    "antrea",	  "canal",  "aws-node", "ovn",	   "kube-router", NULL};

	if (strcmp(fld_str(pod, "metadata.ownerReferences.0.kind"), "DaemonSet") != 0 ||
	    !fld_true(pod, "spec.hostNetwork"))
		return false;
	for (size_t i = 0; words[i]; i++)
		if (strstr(fld_name(pod), words[i]))
			return true;
	return false;
}

void node_network_blame(const struct view *v, struct diagnosis *d, const json_t *pod)
{
	const char *node = fld_str(pod, "spec.nodeName");
	enum seen seen;
	json_t *pods = v->h->list(v->w, "pods", NULL, &seen), *o;
	size_t i;

	json_array_foreach (pods, i, o)
		if (*node && strcmp(fld_str(o, "spec.nodeName"), node) == 0 && carries_traffic(o) && !pod_ready(o))
			diag_blames(d, "v1", "Pod", fld_ns(o), fld_name(o));
}
