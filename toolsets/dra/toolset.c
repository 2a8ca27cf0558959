/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/toolset.h"

#include <stdio.h>

#include "toolsets/dra/checks.h"
#include "toolsets/dra/tools.h"

static const struct tool *const tools[] = {
	&dra_claim_tool,
	&dra_devices_tool,
	NULL,
};

static const char instructions[] = "Devices (GPUs) by dynamic resource allocation: pod.spec.resourceClaims -> "
				   "ResourceClaim (made from a ResourceClaimTemplate) -> request "
				   "-> DeviceClass -> devices in ResourceSlices. dra_claim shows the whole way for a "
				   "pod and where it ends; dra_devices who holds what. The "
				   "spec of claims and templates cannot be changed, only created anew. The scheduler "
				   "never pre-empts pods to free devices.";

static enum probe_state probe(const struct host *h, struct work *w, char *why, size_t why_size)
{
	if (h->group_served(w, "resource.k8s.io"))
		return PROBE_READY;
	snprintf(why, why_size, "the API server does not serve resource.k8s.io");
	return PROBE_ABSENT;
}

static const struct toolset dra = {
	.abi = TOOLSET_ABI,
	.size = sizeof(struct toolset),
	.name = "dra",
	.help = "Devices such as GPUs by dynamic resource allocation: claims, classes, slices.",
	.instructions = instructions,
	.tools = tools,
	.checks = dra_checks,
	.probe = probe,
};

TOOLSET_EXPORT const struct toolset *TOOLSET_ENTRY(void)
{
	return &dra;
}
