/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that both kinds of answers are made of. Private to agent/face/answer*.c. */
#ifndef AGENT_FACE_ANSWER_PART_H
#define AGENT_FACE_ANSWER_PART_H

#include "agent/face/term.h"
#include <jansson.h>

void part_heading(struct buf *b, const struct term *t, const char *text);
/* "ResourceClaim ml/train-gpu", safe; with the cluster before it when several. */
void part_object(struct buf *b, const json_t *object, bool with_cluster);
/* Does a document tell of more than one cluster? Then each object, place and blind spot is told with its own. */
bool part_several(const json_t *document);
/* The object in bold, then what is said of it (text, of `columns` on the screen): below it when both do not fit. */
void part_where(struct buf *b, const struct term *t, const json_t *object, bool with_cluster, const char *text,
		size_t columns);
/* One numbered quote with its source under it. */
void part_quote(struct buf *b, const struct term *t, const char *id, const char *quote, const json_t *evidence,
		bool with_cluster);
void part_blind_spots(struct buf *b, const struct term *t, const json_t *spots, bool with_cluster);
/* none: what stands there when there is no fix. */
void part_fix(struct buf *b, const struct term *t, const json_t *fix, const char *none);
const json_t *part_by_id(const json_t *list, const char *id);
/* A bullet with wrapped text. */
void part_bullet(struct buf *b, const struct term *t, enum style style, const char *mark, const char *text, size_t indent);

#endif
