/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the model may call: the tools of the toolsets whose probe is ready, and three of the investigation
 * itself: report, more,
 * runbook. Order and bytes are stable, so that providers can cache the prefix.
 */
#ifndef AGENT_INVESTIGATE_TOOLBOX_H
#define AGENT_INVESTIGATE_TOOLBOX_H

#include "agent/investigate/inquiry_state.h"

/*
 * Runs the probes; data for the system prompt:
 * {"toolsets":[{"name","help","instructions"}],"absent":[{"name","why"}]}. New reference.
 */
json_t *toolbox_probe(struct inquiry *q);
/* Schemas of all (only_report: of report alone). probed: of toolbox_probe. New reference. */
json_t *toolbox_schemas(const struct inquiry *q, const json_t *probed, bool only_report);
/* Answers `more` and `runbook`. false: not one of these. text is the caller's. */
bool toolbox_own(struct inquiry *q, const char *name, const char *arguments, char **text);

#endif
