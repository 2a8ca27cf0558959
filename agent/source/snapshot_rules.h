/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a snapshot says of its own reading: captured[] of snapshot.yaml, and the error files that a support bundle
 * leaves beside its lists. It overrides what the files alone would tell.
 */
#ifndef AGENT_SOURCE_SNAPSHOT_RULES_H
#define AGENT_SOURCE_SNAPSHOT_RULES_H

#include "agent/source/origin.h"

struct snap_rule {
	char *resource;	       /* as written: "pods", "deployments.apps", "pods/log" */
	char *ns;	       /* NULL: all */
	enum read_state state; /* OK, DENIED, NOT_SERVED, CUT, FAILED */
	char *why;	       /* never NULL, maybe "" */
};

struct snap_rules {
	struct snap_rule *all;
	size_t count, cap;
};

void snap_rules_fini(struct snap_rules *r);
/* Copies. */
void snap_rules_add(struct snap_rules *r, const char *resource, const char *ns, enum read_state state, const char *why);

/* Words by which a rule may call a resource. subresource NULL: none ("log"). */
struct snap_called {
	const char *group, *plural, *singular, *kind, *subresource;
};
/* The rule for one namespace (the one that names it before one for all; the later of two), or NULL. ns NULL: those for
 * all. */
const struct snap_rule *snap_rules_find(const struct snap_rules *r, const struct snap_called *c, const char *ns);
/* The i-th rule about c that names a namespace and is not OK; NULL when there are no more. */
const struct snap_rule *snap_rules_partial(const struct snap_rules *r, const struct snap_called *c, size_t i);
/* True when any rule says that something of it was read. */
bool snap_rules_ok(const struct snap_rules *r, const struct snap_called *c);

#endif
