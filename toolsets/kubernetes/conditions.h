/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions, wherever in a status they stand: those that are not as they should be come with reason and message. */
#ifndef TOOLSETS_KUBERNETES_CONDITIONS_H
#define TOOLSETS_KUBERNETES_CONDITIONS_H

#include "toolsets/kubernetes/view.h"

/* A condition that says something is wrong: not True, or True where that is bad (…Pressure, …Failed, Degraded). */
bool kubernetes_condition_bad(const json_t *condition);
/* Appends the bad ones, a line each (equal ones together), then the good ones in one line. */
void kubernetes_conditions(const struct view *v, json_t *o, struct reply *out);

#endif
