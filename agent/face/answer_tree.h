/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of symptoms under a root cause, short enough to be read: many of a kind are folded. Private to agent/face. */
#ifndef AGENT_FACE_ANSWER_TREE_H
#define AGENT_FACE_ANSWER_TREE_H

#include "agent/face/term.h"
#include <jansson.h>

/* Below a finding of a triage document, from column indent on. */
void tree_symptoms(struct buf *b, const struct term *t, const json_t *triage, const json_t *root, size_t indent);
/* "Deployment shop/web has 0 of 2 pods ready": what a finding says, with its object in it once. */
void tree_sentence(struct buf *b, const json_t *finding, bool with_cluster);
/* "37 Pods", "1 NetworkPolicy". */
void tree_count(struct buf *b, size_t n, const char *kind);

#endif
