/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream can show: colours, width. Text that comes from clusters and models is made safe before it gets
 * here or through
 * term_safe: no escape sequence of theirs reaches the terminal.
 */
#ifndef AGENT_FACE_TERM_H
#define AGENT_FACE_TERM_H

#include "agent/base/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_YELLOW, STYLE_GREEN, STYLE_CYAN, STYLE_HEADING };

struct term {
	bool color, tty, unicode;
	size_t width;      /* columns; 80 when unknown, at least 40 */
};

/* when: auto, always, never. NO_COLOR and TERM=dumb count for auto. */
struct term term_of(FILE *stream, const char *when);
/* Appends s with a style around it. */
void term_style(struct buf *b, const struct term *t, enum style style, const char *s);
void term_on(struct buf *b, const struct term *t, enum style style);
void term_off(struct buf *b, const struct term *t);
/* The caller's. */
char *term_safe(const char *s);
/*
 * Appends s word-wrapped to the width; the first line starts at column `first` (already used), others are
 * indented by `indent`.
 * Words that are longer than a line stand on lines of their own, uncut.
 */
void term_wrap(struct buf *b, const struct term *t, const char *s, size_t first, size_t indent);

#endif
