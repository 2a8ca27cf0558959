/* SPDX-License-Identifier: Apache-2.0 */
/* logs_errors: for each container of many pods the decisive line and how much looks like an error. */
#include "toolsets/logs/tools.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/table.h"
#include "toolsets/lib/target.h"
#include "toolsets/logs/alarm.h"
#include "toolsets/logs/streams.h"

#define PODS_DEFAULT 15
#define READ_LINES 2000
#define LINE_SHOWN 240u

struct survey {
	const struct host *h;
	struct work *w;
	struct table *table;
	size_t logs, quiet, unread, denied;
};

static void row(struct survey *s, const struct log_stream *stream, bool previous, const struct log_text *text)
{
	const char *line, *kind = "";
	size_t len, lines, alarms, decisive;
	struct reply cell = {.max = 1000};

	alarms = logs_alarm_count(text->text, text->len, &lines);
	decisive = s->h->decisive_line(text->text, text->len, &line, &len, &kind);
	s->logs++;
	if (!alarms && !decisive) {
		s->quiet++;
		return;
	}
	tbl_row(s->table);
	tbl_cellf(s->table, "%s/%s", fld_ns(stream->pod), fld_name(stream->pod));
	tbl_cellf(s->table, "%s%s", stream->container, previous ? " (previous)" : "");
	tbl_cellf(s->table, "%" PRId64, stream->restarts);
	tbl_cellf(s->table, "%zu/%zu", alarms, lines);
	tbl_cell(s->table, kind);
	if (decisive) {
		rep_add(&cell, "%zu: ", decisive);
		rep_clip(&cell, line, len, LINE_SHOWN);
	}
	tbl_cell(s->table, rep_text(&cell));
	rep_free(&cell);
}

static void look(struct survey *s, const struct log_stream *stream, bool previous)
{
	struct log_request q = {.ns = fld_ns(stream->pod),
				.pod = fld_name(stream->pod),
				.container = stream->container,
				.previous = previous,
				.tail_lines = READ_LINES};
	struct log_text text;

	s->h->log(s->w, &q, &text);
	if (text.state == SEEN_OK || text.state == SEEN_CUT || text.state == SEEN_EMPTY || text.len)
		row(s, stream, previous, &text);
	else if (!previous || text.state != SEEN_NOT_FOUND) {
		s->unread++;
		s->denied += text.state == SEEN_DENIED;
	}
}

static void answer(struct survey *s, const struct log_streams *streams, size_t waiting)
{
	struct reply r = REP_INIT;

	rep_add(&r, "%zu pods, %zu logs read (last %d lines each): %zu with error-like lines, %zu without",
		streams->pods, s->logs, READ_LINES, tbl_rows(s->table), s->quiet);
	if (waiting)
		rep_add(&r, ", %zu containers without a log yet", waiting);
	if (s->unread)
		rep_add(&r, ", %zu could not be read%s", s->unread, s->denied ? " (access denied)" : "");
	rep_put(&r, "\n");
	tbl_print(s->table, 200, &r);
	if (tbl_rows(s->table))
		rep_put(&r, "(ERRORS: error-like lines of lines read; LINE: the one that tells most. logs_get shows "
			    "what is around.)\n");
	if (streams->pods_left_out)
		rep_add(&r, "… %zu more pods not read: give a workload or raise limit.\n", streams->pods_left_out);
	rep_send(s->h, s->w, s->logs ? TOOL_OK : s->denied ? TOOL_DENIED : TOOL_NO_DATA, &r);
}

static json_t *pods_of_namespace(const struct host *h, struct work *w, const char *ns)
{
	const struct kind_info *k = h->kind(w, "pods", NULL, 0);
	struct reply r = REP_INIT;
	enum seen seen = SEEN_NOT_SERVED;
	json_t *list;

	if (!*ns)
		ns = h->scope_ns(w);
	list = k ? h->list(w, "pods", ns, &seen) : NULL;
	if (json_array_size(list))
		return json_incref(list);
	if (k && seen != SEEN_OK && seen != SEEN_EMPTY)
		target_explain(h, w, k, ns, seen, &r);
	else
		rep_add(&r, "no pods in %s%s (read: 0 pods).\n", ns ? "namespace " : "any namespace", ns ? ns : "");
	rep_send(h, w, seen == SEEN_OK ? TOOL_NO_DATA : target_status(seen), &r);
	return NULL;
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	static const char *const heads[] = {"POD", "CONTAINER", "RESTARTS", "ERRORS", "KIND", "LINE"};
	struct survey s = {.h = h, .w = w};
	struct log_streams streams;
	size_t waiting = 0;
	json_t *pods;

	if (*fld_str(args, "name"))
		pods = logs_pods(h, w, fld_str(args, "name"), NULL, fld_str(args, "namespace"));
	else
		pods = pods_of_namespace(h, w, fld_str(args, "namespace"));
	if (!pods)
		return 0;
	s.table = tbl_new(heads, 6, LINE_SHOWN + 40);
	logs_streams(pods, (size_t)fld_int(args, "limit", PODS_DEFAULT), "", &streams);
	for (size_t i = 0; i < streams.count && !h->canceled(w); i++) {
		const struct log_stream *stream = &streams.list[i];

		if (!stream->started) {
			waiting++;
			continue;
		}
		look(&s, stream, false);
		if (stream->ended_before)
			look(&s, stream, true);
	}
	answer(&s, &streams, waiting);
	tbl_free(s.table);
	logs_streams_free(&streams);
	json_decref(pods);
	return 0;
}

static const struct param params[] = {
	{.name = "name", .help = "pod, deploy/NAME, ...; none: the namespace's pods, those that ail first"},
	{.name = "namespace"},
	{.name = "limit", .type = PARAM_INT, .min = 1, .max = 60, .help = "pods, default 15"},
	{.name = NULL},
};

const struct tool logs_errors_tool = {
	.size = sizeof(struct tool),
	.name = "logs_errors",
	.help = "Over many pods: the decisive log line and count of error-like lines per container, last and previous "
		"run.",
	.params = params,
	.run = run,
};
