/* SPDX-License-Identifier: Apache-2.0 */
/* triage.suppress against the toolsets of this run and the calendar. */
#include <fnmatch.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/face/session.h"

/* Checks of disabled toolsets too: disabling one must not make the config wrong. */
static bool any_check(const struct registry *r, const char *pattern)
{
	for (size_t i = 0; i < registry_count(r); i++)
		for (const struct check *const *c = registry_at(r, i)->toolset->checks; c && *c; c++)
			if (fnmatch(pattern, (*c)->name, 0) == 0)
				return true;
	return false;
}

static int unknown(const struct session *s, const struct suppression *rule)
{
	const char *near = registry_nearest_check(s->registry, rule->check);
	auto_free char *why = mem_printf("%s: triage.suppress: there is no check \"%.80s\"%s%s%s", rule->place, rule->check,
					 near ? "; did you mean \"" : "", str_or(near, ""),
					 near ? "\"?" : " (`dupin toolset show NAME` lists them)");

	return session_fail(s, EXIT_USAGE, why);
}

int session_suppressions(const struct session *s)
{
	const struct suppressions *all = &s->config->triage.suppressions;

	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].check && !any_check(s->registry, all->items[i].check))
			return unknown(s, &all->items[i]);
	for (size_t i = 0; i < all->count; i++)
		if (suppression_over(&all->items[i], clock_wall_ms()))
			log_warn("triage", "%s: this suppression ended on %s and counts no more: %s", all->items[i].place,
				 all->items[i].until, all->items[i].reason);
	return 0;
}
