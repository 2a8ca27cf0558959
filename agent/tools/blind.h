/* SPDX-License-Identifier: Apache-2.0 */
/* Blind spots for a reader: what has the same reason in one line. The documents keep each by itself. */
#ifndef AGENT_TOOLS_BLIND_H
#define AGENT_TOOLS_BLIND_H

#include <jansson.h>
#include <stdbool.h>

/*
 * What the config suppressed stands among the blind spots of a document, since nobody should miss that something is left
 * out. Its reason begins with these words; no other does.
 */
#define BLIND_SUPPRESSED "suppressed until "

/* Those that are suppressed findings, or the others. New reference. */
json_t *blind_suppressed(const json_t *spots, bool suppressed);

/*
 * [{"what","why","cluster"}] to the same shape, fewer: spots whose reason begins alike (up to the first colon)
 * are joined when there are
 * three or more, the rarest reasons first. New reference.
 */
json_t *blind_grouped(const json_t *spots);

#endif
