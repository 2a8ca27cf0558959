/* SPDX-License-Identifier: Apache-2.0 */
/* logs_get: lines of the logs of a pod or of all pods of a workload. */
#include "toolsets/logs/tools.h"

#include <inttypes.h>
#include <string.h>

#include "toolsets/lib/alloc.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/reply.h"
#include "toolsets/lib/target.h"
#include "toolsets/lib/when.h"
#include "toolsets/logs/pattern.h"
#include "toolsets/logs/streams.h"
#include "toolsets/logs/window.h"

#define TAIL_DEFAULT 100
#define LIMIT_DEFAULT 200
#define READ_LINES 1000 /* looked through for the decisive line, more than are shown */
#define PODS_MAX 6u
#define DECISIVE_MAX 1200u

struct ask {
	const struct host *h;
	struct work *w;
	const char *grep;
	int64_t since_seconds, tail, limit, context;
	bool previous;
	size_t share, bytes; /* lines and bytes for each log */
	size_t answered, denied;
};

static void head(const struct ask *a, const struct log_stream *s, struct reply *out)
{
	rep_add(out, "== %s/%s %s%s%s", fld_ns(s->pod), fld_name(s->pod), s->init ? "init container " : "container ",
		s->container, a->previous ? ", previous run" : "");
	if (s->restarts && !a->previous)
		rep_add(out, ", restarted %" PRId64 " times (previous=true shows the run before)", s->restarts);
}

static void unread(struct ask *a, enum seen seen, const char *why, struct reply *out)
{
	a->denied += seen == SEEN_DENIED;
	rep_add(out, ": %s%s%s\n",
		seen == SEEN_DENIED	    ? "access denied"
		: seen == SEEN_NOT_CAPTURED ? "the snapshot holds no such log"
		: seen == SEEN_NOT_FOUND    ? "there is no such log"
		: seen == SEEN_TIMEOUT	    ? "could not be read in time"
					    : "could not be read",
		*why ? ": " : "", why);
}

static struct log_request request(const struct ask *a, const struct log_stream *s)
{
	return (struct log_request){.ns = fld_ns(s->pod),
				    .pod = fld_name(s->pod),
				    .container = s->container,
				    .previous = a->previous,
				    .since_seconds = a->since_seconds};
}

/* The end of a log, with the line that tells why even when it stands further up. */
static void show_tail(struct ask *a, const struct log_stream *s, struct reply *out)
{
	struct log_request q = request(a, s);
	const char *line, *kind = "";
	struct log_text text;
	struct window *win;
	size_t len, decisive;

	q.tail_lines = a->tail > READ_LINES ? a->tail : READ_LINES;
	a->h->log(a->w, &q, &text);
	if (text.state != SEEN_OK && text.state != SEEN_CUT && text.len == 0) {
		if (text.state != SEEN_EMPTY) {
			unread(a, text.state, text.why, out);
			return;
		}
	}
	a->answered++;
	if (text.len == 0) {
		rep_put(out, ": empty\n");
		return;
	}
	win = logs_window_new(NULL, a->share, 0);
	logs_window_feed(win, text.text, text.len);
	logs_window_fit(win, a->bytes);
	decisive = a->h->decisive_line(text.text, text.len, &line, &len, &kind);
	rep_add(out, ": lines %" PRIu64 "-%" PRIu64 " of %s%" PRIu64 " read%s\n", logs_window_first(win),
		logs_window_lines(win), (int64_t)logs_window_lines(win) >= q.tail_lines ? "the last " : "",
		logs_window_lines(win), text.state == SEEN_CUT ? " (cut)" : "");
	if (decisive) {
		rep_add(out, "decisive%s%s%s: > %zu: ", *kind ? " (" : "", kind, *kind ? ")" : "", decisive);
		rep_clip(out, line, len, DECISIVE_MAX);
		rep_put(out, "\n");
	}
	logs_window_print(win, decisive, out);
	logs_window_free(win);
}

/* -1: the pattern is bad (answered). */
static int show_matches(struct ask *a, const struct log_stream *s, struct reply *out)
{
	struct log_request q = request(a, s);
	struct pattern p;
	struct window *win;
	char why[200] = "";
	enum seen seen;
	int status = 0;

	logs_pattern_init(&p, a->h, a->w, a->grep);
	win = logs_window_new(&p, a->share, (size_t)a->context);
	seen = a->h->log_each(a->w, &q, logs_window_feed, win, why, sizeof(why));
	if (*p.why) {
		rep_clear(out);
		rep_add(out, "grep \"%s\" is no good pattern: %s\n", a->grep, p.why);
		status = -1;
	} else if (logs_window_lines(win) == 0 && seen != SEEN_OK && seen != SEEN_EMPTY) {
		unread(a, seen, why, out);
	} else {
		a->answered++;
		logs_window_fit(win, a->bytes);
		rep_add(out, ": %" PRIu64 " of %" PRIu64 " lines match%s", logs_window_matches(win),
			logs_window_lines(win),
			seen == SEEN_OK || seen == SEEN_EMPTY ? "" : " (the log was not read to its end)");
		if (logs_window_matches(win) > logs_window_kept(win))
			rep_add(out, ", the last %zu shown", logs_window_kept(win));
		rep_put(out, "\n");
		logs_window_print(win, 0, out);
	}
	logs_window_free(win);
	logs_pattern_fini(&p);
	return status;
}

