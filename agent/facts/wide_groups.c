/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/facts/wide.h"

/* So many of one owner tell all that there is to tell. */
enum { GROUP_MAX = 20 };

struct wide_group {
	char *ns;
	size_t pods;
	struct wide_picks bad;
	char *fine, *finished; /* the first of these, or NULL */
};

void wide_picks_fini(struct wide_picks *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->items[i].ns);
		free(p->items[i].name);
	}
	free(p->items);
	*p = (struct wide_picks){0};
}

static void group_free(void *group)
{
	struct wide_group *g = group;

	wide_picks_fini(&g->bad);
	free(g->ns);
	free(g->fine);
	free(g->finished);
	free(g);
}

void wide_groups_init(struct wide_groups *g, const struct wide_hints *hints)
{
	*g = (struct wide_groups){.hints = hints, .by_owner = map_new(group_free)};
}

void wide_groups_fini(struct wide_groups *g)
{
	map_free(g->by_owner);
	g->by_owner = NULL;
}

static struct wide_group *group_of(struct wide_groups *g, const char *ns, const char *name)
{
	auto_free char *key = mem_printf("%s\n%.*s", ns, (int)wide_owner(name), name);
	struct wide_group *group = map_get(g->by_owner, key);

	if (!group) {
		group = MEM_NEW(struct wide_group);
		group->ns = mem_str(ns);
		map_set(g->by_owner, key, group);
	}
	return group;
}

static enum wide_rank judge(const struct wide_groups *g, const char *ns, const struct table_row *row)
{
	enum wide_rank rank = wide_judge(row);
	auto_free char *key = NULL;

	if (rank <= WIDE_NOT_READY || rank == WIDE_FINISHED || !g->hints)
		return rank;
	if (row->node[0] && map_has(g->hints->nodes, row->node))
		return WIDE_NODE;
	if (!map_len(g->hints->warned))
		return rank;
	key = mem_printf("%s\n%s", ns, row->name);
	/* the part from the line's end on is the name alone */
	return map_has(g->hints->warned, key) || map_has(g->hints->warned, strchr(key, '\n')) ? WIDE_EVENT : rank;
}

static void append(struct wide_picks *to, const char *ns, const char *name, enum wide_rank rank, bool sibling)
{
	MEM_GROW(to->items, to->count, to->cap);
	to->items[to->count++] = (struct wide_pick){mem_str(ns), mem_str(name), rank, sibling};
}

/* Of more than are kept, the worst are. */
static void keep_bad(struct wide_group *group, const char *name, enum wide_rank rank)
{
	struct wide_pick *least = NULL;

	if (group->bad.count < GROUP_MAX) {
		append(&group->bad, group->ns, name, rank, false);
		return;
	}
	for (size_t i = 0; i < group->bad.count; i++)
		if (!least || group->bad.items[i].rank > least->rank)
			least = &group->bad.items[i];
	if (least->rank <= rank)
		return;
	free(least->name);
	least->name = mem_str(name);
	least->rank = rank;
}

void wide_groups_add(struct wide_groups *g, const char *ns, const struct table_row *row)
{
	struct wide_group *group = group_of(g, ns, row->name);
	enum wide_rank rank = judge(g, ns, row);

	g->rows++;
	group->pods++;
	if (rank < WIDE_FINE) {
		g->bad++;
		keep_bad(group, row->name, rank);
	} else if (rank == WIDE_FINE && !group->fine) {
		group->fine = mem_str(row->name);
	} else if (rank == WIDE_FINISHED && !group->finished) {
		group->finished = mem_str(row->name);
	}
}

static const char *healthy_of(const struct wide_group *g)
{
	return g->fine ? g->fine : g->finished;
}

void wide_groups_bad(const struct wide_groups *g, struct wide_picks *to)
{
	void *value;

	for (size_t i = 0; i < map_len(g->by_owner) && map_at(g->by_owner, i, &value); i++) {
		const struct wide_group *group = value;
		enum wide_rank worst = WIDE_FINISHED;

		for (size_t k = 0; k < group->bad.count; k++) {
			const struct wide_pick *p = &group->bad.items[k];

			worst = p->rank < worst ? p->rank : worst;
			append(to, p->ns, p->name, p->rank, false);
		}
		if (group->bad.count && healthy_of(group))
			append(to, group->ns, healthy_of(group), worst, true);
	}
}

void wide_groups_others(const struct wide_groups *g, size_t max, struct wide_picks *to)
{
	void *value;

	for (size_t i = 0; i < map_len(g->by_owner) && map_at(g->by_owner, i, &value) && to->count < max; i++) {
		const struct wide_group *group = value;

		if (!group->bad.count && healthy_of(group))
			append(to, group->ns, healthy_of(group), WIDE_FINISHED, false);
	}
}
