/* SPDX-License-Identifier: Apache-2.0 */
/* The changes of one cluster as documents, for tools and answers: agent/facts/changes.h says what counts as one. */
#ifndef AGENT_TOOLS_TIMELINE_H
#define AGENT_TOOLS_TIMELINE_H

#include "agent/tools/world.h"

/*
 * [{"time","cluster","object":{cluster,apiVersion,kind,namespace,name},"type","who","what","sure","source","pointer"}],
 * newest first, since a time. objects NULL: of all (ns NULL: the scope), then the standard kinds that nobody has read
 * so far are read, side by side; else of these alone. New reference.
 */
json_t *timeline_read(struct world *w, struct cluster *c, const char *ns, json_t *const *objects, size_t n,
		      int64_t since_ms);

#endif
