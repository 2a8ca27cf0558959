/* SPDX-License-Identifier: Apache-2.0 */
/* When a failure began, as its own objects tell: conditions, the first warning, the creation of what never came up. */
#ifndef AGENT_TRIAGE_ONSET_H
#define AGENT_TRIAGE_ONSET_H

#include "agent/tools/work.h"

/*
 * Wall ms; 0: nothing tells. The earliest of its object and of what it shows in; a warning counts when it goes with the
 * failure, and nothing before an object was made. Reads nothing that was not read.
 */
int64_t onset_of(struct cluster *c, const struct work_finding *f);
/* Of one object. */
int64_t onset_of_object(struct cluster *c, const json_t *object);

#endif
