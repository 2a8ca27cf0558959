/* SPDX-License-Identifier: Apache-2.0 */
/* kubernetes_changes over a small snapshot, and when changes count as recent. */
#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/data/yaml.h"
#include "agent/source/snapshot.h"
#include "agent/tools/work.h"
#include "agent/triage/onset.h"
#include "agent/triage/recent.h"
#include "agent/triage/since.h"
#include "tests/scratch.h"
#include "tests/tap.h"
#include "toolsets/kubernetes/tools.h"

#define WRITTEN(manager, time) "managedFields: [{manager: " manager ", operation: Update, time: '" time "'}]"
#define MAP(name, time)                                                                                                \
	"- {apiVersion: v1, kind: ConfigMap, metadata: {name: " name                                                   \
	", namespace: s, creationTimestamp: '2026-01-01T00:00:00Z', " WRITTEN("kubectl-edit", time) "}}\n"
#define NEW(name, time)                                                                                                \
	"- {apiVersion: v1, kind: ServiceAccount, metadata: {name: " name ", namespace: s, creationTimestamp: '" time "'}}\n"

static const char objects[] =
	"apiVersion: v1\nkind: List\nitems:\n"
	"- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: s, uid: d1, creationTimestamp: "
	"'2026-01-01T00:00:00Z'}, spec: {template: {spec: {containers: [{name: a, envFrom: [{configMapRef: {name: conf}}]}]}}}}\n"
	"- {apiVersion: v1, kind: Pod, metadata: {name: bad, namespace: s, uid: p1, creationTimestamp: "
	"'2026-01-01T08:00:00Z'}, status: {conditions: [{type: Ready, status: 'False', lastTransitionTime: "
	"'2026-01-01T09:00:00Z'}]}}\n"
	"- {apiVersion: v1, kind: Pod, metadata: {name: good, namespace: s, creationTimestamp: '2026-01-01T08:00:00Z'}, "
	"status: {conditions: [{type: Ready, status: 'True', lastTransitionTime: '2026-01-01T09:00:00Z'}]}}\n"
	"- {apiVersion: v1, kind: Pod, metadata: {name: never, namespace: s, creationTimestamp: '2026-01-01T08:30:00Z'}, "
	"status: {phase: Pending}}\n"
	"- {apiVersion: v1, kind: Event, type: Warning, reason: Unhealthy, metadata: {name: e1, namespace: s}, "
	"involvedObject: {kind: Pod, namespace: s, name: bad}, firstTimestamp: '2026-01-01T08:55:00Z', lastTimestamp: "
	"'2026-01-01T09:20:00Z'}\n"
	"- {apiVersion: v1, kind: Event, type: Warning, reason: Old, metadata: {name: e2, namespace: s}, "
	"involvedObject: {kind: Pod, namespace: s, name: bad}, firstTimestamp: '2026-01-01T08:01:00Z', lastTimestamp: "
	"'2026-01-01T08:02:00Z'}\n" MAP("conf", "2026-01-01T09:10:00Z") MAP("other", "2026-01-01T09:11:00Z")
	NEW("a", "2026-01-01T09:12:00Z") NEW("b", "2026-01-01T09:13:00Z") NEW("c", "2026-01-01T09:14:00Z");

static struct world *world;

static void says(const char *args, enum tool_status status, const char *want)
{
	struct err e = {0};
	auto_json json_t *json = yaml_parse(args, strlen(args), "args", NULL, &e);
	struct work w;

	work_init(&w, world, &world->clusters[0], NULL);
	kubernetes_changes_tool.run(&work_host, &w, json);
	is_str(buf_cstr(&w.text), want, args);
	is_int(w.status, status, "status");
	work_fini(&w);
}

