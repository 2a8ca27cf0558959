/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/cron_events.h"

#include <stdio.h>
#include <string.h>

#include "toolsets/kubernetes/patient.h"
#include "toolsets/lib/age.h"
#include "toolsets/lib/field.h"
#include "toolsets/lib/when.h"
#include "toolsets/lib/workload.h"

#define GAP_MS (30 * 60 * 1000LL)

/* When it started something last; 0: never. */
static int64_t last_run(const json_t *cron)
{
	int64_t at;

	return when_parse(fld_str(cron, "status.lastScheduleTime"), &at) ? at : 0;
}

static struct diagnosis *begin(const struct view *v, struct diagnoses *set, json_t *cron, json_t *event)
{
	struct diagnosis *d = diag_new(set);
	char age[AGE_SIZE];

	diag_about(d, cron);
	diag_rate(d, SEVERITY_WARNING, 0.9);
	if (last_run(cron))
		diag_cause(d, "CronJob %s has started nothing for %s", fld_name(cron),
			   age_text(v->now_ms - last_run(cron), age));
	else
		diag_cause(d, "CronJob %s has never started anything", fld_name(cron));
	if (event)
		diag_cite(d, event, NULL, "%s", event_pointer(event));
	diag_cite(d, cron, NULL, "/spec/schedule");
	diag_cite(d, cron, NULL, "/status/lastScheduleTime");
	return d;
}

/* The newest event of one of these reasons, unless a run has started since. */
static json_t *unanswered(const struct view *v, json_t *cron, const char *const *reasons)
{
	json_t *e = NULL;

	for (; *reasons && !e; reasons++)
		e = patient_event(v, cron, *reasons, NULL);
	return e && v->h->event_time(e) > last_run(cron) ? e : NULL;
}

/* The API server refuses the Job itself: a quota, a webhook, a name. */
static void refused(const struct view *v, struct diagnoses *set, json_t *cron, json_t *e)
{
	struct diagnosis *d = begin(v, set, cron, e);

	diag_cause_more(d, ", because its Job cannot be created: %.250s", event_message(e));
	diag_fix(d, "Correct what is refused: kubectl edit cronjob %s -n %s", fld_name(cron), fld_ns(cron));
}

void cron_events_judge(const struct view *v, struct diagnoses *set, json_t *cron)
{
	static const char *const failed[] = {"FailedCreate", NULL};
	struct diagnosis *d;
	json_t *e;

	if (fld_true(cron, "spec.suspend")) {
		d = begin(v, set, cron, NULL);
		diag_rate(d, SEVERITY_INFO, 0);
		diag_cause_more(d, ": it is suspended");
		diag_cite(d, cron, NULL, "/spec/suspend");
		diag_fix(d, "If that is not meant: kubectl patch cronjob %s -n %s -p '{\"spec\":{\"suspend\":false}}'",
			 fld_name(cron), fld_ns(cron));
		return;
	}
	if (last_run(cron) && v->now_ms - last_run(cron) < GAP_MS)
		return;
	e = unanswered(v, cron, failed);
	if (e)
		refused(v, set, cron, e);
}