static const char *state_word(const struct log_stream *s)
{
	const char *reason = fld_str(s->status, "state.waiting.reason");

	return *reason ? reason : "not started";
}

static int show(struct ask *a, const struct log_stream *s, struct reply *out)
{
	head(a, s, out);
	if (!s->started) {
		rep_add(out, ": no log yet: %s\n", state_word(s));
		return 0;
	}
	if (*a->grep)
		return show_matches(a, s, out);
	show_tail(a, s, out);
	return 0;
}

static void no_container(const struct ask *a, json_t *pods, const char *container)
{
	static const char *const parts[] = {"spec.containers", "spec.initContainers"};
	struct reply r = REP_INIT;
	json_t *c;
	size_t i, n = 0;

	rep_add(&r, "no container \"%s\" in pod %s; it has: ", container, fld_name(json_array_get(pods, 0)));
	for (size_t p = 0; p < 2; p++)
		json_array_foreach (fld_at(json_array_get(pods, 0), parts[p]), i, c)
			rep_add(&r, "%s%s", n++ ? ", " : "", fld_str(c, "name"));
	rep_put(&r, "\n");
	rep_send(a->h, a->w, TOOL_NO_DATA, &r);
}

static void answer(struct ask *a, const struct log_streams *streams)
{
	struct reply r = REP_INIT;
	size_t i;

	a->share = (size_t)a->limit / streams->count;
	a->share = a->share < 10 ? 10 : a->share;
	if (a->share > (size_t)a->tail)
		a->share = (size_t)a->tail;
	a->bytes = (REP_MAX_BYTES - 2000) / streams->count;
	a->bytes = a->bytes > DECISIVE_MAX + 600 ? a->bytes - DECISIVE_MAX - 300 : 300;
	/* Context lines are extra: tail counts matches. */
	if (*a->grep)
		a->share *= 1 + 2 * (size_t)a->context;
	if (streams->pods > 1 || streams->pods_left_out)
		rep_add(&r, "%zu pods%s, %zu logs%s\n", streams->pods,
			streams->pods_left_out ? " (those that ail first)" : "", streams->count,
			streams->pods_left_out ? "; the other pods: name one" : "");
	for (i = 0; i < streams->count && !a->h->canceled(a->w); i++)
		if (show(a, &streams->list[i], &r) < 0) {
			rep_send(a->h, a->w, TOOL_ERROR, &r);
			return;
		}
	rep_send(a->h, a->w, a->answered ? TOOL_OK : a->denied ? TOOL_DENIED : TOOL_NO_DATA, &r);
}

static bool read_ask(struct ask *a, const json_t *args)
{
	const char *since = fld_str(args, "since");
	struct reply r = REP_INIT;
	int64_t from;

	a->grep = fld_str(args, "grep");
	a->tail = fld_int(args, "tail", TAIL_DEFAULT);
	a->limit = fld_int(args, "limit", a->tail > LIMIT_DEFAULT ? a->tail : LIMIT_DEFAULT);
	a->context = fld_int(args, "context", 0);
	a->previous = fld_true(args, "previous");
	if (!*since)
		return true;
	if (when_parse_since(since, a->h->now_ms(a->w), &from)) {
		a->since_seconds = (a->h->now_ms(a->w) - from + 999) / 1000;
		a->since_seconds = a->since_seconds > 0 ? a->since_seconds : 1;
		return true;
	}
	rep_add(&r, "since \"%s\" is not understood: write 15m, 2h, 3d or 2026-01-31T10:00:00Z.\n", since);
	rep_send(a->h, a->w, TOOL_ERROR, &r);
	return false;
}

static int run(const struct host *h, struct work *w, const json_t *args)
{
	struct ask a = {.h = h, .w = w};
	struct log_streams streams;
	json_t *pods;

	if (!read_ask(&a, args))
		return 0;
	pods = logs_pods(h, w, fld_str(args, "name"), NULL, fld_str(args, "namespace"));
	if (!pods)
		return 0;
	logs_streams(pods, PODS_MAX, fld_str(args, "container"), &streams);
	if (streams.count)
		answer(&a, &streams);
	else
		no_container(&a, pods, fld_str(args, "container"));
	logs_streams_free(&streams);
	json_decref(pods);
	return 0;
}

static const struct param params[] = {
	{.name = "name", .required = true, .help = "pod, or deploy/NAME, svc/NAME: all its pods"},
	{.name = "namespace"},
	{.name = "container", .help = "default: all"},
	{.name = "grep", .help = "regex, any case, over the whole log"},
	{.name = "since", .help = "15m, 2h, or a time"},
	{.name = "tail", .type = PARAM_INT, .min = 1, .max = 2000, .help = "last lines, or last matches; default 100"},
	{.name = "previous", .type = PARAM_BOOL, .help = "the run before the last restart"},
	{.name = "context", .type = PARAM_INT, .min = 0, .max = 20, .help = "lines around a match"},
	{.name = "limit", .type = PARAM_INT, .min = 10, .max = 2000, .help = "lines in all, default 200"},
	{.name = NULL},
};

const struct tool logs_get_tool = {
	.size = sizeof(struct tool),
	.name = "logs_get",
	.help = "Log lines \"N: text\" of a pod or all pods of a workload; \">\" marks the line that tells why it "
		"ended.",
	.params = params,
	.run = run,
};