static void test_tool(void)
{
	says("{object: deploy/web, namespace: s}", TOOL_OK,
	     "3 changes of Deployment s/web and what it depends on (2 objects) since 24h, newest first:\n"
	     "2026-01-01T09:10:00Z (20m ago) ConfigMap s/conf edited by kubectl-edit\n"
	     "2026-01-01T00:00:00Z (9h ago) Deployment s/web created\n"
	     "2026-01-01T00:00:00Z (9h ago) ConfigMap s/conf created\n");
	says("{object: deploy/web, namespace: s, since: 1m}", TOOL_NO_DATA,
	     "no changes of Deployment s/web and what it depends on (2 objects) since 1m, in what could be read. Deleted "
	     "objects leave no trace, and of each program only its last write is kept.\n");
	says("{namespace: s, since: 25m, limit: 3}", TOOL_OK,
	     "5 changes of namespace s since 25m, newest first:\n"
	     "… 2 that tell less left out (creations, nodes, events): raise limit, or set namespace or object.\n"
	     "2026-01-01T09:14:00Z (16m ago) ServiceAccount s/c created\n"
	     "2026-01-01T09:11:00Z (19m ago) ConfigMap s/other edited by kubectl-edit\n"
	     "2026-01-01T09:10:00Z (20m ago) ConfigMap s/conf edited by kubectl-edit\n");
	says("{since: soon}", TOOL_ERROR,
	     "since \"soon\" is not understood: write 30m, 6h, 3d or 2026-01-31T10:00:00Z.\n");
}

static void begins(const char *kind, const char *name, const char *want, const char *what)
{
	enum read_state state;
	json_t *o = facts_find_kind(world->clusters[0].facts, "v1", kind, "s", name, &state);
	int64_t at = onset_of_object(&world->clusters[0], o);
	char text[CLOCK_TEXT] = "never";

	if (at)
		clock_format(at, text);
	is_str(text, want, what);
}

static void test_onset(void)
{
	begins("Pod", "bad", "2026-01-01T08:55:00Z", "the warning that goes with it, not the one before");
	begins("Pod", "good", "never", "what is ready does not fail");
	begins("Pod", "never", "2026-01-01T08:30:00Z", "what never came up fails since it is there");
	begins("ConfigMap", "conf", "never", "what says nothing");
	is_int(onset_of_object(&world->clusters[0], NULL), 0, "nothing");
}

static void test_window(void)
{
	const int64_t onset = (int64_t)1000 * RECENT_WINDOW_MS;

	ok(recent_nearness(onset - RECENT_WINDOW_MS, onset) > 0, "an hour before counts");
	ok(recent_nearness(onset - RECENT_WINDOW_MS - 1, onset) == 0, "a little more does not");
	ok(recent_nearness(onset + RECENT_SLACK_MS, onset) == 1, "clocks differ by a minute");
	ok(recent_nearness(onset + RECENT_SLACK_MS + 1, onset) == 0, "not by more");
	ok(recent_nearness(onset, onset) > recent_nearness(onset - 60000, onset), "the nearer the stronger");
}

static void test_since(void)
{
	struct err e = {0};
	int64_t at;

	is_int(since_parse("30m", 10000000, &at, &e), 0, "a span");
	is_int(at, 10000000 - 1800000, "before now");
	is_int(since_parse("1970-01-01T00:00:01Z", 0, &at, &e), 0, "a time");
	is_int(at, 1000, "as it stands");
	is_int(since_parse("yesterday", 0, &at, &e), -1, "neither");
	like(e.msg, "30m, 6h", "says what is understood");
	ok(since_parse("", 0, &at, &e) < 0, "nothing is neither");
}

int main(void)
{
	struct err e = {0};
	struct origin *origin;

	scratch_write("cluster/objects.yaml", objects, 0600);
	scratch_write("cluster/snapshot.yaml", "name: c\ncapturedAt: '2026-01-01T09:30:00Z'\n", 0600);
	origin = origin_snapshot(scratch("cluster"), NULL, &e);
	ok(origin, "the cluster is there %s", e.msg);
	world = world_new(NULL);
	world_add(world, source_new(&(struct source_options){.origin = origin}), NULL);
	test_tool();
	test_onset();
	test_window();
	test_since();
	world_free(world);
	return done();
}
