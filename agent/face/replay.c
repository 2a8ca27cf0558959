/* SPDX-License-Identifier: Apache-2.0 */
/* dupin replay: a recorded investigation again, from what it read then. */
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/asking.h"
#include "agent/face/commands.h"
#include "agent/face/recorder.h"
#include "agent/source/recording.h"

/* Each cluster that the investigation looked at, answered from the record, in the scope that it had. */
static int open_record(struct session *s, const char *id, const json_t *investigation)
{
	const json_t *clusters = json_object_get(investigation, "clusters"), *c;
	int64_t now_ms = 0;
	size_t i;

	clock_parse(json_str_or(investigation, "now", ""), &now_ms);
	s->pool = pool_new(SESSION_THREADS, SESSION_WAITING);
	s->world = world_new(s->cancel);
	json_array_foreach (clusters, i, c) {
		struct recording r = {.store = s->store,
				      .id = id,
				      .cluster = json_str_or(c, "name", ""),
				      .now_ms = now_ms,
				      .of_snapshot = str_eq(json_str_at(c, "kind"), "snapshot")};
		struct source_options o = {.origin = origin_recording(&r),
					   .cancel = s->cancel,
					   .record = recorder_hook,
					   .record_ctx = recorder_get()};
		struct facts_scope scope = {.ns = json_str_at(c, "scope"),
					    .whole_pods = s->config->cluster.whole_pods ? s->config->cluster.whole_pods : -1};

		world_add(s->world, source_new(&o), &scope);
	}
	if (!i)
		return session_fail(s, EXIT_UNREADABLE, "nothing of a cluster is in the record of this investigation");
	return 0;
}

static int replay(struct session *s, const char *part)
{
	auto_json json_t *dump = NULL;
	const json_t *investigation;
	char id[STORE_ID];
	struct err e = {0};
	int status;

	if (store_resolve(s->store, part, id, &e) < 0 || !(dump = store_dump(s->store, id, false, &e)))
		return session_fail(s, EXIT_USAGE, e.msg);
	investigation = json_object_get(dump, "investigation");
	status = open_record(s, id, investigation);
	return status ? status : asking_run(s, json_str_or(investigation, "question", ""), NULL);
}

int command_replay(struct options *o)
{
	struct session s;
	int status = session_open(&s, o);

	if (!status && o->words.count != 1)
		status = session_fail(
			&s, EXIT_USAGE,
			"name the investigation: dupin replay ID (`dupin history` lists them, \"last\" is the newest)");
	if (!status)
		status = asking_check_price(&s);
	if (!status)
		status = session_toolsets(&s);
	if (!status)
		status = session_suppressions(&s);
	if (!status)
		status = session_texts(&s);
	if (!status)
		status = session_store(&s, true);
	if (!status)
		status = replay(&s, o->words.items[0]);
	return session_close(&s, status);
}
