/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/source/snapshot_rules.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"

void snap_rules_fini(struct snap_rules *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->all[i].resource);
		free(r->all[i].ns);
		free(r->all[i].why);
	}
	free(r->all);
	memset(r, 0, sizeof(*r));
}

void snap_rules_add(struct snap_rules *r, const char *resource, const char *ns, enum read_state state, const char *why)
{
	MEM_GROW(r->all, r->count, r->cap);
	r->all[r->count++] = (struct snap_rule){mem_str(resource), mem_str(ns), state, mem_str(why ? why : "")};
}

static bool span_is(const char *s, size_t n, const char *word)
{
	return word && strlen(word) == n && strncasecmp(s, word, n) == 0;
}

/* "pods", "Pod", "deployments.apps", "deployments.v1.apps", "pods/log", "*", "*.resource.k8s.io" */
static bool matches(const struct snap_rule *rule, const struct snap_called *c)
{
	const char *s = rule->resource, *slash = strchr(s, '/'), *dot = strchr(s, '.');
	size_t whole = slash ? (size_t)(slash - s) : strlen(s);
	size_t name = dot && dot < s + whole ? (size_t)(dot - s) : whole;

	if (!c->subresource != !slash || (slash && !str_eq_nocase(slash + 1, c->subresource)))
		return false;
	if (!(name == 1 && *s == '*') && !span_is(s, name, c->plural) && !span_is(s, name, c->singular) &&
	    !span_is(s, name, c->kind))
		return false;
	if (name == whole)
		return true;
	s += name + 1;
	whole -= name + 1;
	if (span_is(s, whole, c->group))
		return true;
	dot = memchr(s, '.', whole);
	return dot && span_is(dot + 1, whole - (size_t)(dot + 1 - s), c->group);
}

const struct snap_rule *snap_rules_find(const struct snap_rules *r, const struct snap_called *c, const char *ns)
{
	const struct snap_rule *best = NULL;

	for (size_t i = 0; i < r->count; i++) {
		const struct snap_rule *rule = &r->all[i];

		if ((rule->ns && !str_eq(rule->ns, ns)) || !matches(rule, c))
			continue;
		if (!best || rule->ns || !best->ns)
			best = rule;
	}
	return best;
}

const struct snap_rule *snap_rules_partial(const struct snap_rules *r, const struct snap_called *c, size_t i)
{
	for (size_t at = 0; at < r->count; at++)
		if (r->all[at].ns && r->all[at].state != READ_OK && matches(&r->all[at], c) && i-- == 0)
			return &r->all[at];
	return NULL;
}

bool snap_rules_ok(const struct snap_rules *r, const struct snap_called *c)
{
	for (size_t i = 0; i < r->count; i++)
		if ((r->all[i].state == READ_OK || r->all[i].state == READ_CUT) && matches(&r->all[i], c))
			return true;
	return false;
}
