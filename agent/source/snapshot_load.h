/* SPDX-License-Identifier: Apache-2.0 */
/* Files to objects: which documents are objects, which are lists, and what a list proves about its namespaces. */
#ifndef AGENT_SOURCE_SNAPSHOT_LOAD_H
#define AGENT_SOURCE_SNAPSHOT_LOAD_H

#include "agent/source/snapshot_files.h"
#include "agent/source/snapshot_now.h"
#include "agent/source/snapshot_rules.h"
#include "agent/source/snapshot_store.h"

struct snap_loaded {
	struct snap_now now;
	char *version; /* of Kubernetes, as a file or the nodes tell; NULL */
	size_t files, broken, objects, lists;
	uint64_t bytes; /* of the files */
};

/* Reads every document of f into s. -1 only for ERR_CANCELED. The caller frees out->version. */
int snap_load(struct snap_store *s, const struct snap_files *f, struct snap_rules *rules, struct snap_problems *p,
	      struct snap_loaded *out, struct cancel *cancel, struct err *e) MUST_CHECK;

#endif
