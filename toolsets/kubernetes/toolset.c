/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/toolset.h"

#include "toolsets/kubernetes/checks.h"
#include "toolsets/kubernetes/tools.h"

static const struct tool *const tools[] = {
	&kubernetes_list_tool,	       &kubernetes_get_tool,
	&kubernetes_events_tool,       &kubernetes_find_tool,
	&kubernetes_neighborhood_tool, &kubernetes_count_tool,
	&kubernetes_capacity_tool,     &kubernetes_api_resources_tool,
	&kubernetes_access_tool,       &kubernetes_changes_tool,
	NULL,
};

static const char instructions[] = "Kubernetes tools read only. kind and name take any spelling: po, Pods, deploy/web, "
				   "shop/deploy/web. Start narrow: "
				   "kubernetes_get of the failing object shows state, conditions, owners and events at "
				   "once; kubernetes_neighborhood shows "
				   "what it needs and what of that is MISSING, "
				   "kubernetes_changes who changed it last. When you only know a word, "
				   "kubernetes_find. Count with kubernetes_count, do not "
				   "count rows yourself. For a Pending pod, kubernetes_capacity with pod. \"denied\" "
				   "or \"not captured\" means unknown, not absent.";

static const struct toolset kubernetes = {
	.abi = TOOLSET_ABI,
	.size = sizeof(struct toolset),
	.name = "kubernetes",
	.help = "Objects, events, capacity and access rights of a cluster.",
	.instructions = instructions,
	.tools = tools,
	.checks = kubernetes_checks,
};

TOOLSET_EXPORT const struct toolset *TOOLSET_ENTRY(void)
{
	return &kubernetes;
}
