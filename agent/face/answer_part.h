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
/*
 * One numbered quote with its source under it; what follows next (NULL: nothing) may share the source, then it is told
 * there.
 */
void part_quote(struct buf *b, const struct term *t, const char *id, const char *quote, const json_t *evidence,
		bool with_cluster, const json_t *next);
/* What the config suppresses stands below them, by itself. */
void part_blind_spots(struct buf *b, const struct term *t, const json_t *spots, bool with_cluster);
/* One fix; its command on a line of its own, whole, so that it can be copied. */
void part_fix_item(struct buf *b, const struct term *t, const char *text, size_t indent);
/* none: what stands there when there is no fix. */
void part_fix(struct buf *b, const struct term *t, const json_t *fix, const char *none);
/* "Do this: kubectl ..., then that": where the command begins and how long it is; NULL when there is none. */
const char *part_command(const char *s, size_t *len);
const json_t *part_by_id(const json_t *list, const char *id);
/* Appends s on one line, safe, cut to cols columns with an ellipsis. */
void part_clip(struct buf *b, const struct term *t, const char *s, size_t cols);
/* Bytes of s that fit into cols columns, cut between words where that is possible. */
size_t part_line(const char *s, size_t cols);
/* A bullet with wrapped text. */
void part_bullet(struct buf *b, const struct term *t, enum style style, const char *mark, const char *text, size_t indent);

/* The root causes of a triage document, most likely first. New reference. */
json_t *part_roots(const json_t *triage);
/* What the shown causes say is to be done, each once. New reference. */
json_t *part_fixes(const json_t *causes, size_t shown);
/* "2 root causes, 14 symptoms"; "" when there is no root cause. The caller's. */
char *part_headline(const json_t *triage);
/* In place of root causes when there are none. */
const char *part_no_causes(const json_t *triage);

#endif
