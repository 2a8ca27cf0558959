/* SPDX-License-Identifier: Apache-2.0 */
/* What changed, in text and Markdown. Private to agent/face/answer*.c. */
#ifndef AGENT_FACE_ANSWER_CHANGES_H
#define AGENT_FACE_ANSWER_CHANGES_H

#include "agent/face/term.h"
#include <jansson.h>

/* The section "Changes", newest first; nothing when the document has none ("changes" stands in it only when asked for). */
void answer_changes_text(struct buf *b, const struct term *t, const json_t *triage);
void answer_changes_markdown(struct buf *b, const json_t *triage);
/* What changed shortly before a cause, among its evidence: one line each. */
void answer_changed(struct buf *b, const struct term *t, const json_t *triage, const json_t *finding, size_t indent);

#endif
