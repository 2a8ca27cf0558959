/* SPDX-License-Identifier: Apache-2.0 */
/* CronJobs that never start anything: schedules that mean no moment, zones that are not known, deadlines too short. */
#include "toolsets/kubernetes/checks.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"

#define DAY_MS (24 * 60 * 60 * 1000LL)
#define NEVER_MS (30 * 60 * 1000LL)
#define LOOK_SECONDS 10 /* the controller looks so often: a shorter deadline is over before it does */

struct run {
	struct view v;
	struct diagnoses set;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

struct field {
	const char *word;
	int min, max;
	const char *const *names; /* of values from min on; NULL-terminated */
};

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
				     "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};
static const struct field fields[5] = {{"minute", 0, 59, NULL},
				       {"hour", 0, 23, NULL},
				       {"day", 1, 31, NULL},
				       {"month", 1, 12, months},
				       {"weekday", 0, 7, days}};

/* One value of a field; -1: none. *end: behind it. */
static int value(const struct field *f, const char *text, const char **end)
{
	char *stop;
	long n;

	for (int i = 0; f->names && f->names[i]; i++)
		if (strncasecmp(text, f->names[i], 3) == 0) {
			*end = text + 3;
			return f->min + i;
		}
	if (!isdigit((unsigned char)*text))
		return -1;
	n = strtol(text, &stop, 10);
	*end = stop;
	return n < f->min || n > f->max ? -1 : (int)n;
}

/* "*", "5", "1-5", "a-b/n", "*" "/15", and lists of these. */
static bool field_valid(const struct field *f, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		if (*text == '*' || *text == '?') {
			text++;
		} else {
			int from = value(f, text, &text), to;

			if (from < 0)
				return false;
			if (*text == '-') {
				to = value(f, text + 1, &text);
				if (to < from)
					return false;
			}
		}
		if (text < end && *text == '/') {
			char *stop;
			long step = strtol(text + 1, &stop, 10);

			if (stop == text + 1 || step <= 0)
				return false;
			text = stop;
		}
		if (text < end && *text++ != ',')
			return false;
	}
	return len > 0;
}

