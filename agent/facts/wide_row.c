/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/wide_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

/* A restart of yesterday is history. */
#define RESTART_MS (INT64_C(24) * 3600 * 1000)

/* "1/2": not all are ready. */
static bool short_of(const char *ready)
{
	long have, want;
	char *rest;

	have = strtol(ready, &rest, 10);
	if (rest == ready || *rest != '/')
		return true;
	want = strtol(rest + 1, &rest, 10);
	return *rest || have < want;
}

/* "3 (5m ago)", "3", "0" */
static bool restarted(const char *text)
{
	char *rest, age[32];
	int64_t ms;
	size_t n;

	if (strtol(text, &rest, 10) <= 0)
		return false;
	if (strncmp(rest, " (", 2) != 0)
		return true;
	n = strcspn(rest + 2, " )");
	if (n >= sizeof(age))
		return true;
	memcpy(age, rest + 2, n);
	age[n] = '\0';
	/* "2y30d" is no duration of ours */
	return !strchr(age, 'y') && (clock_parse_duration(age, &ms, NULL) < 0 || ms <= RESTART_MS);
}

enum wide_rank wide_judge(const struct table_row *row)
{
	bool finished = str_eq(row->status, "Completed") || str_eq(row->status, "Succeeded");

	if (!finished && !str_eq(row->status, "Running"))
		return WIDE_BAD;
	if (!finished && short_of(row->ready))
		return WIDE_NOT_READY;
	if (restarted(row->restarts))
		return WIDE_RESTARTED;
	return finished ? WIDE_FINISHED : WIDE_FINE;
}

/* Of the names that Kubernetes makes up: no vowels, and no digits that look like letters. */
static bool made_up(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!memchr("bcdfghjklmnpqrstvwxz2456789", s[i], 27))
			return false;
	return n > 0;
}

size_t wide_owner(const char *name)
{
	const char *dash = strrchr(name, '-');
	size_t n = dash ? strlen(dash + 1) : 0;

	if (!dash || dash == name)
		return strlen(name);
	if ((n == 5 && made_up(dash + 1, n)) || (n && strspn(dash + 1, "0123456789") == n))
		return (size_t)(dash - name);
	return strlen(name);
}

static void put(char *to, size_t n, const char *text)
{
	snprintf(to, n, "%s", text);
}

struct counts {
	int64_t ready, total, restarts, ended;
};

static void count(struct counts *n, const json_t *status, struct table_row *out, bool init)
{
	const char *waiting = json_str_at(status, "state.waiting.reason");
	const char *ended = json_str_at(status, "lastState.terminated.finishedAt");
	const json_t *done = json_at(status, "state.terminated");
	int64_t ms;

	n->restarts += json_int_at(status, "restartCount", 0);
	if (ended && clock_parse(ended, &ms) && ms > n->ended)
		n->ended = ms;
	if (init && (json_int_at(done, "exitCode", -1) == 0 || json_bool_at(status, "started", false)))
		return;
	if (!init) {
		n->total++;
		n->ready += json_bool_at(status, "ready", false);
	}
	if (!str_empty(waiting) && !str_eq(waiting, "PodInitializing"))
		put(out->status, sizeof(out->status), waiting);
	else if (done)
		put(out->status, sizeof(out->status), str_or(json_key_str(done, "reason"), "Error"));
}

void wide_row_of(const json_t *pod, int64_t now, struct table_row *out)
{
	const char *phase = str_or(json_str_at(pod, "status.phase"), "Unknown");
	const char *reason = json_str_at(pod, "status.reason");
	struct counts n = {0};
	char age[CLOCK_TEXT];
	json_t *status;
	size_t i;

	memset(out, 0, sizeof(*out));
	put(out->name, sizeof(out->name), json_str_or(pod, "metadata.name", ""));
	put(out->node, sizeof(out->node), json_str_or(pod, "spec.nodeName", ""));
	put(out->status, sizeof(out->status), str_eq(phase, "Succeeded") ? "Completed" : str_or(reason, phase));
	json_array_foreach (json_at(pod, "status.initContainerStatuses"), i, status)
		count(&n, status, out, true);
	json_array_foreach (json_at(pod, "status.containerStatuses"), i, status)
		count(&n, status, out, false);
	if (json_str_at(pod, "metadata.deletionTimestamp"))
		put(out->status, sizeof(out->status), "Terminating");
	snprintf(out->ready, sizeof(out->ready), "%" PRId64 "/%" PRId64, n.ready, n.total);
	if (n.ended) {
		clock_age(now - n.ended, age);
		snprintf(out->restarts, sizeof(out->restarts), "%" PRId64 " (%s ago)", n.restarts, age);
	} else {
		snprintf(out->restarts, sizeof(out->restarts), "%" PRId64, n.restarts);
	}
}
