/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers cut text between the bytes of a character, or between the halves of a \ud83d\ude00 pair, and send each part
 * as a JSON string of its own. JSON refuses both. Here such parts travel through the parser as private characters
 * (plane 16), come out as the bytes they were, and are joined with what follows; what never becomes a character is
 * U+FFFD.
 */
#ifndef AGENT_MODEL_MEND_H
#define AGENT_MODEL_MEND_H

#include "agent/base/buf.h"
#include <stdbool.h>
#include <stddef.h>

/* Appends JSON text with invalid bytes and lone surrogate escapes replaced by marks; true when there were any. */
bool mend_json(struct buf *out, const char *json, size_t n);
/* Appends a string of that JSON with its marks turned back into bytes (surrogates as three bytes each). */
void mend_restore(struct buf *out, const char *s, size_t n);

/* Joins pieces to whole characters. Zeroed at the start. */
struct mend_join {
	char held[8];
	size_t n;
};
/* Appends the whole characters of what is held and s; the beginning of a character at the end is held back. */
void mend_join(struct mend_join *j, struct buf *out, const char *s, size_t n);
/* The end: what is still held was no character. */
void mend_flush(struct mend_join *j, struct buf *out);

#endif
