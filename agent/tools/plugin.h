/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading a toolset from a .so. Code that is loaded can do whatever we can, so the file and its folder must
 * belong to root or
 * to us and be writable by nobody else; the descriptor is checked before anything in it is called.
 */
#ifndef AGENT_TOOLS_PLUGIN_H
#define AGENT_TOOLS_PLUGIN_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "toolsets/toolset.h"

/* NULL with the reason. The library stays loaded for the life of the program. */
const struct toolset *plugin_load(const char *path, struct err *e);
/*
 * The *.so files of a folder, sorted, full paths; free with str_list_free. NULL: the folder is not there or not
 * to be trusted.
 */
char **plugin_files(const char *folder, struct err *e);
/* What plugin_load checks of a descriptor (name for messages). */
int plugin_check(const struct toolset *t, struct err *e) MUST_CHECK;

#endif
