/* SPDX-License-Identifier: Apache-2.0 */
/* CronJobs whose Jobs the API server refuses, and those that are suspended. */
#ifndef TOOLSETS_KUBERNETES_CRON_EVENTS_H
#define TOOLSETS_KUBERNETES_CRON_EVENTS_H

#include "toolsets/kubernetes/view.h"
#include "toolsets/lib/diagnosis.h"

/* Adds a finding when it starts nothing though it should; one without weight when it is suspended. */
void cron_events_judge(const struct view *v, struct diagnoses *set, json_t *cron);

#endif
