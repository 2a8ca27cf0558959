/* SPDX-License-Identifier: Apache-2.0 */
/* Captured or not: what may be said of a kind in a namespace, from rules first, then from what the files hold. */
#include "agent/source/snapshot.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/str.h"

static void set(struct snap_standing *out, enum read_state state, int status, const char *fmt, ...) PRINTF(4, 5);

static void set(struct snap_standing *out, enum read_state state, int status, const char *fmt, ...)
{
	va_list ap;

	out->state = state;
	out->status = status;
	va_start(ap, fmt);
	vsnprintf(out->why, sizeof(out->why), fmt, ap);
	va_end(ap);
}

static void apply_rule(const struct snap_rule *rule, struct snap_standing *out)
{
	const char *why = rule->why;

	switch (rule->state) {
	case READ_DENIED:
		if (!why[0])
			set(out, READ_DENIED, 403, "403 Forbidden when the snapshot was taken");
		else
			set(out, READ_DENIED, 403, "%s%s", strstr(why, "403") ? "" : "403 Forbidden: ", why);
		return;
	case READ_NOT_SERVED:
		set(out, READ_NOT_SERVED, 404, "404 Not Found: %s",
		    why[0] ? why : "the server did not serve this kind");
		return;
	case READ_CUT:
		set(out, READ_CUT, 200, "%s", why[0] ? why : "only the beginning was captured");
		return;
	case READ_FAILED:
		set(out, READ_FAILED, 500, "%s", why[0] ? why : "reading it failed when the snapshot was taken");
		return;
	default:
		set(out, READ_OK, 200, "%s", "");
	}
}

/* All namespaces asked, some of which could not be read: what is there is given, and it is not all. */
static void note_partial(const struct snapshot *s, const struct snap_called *c, struct snap_standing *out)
{
	const struct snap_rule *rule;
	struct snap_standing one = {0};
	size_t at;

	for (size_t i = 0; (rule = snap_rules_partial(&s->rules, c, i)); i++) {
		if (i == 0) {
			apply_rule(rule, &one);
			set(out, READ_CUT, 200, "without ns %s: %s", rule->ns, one.why);
			continue;
		}
		at = strlen(out->why);
		snprintf(out->why + at, sizeof(out->why) - at, "; also without ns %s", rule->ns);
	}
}

static void not_captured(const struct snapshot *s, const struct snap_kind *k, const char *ns, const char *sub,
			 struct snap_standing *out)
{
	if (s->files.cut)
		set(out, READ_NOT_CAPTURED, 404, "not in the snapshot, which is incomplete: %s", s->files.cut);
	else if (k->doubt)
		set(out, READ_NOT_CAPTURED, 404, "not in the snapshot as far as it can be read: %s", k->doubt);
	else if (sub)
		set(out, READ_NOT_CAPTURED, 404, "not in the snapshot: it holds no %s/%s", k->plural, sub);
	else if (ns && k->namespaced && k->count)
		set(out, READ_NOT_CAPTURED, 404, "not in the snapshot: it holds no %s of ns %s and no list of them",
		    k->plural, ns);
	else
		set(out, READ_NOT_CAPTURED, 404, "not in the snapshot: it holds no %s and no list of them", k->plural);
}

/*
 * An API group is there or not as a whole: when captured[] says so of one of its kinds, and none of them was seen, the
 * others are not served either.
 */
static bool group_absent(const struct snapshot *s, const char *group)
{
	bool told = false;

	for (size_t i = 0; group[0] && i < s->store.count; i++) {
		const struct snap_kind *k = s->store.kinds[i];
		const struct snap_called c = {k->group, k->plural, k->singular, k->kind, NULL};
		const struct snap_rule *rule;

		if (!str_eq(k->group, group))
			continue;
		rule = snap_rules_find(&s->rules, &c, NULL);
		if (snap_kind_captured(k, NULL) || (rule && rule->state != READ_NOT_SERVED))
			return false;
		told = told || rule;
	}
	return told;
}

bool snap_kind_served(const struct snapshot *s, const struct snap_kind *k)
{
	const struct snap_called c = {k->group, k->plural, k->singular, k->kind, NULL};
	const struct snap_rule *rule = snap_rules_find(&s->rules, &c, NULL);

	if (rule)
		return rule->state != READ_NOT_SERVED;
	if (k->standard && s->rules.count && group_absent(s, k->group))
		return false;
	return k->standard || k->versions || k->told || snap_kind_captured(k, NULL) || snap_rules_ok(&s->rules, &c) ||
	       snap_rules_partial(&s->rules, &c, 0);
}

void snap_standing(const struct snapshot *s, const struct snap_kind *k, const char *ns, const char *subresource,
		   struct snap_standing *out)
{
	const struct snap_called c = {k->group, k->plural, k->singular, k->kind, subresource};
	const struct snap_rule *rule = snap_rules_find(&s->rules, &c, ns);
	bool known;

	memset(out, 0, sizeof(*out));
	if (rule && rule->state != READ_OK) {
		apply_rule(rule, out);
		return;
	}
	known = rule || (!subresource && snap_kind_captured(k, ns)) || (!ns && snap_rules_ok(&s->rules, &c));
	if (!known) {
		not_captured(s, k, ns, subresource, out);
		return;
	}
	set(out, READ_OK, 200, "%s", "");
	if (!ns && k->namespaced)
		note_partial(s, &c, out);
	if (out->state != READ_OK)
		return;
	if (s->files.cut)
		set(out, READ_CUT, 200, "%s", s->files.cut);
	else if (k->doubt)
		set(out, READ_CUT, 200, "%s", k->doubt);
}
