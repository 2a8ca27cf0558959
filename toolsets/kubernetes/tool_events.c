/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_events: what happened, in order. */
#include "toolsets/kubernetes/tools.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/kubernetes/timeline.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/target.h"
#include "toolsets/lib/when.h"

#define LIMIT_DEFAULT 40

/* The events asked for and what they are about; false: answered. */
static bool read_events(const struct view *v, const json_t *args, json_t **events, enum seen *seen, struct reply *what,
			bool *one)
{
	const char *ns = fld_str(args, "namespace");
	struct target t;

	*one = *fld_str(args, "name") != '\0';
	if (*one) {
		if (!target_find(v->h, v->w, fld_str(args, "name"), fld_str(args, "kind"), ns, &t))
			return false;
		rep_add(what, "%s %s%s%s", t.kind->kind, t.ns, *t.ns ? "/" : "", t.name);
		/* Events about nodes and other cluster objects stand in the namespace "default" or in none. */
		*events = v->h->events_of(v->w, t.kind->kind, *t.ns ? t.ns : NULL, t.name, seen);
		return true;
	}
	if (*ns == '\0' && v->h->scope_ns(v->w))
		ns = v->h->scope_ns(v->w);
	rep_add(what, "%s%s", *ns ? "namespace " : "all namespaces", ns);
	*events = v->h->list(v->w, "events", *ns ? ns : NULL, seen);
	return true;
}

static void answer(const struct view *v, const json_t *args, json_t *events, enum seen seen, const char *what, bool one)
{
	struct timeline_options o = {.limit = (size_t)fld_int(args, "limit", LIMIT_DEFAULT), .hide_object = one};
	struct timeline_result result;
	struct reply r = REP_INIT, table = REP_INIT;
	const char *since = fld_str(args, "since");

	if (*fld_str(args, "type"))
		o.type = fld_str(args, "type");
	if (*since && !when_parse_since(since, v->now_ms, &o.since_ms)) {
		rep_add(&r, "since \"%s\" is not understood: write 15m, 2h, 3d or 2026-01-31T10:00:00Z.\n", since);
		rep_send(v->h, v->w, TOOL_ERROR, &r);
		return;
	}
	result = kubernetes_timeline(v, events, &o, &table);
	if (result.events == 0) {
		rep_add(&r,
			"no events of %s%s%s%s%s (read: %zu events%s). The API server keeps events for about an "
			"hour.\n",
			what, o.type ? ", type " : "", o.type ? o.type : "", *since ? ", since " : "", since,
			json_array_size(events), seen == SEEN_CUT ? ", cut" : "");
	} else {
		rep_add(&r, "events of %s: %zu different, %zu warnings%s; oldest first:\n", what, result.events,
			result.warnings, seen == SEEN_CUT ? " (the read was cut: there are more)" : "");
		if (result.left_out)
			rep_add(&r, "… %zu older left out: raise limit, or set type or name.\n", result.left_out);
		rep_put(&r, rep_text(&table));
	}
	rep_free(&table);
	rep_send(v->h, v->w, result.events ? TOOL_OK : TOOL_NO_DATA, &r);
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct view v = VIEW_INIT(h, w);
	struct reply what = {.max = 600};
	enum seen seen = SEEN_OK;
	json_t *events;
	bool one;

	if (read_events(&v, args, &events, &seen, &what, &one)) {
		if (seen != SEEN_OK && seen != SEEN_CUT && seen != SEEN_EMPTY && json_array_size(events) == 0) {
			const struct kind_info *k = h->kind(w, "events", NULL, 0);
			struct reply r = REP_INIT;

			if (k)
				target_explain(h, w, k, fld_str(args, "namespace"), seen, &r);
			else
				rep_put(&r, "events are not served by this API server.\n");
			rep_send(h, w, target_status(seen), &r);
		} else {
			answer(&v, args, events, seen, rep_text(&what), one);
		}
	}
	rep_free(&what);
	return 0;
}

static const char *const types[] = {"Warning", "Normal", NULL};

static const struct param params[] = {
	{.name = "name", .help = "NAME or KIND/NAME; none: the whole namespace"},
	{.name = "kind"},
	{.name = "namespace"},
	{.name = "since", .help = "15m, 2h, or a time"},
	{.name = "type", .choices = types},
	{.name = "limit", .type = PARAM_INT, .min = 1, .max = 300, .help = "newest lines, default 40"},
	{.name = NULL},
};

const struct tool kubernetes_events_tool = {
	.size = sizeof(struct tool),
	.name = "kubernetes_events",
	.help = "Events of an object, a namespace or all, as a timeline.",
	.params = params,
	.run = run,
};
