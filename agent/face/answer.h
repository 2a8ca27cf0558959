/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer as an engineer reads it in ten seconds: causes with what they explain, quotes under them, what could
 * not be seen, what to
 * do. Headings: Root causes, Evidence, Could not see, Fix. Drawn from the documents alone, so that history shows
 * the same.
 */
#ifndef AGENT_FACE_ANSWER_H
#define AGENT_FACE_ANSWER_H

#include "agent/face/term.h"
#include <jansson.h>

/* dupin.investigation/v1 for a terminal. The caller's. */
char *answer_text(const json_t *document, const struct term *t);
/* dupin.triage/v1, for a terminal and as Markdown. The caller's. */
char *answer_triage_text(const json_t *triage, const struct term *t);
char *answer_triage_markdown(const json_t *triage);

#endif
