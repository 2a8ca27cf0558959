/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting texts for a reader with little room: at line boundaries, saying what was left out. */
#ifndef AGENT_TEXT_CLIP_H
#define AGENT_TEXT_CLIP_H

#include "agent/base/buf.h"
#include <stddef.h>

/*
 * Appends at most about max_bytes of s: the head and the tail, whole lines, with "[... 1,234 lines (56 KiB) left
 * out ...]" between.
 * head_share: 0..100, percent of the room for the head. Returns the number of lines left out.
 */
size_t clip_text(struct buf *out, const char *s, size_t n, size_t max_bytes, unsigned head_share);
/* One line: white space runs to one space, cut at max columns with an ellipsis. */
void clip_line(struct buf *out, const char *s, size_t n, size_t max_cols);

#endif