/* A day that the month never has: "0 0 31 2 *" with any weekday. */
static bool no_such_day(const char *const part[5], const size_t len[5])
{
	static const int most[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const char *end;
	int day = value(&fields[2], part[2], &end), month;

	if (day < 0 || (size_t)(end - part[2]) != len[2] || len[4] != 1 || !strchr("*?", *part[4]))
		return false;
	month = value(&fields[3], part[3], &end);
	return month > 0 && (size_t)(end - part[3]) == len[3] && day > most[month - 1];
}

/* False: why says what is wrong with it. */
static bool schedule_valid(const char *text, char *why, size_t size)
{
	static const char *const macros[] = {"@yearly", "@annually", "@monthly", "@weekly",
					     "@daily",	"@midnight", "@hourly",	 NULL};
	const char *part[5] = {0};
	size_t len[5] = {0}, n = 0;

	if (strncmp(text, "TZ=", 3) == 0 || strncmp(text, "CRON_TZ=", 8) == 0)
		text += strcspn(text, " ");
	if (strncmp(text, "@every ", 7) == 0)
		return true;
	for (size_t i = 0; macros[i]; i++)
		if (is(text, macros[i]))
			return true;
	while (*(text += strspn(text, " \t"))) {
		if (n < 5) {
			part[n] = text;
			len[n] = strcspn(text, " \t");
		}
		n++;
		text += strcspn(text, " \t");
	}
	if (n != 5) {
		snprintf(why, size, "it has %zu fields, not five", n);
		return false;
	}
	for (size_t i = 0; i < 5; i++)
		if (!field_valid(&fields[i], part[i], len[i])) {
			snprintf(why, size, "its %s \"%.*s\" is not one of %d to %d", fields[i].word,
				 (int)(len[i] < 40 ? len[i] : 40), part[i], fields[i].min, fields[i].max);
			return false;
		}
	if (no_such_day(part, len)) {
		snprintf(why, size, "no month %.*s has a day %.*s", (int)len[3], part[3], (int)len[2], part[2]);
		return false;
	}
	return true;
}

/* It is over: a run has started since, or the schedule that could not be read is another one than now. */
static bool outdated(const json_t *o, const json_t *event, int64_t at)
{
	char schedule[260];
	int64_t started;

	if (when_parse(fld_str(o, "status.lastScheduleTime"), &started) && at && started > at)
		return true;
	snprintf(schedule, sizeof(schedule), "\"%.255s\"", fld_str(o, "spec.schedule"));
	return is(fld_str(event, "reason"), "UnparseableSchedule") && strstr(event_message(event), "unparseable schedule: \"") &&
	       !strstr(event_message(event), schedule);
}

/* What the controller said within a day and still stands. */
static json_t *said(struct run *r, const json_t *o)
{
	static const char *const reasons[] = {"UnparseableSchedule", "UnknownTimeZone",	 "InvalidSchedule",
					      "TooManyMissedTimes",  "FailedNeedsStart", NULL};
	enum seen seen;
	json_t *list = r->v.h->events_of(r->v.w, "CronJob", fld_ns(o), fld_name(o), &seen);

	for (size_t i = json_array_size(list); i-- > 0;) {
		json_t *e = json_array_get(list, i);
		int64_t at = r->v.h->event_time(e);

		for (size_t k = 0; reasons[k]; k++)
			if (is(fld_str(e, "reason"), reasons[k]) && (!at || r->v.now_ms - at < DAY_MS) && !outdated(o, e, at))
				return e;
	}
	return NULL;
}

/*
 * Has it started nothing since, and does the controller speak of what stands there now? It quotes the schedule or the
 * zone; "0 2 * * *" also stands in "0 2 * * * *".
 */
static bool still_true(struct run *r, const json_t *o, const json_t *event)
{
	const char *schedule = fld_str(o, "spec.schedule"), *zone = fld_str(o, "spec.timeZone"),
		   *text = event_message(event);
	const char *at = strstr(text, schedule);
	size_t n = strlen(schedule);
	int64_t run, told = r->v.h->event_time(event);

	if (when_parse(fld_str(o, "status.lastScheduleTime"), &run) && told && run > told - NEVER_MS)
		return false;
	if (!strstr(fld_str(event, "reason"), "Schedule") && !is(fld_str(event, "reason"), "UnknownTimeZone"))
		return true;
	return (at && (!at[n] || strchr("\"]'):", at[n]))) || (*zone && strstr(text, zone));
}

static struct diagnosis *begin(struct run *r, json_t *o)
{
	struct diagnosis *d = diag_new(&r->set);

	diag_about(d, o);
	diag_rate(d, SEVERITY_WARNING, 0.9);
	diag_cite(d, o, NULL, "/spec/schedule");
	diag_fix(d, "Correct it: kubectl edit cronjob %s -n %s", fld_name(o), fld_ns(o));
	diag_docs(d, "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax");
	return d;
}

static void judge(struct run *r, json_t *o)
{
	const char *schedule = fld_str(o, "spec.schedule");
	int64_t deadline = fld_int(o, "spec.startingDeadlineSeconds", LOOK_SECONDS);
	char why[200];
	struct diagnosis *d;
	json_t *event;

	if (fld_true(o, "spec.suspend") || !*schedule)
		return;
	event = said(r, o);
	if (!schedule_valid(schedule, why, sizeof(why))) {
		d = begin(r, o);
		diag_cause(d, "CronJob %s never starts: its schedule \"%s\" means no moment (%s)", fld_name(o),
			   schedule, why);
		diag_cite(d, event, NULL, "%s", event ? event_pointer(event) : "");
	} else if (event && still_true(r, o, event)) {
		d = begin(r, o);
		diag_cause(d, "CronJob %s does not start (%s): %.250s", fld_name(o), fld_str(event, "reason"),
			   event_message(event));
		diag_cite(d, event, NULL, "%s", event_pointer(event));
		diag_cite(d, o, NULL, "/spec/timeZone");
		diag_cite(d, o, NULL, "/spec/startingDeadlineSeconds");
	} else if (deadline < LOOK_SECONDS && !*fld_str(o, "status.lastScheduleTime") &&
		   patient_age_ms(&r->v, o) > NEVER_MS) {
		d = begin(r, o);
		diag_cause(d,
			   "CronJob %s has never started: startingDeadlineSeconds is %d, but the controller looks only "
			   "every "
			   "%d seconds",
			   fld_name(o), (int)deadline, LOOK_SECONDS);
		diag_cite(d, o, NULL, "/spec/startingDeadlineSeconds");
		diag_cite(d, o, NULL, "/metadata/creationTimestamp");
	}
}

static void run(const struct host *h, struct work *w)
{
	struct run r = {.v = VIEW_INIT(h, w), .set = DIAG_INIT(h, w)};
	enum seen seen;
	json_t *o;
	size_t i;

	json_array_foreach (h->list(w, "cronjobs.batch", NULL, &seen), i, o)
		judge(&r, o);
	diag_send(&r.set);
}

const struct check kubernetes_cron_schedule_check = {
	.size = sizeof(struct check),
	.name = "cronjob-schedule",
	.help = "CronJobs whose schedule, time zone or deadline lets them never start",
	.run = run,
	.reads = "cronjobs.batch events",
};
