/* SPDX-License-Identifier: Apache-2.0 */
/* The tools of this toolset, one file tool_*.c each. */
#ifndef TOOLSETS_KUBERNETES_TOOLS_H
#define TOOLSETS_KUBERNETES_TOOLS_H

#include "toolsets/toolset.h"

extern const struct tool kubernetes_list_tool;
extern const struct tool kubernetes_get_tool;
extern const struct tool kubernetes_events_tool;
extern const struct tool kubernetes_changes_tool;
extern const struct tool kubernetes_find_tool;
extern const struct tool kubernetes_neighborhood_tool;
extern const struct tool kubernetes_count_tool;
extern const struct tool kubernetes_capacity_tool;
extern const struct tool kubernetes_api_resources_tool;
extern const struct tool kubernetes_access_tool;

#endif
