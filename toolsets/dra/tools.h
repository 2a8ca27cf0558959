/* SPDX-License-Identifier: Apache-2.0 */
/* The tools of this toolset, one file tool_*.c each. */
#ifndef TOOLSETS_DRA_TOOLS_H
#define TOOLSETS_DRA_TOOLS_H

#include "toolsets/toolset.h"

extern const struct tool dra_claim_tool;
extern const struct tool dra_devices_tool;

#endif
