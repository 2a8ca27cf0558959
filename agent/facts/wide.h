/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wide scan: of more pods than are read whole, each namespace's table is looked through row by row. What stays in
 * memory are counts and the names of what is suspicious, with one healthy sibling of each; these alone are fetched.
 */
#ifndef AGENT_FACTS_WIDE_H
#define AGENT_FACTS_WIDE_H

#include "agent/facts/facts_private.h"
#include "agent/facts/wide_row.h"

/* A pod to fetch. */
struct wide_pick {
	char *ns, *name;
	enum wide_rank rank;
	bool sibling; /* healthy, beside a suspicious one of the same owner */
};

struct wide_picks {
	struct wide_pick *items;
	size_t count, cap;
};
void wide_picks_fini(struct wide_picks *p);

/* What the whole scan goes by; made before the first row is read, and not changed while rows are. */
struct wide_hints {
	struct map *nodes;  /* names of nodes that are not ready */
	struct map *warned; /* "ns\npod": a warning is about it; "\npod": one about something else may name it */
};

/* Rows by their owners. */
struct wide_groups {
	const struct wide_hints *hints; /* may be NULL */
	struct map *by_owner; /* struct wide_group */
	size_t rows, bad;
};
void wide_groups_init(struct wide_groups *g, const struct wide_hints *hints);
void wide_groups_fini(struct wide_groups *g);
void wide_groups_add(struct wide_groups *g, const char *ns, const struct table_row *row);
/* Suspicious ones, each group's with a healthy sibling. */
void wide_groups_bad(const struct wide_groups *g, struct wide_picks *to);
/* One of each group that has no suspicious one, of so many groups. */
void wide_groups_others(const struct wide_groups *g, size_t max, struct wide_picks *to);

/* Fills the list: items, rows, state and why. */
void wide_read(struct facts *f, struct list *l);

/* wide_fetch.c: fetches them whole, the worst first, and appends them to l->items. */
void wide_fetch(struct facts *f, struct list *l, struct wide_picks *picks);

#endif
