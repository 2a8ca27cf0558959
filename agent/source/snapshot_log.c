/* SPDX-License-Identifier: Apache-2.0 */
/* The log of a pod: which container, which run, which part of which file; or why there is none. */
#include "agent/source/snapshot_stream.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/source/snapshot_logs.h"

struct log_ask {
	const struct snap_request *q;
	const json_t *pod; /* NULL: the snapshot does not hold it */
	char *container;   /* NULL: not given */
	bool previous;
	struct snap_range range; /* from and to are set later */
};

static bool number(const struct snap_request *q, const char *name, int64_t *out, struct origin_reply *r)
{
	char *text auto_free = snap_request_param(q, name);

	if (!text)
		return true;
	if (str_to_i64(text, out, NULL) == 0 && *out >= 0)
		return true;
	snap_reply(r, READ_FAILED, 400, "400 Bad Request: %s=%.40s is no number", name, text);
	return false;
}

static bool read_ask(const struct snapshot *s, struct log_ask *a, struct origin_reply *r)
{
	const struct snap_request *q = a->q;
	char *previous auto_free = snap_request_param(q, "previous");
	char *since auto_free = snap_request_param(q, "sinceTime");
	int64_t seconds = -1, limit = -1, now = s->origin.now_ms ? s->origin.now_ms : clock_wall_ms();

	a->range = (struct snap_range){.tail = -1, .since_ms = INT64_MIN, .limit = UINT64_MAX};
	a->previous = str_eq(previous, "true") || str_eq(previous, "1");
	if (!number(q, "tailLines", &a->range.tail, r) || !number(q, "sinceSeconds", &seconds, r) ||
	    !number(q, "limitBytes", &limit, r))
		return false;
	if (limit > 0)
		a->range.limit = (uint64_t)limit;
	if (seconds > 0)
		a->range.since_ms = seconds < now / 1000 ? now - seconds * 1000 : 0;
	if (since && !clock_parse(since, &a->range.since_ms)) {
		snap_reply(r, READ_FAILED, 400, "400 Bad Request: sinceTime=%.60s is no RFC 3339 time", since);
		return false;
	}
	return true;
}

static const struct snap_section *section_of(const struct snap_sections *all, const char *container)
{
	for (size_t i = 0; i < all->count; i++)
		if (!container || str_eq(all->all[i].container, container))
			return &all->all[i];
	return NULL;
}

/* The log of a container (NULL: any) among a pod's; sets the range in its file. NULL: there is none. */
static struct snap_log *find_log(const struct snapshot *s, struct snap_log *logs, size_t count, const char *container,
				 struct log_ask *a, bool failed)
{
	for (size_t i = 0; i < count; i++) {
		struct snap_log *log = &logs[i];
		const struct snap_sections *sections;
		const struct snap_section *section;

		if (log->name.previous != a->previous || log->failed != failed)
			continue;
		a->range.from = 0;
		a->range.to = UINT64_MAX;
		if (log->name.layout != SNAP_LOG_DUMP) {
			if (!container || str_eq(log->name.container, container))
				return log;
			continue;
		}
		sections = snap_log_sections(s->logs, log, NULL);
		section = sections ? section_of(sections, container) : NULL;
		if (section) {
			a->range.from = section->from;
			a->range.to = section->to;
		}
		if (section || (sections && sections->count == 0))
			return log;
	}
	return NULL;
}

/* As kubectl chooses: the only container, the annotated one, else the first that has a log. */
static struct snap_log *choose(const struct snapshot *s, struct snap_log *logs, size_t count, struct log_ask *a)
{
	const json_t *containers = json_at(a->pod, "spec.containers");
	const json_t *notes = json_object_get(json_object_get(a->pod, "metadata"), "annotations");
	const char *noted = json_key_str(notes, "kubectl.kubernetes.io/default-container");
	struct snap_log *log;
	json_t *c;
	size_t i;

	if (a->container)
		return find_log(s, logs, count, a->container, a, false);
	if (noted && (log = find_log(s, logs, count, noted, a, false)))
		return log;
	json_array_foreach (containers, i, c)
		if ((log = find_log(s, logs, count, json_key_str(c, "name"), a, false)))
			return log;
	return find_log(s, logs, count, NULL, a, false);
}

static bool known_container(const json_t *pod, const char *name)
{
	static const char *const lists[] = {"spec.containers", "spec.initContainers", "spec.ephemeralContainers"};
	json_t *c;
	size_t k;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		json_array_foreach (json_at(pod, lists[i]), k, c)
			if (str_eq(json_key_str(c, "name"), name))
				return true;
	return false;
}

