/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/timeline.h"

#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/changes.h"
#include "agent/tools/side.h"

/* Clocks differ: what is a little ahead of now counts as now. */
enum { AHEAD_MS = 60000 };

struct ahead {
	struct cluster *cluster;
	const char *ns;
	const char *const *resources;
};

/* What was asked for and may not be read is a blind spot like any other. */
static void read_one(void *ctx, size_t i)
{
	const struct ahead *a = ctx;
	enum read_state state;

	facts_list(a->cluster->facts, a->resources[i], a->ns, &state);
}

static void read_ahead(struct world *w, struct cluster *c, const char *ns)
{
	struct ahead a = {.cluster = c, .ns = ns};
	size_t n;

	/* A snapshot has all at hand; what it lacks was not captured, which whoever judges by it says. */
	if (str_eq(source_kind(c->source), "snapshot"))
		return;
	a.resources = changes_resources(&n);
	side_run(w->pool, w->cancel, n, read_one, &a);
}

static json_t *told(struct changes *c, const struct change *change, const char *cluster)
{
	json_t *o = change_json(c, change);

	json_object_set_new(o, "cluster", json_text0(cluster));
	json_object_set_new(json_object_get(o, "object"), "cluster", json_text0(cluster));
	return o;
}

json_t *timeline_read(struct world *w, struct cluster *cluster, const char *ns, json_t *const *objects, size_t n,
		      int64_t since_ms)
{
	struct changes *c = changes_new(cluster->facts, true);
	int64_t until = facts_now_ms(cluster->facts) + AHEAD_MS;
	json_t *out = json_array();

	for (size_t i = 0; objects && i < n; i++)
		changes_of(c, objects[i]);
	if (!objects) {
		read_ahead(w, cluster, ns);
		changes_gather(c, ns);
	}
	changes_order(c);
	for (size_t i = c->count; i-- > 0 && c->items[i].at >= since_ms;) {
		if (c->items[i].at > until)
			continue;
		changes_detail(c, &c->items[i]);
		json_array_append_new(out, told(c, &c->items[i], cluster->name));
	}
	changes_free(c);
	return out;
}
