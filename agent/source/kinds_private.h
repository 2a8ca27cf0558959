/* SPDX-License-Identifier: Apache-2.0 */
/* Private to kinds*.c: a table of kinds while it is filled, and when it is done. */
#ifndef AGENT_SOURCE_KINDS_PRIVATE_H
#define AGENT_SOURCE_KINDS_PRIVATE_H

#include "agent/base/arena.h"
#include "agent/base/map.h"
#include "agent/source/kinds.h"
#include <pthread.h>

/* More than any cluster has; what comes after is left out. */
enum { KINDS_MAX = 20000, KINDS_GROUPS_MAX = 2000 };

/* One kind as some version serves it. */
struct kind_seen {
	struct kind kind;
	bool preferred; /* the group prefers this version */
};

/* Filled by one thread, read by all afterwards. */
struct kind_table {
	struct arena *arena;
	struct kind_seen *seen;
	size_t count, cap;
	struct map *by_resource; /* "deployments.apps" -> index + 1 */
	struct map *groups;	 /* those that are served, even without resources */
	const struct kind **sorted;
	struct map *words; /* word in lower case -> struct word */
};

void kind_table_init(struct kind_table *t);
void kind_table_fini(struct kind_table *t);
void kind_table_group(struct kind_table *t, const char *group);
/* Copies. Of several versions the preferred one stays, else the most stable and newest. */
void kind_table_add(struct kind_table *t, const struct kind *k, bool preferred);
/* Sorts and indexes: nothing is added afterwards. */
void kind_table_finish(struct kind_table *t);

/* Reads discovery into t. READ_OK, or the state of what could not be read. */
enum read_state kinds_discover(struct kind_table *t, struct source *s);

const struct kind *kind_table_find(const struct kind_table *t, const char *word);
size_t kind_table_nearest(const struct kind_table *t, const char *word, const char **out, size_t max);

#endif
