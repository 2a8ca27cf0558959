/* SPDX-License-Identifier: Apache-2.0 */
/* Blind spots for a reader: what has the same reason in one line. The documents keep each by itself. */
#ifndef AGENT_TOOLS_BLIND_H
#define AGENT_TOOLS_BLIND_H

#include <jansson.h>

/*
 * [{"what","why","cluster"}] to the same shape, fewer: spots whose reason begins alike (up to the first colon)
 * are joined when there are
 * three or more, the rarest reasons first. New reference.
 */
json_t *blind_grouped(const json_t *spots);

#endif
