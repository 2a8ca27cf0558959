/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON by its text, without decoding it: where a value ends, what an object's members and an array's elements are. For
 * answers of many megabytes of which little is wanted. It finds its way in valid JSON and never reads beyond the end of
 * anything; what is invalid inside of a value that is skipped may go unnoticed.
 */
#ifndef AGENT_DATA_SPAN_H
#define AGENT_DATA_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of a text. s NULL: none. */
struct span {
	const char *s;
	size_t n;
};

/* The value that begins at s, blanks before it left out; {NULL} when it has no end before `end`. */
struct span span_value(const char *s, const char *end);

/* A walk over the members of an object or the elements of an array. */
struct span_walk {
	const char *at, *end;
	bool object, broken; /* broken: it ended in the middle, or is neither */
};

void span_walk(struct span_walk *w, struct span container);
/* The next one; false at the end. key, of a member, without its quotes and as it stands (escapes and all). */
bool span_next(struct span_walk *w, struct span *key, struct span *value);

/* The member of an object, {NULL} when it has none of this name. */
struct span span_member(struct span object, const char *key);
/* A string as it is meant, cut to fit `to` of n bytes and without NULs; "" when it is no string. False: cut, or none. */
bool span_text(struct span value, char *to, size_t n);
bool span_is(struct span s, const char *text);

#endif
