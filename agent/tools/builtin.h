/* SPDX-License-Identifier: Apache-2.0 */
/* The toolsets that are linked in: a table that the build makes from the folders of toolsets/. */
#ifndef AGENT_TOOLS_BUILTIN_H
#define AGENT_TOOLS_BUILTIN_H

#include "toolsets/toolset.h"

extern toolset_entry_fn *const builtin_toolsets[]; /* ends with NULL */

#endif