static int64_t restarts(const json_t *pod, const char *container)
{
	static const char *const lists[] = {"status.containerStatuses", "status.initContainerStatuses"};
	json_t *c;
	size_t k;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		json_array_foreach (json_at(pod, lists[i]), k, c)
			if (!container || str_eq(json_key_str(c, "name"), container))
				return json_int_at(c, "restartCount", -1);
	return -1;
}

/* There is no log: say why not. */
static void no_log(const struct snapshot *s, struct snap_log *logs, size_t count, struct log_ask *a,
		   struct origin_reply *r)
{
	const struct snap_request *q = a->q;
	const struct snap_kind *pods = snap_store_plural(&s->store, "", "pods");
	const struct snap_called called = {"", "pods", "pod", "Pod", "log"};
	const struct snap_rule *rule = snap_rules_find(&s->rules, &called, q->ns);
	struct snap_log *failed = find_log(s, logs, count, a->container, a, true);
	struct snap_standing st;
	size_t len;
	char *text auto_free = failed ? snap_file_text(&s->files, failed->file, 1 << 20, &len, NULL) : NULL;

	if (rule && rule->state == READ_DENIED) {
		snap_reply(r, READ_DENIED, 403, "%s%s", strstr(rule->why, "403") ? "" : "403 Forbidden: ",
			   str_or(rule->why, "pods/log when the snapshot was taken"));
	} else if (text) {
		snap_reply(r, READ_FAILED, 400, "%.200s", str_trim(text));
	} else if (a->pod && a->container && !known_container(a->pod, a->container)) {
		snap_reply(r, READ_NOT_FOUND, 400, "400 Bad Request: container %s is not valid for pod %s",
			   a->container, q->name);
	} else if (a->pod && a->previous && restarts(a->pod, a->container) == 0) {
		snap_reply(r, READ_NOT_FOUND, 400,
			   "400 Bad Request: previous terminated container %s in pod %s not found",
			   str_or(a->container, ""), q->name);
	} else if (a->pod || !pods) {
		snap_reply(r, READ_NOT_CAPTURED, 404, "not in the snapshot: no %slog of pod %s%s%s",
			   a->previous ? "previous " : "", q->name, a->container ? " container " : "",
			   str_or(a->container, ""));
	} else {
		snap_standing(s, pods, q->ns, NULL, &st);
		if (st.state == READ_OK)
			snap_reply(r, READ_NOT_FOUND, 404, "404 Not Found: pods \"%s\" not found", q->name);
		else
			snap_reply(r, st.state == READ_CUT ? READ_NOT_CAPTURED : st.state, st.status, "%s", st.why);
	}
}

/* What a dump holds in place of a log that could not be read. */
static bool is_failure(const struct snap_reader *file, const struct snap_range *range, char line[static 200])
{
	static const char *const starts[] = {"Request log error: ", "Create log request error: "};
	uint64_t len = range->to - range->from;
	ssize_t n = snap_reader_at(file, range->from, line, len < 199 ? (size_t)len : 199);

	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts(line, starts[i]) && len < 4096)
			return true;
	return false;
}

void snap_get_log(struct snapshot *s, const struct snap_request *q, origin_sink *sink, void *ctx,
		  struct origin_reply *r)
{
	const struct snap_kind *pods = snap_store_plural(&s->store, "", "pods");
	const struct snap_object *o = pods ? snap_kind_find(pods, q->ns, q->name) : NULL;
	struct log_ask a = {.q = q, .pod = o ? o->doc : NULL, .container = snap_request_param(q, "container")};
	struct snap_log *logs, *log;
	size_t count = snap_logs_of(s->logs, q->ns, q->name, &logs);
	struct snap_reader file;
	struct err e = {0};
	char line[200];

	if (!read_ask(s, &a, r))
		goto out;
	log = choose(s, logs, count, &a);
	if (!log) {
		no_log(s, logs, count, &a, r);
		goto out;
	}
	if (snap_reader_open(&file, &s->files, log->file, &e)) {
		snap_reply(r, READ_FAILED, 500, "%s", e.msg);
		goto out;
	}
	if (a.range.to > file.size)
		a.range.to = file.size;
	if (log->name.layout == SNAP_LOG_DUMP && is_failure(&file, &a.range, line))
		snap_reply(r, READ_FAILED, 400, "400 Bad Request: %s", line);
	else
		snap_stream(&file, &a.range, q, sink, ctx, r);
	snap_reader_close(&file);
out:
	free(a.container);
}
