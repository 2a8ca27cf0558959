/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON value in few characters for people: "app=web, tier=db", "matchLabels{app=web}", "[key=gpu effect=NoSchedule]",
 * scalars bare. */
#ifndef TOOLSETS_LIB_BRIEF_H
#define TOOLSETS_LIB_BRIEF_H

#include "toolsets/lib/reply.h"

/* At most about max bytes, one line. */
void brief_put(struct reply *r, json_t *value, size_t max);

#endif
