/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLSETS_LOGS_TOOLS_H
#define TOOLSETS_LOGS_TOOLS_H

#include "toolsets/toolset.h"

extern const struct tool logs_get_tool;
extern const struct tool logs_errors_tool;

#endif
