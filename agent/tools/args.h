/* SPDX-License-Identifier: Apache-2.0 */
/* One parameter table: the JSON schema that the model gets, and the check of what it sends. */
#ifndef AGENT_TOOLS_ARGS_H
#define AGENT_TOOLS_ARGS_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "toolsets/toolset.h"

/*
 * {"type":"function","function":{"name","description","parameters"}}. clusters: names when there are several
 * (adds "cluster"), or NULL. New reference.
 */
json_t *args_schema(const struct tool *t, const char *const *clusters);
/*
 * The model's arguments text to an object with known keys of the right types: numbers in strings and single
 * values for lists are
 * accepted, null and "" count as absent. ERR_ARG in words that let a model mend its call: the parameter, what
 * was wrong, the nearest name.
 * cluster receives the "cluster" argument (the caller's, or NULL). New reference.
 */
json_t *args_parse(const struct tool *t, const char *text, size_t len, char **cluster, struct err *e);

#endif
