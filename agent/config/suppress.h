/* SPDX-License-Identifier: Apache-2.0 */
/*
 * triage.suppress of the config: findings that a team knows of and accepts until a date. Checked here but for the names of
 * checks, which only who has the toolsets can judge.
 */
#ifndef AGENT_CONFIG_SUPPRESS_H
#define AGENT_CONFIG_SUPPRESS_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "agent/data/yaml.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Patterns as the shell's (* ? [a-z]); NULL: any. */
struct suppression {
	char *check, *cluster, *ns, *kind, *name;
	char *until;     /* "2026-12-31": the last day on which it counts, in UTC */
	int64_t ends_ms; /* the moment after that day */
	char *reason;
	char *place;     /* "FILE:LINE" */
};

struct suppressions {
	struct suppression *items;
	size_t count;
};

/* tree: the list as it was read, NULL is fine. The message names file, line and key. */
int suppressions_load(struct suppressions *s, const json_t *tree, const char *file, const struct yaml_lines *lines,
		      struct err *e) MUST_CHECK;
void suppressions_fini(struct suppressions *s);
/* The first that counts at wall time now_ms and fits; NULL. Cluster kinds have ns "". */
const struct suppression *suppressions_match(const struct suppressions *s, int64_t now_ms, const char *check,
					     const char *cluster, const char *ns, const char *kind, const char *name);
/* Has it ended by then? */
bool suppression_over(const struct suppression *s, int64_t now_ms);

#endif
