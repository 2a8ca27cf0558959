/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/watch.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/face/answer.h"
#include "agent/triage/readable.h"

#define INTERVAL_MS 30000
#define INTERVAL_MIN_MS 50
#define INTERVAL_MAX_MS (INT64_C(24) * 3600 * 1000)

struct watch {
	struct session *session;
	struct triage_options options;
	struct watch_memory *memory;
	int64_t interval_ms;
	size_t rounds;
};

/* A world of its own for each round: nothing of the one before is read again, and nothing of it is kept. */
static void end_round(struct session *s)
{
	if (s->pool) {
		pool_stop(s->pool);
		pool_join(s->pool);
		pool_free(s->pool);
	}
	world_free(s->world);
	s->pool = NULL;
	s->world = NULL;
}

static bool json_wanted(const struct watch *w)
{
	return str_eq(session_format(w->session), "json");
}

/* A symptom is told with its root cause when both have the same event in one round. */
static bool told_with_root(const json_t *events, const json_t *event)
{
	const char *id = json_str_or(event, "finding.id", "");
	const json_t *other, *symptom;
	size_t i, k;

	if (json_bool_at(event, "root_cause", true))
		return false;
	json_array_foreach (events, i, other) {
		if (!json_bool_at(other, "root_cause", false) ||
		    !str_eq(json_str_at(other, "event"), json_str_at(event, "event")))
			continue;
		json_array_foreach (json_at(other, "finding.symptoms"), k, symptom) {
			if (str_eq(json_string_value(symptom), id))
				return true;
		}
	}
	return false;
}

static int print_events(const struct watch *w, const json_t *events, const json_t *document)
{
	const json_t *event;
	int status = 0;
	size_t i;

	json_array_foreach (events, i, event) {
		auto_free char *text = NULL;
		auto_free char *block = NULL;

		if (status)
			return status;
		if (json_wanted(w)) {
			status = session_print_json(w->session, event);
			continue;
		}
		if (told_with_root(events, event))
			continue;
		text = watch_event_text(event, document, &w->session->out);
		block = mem_printf("\n%s", text);
		status = session_print(w->session, block);
	}
	return status;
}

static int print_first(const struct watch *w, const json_t *document)
{
	auto_free char *text = NULL;

	if (json_wanted(w))
		return session_print_json(w->session, document);
	text = answer_triage_text(document, &w->session->out);
	return session_print(w->session, text);
}

/* What a round found is told; -1: go on. */
static int report(struct watch *w, const struct triage *t)
{
	auto_json json_t *document = triage_json(t);
	struct export_setup x = {.triage = t,
				 .document = document,
				 .registry = w->session->registry,
				 .options = &w->options,
				 .complete = true};
	auto_json json_t *events = watch_memory_take(w->memory, &x, world_now_ms(w->session->world));
	int status = w->rounds == 1 ? print_first(w, document) : print_events(w, events, document);

	if (status)
		return status;
	if (ferror(stdout)) /* nobody reads any more */
		return EXIT_DONE;
	return triage_reaches(t, w->session->options->fail_on) ? EXIT_FINDINGS : -1;
}

/* One round. -1: go on. The first one has to succeed: later ones may find the cluster gone. */
static int run_round(struct watch *w)
{
	struct session *s = w->session;
	char why[480] = "";
	struct err e = {0};
	struct triage *t;
	int status = session_world(s);

	if (status)
		return status;
	w->rounds++;
	s->patient = true;
	if (!readable_any(s->world, why, sizeof(why)) && w->rounds == 1 && !session_interrupted(s))
		return session_fail(s, EXIT_UNREADABLE, why);
	if (w->rounds == 1 && !readable_scope(s->world, why, sizeof(why)) && !session_interrupted(s))
		return session_fail(s, EXIT_USAGE, why);
	w->options.pool = s->pool;
	t = triage_run(s->world, s->registry, &w->options, &e);
	if (!t)
		return session_fail(s, EXIT_USAGE, e.msg);
	status = session_interrupted(s) ? EXIT_INTERRUPTED : report(w, t);
	triage_free(t);
	return status;
}

/* Until the next round; false: interrupted, or nobody reads any more. */
static bool wait_for_next(const struct watch *w)
{
	int64_t end = clock_mono_ms() + w->interval_ms, left;
	struct pollfd p[2] = {{.fd = cancel_fd(w->session->cancel), .events = POLLIN}, {.fd = STDOUT_FILENO}};

	while ((left = end - clock_mono_ms()) > 0 && !session_interrupted(w->session)) {
		if (poll(p, 2, (int)left) > 0 && p[1].revents & (POLLERR | POLLHUP))
			return false;
	}
	return !session_interrupted(w->session);
}

static int interval_of(struct watch *w)
{
	const char *text = w->session->options->watch;
	auto_free char *why = NULL;
	struct err e = {0};

	w->interval_ms = INTERVAL_MS;
	if (!*text)
		return 0;
	if (clock_parse_duration(text, &w->interval_ms, &e) == 0 && w->interval_ms >= INTERVAL_MIN_MS &&
	    w->interval_ms <= INTERVAL_MAX_MS)
		return 0;
	why = mem_printf("--watch takes the time between two looks, 50ms to 24h, such as 30s; not \"%.40s\"", text);
	return session_fail(w->session, EXIT_USAGE, why);
}

static int check_usage(const struct session *s)
{
	if (s->options->snapshots.count)
		return session_fail(s, EXIT_USAGE,
				    "--watch is for clusters that live: a snapshot never changes; leave one of both out");
	if (!str_eq(session_format(s), "text") && !str_eq(session_format(s), "json"))
		return session_fail(s, EXIT_USAGE,
				    "--watch prints one change after the other: as text, or with -o json one document a line");
	if (s->options->since)
		return session_fail(s, EXIT_USAGE, "--since looks back and --watch looks on: leave one of both out");
	return 0;
}

static void greet(const struct watch *w)
{
	if (w->session->options->quiet || !w->session->err.tty)
		return;
	fprintf(stderr, "watching, a look every %.6g s; Ctrl-C ends it\n", (double)w->interval_ms / 1000);
}

int watch_run(struct session *s, const struct triage_options *o)
{
	struct watch w = {.session = s, .options = *o};
	int status = check_usage(s);

	if (!status)
		status = interval_of(&w);
	if (status)
		return status;
	w.memory = watch_memory_new();
	for (status = -1; status < 0;) {
		end_round(s);
		status = run_round(&w);
		if (w.rounds == 1 && status < 0)
			greet(&w);
		if (status < 0 && !wait_for_next(&w))
			status = session_interrupted(s) ? EXIT_INTERRUPTED : EXIT_DONE;
	}
	watch_memory_free(w.memory);
	return status;
}
