/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lists prove. An object proves its own kind and namespace; a list may prove more (all namespaces) or the same
 * without an object (an empty list). Decided once everything is read, since only then the namespaces and CRDs are
 * known.
 */
#ifndef AGENT_SOURCE_SNAPSHOT_LISTS_H
#define AGENT_SOURCE_SNAPSHOT_LISTS_H

#include "agent/source/snapshot_files.h"
#include "agent/source/snapshot_path.h"
#include "agent/source/snapshot_store.h"

struct snap_list {
	struct snap_kind *kind; /* NULL: an empty list without a kind; the file's name tells */
	bool typed;		/* "PodList", against "List" or a bare array */
	size_t items;
	const char *ns; /* of the first item; NULL: none has one */
	bool many;	/* items are of several namespaces */
};

struct snap_lists {
	struct snap_list_seen {
		struct snap_list list;
		char *rel, *ns; /* copies */
	} * all;
	size_t count, cap;
};

void snap_lists_add(struct snap_lists *l, const struct snap_list *list, const char *rel); /* copies */
void snap_lists_resolve(const struct snap_lists *l, struct snap_store *s, const struct snap_files *f);
void snap_lists_fini(struct snap_lists *l);
/* The namespace that the place of a file tells for what is in it, or "". */
const char *snap_place_ns(const struct snap_place *p, const char *rel, const struct snap_store *s,
			  const struct snap_files *f);

#endif
